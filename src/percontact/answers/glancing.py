# SPDX-License-Identifier: Apache-2.0
"""Answers at a glance: what one contact cost in a period, with its quality and what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.answers.checking import checked
from percontact.answers.explaining import explained
from percontact.answers.measuring import attained, panel_of
from percontact.answers.reaching import Sides, held_against, need_comparison, noted, reached
from percontact.costing.planned import planned, planned_months
from percontact.costing.slice import Slice
from percontact.explain.bridge import Bridge, Part
from percontact.explain.noted import Event, read_events
from percontact.metrics.card import Card
from percontact.metrics.figure import Figure, Panel
from percontact.metrics.guard import GUARDS, Verdict, guard, judge
from percontact.metrics.target import read_promises
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.attained import says as met_or_missed
from percontact.report.bridge_shown import digits_of, shown_parts
from percontact.report.bridge_words import is_chance, leading, meaning
from percontact.report.closed import BASES
from percontact.report.document import Document, Worded
from percontact.report.glanced import (
    COMPARED,
    Fresh,
    Month,
    Mover,
    Reading,
    Seen,
    Share,
    glance_document,
)
from percontact.report.groups import cost_of_one
from percontact.report.measured import MARKS, change_words, made_of, value_words
from percontact.report.spoken import spoken, when
from percontact.report.statement import Comparison, Statement
from percontact.report.words import value_text
from percontact.values.money import minor_digits
from percontact.values.period import Period, add_months, before, last_year
from percontact.values.problem import PercontactError

STAFFED = "occupancy"
SHOWN = (
    "cost_per_contact", "cost_per_resolution", "first_contact_resolution", "customer_satisfaction",
    "service_level", STAFFED,
)  # fmt: skip
"""What is read first: cost of one, of one that settled it, and whether it was good."""

ALONG = ("channel", "team", "reason")
"""The first of them that is not filtered by is what cost is parted by."""

MONTHS = 25
"""So many months of trend: the same month of the last two years, and what lies between."""

_UNKNOWN: Verdict = "unknown"
MOST = 12
"""So many values of a dimension are shown, those with most cost."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A period at a glance: what is seen, and its document."""

    seen: Seen
    document: Document


def glanced(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    compare: str = "previous",
    where: Sequence[str] = (),
    basis: str = "used",
) -> Glance:
    """A period at a glance, as far as the books reach: what is left out is said.

    A budget plans all cost, so beside it all figures are on basis full.

    Raises E-DATA-01 without contacts or a ledger, E-ARG-01 for unknown names.
    """
    book.need("contacts")
    book.need("ledger")
    need_comparison(compare)
    reach = reached(book, start, end)
    question = book.ask(
        start=reach.start, end=reach.end, where=where, basis="full" if compare == "budget" else basis
    )
    question = replace(question, grain="whole")
    along = _along(book, question)
    # The months of the trend hold every total of the page: asked for first, the others are sums of them.
    if (trend := _trend(book, question)) is not None:
        for basis in dict.fromkeys((question.basis, *BASES)):
            book.costed.cells(book.costed.with_ledger(replace(trend, basis=basis)))
    statement = book.state(replace(question, by=(along,), asked=(along,)))
    # Quality has no budget: it is then held against the period before.
    sides = held_against(book, reach, compare)
    other = replace(question, span=sides.then or sides.wanted)
    there = sides.then is not None and _has_data(book, other)
    statement = _held(book, statement, question, sides, compare)
    movers, unsplit = _movers(book, question, sides, compare, where) if reach.is_there else ([], sides.says)
    now, then = _totals(book, question, where), _totals(book, other, where) if there else None
    whole = sides.now == question.span
    like = now if whole or then is None else _totals(book, replace(question, span=sides.now), where)
    cards = [c for c in now.cards if c.metric in GUARDS]
    seen = Seen(
        span=question.span,
        known=reach.known,
        part=None if whole else sides.now,
        lacking=sides.says,
        other=other.span if there else None,
        compare=compare,
        dimension=along,
        statement=statement,
        readings=tuple(_readings(book, now, like, then, compare, statement)),
        rails=tuple(guard(cards, like.totals, then.totals)) if then else (),
        months=tuple(_months(book, question)),
        shares=tuple(_shares(book, question, other if there and whole else None, compare, along, statement)),
        movers=tuple(movers),
        unsplit=unsplit,
        fresh=book.costed.once("fresh", lambda: _fresh(book)),
        events=tuple(_events(book, question)),
    )
    return Glance(seen, noted(glance_document(seen), reach.says, "" if compare == "budget" else sides.says))


