# SPDX-License-Identifier: Apache-2.0
"""The way of the money as a document: ledger, pools, channels, what no contact bears, and the rules.

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

from percontact.costing.policy import OUTSIDE, UNASSIGNED, Pool, Rule
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.spoken import when
from percontact.report.statement import PoolLine, SharedLine, Statement
from percontact.report.words import DEMO_NOTE, money
from percontact.values.money import from_pico, plain
from percontact.values.period import Period

BY = ("category", "account", "cost_centre", "vendor")
"""What ledger lines may be gathered by."""

Stage = Literal["ledger", "pool", "channel", "end"]
ENDS = {"unused": "Unused capacity", "unassigned": "Not assigned"}
"""Where cost ends that no contact bears."""


@dataclass(frozen=True, slots=True)
class Band:
    """An amount from one place to another: ledger to pool, pool to channel, either to an end.

    cents  in minor units, which add up to the statement; pico: exact
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
                found[place] = found.get(place, 0) + b.cents
        return dict(sorted(found.items(), key=lambda kv: -abs(kv[1])))

    def called(self, value: str | None) -> str:
        """What people read for a value that ledger lines are gathered by."""
        if value is None:
            return f"no {self.by.replace('_', ' ')}"
        name = self.names.get(value)
        return f"{value} {name}" if name else value


@dataclass(frozen=True, slots=True)
class PoolOpened:
    """One pool of some whole months: (account, lines, cents) it is made of, its lines, where it went."""

    span: Period
    pool: str
    account: str | None
    statement: Statement
    accounts: tuple[tuple[str, int, int], ...]
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


# -- the map -----------------------------------------------------------------------------------------------


def map_document(found: Placed) -> Document:
    """The map for people and machines."""
    s = found.statement
    records = _bands(found)
    tables = [pools_table(s), ends_table(found), ledger_table(found), *_shared(s), rules_table(found)]
    if found.unplaced:
        tables.append(lines_table(found.unplaced, s.currency, "Lines no rule claims"))
    return Document(
        title=f"Where the money went {when(found.span)}",
        headline=" ".join(_sentences(found)),
        tables=tuple(tables),
        notes=tuple(n for n in s.notes if n != DEMO_NOTE),
        data={
            "currency": s.currency,
            "first_day": found.span.start.isoformat(),
            "last_day": found.span.end.fromordinal(found.span.end.toordinal() - 1).isoformat(),
            "gathered_by": found.by,
            "ledger": money(s.proof.ledger, s.currency).removeprefix(f"{s.currency} ").replace(",", ""),
            "bands": [
                {"from": b.stage, "source": b.source, "to": b.to, "target": b.target,
                 "amount": plain(from_pico(b.pico))}
                for b in found.bands
            ],
            "rules": records_of(rules_table(found)),
            "notes": list(s.notes),
        },
        records=records,
        facts=tuple(_facts(s)),
        definitions=(
            ("Unused capacity", "Cost of capacity that was supplied and not used; below zero where work "
             "outran practical capacity."),
            ("Not assigned", "Ledger amounts that no rule claims, or that no work was there to use."),
            ("Cents", "Rounded by the largest remainder, so that what reaches a pool leaves it."),
        ),
        demo=DEMO_NOTE if s.demo else "",
    )  # fmt: skip


def _sentences(found: Placed) -> Iterator[str]:
    s, p = found.statement, found.statement.proof
    whole = money(p.ledger, s.currency)
    done = money(p.ledger - p.unassigned, s.currency)
    yield f"{done} of {whole} of the ledger {when(found.span)} found its place."
    if p.ledger:
        told = [
            f"{money(p.assigned, s.currency)} ({_share(p.assigned, p.ledger)}) is borne by contacts",
            f"{money(abs(p.unused), s.currency)} ({_share(abs(p.unused), p.ledger)}) "
            + ("is capacity that nobody used" if p.unused >= 0 else "is work beyond practical capacity"),
        ]
        if p.unassigned:
            told.append(f"{money(p.unassigned, s.currency)} is assigned to nothing")
        yield f"{', '.join(told[:-1])} and {told[-1]}."
    if p.outside:
        yield f"{money(p.outside, s.currency)} more lies outside customer service by rule."


def _share(part: int, whole: int) -> str:
    return f"{Decimal(part) / whole:.0%}" if whole else "0%"


