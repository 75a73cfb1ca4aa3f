# SPDX-License-Identifier: Apache-2.0
"""Where the company is made: what was asked for, its numbers, and the connection that the tables grow in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import duckdb
import yaml

from percontact.demo.draws import install_draws
from percontact.records.dialect import connect, literal
from percontact.values.period import add_months

Facts = dict[str, Any]
"""A section of a YAML file; its form is known to the file that reads it."""

Cell = str | int | float | bool | date | None

MILLION = 1_000_000
"""The contacts that heads, flat costs and reach in the YAML files are stated for."""

_FILES = ("company.yaml", "books.yaml", "policy.yaml")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What was asked for, and the tables made so far.

    con       DuckDB in memory; each maker adds its tables
    company   company.yaml: demand, people, outcomes, stories
    books     books.yaml: wages, prices, accounts
    policy    policy.yaml, for the standard times that the planner uses too
    told      whether the stories are told
    contacts  contacts asked for; the company has about that many
    """

    con: duckdb.DuckDBPyConnection
    company: Facts
    books: Facts
    policy: Facts
    seed: int
    told: bool
    contacts: int
    first: date
    months: int

    @property
    def end(self) -> date:
        """First day after the last month."""
        return add_months(self.first, self.months)

    @property
    def days(self) -> int:
        """Days in all."""
        return (self.end - self.first).days

    @property
    def scale(self) -> float:
        """Size of the company against the one the YAML files describe: a million contacts in 24 months."""
        return self.contacts / MILLION * 24 / self.months

    def day(self, when: date) -> int:
        """Number of a day, counted from the first."""
        return (when - self.first).days

    def story(self, name: str) -> Facts | None:
        """A story's numbers, or None where it is not told: switched off, or outside the months asked for."""
        facts: Facts = self.company["stories"][name]
        begins, ends = facts.get("from", self.first), facts.get("until", self.end)
        return facts if self.told and self.first < ends and begins < self.end else None

    def table(self, name: str, columns: str, rows: Iterable[Sequence[Cell]]) -> None:
        """Make a table of a few rows. `columns` are SQL: "day INTEGER, name VARCHAR"."""
        self.con.execute(f"CREATE TABLE {name} ({columns})")
        texts = ["(" + ", ".join(_sql(cell) for cell in row) + ")" for row in rows]
        if texts:
            self.con.execute(f"INSERT INTO {name} VALUES {', '.join(texts)}")

    def choice(self, name: str, keys: str, value: str, rows: Iterable[Sequence[Cell]]) -> None:
        """Make a table of a thousand slots per key, shared out by weight; `slot(k, stream)` picks one.

        rows  (key, ..., value, weight)
        """
        names = [key.split()[0] for key in keys.split(",")] if keys else []
        columns = ", ".join(filter(None, [keys, value, "weight DOUBLE", "place INTEGER"]))
        self.table(f"{name}_weights", columns, [(*row, place) for place, row in enumerate(rows)])
        by = f"PARTITION BY {', '.join(names)}" if names else ""
        kept = "".join(f"{key}, " for key in names)
        self.con.execute(f"""
            CREATE TABLE {name} AS
            WITH run AS (
                SELECT *, sum(weight) OVER ({by} ORDER BY place) AS upto, sum(weight) OVER ({by}) AS whole
                FROM {name}_weights),
            share AS (
                SELECT *, round(1000 * (upto - weight) / whole)::INTEGER AS lo, round(1000
                       * upto / whole)::INTEGER AS hi
                FROM run)
            SELECT {kept}{value.split()[0]}, unnest(range(lo, hi))::INTEGER AS slot FROM share WHERE hi > lo
        """)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer of a query."""
        return self.con.execute(sql).fetchall()


def open_workshop(*, seed: int, stories: bool, contacts: int, first_month: date, months: int) -> Workshop:
    """An empty workshop with the company's numbers read and the draws installed."""
    company, books, policy = (_read(name) for name in _FILES)
    con = connect()
    con.execute("SET preserve_insertion_order = false")
    install_draws(con, seed)
    first = first_month.replace(day=1)
    return Workshop(con, company, books, policy, seed, stories, contacts, first, months)


def text_of(name: str) -> str:
    """The text of a file that lies in this package."""
    return files("percontact.demo").joinpath(name).read_text(encoding="utf-8")


def _read(name: str) -> Facts:
    facts: Facts = yaml.safe_load(text_of(name))
    return facts


def _sql(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return f"DATE '{cell}'"
    if isinstance(cell, float):
        return repr(cell)
    return literal(cell)
