# SPDX-License-Identifier: Apache-2.0
"""Regular CSV: where each line is a row and quote signs stand at the edges of cells, the engine reads alone.

Before it may, a counter that knows nothing of the engine looks at the bytes: it counts line ends, delimiters
and quote signs in blocks of whole lines. What is not regular to the last byte (a line end or a lone quote
sign in a cell, a row of another width, a blank line, line ends of two kinds) goes the careful way of
`delimited`, which gives the same answer for both.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from percontact.ingest.found import BLANKS, LONGEST_LINE_BYTES, Found, Progress, named_headers, scan
from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import is_packed, name_of, open_bytes

_BLOCK_BYTES = 1 << 18
"""What is looked at several times over stays in the processor's own memory."""
_LARGE_BYTES = 1 << 25
"""From this size on, numpy, which looks at many bytes at once, saves more time than its import takes."""
_WINDOW_BYTES = 1 << 16
"""A line end in each window bounds every line, and so every cell, by twice this: what Python's csv reads."""

_RARE_BLANKS = tuple(sign.encode() for sign in BLANKS if sign not in " \t\r\n")

_DELIMITERS, _QUOTES = (",", ";", "\t", "|"), ('"', "'", "")
_ASCII = bytes(range(128))
_WIDE = ("utf-16", "utf-32")
_UTF_8 = ("utf-8", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is written: its encoding and signs, and the lines before the header."""

    encoding: str
    delimiter: str
    quote: str
    skip: int


def read_regular(
    path: Path, dialect: Dialect, mapping: Mapping, folder: Path, progress: Progress | None
) -> Found | None:
    """The rows of a regular file, or None where it is not regular; `mapping` names the headers.

    UTF-8 with plain line ends is read where it lies; anything else is first written so to `folder`.
    Raises E-FILE-04 and E-MAP-02 as `named_headers`, and what `open_bytes` raises.
    """
    if not _can_be_regular(dialect):
        return None
    try:
        with open_bytes(path, longest_line=LONGEST_LINE_BYTES) as data:
            return _Regular(path, dialect, mapping, progress).read(data, folder / "regular.csv")
    except (UnicodeError, csv.Error, NotRegular):
        return None


def _can_be_regular(dialect: Dialect) -> bool:
    if dialect.delimiter not in _DELIMITERS or dialect.quote not in _QUOTES:
        return False
    try:
        # Where bytes below 128 are not the signs of ASCII, the counter of the careful way sees other rows.
        return codecs.lookup(dialect.encoding).name.startswith(_WIDE) or (
            _ASCII.decode(dialect.encoding) == _ASCII.decode("ascii")
        )
    except (UnicodeError, LookupError):
        return False


class NotRegular(Exception):
    """Something that only the careful way can tell apart."""


class _Regular:
    """One pass over the bytes of one file."""

    def __init__(self, path: Path, dialect: Dialect, mapping: Mapping, progress: Progress | None) -> None:
        self.path, self.dialect, self.mapping, self.progress = path, dialect, mapping, progress
        self.padded = False

    def read(self, data: BinaryIO, draft: Path) -> Found:
        text, sign = _Text(data, self.dialect.encoding), self.dialect.quote.encode()
        *preamble, header = text.head(self.dialect.skip + 1)
        if any(not line.strip() or (sign and sign in line) for line in preamble):
            raise NotRegular
        plain = text.utf_8 and not is_packed(self.path) and b"\r" not in b"".join([*preamble, header])
        headers = named_headers(self.names(header), self.mapping, name_of(self.path))
        rows = self.count(text.blocks(), len(headers), None if plain else draft)
        if not rows:
            raise NotRegular
        first = self.dialect.skip + 1
        columns = {f"c{i}": "VARCHAR" for i in range(len(headers))}
        bare = scan(
            self.path if plain else draft,
            columns,
            delimiter=self.dialect.delimiter,
            quote=self.dialect.quote,
            skip=first if plain else 1,
        )
        numbered = f"(SELECT row_number() OVER () + {first} AS line, * FROM {bare})"
        above = tuple(tuple(self.cells(line.decode())) for line in preamble)
        return Found(
            headers, numbered, rows, above=above, bare=bare, first_line=first + 1, padded=self.padded
        )

    def names(self, header: bytes) -> list[str]:
        """The cells of the header, which must be as regular as the rows."""
        text = header.decode().removesuffix("\n").removesuffix("\r")
        if not text or text.startswith("\ufeff"):
            raise NotRegular
        cells = self.cells(text)
        count_rows(text.encode(), self.dialect, len(cells))
        return cells

    def cells(self, line: str) -> list[str]:
        quote = self.dialect.quote
        reader = csv.reader(
            [line],
            delimiter=self.dialect.delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        )
        return next(reader, [])

    def count(self, blocks: Iterator[bytes], width: int, draft: Path | None) -> int:
        """The rows in the blocks; the blocks themselves are written to `draft`, with plain line ends."""
        # The path of a file inside an archive leads nowhere on the disk.
        large = self.path.is_file() and self.path.stat().st_size >= _LARGE_BYTES
        rows = 0
        with draft.open("wb") if draft else io.BytesIO() as out:
            # The engine takes U+FEFF at the very start for a byte-order mark; here it could be in a cell.
            out.write(b"header\n")
            for block in blocks:
                if draft is not None:
                    block = block.replace(b"\r\n", b"\n")
                    out.write(block)
                rows += count_rows(block, self.dialect, width, large=large)
                self.padded = self.padded or is_padded(block, self.dialect, large=large)
                if self.progress:
                    self.progress("reading", rows, None)
        return rows


def count_rows(block: bytes, dialect: Dialect, width: int, *, large: bool = False) -> int:
    r"""The rows in a block of whole lines, counted by their line ends alone.

    large  whether it is one of many, so that numpy is worth its import
    Raises when a row does not have `width` cells, or a quote sign or line end stands anywhere but where the
    engine and Python's csv must both take it for the same.

    >>> count_rows(b'a,"b, ""c"" d"\ne,f\n', Dialect("utf-8", ",", '"', 0), 2)
    2
    """
    if not block.endswith(b"\n"):
        block += b"\n"
    if b"\r" in block or b"\0" in block:
        raise NotRegular
    if any(block.find(b"\n", at, at + _WINDOW_BYTES) < 0 for at in range(0, len(block), _WINDOW_BYTES)):
        raise NotRegular
    count = _count_at_once if large else bytes.count
    rows, delimiter, quote = count(block, b"\n"), dialect.delimiter.encode(), dialect.quote.encode()
    bare = _without_quoted(block, delimiter, quote) if quote and quote in block else block
    if (bare is not block and bare.count(b"\n") != rows) or count(bare, delimiter) != rows * (width - 1):
        raise NotRegular
    if width == 1 and (bare.startswith(b"\n") or b"\n\n" in bare):
        raise NotRegular
    return rows


def is_padded(block: bytes, dialect: Dialect, *, large: bool = False) -> bool:
    r"""Whether a cell of whole lines may begin or end with a blank. When in doubt, it may.

    >>> [is_padded(line, Dialect("utf-8", ",", '"', 0)) for line in (b"a b,c\n", b"a ,c\n", b'"a ""b",c\n')]
    [False, True, True]
    """
    tabbed = dialect.delimiter == "\t"
    if tabbed and dialect.quote and dialect.quote.encode() in block:
        return True
    # One sign is looked for at a time: that is many times quicker than a pattern.
    if any(blank[:1] in block and blank in block for blank in (*_RARE_BLANKS, *(() if tabbed else (b"\t",)))):
        return True
    if b" " not in block:
        return False
    edges = f"{dialect.delimiter}{dialect.quote}\n".encode()
    if large:
        return _blank_beside(block, edges)
    # First for two of them side by side, whichever they are; most files have none, not even an empty cell.
    alike = block.translate(bytes.maketrans(edges + b" ", b"\n" * (len(edges) + 1)))
    if b"\n\n" not in alike and not alike.startswith(b"\n"):
        return not block.endswith(b"\n") and block.endswith(b" ")
    marked = block.translate(bytes.maketrans(edges, b"\n" * len(edges)))
    return b"\n " in marked or b" \n" in marked or marked.startswith(b" ") or marked.endswith(b" ")


def _count_at_once(block: bytes, sign: bytes) -> int:
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord(sign)))


def _blank_beside(block: bytes, edges: bytes) -> bool:
    """Whether a blank stands beside one of the edges of cells, or at either end."""
    import numpy as np

    every = np.frombuffer(block, np.uint8)
    for at in range(0, len(block), _WINDOW_BYTES):
        # With the sign after it: a blank and an edge may lie on either side of where two windows meet.
        signs = every[at : at + _WINDOW_BYTES + 1]
        blank, edge = signs == ord(" "), signs == edges[0]
        for sign in edges[1:]:
            edge |= signs == sign
        if (blank[1:] & edge[:-1]).any() or (blank[:-1] & edge[1:]).any():
            return True
    return block.startswith(b" ") or block.endswith(b" ")


def _without_quoted(block: bytes, delimiter: bytes, quote: bytes) -> bytes:
    """A block in which one quote sign stands for each stretch between two.

    Two of them side by side are a quote sign written twice within a cell. Raises unless each run of them
    begins and ends where a cell does.
    """
    parts = block.split(quote)
    if len(parts) % 2 == 0:
        raise NotRegular
    bare = quote.join(parts[::2])
    runs = len(parts) // 2 - parts[2:-1:2].count(b"")
    begun = bare.startswith(quote) + bare.count(delimiter + quote) + bare.count(b"\n" + quote)
    ended = bare.count(quote + delimiter) + bare.count(quote + b"\n")
    if not begun == ended == runs:
        raise NotRegular
    return bare


class _Text:
    """A text as UTF-8, a line or a block of whole lines at a time. Raises UnicodeError where it is none."""

    def __init__(self, data: BinaryIO, encoding: str) -> None:
        self.utf_8 = codecs.lookup(encoding).name in _UTF_8
        self.mark = codecs.BOM_UTF8 if codecs.lookup(encoding).name == "utf-8-sig" else b""
        self.bytes = data
        self.text = None if self.utf_8 else io.TextIOWrapper(data, encoding=encoding, newline="")

    def head(self, count: int) -> list[bytes]:
        """The first lines, without the byte-order mark that an encoding with a signature has."""
        lines = [self.line() for _ in range(count)]
        return [lines[0].removeprefix(self.mark), *lines[1:]]

    def line(self) -> bytes:
        return self.bytes.readline() if self.text is None else self.text.readline().encode()

    def blocks(self) -> Iterator[bytes]:
        read = self.bytes.read if self.text is None else lambda size: self.text.read(size).encode()
        while block := read(_BLOCK_BYTES):
            if not block.endswith(b"\n"):
                block += self.line()
            if self.text is None and not block.isascii():
                block.decode()
            yield block
