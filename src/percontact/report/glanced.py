# SPDX-License-Identifier: Apache-2.0
"""A period at a glance as a document: the sentence that is read first, and its tables.

Seen        all that stands on the first page
  Reading   one metric: its value, how sure it is, how it changed
  Month     cost per contact of one month, with the plan
  Share     one channel (team, reason): now, and what it is held against
  Mover     one part of the change, in a sentence
  Fresh     how new the data is, and what is worst about it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from percontact.explain.noted import Event
from percontact.metrics.guard import Guardrail, Verdict
from percontact.report.answer import BASES
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.health import Finding
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.spoken import heading, month_name, spoken, when
from percontact.report.statement import Comparison, Statement
from percontact.report.words import BUDGET, DEMO_NOTE, change_digits, value_text
from percontact.values.period import Period

BASIS_WORDS = {"used": "for the work done", "full": "with unused time", "marginal": "in variable cost"}
COMPARED = {"previous": "period before", "last-year": "same period last year", "budget": BUDGET}
"""What a reader compares with -> its name in a statement."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric in words. says: its range, what it is made of; change: with its sign; verdict: which way."""

    metric: str
    name: str
    value: str
    says: str
    change: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Month:
    """Cost per contact of a month: on the basis asked for, with unused time, as planned; None = unknown."""

    start: date
    value: Decimal | None
    full: Decimal | None
    budget: Decimal | None
    contacts: int


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a dimension: its cost, its contacts, cost per contact now and then."""

    name: str | None
    cents: int | None
    contacts: int
    now: Decimal | None
    then: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Now less then."""
        return None if self.now is None or self.then is None else self.now - self.then


@dataclass(frozen=True, slots=True)
class Mover:
    """One part of the change: its name, what it brought, and the sentence that says so."""

    part: str
    change: Decimal
    says: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """How new the data is. worst: what `check` finds first, of so many findings."""

    last_contact: date | None
    last_line: date | None
    worst: Finding | None
    findings: int

    @property
    def says(self) -> str:
        """Both days in a sentence."""
        told = [
            f"{what} {day.day} {day:%B %Y}"
            for what, day in (("Last contact", self.last_contact), ("last ledger line", self.last_line))
            if day
        ]
        return f"{', '.join(told)}." if told else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A period at a glance.

    span, other   the days shown, and those they are held against; None = nothing there, or the budget
    part          the days of the span that `other` is held against; None = all of them
    known         from the first month that can be shown to the last; None = no month can
    lacking       what of the days to hold it against is not in the books; "" = all is there
    compare       previous, last-year or budget
    statement     the cost of the span by `dimension`
    movers        largest first; none where the change cannot be split, and `unsplit` says why
    """

    span: Period
    known: Period | None
    part: Period | None
    lacking: str
    other: Period | None
    compare: str
    dimension: str
    statement: Statement
    readings: tuple[Reading, ...]
    rails: tuple[Guardrail, ...]
    months: tuple[Month, ...]
    shares: tuple[Share, ...]
    movers: tuple[Mover, ...]
    unsplit: str
    fresh: Fresh
    events: tuple[Event, ...]

    @property
    def is_there(self) -> bool:
        """Whether any of its days lies in the months that can be shown."""
        known = self.known
        return known is None or (known.start < self.span.end and self.span.start < known.end)

    @property
    def against(self) -> str:
        """What it is held against, as a heading: "May 2026", "Budget"."""
        return other_name(self.compare, self.other)

    @property
    def full(self) -> Decimal | None:
        """Cost per contact with unused time."""
        forms = {f.name: f.value for f in self.statement.other_forms}
        return forms.get("cost per contact, full")

    def compared(self, name: str) -> Comparison | None:
        """The statement's comparison with the period before, last year or the budget."""
        return next((c for c in self.statement.comparisons if c.name == COMPARED[name]), None)


def other_name(compare: str, other: Period | None) -> str:
    """What a figure is held against, as a heading."""
    if compare == "budget":
        return "Budget"
    return heading(other) if other else "Before"


