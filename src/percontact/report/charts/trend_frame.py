# SPDX-License-Identifier: Apache-2.0
"""The frame of a trend: its scales and axes, the colour of each line, and room for labels and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from percontact.report.charts.chart import drawn, written
from percontact.report.charts.marks import Spec, expr, field
from percontact.report.charts.scale import apart, tick_format, ticks
from percontact.report.charts.series import Happening, Moment, Range, Series
from percontact.report.charts.tokens import CATEGORIES, colour
from percontact.report.document import TableColumn

HEIGHT = 260
"""Pixels from the top of the plot to its foot, the lanes of the events not counted."""

LANE, LANES = 17, 4
"""Pixels and number of the lines that events are named on; further events are ticks with a tooltip."""

LABEL = 15
"""Pixels between the labels at the ends of the lines."""


class Frame:
    """The frame that all layers of a trend are drawn in. Its height is fixed, so labels can be kept apart.

    top, foot   pixels from the upper edge to those of the plot
    grid        figures that the axis names
    ends        labels at the ends of lines: text, tone, height
    label_room  width that is kept for them, as an expression
    named       events that have a line of their own
    """

    def __init__(
        self,
        series: Sequence[Series],
        measure: TableColumn,
        events: Sequence[Happening],
        most: float | None = None,
    ) -> None:
        self.series, self.measure = series, measure
        self.starts = sorted({m.start for one in series for m in one.moments})
        self.step = step_of(self.starts)
        first, last = (self.starts[0], self.starts[-1]) if self.starts else (date(2000, 1, 1),) * 2
        self.events = sorted((e for e in events if first <= e.on < last + self.step), key=lambda e: e.on)
        named = self.events[-LANES:]
        self.top = LANE * len(named) + (6 if named else 0)
        self.named = named
        low, high = self._reach()
        self.grid = ticks(low, high)
        if most is not None and high <= most < self.grid[-1]:
            self.grid = [*(at for at in self.grid if at < most), most]
        self.foot = self.top + HEIGHT
        self.ends = self._ends()
        room = max((len(end["text"]) for end in self.ends), default=0) * 7.2 + 28
        self.label_room = f"min({room}, width * 0.32)"
        # What happened within the last period lies right of its figure, which stands at its first day.
        until = max([last if last > first else last + self.step, *(e.on for e in self.events)])
        # Numbers, not dates: Vega's interpreter does not make a date of one number as its compiler does.
        self.x_scale = {
            "domain": [ms(first), ms(until)],
            "nice": False,
            "range": [4, expr(f"width - {self.label_room}")],
        }
        self.y_scale = {
            "domain": [self.grid[0], self.grid[-1]],
            "nice": False,
            "zero": False,
            "range": [self.foot, self.top],
        }

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

    def x(self, name: str = "at") -> Spec:
        """Where a column of days lies across the plot."""
        return field(f"{name}:Q", scale=self.x_scale, axis=self._time_axis())

    def y(self, name: str = "value") -> Spec:
        """Where a column of figures lies up the plot."""
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
            new = f"indexof({[ms(s) for s in years]}, +datum.value) >= 0"
            label = f"[{day if self.step < timedelta(days=25) else month}, {new} ? '' + {year} : '']"
        return {
            "values": [ms(s) for s in shown],
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

    def tone(self, at: int) -> str:
        """The colour of a series."""
        role = self.series[at].role
        if role in ("budget", "comparison"):
            return {"budget": "budget", "comparison": "rest"}[role]
        own = [i for i, one in enumerate(self.series) if one.role == "series"]
        if role == "forecast":
            return CATEGORIES[0]
        place = own.index(at)
        return CATEGORIES[place] if place < len(CATEGORIES) else "rest"

    def points(self, at: int) -> list[dict[str, object]]:
        """The figures of a series as rows; a forecast begins at what is known."""
        moments = self.series[at].moments
        joined = [*self.joint(), *moments] if self.series[at].role == "forecast" else moments
        return [{"at": ms(m.start), "value": drawn(m.value, self.measure), "few": m.few} for m in joined]

    def joint(self) -> list[Moment]:
        """The last known figure, where a forecast begins; certain, so its ranges have no width."""
        known = [m for one in self.series if one.role == "series" for m in one.moments[-1:]][:1]
        levels = {r.level for one in self.series for m in one.moments for r in m.ranges}
        return [replace(m, ranges=tuple(Range(x, m.value, m.value) for x in levels)) for m in known]

    def _ends(self) -> list[dict[str, Any]]:
        """The labels at the right: figure and name of each line, at its height where there is room."""
        found: list[tuple[float, dict[str, Any]]] = []
        for at, one in enumerate(self.series):
            known = [(m, number) for m in one.moments if (number := drawn(m.value, self.measure)) is not None]
            if known:
                moment, number = known[-1]
                text = f"{written(moment.value, self.measure)} {one.at_end or one.label}".strip()
                found.append(
                    (
                        number,
                        {
                            "text": text,
                            "name": one.at_end or one.label,
                            "tone": self.tone(at),
                            "role": one.role,
                        },
                    )
                )
        # Where labels are too many to stand apart, the first are named; the table names all.
        found = found[: int(HEIGHT / LABEL)]
        low, high = self.grid[0], self.grid[-1]
        wanted = [self.foot - (number - low) / (high - low) * HEIGHT for number, _ in found]
        places = apart(wanted, LABEL, self.top + 4, self.foot - 8)
        return [{**end, "y": place} for (_, end), place in zip(found, places, strict=True)]


def ms(day: date) -> int:
    """Milliseconds since 1970 in UTC: what a browser counts time in, free of its own zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def step_of(starts: Sequence[date]) -> timedelta:
    """What usually lies between two periods."""
    gaps = sorted(b - a for a, b in pairwise(starts))
    return gaps[len(gaps) // 2] if gaps else timedelta(days=30)
