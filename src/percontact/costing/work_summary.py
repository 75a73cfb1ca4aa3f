# SPDX-License-Identifier: Apache-2.0
"""Rows of work from its summary under one policy: sums by month and dimension, made once and kept.

Times split, estimated and metered are in it, so it can price what day cubes cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.dimensions import JUDGED_DIMENSIONS
from percontact.costing.drivers import SUMS, Part
from percontact.costing.policy import Policy
from percontact.costing.repeats import knows_repeats
from percontact.records.book import Book
from percontact.records.dialect import literal, quote
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

SUMMED_DIMENSIONS = (
    "channel",
    "direction",
    "actor",
    "team",
    "queue",
    "site",
    "reason",
    "language",
    "product",
    "outcome",
)
"""Dimensions that a summary keeps, where contacts have them; the keys of the pools come with them."""
SUMMARY_FILE = "work.parquet"
LOOSE_FILE = "loose.parquet"
"""Beside a summary: metered use that names no contact."""
SUMMARY_FORMAT = 4
"""Counts up when the columns of a summary change."""


class WorkSummary:
    """SQL of the summary as rows of work.

    parts    driver -> its parts, of those drivers that the summary holds
    files    those that `work_kept.write_summaries` wrote of all months of this Book and policy, or None
    at_hand  whether it is read into memory once, because many questions will be asked of it
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        book: Book,
        policy: Policy,
        parts: Mapping[str, tuple[Part, ...]],
        files: Sequence[Path] | None,
    ) -> None:
        self.con, self.book, self.policy, self.parts, self.files = con, book, policy, parts, files
        self.at_hand = False
        self._held: Sequence[Path] | None = None

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions that a summary of this Book keeps."""
        keys = (
            {JUDGED_DIMENSIONS.get(d, d) for p in self.policy.work_pools for d, _ in p.scope}
            - set(CALENDAR_DIMENSIONS)
            - {"repeat"}
        )
        legs = self.book.filled("handlings") if self.book.has("handlings") else set()
        filled = self.book.filled("contacts") | legs
        dims = [d for d in dict.fromkeys([*SUMMED_DIMENSIONS, *sorted(keys)]) if d in filled or d == "actor"]
        return (*dims, "repeat") if knows_repeats(self.book, self.policy) else tuple(dims)

    def can_tell(self, columns: Iterable[str], drivers: Iterable[str] = ()) -> bool:
        """Whether there is a summary that has these columns and drivers."""
        if self.files is None or not set(drivers) <= set(self.parts):
            return False
        wanted = {JUDGED_DIMENSIONS.get(c, c) for c in columns}
        absent = set(self.book.columns("contacts")) - self.book.filled("contacts")
        return wanted <= {*self.dimensions, *absent}

    def rows(self, wanted: Sequence[str], months: Period) -> str:
        """A relation of work rows with the dimensions wanted."""
        fields = [quote(c) if c in self.dimensions else f"NULL::VARCHAR AS {quote(c)}" for c in wanted]
        parts = [quote(p.name) for of_driver in self.parts.values() for p in of_driver]
        return (
            f"(SELECT {', '.join(['month', *fields, *SUMS, 'anchor', *parts])} FROM {self._source()} "
            f"WHERE month >= DATE '{months.start}' AND month < DATE '{months.end}')"
        )

    def loose_use(self) -> str | None:
        """A relation of metered use that names no contact, kept beside the summary; None = there is none."""
        return None if self.files is None else _read(f.with_name(LOOSE_FILE) for f in self.files)

    def _source(self) -> str:
        """SQL relation of the summary: its files, or the table that holds it in memory.

        There a month's sums lie together as short integers, so a question of one month takes a tenth of the
        time; a sum too large for them is an error of the engine, never another number.
        """
        files = _read(self.files or ())
        if not self.at_hand:
            return files
        if self._held != self.files:
            wide = [s for s in SUMS if s != "effort"]
            wide += [p.name for of_driver in self.parts.values() for p in of_driver]
            short = [f"CAST({quote(x)} AS BIGINT) AS {quote(x)}" for x in dict.fromkeys(wide)]
            short.append("CAST(effort AS DECIMAL(18,3)) AS effort")
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE work_summary AS "
                f"SELECT * REPLACE ({', '.join(short)}) FROM {files} ORDER BY month"
            )
            self._held = self.files
        return "work_summary"


def _read(files: Iterable[Path]) -> str:
    listed = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"
