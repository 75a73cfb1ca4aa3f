# SPDX-License-Identifier: Apache-2.0
"""The files that are kept: one a local month, rows in file order, and the day cube of contacts."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from percontact.ingest import stage
from percontact.ingest.parquet import write_parquet


def cube(file, rows: str = "day") -> list[dict]:
    """The rows by day, or by hour."""
    with duckdb.connect() as con:
        found = con.execute(f"FROM read_parquet($1) WHERE {rows} IS NOT NULL", [str(file.cube)])
        names = [c[0] for c in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_contact_lies_in_the_file_of_its_local_month(desk) -> None:
    """23:30 UTC on 30 June is 1 July in Berlin"""
    staged = desk.read("started_at\n2026-06-30T21:30:00Z\n2026-06-30T22:30:00Z\n2026-06-01\n")
    assert [(f.month, f.rows, f.path.name) for f in staged.files] == [
        (date(2026, 6, 1), 2, "contacts-2026-06.parquet"),
        (date(2026, 7, 1), 1, "contacts-2026-07.parquet"),
    ]


def test_a_table_without_a_time_is_one_file(desk) -> None:
    (file,) = desk.read("account,month,amount\n1,2026-01,1\n1,2026-02,1\n", "ledger").files
    assert (file.month, file.rows, file.path.name, file.cube) == (None, 2, "ledger.parquet", None)


def test_rows_keep_the_order_of_the_file_however_months_are_mixed(desk) -> None:
    drawn = random.Random(7)
    days = [f"2026-{drawn.randint(1, 12):02d}-{drawn.randint(1, 28):02d}" for _ in range(2_000)]
    staged = desk.read("started_at\n" + "\n".join(days))
    assert len(staged.files) == 12
    assert staged.landed == 2_000
    for file in staged.files:
        with duckdb.connect() as con:
            ids = [
                r for (r,) in con.execute("SELECT row_id FROM read_parquet($1)", [str(file.path)]).fetchall()
            ]
        assert ids == sorted(ids)


def test_rows_keep_their_order_where_customers_come_back(desk) -> None:
    """300,000 rows of one month, each customer a thousand times: hashes are joined to them."""
    rows = "\n".join(f"2026-06-{1 + i // 12_000:02d},k{i % 300}" for i in range(300_000))
    (file,) = desk.read("started_at,customer_id\n" + rows).files
    with duckdb.connect() as con:
        query = "SELECT row_id, customer_id FROM read_parquet($1)"
        found = con.execute(query, [str(file.path)]).fetchall()
    assert [row for row, _ in found] == sorted(row for row, _ in found)
    assert [who for _, who in found[:300]] * 1_000 == [who for _, who in found]
    assert len({who for _, who in found}) == 300


@pytest.mark.parametrize(("customers", "joined"), [(300, True), (24_000, False)])
def test_what_joins_hashes_is_written_by_one_thread_and_all_else_by_all(
    desk, monkeypatch: pytest.MonkeyPatch, customers: int, joined: bool
) -> None:
    """24,000 rows. Threads hand on the rows of a join as they come by them. That their order is then seen to
    break is chance, so the test looks at what the engine is told, not at its luck.
    """
    monkeypatch.setenv("PERCONTACT_THREADS", "4")
    seen = []

    def observed(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
        ((threads,),) = con.execute("SELECT current_setting('threads')").fetchall()
        seen.append((" JOIN " in query, "ORDER BY" in query or threads == 1))
        write_parquet(con, query, path)

    monkeypatch.setattr(stage, "write_parquet", observed)
    rows = "\n".join(f"2026-06-{1 + i // 1_000:02d},k{i % customers}" for i in range(24_000))
    desk.read("started_at,customer_id\n" + rows)
    assert seen == [(joined, joined)]


def test_the_columns_told_are_those_of_the_file(desk) -> None:
    (file,) = desk.read("started_at,talk_s,colour\n2026-06-03,5,red\n").files
    with duckdb.connect() as con:
        told = con.execute("DESCRIBE FROM read_parquet($1)", [str(file.path)]).fetchall()
    assert [(row[0], row[1]) for row in told] == list(file.columns)


def test_the_cube_sums_a_day_and_its_dimensions(desk) -> None:
    """
    3 June: two voice contacts, one abandoned; a row that stands for three emails of unknown length
    4 June: one voice contact
    """
    text = (
        "started_at,channel,outcome,count,handle_s,wait_s,handle_basis\n"
        "2026-06-03 09:00,voice,,,300.5,10,\n"
        "2026-06-03 23:30,voice,abandoned,,,20,\n"
        "2026-06-03 10:00,email,,3,,,\n"
        "2026-06-04 10:00,voice,,,60,,reported\n"
    )
    (file,) = desk.read(text).files
    assert file.cube_columns == ("channel", "hour")
    email, voice, later = cube(file)
    assert (voice["day"], voice["n"], voice["count"], voice["handled"], voice["abandoned"]) == (
        date(2026, 6, 3),
        2,
        2,
        1,
        1,
    )
    assert (voice["handle_s"], voice["wait_s"], voice["talk_s"]) == (
        Decimal("300.500"),
        Decimal("30.000"),
        None,
    )
    assert (voice["measured"], voice["unmeasured"], voice["anchor"]) == (1, 0, 2**36 + 2)
    assert (email["n"], email["count"], email["handled"], email["unmeasured"], email["handle_s"]) == (
        1,
        3,
        3,
        3,
        None,
    )
    assert (later["day"], later["reported"], later["measured"]) == (date(2026, 6, 4), 1, 0)


def test_the_cube_sums_weekdays_and_hours_too(desk) -> None:
    """Two Wednesdays at nine in Berlin, one evening; reasons are not told apart by hour."""
    text = (
        "started_at,team,reason,handle_s\n"
        "2026-06-03T07:10:00Z,a,bill,60\n"
        "2026-06-10T07:50:00Z,a,move,90\n"
        "2026-06-10T20:00:00Z,a,move,30\n"
    )
    (file,) = desk.read(text).files
    assert file.cube_columns == ("team", "reason", "hour")
    told = [
        (r["weekday"], r["hour"], r["team"], r["reason"], r["n"], r["handle_s"]) for r in cube(file, "hour")
    ]
    assert told == [(3, 9, "a", None, 2, Decimal("150.000")), (3, 22, "a", None, 1, Decimal("30.000"))]
    assert sum(r["n"] for r in cube(file)) == 3


def test_a_month_of_contacts_alike_is_summed_as_one_of_all_kinds(desk) -> None:
    """Two months of five voice contacts or more: in May all alike, in June one of each kind."""
    alike = "".join(f"2026-05-0{day} 09:00,voice,,1,{40 + day}.5,reported\n" for day in range(1, 6))
    mixed = (
        "2026-06-03 09:00,voice,,1,30,reported\n2026-06-03 09:01,voice,abandoned,1,,\n"
        "2026-06-03 09:02,voice,,3,90.5,standard\n2026-06-03 09:03,voice,,1,,\n"
        "2026-06-03 09:04,voice,,1,10,derived\n2026-06-03 09:05,voice,,2,25,\n"
    )
    text = f"started_at,channel,outcome,count,handle_s,handle_basis\n{alike}{mixed}"
    may, june = desk.read(text).files
    names = (
        "n",
        "count",
        "handled",
        "abandoned",
        "measured",
        "reported",
        "derived",
        "standard",
        "unmeasured",
    )
    for rows in ("day", "hour"):
        of_may = [sum(row[name] for row in cube(may, rows)) for name in names]
        of_june = [sum(row[name] for row in cube(june, rows)) for name in names]
        assert of_may == [5, 5, 5, 0, 0, 5, 0, 0, 0]
        assert of_june == [6, 9, 8, 1, 2, 1, 1, 3, 1]
        assert sum(row["handle_s"] for row in cube(may, rows)) == Decimal("217.5")
        assert sum(row["handle_s"] or 0 for row in cube(june, rows)) == Decimal("155.5")


def test_other_readers_read_what_is_written(desk) -> None:
    (file,) = desk.read("started_at,channel,handle_s\n2026-06-03 09:00,voice,61.5\n2026-06-04,,\n").files
    frames = [
        pq.read_table(file.path).to_pandas(),
        pl.read_parquet(file.path).to_pandas(),
        pd.read_parquet(file.path),
    ]
    for frame in frames:
        assert [str(c) for c in frame["channel"].fillna("")] == ["voice", ""]
        assert frame["handle_s"][0] == Decimal("61.500")


def test_a_cube_holds_only_types_that_stay_exact(desk) -> None:
    (file,) = desk.read("started_at,messages\n2026-06-03,4\n").files
    with duckdb.connect() as con:
        types = {
            row[0]: row[1]
            for row in con.execute("DESCRIBE FROM read_parquet($1)", [str(file.cube)]).fetchall()
        }
    assert "DOUBLE" not in types.values()
    assert (types["handle_s"], types["messages"], types["count"]) == ("DECIMAL(18,3)", "BIGINT", "BIGINT")


def test_seconds_beyond_measure_are_summed_all_the_same(desk) -> None:
    """1,001 contacts of 999,999,999,999 seconds outgrow the shorter type."""
    rows = "2026-06-03,999999999999\n" * 1001
    (file,) = desk.read(f"started_at,handle_s\n{rows}").files
    assert [r["handle_s"] for r in cube(file)] == [Decimal("1000999999998999.000")]


def test_a_cube_that_saves_nothing_is_not_kept(desk) -> None:
    rows = "\n".join(f"2026-06-03,q{i}" for i in range(5_001))
    (file,) = desk.read(f"started_at,queue\n{rows}").files
    assert (file.cube, file.cube_columns) == (None, ())
    assert not list(file.path.parent.glob("*.cube.parquet"))
    assert desk.read("started_at,queue\n2026-06-03,a\n2026-06-03,b\n").files[0].cube is not None


def test_nothing_but_the_staged_files_is_left_in_the_folder(desk) -> None:
    staged = desk.read("started_at\n2026-06-03\nnever\n")
    left = {p.name for p in staged.files[0].path.parent.iterdir()}
    assert left == {"in.csv", "contacts-2026-06.parquet", "contacts-2026-06.cube.parquet"}


def test_the_same_file_gives_the_same_rows_in_the_same_order(desk) -> None:
    text = "started_at,team\n" + "\n".join(f"2026-06-{1 + i % 28:02d},t{i % 7}" for i in range(500))
    one, two = desk.read(text, number=1), desk.read(text, number=1)
    assert desk.rows(one, rest="") == desk.rows(two, rest="")
    assert [cube(f) for f in one.files] == [cube(f) for f in two.files]


def test_progress_is_told_along_the_way(desk) -> None:
    told: list[tuple[str, int, int | None]] = []
    text = "started_at\n" + "2026-06-03\n" * 120_000
    desk.read(text, progress=lambda *word: told.append(word))
    assert [w for w in told if w[0] == "reading"][-1] == ("reading", 120_000, None)
    assert told[-1] == ("writing", 120_000, 120_000)
