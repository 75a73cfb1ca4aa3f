# SPDX-License-Identifier: Apache-2.0
"""What a sheet of an OpenDocument file (.ods) says besides its values: formulas never calculated."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

CONTENT = "content.xml"
_PIECE_BYTES = 1 << 20
_FAR = 1 << 20
"""Rows and columns that a sheet can have; what is repeated beyond holds nothing."""


def uncalculated(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, int]]:
    """(row from 1, column from 0) of each formula of a sheet whose result was left out.

    Raises ElementTree.ParseError when the part is no XML, or declares entities of its own.
    """
    if CONTENT not in archive.namelist() or not _any_formula(archive):
        return
    with archive.open(CONTENT) as data:
        inside, row = False, 0
        for event, element in ElementTree.iterparse(data, ("start", "end")):
            kind = element.tag.rpartition("}")[2]
            if kind == "table" and event == "start":
                inside, row = _said(element, "name") == sheet, 0
            elif kind == "table":
                inside = False
                element.clear()
            elif kind == "table-row" and event == "end":
                if inside:
                    for column in _formulas(element):
                        yield row + 1, column
                    row = min(row + _times(element, "number-rows-repeated"), _FAR)
                element.clear()


def _any_formula(archive: zipfile.ZipFile) -> bool:
    """Whether anything in it is a formula; one that declares entities is refused before it is parsed."""
    rest, found = b"", False
    with archive.open(CONTENT) as data:
        while chunk := data.read(_PIECE_BYTES):
            if b"<!DOCTYPE" in rest + chunk or b"<!ENTITY" in rest + chunk:
                raise ElementTree.ParseError("it declares entities")
            found = found or b":formula=" in rest + chunk
            rest = chunk[-16:]
    return found


def _formulas(row: ElementTree.Element) -> Iterator[int]:
    """The columns of a row whose formula has neither a value nor a text."""
    column = 0
    for cell in row:
        times = _times(cell, "number-columns-repeated")
        if _said(cell, "formula") and not _said(cell, "value-type") and not "".join(cell.itertext()).strip():
            yield from range(column, min(column + times, _FAR))
        column += times


def _said(element: ElementTree.Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _times(element: ElementTree.Element, name: str) -> int:
    text = _said(element, name)
    return int(text) if text.isdecimal() else 1
