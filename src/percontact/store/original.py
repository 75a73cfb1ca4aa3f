# SPDX-License-Identifier: Apache-2.0
"""From a row back to the text it was read from: the last step of every trail."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

_NOT_LINES = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of Parquet, of workbooks and of old workbooks: their rows are no lines."""

_GZIP, _ZIP = b"\x1f\x8b\x08", b"PK\x03\x04"
_LIST = re.compile(rb"(\xef\xbb\xbf)?\s*\[\s*(\{\s*[\"}]|\])")
"""A list of JSON: its rows are known by the number of their record."""

_LINES_OF_A_ROW = 50
"""A quoted cell may hold line breaks. Past so many lines, an open quote is taken for a mark in the text."""


def line_of(path: Path, line: int, mapping: str, member: str = "") -> str | None:
    """The text of a row that starts at a line (1 = first) of a text file, without its line end.

    mapping  text of the mapping file it was read with; its `encoding:` and `quote:` count
    member   which file of a zip archive it is, or ""
    result   None when the file has no lines (Excel, Parquet, a list of JSON) or has no such line
    """
    if line < 1 or _said(mapping, "records") or _said(mapping, "explode"):
        return None
    with _bytes(path, member) as data:
        start = data.read(4096)
        if start.startswith(_NOT_LINES) or _LIST.match(start):
            return None
    by_record = start.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"{")
    quote = "" if by_record else _said(mapping, "quote")
    # newline="" keeps the line ends within a quoted cell as they are, and still ends a line at each kind.
    with (
        _bytes(path, member) as data,
        io.TextIOWrapper(data, encoding=_encoding(start, mapping), errors="replace", newline="") as text,
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


@contextmanager
def _bytes(path: Path, member: str) -> Iterator[BinaryIO]:
    """The bytes of a kept file, unpacked."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(_GZIP):
            with gzip.GzipFile(fileobj=file) as data:
                yield cast(BinaryIO, data)
        elif start == _ZIP and member:
            with zipfile.ZipFile(file) as archive:
                names = {PurePosixPath(name).as_posix(): name for name in archive.namelist()}
                with archive.open(names[member]) as data:
                    yield cast(BinaryIO, data)
        else:
            yield file


def _encoding(start: bytes, mapping: str) -> str:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
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
