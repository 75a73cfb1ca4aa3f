# SPDX-License-Identifier: Apache-2.0
"""From breaks that belong together to one alert: where it comes from, its figures, and what happened then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from percontact.answers.measuring import panel_for
from percontact.costing.slice import Slice
from percontact.explain.alerts import (
    Alert,
    Leaves,
    Node,
    Sighting,
    hour_slice,
    hours_of,
    over_hours,
    places,
    strongest,
)
from percontact.explain.episodes import Break
from percontact.explain.expected import WEEK, Daily
from percontact.explain.noted import Event, candidates
from percontact.metrics.card import Card
from percontact.metrics.figure import sums_of
from percontact.pipeline import OpenBook
from percontact.values.period import Period

LATELY = 14
"""An event that began so many days before a break, or in it, is a candidate."""
BEFORE_DAYS = 56
"""Days before a break that its leaves are held against: eight whole weeks."""


def dated(card: Card, daily: Daily, hour: int | None, one: Break) -> Sighting:
    """A break with its series and its days."""
    dimension, value = daily.names[one.node]
    until = None if one.until is None else daily.day(one.until)
    return Sighting(
        Node(card.metric, dimension, value, hour), one, daily.day(one.since), daily.day(one.found), until
    )


def alert_by_hour(card: Card, group: Sequence[Sighting], noted: Sequence[Event]) -> Alert:
    """Breaks of hours that belong together as one alert of the smallest slice that holds it."""
    same = [f for f in group if f.node.metric == card.metric]
    where = hour_slice(same)
    mine = hours_of(same, where) or same
    found, hours = over_hours(mine, sums=card.kind == "amount")
    now = Period(found.since, found.last + timedelta(days=1))
    lately = Period(now.start - timedelta(days=LATELY), now.start)
    return Alert(card, (where,), found, tuple(group), candidates(noted, lately, now, where), hours)


def alert_by_day(
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
    figures = panel_for(book, [card], question).figures[card.metric]
    found = {}
    for place in figures:
        top, bottom = sums_of(figures, place)
        found[tuple(None if v is None else str(v) for v in place[1])] = (float(top or 0), float(bottom or 0))
    return found
