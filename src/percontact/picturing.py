# SPDX-License-Identifier: Apache-2.0
"""Pictures that a command and its page share: the rarest alert day by day, a metric as it is spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from percontact import watching
from percontact.explain.alerts import Alert, Watch
from percontact.exploring import explored
from percontact.pipeline import OpenBook
from percontact.report.charts.chart import Chart
from percontact.report.exploring_charts import exploration_chart
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


def metric_drawn(
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
    steps = book.ask(start=start, end=end, grain=grain).steps
    found = explored(
        book, metric, start=start, end=end, grain=grain if len(steps) > 1 else "", by=by, where=where,
        basis=basis,
    )  # fmt: skip
    return exploration_chart(found, [""] * len(found.lines))
