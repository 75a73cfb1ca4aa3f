# SPDX-License-Identifier: Apache-2.0
"""From a row back to the text it was read from: the last step of every trail."""

from __future__ import annotations

import codecs
import re
from itertools import islice
from pathlib import Path

_TEXT_FILES = {".csv", ".tsv", ".txt"}

_LINES_OF_A_ROW = 50
"""A quoted cell may hold line breaks. Past so many lines, an open quote is taken for a mark in the text."""


def line_of(path: Path, line: int, mapping: str) -> str | None:
    """The text of a row that starts at a line (1 = first) of a text file, without its line end.

    mapping  text of the mapping file it was read with; its `encoding:` and `quote:` count
    result   None when the file is no text file (Excel, Parquet) or has no such line
    """
    if path.suffix.lower() not in _TEXT_FILES:
        return None
    quote = _said(mapping, "quote") or '"'
    # newline="" keeps the line ends within a quoted cell as they are, and still ends a line at each kind.
    with path.open(encoding=_encoding(path, mapping), errors="replace", newline="") as file:
        lines = list(islice(file, max(line - 1, 0), line - 1 + _LINES_OF_A_ROW)) if line > 0 else []
    if not lines:
        return None
    marks = 0
    for count, text in enumerate(lines, start=1):
        marks += text.count(quote)
        if marks % 2 == 0:
            return "".join(lines[:count]).rstrip("\r\n")
    return lines[0].rstrip("\r\n")


def _encoding(path: Path, mapping: str) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    said = _said(mapping, "encoding")
    try:
        name = codecs.lookup(said).name if said else "utf-8"
    except LookupError:
        name = "utf-8"
    return "utf-8-sig" if name == "utf-8" else name


def _said(mapping: str, key: str) -> str:
    found = re.search(rf"(?m)^{key}:[ \t]*(\S+)", mapping)
    if not found:
        return ""
    word = found[1]
    return word[1:-1] if len(word) > 2 and word[0] == word[-1] and word[0] in "'\"" else word
