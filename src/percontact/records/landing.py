# SPDX-License-Identifier: Apache-2.0
"""What passes from reading a file to storing it: staged files, rows set aside, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from percontact.records.book import BookFile
from percontact.values.problem import Problem


@dataclass(frozen=True, slots=True)
class Aside:
    """One row that was not landed: kept with its place, its reason and its text.

    line    line of the source file (1 = first; of a spreadsheet or Parquet file: row number, header = 1)
    column  the column at fault, or ""
    code    error code
    reason  what is wrong and what follows, in words
    text    the row as found
    """

    line: int
    column: str
    code: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was read and checked, written as Parquet in a folder of its own, not yet published.

    table    which table
    number   import number, already in every row_id
    name     name of the source file
    sha256   of the source file's bytes together with table, sheet and mapping
    sheet    sheet of a spreadsheet, or ""
    mapping  text of the mapping file used, or ""
    seen     rows of the source by the independent counter; seen == landed + merged + len(aside)
    files    staged Parquet files (one a month for tables that have a time), cubes beside them
    aside    rows set aside
    notes    sentences the receipt repeats (what was derived, what was rounded, what is doubtful)
    headers  the file's own headers, in order; a set-aside row's text has a cell for each
    source   the shipped source the mapping is for, or ""
    lacks    what that source cannot give, in words: handle time, abandonment, ...
    suspicions  what in the rows looks wrong though every row keeps the contract, worst first
    merged   rows that became part of another row: events of one case; see the mapping's `group:`
    """

    table: str
    number: int
    name: str
    sha256: str
    sheet: str
    mapping: str
    seen: int
    files: tuple[BookFile, ...]
    aside: tuple[Aside, ...]
    notes: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    source: str = ""
    lacks: tuple[str, ...] = ()
    suspicions: tuple[Problem, ...] = ()
    merged: int = 0

    @property
    def landed(self) -> int:
        """Rows that will be in the Book."""
        return sum(f.rows for f in self.files)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of one import: rows seen = landed + merged into them + aside.

    snapshot   state of the workspace that first holds it
    unchanged  True when the same bytes were imported before: nothing was done, the counts are the earlier
               ones
    suspicions, source, lacks, merged   as in Staged
    """

    table: str
    number: int
    name: str
    seen: int
    landed: int
    aside: int
    snapshot: int
    notes: Sequence[str] = ()
    unchanged: bool = False
    replaced: str = ""
    folder: Path | None = None
    suspicions: Sequence[Problem] = ()
    source: str = ""
    lacks: Sequence[str] = ()
    merged: int = 0
