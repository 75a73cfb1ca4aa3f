# SPDX-License-Identifier: Apache-2.0
"""What was planned against what came: a budget is a side like another, told by channel and team only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from percontact.costing.planned import planned, planned_by
from percontact.costing.slice import Slice
from percontact.explain.bridge import End
from percontact.explain.gather import Gathered, Path, leaves_of
from percontact.explain.leaves import Leaves, Terms
from percontact.explain.tree import carry
from percontact.values.money import PICO

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

PLAN_PARTS = ("cost of one contact", "unassigned cost", "volume over fixed cost")
"""Parts that a plan can be told apart by, besides mix and volume: it knows no handle times and no rates."""


def gather_plan(costed: CostedBook, question: Slice, labels: tuple[str, str]) -> Gathered:
    """The tree and terms of a plan and of what came, on basis full: a budget plans all cost.

    There MUST be a plan with contacts (`plan_of`). Lines that plan an account, without contacts, count with
    those of their channel and team.
    """
    by = planned_by(costed, question)
    asked = replace(question, grain="whole", by=by, asked=(), basis="full")
    plan = {path: [Fraction(pico), n] for path, (pico, n) in planned(costed, question, by).items()}
    came: dict[Path, list[Fraction]] = {}
    for cell in costed.cells(asked)[0]:
        path = tuple(None if v is None else str(v) for v in cell.values)
        came[path] = [Fraction(cell.pico), Fraction(cell.handled)]
    sides = (plan, came)
    handled = [np.array([float(n) for _, n in side.values()]) for side in sides]
    rows = [(list(side), n) for side, n in zip(sides, handled, strict=True)]
    leaves, of_path = leaves_of(by, rows, len(by))
    common = 0
    if not question.where:
        rest = costed.left_over(question.span)
        common = rest.idle + rest.unassigned
    ends = []
    for n, side in enumerate(sides):
        pico = sum((p for p, _ in side.values()), Fraction(0)) + (common if n else 0)
        contacts = sum((c for _, c in side.values()), Fraction(0))
        ends.append(End(labels[n], question.span if n else None, round(pico), contacts, contacts))
    return Gathered(leaves, _terms(leaves, of_path, sides, common), (), (ends[0], ends[1]))


def _terms(
    leaves: Leaves, of_path: dict[Path, int], sides: Sequence[dict[Path, list[Fraction]]], common: int
) -> Terms:
    """Each leaf's cost of one contact; and what came that no contact can be charged with."""
    every = sorted({of_path[p] for side in sides for p in side})
    leaf = np.array([*every, 0], dtype=np.int64)
    count = leaves.nodes.count
    cost = np.zeros((2, leaf.size))
    for t, side in enumerate(sides):
        for path, (pico, _) in side.items():
            cost[t, every.index(of_path[path])] = float(pico) / PICO
    cost[1, -1] = common / PICO
    node = leaf.copy()
    for _ in range(leaves.nodes.deepest):
        lacking = ((cost != 0) & (count[:, node] == 0)).any(axis=0) & (leaves.nodes.depth[node] > 0)
        node[lacking] = leaves.nodes.parent[node[lacking]]
    here = count[:, node] != 0
    unit = np.where(here, cost, 0) / np.where(here, count[:, node], 1)
    one = np.ones_like(unit)
    spread = one.copy()
    # What no contact can be charged with is an amount over all contacts, not a cost of one.
    unit[:, -1], spread[:, -1] = cost[:, -1], 1 / np.where(count[:, 0] > 0, count[:, 0], 1)
    factors = {"use": one, "idle": one, "spread": spread, "price": unit, "exchange": one}
    sure = np.ones_like(here)
    known = {**dict.fromkeys(factors, sure), "price": here}
    names = {f: np.zeros(leaf.size, dtype=np.int64) for f in factors}
    names["price"][-1] = PLAN_PARTS.index("unassigned cost")
    names["spread"][-1] = PLAN_PARTS.index("volume over fixed cost")
    carried = {f: carry(factors[f], known[f]) for f in factors}
    return Terms(leaf, node, carried, known, names, np.full(leaf.size, -1))
