# SPDX-License-Identifier: Apache-2.0
"""Events: what happened and may explain a change, who noted it, and where to look for what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from percontact.answers.glancing import glanced
from percontact.answers.noting import KINDS, NAME, SLICE, Listed, author, document, in_step, listed, touches
from percontact.explain.breaks import LEAST_WEEKS
from percontact.people import events
from percontact.pipeline import OpenBook
from percontact.report.charts.chart import Chart
from percontact.report.glance_charts import trend_chart
from percontact.report.page import Page
from percontact.report.spoken import month_name, spoken
from percontact.values.period import Period, add_months
from percontact.values.problem import PercontactError
from percontact.web.asked import Asked
from percontact.web.controls import controls
from percontact.web.desk import Desk
from percontact.web.drawing import begins
from percontact.web.filters import filtered
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer

PATH = "/events"
WEEKS_AFTER = timedelta(days=27)
"""What an event did is looked for in the four weeks from its first day."""
WEEKS_BEFORE = timedelta(days=28)


def on(day: date) -> str:
    """Where the events that begin on a day stand."""
    return f"{PATH}#on-{day}"


def shown(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """All events of the Book, on the cost they may have moved."""
    found = listed(book.book, ())
    told = document(book, found)
    (table,) = told.tables
    linked = replace(table, links=tuple(on(e.happening.started_on) for e in found))
    return Page(replace(told, tables=(linked,)), charts=_charts(book) if found else ())


def _charts(book: OpenBook) -> tuple[Chart, ...]:
    """Cost per contact month by month with the events on it, where cost is known."""
    if not (book.book.has("contacts") and book.book.has("ledger")):
        return ()
    last = f"{book.months()[-1]:%Y-%m}"
    try:
        seen = glanced(book, start=last, end=last).seen
    except PercontactError:
        # What is wrong with the cost is told where cost is shown; events can be noted all the same.
        return ()
    return (trend_chart(seen, lambda m: f"/?period={m:%Y-%m}", on),)


def beside(desk: Desk, person: Person) -> Mapping[str, object]:
    """The events with who noted them, and what the form offers."""
    # The newest Book: what was noted just now has landed, though figures may still be those of before.
    book = desk.workspace.book()
    noted = events.events(desk.state)
    found = listed(book, noted)
    months, costs = book.months("contacts"), book.has("ledger")
    files = {e.number: e.file for e in found if e.number is not None and e.file != NAME}
    return {
        "events": [
            (e, days_of(e), touches(e.happening), author(e), leads(e, months, costs=costs)) for e in found
        ],
        "kinds": sorted({*KINDS, *(e.happening.kind for e in found if e.happening.kind)}),
        "values": values(desk),
        "slice": SLICE,
        "files": files,
        "step": in_step(book, noted),
        "problem": None,
        "field": "",
        "typed": None,
    }


def values(desk: Desk) -> dict[str, Sequence[str]]:
    """The values that contacts have of each dimension an event may touch, where they can be listed."""
    try:
        found = dict(desk.answer("controls", controls).filters)
    except PercontactError:
        return {}
    return {name: found[name] for name in SLICE if name in found}


def days_of(one: Listed) -> str:
    """The days of an event, as people say them."""
    h = one.happening
    return begins(spoken(Period(h.started_on, (h.ended_on or h.started_on) + timedelta(days=1))))


def leads(one: Listed, months: Sequence[date], *, costs: bool) -> list[tuple[str, str]]:
    """(what it opens, address): where to see what an event may have done, as far as there is data.

    months  those with contacts, in order
    costs   whether there is a ledger
    """
    if not months:
        return []
    h = one.happening
    first, begun, ended = h.started_on, months[0], add_months(months[-1], 1)
    touched = [(name, value) for name in SLICE if (value := getattr(h, name))]
    state = filtered(Asked(), touched)
    month = first.replace(day=1)
    until = min(first + WEEKS_AFTER, ended - timedelta(days=1))
    found = []
    if costs and month in months[1:]:
        found.append((f"Explain {month_name(month)}", state.but(period=f"{month:%Y-%m}").to("/explain")))
    if begun <= first < ended:
        days = {"from": str(max(first - WEEKS_BEFORE, begun)), "to": str(until)}
        if (until - begun).days >= LEAST_WEEKS * 7:
            watched = state.but(**{"from": str(first), "to": str(until)})
            found.append(("Watch its four weeks", watched.to("/watch")))
        daily = state.but(metric="contacts_offered", grain="day", **days)
        found.append(("Contacts by day", daily.to("/explore")))
    return found


SCREEN = Screen(
    path=PATH,
    name="Events",
    group="Keep",
    letter="v",
    shows="What happened and may explain a change: releases, price rises, outages, trainings.",
    make=shown,
    tables=(),
    template="events.html",
    filters=False,
    beside=beside,
)
