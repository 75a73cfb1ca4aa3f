# SPDX-License-Identifier: Apache-2.0
"""Single contacts of a slice, a page at a time: priced once a slice, then only put in another order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from percontact.costing.contact_cost import SHOWN, priced_contacts
from percontact.costing.slice import Slice
from percontact.records.dialect import quote

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
    picos    what each of the rows cost
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    picos: tuple[int, ...]
    in_all: int
    pico_in_all: int


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
        f"SELECT row_id, CAST(pico AS HUGEINT) FROM {_TABLE} "
        f"ORDER BY {order}, row_id LIMIT {int(rows)} OFFSET {int(first)}"
    ).fetchall()
    told = costed.con.execute(
        f"SELECT count(*), CAST(coalesce(sum(pico), 0) AS HUGEINT) FROM {_TABLE}"
    ).fetchone()
    assert told is not None
    known = _details(costed, columns, [row_id for row_id, _ in chosen])
    return ContactPage(
        columns,
        tuple(known[row_id] for row_id, _ in chosen),
        tuple(int(pico) for _, pico in chosen),
        int(told[0]),
        int(told[1]),
    )


def _price(costed: CostedBook, question: Slice) -> None:
    """Make the table of a slice's contacts with their cost, unless it is there."""
    question = replace(question, by=(), asked=(), grain="whole")
    if _priced.get(costed) == question:
        return
    here = [c for c in ("started_at", "handle_s") if c in costed.book.columns("contacts")]
    fields = ", ".join(
        ["row_id", "pico", *(f"{c}" if c in here else f"NULL AS {c}" for c in ("started_at", "handle_s"))]
    )
    source = priced_contacts(costed, question, tuple(here))
    _priced.pop(costed, None)
    costed.con.execute(f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS SELECT {fields} FROM {source}")
    _priced[costed] = question


def _details(costed: CostedBook, columns: tuple[str, ...], ids: list[int]) -> dict[int, tuple[object, ...]]:
    """The columns of some contacts by their row."""
    if not ids:
        return {}
    contacts = costed.book.relation("contacts", list(dict.fromkeys(["row_id", *columns])))
    fields = ", ".join(map(quote, columns))
    listed = ", ".join(str(int(i)) for i in ids)
    rows = costed.con.execute(
        f"SELECT row_id, {fields} FROM {contacts} WHERE row_id IN ({listed})"
    ).fetchall()
    return {row_id: tuple(values) for row_id, *values in rows}
