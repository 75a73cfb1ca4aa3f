# SPDX-License-Identifier: Apache-2.0
"""Read policy.yaml into a Policy, or say in four parts what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml

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
from percontact.records.ledger import BEHAVIOURS, NATURES
from percontact.values.problem import PercontactError, did_you_mean, problem

_TOP = ("policy", "because", "pools", "rules", "shared", "capacity", "unit_times", "concurrency", "failure_demand", "repeat", "prices")  # fmt: skip


def parse_policy(text: str, where: str = "policy.yaml") -> Policy:
    """Read the text of a policy file.

    Raises PercontactError E-POL-01 when the form is wrong, E-POL-02 when a name is unknown, E-POL-03 when
    step-down pools feed each other in a circle.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _malformed(where, f"it is not YAML: {error}") from error
    if data is None:
        data = {}
    root = _mapping(data, where, "the file")
    _known(root, _TOP, where, "policy.yaml")
    shared = _mapping(root.get("shared"), where, "shared")
    repeat = _mapping(root.get("repeat"), where, "repeat")
    pools = {str(name): _pool(str(name), body, where) for name, body in _mapping(root.get("pools"), where, "pools").items()}
    rules = tuple(_rule(body, f"{where}: rule {i}") for i, body in enumerate(_list(root.get("rules"), where, "rules"), 1))
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
        concurrent_channels=_texts(_mapping(root.get("concurrency"), where, "concurrency").get("channels")),
        failure_reasons=_texts(_mapping(root.get("failure_demand"), where, "failure_demand").get("reasons")),
        repeat_days=int(_number(repeat.get("within_days", 7), where)),
        repeat_same=_texts(repeat.get("same")) or ("customer_id", "reason"),
        prices=tuple(_price(b, where) for b in _list(root.get("prices"), where, "prices")),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
    _check_names(policy, where)
    return policy


def _check_names(policy: Policy, where: str) -> None:
    names = set(policy.pools) | {OUTSIDE}
    for i, rule in enumerate(policy.rules, 1):
        if rule.to not in names:
            raise _unknown(f"{where}: rule {i}", f"it sends lines to the pool {rule.to!r}, which is not under `pools:`", rule.to, names)
    for pool in policy.pools.values():
        for receiver in (*pool.to, *pool.weights):
            if receiver not in policy.pools or receiver == pool.name:
                raise _unknown(f"{where}: pool {pool.name}", f"it serves {receiver!r}, which is not another pool", receiver, set(policy.pools))
    for name in policy.order:
        if name not in policy.pools or not policy.pools[name].shared:
            shared = {p.name for p in policy.shared_pools}
            raise _unknown(f"{where}: shared.order", f"{name!r} is not a pool that serves others", name, shared)


def _pool(name: str, body: object, where: str) -> Pool:
    here = f"{where}: pool {name}"
    if name in (OUTSIDE, UNASSIGNED):
        raise _malformed(here, f"the name {name!r} is taken", "Lines sent `to: outside` need no pool of that name.")
    data = _mapping(body, here, "the pool")
    _known(data, ("driver", "scope", "group", "to", "weights", "because"), here, "a pool")
    to = _texts(data.get("to"))
    weights = {str(k): _number(v, here) for k, v in _mapping(data.get("weights"), here, "weights").items()}
    driver = str(data.get("driver", "contacts"))
    allowed = (*SHARED_DRIVERS, *WORK_DRIVERS) if to else WORK_DRIVERS
    if driver not in allowed and not (driver.startswith("usage:") and not to):
        raise _unknown(here, f"its driver {driver!r} is not known" + ("" if to else " for a pool without `to:`"), driver, {*allowed, "usage:ITEM"})
    group = data.get("group")
    if group is not None and driver not in TIME_DRIVERS:
        raise _malformed(here, f"it names the group {group!r} but its driver is {driver}", "Only time (driver: handle_s) has practical capacity; leave `group:` out or change the driver.")
    if driver == "weights" and set(weights) - set(to):
        raise _malformed(here, "it weighs pools that are not in `to:`", "Name each weighed pool in `to:`.")
    return Pool(name, driver, _scope(data.get("scope"), here), None if group is None else str(group), to, weights, str(data.get("because", "")))


