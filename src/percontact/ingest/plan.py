# SPDX-License-Identifier: Apache-2.0
"""The plan of a file: which of its columns become which of the table's, and which rows are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

from percontact.ingest.mapping import Condition, Origin
from percontact.ingest.personal import Kind
from percontact.records.column import Column

Share = Literal["whole", "month_start", "month_end", "next_day"]
Placed = tuple[int, Condition]
"""A condition with the number of the source cell it is about."""


@dataclass(frozen=True, slots=True)
class Target:
    """One column that will be written.

    column  its contract, or a dimension of the file (kind code, extra = True)
    origin  how the values are written in the file, with every default filled in
    parts   numbers of the source cells that are joined; () = constant
    times   number of the source cell the value is multiplied by, or None; `times_as`: how that one is written
    plus    numbers of the source cells that are added
    minus   number of the source cell that is taken off, or None
    parted  whether several rows are made of one line
    share   whole value, or the first day of its month, or the first day of the next, or the day after
    when, negative   conditions of the origin, each with the number of its source cell
    instead   the same column from elsewhere, where this gives nothing, or None
    """

    column: Column
    origin: Origin
    parts: tuple[int, ...]
    share: Share = "whole"
    extra: bool = False
    times: int | None = None
    plus: tuple[int, ...] = ()
    minus: int | None = None
    parted: bool = False
    when: tuple[Placed, ...] = ()
    negative: tuple[Placed, ...] = ()
    instead: Self | None = None
    times_as: Origin | None = None

    @property
    def cells(self) -> set[int]:
        """Numbers of all source cells it is made of."""
        one = {i for i in (*self.parts, *self.plus, self.times, self.minus) if i is not None}
        conditions = {place for place, _ in (*self.when, *self.negative)}
        return one | conditions | (self.instead.cells if self.instead else set())


@dataclass(frozen=True, slots=True)
class Plan:
    """Columns to write, in the order of the contract and then of the file, and rows to leave out.

    parted  whether several rows are made of one line, so that line numbers bear PART_BITS more
    kept    dimensions that nobody asked for by name: `keep: all` keeps them
    withheld  (header, kind of personal data) of columns that it does not
    """

    targets: tuple[Target, ...]
    where: tuple[Placed, ...] = ()
    notes: tuple[str, ...] = ()
    parted: bool = False
    kept: tuple[str, ...] = ()
    withheld: tuple[tuple[str, Kind], ...] = ()

    def target(self, name: str) -> Target | None:
        """The target of that name, or None when the file has nothing for it."""
        return next((t for t in self.targets if t.column.name == name), None)


def clean_name(header: str) -> str:
    """A header as a column name: small letters, digits, underscores.

    >>> clean_name("Call ID (new)"), clean_name("2nd queue")
    ('call_id_new', 'column_2nd_queue')
    """
    name = re.sub(r"\W+", "_", header.strip().lower()).strip("_")
    name = re.sub(r"__+", "_", name) or "column"
    return f"column_{name}" if name[0].isdigit() else name


def plain_name(header: str) -> str:
    """A header as names of columns are written, to be held against them."""
    return re.sub(r"[\s-]+", "_", header.strip().lower())
