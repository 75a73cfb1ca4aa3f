# SPDX-License-Identifier: Apache-2.0
"""The scan: which slices of a cube differ from what was expected of them. One scan for sums and ratios.

A leaf is one combination of values of all dimensions. Each has what was observed and what was expected: of
a sum its earlier value, of a ratio its denominator times the earlier ratio. A slice names values of one to
three dimensions. A set of slices explains the cube where one factor a slice, put on what was expected, gives
what was observed. The set is found greedily, then each of its slices is put to the test: exchanged for a
better one, dropped where the others explain as much without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Named = tuple[tuple[int, int], ...]
"""A slice: ((dimension, code), ...), dimensions in order; () = everything."""

CHI2_MEDIAN = 0.4549
"""Median of chi-square with one degree of freedom: squares of normal residuals have it as theirs."""
FEW_LEAVES = 40
"""Fewer leaves than this do not show how much a leaf wanders."""
EXCHANGES = 3
"""Rounds in which slices may be exchanged; the set stands still after one or two."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a scan decides. They were fixed on generated cubes and on half of the labelled incidents.

    depth       dimensions that a slice may name
    most        slices at most
    least       a further slice must explain this share of what the best one does
    margin      gain beyond chance: with 6, about one cube of pure noise in twenty gives a slice
    parsimony   share of its gain that a slice gives up for each dimension beyond the first
    direction   +1: only slices that rose, -1: only those that fell, 0: both
    everywhere  whether "everything alike" is a possible answer
    """

    depth: int = 3
    most: int = 8
    least: float = 0.03
    margin: float = 6.0
    parsimony: float = 0.05
    direction: int = 0
    everywhere: bool = True


USUAL = Settings()


@dataclass(frozen=True, slots=True)
class Found:
    """One slice that a scan names.

    named              ((dimension, code), ...); () = everything
    gain               how much better it explains what was observed, in units of twice the log-likelihood
    factor             what its own leaves were multiplied by
    observed, expected  sums over its leaves, before any slice is taken into account
    leaves             which leaves lie in it
    """

    named: Named
    gain: float
    factor: float
    observed: float
    expected: float
    leaves: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Cuboid:
    """All slices that name the same dimensions: which of them each leaf lies in."""

    dims: tuple[int, ...]
    place: Codes
    values: Codes
    penalty: float

    @property
    def size(self) -> int:
        return len(self.values)


class _Cube:
    """Leaves with their weights, and every cuboid up to a depth."""

    def __init__(
        self,
        codes: Codes,
        observed: Floats,
        expected: Floats,
        settings: Settings,
        noise: Floats,
    ) -> None:
        self.codes, self.settings = codes, settings
        self.weight = 1.0 / np.maximum(noise, 1e-12)
        self.observed, self.expected = observed * self.weight, expected * self.weight
        self.cuboids = list(_cuboids(codes, settings))

    def best(self, fitted: Floats, without: Sequence[Named] = ()) -> tuple[Named, float]:
        """The slice that explains most of what `fitted` leaves open, and its score."""
        found: tuple[Named, float] = ((), -np.inf)
        for cuboid in self.cuboids:
            seen = _summed(cuboid, self.observed)
            meant = _summed(cuboid, fitted)
            score = self.score(gain(seen, meant), len(cuboid.dims)) - cuboid.penalty
            if self.settings.direction:
                score[np.sign(seen - meant) != self.settings.direction] = -np.inf
            for at in np.argsort(score)[::-1][: len(without) + 1]:
                named = tuple(zip(cuboid.dims, map(int, cuboid.values[at]), strict=True))
                if named not in without:
                    if score[at] > found[1]:
                        found = (named, float(score[at]))
                    break
        return found

    def score(self, gain: Floats, depth: int) -> Floats:
        return gain * (1 - self.settings.parsimony * max(0, depth - 1))

    def inside(self, named: Named) -> NDArray[np.bool_]:
        mask = np.ones(len(self.codes), dtype=bool)
        for dim, code in named:
            mask &= self.codes[:, dim] == code
        return mask

    def fit(self, chosen: Sequence[Named]) -> tuple[Floats, list[float]]:
        """What is expected once each slice has its factor: all of them at their likeliest values."""
        masks = [self.inside(named) for named in chosen]
        factors, fitted = [1.0] * len(chosen), self.expected.copy()
        for _ in range(20 if len(chosen) > 1 else 1):
            moved = 0.0
            for i, mask in enumerate(masks):
                meant = fitted[mask].sum()
                step = float(self.observed[mask].sum() / meant) if meant > 0 else 1.0
                fitted[mask] *= step
                factors[i] *= step
                moved = max(moved, abs(step - 1))
            if moved < 1e-4:
                break
        return fitted, factors

    def likelihood(self, fitted: Floats) -> float:
        """Twice the log-likelihood gained over what was expected."""
        there = (fitted > 0) & (self.expected > 0)
        log = np.log(fitted[there] / self.expected[there])
        return float(2 * ((self.observed[there] * log).sum() - (fitted - self.expected).sum()))

    def worth(self, chosen: Sequence[Named]) -> float:
        """What a set of slices explains, less what its slices cost."""
        if not chosen:
            return 0.0
        fitted, _ = self.fit(chosen)
        total = self.likelihood(fitted)
        depth = sum(max(0, len(n) - 1) for n in chosen) / len(chosen)
        return total * (1 - self.settings.parsimony * depth) - sum(map(self.cost, chosen))

    def cost(self, named: Named) -> float:
        return next(c.penalty for c in self.cuboids if c.dims == tuple(d for d, _ in named))


def scan(
    codes: Codes,
    observed: Floats,
    expected: Floats,
    settings: Settings = USUAL,
    *,
    unit: float | Floats | None = None,
    noise: Floats | None = None,
) -> list[Found]:
    """Slices that explain together why what was observed differs from what was expected; the strongest first.

    codes     (leaf, dimension)  value of the dimension, numbered from 0
    observed  (leaf)             0 or more
    expected  (leaf)             0 or more, in the same unit
    unit      variance by chance alone / expected, of all leaves or of each: 1 for counts, what one contact
              brings for amounts; None = as the leaves show
    noise     variance / expected of each leaf where the caller knows it; None = found by `wander`
    Source: the likelihood scan of Kulldorff 1997, over combinations of attributes in place of map circles.
    """
    if not len(observed):
        return []
    meant = above_zero(observed, expected)
    cube = _Cube(
        codes,
        observed.astype(float),
        meant,
        settings,
        wander(observed, meant, unit) if noise is None else noise,
    )
    chosen: list[Named] = []
    first = None
    while len(chosen) < settings.most:
        fitted, _ = cube.fit(chosen)
        named, score = cube.best(fitted, chosen)
        if score <= settings.margin or (first is not None and score < settings.least * first):
            break
        first = first or score
        chosen = _exchanged(cube, [*chosen, named])
    return _told(cube, _pruned(cube, chosen), observed, expected)


def _exchanged(cube: _Cube, chosen: list[Named]) -> list[Named]:
    """Each slice put to the test: exchanged where another explains more beside the rest."""
    for _ in range(EXCHANGES):
        before = list(chosen)
        for i in range(len(chosen)):
            rest = chosen[:i] + chosen[i + 1 :]
            if not rest:
                continue
            fitted, _ = cube.fit(rest)
            named, _ = cube.best(fitted, rest)
            if named != chosen[i] and cube.worth([*rest, named]) > cube.worth(chosen) + 1e-9:
                chosen = [*chosen[:i], named, *chosen[i + 1 :]]
        if chosen == before:
            break
    return chosen


def _pruned(cube: _Cube, chosen: list[Named]) -> list[Named]:
    """Without the slices that the others explain as well."""
    while len(chosen) > 1:
        whole = cube.worth(chosen)
        losses = [whole - cube.worth(chosen[:i] + chosen[i + 1 :]) for i in range(len(chosen))]
        weakest = int(np.argmin(losses))
        if losses[weakest] > max(cube.settings.margin, cube.settings.least * max(losses)):
            break
        chosen = chosen[:weakest] + chosen[weakest + 1 :]
    return chosen


def _told(cube: _Cube, chosen: list[Named], observed: Floats, expected: Floats) -> list[Found]:
    if not chosen:
        return []
    fitted, factors = cube.fit(chosen)
    whole = cube.likelihood(fitted)
    found = []
    for i, named in enumerate(chosen):
        mask = cube.inside(named)
        rest, _ = cube.fit(chosen[:i] + chosen[i + 1 :])
        gain = whole - cube.likelihood(rest)
        sums = float(observed[mask].sum()), float(expected[mask].sum())
        found.append(Found(named, gain, factors[i], *sums, mask))
    # Equal gains differ by what floats leave; slices that tie stand in the order of their names.
    return sorted(found, key=lambda f: (-float(f"{f.gain:.9g}"), f.named))


def gain(seen: Floats, meant: Floats) -> Floats:
    """Twice the log-likelihood ratio of one factor of its own for each slice, against none (Poisson)."""
    ratio = np.divide(seen, meant, out=np.ones_like(seen), where=(meant > 0) & (seen > 0))
    gained: Floats = 2 * (seen * np.log(ratio) - (seen - meant))
    return gained


def _summed(cuboid: _Cuboid, leaves: Floats) -> Floats:
    sums: Floats = np.bincount(cuboid.place, leaves, cuboid.size).astype(np.float64)
    return sums


def _cuboids(codes: Codes, settings: Settings) -> list[_Cuboid]:
    dims = range(codes.shape[1])
    made = [_Cuboid((), np.zeros(len(codes), dtype=np.int64), np.zeros((1, 0), dtype=np.int64), 0.0)]
    made = made if settings.everywhere else []
    sizes = codes.max(axis=0) + 1
    slices: dict[int, int] = {}
    found = []
    for depth in range(1, min(settings.depth, codes.shape[1]) + 1):
        for chosen in combinations(dims, depth):
            place, values = _numbered(codes[:, chosen], [int(sizes[d]) for d in chosen])
            slices[depth] = slices.get(depth, 0) + len(values)
            found.append((chosen, place, values))
    # Many slices are tried, and the best of many looks good by chance: the more of a kind, the more it must
    # show.
    return made + [_Cuboid(c, p, v, 2 * float(np.log(slices[len(c)]))) for c, p, v in found]


def _numbered(codes: Codes, sizes: Sequence[int]) -> tuple[Codes, Codes]:
    """(number of each leaf's slice, values of each numbered slice); only slices that have leaves."""
    flat = np.ravel_multi_index(tuple(codes.T), tuple(sizes))
    if np.prod(sizes) <= 4 * len(codes) + 64:
        there = np.bincount(flat, minlength=int(np.prod(sizes))) > 0
        number = np.cumsum(there) - 1
        kept = np.flatnonzero(there)
        return number[flat], np.stack(np.unravel_index(kept, tuple(sizes)), axis=1)
    kept, place = np.unique(flat, return_inverse=True)
    return place, np.stack(np.unravel_index(kept, tuple(sizes)), axis=1)


def above_zero(observed: Floats, expected: Floats) -> Floats:
    """What was expected, with a trace where nothing was: a new leaf is surprising, not infinitely so."""
    there = expected[expected > 0]
    trace = float(there.min()) / 2 if len(there) else 1.0
    made: Floats = np.where((expected <= 0) & (observed > 0), trace, np.maximum(expected, 0.0))
    return made


def wander(observed: Floats, expected: Floats, unit: float | Floats | None) -> Floats:
    """How a leaf wanders: variance / expected = unit x (a + b x expected / unit), a and b robust.

    `a` is what small leaves show (pieces of work that come together), `b` what large ones do (a factor of
    their own). Both are read from medians, so that a few changed slices do not move them. It is never less
    than chance alone; of few leaves a median says nothing, so there it is chance alone where that is known.
    """
    there = expected > 0
    chance = np.maximum(np.broadcast_to(1.0 if unit is None else unit, expected.shape), 1e-12)
    known: Floats = chance.astype(np.float64)
    if unit is not None and there.sum() < FEW_LEAVES:
        return known
    size = expected[there] / known[there]
    spread = ((observed[there] - expected[there]) / known[there]) ** 2 / size / CHI2_MEDIAN
    order = np.argsort(size)
    parts = [p for p in np.array_split(order, 12) if len(p)]
    sizes = np.array([np.median(size[p]) for p in parts])
    spreads = np.array([np.median(spread[p]) for p in parts])
    a, b = _line(sizes, spreads) if len(parts) else (0.0, 0.0)
    made: Floats = known * np.maximum(a + b * expected / known, 1e-12 if unit is None else 1.0)
    return made


def _line(sizes: Floats, spreads: Floats) -> tuple[float, float]:
    """a and b, both 0 or more, of the line nearest to the spreads in relative terms."""
    weight = 1 / np.maximum(spreads, spreads.max() / 1e3) if spreads.max() > 0 else np.ones_like(spreads)
    x = np.stack([np.ones_like(sizes), sizes], axis=1) * weight[:, None]
    a, b = np.linalg.lstsq(x, spreads * weight, rcond=None)[0]
    if b < 0 or not np.isfinite(b):
        a, b = float(np.median(spreads)), 0.0
    if a <= 0:
        a, b = 0.0, float(np.median(spreads / np.maximum(sizes, 1e-12)))
    return float(a), float(b)
