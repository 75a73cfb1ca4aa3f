# SPDX-License-Identifier: Apache-2.0
"""What cost is divided by: contacts, handle minutes, resolutions, cases, customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

from percontact.costing.kept_sums import DIMENSIONS, answerable, inside
from percontact.costing.repeats import mark_repeats
from percontact.costing.slice import Condition, Slice
from percontact.records.dialect import quote
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    from percontact.costing.costed import Cell, CostedBook

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
    verified = "true"
    notes: list[str] = []
    if per == "verified-resolution":
        if not {"customer_id"} <= filled:
            return Denominator(
                {}, {}, ("Contacts name no customer, so no resolution can be verified.",), known=False
            )
        days = costed.policy.repeat_days
        mark_repeats(costed.con, costed.book, costed.policy)
        verified = "anchor NOT IN (SELECT row_id FROM repeat_contact WHERE followed)"
        notes.append(
            f"Verified: resolved, and the customer did not come back about the same within {days} days."
        )
        notes.append(f"Contacts of the last {days} days may still come back: their count is provisional.")
    if costed.book.has("cases") and "case_id" in filled:
        cases = costed.book.relation("cases", ["case_id", "resolved_at", "reopens"])
        resolved = (
            f"case_id IN (SELECT case_id FROM {cases} "
            "WHERE resolved_at IS NOT NULL AND coalesce(reopens, 0) = 0)"
        )
        # Once only, so that periods and slices add up to the whole.
        contacts = costed.book.relation("contacts", ["case_id", "row_id", "started_at"])
        first = f"anchor IN (SELECT arg_min(row_id, (started_at, row_id)) FROM {contacts} GROUP BY case_id)"
        notes.append(
            "A case counts as resolved when it has a resolution and was not reopened; "
            "it counts where its first contact was."
        )
        found = _count_kept(
            costed, question, "count(DISTINCT case_id)", ["case_id"], f"{first} AND {resolved} AND {verified}"
        )
        return Denominator(found, {}, tuple(notes))
    if "outcome" in filled:
        found = _count_kept(
            costed, question, "sum(handled)", ["outcome"], f"lower(outcome) = 'resolved' AND {verified}"
        )
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


def _count_kept(
    costed: CostedBook, question: Slice, counted: str, columns: list[str], condition: str
) -> Mapping[Place, Fraction]:
    """Like `_count`, of what adds up over months and dimensions: from kept sums where those can tell it."""
    if costed.kept is None or not answerable(question, DIMENSIONS):
        return _count(costed, question, counted, columns, condition)
    months = costed.book.months("contacts")
    span = Period(months[0], add_months(months[-1], 1))

    def made(dims: Sequence[str]) -> str:
        rows = costed.work.rows([*dims, *columns], span, drivers=())
        fields = ", ".join(["month", *map(quote, dims)])
        return f"SELECT {fields}, {counted} AS x0 FROM {rows} WHERE {condition} GROUP BY {fields}"

    known = set(costed.work.dimensions())
    table = costed.kept.table(f"{counted} {condition}", known, costed.book.rows("contacts"), made, costed.con)
    if table is None or not answerable(question, table[1]):
        return _count(costed, question, counted, columns, condition)
    dims = "".join(f", {quote(d)}" for d in question.by)
    found = costed.kept.con.execute(
        f"SELECT {question.period()} AS period{dims}, sum(x0) FROM {table[0]} "
        f"WHERE {inside(question)} GROUP BY ALL"
    ).fetchall()
    return {(row[0], tuple(row[1:-1])): Fraction(row[-1] or 0) for row in found}


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
