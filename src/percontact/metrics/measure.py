# SPDX-License-Identifier: Apache-2.0
"""Measure metrics: all that count rows of one table in one pass, costs from the costed Book.

Two laws: a ratio is never averaged (figures of a total are divided after their parts are added up); a
percentile is never rolled up (it is read again from the rows).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from percontact.costing.kept_sums import KeptSums
from percontact.costing.policy import Policy
from percontact.costing.slice import Slice
from percontact.metrics.card import Card, Term
from percontact.metrics.cost_figures import cost_figures
from percontact.metrics.facts import FACTS
from percontact.metrics.figure import FEW, Figure, Figures, FiguresOnDemand, Panel, Place, Sums
from percontact.metrics.gaps import gaps, nothing_known
from percontact.metrics.interval import wilson
from percontact.metrics.kept_numbers import read
from percontact.metrics.row_sql import Number, numbers_of
from percontact.metrics.tally import Places, Tally, add
from percontact.metrics.times_to import times_to
from percontact.records.book import Book

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.costed import CostedBook

Numbers = Sequence[Decimal | Fraction | int | None]


def measure(
    cards: Sequence[Card],
    question: Slice,
    *,
    con: duckdb.DuckDBPyConnection,
    book: Book,
    policy: Policy,
    costed: Callable[[], CostedBook],
    parameters: Mapping[str, Mapping[str, str]] | None = None,
    kept: KeptSums | None = None,
) -> Panel:
    """Figures of several metrics over the periods and slices of a question.

    costed      gives the costed Book; called only where a metric is a cost
    parameters  metric -> parameters set for this question
    kept        sums kept of the same Book under the same policy; read instead of rows where they can tell
    """
    given = parameters or {}
    set_cards = [replace(c, parameters={**c.parameters, **given.get(c.metric, {})}) for c in cards]
    figures: dict[str, Figures] = {}
    totals: dict[str, Figure] = {}
    notes: list[str] = []
    for (table, when, settings), group in _passes(set_cards):
        tally = Tally(con, book, policy, table, when, parameters=dict(settings), kept=kept)
        if missing := nothing_known(tally, question, group):
            notes.append(missing)
            for card in group:
                figures[card.metric], totals[card.metric] = {}, _unknown(card, question)
            continue
        notes += gaps(tally, question, group)
        for card in group:
            if card.kind == "survival":
                figures[card.metric], totals[card.metric] = times_to(tally, card, question)
        _count(tally, [c for c in group if c.kind != "survival"], question, figures, totals)
    for card in set_cards:
        if card.kind == "cost":
            figures[card.metric], totals[card.metric], told = cost_figures(costed(), card, question)
            notes += [n for n in told if n not in notes]
    notes += _missing_columns(set_cards, book)
    return Panel(question, tuple(set_cards), figures, totals, tuple(notes))


def _passes(cards: Iterable[Card]) -> list[tuple[tuple[str, str, tuple[tuple[str, str], ...]], list[Card]]]:
    """Cards that one pass over a table can answer together."""
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Card]] = defaultdict(list)
    settings: dict[tuple[str, str], dict[str, str]] = {}
    for card in cards:
        if card.kind == "cost":
            continue
        table, _, when = card.counted_on.partition(".")
        held = settings.setdefault((table, when), {})
        # Cards that set one parameter apart need a pass each.
        clash = any(held.get(k, v) != v for k, v in card.parameters.items())
        mine = dict(card.parameters) if clash else held
        if not clash:
            held |= card.parameters
        found[table, when, tuple(sorted(mine.items())) if clash else ()].append(card)
    return [
        ((table, when, key or tuple(sorted(settings[table, when].items()))), group)
        for (table, when, key), group in found.items()
    ]


def _count(
    tally: Tally,
    cards: Sequence[Card],
    question: Slice,
    figures: dict[str, Figures],
    totals: dict[str, Figure],
) -> None:
    plain = [c for c in cards if c.kind != "index"]
    wanted = {c.metric: numbers_of(c) for c in plain}
    numbers = list(dict.fromkeys(n for many in wanted.values() for n in many))
    if numbers:
        found = read(tally, question, numbers)
        row = _whole(tally, question, numbers, found)
        at = {n: i for i, n in enumerate(numbers)}
        place = (question.span.start, ())
        for card in plain:
            parts = [at[n] for n in wanted[card.metric]]
            figures[card.metric] = _on_demand(card, parts, found)
            totals[card.metric] = _figure(card, place, [row[i] for i in parts])
    for card in cards:
        if card.kind == "index":
            figures[card.metric] = _index(tally, card, question)
            one = figures[card.metric]
            if not _is_whole(question):
                one = _index(tally, card, replace(question, grain="whole", by=(), asked=()))
            totals[card.metric] = one.get((question.span.start, ())) or _unknown(card, question)


def _on_demand(card: Card, parts: Sequence[int], found: Places) -> Figures:
    """The figures of a card where any row of its own lies, each made of its parts when it is looked at.

    parts  where the numbers of `numbers_of` stand among those found
    """
    if card.kind == "amount":
        own = list(found)
    else:
        tops, population = parts[: 1 + (card.minus is not None)], parts[-2 if card.same else -1]
        # A place that only another metric's rows lie in is no place of this one.
        own = [p for p, row in found.items() if row[population] != 0 or any(row[i] for i in tops)]
    return FiguresOnDemand(
        own,
        lambda place: _figure(card, place, [found[place][i] for i in parts]),
        _sums_read(card, parts, found),
    )


def _sums_read(card: Card, parts: Sequence[int], found: Places) -> Callable[[Place], Sums] | None:
    """Numerator and denominator of a card's places as they were read, where they say all of a figure."""
    if card.kind == "amount":
        return lambda place: (found[place][parts[0]], None)
    if card.kind not in ("ratio", "share") or card.same or card.minus:
        return None
    return lambda place: (found[place][parts[0]] or 0, found[place][parts[-2]])


