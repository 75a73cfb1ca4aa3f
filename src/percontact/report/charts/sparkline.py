# SPDX-License-Identifier: Apache-2.0
"""The sparkline: how a figure went, as small as a word, beside the figure itself."""

from __future__ import annotations

from collections.abc import Sequence

from percontact.report.charts.chart import Chart, drawn, written
from percontact.report.charts.marks import field, layer, layered
from percontact.report.charts.series import Moment
from percontact.report.charts.tokens import colour
from percontact.report.document import Table, TableColumn

WIDTH, HEIGHT = 132, 30
"""Pixels: fixed, so that those of a page share one scale of time."""


def sparkline(
    moments: Sequence[Moment],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str = "",
    name: str = "sparkline",
    alt: str = "",
) -> Chart:
    """A line without axes, its last figure a dot; an unknown figure breaks the line."""
    rows: list[dict[str, object]] = [
        {"at": i, "value": drawn(moment.value, measure)} for i, moment in enumerate(moments)
    ]
    known = [row for row in rows if row["value"] is not None]
    columns = (TableColumn("period", "Period"), measure)
    cells = tuple((m.label or m.start.isoformat(), m.value) for m in moments)
    ends = [m for m in moments if m.value is not None]
    said = (
        f"From {written(ends[0].value, measure)} to {written(ends[-1].value, measure)}" if ends else "Unknown"
    )
    return Chart(
        name=name, title=title, subtitle=subtitle, kind="sparkline", table=Table(title, columns, cells),
        spec=_drawing(rows, known[-1:]), links=tuple(m.href for m in moments), alt=alt or f"{title}. {said}.",
    )  # fmt: skip


def _drawing(rows: list[dict[str, object]], last: list[dict[str, object]]) -> dict[str, object]:
    x = field("at:Q", axis=None, scale={"domain": [0, max(1, len(rows) - 1)], "nice": False, "zero": False})
    y = field("value:Q", axis=None, scale={"nice": False, "zero": False, "padding": 3})
    line = layer(rows).mark("line", color=colour("total"), strokeWidth=1.5).encode(x=x, y=y)
    dot = layer(last).mark("point", filled=True, size=30, opacity=1, color=colour("accent")).encode(x=x, y=y)
    return layered([line, dot], width=WIDTH, height=HEIGHT, padding=3)
