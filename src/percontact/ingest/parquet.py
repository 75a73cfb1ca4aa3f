# SPDX-License-Identifier: Apache-2.0
"""How staged rows are written: Parquet that other readers read too, and that is quick to scan."""

from __future__ import annotations

from pathlib import Path

import duckdb

from percontact.records.dialect import literal

ROW_GROUP_ROWS = 122_880
"""Rows in a row group: the size DuckDB reads in parallel."""

DICTIONARY_ENTRIES = 8_192
"""Different values of a column in a row group up to which they are written once each; agents are thousands.
Trying further, for ids of which each is another, takes time and saves nothing."""


def write_parquet(
    con: duckdb.DuckDBPyConnection, query: str, path: Path, *, entries: int = DICTIONARY_ENTRIES
) -> None:
    """Write a query as Parquet."""
    con.execute(
        f"COPY ({query}) TO {literal(str(path))} "
        f"(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
        f"DICTIONARY_SIZE_LIMIT {entries}, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    )
