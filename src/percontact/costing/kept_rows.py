# SPDX-License-Identifier: Apache-2.0
"""Rows of work with what each of them costs, kept: a Parquet file a month, made before anyone asks.

A page that tells agents, days, customers' segments or single contacts apart then reads a few columns of a
month, instead of pricing its contacts anew. Beside each file stand marks of the ids in it, by which one
contact is found among all months without a look at them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from percontact.costing.dimensions import JUDGED_DIMENSIONS, with_judged
from percontact.costing.priced_rows import (
    MARKS_FILE,
    REPEATS_FILE,
    ROWS_FILE,
    ROWS_FORMAT,
    PricedRows,
    mark,
    price,
)
from percontact.costing.rate import BASES
from percontact.costing.repeats import use_repeats
from percontact.costing.work_cubes import BY_DAY
from percontact.costing.work_kept import month_part
from percontact.records.dialect import engine_version, literal, quote
from percontact.values.period import Period, add_months, periods

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.assignment import Assignment
    from percontact.costing.reach import Reach


class Keeper(Protocol):
    """Keeps what was made, under all that it depends on."""

    def folder(self, what: str) -> Path | None:
        """The folder of what is kept, or None."""

    def keep_folder(self, what: str, name: str, write: Callable[[Path], bool]) -> bool:
        """Keep what `write` puts into a folder, instead of what was kept; whether it is kept."""


class KeptRows:
    """The kept rows of a costed Book: written a month at a time, and read where all months asked are there.

    of      the assignment whose rows and prices they are
    keeper  where a month's files are
    reach   how far the rows of a month reach: months that an import does not touch keep theirs

    Law: per month and basis, the kept prices sum to the amount assigned, to the pico. A file of which this is
    not so is not read, and its rows are priced anew.
    """

    def __init__(self, of: Assignment, keeper: Keeper, reach: Reach) -> None:
        self._of, self._keeper, self._reach = of, keeper, reach
        self._needs: dict[date, str] = {}
        self._checked: dict[Path, frozenset[str] | None] = {}

    # -- reading ------------------------------------------------------------------------------------

    def rows(self, columns: Sequence[str], months: Period) -> str | None:
        """SQL relation of the rows of some whole months, with all columns kept and those asked for.

        None where a month or a column of them is not kept.
        """
        starts = [p.start for p in periods(months, "month")]
        worked = {*self._of.book.months("contacts"), *self._of.book.months("handlings")}
        found = [self._columns(month) for month in starts if month in worked]
        if not found or None in found:
            return None
        held = frozenset.intersection(*[columns for columns in found if columns is not None])
        plain = dict.fromkeys(JUDGED_DIMENSIONS.get(c, c) for c in columns)
        made = [f"{BY_DAY['weekday']} AS weekday"] if "weekday" in plain else []
        for name in (c for c in plain if c not in held and c != "weekday"):
            if name not in self._unfilled:
                return None
            made.append(f"NULL::VARCHAR AS {quote(name)}")
        files = ", ".join(literal(str(self._file(month))) for month in starts if month in worked)
        source = f"read_parquet([{files}], hive_partitioning = false)"
        fields = ", ".join(["*", *made])
        return with_judged(f"(SELECT {fields} FROM {source})", columns, self._of.policy)

    def months_marked(self, table: str, ids: Iterable[str]) -> list[date] | None:
        """Months of a table that may have one of some ids, its contacts' and its cases'; None = not known."""
        months = self._of.book.months(table)
        files = self.files(months, MARKS_FILE)
        if not files:
            return None
        listed = ", ".join(literal(str(f)) for f in files)
        marks = ", ".join(mark(literal(one)) for one in ids)
        found = self._of.con.execute(
            f"SELECT DISTINCT month FROM read_parquet([{listed}], hive_partitioning = false) "
            f"WHERE mark IN ({marks})"
        ).fetchall()
        return sorted({month for (month,) in found} & set(months))

    def files(self, months: Sequence[date], name: str) -> list[Path]:
        """The files of a name of some months; none where a month's is not kept."""
        folders = [self._folder(month) for month in months]
        files = [folder / name for folder in folders if folder]
        return files if len(files) == len(months) and all(f.is_file() for f in files) else []

    def lend_repeats(self, con: duckdb.DuckDBPyConnection) -> None:
        """Have a connection read which contacts are repeats, where that is kept of every month."""
        files = self.files(self._of.book.months("contacts"), REPEATS_FILE)
        if files:
            use_repeats(con, files)

    def needs(self, month: date) -> str:
        """All that a month's files depend on, in words: rows that reach into it, the policy, its rates."""
        if month not in self._needs:
            of = self._of
            part = dict(month_part(of.work, self._reach, month))
            if of.work.customer_dimensions:
                part["customers"] = None
            rates = f"{of.amounts} {of.rates(Period(month, add_months(month, 1)))}"
            self._needs[month] = (
                f"rows {month} {ROWS_FORMAT} {engine_version()} {of.policy.digest} "
                f"{self._reach.digest(part)} {hashlib.sha256(rates.encode()).hexdigest()}"
            )
        return self._needs[month]

    def _folder(self, month: date) -> Path | None:
        return self._keeper.folder(self.needs(month))

    @property
    def _unfilled(self) -> set[str]:
        """Columns of contacts that no row has a value of."""
        book = self._of.book
        return set(book.columns("contacts")) - book.filled("contacts") - book.filled("handlings")

    def _file(self, month: date) -> Path | None:
        folder = self._folder(month)
        file = folder / ROWS_FILE if folder else None
        return file if file and file.is_file() else None

    def _columns(self, month: date) -> frozenset[str] | None:
        """Columns of a month's file; None where there is none, or where it is not the month's cost."""
        file = self._file(month)
        if file is None:
            return None
        if file not in self._checked:
            self._checked[file] = self._held_against(file, month)
        return self._checked[file]

    def _held_against(self, file: Path, month: date) -> frozenset[str] | None:
        """Columns of a file whose prices are the amount assigned of its month, on every basis."""
        import duckdb

        source = f"read_parquet({literal(str(file))}, hive_partitioning = false)"
        sums = ", ".join(f"CAST(coalesce(sum({price(b)}), 0) AS VARCHAR)" for b in BASES)
        try:
            (told,) = self._of.con.execute(f"SELECT {sums} FROM {source}").fetchall()
            columns = [row[0] for row in self._of.con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        except duckdb.Error:
            return None
        months = Period(month, add_months(month, 1))
        if [int(pico) for pico in told] != [self._of.assigned_on(months, b) for b in BASES]:
            return None
        return frozenset(columns)

    # -- making -------------------------------------------------------------------------------------

    def is_whole(self, month: date) -> bool:
        """Whether a month is kept, and is what was assigned."""
        beside = self.files([month], MARKS_FILE) and self.files([month], REPEATS_FILE)
        return all(map(_readable, beside)) and bool(beside) and self._columns(month) is not None

    def make(self, months: Period) -> bool:
        """Price rows of some whole months and keep them, unless they are kept: whether any were made.

        A workspace that may only be read keeps none.
        """
        worked = {*self._of.book.months("contacts"), *self._of.book.months("handlings")}
        missing = [p.start for p in periods(months, "month") if p.start in worked]
        missing = [month for month in missing if not self.is_whole(month)]
        if not missing:
            return False
        rows = PricedRows(self._of)
        try:
            rows.gather(Period(missing[0], add_months(missing[-1], 1)))
            kept = [
                self._keeper.keep_folder(self.needs(month), "priced rows", partial(rows.write, month))
                for month in missing
            ]
        finally:
            rows.let_go()
            self._checked.clear()
        return all(kept)


def _readable(file: Path) -> bool:
    """Whether a file is whole: what tells its columns stands at its end."""
    with file.open("rb") as told:
        told.seek(0, 2)
        if told.tell() < 8:
            return False
        told.seek(-4, 2)
        return told.read() == b"PAR1"
