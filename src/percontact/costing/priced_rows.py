# SPDX-License-Identifier: Apache-2.0
"""Files of priced rows: each row of a month's work with what it costs, marks of its ids, and its repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customers_sql
from percontact.costing.dimensions import JUDGED_DIMENSIONS
from percontact.costing.drivers import SUMS, flat_parts
from percontact.costing.rate import BASES, Basis
from percontact.costing.repeats import forget_files, mark_repeats
from percontact.costing.slice import SINGLE
from percontact.records.dialect import literal, quote
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    from percontact.costing.assignment import Assignment

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


def mark(text: str) -> str:
    """SQL of the mark of an id: 32 bits, so two may share one by chance; who finds it looks at the ids."""
    return f"CAST(hash(CAST({text} AS VARCHAR)) >> 32 AS UINTEGER)"


class PricedRows:
    """Rows of work priced together, to be written month by month: what the months share is read once.

    of  the assignment whose rows and prices they are
    """

    def __init__(self, of: Assignment) -> None:
        self._of = of
        self._gathered: tuple[str, ...] = ()

    def gather(self, months: Period) -> None:
        """Price all rows of some whole months, each on every basis."""
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
            f"SELECT DISTINCT DATE '{month}' AS month, {mark('id')} AS mark FROM ({sides}) "
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
        """Forget what was gathered."""
        self._of.con.execute(f"DROP TABLE IF EXISTS {_GATHERED}")

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
