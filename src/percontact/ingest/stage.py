# SPDX-License-Identifier: Apache-2.0
"""Good rows into the files they are kept in: one Parquet file a local month, for contacts also its cubes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from percontact.ingest.cube import DURATIONS, month_of, write_cube
from percontact.ingest.derive import Written
from percontact.ingest.parquet import write_parquet
from percontact.ingest.typed import Typed
from percontact.records.book import BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote

_SCATTERED = 3
"""From this overlap of the months' line ranges on, sorting once is cheaper than one scan a month."""


def write_months(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    table: Table,
    settings: Settings,
    *,
    without: Collection[int],
    folder: Path,
    progress: Callable[[int], None],
) -> tuple[BookFile, ...]:
    """Write the good rows, in file order, as <table>[-<month>].parquet in `folder`.

    without   lines left out besides those with a fault
    progress  is told the rows written so far
    """
    con.execute("CREATE OR REPLACE TEMP TABLE without (line BIGINT)")
    if without:
        con.execute("INSERT INTO without SELECT unnest($1::BIGINT[])", [sorted(without)])
    good = "_fault IS NULL" + (" AND _line NOT IN (SELECT line FROM without)" if without else "")
    names = [c.name for c in typed.columns]
    whole = (
        " AND ".join(f"count(*) FILTER ({n} <> trunc({n})) = 0" for n in names if n in DURATIONS) or "true"
    )
    months = con.execute(
        f"SELECT _month, count(*), min(_line), max(_line), {whole} FROM {typed.relation} WHERE {good} "
        "GROUP BY _month ORDER BY _month"
    ).fetchall()
    total = sum(count for _, count, *_ in months)
    wanted = ", ".join(_as_written(name, table) for name in names)
    relation = typed.landing
    if sum(last - first + 1 for _, _, first, last, _ in months) > _SCATTERED * max(total, 1):
        relation = _sorted(con, typed)
    done, files = 0, []
    # A join hands on rows as its threads come by them.
    with _one_thread(con, wanted=relation == typed.landing != typed.relation):
        for month, count, _, _, whole_seconds in months:
            rows = f"{relation} WHERE {good}" + (f" AND _month = DATE '{month}'" if month else "")
            path = folder / (f"{table.name}-{month:%Y-%m}.parquet" if month else f"{table.name}.parquet")
            query = f"SELECT {wanted} FROM {rows}"
            file = _write(con, typed.columns, query, path, month, settings, table)
            files.append(replace(file, whole_seconds=bool(whole_seconds)))
            done += count
            progress(done)
    return tuple(files)


@contextmanager
def _one_thread(con: duckdb.DuckDBPyConnection, *, wanted: bool) -> Iterator[None]:
    """Let the engine work with one thread, so that rows keep their order."""
    ((threads,),) = con.execute("SELECT current_setting('threads')").fetchall()
    if wanted:
        con.execute("SET threads = 1")
    try:
        yield
    finally:
        con.execute(f"SET threads = {int(threads)}")


def _as_written(name: str, table: Table) -> str:
    """SQL of a column as it goes into the file: words of a closed set are numbered at once.

    Whoever reads the file sees texts all the same.
    """
    column = table.column(name)
    if column is None or not column.one_of:
        return quote(name)
    return f"CAST({quote(name)} AS ENUM({', '.join(map(literal, column.one_of))})) AS {quote(name)}"


def _sorted(con: duckdb.DuckDBPyConnection, typed: Typed) -> str:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sorted AS FROM {typed.landing} WHERE _fault IS NULL "
        "ORDER BY _month, _line"
    )
    return "sorted"


def _write(
    con: duckdb.DuckDBPyConnection,
    columns: tuple[Written, ...],
    query: str,
    path: Path,
    month: date | None,
    settings: Settings,
    table: Table,
) -> BookFile:
    names = [c.name for c in columns]
    told = tuple((c.name, c.sql_type) for c in columns)
    write_parquet(con, query, path)
    held = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    looked = month_of(con, held, names) if table.name == "contacts" else None
    if looked is None:
        ((count,),) = con.execute(f"SELECT count(*) FROM {held}").fetchall()
        return BookFile(path=path, rows=count, columns=told, month=month)
    cube = path.with_suffix(".cube.parquet") if looked.cubes else None
    kept = write_cube(con, held, names, settings.timezone, cube, looked) if cube else ()
    return BookFile(path=path, rows=looked.rows, columns=told, month=month, cube=cube, cube_columns=kept)
