# SPDX-License-Identifier: Apache-2.0
"""An alert as a picture: the days of its metric, what was expected of them, and events of the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.explain.alerts import Alert
from percontact.metrics.figure import Figure
from percontact.report.charts.chart import Chart
from percontact.report.charts.series import Happening, Moment, Series
from percontact.report.charts.trend import trend
from percontact.report.document import Cell, Kind, TableColumn
from percontact.report.happened import EventHref, marks
from percontact.report.spoken import day_name
from percontact.report.watched import alert_figures, alert_sentence, alert_title

SHOWN_DAYS = 91
"""Days drawn at most: a quarter of a year is read at a glance."""


def alert_chart(
    alert: Alert,
    days: Sequence[tuple[date, Figure | None]],
    currency: str,
    href: Callable[[date], str],
    event_href: EventHref | None = None,
) -> Chart:
    """The metric of an alert day by day, with the level that was expected of the days it lasts.

    href        where a day leads
    event_href  where the events that begin on a day stand
    """
    card = alert.card
    measure = TableColumn(card.metric, _header(alert, currency), _kind(alert), currency)
    shown = days[-SHOWN_DAYS:]
    was = tuple(Moment(day, _cell(figure, measure), href=href(day)) for day, figure in shown)
    one = alert.found.one
    lasting = [day for day, _ in shown if alert.found.since <= day <= alert.found.last]
    expected = (
        ()
        if one.expected is None
        else tuple(Moment(day, _level(alert, one.expected, len(lasting), measure)) for day in lasting)
    )
    # The figures at the ends of lines are of single days; the alert's own stands at its mark.
    ends = f"on {day_name(was[-1].start)}" if was else ""
    series = [Series(card.name, was, at_end=ends)]
    if expected:
        series.append(Series("expected", expected, "budget"))
    events = marks(alert.events, event_href)
    if shown and shown[0][0] <= alert.found.since:
        events.append(Happening(alert.found.since, _begins(alert_figures(alert, currency))))
    return trend(
        series, measure, name="alert", title=alert_title(alert), subtitle=f"{measure.header}, by day",
        events=events, alt=alert_sentence(alert, currency),
    )  # fmt: skip


def _begins(text: str) -> str:
    return text[:1].upper() + text[1:]


def _kind(alert: Alert) -> Kind:
    if alert.card.unit == "%":
        return "share"
    if alert.card.unit.startswith("money"):
        return "value"
    return "seconds" if alert.card.unit == "s" else "count" if alert.card.kind == "amount" else "quantity"


def _header(alert: Alert, currency: str) -> str:
    unit = alert.card.unit.replace("money", currency)
    return (
        alert.card.name
        if unit in ("%", "") or unit in alert.card.name.lower()
        else f"{alert.card.name}, {unit}"
    )


def _cell(figure: Figure | None, measure: TableColumn) -> Cell:
    if figure is None or figure.value is None:
        return None
    value: Fraction = figure.value
    if measure.kind in ("count", "seconds"):
        return round(value)
    return round(Decimal(value.numerator) / Decimal(value.denominator), 6)


def _level(alert: Alert, expected: float, days: int, measure: TableColumn) -> Cell:
    """What was expected of one day; that of an amount is of all its days together."""
    a_day = expected / max(days, 1) if alert.card.kind == "amount" else expected
    times = float(alert.card.times) if alert.card.kind not in ("cost", "amount") else 1.0
    value = Decimal(repr(a_day * times))
    return round(value) if measure.kind in ("count", "seconds") else round(value, 6)
