# SPDX-License-Identifier: Apache-2.0
"""What was found in a file: headers and rows as text, each row with its line, before any is understood."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from pathlib import Path

from percontact.ingest.mapping import Mapping
from percontact.records.dialect import literal
from percontact.records.landing import Aside
from percontact.values.problem import PercontactError, problem

Progress = Callable[[str, int, int | None], None]
"""Told the stage, the rows done and the rows in all (None while unknown)."""

PROGRESS_ROWS = 50_000
"""Rows between two words of progress."""

BLANKS = " \t\r\n\x0b\x0c\xa0\u2007\u202f\u3000"
"""Signs that are taken off both ends of a cell; inside it they stay."""

LONGEST_LINE_BYTES = 16_000_000
"""A row longer than this is refused rather than held in memory."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a file as text.

    headers    as in the file, trimmed; "" where there is none
    relation   SQL relation (line BIGINT, c0 VARCHAR, c1 VARCHAR, ...), one row a source row, in file order;
               an empty cell is NULL
    seen       rows by the independent counter; rows of `relation` + len(aside) == seen
    aside      rows whose cells do not fit the header
    notes      sentences for the receipt
    above      the lines above the header, as cells
    made       how many of the last cells are not the file's: unpivoting made them
    spent      numbers of the cells that were unpivoted, which are no dimensions any more
    bare       for a file in which each line is a row, the relation without `line`; its rows are those of the
               lines from `first_line` on. The engine then reads it with all its threads
    padded     whether a cell may have blanks at its ends
    """

    headers: tuple[str, ...]
    relation: str
    seen: int
    aside: tuple[Aside, ...] = ()
    notes: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    made: int = 0
    spent: tuple[int, ...] = ()
    bare: str | None = None
    first_line: int = 0
    padded: bool = True


def write_canonical(path: Path, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Write rows of text with their line numbers as the one dialect of CSV that DuckDB is asked to read."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_canonical_lines(rows))


def _canonical_lines(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[str]:
    for line, cells in rows:
        # Every cell is quoted: DuckDB then gives each back as it was, whatever signs are in it.
        text = '","'.join(cells)
        if text.count('"') != 2 * (len(cells) - 1):
            text = '","'.join([cell.replace('"', '""') for cell in cells])
        yield f'{line},"{text}"\n'


def canonical(path: Path, width: int) -> str:
    """SQL relation of a file that `write_canonical` wrote; `width` counts the cells without the line."""
    return scan(path, {"line": "BIGINT"} | {f"c{i}": "VARCHAR" for i in range(width)})


def scan(
    path: Path, columns: Pairs[str, str], *, delimiter: str = ",", quote: str = '"', skip: int = 0
) -> str:
    """SQL relation of a UTF-8 file with plain line ends, read strictly; `columns` are names with their types.

    skip  lines before the first row
    Every option is said: what DuckDB would guess, it could guess wrong in silence.
    """
    named = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return (
        f"read_csv({literal(str(path))}, columns = {{{named}}}, header = false, auto_detect = false, "
        f"delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, "
        f"new_line = '\\n', comment = '', skip = {skip}, nullstr = '', "
        "encoding = 'utf-8', compression = 'none', strict_mode = true, null_padding = false, "
        "ignore_errors = false, "
        f"max_line_size = {LONGEST_LINE_BYTES}, parallel = true)"
    )


ASIDE_REASON = "aside_reason"
_ASIDE_OF = re.compile(r"aside_of_import_(\d+)")


def mark_of(number: int) -> tuple[str, str]:
    """The headers of the two columns before the file's own, in a file of rows that import N set aside."""
    return f"aside_of_import_{number}", ASIDE_REASON


def marked(headers: Sequence[str]) -> int | None:
    """The import that set these rows aside, or None when the file is no such file.

    >>> marked(["aside_of_import_7", "aside_reason", "Call ID"]), marked(["Call ID"])
    (7, None)
    """
    found = _ASIDE_OF.fullmatch(headers[0].strip()) if headers else None
    return int(found[1]) if found and list(headers[1:2]) == [ASIDE_REASON] else None


_RUN = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that a spreadsheet runs (OWASP, "CSV injection"), or one that was kept from it before."""
_NUMBER = re.compile(r"[+-]\d[\d.,]*")


def kept_from_running(cell: str) -> str:
    """A cell of a row set aside, in a file that people open and correct: no spreadsheet runs it.

    >>> kept_from_running("=1+1"), kept_from_running("-5.20"), kept_from_running("'=1")
    ("'=1+1", '-5.20', "''=1")
    """
    return f"'{cell}" if _RUN.match(cell) and not _NUMBER.fullmatch(cell) else cell


def as_it_was(cell: str) -> str:
    """The cell again, as such a file comes back.

    >>> as_it_was("'=1+1"), as_it_was("-5.20"), as_it_was("'tis")
    ('=1+1', '-5.20', "'tis")
    """
    return cell[1:] if cell.startswith("'") and _RUN.match(cell) else cell


def named_headers(cells: Sequence[str], mapping: Mapping, name: str) -> tuple[str, ...]:
    """The header of a file, trimmed, or the names the mapping gives instead of it.

    Raises E-FILE-04 when two columns bear the same name: which one is meant could only be guessed.
    Raises E-MAP-02 when the mapping names more or fewer columns than there are.
    """
    named: Sequence[str] = mapping.headers or cells
    if mapping.headers and marked(cells) is not None:
        named = (*cells[:2], *mapping.headers)
    headers = tuple(cell.strip() for cell in named)
    if len(headers) != len(cells):
        raise problem(
            "E-MAP-02",
            mapping.name or name,
            f"`headers:` names {len(headers)} columns, the file has {len(cells)}",
            "A name in the wrong place puts values under a wrong heading.",
            "Name every column once, in the order of the file.",
        )
    first: dict[str, int] = {}
    for place, header in enumerate(headers, start=1):
        if header and (earlier := first.setdefault(header.lower(), place)) != place:
            raise problem(
                "E-FILE-04",
                name,
                f"columns {earlier} and {place} are both called `{header}`",
                "Which of the two holds the value could only be guessed, so nothing was imported.",
                "Rename one of them, or name all columns in a mapping file: headers: [..., ...].",
            )
    return headers


def no_header(name: str) -> PercontactError:
    """E-FILE-06: the file holds no row at all, not even a header."""
    return problem(
        "E-FILE-06",
        name,
        "the file has no header",
        "It holds no row at all, so nothing says what its columns are.",
        "Export it again; if lines stand before the header, check `skip:` in the mapping file.",
    )


def row_text(cells: Iterable[str | None]) -> str:
    """A row as one line of CSV, cells as found."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue().removesuffix("\r\n")
