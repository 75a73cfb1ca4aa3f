# SPDX-License-Identifier: Apache-2.0
"""Compaction: merging the many small files of a month into one. Rows and row ids stay the same.

A Book of some hundred files reads as fast as one of twelve; one of 2 900 takes 2.8 times as long
(measured, docs/decisions/0001-engine.md). Merged files keep their parts, so that any import in them can
still be undone or replaced, and older snapshots read as before.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from percontact.records import Book, BookFile
from percontact.records.dialect import connect, literal
from percontact.store import snapshot
from percontact.store.manifest import reading, writing
from percontact.store.place import digest_of, make_folder, place
from percontact.values.problem import FaultOfOurs, Problem

if TYPE_CHECKING:
    import duckdb

MANY_FILES = 500


@dataclass(frozen=True, slots=True)
class _Merge:
    parts: tuple[str, ...]
    merged: BookFile


def compact(root: Path, table: str, book: Book, staging: Path, *, more_than: int) -> int:
    """Merge the files of a table where it has more than so many; gives how many files went into others.

    book     the newest Book; what was published after it stays as it is
    staging  a fresh folder to work in; removed at the end
    """
    files = book.files.get(table, ())
    taken = 0
    if len(files) > more_than:
        merges: list[_Merge] = []
        with connect() as duck:
            for alike in _alike(duck, files):
                merges.append(_merge(duck, root, table, alike, staging / str(len(merges))))
        with writing(root) as con:
            standing = [merge for merge in merges if _still_there(con, root, merge)]
            taken = sum(len(merge.parts) for merge in standing)
            if standing:
                why = f"compacted {table}: {taken} files into {len(standing)}"
                at = snapshot.begin(con, why)
                for merge in standing:
                    _write(con, root, table, merge, at)
    shutil.rmtree(staging, ignore_errors=True)
    return taken


def _alike(duck: duckdb.DuckDBPyConnection, files: tuple[BookFile, ...]) -> list[list[BookFile]]:
    """Groups of two files or more that can be merged: same month, same columns, cubes of the same shape."""
    groups: dict[tuple[object, ...], list[BookFile]] = defaultdict(list)
    for file in files:
        cube_shape = _shape(duck, file.cube) if file.cube else None
        groups[file.month, file.columns, file.cube_columns, cube_shape].append(file)
    return [group for group in groups.values() if len(group) > 1]


def _shape(duck: duckdb.DuckDBPyConnection, path: Path) -> tuple[tuple[str, str], ...]:
    query = f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))}, hive_partitioning = false)"
    return tuple((row[0], row[1]) for row in duck.execute(query).fetchall())


def _merge(
    duck: duckdb.DuckDBPyConnection, root: Path, table: str, alike: list[BookFile], staging: Path
) -> _Merge:
    make_folder(staging)
    first = alike[0]
    rows = _concatenate(duck, [file.path for file in alike], staging / "rows.parquet")
    if rows != sum(file.rows for file in alike):
        what = f"{rows} rows after merging, {sum(file.rows for file in alike)} before"
        raise FaultOfOurs(Problem("E-OWN-01", table, what, "A merge keeps every row.", "Please report it."))
    month = f"{first.month:%Y-%m}" if first.month else "all"
    name = f"{digest_of(staging / 'rows.parquet')[:32]}.parquet"
    target = root / "facts" / table / month / name
    place(staging / "rows.parquet", target)
    cube = None
    if first.cube:
        # Cube rows add up, so one after the other they are the cube of both.
        _concatenate(duck, [file.cube for file in alike if file.cube], staging / "cube.parquet")
        cube = root / "cubes" / table / month / name
        place(staging / "cube.parquet", cube)
    whole_seconds = all(file.whole_seconds for file in alike)
    merged = replace(first, path=target, rows=rows, cube=cube, whole_seconds=whole_seconds)
    return _Merge(tuple(file.path.relative_to(root).as_posix() for file in alike), merged)


def _concatenate(duck: duckdb.DuckDBPyConnection, paths: list[Path], target: Path) -> int:
    listed = ", ".join(literal(str(path)) for path in paths)
    source = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"
    duck.execute(f"COPY ({source}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    return int(duck.execute(f"SELECT count(*) FROM read_parquet({literal(str(target))})").fetchall()[0][0])


def _still_there(con: sqlite3.Connection, root: Path, merge: _Merge) -> bool:
    """Whether every part is still in the newest Book, and no sweep took the merged file."""
    live = con.execute(
        "SELECT count(*) FROM files WHERE to_snapshot IS NULL AND path IN (SELECT value FROM json_each(?))",
        [json.dumps(merge.parts)],
    ).fetchone()[0]
    there = merge.merged.path.exists() and (merge.merged.cube is None or merge.merged.cube.exists())
    return bool(live == len(merge.parts)) and there


def _write(con: sqlite3.Connection, root: Path, table: str, merge: _Merge, at: int) -> None:
    one = snapshot.add_file(con, root, table, merge.merged, number=None, snapshot=at)
    parts = "to_snapshot IS NULL AND path IN (SELECT value FROM json_each(?))"
    listed = json.dumps(merge.parts)
    # Parts of a part become parts of the whole: a merged file always knows the files of single imports.
    con.execute(
        f"UPDATE files SET merged_into = ? WHERE merged_into IN (SELECT id FROM files WHERE {parts})",
        [one, listed],
    )
    con.execute(
        f"UPDATE files SET merged_into = iif(number IS NULL, NULL, ?), to_snapshot = ? WHERE {parts}",
        [one, at, listed],
    )


def live_files(root: Path, table: str) -> int:
    """How many files the newest Book has of a table."""
    with reading(root) as con:
        query = "SELECT count(*) FROM files WHERE to_snapshot IS NULL AND table_name = ?"
        return int(con.execute(query, [table]).fetchone()[0])
