# SPDX-License-Identifier: Apache-2.0
"""The manifest: one SQLite file that says which Parquet files make up the workspace at each snapshot.

Readers take one short read transaction and are never blocked (WAL). Writers come one after another.
Nothing here knows what an import is; the tables are described here and filled by the files beside.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from percontact.records import Settings
from percontact.store.place import place_once
from percontact.values.problem import PercontactError, problem

NAME = "manifest.sqlite"
VERSION = 2
"""Version of the tables below. A manifest with a higher one was written by a newer percontact."""

APPLICATION = 0x70636F6E
""" "pcon": so that another program's SQLite file is not taken for a manifest."""

BUSY_S = 60
"""How long a writer waits for the writers before it. A write lasts milliseconds."""

_WAL_BYTES = 4 * 2**20
"""Length past which a writer folds the write-ahead log back; SQLite's own default is 1000 pages, as much."""

_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE numbers (number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL);
CREATE TABLE snapshots (id INTEGER PRIMARY KEY, at TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE imports (
    number INTEGER PRIMARY KEY, table_name TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    sheet TEXT NOT NULL, mapping TEXT NOT NULL, original TEXT,
    seen INTEGER NOT NULL, landed INTEGER NOT NULL, aside INTEGER NOT NULL CHECK (seen >= landed + aside),
    notes TEXT NOT NULL, replaced TEXT NOT NULL,
    snapshot INTEGER NOT NULL REFERENCES snapshots, ended INTEGER REFERENCES snapshots,
    state TEXT NOT NULL CHECK (state IN ('live', 'replaced', 'undone')), replaced_by INTEGER
);
CREATE UNIQUE INDEX same_bytes_live_once ON imports (sha256) WHERE state = 'live';
CREATE INDEX imports_by_table ON imports (table_name, snapshot);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, number INTEGER REFERENCES imports, table_name TEXT NOT NULL,
    path TEXT NOT NULL, rows INTEGER NOT NULL, columns TEXT NOT NULL, month TEXT,
    whole_seconds INTEGER NOT NULL, cube TEXT, cube_columns TEXT NOT NULL,
    from_snapshot INTEGER NOT NULL REFERENCES snapshots, to_snapshot INTEGER REFERENCES snapshots,
    merged_into INTEGER REFERENCES files
);
CREATE INDEX files_by_import ON files (number);
CREATE INDEX files_by_merge ON files (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE asides (
    number INTEGER NOT NULL REFERENCES imports, line INTEGER NOT NULL, column_name TEXT NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX asides_by_import ON asides (number);
CREATE TABLE closings (
    id INTEGER PRIMARY KEY, label TEXT NOT NULL, at TEXT NOT NULL,
    snapshot INTEGER NOT NULL REFERENCES snapshots, policy_digest TEXT NOT NULL,
    figures_digest TEXT NOT NULL, figures TEXT NOT NULL, reopened_at TEXT, because TEXT
);
CREATE UNIQUE INDEX closed_once ON closings (label) WHERE reopened_at IS NULL;
CREATE TABLE runs (digest TEXT PRIMARY KEY, at TEXT NOT NULL, snapshot INTEGER NOT NULL, what TEXT NOT NULL);
"""

_GROWN = {
    # version 2, all of `imports`: what a receipt says besides its counts, and when its texts were purged
    "who": "TEXT NOT NULL DEFAULT ''",
    "headers": "TEXT NOT NULL DEFAULT '[]'",
    "suspicions": "TEXT NOT NULL DEFAULT '[]'",
    "source": "TEXT NOT NULL DEFAULT ''",
    "lacks": "TEXT NOT NULL DEFAULT '[]'",
    "purged": "TEXT",
    "merged": "INTEGER NOT NULL DEFAULT 0",
}
"""Columns added since version 1. An older manifest is read as if it had them; the next writer adds them."""


def now() -> str:
    """This moment in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def make(folder: Path, settings: Settings) -> bool:
    """Write an empty manifest with snapshot 1; False when the folder has one already.

    It is built under another name and appears whole, so a crash leaves no half-made workspace.
    """
    draft = folder / f".{NAME}.{secrets.token_hex(4)}"
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as con:
            con.executescript(_TABLES)
            _grow(con)
            con.execute(f"PRAGMA application_id = {APPLICATION}")
            write_settings(con, settings)
            con.execute("INSERT INTO snapshots VALUES (1, ?, 'workspace made')", [now()])
            con.execute("PRAGMA journal_mode = WAL")
        return place_once(draft, folder / NAME)
    finally:
        draft.unlink(missing_ok=True)


def write_settings(con: sqlite3.Connection, settings: Settings) -> None:
    """Put the settings in place of those before."""
    con.executemany(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)",
        [(k, json.dumps(v)) for k, v in asdict(settings).items()],
    )


def read_settings(folder: Path) -> Settings:
    """The settings of the workspace in a folder.

    Raises E-WS-01 when there is none, E-WS-03 when a newer percontact wrote it, E-WS-04 when it is damaged.
    """
    if not (folder / NAME).is_file():
        what = "there is no workspace here"
        why = f"A workspace is a folder with {NAME} in it."
        do = "Name one with -C DIR, or make one: percontact init DIR --currency EUR --timezone Europe/Berlin."
        raise problem("E-WS-01", str(folder), what, why, do)
    with reading(folder) as con:
        if con.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise damaged(folder, f"{NAME} was not written by percontact")
        version = con.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            what = f"the workspace has version {version}; this percontact knows versions up to {VERSION}"
            why = "A newer percontact wrote it, and reading it by the old rules could show wrong figures."
            raise problem(
                "E-WS-03", str(folder), what, why, "Update percontact: pip install --upgrade percontact."
            )
        found = {name: json.loads(value) for name, value in con.execute("SELECT name, value FROM settings")}
    return Settings(**found)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """One read transaction: everything read inside is of one moment. Never waits for a writer."""
    # A folder that may only be read holds a manifest that nobody writes: it needs no lock and no log.
    mode = "rw" if os.access(folder, os.W_OK) else "ro&immutable=1"
    with _explained(folder), closing(_connect(folder / NAME, mode)) as con:
        con.execute("BEGIN")
        if _version(con) < VERSION:
            # A view of the connection's own hides the table of that name, even where nothing may be written.
            added = ", ".join(f"{_empty(how)} AS {name}" for name, how in _GROWN.items())
            con.execute(f"CREATE TEMP VIEW imports AS SELECT *, {added} FROM main.imports")
        yield con


@contextmanager
def writing(folder: Path, *, fold: bool = False) -> Iterator[sqlite3.Connection]:
    """One write transaction: all of it is kept when the block ends, none of it when the block raises.

    fold  fold the log back however short it is

    Writers queue on a lock file of their own, held until the log is folded back. So a checkpoint never
    runs beside a commit, which in SQLite before 3.51.3 could lose the commit (its "WAL-reset bug").
    """
    with _explained(folder), closing(_connect(folder / "writer.lock", mode="rwc")) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        with closing(_connect(folder / NAME)) as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                if _version(con) < VERSION:
                    _grow(con)
                yield con
                con.execute("COMMIT")
            finally:
                if con.in_transaction:
                    con.execute("ROLLBACK")
            _fold_log(folder, con, longer_than=0 if fold else _WAL_BYTES)


def _version(con: sqlite3.Connection) -> int:
    return int(con.execute("PRAGMA user_version").fetchone()[0])


def _grow(con: sqlite3.Connection) -> None:
    for name, how in _GROWN.items():
        con.execute(f"ALTER TABLE imports ADD COLUMN {name} {how}")
    # Version 1 knew no rows that become part of others. What a table checks can only be changed in its text.
    con.execute("PRAGMA writable_schema = ON")
    con.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'seen = landed + aside', 'seen >= landed + aside') "
        "WHERE name = 'imports'"
    )
    con.execute("PRAGMA writable_schema = RESET")
    con.execute(f"PRAGMA user_version = {VERSION}")


