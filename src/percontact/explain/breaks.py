# SPDX-License-Identifier: Apache-2.0
"""Breaks: days on which a series left its past behind. Spikes, shifts of its level, trends, missing days.

Each day is held against what the days before it led to expect (`expected`), and how far off it is told on a
scale where equally rare is equally far (`scatter`). One day far off is a spike, small distances to one side
add up to a shift (`walk`), which tells as well since when (`episodes`). How far is far is found by simulating
each series (`thresholds`).
"""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import numpy as np

from percontact.explain.episodes import Break, episodes, gaps
from percontact.explain.expected import (
    WEEK,
    Daily,
    Floats,
    Whole,
    best_levels,
    cleaned,
    missing,
    weeks_of,
)
from percontact.explain.scatter import Scatter, scatter
from percontact.explain.thresholds import Thresholds, thresholds
from percontact.explain.walk import WARM, expected_of, walk_over

CLEAR = 0.05
"""False alarms a year of the first walk over the past: what chance alone did there must stay part of it."""
LEARNED = 52
"""What is usual is learned from the weeks before the days watched, or from so many where these are fewer."""
LEAST_WEEKS = 16
"""A shorter past says too little about what is usual."""
FAR = 4.5
"""A past day so many usual distances off is no example of what is usual."""


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
    gone, known_unlike = missing(series), sorted(unusual or ())
    gone[known_unlike] = False
    scaled = series.scaled()
    scaled[gone] = np.nan
    scaled[known_unlike] = np.nan
    level_weeks, limits, usual = _learned(series, scaled, max(start // WEEK, LEARNED), false_alarms)
    walk = walk_over(series, scaled, cleaned(scaled), level_weeks, limits, usual)
    found = episodes(series, scaled, walk, limits) + gaps(series, gone, walk)
    return sorted((b for b in found if b.found >= start), key=lambda b: (b.found, b.node))


def _learned(
    series: Daily, scaled: Floats, weeks: int, false_alarms: float
) -> tuple[Whole, Thresholds, Scatter]:
    """What the first weeks teach: a break among the days that are watched does not hide itself."""
    rows = min(series.days, weeks * WEEK)
    bottom = None if series.bottom is None else series.bottom[:rows]
    past, seen = replace(series, top=series.top[:rows], bottom=bottom), scaled[:rows]
    first = cleaned(seen)
    level_weeks = best_levels(first)
    # A first walk finds what is clearly off; what is usual is then told without it.
    limits = _limits(past, first, level_weeks, min(false_alarms, CLEAR))
    limits = replace(limits, spike=np.minimum(limits.spike, FAR))
    calm = walk_over(past, seen, first, level_weeks, limits, _usual(past, first, level_weeks)).aligned
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
    meant = (level[:, None] + shape).reshape(known.shape)
    every = slice(0, len(known))
    off = scatter(series, known, meant, every).off(series, known, meant, every)
    # Each series has luck of its own, whatever else is watched beside it.
    luck = [crc32(repr(name).encode()) for name in series.names]
    return thresholds(off, level_weeks, false_alarms, luck=luck, months=series.months())


def _usual(series: Daily, known: Floats, level_weeks: Whole) -> Scatter:
    """How the days of a past lay about what the weeks before them led to expect."""
    weeks = len(known) // WEEK
    meant = np.concatenate([expected_of(known, level_weeks, w) for w in range(WARM, weeks)])
    rows = slice(WARM * WEEK, len(known))
    return scatter(series, known[rows], meant, rows)
