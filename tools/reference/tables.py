# SPDX-License-Identifier: Apache-2.0
"""The page of tables: each column with its rule."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.records.column import READS, STORED, Column, Table
from percontact.records.tables import LANDED, TABLES, landed_columns
from reference.markdown import grid, joined


def tables_page() -> str:
    """Every column of every table, with the rule a row has to keep."""
    return joined("src/percontact/records/", _tables())


def _tables() -> Iterator[str]:
    yield "# Tables of a Book"
    yield (
        "These are the columns that `percontact import TABLE FILE` knows. A file with these headers needs no "
        "mapping; headers are found whatever their case. A row that breaks a MUST line is set aside with its "
        "line, its reason and its text, and counted: rows in = rows landed + rows set aside."
    )
    links = [f"[{name}](#{name})" for name in TABLES]
    yield "Tables: " + ", ".join(links) + "."
    yield (
        "**needed** in the column *default* means that a row without a value is set aside. A dash means that "
        "the value stays unknown: unknown is null, never zero."
    )
    for table in TABLES.values():
        yield from _table(table)
    yield "## Kinds of column"
    yield grid(
        ("kind", "what a file may hold", "kept as"),
        ((f"`{kind}`", READS[kind], f"`{STORED[kind]}`") for kind in STORED),
    )
    yield "Instants are kept in UTC. An empty cell is unknown, whatever its kind."


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield f"A row is {table.row}."
    yield grid(
        ("column", "kind", "rule", "default", "why"),
        (
            (f"`{c.name}`", c.kind, c.must, _default(c, table), c.why[0].upper() + c.why[1:])
            for c in table.columns
        ),
    )
    yield "\n".join(f"- {line}" for line in _rules(table))


def _default(column: Column, table: Table) -> str:
    if column.default is not None:
        return f"`{column.default}`"
    if column.required:
        return "**needed**"
    if column.kind == "currency":
        return "the workspace's"
    return "made" if column.name == table.key else "-"


def _rules(table: Table) -> Iterator[str]:
    for order in table.orders:
        rule = "MUST lie after" if order.strict else "MUST NOT lie before"
        yield f"`{order.later}` {rule} `{order.earlier}` ({order.code})."
    if table.key:
        yield f"`{table.key}` names a row: one that is there already is set aside (E-ID-01)."
    if table.column("period_start"):
        yield (
            "A header `date`, `month` or `period` stands for the whole month its value lies in. A first of a "
            "month in `period_start` with no `period_end` does too."
        )
    if table.name == "contacts":
        yield (
            "A header `date` stands for `started_at`. Handling columns in the row make its handling: no "
            "second table is needed."
        )
    yield ("Any further column is kept as a dimension, unless it looks [personal](personal-data.md).")
    if table.when:
        yield f"Files are parted by the local month of `{table.when}`."
    added = ", ".join(f"`{name}`" for name, _ in landed_columns(table.name))
    made = "" if table.name not in LANDED else " (`bucket`: quarter hours since 1970 in UTC)"
    yield f"Landing adds {added}{made}."
