# SPDX-License-Identifier: Apache-2.0

"""The made-up service that is measured: N contacts of one year and a ledger of 10,000 lines in 936 pools.

Everything comes from hashes of row numbers, so every machine makes the same rows. Contacts are written in
the form importing leaves them in, by importing's own last step, which also makes their day cubes.
Dimensions hang together as they do in a real service: a queue has two teams and about six reasons.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
YEAR = 2025
CHANNELS = ("voice", "email", "chat", "messaging", "social")
QUEUES, TEAMS, REASONS, AGENTS_A_TEAM, CUSTOMERS = 25, 50, 145, 75, 845_000
LINES = 10_000
KINDS = (
    # pools named, how many a value, driver, dimension of the scope, its values
    ("people", 14, "handle_s", "team", [f"team-{i:02}" for i in range(TEAMS)]),
    ("service", 6, "handle_s", "queue", [f"queue-{i:02}" for i in range(QUEUES)]),
    ("line", 5, "contacts", "channel", list(CHANNELS)),
    ("traffic", 5, "messages", "channel", list(CHANNELS)),
    ("platform", 36, "contacts", None, [""]),
)
"""936 pools: 700 by team, 150 by queue, 50 by channel, 36 of everybody."""
VERSION = 2
"""Raised when the made-up rows change, so that old files are made anew."""


def folder(size: int) -> Path:
    """Where the Book of so many million contacts lies."""
    return FOLDER / f"{size}m"


def ready(size: int) -> bool:
    """Whether the Book is there, in this version."""
    note = folder(size) / "book.json"
    return note.is_file() and json.loads(note.read_text())["version"] == VERSION


def pool_names() -> list[tuple[str, str, str | None, str]]:
    """(name, driver, dimension, value) of every pool."""
    return [
        (f"{kind}.{value or 'all'}.{n:02}", driver, dimension, value)
        for kind, many, driver, dimension, values in KINDS
        for value in values
        for n in range(many)
    ]


def make(size: int) -> None:
    """Write the Book of `size` million contacts, its ledger, and what the peers are handed."""
    from percontact.ingest import stage
    from percontact.ingest.derive import Written
    from percontact.records.book import Settings
    from percontact.records.dialect import connect
    from percontact.records.tables import TABLES

    started, here = time.time(), folder(size)
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    con, settings = connect(memory="4GB"), Settings("EUR", "UTC")
    contacts = []
    for month in range(1, 13):
        first, after = date(YEAR, month, 1), date(YEAR + month // 12, month % 12 + 1, 1)
        rows = size * 1_000_000 // 12 + (month <= size * 1_000_000 % 12)
        columns = tuple(Written(name, kind, "") for name, kind in CONTACT_COLUMNS)
        source = f"({_contacts(month, rows, first, (after - first).days)})"
        contacts.append(
            stage._write(
                con,
                columns,
                source,
                here / f"contacts-{first:%Y-%m}.parquet",
                first,
                TABLES["contacts"],
                settings,
            )
        )
        print(
            f"  contacts of {first:%Y-%m}: {rows:,} rows, {contacts[-1].path.stat().st_size / 1e6:.0f} MB",
            file=sys.stderr,
        )
    columns = tuple(Written(name, kind, "") for name, kind in LEDGER_COLUMNS)
    _make_ledger(con)
    ledger = stage._write(con, columns, "ledger", here / "ledger.parquet", None, TABLES["ledger"], settings)
    note = {"version": VERSION, "contacts": [_noted(f) for f in contacts], "ledger": [_noted(ledger)]}
    (here / "book.json").write_text(json.dumps(note, indent=1))
    _make_handout(size)
    print(f"  made in {time.time() - started:.0f} s", file=sys.stderr)


CONTACT_COLUMNS = (
    ("row_id", "BIGINT"), ("bucket", "INTEGER"), ("handled", "BIGINT"), ("contact_id", "VARCHAR"),
    ("customer_id", "VARCHAR"), ("started_at", "TIMESTAMP"), ("outcome", "VARCHAR"), ("channel", "VARCHAR"),
    ("team", "VARCHAR"), ("agent", "VARCHAR"), ("queue", "VARCHAR"), ("reason", "VARCHAR"),
    ("handle_s", "DECIMAL(18,3)"), ("handle_basis", "VARCHAR"), ("messages", "BIGINT"), ("count", "BIGINT"),
)  # fmt: skip

LEDGER_COLUMNS = (
    ("row_id", "BIGINT"), ("line_id", "VARCHAR"), ("account", "VARCHAR"), ("period_start", "DATE"),
    ("period_end", "DATE"), ("amount", "DECIMAL(38,12)"), ("currency", "VARCHAR"), ("behaviour", "VARCHAR"),
)  # fmt: skip


def _contacts(month: int, rows: int, first: date, days: int) -> str:
    """SQL of one month's contacts, in order of arrival. `u(n)` is the n-th even draw of a row, in [0, 1)."""
    u = lambda n: f"(hash(({month}::BIGINT << 40) + i * 16 + {n}) / 18446744073709551616.0)"  # noqa: E731
    normal = f"sqrt(-2 * ln(1 - {u(7)})) * cos(6.283185307179586 * {u(8)})"
    return f"""
        WITH drawn AS (
            SELECT i, CAST(floor({QUEUES} * pow({u(1)}, 1.4)) AS INTEGER) AS q,
                   CAST(floor({u(2)} * 2) AS INTEGER) AS half,
                   {u(3)} AS how, {u(4)} AS ending, {u(5)} AS basis, {u(6)} AS why, {normal} AS z,
                   CAST(floor({CUSTOMERS} * pow({u(9)}, 2)) AS BIGINT) AS customer,
                   CAST(floor({u(10)} * {AGENTS_A_TEAM}) AS INTEGER) AS who,
                   CAST(floor({u(11)} * 6) AS INTEGER) AS word,
                   TIMESTAMP '{first}' + to_seconds(
                       CAST(floor((i + {u(12)}) * {days * 86_400} / {rows}) AS BIGINT)
                   ) AS moment
            FROM range({rows}) t(i)
        ), placed AS (
            SELECT *, 2 * q + half AS t, ending < 0.06 AS lost,
                   CASE WHEN how < 0.45 THEN 0 WHEN how < 0.68 THEN 1 WHEN how < 0.85 THEN 2
                        WHEN how < 0.95 THEN 3 ELSE 4 END AS c
            FROM drawn
        )
        SELECT ({month}::BIGINT << 36) + i + 2 AS row_id,
               CAST(epoch_us(moment) // 900000000 AS INTEGER) AS bucket,
               CASE WHEN lost THEN 0 ELSE 1 END::BIGINT AS handled,
               printf('c-%02d-%09d', {month}, i) AS contact_id,
               left(md5(customer::VARCHAR), 16) AS customer_id,
               moment AS started_at,
               CASE WHEN lost THEN 'abandoned' WHEN ending < 0.75 THEN 'resolved'
                    WHEN ending < 0.9 THEN 'unresolved' ELSE 'transferred' END AS outcome,
               [{", ".join(f"'{c}'" for c in CHANNELS)}][c + 1] AS channel,
               printf('team-%02d', t) AS team, printf('a-%02d-%02d', t, who) AS agent,
               printf('queue-%02d', q) AS queue,
               printf(
                   'reason-%03d',
                   q * {REASONS} // {QUEUES} + CAST(floor(why * why * {REASONS / QUEUES}) AS INTEGER)
               ) AS reason,
               CASE WHEN lost OR basis > 0.98 THEN NULL
                    ELSE 1 + floor(exp(5.2 + c * 0.15 + 0.6 * z)) END::DECIMAL(18,3) AS handle_s,
               CASE WHEN lost OR basis > 0.98 THEN 'none' WHEN basis < 0.8 THEN 'measured'
                    WHEN basis < 0.92 THEN 'reported' ELSE 'derived' END AS handle_basis,
               (1 + word + c)::BIGINT AS messages, 1::BIGINT AS count
        FROM placed ORDER BY i
    """


