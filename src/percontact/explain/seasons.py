# SPDX-License-Identifier: Apache-2.0
"""Whether a new level is the season: what the same weeks a year before say, and how much one year can say.

A level that moved about as far a year before is the season. Where the past shows that a series has seasons
but last year is too noisy, or not known, to tell this one, the level is left open: neither an alert nor the
season.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from percontact.explain.expected import WEEK, Daily, Floats, middles, weeks_of
from percontact.explain.thresholds import Thresholds
from percontact.explain.walk import WARM, Alarm, Walk

Year = Literal["other", "same", "open"]
"""What the year before says of a new level: it did not come, it came too, or that cannot be told."""

ANNUAL = 52 * WEEK
"""Days of a year of whole weeks: the same weekdays."""
CLEARLY = 2.5
"""Errors of its mean by which a level of last year must stand out, to be a season."""
BEFORE = 8
"""Weeks that a level is held against, this year and last, to see how far it moved."""
NEARLY = (0, -1, 1)
"""Weeks by which a season may come sooner or later than the year before."""
BEYOND = 2.0
"""Errors by which a level must stand out of what the season may be, where one year leaves that open."""
MONTH = 4
"""Weeks whose mean is held against the weeks before them, to see whether a series has seasons."""
SEASONAL = 2.0
"""Times the chance of single weeks by which months must move: days that remember (AR 0.3) without a season
show as much once in a hundred years of days, those of AR(0.6) once in sixteen."""
RARE = 0.1
"""Share of the months, the furthest, that say nothing of how seasons move: one may be a break."""
MANY = 0.25
"""Share of the series of a metric that must show seasons, where neither a series nor everything does."""
NEARLY_ALL = 2 / 3
"""Share of a move that last year's must have had, to be the season whatever chance may have done."""
KNOWN_WEEKS = 40
"""A shorter past does not tell whether a series has seasons."""


def year_of(series: Daily, scaled: Floats, walk: Walk, alarm: Alarm, limits: Thresholds) -> Year:
    """What the year before says of a new level: the same move, another, or too little to tell.

    So it did where everything did: a small slice may be too noisy to have shown it.
    """
    here = alarm.node
    whole = series.names.index(("", None)) if ("", None) in series.names else here
    now = _moved(series, scaled, here, alarm.since, alarm.day + 1)
    if now is None:
        return "other"
    swings = _swings(series, scaled, alarm.since)
    # What a small slice is too noisy to show, everything may show, or a quarter of all slices.
    usual = (
        0.0
        if swings is None
        else float(max(swings.season[here], swings.season[whole], np.quantile(swings.season, 1 - MANY)))
    )
    for node in {here, whole}:
        for weeks in NEARLY:
            first = alarm.since - ANNUAL + weeks * WEEK
            then = _moved(series, scaled, node, first, first + alarm.day + 1 - alarm.since)
            if then is None:
                continue
            carried = max(1 - limits.memory[:, node].sum(), 0.3)
            day = float(walk.noise[max(first, WARM * WEEK), node] * limits.unit[node] / carried)
            # A memory that was measured over a year holds the season too; weeks beside each other do not.
            error = min(day, float(swings.day[node])) if swings is not None and usual else day
            moved = alarm.sign * now.by * then.level / now.level
            chance = CLEARLY * error * float(np.hypot(then.root, now.root))
            # Half as far is the season where chance may have made the rest of it; else something came on top.
            alike = min(NEARLY_ALL * moved, max(moved / 2, moved - chance))
            if alarm.sign * then.by > max(CLEARLY * error * then.root, alike):
                return "same"
    if swings is None or not usual:
        return "other"
    return "open" if _left_open(series, scaled, alarm, now, float(swings.day[here]), usual) else "other"


@dataclass(frozen=True, slots=True)
class _Moved:
    """by = how far days lay off the weeks before; level = of those; root = its error where a day's is 1."""

    by: float
    level: float
    root: float


