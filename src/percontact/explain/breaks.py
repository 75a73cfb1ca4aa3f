# SPDX-License-Identifier: Apache-2.0
"""Breaks: days on which a series left its past behind. Spikes, shifts of its level, trends, missing days.

Each day is held against what the days before it led to expect (`expected`). One day far off is a spike. Small
distances to one side add up to a shift (CUSUM: Page, Biometrika 41, 1954), which tells as well since when.
How far is far is found by simulating each series (`thresholds`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from percontact.explain.expected import (
    CLIP,
    LEVELS,
    WEEK,
    Daily,
    Floats,
    Whole,
    best_levels,
    cleaned,
    expected_week,
    missing,
    noise,
    usual_noise,
    weeks_of,
)
from percontact.explain.thresholds import ORDER, Thresholds, thresholds

Kind = Literal["spike", "shift", "trend", "missing"]

WARM = 8
"""Weeks that are looked at before the first day can be judged."""
LEAST_WEEKS = 16
"""A shorter past says too little about what is usual."""
FAR = 4.5
"""A past day so many usual distances off is no example of what is usual."""
SETTLING = 14
"""Days after a shift that are needed to know the new level; until then no further shift is called."""
BACK_WITHIN = 90
"""A shift that goes back within so many days was one episode, not two."""


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
    """

    node: int
    kind: Kind
    found: int
    since: int
    until: int | None
    observed: float | None
    expected: float | None
    a_year: float

    @property
    def up(self) -> bool:
        """Whether it lies above what was expected."""
        return (self.observed or 0.0) > (self.expected or 0.0)


@dataclass(frozen=True, slots=True)
class _Alarm:
    node: int
    kind: Literal["spike", "shift"]
    day: int
    since: int
    sign: int
    size: float


@dataclass
class _Walk:
    """What one walk over the days leaves: alarms, expectations, and the past as if no shift had been."""

    alarms: list[_Alarm]
    expected: Floats
    aligned: Floats
    noise: Floats


def breaks(
    series: Daily, start: int, *, false_alarms: float = 0.5, unusual: set[int] | None = None
) -> list[Break]:
    """Breaks found on the days from `start` on, in order of the day on which they could be known.

    start         place of the first day that is watched; the days before it are what it is held against
    false_alarms  alarms a year that each series may raise where nothing happened
    unusual       places of days known to be unlike others (holidays): neither judged nor learned from

    Only days before a day say what it was expected to be.
    """
    if series.days < LEAST_WEEKS * WEEK:
        return []
    gone = missing(series)
    scaled = series.scaled()
    scaled[gone] = np.nan
    scaled[sorted(unusual or ())] = np.nan
    known = cleaned(scaled)
    level_weeks = best_levels(known)
    limits = _limits(series, known, level_weeks, false_alarms)
    # A first walk finds what is clearly off; what is usual is then told without it.
    limits = replace(limits, spike=np.minimum(limits.spike, FAR))
    walk = _walk(series, scaled, known, level_weeks, limits)
    calm = _calmed(walk)
    level_weeks = best_levels(calm)
    limits = _limits(series, calm, level_weeks, false_alarms)
    walk = _walk(series, scaled, known, level_weeks, limits)
    found = _episodes(series, scaled, walk, limits) + _gaps(series, gone, walk)
    return sorted((b for b in found if b.found >= start), key=lambda b: (b.found, b.node))


