# SPDX-License-Identifier: Apache-2.0
"""Answers to what broke: cost, volume, handle time and quality watched day by day, in every slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from percontact.answers.alerting import alert_by_day, alert_by_hour, dated
from percontact.answers.measuring import panel_for
from percontact.answers.watched_series import LEAST_A_DAY, DaySeries, Grain, day_series
from percontact.costing.slice import Condition, Slice
from percontact.explain.alerts import (
    Alert,
    Sighting,
    Watch,
    per_series,
    strongest,
    together,
    within_budget,
)
from percontact.explain.breaks import LEAST_WEEKS, breaks
from percontact.explain.expected import WEEK
from percontact.explain.noted import read_events
from percontact.explain.seasons import ANNUAL, BEFORE
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find
from percontact.metrics.facts import dimensions
from percontact.metrics.figure import Figure
from percontact.metrics.guard import GUARDS
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.spoken import day_name, days_name, within
from percontact.report.watched import watched_document
from percontact.values.period import Period
from percontact.values.problem import problem

USUAL = ("contacts_offered", "average_handle_time", "cost_per_contact", *GUARDS)
USUAL_BY = ("channel", "team", "reason")
WATCHED_DAYS = 91
_NOT_BY_DAY = ("index", "percentile", "survival")


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
    cards = _cards(book, wanted.metrics, wanted.grain)
    question = _asked(book, cards, wanted)
    days = _days(book, question)
    span = _span(book, days, wanted.start, wanted.end)
    days = Period(days.start + timedelta(days=(span.start - days.start).days % WEEK), span.end)
    series = day_series(book, cards, replace(question, span=days), wanted.grain)
    each = per_series(wanted.false_alarms, wanted.alerts_a_week, series.nodes)
    unlike = {(d - days.start).days for d in _unlike(book) if d in days}
    found = [
        dated(card, daily, hour, one)
        for (card, hour), daily in series.found
        for one in breaks(daily, daily.at(span.start), false_alarms=each, unusual=unlike)
    ]
    groups = together([f for f in found if f.one.year == "other"], series.booked)
    alerts = _alerts(book, question, series, _within_budget(groups, wanted.alerts_a_week))
    notes = [
        *_notes_of_data(series, wanted.grain),
        *_notes_of_seasons(days, found, [a.found for a in alerts], {c.metric: c.name for c in cards}),
    ]
    if unlike:
        notes.append(f"{len(unlike)} days of the calendar (holidays, closed, other hours) are left out.")
    held_back = len(groups) - len(alerts)
    return Watch(span, tuple(alerts), held_back, series.nodes, each, tuple(notes), question.where)


def _asked(book: OpenBook, cards: Sequence[Card], wanted: Watching) -> Slice:
    """The conditions and dimensions asked for; without dimensions the usual ones that contacts have."""
    filled = book.book.filled("contacts") | book.book.filled("handlings")
    by = [d for one in wanted.by for d in one.split(",")] or [d for d in USUAL_BY if d in filled]
    return book.ask(by=by, where=wanted.where, also=dimensions(cards))


def _within_budget(groups: Sequence[Sequence[Sighting]], alerts_a_week: float) -> list[Sequence[Sighting]]:
    """The groups of breaks that are told, the rarest first where there are too many."""
    rarity = [min(f.one.a_year for f in group) for group in groups]
    told = within_budget([strongest(group).found for group in groups], rarity, alerts_a_week)
    return [group for group, keep in zip(groups, told, strict=True) if keep]


def _alerts(
    book: OpenBook, question: Slice, series: DaySeries, groups: Sequence[Sequence[Sighting]]
) -> list[Alert]:
    """Each group of breaks as an alert, in order of time."""
    noted = read_events(book.kept.con, book.book) if book.book.has("events") else ()
    by_name = {(card.metric, hour): (card, daily) for (card, hour), daily in series.found}
    whole = replace(question, grain="whole")
    alerts = []
    for group in groups:
        first = strongest(group).node
        card, daily = by_name[first.metric, first.hour]
        if first.hour is None:
            alerts.append(alert_by_day(book, card, group, whole, daily, noted))
        else:
            alerts.append(alert_by_hour(card, group, noted))
    return sorted(alerts, key=lambda a: (a.found.since, a.card.metric))


def _notes_of_data(series: DaySeries, grain: Grain) -> list[str]:
    """What is not watched for want of data."""
    notes = []
    if series.silent:
        names = ", ".join(card.symbol or card.name for card in series.silent)
        notes.append(f"Not watched, for want of data by {grain}: {names}.")
    if series.small:
        notes.append(
            f"{series.small} slices with fewer than {LEAST_A_DAY} contacts a day are not watched one by one."
        )
    return notes


def _notes_of_seasons(
    days: Period, found: Sequence[Sighting], told: Sequence[Sighting], names: Mapping[str, str]
) -> list[str]:
    """What is not told because last year had it too or leaves it open, or what no last year is known for."""
    notes = []
    seasons = [f for f in found if f.one.year == "same"]
    left_open = [f for f in found if f.one.year == "open"]
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
    panel = panel_for(book, [offered], replace(question, grain="day", by=(), asked=()))
    days = sorted(day for (day, _) in panel.figures[offered.metric])
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


def days_of(
    book: OpenBook, alert: Alert, span: Period, where: Sequence[str]
) -> list[tuple[date, Figure | None]]:
    """Day by day, the metric of an alert where it comes from, over the days that were watched."""
    conditions = tuple(
        Condition(dimension, (value or "",)) for dimension, value in (alert.slices[0] if alert.slices else ())
    )
    asked = book.ask(where=where, also=dimensions([alert.card]))
    question = replace(asked, span=span, grain="day", by=(), where=(*asked.where, *conditions))
    found = panel_for(book, [alert.card], question).figures[alert.card.metric]
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    return [(day, found.get((day, ()))) for day in days]
