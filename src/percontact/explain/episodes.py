# SPDX-License-Identifier: Apache-2.0
"""Alarms made into breaks: told once, with an end where they went back, and whether they are the season."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from percontact.explain.expected import WEEK, Daily, Floats
from percontact.explain.seasons import Year, year_of
from percontact.explain.thresholds import Thresholds
from percontact.explain.walk import Alarm, Walk

Kind = Literal["spike", "shift", "trend", "missing"]


@dataclass(frozen=True, slots=True)
class Break:
    """One break in one series.

    node      which one, from 0
    kind      spike, shift, trend (a shift that grew day by day) or missing
    found     place of the day on which it could be known
    since     place of its first day
    until     place of its last day, where it is over; else None
    observed, expected  over the days from `since` to `until` or `found`: sums added up, ratios of sums
    a_year    how often a year chance alone raises as much in this series
    year      of a new level: whether it came in the same weeks a year before, about as large; "open" = the
              series has seasons, and one year is too little to tell this one
    """

    node: int
    kind: Kind
    found: int
    since: int
    until: int | None
    observed: float | None
    expected: float | None
    a_year: float
    year: Year = "other"

    @property
    def up(self) -> bool:
        """Whether it lies above what was expected."""
        return (self.observed or 0.0) > (self.expected or 0.0)


def episodes(series: Daily, scaled: Floats, walk: Walk, limits: Thresholds) -> list[Break]:
    """Alarms made into breaks: what belongs together told once, what went back told with its end."""
    found: list[Break] = []
    for node in range(scaled.shape[1]):
        mine = [a for a in walk.alarms if a.node == node]
        shifts = _shifts(series, scaled, walk, [a for a in mine if a.kind == "shift"], limits)
        covered = [(b.since - 1, b.until if b.until is not None else b.found) for b in shifts]
        covered += [(a.since - 1, max(a.day, a.over)) for a in mine if a.kind == "shift"]
        lone = [a for a in mine if a.kind == "spike" and not any(s <= a.day <= u for s, u in covered)]
        found += shifts + _spikes(series, scaled, walk, lone, limits)
    return found


def _shifts(
    series: Daily, scaled: Floats, walk: Walk, alarms: list[Alarm], limits: Thresholds
) -> list[Break]:
    found: list[Break] = []
    for alarm in alarms:
        end = len(scaled) if alarm.ended is None else alarm.ended + 1
        short = alarm.ended is not None and end - alarm.since < WEEK
        kind: Kind = "spike" if short else _grown(scaled, walk, alarm, end)
        often = limits.a_year(alarm.node, "shift", alarm.size)
        year = year_of(series, scaled, walk, alarm, limits)
        one = Break(alarm.node, kind, alarm.day, alarm.since, alarm.ended, None, None, often, year)
        found.append(_told(series, scaled, walk, one))
    return found


def _grown(scaled: Floats, walk: Walk, alarm: Alarm, end: int) -> Kind:
    """trend, where the days since a shift began, up to `end`, lie on a slope rather than on a step."""
    end = min(alarm.since + 8 * WEEK, end)
    at = np.arange(alarm.since, end)
    before = walk.expected[alarm.since - 1, alarm.node]
    week = walk.expected[max(0, alarm.since - WEEK) : alarm.since, alarm.node]
    if len(at) < 3 * WEEK or np.isnan(before) or len(week) < WEEK or np.isnan(week).any():
        return "shift"
    shape = np.roll(week - week.mean(), alarm.since % WEEK)
    off = scaled[at, alarm.node] - week.mean() - shape[at % WEEK]
    there = ~np.isnan(off)
    off, run = off[there], (at - alarm.since + 1.0)[there]
    off, run = off - off.mean(), run - run.mean()
    step = (off**2).sum()
    slope = ((off - run * (run @ off) / (run @ run)) ** 2).sum()
    # The slope must stand out of its own scatter by four times its error.
    return "trend" if (len(off) - 2) * (step - slope) > 16 * slope else "shift"


def _spikes(
    series: Daily, scaled: Floats, walk: Walk, alarms: list[Alarm], limits: Thresholds
) -> list[Break]:
    """Days in a row to one side are one spike."""
    found: list[Break] = []
    signs: list[int] = []
    for alarm in alarms:
        often = limits.a_year(alarm.node, "spike", alarm.size)
        if found and signs[-1] == alarm.sign and alarm.day - (found[-1].until or 0) <= 1:
            found[-1] = replace(found[-1], until=alarm.day, a_year=min(often, found[-1].a_year))
        else:
            found.append(Break(alarm.node, "spike", alarm.day, alarm.day, alarm.day, None, None, often))
            signs.append(alarm.sign)
    return [_told(series, scaled, walk, one) for one in found]


def gaps(series: Daily, gone: np.ndarray, walk: Walk) -> list[Break]:
    """Runs of missing days."""
    found = []
    for node in range(gone.shape[1]):
        days = np.nonzero(gone[:, node])[0]
        for run in np.split(days, np.nonzero(np.diff(days) > 1)[0] + 1):
            if len(run):
                rows = slice(int(run[0]), int(run[-1]) + 1)
                meant = series.told(np.where(np.isnan(walk.expected), np.nan, walk.expected), rows, node)
                found.append(Break(node, "missing", int(run[0]), rows.start, int(run[-1]), 0.0, meant, 0.0))
    return found


def _told(series: Daily, scaled: Floats, walk: Walk, one: Break) -> Break:
    """A break with what was observed and what was expected over its days."""
    rows = slice(one.since, (one.found if one.until is None else max(one.until, one.since)) + 1)
    known = np.where(np.isnan(scaled) | np.isnan(walk.expected), np.nan, scaled)
    # Once a shift is known it is expected; it is told against what was expected before it began.
    before = walk.expected.copy()
    first = slice(max(0, one.since - WEEK), one.since)
    week = walk.expected[first, one.node]
    if len(week) == WEEK and not np.isnan(week).any():
        at = np.arange(rows.start, rows.stop)
        before[rows, one.node] = week[(at - one.since) % WEEK]
    before = np.where(np.isnan(known), np.nan, before)
    return replace(
        one,
        observed=series.told(known, rows, one.node),
        expected=series.told(before, rows, one.node),
    )
