# SPDX-License-Identifier: Apache-2.0
"""The controls on top of a page: which periods and which values there are to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from percontact.pipeline import OpenBook
from percontact.web.asked import FILTERS

Choices = tuple[tuple[str, str], ...]
"""(value in the address, what people read)"""

MOST_VALUES = 200
"""A list of more is no list to choose from; such a dimension is filtered through a link from a figure."""

COMPARISONS: Choices = (
    ("previous", "the period before"),
    ("last-year", "the same period last year"),
    ("budget", "the budget"),
)


@dataclass(frozen=True, slots=True)
class Controls:
    """What a reader may choose.

    periods  (heading, choices) from the newest
    filters  (dimension, its values)
    last     the newest month that has data: what is shown where nothing was chosen
    """

    periods: tuple[tuple[str, Choices], ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    last: str


def controls(book: OpenBook) -> Controls:
    """The choices that a Book offers; none of either where it has no contacts."""
    if not book.book.has("contacts"):
        return Controls((), (), "")
    months = book.months()
    known = set(book.work.dimensions())
    filters = []
    for name in FILTERS:
        if name in known:
            values = book.values_of(name)
            if 1 < len(values) <= MOST_VALUES:
                filters.append((name, tuple(values)))
    return Controls(_periods(months), tuple(filters), f"{months[-1]:%Y-%m}")


def _periods(months: Sequence[date]) -> tuple[tuple[str, Choices], ...]:
    newest = list(reversed(months))
    by_month = tuple((f"{m:%Y-%m}", f"{m:%B %Y}") for m in newest)
    quarters = dict.fromkeys((m.year, (m.month + 2) // 3) for m in newest)
    by_quarter = tuple((f"{y}-Q{q}", f"{_ordinal(q)} quarter {y}") for y, q in quarters)
    by_year = tuple((str(y), str(y)) for y in dict.fromkeys(m.year for m in newest))
    return (("Months", by_month), ("Quarters", by_quarter), ("Years", by_year))


def _ordinal(quarter: int) -> str:
    return ("first", "second", "third", "fourth")[quarter - 1].capitalize()
