# SPDX-License-Identifier: Apache-2.0
"""Shared cost: pools that serve other pools give their cost on, exactly, to the pico.

direct        each shared pool gives to work pools only, as if the shared pools did not serve each other
step-down     in a stated order; a pool that has given receives no more. The order changes the answer
reciprocal    simultaneous equations; the only one that recognises all service between shared pools
Source: Horngren, Datar & Rajan, *Cost Accounting*, support-department cost allocation; domain fixture 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from percontact.costing.policy import Method, Policy, place
from percontact.values.money import split
from percontact.values.problem import problem

Weights = Mapping[str, Mapping[str, int]]
"""giver -> receiver -> whole units of the giver's driver"""


@dataclass(slots=True)
class Shared:
    """What shared pools gave.

    costs   pool -> cost in pico after giving; shared pools keep only what they could not give
    flows   (giver, receiver) -> pico; of `reciprocal`, the gross flow rounded to the pico
    stuck   shared pools whose receivers had no driver: their cost stays visible as unassigned
    """

    costs: dict[str, int]
    flows: dict[tuple[str, str], int] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)


def give(costs: Mapping[str, int], weights: Weights, order: Sequence[str], method: Method) -> Shared:
    """Give the cost of the pools in `order` to the pools they serve.

    costs    pool -> own cost, pico
    weights  giver -> receiver -> units of driver
    order    the shared pools, in step-down order

    Law: sum(result.costs) == sum(costs), exactly, whatever the method.

    >>> give({"it": 100, "voice": 0, "mail": 0}, {"it": {"voice": 3, "mail": 1}}, ["it"], "direct").costs
    {'it': 0, 'voice': 75, 'mail': 25}
    """
    if method == "reciprocal":
        return _reciprocal(costs, weights, order)
    result = Shared(dict(costs))
    closed: set[str] = set(order) if method == "direct" else set()
    for giver in order:
        closed.add(giver)
        receivers = {r: w for r, w in weights.get(giver, {}).items() if r not in closed and w > 0}
        amount = result.costs.get(giver, 0)
        if amount == 0:
            continue
        if not receivers:
            result.stuck.append(giver)
            continue
        for receiver, part in zip(receivers, split(amount, list(receivers.values())), strict=True):
            result.costs[receiver] = result.costs.get(receiver, 0) + part
            result.flows[giver, receiver] = part
        result.costs[giver] = 0
    return result


WAYS_OUT: Mapping[Method, str] = {
    "step-down": "Change `shared.order:`, set `shared: {method: reciprocal}`, "
    "or let a pool of the circle serve a pool of contacts.",
    "direct": "Set `shared: {method: reciprocal}`, or let the pool serve a pool of contacts.",
    "reciprocal": "Let a pool of the circle serve a pool of contacts.",
}
"""method -> what to do about shared cost that finds no way to a contact"""


def check_ways_out(given: Shared, weights: Weights, policy: Policy, month: date) -> None:
    """Raise PercontactError E-POL-03 for a pool whose cost of a month went round in a circle.

    By the policy's text every pool leads to contacts; the drivers of a month may close that way all the
    same, as where a pool of contacts has no cost of its own and takes by `driver: cost`.
    A pool that found no driver at all at the pools it serves is no circle: its cost is unassigned.
    """
    for pool in policy.shared_pools:
        served = {r for r, units in weights.get(pool.name, {}).items() if units > 0}
        if not given.costs.get(pool.name) or not served:
            continue
        without = ", ".join(r for r in pool.to if r not in served)
        raise problem(
            "E-POL-03",
            place("policy.yaml", pool.line, f"pool {pool.name}"),
            f"in {month:%Y-%m} it serves only {', '.join(r for r in pool.to if r in served)}, "
            f"so by method {policy.method} its cost never reaches a contact",
            f"Its driver is {pool.driver}, of which {without} has none in that month."
            if without
            else "What they give goes round among shared pools.",
            WAYS_OUT[policy.method],
        )


def _reciprocal(costs: Mapping[str, int], weights: Weights, order: Sequence[str]) -> Shared:
    result = Shared(dict(costs))
    givers = _with_a_way_out(order, weights)
    result.stuck = [g for g in order if g not in givers and costs.get(g, 0)]
    share = {g: _shares(weights[g]) for g in givers}
    gross = _solve(givers, costs, share)
    receivers = sorted({r for g in givers for r in share[g]} - set(givers))
    exact = {
        r: sum((gross[g] * share[g].get(r, Fraction(0)) for g in givers), Fraction(0)) for r in receivers
    }
    given = sum(costs.get(g, 0) for g in givers)
    for receiver, amount in zip(receivers, _whole([exact[r] for r in receivers], given), strict=True):
        result.costs[receiver] = result.costs.get(receiver, 0) + amount
    for g in givers:
        result.costs[g] = 0
        for r, fraction in share[g].items():
            result.flows[g, r] = round(gross[g] * fraction)
    return result


def _with_a_way_out(order: Sequence[str], weights: Weights) -> list[str]:
    """Shared pools whose cost can reach a pool that gives nothing on.

    The others serve only each other, or nobody.
    """
    receivers = {g: {r for r, w in weights.get(g, {}).items() if w > 0} for g in order}
    out: set[str] = set()
    while found := {
        g for g in order if g not in out and any(r in out or r not in receivers for r in receivers[g])
    }:
        out |= found
    return [g for g in order if g in out]


def _shares(weights: Mapping[str, int]) -> dict[str, Fraction]:
    kept = {r: w for r, w in weights.items() if w > 0}
    total = sum(kept.values())
    return {r: Fraction(w, total) for r, w in kept.items()}


def _solve(
    givers: Sequence[str], costs: Mapping[str, int], share: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """Gross cost S of each giver: S = own + sum over givers of share x S. Gauss-Jordan in exact fractions."""
    n = len(givers)
    rows = [
        [Fraction(int(i == j)) - share[givers[j]].get(givers[i], Fraction(0)) for j in range(n)]
        + [Fraction(costs.get(givers[i], 0))]
        for i in range(n)
    ]
    for col in range(n):
        pivot = next((r for r in range(col, n) if rows[r][col]), None)
        if pivot is None:
            raise ZeroDivisionError("shared pools serve only each other")
        rows[col], rows[pivot] = rows[pivot], rows[col]
        rows[col] = [x / rows[col][col] for x in rows[col]]
        for r in range(n):
            if r != col and rows[r][col]:
                factor = rows[r][col]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[col], strict=True)]
    return {g: rows[i][n] for i, g in enumerate(givers)}


def _whole(exact: Sequence[Fraction], total: int) -> list[int]:
    floors = [x.numerator // x.denominator for x in exact]
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[: total - sum(floors)]:
        floors[i] += 1
    return floors