def _held(book: OpenBook, statement: Statement, question: Slice, sides: Sides, compare: str) -> Statement:
    """The statement beside what a page holds it against, which is not always the span right before it."""
    if compare == "budget" or (
        sides.now == question.span
        and sides.then == (last_year if compare == "last-year" else before)(question.span)
    ):
        return statement
    name = COMPARED[compare]
    others = [c for c in statement.comparisons if c.name != name]
    if sides.then is None:
        found = Comparison(name, spoken(sides.wanted), None, None, None, None, sides.says)
        return replace(statement, comparisons=(found, *others))
    now, then = (
        book.state(replace(question, span=span), compare=False).total for span in (sides.now, sides.then)
    )
    change = None if now.value is None or then.value is None else now.value - then.value
    found = Comparison(name, spoken(sides.then), then.cents, then.denominator, then.value, change)
    return replace(statement, comparisons=(found, *others))


def _along(book: OpenBook, question: Slice) -> str:
    """What cost is parted by: the first dimension that is not filtered to one value."""
    one = {c.dimension for c in question.where if len(c.values) == 1 and not c.negate}
    filled = book.book.filled("contacts")
    return next((d for d in ALONG if d not in one and d in filled), ALONG[0])


def _has_data(book: OpenBook, question: Slice) -> bool:
    """Whether contacts and ledger reach into all months of a question."""
    held = set(book.costed.ledger_months) & set(book.book.months("contacts"))
    months = question.months
    found = [m for m in held if m in months]
    return len(found) == (months.end.year - months.start.year) * 12 + months.end.month - months.start.month


# -- figures -----------------------------------------------------------------------------------------------


def _readings(
    book: OpenBook, now: Panel, like: Panel, then: Panel | None, compare: str, statement: Statement
) -> Iterator[Reading]:
    """Each metric of the tiles in words. like: the days of `now` that have a counterpart in `then`."""
    currency = book.settings.currency
    targets = _targets(book, now) if compare == "budget" else {}
    for card in now.cards:
        if card.metric not in SHOWN:
            continue
        figure = now.totals[card.metric]
        value = "not known" if figure.value is None else value_words(card, figure.value, currency)
        says = _rests_on(card, figure, currency, statement)
        if compare == "budget":
            change, verdict = _beside_plan(card, statement, targets)
        elif then is None:
            change, verdict = "", _UNKNOWN
        else:
            verdict = judge(card, like.totals[card.metric], then.totals[card.metric])
            change = _than(card, like, then, currency, verdict)
            if change and like is not now:
                change += f" ({spoken(like.question.span)})"
        yield Reading(card.metric, card.name, value, says, change, verdict)


def _totals(book: OpenBook, question: Slice, where: Sequence[str]) -> Panel:
    """The metrics of the tiles and the guardrails over a question's span, in one pass."""
    span = question.span
    first, last = f"{span.start}", f"{span.end.fromordinal(span.end.toordinal() - 1)}"
    names = dict.fromkeys((*SHOWN, *GUARDS))
    return panel_of(book, list(names), start=first, end=last, where=where, basis=question.basis)


def _than(card: Card, now: Panel, then: Panel, currency: str, verdict: str) -> str:
    if verdict == "unknown":
        return ""
    words, span = (
        _moved(card, now.totals[card.metric], then.totals[card.metric], currency),
        then.question.span,
    )
    if not words:
        return f"as {when(span)}"
    chance = ", within chance" if verdict == "within chance" else ""
    return words.said(f"{words} against {spoken(span)}{chance}")


