# SPDX-License-Identifier: Apache-2.0
"""Where a figure changed: the smallest set of slices that explains the change, for sums and for ratios.

    now - then = length of the spans + slices + everything alike + what is in no slice

A sum changes where a slice has more or less than it had. A ratio changes where a slice's own ratio did
(`level`), or where slices grew at the cost of others with another ratio (`mix`). What was expected of a leaf
is the same for both: its earlier value, of a ratio for as much of its denominator as there is now. One scan
finds the slices. A leaf that lies in two slices counts for the stronger one, so the shares add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percontact.explain.scan import Codes, Floats, Found, Settings, above_zero, gain, scan, wander

PRIOR = 50.0
"""Earlier contacts at the rate of its dimensions that a leaf is given: one with little past has that rate."""
WORTH = 0.02
"""A slice that moves the figure by less than this share of all that slices move is left to the rest."""
SPREAD = 1.5
"""Mean square / squared mean of what one contact takes: handle times vary by some 0.7 of their mean."""
RAKES = 3
"""Rounds in which earlier rates are brought in line with each pair of dimensions."""

Effect = Literal["level", "mix"]
"""level  the slice's own sum or ratio changed
mix    the slice's share of the denominator changed"""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two spans, leaf by leaf.

    dims      names of the dimensions
    values    dimension -> its values, in the order of their codes; None = unknown
    codes     (leaf, dimension)
    top       (now, then) of each leaf: the sum, or what is divided
    bottom    (now, then) of what it is divided by; None for a sum
    contacts  contacts of each leaf now
    days      days of (now, then): a sum of a longer span is more
    counts    whether `top` counts things, so that chance alone is known
    one       what one contact brings to a sum on average; None = unknown
    """

    dims: tuple[str, ...]
    values: tuple[tuple[str | None, ...], ...]
    codes: Codes
    top: tuple[Floats, Floats]
    bottom: tuple[Floats, Floats] | None
    contacts: Floats
    days: tuple[int, int] = (1, 1)
    counts: bool = False
    one: float | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One slice that moved the figure.

    where     its dimensions and values; None = unknown
    effect    level or mix
    change    by how much it moved the figure, in the figure's unit
    then, now level: the slice's own sum or ratio; mix: its share of the denominator
    ratio     of mix: the slice's earlier ratio, which differs from the whole's
    contacts  contacts of the slice now
    overlap   contacts of it that count for a stronger slice
    new, ended  whether there was nothing of it then, is nothing of it now
    """

    where: tuple[tuple[str, str | None], ...]
    effect: Effect
    change: float
    then: float | None
    now: float | None
    ratio: float | None
    contacts: int
    overlap: int
    new: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Located:
    """Where a figure changed. Law: now - then = length + causes + everything + level_rest + mix_rest.

    length      of a sum: what the spans' different numbers of days explain
    everything  what everything alike explains, outside the slices named
    level_rest, mix_rest  what is in no slice: many small changes, and chance
    """

    then: float
    now: float
    causes: tuple[Cause, ...]
    length: float
    everything: float
    level_rest: float
    mix_rest: float

    @property
    def change(self) -> float:
        return self.now - self.then


def locate(change: Change, *, most: int = 6, depth: int = 3) -> Located:
    """The slices that explain why a figure differs between two spans, the largest part first.

    Slices come from `scan`; parts are exact sums over leaves. A new value (a channel that was not there) has
    no earlier ratio: all it moves is mix, as in a bridge.
    """
    settings = Settings(depth=min(depth, len(change.dims)), most=most)
    now, then = change.top
    if change.bottom is None:
        scale = change.days[0] / change.days[1]
        expected = then * scale
        unit: Floats | float | None = 1.0 + scale if change.counts else None
        if not change.counts and change.one is not None:
            unit = SPREAD * change.one * (1 + scale)
        found = _scanned(change, now, expected, unit, settings)
        parts = _parts(change, found, now - expected, "level")
        everything = _everything(found, expected)
        rest = float((now - expected).sum()) - sum(c.change for c in parts) - everything
        made = Located(float(then.sum()), float(now.sum()), parts,
                       float(expected.sum() - then.sum()), everything, rest, 0.0)  # fmt: skip
    else:
        made = _ratio(change, settings)
    return _worthwhile(made, most)


