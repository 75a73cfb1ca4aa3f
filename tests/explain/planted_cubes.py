# SPDX-License-Identifier: Apache-2.0
"""Cubes with planted causes: what was expected and seen of each leaf, and which slices were changed.

In the spirit of the generator that came with RiskLoc (Kalander, 2022), but our own. A leaf's expected value
is heavy-tailed; what is seen is expected with noise. A cause is a slice whose leaves all rise or fall by
about one factor. Causes of a cube are told apart by their slices, never by position; none lies in another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Cause = tuple[tuple[int, int], ...]
"""((dimension, value), ...) in order of dimension."""
SIZES = (12, 10, 9, 20)
"""Values a dimension: 21,600 leaves."""


@dataclass(frozen=True)
class Cube:
    """One cube: codes[leaf, dimension], what was seen and what was expected, and the truth."""

    codes: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    causes: frozenset[Cause]


def planted_cube(
    rng: np.random.Generator,
    *,
    depth: int,
    causes: int,
    sizes: tuple[int, ...] = SIZES,
    noise: float = 0.10,
    severity: tuple[float, float] = (0.25, 0.9),
    spread: float = 0.05,
    mean: float = 50.0,
    chance: bool = True,
    one_way: bool = False,
) -> Cube:
    """A cube with `causes` slices of `depth` dimensions changed.

    noise     standard deviation of a leaf's own factor, besides chance (Poisson)
    severity  a cause changes its leaves by a share between these, up or down
    spread    how far the leaves of one cause differ in that share
    mean      contacts a leaf on average; sizes of leaves are heavy-tailed (Weibull, shape 0.8)
    chance    whether leaves are counts, so that small ones wander much; else they have their own factor only
    one_way   whether all causes of a cube go the same way, up or down
    """
    grid = np.indices(sizes).reshape(len(sizes), -1).T
    expected = rng.weibull(0.8, len(grid)) * mean
    chosen = _causes(rng, grid, expected, depth, causes)
    factor = np.ones(len(grid))
    same = 1 if rng.random() < 0.5 else -1
    for cause in chosen:
        inside = np.all([grid[:, d] == v for d, v in cause], axis=0)
        share = rng.uniform(*severity) * (same if one_way or rng.random() < 0.5 else -same)
        factor[inside] *= np.maximum(0.0, 1 + share + rng.normal(0, spread, int(inside.sum())))
    own = np.maximum(0.0, 1 + rng.normal(0, noise, len(grid)))
    observed = expected * factor * own
    if chance:
        observed = rng.poisson(observed).astype(float)
    return Cube(grid, observed, np.round(expected, 3), frozenset(chosen))


def _causes(
    rng: np.random.Generator, grid: np.ndarray, expected: np.ndarray, depth: int, causes: int
) -> list[Cause]:
    """Slices of distinct places, none inside another, each with at least a thousandth of all."""
    chosen: list[Cause] = []
    while len(chosen) < causes:
        leaf = grid[rng.integers(len(grid))]
        dims = sorted(rng.choice(grid.shape[1], depth, replace=False))
        cause = tuple((int(d), int(leaf[d])) for d in dims)
        inside = np.all([grid[:, d] == v for d, v in cause], axis=0)
        if expected[inside].sum() >= expected.sum() / 3000 and cause not in chosen:
            chosen.append(cause)
    return chosen