def _make_ledger(con) -> None:
    """The table `ledger`: each pool has about eleven lines; one in twenty is for three months."""
    con.execute("CREATE TEMP TABLE account (n INTEGER, account VARCHAR)")
    con.executemany("INSERT INTO account VALUES (?, ?)", [[i, p[0]] for i, p in enumerate(pool_names())])
    many = len(pool_names())
    con.execute(f"""
        CREATE TEMP TABLE ledger AS
        SELECT (99::BIGINT << 36) + i + 2 AS row_id, printf('l-%05d', i) AS line_id, account,
               make_date({YEAR}, 1 + CAST(m AS INTEGER), 1) AS period_start,
               CAST(
                   make_date({YEAR}, 1 + CAST(m AS INTEGER), 1)
                   + to_months(CASE WHEN hash(i, 1) % 20 = 0 AND m < 10 THEN 3 ELSE 1 END) AS DATE
               ) AS period_end,
               CAST(
                   CAST(500000 + hash(i, 2) % 3000000 AS BIGINT) / 100 AS DECIMAL(18,2)
               )::DECIMAL(38,12) AS amount,
               'EUR' AS currency, CASE WHEN hash(i, 3) % 4 = 0 THEN 'variable' ELSE 'fixed' END AS behaviour
        FROM (SELECT i, i // {many} % 12 AS m FROM range({LINES}) t(i))
        JOIN account ON n = i % {many} ORDER BY i
    """)


