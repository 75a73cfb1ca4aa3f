# SPDX-License-Identifier: Apache-2.0
"""Excel: a sheet a table, live formulas that give the figures shown, and a sheet on what it was made of.

A formula is written only where it gives, rounded as shown, the figure of the statement; elsewhere (a count of
different customers, a cost of one contact below a cent) the figure itself stands. A figure in words
("EUR 3.57") is a number with its unit in its format. No text becomes a formula, nor does one that is edited.
"""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from percontact.report.cells import FORMULA_SIGNS, as_number, decimals, shown
from percontact.report.document import Cell, Document, Table, TableColumn, Worded
from percontact.values.problem import problem

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet as Sheet  # type: ignore[import-untyped]

MOST_ROWS = 1_048_570
"""Rows of a sheet (2^20), less those for header and total. Source: Excel specifications and limits."""
LONGEST_TEXT = 32_767
"""Characters of a cell. Source: Excel specifications and limits."""
WIDEST = 48
LINE, SOFT = "#46525F", "#566270"
NO_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
SHEET_NAME = 31


def render(document: Document) -> bytes:
    """The document as a workbook.

    Raises E-ARG-03 when a table has more rows than a sheet can hold.
    """
    import xlsxwriter

    out = io.BytesIO()
    never = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(out, {"in_memory": True, **never}) as book:
        book.set_properties({"title": document.title, "comments": document.headline})
        looks = Looks(book)
        for table, name in zip(document.tables, sheet_names(document), strict=True):
            _sheet(book.add_worksheet(name), table.without_commands(), looks)
        _about(book.add_worksheet("About"), document, looks)
    return out.getvalue()


def sheet_names(document: Document) -> list[str]:
    """Names of the tables' sheets: without the signs Excel forbids, not longer than 31, no two alike."""
    taken = {"about", "history"}  # Excel keeps the second for itself.
    names = []
    for table in document.tables:
        base = NO_SHEET_SIGNS.sub(" ", table.title).strip("' ")[:SHEET_NAME] or "Table"
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base[: SHEET_NAME - len(f' {number}')]} {number}"
        taken.add(name.lower())
        names.append(name)
    return names


Row = tuple[Cell, ...]


class Looks:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def __call__(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **properties})
        return self._made[key]

    def header(self, column: TableColumn) -> Format:
        """The format of a header, with a line below it."""
        side = "right" if column.is_number else "left"
        return self(bold=True, text_wrap=True, valign="bottom", align=side, bottom=1, bottom_color=LINE)

    def cell(self, cell: Cell, column: TableColumn, *, total: bool) -> Format:
        """The format of a cell: its number format, and a line above where it is of a total."""
        found: dict[str, object] = {}
        if isinstance(cell, Worded):
            found |= {"num_format": worded_format(cell), "align": "right"}
        elif column.kind != "text":
            found["num_format"] = number_format(cell, column)
        elif isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
            # Excel's own mark for "this is text": it stays one when a reader edits the cell.
            found["quote_prefix"] = True
        if total:
            found |= {"bold": True, "top": 1, "top_color": LINE}
        return self(**found)


def number_format(cell: Cell, column: TableColumn) -> str:
    """Excel's number format of a cell: the decimals that a person is shown."""
    if column.kind == "date":
        return "yyyy-mm-dd"
    if column.kind == "share":
        return "0%" if cell is None or Decimal(str(cell)) * 100 % 1 == 0 else "0.0%"
    if column.kind == "money":
        digits = decimals(column)
    elif column.kind == "value" and isinstance(cell, int | Decimal):
        digits = len(shown(cell, column).partition(".")[2])
    else:
        return "#,##0.###" if isinstance(cell, Decimal) and cell % 1 else "#,##0"
    plain = "#,##0" + (f".{'0' * digits}" if digits else "")
    return f"+{plain};-{plain};{plain}" if column.signed else plain


def worded_format(cell: Worded) -> str:
    """Excel's number format of a figure in words: its decimals, with its unit as it is read.

    >>> worded_format(Worded("+EUR 0.06", Decimal("0.06"), digits=2, before="EUR", signed=True))
    '+"EUR "#,##0.00;-"EUR "#,##0.00;"EUR "#,##0.00'
    """
    front = f'"{_quoted(cell.before)} "' if cell.before else ""
    back = "%" if cell.after == "%" else f'" {_quoted(cell.after)}"' if cell.after else ""
    plain = f"{front}#,##0{('.' + '0' * cell.digits) if cell.digits else ''}{back}"
    return f"+{plain};-{plain};{plain}" if cell.signed else plain


def _quoted(unit: str) -> str:
    return unit.replace('"', "")


# -- a table ------------------------------------------------------------------------------------------------


