# SPDX-License-Identifier: Apache-2.0
"""The trend: figures over time, beside budget, last year, a forecast's ranges, and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from percontact.report.charts.chart import MARKS, Chart, written
from percontact.report.charts.marks import filling, layer
from percontact.report.charts.series import Happening, Series, period_name
from percontact.report.charts.trend_frame import Frame
from percontact.report.charts.trend_lines import dots, fans, labels, lines
from percontact.report.charts.trend_moments import happenings, targets
from percontact.report.document import Cell, Table, TableColumn


def trend(
    series: Sequence[Series],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "trend",
    events: Sequence[Happening] = (),
    most: float | None = None,
    alt: str = "",
) -> Chart:
    """Lines over time, each named at its end; at most four in colour, further ones grey.

    The axis of figures need not begin at zero: a line says how something moved, not how much of it there is.

    most  what a figure can be at most, 100 of a share in percent: the axis does not name more unless one is
    Raises ValueError where there are more marks than a reader can see: choose a coarser grain.
    """
    count = sum(len(one.moments) for one in series)
    if count > MARKS:
        raise ValueError(f"{count} points are no picture: choose a coarser grain")
    table, links = _table(series, measure, title)
    return Chart(
        name=name,
        title=title,
        subtitle=subtitle,
        kind="trend",
        table=table,
        spec=_drawing(Frame(series, measure, events, most)),
        links=links,
        alt=alt or f"{title}. {subtitle}: {_last(series, measure)}.",
    )


def _drawing(frame: Frame) -> dict[str, object]:
    """The layers: ranges, lines, their ends, events, and what a pointer finds."""
    layers = [
        *fans(frame),
        *lines(frame),
        *dots(frame),
        *happenings(frame),
        *labels(frame),
        *targets(frame),
    ]
    return filling(layers or [layer([]).mark("point")], frame.foot, top=6)


def _last(series: Sequence[Series], measure: TableColumn) -> str:
    ends = [(one.label, one.moments[-1]) for one in series if one.moments]
    return ", ".join(f"{label} {written(m.value, measure)} in {period_name(m)}" for label, m in ends)


def _table(series: Sequence[Series], measure: TableColumn, title: str) -> tuple[Table, tuple[str, ...]]:
    """A row a period, a column a series, and the ends of each range; with where each row leads."""
    cells: dict[date, dict[str, Cell]] = {}
    periods: dict[date, str] = {}
    links: dict[date, str] = {}
    columns: dict[str, TableColumn] = {}
    for at, one in enumerate(series):
        key = f"series_{at + 1}"
        columns[key] = replace(measure, name=key, header=f"{one.label}: {measure.header}")
        for moment in one.moments:
            row = cells.setdefault(moment.start, {})
            row[key] = moment.value
            periods.setdefault(moment.start, period_name(moment))
            links[moment.start] = links.get(moment.start) or moment.href
            for of in moment.ranges:
                for end, number in (("low", of.low), ("high", of.high)):
                    name = f"{key}_{round(of.level * 100)}_{end}"
                    head = f"{one.label}: {end} end of the {of.level:.0%} range"
                    columns.setdefault(name, replace(measure, name=name, header=head))
                    row[name] = number
    starts = sorted(cells)
    rows = tuple((periods[s], *(cells[s].get(key) for key in columns)) for s in starts)
    few = any(m.few for one in series for m in one.moments)
    note = "Greyed: fewer than 30 contacts, so chance moves this figure." if few else ""
    table = Table(title, (TableColumn("period", "Period"), *columns.values()), rows, note=note)
    return table, tuple(links[s] for s in starts)
