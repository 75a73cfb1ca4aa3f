# SPDX-License-Identifier: Apache-2.0
"""Excel and OpenDocument workbooks: one sheet, cells with their types, rows by their number in the sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

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
from percontact.ingest.unpack import name_of, open_bytes
from percontact.values.problem import did_you_mean, problem

Cell = str | float | int | bool | date | datetime | time | timedelta


def read_workbook(path: Path, sheet: str, mapping: Mapping, folder: Path, progress: Progress | None) -> Found:
    """Read one sheet (see `sheet_of`) into rows of text; writes rows.csv in `folder`.

    The header is the first row with a value after `skip:` rows. A row without any value is no row.
    Dates become ISO 8601, durations and times of day h:mm:ss, whole numbers lose their `.0`.
    Raises E-FILE-04 (header), E-FILE-06 (damaged).
    """
    found = _open(path).get_sheet_by_name(sheet)
    rows = _rows(found, mapping.skip, mapping.decimal)
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
    seen = sum(any(cell != "" for cell in row) for row in again[mapping.skip :]) - 1
    above = tuple(tuple(cell_text(cell, mapping.decimal) for cell in row) for row in again[: mapping.skip])
    return Found(headers, canonical(target, len(headers)), seen, above=above)


def sheet_of(path: Path, mapping: Mapping) -> str:
    """The sheet that is read: that of the mapping, else the first.

    Raises E-MAP-02 when the workbook has no sheet of that name, E-FILE-06 when it cannot be opened.
    """
    names = _open(path).sheet_names
    if mapping.sheet is None:
        return str(names[0])
    for name in names:
        if name.strip().lower() == mapping.sheet.strip().lower():
            return str(name)
    what = f"the workbook has no sheet `{mapping.sheet}`"
    raise problem(
        "E-MAP-02", name_of(path), what, "Nothing was imported.", did_you_mean(mapping.sheet, names)
    )


def first_rows(path: Path, sheet: str, count: int) -> Iterator[tuple[int, list[str]]]:
    """The first rows of a sheet as text, each with its number."""
    rows = _open(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=count)
    yield from ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=1))


def _open(path: Path) -> CalamineWorkbook:
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


def _rows(sheet: CalamineSheet, skip: int, decimal: str) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > skip and any(cell != "" for cell in row):
            yield number, [cell_text(cell, decimal) for cell in row]


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
