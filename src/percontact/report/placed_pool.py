# SPDX-License-Identifier: Apache-2.0
"""One pool as a document: what it is made of, down to ledger lines, and where its cost went."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.costing.policy import OUTSIDE, UNASSIGNED
from percontact.report.document import Document, Table, TableColumn
from percontact.report.placed import ENDS, PoolOpened, facts, lines_table, share
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.spoken import when
from percontact.report.statement import PoolLine
from percontact.report.words import DEMO_NOTE, money
from percontact.values.money import cents


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
        facts=tuple(facts(s)),
        demo=DEMO_NOTE if s.demo else "",
    )


def _pool_name(pool: str) -> str:
    return {UNASSIGNED: "Cost that no rule claims", OUTSIDE: "Cost outside customer service"}.get(
        pool, f"Pool {pool}"
    )


def _pool_sentences(found: PoolOpened) -> Iterator[str]:
    line, currency = found.line, found.statement.currency
    if line is None:
        many = sum(n for _, n, _ in found.accounts)
        yield f"{money(found.whole, currency)} in {many:,} ledger line{'s' * (many != 1)}."
        if found.given:
            given = money(cents(sum(x.pico for x in found.given), currency), currency)
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
            f"{money(abs(line.unused), currency)} ({share(abs(line.unused), line.cost)}) is "
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
    total = ("Total", "", sum(n for _, n, _ in found.accounts), found.whole)
    return with_rounding(Table("What it is made of", columns, rows, total))


def _lines_title(found: PoolOpened) -> str:
    return "Ledger lines" if found.account is None else f"Ledger lines of account {found.account}"


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
    total = ("Total", cents(sum(b.pico for b in found.ends), s.currency))
    return with_rounding(Table("Where it went", columns, rows, total))
