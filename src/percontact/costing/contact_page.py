# SPDX-License-Identifier: Apache-2.0
"""Single contacts of a slice, a page at a time: priced once a slice, then only put in another order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from percontact.costing.contact_cost import SHOWN, priced_contacts
from percontact.costing.priced_rows import CONTACT, CONTACT_MONTH, HANDLE, STARTED, price
from percontact.costing.slice import Slice
from percontact.records.dialect import quote
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

ORDERS = {"cost": "pico", "started_at": "started_at", "handle_s": "handle_s"}
"""What contacts may be put in order by; "-cost" = the dearest first."""

_TABLE = "contact_page"
_priced: WeakKeyDictionary[CostedBook, Slice] = WeakKeyDictionary()
"""Which slice the table `contact_page` of a costed Book holds: the one asked last."""


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some contacts of a slice, and what all of them are.

    columns  those of SHOWN that any contact has
    rows     a value a column, in the order asked
    picos    what each of the rows cost in the slice: of a contact that several worked on, their part
    wholes   what each of them cost in all, also by the work of others
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    picos: tuple[int, ...]
    in_all: int
    pico_in_all: int
    wholes: tuple[int, ...] = ()


def contacts_of(costed: CostedBook, question: Slice) -> int:
    """How many contacts a slice has, from the sums: no row is looked at where cubes tell it."""
    return sum(cell.offered for cell in costed.cells(replace(question, by=(), asked=(), grain="whole"))[0])


def contact_page(
    costed: CostedBook, question: Slice, *, sort: str = "-cost", first: int = 0, rows: int = 50
) -> ContactPage:
    """`rows` contacts of a slice from place `first` on (0 = the first) in the order of `sort`.

    sort  a key of ORDERS, "-" before it = the largest first; unknown comes last
    """
    _price(costed, question)
    filled = costed.book.filled("contacts")
    columns = tuple(c for c in SHOWN if c in filled)
    order = f"{ORDERS[sort.removeprefix('-')]} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST"
    chosen = costed.con.execute(
        f"SELECT row_id, CAST(pico AS HUGEINT), month FROM {_TABLE} "
        f"ORDER BY {order}, row_id LIMIT {int(rows)} OFFSET {int(first)}"
    ).fetchall()
    told = costed.con.execute(
        f"SELECT count(*), CAST(coalesce(sum(pico), 0) AS HUGEINT) FROM {_TABLE}"
    ).fetchone()
    assert told is not None
    known = _details(costed, columns, {row_id: month for row_id, _, month in chosen})
    # Handlings of a contact that is in no table have a cost, and nothing else to tell.
    nothing = (None,) * len(columns)
    return ContactPage(
        columns,
        tuple(known.get(row_id, nothing) for row_id, _, _ in chosen),
        tuple(int(pico) for _, pico, _ in chosen),
        int(told[0]),
        int(told[1]),
        _wholes(costed, question, [row_id for row_id, _, _ in chosen]) if question.where else (),
    )


def _wholes(costed: CostedBook, question: Slice, rows: list[int | None]) -> tuple[int, ...]:
    """What some contacts cost whoever worked on them, also in the months beside the span."""
    ids = ", ".join(str(int(i)) for i in rows if i is not None)
    if not ids:
        return (0,) * len(rows)
    near = Period(add_months(question.months.start, -1), add_months(question.months.end, 1))
    kept = costed.kept_rows.rows([], near) if costed.kept_rows else None
    if kept is not None:
        source = f"(SELECT {CONTACT} AS row_id, {price(question.basis)} AS pico FROM {kept})"
    else:
        source = priced_contacts(
            costed, replace(question, span=near, where=(), by=(), asked=()), ("contact_id",)
        )
    found = costed.con.execute(
        f"SELECT row_id, CAST(sum(pico) AS HUGEINT) FROM {source} WHERE row_id IN ({ids}) GROUP BY 1"
    ).fetchall()
    known = {row_id: int(pico) for row_id, pico in found}
    return tuple(0 if row_id is None else known.get(row_id, 0) for row_id in rows)


def _price(costed: CostedBook, question: Slice) -> None:
    """Make the table of a slice's contacts with their cost, unless it is there."""
    question = replace(question, by=(), asked=(), grain="whole")
    if _priced.get(costed) == question:
        return
    found = _kept(costed, question) or _anew(costed, question)
    _priced.pop(costed, None)
    costed.con.execute(f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS {found}")
    _priced[costed] = question


def _kept(costed: CostedBook, question: Slice) -> str | None:
    """SQL of row_id, pico, started_at, handle_s, month of each contact, from rows kept with their price."""
    columns = [c for c in question.columns() if c != "pool"]
    rows = costed.kept_rows.rows(columns, question.months) if costed.kept_rows else None
    if rows is None:
        return None
    return (
        f"SELECT {CONTACT} AS row_id, sum({price(question.basis)}) AS pico, "
        f"any_value({STARTED}) AS started_at, any_value({HANDLE}) AS handle_s, "
        f"any_value({CONTACT_MONTH}) AS month "
        f"FROM {rows} WHERE {question.inside()} GROUP BY {CONTACT}"
    )


def _anew(costed: CostedBook, question: Slice) -> str:
    """The same of contacts that are priced now."""
    here = [c for c in ("started_at", "handle_s") if c in costed.book.columns("contacts")]
    fields = ", ".join(c if c in here else f"NULL AS {c}" for c in ("started_at", "handle_s"))
    source = priced_contacts(costed, question, tuple(here))
    return f"SELECT row_id, pico, {fields}, NULL::DATE AS month FROM {source}"


def _details(
    costed: CostedBook, columns: tuple[str, ...], rows: dict[int | None, date | None]
) -> dict[int | None, tuple[object, ...]]:
    """The columns of some contacts by their row; rows: each with its month, None = it may be any."""
    ids = [row_id for row_id in rows if row_id is not None]
    if not ids:
        return {}
    months = [month for month in rows.values() if month]
    first, last = (min(months), max(months)) if len(months) == len(rows) else (None, None)
    contacts = costed.book.relation(
        "contacts", list(dict.fromkeys(["row_id", *columns])), first=first, last=last
    )
    fields = ", ".join(map(quote, columns))
    listed = ", ".join(str(int(i)) for i in ids)
    found = costed.con.execute(
        f"SELECT row_id, {fields} FROM {contacts} WHERE row_id IN ({listed})"
    ).fetchall()
    return {row_id: tuple(values) for row_id, *values in found}
