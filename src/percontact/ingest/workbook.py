# SPDX-License-Identifier: Apache-2.0
"""Excel and OpenDocument workbooks: one sheet, cells with their types, rows by their number in the sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from percontact.ingest.found import (
    PROGRESS_ROWS,
    Found,
    Progress,
    canonical,
    named_headers,
    no_header,
    write_canonical,
)
from percontact.ingest.mapping import Mapping
from percontact.ingest.sheet_xml import Marks, check_size, marks_of
from percontact.ingest.unpack import name_of, open_bytes, split
from percontact.values.problem import did_you_mean, problem

Cell = str | float | int | bool | date | datetime | time | timedelta


def read_workbook(path: Path, sheet: str, mapping: Mapping, folder: Path, progress: Progress | None) -> Found:
    """Read one sheet (see `sheet_of`) into rows of text; writes rows.csv in `folder`.

    The header is the first row with a value after `skip:` rows. A row without any value is no row.
    Dates become ISO 8601, durations and times of day h:mm:ss, whole numbers lose their `.0`.
    Raises E-FILE-04 (header), E-FILE-06 (damaged).
    """
    marks = marks_of(path, sheet)
    book = _open(path)
    found = book.get_sheet_by_name(sheet)
    rows = _rows(found, mapping.skip, mapping.decimal, marks)
    _, header = next(rows, (0, None))
    if header is None:
        raise no_header(f"{name_of(path)} ({sheet})")
    headers = named_headers(header, mapping, f"{name_of(path)} ({sheet})")

    def counted() -> Iterator[tuple[int, list[str]]]:
        for count, (line, row) in enumerate(rows, start=1):
            if progress and count % PROGRESS_ROWS == 0:
                progress("reading", count, found.height)
            yield line, row

    target = folder / "rows.csv"
    write_canonical(target, counted())
    # The counter looks at the cells alone, through a sheet opened anew; the header is one of its rows.
    again = _open(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    held = {number for number, row in enumerate(again, start=1) if any(cell != "" for cell in row)}
    seen = sum(number > mapping.skip for number in held | marks.texts.keys()) - 1
    above = tuple(tuple(cell_text(cell, mapping.decimal) for cell in row) for row in again[: mapping.skip])
    notes = (*_not_read(book, sheet), *marks.notes())
    return Found(headers, canonical(target, len(headers)), seen, notes=notes, above=above)


def _not_read(book: CalamineWorkbook, sheet: str) -> Iterator[str]:
    others = [one.name for one in book.sheets_metadata if one.name != sheet]
    if others:
        shown = ", ".join(f"`{name}`" for name in others[:8])
        yield f"Sheet `{sheet}` was read; not read: {shown}{', ...' if len(others) > 8 else ''}."


def sheet_of(path: Path, mapping: Mapping) -> str:
    """The sheet that is read: that of the mapping, else the only one that is shown and holds rows.

    Raises E-FILE-10 when several could be meant, E-MAP-02 when the workbook has no sheet of that name,
    E-FILE-06 when it cannot be opened.
    """
    book = _open(path)
    names = book.sheet_names
    if mapping.sheet is None:
        return _only_sheet(path, book)
    for name in names:
        if name.strip().lower() == mapping.sheet.strip().lower():
            return str(name)
    what = f"the workbook has no sheet `{mapping.sheet}`"
    raise problem(
        "E-MAP-02", name_of(path), what, "Nothing was imported.", did_you_mean(mapping.sheet, names)
    )


def _only_sheet(path: Path, book: CalamineWorkbook) -> str:
    shown = [str(one.name) for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    shown = shown or [str(name) for name in book.sheet_names]
    if len(shown) == 1:
        return shown[0]
    sizes = {name: book.get_sheet_by_name(name).height for name in shown}
    filled = [name for name in shown if sizes[name] > 1]
    if len(filled) < 2:
        return (filled or shown)[0]
    told = ", ".join(f"`{name}` ({sizes[name]:,} rows)" for name in filled[:12])
    raise problem(
        "E-FILE-10",
        name_of(path),
        f"{len(filled)} sheets of the workbook hold rows",
        f"They are {told}. Which one is meant is not guessed.",
        f"Name it in a mapping file, e.g. sheet: {filled[0]}",
    )


def first_rows(path: Path, sheet: str, count: int) -> Iterator[tuple[int, list[str]]]:
    """The first rows of a sheet as text, each with its number."""
    rows = _open(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=count)
    yield from ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=1))


def _open(path: Path) -> CalamineWorkbook:
    file = split(path)[0].stat()
    check_size(path, file.st_size, file.st_mtime_ns)
    try:
        with open_bytes(path) as data:
            if isinstance(data, io.BufferedReader) and isinstance(data.raw, io.FileIO):
                return CalamineWorkbook.from_path(str(path))
            return CalamineWorkbook.from_filelike(io.BytesIO(data.read()))
    except (CalamineError, OSError) as error:
        raise problem(
            "E-FILE-06",
            name_of(path),
            "the workbook cannot be opened",
            f"What is in it is not what Excel or LibreOffice would write: {error}.",
            "Open it where it comes from and save it again, or export it as CSV.",
        ) from error


def _rows(sheet: CalamineSheet, skip: int, decimal: str, marks: Marks) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, each with its number; marks stand for cells that came out empty or plain."""
    # The library leaves out the columns before the first value; marks may stand there too.
    first, last = (sheet.start[1], sheet.end[1]) if sheet.start and sheet.end else (0, -1)
    columns = {column for texts in marks.texts.values() for column in texts}
    base = min([first, *columns])
    width = max([last, *columns]) + 1 - base

    def marked(cells: list[str], texts: dict[int, str]) -> list[str]:
        cells = [""] * (first - base) + cells
        cells += [""] * (width - len(cells))
        for column, text in texts.items():
            cells[column - base] = text
        return cells

    number = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        texts = marks.texts.get(number, {})
        if number > skip and (texts or any(cell != "" for cell in row)):
            yield number, marked([cell_text(cell, decimal) for cell in row], texts)
    for below in sorted(marks.texts):
        if below > max(number, skip):
            yield below, marked([], marks.texts[below])


def cell_text(cell: Cell, decimal: str = ".") -> str:
    """A typed cell as the text a CSV file with this decimal sign would hold.

    >>> cell_text(5.0), cell_text(timedelta(hours=132, seconds=1)), cell_text(datetime(2026, 1, 5, 9, 30))
    ('5', '132:00:01', '2026-01-05 09:30:00')
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", decimal)
    if isinstance(cell, timedelta):
        seconds, sign = abs(cell) // timedelta(seconds=1), "-" if cell < timedelta(0) else ""
        rest = f".{micros:06d}".rstrip("0") if (micros := abs(cell).microseconds) else ""
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{rest}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