def _moved(card: Card, now: Figure, then: Figure, currency: str) -> Worded:
    """A change with its sign, in the decimals of its figure: "+0.06 (+1.6%)"; "" where none can be seen."""
    if now.value is None or then.value is None:
        return Worded("")
    change = now.value - then.value
    if not card.unit.startswith("money"):
        words = change_words(card, now, then, currency)
        return Worded("") if words.lstrip("+-").startswith("0.0 ") else words
    digits = minor_digits(currency) + (0 if now.value >= 1 else 2)
    amount = round(Decimal(change.numerator) / change.denominator, digits)
    part = f" ({float(change / then.value):+.1%})" if then.value else ""
    text = f"{amount:+,.{digits}f}{part}" if amount else ""
    return Worded(text, amount, digits=digits, before=currency, signed=True)


def _rests_on(card: Card, figure: Figure, currency: str, statement: Statement) -> str:
    """The small line under a figure: its range, or what it is made of, or why it is not known."""
    if figure.value is None and card.metric == STAFFED and statement.where:
        return "known for all contacts together only"
    if figure.value is None:
        return next((MARKS[m] for m in figure.marks if m in MARKS and m != "few"), "")
    if card.metric == STAFFED:
        proof = statement.proof
        if proof.ledger <= 0 or proof.unused <= 0:
            return "of the time available for contacts"
        return f"unused time is {Decimal(proof.unused) / proof.ledger:.0%} of all cost"
    if figure.interval is not None and card.unit == "%":
        low, high = (float(x) * 100 for x in figure.interval)
        return f"{low:.1f} to {high:.1f}% (95% range), of {_count(figure)}"
    made = made_of(card, figure, currency)
    return f"{made} {card.per.replace('-', ' ')}s" if made and card.per else made


def _count(figure: Figure) -> str:
    return f"{int(figure.denominator or 0):,}"


def _beside_plan(card: Card, statement: Statement, targets: dict[str, str]) -> tuple[str, Verdict]:
    if card.metric == "cost_per_contact":
        found = next((c for c in statement.comparisons if c.name == COMPARED["budget"]), None)
        if found is None or found.change is None or found.value is None:
            return "no budget", _UNKNOWN
        plan = f"{statement.currency} {value_text(found.value, statement.currency)}"
        if not round(found.change, minor_digits(statement.currency)):
            return f"as planned ({plan})", "same"
        over = found.change > 0
        digits = minor_digits(statement.currency)
        moved = f"{abs(found.change):,.{digits}f} {'over' if over else 'under'} the budget of {plan}"
        told = Worded(moved, found.change, digits=digits, before=statement.currency, signed=True, more=True)
        return told, "worse" if over else "better"
    kept = targets.get(card.metric, "")
    if not kept:
        return ("not in the budget" if card.kind == "cost" else "no target"), _UNKNOWN
    return kept, "worse" if "missed" in kept else "same"


def _targets(book: OpenBook, now: Panel) -> dict[str, str]:
    """Metric -> whether the promise for all contacts was kept."""
    if now.question.where or not read_promises(connect(), book.book):
        return {}
    cards = tuple(c for c in now.cards if c.kind != "cost")
    return {
        a.card.metric: f"target {met_or_missed(a, book.settings.currency)}"
        for a in attained(book, replace(now, cards=cards))
        if not a.promise.where
    }


# -- over time and by channel ------------------------------------------------------------------------------


def _trend(book: OpenBook, question: Slice) -> Slice | None:
    """The months of the trend: those up to the last one asked for; None where none has data."""
    last = question.months.end
    known = [m for m in book.months() if add_months(last, -MONTHS) <= m < last]
    return replace(question, span=Period(known[0], last), grain="month") if known else None


def _months(book: OpenBook, question: Slice) -> Iterator[Month]:
    """Cost per contact of the months up to the last one asked for."""
    asked = _trend(book, question)
    if asked is None:
        return
    span = asked.span
    rows = {line.start: line for line in book.state(asked, compare=False).rows}
    full = rows
    if question.basis != "full":
        full = {x.start: x for x in book.state(replace(asked, basis="full"), compare=False).rows}
    plans = planned_months(book.costed.con, book.book, span, question.where)
    for month in (m for m in book.months() if m in span):
        row, whole = rows.get(month.isoformat()), full.get(month.isoformat())
        pico, contacts = plans.get(month, (0, Fraction(0)))
        yield Month(
            month,
            row.value if row else None,
            whole.value if whole else None,
            cost_of_one(pico, contacts) if contacts else None,
            row.contacts if row else 0,
        )


