# SPDX-License-Identifier: Apache-2.0
"""Watch: what broke, day by day, told once where it comes from, with how to look at it."""

from __future__ import annotations

from datetime import timedelta

from percontact import readying, watching
from percontact.explain.alerts import Alert
from percontact.pipeline import OpenBook
from percontact.report.charts.chart import Chart
from percontact.report.happened import event_label
from percontact.report.looking import slice_words
from percontact.report.page import Page
from percontact.report.spoken import spoken
from percontact.report.watched import alert_kind, alert_rarity, alert_sentence
from percontact.report.watched_charts import alert_chart
from percontact.web.asked import Asked
from percontact.web.filters import filtered
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer


def watch(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The alerts, the rarest first, each with its contacts, its days and events of the time."""
    start, end = asked.span
    answer = readying.watched(book, start=start, end=end, where=asked.where)
    currency = book.settings.currency
    ranked = sorted(answer.alerts, key=lambda a: min(f.one.a_year for f in a.breaks))
    listed = [
        {
            "says": alert_sentence(alert, currency),
            "kind": alert_kind(alert),
            "chance": alert_rarity(answer, alert),
            "known": alert.found.found,
            "events": [(event_label(e), events.on(e.first)) for e in alert.events],
            "links": _links(alert, asked, viewer),
        }
        for alert in ranked
    ]
    charts: tuple[Chart, ...] = ()
    if ranked:
        days = watching.days_of(book, ranked[0], answer.span, asked.where)
        by_day = _days(ranked[0], asked)
        charts = (
            alert_chart(
                ranked[0], days, currency,
                lambda day: by_day.but(**{"from": str(day), "to": str(day)}).to("/explore"),
                events.on,
            ),
        )  # fmt: skip
    document = watching.document(book, answer)
    return Page(document, charts=charts, extra={"listed": listed, "span": spoken(answer.span)})


def _days(alert: Alert, asked: Asked) -> Asked:
    """The days of an alert, where it comes from."""
    first, last = alert.found.since, alert.found.last
    state = asked.carried().but(period=None, **{"from": str(first), "to": str(last)})
    for where in alert.slices[:1]:
        state = filtered(state, where)
    return state


def _links(alert: Alert, asked: Asked, viewer: Viewer) -> list[tuple[str, str]]:
    """Where an alert is looked at: its days, where it came from, its contacts."""
    state = _days(alert, asked)
    metric = alert.card.metric
    back = str(alert.found.since - timedelta(days=28))
    found = [
        ("Day by day", state.but(metric=metric, grain="day", **{"from": back}).to("/explore")),
    ]
    for where in alert.slices[1:3]:
        further = asked.carried().only("compare", "basis")
        span = {"from": str(alert.found.since), "to": str(alert.found.last)}
        also = filtered(further.but(**span), where)
        found.append((f"Also {slice_words(where)}", also.but(metric=metric).to("/explore")))
    if viewer.contacts:
        found.append(("The contacts of these days", state.to("/explore/contacts")))
    return found


SCREEN = Screen(
    path="/watch",
    name="Watch",
    group="Act",
    letter="w",
    shows="Spikes, new levels, trends and missing days of cost, volume, handle time and quality.",
    make=watch,
    template="watch.html",
    compares=False,
    usual="the last 13 weeks",
    slow=True,
)
