# SPDX-License-Identifier: Apache-2.0
"""What charts of rows share: a name, a stretch along one scale, and the figure, on a line each.

    wide     name | ------####------ | 2.90
    narrow   name             2.90
             ------####-----------

Long names in any language and phones are the hard part, so a name has its own column, or its own line, and
is cut with an ellipsis where it is longer; the whole of it stands in the tooltip and in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from percontact.report.charts.chart import MARKS
from percontact.report.charts.marks import Layer, Spec, expr, field, filling, layer, value
from percontact.report.charts.tokens import colour

STEP = 40
"""Pixels a row is high: two lines of text where narrow; a target of 24 px with room between (WCAG 2.5.8)."""

NARROW = "width < 520"
FIGURE = 7.6
"""Pixels a digit of a figure takes at 13 px, rather more than less."""

TONES = (
    "text", "muted", "cost-up", "cost-down", "total", "idle", "budget", "cat-1", "cat-2", "cat-3", "cat-4",
    "rest", "few", "line", "paper", "cost-soft", "idle-soft", "rest-soft",
    "heat-1", "heat-2", "heat-3", "heat-4", "heat-5",
)  # fmt: skip
"""Colours that a row may ask for by name."""

Rows = list[dict[str, Any]]


class Layout:
    """Where the parts of a row stand, as expressions of the width that only the browser knows.

    figures   the longest text of each column of figures at the right, in characters
    """

    def __init__(self, figures: Sequence[int]) -> None:
        widths = [round(n * FIGURE) + 10 for n in figures]
        self.figures = sum(widths)
        self.columns = [sum(widths[i + 1 :]) for i in range(len(widths))]
        self.left = f"({NARROW} ? 0 : min(230, width * 0.3) + 12)"
        self.right = f"({NARROW} ? width : width - {self.figures} - 8)"
        self.name_limit = f"({NARROW} ? width - {self.figures} - 8 : min(230, width * 0.3))"

    def scale(self, low: float, high: float) -> Spec:
        """The scale of all stretches; `low` stands left and `high` right."""
        return {
            "domain": [low, high],
            "nice": False,
            "zero": False,
            "range": [expr(self.left), expr(self.right)],
        }


def place(rows: Rows) -> Rows:
    """Rows with the key that keeps their order."""
    if len(rows) > MARKS:
        raise ValueError(f"{len(rows)} rows are no picture: show the first, and sum up the rest")
    return [{"row": f"{i:04d}", **row} for i, row in enumerate(rows)]


def line() -> Spec:
    """The channel that gives each row its line."""
    return field("row:N", sort=None, axis=None, scale={"paddingInner": 0, "paddingOuter": 0})


def shifted(pixels: int) -> Spec:
    """A shift down where narrow: the name stands above its stretch."""
    return expr(f"{NARROW} ? {pixels} : 0")


def names(layout: Layout) -> Layer:
    """The names at the left."""
    return (
        layer()
        .mark(
            "text", align="left", baseline="middle", dy=shifted(-11), limit=expr(layout.name_limit),
            fontWeight=expr("datum.strong ? 600 : 400"),
        )
        .encode(x=value(0), y=line(), text=field("name:N"), color=ink())
    )  # fmt: skip


def figures(layout: Layout, column: int, text: str, tone: str = "tone") -> Layer:
    """A column of figures at the right, aligned so that they can be compared."""
    return (
        layer()
        .mark(
            "text", align="right", baseline="middle", dy=shifted(-11), dx=-layout.columns[column],
            fontWeight=expr("datum.strong ? 600 : 400"),
        )
        .encode(x=value("width"), y=line(), text=field(f"{text}:N"), color=tones(tone))
    )  # fmt: skip


def tones(name: str) -> Spec:
    """A colour by its name in the data, out of the tokens."""
    return field(f"{name}:N", scale=tone_scale(), legend=None)


def tone_scale() -> Spec:
    """From the name of a colour to the colour."""
    return {"domain": list(TONES), "range": [colour(name) for name in TONES]}


def ink() -> Spec:
    """The colour of plain text."""
    return value(colour("text"))


def targets(rows: Rows) -> list[Layer]:
    """Unseen, over each whole row: where a pointer finds the tooltip, and the link if there is one."""

    plain = [row for row in rows if not row["href"]]
    linked = [row for row in rows if row["href"]]
    made = []
    for some, more in ((plain, {}), (linked, {"href": field("href:N")})):
        if some:
            made.append(
                layer(some)
                .mark("bar", fill="transparent", height=STEP, cornerRadius=0)
                .encode(x=value(0), x2=value("width"), y=line(), tooltip=field("tip:N"), **more)
            )
    return made


def stretch(start: str, end: str, scale: Spec, *, thick: int = 22, thin: int = 10) -> Layer:
    """A bar from one number of the row to another."""
    return (
        layer()
        .mark("bar", height=expr(f"{NARROW} ? {thin} : {thick}"), yOffset=shifted(7))
        .encode(
            x=field(f"{start}:Q", scale=scale, axis=None),
            x2=field(f"{end}:Q"),
            y=line(),
            color=tones("tone"),
        )
    )


def chart_of(rows: Rows, layers: Sequence[Layer]) -> Spec:
    """The specification: the layers over the same rows, as wide as its box."""
    return filling(layers, len(rows) * STEP, rows)