def _empty(how: str) -> str:
    return how.partition("DEFAULT ")[2] or "NULL"


def _fold_log(folder: Path, con: sqlite3.Connection, *, longer_than: int) -> None:
    log = folder / f"{NAME}-wal"
    if log.exists() and log.stat().st_size > longer_than:
        # A reader may still need the log; then the next writer folds it.
        con.execute("PRAGMA busy_timeout = 100")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    # A connection lives for one transaction: it may be used from any thread and after a fork.
    con = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_S)
    # FULL: what was acknowledged is on disk. NORMAL would lose the last commits when the power fails.
    con.execute("PRAGMA synchronous = FULL")
    con.execute("PRAGMA wal_autocheckpoint = 0")
    con.execute("PRAGMA foreign_keys = ON")
    return con


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            what = f"another program kept the workspace locked for {BUSY_S} s"
            why = "Writers take turns, and a turn lasts milliseconds, so that program hangs or was paused."
            do = "End the other program, then try again. Nothing was changed."
            raise problem("E-WS-05", str(folder), what, why, do) from error
        if "malformed" in said or "not a database" in said:
            raise damaged(folder, f"{NAME} cannot be read ({said})") from error
        if "readonly" in said or "unable to open" in said or "disk is full" in said or "disk I/O" in said:
            what = f"the workspace cannot be written: {said}"
            why = "What was there is as it was; questions are answered all the same."
            do = "Make room, or ask who owns the folder for the right to write there."
            raise problem("E-FILE-08", str(folder), what, why, do) from error
        raise


def damaged(folder: Path, what: str) -> PercontactError:
    """E-WS-04, ready to raise."""
    why = "Something other than percontact changed the files, or the disk failed."
    return problem("E-WS-04", str(folder), what, why, "Bring the folder back from a backup.")
