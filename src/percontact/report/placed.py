# SPDX-License-Identifier: Apache-2.0
"""The way of the money: from the ledger to pools, to channels, and to what no contact bears.

Placed         the whole map of some months
  Band         an amount from one place to another
  Ruled        a rule of the policy, with what it placed
PoolOpened     one pool, down to ledger lines
  Line         one ledger line with its source
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from percontact.costing.policy import Pool, Rule
from percontact.report.document import Document, Table, TableColumn
from percontact.report.statement import PoolLine, SharedLine, Statement
from percontact.values.money import cents
from percontact.values.period import Period

BY = ("category", "account", "cost_centre", "vendor")
"""What ledger lines may be gathered by."""

Stage = Literal["ledger", "pool", "channel", "end"]
ENDS = {"unused": "Unused capacity", "unassigned": "Not assigned"}
"""Where cost ends that no contact bears."""


@dataclass(frozen=True, slots=True)
class Band:
    """An amount from one place to another: ledger to pool, pool to channel, either to an end.

    cents  in minor units, rounded by itself; pico: exact
    """

    stage: Stage
    source: str | None
    to: Stage
    target: str | None
    cents: int
    pico: int


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule of the policy, with the lines and cents of the span that it placed."""

    number: int
    rule: Rule
    lines: int
    cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger line: whole = its part of the span, cents = what of it is here, source = file and line."""

    line_id: str
    account: str
    text: str
    whole: int
    cents: int
    source: str


_NOTHING = Document("", "")


@dataclass(frozen=True, slots=True)
class Placed:
    """The whole map of some whole months. unplaced: lines that no rule claims; names: of accounts."""

    span: Period
    by: str
    statement: Statement
    bands: tuple[Band, ...]
    rules: tuple[Ruled, ...]
    unplaced: tuple[Line, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    document: Document = _NOTHING

    def sums(self, stage: Stage, *, incoming: bool = False) -> dict[str | None, int]:
        """Place -> cents that leave it, or that reach it; the largest first."""
        found: dict[str | None, int] = {}
        for b in self.bands:
            at, place = (b.to, b.target) if incoming else (b.stage, b.source)
            if at == stage:
                found[place] = found.get(place, 0) + b.pico
        largest = sorted(found.items(), key=lambda kv: -abs(kv[1]))
        return {place: cents(pico, self.statement.currency) for place, pico in largest}

    def called(self, value: str | None) -> str:
        """What people read for a value that ledger lines are gathered by."""
        if value is None:
            return f"no {self.by.replace('_', ' ')}"
        name = self.names.get(value)
        return f"{value} {name}" if name else value


@dataclass(frozen=True, slots=True)
class PoolOpened:
    """One pool of some whole months: (account, lines, cents) it is made of, its lines, where it went.

    whole  cents of all its lines
    """

    span: Period
    pool: str
    account: str | None
    statement: Statement
    accounts: tuple[tuple[str, int, int], ...]
    whole: int
    lines: tuple[Line, ...]
    lines_in_all: int
    ends: tuple[Band, ...]
    names: Mapping[str, str]
    policy_pool: Pool | None
    given: tuple[SharedLine, ...]
    document: Document = _NOTHING

    @property
    def line(self) -> PoolLine | None:
        """The pool in the statement; None of one that serves others, and of no pool."""
        return next((p for p in self.statement.pools if p.pool == self.pool), None)


# -- what the map and one pool both tell ---------------------------------------------------------------------


def lines_table(lines: tuple[Line, ...], currency: str, title: str, in_all: int | None = None) -> Table:
    """Ledger lines with the file and line they were read from."""
    columns = (
        TableColumn("line", "Line"),
        TableColumn("account", "Account"),
        TableColumn("text", "Text"),
        TableColumn("whole", f"In these months, {currency}", "money", currency),
        TableColumn("amount", f"Of it here, {currency}", "money", currency),
        TableColumn("source", "Source row"),
    )
    rows = tuple((x.line_id, x.account, x.text, x.whole, x.cents, x.source) for x in lines)
    more = f"The {len(rows):,} largest of {in_all:,}." if in_all and len(rows) < in_all else ""
    return Table(title, columns, rows, note=more)


def facts(s: Statement) -> Iterator[tuple[str, str]]:
    """What the amounts rest on."""
    yield "Days", s.span
    yield "Amounts", s.amounts
    yield "Policy", s.policy
    if s.snapshot is not None:
        yield "Snapshot", str(s.snapshot)


def share(part: int, whole: int) -> str:
    """A part of a whole as people say it."""
    return f"{Decimal(part) / whole:.0%}" if whole else "0%"
