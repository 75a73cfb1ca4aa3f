# SPDX-License-Identifier: Apache-2.0
"""Breaks: days on which a series left its past behind. Spikes, shifts of its level, trends, missing days.

Each day is held against what the days before it led to expect (`expected`). One day far off is a spike. Small
distances to one side add up to a shift (CUSUM: Page, Biometrika 41, 1954), which tells as well since when.
How far is far is found by simulating each series (`thresholds`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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

CLEAR = 0.05
"""False alarms a year of the first walk over the past: what chance alone did there must stay part of it."""
LEARNED = 52
"""What is usual is learned from the weeks before the days watched, or from so many where these are fewer."""
WARM = 8
"""Weeks that are looked at before the first day can be judged."""
LEAST_WEEKS = 16
"""A shorter past says too little about what is usual."""
FAR = 4.5
"""A past day so many usual distances off is no example of what is usual."""
ANNUAL = 52 * WEEK
"""Days of a year of whole weeks: the same weekdays."""
CLEARLY = 3.5
"""Errors of its mean by which a level of last year must stand out, to be a season."""
SETTLING = 14
"""Days after a shift that are needed to know the new level; until then no further shift is called."""
CONFIRMED = 21
"""Days after an alarm that say whether its level has stayed."""
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
    season    a new level that came in the same weeks a year before, about as large
    """

    node: int
    kind: Kind
    found: int
    since: int
    until: int | None
    observed: float | None
    expected: float | None
    a_year: float
    season: bool = False

    @property
    def up(self) -> bool:
        """Whether it lies above what was expected."""
        return (self.observed or 0.0) > (self.expected or 0.0)


@dataclass(slots=True)
class _Alarm:
    node: int
    kind: Literal["spike", "shift"]
    day: int
    since: int
    sign: int
    size: float
    ended: int | None = None
    over: int = -1


@dataclass(slots=True)
class _New:
    """A level that has begun and may yet turn out to have passed."""

    alarm: _Alarm
    before: float
    shifted: int
    moved: float = 0.0


