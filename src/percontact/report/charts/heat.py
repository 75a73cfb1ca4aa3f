# SPDX-License-Identifier: Apache-2.0
"""The heat map: one figure by two dimensions at once. In five even steps: more never looks like less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from percontact.report.charts.chart import FEW, MARKS, Chart, drawn, written
from percontact.report.charts.marks import Layer, Spec, expr, field, filling, layer, value
from percontact.report.charts.rows import tones
from percontact.report.charts.tokens import HEAT, ON_HEAT, colour
from percontact.report.document import Cell, Table, TableColumn

STEP, HEAD = 30, 24
"""Pixels of a row, and of the line of the columns' names."""


@dataclass(frozen=True, slots=True)
class Square:
    """A figure at one value of each dimension; None = unknown.

    few  whether so few contacts stand behind it that it is greyed (`chart.FEW`)
    """

    row: str
    column: str
    value: Cell
    href: str = ""
    few: bool = False


def heat(
    squares: Sequence[Square],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "heat",
    headers: tuple[str, str] = ("Row", "Column"),
    alt: str = "",
) -> Chart:
    """Rows and columns in the order they first come in; what is unknown stays blank.

    headers  what rows and columns are: ("Channel", "Weekday")
    Raises ValueError where one place has two figures, or there are more squares than a reader can see.
    """
    if len(squares) > MARKS:
        raise ValueError(f"{len(squares)} squares are no picture: choose a coarser dimension")
    if len({(s.row, s.column) for s in squares}) < len(squares):
        raise ValueError("two figures stand at one place")
    sure = [n for s in squares if not s.few and (n := drawn(s.value, measure)) is not None]
    low, high = min(sure, default=0.0), max(sure, default=0.0)
    ends = [s for s in squares if not s.few and drawn(s.value, measure) in (low, high)]
    spread = sorted({(drawn(s.value, measure) or 0.0, written(s.value, measure)) for s in ends})
    said = (
        f"{subtitle}; the stronger, the more: {spread[0][1]} to {spread[-1][1]}"
        if len(spread) > 1
        else subtitle
    )
    note = f"Greyed: fewer than {FEW} contacts." if any(s.few for s in squares) else ""
    columns = (TableColumn("row", headers[0]), TableColumn("column", headers[1]), measure)
    table = Table(title, columns, tuple((s.row, s.column, s.value) for s in squares), note=note)
    return Chart(
        name=name, title=title, subtitle=said, kind="heat", table=table,
        spec=_Drawing(squares, measure, low, high).spec(), links=tuple(s.href for s in squares),
        alt=alt or f"{title}. {said}.",
    )  # fmt: skip


def step_of(number: float, low: float, high: float) -> int:
    """Which of the five even steps between low and high a number falls in.

    >>> [step_of(n, 0, 10) for n in (0, 1.9, 2, 5, 10)]
    [0, 0, 1, 2, 4]
    """
    return 0 if high <= low else min(len(HEAT) - 1, int((number - low) / (high - low) * len(HEAT)))