def _ratio(change: Change, settings: Settings) -> Located:
    assert change.bottom is not None
    (now, then), (below, below_then) = change.top, change.bottom
    whole, whole_then = float(below.sum()), float(below_then.sum())
    value, value_then = float(now.sum()) / whole, float(then.sum()) / whole_then
    rate = earlier_rates(change)
    expected = below * rate
    chance = 1 + below / (below_then + PRIOR)
    unit = chance * (1.0 if change.counts else SPREAD * np.maximum(rate, value_then / 1e3))
    found = _scanned(change, now, expected, unit, settings)
    level = (now - expected) / whole
    parts = _parts(change, found, level, "level")
    everything = _everything(found, expected) / whole

    # Mix: what more of a slice does depends on how far its ratio lies from that of the whole.
    usual = below_then * (whole / whole_then)
    away = np.abs(rate - value_then)
    meant = above_zero(below, usual)
    noise = wander(below, meant, 1 + whole / whole_then)
    slices = replace(settings, everywhere=False)
    moved = scan(change.codes, below * away, meant * away, slices, noise=away * noise)
    mix = _mixed(change, moved, (below, usual), rate, noise, settings)
    level_rest = float(level.sum()) - sum(c.change for c in parts) - everything
    mix_rest = (value - value_then) - float(level.sum()) - sum(c.change for c in mix)
    return Located(value_then, value, (*parts, *mix), 0.0, everything, level_rest, mix_rest)


def _scanned(
    change: Change, seen: Floats, expected: Floats, unit: Floats | float | None, settings: Settings
) -> list[Found]:
    # Credits can make a leaf negative; a scan weighs, so such leaves count as nothing in the search. What a
    # slice moves is summed over all of its leaves, whatever their sign.
    return scan(change.codes, np.maximum(seen, 0), np.maximum(expected, 0), settings, unit=unit)


def _parts(change: Change, found: Sequence[Found], moved: Floats, effect: Effect) -> tuple[Cause, ...]:
    """Each slice with what its leaves moved; a leaf counts once, for the strongest slice it lies in."""
    taken = np.zeros(len(moved), dtype=bool)
    made = []
    for one in (f for f in found if f.named):
        mine = one.leaves & ~taken
        if not mine.any():
            continue
        made.append(
            _cause(
                change, one, effect, float(moved[mine].sum()), int(change.contacts[one.leaves & taken].sum())
            )
        )
        taken |= one.leaves
    return tuple(made)


def _mixed(
    change: Change,
    found: Sequence[Found],
    bottoms: tuple[Floats, Floats],
    rate: Floats,
    noise: Floats,
    settings: Settings,
) -> tuple[Cause, ...]:
    """What each slice moves by being more or less of the whole: all that is not in it gives way alike.

    Slice by slice, the strongest first: its leaves have what they have now, the others share the rest as
    before. What grew makes all else a smaller share, so a slice that only gives way to stronger ones is no
    cause; nor is one whose ratio is that of the whole.

    bottoms  what is there now, and as much shared as before
    noise    variance / expected of each leaf
    """
    now, usual = bottoms
    whole = float(now.sum())
    taken = np.zeros(len(now), dtype=bool)
    mixed, ratio = usual, float((usual * rate).sum()) / whole
    made = []
    for one in (f for f in found if f.named):
        mine = one.leaves & ~taken
        likely = above_zero(now, mixed)[mine]
        tried = float(np.prod([len(change.values[d]) for d, _ in one.named]))
        seen, meant = (np.array([(n / noise[mine]).sum()]) for n in (now[mine], likely))
        if gain(seen, meant)[0] <= settings.margin + 2 * np.log(tried):
            continue
        with_it = taken | one.leaves
        left, others = whole - float(now[with_it].sum()), float(usual[~with_it].sum())
        then = np.where(with_it, now, usual * (left / others if others else 0.0))
        after = float((then * rate).sum()) / whole
        by_chance = _by_chance(change, mine, (likely, noise[mine]), rate[mine] - ratio)
        if (after - ratio) ** 2 <= settings.margin * by_chance:
            continue
        overlap = int(change.contacts[one.leaves & taken].sum())
        made.append(_cause(change, one, "mix", after - ratio, overlap))
        taken, mixed, ratio = with_it, then, after
    return tuple(made)


def _by_chance(change: Change, mine: NDArray[np.bool_], usual: tuple[Floats, Floats], away: Floats) -> float:
    """Variance of what a slice's growth moves where its ratio is that of the whole.

    Which of its contacts came is chance, and so is how far off its earlier ratio seems to be.
    usual  (what is there as usual, its variance / itself) of its leaves; away: their ratio - the whole's
    """
    assert change.bottom is not None
    whole = float(change.bottom[0].sum())
    likely, noise = usual
    came = float((likely * noise * away**2).sum()) / whole**2
    past = float(change.bottom[1][mine].sum())
    if not past:
        return came
    ratio = float(change.top[1][mine].sum()) / past
    spread = abs(ratio) if change.counts else (SPREAD - 1) * ratio**2
    grown = float((change.bottom[0][mine] - likely).sum()) / whole
    return came + grown**2 * spread / past