def pools_table(s: Statement) -> Table:
    """A row a pool."""
    stuck = any(p.unassigned for p in s.pools)
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("cost", f"Cost, {s.currency}", "money", s.currency),
        TableColumn("assigned", "Borne by contacts", "money", s.currency),
        TableColumn("unused", "Unused", "money", s.currency),
        TableColumn("unassigned", "Not assigned", "money", s.currency, detail=not stuck),
        TableColumn("rate", "Rate", "value", s.currency),
        TableColumn("unit", "per"),
        TableColumn("because", "Because"),
    )  # fmt: skip
    rows = tuple(
        (p.pool, p.cost, p.assigned, p.unused, p.unassigned, p.rate, p.unit, p.because) for p in s.pools
    )
    sums = tuple(sum(column) for column in zip(*[row[1:5] for row in rows], strict=True)) or (0, 0, 0, 0)
    return Table("Pools", columns, rows, ("All pools", *sums, None, "", ""))


def ends_table(found: Placed) -> Table:
    """Where the money ended: channels, then what no contact bears; the sum is the ledger."""
    s = found.statement
    columns = (
        TableColumn("end", "Where it ended"),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
        TableColumn("share", "Share of the ledger", "share"),
    )
    ends: list[tuple[str, int]] = [
        (name or "(unknown)", amount) for name, amount in found.sums("channel", incoming=True).items()
    ]
    ends += [(ENDS[str(name)], amount) for name, amount in found.sums("end", incoming=True).items()]
    whole = sum(amount for _, amount in ends)
    rows = tuple((name, amount, _part(amount, whole)) for name, amount in ends)
    return Table("Where it ended", columns, rows, ("Ledger", whole, _part(whole, whole)))


def ledger_table(found: Placed) -> Table:
    """Where the money came from."""
    s = found.statement
    columns = (
        TableColumn("value", found.by.replace("_", " ").capitalize()),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
        TableColumn("share", "Share of the ledger", "share"),
    )
    sums = found.sums("ledger")
    whole = sum(sums.values())
    rows = tuple((found.called(value), amount, _part(amount, whole)) for value, amount in sums.items())
    return Table("Where it came from", columns, rows, ("Ledger", whole, _part(whole, whole)))


def _part(amount: int, whole: int) -> Decimal | None:
    return round(Decimal(amount) / whole, 6) if whole else None


def _shared(s: Statement) -> Iterator[Table]:
    if not s.shared:
        return
    columns = (
        TableColumn("pool", "Pool that serves others"),
        TableColumn("to", "Gave to"),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
        TableColumn("driver", "By"),
        TableColumn("because", "Because"),
    )
    rows = tuple((x.pool, x.to, x.cents, x.driver, x.because) for x in s.shared)
    note = "These amounts are in the cost of the pools that they were given to."
    yield Table("Shared cost given on", columns, rows, note=note)


