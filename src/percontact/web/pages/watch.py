# SPDX-License-Identifier: Apache-2.0
"""Watch: what broke, day by day, told once where it comes from, with how to look at it."""

from __future__ import annotations

from datetime import date, timedelta

from percontact.answers import readying, watching
from percontact.answers.picturing import alert_drawn, ranked
from percontact.answers.watched_series import Grain
from percontact.explain.alerts import Alert
from percontact.pipeline import OpenBook
from percontact.report.happened import event_label
from percontact.report.looking import slice_words
from percontact.report.page import Page
from percontact.report.spoken import day_name
from percontact.report.watched import BETTER, WORSE, alert_kind, alert_rarity, alert_sentence, judged
from percontact.values.problem import problem
from percontact.web.asked import Asked
from percontact.web.filters import filtered
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer

GRAINS: tuple[tuple[Grain, str], ...] = (
    ("day", "each day: volume, handle time, cost, quality"),
    ("hour", "each hour of the day: volume"),
)
"""What is watched -> as the page says it."""


def watch(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The alerts, the rarest first, each with its contacts, its days and events of the time."""
    start, end = asked.span
    grain = _grain(asked)
    wanted = watching.Watching(start=start, end=end, where=asked.where, grain=grain)
    answer = readying.watched(book, wanted)
    currency, alerts = book.settings.currency, ranked(answer)
    listed = [
        {
            "says": alert_sentence(alert, currency),
            "kind": alert_kind(alert),
            "chance": alert_rarity(answer, alert),
            "known": day_name(alert.found.found),
            "judged": judged(alert),
            "tone": {BETTER: "better", WORSE: "worse"}.get(judged(alert), ""),
            "events": [(event_label(e), events.on(e.first)) for e in alert.events],
            "links": _links(alert, asked, viewer),
        }
        for alert in alerts
    ]

    def day(at: date) -> str:
        return _days(alerts[0], asked).but(**{"from": str(at), "to": str(at)}).to("/explore")

    charts = alert_drawn(book, answer, asked.where, href=day, event_href=events.on)
    document = watching.document(book, answer)
    return Page(document, charts=tuple(charts), extra={"listed": listed, "grain": grain, "grains": GRAINS})


def _grain(asked: Asked) -> Grain:
    for grain, _ in GRAINS:
        if grain == asked.one("grain", "day"):
            return grain
    what, why = (
        f"{asked.one('grain')!r} is not one of its values",
        "Days are watched, or each hour of the day.",
    )
    raise problem("E-ARG-01", "grain", what, why, "Leave grain away, or ask for grain=hour.")


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
