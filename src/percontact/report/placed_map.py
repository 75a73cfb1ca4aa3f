# SPDX-License-Identifier: Apache-2.0
"""The map of the money as a document: each pool, where the ledger came from and ended, and the rules used."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.placed import ENDS, Placed, facts, lines_table, share
from percontact.report.records import records_of
from percontact.report.rounding import CENTS, with_rounding
from percontact.report.spoken import spoken, when
from percontact.report.statement import Statement
from percontact.report.words import DEMO_NOTE, money
from percontact.values.money import cents, from_pico, plain


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
        facts=tuple(facts(s)),
        definitions=(
            ("Unused capacity", "Cost of capacity that was supplied and not used; below zero where work "
             "outran practical capacity."),
            ("Not assigned", "Ledger amounts that no rule claims, or that no work was there to use."),
            ("Cents", CENTS),
        ),
        demo=DEMO_NOTE if s.demo else "",
    )  # fmt: skip


def _sentences(found: Placed) -> Iterator[str]:
    s, p = found.statement, found.statement.proof
    if not found.bands:
        yield f"No ledger line is for {spoken(found.span)}, so there is nothing to place."
        return
    whole = money(p.ledger, s.currency)
    done = money(p.ledger - p.unassigned, s.currency)
    yield f"{done} of {whole} of the ledger {when(found.span)} found its place."
    if p.ledger:
        told = [
            f"{money(p.assigned, s.currency)} ({share(p.assigned, p.ledger)}) is borne by contacts",
            f"{money(abs(p.unused), s.currency)} ({share(abs(p.unused), p.ledger)}) "
            + ("is capacity that nobody used" if p.unused >= 0 else "is work beyond practical capacity"),
        ]
        if p.unassigned:
            told.append(f"{money(p.unassigned, s.currency)} is assigned to nothing")
        yield f"{', '.join(told[:-1])} and {told[-1]}."
    if p.outside:
        yield f"{money(p.outside, s.currency)} more lies outside customer service by rule."


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
    sums = [cents(sum(p.exact[i] for p in s.pools), s.currency) for i in range(4)]
    return with_rounding(Table("Pools", columns, rows, ("All pools", *sums, None, "", "")))


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
    whole = s.proof.ledger
    rows = tuple((name, amount, _part(amount, whole)) for name, amount in ends)
    return with_rounding(Table("Where it ended", columns, rows, ("Ledger", whole, _part(whole, whole))))


def ledger_table(found: Placed) -> Table:
    """Where the money came from."""
    s = found.statement
    columns = (
        TableColumn("value", found.by.replace("_", " ").capitalize()),
        TableColumn("amount", f"Amount, {s.currency}", "money", s.currency),
        TableColumn("share", "Share of the ledger", "share"),
    )
    sums, whole = found.sums("ledger"), s.proof.ledger
    rows = tuple((found.called(value), amount, _part(amount, whole)) for value, amount in sums.items())
    total = ("Ledger", whole, _part(whole, whole))
    return with_rounding(Table("Where it came from", columns, rows, total))


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
