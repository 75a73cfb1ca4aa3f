# SPDX-License-Identifier: Apache-2.0
"""How far off a day is: equally rare is equally far, for many contacts and for few."""

from datetime import date
from math import exp
from statistics import NormalDist

import numpy as np
import pytest

from percontact.explain.expected import Daily
from percontact.explain.scatter import Scatter, scatter

MONDAY = date(2024, 1, 1)
EVERY = slice(0, 1)


def at_most(count: int, mean: float) -> float:
    """Poisson: the chance of so many or fewer, the last one counted half."""
    chances = [exp(-mean)]
    for k in range(1, count + 1):
        chances.append(chances[-1] * mean / k)
    return sum(chances) - chances[-1] / 2


@pytest.mark.parametrize(
    ("count", "mean"), [(5, 15.6), (8, 15.6), (26, 15.6), (33, 15.6), (170, 210), (255, 210)]
)
def test_a_day_of_few_contacts_is_as_far_off_as_it_is_rare(count: int, mean: float) -> None:
    """Counts that scatter by chance alone; tails to one in ten thousand."""
    day = Daily(MONDAY, (("", None),), np.array([[float(count)]]))
    plain = Scatter(np.full(1, 1e-6), np.ones(1), np.zeros(1), np.ones(1))
    (z,) = plain.off(day, np.log1p(day.top), np.log1p(np.array([[mean]])), EVERY)[0]
    rare = NormalDist().inv_cdf(at_most(count, mean))
    assert z == pytest.approx(rare, abs=0.15)


def test_a_mean_of_few_long_contacts_is_told_from_one_of_many() -> None:
    """Exponential handle times of 300 s, 20 a day: the mean is gamma, its skewness 2 / root 20 = 0.447."""
    rng = np.random.default_rng(4)
    number, days = 20, 7 * 200
    means = rng.gamma(number, 300 / number, (days, 1))
    series = Daily(MONDAY, (("team", "a"),), means * number, np.full((days, 1), float(number)))
    rows = slice(0, days)
    found = scatter(series, means, np.full((days, 1), 300.0), rows)
    assert found.skew[0] == pytest.approx(0.447, abs=0.15)
    z = found.off(series, means, np.full((days, 1), 300.0), rows)[:, 0]
    assert (z > 3.09).mean() <= 0.004  # one in a thousand, and three standard errors of 1,400 days
    raw = (means[:, 0] - 300) / means[:, 0].std()
    assert z.max() < raw.max()
    assert z.min() == pytest.approx(raw.min(), rel=0.05)


def test_fewer_contacts_widen_what_is_usual() -> None:
    """A quarter of the usual number: twice as wide."""
    series = Daily(MONDAY, (("team", "a"),), np.array([[400.0], [100.0]]), np.array([[40.0], [10.0]]))
    usual = Scatter(np.zeros(1), np.ones(1), np.zeros(1), np.full(1, 40.0))
    off = usual.off(series, np.full((2, 1), 12.0), np.full((2, 1), 10.0), slice(0, 2))[:, 0]
    assert off[0] == pytest.approx(2 * off[1])
