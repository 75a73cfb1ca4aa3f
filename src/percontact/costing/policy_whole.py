# SPDX-License-Identifier: Apache-2.0
"""A policy as a whole: what its parts say of each other. Names that are there, and a way to contacts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from percontact.costing.policy import OUTSIDE, WORK_DRIVERS, Policy, Pool, Rule, place
from percontact.costing.policy_text import Faults, unknown
from percontact.costing.shared import WAYS_OUT
from percontact.values.problem import PercontactError, problem


def check_names(
    policy: Policy,
    *,
    rules: Mapping[int, Rule],
    pools: Collection[str],
    order_line: int | None,
    file: str,
    faults: Faults,
) -> None:
    """Keep E-POL-02 for each name that nothing bears.

    rules  by number, as far as they could be read; pools: the names of all, read or not
    """
    for number, rule in rules.items():
        if rule.to not in pools and rule.to != OUTSIDE:
            what = f"it sends lines to the pool {rule.to!r}, which is not under `pools:`"
            faults.add(unknown(place(file, rule.line, f"rule {number}"), what, rule.to, {*pools, OUTSIDE}))
    for pool in policy.pools.values():
        for receiver in (*pool.to, *pool.weights):
            if receiver not in pools or receiver == pool.name:
                what = f"it serves {receiver!r}, which is not another pool"
                others = set(pools) - {pool.name}
                faults.add(unknown(place(file, pool.line, f"pool {pool.name}"), what, receiver, others))
                break
    shared = {p.name for p in policy.shared_pools}
    for name in policy.order:
        if name not in shared and (name not in pools or name in policy.pools):
            what = f"{name!r} is not a pool that serves others"
            faults.add(unknown(place(file, order_line, "shared.order"), what, name, shared))


def check_ways_out(policy: Policy, file: str, faults: Faults) -> None:
    """Keep E-POL-03 for a shared pool without a way to contacts, by the method's own order."""
    shared = [p.name for p in policy.shared_pools]
    may_take = {name: set(policy.pools) - set(shared) for name in shared}
    if policy.method == "step-down":
        may_take = {name: taken | set(shared[i + 1 :]) for i, (name, taken) in enumerate(may_take.items())}
    elif policy.method == "reciprocal":
        may_take = {name: set(policy.pools) for name in shared}
    named = {name: set(policy.pools[name].to) for name in shared}
    for name in _without_a_way(named, may_take, policy):
        if policy.method == "step-down":
            why = (
                f"The shared pools give in the order {', '.join(shared)}, "
                "and a pool that has given takes no more."
            )
        else:
            why = "Along every way from it, shared pools serve shared pools."
        faults.add(_no_way_out(policy, file, name, policy.pools[name].to, why))
        return
    served = {name: _served(policy, policy.pools[name]) for name in shared}
    for name in _without_a_way(served, may_take, policy):
        pool = policy.pools[name]
        if pool.driver == "weights":
            why = "A pool that it gives no weight takes nothing of it."
        else:
            why = f"Its driver {pool.driver} is measured on contacts, and shared pools have none."
        faults.add(_no_way_out(policy, file, name, [r for r in pool.to if r in served[name]], why))
        return


def _without_a_way(
    serves: Mapping[str, set[str]], may_take: Mapping[str, set[str]], policy: Policy
) -> list[str]:
    """Shared pools whose cost reaches no pool of contacts, in order of giving."""
    out = set(policy.pools) - set(serves)
    while found := {n for n in serves if n not in out and out & may_take[n] & serves[n]}:
        out |= found
    return [n for n in serves if n not in out]


def _no_way_out(policy: Policy, file: str, name: str, served: Iterable[str], why: str) -> PercontactError:
    return problem(
        "E-POL-03",
        place(file, policy.pools[name].line, f"pool {name}"),
        f"it serves only {', '.join(served) or 'nobody'}, "
        f"so by method {policy.method} its cost never reaches a contact",
        why,
        WAYS_OUT[policy.method],
    )


def _served(policy: Policy, pool: Pool) -> set[str]:
    """The pools it may give to: those with a weight, if any has one; by work, only pools of contacts."""
    if pool.driver == "weights" and any(pool.weights.values()):
        return {r for r in pool.to if pool.weights.get(r)}
    if pool.driver in WORK_DRIVERS:
        return {r for r in pool.to if not policy.pools[r].shared}
    return set(pool.to)
