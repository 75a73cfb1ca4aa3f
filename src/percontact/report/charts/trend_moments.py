# SPDX-License-Identifier: Apache-2.0
"""What a trend tells of moments: the events in it, and what a pointer finds over each period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from percontact.report.charts.chart import written
from percontact.report.charts.marks import Layer, expr, field, layer, value
from percontact.report.charts.series import Happening, period_name
from percontact.report.charts.tokens import colour
from percontact.report.charts.trend_frame import LANE, Frame, ms


def happenings(frame: Frame) -> list[Layer]:
    """A rule at each event, and the names of those that have a line of their own."""
    if not frame.events:
        return []
    rows = [_event(frame, event) for event in frame.events]
    return [*_rules(frame, rows), *_names(frame, rows)]


def _event(frame: Frame, event: Happening) -> dict[str, object]:
    first, last = ms(frame.starts[0]), ms(frame.starts[-1])
    lane = frame.named.index(event) if event in frame.named else len(frame.named)
    return {
        "at": ms(event.on),
        "lane": lane * LANE + 7,
        "foot": frame.foot,
        "text": event.label,
        "late": ms(event.on) > first + 0.5 * (last - first),
        "tip": f"{event.label}\n{event.on.isoformat()}",
        "named": event in frame.named,
        "href": event.href,
    }


def _rules(frame: Frame, rows: list[dict[str, object]]) -> Iterator[Layer]:
    for linked in (False, True):
        some = [r for r in rows if bool(r["href"]) is linked]
        if some:
            rule = (
                layer(some)
                .mark("rule", color=colour("control"), strokeDash=[1, 3])
                .encode(
                    x=frame.x(),
                    y=field("lane:Q", scale=None),
                    y2=field("foot:Q"),
                    tooltip=field("tip:N"),
                )
            )
            yield rule.encode(href=field("href:N")) if linked else rule


def _names(frame: Frame, rows: list[dict[str, object]]) -> Iterator[Layer]:
    """Names beside their rules, on the side where there is more room."""
    for late, linked in ((late, linked) for late in (False, True) for linked in (False, True)):
        side = [r for r in rows if r["late"] is late and r["named"] and bool(r["href"]) is linked]
        place = "scale('x', datum.at)"
        room = f"{place} - 6" if late else f"width - {place} - 6"
        if side:
            named = (
                layer(side)
                .mark(
                    "text",
                    align="right" if late else "left",
                    dx=-5 if late else 5,
                    baseline="middle",
                    fontSize=12,
                    limit=expr(room),
                )
                .encode(
                    x=frame.x(),
                    y=field("lane:Q", scale=None),
                    text=field("text:N"),
                    color=value(colour("muted")),
                    tooltip=field("tip:N"),
                )
            )
            yield named.encode(href=field("href:N")) if linked else named


def targets(frame: Frame) -> list[Layer]:
    """Unseen, over each period from foot to top: the tooltip of all its figures, and the link."""
    plain: list[dict[str, object]] = []
    linked: list[dict[str, object]] = []
    for i, start in enumerate(frame.starts):
        before = frame.starts[i - 1] if i else start - frame.step
        after = frame.starts[i + 1] if i + 1 < len(frame.starts) else start + frame.step
        row = {
            "from": (ms(before) + ms(start)) // 2,
            "to": (ms(start) + ms(after)) // 2,
            "tip": _tip(frame, start),
        }
        href = next((m.href for one in frame.series for m in one.moments if m.start == start and m.href), "")
        (linked if href else plain).append({**row, "href": href} if href else row)
    made = []
    for rows in (plain, linked):
        if rows:
            band = (
                layer(rows)
                .mark("rect", fill="transparent", clip=True)
                .encode(
                    x=frame.x("from"),
                    x2=field("to:Q"),
                    y=value(frame.top),
                    y2=value(frame.foot),
                    tooltip=field("tip:N"),
                )
            )
            made.append(band.encode(href=field("href:N")) if rows is linked else band)
    return made


def _tip(frame: Frame, start: date) -> str:
    lines: list[str] = []
    for one in frame.series:
        for m in one.moments:
            if m.start == start:
                lines = lines or [period_name(m)]
                lines.append(f"{one.label}: {written(m.value, frame.measure)}")
                for r in m.ranges:
                    ends = f"{written(r.low, frame.measure)} to {written(r.high, frame.measure)}"
                    lines.append(f"{r.level:.0%} range: {ends}")
                if m.few:
                    lines.append("Fewer than 30 contacts: chance moves this figure")
    return "\n".join(lines)
