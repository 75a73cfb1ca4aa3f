# SPDX-License-Identifier: Apache-2.0
"""The bridge: how one figure became another, part by part. What is drawn adds up to where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from percontact.report.cells import as_number
from percontact.report.charts import rows as of_rows
from percontact.report.charts.chart import Chart, Point, written
from percontact.report.charts.marks import Layer, Spec, expr, field, layer
from percontact.report.charts.tokens import colour
from percontact.report.document import Table, TableColumn
from percontact.values.money import minor_digits

CUT = Decimal("0.4")
"""When the parts reach over less than this share of the larger total, the axis is cut so that they can be
seen, and the break is drawn and said."""

TOLERANCE = Decimal("1e-6")
"""Parts may miss the whole by this share of it: what rounding of decimals to be shown can make."""


def bridge(
    start: Point,
    parts: Sequence[Point],
    end: Point,
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "bridge",
    words: tuple[str, str] = ("raises", "lowers"),
    alt: str = "",
) -> Chart:
    """The change from one total to another as a waterfall.

    start, end   totals, drawn from zero, or from a break where the parts would else be too small to see
    parts        signed changes, in the order drawn; their values are in the same unit as the totals
    words        what a part above and below zero does, in the reader's words

    Law: start + parts = end; raises ValueError otherwise, because a picture that does not add up is wrong.

    >>> from percontact.report.document import TableColumn
    >>> cost = TableColumn("cost", "Cost, EUR", "money", "EUR")
    >>> made = bridge(Point("May", 250), [Point("Pay rate", 30)], Point("June", 280), cost,
    ...               title="Pay raised the cost", subtitle="Cost per contact, EUR")
    >>> made.table.column("change")
    [None, 30, None]
    """
    measure = _readable(measure, parts)
    levels = _levels(start, parts, end, measure)
    low = _cut(levels)
    data = _data(start, parts, end, measure, levels, low, words)
    said = f"{subtitle}; totals are cut at {_axis(low, measure)}" if low else subtitle
    points = (start, *parts, end)
    return Chart(
        name=name,
        title=title,
        subtitle=said,
        kind="bridge",
        table=_table(title, points, measure),
        spec=_drawing(data, measure, levels, low),
        links=tuple(p.href for p in points),
        alt=alt or f"{title}. From {data[0]['figure']} to {data[-1]['figure']}, in {len(parts)} parts.",
    )


def _readable(measure: TableColumn, parts: Sequence[Point]) -> TableColumn:
    """The same decimals for totals and parts, and one more where no part reaches ten cents."""
    if measure.kind != "value" or measure.digits is not None:
        return measure
    largest = max((abs(_number(part, measure)) for part in parts), default=Decimal(1))
    return replace(measure, digits=minor_digits(measure.currency) + (largest < Decimal("0.1")))


def _levels(start: Point, parts: Sequence[Point], end: Point, measure: TableColumn) -> list[Decimal]:
    """What has been reached after the start and after each part, in whole units, exactly."""
    numbers = [_number(point, measure) for point in (start, *parts)]
    levels = list(accumulate(numbers))
    whole = _number(end, measure)
    if abs(levels[-1] - whole) > TOLERANCE * max(map(abs, (*levels, whole))):
        raise ValueError(f"{start.label} and the parts make {levels[-1]}, but {end.label} is {whole}")
    return levels


def _number(point: Point, measure: TableColumn) -> Decimal:
    number = as_number(point.value, measure)
    if not isinstance(number, int | Decimal):
        raise ValueError(f"{point.label}: a bridge has no place for an unknown part")
    return Decimal(number)


def _cut(levels: Sequence[Decimal]) -> Decimal:
    """Where the axis begins: at zero, or below the lowest level by as much as the parts reach."""
    low, high = min(levels), max(levels)
    reach = high - low
    if low <= 0 or reach == 0 or reach >= CUT * high:
        return Decimal(0)
    return max(Decimal(0), low - reach)


def _data(
    start: Point,
    parts: Sequence[Point],
    end: Point,
    measure: TableColumn,
    levels: Sequence[Decimal],
    low: Decimal,
    words: tuple[str, str],
) -> of_rows.Rows:
    def total(point: Point, level: Decimal) -> dict[str, Any]:
        figure = written(point.value, measure)
        return {
            "name": point.label, "figure": figure, "word": "", "from": float(low), "to": float(level),
            "tone": "total", "ink": "text", "strong": True, "href": point.href,
            "tip": _tip(point, f"{measure.header}: {figure}"),
        }  # fmt: skip

    def part(point: Point, before: Decimal, after: Decimal) -> dict[str, Any]:
        figure = written(point.value, measure, sign=True)
        word = "" if before == after else words[before > after]
        tone = "rest" if before == after else ("cost-up", "cost-down")[before > after]
        return {
            "name": point.label, "figure": figure, "word": word, "from": float(before), "to": float(after),
            "tone": tone, "ink": "muted" if before == after else tone, "strong": False, "href": point.href,
            "tip": _tip(point, f"{word or 'changes'} {measure.header}: {figure}"),
        }  # fmt: skip

    changes = [part(p, before, after) for p, (before, after) in zip(parts, pairwise(levels), strict=True)]
    return of_rows.place([total(start, levels[0]), *changes, total(end, levels[-1])])


def _tip(point: Point, line: str) -> str:
    return "\n".join(filter(None, (point.label, line[:1].upper() + line[1:], point.note)))


def _table(title: str, points: Sequence[Point], measure: TableColumn) -> Table:
    """A total has its figure, a part its change: two columns, so that no sum mixes them."""
    change = replace(measure, name="change", header=f"Change, {measure.header}")
    ends = (0, len(points) - 1)
    rows = tuple(
        (p.label, p.value if i in ends else None, None if i in ends else p.value)
        for i, p in enumerate(points)
    )
    return Table(title, (TableColumn("part", "Part"), measure, change), rows)


def _axis(low: Decimal, measure: TableColumn) -> str:
    if measure.kind == "share":
        return f"{low:.0%}"
    return f"{low:,.2f}" if abs(low) < 100 else f"{low:,.0f}"


def _drawing(
    data: of_rows.Rows, measure: TableColumn, levels: Sequence[Decimal], low: Decimal
) -> dict[str, object]:
    layout = of_rows.Layout([max(len(row[key]) for row in data) for key in ("figure", "word")])
    lowest, highest = min(*levels, low), max(*levels, Decimal(0))
    scale = layout.scale(float(lowest), float(highest) if highest > lowest else float(lowest) + 1)
    layers = [
        _steps(data, scale),
        of_rows.stretch("from", "to", scale),
        *([_breaks(data, scale)] if low else []),
        of_rows.names(layout),
        of_rows.figures(layout, 0, "figure", "ink"),
        of_rows.figures(layout, 1, "word", "ink"),
        *of_rows.targets(data),
    ]
    return of_rows.chart_of(data, layers)


def _steps(data: of_rows.Rows, scale: Spec) -> Layer:
    """Hairlines from where a bar ends to where the next begins; where narrow they would run through text."""
    steps = [{"row": a["row"], "next": b["row"], "at": a["to"]} for a, b in pairwise(data)]
    unseen = expr(f"{of_rows.NARROW} ? 0 : 1")
    return (
        layer(steps)
        .mark("rule", color=colour("control"), opacity=unseen, yOffset=11, y2Offset=-11)
        .encode(x=field("at:Q", scale=scale, axis=None), y=of_rows.line(), y2=field("next:N"))
    )


def _breaks(data: of_rows.Rows, scale: Spec) -> Layer:
    """The break mark on each bar that does not begin at zero: a slanted gap."""
    ends = [row for row in data if row["strong"]]
    return (
        layer(ends)
        .mark(
            "point", shape="M-0.35,0.7L0.35,-0.7", size=900, stroke=colour("paper"), strokeWidth=4, opacity=1,
            filled=False, xOffset=16, yOffset=of_rows.shifted(7),
        )
        .encode(x=field("from:Q", scale=scale, axis=None), y=of_rows.line())
    )  # fmt: skip
