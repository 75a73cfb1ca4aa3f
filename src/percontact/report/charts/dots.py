# SPDX-License-Identifier: Apache-2.0
"""Dots: a figure of many things now, beside what it was, what was planned, and what is usual elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from percontact.report.charts import rows as of_rows
from percontact.report.charts.bars import FEW_NOTE
from percontact.report.charts.chart import Chart, drawn, written
from percontact.report.charts.marks import Layer, Spec, expr, field, layer
from percontact.report.charts.scale import ticks
from percontact.report.charts.tokens import colour
from percontact.report.document import Cell, Table, TableColumn

SIGNS = {"value": "dot", "before": "ring", "budget": "line", "low": "grey"}
"""How the subtitle names the marks; those of what is not drawn are left out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One thing: its figure, and what it is held against; None = unknown, and not drawn.

    low, high  what is usual elsewhere (a benchmark's range)
    few        whether so few contacts stand behind it that it is greyed (`chart.FEW`)
    """

    label: str
    value: Cell
    before: Cell = None
    budget: Cell = None
    low: Cell = None
    high: Cell = None
    href: str = ""
    few: bool = False
    note: str = ""


def dots(
    points: Sequence[Dot],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "dots",
    header: str = "Name",
    before: str = "a year before",
    usual: str = "usual elsewhere",
    alt: str = "",
) -> Chart:
    """A row a thing; all on one scale, which need not begin at zero: a dot has a place and no length.

    before   what the hollow dot is, in the reader's words
    usual    what the grey stretch is, with its source
    """
    words = {"value": "now", "before": before, "budget": "budget", "low": usual}
    there = [key for key in SIGNS if any(getattr(point, key) is not None for point in points)]
    signs = ", ".join(f"{SIGNS[k]} {words[k]}" for k in there)
    said = f"{subtitle}; {signs}" if signs else subtitle
    data = of_rows.place([_row(point, measure, words) for point in points])
    table = _table(points, measure, title, header, words, there)
    return Chart(
        name=name, title=title, subtitle=said, kind="dots", table=table, spec=_drawing(data),
        links=tuple(p.href for p in points), alt=alt or f"{title}. {subtitle}, {len(points)} compared.",
    )  # fmt: skip


def _row(point: Dot, measure: TableColumn, words: dict[str, str]) -> dict[str, Any]:
    numbers = {
        key: drawn(getattr(point, key), measure) for key in ("value", "before", "budget", "low", "high")
    }
    lines = [point.label]
    for key in ("value", "before", "budget"):
        if numbers[key] is not None:
            lines.append(f"{words[key].capitalize()}: {written(getattr(point, key), measure)}")
    if numbers["low"] is not None and numbers["high"] is not None:
        ends = f"{written(point.low, measure)} to {written(point.high, measure)}"
        lines.append(f"{words['low'].capitalize()}: {ends}")
    lines += [FEW_NOTE.capitalize()] if point.few else []
    lines += [point.note] if point.note else []
    return {
        **numbers, "name": point.label, "figure": written(point.value, measure), "strong": False,
        "ink": "muted" if point.few else "text", "tone": "few" if point.few else "cat-1", "href": point.href,
        "tip": "\n".join(lines),
    }  # fmt: skip


def _table(
    points: Sequence[Dot],
    measure: TableColumn,
    title: str,
    header: str,
    words: dict[str, str],
    there: list[str],
) -> Table:
    keys = [key for one in there for key in (("low", "high") if one == "low" else (one,))]
    heads = {
        **{key: f"{measure.header}, {words[key]}" for key in words},
        "value": measure.header,
        "low": f"{words['low'].capitalize()}, from",
        "high": f"{words['low'].capitalize()}, to",
    }
    columns = [replace(measure, name=measure.name if k == "value" else k, header=heads[k]) for k in keys]
    rows = tuple((p.label, *(getattr(p, key) for key in keys)) for p in points)
    few = "Greyed: " + FEW_NOTE + "." if any(p.few for p in points) else ""
    return Table(title, (TableColumn("name", header), *columns), rows, note=few)


def _drawing(data: of_rows.Rows) -> dict[str, object]:
    layout = of_rows.Layout([max((len(row["figure"]) for row in data), default=1)])
    found = [
        row[k] for row in data for k in ("value", "before", "budget", "low", "high") if row[k] is not None
    ]
    low, high = min(found, default=0.0), max(found, default=1.0)
    grid = ticks(0.0 if 0 < low < 0.4 * high else low, high)
    scale = layout.scale(grid[0], grid[-1])
    layers = [
        _track(layout),
        _usual(scale),
        _mark("before", scale, fill="paper", stroke="rest"),
        _budget(scale),
        _mark("value", scale, fill="", stroke="paper"),
        of_rows.names(layout),
        of_rows.figures(layout, 0, "figure", "ink"),
        *of_rows.targets(data),
    ]
    return of_rows.chart_of(data, layers)


def _track(layout: of_rows.Layout) -> Layer:
    """A hairline that the dots of a row stand on."""
    ends = {"x": expr(layout.left), "x2": expr(layout.right)}
    return (
        layer()
        .mark("rule", color=colour("line"), yOffset=of_rows.shifted(7), **ends)
        .encode(y=of_rows.line())
    )


def _usual(scale: Spec) -> Layer:
    return (
        layer()
        .mark("bar", height=8, color=colour("rest-soft"), yOffset=of_rows.shifted(7), cornerRadius=4)
        .encode(x=field("low:Q", scale=scale, axis=None), x2=field("high:Q"), y=of_rows.line())
    )


def _mark(name: str, scale: Spec, *, fill: str, stroke: str) -> Layer:
    look = {"fill": colour(fill)} if fill else {}
    made = layer().mark(
        "point",
        shape="circle",
        size=110,
        opacity=1,
        stroke=colour(stroke),
        strokeWidth=2,
        yOffset=of_rows.shifted(7),
        **look,
    )
    x = field(f"{name}:Q", scale=scale, axis=None)
    made = made.encode(x=x, y=of_rows.line())
    return made if fill else made.encode(fill=_fills())


def _fills() -> Spec:
    return field("tone:N", scale=of_rows.tone_scale(), legend=None)


def _budget(scale: Spec) -> Layer:
    return (
        layer()
        .mark(
            "tick",
            color=colour("budget"),
            thickness=2,
            size=18,
            opacity=1,
            orient="vertical",
            yOffset=of_rows.shifted(7),
        )
        .encode(x=field("budget:Q", scale=scale, axis=None), y=of_rows.line())
    )
