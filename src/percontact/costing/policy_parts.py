# SPDX-License-Identifier: Apache-2.0
"""The parts of a policy, one function each: from the lines of a part to the noun it states."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from percontact.costing.assumptions import USUAL, Assumption, Usual
from percontact.costing.opening import Hours, read_week
from percontact.costing.policy import (
    OUTSIDE,
    SHARED_DRIVERS,
    TIME_DRIVERS,
    UNASSIGNED,
    WORK_DRIVERS,
    Pool,
    Price,
    Rule,
    Shrinkage,
    UnitTime,
)
from percontact.costing.policy_text import (
    Fields,
    amount_of,
    day_of,
    days_of,
    malformed,
    number_of,
    unknown,
)
from percontact.records.dialect import fold
from percontact.records.ledger import BEHAVIOURS, NATURES
from percontact.values.currencies import CURRENCIES


def pool(name: str, body: object, file: str, line: int | None) -> Pool:
    """pools: {people: {driver: handle_s, scope: {team: [A]}, group: phones}}"""
    f = Fields(
        body, "a pool", ("driver", "scope", "group", "to", "weights", "because"), file=file,
        part=f"pool {name}", line=line,
    )  # fmt: skip
    if name in (OUTSIDE, UNASSIGNED):
        do = "Lines sent `to: outside` need no pool of that name."
        raise malformed(f.where(), f"the name {name!r} is taken", do)
    to, weights = f.texts("to"), f.amounts("weights")
    driver = f.text("driver", "contacts")
    allowed = (*SHARED_DRIVERS, *WORK_DRIVERS) if to else WORK_DRIVERS
    if driver not in allowed and not (driver.startswith("usage:") and not to):
        what = f"its driver {driver!r} is not known" + ("" if to else " for a pool without `to:`")
        raise unknown(f.where("driver"), what, driver, {*allowed, "usage:ITEM"})
    group = f.maybe("group")
    if group is not None and driver not in TIME_DRIVERS:
        what = f"it names the group {group!r} but its driver is {driver}"
        do = "Only time (driver: handle_s) has practical capacity; leave `group:` out or change the driver."
        raise malformed(f.where("group"), what, do)
    if driver == "weights" and set(weights) - set(to):
        do = "Name each weighed pool in `to:`."
        raise malformed(f.where("weights"), "it weighs pools that are not in `to:`", do)
    scope = tuple(sorted(f.choices("scope")))
    return Pool(name, driver, scope, group, to, weights, f.text("because"), line=line)


def rule(number: int, body: object, file: str, line: int | None) -> Rule:
    """rules: [{match: {account: "61*"}, to: people, from: 2026-01-01, because: pay}]"""
    allowed = ("match", "to", "nature", "behaviour", "category", "because", "from", "until")
    f = Fields(body, "a rule", allowed, file=file, part=f"rule {number}", line=line)
    if not f.text("to"):
        raise malformed(f.where("to"), "it has no `to:`", "Say which pool the lines go to.")
    match = tuple((column, tuple(map(fold, patterns))) for column, patterns in f.choices("match"))
    for key, known in (("nature", NATURES), ("behaviour", BEHAVIOURS)):
        if f.given(key) not in (None, *known):
            what = f"{key} is {f.text(key)!r}"
            raise malformed(f.where(key), what, f"It must be one of {', '.join(known)}.")
    start, end = f.day("from"), f.day("until")
    if start and end and end <= start:
        what = f"it ends on {end}, not after it begins on {start}"
        raise malformed(f.where("until"), what, "`until:` is the first day it holds no more.")
    return Rule(
        to=f.text("to"),
        match=match,
        nature=f.maybe("nature"),
        behaviour=f.maybe("behaviour"),
        category=f.maybe("category"),
        because=f.text("because"),
        start=start,
        end=end,
        line=line,
    )


def unit_time(body: object, file: str, line: int | None) -> UnitTime:
    """unit_times: [{scope: {channel: email}, base_s: 90, extra: {messages: 30}}]"""
    f = Fields(
        body, "a time equation", ("scope", "base_s", "extra", "because"), file=file, part="unit_times",
        line=line,
    )  # fmt: skip
    scope = tuple(sorted(f.choices("scope")))
    return UnitTime(scope, f.amount("base_s", 0), f.amounts("extra"), f.text("because"))


def price(body: object, file: str, line: int | None) -> Price:
    """prices: [{vendor: V, item: token_in, price: 0.002, per: 1000, currency: USD, from: 2026-01-01}]"""
    allowed = ("vendor", "item", "price", "currency", "per", "from", "until", "because", "source")
    f = Fields(body, "a price", allowed, file=file, part="prices", line=line)
    for key in ("vendor", "item", "price", "currency"):
        if key not in f:
            do = "Each price needs vendor, item, price and currency."
            raise malformed(f.where(), f"a price has no `{key}:`", do)
    currency = f.text("currency").upper()
    if currency not in CURRENCIES:
        what = f"{f.text('currency')!r} is no currency code"
        raise malformed(f.where("currency"), what, "Write EUR, USD, GBP, ...")
    per = f.amount("per", 1)
    if not per:
        do = "Say for how many units the price is, e.g. per: 1000000."
        raise malformed(f.where("per"), "`per:` is 0", do)
    return Price(
        f.text("vendor"), f.text("item"), f.amount("price"), currency, per, f.day("from"), f.day("until"),
        f.text("source") or f.text("because"),
    )  # fmt: skip


def assumption(body: object, file: str, line: int | None) -> Assumption:
    """opportunities: [{of: self_service, tried: 0.35, settled: [0.25, 0.5], from: 2026-03-01}]"""
    any_of = Fields(body, "the assumption", None, file=file, part="opportunities", line=line)
    of = any_of.text("of")
    if not of:
        do = f"Say of which kind: {', '.join(USUAL)}."
        raise malformed(any_of.where("of"), "an entry has no `of:`", do)
    if of not in USUAL:
        raise unknown(any_of.where("of"), f"there is nothing to set of {of!r}", of, USUAL)
    part = f"opportunities, {of}"
    f = Fields(
        body, of, ("of", *USUAL[of], "from", "until", "because", "source"), file=file, part=part, line=line
    )
    numbers = {
        name: _assumed(f.given(name), usual, f.where(name, f"{part}.{name}"))
        for name, usual in USUAL[of].items()
        if name in f
    }
    if not numbers:
        raise malformed(f.where(), "it sets no number", f"It may set {', '.join(USUAL[of])}.")
    return Assumption(of, numbers, f.text("because") or f.text("source"), f.day("from"), f.day("until"))


def _assumed(value: object, usual: Usual, where: str) -> tuple[Decimal, ...]:
    """One number, or two from low to high, in the unit of what is usual."""
    found = tuple(amount_of(x, where) for x in (value if isinstance(value, list) else [value]))
    said = ", ".join(map(str, value)) if isinstance(value, list) else value
    if len(found) != usual.many or list(found) != sorted(found):
        form = "two numbers, the lower first: [0.2, 0.6]" if usual.many == 2 else "one number"
        raise malformed(where, f"{said} is not {form.split(':')[0]}", f"Write {form}.")
    if usual.unit in ("share", "some") and (found[-1] > 1 or (usual.unit == "some" and not found[0])):
        raise malformed(where, f"{said} is no share of it", "Write 0.35 for 35%; the whole is 1.")
    if usual.unit == "days":
        days_of(found[0], where)
    return found


def shrinkage(root: Fields) -> Iterator[Shrinkage]:
    """capacity: {shrinkage: {default: 0.3, phones: {2026-01-01: 0.25, 2026-07-01: 0.2}}}"""
    capacity = root.inner("capacity", "capacity", ("shrinkage", "because"), "capacity")
    given = capacity.inner("shrinkage", "capacity.shrinkage", None, "capacity.shrinkage")
    for group, value in given.data.items():
        if group == "because":
            continue
        where = given.where(group)
        dated = value if isinstance(value, dict) else {None: value}
        for start, share in dated.items():
            number = number_of(share, where)
            if not 0 <= number < 1:
                do = "Shrinkage is a share of paid time, from 0 up to 1."
                raise malformed(where, f"{group} is {share}", do)
            day = None if start is None else day_of(start, where)
            yield Shrinkage(None if group == "default" else group, number, day)


def opening(root: Fields) -> dict[int, Hours]:
    """opening_hours: {mon-fri: "08:00-18:00", because: ...}"""
    week = root.inner("opening_hours", "opening_hours", None)
    told = {day: week.text(day) for day in week.data if day != "because"}
    try:
        return read_week(told)
    except ValueError as error:
        do = "Write mon-fri: '08:00-18:00'."
        raise malformed(root.where("opening_hours"), f"opening_hours: {error}", do) from error
