# SPDX-License-Identifier: Apache-2.0
"""Answers to why: a change of cost between two spans, or from a plan to what came, split by cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeVar

from percontact.costing.asked import named_period
from percontact.costing.composition import LEDGER_DIMENSIONS
from percontact.costing.denominator import denominator
from percontact.costing.planned import PLANNED_BY, plan_of
from percontact.costing.slice import Condition, Slice
from percontact.explain.bridge import UNITS, Bridge, Unit
from percontact.explain.bridging import build
from percontact.explain.days import days_of_some, working_days
from percontact.explain.doubts import Doubts, doubts
from percontact.explain.gather import PARTS, WORKS, Gathered, gather
from percontact.explain.gather_plan import PLAN_PARTS, gather_plan
from percontact.explain.prices import AccountCosts, account_costs
from percontact.pipeline import OpenBook
from percontact.report.bridge_doubts import doubt_notes
from percontact.report.bridge_ways import Inside
from percontact.report.bridged import bridge_document
from percontact.report.contact_list import contact_document
from percontact.report.document import Document, Table
from percontact.report.looking import slice_words
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

AGAINST = ("previous", "last-year", "budget")
CONTACTS = 5
"""So many contacts are shown beside an opened part; a command lists the others."""
UNEQUAL = 10
"""Spans whose lengths differ by more than a fifth of their mean are called unequal: months never do."""
USUAL = ("channel", "team", "reason")
"""The tree of contacts where no other is asked for, as far as contacts name its dimensions."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A change of cost, split, with what always stands beside it.

    bridges  unit -> its bridge; cost per contact and total cost always, cost per resolution where asked
    per      the unit asked for
    spans    the days of both sides; None of a budget
    doubts   what the data of the two sides lacks; None of a budget
    notes    what the reader should know of the two sides themselves
    """

    bridges: Mapping[Unit, Bridge]
    per: Unit
    spans: tuple[Period | None, Period]
    where: tuple[str, ...]
    basis: str
    doubts: Doubts | None
    notes: tuple[str, ...] = ()

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
    basis: str | None = None,
    per: str = "contact",
    accounts: Literal["with", "without"] = "without",
    spans: tuple[Period, Period] | None = None,
) -> Explained:
    """Why cost changed from one span to another. See `spans_of` for which two.

    spans     the two themselves, instead of their names
    basis     None: used, or full against a budget, which plans all cost
    accounts  "with": parts are told by ledger account too, which takes one more look at the ledger
    Raises E-ARG-01 and E-ARG-02 for unknown names, E-DATA-01 where a month has no ledger or no contacts.
    """
    unit = _one_of(per, UNITS, "--per")
    spans = spans or spans_of(book, start, end, against)
    book.need("ledger")
    book.need("contacts")
    for span in spans:
        _check_months(book, span)
    tree = list(by) or [d for d in USUAL if d in book.book.filled("contacts")]
    asked = book.ask(by=tree, where=where, basis=basis or ("full" if against == "budget" else "used"))
    _check_tree(asked)
    if against == "budget":
        return _against_budget(book, replace(asked, span=spans[1], grain="whole"), unit, tuple(where), by)
    sides = (replace(asked, span=spans[0], grain="whole"), replace(asked, span=spans[1], grain="whole"))
    found = _explained(book, sides, unit, tuple(where), accounts)
    if against is None and start and end:
        found = replace(found, notes=tuple(_two_sides(start, end, spans)))
    return found


def _explained(
    book: OpenBook, sides: tuple[Slice, Slice], unit: Unit, where: tuple[str, ...], accounts: str
) -> Explained:
    costed, calendar = book.costed, book.settings.calendar
    labels = (named(sides[0].span, calendar), named(sides[1].span, calendar))
    units, notes = (Fraction(1), Fraction(1)), tuple[str, ...]()
    if unit == "resolution":
        units, notes = _resolutions(book, sides)
    found = gather(costed, sides, labels)
    for side, end in zip(sides, found.ends, strict=True):
        if not end.contacts:
            book.check_values(side)
            why = "A change of cost per contact needs contacts on both sides."
            raise _nothing(book, f"no contact was handled in {end.label}", why)
    doubtful = doubts(costed, sides, WORKS)
    by_account: Sequence[AccountCosts] = ()
    if accounts == "with":
        months = [side.months for side in sides]
        by_account = account_costs(costed, months, sides[0].basis, found.components)
    bridges = _bridges(book, found, PARTS, unit, units, notes, by_account)
    return Explained(bridges, unit, (sides[0].span, sides[1].span), where, sides[0].basis, doubtful)


def _bridges(
    book: OpenBook,
    found: Gathered,
    parts: tuple[str, ...],
    unit: Unit,
    units: tuple[Fraction, Fraction],
    notes: tuple[str, ...],
    accounts: Sequence[AccountCosts] = (),
) -> dict[Unit, Bridge]:
    """The bridges of cost per contact, of total cost, and of the unit asked for."""
    wanted: list[Unit] = list(dict.fromkeys(["contact", "total", unit]))
    ends = [replace(e, days=working_days(book.costed, e.span) if e.span else None) for e in found.ends]
    bridges = {}
    for one in wanted:
        before_it, after_it = (e.divided(one, units[n]) for n, e in enumerate(ends))
        bridges[one] = build(
            found.leaves, found.terms, parts, found.pools, before_it, after_it, one, book.costed.currency,
            notes if one == "resolution" else (), accounts,
        )  # fmt: skip
    return bridges


def _against_budget(
    book: OpenBook, asked: Slice, unit: Unit, where: tuple[str, ...], by: Sequence[str]
) -> Explained:
    """What was planned against what came. Raises E-ARG-01 for what a budget does not plan."""
    if unit == "resolution" or asked.basis != "full":
        what = "--per resolution" if unit == "resolution" else f"--basis {asked.basis}"
        raise problem(
            "E-ARG-01", what, "a budget does not plan that",
            "It plans all cost and its contacts: basis full, per contact or in total.",
            "Leave the option away.",
        )  # fmt: skip
    wrong = [c.dimension for c in asked.where if c.dimension not in PLANNED_BY]
    wrong += [d for d in (asked.by if by else ()) if d not in PLANNED_BY]
    if wrong:
        raise problem(
            "E-ARG-01", f"--against budget, {wrong[0]}", f"budgets do not plan by {wrong[0]}",
            "They are by channel and team only.", "Leave it away, or name channel or team.",
        )  # fmt: skip
    label = named(asked.span, book.settings.calendar)
    plan = plan_of(book.costed.con, book.book, asked.span, asked.where)
    if not plan.contacts:
        raise problem(
            "E-DATA-01", str(book.workspace.path),
            f"there is no budget with contacts for {label}" + (f": {plan.missing}" if plan.missing else ""),
            "A plan is compared by what one contact was to cost, so it needs amounts and contacts.",
            "Import it: percontact import budgets FILE (date, channel, amount, contacts).",
        )  # fmt: skip
    found = gather_plan(book.costed, asked, (f"budget {label}", label))
    if not all(e.contacts for e in found.ends):
        raise _nothing(
            book, f"no contact was handled in {label}", "There is nothing to hold against the plan."
        )
    none = (Fraction(1), Fraction(1))
    bridges = _bridges(book, found, PLAN_PARTS, unit, none, ())
    return Explained(bridges, unit, (None, asked.span), where, "full", None)


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
        return {"previous": before(span), "last-year": last_year(span), "budget": span}[chosen], span
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


def _two_sides(start: str, end: str, spans: tuple[Period, Period]) -> Iterator[str]:
    """What a reader may take wrongly of two periods: where, what, why it may matter, what to do."""
    first, last = spans
    asked = f"explain --from {start} --to {end}"
    sides = f"{asked}: two periods are compared, {start} before and {end} after"
    whole = f"percontact {asked} --against previous"
    if first.end < last.start:
        yield (
            f"{sides}; the days between them are in neither. Here --from and --to name the two sides of a "
            f"change, not the ends of a span. For the whole span against the one before it: {whole}."
        )
    elif last.start < first.end and first.start < last.end:
        yield (
            f"{sides}; they overlap, so what they share is on both sides. Name two that do not, or hold the "
            f"whole span against the one before it: {whole}."
        )
    if abs(first.days - last.days) * UNEQUAL > first.days + last.days:
        yield (
            f"The periods are of unequal length: {start} has {first.days} day{'s' * (first.days > 1)}, {end} "
            f"{last.days}. Total cost and volume differ by that alone. Read cost per contact, or name "
            "periods of one length."
        )


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
    book: OpenBook, found: Explained, *, part: str | None = None, call: str = "percontact", rests_on: str = ""
) -> Document:
    """An explained change for people and machines. rests_on: the basis in words; "" = by its name."""
    doubtful = tuple(doubt_notes(found.doubts, found.bridge)) if found.doubts else ()
    return bridge_document(
        found.bridges, found.per, found.spans, where=found.where, basis=found.basis,
        demo=book.settings.demo, first=found.notes, part=part,
        notes=(*doubtful, *_days_of_sites(book, found)),
        contacts=lambda inside: _contacts(book, found, inside), call=call, rests_on=rests_on,
    )  # fmt: skip


def _days_of_sites(book: OpenBook, found: Explained) -> list[str]:
    """How days count that only some sites have off, where there are any in the two spans."""
    days, sites = days_of_some(book.costed, [span for span in found.spans if span])
    if not days:
        return []
    told = "1 day" if len(days) == 1 else f"{len(days)} days"
    return [
        f"Working days: on {told} only some of the sites that the calendar names ({', '.join(sites)}) were "
        f"closed. Such a day counts as the part of these sites that worked, each site alike, however many "
        "contacts it takes."
    ]


def _contacts(book: OpenBook, found: Explained, inside: Inside) -> Table:
    """The dearest contacts of the second side in the slice where most of a part lies."""
    asked = book.ask(where=found.where, basis=found.basis)
    where = (*asked.where, *(Condition(d, (value,)) for d, value in inside))
    question = replace(asked, span=found.spans[1], grain="whole", by=(), asked=(), where=where)
    listed = contact_document(book.costed, question, top=CONTACTS)
    table = listed.tables[0]
    label = named(found.spans[1], book.settings.calendar)
    slice_of = f", {slice_words(inside)}" if inside else ""
    note = f"The {len(table.rows)} dearest of {listed.data['contacts_in_all']:,} in {label}{slice_of}."
    return replace(table, note=note)
