# SPDX-License-Identifier: Apache-2.0
"""What a bridge is built from: the tree of contacts with what its nodes stand for, and the terms of cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from percontact.explain.tree import Bools, FactorTree, Ints, Nodes, Numbers

FACTORS: FactorTree = (("use", ("idle", "spread")), ("price", "exchange"))
"""The published tree. use: units of driver a contact; idle: supplied / used; spread: paid / supplied, or for
cost that is fixed 1 / supplied; price: own currency a unit, or the month's amount; exchange: its rate."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Products that cost is made of.

    leaf     of each term: the node of the tree it speaks of
    node     the node whose contacts it is a cost of: `leaf`, or one above where the leaf has no contacts
    factors  factor -> before and after, where known
    known    factor -> whether it is
    names    factor -> part that its change belongs to, of each term
    pool     number of the pool, or -1
    """

    leaf: Ints
    node: Ints
    factors: Mapping[str, Numbers]
    known: Mapping[str, Bools]
    names: Mapping[str, Ints]
    pool: Ints


@dataclass(frozen=True)
class Leaves:
    """The tree of contacts with the values its nodes stand for.

    by      dimension of each depth, from depth 1
    values  of each node, its value at its depth ("" of the root)
    asked   how many of the dimensions were asked for; the rest tell pools apart
    """

    nodes: Nodes
    by: tuple[str, ...]
    values: tuple[str | None, ...]
    asked: int

    @cached_property
    def codes(self) -> dict[int, tuple[tuple[str | None, ...], Ints]]:
        """Depth -> the values there, and the number of each node's among them; of nodes elsewhere 0."""
        found = {}
        for depth in range(1, len(self.by) + 1):
            here = np.flatnonzero(self.nodes.depth == depth)
            number: dict[str | None, int] = {}
            code = np.zeros(self.nodes.parent.size, dtype=np.int64)
            code[here] = [number.setdefault(self.values[n], len(number)) for n in here]
            found[depth] = tuple(number), code
        return found

    def at_depth(self, depth: int) -> Ints:
        """The node of that depth above each node; the node itself where it stands higher."""
        found = np.arange(self.nodes.parent.size)
        for level in range(self.nodes.deepest, depth, -1):
            low = self.nodes.depth[found] == level
            found[low] = self.nodes.parent[found[low]]
        return found