def _rule(body: object, here: str) -> Rule:
    data = _mapping(body, here, "the rule")
    _known(data, ("match", "to", "nature", "behaviour", "category", "because", "from", "until"), here, "a rule")
    if "to" not in data:
        raise _malformed(here, "it has no `to:`", "Say which pool the lines go to.")
    match = tuple((str(k), tuple(p.lower() for p in _texts(v))) for k, v in _mapping(data.get("match"), here, "match").items())
    for key, allowed in (("nature", NATURES), ("behaviour", BEHAVIOURS)):
        if data.get(key) not in (None, *allowed):
            raise _malformed(here, f"{key} is {data[key]!r}", f"It must be one of {', '.join(allowed)}.")
    return Rule(
        to=str(data["to"]), match=match, nature=_text(data.get("nature")), behaviour=_text(data.get("behaviour")),
        category=_text(data.get("category")), because=str(data.get("because", "")),
        start=_day(data.get("from"), here), end=_day(data.get("until"), here),
    )  # fmt: skip


def _unit_time(body: object, where: str) -> UnitTime:
    here = f"{where}: unit_times"
    data = _mapping(body, here, "the time equation")
    _known(data, ("scope", "base_s", "extra", "because"), here, "a time equation")
    extra = {str(k): _number(v, here) for k, v in _mapping(data.get("extra"), here, "extra").items()}
    return UnitTime(_scope(data.get("scope"), here), _number(data.get("base_s", 0), here), extra, str(data.get("because", "")))


def _price(body: object, where: str) -> Price:
    here = f"{where}: prices"
    data = _mapping(body, here, "the price")
    _known(data, ("vendor", "item", "price", "currency", "per", "from", "until", "because", "source"), here, "a price")
    for key in ("vendor", "item", "price", "currency"):
        if key not in data:
            raise _malformed(here, f"a price has no `{key}:`", "Each price needs vendor, item, price and currency.")
    return Price(
        str(data["vendor"]), str(data["item"]), _number(data["price"], here), str(data["currency"]),
        _number(data.get("per", 1), here), _day(data.get("from"), here), _day(data.get("until"), here),
        str(data.get("source") or data.get("because") or ""),
    )  # fmt: skip


def _shrinkage(data: Mapping[str, object], where: str) -> tuple[Shrinkage, ...]:
    _known(data, ("shrinkage",), f"{where}: capacity", "capacity")
    found = []
    for group, value in _mapping(data.get("shrinkage"), where, "capacity.shrinkage").items():
        dated = value if isinstance(value, dict) else {None: value}
        for start, share in dated.items():
            number = _number(share, f"{where}: capacity.shrinkage")
            if not 0 <= number < 1:
                raise _malformed(f"{where}: capacity.shrinkage", f"{group} is {share}", "Shrinkage is a share of paid time, from 0 up to 1.")
            found.append(Shrinkage(None if group == "default" else str(group), number, _day(start, where)))
    return tuple(found)


def _scope(data: object, here: str) -> Scope:
    return tuple((str(k), _texts(v)) for k, v in sorted(_mapping(data, here, "scope").items(), key=lambda kv: str(kv[0])))


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, (list, tuple)) else (str(value),)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _mapping(value: object, where: str, name: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(where, f"{name} is {type(value).__name__}, not a list of `name: value` lines")
    return value


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


def _day(value: object, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _malformed(where, f"{value!r} is not a day", "Write 2026-01-31.") from error


def _known(data: Mapping[str, object], allowed: Iterable[str], where: str, thing: str) -> None:
    for key in data:
        if str(key) not in set(allowed):
            raise _unknown(where, f"{thing} has no `{key}:`", str(key), allowed)


def _malformed(where: str, what: str, do: str = "") -> PercontactError:
    return problem("E-POL-01", where, what, "The policy decides where every cent goes, so nothing in it is guessed.", do or "See docs/reference/policy.md.")


def _unknown(where: str, what: str, name: str, known: Iterable[str]) -> PercontactError:
    return problem("E-POL-02", where, what, did_you_mean(name, known), "Correct the name, or add what it names.")