def _moved(series: Daily, scaled: Floats, node: int, first: int, end: int) -> _Moved | None:
    """How a level moved, weekday by weekday, against the `BEFORE` weeks before; None = not known."""
    if first < BEFORE * WEEK:
        return None
    weeks = scaled[first - BEFORE * WEEK : first, node].reshape(-1, WEEK)
    known = ~np.isnan(weeks)
    usual = np.where(known, weeks, 0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    off = scaled[first:end, node] - usual[(np.arange(first, end) - first) % WEEK]
    off = off[~np.isnan(off)]
    # Sums are looked at on the scale of their logarithm, where all levels are alike.
    level = 1.0 if series.bottom is None else float(np.nanmean(usual)) if known.any() else 0.0
    if not len(off) or not level:
        return None
    return _Moved(float(off.mean()), abs(level), float(np.sqrt(1 / len(off) + 1 / known.sum())))


@dataclass(frozen=True, slots=True)
class _Swings:
    """How series move from week to week and over the year.

    day     (node) the chance of a day, as weeks beside each other show it, on the scale of the series
    season  (node) how far seasons usually move it, in parts of its level; 0 = it shows none
    """

    day: Floats
    season: Floats


def _swings(series: Daily, scaled: Floats, end: int) -> _Swings | None:
    """The seasons of all series, from the days before `end`; None = too little is known.

    What is booked by the month has prices that move from month to month: they are no seasons.
    """
    if end < KNOWN_WEEKS * WEEK or series.booked:
        return None
    off, level = _weeks(weeks_of(scaled[end % WEEK : end]))
    apart = (1.4826 * np.median(np.abs(np.diff(off, axis=0)), axis=0)) ** 2 / 2
    sums = np.concatenate([np.zeros((1, off.shape[1])), np.cumsum(off, axis=0)])
    at = np.arange(BEFORE, len(off) - MONTH + 1)
    moves = (sums[at + MONTH] - sums[at]) / MONTH - (sums[at] - sums[at - BEFORE]) / BEFORE
    squares = np.sort(moves**2, axis=0)[: int(len(moves) * (1 - RARE))].mean(axis=0)
    chance = apart * (1 / MONTH + 1 / BEFORE)
    if series.bottom is None:
        level = np.ones_like(level)
    seasonal = (level > 0) & (chance > 0) & (squares > SEASONAL * chance)
    moved = np.sqrt(np.maximum(squares - chance, 0)) / np.where(level > 0, level, 1)
    return _Swings(np.sqrt(apart * WEEK), np.where(seasonal, moved, 0.0))


def _weeks(weekly: Floats) -> tuple[Floats, Floats]:
    """((week, node) its mean less that of all weeks, weekday by weekday; (node) their level).

    A week of few known days is told by the two beside it; of a series of none 0.
    """
    there = ~np.isnan(weekly)
    shape = np.nan_to_num(middles(weekly, (0,)))
    number = there.sum(axis=1)
    off: Floats = np.where(there, weekly - shape, 0.0).sum(axis=1) / np.maximum(number, 1)
    every = np.arange(len(off))
    for node in np.nonzero((number < MONTH).any(axis=0))[0]:
        known = number[:, node] >= MONTH
        off[:, node] = np.interp(every, every[known], off[known, node]) if known.any() else 0.0
    days = np.maximum(there.any(axis=0).sum(axis=0), 1)
    return off, np.abs(shape.sum(axis=0)) / days


def _left_open(series: Daily, scaled: Floats, alarm: Alarm, now: _Moved, day: float, usual: float) -> bool:
    """Whether the season, as far as one year tells it, may have moved the level as far.

    How far seasons usually move it (`usual`) and what last year's did, with its error, are weighed by their
    errors. Of a year that is not known only the first is left.
    """
    first = alarm.since - ANNUAL
    then = _moved(series, scaled, alarm.node, first, first + alarm.day + 1 - alarm.since)
    meant, spread = 0.0, usual**2
    if then is not None:
        error = (day * then.root / then.level) ** 2
        meant = alarm.sign * then.by / then.level * spread / (spread + error)
        spread = spread * error / (spread + error)
    chance = (day * now.root / now.level) ** 2
    return bool(alarm.sign * now.by / now.level - meant <= BEYOND * np.sqrt(spread + chance))
