# SPDX-License-Identifier: Apache-2.0
"""The cost statement: ledger -> pools -> contacts, and what one contact costs. One answer, many forms.

    Statement
      Line            one row: a period and its dimensions, cost, denominator, value, coverage
      PoolLine        one pool: cost, assigned, unused, unassigned, rate
      SharedLine      what a pool that serves others gave to one of them
      Comparison      the same question about another span, or the budget
      OtherForm       the same cost divided another way

Each amount is rounded to cents by itself, so that it is the same on every page; totals are rounded once, from
exact sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Line(NamedTuple):
    """One row of the statement. A tuple: there are thousands, and a frozen class takes ten times as long.

    period       its name: 2026-06
    start        first day, ISO
    values       one a dimension; None = unknown
    cents        cost in minor units; None where no ledger line speaks of the period
    denominator  contacts, minutes, ... ; None where it cannot be told
    value        cost of one, to six decimals; None = undefined
    covered      the part of cents that is divided, in minor units, where some cost belongs to no unit of the
                 denominator (contacts without a case); None = all of it
    contacts     handled contacts; offered: abandoned ones too
    measured     handled contacts whose time is measured or reported; derived: from other times; rest
                 estimated
    label        "" or what the row is when it is no slice of contacts: (unassigned), (unused)
    """

    period: str
    start: str
    values: tuple[str | None, ...]
    cents: int | None
    denominator: Decimal | None
    value: Decimal | None
    contacts: int
    offered: int
    handle_s: Decimal
    measured: int
    derived: int
    label: str = ""
    covered: int | None = None

    @property
    def divided(self) -> int | None:
        """What `value` divides by the denominator, in minor units."""
        return self.cents if self.covered is None else self.covered

    @property
    def estimated(self) -> int:
        """Handled contacts whose time is a standard, or unknown."""
        return self.contacts - self.measured - self.derived


class PoolLine(NamedTuple):
    """One pool over the span, in cents.

    rate   money per hour (time drivers) or per unit; None where nothing was used
    exact  cost, assigned, unused and unassigned in pico
    """

    pool: str
    driver: str
    cost: int
    assigned: int
    unused: int
    unassigned: int
    quantity: Decimal
    capacity: Decimal | None
    unit: str
    rate: Decimal | None
    because: str = ""
    exact: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A pool that serves others: what it gave on to one of them over the span, in cents.

    It is in their cost.
    """

    pool: str
    driver: str
    to: str
    cents: int
    because: str = ""
    pico: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The total beside another: `value` of the other, and how far the statement's total lies above it."""

    name: str
    period: str
    cents: int | None
    denominator: Decimal | None
    value: Decimal | None
    change: Decimal | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class OtherForm:
    """The same span's cost divided another way: what is divided by what."""

    name: str
    value: Decimal | None
    cents: int
    denominator: Decimal
    unit: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The reconciliation line, in cents: ledger = assigned + unused + unassigned + rounding.

    rounding  what the cents of the parts leave of the ledger's; exactly, the parts are the ledger
    """

    ledger: int
    assigned: int
    unused: int
    unassigned: int
    unclaimed: int
    outside: int
    whole: bool
    rounding: int = 0

    @property
    def difference(self) -> int:
        """Zero, or no statement is made."""
        return self.ledger - self.assigned - self.unused - self.unassigned - self.rounding


@dataclass(frozen=True, slots=True)
class Statement:
    """The answer to `percontact cost`.

    headline     the answer in a sentence
    rows         lines in order of period and value
    total        the line over all rows
    other_forms  total cost, cost per assisted contact, per handle minute, ...
    notes        what the reader must know, most important first
    """

    headline: str
    currency: str
    basis: str
    per: str
    grain: str
    span: str
    by: tuple[str, ...]
    where: tuple[str, ...]
    rows: tuple[Line, ...]
    total: Line
    pools: tuple[PoolLine, ...]
    proof: Proof
    shared: tuple[SharedLine, ...]
    comparisons: tuple[Comparison, ...]
    other_forms: tuple[OtherForm, ...]
    notes: tuple[str, ...]
    amounts: str
    policy: str
    snapshot: int | None
    demo: bool
