# SPDX-License-Identifier: Apache-2.0
"""What a column and a table are: described once; schema, checks, reference page and test data follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "id", "code", "text", "person", "instant", "date", "seconds", "hours", "quantity", "money", "whole",
    "flag", "rate", "score", "currency",
]  # fmt: skip

STORED: dict[Kind, str] = {
    "id": "VARCHAR",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "person": "VARCHAR",
    "instant": "TIMESTAMP",
    "date": "DATE",
    "seconds": "DECIMAL(18,3)",
    "hours": "DECIMAL(18,6)",
    "quantity": "DECIMAL(18,6)",
    "money": "DECIMAL(38,12)",
    "whole": "BIGINT",
    "flag": "BOOLEAN",
    "rate": "DECIMAL(24,12)",
    "score": "DECIMAL(18,6)",
    "currency": "VARCHAR",
}
"""How each kind is stored (SQL type). Instants are UTC; a person is a keyed hash, never the source's id."""

READS: dict[Kind, str] = {
    "id": "text, as found",
    "code": "text, as found",
    "text": "text, as found",
    "person": "any id; stored as a keyed hash",
    "instant": "ISO 8601 date and time; without an offset it is local time of the workspace",
    "date": "ISO 8601 date",
    "seconds": "seconds, or h:mm:ss; kept to the millisecond",
    "hours": "hours",
    "quantity": "a number, kept to six decimals",
    "money": "an amount, kept to twelve decimals",
    "whole": "a whole number",
    "flag": "true/false, yes/no, y/n, 1/0",
    "rate": "a number, kept to twelve decimals",
    "score": "a number, kept to six decimals",
    "currency": "ISO 4217 code of three letters",
}
"""What each kind accepts in a file, in words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table contract.

    name      the header, unit last
    kind      how it is read and stored (see READS, STORED)
    must      the rule a row has to keep, as a MUST line
    why       what the column is for
    required  a row without it is set aside
    default   the value an absent or empty cell stands for; None = unknown
    one_of    closed set of values, or () for any
    at_least  smallest allowed number, or None
    """

    name: str
    kind: Kind
    must: str
    why: str
    required: bool = False
    default: str | None = None
    one_of: tuple[str, ...] = ()
    at_least: int | None = None

    @property
    def stored(self) -> str:
        """The SQL type of the landed column."""
        return STORED[self.kind]


@dataclass(frozen=True, slots=True)
class Order:
    """A rule that one column of a row may not lie before another, e.g. ended_at before started_at."""

    earlier: str
    later: str
    strict: bool = False
    code: str = "E-TIME-02"


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table.

    name     its name in files, commands and SQL
    row      what one row is
    columns  in order
    key      the id column that makes a row unique in the Book (made from file and line where absent)
    when     the column whose local month the files are parted by, or None
    orders   rules between two columns of a row
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: str | None = None
    when: str | None = None
    orders: tuple[Order, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(c.name for c in self.columns)
