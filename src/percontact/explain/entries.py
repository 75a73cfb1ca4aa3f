# SPDX-License-Identifier: Apache-2.0
"""Effects of a change in columns, and the same as whole numbers that sum to the change exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from percontact.explain.bridge import End, Unit
from percontact.explain.leaves import Leaves, Terms
from percontact.explain.tree import Ints, Numbers, Split, avg, change
from percontact.values.money import PICO
from percontact.values.problem import FaultOfOurs, Problem

OUTER = ("volume", "resolutions per contact")
"""Parts of what cost per contact is multiplied by."""
TOLERANCE = Fraction(1, 10**9)
"""What floats may leave of a change, against the sum of its parts without their signs."""
SURE_FLOATS = 2.0**42
"""So many grains of an effect are counted; the ten binary digits below may have been lost on the way."""
WHOLE_NUMBERS = 2.0**61
"""Up to here whole numbers of 64 bits can be added."""


class Entries:
    """Effects in columns: which part, which node of the tree, which pool, how much."""

    def __init__(
        self, leaves: Leaves, terms: Terms, part_names: tuple[str, ...], pools: tuple[str, ...]
    ) -> None:
        self.leaves, self.terms, self.pools = leaves, terms, pools
        self.names = [*part_names, *(f"{d} mix" for d in leaves.by), *OUTER]
        self._columns: list[tuple[Ints, Ints, Ints, Numbers]] = []

    def add_split(self, done: Split, scale: Numbers) -> None:
        """Mix of the nodes and effects of the terms."""
        nodes = self.leaves.nodes
        below = np.flatnonzero(nodes.depth > 0)
        first = self.names.index(f"{self.leaves.by[0]} mix") if self.leaves.by else 0
        self._add(first + nodes.depth[below] - 1, below, np.full(below.size, -1), done.mix[below] * scale)
        for name, effect in done.effects.items():
            self._add(self.terms.names[name], self.terms.leaf, self.terms.pool, effect * scale)

    def add_outer(self, per: Unit, outer: Numbers, done: Split) -> None:
        """The effect of volume by the leaf whose contacts grew, or of resolutions per contact."""
        unit = avg(done.unit[:, 0])
        nodes = self.leaves.nodes
        if per == "resolution":
            at = self.names.index("resolutions per contact")
            none = np.array([-1])
            self._add(np.array([at]), np.array([0]), none, change(outer) * unit)
            return
        is_parent = np.zeros(nodes.parent.size, dtype=bool)
        is_parent[nodes.parent[nodes.parent >= 0]] = True
        leaf = np.flatnonzero(~is_parent)
        volume = np.full(leaf.size, self.names.index("volume"))
        grown = change(nodes.count[:, leaf]) * unit
        self._add(volume, leaf, np.full(leaf.size, -1), grown)

    def _add(self, part: Ints, node: Ints, pool: Ints, amount: Numbers) -> None:
        self._columns.append((part, node, pool, np.asarray(amount, dtype=float)))

    def columns(self) -> tuple[Ints, Ints, Ints, Numbers]:
        """All of them."""
        part, node, pool, amount = (np.concatenate(c) for c in zip(*self._columns, strict=True))
        return part, node, pool, amount


@dataclass(frozen=True, slots=True)
class Whole:
    """Effects in whole grains of so many pico. above: depth -> the node of that depth above each effect's."""

    part: Ints
    node: Ints
    pool: Ints
    amount: Ints
    grain: int
    above: Mapping[int, Ints]


def made_whole(entries: Entries, exact: Fraction, before: End, after: End) -> Whole:
    """Effects as whole numbers that sum to the exact change."""
    part, node, pool, amount = entries.columns()
    together = float(np.abs(amount).sum()) * PICO
    grain = 1
    while together / grain > WHOLE_NUMBERS:
        grain *= 1000
    sure = grain
    while float(np.abs(amount).max(initial=0.0)) * PICO / sure > SURE_FLOATS:
        sure *= 1000
    whole = np.rint(amount * (PICO / sure)).astype(np.int64) * (sure // grain)
    wanted = round(exact / grain)
    left = wanted - int(whole.sum())
    sizes = int(np.abs(whole).sum()) + (abs(before.value) + abs(after.value)) / grain
    allowed = TOLERANCE * sizes + whole.size * (sure // grain)
    if abs(left) > allowed:
        where = f"{before.label} to {after.label}"
        what = f"the parts of the change sum to {int(whole.sum()) * grain / PICO}, the change is "
        why = "A part would be wrong, so none is shown. This is a fault of ours."
        do = "Please report it with the output of `percontact check --json`."
        raise FaultOfOurs(Problem("E-REC-01", where, what + str(float(exact) / PICO), why, do))
    if left:
        whole[int(np.argmax(np.abs(whole)))] += left
    above = {d: entries.leaves.at_depth(d)[node] for d in range(1, len(entries.leaves.by) + 1)}
    return Whole(part, node, pool, whole, grain, above)
