# SPDX-License-Identifier: Apache-2.0
"""Policy: dated rules, each with a reason, that say which pool a cost line joins and what drives the pool.

    Policy
      Rule        ledger lines -> pool; the first that matches wins
      Pool        driver, scope, resource group; or the pools it serves (shared cost)
      UnitTime    seconds of work where handling is not measured (time equation)
      Price       a dated price of metered use

A policy is data: nothing in it is evaluated as code. Its form stands in docs/reference/policy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from percontact.costing.assumptions import Assumption
from percontact.costing.opening import Hours

UNASSIGNED = "(unassigned)"
OUTSIDE = "outside"
"""Pool name of a rule that puts lines outside the cost of customer service, on purpose."""
TEXTBOOK_POOL = "all cost"

WORK_DRIVERS = ("handle_s", "contacts", "offered", "messages", "talk_s", "wait_s")
"""Drivers measured on contacts; `usage:ITEM` is one more, by metered item."""
SHARED_DRIVERS = (
    "paid_h",
    "scheduled_h",
    "available_h",
    "practical_h",
    "fte",
    "heads",
    "seats",
    "weights",
    "cost",
)
"""Drivers measured on pools or their resource groups, for pools that serve other pools."""
TIME_DRIVERS = ("handle_s",)
"""Drivers whose capacity is time: only these have unused capacity."""

Method = Literal["direct", "step-down", "reciprocal"]
METHODS: tuple[Method, ...] = ("direct", "step-down", "reciprocal")

Scope = tuple[tuple[str, tuple[str, ...]], ...]
"""((dimension, values), ...): a row is inside when each dimension has one of its values, upper and lower case
being one."""


def place(file: str, line: int | None, part: str = "") -> str:
    """Where something of a policy stands, for messages.

    >>> place("policy.yaml", 12, "rule 3")
    'policy.yaml:12: rule 3'
    """
    return f"{file}{f':{line}' if line else ''}{f': {part}' if part else ''}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Cost lines that match go to a pool. `match`: ((ledger column, patterns), ...), all must hold; `*` is
    any text, upper and lower case are one. In force from `start` up to but not on `end`.
    line: where it stands in the file, from 1."""

    to: str
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nature: str | None = None
    behaviour: str | None = None
    category: str | None = None
    because: str = ""
    start: date | None = None
    end: date | None = None
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """Cost lines that one driver assigns.

    driver   what assigns it: a work driver, `usage:ITEM`, or (with `to`) a shared driver
    scope    the work that uses it; () = all
    group    resource group whose practical capacity it pays for, or None
    to       pools it serves; () = it is assigned to contacts
    weights  fixed weights of the pools it serves, for the driver `weights`
    line     where it stands in the file, from 1
    """

    name: str
    driver: str = "contacts"
    scope: Scope = ()
    group: str | None = None
    to: tuple[str, ...] = ()
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    because: str = ""
    line: int | None = field(default=None, compare=False)

    @property
    def shared(self) -> bool:
        """Whether it serves other pools rather than contacts."""
        return bool(self.to)


@dataclass(frozen=True, slots=True)
class UnitTime:
    """Time equation: seconds = base_s + sum(extra_s[column] x column).

    It holds for rows in scope without handle time.
    """

    scope: Scope
    base_s: Decimal
    extra_s: Mapping[str, Decimal] = field(default_factory=dict)
    because: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """Price of one unit of a vendor's metered item, in force from `start` up to but not on `end`."""

    vendor: str
    item: str
    price: Decimal
    currency: str
    per: Decimal = Decimal(1)
    start: date | None = None
    end: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Share of paid time not available for contacts, of a group (None = default) from a day on."""

    group: str | None
    share: Decimal
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules of a workspace. `textbook` marks the one that stands in where none is written.

    opening_hours  ISO weekday -> hours of the usual week; empty = not told
    assumptions    numbers that opportunities take for granted, where they are not the usual ones
    """

    pools: Mapping[str, Pool]
    rules: tuple[Rule, ...]
    method: Method = "step-down"
    order: tuple[str, ...] = ()
    shrinkage: tuple[Shrinkage, ...] = ()
    unit_times: tuple[UnitTime, ...] = ()
    concurrent_channels: tuple[str, ...] = ()
    failure_reasons: tuple[str, ...] = ()
    repeat_days: int = 7
    repeat_same: tuple[str, ...] = ("customer_id", "reason")
    prices: tuple[Price, ...] = ()
    opening_hours: Mapping[int, Hours] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    digest: str = ""
    textbook: bool = False

    @property
    def work_pools(self) -> tuple[Pool, ...]:
        """Pools that are assigned to contacts."""
        return tuple(p for p in self.pools.values() if not p.shared)

    @property
    def shared_pools(self) -> tuple[Pool, ...]:
        """Pools that serve other pools, in the step-down order (those not named in it come last)."""
        rank = {name: i for i, name in enumerate(self.order)}
        shared = [p for p in self.pools.values() if p.shared]
        return tuple(sorted(shared, key=lambda p: rank.get(p.name, len(rank))))


def textbook() -> Policy:
    """The policy of no policy: every ledger line in one pool, divided by handled contacts."""
    pool = Pool(TEXTBOOK_POOL, because="No policy yet: all cost / contacts, the textbook formula.")
    return Policy(
        {TEXTBOOK_POOL: pool}, (Rule(TEXTBOOK_POOL, because=pool.because),), digest="textbook", textbook=True
    )
