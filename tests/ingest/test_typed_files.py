# SPDX-License-Identifier: Apache-2.0
"""Workbooks, Parquet and data frames: cells with types give the same rows as their text would."""

import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from percontact.ingest import read_file, write_frame
from percontact.values.problem import PercontactError


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Sheet `Notes`, then `Calls`: a title, a blank row, the header on row 3, a blank row among the rows."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Calls")
    rows = [
        ["June"],
        [],
        ["contact_id", "started_at", "talk_s", "Queue", "messages", "paid", None],
        [1001, datetime(2026, 6, 3, 9, 30), timedelta(hours=26, seconds=1), "007", 3, True, None],
        [],
        ["c-2", date(2026, 6, 4), time(0, 5, 30), 7, 2.0, False, None],
        ["c-3", "soon", 12.5, None, None, None, None],
    ]
    for row in rows:
        sheet.append(row)
    path = tmp_path / "calls.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_read_with_the_types_of_its_cells(desk, workbook: Path) -> None:
    staged = desk.read(workbook, mapping="sheet: calls\nskip: 1")
    assert (staged.sheet, staged.seen, staged.landed) == ("Calls", 3, 2)
    assert desk.rows(staged, "contact_id, started_at, talk_s, queue, messages, paid, row_id & 255") == [
        ("1001", datetime(2026, 6, 3, 7, 30), Decimal(93601), "007", 3, "true", 4),
        ("c-2", datetime(2026, 6, 3, 22, 0), Decimal(330), "7", 2, "false", 6),
    ]
    (aside,) = staged.aside
    assert (aside.line, aside.code, aside.text) == (7, "E-TIME-01", "c-3,soon,12.5,,,")


def test_the_only_sheet_with_rows_is_read_unless_one_is_named(desk, workbook: Path) -> None:
    with pytest.raises(PercontactError, match=r"`started_at`[\s\S]*The file has `June`"):
        desk.read(workbook)
    with pytest.raises(PercontactError, match=r"E-MAP-02[\s\S]*Did you mean Calls"):
        desk.read(workbook, mapping="sheet: Callz")


def test_numbers_of_a_workbook_are_not_read_by_the_signs_of_its_texts(desk, tmp_path: Path) -> None:
    """With thousands at the point, a cell of 1.125 must not become 1125."""
    book = openpyxl.Workbook()
    for row in (["account", "month", "amount"], [1, "2026-06", 1.125], [1, "2026-06", "1.125,50"]):
        book.active.append(row)
    book.save(tmp_path / "l.xlsx")
    staged = desk.read(tmp_path / "l.xlsx", "ledger", mapping='decimal: ","\nthousands: "."')
    assert desk.rows(staged, "amount") == [(Decimal("1.125"),), (Decimal("1125.5"),)]


def parquet(path: Path, query: str) -> Path:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'America/New_York'")
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_times_with_a_zone_are_moments_and_without_are_local(desk, tmp_path: Path) -> None:
    query = (
        "SELECT TIMESTAMPTZ '2026-06-03 09:00:00+00' AS started_at, "
        "TIMESTAMP '2026-06-03 11:05:00' AS answered_at"
    )
    staged = desk.read(parquet(tmp_path / "p.parquet", query))
    assert desk.rows(staged, "started_at, answered_at, wait_s::INT, row_id & 255") == [
        (datetime(2026, 6, 3, 9, 0), datetime(2026, 6, 3, 9, 5), 300, 2)
    ]


def test_parquet_numbers_keep_their_digits(desk, tmp_path: Path) -> None:
    query = (
        "SELECT 6100 AS account, DATE '2026-06-01' AS period_start, 0.1::DOUBLE AS amount UNION ALL "
        "SELECT 6100, DATE '2026-06-01', 1e-7::DOUBLE UNION ALL SELECT 6100, DATE '2026-06-15', 1::DOUBLE"
    )
    path = parquet(tmp_path / "p.parquet", query)
    for mapping in ("", 'decimal: ","\nthousands: "."'):
        staged = desk.read(path, "ledger", mapping=mapping)
        assert desk.rows(staged, "amount") == [(Decimal("0.1"),), (Decimal("0.0000001"),)]
        assert [(a.line, a.column) for a in staged.aside] == [(4, "period_end")]


def test_a_parquet_file_that_is_none_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match="E-FILE-06"):
        desk.read("no parquet", name="x.parquet")


def frame_of(library: str):
    at = [datetime(2026, 6, 3, 9, 0), datetime(2026, 6, 4, 9, 0)]
    data = {
        "contact_id": ["a", "b"],
        "started_at": at,
        "talk_s": [timedelta(seconds=90), timedelta(seconds=1.5)],
    }
    if library == "pandas":
        return pytest.importorskip("pandas").DataFrame(data)
    if library == "pyarrow":
        return pytest.importorskip("pyarrow").table(data)
    frame = pytest.importorskip("polars").DataFrame(data)
    return frame.lazy() if library == "polars lazy" else frame


@pytest.mark.parametrize("library", ["pandas", "polars", "polars lazy", "pyarrow"])
def test_a_frame_of_every_library_gives_the_same_rows(desk, library: str) -> None:
    given = {"settings": desk.settings, "key": desk.key, "number": 1, "folder": desk.folder, "book": None}
    write_frame(frame_of(library), desk.folder / "june.parquet")
    staged = read_file(desk.folder / "june.parquet", "contacts", **given)
    assert staged.seen == 2
    assert desk.rows(staged, "contact_id, started_at, talk_s") == [
        ("a", datetime(2026, 6, 3, 7, 0), Decimal("90.000")),
        ("b", datetime(2026, 6, 4, 7, 0), Decimal("1.500")),
    ]


def test_a_duckdb_relation_is_a_frame(desk) -> None:
    given = {"settings": desk.settings, "key": desk.key, "number": 1, "folder": desk.folder, "book": None}
    with duckdb.connect() as con:
        relation = con.sql("SELECT 'a' AS contact_id, TIMESTAMP '2026-06-03 09:00:00' AS started_at")
        write_frame(relation, desk.folder / "june.parquet")
    assert read_file(desk.folder / "june.parquet", "contacts", **given).landed == 1


def test_something_else_is_no_frame(desk) -> None:
    with pytest.raises(PercontactError, match="E-ARG-01"):
        write_frame(42, desk.folder / "x.parquet")


def test_a_frame_without_the_library_for_frames_is_told_what_to_install(desk, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(PercontactError, match="E-LIB-01"):
        write_frame(object(), desk.folder / "x.parquet")
