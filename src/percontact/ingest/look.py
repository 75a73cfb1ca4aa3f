# SPDX-License-Identifier: Apache-2.0
"""A first look into a file, before it is known how it is to be read: kind, sheets, headers, first rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import duckdb

from percontact.ingest.contents import Kind
from percontact.ingest.contents import kind_of as _kind_of
from percontact.ingest.delimited import _Delimited
from percontact.ingest.find import find
from percontact.ingest.found import Found
from percontact.ingest.heading import with_header_found
from percontact.ingest.mapping import Mapping
from percontact.ingest.meaning import NEAR, heading, roles, value_map
from percontact.ingest.plan import Plan
from percontact.ingest.planning import plan
from percontact.ingest.sniff import is_data, told_apart
from percontact.ingest.unpack import open_bytes
from percontact.ingest.workbook import _open, cell_text, sheet_of
from percontact.records.book import Settings
from percontact.records.column import Column, Table
from percontact.records.dialect import connect
from percontact.values.problem import PercontactError

Rows = list[tuple[int, list[str]]]

_ROWS = 2_000
_TRIED = 200
_HEAD_BYTES = 256_000

_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([ T][\d:.,]*( ?(Z|z|UTC|utc|[+-]\d{2}(:?\d{2})?))?)?)?")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_EITHER = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
"""1.234: a point with three digits behind it, which may be a decimal sign or part thousands."""


def kind_of(path: Path) -> Kind:
    """delimited, workbook, columnar or json. Raises E-FILE-01, E-FILE-03, E-FILE-06."""
    return _kind_of(path)[0]


def looked_into(con: duckdb.DuckDBPyConnection, path: Path, mapping: Mapping, folder: Path) -> Found:
    """The rows of a file as text, read the way an import would. `con` and `folder` must outlast them."""
    return find(con, path, mapping, folder).found


def sheets(path: Path) -> list[str]:
    """Names of the sheets of a workbook."""
    return [str(name) for name in _open(path).sheet_names]


def sheet_rows(path: Path, sheet: str) -> Rows:
    """The first rows of a sheet that hold something, each with its number from 1."""
    rows = enumerate(_open(path).get_sheet_by_name(sheet).iter_rows(), start=1)
    held = ((number, row) for number, row in rows if any(cell != "" for cell in row))
    return [(number, [cell_text(cell) for cell in row]) for number, row in islice(held, _ROWS)]


def first_rows(path: Path, mapping: Mapping) -> list[list[str]] | None:
    """The header and the first rows as a mapping would read them; None where it cannot."""
    try:
        kind = kind_of(path)
        if kind in ("delimited", "workbook"):
            sheet = sheet_of(path, mapping) if kind == "workbook" else ""
            mapping = with_header_found(path, kind, sheet, mapping)
        if kind == "delimited":
            return _first_lines(path, mapping)
        if kind == "workbook":
            rows = sheet_rows(path, sheet_of(path, mapping))
            return [cells for number, cells in rows if number > mapping.skip][: _TRIED + 1]
        con = connect()
        try:
            with tempfile.TemporaryDirectory(prefix="percontact-look-") as folder:
                found = looked_into(con, path, mapping, Path(folder))
                cells = ", ".join(f"coalesce(c{i}, '')" for i in range(len(found.headers)))
                rows = con.execute(f"SELECT {cells} FROM {found.relation} LIMIT {_TRIED}").fetchall()
                return [list(found.headers), *([str(c) for c in row] for row in rows)]
        finally:
            con.close()
    except (PercontactError, UnicodeError, csv.Error):
        return None


def _first_lines(path: Path, mapping: Mapping) -> list[list[str]]:
    reader = _Delimited(path, mapping, None)
    reader.recognise()
    with open_bytes(path) as data:
        some = data.read(_HEAD_BYTES)
        whole = not data.read(1)
    text = codecs.getincrementaldecoder(reader.encoding)("strict").decode(some, final=whole)
    lines = io.StringIO(text, newline="")
    for _ in islice(lines, reader.mapping.skip):
        pass
    rows = [row for row in islice(reader.reader(lines), _TRIED + 1) if row]
    # The last row may have been cut in the middle.
    return rows if whole else rows[: max(1, len(rows) - 1)]


def headers_under(path: Path, mapping: Mapping) -> tuple[str, ...] | None:
    """The headers a file has when it is read with a mapping's layout; None where it cannot be."""
    rows = first_rows(path, mapping)
    if not rows:
        return None
    cells = tuple(cell.strip() for cell in rows[0])
    if not mapping.headers:
        return cells
    # Names given to a file must fit it: instead of none only where values stand, and of alike ones there.
    fits = told_apart(cells) == mapping.headers if mapping.header else is_data(rows[0], rows[1:])
    return mapping.headers if fits and len(mapping.headers) == len(cells) else None


