# SPDX-License-Identifier: Apache-2.0
"""The Bennet tree: a change of a cost per contact, split exactly and symmetrically. Pure arithmetic.

Contacts stand in a tree (all, channel, team, reason); cost hangs on its nodes as products of factors. Each
product changes by "half before, half after", D(ab) = D(a) avg(b) + avg(a) D(b), at each step of a published
tree of factors, so nothing is left over and no order of factors is preferred.

Numbers are numpy columns of two rows, before and after: of floats, or of Fractions (dtype object) where
a result is wanted exactly. The code is the same.
Source: Bennet, "The theory of measurement of changes in cost of living", JRSS 83(3), 1920; the value of a
game played in a tree of coalitions is Owen's (1977) and Winter's (1989).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
"""A column of numbers: float64, or Fractions as objects. Two rows where it is of both periods."""
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FactorTree = str | tuple["FactorTree", "FactorTree"]
"""A product in the order it is split: a factor by its name, or two products."""


def avg(pair: Numbers) -> Numbers:
    """Half before, half after."""
    half: Numbers = (pair[0] + pair[1]) / 2
    return half


def change(pair: Numbers) -> Numbers:
    """After less before."""
    moved: Numbers = pair[1] - pair[0]
    return moved


def carry(pair: Numbers, known: Bools) -> Numbers:
    """What is absent in one period taken from the other: the carry rule. Absent in both, it is one.

    pair, known  two rows, before and after
    """
    one = pair[0] * 0 + 1
    kept = pair.copy()
    kept[0] = np.where(known[0], pair[0], np.where(known[1], pair[1], one))
    kept[1] = np.where(known[1], pair[1], np.where(known[0], pair[0], one))
    return kept


def split_product(tree: FactorTree, factors: Mapping[str, Numbers]) -> tuple[Numbers, dict[str, Numbers]]:
    """(the product before and after, what each factor brings to its change).

    Law: the effects sum to the product's change; swapping the periods turns their signs.

    >>> _, parts = split_product(("h", "w"), {"h": np.array([[2], [3]]), "w": np.array([[10], [20]])})
    >>> {name: float(effect[0]) for name, effect in parts.items()}
    {'h': 15.0, 'w': 25.0}
    """
    if isinstance(tree, str):
        return factors[tree], {tree: change(factors[tree])}
    (left, of_left), (right, of_right) = (split_product(t, factors) for t in tree)
    beside_left, beside_right = avg(right), avg(left)
    effects = {name: effect * beside_left for name, effect in of_left.items()}
    effects |= {name: effect * beside_right for name, effect in of_right.items()}
    return left * right, effects


@dataclass(frozen=True, slots=True)
class Nodes:
    """The tree of contacts: its root first, each node after its parent.

    parent  number of the parent; -1 for the root
    depth   0 for the root
    count   contacts before and after, of all that stands below a node
    """

    parent: Ints
    depth: Ints
    count: Numbers

    @property
    def deepest(self) -> int:
        """Depth of the lowest nodes."""
        return int(self.depth.max())

    def shares(self) -> Numbers:
        """Each node's part of its parent's contacts. Where the parent has none, that of the other period."""
        shares = self.count * 0 + 1
        below = self.parent >= 0
        whole = self.count[:, self.parent[below]]
        none = whole == 0
        own = self.count[:, below] / np.where(none, 1, whole)
        shares[:, below] = np.where(none[0] & none[1], own * 0, carry(own, ~none))
        return shares


def sum_at(values: Numbers, places: Ints, size: int) -> Numbers:
    """Values added up by place."""
    if values.dtype != object:
        return np.bincount(places, weights=values, minlength=size).astype(float, copy=False)
    found = np.zeros(size, dtype=object)
    np.add.at(found, places, values)
    return found


@dataclass(frozen=True, slots=True)
class Split:
    """A change, split.

    unit     cost of a contact of each node, before and after, with the carry rule
    mix      of each node: what the change of its share of its parent brings (the root: nothing)
    effects  factor -> of each term: what the factor's change brings
    """

    unit: Numbers
    mix: Numbers
    effects: Mapping[str, Numbers]

    @property
    def total(self) -> Any:
        """All of it."""
        return self.mix.sum() + sum(effect.sum() for effect in self.effects.values())


def split(nodes: Nodes, node: Ints, tree: FactorTree, factors: Mapping[str, Numbers]) -> Split:
    """Split the change of the root's cost per contact.

    node     of each term: the node it hangs on; its product is a cost of each of that node's contacts
    factors  name -> before and after, a column a term, already carried where absent (`carry`)

    A node's cost is that of its terms and of its children by their shares. Mix is centred on the average of
    the siblings, so that a cheap channel that grows is a saving.
    Law: mix and effects sum to the change of the root's cost, exactly.
    """
    size, shares = nodes.parent.size, nodes.shares()
    product, effects = split_product(tree, factors)
    unit = np.stack([sum_at(product[t], node, size) for t in (0, 1)])
    below = np.zeros_like(unit)
    for depth in range(nodes.deepest, 0, -1):
        here = np.flatnonzero(nodes.depth == depth)
        for t in (0, 1):
            below[t] += sum_at(shares[t, here] * unit[t, here], nodes.parent[here], size)
        upper = np.flatnonzero(nodes.depth == depth - 1)
        unit[:, upper] += below[:, upper]
    weight = avg(shares)
    for depth in range(1, nodes.deepest + 1):
        here = np.flatnonzero(nodes.depth == depth)
        weight[here] = weight[here] * weight[nodes.parent[here]]
    mix = np.zeros_like(weight)
    down = np.flatnonzero(nodes.parent >= 0)
    up = nodes.parent[down]
    mix[down] = weight[up] * change(shares[:, down]) * (avg(unit[:, down]) - avg(below[:, up]))
    return Split(unit, mix, {name: effect * weight[node] for name, effect in effects.items()})
