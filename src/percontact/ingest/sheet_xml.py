# SPDX-License-Identifier: Apache-2.0
"""What a sheet of a workbook says besides its values: formulas never calculated, errors, leading zeros.

The reader of cells gives all of these as empty or plain; a sum over them would be wrong without a word.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from percontact.ingest import sheet_ods, sheet_xls
from percontact.ingest.unpack import damaged, name_of, open_bytes, unpacked_member
from percontact.values.problem import PercontactError, problem

UNCALCULATED = "#UNCALCULATED"
"""Stands for a formula whose result the program that wrote the file left out."""

MOST_EMPTY_CELLS = 20_000_000
"""A sheet is held whole in memory, with its empty cells: two cells in far corners would fill any."""

MOST_WORKBOOK_BYTES = 4 * 10**9

_PIECE_BYTES = 1 << 20
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_COLUMN, _ROW = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})'), re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_STYLE, _ZEROS = re.compile(rb'\bs="(\d+)"'), re.compile(r"0{2,20}")


@dataclass
class Marks:
    """What a sheet says beside its values.

    texts    row (from 1) -> column (from 0) -> what the cell is to be read as
    """

    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    uncalculated: int = 0
    errors: int = 0
    padded: int = 0
    hidden_rows: int = 0
    merged: int = 0
    unseen: bool = False
    """Whether it could not be looked at which formulas have a result."""

    def put(self, row: int, column: int, text: str) -> None:
        self.texts.setdefault(row, {})[column] = text

    def notes(self) -> Iterator[str]:
        """Sentences for the receipt."""
        if self.uncalculated:
            yield (
                f"Formulas without a result, never calculated: {self.uncalculated}. They were read as "
                f"{UNCALCULATED}; open the file in Excel or LibreOffice, save it, and import it again."
            )
        if self.unseen:
            yield "Whether every formula has a result could not be looked at; a missing one reads as empty."
        if self.errors:
            yield f"Cells that hold an error such as #N/A: {self.errors}; `nulls:` can make them empty."
        if self.padded:
            yield f"Numbers shown with zeros in front (00123) kept them: {self.padded}."
        if self.hidden_rows:
            yield f"Rows that are hidden in the sheet were read like the others: {self.hidden_rows}."
        if self.merged:
            yield f"Merged cells: {self.merged}; only the first cell of each holds the value."


def marks_of(path: Path, sheet: str) -> Marks:
    """The marks of a sheet; of an .ods or .xls file, the formulas that were never calculated.

    Raises E-FILE-06 (damaged, or far too wide for what it holds), E-FILE-09 (unpacks beyond the limit).
    """
    with open_bytes(path) as data:
        if not zipfile.is_zipfile(data):
            data.seek(0)
            return _of_xls(data.read(), sheet)
        data.seek(0)
        with zipfile.ZipFile(data) as archive:
            name = name_of(path)
            try:
                if sheet_ods.CONTENT in archive.namelist():
                    return _never_calculated(sheet_ods.uncalculated(archive, sheet))
                part = _part(archive, sheet)
                return _scan(archive, part, _padded_styles(archive), name) if part else Marks()
            except (ElementTree.ParseError, KeyError) as error:
                raise damaged(name, f"A part of the workbook is no XML: {error}.") from error


def _of_xls(data: bytes, sheet: str) -> Marks:
    if not data.startswith(sheet_xls.MAGIC):
        return Marks()
    try:
        return _never_calculated(sheet_xls.uncalculated(data, sheet))
    except ValueError:
        return Marks(unseen=True)


def _never_calculated(places: Iterable[tuple[int, int]]) -> Marks:
    marks = Marks()
    for row, column in places:
        marks.uncalculated += 1
        marks.put(row, column, UNCALCULATED)
    return marks


@lru_cache(maxsize=8)
def check_size(path: Path, size: int, changed: int) -> None:
    """Unpack every part of a workbook once, to nowhere: what a part says of its own size need not be true.

    size, changed  of the file, so that it is looked at once as long as it stays the same
    Raises E-FILE-06 (damaged), E-FILE-09 (unpacks beyond the limit).
    """
    whole = 0
    with open_bytes(path) as data:
        if not zipfile.is_zipfile(data):
            return
        data.seek(0)
        with zipfile.ZipFile(data) as archive:
            for info in archive.infolist():
                with unpacked_member(archive, info, name_of(path)) as member:
                    while chunk := member.read(_PIECE_BYTES):
                        whole += len(chunk)
                        if whole > MOST_WORKBOOK_BYTES:
                            raise _too_large(name_of(path))


def _too_large(name: str) -> PercontactError:
    what = f"it unpacks to more than {MOST_WORKBOOK_BYTES // 10**9} GB, which is the limit"
    why = "A workbook is held in memory whole. Nothing was imported."
    return problem("E-FILE-09", name, what, why, "Export the sheet as CSV and import that.")


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The member that holds a sheet; None in workbooks of another make."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    wanted = next(
        (s.get(_REL) for s in book.iter() if s.tag.endswith("}sheet") and s.get("name") == sheet), None
    )
    links = "xl/_rels/workbook.xml.rels"
    if wanted is None or links not in archive.namelist():
        return None
    for link in ElementTree.fromstring(archive.read(links)):
        if link.get("Id") == wanted:
            target = str(link.get("Target"))
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            return place if place in archive.namelist() else None
    return None


def _padded_styles(archive: zipfile.ZipFile) -> dict[int, int]:
    """Style -> digits, of the styles that show whole numbers with zeros in front."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    tree = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = {n.get("numFmtId"): str(n.get("formatCode")) for n in tree.iter() if n.tag.endswith("}numFmt")}
    wide = {key: len(code) for key, code in codes.items() if _ZEROS.fullmatch(code)}
    styles = next((n for n in tree.iter() if n.tag.endswith("}cellXfs")), None)
    if styles is None:
        return {}
    return {i: wide[key] for i, xf in enumerate(styles) if (key := xf.get("numFmtId")) in wide}


