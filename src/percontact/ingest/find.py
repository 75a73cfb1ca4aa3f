# SPDX-License-Identifier: Apache-2.0
"""From any file to its rows as text: what it is, unpacked where it must be, and the reader for its kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from percontact.ingest.aside_file import for_rows_set_aside
from percontact.ingest.beancount_file import read_beancount
from percontact.ingest.columnar import read_columnar
from percontact.ingest.contents import Kind, kind_of
from percontact.ingest.delimited import read_delimited
from percontact.ingest.found import BLANKS, Found, Progress
from percontact.ingest.heading import with_header_found
from percontact.ingest.mapping import Mapping
from percontact.ingest.nested import read_nested
from percontact.ingest.unpack import name_of, on_disk, the_member
from percontact.ingest.workbook import read_workbook, sheet_of
from percontact.records.dialect import literal
from percontact.values.problem import problem

MOST_COLUMNS, WIDE = 1_000, 40
"""Columns that are read at most, and from which on their number is what takes the time."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was looked into.

    path   the file, or `archive.zip/member.csv`
    name   how it is called in messages and on the receipt
    sheet  sheet of a workbook, or ""
    """

    path: Path
    name: str
    kind: Kind
    sheet: str
    found: Found


def find(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    mapping: Mapping,
    folder: Path,
    progress: Progress | None = None,
    *,
    carefully: bool = True,
) -> Source:
    """Find the rows of a file; they can be read as long as the connection and the folder last.

    folder     for what has to be written on the way
    carefully  not by the engine alone; else reading on may raise duckdb.Error or give other rows than counted
    Raises E-FILE-01 to E-FILE-06, E-FILE-09, E-FILE-10, E-MAP-02.
    """
    path = the_member(path)
    kind, told = kind_of(path, mapping)
    name = name_of(path)
    if kind == "delimited":
        mapping = for_rows_set_aside(path, mapping)
    _check_fits(kind, mapping, name)
    sheet = sheet_of(path, mapping) if kind == "workbook" else ""
    mapping = with_header_found(path, kind, sheet, mapping)
    if kind == "workbook":
        found = read_workbook(path, sheet, mapping, folder, progress)
    elif kind == "columnar":
        found = read_columnar(con, on_disk(path, folder), mapping, name)
    elif kind == "beancount":
        found = read_beancount(path, mapping, folder)
    elif kind == "json":
        found = read_nested(path, mapping, folder, progress)
    else:
        found = read_delimited(path, mapping, folder, progress, carefully=carefully)
    _check_width(con, found, name)
    found = _name_unnamed(con, found)
    return Source(path, name, kind, sheet, replace(found, notes=(told, *found.notes)) if told else found)


def _check_width(con: duckdb.DuckDBPyConnection, found: Found, name: str) -> None:
    """Raise E-FILE-06 for more columns than are read; many columns are planned in another way."""
    width = len(found.headers)
    if width > MOST_COLUMNS:
        raise problem(
            "E-FILE-06",
            name,
            f"it has {width:,} columns, more than the {MOST_COLUMNS:,} that are read",
            "No system exports so many; more likely days, people or ids stand where names of columns belong.",
            "Turn it: one row for each day or person, and a column that says which.",
        )
    if width > WIDE:
        # Looking for expressions that two columns share takes time that grows with their square.
        con.execute("SET disabled_optimizers = 'common_subexpressions'")


def _check_fits(kind: Kind, mapping: Mapping, name: str) -> None:
    """Raise E-MAP-02 when the mapping asks for what files of this kind do not have."""
    what = ""
    if kind != "json" and (mapping.records or mapping.explode):
        what = f"`{'records' if mapping.records else 'explode'}:` is for JSON, and {name} is none"
    elif mapping.explode and mapping.unpivot:
        what = "`explode:` and `unpivot:` cannot be followed together"
    elif kind != "workbook" and mapping.sheet is not None:
        what = f"`sheet: {mapping.sheet}` is for workbooks, and {name} is none"
    if what:
        do = "Take the line out, or import the file it is meant for."
        raise problem("E-MAP-02", mapping.name or name, what, "Nothing was imported.", do)


def _name_unnamed(con: duckdb.DuckDBPyConnection, found: Found) -> Found:
    """Name a column without a header if it holds any value; one that holds none stays nameless: not read."""
    unnamed = [i for i, header in enumerate(found.headers) if not header]
    if not unnamed:
        return found
    filled = ", ".join(f"coalesce(bool_or(trim(c{i}, {literal(BLANKS)}) <> ''), false)" for i in unnamed)
    (holds,) = con.execute(f"SELECT {filled} FROM {found.relation}").fetchall()
    headers, notes = list(found.headers), list(found.notes)
    for i, any_value in zip(unnamed, holds, strict=True):
        headers[i] = f"column_{i + 1}" if any_value else ""
        told = f"has values and is called column_{i + 1}" if any_value else "is empty and was not read"
        notes.append(f"Column {i + 1} has no header; it {told}.")
    return replace(found, headers=tuple(headers), notes=tuple(notes))