def reads_as_it_is(path: Path, table: Table, settings: Settings) -> bool:
    """Whether a file has the table's own headers, and values written the way the table's are.

    It does not when accounts seem to be rows of their own; when a further header is a known word for a column
    that would stay empty; when, of the first rows, no value at all of some column can be read; when every
    amount is like 1.234; or when a channel bears another name than the table's. A few bad rows are no reason
    to ask: they are set aside.
    """
    rows = first_rows(path, Mapping())
    if not rows:
        return False
    headers = tuple(cell.strip() for cell in rows[0])
    try:
        planned = plan(headers, table, Mapping(), settings, path.name)
    except PercontactError:
        return False
    if _accounts_hold_on(planned, rows[1:]):
        return False
    filled = {target.column.name for target in planned.targets if not target.extra}
    for target in planned.targets:
        if target.extra and _means_more(table, headers[target.parts[0]], filled):
            return False
        if target.extra or len(target.parts) != 1:
            continue
        place = target.parts[0]
        texts = [row[place].strip() for row in rows[1:] if len(row) > place and row[place].strip()]
        if len(texts) > 1 and not any(_readable(target.column, text) for text in texts):
            return False
        if target.column.name == "channel" and any(value_map("channel", t) not in (None, t) for t in texts):
            return False
        if len(texts) > 1 and target.column.kind == "money" and all(_EITHER.fullmatch(t) for t in texts):
            return False
    return True


def _accounts_hold_on(planned: Plan, rows: Sequence[list[str]]) -> bool:
    """Whether an account seems to be said once for several postings: on a row of its own, or on the first."""
    places = {t.column.name: t.parts[0] for t in planned.targets if len(t.parts) == 1}
    if not {"account", "amount"} <= set(places):
        return False

    def has(row: list[str], name: str) -> bool:
        return len(row) > places[name] and bool(row[places[name]].strip())

    paid = [has(row, "account") for row in rows if has(row, "amount")]
    bare = any(any(c.strip() for c in row) and not has(row, "amount") for row in rows)
    often = bool(paid) and paid[0] and paid.count(False) >= 0.3 * len(paid)
    return often or (bare and False in paid)


def _means_more(table: Table, header: str, filled: set[str]) -> bool:
    """Whether a header that would be kept as a dimension is a known word for a column not filled yet."""
    return any(
        role.score > NEAR
        and role.name not in filled
        and role.name not in ("+date", "+time", "period", "posted_on")
        for role in roles(table, heading(header))[:1]
    )


def _readable(column: Column, text: str) -> bool:
    """Whether a value could be read without being told how; words and ids always can."""
    match column.kind:
        case "instant" | "date":
            return _ISO.fullmatch(text) is not None
        case "money" | "quantity" | "rate" | "score" | "whole":
            return _NUMBER.fullmatch(text) is not None
        case "seconds" | "hours":
            return _NUMBER.fullmatch(text) is not None or ":" in text
    return True
