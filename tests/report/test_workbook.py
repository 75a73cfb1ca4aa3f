# SPDX-License-Identifier: Apache-2.0
"""The Excel form, read back: live formulas that give their cached values, and no text that becomes one."""

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from percontact.report import as_xlsx
from percontact.report.document import NO_NUMBER, Document, Table, TableColumn, Worded
from percontact.report.forms import render
from percontact.report.statement import Statement
from percontact.report.words import value_text
from percontact.values.problem import PercontactError

SIGNS = ("=", "+", "-", "@", "\t", "\r")


def opened(answer: Statement | Document, *, values: bool) -> openpyxl.Workbook:
    """values: what Excel shows before it computes anything; else the formulas."""
    written = render(answer, "xlsx")
    assert isinstance(written, bytes)
    return openpyxl.load_workbook(io.BytesIO(written), data_only=values)


def evaluated(formula: str, cached: Worksheet) -> float:
    """The three kinds of formula we write, done by hand on the figures that stand in the sheet."""
    number = lambda place: float(cached[place].value)  # noqa: E731
    if found := re.fullmatch(r"=SUM\(([A-Z]+)(\d+):\1(\d+)\)", formula):
        letter, first, last = found.groups()
        cells = [cached[f"{letter}{row}"].value for row in range(int(first), int(last) + 1)]
        return sum(float(cell) for cell in cells if cell is not None)
    if found := re.fullmatch(r"=([A-Z]+\d+)/([A-Z]+\d+)", formula):
        return number(found[1]) / number(found[2])
    assert re.fullmatch(r"=[A-Z]+\d+(-[A-Z]+\d+)+", formula), formula
    first, *rest = formula[1:].split("-")
    return number(first) - sum(number(place) for place in rest)


def formulas(answer: Statement | Document) -> list[tuple[str, str, str]]:
    """(sheet, place, formula)"""
    book = opened(answer, values=False)
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_every_formula_gives_the_value_that_is_stored_beside_it(any_statement: Statement) -> None:
    cached = opened(any_statement, values=True)
    found = formulas(any_statement)
    assert found
    for sheet, place, formula in found:
        stored = float(cached[sheet][place].value)
        assert evaluated(formula, cached[sheet]) == pytest.approx(stored, rel=1e-9, abs=1e-6), (sheet, place)


def test_cost_per_contact_its_total_and_the_difference_are_live(tiny_statement: Statement) -> None:
    """
    row    2026-06  voice  10,000.00 / 4,000 = 2.50
    total                  10,000.00 / 4,000 = 2.50
    proof  12,000 - 10,000 - 2,000 - 0 = 0
    """
    found = {(sheet, place): formula for sheet, place, formula in formulas(tiny_statement)}
    assert found["Cost", "E2"] == "=C2/D2"
    assert found["Cost", "C3"] == "=SUM(C2:C2)"
    assert found["Cost", "E3"] == "=C3/D3"
    assert found["Pools", "I2"] == "=C2/H2"
    assert found["Reconciliation", "E2"] == "=A2-B2-C2-D2"
    cached = opened(tiny_statement, values=True)
    assert [cell.value for cell in cached["Cost"][2]][:5] == ["2026-06", "voice", 10000, 4000, 2.5]
    assert cached["Reconciliation"]["E2"].value == 0


def test_a_cost_of_one_shows_the_figure_of_the_statement(any_statement: Statement) -> None:
    sheet = opened(any_statement, values=True)["Cost"]
    header = [cell.value for cell in sheet[1]]
    at = next(i for i, name in enumerate(header) if str(name).startswith(f"{any_statement.currency} per "))
    lines = [*sorted(any_statement.rows, key=lambda r: (r.start, bool(r.label))), any_statement.total]
    rows = list(sheet.iter_rows(min_row=2, max_row=len(lines) + 1, values_only=True))
    for row, line in zip(rows, lines, strict=True):
        if line.value is None:
            assert row[at] is None
        else:
            shown = value_text(Decimal(str(row[at])), any_statement.currency)
            assert shown == value_text(line.value, any_statement.currency)


def test_a_count_of_different_customers_is_no_sum(ask_rich: object) -> None:
    """17 customers come back in three months: the sum of the months would count them three times."""
    assert callable(ask_rich)
    s = ask_rich("EUR", "customer")
    sheet = opened(s, values=False)["Cost"]
    at = [cell.value for cell in sheet[1]].index("Customers")
    *months, total = [
        row[at] for row in sheet.iter_rows(min_row=2, max_row=len(s.rows) + 2, values_only=True)
    ]
    assert total == 17
    assert sum(months) > 17


