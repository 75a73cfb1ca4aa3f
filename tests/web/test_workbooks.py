# SPDX-License-Identifier: Apache-2.0
"""Excel of the pages, read back as a controller would: figures are numbers, and their sums are the page's."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from starlette.testclient import TestClient

PERIOD = "period=2025-11"
FIGURE = re.compile(r"'?[-+]?(EUR )?\d[\d,.]*( ?%| points| min| h| s| days)?( .*)?")


def book_of(app: TestClient, page: str) -> openpyxl.Workbook:
    found = app.get(f"{page}.xlsx?{PERIOD}")
    assert found.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(found.content), data_only=True)


def column(sheet: Worksheet, header: str) -> list[object]:
    at = next(i for i, cell in enumerate(sheet[1]) if str(cell.value).startswith(header))
    return [row[at] for row in sheet.iter_rows(min_row=2, values_only=True)]


def rows(sheet: Worksheet) -> dict[object, tuple[object, ...]]:
    return {row[0]: row[1:] for row in sheet.iter_rows(min_row=2, values_only=True)}


@pytest.mark.parametrize(
    ("page", "sheet", "columns"),
    [
        ("/explain", "Figures", "BCD"), ("/explain", "Parts", "B"),
        ("/explain", "Quality beside the cost", "BCD"),
        ("/overview", "Figures", "BC"), ("/measures", "Cost", "BC"), ("/measures", "Speed", "BC"),
    ],
)  # fmt: skip
def test_no_figure_is_a_text(app: TestClient, page: str, sheet: str, columns: str) -> None:
    found = book_of(app, page)[sheet]
    cells = [cell for letter in columns for cell in found[letter][1:] if cell.value is not None]
    assert any(isinstance(cell.value, int | float) for cell in cells)
    assert not [c.value for c in cells if isinstance(c.value, str) and FIGURE.fullmatch(c.value)]


def test_no_sheet_shows_an_apostrophe_or_a_command_to_type(app: TestClient) -> None:
    for page in ("/explain", "/overview", "/measures", "/opportunities", "/watch", "/cost-map"):
        for sheet in book_of(app, page):
            texts = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
            assert not [t for t in texts if t.startswith("'")], sheet.title
            assert sheet.title == "About" or not [t for t in texts if "percontact contacts" in t], sheet.title


def test_before_and_the_parts_make_after_in_a_sum_of_cells(app: TestClient) -> None:
    """After - before = change; the sum of the parts is the change of cost per contact, as on the page."""
    book = book_of(app, "/explain")
    figures = rows(book["Figures"])
    for name in ("Total cost", "Handled contacts", "Cost per contact"):
        before, after, change = (Decimal(str(n)) for n in figures[name][:3])
        assert after - before == change, name
    parts = rows(book["Parts"])
    change = Decimal(str(parts.pop("Change")[0]))
    made = [Decimal(str(p[0])) for name, p in parts.items() if name and isinstance(p[0], int | float)]
    assert sum(made) == change == Decimal(str(figures["Cost per contact"][2]))


def test_the_slices_of_a_change_add_up_to_it(app: TestClient) -> None:
    """The change of each slice and of what is in none: numbers whose sum is the whole change."""
    changes = [n for n in column(book_of(app, "/explain")["Slices"], "Change") if isinstance(n, int | float)]
    *parts, whole = changes
    assert sum(parts) == pytest.approx(whole, abs=0.005)


def test_a_change_says_in_a_comment_what_its_number_cannot(app: TestClient) -> None:
    sheet = book_of(app, "/overview")["Figures"]
    change = next(row[2] for row in sheet.iter_rows(min_row=2) if row[0].value == "Cost per contact")
    assert isinstance(change.value, int | float)
    assert "against October 2025" in change.comment.text
    assert '"EUR "' in change.number_format