def rules_table(found: Placed) -> Table:
    """The rules that placed a line, with their dates and reasons."""
    s = found.statement
    columns = (
        TableColumn("rule", "Rule"),
        TableColumn("match", "Lines with"),
        TableColumn("pool", "Go to"),
        TableColumn("from", "From", "date"),
        TableColumn("until", "Until", "date"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
        TableColumn("because", "Because"),
    )
    rows: list[tuple[Cell, ...]] = []
    for x in found.rules:
        match = "; ".join(f"{c.replace('_', ' ')} {', '.join(p)}" for c, p in x.rule.match) or "every line"
        rows.append(
            (str(x.number), match, x.rule.to, x.rule.start, x.rule.end, x.lines, x.cents, x.rule.because)
        )
    dated = any(x.rule.start or x.rule.end for x in found.rules)
    keep = [c for c in columns if dated or c.name not in ("from", "until")]
    at = [columns.index(c) for c in keep]
    return Table("Rules used", tuple(keep), tuple(tuple(row[i] for i in at) for row in rows))


def _bands(found: Placed) -> Table:
    """The table for machines: each band, exact."""
    s = found.statement
    columns = (
        TableColumn("from", "From"),
        TableColumn("source", "Source"),
        TableColumn("to", "To"),
        TableColumn("target", "Target"),
        TableColumn("amount", f"Amount, {s.currency}", "value", s.currency),
    )
    rows = tuple((b.stage, b.source, b.to, b.target, from_pico(b.pico)) for b in found.bands)
    return Table("Bands", columns, rows)


def _facts(s: Statement) -> Iterator[tuple[str, str]]:
    yield "Days", s.span
    yield "Amounts", s.amounts
    yield "Policy", s.policy
    if s.snapshot is not None:
        yield "Snapshot", str(s.snapshot)


# -- one pool ----------------------------------------------------------------------------------------------


def pool_document(found: PoolOpened) -> Document:
    """One pool for people and machines."""
    s = found.statement
    lines = lines_table(found.lines, s.currency, _lines_title(found), found.lines_in_all)
    tables = [accounts_table(found), lines] if found.account is None else [lines]
    if found.ends:
        tables.append(went_table(found))
    return Document(
        title=f"{_pool_name(found.pool)} {when(found.span)}",
        headline=" ".join(_pool_sentences(found)),
        tables=tuple(tables),
        notes=("A pool is assigned as one: each of its lines brings the same share of itself to a contact.",),
        data={
            "currency": s.currency,
            "pool": found.pool,
            "account": found.account,
            "accounts": records_of(accounts_table(found)),
            "ledger_lines": records_of(lines),
            "ledger_lines_in_all": found.lines_in_all,
            "went": records_of(went_table(found)),
        },
        records=lines,
        facts=tuple(_facts(s)),
        demo=DEMO_NOTE if s.demo else "",
    )


def _pool_name(pool: str) -> str:
    return {UNASSIGNED: "Cost that no rule claims", OUTSIDE: "Cost outside customer service"}.get(
        pool, f"Pool {pool}"
    )


def _pool_sentences(found: PoolOpened) -> Iterator[str]:
    s, line, currency = found.statement, found.line, found.statement.currency
    whole = sum(amount for _, _, amount in found.accounts)
    if line is None:
        many = sum(n for _, n, _ in found.accounts)
        yield f"{money(whole, currency)} in {many:,} ledger line{'s' * (many != 1)}."
        if found.given:
            given = money(sum(x.cents for x in found.given), s.currency)
            yield f"It serves other pools and gave them {given}."
    else:
        yield f"{money(line.cost, currency)}: {money(line.assigned, currency)} is borne by contacts"
        yield from _idle(line, currency)
        if line.rate is not None:
            yield f"One {line.unit} costs {currency} {line.rate:,.4f}."
    if found.policy_pool is not None and found.policy_pool.because:
        because = found.policy_pool.because
        yield f"It is assigned by {_driver(found.policy_pool.driver)}: {because}."


_DRIVERS = {
    "handle_s": "handle time", "talk_s": "talk time", "wait_s": "waiting time", "offered": "contacts offered",
    "paid_h": "paid hours", "scheduled_h": "scheduled hours", "available_h": "available hours",
    "practical_h": "practical hours", "fte": "full-time equivalents", "weights": "fixed weights",
}  # fmt: skip


def _driver(driver: str) -> str:
    """A driver in words."""
    if driver.startswith("usage:"):
        return f"metered use ({driver.removeprefix('usage:')})"
    return _DRIVERS.get(driver, driver)


def _idle(line: PoolLine, currency: str) -> Iterator[str]:
    told = []
    if line.unused:
        told.append(
            f"{money(abs(line.unused), currency)} ({_share(abs(line.unused), line.cost)}) is "
            + ("capacity nobody used" if line.unused > 0 else "work beyond its capacity")
        )
    if line.unassigned:
        told.append(f"{money(line.unassigned, currency)} is assigned to nothing")
    yield (f"and {' and '.join(told)}." if told else "in full.")


def accounts_table(found: PoolOpened) -> Table:
    """What the pool is made of: accounts, shared cost followed to its own."""
    s = found.statement
    columns = (
        TableColumn("account", "Account"),
        TableColumn("name", "Name"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
    )
    rows = tuple((a, found.names.get(a, ""), n, amount) for a, n, amount in found.accounts)
    total = ("Total", "", sum(n for _, n, _ in found.accounts), sum(x for _, _, x in found.accounts))
    return Table("What it is made of", columns, rows, total)


def _lines_title(found: PoolOpened) -> str:
    return "Ledger lines" if found.account is None else f"Ledger lines of account {found.account}"


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


def went_table(found: PoolOpened) -> Table:
    """Where the pool's cost went."""
    s = found.statement
    columns = (
        TableColumn("end", "Where it went"),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
    )
    rows = tuple(
        (ENDS[str(b.target)] if b.to == "end" else b.target or "(unknown)", b.cents)
        for b in sorted(found.ends, key=lambda b: (b.to == "end", -b.cents))
    )
    return Table("Where it went", columns, rows, ("Total", sum(b.cents for b in found.ends)))