def glance_document(seen: Seen) -> Document:
    """The first page for people and machines."""
    s = seen.statement
    shares, months = shares_table(seen), months_table(seen)
    return Document(
        title=f"Cost per contact {when(seen.span)}",
        headline=" ".join(sentences(seen)),
        tables=(_readings(seen), shares, months, *_movers(seen)),
        notes=tuple(n for n in s.notes if n != DEMO_NOTE),
        data={
            "currency": s.currency,
            "basis": s.basis,
            "first_day": seen.span.start.isoformat(),
            "last_day": seen.span.end.fromordinal(seen.span.end.toordinal() - 1).isoformat(),
            "compared_with": seen.compare,
            "cost_per_contact": None if s.total.value is None else str(s.total.value),
            "figures": records_of(_readings(seen)),
            f"by_{seen.dimension}": records_of(shares),
            "months": records_of(months),
            "movers": [
                {"part": m.part, "change": str(m.change), "says": m.says, "meaning": m.meaning}
                for m in seen.movers
            ],
            "last_contact": seen.fresh.last_contact and seen.fresh.last_contact.isoformat(),
            "last_ledger_line": seen.fresh.last_line and seen.fresh.last_line.isoformat(),
            "findings": seen.fresh.findings,
            "worst": seen.fresh.worst and seen.fresh.worst.what,
            "notes": list(s.notes),
        },
        records=shares,
        facts=tuple(_facts(seen)),
        definitions=((f"Basis {s.basis}", BASES.get(s.basis, s.basis)),),
        demo=DEMO_NOTE if s.demo else "",
    )


# -- words -------------------------------------------------------------------------------------------------


def sentences(seen: Seen) -> Iterator[str]:
    """What one contact cost, against what, the budget, and whether quality held."""
    s = seen.statement
    inside = f" ({', '.join(s.where)})" if s.where else ""
    if s.total.value is None:
        yield f"What one contact cost {when(seen.span)}{inside} is not known."
        if not seen.is_there and seen.known is not None:
            yield f"Contacts and cost are known {when(seen.known)}."
        return
    told = f"{s.currency} {value_text(s.total.value, s.currency)} per contact {when(seen.span)}{inside}"
    told += f", {BASIS_WORDS[s.basis]}"
    if s.basis == "used" and seen.full is not None:
        told += f"; {value_text(seen.full, s.currency)} with unused time"
    yield f"{told}."
    yield from _against(seen)
    yield quality_says(seen.rails, _change(seen), seen.compare, seen.other)


def _change(seen: Seen) -> Decimal | None:
    found = seen.compared(seen.compare)
    return found.change if found else None


def _against(seen: Seen) -> Iterator[str]:
    s, digits = seen.statement, change_digits(seen.statement)
    beside = seen.compared(seen.compare)
    if seen.compare != "budget":
        if beside is None or beside.change is None:
            missing = seen.lacking.rstrip(".") or (beside.missing if beside else "no data")
            yield f"There is nothing to compare with: {missing[:1].lower()}{missing[1:]}."
        elif seen.other is not None and seen.part is not None:
            than = _than(beside.change, f"{spoken(seen.other)}", digits)
            yield f"{heading(seen.part)}: {than}."
        elif seen.other is not None:
            yield _sentence(_than(beside.change, when(seen.other), digits))
    budget = seen.compared("budget")
    if budget is None or budget.missing == "no budget imported":
        if seen.compare == "budget":
            yield "There is no budget to compare with: none is imported."
        return
    if budget.value is None or budget.change is None:
        yield f"Budget: {budget.missing}."
        return
    plan = f"{s.currency} {value_text(budget.value, s.currency)}"
    change = round(budget.change, digits)
    side = f"{abs(change):,.{digits}f} {'over' if change > 0 else 'under'} it" if change else "just met"
    yield f"Budget: {plan}{'' if s.basis == 'full' else ' with unused time'}, {side}."