def _whole(tally: Tally, question: Slice, numbers: Sequence[Number], found: Places) -> Numbers:
    """The numbers of the whole span: added up where parts add up, else read again from the rows."""
    if _is_whole(question):
        return found.get((question.span.start, ()), [None] * len(numbers))
    whole: list[Decimal | Fraction | int | None] = [None] * len(numbers)
    again = [i for i, n in enumerate(numbers) if not (tally.parts_add_up and n.adds_up)]
    if again:
        once = replace(question, grain="whole", by=(), asked=())
        parts = read(tally, once, [numbers[i] for i in again]).get((question.span.start, ()))
        for i, number in zip(again, parts or [None] * len(again), strict=True):
            whole[i] = number
    if found:
        for i in set(range(len(numbers))) - set(again):
            whole[i] = add(row[i] for row in found.values())
    return whole


def _is_whole(question: Slice) -> bool:
    """Whether the span as one is all that is asked for."""
    return question.grain == "whole" and not question.by


def _figure(card: Card, place: Place, row: Numbers) -> Figure:
    """The figure of a card from the numbers read for it, in the order of `numbers_of`."""
    period, values = place
    parts = [None if x is None else _exact(x) for x in row]
    if card.kind == "amount":
        return Figure(card.metric, period, values, parts[0], parts[0], None)
    if card.same:
        *parts, kinds = parts
        if kinds and kinds > 1:
            return Figure(card.metric, period, values, None, None, parts[-2], parts[-1], None, ("mixed",))
    *tops, bottom, population = parts
    marks: tuple[str, ...] = ("few",) if bottom and bottom.numerator < FEW * bottom.denominator else ()
    if card.kind == "percentile":
        if tops[0] is None:
            marks = ("undefined",)
        return Figure(card.metric, period, values, tops[0], tops[0], bottom, population, None, marks)
    top = tops[0] or Fraction(0)
    if card.kind == "net":
        top -= tops[1] or 0
    if not bottom:
        return Figure(card.metric, period, values, None, top, bottom, population, None, ("undefined",))
    interval = None
    if card.kind == "share" and top.denominator == 1 and bottom.denominator == 1:
        interval = wilson(int(top), int(bottom))
    return Figure(
        card.metric, period, values, card_value(card, top, bottom), top, bottom, population, interval, marks
    )


@lru_cache(maxsize=65_536)
def _exact(number: Decimal | Fraction | int) -> Fraction:
    """A number as a fraction; the same counts stand under many metrics."""
    return Fraction(number)


def card_value(card: Card, top: Fraction, bottom: Fraction) -> Fraction:
    """top / bottom in the card's unit."""
    # The quotient, made at once: a fraction divided by a fraction is reduced twice.
    value = Fraction(top.numerator * bottom.denominator, top.denominator * bottom.numerator)
    return value if card.times == 1 else value * Fraction(card.times)


def _index(tally: Tally, card: Card, question: Slice) -> Figures:
    """The weighted mean of questions: 100 x sum of weight x mean position, over the sum of weights.

    Source: Fornell et al., Journal of Marketing 60(4), 1996 (ACSI form); weights are the asker's own.
    """
    assert card.bottom is not None
    total = replace(card.bottom, how="sum", column=card.of)
    over = card.over.partition(".")[2] or card.over
    by_question = replace(question, by=(*question.by, over), asked=())
    found = read(tally, by_question, [Number(total), Number(card.bottom)])
    weights = _weights(card.parameters.get("weights", ""))
    sums: dict[tuple[date, tuple[object, ...]], list[Fraction]] = {}
    for (period, values), (score, count) in found.items():
        weight = weights.get(str(values[-1]), Fraction(0)) if weights else Fraction(1)
        if not count or not weight:
            continue
        held = sums.setdefault((period, values[:-1]), [Fraction(0), Fraction(0), Fraction(0)])
        held[0] += weight * Fraction(score or 0) / Fraction(count)
        held[1] += weight
        held[2] += Fraction(count)
    return {
        place: Figure(
            card.metric, place[0], place[1], score / weight * Fraction(card.times), score, count, None, None,
            ("few",) if count < FEW else (),
        )
        for place, (score, weight, count) in sums.items()
    }  # fmt: skip


def _weights(text: str) -> dict[str, Fraction]:
    """ "ease=0.4, speed=0.6" as question -> weight; "" = all alike."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {name.strip(): Fraction(value.strip()) for name, _, value in pairs}


def _unknown(card: Card, question: Slice) -> Figure:
    return Figure(card.metric, question.span.start, (), None, None, None, None, None, ("unknown",))


def _missing_columns(cards: Sequence[Card], book: Book) -> list[str]:
    """A sentence for each metric that counts what no row of the data says."""
    told = []
    for card in cards:
        if card.kind == "cost" or not book.has(card.table):
            continue
        filled = book.filled(card.table)
        terms = [t for t in (card.top, card.minus, card.bottom) if t is not None]
        named = {c for t in terms for c in _columns(t)} | ({card.of} if card.of else set())
        features = FACTS[card.table].features
        needed = named | {n for c in named & set(features) for n in features[c].needs}
        contract = set(book.columns(card.table))
        if missing := sorted(n for n in needed if n in contract and n not in filled):
            told.append(f"{card.symbol or card.name}: no row of {card.table} says {', '.join(missing)}.")
    return told


def _columns(term: Term) -> Iterable[str]:
    return [c for c in (term.column, *(t.column for t in term.where)) if c]