def _noted(file) -> dict[str, object]:
    return {
        "path": file.path.name,
        "rows": file.rows,
        "columns": file.columns,
        "month": file.month and file.month.isoformat(),
        "whole_seconds": file.whole_seconds,
        "cube": file.cube and file.cube.name,
        "cube_columns": file.cube_columns,
    }


def book(size: int):
    """The Book of `size` million contacts."""
    from percontact.records.book import Book, BookFile, Settings

    here = folder(size)
    note = json.loads((here / "book.json").read_text())
    files = {
        table: tuple(
            BookFile(
                here / f["path"],
                f["rows"],
                tuple((n, t) for n, t in f["columns"]),
                f["month"] and date.fromisoformat(f["month"]),
                f["whole_seconds"],
                f["cube"] and here / f["cube"],
                tuple(f["cube_columns"]),
            )
            for f in note[table]
        )
        for table in ("contacts", "ledger")
    }  # fmt: skip
    return Book(Settings("EUR", "UTC"), files)


def policy():
    """Every account is a pool of its own, driven by a team's, queue's or channel's work, or everybody's."""
    from percontact.costing.policy import Policy, Pool, Rule

    pools = {
        name: Pool(name, driver, ((dimension, (value,)),) if dimension else ())
        for name, driver, dimension, value in pool_names()
    }
    return Policy(pools, tuple(Rule(name, (("account", (name,)),)) for name in pools), digest="benchmark")


def _make_handout(size: int) -> None:
    """What the peers are handed ready-made: each pool's cost of each month, with its driver and its scope."""
    from percontact.costing.lines import spread_lines
    from percontact.records.dialect import connect, literal

    con = connect()
    spread_lines(con, book(size), policy(), "effective")
    con.execute("CREATE TEMP TABLE pool (pool VARCHAR, driver VARCHAR, dimension VARCHAR, value VARCHAR)")
    con.executemany("INSERT INTO pool VALUES (?, ?, ?, ?)", [list(p) for p in pool_names()])
    path = literal(str(folder(size) / "pool_month.parquet"))
    con.execute(
        "COPY (SELECT pool, driver, dimension, value, month, CAST(sum(pico) / 1e12 AS DOUBLE) AS amount "
        f"FROM line_month JOIN pool USING (pool) GROUP BY ALL ORDER BY ALL) TO {path} (FORMAT parquet)"
    )


if __name__ == "__main__":
    make(int(sys.argv[1]))
