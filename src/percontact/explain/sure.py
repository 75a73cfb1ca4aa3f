# SPDX-License-Identifier: Apache-2.0
"""How sure the parts of a change are: what is convention in the split, and what chance alone may move."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from percontact.explain.flat import lmdi, shapley
from percontact.explain.leaves import Leaves, Terms
from percontact.explain.tree import Numbers, Split, avg, sum_at


def convention_of(
    leaves: Leaves,
    terms: Terms,
    factors: Mapping[str, Numbers],
    part_names: tuple[str, ...],
    done: Split,
    scale: Numbers,
) -> dict[str, float]:
    """Part -> how far tree, flat Shapley and LMDI differ; all mix is one part here."""
    count = leaves.nodes.count
    share = count[:, terms.node] / count[:, [0]]
    flat = {"share": share, **factors}
    methods: list[Mapping[str, Numbers] | None] = [shapley(flat), lmdi(flat, "share")]
    size = len(part_names)

    def by_part(effects: Mapping[str, Numbers]) -> Numbers:
        return sum((sum_at(effects[f], terms.names[f], size) for f in factors), np.zeros(size))

    found = [np.append(by_part(done.effects), done.mix.sum())]
    found += [np.append(by_part(m), m["share"].sum()) for m in methods if m is not None]
    spread = (np.max(found, axis=0) - np.min(found, axis=0)) * float(scale[0])
    return dict(zip((*part_names, "mix"), map(float, spread), strict=True))


def chance_of(
    leaves: Leaves,
    terms: Terms,
    factors: Mapping[str, Numbers],
    done: Split,
    part_names: tuple[str, ...],
    scale: Numbers,
) -> dict[str, float]:
    """Part -> two standard errors of what chance moves, where contacts are drawn and times vary.

    Shares vary as those of independent contacts do. A handle time is taken to vary as much as it is long (a
    coefficient of variation of one, as of exponential times), for sums do not tell how single ones vary.
    """
    nodes, unit = leaves.nodes, done.unit
    count = nodes.count
    inverse = np.where((count > 0).all(axis=0), sum(1 / np.where(count > 0, count, 1)), 0)
    shares, found = nodes.shares(), {}
    weight = np.ones(nodes.parent.size)
    for depth in range(1, nodes.deepest + 1):
        here = np.flatnonzero(nodes.depth == depth)
        up, share, mean = nodes.parent[here], avg(shares[:, here]), avg(unit[:, here])
        weight[here] = weight[up] * share
        centre = sum_at(share * mean, up, nodes.parent.size)
        spread = sum_at(share * (mean - centre[up]) ** 2, up, nodes.parent.size)
        variance = float((weight**2 * spread * inverse)[np.unique(up)].sum())
        found[f"{leaves.by[depth - 1]} mix"] = 2 * variance**0.5 * abs(float(scale[0]))
    rest = np.prod([avg(factors[f]) for f in factors], axis=0)
    for name in ("handle time", "use per contact"):
        if name not in part_names:
            continue
        mine = terms.names["use"] == part_names.index(name)
        weighed = weight[terms.node[mine]] * rest[mine]
        by_leaf = sum_at(weighed, terms.leaf[mine], nodes.parent.size)
        at_node = np.zeros(nodes.parent.size, dtype=np.int64)
        at_node[terms.leaf[mine]] = terms.node[mine]
        variance = float((by_leaf**2 * inverse[at_node]).sum())
        found[name] = 2 * variance**0.5 * abs(float(scale[0]))
    return found
