# SPDX-License-Identifier: Apache-2.0
"""Which table a file looks like, by its headers: said when nobody named one."""

from __future__ import annotations

from pathlib import Path

from percontact.ingest.look import first_rows, kind_of
from percontact.ingest.mapping import Mapping
from percontact.ingest.meaning import SYNONYM, heading, plain, roles
from percontact.ingest.propose_months import month_of
from percontact.ingest.question import Asked
from percontact.ingest.sniff import sniff
from percontact.ingest.survey_words import kind_in
from percontact.ingest.vocabulary import words
from percontact.records.book import Settings
from percontact.records.column import Table
from percontact.records.tables import TABLES

_STANDS_FOR = {
    "period_start": ("period_start", "period", "posted_on"),
    "period_end": ("period_end", "period", "posted_on", "period_start"),
    "started_at": ("started_at", "+date"), "opened_at": ("opened_at", "+date"),
    "used_at": ("used_at", "+date"),
    "amount": ("amount", "+debit", "+credit"),
    "sent_at": ("sent_at", "answered_at", "+date"),
    "kind": ("kind", "score"),
}  # fmt: skip


def tables_like(path: Path, settings: Settings) -> list[tuple[str, str]]:
    """(table, its columns that the headers name), likeliest first; only tables that all needs are met of."""
    del settings
    headers: tuple[str, ...] = ()
    if kind_of(path) == "delimited":
        layout = sniff(path, Asked({}))
        if layout and layout.source:
            return [(layout.source.table, f"its rows are those of {layout.source.name}")]
        headers = layout.cells if layout else ()
    elif rows := first_rows(path, Mapping()):
        headers = tuple(rows[0])
    found = [
        (score, table.name, named)
        for table in TABLES.values()
        for score, named in [_likeness(table, headers)]
        if score
    ]
    found.sort(key=lambda f: -f[0])
    return [(name, f"its headers name {', '.join(named[:6])}") for _, name, named in found]


def _is_pay(header: str) -> bool:
    """Whether a header says what people cost, or are paid before anything is taken off."""
    known = words()["payroll"]
    return plain(header) in known["total"] or plain(header) in known["gross"]


def _side_by_side(table: str, headers: tuple[str, ...]) -> bool:
    """Whether months stand side by side that a table takes: what was spent, or what was planned."""
    kinds = [month.of for header in headers if header and (month := month_of(header))]
    taken = {"ledger": ("actual", ""), "budgets": ("plan", "forecast")}.get(table, ())
    return sum(kind in taken for kind in kinds) > 1


def _likeness(table: Table, headers: tuple[str, ...]) -> tuple[float, list[str]]:
    """How many of the headers the table has a column for; 0 when it misses what it needs."""
    named: dict[str, float] = {}
    for header in headers:
        for role in roles(table, heading(header))[:1] if header else []:
            if role.score > SYNONYM - 0.1:
                named[role.name] = max(named.get(role.name, 0.0), role.score)
        if header and table.name == "surveys" and kind_in(header):
            named["score"] = max(named.get("score", 0.0), SYNONYM)
        if header and table.name == "ledger" and _is_pay(header):
            named["amount"] = max(named.get("amount", 0.0), SYNONYM)
    if _side_by_side(table.name, headers):
        named |= dict.fromkeys(("period", "amount"), SYNONYM)
    for column in table.columns:
        meant = _STANDS_FOR.get(column.name, (column.name,))
        if column.required and not column.default and not set(meant) & set(named):
            return 0.0, []
    own = {name: score for name, score in named.items() if not name.startswith("+")}
    # Of two tables with as many columns, the one that needs more of them is the likelier.
    needs = sum(c.required for c in table.columns)
    return sum(named.values()) + 0.1 * needs, list(own or named)
