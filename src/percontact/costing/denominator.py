# SPDX-License-Identifier: Apache-2.0
"""What cost is divided by: contacts, handle minutes, resolutions, cases, customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from percontact.costing.customers import customer_attributes, customers_sql
from percontact.costing.kept_sums import DIMENSIONS, Monthly, answerable, inside
from percontact.costing.reach import Month, Reach, together
from percontact.costing.repeats import mark_repeats
from percontact.costing.scope import actor_sql
from percontact.costing.slice import Condition, Slice
from percontact.records.book import Book, BookPart
from percontact.records.dialect import quote

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.cells import Cell
    from percontact.costing.costed import CostedBook

Per = Literal["contact", "handle-minute", "resolution", "verified-resolution", "case", "customer"]
PERS: tuple[Per, ...] = get_args(Per)

ADDITIVE: tuple[Per, ...] = ("contact", "handle-minute")
"""Denominators that a cell itself tells; the whole is the sum of its parts. A case may be in several."""

Place = tuple[date, tuple[object, ...]]
"""(first day of the period, values of the dimensions)"""


@dataclass(frozen=True, slots=True)
class Denominator:
    """Denominators of an answer's cells.

    quantity  place -> how many; a place that is not there has none
    left_out  place -> pico that belongs to no unit of the denominator (contacts without a case, say)
    notes     what the reader must know
    known     False where the data cannot tell at all: every value is then undefined
    """

    quantity: Mapping[Place, Fraction | int]
    left_out: Mapping[Place, int]
    notes: tuple[str, ...] = ()
    known: bool = True


def own_quantity(cell: Cell, per: Per) -> Fraction | int:
    """What a cell's cost is divided by, where it tells that itself (`per` is one of ADDITIVE)."""
    return cell.handled if per == "contact" else Fraction(cell.handle_s) / 60


def denominator(costed: CostedBook, question: Slice, cells: Sequence[Cell], per: Per) -> Denominator:
    """Count what a question's cost is divided by, for each of its cells."""
    if per in ADDITIVE:
        return Denominator({(c.period, c.values): own_quantity(c, per) for c in cells}, {})
    if per in ("case", "customer"):
        return _distinct(costed, question, f"{per}_id", per)
    return _resolutions(costed, question, per)


def _distinct(costed: CostedBook, question: Slice, column: str, per: str) -> Denominator:
    if column not in costed.book.filled("contacts"):
        return Denominator(
            {}, {}, (f"No contact names its {per}, so cost per {per} is unknown.",), known=False
        )
    found = _count(costed, question, f"count(DISTINCT {quote(column)})", [column], "true")
    nameless, _ = costed.cells(replace(question, where=(*question.where, Condition(column, ("",)))))
    left_out = {(c.period, c.values): c.pico for c in nameless if c.pico}
    contacts = sum(c.handled for c in nameless)
    notes: tuple[str, ...] = ()
    if contacts:
        notes = (
            f"{contacts:,} handled contacts name no {per}; "
            f"they and their cost are left out of cost per {per}.",
        )
    return Denominator(found, left_out, notes)


def _resolutions(costed: CostedBook, question: Slice, per: Per) -> Denominator:
    filled = costed.book.filled("contacts")
    verified = per == "verified-resolution"
    notes: list[str] = []
    if verified:
        if not {"customer_id"} <= filled:
            return Denominator(
                {}, {}, ("Contacts name no customer, so no resolution can be verified.",), known=False
            )
        days = costed.policy.repeat_days
        notes.append(
            f"Verified: resolved, and the customer did not come back about the same within {days} days."
        )
        notes.append(f"Contacts of the last {days} days may still come back: their count is provisional.")
    if costed.book.has("cases") and "case_id" in filled:
        notes.append(
            "A case counts as resolved when it has a resolution and was not reopened; "
            "it counts where its first contact was."
        )
        return Denominator(_resolved(costed, question, BY_CASE, verified=verified), {}, tuple(notes))
    if "outcome" in filled:
        found = _resolved(costed, question, BY_OUTCOME, verified=verified)
        if any(found.values()):
            notes.append(
                "Resolutions are contacts with the outcome `resolved`; import cases to count matters instead."
            )
            return Denominator(found, {}, tuple(notes))
    unknown = (
        "No case and no contact says that it was resolved, so cost per resolution is unknown. "
        "Import cases, or contacts with outcome `resolved`."
    )
    return Denominator({}, {}, (unknown,), known=False)


# -- resolutions -------------------------------------------------------------------------------------------


class _Way(NamedTuple):
    """A way to know resolutions: what is counted, the column it is told by."""

    counted: str
    column: str


BY_CASE = _Way("count(DISTINCT case_id)", "case_id")
BY_OUTCOME = _Way("sum(handled)", "outcome")
_VERIFIED = "anchor NOT IN (SELECT row_id FROM repeat_contact WHERE followed)"


def _condition(book: Book, way: _Way) -> str:
    """SQL condition that a contact, a row of work, brought a resolution."""
    if way is BY_OUTCOME:
        return "lower(outcome) = 'resolved'"
    cases = book.relation("cases", ["case_id", "resolved_at", "reopens"])
    resolved = (
        f"case_id IN (SELECT case_id FROM {cases} WHERE resolved_at IS NOT NULL AND coalesce(reopens, 0) = 0)"
    )
    # Once only, so that periods and slices add up to the whole.
    contacts = book.relation("contacts", ["case_id", "row_id", "started_at"])
    first = f"anchor IN (SELECT arg_min(row_id, (started_at, row_id)) FROM {contacts} GROUP BY case_id)"
    return f"{first} AND {resolved}"