class _Drawing:
    def __init__(self, squares: Sequence[Square], measure: TableColumn, low: float, high: float) -> None:
        self.rows = list(dict.fromkeys(s.row for s in squares))
        self.columns = list(dict.fromkeys(s.column for s in squares))
        self.data = [self._square(s, measure, low, high) for s in squares]
        # About the width of the longest name at 12 px, and of a figure at 12 px, in pixels.
        self.name_room = min(90, max((len(c) for c in self.columns), default=1) * 8 + 8)
        self.figure_room = max((len(str(d["figure"])) for d in self.data), default=1) * 7.2 + 6
        self.left = "min(200, width * 0.3)"
        self.x_scale = {
            "domain": [f"{i:04d}" for i in range(len(self.columns))], "paddingInner": 0.04, "paddingOuter": 0,
            "range": [expr(self.left), expr("width")],
        }  # fmt: skip
        self.y_scale = {
            "domain": [f"{i:04d}" for i in range(len(self.rows))], "paddingInner": 0.06, "paddingOuter": 0,
            "range": [HEAD, HEAD + STEP * max(1, len(self.rows))],
        }  # fmt: skip

    def _square(self, square: Square, measure: TableColumn, low: float, high: float) -> dict[str, object]:
        number, figure = drawn(square.value, measure), written(square.value, measure)
        at = step_of(number, low, high) if number is not None and not square.few else None
        lines = [f"{square.row}, {square.column}", f"{measure.header}: {figure}"]
        lines += [f"Fewer than {FEW} contacts: chance moves this figure"] if square.few else []
        return {
            "x": f"{self.columns.index(square.column):04d}", "y": f"{self.rows.index(square.row):04d}",
            "figure": figure if number is not None else "", "tip": "\n".join(lines), "href": square.href,
            "tone": "paper" if number is None else "rest-soft" if at is None else HEAT[at],
            "ink": "muted" if at is None else ON_HEAT[at],
        }  # fmt: skip

    def spec(self) -> dict[str, object]:
        layers = [*self._squares(), self._figures(), self._row_names(), self._column_names()]
        return filling(layers, HEAD + STEP * max(1, len(self.rows)))

    def _x(self) -> Spec:
        return field("x:N", scale=self.x_scale, axis=None, sort=None)

    def _y(self) -> Spec:
        return field("y:N", scale=self.y_scale, axis=None, sort=None)

    def _squares(self) -> list[Layer]:
        made: list[Layer] = []
        for linked in (False, True):
            rows = [d for d in self.data if bool(d["href"]) is linked]
            if rows:
                look = layer(rows).mark("rect", cornerRadius=1)
                more = {"href": field("href:N")} if linked else {}
                made.append(
                    look.encode(
                        x=self._x(),
                        y=self._y(),
                        color=tones("tone"),
                        tooltip=field("tip:N"),
                        **more,
                    )
                )
        return made

    def _figures(self) -> Layer:
        """The figures in the squares, where these are wide enough for the longest."""
        shown = expr(f"bandwidth('x') >= {self.figure_room} ? datum.figure : ''")
        return (
            layer(self.data)
            .mark("text", fontSize=12, baseline="middle", text=shown)
            .encode(x=self._x(), y=self._y(), color=tones("ink"))
        )

    def _row_names(self) -> Layer:
        rows = [{"y": f"{i:04d}", "name": name} for i, name in enumerate(self.rows)]
        return (
            layer(rows)
            .mark("text", align="left", baseline="middle", limit=expr(f"{self.left} - 10"))
            .encode(
                x=value(0),
                y=self._y(),
                text=field("name:N"),
                color=value(colour("text")),
            )
        )

    def _column_names(self) -> Layer:
        """Every name where there is room, else every second, third, ...: those shown are never shown in part
        that could be shown whole."""
        rows = [
            {"x": f"{i:04d}", "i": i, "name": name, "wide": len(name) * 7}
            for i, name in enumerate(self.columns)
        ]
        every = f"ceil({self.name_room} / max(1, bandwidth('x')))"
        crowded = f"bandwidth('x') < (width < 520 ? {self.name_room} : 30)"
        few = f"({crowded} ? {every} : 1)"
        fits = f"width - scale('x', datum.x) >= min(datum.wide, bandwidth('x') * {few} - 2)"
        return (
            layer(rows)
            .mark(
                "text", fontSize=12, baseline="middle", align="left", xOffset=expr("-bandwidth('x') / 2"),
                text=expr(f"datum.i % {few} == 0 && ({fits}) ? datum.name : ''"),
                limit=expr(f"min(bandwidth('x') * {few} - 3, width - scale('x', datum.x))"),
            )
            .encode(x=self._x(), y=value(HEAD / 2 - 2), color=value(colour("muted")))
        )  # fmt: skip
