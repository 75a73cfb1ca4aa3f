# SPDX-License-Identifier: Apache-2.0
"""Snapshots: the states a workspace has been in, and the Book of each.

A file belongs to the snapshots from `from_snapshot` up to, not including, `to_snapshot`; so the Book of
any snapshot, old or new, is one query. Files are never changed, only added and closed.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from percontact.records import Book, BookFile, Settings, Source
from percontact.store.manifest import now
from percontact.values.problem import problem

_FILE = "table_name, path, rows, columns, month, whole_seconds, cube, cube_columns"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of a workspace.

    id   1 for the empty workspace, then one higher with every change
    at   when it was made (UTC)
    why  what made it, in words
    """

    id: int
    at: datetime
    why: str


def snapshots(con: sqlite3.Connection) -> list[Snapshot]:
    """Every state, oldest first."""
    found = con.execute("SELECT id, at, why FROM snapshots ORDER BY id")
    return [Snapshot(number, datetime.fromisoformat(at), why) for number, at, why in found]


def begin(con: sqlite3.Connection, why: str) -> int:
    """Make the next snapshot, inside a write transaction; gives its id."""
    con.execute("INSERT INTO snapshots SELECT max(id) + 1, ?, ? FROM snapshots", [now(), why])
    return newest(con)


def newest(con: sqlite3.Connection) -> int:
    """The id of the newest snapshot."""
    return int(con.execute("SELECT max(id) FROM snapshots").fetchone()[0])


def known(con: sqlite3.Connection, snapshot: int | None) -> int:
    """The id asked for, or the newest. Raises E-ARG-01 when there is no such snapshot."""
    last = newest(con)
    if snapshot is None or 1 <= snapshot <= last:
        return last if snapshot is None else snapshot
    what = f"there is no snapshot {snapshot}"
    do = f"Use a number from 1 to {last}."
    raise problem("E-ARG-01", f"snapshot {snapshot}", what, f"The newest snapshot is {last}.", do)


def book_at(con: sqlite3.Connection, root: Path, settings: Settings, snapshot: int | None) -> Book:
    """The Book of a snapshot: the files and the sources of that state, and of no other.

    root  folder of the workspace; the files' paths start there
    """
    at = known(con, snapshot)
    files: dict[str, list[BookFile]] = {}
    found = con.execute(
        f"SELECT {_FILE} FROM files WHERE from_snapshot <= ?1 AND (to_snapshot IS NULL OR to_snapshot > ?1) "
        "ORDER BY table_name, month, id",
        [at],
    )
    for table, path, rows, columns, month, whole_seconds, cube, cube_columns in found:
        file = BookFile(
            path=root / path,
            rows=rows,
            columns=_columns(columns),
            month=date.fromisoformat(month) if month else None,
            whole_seconds=bool(whole_seconds),
            cube=root / cube if cube else None,
            cube_columns=tuple(json.loads(cube_columns)),
        )
        files.setdefault(table, []).append(file)
    sources = con.execute(
        "SELECT number, name, sha256, sheet, source, lacks FROM imports "
        "WHERE snapshot <= ?1 AND (ended IS NULL OR ended > ?1) ORDER BY number",
        [at],
    )
    return Book(
        settings=settings,
        files={table: tuple(held) for table, held in files.items()},
        snapshot=at,
        sources={
            number: Source(number, name, sha256, sheet, system, tuple(json.loads(lacks)))
            for number, name, sha256, sheet, system, lacks in sources
        },
    )


def add_file(
    con: sqlite3.Connection, root: Path, table: str, file: BookFile, *, number: int | None, snapshot: int
) -> int:
    """Let a placed file belong to the Book from a snapshot on; gives the file's id.

    number  import whose rows it holds, or None when it holds those of several
    """
    values = (
        number,
        table,
        file.path.relative_to(root).as_posix(),
        file.rows,
        json.dumps(file.columns),
        file.month.isoformat() if file.month else None,
        file.whole_seconds,
        file.cube.relative_to(root).as_posix() if file.cube else None,
        json.dumps(file.cube_columns),
        snapshot,
    )
    added = con.execute(
        f"INSERT INTO files (number, {_FILE}, from_snapshot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
    )
    assert added.lastrowid is not None
    return added.lastrowid


def close_files(con: sqlite3.Connection, number: int, snapshot: int) -> None:
    """Let the rows of one import leave the Book at a snapshot.

    A merged file that holds such rows leaves too, and the files it was merged from, which are still
    there, come back without those of this import.
    """
    con.execute(
        "UPDATE files SET to_snapshot = ? WHERE number = ? AND to_snapshot IS NULL", [snapshot, number]
    )
    merged = con.execute(
        "SELECT DISTINCT m.id FROM files m JOIN files part ON part.merged_into = m.id "
        "WHERE part.number = ? AND m.to_snapshot IS NULL",
        [number],
    ).fetchall()
    for (one,) in merged:
        con.execute("UPDATE files SET to_snapshot = ? WHERE id = ?", [snapshot, one])
        con.execute(
            f"INSERT INTO files (number, {_FILE}, from_snapshot) "
            f"SELECT number, {_FILE}, ? FROM files WHERE merged_into = ? AND number <> ?",
            [snapshot, one, number],
        )


@lru_cache(maxsize=256)
def _columns(text: str) -> tuple[tuple[str, str], ...]:
    # Hundreds of files share a few shapes; each is read once.
    return tuple((name, sql_type) for name, sql_type in json.loads(text))