def _cause(change: Change, one: Found, effect: Effect, moved: float, overlap: int) -> Cause:
    inside = one.leaves
    where = tuple((change.dims[d], change.values[d][v]) for d, v in one.named)
    tops = [float(t[inside].sum()) for t in change.top]
    bottoms = [float(b[inside].sum()) for b in change.bottom] if change.bottom is not None else [0.0, 0.0]
    ratio = None
    if change.bottom is None:
        now, then = tops[0], tops[1]
        new, ended = tops[1] == 0, tops[0] == 0
    else:
        new, ended = bottoms[1] == 0, bottoms[0] == 0
        ratios = [t / b if b else None for t, b in zip(tops, bottoms, strict=True)]
        if effect == "level":
            now, then = ratios  # type: ignore[assignment]
        else:
            now, then = (b / float(w.sum()) for b, w in zip(bottoms, change.bottom, strict=True))
            ratio = ratios[0] if new else ratios[1]
    return Cause(
        where, effect, moved, then, now, ratio, int(change.contacts[inside].sum()), overlap, new, ended
    )


def _everything(found: Sequence[Found], expected: Floats) -> float:
    """What one factor on all leaves outside the slices named explains, where the scan names everything."""
    outside = np.ones(len(expected), dtype=bool)
    for one in found:
        if one.named:
            outside &= ~one.leaves
    return sum(float(expected[outside].sum()) * (f.factor - 1) for f in found if not f.named)


def _worthwhile(found: Located, most: int) -> Located:
    """The largest parts; what the others move goes to the rest."""
    total = sum(abs(c.change) for c in found.causes) + abs(found.everything)
    ranked = sorted(found.causes, key=lambda c: -abs(c.change))
    kept = [c for c in ranked if abs(c.change) >= WORTH * total][:most]
    left = [c for c in ranked if c not in kept]
    return Located(
        found.then, found.now, tuple(kept), found.length, found.everything,
        found.level_rest + sum(c.change for c in left if c.effect == "level"),
        found.mix_rest + sum(c.change for c in left if c.effect == "mix"),
    )  # fmt: skip


# -- what was expected of a ratio ----------------------------------------------------------------------------


def earlier_rates(change: Change) -> Floats:
    """The earlier ratio of each leaf, with little weight on leaves of little past.

    A leaf's own ratio, mixed with PRIOR contacts at the rate that its dimensions make likely, then brought in
    line with what every value and every pair of values had: else a slice of many small leaves would seem to
    move where nothing did. Leaves of a value that was not there before have their ratio of now.
    """
    assert change.bottom is not None
    (now, then), (below, below_then) = change.top, change.bottom
    overall = float(then.sum()) / float(below_then.sum())
    rate = np.full(len(then), overall)
    single = [_places(change.codes, (d,)) for d in range(len(change.dims))]
    for _ in range(RAKES):
        for place in single:
            _rake(rate, place, then, below_then)
    own = np.maximum(then, 0)
    rate = (own + PRIOR * rate) / (below_then + PRIOR)
    pairs = [_places(change.codes, dims) for dims in combinations(range(len(change.dims)), 2)]
    for _ in range(RAKES):
        for place in (*pairs, *single):
            _rake(rate, place, then, below_then)
    for place in single:
        new = np.bincount(place, below_then)[place] == 0
        here = np.divide(now, below, out=np.zeros_like(now), where=below > 0)
        rate = np.where(new & (below > 0), here, rate)
    meant = float((below_then * rate).sum())
    made: Floats = rate * (float(then.sum()) / meant) if meant > 0 and overall > 0 else rate
    return made


def _places(codes: Codes, dims: tuple[int, ...]) -> NDArray[np.intp]:
    sizes = tuple(int(codes[:, d].max()) + 1 for d in dims)
    flat = np.ravel_multi_index(tuple(codes[:, d] for d in dims), sizes)
    _, place = np.unique(flat, return_inverse=True)
    return place


def _rake(rate: Floats, place: NDArray[np.intp], top: Floats, bottom: Floats) -> None:
    """Bring rates in line with the sums of one cuboid, in place; small sums pull little."""
    seen = np.bincount(place, np.maximum(top, 0))
    below = np.bincount(place, bottom)
    meant = np.bincount(place, bottom * rate)
    usual = np.divide(meant, below, out=np.zeros_like(meant), where=below > 0)
    # As many contacts as a leaf is given, at the rate it has already.
    trust = PRIOR * usual
    factor = np.divide(seen + trust, meant + trust, out=np.ones_like(meant), where=meant + trust > 0)
    rate *= factor[place]
