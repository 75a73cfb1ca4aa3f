# SPDX-License-Identifier: Apache-2.0
"""Parquet: typed columns, read as text like any other file, so that one set of rules holds for all."""

from __future__ import annotations

from pathlib import Path

import duckdb

from percontact.ingest.found import Found, named_headers
from percontact.ingest.mapping import Mapping
from percontact.records.dialect import literal, quote
from percontact.values.problem import problem


def read_columnar(con: duckdb.DuckDBPyConnection, path: Path, mapping: Mapping, name: str) -> Found:
    """Describe a Parquet file as rows of text; nothing is copied.

    The line of a row is its number + 1, as if a header stood on line 1. Times with a zone come out in UTC.
    The independent count is the file's own metadata.
    Raises E-FILE-04 (two columns of one name), E-FILE-06 (damaged).
    """
    file = literal(str(path))
    try:
        types = con.execute(f"DESCRIBE SELECT * FROM {_scan(file)}").fetchall()
        ((seen,),) = con.execute(f"SELECT num_rows FROM parquet_file_metadata({file})").fetchall()
    except duckdb.Error as error:
        raise problem(
            "E-FILE-06",
            name,
            "this is no readable Parquet file",
            str(error).splitlines()[0],
            "Export it again.",
        ) from error
    names = [str(row[0]) for row in types if row[0] != "file_row_number"]
    kinds = [str(row[1]) for row in types if row[0] != "file_row_number"]
    headers = named_headers(names, mapping, name)
    cells = ", ".join(
        f"{_as_text(n, k, mapping.decimal)} AS c{i}"
        for i, (n, k) in enumerate(zip(names, kinds, strict=True))
    )
    return Found(headers, f"(SELECT file_row_number + 2 AS line, {cells} FROM {_scan(file)})", int(seen))


def _scan(file: str) -> str:
    return f"read_parquet({file}, file_row_number = true, hive_partitioning = false)"


def _as_text(name: str, kind: str, decimal: str) -> str:
    # A span of time has no text that a number column could read; its seconds are one.
    if kind == "INTERVAL":
        return f"CAST(epoch({quote(name)}) AS VARCHAR)"
    text = f"CAST({quote(name)} AS VARCHAR)"
    # The mapping's decimal sign is for texts; a number is written so that it is read back as itself.
    if decimal != "." and kind.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return f"replace({text}, '.', {literal(decimal)})"
    return text
