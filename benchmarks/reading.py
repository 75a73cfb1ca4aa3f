# SPDX-License-Identifier: Apache-2.0

"""Measure reading: a CSV of a million rows validated, typed and staged, beside its floor and its peers.

    python benchmarks/reading.py [--rounds 3] [--rows 1000000] [--large]

ours       rows typed and held to the contract (types, ranges, order of times, unique ids), bad ones kept,
           customers as keyed hashes, files by month with their cubes, hash of the source
floor      the engine's own bare typed read of the same bytes into one Parquet file, its rejects kept
peers      pandas, Polars: types, ranges, order of times, unique ids, bad rows kept, one Parquet file; no
           hashes and no cubes
Excel      100,000 rows of a workbook; its floor reads the cells with calamine and drops them

Each turn is a process of its own: CPU of all threads, peak memory of the process. Medians count; a ratio is
the median of the ratios within a round. In the first file a month's cube saves no rows, so none is made; the
second has fewer teams and reasons, and cubes are made. --large adds 10 million rows for the peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
COLUMNS = ("contact_id", "customer_id", "started_at", "ended_at", "channel", "team", "reason", "handle_s")
BOUND = 2.5


def made(rows: int, *, excel: bool = False, cubes: bool = False) -> Path:
    """The file of so many rows: 74 bytes each, times in order, one row in 5,000 bad.

    cubes  10 teams and 8 reasons instead of 50 and 145
    """
    import duckdb

    path = FOLDER / f"reading-{rows}{'-cubes' if cubes else ''}.{'xlsx' if excel else 'csv'}"
    teams, reasons = (10, 8) if cubes else (50, 145)
    if path.is_file():
        return path
    FOLDER.mkdir(exist_ok=True)
    when = "strftime({}, '%Y-%m-%d %H:%M:%S')"
    query = f"""
        SELECT 1000000 + i AS contact_id, 'k' || (hash(i * 16 + 1) % 90000 + 10000) AS customer_id,
               {when.format("t")} AS started_at,
               {when.format("t + to_seconds(CASE WHEN i % 9973 = 7 THEN -5 ELSE h END)")} AS ended_at,
               ['voice', 'email', 'chat'][1 + CAST(hash(i * 16 + 3) % 3 AS INTEGER)] AS channel,
               printf('t%02d', hash(i * 16 + 4) % {teams}) AS team,
               printf('r%03d', hash(i * 16 + 5) % {reasons}) AS reason,
               CASE WHEN i % 9967 = 5 THEN 'n/a' ELSE CAST(h AS VARCHAR) END AS handle_s
        FROM (SELECT i, TIMESTAMP '2025-01-01' + to_seconds((i * 31536000 // {rows})::BIGINT) AS t,
                     (30 + hash(i * 16 + 2) % 570)::BIGINT AS h FROM range({rows}) r(i)) ORDER BY i"""
    con = duckdb.connect()
    if not excel:
        con.execute(f"COPY ({query}) TO '{path}' (HEADER)")
        return path
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([COLUMNS, *con.execute(query).fetchall()]):
            sheet.write_row(n, 0, row)
    return path


def ours(path: Path, folder: Path) -> Callable[[], int]:
    from percontact.ingest import read_file
    from percontact.records.book import Settings
    from percontact.records.dialect import connect

    connect().close()

    def read() -> int:
        staged = read_file(
            path,
            "contacts",
            settings=Settings("EUR", "UTC"),
            key=b"0" * 32,
            number=1,
            folder=folder,
            book=None,
        )
        assert staged.seen == staged.landed + len(staged.aside)
        return staged.landed

    return read


def floor(path: Path, folder: Path) -> Callable[[], int]:
    from percontact.records.dialect import connect

    kinds = {"started_at": "TIMESTAMP", "ended_at": "TIMESTAMP", "handle_s": "DECIMAL(18,3)"}
    columns = ", ".join(f"'{c}': '{kinds.get(c, 'VARCHAR')}'" for c in COLUMNS)
    con = connect()

    def read() -> int:
        ((count,),) = con.execute(
            f"COPY (FROM read_csv('{path}', columns = {{{columns}}}, header = true, auto_detect = false, "
            "delim = ',', "
            "quote = '\"', escape = '\"', strict_mode = true, nullstr = '', store_rejects = true)) "
            f"TO '{folder}/bare.parquet' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
        return int(count)

    return read


def polars(path: Path, folder: Path) -> Callable[[], int]:
    import polars as pl

    def read() -> int:
        form = "%Y-%m-%d %H:%M:%S"
        text = pl.read_csv(path, infer_schema=False).with_row_index("line", 2)
        frame = text.with_columns(
            pl.col("started_at").str.to_datetime(form, strict=False).alias("start"),
            pl.col("ended_at").str.to_datetime(form, strict=False).alias("end"),
            pl.col("handle_s").cast(pl.Decimal(18, 3), strict=False).alias("length"),
        )
        good = frame.select(
            (
                pl.col("start").is_not_null()
                & (pl.col("end") >= pl.col("start"))
                & (pl.col("length") >= 0)
                & pl.col("contact_id").is_first_distinct()
            ).fill_null(False)
        ).to_series()
        frame.filter(~good).write_csv(folder / "bad.csv")
        frame.filter(good).write_parquet(folder / "good.parquet", compression="zstd")
        return int(good.sum())

    return read


def pandas(path: Path, folder: Path) -> Callable[[], int]:
    import pandas as pd

    def read() -> int:
        frame = pd.read_csv(path, dtype=str)
        for name in ("started_at", "ended_at"):
            frame[f"{name}_"] = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        frame["length"] = pd.to_numeric(frame["handle_s"], errors="coerce")
        good = (
            frame["started_at_"].notna()
            & (frame["ended_at_"] >= frame["started_at_"])
            & (frame["length"] >= 0)
            & ~frame["contact_id"].duplicated()
        )
        frame[~good].to_csv(folder / "bad.csv")
        frame[good].to_parquet(folder / "good.parquet", compression="zstd")
        return int(good.sum())

    return read


def calamine(path: Path, folder: Path) -> Callable[[], int]:
    from python_calamine import CalamineWorkbook

    return lambda: sum(1 for _ in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()) - 1


CASES = {"ours": ours, "floor": floor, "polars": polars, "pandas": pandas, "calamine": calamine}


def one(case: str, path: Path) -> None:
    """One turn, in a process of its own."""
    from run import _peak_mib

    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        path.read_bytes()[:1]  # the file is in the page cache
        read = CASES[case](path, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF)
        rows = read()
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_s": cpu, "peak_mib": _peak_mib(), "rows": rows}))


def turn(case: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", case, "--file", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(title: str, path: Path, cases: tuple[str, ...], rounds: int) -> None:
    """A table of cases that took turns; the second is the floor."""
    turns = [{case: turn(case, path) for case in cases} for _ in range(rounds)]
    print(f"\n{title}: {path.stat().st_size / 1e6:.0f} MB\n")
    print("| | CPU s | against the floor | peak MiB | rows a CPU second |\n|---|--:|--:|--:|--:|")
    for case in cases:
        cpu = statistics.median(t[case]["cpu_s"] for t in turns)
        ratio = statistics.median(t[case]["cpu_s"] / t[cases[1]]["cpu_s"] for t in turns)
        peak = max(t[case]["peak_mib"] for t in turns)
        over = f" (over {BOUND})" if case == "ours" and cases[1] == "floor" and ratio > BOUND else ""
        print(
            f"| {case} | {cpu:.2f} | {ratio:.2f}{over} | {peak:.0f} | {turns[0][case]['rows'] / cpu:,.0f} |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="also 10 million rows (740 MB of disk)")
    parser.add_argument("--one", choices=list(CASES), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.file)
        return 0
    compare("CSV", made(given.rows), ("ours", "floor", "polars", "pandas"), given.rounds)
    compare("CSV, cubes made", made(given.rows, cubes=True), ("ours", "floor"), given.rounds)
    compare("Excel", made(100_000, excel=True), ("ours", "calamine"), given.rounds)
    if given.large:
        compare("CSV, ten million rows", made(10_000_000), ("ours", "floor"), 1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
