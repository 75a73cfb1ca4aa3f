# SPDX-License-Identifier: Apache-2.0
"""The rows of a file: found, made of one another where the mapping asks it, planned and typed.

A file is read the quick way first. Where the engine did not read the rows that its bytes hold, it is read the
careful way, which tells what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb

from percontact.ingest.above import with_cells_above
from percontact.ingest.contents import content_hash
from percontact.ingest.events import gather
from percontact.ingest.find import Source, find
from percontact.ingest.found import Found
from percontact.ingest.headed import headed
from percontact.ingest.kept import names_hashed
from percontact.ingest.mapping import Mapping
from percontact.ingest.named_accounts import with_account_name
from percontact.ingest.plan import Plan
from percontact.ingest.planning import plan
from percontact.ingest.reading import Reading
from percontact.ingest.typed import Typed, write_typed
from percontact.ingest.unpivot import unpivoted


class NotAsCounted(Exception):
    """The engine read more or fewer rows of a regular file than its bytes hold."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file, typed and judged.

    source    the file as it was found
    as_found  its rows as they stand in it, for the texts of those set aside
    found     the rows that were typed: the same, or those made of them
    members   SQL relation (line, head): which row each line became part of; "" where none did
    """

    source: Source
    as_found: Found
    found: Found
    members: str
    planned: Plan
    typed: Typed


def rows_of(reading: Reading) -> Rows:
    """Find, plan and type the rows of a file. Raises PercontactError as `read_file` says."""
    mapping = reading.mapping
    # Where rows are made of rows, their number no longer proves how many the engine read.
    if mapping.unpivot or mapping.group or mapping.headings:
        return _rows(reading, carefully=True)
    try:
        return _rows(reading, carefully=False)
    except (duckdb.Error, NotAsCounted):
        # The engine read other rows than were counted: the careful way tells what is wrong.
        return _rows(reading, carefully=True)


def _rows(reading: Reading, *, carefully: bool) -> Rows:
    con, mapping = reading.con, reading.mapping
    source = find(con, reading.path, mapping, reading.scratch, reading.progress, carefully=carefully)
    as_found = source.found
    planned_by = with_cells_above(mapping, as_found.above, source.name)
    if mapping.headings:
        as_found = headed(con, as_found, mapping, source.name)
    if mapping.unpivot:
        as_found = unpivoted(con, as_found, mapping, source.name)
    found, planned, members = _planned(reading, as_found, planned_by, source.name)
    reading.tell("checking", 0, found.seen)
    typed = write_typed(
        con, found, planned, reading.table, reading.settings, key=reading.key, number=reading.number,
        made_id=lambda: content_hash(source.path, reading.table.name, source.sheet, mapping.part)[:8],
    )  # fmt: skip
    if found.bare is not None and typed.rows != found.seen:
        raise NotAsCounted
    return Rows(source, as_found, found, members, planned, typed)


def _planned(reading: Reading, found: Found, planned_by: Mapping, name: str) -> tuple[Found, Plan, str]:
    """The rows to be typed, how, and which line became part of which; `name` is the file's."""
    con, table, settings = reading.con, reading.table, reading.settings
    if reading.mapping.group:
        gathered = gather(replace(reading, mapping=planned_by), found, name)
        return gathered.found, gathered.plan, gathered.members
    planned = plan(found.headers, table, planned_by, settings, name, used=found.spent)
    planned = with_account_name(con, found, planned, table)
    planned, told = names_hashed(con, found, planned, reading.mapping)
    return found, replace(planned, notes=(*planned.notes, *told)), ""
