# SPDX-License-Identifier: Apache-2.0
"""One walk over the days of several series: each day held against those before it, and what that raises.

One day far off raises a spike; small distances to one side add up to a shift (CUSUM: Page, Biometrika 41,
1954). After a shift the level is learned anew; where it turns out to have passed, the old one is taken up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from percontact.explain.expected import CLIP, LEVELS, WEEK, Daily, Floats, Whole, expected_week
from percontact.explain.scatter import Scatter
from percontact.explain.thresholds import ORDER, Thresholds

WARM = 8
"""Weeks that are looked at before the first day can be judged."""
SETTLING = 14
"""Days after a shift that are needed to know the new level; until then no further shift is called."""
CONFIRMED = 21
"""Days after an alarm that say whether its level has stayed."""
BACK_WITHIN = 90
"""A shift that goes back within so many days was one episode, not two."""


@dataclass(slots=True)
class Alarm:
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

    alarm: Alarm
    before: float
    shifted: int
    moved: float = 0.0


@dataclass
class Walk:
    """What one walk over the days leaves: alarms, expectations, and the past as if no shift had been."""

    alarms: list[Alarm]
    expected: Floats
    aligned: Floats
    noise: Floats
    new: dict[int, _New] = field(default_factory=dict)


def walk_over(
    series: Daily, scaled: Floats, known: Floats, level_weeks: Whole, limits: Thresholds, usual: Scatter
) -> Walk:
    """Go through the days, each held against those before it."""
    days, nodes = scaled.shape
    walk = Walk([], np.full_like(scaled, np.nan), known.copy(), np.ones_like(scaled))
    state = _Sums(nodes, limits)
    for week in range(WARM, days // WEEK):
        rows = slice(week * WEEK, (week + 1) * WEEK)
        meant = _meant(walk, state, rows.start, level_weeks)
        wander = usual.wander(series, meant, rows)
        for weekday in range(WEEK):
            day = rows.start + weekday
            one = slice(day, day + 1)
            z = np.nan_to_num(usual.off(series, scaled[one], meant[weekday : weekday + 1], one)[0])
            walk.expected[day], walk.noise[day] = meant[weekday], wander[weekday]
            far = np.nan_to_num(CLIP * wander[weekday], posinf=0.0)
            walk.aligned[day] = meant[weekday] + np.clip(
                np.nan_to_num(scaled[day] - meant[weekday]), -far, far
            )
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


def _begun(walk: Walk, scaled: Floats, meant: Floats, state: _Sums, alarm: Alarm) -> bool:
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


def _settled(walk: Walk, scaled: Floats, meant: Floats, day: int) -> list[int]:
    """Learn the levels that are new; which nodes turn out to be back at the level before."""
    back = []
    for n, new in walk.new.items():
        if day - new.alarm.since <= 2 * SETTLING:
            _align(walk, scaled, meant, new, day)
        if day == new.alarm.day + CONFIRMED and _passed(walk, scaled, meant, new, day):
            back.append(n)
    return back


def _meant(walk: Walk, state: _Sums, start: int, level_weeks: Whole, node: int | None = None) -> Floats:
    """The week that starts on a day, expected from the days before. After a shift the level is learned anew:
    what was moved to it before is only a first guess."""
    mine = slice(None) if node is None else slice(node, node + 1)
    since = (start - state.shifted[mine]) // WEEK
    return expected_week(walk.aligned[:start, mine], np.clip(since, LEVELS[0], level_weeks[mine]))


def _restore(walk: Walk, state: _Sums, new: _New, end: int, day: int) -> None:
    """Take a new level back that lasted until `end`, known on `day`: what was expected before it is expected
    again."""
    n = new.alarm.node
    new.alarm.ended, new.alarm.over = end, day
    walk.aligned[: end + 1, n] -= new.moved
    state.shifted[n] = new.shifted
    del walk.new[n]


def _levels(walk: Walk, scaled: Floats, meant: Floats, node: int, at: np.ndarray) -> Floats:
    """Days less the shape of their week, without what is unknown; far ones held to `CLIP`."""
    shape = meant[:, node] - meant[:, node].mean()
    new: Floats = scaled[at, node] - shape[at % WEEK]
    new = new[~np.isnan(new)]
    if not len(new):
        return np.zeros(0)
    spread = CLIP * walk.noise[at[-1], node]
    held: Floats = np.clip(new, np.median(new) - spread, np.median(new) + spread)
    return held


def _passed(walk: Walk, scaled: Floats, meant: Floats, new: _New, day: int) -> bool:
    """Whether the days since an alarm lie nearer to the level before it than to the one that it told."""
    n = new.alarm.node
    told = _levels(walk, scaled, meant, n, np.arange(new.alarm.since, new.alarm.day + 1))
    after = _levels(walk, scaled, meant, n, np.arange(new.alarm.day + 1, day + 1))
    if len(after) < WEEK or not len(told):
        return False
    size = new.alarm.sign * (told.mean() - new.before)
    return bool(new.alarm.sign * (after.mean() - new.before) < size / 2)


def _beyond(walk: Walk, scaled: Floats, meant: Floats, old: _New, alarm: Alarm, limits: Thresholds) -> bool:
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


def _align(walk: Walk, scaled: Floats, meant: Floats, new: _New, day: int) -> None:
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

    def add(self, day: int, z: Floats) -> list[Alarm]:
        """One more day; what it raises."""
        limits = self.limits
        carried = sum(
            share * before for share, before in zip(limits.memory, reversed(self.held), strict=True)
        )
        e = (z - carried) / limits.unit
        self.held = [*self.held[1:], np.clip(z, -CLIP, CLIP)]
        raised = [
            Alarm(int(n), "spike", day, day, int(np.sign(e[n])), float(abs(e[n])))
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
            raised.append(Alarm(int(n), "shift", day, since, 1 - 2 * side, float(self.sums[side, n])))
            self.sums[:, n] = 0
            self.paused[n] = max(since + SETTLING, day + 1)
        return raised
