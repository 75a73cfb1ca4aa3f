# SPDX-License-Identifier: Apache-2.0
"""The lines of a trend: the ranges of a forecast, the lines themselves, dots, and labels at their ends."""

from __future__ import annotations

from typing import Any

from percontact.report.charts.chart import drawn
from percontact.report.charts.marks import Layer, expr, field, layer, value
from percontact.report.charts.rows import NARROW, tones
from percontact.report.charts.tokens import colour
from percontact.report.charts.trend_frame import Frame, ms


def fans(frame: Frame) -> list[Layer]:
    """The ranges of a forecast, the widest lowest."""
    made = []
    for one in frame.series:
        joined = [*frame.joint(), *one.moments]
        for level in sorted({r.level for m in one.moments for r in m.ranges}, reverse=True):
            rows = [
                {
                    "at": ms(m.start),
                    "low": drawn(r.low, frame.measure),
                    "high": drawn(r.high, frame.measure),
                }
                for m in joined
                for r in m.ranges
                if r.level == level
            ]
            fill = colour("fan-80" if level > 0.65 else "fan-50")
            made.append(
                layer(rows)
                .mark("area", color=fill, opacity=1)
                .encode(x=frame.x(), y=frame.y("low"), y2=field("high:Q"))
            )
    return made


def lines(frame: Frame) -> list[Layer]:
    """A line a series."""
    made = []
    # What the figures are held against lies below them.
    order = sorted(range(len(frame.series)), key=lambda i: frame.series[i].role == "series")
    for at in order:
        role = frame.series[at].role
        look: dict[str, Any] = {"color": colour(frame.tone(at)), "strokeWidth": 2}
        if role == "budget":
            look |= {"strokeDash": [5, 4], "strokeWidth": 1.5, "strokeCap": "butt"}
        if role == "comparison":
            look |= {"strokeWidth": 1.5}
        if role == "forecast":
            look |= {"strokeDash": [2, 4]}
        made.append(
            layer(frame.points(at)).mark("line", **look).encode(x=frame.x(), y=frame.y(), order=field("at:Q"))
        )
    return made


def dots(frame: Frame) -> list[Layer]:
    """The last figure of each series, single figures between gaps, and what stands on few contacts."""
    rows = []
    for at, one in enumerate(frame.series):
        if one.role != "series":
            continue
        points = [p for p in frame.points(at) if p["value"] is not None]
        rows += [{**p, "tone": frame.tone(at), "hollow": False} for p in points[-1:] if not p["few"]]
        rows += [{**p, "tone": "few", "hollow": True} for p in points if p["few"]]
        rows += [{**p, "tone": frame.tone(at), "hollow": False} for p in _alone(frame, at)]
    levels = [
        {**p, "tone": frame.tone(at)}
        for at, one in enumerate(frame.series)
        if one.role in ("budget", "comparison")
        for p in _alone(frame, at)
    ]
    made = []
    if levels:
        # A level of one period alone makes no line: a stroke stands for it.
        made.append(
            layer(levels)
            .mark("point", shape="stroke", size=700, strokeWidth=2.5, opacity=1)
            .encode(x=frame.x(), y=frame.y(), color=tones("tone"))
        )
    if not rows:
        return made
    return [
        *made,
        layer(rows)
        .mark("point", filled=True, size=46, opacity=1, stroke=colour("paper"), strokeWidth=1)
        .encode(x=frame.x(), y=frame.y(), color=tones("tone")),
    ]


def _alone(frame: Frame, at: int) -> list[dict[str, object]]:
    points = frame.points(at)
    known = [p["value"] is not None for p in points]
    beside = [known[i - 1 : i] + known[i + 1 : i + 2] for i in range(len(points))]
    return [p for p, here, near in zip(points, known, beside, strict=True) if here and not any(near)]


def labels(frame: Frame) -> list[Layer]:
    """Each label with a piece of its line: text in a hue would be too faint to read (WCAG 1.4.3)."""
    if not frame.ends:
        return []
    x = expr(f"width - {frame.label_room} + 22")
    made: list[Layer] = [
        layer(frame.ends)
        .mark(
            "text",
            align="left",
            baseline="middle",
            x=x,
            limit=expr(f"{frame.label_room} - 28"),
            # Where narrow there is room for the name only; the figure stands in title, tooltip and table.
            text=expr(f"{NARROW} ? datum.name : datum.text"),
        )
        .encode(y=field("y:Q", scale=None), color=value(colour("text")))
    ]
    for role, dash in (
        ("series", [1, 0]),
        ("forecast", [2, 4]),
        ("comparison", [1, 0]),
        ("budget", [5, 4]),
    ):
        rows = [end for end in frame.ends if end["role"] == role]
        if rows:
            made.append(
                layer(rows)
                .mark(
                    "rule",
                    x=expr(f"width - {frame.label_room} + 6"),
                    x2=expr(f"width - {frame.label_room} + 18"),
                    strokeWidth=2,
                    strokeDash=dash,
                )
                .encode(y=field("y:Q", scale=None), color=tones("tone"))
            )
    return made
