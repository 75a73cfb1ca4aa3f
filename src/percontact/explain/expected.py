# SPDX-License-Identifier: Apache-2.0
"""What each day of a series was expected to be, from the days before it alone.

    expected = level of the weeks before + how this weekday stands apart from its week

Sums are read on the scale of their logarithm, where a rise of a tenth is the same size on a busy day and on
a quiet one; ratios as they are, where a day of few contacts wanders more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WEEK = 7
LEVELS = (4, 8, 13, 26, 52)
"""Weeks that the level may be the mean of; each series takes what foretold its own past best."""
BETTER = 1.5
"""Standard errors by which the past may be foretold worse by a level of more weeks."""
SHAPE = 52
"""Weeks that the shape of the week is the mean of."""
OUTER = 0.2
"""Share of the weeks, to each side, that the level leaves out."""
LAG = 1
"""The level leaves out the last week, so that a change does not hide itself."""
CLIP = 3.5
"""A day counts no further from what was expected than this many times its usual distance."""
STILL = 10.0
"""A weekday that usually brings at least this many has gone missing when it brings none."""


@dataclass(frozen=True, slots=True)
class Daily:
    """One metric of several nodes, a value a day; whole weeks, the last one filled up with unknown days.

    first   the first day
    names   the nodes: (dimension, value), or ("", None) for everything
    top     (day, node); nan = unknown
    bottom  (day, node), or None where the metric is a sum
    booked  whether it is made of amounts that are booked by the month, so that the days of one share a price
    """

    first: date
    names: tuple[tuple[str, str | None], ...]
    top: Floats
    bottom: Floats | None = None
    booked: bool = False

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.top)

    def day(self, at: int) -> date:
        """The day at a place."""
        return self.first + timedelta(days=at)

    def at(self, day: date) -> int:
        """The place of a day."""
        return (day - self.first).days

    def months(self) -> Whole | None:
        """(day) which calendar month a day lies in, where the metric is booked by the month."""
        if not self.booked:
            return None
        days = [self.day(at) for at in range(self.days)]
        return np.array([day.year * 12 + day.month for day in days], dtype=np.int64)

    def scaled(self) -> Floats:
        """The values on the scale where they are looked at; nan = unknown."""
        if self.bottom is None:
            scaled: Floats = np.log1p(self.top)
            return scaled
        quotient: Floats = np.full_like(self.top, np.nan)
        np.divide(self.top, self.bottom, out=quotient, where=self.bottom > 0)
        return quotient

    def told(self, scaled: Floats, rows: slice, node: int) -> float | None:
        """What values on the scale come to over some days: a sum, or the ratio of what they are made of."""
        values = scaled[rows, node]
        if self.bottom is None:
            there = ~np.isnan(values) & ~np.isnan(self.top[rows, node])
            return float(np.expm1(values[there]).sum()) if there.any() else None
        weight = np.nan_to_num(self.bottom[rows, node]) * ~np.isnan(values)
        return float((np.nan_to_num(values) * weight).sum() / weight.sum()) if weight.sum() > 0 else None


def weeks_of(values: Floats) -> Floats:
    """(day, node) as (week, weekday, node)."""
    return values.reshape(-1, WEEK, values.shape[1])


def missing(series: Daily) -> NDArray[np.bool_]:
    """(day, node): a sum that is nothing on a weekday which usually brings `STILL` or more."""
    if series.bottom is not None:
        return np.zeros(series.top.shape, dtype=bool)
    found = np.zeros(series.top.shape, dtype=bool)
    weekly = weeks_of(np.nan_to_num(series.top))
    for week in range(4, len(weekly)):
        if not weekly[week].all():
            usual = np.median(weekly[max(0, week - 8) : week], axis=0)
            rows = slice(week * WEEK, (week + 1) * WEEK)
            found[rows] = (series.top[rows] == 0) & (usual >= STILL)
    return found


def cleaned(scaled: Floats) -> Floats:
    """Values without gaps and without days far off: what the first expectations are made of.

    Looks both ways: the median of nine weeks, and the median weekday. Used for the past, never for the days
    that are watched.
    """
    weekly = weeks_of(scaled)
    with np.errstate(invalid="ignore"):
        level = np.stack([middles(weekly[max(0, w - 4) : w + 5], (0, 1)) for w in range(len(weekly))])
        shape = middles(weekly - level[:, None], (0,))
        meant = np.nan_to_num(level[:, None] + shape)
        off = weekly - meant
        usual = 1.4826 * middles(np.abs(off), (0, 1))
        kept = np.clip(off, -CLIP * usual, CLIP * usual)
    return (meant + np.nan_to_num(kept)).reshape(scaled.shape)


def middles(values: Floats, axis: tuple[int, ...]) -> Floats:
    """Median of what is known over the first axes; nan where nothing is."""
    ordered = np.sort(values.reshape(-1, *values.shape[len(axis) :]), axis=0)  # unknown ones come last
    number = (~np.isnan(ordered)).sum(axis=0)
    low, high = np.maximum(number - 1, 0) // 2, number // 2 * (number > 0)
    high = np.minimum(high, np.maximum(number - 1, 0))
    ends = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (low, high))
    made: Floats = sum(ends, start=np.zeros(number.shape)) / 2
    return made


def expected_week(known: Floats, level_weeks: Whole) -> Floats:
    """(weekday, node): the week after the known ones.

    known        (day, node) whole weeks without gaps
    level_weeks  (node) weeks that its level is the mean of
    """
    weekly = weeks_of(known)
    mean = weekly.mean(axis=1)
    end = max(len(mean) - LAG, 1)
    level = np.empty(known.shape[1])
    for weeks in np.unique(level_weeks):
        mine = level_weeks == weeks
        level[mine] = middle(mean[max(0, end - int(weeks)) : end, mine])
    shape = (weekly - mean[:, None])[-SHAPE:].mean(axis=0)
    expected: Floats = level + shape
    return expected


def middle(weeks: Floats) -> Floats:
    """Mean of the middle weeks, along the first axis: a busy season of a few weeks is not the level."""
    off = int(len(weeks) * OUTER)
    kept: Floats = np.sort(weeks, axis=0)[off : len(weeks) - off].mean(axis=0)
    return kept


def best_levels(known: Floats) -> Whole:
    """(node): weeks whose mean foretold the next week best, over the known ones."""
    mean = weeks_of(known).mean(axis=1)
    longest = [weeks for weeks in LEVELS if weeks + LAG + 8 <= len(mean)] or [LEVELS[0]]
    start = longest[-1] + LAG
    if start >= len(mean):
        return np.full(known.shape[1], longest[-1], dtype=np.int64)
    missed = np.stack([np.abs(mean[start:] - _before(mean, weeks)[start:]) for weeks in longest])
    best = np.take_along_axis(missed, missed.mean(axis=1).argmin(axis=0)[None, None], axis=0)[0]
    worse = missed - best
    error = worse.std(axis=1) / np.sqrt(worse.shape[1])
    # A long level hides a new shift least, so a shorter one must be clearly better.
    good = worse.mean(axis=1) <= BETTER * error
    chosen: Whole = np.array(longest, dtype=np.int64)[len(longest) - 1 - np.argmax(good[::-1], axis=0)]
    return chosen


def _before(mean: Floats, weeks: int) -> Floats:
    """For each week the level of `weeks` weeks, which end `LAG` before it."""
    ends = np.maximum(np.arange(len(mean)) - LAG, 1)
    return np.stack([middle(mean[max(0, end - weeks) : end]) for end in ends])


def usual_noise(series: Daily, known: Floats, off: Floats) -> Floats:
    """(node): the part of a sum's wandering that does not shrink as it grows, squared; of ratios 0."""
    if series.bottom is not None:
        return np.zeros(known.shape[1])
    chance = np.exp(-known).mean(axis=0)
    whole = (1.4826 * np.median(np.abs(off), axis=0)) ** 2
    left: Floats = np.maximum(whole - chance, 0.04 * whole)
    return left


def noise(series: Daily, expected: Floats, rows: slice, own: Floats, usual: Floats) -> Floats:
    """(day, node): how far days wander by themselves, up to a factor a node.

    A count wanders by chance (1 / count on this scale) and by a part of its own; a ratio by 1 / its number,
    held against its usual one.
    """
    if series.bottom is None:
        made: Floats = np.sqrt(own + np.exp(-np.maximum(expected, 0)))
        return made
    number = np.nan_to_num(series.bottom[rows])
    wander: Floats = np.sqrt(usual / np.clip(number, usual / 25, usual * 25))
    return wander
