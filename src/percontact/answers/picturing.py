# SPDX-License-Identifier: Apache-2.0
"""The picture of what broke, for the command and its page: the rarest alert, day by day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from percontact.answers import watching
from percontact.explain.alerts import Alert, Watch
from percontact.pipeline import OpenBook
from percontact.report.charts.chart import Chart
from percontact.report.happened import EventHref
from percontact.report.watched_charts import alert_chart


def ranked(found: Watch) -> list[Alert]:
    """The alerts, the rarest first."""
    return sorted(found.alerts, key=lambda a: min(f.one.a_year for f in a.breaks))


def alert_drawn(
    book: OpenBook,
    found: Watch,
    where: Sequence[str],
    *,
    href: Callable[[date], str] = lambda day: "",
    event_href: EventHref | None = None,
) -> list[Chart]:
    """The rarest alert, day by day; nothing where nothing broke.

    An alert by the hour has none: its days would not show what happened in some of their hours.
    """
    first = next((alert for alert in ranked(found) if alert.hours is None), None)
    if first is None:
        return []
    days = watching.days_of(book, first, found.span, where)
    return [alert_chart(first, days, book.settings.currency, href, event_href)]
