# SPDX-License-Identifier: Apache-2.0
"""Cost to serve by customer: who cost most, how concentrated it is, and what each segment costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.reconcile import check_answer
from percontact.costing.slice import Slice
from percontact.records.dialect import quote

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

DEAREST = (Fraction(1, 100), Fraction(5, 100), Fraction(20, 100))
"""Parts of the customers, dearest first, whose share of cost is told."""
SEGMENTS = ("segment", "plan", "country")
"""Columns of customers that they can be grouped by."""


@dataclass(frozen=True, slots=True)
class ServedGroup:
    """Customers alike in a column, or one customer.

    customers  how many got in touch; known: how many the Book knows of, in touch or not (0 = none)
    """

    name: str | None
    customers: int
    known: int
    contacts: int
    pico: int


@dataclass(frozen=True, slots=True)
class Served:
    """Cost to serve over a span.

    customers  different customers who got in touch;  pico: the cost of their contacts
    nameless   cost of contacts that name no customer: left out of what follows, and said
    dearest    (part of the customers, how many they are, their cost), for each of DEAREST
    groups     by the column asked, dearest first; top: single customers, dearest first
    """

    customers: int
    contacts: int
    pico: int
    nameless: int
    nameless_contacts: int
    dearest: tuple[tuple[Fraction, int, int], ...]
    groups: tuple[ServedGroup, ...]
    top: tuple[ServedGroup, ...]


def serve(costed: CostedBook, question: Slice, *, by: str | None = None, top: int = 10) -> Served:
    """Who was served at what cost, over a whole span and under its conditions.

    by  one of SEGMENTS, or None
    Raises FaultOfOurs E-REC-01 when the customers' cost is not what was assigned, to the pico.
    """
    asked = replace(question, grain="whole", by=("customer_id",), asked=())
    table = costed.answer(asked, name="served")
    con = costed.con
    ((total,),) = con.execute(f"SELECT coalesce(sum(pico), 0) FROM {table}").fetchall()
    check_answer(asked, costed.assigned_on(asked.months, asked.basis), int(total))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE served_customer AS
        SELECT d0 AS customer_id, handled, pico, row_number() OVER (ORDER BY pico DESC, d0) AS place
        FROM {table} WHERE inside AND d0 IS NOT NULL
    """)
    ((nameless, nameless_contacts),) = con.execute(
        f"SELECT coalesce(sum(pico), 0), coalesce(sum(handled), 0) FROM {table} WHERE inside AND d0 IS NULL"
    ).fetchall()
    ((customers, contacts, pico),) = con.execute(
        "SELECT count(*), coalesce(sum(handled), 0), coalesce(sum(pico), 0) FROM served_customer"
    ).fetchall()
    dearest = []
    for part in DEAREST:
        # Rounded up: the dearest 1% of 50 customers is one of them, not none.
        first = -(-customers * part.numerator // part.denominator)
        ((cost,),) = con.execute(
            "SELECT coalesce(sum(pico), 0) FROM served_customer WHERE place <= ?", [first]
        ).fetchall()
        dearest.append((part, int(first), int(cost)))
    rows = con.execute(
        "SELECT customer_id, handled, pico FROM served_customer ORDER BY place LIMIT ?", [top]
    ).fetchall()
    return Served(
        customers=customers,
        contacts=int(contacts),
        pico=int(pico),
        nameless=int(nameless),
        nameless_contacts=int(nameless_contacts),
        dearest=tuple(dearest),
        groups=_groups(costed, by) if by else (),
        top=tuple(ServedGroup(name, 1, 1, int(n), int(p)) for name, n, p in rows),
    )


def _groups(costed: CostedBook, by: str) -> tuple[ServedGroup, ...]:
    """The customers served by a column of the table of customers, and how many of each the Book knows."""
    customers = costed.book.relation("customers", ["customer_id", by])
    rows = costed.con.execute(f"""
        SELECT k.{quote(by)} AS name, count(s.customer_id), count(k.customer_id),
               coalesce(sum(s.handled), 0), coalesce(sum(s.pico), 0)
        FROM served_customer s FULL JOIN {customers} k ON k.customer_id = s.customer_id
        GROUP BY ALL ORDER BY 5 DESC, 1
    """).fetchall()
    return tuple(ServedGroup(name, served, known, int(n), int(p)) for name, served, known, n, p in rows)
