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

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customers_sql
from percontact.costing.dimensions import JUDGED_DIMENSIONS, with_judged
from percontact.costing.drivers import SUMS, flat_parts
from percontact.costing.rate import BASES, Basis
from percontact.costing.repeats import forget_files, mark_repeats, use_repeats
from percontact.costing.slice import SINGLE
from percontact.costing.work_cubes import BY_DAY
from percontact.costing.work_kept import month_part
from percontact.records.dialect import engine_version, literal, quote
from percontact.values.period import Period, add_months, periods

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.assignment import Assignment
    from percontact.costing.reach import Reach

ROWS_FILE, MARKS_FILE, REPEATS_FILE = "rows.parquet", "marks.parquet", "repeats.parquet"
ROWS_FORMAT = 2
"""Counts up when the columns of the files change."""
MOST_VALUES = 50_000
"""A dimension with more different values in a month (an order number) is not kept: it would fill the file."""
CONTACT, STARTED, HANDLE, CONTACT_MONTH = "__contact", "__started_at", "__handle_s", "__contact_month"
"""Of the contact that a row is of: its row (below zero: it is in no table), start, handle time, month."""
_GATHERED = "gathered_rows"
_WORKED = frozenset({"actor", "day", "hour", "repeat"})
"""Dimensions that are worked out, so that no file need hold them."""


