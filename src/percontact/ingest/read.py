# SPDX-License-Identifier: Apache-2.0
"""The way of one file: found -> planned -> typed -> told apart -> staged. Rows in = landed + aside."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from percontact.ingest.above import with_cells_above
from percontact.ingest.balance import balance
from percontact.ingest.events import gather, texts_of
from percontact.ingest.find import Source, find
from percontact.ingest.found import Found, Progress, marked
from percontact.ingest.headed import headed
from percontact.ingest.identity import already_there
from percontact.ingest.kept import names_hashed, without_personal
from percontact.ingest.landed import landed_file
from percontact.ingest.mapping import Mapping
from percontact.ingest.named_accounts import with_account_name
from percontact.ingest.plan import Plan, Target, plan
from percontact.ingest.rules import details, reason
from percontact.ingest.stage import write_months
from percontact.ingest.suspect import suspicions
from percontact.ingest.typed import Typed, write_typed
from percontact.ingest.unpack import open_bytes, the_member
from percontact.ingest.unpivot import unpivoted
from percontact.records.book import Book, BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import connect
from percontact.records.lacks import LACKS
from percontact.records.landing import Aside, Staged
from percontact.records.tables import TABLES
from percontact.values.problem import FaultOfOurs, Problem, did_you_mean, problem

_CHUNK_BYTES = 1 << 20


class NotAsCounted(Exception):
    """The engine read more or fewer rows of a regular file than its bytes hold."""


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
    tell = progress or (lambda _stage, _done, _total: None)
    con = connect()
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix="reading-") as scratch:

            def understand(*, carefully: bool) -> tuple[Source, Found, Found, str, Plan, Typed]:
                source = find(con, path, mapping, Path(scratch), progress, carefully=carefully)
                found, members = source.found, ""
                planned_by = with_cells_above(mapping, found.above, source.name)
                if mapping.headings:
                    found = headed(con, found, mapping, source.name)
                if mapping.unpivot:
                    found = unpivoted(con, found, mapping, source.name)
                as_found = found
                if mapping.group:
                    gathered = gather(
                        con, found, contract, planned_by, settings,
                        name=source.name, key=key, folder=Path(scratch),
                    )  # fmt: skip
                    found, planned, members = gathered.found, gathered.plan, gathered.members
                else:
                    planned = plan(
                        found.headers, contract, planned_by, settings, source.name, used=found.spent
                    )
                if not mapping.group:
                    planned = with_account_name(con, found, planned, contract)
                    planned, told = names_hashed(con, found, planned, mapping)
                    planned = replace(planned, notes=(*planned.notes, *told))
                tell("checking", 0, found.seen)
                typed = write_typed(
                    con, found, planned, contract, settings, key=key, number=number,
                    made_id=lambda: content_hash(source.path, table, source.sheet, mapping.part)[:8],
                )  # fmt: skip
                if found.bare is not None and typed.rows != found.seen:
                    raise NotAsCounted
                return source, found, as_found, members, planned, typed

            # Where rows are made of rows, their number no longer proves how many the engine read.
            carefully = bool(mapping.unpivot or mapping.group or mapping.headings)
            try:
                understood = understand(carefully=carefully)
            except (duckdb.Error, NotAsCounted):
                if carefully:
                    raise
                # The engine read other rows than were counted: the careful way tells what is wrong.
                understood = understand(carefully=True)
            source, found, as_found, members, planned, typed = understood
            path = source.path
            again = already_there(con, typed, contract, book, ignore_imports)
            aside, merged = _aside(con, typed, replace(as_found, aside=found.aside), contract, again, members)
            typed, said = without_personal(con, typed, planned, contract, found.headers)
            tell("writing", 0, found.seen)
            files = write_months(
                con, typed, contract, settings,
                without=again, folder=folder, progress=lambda done: tell("writing", done, found.seen),
            )  # fmt: skip
            if (before := marked(as_found.headers)) is not None:
                said = (f"These rows were set aside by import {before} before.", *said)
            notes = (*_notes(con, typed, found, planned, contract, aside, mapping.lacks, again), *said)
            made_ids = contract.key is not None and planned.target(contract.key) is None
            landed = landed_file(
                con, files, contract, settings,
                name=source.name, made_ids=made_ids, parted=planned.parted,
            )  # fmt: skip
            named = [
                t.column.name for t in planned.targets if _readable(t) and t.column.name not in planned.kept
            ]
            told, unbalanced = balance(landed, typed, planned)
            notes = (*notes, *told)
            doubts = (
                *unbalanced,
                *suspicions(landed, as_found, aside, book, named=named, ignore_imports=ignore_imports),
            )
    finally:
        con.close()
    staged = Staged(
        table=table,
        number=number,
        name=source.name,
        sha256=content_hash(path, table, mapping.sheet or "", mapping.text),
        sheet=source.sheet,
        mapping=mapping.text,
        seen=found.seen,
        files=files,
        aside=aside,
        notes=notes,
        suspicions=doubts,
        headers=as_found.headers[: len(as_found.headers) - as_found.made],
        source=mapping.source,
        lacks=mapping.lacks,
        merged=merged,
    )
    return _held_to_the_law(staged, source.kind)


def content_hash(path: Path, table: str, sheet: str, mapping_text: str) -> str:
    """SHA-256 (hex) of a file's unpacked bytes together with the table, sheet and mapping they are read as.

    sheet  as the mapping asks for it, or ""
    Two files of equal hash give the same rows. Raises E-FILE-01 when there is no such file.
    """
    digest = hashlib.sha256()
    for part in (table, sheet, mapping_text):
        digest.update(f"{len(part)}:{part}\n".encode())
    try:
        with open_bytes(the_member(path)) as data:
            while chunk := data.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _contract(table: str) -> Table:
    if table not in TABLES:
        raise problem(
            "E-ARG-01", "import", f"`{table}` is no table", "Nothing was read.", did_you_mean(table, TABLES)
        )
    return TABLES[table]


def _unreadable(path: Path, error: OSError) -> Exception:
    why = error.strerror or str(error)
    return problem(
        "E-FILE-01", str(path), "the file cannot be read", f"The system says: {why}.", "Check the path."
    )


def _aside(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    found: Found,
    table: Table,
    again: dict[int, str],
    members: str,
) -> tuple[tuple[Aside, ...], int]:
    """Every row that will not be landed, by line, with its text as found; and how many became part of others.

    members  SQL relation (line, head) of the rows that each landed row is made of, or ""
    """
    faults = con.execute(
        f"SELECT _line, _fault, _bad FROM {typed.relation} WHERE _fault IS NOT NULL"
    ).fetchall()
    told: dict[int, tuple[str, str, str]] = {}
    known: dict[int, Sequence[str | None]] = {}
    for line, fault, bad in faults:
        rule, (value, other, gap, cells) = typed.rules[fault - 1], details(bad)
        told[line] = (rule.column, rule.code, reason(rule, value, other, gap))
        if typed.texts:
            known[line] = cells
    told |= {line: (str(table.key), "E-ID-01", why) for line, why in again.items()}
    merged = 0
    if members:
        con.execute("CREATE OR REPLACE TEMP TABLE bad AS SELECT unnest($1::BIGINT[]) AS head", [list(told)])
        of_bad = f"SELECT line, head FROM {members} SEMI JOIN bad USING (head) WHERE line <> head"
        for line, head in con.execute(of_bad).fetchall():
            why = "It is set aside with that row: not counted by itself."
            told[line] = (
                "",
                told[head][1],
                f"It is part of the row of line {head >> typed.bits}, which is bad. {why}",
            )
        counts = f"SELECT count(*) - count(DISTINCT head) FROM {members} ANTI JOIN bad USING (head)"
        ((merged,),) = con.execute(counts).fetchall()
    aside = [*found.aside, *texts_of(con, found, told, known, bits=typed.bits)]
    return tuple(sorted(aside, key=lambda a: a.line)), merged


def _notes(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    found: Found,
    planned: Plan,
    table: Table,
    aside: tuple[Aside, ...],
    lacks: Sequence[str],
    gone: Collection[int],
) -> tuple[str, ...]:
    """What the receipt should say besides its counts; `gone` are good rows that were there already."""
    lands = "_fault IS NULL"
    if gone:
        lands += f" AND _line NOT IN ({', '.join(str(int(line)) for line in gone)})"
    ((rounded, again),) = con.execute(
        f"SELECT coalesce(sum(_rounded), 0)::BIGINT, coalesce(sum(_again), 0)::BIGINT FROM {typed.relation} "
        f"WHERE {lands}"
    ).fetchall()
    notes = [*found.notes, *planned.notes]
    if known := [lack for lack in lacks if lack in LACKS]:
        notes.append(f"Not in this source, so unknown and never zero: {'; '.join(known)}.")
    notes += [f"To know of this source: {lack}." for lack in lacks if lack not in LACKS]
    if rounded:
        notes.append(f"Numbers rounded because they had more decimals than their column keeps: {rounded}.")
    if again:
        notes.append(f"Local times that came twice, clocks being set back; the earlier was taken: {again}.")
    if left := Counter(a.code for a in aside)["E-SKIP-01"]:
        notes.append(f"Rows left out by the mapping, which stand among those set aside: {left}.")
    if left and left == found.seen:
        notes.append("`where:` left out every row, so nothing landed: check its words against the file's.")
    if table.name in ("contacts", "handlings"):
        bases = con.execute(
            f"SELECT handle_basis, count(*) FROM {typed.relation} WHERE {lands} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        told = ", ".join(f"{basis} {count}" for basis, count in bases)
        notes += [f"Rows by how their handle time is known: {told}."] if told else []
    return tuple(notes)


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
