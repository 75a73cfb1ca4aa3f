# SPDX-License-Identifier: Apache-2.0
"""Rows set aside, as a file that can be corrected and imported: the way of the source, with reasons in front.

Two columns stand before the file's own: the line each row stood on, under a header that names the import,
and the reason. Importing reads past them. A cell that a spreadsheet would run has an apostrophe before it
here, which reading takes away again. A row with a cell too many or too few stays so, until somebody
mends it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from percontact.ingest.found import kept_from_running, mark_of
from percontact.ingest.heading import with_header_found
from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.unpack import open_bytes
from percontact.records.landing import Aside
from percontact.values.problem import problem

_HEAD_BYTES = 65_536
_TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


def write_aside(
    out: Path,
    rows: Iterable[Aside],
    *,
    number: int,
    headers: Sequence[str],
    mapping: str = "",
    original: Path | None = None,
) -> int:
    """Write set-aside rows so that the same mapping reads them again; gives how many.

    number    of the import they were set aside by
    headers   the file's own
    mapping   text of the mapping file; its delimiter, quote, encoding and lines above the header are kept to
    original  the kept source file: the lines above its header are copied, as a mapping may read them
    Rows that a mapping left out on purpose (E-SKIP-01) are not written: they would be left out again.
    Raises E-FILE-08 when the file cannot be written.
    """
    form = parse_mapping(mapping, "mapping.yaml") if mapping else Mapping()
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=_delimiter(form, out),
        quotechar=form.quote or None,
        quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
        escapechar=None if form.quote else "\\",
        lineterminator="\n",
    )
    text.writelines(_above(form, original))
    if form.header:
        writer.writerow([*mark_of(number), *headers])
    count = 0
    for row in rows:
        if row.code == "E-SKIP-01":
            continue
        cells = next(csv.reader(io.StringIO(row.text, newline="")), [])
        told = [row.line, f"{row.code} {row.reason}", *map(kept_from_running, cells)]
        writer.writerow(told if form.header else cells)
        count += 1
    _write(out, text.getvalue(), form.encoding or "utf-8")
    return count


def for_rows_set_aside(path: Path, mapping: Mapping) -> Mapping:
    """The mapping as it reads a text file of set-aside rows: what is for workbooks or JSON has been done.

    Any other file is read by the mapping as it stands.
    """
    if mapping.sheet is None and not mapping.records and not mapping.explode:
        return mapping
    with open_bytes(path) as data:
        start = data.read(_HEAD_BYTES).decode("utf-8", errors="replace").splitlines()
    if not any(line.lstrip('"\ufeff').startswith(mark_of(0)[0][:-1]) for line in start):
        return mapping
    plain = Mapping()
    return replace(mapping, sheet=None, records=plain.records, explode=plain.explode)


def _write(out: Path, text: str, encoding: str) -> None:
    try:
        out.write_bytes(text.encode(encoding))
    except UnicodeEncodeError:
        # A reason in words that the file's own encoding lacks: the cells are all in it.
        out.write_bytes(text.encode(encoding, errors="replace"))
    except OSError as error:
        why = f"The system says: {error.strerror or error}."
        do = "Name another place, or make the folder first."
        raise problem("E-FILE-08", str(out), "the file cannot be written", why, do) from error


def _delimiter(form: Mapping, out: Path) -> str:
    return form.delimiter or ("\t" if out.suffix.lower() == ".tsv" else ",")


def _above(form: Mapping, original: Path | None) -> list[str]:
    """The lines that the mapping passes over before the header: those of the source, or empty ones."""
    skip = form.skip
    if original is not None and original.name.lower().endswith(_TEXT_FILES):
        skip = with_header_found(original, "delimited", "", form).skip
        encoding = codecs.lookup(form.encoding or "utf-8").name
        with (
            open_bytes(original) as data,
            io.TextIOWrapper(
                data, encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace"
            ) as lines,
        ):
            return list(islice(lines, skip))
    return ["\n"] * skip
