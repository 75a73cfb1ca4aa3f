# SPDX-License-Identifier: Apache-2.0
"""The way of one file: found -> planned -> typed -> told apart -> staged. Rows in = landed + aside."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from percontact.ingest.aside import set_aside
from percontact.ingest.balance import balance
from percontact.ingest.contents import content_hash
from percontact.ingest.found import Progress, marked
from percontact.ingest.identity import already_there
from percontact.ingest.kept import without_personal
from percontact.ingest.landed import landed_file
from percontact.ingest.mapping import Mapping
from percontact.ingest.plan import Target
from percontact.ingest.reading import Reading
from percontact.ingest.receipt_notes import receipt_notes
from percontact.ingest.rows import rows_of
from percontact.ingest.stage import write_months
from percontact.ingest.suspect import suspicions
from percontact.records.book import Book, BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import connect
from percontact.records.landing import Staged
from percontact.records.tables import TABLES
from percontact.values.problem import FaultOfOurs, Problem, did_you_mean, problem


def read_file(
    path: Path,
    table: str,
    *,
    settings: Settings,
    key: bytes,
    number: int,
    folder: Path,
    book: Book | None,
    ignore_imports: Collection[int] = (),
    mapping: Mapping | None = None,
    progress: Progress | None = None,
) -> Staged:
    """Read one file into staged Parquet that keeps the contract of a table.

    path            delimited text, JSON, a workbook or Parquet, plain or packed (.gz, or in a .zip)
    key             the workspace's key, for hashes of persons
    number          import number: row_id = number x 2^36 + line
    folder          where the staged files are written; it must exist
    book            what is landed already; a row whose id is in it is set aside
    ignore_imports  imports whose rows do not count for that, because the file replaces them
    progress        is told (stage, rows done, rows in all or None) about every 50,000 rows

    Law: rows seen by an independent counter == rows landed + rows set aside, or nothing is staged.
    Raises PercontactError: E-ARG-01 (no such table), E-FILE-01 to E-FILE-06, E-FILE-09, E-FILE-10, E-MAP-01,
    E-MAP-02. A bad row raises nothing: it is set aside with its line, column, code and reason.
    """
    contract, mapping = _contract(table), mapping or Mapping()
    with closing(connect()) as con, tempfile.TemporaryDirectory(dir=folder, prefix="reading-") as scratch:
        reading = Reading(con, path, contract, mapping, settings, key, number, Path(scratch), progress)
        staged, kind = _staged(reading, folder, book, ignore_imports)
    return _held_to_the_law(staged, kind)


def _staged(
    reading: Reading, folder: Path, book: Book | None, ignore_imports: Collection[int]
) -> tuple[Staged, str]:
    """The rows of a file as staged Parquet, not yet held to the law; and what kind of file it is."""
    con, contract, settings, mapping = reading.con, reading.table, reading.settings, reading.mapping
    rows = rows_of(reading)
    found, as_found, planned, typed = rows.found, rows.as_found, rows.planned, rows.typed
    again = already_there(con, typed, contract, book, ignore_imports)
    # Texts are those of the file; what was set aside on the way is of the rows made of them.
    whole = replace(as_found, aside=found.aside)
    aside, merged = set_aside(con, typed, whole, contract, again, rows.members)
    typed, said = without_personal(con, typed, planned, contract, found.headers)
    reading.tell("writing", 0, found.seen)
    files = write_months(
        con, typed, contract, settings,
        without=again, folder=folder, progress=lambda done: reading.tell("writing", done, found.seen),
    )  # fmt: skip
    if (before := marked(as_found.headers)) is not None:
        said = (f"These rows were set aside by import {before} before.", *said)
    notes = receipt_notes(con, typed, found, planned, contract, aside, mapping.lacks, again)
    made_ids = contract.key is not None and planned.target(contract.key) is None
    landed = landed_file(
        con, files, contract, settings, name=rows.source.name, made_ids=made_ids, parted=planned.parted
    )
    named = [t.column.name for t in planned.targets if _readable(t) and t.column.name not in planned.kept]
    told, unbalanced = balance(landed, typed, planned)
    doubts = suspicions(landed, as_found, aside, book, named=named, ignore_imports=ignore_imports)
    staged = Staged(
        table=contract.name,
        number=reading.number,
        name=rows.source.name,
        sha256=content_hash(rows.source.path, contract.name, mapping.sheet or "", mapping.text),
        sheet=rows.source.sheet,
        mapping=mapping.text,
        seen=found.seen,
        files=files,
        aside=aside,
        notes=(*notes, *said, *told),
        suspicions=(*unbalanced, *doubts),
        headers=as_found.headers[: len(as_found.headers) - as_found.made],
        source=mapping.source,
        lacks=mapping.lacks,
        merged=merged,
    )
    return staged, rows.source.kind


def _contract(table: str) -> Table:
    if table not in TABLES:
        raise problem(
            "E-ARG-01", "import", f"`{table}` is no table", "Nothing was read.", did_you_mean(table, TABLES)
        )
    return TABLES[table]


def _held_to_the_law(staged: Staged, kind: str) -> Staged:
    if staged.seen == staged.landed + staged.merged + len(staged.aside):
        return staged
    for file in staged.files:
        _remove(file)
    merged = f"{staged.merged} were merged into them, " if staged.merged else ""
    what = (
        f"{staged.seen} rows were counted, {staged.landed} landed, {merged}"
        f"and {len(staged.aside)} were set aside"
    )
    why = "The counts must agree to the row, so nothing was imported."
    if kind != "delimited":
        raise problem("E-FILE-05", staged.name, what, why, "Export the file again.")
    # The rows of a text file were counted one by one as they were read, so it is not the file.
    do = "This is a fault of ours: please report it with this message."
    raise FaultOfOurs(Problem("E-OWN-01", staged.name, what, why, do))


def _readable(target: Target) -> bool:
    """Whether a column keeps codes as they were found."""
    return not target.origin.hashed and target.column.kind == "code" and not target.column.one_of


def _remove(file: BookFile) -> None:
    file.path.unlink(missing_ok=True)
    if file.cube:
        file.cube.unlink(missing_ok=True)
