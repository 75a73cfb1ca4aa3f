# SPDX-License-Identifier: Apache-2.0
"""How far a series may wander before it is called a break: found by simulating the series itself.

Each series has its own memory (a busy day follows a busy day) and its own tails. Both are taken from its
past: an autoregression of the order that suits it, and its own innovations drawn anew (a sieve bootstrap:
Bühlmann, Bernoulli 3(2), 1997). Years made so hold no break, so what they raise are false alarms, and the
threshold is set where they raise no more than was allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from percontact.explain.expected import CLIP, LAG, SHAPE, WEEK, Floats, Whole

ORDER = 7
"""Days that a series may remember."""
SHIFT = 1.5
"""The shift, in usual distances of a day, that is looked for."""
SLACK = 0.47
"""Share of that shift which is forgiven each day; 0.5 finds it soonest on average, less misses fewer."""
SPIKES = 0.12
"""Share of the false alarms that single days may raise; the rest is left to shifts."""
USUAL_TAIL = 4.0
"""A past day further off than so many usual distances does not make days like it usual."""
HEED = 0.87
"""Share of the allowed false alarms that is aimed at: a past of one or two years is no exact teacher."""
WILD = 1.2
"""A tail whose spread is so many times its mean is heavier than supposed."""
_NORMAL = NormalDist()
SEED = 20260101
PATHS = 64
MONTH = 30
"""Days of a simulated month."""
YEAR = 52
LEAST_SPIKE = 3.3
"""A single day is no spike below this, however tame a series looks."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is a break, for each of several series.

    memory  (lag, node)  how much of a day's distance is carried over
    unit    (node)       usual distance of a day, once what is carried over is taken off
    slack   (node)       forgiven each day, in that unit
    shift   (node)       a sum of distances beyond this is a shift
    spike   (node)       one distance beyond this is a spike
    tails   (node, 5)    (start, mean excess) of the tail of shifts, then (start, mean excess, power) of
                         spikes: how rare is how much
    """

    memory: Floats
    unit: Floats
    slack: Floats
    shift: Floats
    spike: Floats
    tails: Floats

    def a_year(self, node: int, kind: str, size: float) -> float:
        """How often a year chance alone raises as much in this series."""
        if kind != "spike":
            start, mean = self.tails[node, :2]
            return float(SHIFTS_SEEN * np.exp(-(size - start) / max(mean, 1e-9)))
        start, mean, power = self.tails[node, 2:]
        told = float(SPIKES_SEEN * np.exp(-(size**power - start) / max(mean, 1e-9)))
        return max(told, YEAR * WEEK * _NORMAL.cdf(-size))


SHIFTS_SEEN, SPIKES_SEEN = 4, 36
"""The tail is read from what comes up this often a year."""


def thresholds(
    off: Floats,
    level_weeks: Whole,
    false_alarms: float,
    *,
    luck: Sequence[int] = (),
    months: Whole | None = None,
    paths: int = PATHS,
) -> Thresholds:
    """Thresholds that raise `false_alarms` a year in each series where nothing happened.

    off          (day, node) distances from what was expected, in usual distances, without breaks
    level_weeks  (node) weeks that the level is the mean of; its error counts as well
    luck         (node) what its worlds are drawn from; none = its place
    months       (day) the month of each day, where the days of a month share a price
    """
    aim = HEED * false_alarms
    e, memory = _worlds(off, level_weeks, luck or range(off.shape[1]), months, paths)
    nodes = off.shape[1]
    unit = e.std(axis=(0, 1))
    e = e / unit
    slack = SLACK * SHIFT * np.maximum(1 - memory.sum(axis=0), 0.15) / unit
    peaks = _peaks(e, slack)
    tails = np.zeros((nodes, 5))
    shift, spike = np.empty(nodes), np.empty(nodes)
    # No past of a year or two shows that days are much tamer than normal ones (half as often that far).
    normal = -_NORMAL.inv_cdf(min(aim * SPIKES / (YEAR * WEEK), 0.25))
    for node in range(nodes):
        tails[node, :2] = _tail(peaks[node], paths * SHIFTS_SEEN)
        far = np.abs(e[:, :, node]).ravel()
        power = _power(far, paths * SPIKES_SEEN)
        tails[node, 2:] = (*_tail(far**power, paths * SPIKES_SEEN), power)
        start, mean = tails[node, :2]
        shift[node] = start + mean * np.log(SHIFTS_SEEN / (aim * (1 - SPIKES)))
        start, mean, power = tails[node, 2:]
        far_off = start + mean * np.log(SPIKES_SEEN / (aim * SPIKES))
        spike[node] = max(LEAST_SPIKE, normal, far_off ** (1 / power))
    return Thresholds(memory, unit, slack, shift, spike, tails)


def _worlds(
    off: Floats, level_weeks: Whole, luck: Sequence[int], months: Whole | None, paths: int
) -> tuple[Floats, Floats]:
    """((day, path, node) years without a break, less what is carried over; (lag, node) how much that is)."""
    nodes = off.shape[1]
    days = (SHAPE + YEAR) * WEEK + 30
    memory, worlds, drawn = np.zeros((ORDER, nodes)), np.zeros((ORDER, paths, nodes)), []
    off, prices = _prices(off, months)
    shared = np.zeros((days - 30, paths, nodes))
    for node in range(nodes):
        rng = np.random.default_rng([SEED, luck[node]])
        partial, innovations = _memory(off[:, node])
        if len(partial):
            # Taking a level off hides some of the memory (Kendall, Biometrika 41, 1954).
            learned = WEEK * (2 * min(int(level_weeks[node]), 26) + 1)
            partial[0] += (1 + 3 * partial[0]) / min(learned, len(off))
        own = coefficients(partial[:, None])[:, 0]
        memory[: len(own), node] = own
        # What the past says of memory and scatter is uncertain: each world has its own.
        error = np.sqrt((1 - partial**2) / len(off))[:, None] * rng.standard_normal((len(partial), paths))
        worlds[: len(own), :, node] = coefficients(np.clip(partial[:, None] + error, -0.97, 0.97))
        scatter = 1 + np.sqrt(0.5 / len(off)) * rng.standard_normal(paths)
        drawn.append(rng.choice(innovations, (days, paths)) * scatter)
        if prices is not None:
            each = rng.choice(prices[:, node], (len(shared) // MONTH + 1, paths))
            shared[:, :, node] = np.repeat(each, MONTH, axis=0)[: len(shared)]
    made = _remembering(np.stack(drawn, axis=2), worlds)[30:] + shared
    z = made - _expected(made, level_weeks)
    z = z[SHAPE * WEEK :]
    z = z / z.std(axis=(0, 1))
    return innovations_of(z, memory), memory


def _prices(off: Floats, months: Whole | None) -> tuple[Floats, Floats | None]:
    """(distances within their month, (month, node) how far each month was off as a whole)."""
    if months is None:
        return off, None
    months = months[: len(off)]
    which, at, number = np.unique(months, return_inverse=True, return_counts=True)
    means = np.stack([off[at == i].mean(axis=0) for i in range(len(which))])
    whole = means[number >= MONTH // 2]
    if len(whole) < 3:
        return off, None
    # As many as there are, they spread less than the months they stand for.
    return off - means[at], (whole - whole.mean(axis=0)) * np.sqrt(len(whole) / (len(whole) - 1))


def innovations_of(z: Floats, memory: Floats) -> Floats:
    """Distances less what is carried over from the days before; days are the first axis, nodes the last."""
    made = z.copy()
    held = np.clip(z, -CLIP, CLIP)
    for lag, share in enumerate(memory, start=1):
        if share.any():
            made[lag:] -= share * held[:-lag]
    return made


def _memory(off: Floats) -> tuple[Floats, Floats]:
    """(partial autocorrelations, innovations) of the autoregression whose order suits a series (BIC)."""
    # Days that were off by far are breaks of the past, not what is usual.
    usual = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    u = np.clip(off - off.mean(), -USUAL_TAIL * usual, USUAL_TAIL * usual)
    n = len(u)
    if n < 4 * ORDER or not u.any():
        return np.zeros(0), u if u.any() else np.array([-1.0, 1.0])
    r = np.array([(u[: n - lag] * u[lag:]).sum() / n for lag in range(ORDER + 1)])
    best: tuple[float, Floats] = (n * np.log(r[0]), np.zeros(0))
    own, partial, variance = np.zeros(0), np.zeros(0), r[0]
    for order in range(1, ORDER + 1):  # Levinson and Durbin's recursion
        carried = (r[order] - (own * r[order - 1 : 0 : -1]).sum()) / variance
        own = np.concatenate([own - carried * own[::-1], [carried]])
        partial = np.append(partial, carried)
        variance = variance * (1 - carried**2)
        score = n * np.log(variance) + order * np.log(n)
        if score < best[0]:
            best = (score, partial)
    chosen = best[1]
    e = u.copy()
    for lag, share in enumerate(coefficients(chosen[:, None])[:, 0], start=1):
        e[lag:] -= share * u[:-lag]
    e = e[len(chosen) :]
    return chosen, e - e.mean()


def coefficients(partial: Floats) -> Floats:
    """(lag, series): the autoregression with these partial autocorrelations (Levinson and Durbin)."""
    own = np.zeros((0, partial.shape[1]))
    for carried in partial:
        own = np.concatenate([own - carried * own[::-1], carried[None]])
    return own


def _remembering(drawn: Floats, memory: Floats) -> Floats:
    """Innovations (day, path, node) made into series that remember."""
    order = int(np.max(np.nonzero(memory.any(axis=(1, 2)))[0], initial=-1)) + 1
    for day in range(order, len(drawn)):
        for lag in range(1, order + 1):
            drawn[day] += memory[lag - 1] * drawn[day - lag]
    return drawn


def _expected(made: Floats, level_weeks: Whole) -> Floats:
    """What `expected.expected_week` would have said, for all weeks at once."""
    weekly = made.reshape(-1, WEEK, *made.shape[1:])
    mean = weekly.mean(axis=1)
    level = np.empty_like(mean)
    for weeks in np.unique(level_weeks):
        mine = level_weeks == weeks
        level[..., mine] = _trailing(mean[..., mine], int(weeks), LAG)
    shape = _trailing(weekly - mean[:, None], SHAPE, 0)
    expected: Floats = (level[:, None] + shape).reshape(made.shape)
    return expected


def _trailing(values: Floats, weeks: int, lag: int) -> Floats:
    """Mean of the weeks before each week, along the first axis; 0 where there is none."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    at = np.arange(len(values))
    end = np.maximum(at - lag, 0)
    start = np.maximum(end - weeks, 0)
    number = np.maximum(end - start, 1).reshape(-1, *[1] * (values.ndim - 1))
    made: Floats = (sums[end] - sums[start]) / number
    return made


