# SPDX-License-Identifier: Apache-2.0
"""The trend: figures over time, beside budget, last year, a forecast's ranges, and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from percontact.report.charts.chart import MARKS, Chart, drawn, written
from percontact.report.charts.marks import Layer, Spec, expr, field, filling, layer, value
from percontact.report.charts.rows import NARROW, tones
from percontact.report.charts.scale import apart, tick_format, ticks
from percontact.report.charts.tokens import CATEGORIES, colour
from percontact.report.document import Cell, Table, TableColumn

HEIGHT = 260
"""Pixels from the top of the plot to its foot, the lanes of the events not counted."""

LANE, LANES = 17, 4
"""Pixels and number of the lines that events are named on; further events are ticks with a tooltip."""

LABEL = 15
"""Pixels between the labels at the ends of the lines."""

Role = Literal["series", "forecast", "comparison", "budget"]
"""series      what was, in a colour of its own
forecast    what is expected, in the colour of the first series, with its ranges
comparison  what it is held against (last year), thin and grey
budget      what was planned, dashed in ink"""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure is expected to lie, with this level of certainty: 0.5 or 0.8."""

    level: float
    low: Cell
    high: Cell


@dataclass(frozen=True, slots=True)
class Moment:
    """A figure of one period.

    start   first day of the period
    label   how the period is named: "2026-09"; "" = its first day
    ranges  of a forecast
    few     whether so few contacts stand behind it that it is greyed (`chart.FEW`)
    """

    start: date
    value: Cell
    label: str = ""
    href: str = ""
    ranges: tuple[Range, ...] = ()
    few: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Figures over time under one name; a period without a figure breaks the line."""

    label: str
    moments: tuple[Moment, ...]
    role: Role = "series"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: a release, a price rise, an outage. Noted once, drawn on every chart."""

    on: date
    label: str
    href: str = ""