def _calmed(walk: _Walk) -> Floats:
    """The past as if nothing had broken: days of an alarm as they were expected once its level was known."""
    calm = walk.aligned.copy()
    for alarm in walk.alarms:
        for day in range(alarm.since, alarm.day + 1):
            later = day + WEEK * ((alarm.day - day) // WEEK + 1) if alarm.kind == "shift" else day
            if later < len(calm) and not np.isnan(walk.expected[later, alarm.node]):
                calm[day, alarm.node] = walk.expected[later, alarm.node]
    return calm


def _limits(series: Daily, known: Floats, level_weeks: Whole, false_alarms: float) -> Thresholds:
    """Thresholds from a past without breaks."""
    weekly = weeks_of(known)
    mean = weekly.mean(axis=1)
    level = np.empty_like(mean)
    for weeks in np.unique(level_weeks):
        # As far each way as the level itself reaches back: what it follows is no wandering.
        mine, width = level_weeks == weeks, min(int(weeks), 26)
        level[:, mine] = np.stack(
            [mean[max(0, w - width) : w + width + 1, mine].mean(axis=0) for w in range(len(mean))]
        )
    shape = (weekly - mean[:, None]).mean(axis=0)
    off = (weekly - level[:, None] - shape).reshape(known.shape)
    own = usual_noise(series, known, off)
    off = off / noise(series, known, slice(None), own)
    usual = off.std(axis=0)
    return thresholds(off / np.where(usual > 0, usual, 1.0), level_weeks, false_alarms)


def _walk(series: Daily, scaled: Floats, known: Floats, level_weeks: Whole, limits: Thresholds) -> _Walk:
    """Go through the days, each held against those before it."""
    days, nodes = scaled.shape
    walk = _Walk([], np.full_like(scaled, np.nan), known.copy(), np.ones_like(scaled))
    off = known - np.concatenate([expected_of(known, level_weeks, w) for w in range(days // WEEK)])
    own = usual_noise(series, known, off[WARM * WEEK :])
    first = noise(series, known, slice(None), own)
    usual = (off / first)[WARM * WEEK :].std(axis=0)
    usual = np.where(usual > 0, usual, np.inf)
    state = _Sums(nodes, limits)
    for week in range(WARM, days // WEEK):
        rows = slice(week * WEEK, (week + 1) * WEEK)
        # After a shift the level is learned anew: what was moved to it before is only a first guess.
        since = (rows.start - state.shifted) // WEEK
        meant = expected_week(walk.aligned[: rows.start], np.clip(since, LEVELS[0], level_weeks))
        wander = noise(series, meant, rows, own) * usual
        for weekday in range(WEEK):
            day = rows.start + weekday
            z = np.nan_to_num((scaled[day] - meant[weekday]) / wander[weekday])
            walk.expected[day], walk.noise[day] = meant[weekday], wander[weekday]
            held = np.clip(z, -CLIP, CLIP)
            with np.errstate(invalid="ignore"):
                walk.aligned[day] = meant[weekday] + np.nan_to_num(held * wander[weekday])
            walk.alarms += state.add(day, z)
            for node, begun in state.settling(day):
                _align(walk, scaled, meant, node, begun, day)
    return walk


def expected_of(known: Floats, level_weeks: Whole, week: int) -> Floats:
    """What the weeks before a week led to expect; of the first weeks what they were."""
    if week < WARM:
        return known[week * WEEK : (week + 1) * WEEK]
    return expected_week(known[: week * WEEK], level_weeks)


def _align(walk: _Walk, scaled: Floats, meant: Floats, node: int, since: int, day: int) -> None:
    """Move the days before a shift to the new level, as far as it is known, and expect it from now on."""
    shape = meant[:, node] - meant[:, node].mean()
    at = np.arange(since, day + 1)
    new = scaled[at, node] - shape[at % WEEK]
    new = new[~np.isnan(new)]
    if not len(new):
        return
    spread = CLIP * walk.noise[day, node]
    level = float(np.clip(new, np.median(new) - spread, np.median(new) + spread).mean())
    before = np.arange(max(0, since - 4 * WEEK), since)
    old = float((walk.aligned[before, node] - shape[before % WEEK]).mean()) if len(before) else level
    walk.aligned[:since, node] += level - old
    meant[:, node] = shape + level


class _Sums:
    """Sums of distances to each side, and what they raise."""

    def __init__(self, nodes: int, limits: Thresholds) -> None:
        self.limits = limits
        self.sums = np.zeros((2, nodes))
        self.since = np.zeros((2, nodes), dtype=np.int64)
        self.paused = np.zeros(nodes, dtype=np.int64)
        self.held = [np.zeros(nodes)] * ORDER
        self.new: dict[int, int] = {}
        self.shifted = np.full(nodes, -(10**6), dtype=np.int64)

    def add(self, day: int, z: Floats) -> list[_Alarm]:
        """One more day; what it raises."""
        limits = self.limits
        carried = sum(
            share * before for share, before in zip(limits.memory, reversed(self.held), strict=True)
        )
        e = (z - carried) / limits.unit
        self.held = [*self.held[1:], np.clip(z, -CLIP, CLIP)]
        raised = [
            _Alarm(int(n), "spike", day, day, int(np.sign(e[n])), float(abs(e[n])))
            for n in np.nonzero((np.abs(e) > limits.spike) & (day >= self.paused))[0]
        ]
        held = np.clip(e, -CLIP, CLIP)
        for side, sign in enumerate((1, -1)):
            self.since[side] = np.where(self.sums[side] == 0, day, self.since[side])
            grown = np.maximum(0, self.sums[side] + sign * held - limits.slack)
            self.sums[side] = np.where(day >= self.paused, grown, 0)
        for n in np.nonzero((self.sums > limits.shift).any(axis=0))[0]:
            side = int(np.argmax(self.sums[:, n]))
            since = int(self.since[side, n])
            raised.append(_Alarm(int(n), "shift", day, since, 1 - 2 * side, float(self.sums[side, n])))
            self.sums[:, n] = 0
            self.paused[n] = max(since + SETTLING, day + 1)
            self.new[int(n)] = self.shifted[n] = since
        return raised

    def settling(self, day: int) -> list[tuple[int, int]]:
        """(node, since) of the shifts whose level is still being learned."""
        self.new = {n: since for n, since in self.new.items() if day - since <= 2 * SETTLING}
        return list(self.new.items())


def _episodes(series: Daily, scaled: Floats, walk: _Walk, limits: Thresholds) -> list[Break]:
    """Alarms made into breaks: what belongs together told once, what went back told with its end."""
    found: list[Break] = []
    for node in range(scaled.shape[1]):
        mine = [a for a in walk.alarms if a.node == node]
        shifts = _shifts(series, scaled, walk, [a for a in mine if a.kind == "shift"], limits)
        covered = [(b.since - 1, b.until if b.until is not None else b.found) for b in shifts]
        covered += [(a.since - 1, a.day) for a in mine if a.kind == "shift"]
        lone = [a for a in mine if a.kind == "spike" and not any(s <= a.day <= u for s, u in covered)]
        found += shifts + _spikes(series, scaled, walk, lone, limits)
    return found


def _shifts(
    series: Daily, scaled: Floats, walk: _Walk, alarms: list[_Alarm], limits: Thresholds
) -> list[Break]:
    found: list[Break] = []
    last: _Alarm | None = None
    for alarm in alarms:
        back = (
            last is not None and found and alarm.sign != last.sign and alarm.since - last.since <= BACK_WITHIN
        )
        if back:
            assert last is not None
            end = alarm.since - 1
            kind = "spike" if end - last.since < WEEK - 1 else _grown(scaled, walk, last, end + 1)
            found[-1] = _told(series, scaled, walk, replace(found[-1], until=end, kind=kind))
            last = None
            continue
        often = limits.a_year(alarm.node, "shift", alarm.size)
        one = Break(
            alarm.node,
            _grown(scaled, walk, alarm, len(scaled)),
            alarm.day,
            alarm.since,
            None,
            None,
            None,
            often,
        )
        found.append(_told(series, scaled, walk, one))
        last = alarm
    return found


def _grown(scaled: Floats, walk: _Walk, alarm: _Alarm, end: int) -> Kind:
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
    series: Daily, scaled: Floats, walk: _Walk, alarms: list[_Alarm], limits: Thresholds
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


def _gaps(series: Daily, gone: np.ndarray, walk: _Walk) -> list[Break]:
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


def _told(series: Daily, scaled: Floats, walk: _Walk, one: Break) -> Break:
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
