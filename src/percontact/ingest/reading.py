# SPDX-License-Identifier: Apache-2.0
"""What is asked of one reading of a file, as its steps hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from percontact.ingest.found import Progress
from percontact.ingest.mapping import Mapping
from percontact.records.book import Settings
from percontact.records.column import Table


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked of one reading of a file.

    path     the file
    mapping  how its columns are those of the table
    key      the workspace's key, for hashes of persons
    number   import number
    scratch  a folder for what is written on the way
    """

    con: duckdb.DuckDBPyConnection
    path: Path
    table: Table
    mapping: Mapping
    settings: Settings
    key: bytes
    number: int
    scratch: Path
    progress: Progress | None

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """Say how far it is, to who wants to know."""
        if self.progress:
            self.progress(stage, done, total)
