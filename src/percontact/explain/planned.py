# SPDX-License-Identifier: Apache-2.0
"""What was planned against what came: a budget is a side like another, told by channel and team only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.slice import Slice
from percontact.explain.bridge import End, Leaves, Terms
from percontact.explain.gather import Gathered, Path, leaves_of
from percontact.explain.tree import carry
from percontact.values.money import PICO, to_pico
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

PLANNED_BY = ("channel", "team")
"""Dimensions that a budget may plan by."""
PLAN_PARTS = ("cost of one contact", "unassigned cost", "volume over fixed cost")
"""Parts that a plan can be told apart by, besides mix and volume: it knows no handle times and no rates."""


class Plan(NamedTuple):
    """A budget over a span.

    by       the dimensions it plans by
    amounts  values of the dimensions -> [pico, contacts]
    """

    by: tuple[str, ...]
    amounts: dict[Path, list[Fraction]]


def read_plan(costed: CostedBook, question: Slice) -> Plan | None:
    """The budget of a question's span, spread over days, under its conditions; None where there is none.

    Lines that plan an account, without contacts, count with those of their channel and team.
    """
    if not costed.book.has("budgets"):
        return None
    filled = costed.book.filled("budgets")
    by = tuple(d for d in PLANNED_BY if d in filled)
    tests = ["period_start < ?", "period_end > ?", *(c.sql() for c in question.where)]
    fields = ", ".join(["period_start", "period_end", "currency", "amount", "contacts", *by])
    rows = costed.con.execute(
        f"SELECT {fields} FROM {costed.book.relation('budgets')} WHERE {' AND '.join(tests)}",
        [question.span.end, question.span.start],
    ).fetchall()
    amounts: dict[Path, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for start, end, currency, amount, contacts, *path in rows:
        for month in periods(Period(start, end), "month"):
            share = _share(start, end, month, question.span)
            if share:
                rate = _rate(costed, currency, month.start)
                sums = amounts[tuple(path)]
                sums[0] += int(share * to_pico(amount or 0)) * rate // RATE_SCALE
                sums[1] += share * (contacts or 0)
    return Plan(by, dict(amounts)) if any(c for _, c in amounts.values()) else None


def _share(start: date, end: date, month: Period, span: Period) -> Fraction:
    """The part of a line's days that lies in a month and in the span."""
    days = (min(end, month.end, span.end) - max(start, month.start, span.start)).days
    return Fraction(max(0, days), (end - start).days)


def _rate(costed: CostedBook, currency: str | None, month: date) -> int:
    if currency in (None, costed.currency):
        return RATE_SCALE
    place = (str(currency), month)
    return month_rates(fx_rows(costed.con, costed.book), [place], costed.currency)[place]


def gather_plan(costed: CostedBook, question: Slice, plan: Plan, labels: tuple[str, str]) -> Gathered:
    """The tree and terms of a plan and of what came, on basis full: a budget plans all cost."""
    asked = replace(question, grain="whole", by=plan.by, asked=(), basis="full")
    came: dict[Path, list[Fraction]] = {}
    for cell in costed.cells(asked)[0]:
        path = tuple(None if v is None else str(v) for v in cell.values)
        came[path] = [Fraction(cell.pico), Fraction(cell.handled)]
    sides = (plan.amounts, came)
    handled = [np.array([float(n) for _, n in side.values()]) for side in sides]
    rows = [(list(side), n) for side, n in zip(sides, handled, strict=True)]
    leaves, of_path = leaves_of(plan.by, rows, len(plan.by))
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
