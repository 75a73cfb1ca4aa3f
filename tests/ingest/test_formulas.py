# SPDX-License-Identifier: Apache-2.0
"""Formulas of .ods and .xls files that were never calculated are no empty cells: they are said."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from percontact.ingest.sheet_xls import uncalculated
from percontact.values.problem import PercontactError

XLS = (Path(__file__).parent / "sheets" / "formula_never_calculated.xls").read_bytes()
"""Costs: account, date, amount; 6100 with 100, and 6200 with =C2*2, by xlwt, which calculates nothing."""
BLANK = bytes.fromhex("030000000000ffff")
"""The result of a formula that came to nothing."""
TOLD = "Formulas without a result, never calculated: 1."


def ods(*rows: str, extra: str = "") -> bytes:
    """An OpenDocument file whose sheet Costs has these rows."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?>{extra}<office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Costs">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def number(value: float, formula: str = "") -> str:
    said = f' table:formula="{formula}"' if formula else ""
    return f'<table:table-cell{said} office:value-type="float" office:value="{value}"/>'


HEADER = text("account") + text("date") + text("amount")
PLAIN = text("6100") + text("2026-06-01") + number(100)
FORMULA = text("6200") + text("2026-06-01") + '<table:table-cell table:formula="of:=[.C2]*2"/>'


def test_an_ods_formula_without_a_result_is_said_and_set_aside(desk) -> None:
    staged = desk.read(ods(HEADER, PLAIN, FORMULA), "ledger", name="costs.ods")
    assert (staged.seen, staged.landed) == (2, 1)
    assert any(note.startswith(TOLD) for note in staged.notes)
    assert "`#UNCALCULATED`, no amount" in staged.aside[0].reason


def test_an_ods_formula_with_a_result_is_its_result(desk) -> None:
    row = text("6200") + text("2026-06-01") + number(200, "of:=[.C2]*2")
    staged = desk.read(ods(HEADER, PLAIN, row), "ledger", name="costs.ods")
    assert [v for (v,) in desk.rows(staged, "amount")] == [100, 200]
    assert not any("Formulas" in note for note in staged.notes)


def test_the_rows_and_cells_an_ods_file_repeats_are_counted(desk) -> None:
    """Two blank rows as one element, and a formula behind two empty cells as one element."""
    blank = "</table:table-row><table:table-row table:number-rows-repeated='2'><table:table-cell/>"
    odd = (
        text("6200")
        + '<table:table-cell table:number-columns-repeated="1"/><table:table-cell table:formula="=A1"/>'
    )
    staged = desk.read(ods(HEADER, PLAIN + blank, odd), "ledger", name="costs.ods")
    assert [(a.line, "UNCALCULATED" in a.text) for a in staged.aside] == [(5, True)]


def test_an_ods_file_that_declares_entities_is_refused(desk) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    with pytest.raises(PercontactError, match="E-FILE-06"):
        desk.read(ods(HEADER, FORMULA, extra=bomb), "ledger", name="costs.ods")


def test_an_xls_formula_without_a_result_is_said_and_set_aside(desk) -> None:
    staged = desk.read(XLS, "ledger", name="costs.xls")
    assert (staged.seen, staged.landed) == (2, 1)
    assert any(note.startswith(TOLD) for note in staged.notes)
    assert "`#UNCALCULATED`, no amount" in staged.aside[0].reason


def test_an_xls_formula_with_a_result_is_its_result(desk) -> None:
    staged = desk.read(XLS.replace(BLANK, struct.pack("<d", 200.0)), "ledger", name="costs.xls")
    assert [v for (v,) in desk.rows(staged, "amount")] == [100, 200]
    assert not any("Formulas" in note for note in staged.notes)


def test_a_nought_that_is_still_to_be_calculated_is_no_result() -> None:
    """The flag after the result says: calculate when the file is opened. Without it, nought is nought."""
    place = XLS.index(BLANK)
    nought, rest = bytes(8), XLS[place + 10 :]
    assert uncalculated(XLS[:place] + nought + b"\x02\x00" + rest, "Costs") == [(3, 2)]
    assert uncalculated(XLS[:place] + nought + b"\x00\x00" + rest, "Costs") == []


def test_another_sheet_and_a_broken_file_have_no_such_formula() -> None:
    assert uncalculated(XLS, "Other") == []
    for end in range(8, len(XLS), 97):
        try:
            uncalculated(XLS[:end], "Costs")
        except ValueError:
            continue
