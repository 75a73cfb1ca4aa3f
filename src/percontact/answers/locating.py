# SPDX-License-Identifier: Apache-2.0
"""Answers to where: the slices behind a change of a metric between two spans, or from a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from percontact.answers.explaining import AGAINST
from percontact.answers.measuring import panel_for
from percontact.costing.planned import PLANNED_BY, planned, planned_by
from percontact.costing.slice import Slice
from percontact.explain.locate import Change, Located, locate
from percontact.explain.noted import Event, candidates, read_events
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find, known_as
from percontact.metrics.facts import FACTS, dimensions
from percontact.metrics.figure import sums_of
from percontact.metrics.row_sql import RowSql
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.located import located_document
from percontact.report.looking import span_words
from percontact.values.money import PICO
from percontact.values.period import Period, add_months, before, last_year
from percontact.values.problem import did_you_mean, problem

USUAL = ("channel", "team", "queue", "site", "reason", "product", "language")
"""Dimensions looked along where none is asked for, as far as the rows know them."""
CALLED = {
    "contacts": "contacts_offered",
    "volume": "contacts_offered",
    "handle_time": "average_handle_time",
    "cost": "total_cost",
}
"""Other words that people have for a metric."""
_BUDGETED = {"cost_per_contact", "total_cost", "contacts_handled"}
_NO_SLICES = ("index", "percentile", "survival")

Read = Decimal | Fraction | int | None
Place = tuple[str | None, ...]
Leaves = dict[Place, tuple[float, float, float]]
"""Values of the dimensions -> (top, bottom, contacts)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a metric changed, as Python holds it.

    spans     (now, then); against says what `then` is: previous, last-year or budget
    located   the slices and the rest, adding up to the change
    events    noted events that fall in the time, for each slice in order; the last entry is of the whole
    """

    card: Card
    question: Slice
    spans: tuple[Period, Period]
    against: str
    dims: tuple[str, ...]
    located: Located
    events: tuple[tuple[Event, ...], ...]
    notes: tuple[str, ...]

    @property
    def figures(self) -> tuple[float, float]:
        """(now, then) of the metric."""
        return self.located.now, self.located.then


def located(
    book: OpenBook,
    metric: str,
    *,
    start: str | None = None,
    end: str | None = None,
    against: str = "previous",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    top: int = 6,
    spans: tuple[Period, Period] | None = None,
) -> Answer:
    """Where a metric changed between two spans. Without a span it is the last month that has data.

    spans  (then, now) themselves, instead of their names
    Raises E-ARG-01 for unknown names and metrics that cannot be told apart by slices, E-DATA-01 where a side
    has no data.
    """
    if against not in AGAINST:
        do = did_you_mean(against, AGAINST)
        what, why = f"{against!r} is not one of its values", f"Its values are {', '.join(AGAINST)}."
        raise problem("E-ARG-01", "--against", what, why, do)
    card = _card(book, metric, against)
    question = book.ask(
        start=start, end=end, by=by, where=where, basis="full" if against == "budget" else basis,
        also=dimensions([card]),
    )  # fmt: skip
    span = question.span if start or end else _last_month(book, question)
    other = last_year(span) if against == "last-year" else span if against == "budget" else before(span)
    if spans is not None:
        other, span = spans
    dims = question.by
    if not dims and against == "budget":
        dims = planned_by(book.costed, replace(question, span=span)) or PLANNED_BY
    # What a condition holds to one value cannot tell slices apart.
    held = {c.dimension for c in question.where if len(c.values) == 1 and not c.negate}
    dims = dims or tuple(d for d in _usual(book, card) if d not in held)
    question = replace(question, span=span, grain="whole", by=dims, asked=dims)
    now, notes = _leaves(book, card, question)
    if against == "budget":
        then = _planned(book, card, question)
    else:
        then, _ = _leaves(book, card, replace(question, span=other))
    change = _change(card, dims, now, then, (span, other))
    _need_both(card, change, (span, other), against)
    found = locate(change, most=top)
    noted = read_events(book.kept.con, book.book) if book.book.has("events") else ()
    told = [candidates(noted, other, span, c.where) for c in found.causes]
    return Answer(
        card, question, (span, other), against, dims, found,
        (*told, candidates(noted, other, span)), tuple(notes),
    )  # fmt: skip


def document(book: OpenBook, answer: Answer, *, named: Callable[[Period], str] = span_words) -> Document:
    """The answer for people and machines. named: how spans are named in sentences."""
    return located_document(
        answer.card, answer.located, answer.spans, answer.against, answer.dims, answer.question,
        answer.events, answer.notes, book.settings.currency, demo=book.settings.demo, named=named,
    )  # fmt: skip


def _card(book: OpenBook, name: str, against: str) -> Card:
    cards = catalogue(book.workspace.path)
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    known = any(known_as(c, name) for c in cards.values())
    card = find(cards, name if known else CALLED.get(plain, name))
    if card.kind in _NO_SLICES or card.cost in ("unused", "unassigned"):
        raise problem(
            "E-ARG-01",
            f"locate {name}",
            f"{card.name} cannot be told apart by slices",
            "Only sums and ratios of sums add up over slices; it is read from all rows together."
            if card.kind in _NO_SLICES
            else "It belongs to no contact.",
            "Ask for average_handle_time, cost_per_contact, contacts_offered or another sum or ratio.",
        )
    if against == "budget" and card.metric == "contacts_offered":
        card = find(cards, "contacts_handled")
    if against == "budget" and card.metric not in _BUDGETED:
        raise problem(
            "E-ARG-01",
            f"locate {name} --against budget",
            f"budgets do not plan {card.name.lower()}",
            "They plan cost and handled contacts, by channel and team.",
            "Ask for cost_per_contact, total_cost or contacts_handled, or leave --against out.",
        )
    return card


def _last_month(book: OpenBook, question: Slice) -> Period:
    last = add_months(question.span.end, -1)
    return Period(last.replace(day=1), question.span.end)


def _usual(book: OpenBook, card: Card) -> tuple[str, ...]:
    """The usual dimensions that the metric's rows know."""
    if card.kind == "cost":
        filled = book.book.filled("contacts") | book.book.filled("handlings")
        return tuple(d for d in USUAL if d in filled)
    when = card.counted_on.partition(".")[2]
    row = RowSql(book.book, book.policy, FACTS[card.table], when, card.parameters)
    return tuple(d for d in USUAL if row.knows(d))


