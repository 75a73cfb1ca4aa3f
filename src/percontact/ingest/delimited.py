# SPDX-License-Identifier: Apache-2.0
"""CSV and TSV: bytes -> text -> rows, with a second reader that counts the rows and knows nothing of cells.

Most files are regular and go the short way of `regular`. For the others the reader is Python's csv. The
counter only knows that a quote sign opens or closes and that a line end outside quotes ends a row. Both say
at which line each row starts; where they first differ, a row may have been lost or split, and the whole file
is refused (E-FILE-05). Blank lines are no rows for either.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from percontact.ingest.encoding import encoding_of, not_decodable
from percontact.ingest.found import (
    PROGRESS_ROWS,
    Found,
    Progress,
    as_it_was,
    canonical,
    marked,
    named_headers,
    no_header,
    row_text,
    write_canonical,
)
from percontact.ingest.mapping import Mapping
from percontact.ingest.regular import Dialect, read_regular
from percontact.ingest.unpack import LONGEST_LINE_BYTES, name_of, open_bytes
from percontact.records.landing import Aside
from percontact.values.problem import PercontactError, problem

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

LONGEST_CELL_CHARACTERS = 3_000_000
"""No cell of a real export is longer; a quote that never closes makes one of the rest of the file."""
_WIDE = ("utf-16", "utf-32")
"""Encodings whose line ends and quote signs are no single bytes; all others share those of ASCII."""

_BOM_AS_LATIN_1 = "\xef\xbb\xbf"


def read_delimited(
    path: Path, mapping: Mapping, folder: Path, progress: Progress | None, *, carefully: bool = False
) -> Found:
    """Read a file of delimited text, plain or packed, into rows of text.

    A file in which every line is a row is left to the engine (see `regular`), unless it is read `carefully`.
    Writes rows.csv or regular.csv in `folder`. Memory does not grow with the file.
    Raises E-FILE-02 (encoding), E-FILE-04 (header), E-FILE-05 (rows do not add up), E-FILE-06 (damaged).
    """
    try:
        reading = _Delimited(path, mapping, progress)
        reading.recognise()
        found = None if carefully else reading.at_once(folder)
        return found or reading.read(folder / "rows.csv")
    except UnicodeDecodeError as error:
        raise not_decodable(path, encoding_of(path, mapping), said=mapping.encoding is not None) from error


class _Delimited:
    """One pass over one file; what it learns on the way stands in its fields."""

    def __init__(self, path: Path, mapping: Mapping, progress: Progress | None) -> None:
        self.path, self.mapping, self.progress = path, mapping, progress
        self.encoding = encoding_of(path, mapping)
        self.notes: list[str] = []
        self.aside: list[Aside] = []
        self.seen = 0

    def at_once(self, folder: Path) -> Found | None:
        """The rows of a regular file with a header, or None."""
        if not self.mapping.header:
            return None
        dialect = Dialect(self.encoding, self.delimiter, self.mapping.quote, self.mapping.skip)
        found = read_regular(self.path, dialect, self.mapping, folder, self.progress)
        if found and marked(found.headers) is not None:
            return None
        return found and replace(found, notes=tuple(self.notes))

    def read(self, target: Path) -> Found:
        with (
            open_bytes(self.path, longest_line=LONGEST_LINE_BYTES) as data,
            open_bytes(self.path, longest_line=LONGEST_LINE_BYTES) as again,
            io.TextIOWrapper(data, encoding=self.encoding, newline="") as lines,
            io.TextIOWrapper(again, encoding=self.counted_as, newline="") as marks,
        ):
            starts = row_starts(marks, self.mapping.quote, self.mapping.skip)
            above = tuple(tuple(next(self.reader([line]), [])) for line in islice(lines, self.mapping.skip))
            rows = self.rows(self.reader(lines), starts)
            header: Sequence[str] | None = self.mapping.headers
            if self.mapping.header:
                _, header = next(rows, (0, None))
            if header is None:
                raise no_header(name_of(self.path))
            headers = named_headers(header, self.mapping, name_of(self.path))
            if marked(headers) is not None:
                rows = ((line, [as_it_was(cell) for cell in row]) for line, row in rows)
            write_canonical(target, self.fitting(rows, len(headers)))
        relation = canonical(target, len(headers))
        seen, aside = self.seen - self.mapping.header, tuple(self.aside)
        return Found(headers, relation, seen, aside, tuple(self.notes), above=above)

    @property
    def counted_as(self) -> str:
        # Latin-1 gives every byte its own sign, so the counter sees bytes and not the reader's text.
        return self.encoding if self.encoding.startswith(_WIDE) else "latin-1"

    def reader(self, lines: Iterable[str]) -> CsvReader:
        quote = self.mapping.quote
        csv.field_size_limit(LONGEST_CELL_CHARACTERS)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        )

    def recognise(self) -> None:
        """Find the delimiter: the mapping's, that of a `sep=` line, or the only one the header can mean."""
        self.delimiter = "\t" if ".tsv" in self.path.name.lower() else ","
        with (
            open_bytes(self.path, longest_line=LONGEST_LINE_BYTES) as data,
            io.TextIOWrapper(data, encoding=self.encoding, newline="") as lines,
        ):
            shown = islice(lines, self.mapping.skip, None)
            header = next((line for line in shown if line.strip("\r\n")), "").strip("\r\n")
        if len(header) == 5 and header.startswith("sep="):
            self.delimiter = header[4]
            self.mapping = replace(self.mapping, skip=self.mapping.skip + 1)
        elif self.delimiter == "," and "," not in header:
            plausible = [sign for sign in (";", "\t") if sign in header]
            if len(plausible) == 1 and self.mapping.delimiter is None:
                self.delimiter = plausible[0]
                told = {";": "semicolons", "\t": "tabs"}[self.delimiter]
                self.notes.append(f"The header has {told} and no comma, so cells were parted at {told}.")
        self.delimiter = self.mapping.delimiter or self.delimiter

    def rows(self, reader: CsvReader, starts: Iterator[int]) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line it starts on, while the counter agrees."""
        skip, end, start = self.mapping.skip, 0, 0
        try:
            for row in reader:
                start, end = end + 1, reader.line_num
                if not row:
                    continue
                if next(starts, 0) != start + skip:
                    raise self.parted(start + skip)
                self.seen += 1
                yield start + skip, row
            if (left := next(starts, 0)) != 0:
                raise self.parted(left)
        except csv.Error as error:
            because = str(error)
            if "field limit" in because:
                because = f"a cell that begins there has over {LONGEST_CELL_CHARACTERS:,} characters"
            raise self.parted(end + 1 + skip, because) from error
        except QuoteLeftOpen as error:
            raise self.parted(error.line, "a quote is opened there and never closed") from error

    def fitting(self, rows: Iterable[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
        """The rows as wide as the header, with their lines; the others are set aside."""
        for count, (line, row) in enumerate(rows, start=1):
            if len(row) == width:
                yield line, row
            elif len(row) < width and self.mapping.ragged == "pad":
                yield line, [*row, *[""] * (width - len(row))]
            else:
                self.aside.append(_ragged(line, row, width))
            if self.progress and count % PROGRESS_ROWS == 0:
                self.progress("reading", count, None)

    def parted(
        self, line: int, because: str = "reader and counter differ on where a row starts"
    ) -> PercontactError:
        return problem(
            "E-FILE-05",
            f"{name_of(self.path)}:{line}",
            "the rows cannot be told apart from here on",
            f"Reading on could lose rows ({because}), so nothing was imported.",
            "Look for a stray quote sign or line end near it, or set `quote:` in a mapping file."
            if "characters" not in because
            else "Shorten the cell, or look for a quote sign in it that opens and never closes.",
        )


class QuoteLeftOpen(Exception):
    """The text ended inside quotes that were opened in the row starting at `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(f"quote left open in the row of line {line}")
        self.line = line


def row_starts(lines: Iterable[str], quote: str, skip: int = 0) -> Iterator[int]:
    """The counter: the physical line, from 1, on which each row starts.

    A line end counts when an even number of quote signs lies before it; a line without a sign is no row.
    Raises QuoteLeftOpen at the end of the text.

    >>> list(row_starts(['a,b\\n', '1,"x\\n', 'y"\\n', '\\n', '2,z'], '"'))
    [1, 2, 5]
    """
    inside, start = False, 0
    for number, line in enumerate(lines, start=1):
        if number <= skip:
            continue
        if number == 1:
            line = line.removeprefix(_BOM_AS_LATIN_1).removeprefix("\ufeff")
        if not inside and line not in ("\n", "\r\n", "\r", ""):
            start = number
            yield number
        if quote and quote in line and line.count(quote) % 2:
            inside = not inside
    if inside:
        raise QuoteLeftOpen(start)


def _ragged(line: int, row: list[str], width: int) -> Aside:
    more = "more" if len(row) > width else "fewer"
    what = f"The row has {len(row)} cells, {more} than the {width} of the header"
    why = "Its values may stand under wrong names, so the row is set aside: not padded, not cut."
    return Aside(line, "", "E-ROW-01", f"{what}. {why}", row_text(row))
