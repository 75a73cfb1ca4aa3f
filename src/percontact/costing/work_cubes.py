# SPDX-License-Identifier: Apache-2.0
"""Rows of work from the day cubes landed with each import, as SQL; and their sums by month, kept at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from percontact.costing.policy import Policy
from percontact.costing.scope import actor_sql, scope_sql
from percontact.records.book import HOUR_DIMENSIONS, Book, BookFile
from percontact.records.dialect import literal, quote
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

BY_DAY = {"day": "day", "weekday": "isodow(day)"}
"""Calendar dimension -> SQL of it over the day of a cube."""

BY_HOUR = {"weekday": "weekday", "hour": "hour"}
"""Calendar dimension -> SQL of it in a cube's rows by hour."""


class WorkCubes:
    """SQL of day cubes as rows of work under a policy.

    Sums by month and all dimensions of the cubes are made when first asked for, into the table `work_month`:
    they are some thirty times fewer, and most questions step by month.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, book: Book, policy: Policy) -> None:
        self.con, self.policy = con, policy
        self._files = [f for f in book.files.get("contacts", ()) if f.rows]
        self._summed: set[date] = set()

    def can_tell(self, columns: Iterable[str]) -> bool:
        """Whether the cubes of all files have these dimensions, those of the calendar among them."""
        scopes = {d for u in self.policy.unit_times for d, _ in u.scope}
        asked = set(columns)
        calendar = BY_HOUR if "hour" in asked else BY_DAY
        wanted = (asked - set(calendar)) | scopes
        if not self._files or wanted & {"day", "repeat"}:
            return False
        return all(f.month and _cube_has(f, wanted, by_hour="hour" in asked) for f in self._files)

    def held(self, *, by_hour: bool) -> tuple[str, ...]:
        """Dimensions that the cubes of all files can tell, beside those of the calendar."""
        known = {c for f in self._files for c in f.cube_columns} | {"actor", "channel"}
        calendar = ["hour"] if by_hour else []
        return tuple(c for c in sorted(known - {"hour"}) if self.can_tell([c, *calendar]))

    def rows(self, wanted: list[str], calendar: list[str], months: Period) -> str | None:
        """A relation of work rows with the dimensions wanted; None = no file is of these months."""
        files = self._within(months)
        if not files:
            return None
        if not calendar:
            return self._month_rows(wanted, months)
        made_by = BY_HOUR if "hour" in calendar else BY_DAY
        made = [f"{made_by[c]} AS {c}" for c in calendar]
        sides = [self._side(f, wanted, made, by_hour="hour" in calendar) for f in files]
        return f"({' UNION ALL '.join(sides)})"

    def _within(self, months: Period) -> list[BookFile]:
        return [f for f in self._files if f.month is not None and months.start <= f.month < months.end]

    def _month_rows(self, wanted: list[str], months: Period) -> str:
        held = sorted(({c for f in self._files for c in f.cube_columns} | {"actor", "channel"}) - {"hour"})
        missing = [f for f in self._within(months) if f.month not in self._summed]
        if missing:
            fields = ", ".join(["month", *map(quote, held)])
            sums = ", ".join(f"CAST(sum({x}) AS {kind}) AS {x}" for x, kind in _SUMS.items())
            sides = " UNION ALL ".join(self._side(f, held, [], by_hour=False) for f in missing)
            query = f"SELECT {fields}, {sums}, min(anchor) AS anchor FROM ({sides}) GROUP BY {fields}"
            put = "INSERT INTO work_month" if self._summed else "CREATE OR REPLACE TEMP TABLE work_month AS"
            self.con.execute(f"{put} {query}")
            self._summed |= {f.month for f in missing if f.month}
        fields = ", ".join(
            ["month", *(quote(c) if c in held else f"NULL::VARCHAR AS {quote(c)}" for c in wanted)]
        )
        within = f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"
        return f"(SELECT {fields}, {', '.join(_SUMS)}, anchor FROM work_month WHERE {within})"

    def _side(self, f: BookFile, wanted: list[str], calendar: list[str], *, by_hour: bool) -> str:
        """SQL of one file's cube as rows of work; `calendar`: SQL fields made of its days, or its hours."""
        held = set(f.cube_columns) & set(HOUR_DIMENSIONS) if by_hour else set(f.cube_columns) - {"hour"}
        column = {c: quote(c) if c in held else "NULL::VARCHAR" for c in {*wanted, "actor", "channel"}}
        actor = actor_sql(column["actor"], column["channel"])
        fields = [f"{actor if c == 'actor' else column[c]} AS {quote(c)}" for c in wanted]
        branches = "".join(
            f" WHEN {scope_sql(u.scope, held=held)} THEN {u.base_s:f} * unmeasured"
            for u in self.policy.unit_times
        )
        standard = f" + CASE{branches} ELSE 0 END" if branches else ""
        fields += [
            *calendar,
            f"DATE '{f.month}' AS month",
            "count AS n",
            "handled",
            f"coalesce(handle_s, 0){standard} AS effort",
            "coalesce(messages, 0) AS messages",
            "measured + reported AS measured",
            "derived",
            "anchor",
        ]
        cube = f"read_parquet({literal(str(f.cube))}, hive_partitioning = false)"
        if "hour" in f.cube_columns:
            cube += " WHERE hour IS NOT NULL" if by_hour else " WHERE day IS NOT NULL"
        return f"SELECT {', '.join(fields)} FROM {cube}"


_SUMS = {
    "n": "BIGINT",
    "handled": "BIGINT",
    "effort": "DECIMAL(38,3)",
    "messages": "BIGINT",
    "measured": "BIGINT",
    "derived": "BIGINT",
}
"""Sum of a month's work -> its SQL type; a sum that outgrows it is an error, never another number."""


def _cube_has(f: BookFile, wanted: set[str], *, by_hour: bool) -> bool:
    """Whether a file's cube holds the dimensions wanted; one that no row of the file has may be absent."""
    if f.cube is None or (by_hour and "hour" not in f.cube_columns):
        return False
    in_file = {name for name, _ in f.columns}
    needed = wanted - {"actor"} | ({"actor", "channel"} if "actor" in wanted else set())
    held = set(f.cube_columns) & set(HOUR_DIMENSIONS) if by_hour else set(f.cube_columns)
    return not (needed & in_file) - held