@dataclass
class _Walk:
    """What one walk over the days leaves: alarms, expectations, and the past as if no shift had been."""

    alarms: list[_Alarm]
    expected: Floats
    aligned: Floats
    noise: Floats
    new: dict[int, _New] = field(default_factory=dict)


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
    level_weeks, limits, usual = _learned(series, scaled, max(start // WEEK, LEARNED), false_alarms)
    walk = _walk(series, scaled, cleaned(scaled), level_weeks, limits, usual)
    found = _episodes(series, scaled, walk, limits) + _gaps(series, gone, walk)
    return sorted((b for b in found if b.found >= start), key=lambda b: (b.found, b.node))


def _learned(
    series: Daily, scaled: Floats, weeks: int, false_alarms: float
) -> tuple[Whole, Thresholds, _Usual]:
    """What the first weeks teach: a break among the days that are watched does not hide itself."""
    rows = min(series.days, weeks * WEEK)
    bottom = None if series.bottom is None else series.bottom[:rows]
    past, seen = replace(series, top=series.top[:rows], bottom=bottom), scaled[:rows]
    first = cleaned(seen)
    level_weeks = best_levels(first)
    # A first walk finds what is clearly off; what is usual is then told without it.
    limits = _limits(past, first, level_weeks, min(false_alarms, CLEAR))
    limits = replace(limits, spike=np.minimum(limits.spike, FAR))
    calm = _walk(past, seen, first, level_weeks, limits, _usual(past, first, level_weeks)).aligned
    level_weeks = best_levels(calm)
    return level_weeks, _limits(past, calm, level_weeks, false_alarms), _usual(past, calm, level_weeks)


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


@dataclass(frozen=True, slots=True)
class _Usual:
    """How far each node is usually off what was expected: own = of a sum, what does not shrink with it."""

    own: Floats
    distance: Floats


def _usual(series: Daily, known: Floats, level_weeks: Whole) -> _Usual:
    off = known - np.concatenate([expected_of(known, level_weeks, w) for w in range(len(known) // WEEK)])
    own = usual_noise(series, known, off[WARM * WEEK :])
    first = noise(series, known, slice(None), own)
    distance = (off / first)[WARM * WEEK :].std(axis=0)
    return _Usual(own, np.where(distance > 0, distance, np.inf))


def _walk(
    series: Daily, scaled: Floats, known: Floats, level_weeks: Whole, limits: Thresholds, usual: _Usual
) -> _Walk:
    """Go through the days, each held against those before it."""
    days, nodes = scaled.shape
    walk = _Walk([], np.full_like(scaled, np.nan), known.copy(), np.ones_like(scaled))
    state = _Sums(nodes, limits)
    for week in range(WARM, days // WEEK):
        rows = slice(week * WEEK, (week + 1) * WEEK)
        meant = _meant(walk, state, rows.start, level_weeks)
        wander = noise(series, meant, rows, usual.own) * usual.distance
        for weekday in range(WEEK):
            day = rows.start + weekday
            z = np.nan_to_num((scaled[day] - meant[weekday]) / wander[weekday])
            walk.expected[day], walk.noise[day] = meant[weekday], wander[weekday]
            held = np.clip(z, -CLIP, CLIP)
            with np.errstate(invalid="ignore"):
                walk.aligned[day] = meant[weekday] + np.nan_to_num(held * wander[weekday])
            for alarm in state.add(day, z):
                n = alarm.node
                if alarm.kind == "spike":
                    walk.aligned[day, n] = meant[weekday, n]
                    walk.alarms.append(alarm)
                elif _begun(walk, scaled, meant, state, alarm):
                    meant[:, n] = _meant(walk, state, rows.start, level_weeks, n)[:, 0]
            for n in _settled(walk, scaled, meant, day):
                _restore(walk, state, walk.new[n], walk.new[n].alarm.day, day)
                meant[:, n] = _meant(walk, state, rows.start, level_weeks, n)[:, 0]
    return walk


def _begun(walk: _Walk, scaled: Floats, meant: Floats, state: _Sums, alarm: _Alarm) -> bool:
    """Take up a new level, or the way back from one; whether what is expected must be told anew."""
    n = alarm.node
    old = walk.new.get(n)
    back = old is not None and old.alarm.sign != alarm.sign and alarm.since - old.alarm.since <= BACK_WITHIN
    if back:
        assert old is not None
        beyond = _beyond(walk, scaled, meant, old, alarm, state.limits)
        _restore(walk, state, old, alarm.since - 1, alarm.day)
        if not beyond:
            state.paused[n] = 0
            return True
    before = old.before if back and old is not None else float(meant[:, n].mean())
    walk.alarms.append(alarm)
    walk.new[n] = _New(alarm, before, int(state.shifted[n]))
    state.shifted[n] = alarm.since
    return back


def _settled(walk: _Walk, scaled: Floats, meant: Floats, day: int) -> list[int]:
    """Learn the levels that are new; which nodes turn out to be back at the level before."""
    back = []
    for n, new in walk.new.items():
        if day - new.alarm.since <= 2 * SETTLING:
            _align(walk, scaled, meant, new, day)
        if day == new.alarm.day + CONFIRMED and _passed(walk, scaled, meant, new, day):
            back.append(n)
    return back


def _meant(walk: _Walk, state: _Sums, start: int, level_weeks: Whole, node: int | None = None) -> Floats:
    """The week that starts on a day, expected from the days before. After a shift the level is learned anew:
    what was moved to it before is only a first guess."""
    mine = slice(None) if node is None else slice(node, node + 1)
    since = (start - state.shifted[mine]) // WEEK
    return expected_week(walk.aligned[:start, mine], np.clip(since, LEVELS[0], level_weeks[mine]))


def _restore(walk: _Walk, state: _Sums, new: _New, end: int, day: int) -> None:
    """Take a new level back that lasted until `end`, known on `day`: what was expected before it is expected
    again."""
    n = new.alarm.node
    new.alarm.ended, new.alarm.over = end, day
    walk.aligned[: end + 1, n] -= new.moved
    state.shifted[n] = new.shifted
    del walk.new[n]


def _levels(walk: _Walk, scaled: Floats, meant: Floats, node: int, at: np.ndarray) -> Floats:
    """Days less the shape of their week, without what is unknown; far ones held to `CLIP`."""
    shape = meant[:, node] - meant[:, node].mean()
    new: Floats = scaled[at, node] - shape[at % WEEK]
    new = new[~np.isnan(new)]
    if not len(new):
        return np.zeros(0)
    spread = CLIP * walk.noise[at[-1], node]
    held: Floats = np.clip(new, np.median(new) - spread, np.median(new) + spread)
    return held


def _passed(walk: _Walk, scaled: Floats, meant: Floats, new: _New, day: int) -> bool:
    """Whether the days since an alarm lie nearer to the level before it than to the one that it told."""
    n = new.alarm.node
    told = _levels(walk, scaled, meant, n, np.arange(new.alarm.since, new.alarm.day + 1))
    after = _levels(walk, scaled, meant, n, np.arange(new.alarm.day + 1, day + 1))
    if len(after) < WEEK or not len(told):
        return False
    size = new.alarm.sign * (told.mean() - new.before)
    return bool(new.alarm.sign * (after.mean() - new.before) < size / 2)


def _beyond(walk: _Walk, scaled: Floats, meant: Floats, old: _New, alarm: _Alarm, limits: Thresholds) -> bool:
    """Whether a way back went on to the other side of the level before, as far as a shift."""
    n = alarm.node
    off = _levels(walk, scaled, meant, n, np.arange(alarm.since, alarm.day + 1)) - old.before
    e = alarm.sign * off / walk.noise[alarm.day, n] * (1 - limits.memory[:, n].sum()) / limits.unit[n]
    return bool((np.clip(e, -CLIP, CLIP) - limits.slack[n]).sum() > limits.shift[n])


def expected_of(known: Floats, level_weeks: Whole, week: int) -> Floats:
    """What the weeks before a week led to expect; of the first weeks what they were."""
    if week < WARM:
        return known[week * WEEK : (week + 1) * WEEK]
    return expected_week(known[: week * WEEK], level_weeks)


def _align(walk: _Walk, scaled: Floats, meant: Floats, new: _New, day: int) -> None:
    """Move the days before a shift to the new level, as far as it is known, and expect it from now on."""
    n, since = new.alarm.node, new.alarm.since
    at = np.arange(since, day + 1)
    found = _levels(walk, scaled, meant, n, at)
    if not len(found):
        return
    shape = meant[:, n] - meant[:, n].mean()
    level = float(found.mean())
    walk.aligned[:since, n] += level - new.before - new.moved
    new.moved = level - new.before
    meant[:, n] = shape + level
    spread = CLIP * walk.noise[day, n]
    held = np.clip(np.nan_to_num(scaled[at, n] - meant[at % WEEK, n]), -spread, spread)
    walk.aligned[at, n] = meant[at % WEEK, n] + held


class _Sums:
    """Sums of distances to each side, and what they raise."""

    def __init__(self, nodes: int, limits: Thresholds) -> None:
        self.limits = limits
        self.sums = np.zeros((2, nodes))
        self.since = np.zeros((2, nodes), dtype=np.int64)
        self.paused = np.zeros(nodes, dtype=np.int64)
        self.held = [np.zeros(nodes)] * ORDER
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
        return raised


def _episodes(series: Daily, scaled: Floats, walk: _Walk, limits: Thresholds) -> list[Break]:
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
    series: Daily, scaled: Floats, walk: _Walk, alarms: list[_Alarm], limits: Thresholds
) -> list[Break]:
    found: list[Break] = []
    for alarm in alarms:
        end = len(scaled) if alarm.ended is None else alarm.ended + 1
        short = alarm.ended is not None and end - alarm.since < WEEK
        kind: Kind = "spike" if short else _grown(scaled, walk, alarm, end)
        often = limits.a_year(alarm.node, "shift", alarm.size)
        season = _season(scaled, walk, alarm, limits)
        one = Break(alarm.node, kind, alarm.day, alarm.since, alarm.ended, None, None, often, season)
        found.append(_told(series, scaled, walk, one))
    return found


def _season(scaled: Floats, walk: _Walk, alarm: _Alarm, limits: Thresholds) -> bool:
    """Whether a level moved in the same weeks a year before, clearly, to the same side, about as far."""
    n, since, day = alarm.node, alarm.since, alarm.day
    if since < ANNUAL + 5 * WEEK:
        return False
    week = walk.expected[since - WEEK : since, n]
    at = np.arange(since, day + 1)
    now = scaled[at, n] - week[(at - since) % WEEK]
    now = now[~np.isnan(now)]
    then = np.arange(since - WEEK, day + 3 * WEEK + 1) - ANNUAL
    before = np.arange(then[0] - 4 * WEEK, then[0])
    weeks = scaled[before, n].reshape(-1, WEEK)
    known = ~np.isnan(weeks)
    usual = np.where(known, weeks, 0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    off = scaled[then, n] - usual[(then - before[0]) % WEEK]
    off = off[~np.isnan(off)]
    if not len(off) or not len(now):
        return False
    days = 1 / len(off) + 1 / len(before)
    error = walk.noise[since, n] * limits.unit[n] / max(1 - limits.memory[:, n].sum(), 0.15) * np.sqrt(days)
    then_moved = alarm.sign * float(off.mean())
    return bool(then_moved > CLEARLY * error and then_moved > 0.5 * alarm.sign * float(now.mean()))


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
