# SPDX-License-Identifier: Apache-2.0
"""Answers to why: a change of cost between two spans, split by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from percontact.costing.composition import LEDGER_DIMENSIONS
from percontact.costing.denominator import denominator
from percontact.costing.slice import Slice
from percontact.explain.bridge import UNITS, Bridge, Unit, build
from percontact.explain.gather import PARTS, gather
from percontact.pipeline import OpenBook, named_period
from percontact.report.bridged import bridge_document
from percontact.report.document import Document
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import (
    GRAINS,
    Period,
    add_months,
    before,
    label,
    last_year,
    next_start,
    periods,
    start_of,
)
from percontact.values.problem import did_you_mean, problem

Choice = TypeVar("Choice", bound=str)

AGAINST = ("previous", "last-year")
USUAL = ("channel", "team", "reason")
"""The tree of contacts where no other is asked for, as far as contacts name its dimensions."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A change of cost, split, with what always stands beside it.

    bridges   unit -> its bridge; cost per contact and total cost always, cost per resolution where asked
    per       the unit asked for
    questions the two sides, as asked; where, basis: the same in words
    """

    bridges: Mapping[Unit, Bridge]
    per: Unit
    spans: tuple[Period, Period]
    where: tuple[str, ...]
    basis: str

    @property
    def bridge(self) -> Bridge:
        """The bridge asked for."""
        return self.bridges[self.per]


def explained(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    against: str | None = None,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    per: str = "contact",
) -> Explained:
    """Why cost changed from one span to another. See `spans_of` for which two.

    Raises E-ARG-01 and E-ARG-02 for unknown names, E-DATA-01 where a month has no ledger or no contacts.
    """
    unit = _one_of(per, UNITS, "--per")
    spans = spans_of(book, start, end, against)
    book.need("ledger")
    book.need("contacts")
    for span in spans:
        _check_months(book, span)
    tree = list(by) or [d for d in USUAL if d in book.book.filled("contacts")]
    asked = book.ask(by=tree, where=where, basis=basis)
    _check_tree(asked)
    sides = (replace(asked, span=spans[0], grain="whole"), replace(asked, span=spans[1], grain="whole"))
    return _explained(book, sides, unit, tuple(where))


def _explained(book: OpenBook, sides: tuple[Slice, Slice], unit: Unit, where: tuple[str, ...]) -> Explained:
    costed, calendar = book.costed, book.settings.calendar
    labels = (named(sides[0].span, calendar), named(sides[1].span, calendar))
    units, notes = (Fraction(1), Fraction(1)), tuple[str, ...]()
    if unit == "resolution":
        units, notes = _resolutions(book, sides)
    found = gather(costed, sides, labels)
    for side, end in zip(sides, found.ends, strict=True):
        if not end.contacts:
            raise _nothing(book, f"no contact was handled in {named(side.span, calendar)}",
                           "A change of cost per contact needs contacts on both sides.")  # fmt: skip
    wanted: list[Unit] = list(dict.fromkeys(["contact", "total", unit]))
    bridges = {}
    for one in wanted:
        ends = tuple(e.divided(one, units[n]) for n, e in enumerate(found.ends))
        bridges[one] = build(
            found.leaves, found.terms, PARTS, found.pools, ends[0], ends[1], one, costed.currency,
            notes if one == "resolution" else (),
        )  # fmt: skip
    return Explained(bridges, unit, (sides[0].span, sides[1].span), where, sides[0].basis)


def spans_of(
    book: OpenBook, start: str | None, end: str | None, against: str | None
) -> tuple[Period, Period]:
    """The two spans compared.

    Without `against`: the period `start` names and the period `end` names; `end` alone, or nothing, stands
    against the period before it. With `against`: the span from `start` to `end` against another.
    """
    calendar = book.settings.calendar
    if against is not None:
        chosen = _one_of(against, AGAINST, "--against")
        span = book.span(start or end, end or start) if start or end else _last_month(book)
        return (before(span) if chosen == "previous" else last_year(span)), span
    after = named_period(end, "--to", calendar) if end else None
    if start is None:
        after = after or _last_month(book)
        return before(after), after
    if after is None:
        raise problem(
            "E-ARG-02",
            f"--from {start}",
            "one period is named, and a change has two",
            "--from names the period before the change, --to the one after it.",
            f"Add --to PERIOD, or say what {start} is held against: --against previous.",
        )
    return named_period(start, "--from", calendar), after


def _last_month(book: OpenBook) -> Period:
    whole = book.span(None, None)
    return Period(add_months(whole.end, -1), whole.end)


def named(span: Period, calendar: FiscalCalendar) -> str:
    """A span by its shortest name: 2026-01, 2026-Q1, or its first and last month or day."""
    for grain in ("month", "quarter", "year", "fiscal-quarter", "fiscal-year", "week", "day"):
        one = next(g for g in GRAINS if g == grain)
        if (start_of(span.start, one, calendar), next_start(span.start, one, calendar)) == (
            span.start,
            span.end,
        ):
            return label(span.start, one, calendar)
    if span.start.day == 1 and span.end.day == 1:
        return f"{span.start:%Y-%m} to {add_months(span.end, -1):%Y-%m}"
    return f"{span.start} to {span.end.fromordinal(span.end.toordinal() - 1)}"


def _check_months(book: OpenBook, span: Period) -> None:
    """Raise E-DATA-01 where a month of a span has no ledger or no contacts: its cost is not known."""
    paid, worked = set(book.costed.ledger_months), set(book.book.months("contacts"))
    for month in periods(Slice(span).months, "month"):
        for table, known in (("ledger lines", paid), ("contacts", worked)):
            if month.start not in known:
                raise _nothing(
                    book,
                    f"there are no {table} for {month.start:%Y-%m}",
                    f"Without them what a contact cost in {named(span, book.settings.calendar)} "
                    "is unknown, so no change can be told.",
                )


def _nothing(book: OpenBook, what: str, why: str) -> Exception:
    months = sorted(set(book.costed.ledger_months) & set(book.book.months("contacts")))
    do = (
        f"Choose periods from {months[0]:%Y-%m} to {months[-1]:%Y-%m}, or import what is missing."
        if months
        else "Import contacts and a ledger of the same months."
    )
    return problem("E-DATA-01", str(book.workspace.path), what, why, do)


def _check_tree(asked: Slice) -> None:
    for name, column in zip(asked.shown_by, asked.by, strict=True):
        if column in (*LEDGER_DIMENSIONS, "pool"):
            raise problem(
                "E-ARG-01",
                f"--by {name}",
                f"{name} is of the cost, not of the contacts",
                "The tree of a change is made of contacts; each part of it is told by pool anyway.",
                "Use a column of the contacts: channel, team, reason, ...",
            )


def _resolutions(
    book: OpenBook, sides: tuple[Slice, Slice]
) -> tuple[tuple[Fraction, Fraction], tuple[str, ...]]:
    """How many resolutions each side has. Raises E-DATA-01 where it has none, or the data cannot tell."""
    found, notes = [], tuple[str, ...]()
    for side in sides:
        question = replace(side, by=(), asked=())
        told = denominator(book.costed, question, book.costed.cells(question)[0], "resolution")
        many = Fraction(sum(told.quantity.values()))
        if not told.known or not many:
            why = told.notes[0] if told.notes and not told.known else "There is nothing to divide by."
            raise _nothing(book, "cost per resolution is undefined", why)
        found.append(many)
        notes = told.notes
    return (found[0], found[1]), notes


def _one_of(value: str, allowed: Sequence[Choice], option: str) -> Choice:
    for one in allowed:
        if one == value:
            return one
    what, do = f"{value!r} is not one of its values", f"Its values are {', '.join(allowed)}."
    raise problem("E-ARG-01", option, what, did_you_mean(value, allowed), do)


def document(
    book: OpenBook, found: Explained, *, part: str | None = None, call: str = "percontact"
) -> Document:
    """An explained change for people and machines."""
    return bridge_document(
        found.bridges, found.per, found.spans, where=found.where, basis=found.basis,
        demo=book.settings.demo, part=part, call=call,
    )  # fmt: skip
