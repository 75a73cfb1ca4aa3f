# SPDX-License-Identifier: Apache-2.0
"""Parquet by DuckDB: the lines only, in exact types. Money is a decimal, never a float."""

from __future__ import annotations

import tempfile
from pathlib import Path

from percontact.records.dialect import connect, literal, quote
from percontact.report.cells import decimals, exact
from percontact.report.document import Document, TableColumn

TYPES = {"text": "VARCHAR", "count": "BIGINT", "date": "DATE"}
"""Types by kind; every other kind is a decimal of 38 digits."""


def render(document: Document) -> bytes:
    """The document's table for machines as one Parquet file (zstd)."""
    table = document.for_machines
    # One list of texts a column: cast to its type by DuckDB, so that no digit passes through a float.
    texts = [[exact(row[i], c) for row in table.rows] for i, c in enumerate(table.columns)]
    lists = ", ".join(f"unnest(?::VARCHAR[]) AS c{i}" for i in range(len(table.columns)))
    typed = [f"CAST(c{i} AS {column_type(c)}) AS {quote(c.name)}" for i, c in enumerate(table.columns)]
    con = connect(threads=1)
    try:
        con.execute(f"CREATE TEMP TABLE answer AS SELECT {', '.join(typed)} FROM (SELECT {lists})", texts)
        with tempfile.TemporaryDirectory(prefix="percontact-") as folder:
            path = Path(folder) / "answer.parquet"
            con.execute(f"COPY answer TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
            return path.read_bytes()
    finally:
        con.close()


def column_type(column: TableColumn) -> str:
    """The SQL type of a column.

    >>> column_type(TableColumn("cost", "Cost", "money", "KWD"))
    'DECIMAL(38,3)'
    """
    return TYPES.get(column.kind) or f"DECIMAL(38,{decimals(column)})"