def test_no_text_is_a_formula_or_looks_like_one(hostile_statement: Statement) -> None:
    for sheet in opened(hostile_statement, values=False):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert re.fullmatch(
                        r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+([-/][A-Z]+\d+)+)", cell.value
                    )
                elif isinstance(cell.value, str):
                    assert cell.data_type == "s", (sheet.title, cell.coordinate)
                    # Excel's own mark: a text stays one when a reader edits the cell.
                    assert cell.quotePrefix or not cell.value.startswith(SIGNS) or sheet.title == "About"
                    assert cell.hyperlink is None


def test_hostile_texts_stand_as_they_are_and_without_an_apostrophe(
    hostile_statement: Statement, hostile: tuple[str, ...]
) -> None:
    cells = [
        row[1]
        for row in opened(hostile_statement, values=True)["Cost"].iter_rows(min_row=2, values_only=True)
    ]
    for text in hostile:
        # XML knows no carriage return and no escape sign; Excel writes them so.
        spelled = text.replace("\r", "_x000D_").replace("\x1b", "_x001B_")
        assert text in cells or spelled in cells, text


def test_numbers_are_numbers_with_their_currency_s_decimals(ask_rich: object) -> None:
    assert callable(ask_rich)
    for currency, form in (("EUR", "#,##0.00"), ("JPY", "#,##0"), ("KWD", "#,##0.000")):
        sheet = opened(ask_rich(currency, by=("channel",)), values=False)["Cost"]
        cost = sheet["C2"]
        assert isinstance(cost.value, int | float)
        assert cost.number_format == form


def test_a_figure_in_words_is_a_number_with_its_unit_in_a_workbook() -> None:
    """
    "EUR 3.57" and "+EUR 0.06 (+1.7%) against May 2026" in a column of words; 3.57 + 0.06 = 3.63.
    The text that says more than its number is the cell's comment; what is not known is a free cell.
    """
    cost = Worded("EUR 3.57", Decimal("3.5667"), digits=2, before="EUR")
    change = Worded("+EUR 0.06", Decimal("0.06"), digits=2, before="EUR", signed=True)
    share = Worded("83.6%", Decimal("0.836"), digits=1, after="%")
    rows = ((cost,), (change.said("+EUR 0.06 (+1.7%) against May 2026"),), (share,), (NO_NUMBER,))
    document = Document("t", "h", (Table("Figures", (TableColumn("value", "Value"),), rows),))
    cells = [cell for (cell,) in opened(document, values=True)["Figures"].iter_rows(min_row=2)]
    assert [c.value for c in cells] == [3.5667, 0.06, 0.836, None]
    assert [c.number_format for c in cells[:3]] == [
        '"EUR "#,##0.00', '+"EUR "#,##0.00;-"EUR "#,##0.00;"EUR "#,##0.00', "#,##0.0%"
    ]  # fmt: skip
    assert cells[1].comment.text == "+EUR 0.06 (+1.7%) against May 2026"
    assert cells[0].comment is None
    assert "+EUR 0.06 (+1.7%) against May 2026" in str(render(document, "md"))


def test_commands_to_type_stand_in_other_forms_and_not_in_a_workbook() -> None:
    columns = (TableColumn("where", "Where"), TableColumn("look", "Look", command=True))
    document = Document("t", "h", (Table("T", columns, (("voice", "percontact contacts"),)),))
    assert [c.value for c in opened(document, values=True)["T"][1]] == ["Where"]
    assert "percontact contacts" in str(render(document, "csv"))


def test_the_header_stays_in_sight_and_the_sheet_says_what_it_was_made_of(tiny_statement: Statement) -> None:
    book = opened(tiny_statement, values=True)
    assert book.sheetnames == ["Cost", "Compared with", "Pools", "Reconciliation", "Other forms", "About"]
    assert all(sheet.freeze_panes == "A2" for sheet in book.worksheets[:-1])
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True) if row[0]}
    assert about["Answer"] == tiny_statement.headline
    assert about["Span"] == "2026-06, by month"
    assert about["Basis"] == "used"
    assert about["Policy"] == tiny_statement.policy
    assert "Unused" in about


def test_sheets_get_names_that_excel_takes() -> None:
    column = (TableColumn("a", "A"),)
    titles = ["What [each]: rule/catches? *all*", "x" * 40, "x" * 40, "History", "about", "=1", ""]
    document = Document("t", "h", tuple(Table(title, column, (("v",),)) for title in titles))
    names = opened(document, values=True).sheetnames
    assert len({name.lower() for name in names}) == len(titles) + 1
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_a_table_longer_than_a_sheet_is_refused_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_xlsx, "MOST_ROWS", 2)
    long = Document("t", "h", (Table("Contacts", (TableColumn("n", "N", "count"),), ((1,), (2,), (3,))),))
    with pytest.raises(PercontactError, match="E-ARG-03"):
        render(long, "xlsx")