def _resolved(costed: CostedBook, question: Slice, way: _Way, *, verified: bool) -> Mapping[Place, Fraction]:
    """Resolutions: they add up over months and dimensions, so kept sums tell them where they can."""
    kept = costed.kept
    if kept is not None and answerable(question, DIMENSIONS):
        known = set(costed.work.dimensions())
        table = kept.table(f"resolutions {way}", known, lambda: _monthly(costed, kept.reach, way))
        if table is not None and answerable(question, table[1]):
            dims = "".join(f", {quote(d)}" for d in question.by)
            found = kept.con.execute(
                f"SELECT {question.period()} AS period{dims}, sum({'x1' if verified else 'x0'}) "
                f"FROM {table[0]} WHERE {inside(question)} GROUP BY ALL"
            ).fetchall()
            return {(row[0], tuple(row[1:-1])): Fraction(row[-1] or 0) for row in found if row[-1]}
    condition, columns = _condition(costed.book, way), [way.column]
    if verified:
        mark_repeats(costed.con, costed.book, costed.policy)
        condition += f" AND {_VERIFIED}"
        # Asked of single contacts: a sum of them has one anchor, which says nothing of the others.
        columns.append("contact_id")
    return _count(costed, question, way.counted, columns, condition)


def _monthly(costed: CostedBook, reach: Reach, way: _Way) -> Monthly:
    """How resolutions are counted month by month: x0 all, x1 verified (where contacts name customers)."""
    book, policy = costed.book, costed.policy
    verified = "customer_id" in book.filled("contacts")
    months = [m for m in reach.months("contacts") if m is not None]
    attributes = set(costed.work.customer_dimensions) & set(DIMENSIONS)
    parts: dict[date, BookPart] = {}
    for month in months:
        contacts: set[Month] = {month}
        part: dict[str, set[Month] | None] = {"contacts": contacts}
        if way is BY_CASE:
            # The first contact of a case lies in no later month.
            shared = reach.linked("contacts", [month], "contacts", "case_id")
            contacts |= {m for m in shared if m is not None and m <= month}
            part["cases"] = reach.linked("contacts", [month], "cases", "case_id")
        if verified:
            contacts |= reach.near(month, policy.repeat_days)
        if attributes:
            part["customers"] = None
        parts[month] = part

    def make(con: duckdb.DuckDBPyConnection, asked: Collection[date], dims: Sequence[str]) -> str:
        mine = book.only(together(parts[m] for m in asked))
        condition = _condition(mine, way)
        fields = ", ".join(["month", *map(quote, dims)])
        counts = f"{way.counted} AS x0"
        if verified:
            mark_repeats(con, mine, policy)
            counts += f", {way.counted} FILTER ({_VERIFIED}) AS x1"
        listed = ", ".join(f"DATE '{m}'" for m in sorted(asked))
        return (
            f"SELECT {fields}, {counts} FROM {_contacts(mine, dims, way.column)} "
            f"WHERE month IN ({listed}) AND {condition} GROUP BY {fields}"
        )

    rule = f"{policy.repeat_days} {policy.repeat_same}" if verified else ""
    return Monthly(
        {m: f"{rule} {reach.digest(part)}" for m, part in parts.items()},
        lambda m: sum(f.rows for f in book.files["contacts"] if f.month == m),
        make,
    )


def _contacts(book: Book, dims: Sequence[str], column: str) -> str:
    """The contacts themselves as rows of work: handlings, which have a team of their own, resolve nothing."""
    theirs = [d for d in dims if d in customer_attributes(book)]
    own = [d for d in dims if d not in theirs]
    wanted = dict.fromkeys([*own, "channel", "actor", column, "customer_id", "handled", "row_id", "month"])
    rows = book.relation("contacts", list(wanted))
    fields = [
        f"{actor_sql('c.actor', 'c.channel')} AS actor" if d == "actor" else f"c.{quote(d)}" for d in own
    ]
    fields += [f"u.{quote(d)}" for d in theirs]
    fields += [f"c.{quote(column)}"] if column not in own else []
    joined = f" LEFT JOIN {customers_sql(book, theirs)} u ON u.customer_id = c.customer_id" if theirs else ""
    return f"(SELECT c.month, {', '.join(fields)}, c.handled, c.row_id AS anchor FROM {rows} c{joined})"


def _count(
    costed: CostedBook, question: Slice, counted: str, columns: list[str], condition: str
) -> dict[Place, Fraction]:
    dims = list(question.by)
    wanted = list(dict.fromkeys([*question.columns(), *columns]))
    rows = costed.work.rows(wanted, question.months, drivers=())
    period = question.period()
    fields = ", ".join([f"{period} AS period", *[f"{quote(d)} AS d{i}" for i, d in enumerate(dims)]])
    found = costed.con.execute(
        f"SELECT {fields}, {counted} FROM {rows} WHERE {question.inside()} AND {condition} GROUP BY ALL"
    ).fetchall()
    return {(row[0], tuple(row[1:-1])): Fraction(row[-1] or 0) for row in found}
