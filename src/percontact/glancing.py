# SPDX-License-Identifier: Apache-2.0
"""Answers at a glance: what one contact cost in a period, by channel, with its quality beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from percontact.measuring import guarded, panel_of
from percontact.metrics.figure import Panel
from percontact.metrics.guard import judge
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.measured import change_words, figure_text
from percontact.values.period import Period, before, last_year

SHOWN = (
    "cost_per_contact", "cost_per_resolution", "first_contact_resolution", "customer_satisfaction",
    "service_level", "occupancy",
)  # fmt: skip
"""What is read first: cost of one, of one that settled it, and whether it was good."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A period at a glance.

    document  the cost statement by channel, with guardrails
    now       the metrics of `SHOWN` over the period
    then      the same over what it is compared with, or None where no data reaches there
    """

    document: Document
    now: Panel
    then: Panel | None

    def figures(self, currency: str) -> list[tuple[str, str, str, str, str]]:
        """(metric, name, value, change, verdict) of each metric, in words."""
        found = []
        for card in self.now.cards:
            figure = self.now.totals[card.metric]
            change, verdict = "", ""
            if self.then is not None:
                then = self.then.totals[card.metric]
                verdict = judge(card, figure, then)
                change = "" if verdict == "unknown" else change_words(card, figure, then, currency)
            found.append((card.metric, card.name, figure_text(card, figure, currency), change, verdict))
        return found


def glanced(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    compare: str = "previous",
    where: Sequence[str] = (),
    basis: str = "used",
) -> Glance:
    """A period at a glance. Raises E-DATA-01 without contacts or a ledger."""
    book.need("contacts")
    book.need("ledger")
    question = book.ask(start=start, end=end, by=["channel"], where=where, basis=basis)
    now = panel_of(book, SHOWN, start=start, end=end, where=where, basis=basis)
    now = replace(now, question=replace(now.question, grain="whole"))
    return Glance(
        guarded(book, replace(question, grain="whole"), "contact", ()),
        now,
        _then(book, now, compare, where, basis),
    )


def _then(book: OpenBook, now: Panel, compare: str, where: Sequence[str], basis: str) -> Panel | None:
    """The same metrics over the span compared with; None where the data does not reach back."""
    back = last_year if compare == "last-year" else before
    span: Period = back(now.question.span)
    if not any(m in span for m in book.months()):
        return None
    first, last = f"{span.start}", f"{span.end.fromordinal(span.end.toordinal() - 1)}"
    return panel_of(book, SHOWN, start=first, end=last, where=where, basis=basis)