def price(basis: Basis) -> str:
    """The column of a row's cost on a basis, in pico."""
    return f"__{basis}"


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
        self._gathered: tuple[str, ...] = ()

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
        marks = ", ".join(_mark(literal(one)) for one in ids)
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

    # -- writing ------------------------------------------------------------------------------------

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
        self.gather(Period(missing[0], add_months(missing[-1], 1)))
        try:
            kept = [
                self._keeper.keep_folder(self.needs(month), "priced rows", partial(self.write, month))
                for month in missing
            ]
        finally:
            self.let_go()
        return all(kept)

    def gather(self, months: Period) -> None:
        """Price all rows of some whole months, to be written month by month: what they share is read once."""
        of, con = self._of, self._of.con
        dims, keys = self._dimensions(), of.scopes.keys
        parts = [quote(p.name) for p in flat_parts(of.parts)]
        # What is known of a customer, and repeats, are joined here: once for contacts and handlings together.
        theirs = [d for d in dims if d in of.work.customer_dimensions and d not in keys]
        repeat = "repeat" in dims and "repeat" not in keys
        plain = [d for d in dims if d not in theirs and not (repeat and d == "repeat")]
        plain += ["customer_id"] if theirs else []
        rows = of.work.rows([*plain, *keys, "contact_id"], months, drivers=of.parts)
        contact, joins = self._of_contact(months, repeat=repeat)
        joins += self._of_customer(theirs)
        side = dict.fromkeys(theirs, "u")
        priced = []
        for basis in BASES:
            prices, r, z = of.prices(months, basis), f"r_{basis}", f"z_{basis}"
            priced.append(f"coalesce({prices.amount('x', r)}, 0) + coalesce({z}.pico, 0) AS {price(basis)}")
            joins.append(f"LEFT JOIN {prices.weights} {r} ON {prices.join('x', r)}")
            joins.append(prices.join_residual("x", z))
        told = [f"{side.get(d, 'x')}.{quote(d)}" for d in dims if d in plain or d in theirs]
        fields = ", ".join(
            ["x.month", *told, *(f"x.{s}" for s in SUMS), *(f"x.{p}" for p in parts), "x.anchor", *contact,
             *priced]
        )  # fmt: skip
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_GATHERED} AS SELECT {fields} FROM {rows} x {' '.join(joins)}"
        )
        left = self._too_many(dims)
        self._gathered = tuple(d for d in dims if d not in left)

    def write(self, month: date, folder: Path) -> bool:
        """Write the files of a month that was gathered."""
        fields = ", ".join(
            ["month", *map(quote, self._gathered), *self._sums(month),
             "anchor", CONTACT, STARTED, HANDLE, CONTACT_MONTH,
             *(self._short(price(b), month) for b in BASES)]
        )  # fmt: skip
        # In this order one contact is found without reading the others, and numbers take less room.
        self._copy(
            f"SELECT {fields} FROM {_GATHERED} WHERE month = DATE '{month}' ORDER BY {CONTACT}, anchor",
            folder / ROWS_FILE,
        )
        ids = [("contacts", "contact_id"), ("contacts", "case_id"), ("handlings", "contact_id")]
        book = self._of.book
        sides = " UNION ALL ".join(
            f"SELECT {name} AS id FROM {book.relation(t, [name], first=month, last=month)}"
            for t, name in ids if book.has(t)
        )  # fmt: skip
        self._copy(
            f"SELECT DISTINCT DATE '{month}' AS month, {_mark('id')} AS mark FROM ({sides}) "
            "WHERE id IS NOT NULL ORDER BY mark",
            folder / MARKS_FILE,
        )
        forget_files(self._of.con)
        mark_repeats(self._of.con, book, self._of.policy)
        rows = book.relation("contacts", ["row_id"], first=month, last=month)
        self._copy(
            f"SELECT * FROM repeat_contact WHERE {_near(rows)} AND row_id IN (SELECT row_id FROM {rows}) "
            "ORDER BY row_id",
            folder / REPEATS_FILE,
        )
        return True

    def let_go(self) -> None:
        """Forget what was gathered, and what was known of files that were made anew."""
        self._of.con.execute(f"DROP TABLE IF EXISTS {_GATHERED}")
        self._checked.clear()

    def _dimensions(self) -> list[str]:
        """What rows are told apart by: all that any row has, but for ids and what follows from others."""
        work, book = self._of.work, self._of.book
        told = {*book.filled("contacts"), *book.filled("handlings"), *_WORKED, *work.customer_dimensions}
        left = {*SINGLE, *JUDGED_DIMENSIONS, *set(CALENDAR_DIMENSIONS) - _WORKED}
        return [d for d in work.dimensions() if d in told and d not in left]

    def _too_many(self, dims: Sequence[str]) -> set[str]:
        counts = ", ".join(f"approx_count_distinct({quote(d)})" for d in dims)
        (found,) = self._of.con.execute(f"SELECT {counts} FROM {_GATHERED}").fetchall()
        kept = {*self._of.scopes.keys}
        return {d for d, many in zip(dims, found, strict=True) if many > MOST_VALUES and d not in kept}

    def _of_customer(self, names: Sequence[str]) -> list[str]:
        """SQL that joins what is known of the customer of a row `x`."""
        if not names:
            return []
        known = customers_sql(self._of.book, names)
        self._of.con.execute(f"CREATE TEMP TABLE IF NOT EXISTS known_customer AS FROM {known}")
        return ["LEFT JOIN known_customer u ON u.customer_id = x.customer_id"]

    def _of_contact(self, months: Period, *, repeat: bool) -> tuple[list[str], list[str]]:
        """(SQL fields of the contact that a row `x` is of, SQL that joins it); repeat: whether it is one."""
        book, con = self._of.book, self._of.con
        if repeat:
            forget_files(con)
            mark_repeats(con, book, self._of.policy)
        here = [c for c in ("started_at", "handle_s") if c in book.columns("contacts")]
        wanted = list(dict.fromkeys(["row_id", "contact_id", "month", *here]))
        own = book.relation("contacts", wanted, first=months.start, last=add_months(months.end, -1))
        joins, sides = [f"LEFT JOIN {own} c ON c.row_id = x.anchor"], ["c"]
        marks = ["t.repeat"] if repeat else []
        if repeat:
            near = f"(SELECT row_id, repeat FROM repeat_contact WHERE {_near(own)})"
            joins.append(f"LEFT JOIN {near} t ON t.row_id = x.anchor")
        if self._of.work.legs:
            worked = book.relation("handlings", ["contact_id"])
            marked = " LEFT JOIN repeat_contact t ON t.row_id = c.row_id" if repeat else ""
            con.execute(
                "CREATE TEMP TABLE IF NOT EXISTS contact_with_legs AS "
                f"SELECT c.*{', t.repeat' if repeat else ''} "
                f"FROM {book.relation('contacts', wanted)} c{marked} "
                f"WHERE contact_id IN (SELECT contact_id FROM {worked})"
            )
            marks += ["l.repeat"] if repeat else []
            apart = "CASE WHEN c.row_id IS NULL THEN x.contact_id END"
            joins.append(f"LEFT JOIN contact_with_legs l ON l.contact_id = {apart}")
            sides.append("l")

        def told(column: str) -> str:
            return f"coalesce({', '.join(f'{side}.{column}' for side in sides)})"

        nobody = "-1 - CAST(hash(x.contact_id) >> 2 AS BIGINT)"
        is_one = (
            f"CASE coalesce({', '.join(marks)}) WHEN true THEN 'repeat' WHEN false THEN 'first' END AS repeat"
        )
        return [
            *([is_one] if repeat else []),
            f"coalesce({told('row_id')}, {nobody}) AS {CONTACT}",
            f"{told('started_at')} AS {STARTED}",
            f"{told('handle_s')} AS {HANDLE}",
            f"{told('month')} AS {CONTACT_MONTH}",
        ], joins

    def _sums(self, month: date) -> list[str]:
        parts = [p.name for p in flat_parts(self._of.parts)]
        return [*SUMS, *(self._short(name, month) for name in parts)]

    def _short(self, column: str, month: date) -> str:
        """SQL of whole numbers, in 64 bits where all of the month's fit: five times as fast to add up."""
        ((fits,),) = self._of.con.execute(
            f"SELECT bool_and(TRY_CAST({quote(column)} AS BIGINT) IS NOT NULL) FROM {_GATHERED} "
            f"WHERE month = DATE '{month}'"
        ).fetchall()
        kind = "DECIMAL(38,0)" if fits is False else "BIGINT"
        return f"CAST({quote(column)} AS {kind}) AS {quote(column)}"

    def _copy(self, query: str, file: Path) -> None:
        self._of.con.execute(
            f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
        )


def _near(rows: str) -> str:
    """SQL condition that a row may be one of some rows: those of a month were mostly read together."""
    return f"row_id BETWEEN (SELECT min(row_id) FROM {rows}) AND (SELECT max(row_id) FROM {rows})"


def _readable(file: Path) -> bool:
    """Whether a file is whole: what tells its columns stands at its end."""
    with file.open("rb") as told:
        told.seek(0, 2)
        if told.tell() < 8:
            return False
        told.seek(-4, 2)
        return told.read() == b"PAR1"


def _mark(text: str) -> str:
    """SQL of the mark of an id: 32 bits, so two may share one by chance; who finds it looks at the ids."""
    return f"CAST(hash(CAST({text} AS VARCHAR)) >> 32 AS UINTEGER)"