def _scan(archive: zipfile.ZipFile, part: str, padded: dict[int, int], name: str) -> Marks:
    marks, cells, last_row, last_column = Marks(), 0, 0, 0
    for piece in _pieces(archive, part):
        columns = _COLUMN.findall(piece)
        cells += len(columns)
        last_column = max([last_column, *map(_number, set(columns))])
        for attributes in _ROW.findall(piece):
            row = re.search(rb'\br="(\d{1,7})"', attributes)
            last_row = max(last_row, int(row[1])) if row else last_row + 1
            marks.hidden_rows += b'hidden="1"' in attributes or b'hidden="true"' in attributes
        marks.merged += piece.count(b"mergeCell ref=")
        if padded or b't="e"' in piece or b"<f" in piece or b":f" in piece:
            _look_at_cells(piece, padded, marks)
        area = last_row * last_column
        if area > MOST_EMPTY_CELLS and area > 20 * max(cells, 1):
            raise problem(
                "E-FILE-06",
                name,
                f"its cells spread over {last_row:,} rows and {last_column:,} columns, and most are empty",
                f"A sheet is held in memory with its empty cells; the limit is {MOST_EMPTY_CELLS:,}.",
                "Delete the cell far outside the table and save it, or export the sheet as CSV.",
            )
    return marks


def _look_at_cells(piece: bytes, padded: dict[int, int], marks: Marks) -> None:
    for found in _CELL.finditer(piece):
        attributes, body = found[1], found[2] or b""
        place = _PLACE.search(attributes)
        if place is None:
            continue
        row, column = int(place[2]), _number(place[1]) - 1
        value = _VALUE.search(body)
        if b't="e"' in attributes and value:
            marks.errors += 1
            marks.put(row, column, unescape(value[1].decode("utf-8", "replace")))
        elif value is None and re.search(rb"<(?:\w+:)?f\b", body) and b"<is>" not in body:
            if b't="str"' not in attributes:  # a text formula may well have come to an empty text
                marks.uncalculated += 1
                marks.put(row, column, UNCALCULATED)
        elif padded and value and (style := _STYLE.search(attributes)) and b't="s"' not in attributes:
            width, digits = padded.get(int(style[1]), 0), value[1].decode("ascii", "replace")
            if width and digits.isdecimal():
                marks.padded += len(digits) < width
                marks.put(row, column, digits.zfill(width))


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of a sheet in pieces that end between two cells."""
    with archive.open(part) as data:
        rest = b""
        while chunk := data.read(_PIECE_BYTES):
            rest += chunk
            cut = max(rest.rfind(b"<c "), rest.rfind(b":c "), rest.rfind(b"<row "), rest.rfind(b":row "))
            cut = rest.rfind(b"<", 0, cut + 1)
            if cut > 0:
                yield rest[:cut]
                rest = rest[cut:]
        yield rest


def _number(letters: bytes) -> int:
    """A column's letters as its number: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
