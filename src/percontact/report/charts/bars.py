# SPDX-License-Identifier: Apache-2.0
"""Bars: one figure of many things, ranked, each beside its name. They begin at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from percontact.report.charts import rows as of_rows
from percontact.report.charts.chart import Chart, drawn, written
from percontact.report.document import Cell, Table, TableColumn
from percontact.values.money import minor_digits

More = Literal["worse", "better", "neither"]
"""What a rise means: costs are worse when more, resolutions better, contacts neither."""

FEW_NOTE = "fewer than 30 contacts: chance moves this figure"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    change  against the period or thing compared with, in the measure's unit; None = unknown or not asked
    tone    "cat-1" for what is usual, "idle" for unused capacity, "rest" for all that is left, "total"
    few     whether so few contacts stand behind it that it is greyed (`chart.FEW`)
    """

    label: str
    value: Cell
    href: str = ""
    change: Cell = None
    tone: Literal["cat-1", "idle", "rest", "total"] = "cat-1"
    few: bool = False
    note: str = ""


def bars(
    points: Sequence[Bar],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "bars",
    header: str = "Name",
    change: str = "",
    more: More = "worse",
    alt: str = "",
) -> Chart:
    """Bars in the order given, from zero, with their figures and, where asked, how they changed.

    header   what the things are: "Channel"
    change   what the change is against: "Change on May"; "" = no column of changes
    more     what a rise of the measure means; it colours the change, and a sign says it too
    """
    measure = _readable(points, measure)
    data = of_rows.place([_row(point, measure, more) for point in points])
    return Chart(
        name=name,
        title=title,
        subtitle=subtitle,
        kind="bars",
        table=_table(points, measure, title, header, change),
        spec=_drawing(data, with_change=bool(change)),
        links=tuple(p.href for p in points),
        alt=alt or f"{title}. {subtitle}: {_first(data)}.",
    )


def _readable(points: Sequence[Bar], measure: TableColumn) -> TableColumn:
    """The same decimals for all bars: two more only where none reaches ten cents."""
    if measure.kind != "value" or measure.digits is not None:
        return measure
    largest = max((abs(drawn(p.value, measure) or 0) for p in points), default=0)
    return replace(measure, digits=minor_digits(measure.currency) + (2 if largest < 0.1 else 0))


def _row(point: Bar, measure: TableColumn, more: More) -> dict[str, object]:
    value = drawn(point.value, measure)
    step = drawn(point.change, measure)
    figure = written(point.value, measure)
    changed = "" if step is None else written(point.change, measure, sign=True)
    lines = (
        point.label,
        f"{measure.header}: {figure}",
        f"Change: {changed}" if changed else "",
        FEW_NOTE.capitalize() if point.few else "",
        point.note,
    )
    return {
        "name": point.label, "figure": figure, "changed": changed, "from": 0.0, "to": value,
        "tone": "few" if point.few else point.tone, "ink": "muted" if point.few else "text",
        "change_ink": _change_ink(step, more), "strong": point.tone == "total", "href": point.href,
        "tip": "\n".join(filter(None, lines)),
    }  # fmt: skip


def _change_ink(step: float | None, more: More) -> str:
    if not step or more == "neither":
        return "muted"
    return "cost-up" if (step > 0) == (more == "worse") else "cost-down"


def _table(points: Sequence[Bar], measure: TableColumn, title: str, header: str, change: str) -> Table:
    by = TableColumn("change", change, measure.kind, measure.currency, digits=measure.digits)
    columns = (TableColumn("name", header), measure, *((by,) if change else ()))
    rows = tuple((p.label, p.value, *((p.change,) if change else ())) for p in points)
    few = "Greyed: " + FEW_NOTE + "." if any(p.few for p in points) else ""
    return Table(title, columns, rows, note=few)


def _first(data: of_rows.Rows) -> str:
    said = [f"{row['name']} {row['figure']}" for row in data[:3]]
    return ", ".join(said) + (f" and {len(data) - 3} more" if len(data) > 3 else "")


def _drawing(data: of_rows.Rows, *, with_change: bool) -> dict[str, object]:
    columns = ["figure", "changed"] if with_change else ["figure"]
    layout = of_rows.Layout([max((len(row[key]) for row in data), default=1) for key in columns])
    values = [row["to"] for row in data if row["to"] is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = layout.scale(low, high if high > low else low + 1)
    layers = [
        of_rows.stretch("from", "to", scale),
        of_rows.names(layout),
        of_rows.figures(layout, 0, "figure", "ink"),
        *([of_rows.figures(layout, 1, "changed", "change_ink")] if with_change else []),
        *of_rows.targets(data),
    ]
    return of_rows.chart_of(data, layers)
