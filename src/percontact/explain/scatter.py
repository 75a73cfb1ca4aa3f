# SPDX-License-Identifier: Apache-2.0
"""How the days of a series lie about what was expected of them, and so how far off a day is.

A count wanders by chance and by a part of its own that grows with it; a ratio wanders the more, and the more
to one side, the fewer it is the ratio of. Distances are told on a scale where equally rare is equally far.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from percontact.explain.expected import Daily, Floats, noise, usual_noise

LEAST_SKEW = 0.2
"""Two errors of a skewness that is measured on two years of days: less may be chance."""
MOST_SKEW = 1.5
HELD = 4.0
"""A day further off than so many usual distances says no more of the skewness than one so far."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """How the days of each node usually lie about what was expected.

    own       (node) of a sum: the part of its wandering that does not shrink as it grows, squared
    distance  (node) how far off days usually are, in units of `noise`
    skew      (node) of a ratio: how much further its days go up than down, at its usual number
    number    (node) of a ratio: its usual number
    """

    own: Floats
    distance: Floats
    skew: Floats
    number: Floats

    def wander(self, series: Daily, meant: Floats, rows: slice) -> Floats:
        """(day, node): how far days wander by themselves, on the scale of the series."""
        return noise(series, meant, rows, self.own, self.number) * self.distance

    def off(self, series: Daily, values: Floats, meant: Floats, rows: slice) -> Floats:
        """(day, node): how far off days are, in usual distances; nan = unknown."""
        if series.bottom is None:
            counted: Floats = _counted(values, meant, self.own) / self.distance
            return counted
        z = (values - meant) / self.wander(series, meant, rows)
        number = np.nan_to_num(series.bottom[rows])
        skew = self.skew * np.sqrt(self.number / np.maximum(number, 1.0))
        return _without_skew(z, np.clip(skew, -MOST_SKEW, MOST_SKEW))


def scatter(series: Daily, known: Floats, meant: Floats, rows: slice) -> Scatter:
    """How known days lay about what was meant."""
    off = known - meant
    own = usual_noise(series, known, off)
    nodes = known.shape[1]
    number = np.ones(nodes)
    if series.bottom is not None:
        some = np.where(series.bottom > 0, series.bottom, np.nan)
        number = np.array([np.nanmedian(c) if (c > 0).any() else 1.0 for c in some.T])
    first = Scatter(own, np.ones(nodes), np.zeros(nodes), number)
    z = first.off(series, known, meant, rows)
    usual = z.std(axis=0)
    distance = np.where(usual > 0, usual, np.inf)
    if series.bottom is None:
        return replace(first, distance=distance)
    weight = np.sqrt(np.nan_to_num(series.bottom[rows]) / number)
    held = np.clip((z - z.mean(axis=0)) / distance, -HELD, HELD)
    skew = (held**3 * weight).mean(axis=0)
    return replace(first, distance=distance, skew=np.where(np.abs(skew) > LEAST_SKEW, skew, 0.0))


def _counted(values: Floats, meant: Floats, own: Floats) -> Floats:
    """How far counts, told by their logarithms, are off: of variance m + own x m^2, and of its skewness."""
    mean = np.maximum(np.expm1(meant), 0.1)
    grown = own * mean
    z = (np.expm1(values) - mean) / np.sqrt(mean * (1 + grown))
    return _as_normal(z, (1 + 2 * grown) / np.sqrt(mean * (1 + grown)))


def _as_normal(z: Floats, skew: Floats) -> Floats:
    """Distances of a gamma distribution, which its skewness names, as those of a normal one that are as rare.

    Source: Wilson & Hilferty, PNAS 17, 1931.
    """
    made: Floats = 6 / skew * (np.cbrt(np.maximum(1 + skew * z / 2, 0)) - 1) + skew / 6
    return made


def _without_skew(z: Floats, skew: Floats) -> Floats:
    """Distances whose skewness was measured, those on its long side as of a normal distribution.

    On the short side they stay as they are: a limit that no day can cross is not known that well.
    """
    even = _as_normal(z, np.where(skew == 0, 1.0, skew))
    made: Floats = np.where(z * skew > 0, np.sign(z) * np.minimum(np.abs(z), np.abs(even)), z)
    return made
