# SPDX-License-Identifier: Apache-2.0
"""Answers to what broke: cost, volume, handle time and quality watched day by day, in every slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from percontact.costing.denominator import ADDITIVE
from percontact.costing.slice import Condition, Slice
from percontact.explain.alerts import (
    Alert,
    Leaves,
    Node,
    Sighting,
    Watch,
    hour_slice,
    hours_of,
    over_hours,
    per_series,
    places,
    strongest,
    together,
    within_budget,
)
from percontact.explain.breaks import LEAST_WEEKS, breaks
from percontact.explain.episodes import Break
from percontact.explain.expected import WEEK, Daily
from percontact.explain.noted import Event, candidates, read_events
from percontact.explain.seasons import ANNUAL, BEFORE
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find
from percontact.metrics.facts import dimensions
from percontact.metrics.figure import Figure, Figures, Sums, sums_of
from percontact.metrics.guard import GUARDS
from percontact.metrics.measure import measure
from percontact.metrics.row_sql import numbers_of
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.spoken import day_name, days_name, within
from percontact.report.watched import watched_document
from percontact.values.period import Period
from percontact.values.problem import problem

USUAL = ("contacts_offered", "average_handle_time", "cost_per_contact", *GUARDS)
USUAL_BY = ("channel", "team", "reason")
WATCHED_DAYS = 91
LATELY = 14
"""An event that began so many days before a break, or in it, is a candidate."""
BEFORE_DAYS = 56
"""Days before a break that its leaves are held against: eight whole weeks."""
LEAST_A_DAY = 10
"""A slice with fewer contacts on its median day is not watched by itself."""
_NOT_BY_DAY = ("index", "percentile", "survival")

Values = dict[date, Sums]
"""Day -> (numerator, denominator)."""
Grain = Literal["day", "hour"]
Number = Decimal | Fraction | int | None


@dataclass(frozen=True, slots=True)
class Watching:
    """What is to be watched, and how much may be told.

    metrics        names of cards; none = volume, handle time, cost per contact and the guardrails
    start, end     names of periods; without a start the last thirteen weeks
    by             dimensions whose values are watched one by one; none = channel, team, reason
    where          conditions on what is watched
    alerts_a_week  the most that is told
    false_alarms   alarms a year that one series may raise where nothing happened; fewer where many series
                   would go beyond the budget together
    grain          hour = each hour of the day is a series of its own: what lasts hours is found, and since
                   when; only volume, where no metrics are named
    """

    metrics: Sequence[str] = ()
    start: str | None = None
    end: str | None = None
    by: Sequence[str] = ()
    where: Sequence[str] = ()
    alerts_a_week: float = 2.0
    false_alarms: float = 0.5
    grain: Grain = "day"


def watched(book: OpenBook, wanted: Watching | None = None) -> Watch:
    """What broke in a span, against the days before it.

    Raises E-ARG-01 for names unknown or not to be told by day, E-DATA-01 where the past is too short.
    """
    wanted = wanted or Watching()
    grain, where = wanted.grain, wanted.where
    cards = _cards(book, wanted.metrics, grain)
    question = book.ask(where=where, also=dimensions(cards))
    filled = book.book.filled("contacts") | book.book.filled("handlings")
    dims = [d for one in wanted.by for d in one.split(",")] or [d for d in USUAL_BY if d in filled]
    asked = book.ask(by=dims, where=where, also=dimensions(cards))
    days = _days(book, question)
    span = _span(book, days, wanted.start, wanted.end)
    days = Period(days.start + timedelta(days=(span.start - days.start).days % WEEK), span.end)
    series, small, notes = _series(book, cards, replace(question, span=days), asked.by, grain)
    nodes = sum(len(daily.names) for _, daily in series)
    each = per_series(wanted.false_alarms, wanted.alerts_a_week, nodes)
    unlike = {(d - days.start).days for d in _unlike(book) if d in days}
    found = [
        _dated(card, daily, hour, one)
        for (card, hour), daily in series
        for one in breaks(daily, daily.at(span.start), false_alarms=each, unusual=unlike)
    ]
    seasons = [f for f in found if f.one.year == "same"]
    left_open = [f for f in found if f.one.year == "open"]
    found = [f for f in found if f.one.year == "other"]
    noted = read_events(book.kept.con, book.book) if book.book.has("events") else ()
    priced = {card.metric for (card, _), daily in series if daily.booked}
    by_name = {(card.metric, hour): (card, daily) for (card, hour), daily in series}
    whole = replace(asked, grain="whole")
    groups = together(found, priced)
    rarity = [min(f.one.a_year for f in group) for group in groups]
    told = within_budget([strongest(group).found for group in groups], rarity, wanted.alerts_a_week)
    alerts = []
    for group in (group for group, keep in zip(groups, told, strict=True) if keep):
        first = strongest(group).node
        card, daily = by_name[first.metric, first.hour]
        if grain == "hour":
            alerts.append(_alert_by_hour(card, group, noted))
        else:
            alerts.append(_alert(book, card, group, whole, daily, noted))
    if small:
        notes.append(
            f"{small} slices with fewer than {LEAST_A_DAY} contacts a day are not watched one by one."
        )
    names = {card.metric: card.name for card in cards}
    notes += _season_notes(days, seasons, left_open, [a.found for a in alerts], names)
    if unlike:
        notes.append(f"{len(unlike)} days of the calendar (holidays, closed, other hours) are left out.")
    return Watch(
        span, tuple(sorted(alerts, key=lambda a: (a.found.since, a.card.metric))), len(groups) - len(alerts),
        nodes, each, tuple(notes), question.where,
    )  # fmt: skip


def _season_notes(
    days: Period,
    seasons: Sequence[Sighting],
    left_open: Sequence[Sighting],
    told: Sequence[Sighting],
    names: Mapping[str, str],
) -> list[str]:
    """What is not told because last year had it too or leaves it open, or what no last year is known for."""
    notes = []
    if seasons:
        levels = _levels(seasons, names)
        notes.append(
            f"New levels that came in the same weeks a year ago, the season, are no alerts: {levels}."
        )
    if left_open:
        notes.append(
            "Not judged, because the season may move as much as far as one earlier year tells: "
            f"{_levels(left_open, names)}."
        )
    known = days.start + timedelta(days=ANNUAL + BEFORE * WEEK)
    if any(f.since < known and f.one.kind in ("shift", "trend") for f in told):
        notes.append(
            f"A new level before {day_name(known)} may be the season: the same weeks of the year before, and "
            "what they moved from, are not known."
        )
    return notes


def _levels(found: Sequence[Sighting], names: Mapping[str, str]) -> str:
    """service level since 1 December 2025 and 2 February 2026: each metric with the days its levels began."""
    since: dict[str, list[date]] = {}
    for group in together(found):
        since.setdefault(group[0].node.metric, []).append(min(f.since for f in group))
    told = (
        f"{within(names[metric])} since {days_name(sorted(set(begun)))}"
        for metric, begun in sorted(since.items())
    )
    return "; ".join(told)


def document(book: OpenBook, answer: Watch) -> Document:
    """The answer for people and machines."""
    return watched_document(answer, book.settings.currency, demo=book.settings.demo)


def _cards(book: OpenBook, names: Sequence[str], grain: Grain) -> list[Card]:
    every = catalogue(book.workspace.path)
    cards = [find(every, name) for name in names or (USUAL if grain == "day" else USUAL[:1])]
    for card in cards:
        if grain == "hour" and card.kind == "cost":
            what, why = f"{card.name} is not told by hour", "Cost is posted by days and months."
            raise problem("E-ARG-01", f"watch {card.metric}", what, why, "Watch it by day: --grain day.")
        if names and (card.kind in _NOT_BY_DAY or card.cost in ("unused", "unassigned")):
            what, why = f"{card.name} is not told by day", "Only sums and ratios of sums are watched."
            do = "Watch average_handle_time, cost_per_contact, contacts_offered or another of them."
            raise problem("E-ARG-01", f"watch {card.metric}", what, why, do)
    return list({c.metric: c for c in cards}.values())


def _days(book: OpenBook, question: Slice) -> Period:
    """From the first day with contacts to the last."""
    offered = find(catalogue(book.workspace.path), "contacts_offered")
    values = _by_day(book, [offered], replace(question, grain="day", by=(), asked=()))[offered.metric]
    days = sorted(day for (day, _) in values)
    if not days:
        what, why = "there are no contacts yet", "A day is held against the days before it."
        do = "Import them: percontact import contacts FILE."
        raise problem("E-DATA-01", str(book.workspace.path), what, why, do)
    return Period(days[0], days[-1] + timedelta(days=1))


def _span(book: OpenBook, days: Period, start: str | None, end: str | None) -> Period:
    """The days that are watched; without a start the last thirteen weeks."""
    asked = book.span(start, end)
    last = min(asked.end, days.end) if end else days.end
    first = asked.start if start else max(last - timedelta(days=WATCHED_DAYS), days.start)
    known = (last - days.start).days
    if known < LEAST_WEEKS * WEEK or first >= last:
        what = f"contacts are known for {known} days before the end of the span"
        why = f"What is usual takes {LEAST_WEEKS} weeks to learn."
        raise problem(
            "E-DATA-01", str(book.workspace.path), what, why, "Import earlier contacts, or widen the span."
        )
    return Period(max(first, days.start), last)


def _unlike(book: OpenBook) -> list[date]:
    """Days of the calendar: holidays, closed days and days of other hours, at any site.

    A holiday at one site moves the work of the others too: those who would have called call them, or later.
    """
    if not book.book.has("calendar"):
        return []
    rows = book.kept.con.execute(f"SELECT DISTINCT day FROM {book.book.relation('calendar', ['day'])}")
    return [day for (day,) in rows.fetchall()]


def _series(
    book: OpenBook, cards: Sequence[Card], question: Slice, dims: Sequence[str], grain: Grain
) -> tuple[list[tuple[tuple[Card, int | None], Daily]], int, list[str]]:
    """((metric, hour), its series of everything and of each value), how many were too small, notes."""
    made: dict[tuple[str, int | None], dict[tuple[str, str | None], Values]] = {}
    alone = [card for card in cards if not (dims and _adds_up(card))]
    for dim in ("", *dims) if alone else dims:
        by = (*(("hour",) if grain == "hour" else ()), *((dim,) if dim else ()))
        panel = _by_day(book, cards if dim else alone, replace(question, grain="day", by=by, asked=by))
        # Sums of everything are those of the first dimension's values, added up.
        whole = {card.metric for card in cards if dim and dim == dims[0] and card not in alone}
        for metric, figures in panel.items():
            for place in figures:
                day, values = place
                hour = int(str(values[0])) if grain == "hour" else None
                last = values[-1] if dim else None
                node = (dim, None if last is None else str(last))
                nodes = made.setdefault((metric, hour), {})
                told = nodes.setdefault(node, {})[day] = sums_of(figures, place)
                if metric in whole:
                    all_of_it = nodes.setdefault(("", None), {})
                    all_of_it[day] = _added(all_of_it[day], told) if day in all_of_it else told
    found: list[tuple[tuple[Card, int | None], Daily]] = []
    small: set[tuple[str, str | None]] = set()
    watched: set[tuple[str, str | None]] = set()
    silent = []
    for card in cards:
        before = len(found)
        for hour in sorted({h for metric, h in made if metric == card.metric}, key=lambda h: h or 0):
            every = made[card.metric, hour]
            kept = {node: told for node, told in every.items() if _large(told, question.span)}
            small |= {node for node in every if node[0] and node not in kept}
            if ("", None) in kept:
                watched |= kept.keys()
                found.append(((card, hour), _daily(card, kept, question.span)))
        if len(found) == before:
            silent.append(card.symbol or card.name)
    notes = [f"Not watched, for want of data by {grain}: {', '.join(silent)}."] if silent else []
    return found, len(small - watched if grain == "hour" else small), notes


def _adds_up(card: Card) -> bool:
    """Whether the sums of everything are the sums of its parts, added up."""
    if card.kind == "cost":
        return not card.per or card.per in ADDITIVE
    return not card.same and all(number.adds_up for number in numbers_of(card))


def _added(one: Sums, other: Sums) -> Sums:
    """Sums of two places, exactly; what is unknown of one adds nothing."""

    def both(a: Number, b: Number) -> Number:
        return b if a is None else a if b is None else Fraction(a) + Fraction(b)

    return both(one[0], other[0]), both(one[1], other[1])


def _by_day(book: OpenBook, cards: Sequence[Card], question: Slice) -> dict[str, Figures]:
    # One connection for all that is asked: what a question makes of the Book serves the next one.
    panel = measure(
        cards, question, con=book.kept.con, book=book.book, policy=book.policy,
        costed=lambda: book.costed, kept=book.kept,
    )  # fmt: skip
    return panel.figures


def _large(values: Values, span: Period) -> bool:
    """Whether a slice has contacts enough to be watched by itself: on its median day, and half the time."""
    sizes = sorted(float((top if bottom is None else bottom) or 0) for top, bottom in values.values())
    return len(sizes) * 2 >= span.days and sizes[len(sizes) // 2] >= LEAST_A_DAY


def _daily(card: Card, nodes: dict[tuple[str, str | None], Values], span: Period) -> Daily:
    """Figures as arrays, whole weeks; a sum of a day without rows is 0, a ratio unknown."""
    days = -(-span.days // WEEK) * WEEK
    ratio = any(bottom is not None for values in nodes.values() for _, bottom in values.values())
    top = np.full((days, len(nodes)), 0.0)
    bottom = np.zeros((days, len(nodes)))
    # In order of their names: who comes first from the engine says nothing.
    ordered = dict(sorted(nodes.items(), key=lambda n: (n[0][0] != "", str(n[0]))))
    for i, values in enumerate(ordered.values()):
        for day, (above, below) in values.items():
            at = (day - span.start).days
            if 0 <= at < span.days:
                known = above is not None and (below is None or below != 0)
                top[at, i] = float(above or 0) if known or not ratio else np.nan
                bottom[at, i] = float(below or 0) if known else 0.0
    top[span.days :] = np.nan
    booked = card.kind == "cost"
    return Daily(span.start, tuple(ordered), top, bottom if ratio else None, booked)


def _dated(card: Card, daily: Daily, hour: int | None, one: Break) -> Sighting:
    dimension, value = daily.names[one.node]
    until = None if one.until is None else daily.day(one.until)
    return Sighting(
        Node(card.metric, dimension, value, hour), one, daily.day(one.since), daily.day(one.found), until
    )


def _alert_by_hour(card: Card, group: Sequence[Sighting], noted: Sequence[Event]) -> Alert:
    """Breaks of hours that belong together as one alert of the smallest slice that holds it."""
    same = [f for f in group if f.node.metric == card.metric]
    where = hour_slice(same)
    mine = hours_of(same, where) or same
    found, hours = over_hours(mine, sums=card.kind == "amount")
    now = Period(found.since, found.last + timedelta(days=1))
    lately = Period(now.start - timedelta(days=LATELY), now.start)
    return Alert(card, (where,), found, tuple(group), candidates(noted, lately, now, where), hours)


def _alert(
    book: OpenBook,
    card: Card,
    group: Sequence[Sighting],
    question: Slice,
    daily: Daily,
    noted: Sequence[Event],
) -> Alert:
    """Breaks that belong together as one alert, traced to its slices, and told with their figures."""
    of = strongest(group)
    now = Period(of.since, of.last + timedelta(days=1))
    before = Period(now.start - timedelta(days=BEFORE_DAYS), now.start)
    slices: tuple[tuple[tuple[str, str | None], ...], ...] = (of.node.where,)
    if of.one.kind != "missing" and before.start >= daily.first:
        leaves = [_leaves(book, card, replace(question, span=span)) for span in (now, before)]
        grown = _grown(daily, now, before) if daily.bottom is None else None
        broke = [of.node.where, *(f.node.where for f in group if f.node.metric == card.metric)]
        parts = places(question.by, *leaves, up=of.one.up, grown=grown, seen=broke)
        first = parts[0]
        rarest_last = sorted(group, key=lambda f: (f.one.kind != "spike", -f.one.a_year))
        seen = {f.node.where: f for f in rarest_last if f.node.metric == card.metric}
        # Everything is told only where everything was seen to break, and nothing against what was seen.
        if (first.where or () in seen) and (first.observed > first.expected) == of.one.up:
            slices = tuple(part.where for part in parts)
            told = replace(of, one=replace(of.one, observed=first.observed, expected=first.expected))
            of = seen.get(first.where, told)
    lately = Period(now.start - timedelta(days=LATELY), now.start)
    return Alert(card, slices, of, tuple(group), candidates(noted, lately, now, slices[0]))


def _grown(daily: Daily, now: Period, before: Period) -> float:
    """What the days of a break usually bring / what the weeks before it brought, weekday by weekday."""
    rows = daily.top[daily.at(before.start) : daily.at(before.end), 0]
    usual = rows.reshape(-1, WEEK).mean(axis=0)
    at = np.arange(now.days) % WEEK
    return float(usual[at].sum() / rows.sum()) if rows.sum() > 0 else now.days / before.days


def _leaves(book: OpenBook, card: Card, question: Slice) -> Leaves:
    """Sums of each leaf over a span."""
    figures = _by_day(book, [card], question)[card.metric]
    found = {}
    for place in figures:
        top, bottom = sums_of(figures, place)
        found[tuple(None if v is None else str(v) for v in place[1])] = (float(top or 0), float(bottom or 0))
    return found


def days_of(
    book: OpenBook, alert: Alert, span: Period, where: Sequence[str]
) -> list[tuple[date, Figure | None]]:
    """Day by day, the metric of an alert where it comes from, over the days that were watched."""
    conditions = tuple(
        Condition(dimension, (value or "",)) for dimension, value in (alert.slices[0] if alert.slices else ())
    )
    asked = book.ask(where=where, also=dimensions([alert.card]))
    question = replace(asked, span=span, grain="day", by=(), where=(*asked.where, *conditions))
    panel = measure(
        [alert.card], question, con=book.kept.con, book=book.book, policy=book.policy,
        costed=lambda: book.costed, kept=book.kept,
    )  # fmt: skip
    found = panel.figures[alert.card.metric]
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    return [(day, found.get((day, ()))) for day in days]