def _sheet(sheet: Sheet, table: Table, looks: Looks) -> None:
    if len(table.rows) > MOST_ROWS:
        raise problem(
            "E-ARG-03", "--format xlsx", f"the table {table.title!r} has {len(table.rows):,} rows",
            f"A sheet of Excel holds {MOST_ROWS:,}.",
            "Use --format csv or --format parquet, or ask for fewer rows.",
        )  # fmt: skip
    for i, column in enumerate(table.columns):
        _text(sheet, 0, i, column.header, looks.header(column))
        sheet.set_column(i, i, _width(table, i))
    for at, row in enumerate(table.rows, start=1):
        _row(sheet, at, table, row, looks)
    after = len(table.rows) + 1
    if table.total and table.rows:
        _row(sheet, after, table, table.total, looks, total=True)
        after += 1
    for text in (table.sentence, table.note):
        if text:
            _text(sheet, after + 1, 0, text, looks(font_color=SOFT))
            after += 1
    sheet.freeze_panes(1, 0)
    if len(table.rows) > 1:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _row(sheet: Sheet, at: int, table: Table, row: Row, looks: Looks, *, total: bool = False) -> None:
    for i, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        look = looks.cell(cell, column, total=total)
        if (cell is None and column.kind != "text") or (isinstance(cell, Worded) and cell.number is None):
            # Free, not a dash: a sum or a chart over the column goes on working.
            sheet.write_blank(at, i, None, look)
        elif isinstance(cell, Worded):
            sheet.write_number(at, i, float(cell.number or 0), look)
            if cell.more:
                sheet.write_comment(at, i, str(cell), {"x_scale": 2, "y_scale": 0.6})
        elif cell is None or isinstance(cell, str):
            _text(sheet, at, i, shown(cell, column, total=total), look)
        elif isinstance(cell, date):
            sheet.write_datetime(at, i, cell, look)
        elif found := (_sum(table, i) if total else None) or _formula(table, at, row, i):
            text, value = found
            sheet.write_formula(at, i, text, look, float(value))
        else:
            sheet.write_number(at, i, float(_number(cell, column)), look)


def _number(cell: Cell, column: TableColumn) -> Decimal:
    number = as_number(cell, column)
    assert isinstance(number, int | Decimal)
    return Decimal(number)


def _sum(table: Table, i: int) -> tuple[str, Decimal] | None:
    """The total as a sum of its column, where it is one: a count of different people is not."""
    column, total = table.columns[i], table.total
    if column.kind in ("value", "share") or total is None:
        return None
    numbers = [cell for row in table.rows if isinstance(cell := row[i], int | Decimal)]
    added = sum((_number(n, column) for n in numbers), Decimal(0))
    if added != _number(total[i], column):
        return None
    letter = column_letter(i)
    return f"=SUM({letter}2:{letter}{len(table.rows) + 1})", added


def _formula(table: Table, at: int, row: Row, i: int) -> tuple[str, Decimal] | None:
    """A cell as a formula over its row, where that gives the figure shown."""
    column, formula = table.columns[i], table.columns[i].formula
    if formula is None:
        return None
    places = [[c.name for c in table.columns].index(name) for name in formula.of]
    if any(not isinstance(row[p], int | Decimal) for p in places):
        return None
    numbers = [_number(row[p], table.columns[p]) for p in places]
    if formula.how == "quotient" and not numbers[1]:
        return None
    value = numbers[0] / numbers[1] if formula.how == "quotient" else numbers[0] - sum(numbers[1:])
    written = shown(value if column.kind != "money" else int(value.scaleb(decimals(column))), column)
    if written != shown(row[i], column):
        return None
    sign = "/" if formula.how == "quotient" else "-"
    return "=" + sign.join(f"{column_letter(p)}{at + 1}" for p in places), value


def column_letter(i: int) -> str:
    """A column's letters in Excel.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    return (column_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("A") + i % 26)


def _text(sheet: Sheet, row: int, column: int, text: str, look: Format) -> None:
    """A cell of type text: what it begins with is never read as a formula."""
    written = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    sheet.write_string(row, column, written, look)


def _width(table: Table, i: int) -> float:
    """Wide enough for the widest of the first rows and for the header's longest word."""
    column = table.columns[i]
    cells = [*table.rows[:1000], *((table.total,) if table.total else ())]
    longest = max((len(shown(row[i], column)) for row in cells), default=0)
    words = max((len(word) for word in column.header.split()), default=0)
    return min(max(longest, words, 6) + 3, WIDEST)


# -- what it was made of ------------------------------------------------------------------------------------


def _about(sheet: Sheet, document: Document, looks: Looks) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    _text(sheet, 0, 0, document.title, looks(bold=True, font_size=14))
    lines = [("Answer", document.headline)]
    lines += [("Demo", document.demo)] if document.demo else []
    lines += document.facts
    lines += [("Note", note) for note in document.notes]
    lines += document.definitions
    lines += [("An empty figure", "Unknown, or undefined as there is nothing to divide by. It is not zero.")]
    for row, (name, text) in enumerate(lines, start=2):
        _text(sheet, row, 0, name, looks(bold=True))
        _text(sheet, row, 1, text, looks(text_wrap=True))
    sheet.fit_to_pages(1, 0)
