# SPDX-License-Identifier: Apache-2.0
"""Repeat contacts: the same customer coming back about the same matter within a window of days."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from percontact.costing.policy import Policy
from percontact.records.book import Book
from percontact.records.dialect import literal, quote

if TYPE_CHECKING:
    import duckdb


def use_repeats(con: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Have `repeat_contact` read from files that keep it; where they cannot be read it is made anew."""
    import duckdb

    source = f"read_parquet([{', '.join(literal(str(f)) for f in files)}], hive_partitioning = false)"
    with contextlib.suppress(duckdb.Error):
        con.execute(f"SELECT count(*) FROM {source}").fetchall()
        con.execute(f"CREATE TEMP VIEW IF NOT EXISTS repeat_contact AS FROM {source}")


def forget_files(con: duckdb.DuckDBPyConnection) -> None:
    """Read `repeat_contact` from files no longer: they are made anew."""
    if _is_read(con):
        con.execute("DROP VIEW repeat_contact")


def _is_read(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("SELECT 1 FROM duckdb_views() WHERE view_name = 'repeat_contact'").fetchall())


def knows_repeats(book: Book, policy: Policy) -> bool:
    """Whether contacts name what makes one a repeat of another (the customer, and the reason)."""
    return set(policy.repeat_same) <= book.filled("contacts")


def mark_repeats(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy) -> None:
    """Make the table `repeat_contact` (row_id, repeat, followed), once, unless it is read from files.

    repeat    an earlier contact of the same customer (and reason) lies at most `repeat_days` before
    followed  a later one lies at most that long after: what this contact did was not enough
    Contacts that stand for many, or whose customer (or reason) is unknown, are in neither: unknown,
    not false.
    Source: domain page, repeat contact rate; the window looks forward for `followed`.
    """
    if _is_read(con):
        return
    same = policy.repeat_same
    columns = list(dict.fromkeys(["row_id", "started_at", "count", *same]))
    by = ", ".join(map(quote, same))
    known = " AND ".join([f"{quote(c)} IS NOT NULL" for c in same] + ['"count" = 1'])
    window = f"OVER (PARTITION BY {by} ORDER BY started_at, row_id)"
    days = f"INTERVAL {int(policy.repeat_days)} DAY"
    con.execute(f"""
        CREATE TEMP TABLE IF NOT EXISTS repeat_contact AS
        SELECT row_id,
               coalesce(started_at - lag(started_at) {window} <= {days}, false) AS repeat,
               coalesce(lead(started_at) {window} - started_at <= {days}, false) AS followed
        FROM {book.relation("contacts", columns)} WHERE {known}
    """)