def _than(change: Decimal, span: str, digits: int) -> str:
    rounded = round(change, digits)
    if not rounded:
        return f"much the same as {span}"
    return f"{abs(rounded):,.{digits}f} {'more' if rounded > 0 else 'less'} than {span}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def quality_says(
    rails: Sequence[Guardrail], change: Decimal | None, compare: str, other: Period | None
) -> str:
    """Whether quality held while cost moved; never told by cost alone."""
    known = [r for r in rails if r.verdict != "unknown"]
    if not known:
        return "Whether quality held is not known."
    worse = [r.card.name[:1].lower() + r.card.name[1:] for r in known if r.verdict == "worse"]
    where = f" (against {spoken(other)})" if compare == "budget" and other else ""
    if worse:
        named = " and ".join([", ".join(worse[:-1]), worse[-1]] if worse[1:] else worse)
        return (
            f"{'Cheaper and worse' if change is not None and change < 0 else 'Quality fell'}: {named}{where}."
        )
    missing = [r.card.name[:1].lower() + r.card.name[1:] for r in rails if r.verdict == "unknown"]
    held = f"Quality held{where}"
    return f"{held}, as far as is known; {' and '.join(missing)} is not." if missing else f"{held}."


# -- tables ------------------------------------------------------------------------------------------------


def _readings(seen: Seen) -> Table:
    columns = (
        TableColumn("name", "Figure"),
        TableColumn("value", heading(seen.span)),
        TableColumn("change", "Change"),
        TableColumn("says", "What it rests on"),
        TableColumn("metric", "Metric", detail=True),
        TableColumn("verdict", "Verdict", detail=True),
    )
    rows = tuple((r.name, r.value, r.change, r.says, r.metric, r.verdict) for r in seen.readings)
    return Table("Figures", columns, rows)


def shares_table(seen: Seen) -> Table:
    """A row a channel (team, reason), the dearest first."""
    s = seen.statement
    per = f"{s.currency} per contact"
    columns = (
        TableColumn(seen.dimension, seen.dimension.capitalize()),
        TableColumn("value", per, "value", s.currency),
        *(
            (
                TableColumn("other", seen.against, "value", s.currency),
                TableColumn("change", "Change", "value", s.currency, digits=change_digits(s)),
            )
            if any(x.then is not None for x in seen.shares)
            else ()
        ),
        TableColumn("cost", f"Cost, {s.currency}", "money", s.currency),
        TableColumn("contacts", "Contacts", "count"),
    )
    wide = len(columns) > 4
    rows: list[tuple[Cell, ...]] = [
        (x.name, x.now, *((x.then, x.change) if wide else ()), x.cents, x.contacts) for x in seen.shares
    ]
    found = seen.compared(seen.compare)
    beside = (found.value, found.change) if found else (None, None)
    total = ("Total", s.total.value, *(beside if wide else ()), s.total.cents, s.total.contacts)
    return with_rounding(Table(f"Cost per contact by {seen.dimension}", columns, tuple(rows), total))


def months_table(seen: Seen) -> Table:
    """A row a month."""
    s = seen.statement
    per = f"{s.currency} per contact"
    both = s.basis != "full"
    columns = (
        TableColumn("month", "Month"),
        TableColumn("value", f"{per}, {BASIS_WORDS[s.basis]}", "value", s.currency),
        *((TableColumn("full", f"{per}, with unused time", "value", s.currency),) if both else ()),
        TableColumn("budget", "Budget", "value", s.currency),
        TableColumn("contacts", "Contacts", "count"),
    )
    rows = tuple(
        (month_name(m.start), m.value, *((m.full,) if both else ()), m.budget, m.contacts)
        for m in seen.months
    )
    return Table("Month by month", columns, rows)


def _movers(seen: Seen) -> Iterator[Table]:
    if seen.movers:
        s = seen.statement
        columns = (
            TableColumn("part", "What moved it"),
            TableColumn(
                "change", f"{s.currency} per contact", "value", s.currency, digits=change_digits_of(seen)
            ),
            TableColumn("meaning", "What it is"),
        )
        yield Table("Largest movers", columns, tuple((m.part, m.change, m.meaning) for m in seen.movers))


def change_digits_of(seen: Seen) -> int:
    """Decimals of the movers, as they are."""
    return max((-int(m.change.as_tuple().exponent) for m in seen.movers), default=2)


def _facts(seen: Seen) -> Iterator[tuple[str, str]]:
    s = seen.statement
    yield "Days", f"{seen.span.start} to {seen.span.end.fromordinal(seen.span.end.toordinal() - 1)}"
    yield "Compared with", seen.against
    if s.where:
        yield "Where", "; ".join(s.where)
    yield "Basis", s.basis
    yield "Policy", s.policy
    if s.snapshot is not None:
        yield "Snapshot", str(s.snapshot)
