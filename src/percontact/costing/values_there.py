# SPDX-License-Identifier: Apache-2.0
"""Values that conditions name: whether any contact has them, and what is nearest where none has."""

from __future__ import annotations

from collections.abc import Sequence

from percontact.costing.kept_rows import KeptRows
from percontact.costing.slice import MONTH, Condition
from percontact.costing.work import Work
from percontact.records.dialect import in_list, quote
from percontact.records.tables import TABLES
from percontact.values.period import Period, add_months
from percontact.values.problem import PercontactError, did_you_mean, problem

CLOSED: dict[str, tuple[str, ...]] = {
    "repeat": ("true", "false"),
    "assisted": ("assisted", "unassisted"),
    "demand": ("failure", "value"),
}
"""Dimensions that are judged of rows, with the values they can have: no row needs to be looked at."""

LISTED = 10_000
"""So many values of a dimension are listed at most."""


def values_of(work: Work, dimension: str, months: Period, kept: KeptRows | None = None) -> list[str]:
    """Values of a dimension that contacts of some whole months have, in order; at most LISTED.

    kept  rows of the same work that are kept, and quicker to read
    """
    rows = _rows(work, dimension, months, kept)
    query = f"SELECT DISTINCT CAST({quote(dimension)} AS VARCHAR) FROM {rows}"
    found = work.con.execute(f"{query} LIMIT {LISTED}").fetchall()
    return sorted(str(v) for (v,) in found if v is not None)


def need_known(work: Work, where: Sequence[Condition], months: Period, kept: KeptRows | None = None) -> None:
    """Raise E-ARG-01 for a value that no contact of any month has, nor a row of another table: a slip.

    months  of the question: they are looked at first, because most values that are meant are there
    Negated ones too: what was to be left out would stand in the figure.
    """
    own = set(work.dimensions())
    for one in where:
        if one.dimension not in own:
            continue
        wrong = _missing(work, one, months, kept)
        whole = _whole(work)
        if wrong and whole:
            wrong = _missing(work, Condition(one.dimension, tuple(wrong)), whole, kept)
        wrong = [v for v in wrong if not _elsewhere(work, one.dimension, v)]
        if wrong:
            raise _nobodys(work, one, wrong[0], whole, kept)


def need_there(
    work: Work, where: Sequence[Condition], months: Period, named: str, kept: KeptRows | None = None
) -> None:
    """Raise E-ARG-01 for a condition that no contact of these months meets.

    named  the months, as a sentence calls them: "June 2026"
    """
    own = set(work.dimensions())
    for one in where:
        if one.negate or "" in one.values or one.dimension not in own:
            continue
        wrong = _missing(work, one, months, kept)
        if len(wrong) < len(one.values):
            continue
        whole = _whole(work)
        nowhere = _missing(work, one, whole, kept) if whole else wrong
        if nowhere:
            raise _nobodys(work, one, nowhere[0], whole, kept)
        what = f"no contact of {named} has {_told(one, wrong[0])}"
        why = "Contacts of other months have it."
        raise problem("E-ARG-01", f"--where {one.dimension}", what, why, "Choose another period.")


def _missing(work: Work, one: Condition, months: Period, kept: KeptRows | None) -> list[str]:
    """Values of a condition that no contact of these months has."""
    asked = [v for v in one.values if v]
    if one.dimension in CLOSED:
        return [v for v in asked if v not in CLOSED[one.dimension]]
    if not asked:
        return []
    column = f"CAST({quote(one.dimension)} AS VARCHAR)"
    rows = _rows(work, one.dimension, months, kept)
    query = f"SELECT DISTINCT {column} FROM {rows} WHERE {in_list(column, asked)}"
    there = {v for (v,) in work.con.execute(query).fetchall()}
    return [v for v in asked if v not in there]


def _rows(work: Work, dimension: str, months: Period, kept: KeptRows | None) -> str:
    columns = [] if dimension == MONTH else [dimension]
    found = kept.rows(columns, months) if kept and work.coarse(columns) is None else None
    return found or work.rows(columns, months)


def _whole(work: Work) -> Period | None:
    months = sorted(work.book.months("contacts"))
    return Period(months[0], add_months(months[-1], 1)) if months else None


def _elsewhere(work: Work, dimension: str, value: str) -> bool:
    """Whether a row of another table has the value: teams have hours that took no contact."""
    for name, table in TABLES.items():
        if name == "contacts" or table.column(dimension) is None or not work.book.has(name):
            continue
        rows = work.book.relation(name, [dimension])
        query = f"SELECT 1 FROM {rows} WHERE CAST({quote(dimension)} AS VARCHAR) = ? LIMIT 1"
        if work.con.execute(query, [value]).fetchone():
            return True
    return False


def _nobodys(
    work: Work, one: Condition, value: str, whole: Period | None, kept: KeptRows | None
) -> PercontactError:
    near: tuple[str, ...] = CLOSED.get(one.dimension, ())
    if not near and whole and not _is_person(one.dimension):
        near = tuple(values_of(work, one.dimension, whole, kept))
    why = did_you_mean(value, near) if near else "A condition that nobody meets leaves nothing to tell of."
    do = "Write the value as the data has it; capitals count."
    return problem("E-ARG-01", f"--where {one.dimension}", f"no contact has {_told(one, value)}", why, do)


def _told(one: Condition, value: str) -> str:
    """A value as an error says it; a person's id stands in the Book as a hash, which says nothing."""
    return f"this {one.dimension}" if _is_person(one.dimension) else f"{one.dimension} {value!r}"


def _is_person(dimension: str) -> bool:
    column = TABLES["contacts"].column(dimension)
    return column is not None and column.kind == "person"
