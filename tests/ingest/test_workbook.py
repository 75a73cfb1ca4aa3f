# SPDX-License-Identifier: Apache-2.0
"""Workbooks: what Excel shows is what is read, and what the file does not hold is said."""

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from percontact.values.problem import PercontactError

DATED = "columns: {started_at: {constant: 2026-06-03 09:00}, channel: {constant: voice}}\n"


def saved(fill: Callable[[Any], None]) -> bytes:
    """A workbook whose only sheet is filled by a function."""
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(*rows: list[object]) -> bytes:
    return saved(lambda sheet: [sheet.append(row) for row in rows])


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text in one of its parts replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            text = source.read(info)
            if info.filename == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            target.writestr(info.filename, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_formula_that_was_never_calculated_is_no_empty_cell(desk) -> None:
    """openpyxl and many exporters write formulas without their results."""
    data = table(["contact_id", "handle_s", "note"], ["c-1", "=60*5", "=A2"], ["c-2", 240, ""])
    staged = desk.read(data, mapping=DATED, name="in.xlsx")
    assert (staged.seen, staged.landed) == (2, 1)
    (aside,) = staged.aside
    assert (aside.line, aside.column, aside.code) == (2, "handle_s", "E-TYPE-01")
    assert "Formulas without a result, never calculated: 2." in staged.notes[0]


def test_a_last_row_of_formulas_alone_is_a_row(desk) -> None:
    data = table(["contact_id", "team"], ["c-1", "A"], ['="c-" & 2', None])
    staged = desk.read(data, mapping=DATED, name="in.xlsx")
    assert desk.rows(staged, "contact_id, team") == [("c-1", "A"), ("#UNCALCULATED", None)]


def test_a_calculated_formula_is_its_value(desk) -> None:
    data = table(["contact_id", "handle_s"], ["c-1", "=60*5"])
    data = edited(data, SHEET, "<f>60*5</f><v />", "<f>60*5</f><v>300</v>")
    assert desk.column(data, "handle_s", mapping=DATED, name="in.xlsx") == [300]


def test_an_error_cell_sets_its_row_aside_or_is_empty_by_rule(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["contact_id", "handle_s"])
        sheet.append(["c-1", "#N/A"])
        sheet.append(["c-2", 60])
        sheet["B2"].data_type = "e"

    staged = desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    assert [(a.line, a.code) for a in staged.aside] == [(2, "E-TYPE-01")]
    assert "Cells that hold an error such as #N/A: 1" in staged.notes[0]
    ruled = DATED + 'nulls: ["#N/A"]\n'
    assert desk.column(saved(fill), "handle_s", mapping=ruled, name="in.xlsx") == [None, 60]


def test_zeros_in_front_stay_whether_text_or_format(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["contact_id", "team"])
        sheet.append([123, "007"])
        sheet["A2"].number_format = "00000"

    staged = desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    assert desk.rows(staged, "contact_id, team") == [("00123", "007")]


def test_a_duration_beyond_a_day_is_its_hours(desk) -> None:
    """132 h; other libraries make 1900-01-05 12:00:00 of it."""

    def fill(sheet: Any) -> None:
        sheet.append(["handle_s"])
        sheet.append([timedelta(hours=132)])
        sheet["A2"].number_format = "[h]:mm:ss"

    assert desk.column(saved(fill), "handle_s", mapping=DATED, name="in.xlsx") == [132 * 3600]


@pytest.mark.parametrize("epoch", [None, MAC_EPOCH], ids=["1900", "1904"])
def test_a_day_is_the_same_counted_from_1900_and_from_1904(desk, epoch: datetime | None) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch or book.epoch
    book.active.append(["started_at", "channel"])
    book.active.append([datetime(2026, 1, 5, 9, 30), "voice"])
    out = io.BytesIO()
    book.save(out)
    started = desk.column(out.getvalue(), "started_at", name="in.xlsx", mapping="timezone: UTC")
    assert str(started[0]).startswith("2026-01-05 09:30:00")


def test_a_percentage_is_its_fraction_and_a_number_as_text_is_a_number(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["handle_s", "share"])
        sheet.append(["300", 0.25])
        sheet["B2"].number_format = "0%"

    staged = desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    assert desk.rows(staged, "handle_s, share") == [(300, "0.25")]


def test_a_table_in_the_middle_of_a_sheet_keeps_its_lines_and_columns(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet["C5"], sheet["D5"] = "contact_id", "handle_s"
        sheet["C6"], sheet["D6"] = "c-1", "=1+1"
        sheet["C8"], sheet["D8"] = "c-2", 60

    staged = desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    assert [(a.line, a.column) for a in staged.aside] == [(6, "handle_s")]
    assert desk.rows(staged, "contact_id, handle_s") == [("c-2", 60)]


def test_several_sheets_with_rows_are_listed(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["contact_id"])
        sheet.append(["c-1"])
        other = sheet.parent.create_sheet("March")
        other.append(["contact_id"])
        other.append(["c-2"])
        sheet.parent.create_sheet("Empty")

    with pytest.raises(PercontactError, match=r"E-FILE-10[^$]*`Sheet` \(2 rows\), `March` \(2 rows\)"):
        desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    staged = desk.read(saved(fill), mapping=DATED + "sheet: march", name="in.xlsx")
    assert desk.rows(staged, "contact_id") == [("c-2",)]
    assert staged.notes[0] == "Sheet `March` was read; not read: `Sheet`, `Empty`."


def test_a_hidden_sheet_is_not_taken_and_hidden_rows_are_told(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["contact_id", "team"])
        sheet.append(["c-1", "A"])
        sheet.append(["c-2", "A"])
        sheet.row_dimensions[3].hidden = True
        sheet.merge_cells("B2:B3")
        old = sheet.parent.create_sheet("Old", 0)
        old.append(["contact_id"])
        old.append(["c-0"])
        old.sheet_state = "hidden"

    staged = desk.read(saved(fill), mapping=DATED, name="in.xlsx")
    assert desk.rows(staged, "contact_id, team") == [("c-1", "A"), ("c-2", None)]
    assert staged.notes[:3] == (
        "Sheet `Sheet` was read; not read: `Old`.",
        "Rows that are hidden in the sheet were read like the others: 1.",
        "Merged cells: 1; only the first cell of each holds the value.",
    )


def test_two_cells_in_far_corners_do_not_fill_the_memory(desk) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["A2"], sheet["XFD1048576"] = "contact_id", "c-1", "x"

    with pytest.raises(PercontactError, match="E-FILE-06"):
        desk.read(saved(fill), mapping=DATED, name="in.xlsx")


def test_a_packed_workbook_and_one_called_csv_are_read(desk) -> None:
    data = table(["contact_id"], ["c-1"])
    assert desk.column(gzip.compress(data), "contact_id", mapping=DATED, name="in.xlsx.gz") == ["c-1"]
    staged = desk.read(data, mapping=DATED, name="in.csv")
    assert staged.landed == 1
    assert staged.notes[0] == "in.csv is a workbook, whatever its name says, and was read as that."