def _shares(
    book: OpenBook, question: Slice, other: Slice | None, compare: str, along: str, statement: Statement
) -> Iterator[Share]:
    """The values of a dimension with most cost, the dearest contact first."""
    lines = [x for x in statement.rows if not x.label]
    then: dict[str | None, Decimal | None] = {}
    if compare == "budget":
        if along in ("channel", "team") and all(c.dimension in ("channel", "team") for c in question.where):
            plans = planned(book.costed, question, (along,)) if book.book.has("budgets") else {}
            then = {v[0]: cost_of_one(pico, n) if n else None for v, (pico, n) in plans.items()}
    elif other is not None:
        before_it = book.state(replace(other, by=(along,), asked=(along,)), compare=False)
        then = {x.values[0]: x.value for x in before_it.rows if not x.label}
    kept = sorted(lines, key=lambda x: -abs(x.cents or 0))[:MOST]
    for x in sorted(kept, key=lambda x: (x.value is None, -(x.value or 0))):
        yield Share(x.values[0], x.cents, x.contacts, x.value, then.get(x.values[0]))


def _events(book: OpenBook, question: Slice) -> Iterator[Event]:
    """Noted events that say nothing of another slice."""
    if not book.book.has("events"):
        return
    inside = {c.dimension: c.values for c in question.where if not c.negate}
    for event in book.costed.once("events", lambda: read_events(connect(), book.book)):
        if all(v in inside.get(d, (v,)) for d, v in event.touches):
            yield event


# -- what moved it, and how new the data is ----------------------------------------------------------------


def _movers(
    book: OpenBook, question: Slice, sides: Sides, compare: str, where: Sequence[str]
) -> tuple[list[Mover], str]:
    """(the three largest parts of the change, why it cannot be split)."""
    spans = (question.span, question.span) if compare == "budget" else (sides.then, sides.now)
    if spans[0] is None:
        return [], sides.says
    try:
        found = explained(
            book, against=compare, where=where, basis=question.basis, spans=(spans[0], spans[1])
        )
    except PercontactError as error:
        return [], f"{error.problem.what[:1].upper()}{error.problem.what[1:]}."
    return [_mover(p, n, found.bridge) for p, n in _largest(found.bridge)], ""


def _largest(bridge: Bridge) -> list[tuple[Part, int]]:
    sizes = shown_parts(bridge, digits_of(bridge))
    return [(p, n) for p, n in zip(bridge.parts, sizes, strict=True) if n][:3]


def _mover(part: Part, size: int, bridge: Bridge) -> Mover:
    digits = digits_of(bridge)
    change = Decimal(size).scaleb(-digits)
    lead = leading(part, bridge)
    name = f"{part.name[:1].upper()}{part.name[1:]}"
    says = (
        f"{name} {'added' if size > 0 else 'saved'} {bridge.currency} {abs(change):,.{digits}f} per contact"
    )
    if lead:
        says += f", chiefly {lead.dimension} {lead.value}"
    return Mover(
        part.name, change, says + (" (within chance)" if is_chance(part) else ""), meaning(part.name)
    )


def _fresh(book: OpenBook) -> Fresh:
    """The last days of contacts and ledger, and what `check` finds. Short and the same for all questions."""
    months = book.book.months("contacts")
    days = book.costed.cells(Slice(Period(months[-1], add_months(months[-1], 1)), "day"))[0]
    found = checked(book)
    return Fresh(
        max((c.period for c in days), default=None), _last_line(book), next(iter(found), None), len(found)
    )


def _last_line(book: OpenBook) -> date | None:
    lines = book.book.relation("ledger", ["posted_on", "period_start"])
    row = book.costed.con.execute(f"SELECT max(coalesce(posted_on, period_start)) FROM {lines}").fetchone()
    return row[0] if row else None
