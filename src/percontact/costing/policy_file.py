# SPDX-License-Identifier: Apache-2.0
"""Read policy.yaml into a Policy, or say in four parts, at its line, each thing that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from percontact.costing import policy_parts as parts
from percontact.costing.policy import METHODS, Method, Policy, Pool, Rule
from percontact.costing.policy_text import Faults, Fields, days_of, malformed, read_text
from percontact.costing.policy_whole import check_names, check_ways_out
from percontact.values.problem import PercontactError, Problem

T = TypeVar("T")
FILE = "policy.yaml"
FORM = "1"
"""Version of the form of policy.yaml."""
_TOP = (
    "policy",
    "because",
    "pools",
    "rules",
    "shared",
    "capacity",
    "unit_times",
    "concurrency",
    "failure_demand",
    "repeat",
    "prices",
    "opening_hours",
    "opportunities",
)


def parse_policy(text: str, where: str = FILE) -> Policy:
    """Read the text of a policy file.

    Raises PercontactError E-POL-01 when the form is wrong, E-POL-02 when a name is unknown, E-POL-03 when
    shared pools feed only each other, so that their cost could never reach a contact.
    """
    policy, faults = read_policy(text, where)
    if policy is None:
        raise PercontactError(faults[0])
    return policy


def read_policy(text: str, where: str = FILE) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy of a text; or None, and each thing that is wrong with it."""
    faults = Faults()
    with faults:
        found = _whole(Fields(read_text(text, where), "policy.yaml", _TOP, file=where), text, faults)
        if not faults.found:
            return found, ()
    return None, tuple(faults.found)


def _whole(root: Fields, text: str, faults: Faults) -> Policy:
    """The policy, as far as it can be read; what cannot is kept in `faults`."""
    if root.text("policy", FORM) != FORM:
        what = f"it says `policy: {root.text('policy')}`, and this percontact knows form {FORM} only"
        do = f"Update percontact, or write the file in form {FORM}: docs/reference/policy.md."
        raise malformed(root.where("policy"), what, do)
    pools: dict[str, Pool] = {}
    for name, body, line in root.under("pools"):
        with faults:
            pools[name] = parts.pool(name, body, root.file, line)
    rules: dict[int, Rule] = {}
    for number, (body, line) in enumerate(root.entries("rules"), 1):
        with faults:
            rules[number] = parts.rule(number, body, root.file, line)
    method, order, order_line = _shared(root, faults)
    concurrency = root.inner("concurrency", "concurrency", ("channels", "because"), "concurrency.channels")
    failure = root.inner("failure_demand", "failure_demand", ("reasons", "because"), "failure_demand.reasons")
    repeat = root.inner("repeat", "repeat", ("within_days", "same", "because"), "repeat")
    policy = Policy(
        pools=pools,
        rules=tuple(rules.values()),
        method=method,
        order=order,
        shrinkage=tuple(parts.shrinkage(root)),
        unit_times=_each(root, "unit_times", parts.unit_time, faults),
        concurrent_channels=concurrency.texts("channels"),
        failure_reasons=failure.texts("reasons"),
        repeat_days=days_of(
            repeat.data.get("within_days", 7), repeat.where("within_days", "repeat.within_days")
        ),
        repeat_same=repeat.texts("same", "repeat.same") or ("customer_id", "reason"),
        prices=_each(root, "prices", parts.price, faults),
        opening_hours=parts.opening(root),
        assumptions=_each(root, "opportunities", parts.assumption, faults),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
    named = list(root.inner("pools", "pools", None).data)
    check_names(policy, rules=rules, pools=named, order_line=order_line, file=root.file, faults=faults)
    if not faults.found:
        check_ways_out(policy, root.file, faults)
    return policy


def _shared(root: Fields, faults: Faults) -> tuple[Method, tuple[str, ...], int | None]:
    """How shared pools give: the method, the order of step-down and the line it stands on."""
    shared = root.inner("shared", "shared", ("method", "order", "because"), "shared")
    said = shared.text("method", "step-down")
    method = next((m for m in METHODS if m == said), None)
    if method is None:
        do = f"It must be one of {', '.join(METHODS)}."
        faults.add(malformed(shared.where("method"), f"shared.method is {said!r}", do))
    order = tuple(str(name) for name, _ in shared.entries("order"))
    return method or "step-down", order, shared.data.lines.get("order")


def _each(
    root: Fields, key: str, read: Callable[[object, str, int | None], T], faults: Faults
) -> tuple[T, ...]:
    """Each entry of a list, as far as it can be read."""
    found = []
    for body, line in root.entries(key):
        with faults:
            found.append(read(body, root.file, line))
    return tuple(found)
