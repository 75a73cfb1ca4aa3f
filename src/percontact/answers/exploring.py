# SPDX-License-Identifier: Apache-2.0
"""Answers to how a metric is spread: along one or two dimensions, or over time, beside another span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from percontact.answers.agents import AGENT, Agents
from percontact.answers.contacts import WORKERS
from percontact.answers.measuring import panel_for
from percontact.answers.reaching import Reach, held_against, need_comparison, reached
from percontact.costing.slice import SINGLE, Slice, full_name
from percontact.explain.noted import Event, read_events
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find
from percontact.metrics.facts import FACTS, dimensions
from percontact.metrics.figure import Figure, Figures, Panel
from percontact.metrics.row_sql import RowSql
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.charts.chart import Chart
from percontact.report.explored import Exploration, Line, ordered, sorted_by
from percontact.report.exploring_charts import exploration_chart
from percontact.report.words import cut_notes
from percontact.values.period import GRAINS, Grain, Period, add_months, last_year, periods, start_of
from percontact.values.problem import did_you_mean, problem

STEPS: dict[Grain, int] = {"day": 31, "week": 13, "month": 13, "quarter": 8, "year": 5}
"""Grain -> steps shown where the span asked for holds fewer than two: a year of months and one, ..."""

NEXT = ("channel", "reason", "team", "product", "segment", "queue", "outcome", "site", "agent")
"""The order in which one looks deeper: how they come, what about, who works on it."""


def explored(
    book: OpenBook,
    metric: str = "cost_per_contact",
    *,
    by: Sequence[str] = (),
    grain: str = "",
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
    basis: str = "used",
    compare: str = "previous",
    sort: str = "",
    agents_by_name: bool = True,
    reach: Reach | None = None,
) -> Exploration:
    """One metric along one or two dimensions, or along time and one more.

    by     dimensions; none and no grain = channel
    grain  steps of time; where the span has fewer than two of them it reaches back, and says so
    reach  the days shown; None = the span asked for as far as the books reach, which is said where it is cut
    Raises E-ARG-01 for more than two ways at once, for a way that has as many values as there are contacts,
    and for names that are not there.
    """
    card = find(catalogue(book.workspace.path), metric)
    step = _step(grain)
    dims = _dims(by, step)
    reach = reach or reached(book, start, end)
    question = book.ask(
        start=reach.start, end=reach.end, by=dims, where=where, basis=basis, also=dimensions([card]),
        unchecked=(AGENT,),
    )  # fmt: skip
    agents = Agents(book, agents_by_name)
    asked = question.where
    question = replace(question, where=agents.meant(asked), grain=step or "whole")
    told = [reach.says] if reach.says else []
    if step:
        question, further = _reaching_back(book, question, step)
        told += further
    panel = panel_for(book, [card], question)
    total = _total(book, card, question, panel)
    against, lacking = _against(book, question, reach, step, compare)
    told += lacking
    if compare == "budget":
        told.append(
            "A budget plans the cost of all contacts, by channel and team: Explain holds it beside what came."
        )
    told += [*cut_notes(question), *_handed_over(book, card, question)]
    then, earlier = _then(book, card, question, panel, against, step, compare)
    lines = [
        Line(place[0], tuple(agents.shown(d, _text(v)) for d, v in zip(question.by, place[1], strict=True)),
             figure, then.get(place))
        for place, figure in panel.figures[card.metric].items()
    ]  # fmt: skip
    found = Exploration(
        card, question, question.shown_by, step, tuple(ordered(lines)), total,
        earlier, against, asked, (*told, *panel.notes), book.settings.currency, book.settings.demo,
        _events(book, question) if step else (),
    )  # fmt: skip
    return sorted_by(found, sort or ("period" if step else "-value"))


def _handed_over(book: OpenBook, card: Card, question: Slice) -> list[str]:
    """What a cost told apart by who worked holds, and what it is divided by."""
    whose = [d for d in question.by if d in WORKERS]
    if card.kind != "cost" or not whose or not book.book.has("handlings"):
        return []
    return [
        f"Cost goes to the {whose[0]} that did the work, also on contacts handed over to it; a contact "
        f"counts once, for the {whose[0]} that it names. One that takes over much looks dearer by this, "
        "one that hands over much cheaper."
    ]


def drawn(
    book: OpenBook,
    metric: str,
    *,
    start: str | None = None,
    end: str | None = None,
    grain: str = "month",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
) -> list[Chart]:
    """A metric over the steps of a span, or along its dimensions where the span is one step.

    Raises E-ARG-01 for more ways at once than a picture has room for.
    """
    question = book.ask(start=start, end=end, grain=grain)
    # A command's picture is of the days of its figures, whatever lies in them.
    as_asked = Reach(question.span, question.span, None)
    found = explored(
        book, metric, grain=grain if len(question.steps) > 1 else "", by=by, where=where, basis=basis,
        reach=as_asked,
    )  # fmt: skip
    return exploration_chart(found, [""] * len(found.lines))


def deeper(book: OpenBook, used: Sequence[str]) -> str:
    """The dimension to look into next, of those that contacts have; "" = none is left."""
    return next((d for d in NEXT if d not in used and d in known_dimensions(book)), "")


def ways(book: OpenBook, metric: str) -> list[str]:
    """Dimensions that figures of a metric may be told by: those that any of its rows can know."""
    card = find(catalogue(book.workspace.path), metric)
    own = known_dimensions(book)
    if card.kind == "cost":
        return own
    row = RowSql(
        book.book, book.policy, FACTS[card.table], card.counted_on.partition(".")[2], card.parameters
    )
    further = sorted(d for d in dimensions([card]) if d not in own and not d.endswith("_id"))
    return [d for d in (*own, *further) if row.knows(d)]


def known_dimensions(book: OpenBook) -> list[str]:
    """Dimensions that a figure may be told by: those of contacts that any row knows, without ids."""
    filled = book.book.filled("contacts")
    columns = set(book.book.columns("contacts"))
    return [
        d
        for d in book.work.dimensions()
        if d not in SINGLE and (d not in columns or d in filled) and d != "day"
    ]


def _step(grain: str) -> Grain | None:
    if not grain:
        return None
    for one in GRAINS:
        if one == grain:
            return one
    raise problem(
        "E-ARG-01", f"grain={grain}", f"{grain!r} is no step of time", did_you_mean(grain, GRAINS),
        f"Its values are {', '.join(GRAINS)}.",
    )  # fmt: skip


def _dims(by: Sequence[str], step: Grain | None) -> list[str]:
    dims = list(dict.fromkeys(d.strip() for one in by for d in one.split(",") if d.strip()))
    if len(dims) + (step is not None) > 2:
        what, why = f"{len(dims) + (step is not None)} ways at once", "A picture has room for two."
        raise problem("E-ARG-01", f"by={','.join(dims)}", what, why, "Leave one away, or make it a filter.")
    for one in dims:
        if full_name(one) in SINGLE:
            what, why = f"there are about as many values of {one} as contacts", "Nobody reads so many lines."
            do = "Open the contacts behind a figure, or ask `percontact customers` for cost to serve."
            raise problem("E-ARG-01", f"by={one}", what, why, do)
    return dims or ([] if step else ["channel"])


def _reaching_back(book: OpenBook, question: Slice, step: Grain) -> tuple[Slice, list[str]]:
    """A question with two steps of time or more, and what to say where it had to reach back."""
    if len(question.steps) > 1:
        return question, []
    span, calendar = question.span, question.calendar
    first = span.start
    for _ in range(STEPS.get(step, 13) - 1):
        first = start_of(date.fromordinal(first.toordinal() - 1), step, calendar)
    first = max(first, book.months()[0])
    many = replace(question, span=Period(min(first, span.start), span.end))
    if len(many.steps) < 2:
        return question, []
    return many, [f"The period chosen is one {step}, so those before it are shown too."]


def _against(
    book: OpenBook, question: Slice, reach: Reach, step: Grain | None, compare: str
) -> tuple[Period | None, list[str]]:
    """(the span compared with, what to say where the books do not hold all of it)."""
    need_comparison(compare)
    if compare == "budget":
        return None, []
    if step and compare == "previous":
        # Each step stands beside the one before it: the same span, one step earlier at its start.
        return question.span, []
    if step:
        # Step by step: those that have none a year before stand alone.
        span, known = last_year(question.span, question.calendar, question.grain), book.months()
        there = span.start < add_months(known[-1], 1) and span.end > known[0]
        return span if there else None, []
    sides = held_against(book, reach, compare)
    if sides.says:
        return None, [sides.says]
    return sides.then, []


def _total(book: OpenBook, card: Card, question: Slice, panel: Panel) -> Figure:
    """The figure of all: a metric that cannot be told apart by what was asked for is known as a whole."""
    if panel.figures[card.metric] or not question.by:
        return panel.totals[card.metric]
    whole = replace(question, grain="whole", by=(), asked=())
    return panel_for(book, [card], whole).totals[card.metric]


def _then(
    book: OpenBook,
    card: Card,
    question: Slice,
    panel: Panel,
    against: Period | None,
    step: Grain | None,
    compare: str,
) -> tuple[Figures, Figure | None]:
    """The figures compared with, at the places of those they stand beside; and their total."""
    if against is None:
        return {}, None
    if step is None:
        other = panel_for(book, [card], replace(question, span=against))
        total = _total(book, card, replace(question, span=against), other)
        return _placed(other.figures[card.metric], question.span.start), total
    own = panel.figures[card.metric]
    starts = [p.start for p in periods(question.span, step, question.calendar)]
    if compare == "previous":
        earlier = {now: starts[i - 1] for i, now in enumerate(starts) if i}
        figures: Figures = own
    else:
        figures = panel_for(book, [card], replace(question, span=against)).figures[card.metric]
        others = [p.start for p in periods(against, step, question.calendar)]
        earlier = dict(zip(starts, others, strict=False))
    found = {}
    for when, values in own:
        place = earlier.get(when), values
        if place[0] is not None and (place[0], values) in figures:
            found[when, values] = figures[place[0], values]
    return found, None


def _events(book: OpenBook, question: Slice) -> tuple[Event, ...]:
    """Events that begin in the span."""
    if not book.book.has("events"):
        return ()
    return tuple(e for e in read_events(connect(), book.book) if e.first in question.span)


def _placed(figures: Figures, start: date) -> Figures:
    """Figures of a span as one, at the start of another."""
    return {(start, values): figure for (_, values), figure in figures.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
