# SPDX-License-Identifier: Apache-2.0
"""Read policy.yaml into a Policy, or say in four parts what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml

from percontact.costing.assumptions import USUAL, Assumption, Usual
from percontact.costing.opening import Hours, read_week
from percontact.costing.policy import (
    METHODS,
    OUTSIDE,
    SHARED_DRIVERS,
    TIME_DRIVERS,
    UNASSIGNED,
    WORK_DRIVERS,
    Policy,
    Pool,
    Price,
    Rule,
    Scope,
    Shrinkage,
    UnitTime,
)
from percontact.costing.shared import WAYS_OUT
from percontact.records.dialect import fold
from percontact.records.ledger import BEHAVIOURS, NATURES
from percontact.values.currencies import CURRENCIES
from percontact.values.problem import PercontactError, did_you_mean, problem
from percontact.values.yaml_words import yaml_words


class _AsWritten(yaml.SafeLoader):
    """YAML with its scalars as written: account 0610 is no octal number, language no is not false."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        names = [key.value for key, _ in node.value]
        twice = next((key for key, _ in node.value if names.count(key.value) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice.value!r} stands here twice", twice.start_mark
            )
        return super().construct_mapping(node, deep=deep)


_AsWritten.yaml_implicit_resolvers = {
    first: [
        (tag, form) for tag, form in found if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

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


def parse_policy(text: str, where: str = "policy.yaml") -> Policy:
    """Read the text of a policy file.

    Raises PercontactError E-POL-01 when the form is wrong, E-POL-02 when a name is unknown, E-POL-03 when
    shared pools feed only each other, so that their cost could never reach a contact.
    """
    try:
        data = yaml.load(text, _AsWritten)  # a SafeLoader that reads scalars as text: nothing is run
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, where) from error
    except yaml.YAMLError as error:
        raise _malformed(where, f"it is not YAML: {' '.join(str(error).split())}") from error
    if data is None:
        data = {}
    root = _mapping(data, where, "the file")
    _known(root, _TOP, where, "policy.yaml")
    if root.get("policy") not in (None, FORM):
        raise _malformed(
            where,
            f"it says `policy: {root['policy']}`, and this percontact knows form {FORM} only",
            f"Update percontact, or write the file in form {FORM}: docs/reference/policy.md.",
        )
    shared = _part(root, "shared", ("method", "order", "because"), where)
    concurrency = _part(root, "concurrency", ("channels", "because"), where)
    failure = _part(root, "failure_demand", ("reasons", "because"), where)
    repeat = _part(root, "repeat", ("within_days", "same", "because"), where)
    pools = {
        str(name): _pool(str(name), body, where)
        for name, body in _mapping(root.get("pools"), where, "pools").items()
    }
    rules = tuple(
        _rule(body, f"{where}: rule {i}")
        for i, body in enumerate(_list(root.get("rules"), where, "rules"), 1)
    )
    method = shared.get("method", "step-down")
    if method not in METHODS:
        raise _malformed(where, f"shared.method is {method!r}", f"It must be one of {', '.join(METHODS)}.")
    policy = Policy(
        pools=pools,
        rules=rules,
        method=method,
        order=tuple(str(x) for x in _list(shared.get("order"), where, "shared.order")),
        shrinkage=_shrinkage(_mapping(root.get("capacity"), where, "capacity"), where),
        unit_times=tuple(_unit_time(b, where) for b in _list(root.get("unit_times"), where, "unit_times")),
        concurrent_channels=_texts(concurrency.get("channels"), f"{where}: concurrency.channels"),
        failure_reasons=_texts(failure.get("reasons"), f"{where}: failure_demand.reasons"),
        repeat_days=_days(repeat.get("within_days", 7), f"{where}: repeat.within_days"),
        repeat_same=_texts(repeat.get("same"), f"{where}: repeat.same") or ("customer_id", "reason"),
        prices=tuple(_price(b, where) for b in _list(root.get("prices"), where, "prices")),
        opening_hours=_opening(root.get("opening_hours"), where),
        assumptions=tuple(
            _assumption(b, where) for b in _list(root.get("opportunities"), where, "opportunities")
        ),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
    _check_names(policy, where)
    _check_ways_out(policy, where)
    return policy


def _opening(body: object, where: str) -> dict[int, Hours]:
    """opening_hours: {mon-fri: "08:00-18:00", because: ...}"""
    told = {str(k): str(v) for k, v in _mapping(body, where, "opening_hours").items() if k != "because"}
    try:
        return read_week(told)
    except ValueError as error:
        raise _malformed(where, f"opening_hours: {error}", "Write mon-fri: '08:00-18:00'.") from error


def _not_yaml(error: yaml.MarkedYAMLError, text: str, where: str) -> PercontactError:
    """Where the form of YAML breaks: the line, what is the matter with it, what was expected."""
    what, do = yaml_words(error.problem or "this is no YAML")
    if error.problem_mark is None:
        return _malformed(where, what, do)
    number = error.problem_mark.line + 1
    lines = text.splitlines()
    shown = lines[number - 1].strip() if number <= len(lines) else ""
    why = f"The line reads: {shown}" if shown else "The file ends there."
    return problem("E-POL-01", f"{where}:{number}", what, why, do or "See docs/reference/policy.md.")


def _check_names(policy: Policy, where: str) -> None:
    names = set(policy.pools) | {OUTSIDE}
    for i, rule in enumerate(policy.rules, 1):
        if rule.to not in names:
            raise _unknown(
                f"{where}: rule {i}",
                f"it sends lines to the pool {rule.to!r}, which is not under `pools:`",
                rule.to,
                names,
            )
    for pool in policy.pools.values():
        for receiver in (*pool.to, *pool.weights):
            if receiver not in policy.pools or receiver == pool.name:
                raise _unknown(
                    f"{where}: pool {pool.name}",
                    f"it serves {receiver!r}, which is not another pool",
                    receiver,
                    set(policy.pools) - {pool.name},
                )
    for name in policy.order:
        if name not in policy.pools or not policy.pools[name].shared:
            shared = {p.name for p in policy.shared_pools}
            raise _unknown(
                f"{where}: shared.order", f"{name!r} is not a pool that serves others", name, shared
            )


def _check_ways_out(policy: Policy, where: str) -> None:
    """Every shared pool must lead to a pool of contacts, by the method's own order."""
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
        raise _no_way_out(policy, where, name, policy.pools[name].to, why)
    served = {name: _served(policy, policy.pools[name]) for name in shared}
    for name in _without_a_way(served, may_take, policy):
        pool = policy.pools[name]
        if pool.driver == "weights":
            why = "A pool that it gives no weight takes nothing of it."
        else:
            why = f"Its driver {pool.driver} is measured on contacts, and shared pools have none."
        raise _no_way_out(policy, where, name, [r for r in pool.to if r in served[name]], why)


def _without_a_way(
    serves: Mapping[str, set[str]], may_take: Mapping[str, set[str]], policy: Policy
) -> list[str]:
    """Shared pools whose cost reaches no pool of contacts, in order of giving."""
    out = set(policy.pools) - set(serves)
    while found := {n for n in serves if n not in out and out & may_take[n] & serves[n]}:
        out |= found
    return [n for n in serves if n not in out]


def _no_way_out(policy: Policy, where: str, name: str, served: Iterable[str], why: str) -> PercontactError:
    return problem(
        "E-POL-03",
        f"{where}: pool {name}",
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


def _pool(name: str, body: object, where: str) -> Pool:
    here = f"{where}: pool {name}"
    if name in (OUTSIDE, UNASSIGNED):
        raise _malformed(
            here, f"the name {name!r} is taken", "Lines sent `to: outside` need no pool of that name."
        )
    data = _mapping(body, here, "the pool")
    _known(data, ("driver", "scope", "group", "to", "weights", "because"), here, "a pool")
    to = _texts(data.get("to"), here)
    weights = {str(k): _amount(v, here) for k, v in _mapping(data.get("weights"), here, "weights").items()}
    driver = str(data.get("driver", "contacts"))
    allowed = (*SHARED_DRIVERS, *WORK_DRIVERS) if to else WORK_DRIVERS
    if driver not in allowed and not (driver.startswith("usage:") and not to):
        raise _unknown(
            here,
            f"its driver {driver!r} is not known" + ("" if to else " for a pool without `to:`"),
            driver,
            {*allowed, "usage:ITEM"},
        )
    group = data.get("group")
    if group is not None and driver not in TIME_DRIVERS:
        raise _malformed(
            here,
            f"it names the group {group!r} but its driver is {driver}",
            "Only time (driver: handle_s) has practical capacity; leave `group:` out or change the driver.",
        )
    if driver == "weights" and set(weights) - set(to):
        raise _malformed(here, "it weighs pools that are not in `to:`", "Name each weighed pool in `to:`.")
    return Pool(
        name,
        driver,
        _scope(data.get("scope"), here),
        None if group is None else str(group),
        to,
        weights,
        str(data.get("because", "")),
    )


def _rule(body: object, here: str) -> Rule:
    data = _mapping(body, here, "the rule")
    _known(
        data, ("match", "to", "nature", "behaviour", "category", "because", "from", "until"), here, "a rule"
    )
    if "to" not in data:
        raise _malformed(here, "it has no `to:`", "Say which pool the lines go to.")
    match = tuple(
        (str(k), tuple(fold(p) for p in _some(v, here, f"match.{k}")))
        for k, v in _mapping(data.get("match"), here, "match").items()
    )
    for key, allowed in (("nature", NATURES), ("behaviour", BEHAVIOURS)):
        if data.get(key) not in (None, *allowed):
            raise _malformed(here, f"{key} is {data[key]!r}", f"It must be one of {', '.join(allowed)}.")
    start, end = _day(data.get("from"), here), _day(data.get("until"), here)
    if start and end and end <= start:
        raise _malformed(
            here,
            f"it ends on {end}, not after it begins on {start}",
            "`until:` is the first day it holds no more.",
        )
    return Rule(
        to=str(data["to"]),
        match=match,
        nature=_text(data.get("nature")),
        behaviour=_text(data.get("behaviour")),
        category=_text(data.get("category")),
        because=str(data.get("because", "")),
        start=start,
        end=end,
    )


def _unit_time(body: object, where: str) -> UnitTime:
    here = f"{where}: unit_times"
    data = _mapping(body, here, "the time equation")
    _known(data, ("scope", "base_s", "extra", "because"), here, "a time equation")
    extra = {str(k): _amount(v, here) for k, v in _mapping(data.get("extra"), here, "extra").items()}
    return UnitTime(
        _scope(data.get("scope"), here),
        _amount(data.get("base_s", 0), here),
        extra,
        str(data.get("because", "")),
    )


def _price(body: object, where: str) -> Price:
    here = f"{where}: prices"
    data = _mapping(body, here, "the price")
    _known(
        data,
        ("vendor", "item", "price", "currency", "per", "from", "until", "because", "source"),
        here,
        "a price",
    )
    for key in ("vendor", "item", "price", "currency"):
        if key not in data:
            raise _malformed(
                here, f"a price has no `{key}:`", "Each price needs vendor, item, price and currency."
            )
    if str(data["currency"]).upper() not in CURRENCIES:
        raise _malformed(here, f"{data['currency']!r} is no currency code", "Write EUR, USD, GBP, ...")
    per = _amount(data.get("per", 1), here)
    if not per:
        raise _malformed(here, "`per:` is 0", "Say for how many units the price is, e.g. per: 1000000.")
    return Price(
        str(data["vendor"]),
        str(data["item"]),
        _amount(data["price"], here),
        str(data["currency"]).upper(),
        per,
        _day(data.get("from"), here),
        _day(data.get("until"), here),
        str(data.get("source") or data.get("because") or ""),
    )


def _assumption(body: object, where: str) -> Assumption:
    here = f"{where}: opportunities"
    data = _mapping(body, here, "the assumption")
    of = str(data.get("of", ""))
    if not of:
        raise _malformed(here, "an entry has no `of:`", f"Say of which kind: {', '.join(USUAL)}.")
    if of not in USUAL:
        raise _unknown(here, f"there is nothing to set of {of!r}", of, USUAL)
    here = f"{here}, {of}"
    _known(data, ("of", *USUAL[of], "from", "until", "because", "source"), here, f"{of}")
    numbers = {name: _assumed(data[name], usual, f"{here}.{name}") for name, usual in USUAL[of].items()
               if name in data}  # fmt: skip
    if not numbers:
        raise _malformed(here, "it sets no number", f"It may set {', '.join(USUAL[of])}.")
    start, end = _day(data.get("from"), here), _day(data.get("until"), here)
    return Assumption(of, numbers, str(data.get("because") or data.get("source") or ""), start, end)


def _assumed(value: object, usual: Usual, here: str) -> tuple[Decimal, ...]:
    """One number, or two from low to high, in the unit of what is usual."""
    found = tuple(_amount(x, here) for x in (value if isinstance(value, list) else [value]))
    said = ", ".join(map(str, value)) if isinstance(value, list) else value
    if len(found) != usual.many or list(found) != sorted(found):
        form = "two numbers, the lower first: [0.2, 0.6]" if usual.many == 2 else "one number"
        raise _malformed(here, f"{said} is not {form.split(':')[0]}", f"Write {form}.")
    if usual.unit in ("share", "some") and (found[-1] > 1 or (usual.unit == "some" and not found[0])):
        raise _malformed(here, f"{said} is no share of it", "Write 0.35 for 35%; the whole is 1.")
    if usual.unit == "days":
        _days(found[0], here)
    return found


def _shrinkage(data: Mapping[str, object], where: str) -> tuple[Shrinkage, ...]:
    _known(data, ("shrinkage", "because"), f"{where}: capacity", "capacity")
    found = []
    for group, value in _mapping(data.get("shrinkage"), where, "capacity.shrinkage").items():
        if group == "because":
            continue
        dated = value if isinstance(value, dict) else {None: value}
        for start, share in dated.items():
            number = _number(share, f"{where}: capacity.shrinkage")
            if not 0 <= number < 1:
                raise _malformed(
                    f"{where}: capacity.shrinkage",
                    f"{group} is {share}",
                    "Shrinkage is a share of paid time, from 0 up to 1.",
                )
            found.append(Shrinkage(None if group == "default" else str(group), number, _day(start, where)))
    return tuple(found)


def _scope(data: object, here: str) -> Scope:
    return tuple(
        (str(k), _some(v, here, f"scope.{k}"))
        for k, v in sorted(_mapping(data, here, "scope").items(), key=lambda kv: str(kv[0]))
    )


def _texts(value: object, here: str) -> tuple[str, ...]:
    if value is None:
        return ()
    found = value if isinstance(value, list) else [value]
    for item in found:
        if not isinstance(item, str):
            raise _malformed(
                here, f"{item!r} is not a name", "Write a name, or a list of names: [voice, chat]."
            )
    return tuple(found)


def _some(value: object, here: str, name: str) -> tuple[str, ...]:
    found = _texts(value, here)
    if not found:
        raise _malformed(
            here,
            f"{name} names no value",
            "Write the value, or leave the line out; in `match:` the text '' stands for an empty cell.",
        )
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _mapping(value: object, where: str, name: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(where, f"{name} is {type(value).__name__}, not a list of `name: value` lines")
    return value


def _part(root: Mapping[str, object], name: str, allowed: Iterable[str], where: str) -> Mapping[str, object]:
    found = _mapping(root.get(name), where, name)
    _known(found, allowed, f"{where}: {name}", name)
    return found


def _list(value: object, where: str, name: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _malformed(where, f"{name} is {type(value).__name__}, not a list (lines that begin with -)")
    return value


def _number(value: object, where: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _malformed(where, f"{value!r} is not a number") from error
    if not number.is_finite():
        raise _malformed(where, f"{value!r} is not a number")
    return number


def _amount(value: object, where: str) -> Decimal:
    number = _number(value, where)
    if number < 0:
        raise _malformed(where, f"{value} is below 0", "Write a number from 0 up.")
    return number


def _days(value: object, where: str) -> int:
    number = _number(value, where)
    if number != number.to_integral_value() or not 1 <= number <= 3660:
        raise _malformed(where, f"{value} is not a number of days", "Write a whole number from 1 up.")
    return int(number)


def _day(value: object, where: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _malformed(where, f"{value!r} is not a day", "Write 2026-01-31.") from error


def _known(data: Mapping[str, object], allowed: Iterable[str], where: str, thing: str) -> None:
    for key in data:
        if str(key) not in set(allowed):
            raise _unknown(where, f"{thing} has no `{key}:`", str(key), allowed)


def _malformed(where: str, what: str, do: str = "") -> PercontactError:
    return problem(
        "E-POL-01",
        where,
        what,
        "The policy decides where every cent goes, so nothing in it is guessed.",
        do or "See docs/reference/policy.md.",
    )


def _unknown(where: str, what: str, name: str, known: Iterable[str]) -> PercontactError:
    return problem(
        "E-POL-02", where, what, did_you_mean(name, known), "Correct the name, or add what it names."
    )