def trend(
    series: Sequence[Series],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "trend",
    events: Sequence[Happening] = (),
    alt: str = "",
) -> Chart:
    """Lines over time, each named at its end; at most four in colour, further ones grey.

    The axis of figures need not begin at zero: a line says how something moved, not how much of it there is.
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
        spec=_Drawing(series, measure, events).spec(),
        links=links,
        alt=alt or f"{title}. {subtitle}: {_last(series, measure)}.",
    )


def _last(series: Sequence[Series], measure: TableColumn) -> str:
    ends = [(one.label, one.moments[-1]) for one in series if one.moments]
    return ", ".join(f"{label} {written(m.value, measure)} in {_period(m)}" for label, m in ends)


def _period(moment: Moment) -> str:
    return moment.label or moment.start.isoformat()


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
            periods.setdefault(moment.start, _period(moment))
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


class _Drawing:
    """The specification of one trend. Its height is fixed, so that labels can be kept apart here."""

    def __init__(self, series: Sequence[Series], measure: TableColumn, events: Sequence[Happening]) -> None:
        self.series, self.measure = series, measure
        self.starts = sorted({m.start for one in series for m in one.moments})
        self.step = _step(self.starts)
        first, last = (self.starts[0], self.starts[-1]) if self.starts else (date(2000, 1, 1),) * 2
        self.events = sorted((e for e in events if first <= e.on < last + self.step), key=lambda e: e.on)
        named = self.events[-LANES:]
        self.top = LANE * len(named) + (6 if named else 0)
        self.named = named
        self.grid = ticks(*self._reach())
        self.foot = self.top + HEIGHT
        self.ends = self._ends()
        room = max((len(end["text"]) for end in self.ends), default=0) * 7.2 + 28
        self.label_room = f"min({room}, width * 0.32)"
        until = last if last > first else last + self.step
        # Numbers, not dates: Vega's interpreter does not make a date of one number as its compiler does.
        self.x_scale = {
            "domain": [_ms(first), _ms(until)],
            "nice": False,
            "range": [4, expr(f"width - {self.label_room}")],
        }
        self.y_scale = {
            "domain": [self.grid[0], self.grid[-1]],
            "nice": False,
            "zero": False,
            "range": [self.foot, self.top],
        }

    def spec(self) -> dict[str, object]:
        """The layers: ranges, lines, their ends, events, and what a pointer finds."""
        layers = [
            *self._fans(),
            *self._lines(),
            *self._dots(),
            *self._happenings(),
            *self._labels(),
            *self._targets(),
        ]
        return filling(layers or [layer([]).mark("point")], self.foot, top=6)

    def _reach(self) -> tuple[float, float]:
        found = [
            number
            for one in self.series
            for m in one.moments
            for cell in (m.value, *(end for r in m.ranges for end in (r.low, r.high)))
            if (number := drawn(cell, self.measure)) is not None
        ]
        low, high = min(found, default=0.0), max(found, default=1.0)
        # Near zero the zero itself belongs into the picture.
        return (0.0 if 0 < low < 0.4 * high else low), high

    def _x(self, name: str = "at") -> Spec:
        return field(f"{name}:Q", scale=self.x_scale, axis=self._time_axis())

    def _y(self, name: str = "value") -> Spec:
        axis = {
            "values": self.grid,
            "format": tick_format(self.grid, self.measure.kind),
            "labelOverlap": True,
        }
        return field(f"{name}:Q", scale=self.y_scale, axis=axis)

    def _time_axis(self) -> Spec:
        shown = self.starts[:: max(1, -(-len(self.starts) // 12))]
        day, month, year = (
            "utcFormat(datum.value, '%-d %b')",
            "utcFormat(datum.value, '%b')",
            "utcyear(datum.value)",
        )
        if self.step >= timedelta(days=350):
            label = f"'' + {year}"
        else:
            # The year stands under the first label of each.
            years = [s for i, s in enumerate(shown) if i == 0 or s.year != shown[i - 1].year]
            new = f"indexof({[_ms(s) for s in years]}, +datum.value) >= 0"
            label = f"[{day if self.step < timedelta(days=25) else month}, {new} ? '' + {year} : '']"
        return {
            "values": [_ms(s) for s in shown],
            "labelExpr": label,
            "labelOverlap": "greedy",
            "labelSeparation": 6,
            "labelFlush": True,
            "labelBound": False,
            "grid": False,
            "tickCount": len(shown),
            "domain": True,
            "domainColor": colour("control"),
            "labelLineHeight": 15,
        }

    def _tone(self, at: int) -> str:
        role = self.series[at].role
        if role in ("budget", "comparison"):
            return {"budget": "budget", "comparison": "rest"}[role]
        own = [i for i, one in enumerate(self.series) if one.role == "series"]
        if role == "forecast":
            return CATEGORIES[0]
        place = own.index(at)
        return CATEGORIES[place] if place < len(CATEGORIES) else "rest"

    def _points(self, at: int) -> list[dict[str, object]]:
        moments = self.series[at].moments
        joined = [*self._joint(), *moments] if self.series[at].role == "forecast" else moments
        return [{"at": _ms(m.start), "value": drawn(m.value, self.measure), "few": m.few} for m in joined]

    def _joint(self) -> list[Moment]:
        """The last known figure, where a forecast begins; certain, so its ranges have no width."""
        known = [m for one in self.series if one.role == "series" for m in one.moments[-1:]][:1]
        levels = {r.level for one in self.series for m in one.moments for r in m.ranges}
        return [replace(m, ranges=tuple(Range(x, m.value, m.value) for x in levels)) for m in known]

    def _fans(self) -> list[Layer]:
        made = []
        for one in self.series:
            joined = [*self._joint(), *one.moments]
            for level in sorted({r.level for m in one.moments for r in m.ranges}, reverse=True):
                rows = [
                    {
                        "at": _ms(m.start),
                        "low": drawn(r.low, self.measure),
                        "high": drawn(r.high, self.measure),
                    }
                    for m in joined
                    for r in m.ranges
                    if r.level == level
                ]
                fill = colour("fan-80" if level > 0.65 else "fan-50")
                made.append(
                    layer(rows)
                    .mark("area", color=fill, opacity=1)
                    .encode(x=self._x(), y=self._y("low"), y2=field("high:Q"))
                )
        return made

    def _lines(self) -> list[Layer]:
        made = []
        # What the figures are held against lies below them.
        order = sorted(range(len(self.series)), key=lambda i: self.series[i].role == "series")
        for at in order:
            role = self.series[at].role
            look: dict[str, Any] = {"color": colour(self._tone(at)), "strokeWidth": 2}
            if role == "budget":
                look |= {"strokeDash": [5, 4], "strokeWidth": 1.5, "strokeCap": "butt"}
            if role == "comparison":
                look |= {"strokeWidth": 1.5}
            if role == "forecast":
                look |= {"strokeDash": [2, 4]}
            made.append(
                layer(self._points(at))
                .mark("line", **look)
                .encode(x=self._x(), y=self._y(), order=field("at:Q"))
            )
        return made

    def _dots(self) -> list[Layer]:
        """The last figure of each series, single figures between gaps, and what stands on few contacts."""
        rows = []
        for at, one in enumerate(self.series):
            if one.role != "series":
                continue
            points = [p for p in self._points(at) if p["value"] is not None]
            rows += [{**p, "tone": self._tone(at), "hollow": False} for p in points[-1:] if not p["few"]]
            rows += [{**p, "tone": "few", "hollow": True} for p in points if p["few"]]
            rows += [{**p, "tone": self._tone(at), "hollow": False} for p in self._alone(at)]
        if not rows:
            return []
        return [
            layer(rows)
            .mark("point", filled=True, size=46, opacity=1, stroke=colour("paper"), strokeWidth=1)
            .encode(x=self._x(), y=self._y(), color=tones("tone"))
        ]

    def _alone(self, at: int) -> list[dict[str, object]]:
        points = self._points(at)
        known = [p["value"] is not None for p in points]
        beside = [known[i - 1 : i] + known[i + 1 : i + 2] for i in range(len(points))]
        return [p for p, here, near in zip(points, known, beside, strict=True) if here and not any(near)]

    def _ends(self) -> list[dict[str, Any]]:
        """The labels at the right: figure and name of each line, at its height where there is room."""
        found: list[tuple[float, dict[str, Any]]] = []
        for at, one in enumerate(self.series):
            known = [(m, number) for m in one.moments if (number := drawn(m.value, self.measure)) is not None]
            if known:
                moment, number = known[-1]
                text = f"{written(moment.value, self.measure)} {one.label}".strip()
                found.append(
                    (number, {"text": text, "name": one.label, "tone": self._tone(at), "role": one.role})
                )
        # Where labels are too many to stand apart, the first are named; the table names all.
        found = found[: int(HEIGHT / LABEL)]
        low, high = self.grid[0], self.grid[-1]
        wanted = [self.foot - (number - low) / (high - low) * HEIGHT for number, _ in found]
        places = apart(wanted, LABEL, self.top + 4, self.foot - 8)
        return [{**end, "y": place} for (_, end), place in zip(found, places, strict=True)]

    def _labels(self) -> list[Layer]:
        """Each label with a piece of its line: text in a hue would be too faint to read (WCAG 1.4.3)."""
        if not self.ends:
            return []
        x = expr(f"width - {self.label_room} + 22")
        made: list[Layer] = [
            layer(self.ends)
            .mark(
                "text",
                align="left",
                baseline="middle",
                x=x,
                limit=expr(f"{self.label_room} - 28"),
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
            rows = [end for end in self.ends if end["role"] == role]
            if rows:
                made.append(
                    layer(rows)
                    .mark(
                        "rule",
                        x=expr(f"width - {self.label_room} + 6"),
                        x2=expr(f"width - {self.label_room} + 18"),
                        strokeWidth=2,
                        strokeDash=dash,
                    )
                    .encode(y=field("y:Q", scale=None), color=tones("tone"))
                )
        return made

    def _happenings(self) -> list[Layer]:
        if not self.events:
            return []
        first, last = _ms(self.starts[0]), _ms(self.starts[-1])
        rows = []
        for event in self.events:
            lane = self.named.index(event) if event in self.named else len(self.named)
            late = _ms(event.on) > first + 0.5 * (last - first)
            rows.append(
                {
                    "at": _ms(event.on),
                    "lane": lane * LANE + 7,
                    "foot": self.foot,
                    "text": event.label,
                    "late": late,
                    "tip": f"{event.label}\n{event.on.isoformat()}",
                    "named": event in self.named,
                    "href": event.href,
                }
            )
        height = field("lane:Q", scale=None)
        made = []
        for linked in (False, True):
            some = [r for r in rows if bool(r["href"]) is linked]
            if some:
                rule = (
                    layer(some)
                    .mark("rule", color=colour("control"), strokeDash=[1, 3])
                    .encode(x=self._x(), y=height, y2=field("foot:Q"), tooltip=field("tip:N"))
                )
                made.append(rule.encode(href=field("href:N")) if linked else rule)
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
                        x=self._x(),
                        y=height,
                        text=field("text:N"),
                        color=self._muted(),
                        tooltip=field("tip:N"),
                    )
                )
                made.append(named.encode(href=field("href:N")) if linked else named)
        return made

    def _muted(self) -> Spec:
        return value(colour("muted"))

    def _targets(self) -> list[Layer]:
        """Unseen, over each period from foot to top: the tooltip of all its figures, and the link."""
        plain: list[dict[str, object]] = []
        linked: list[dict[str, object]] = []
        for i, start in enumerate(self.starts):
            before = self.starts[i - 1] if i else start - self.step
            after = self.starts[i + 1] if i + 1 < len(self.starts) else start + self.step
            row = {
                "from": (_ms(before) + _ms(start)) // 2,
                "to": (_ms(start) + _ms(after)) // 2,
                "tip": self._tip(start),
            }
            href = next(
                (m.href for one in self.series for m in one.moments if m.start == start and m.href), ""
            )
            (linked if href else plain).append({**row, "href": href} if href else row)
        made = []
        for rows in (plain, linked):
            if rows:
                band = (
                    layer(rows)
                    .mark("rect", fill="transparent", clip=True)
                    .encode(
                        x=self._x("from"),
                        x2=field("to:Q"),
                        y=value(self.top),
                        y2=value(self.foot),
                        tooltip=field("tip:N"),
                    )
                )
                made.append(band.encode(href=field("href:N")) if rows is linked else band)
        return made

    def _tip(self, start: date) -> str:
        lines: list[str] = []
        for one in self.series:
            for m in one.moments:
                if m.start == start:
                    lines = lines or [_period(m)]
                    lines.append(f"{one.label}: {written(m.value, self.measure)}")
                    for r in m.ranges:
                        ends = f"{written(r.low, self.measure)} to {written(r.high, self.measure)}"
                        lines.append(f"{r.level:.0%} range: {ends}")
                    if m.few:
                        lines.append("Fewer than 30 contacts: chance moves this figure")
        return "\n".join(lines)


def _ms(day: date) -> int:
    """Milliseconds since 1970 in UTC: what a browser counts time in, free of its own zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _step(starts: Sequence[date]) -> timedelta:
    gaps = sorted(b - a for a, b in pairwise(starts))
    return gaps[len(gaps) // 2] if gaps else timedelta(days=30)