def _peaks(e: Floats, slack: Floats) -> list[Floats]:
    """Node by node, the highest point of each time that a sum of distances left 0, both ways."""
    found: list[Floats] = []
    of: list[Whole] = []
    for sign in (1, -1):
        summed = np.zeros(e.shape[1:])
        peak = np.zeros_like(summed)
        for day in np.clip(sign * e, -CLIP, CLIP) - slack:
            np.maximum(0, summed + day, out=summed)
            ended = np.nonzero((summed == 0) & (peak > 0))
            found.append(peak[ended])
            of.append(ended[1])
            peak[ended] = 0
            np.maximum(peak, summed, out=peak)
        left = np.nonzero(peak)
        found.append(peak[left])
        of.append(left[1])
    peaks, nodes = np.concatenate(found), np.concatenate(of)
    order = np.argsort(nodes, kind="stable")
    ends = np.searchsorted(nodes[order], np.arange(1, e.shape[2]))
    return list(np.split(peaks[order], ends))


def _tail(values: Floats, beyond: int) -> tuple[float, float]:
    """(start, mean excess) of the largest values: how rare is how much, told by an exponential tail."""
    ordered = np.sort(values)[::-1]
    at = min(beyond, len(ordered) - 1)
    if at < 1:
        return CLIP, 0.5
    return float(ordered[at]), float(max((ordered[:at] - ordered[at]).mean(), 1e-6))


def _power(values: Floats, beyond: int) -> float:
    """The power of the largest values whose tail is exponential: 2 for normal days, less for wild ones."""
    largest = np.sort(values)[::-1][: beyond + 1]
    for power in (2.0, 1.5):
        excess = largest[:-1] ** power - largest[-1] ** power
        # The spread of an exponential tail is its mean.
        if excess.std() <= WILD * excess.mean():
            return power
    return 1.0
