# SPDX-License-Identifier: Apache-2.0
"""The few places where SQL differs between engines, and how a local DuckDB is opened.

Engines only bucket time, add integers and multiply integers; step-down, rates, rounding and calendars
stay in Python. So another engine needs these fragments and nothing else (docs/decisions/0001-engine.md).
Fragments other than DuckDB's are written down with the engine that runs them, not before.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

BUCKET_SECONDS = 900
"""A quarter of an hour: the finest step at which any time zone changes its offset today."""

BUCKET = {"duckdb": "CAST(epoch_us({at}) // 900000000 AS INTEGER)"}
"""UTC quarter hours since 1970 of an instant."""

WIDE = {"duckdb": "HUGEINT"}
"""The engine's exact wide integer: every sum of money or driver is cast to it."""

PICO_MONEY = {"duckdb": "CAST({pico} * 0.000000000001::DECIMAL(13,12) AS DECIMAL(38,12))"}
"""Whole pico units as an exact decimal amount (division would fall back to a float)."""


def connect(*, memory: str = "1GB", threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with bounded memory and threads, working in UTC.

    memory   limit that DuckDB spills beyond; PERCONTACT_MEMORY overrides it
    threads  at most this many; default all cores; PERCONTACT_THREADS overrides it
    """
    import duckdb

    con = duckdb.connect(":memory:")
    con.execute("SET memory_limit = ?", [os.environ.get("PERCONTACT_MEMORY", memory)])
    con.execute("SET temp_directory = ?", [os.path.join(tempfile.gettempdir(), f"percontact-{os.getpid()}")])
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    wanted = os.environ.get("PERCONTACT_THREADS") or threads
    if wanted:
        con.execute("SET threads = ?", [int(wanted)])
    return con


def engine_version() -> str:
    """Which engine reads and writes: numbers that it makes of texts are its own."""
    import duckdb

    return duckdb.__version__


def quote(name: str) -> str:
    """An identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int | None) -> str:
    """A text, whole number or NULL as an SQL literal."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def fold(text: str) -> str:
    """A text in lower case, letter by letter as the engine's lower() does it.

    Python's own lower() looks around a letter (a sigma at the end of a word) and makes two of one.

    >>> fold("ΕΞΟΔΟΣ"), fold("İletişim")
    ('εξοδοσ', 'iletişim')
    """
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == "İ" else letter.lower() for letter in text)


def in_folded(column: str, values: Iterable[str]) -> str:
    """A condition that a column is one of the values, upper and lower case being one; unknown is none."""
    return in_list(f"lower(CAST({column} AS VARCHAR))", dict.fromkeys(map(fold, values)))


def in_list(column: str, values: Iterable[str], *, negate: bool = False) -> str:
    """A condition that a column is (or, negated, is not) one of the values; unknown is none of them."""
    items = ", ".join(literal(v) for v in values)
    return f"({column} IS NULL OR {column} NOT IN ({items}))" if negate else f"{column} IN ({items})"