def _leaves(book: OpenBook, card: Card, question: Slice) -> tuple[Leaves, list[str]]:
    """The sums of each leaf, and its contacts where the metric is of contacts."""
    cards = [card]
    offered = catalogue()["contacts_offered"]
    if card.table == "contacts" and card.metric != offered.metric:
        cards.append(offered)
    panel = panel_for(book, cards, question)
    figures, counted = panel.figures[card.metric], panel.figures.get(offered.metric, {})
    found: Leaves = {}
    unknown = 0
    for place in figures:
        sums = _sums(card, *sums_of(figures, place))
        if sums is None:
            unknown += 1
            continue
        top, bottom = sums
        contacts = bottom if card.table == "contacts" else 0.0
        if place in counted:
            contacts = float(sums_of(counted, place)[0] or 0)
        found[tuple([v if v is None or type(v) is str else str(v) for v in place[1]])] = top, bottom, contacts
    notes = list(panel.notes)
    if unknown:
        of = len(found) + unknown
        notes.append(f"{unknown} of {of} combinations say nothing about {card.name.lower()}.")
    return found, notes


def _sums(card: Card, top: Read, bottom: Read) -> tuple[float, float] | None:
    """(top, bottom) that add up over leaves, top / bottom in the card's unit; bottom 0 of a plain sum."""
    if top is None:
        return None
    if not _is_ratio(card):
        return float(top), 0.0
    if bottom is None:
        return None
    above, below = float(top) * float(card.times), float(bottom)
    # A net share lies between -1 and 1: moved up by one it is a ratio like others, with the same changes.
    return (above + below if card.kind == "net" else above), below


def _is_ratio(card: Card) -> bool:
    return bool(card.per) if card.kind == "cost" else card.kind != "amount"


def _planned(book: OpenBook, card: Card, question: Slice) -> Leaves:
    if not book.book.has("budgets"):
        what, why = "there are no budgets yet", "A plan is what a figure is held against here."
        do = "Import them: percontact import budgets FILE."
        raise problem("E-DATA-01", str(book.workspace.path), what, why, do)
    strange = [d for d in question.by if d not in PLANNED_BY]
    strange += [c.dimension for c in question.where if c.dimension not in PLANNED_BY or c.negate]
    if strange:
        raise problem(
            "E-ARG-01",
            f"locate --against budget: {strange[0]}",
            f"budgets do not plan by {strange[0]}",
            "They plan cost and handled contacts, by channel and team.",
            "Leave it out, or compare with --against previous.",
        )
    found: Leaves = {}
    for values, (pico, contacts) in planned(book.costed, question, question.by).items():
        cost, count = pico / PICO, float(contacts)
        sums = {"total_cost": (cost, 0.0), "contacts_handled": (count, 0.0)}.get(card.metric, (cost, count))
        found[values] = (*sums, count)
    return found


def _change(
    card: Card, dims: tuple[str, ...], now: Leaves, then: Leaves, spans: tuple[Period, Period]
) -> Change:
    places = list(now | then)
    values, coded = [], []
    for column in zip(*places, strict=True):
        known = sorted(set(column), key=lambda v: (v is None, v or ""))
        number = {v: n for n, v in enumerate(known)}
        values.append(tuple(known))
        coded.append([number[v] for v in column])
    nothing = (0.0, 0.0, 0.0)
    codes = np.array(coded, dtype=np.int64).reshape(len(dims), len(places))
    order = np.lexsort(codes[::-1])
    a, b = (
        np.array([side.get(p, nothing) for p in places], dtype=np.float64).reshape(-1, 3)[order]
        for side in (now, then)
    )
    counts = card.top is not None and card.top.how == "count" and card.kind in ("amount", "share")
    contacts = float(a[:, 2].sum())
    amount = card.kind == "amount" or (card.kind == "cost" and not card.per)
    return Change(
        dims=dims,
        values=tuple(values) or ((),) * len(dims),
        codes=np.ascontiguousarray(codes[:, order].T),
        top=(a[:, 0], b[:, 0]),
        bottom=(a[:, 1], b[:, 1]) if _is_ratio(card) else None,
        contacts=a[:, 2],
        # Cost of whole months does not follow their days; counts do.
        days=(spans[0].days, spans[1].days) if card.kind == "amount" else (1, 1),
        counts=counts,
        one=float(a[:, 0].sum()) / contacts if amount and contacts else None,
    )


def _need_both(card: Card, change: Change, spans: tuple[Period, Period], against: str) -> None:
    """Raise E-DATA-01 where one side has nothing to compare."""
    for side, span in zip((0, 1), spans, strict=True):
        told = change.bottom[side] if change.bottom is not None else change.top[side]
        if not len(told) or not told.any():
            name = "the budget" if side and against == "budget" else span_words(span)
            raise problem(
                "E-DATA-01",
                f"locate {card.metric}",
                f"there is nothing of {card.name.lower()} for {name}",
                "A change is between two spans that both have data.",
                "Name another span with --from and --to, or another side with --against.",
            )
