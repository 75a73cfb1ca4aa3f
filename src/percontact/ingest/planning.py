# SPDX-License-Identifier: Apache-2.0
"""Which header of the file fills which column of the table: the mapping first, then equal names, then rest.

Nothing is guessed from the values. A header that is neither mapped nor named like a column of the table
becomes a dimension under its own cleaned name.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import cast

from percontact.ingest.found import marked
from percontact.ingest.mapping import Condition, Mapping, Origin
from percontact.ingest.needed import require_columns
from percontact.ingest.origins import filled, written_as
from percontact.ingest.personal import Kind, by_header, wrote
from percontact.ingest.plan import Placed, Plan, Share, Target, clean_name, plain_name
from percontact.ingest.reckoned import reckoning
from percontact.records.book import Settings
from percontact.records.column import Column, Table
from percontact.records.tables import landed_columns
from percontact.values.problem import PercontactError, did_you_mean, problem

_NEAR = 0.9
"""difflib ratio from which an unknown left-hand name is taken for a misspelt column: chanel, not team_2."""


def plan(
    headers: tuple[str, ...],
    table: Table,
    mapping: Mapping,
    settings: Settings,
    name: str,
    *,
    used: Collection[int] = (),
) -> Plan:
    """Decide the columns to write from a file's headers.

    used  numbers of the columns that have a purpose already and are no dimensions
    Raises E-FILE-04 when a needed column has no source, E-MAP-01 when a unit does not fit a column,
    E-MAP-02 when the mapping speaks of a header or column that does not exist.
    """
    planner = _Planner(headers, table, mapping, settings, name)
    planner.used.update(used)
    return planner.plan()


class _Planner:
    """One plan in the making: `used` are the cells that have a purpose already."""

    def __init__(
        self, headers: tuple[str, ...], table: Table, mapping: Mapping, settings: Settings, name: str
    ) -> None:
        self.headers, self.table, self.mapping = headers, table, mapping
        self.settings, self.name = settings, name
        self.places = {header.lower(): i for i, header in reversed(list(enumerate(headers))) if header}
        self.used: set[int] = set()
        self.found: dict[str, Target] = {}
        self.notes: list[str] = []
        self.kept: list[str] = []
        self.withheld: list[tuple[str, Kind]] = []
        self.absent: list[str] = []

    def plan(self) -> Plan:
        if self.mapping.table not in (None, self.table.name):
            raise self.unknown(
                f"the mapping is for table {self.mapping.table}, not {self.table.name}", "Use another."
            )
        where = self.placed(tuple(c for c in self.mapping.where if not self.passed_over(c)), "where")
        for left, origin in self.mapping.columns.items():
            if (fitting := self.fitting(left, origin)) is not None:
                self.take_mapped(left, fitting)
        self.take_equal_names()
        self.take_month()
        require_columns(self.table, self.found, self.headers, self.used, self.name)
        if absent := [name for name in dict.fromkeys(self.absent) if name not in self.found]:
            self.notes.append(f"The file has no header for these, so they stay unknown: {', '.join(absent)}.")
        ordered = [self.found[n] for n in self.table.names if n in self.found]
        extras = [t for n, t in self.found.items() if n not in self.table.names]
        self.notes += [said for t in self.found.values() if (said := reckoning(t, self.headers))]
        parted = bool(self.mapping.unpivot or self.mapping.explode)
        targets = (*ordered, *extras, *self.dimensions())
        kept, withheld = tuple(self.kept), tuple(self.withheld)
        return Plan(targets, where, tuple(self.notes), parted, kept, withheld)

    def fitting(self, left: str, origin: Origin) -> Origin | None:
        """The origin as far as the file has its headers; None where it has not and the column is optional."""
        if self.mapping.optional != "all" and left not in self.mapping.optional:
            return origin
        instead = self.fitting(left, origin.instead) if origin.instead else None
        conditions = (c.column for c in (*origin.when, *origin.negative))
        needed = (
            *origin.columns,
            *origin.plus,
            *conditions,
            *(names for names in (origin.times, origin.minus) if names),
        )
        if all(any(n.strip().lower() in self.places for n in names) for names in needed):
            return replace(origin, instead=instead)
        if instead is None:
            self.absent.append(left)
        return instead

    def passed_over(self, condition: Condition) -> bool:
        """Whether a condition of `where:` holds for every row, because its optional header is not there.

        An absent cell is empty: it is none of `not:` and not like `unlike:`. Whether it would be one of `is:`
        cannot be told, so such a condition is never passed over.
        """
        optional = self.mapping.optional == "all" or "where" in self.mapping.optional
        if not optional or any(n.strip().lower() in self.places for n in condition.column):
            return False
        if condition.only or condition.matches or condition.blank is False:
            return False
        name = condition.column[0]
        self.notes.append(
            f"`where:` asks about `{name}`, which the file does not have; no row is left out by it."
        )
        return True

    # -- the mapping ---------------------------------------------------------------------------------------

    def take_mapped(self, left: str, origin: Origin) -> None:
        parts = self.parts(origin, left)
        column = self.table.column(left)
        if column is None and left in self.stand_ins():
            self.stand_in(left, parts, origin)
        elif column is None:
            self.take(self.dimension(left), parts, origin, extra=True)
        else:
            self.take(column, parts, origin)

    def parts(self, origin: Origin, left: str) -> tuple[int, ...]:
        return tuple(self.place(options, left) for options in origin.columns)

    def placed(self, conditions: tuple[Condition, ...], left: str) -> tuple[Placed, ...]:
        return tuple((self.place(c.column, left), c) for c in conditions)

    def place(self, options: tuple[str, ...], left: str) -> int:
        """The number of the first of these headers that the file has."""
        for option in options:
            if (place := self.places.get(option.strip().lower())) is not None:
                return place
        told = " or ".join(f"`{o}`" for o in options)
        what = f"`{left}:` names {told}, and {self.name} has no such column"
        raise self.unknown(what, did_you_mean(options[0] if options else "", filter(None, self.headers)))

    def dimension(self, left: str) -> Column:
        known = [c.name for c in self.table.columns if c.name not in self.mapping.columns]
        if left in self.reserved():
            raise self.unknown(f"`{left}` is a column that percontact makes itself", "Choose another name.")
        if difflib.get_close_matches(left, known, n=1, cutoff=_NEAR):
            raise self.unknown(f"table {self.table.name} has no column `{left}`", did_you_mean(left, known))
        if clean_name(left) != left:
            raise self.unknown(f"`{left}` is no column name", f"Write it {clean_name(left)}.")
        return _dimension(left)

    def unknown(self, what: str, do: str) -> PercontactError:
        why = "What it asks for cannot be done, so nothing was imported."
        return problem("E-MAP-02", self.mapping.name or self.name, what, why, do)

    # -- equal names ---------------------------------------------------------------------------------------

    def take_equal_names(self) -> None:
        for place, header in enumerate(self.headers):
            column = self.table.column(plain_name(header))
            if column and place not in self.used and column.name not in self.found:
                self.used.add(place)
                self.take(column, (place,), Origin())

    def stand_ins(self) -> tuple[str, ...]:
        """Names that stand for needed columns of this table while those are absent."""
        if self.table.column("period_start"):
            return () if "period_start" in self.found else ("period", "month", "date", "day")
        return ("date",) if self.table.name == "contacts" and "started_at" not in self.found else ()

    def take_month(self) -> None:
        for stand_in in self.stand_ins():
            place = next((i for i, h in enumerate(self.headers) if plain_name(h) == stand_in), None)
            if place is not None and place not in self.used:
                self.used.add(place)
                self.stand_in(stand_in, (place,), Origin())
                return
        # Written from the first day, row by row (see `derive`).
        if "period_start" in self.found and "period_end" not in self.found:
            self.take(self.column("period_end"), (), Origin(constant=""))

    def stand_in(self, left: str, parts: tuple[int, ...], origin: Origin) -> None:
        if not self.table.column("period_start"):
            self.take(self.column("started_at"), parts, origin)
            self.notes.append("`date` stands for started_at: every contact starts at local midnight.")
            return
        first, last, told = ("month_start", "month_end", "whole month each value lies in")
        if left == "day":
            first, last, told = ("whole", "next_day", "day itself")
        self.take(self.column("period_start"), parts, origin, share=cast(Share, first))
        if "period_end" not in self.found:
            self.take(self.column("period_end"), parts, origin, share=cast(Share, last))
        self.notes.append(f"`{left}` stands for the {told}.")

    def column(self, name: str) -> Column:
        column = self.table.column(name)
        assert column is not None
        return column

    def take(
        self,
        column: Column,
        parts: tuple[int, ...],
        origin: Origin,
        *,
        share: Share = "whole",
        extra: bool = False,
    ) -> None:
        target = self.target(column, parts, origin, share, extra)
        self.used.update(target.cells)
        self.found[column.name] = target

    def target(
        self, column: Column, parts: tuple[int, ...], origin: Origin, share: Share, extra: bool
    ) -> Target:
        name, other = column.name, origin.instead
        times = self.place(origin.times, name) if origin.times else None
        plus = tuple(self.place(names, name) for names in origin.plus)
        minus = self.place(origin.minus, name) if origin.minus else None
        when, negative = self.placed(origin.when, name), self.placed(origin.negative, name)
        instead = self.target(column, self.parts(other, name), other, share, extra) if other else None
        how = filled(column, origin, self.mapping, self.settings)
        parted = bool(self.mapping.unpivot or self.mapping.explode)
        times_as = None if times is None else written_as(self.headers[times], self.mapping)
        return Target(
            column, how, parts, share, extra, times, plus, minus, parted, when, negative, instead, times_as
        )

    # -- the rest ------------------------------------------------------------------------------------------

    def reserved(self) -> set[str]:
        return {n for n, _ in landed_columns(self.table.name)} | {"month", *self.table.names}

    def dimensions(self) -> Iterable[Target]:
        """The unused cells as dimensions, as far as the mapping keeps them."""
        keep = self.mapping.keep
        wanted = {self.place((h,), "keep") for h in keep} if isinstance(keep, tuple) else None
        taken, kept = self.reserved() | set(self.found), list[str]()
        for place, header in enumerate(self.headers):
            if place in self.used or keep == "none" or not header:
                continue
            if place < 2 and marked(self.headers) is not None:
                continue
            if wanted is not None and place not in wanted:
                continue
            kind = by_header(clean_name(header), self.table.name) if wanted is None else None
            written = kind == "words" and self.table.name != "ledger" and wrote(clean_name(header))
            if kind is not None and (written or kind not in ("id", "words")):
                self.withheld.append((header, kind))
                continue
            name = _free(clean_name(header), taken)
            taken.add(name)
            kept.append(name)
            column, origin = _dimension(name), Origin(hashed=kind == "id")
            how = filled(column, origin, self.mapping, self.settings)
            yield Target(column, how, (place,), extra=True)
        if wanted is None:
            self.kept = kept
        elif kept:
            self.notes.append(f"Kept as dimensions: {', '.join(kept)}.")


def _dimension(name: str) -> Column:
    return Column(name, "code", "MAY be any code", "a column of the file")


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    name = f"source_{name}"
    return (
        name if name not in taken else next(n for i in range(2, 10_000) if (n := f"{name}_{i}") not in taken)
    )
