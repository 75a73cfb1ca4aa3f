# SPDX-License-Identifier: Apache-2.0
"""From a row back to the text it was read from: the last step of every trail."""

from __future__ import annotations

import codecs
import gzip
import io
import re
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

_TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")

_LINES_OF_A_ROW = 50
"""A quoted cell may hold line breaks. Past so many lines, an open quote is taken for a mark in the text."""


def line_of(path: Path, line: int, mapping: str) -> str | None:
    """The text of a row that starts at a line (1 = first) of a text file, without its line end.

    mapping  text of the mapping file it was read with; its `encoding:` and `quote:` count
    result   None when the file is no text file (Excel, Parquet) or has no such line
    """
    if line < 1 or not path.name.lower().endswith(_TEXT_FILES):
        return None
    quote = _said(mapping, "quote")
    # newline="" keeps the line ends within a quoted cell as they are, and still ends a line at each kind.
    with (
        _bytes(path) as data,
        io.TextIOWrapper(data, encoding=_encoding(path, mapping), errors="replace", newline="") as text,
    ):
        lines = list(islice(text, line - 1, line - 1 + _LINES_OF_A_ROW))
    if not lines:
        return None
    marks = 0
    for count, part in enumerate(lines, start=1):
        marks += part.count('"' if quote is None else quote) if quote != "" else 0
        if marks % 2 == 0:
            return "".join(lines[:count]).rstrip("\r\n")
    return lines[0].rstrip("\r\n")


def _bytes(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def _encoding(path: Path, mapping: str) -> str:
    with _bytes(path) as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        name = codecs.lookup(_said(mapping, "encoding") or "utf-8").name
    except LookupError:
        name = "utf-8"
    return "utf-8-sig" if name == "utf-8" else name


def _said(mapping: str, key: str) -> str | None:
    found = re.search(rf"(?m)^{key}:[ \t]*(\S+)", mapping)
    if not found:
        return None
    word = found[1]
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    return word[1:-1] if quoted else word
