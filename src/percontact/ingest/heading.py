# SPDX-License-Identifier: Apache-2.0
"""Where the header is, in a report that has a title, a company and a span of dates above it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import open_bytes
from percontact.ingest.workbook import first_rows
from percontact.values.problem import did_you_mean, problem

LINES = 200
"""How far down a header is looked for. Titles take ten lines, a list of filters fifty."""

_DELIMITERS = (",", ";", "\t", "|")


def with_header_found(path: Path, kind: str, sheet: str, mapping: Mapping) -> Mapping:
    """The mapping with `skip:` up to the first line that has all the names of `header: [...]` as cells.

    kind  delimited, workbook or another, which has no lines above its header
    Raises E-FILE-04 when no such line is there.
    """
    if not mapping.header_has or kind not in ("delimited", "workbook"):
        return mapping
    rows = _lines(path, mapping) if kind == "delimited" else first_rows(path, sheet, LINES)
    there: list[str] = []
    for number, cells in islice(rows, LINES * len(_DELIMITERS)):
        if number > mapping.skip and _has(cells, mapping.header_has):
            return replace(mapping, skip=number - 1)
        there += cells
    told = ", ".join(f"`{' or '.join(names)}`" for names in mapping.header_has)
    missing = next((n for n in mapping.header_has if not _has(there, (n,))), mapping.header_has[0])
    raise problem(
        "E-FILE-04",
        path.name,
        f"none of the first {LINES} lines has the header {told}",
        "The mapping finds the header by these names, so nothing says what the columns are.",
        did_you_mean(missing[0], [cell for cell in there if cell][:200]),
    )


def _has(cells: Iterable[str], names: Sequence[Sequence[str]]) -> bool:
    plain = {cell.strip().lower() for cell in cells}
    return all(any(name.strip().lower() in plain for name in alternatives) for alternatives in names)


def _lines(path: Path, mapping: Mapping) -> Iterable[tuple[int, list[str]]]:
    """Each of the first lines as cells, parted in each way that it could be."""
    delimiters = (mapping.delimiter,) if mapping.delimiter else _DELIMITERS
    with (
        open_bytes(path) as data,
        # A title in another encoding must not hide the header; reading itself is strict.
        io.TextIOWrapper(
            data, encoding=mapping.encoding or "utf-8-sig", errors="replace", newline=""
        ) as text,
    ):
        for number, line in enumerate(islice(text, LINES), start=1):
            for delimiter in delimiters:
                rows = csv.reader(
                    [line],
                    delimiter=delimiter,
                    quotechar=mapping.quote or None,
                    quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
                )
                yield number, next(rows, [])
