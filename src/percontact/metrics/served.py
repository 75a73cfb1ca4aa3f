# SPDX-License-Identifier: Apache-2.0
"""Cost to serve by customer: who cost most, how concentrated it is, and what each segment costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.customers import customer_attributes, customers_sql
from percontact.costing.reconcile import check_answer
from percontact.costing.slice import Slice
from percontact.records.dialect import quote

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

DEAREST = (Fraction(1, 100), Fraction(5, 100), Fraction(20, 100))
"""Parts of the customers, dearest first, whose share of cost is told."""


@dataclass(frozen=True, slots=True)
class ServedGroup:
    """Customers alike in what is known of them, or in what they got in touch about; or one customer.

    customers  how many got in touch
    known      how many the Book knows of, in touch or not; None where contacts are grouped, not customers
    dearest    cost of the dearest fifth of them
    """

    name: str | None
    customers: int
    known: int | None
    contacts: int
    pico: int
    dearest: int = 0


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

    by  an attribute of customers, or a dimension of contacts, or None
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
        groups=_groups(costed, asked, by) if by else (),
        top=tuple(ServedGroup(name, 1, 1, int(n), int(p)) for name, n, p in rows),
    )


def _groups(costed: CostedBook, asked: Slice, by: str) -> tuple[ServedGroup, ...]:
    """The customers served, by what is known of them or by what their contacts say."""
    known = ""
    if by in customer_attributes(costed.book):
        attributes = customers_sql(costed.book, [by])
        part = (
            f"SELECT s.*, k.{quote(by)} AS name FROM served_customer s "
            f"LEFT JOIN {attributes} k ON k.customer_id = s.customer_id"
        )
        known = f"SELECT {quote(by)} AS name, count(*) AS known FROM {attributes} GROUP BY ALL"
    else:
        table = costed.answer(replace(asked, by=("customer_id", by)), name="served_part")
        fields = "d0 AS customer_id, d1 AS name, handled, pico"
        part = f"SELECT {fields} FROM {table} WHERE inside AND d0 IS NOT NULL"
    placed = (
        "SELECT *, row_number() OVER (PARTITION BY name ORDER BY pico DESC, customer_id) AS rank_of, "
        f"count(*) OVER (PARTITION BY name) AS many FROM ({part})"
    )
    # A fifth, rounded up: of four customers it is one.
    sums = (
        "SELECT name, count(customer_id) AS customers, sum(handled) AS handled, sum(pico) AS pico, "
        "sum(pico) FILTER (rank_of <= (many + 4) // 5) AS dearest "
        f"FROM ({placed}) GROUP BY name"
    )
    joined = f"FULL JOIN ({known}) k ON k.name IS NOT DISTINCT FROM s.name" if known else ""
    name, count = ("coalesce(s.name, k.name)", "coalesce(k.known, 0)") if known else ("s.name", "NULL")
    rows = costed.con.execute(f"""
        SELECT CAST({name} AS VARCHAR) AS name, coalesce(s.customers, 0), {count}, coalesce(s.handled, 0),
               coalesce(s.pico, 0), coalesce(s.dearest, 0)
        FROM ({sums}) s {joined} ORDER BY 5 DESC, 1
    """).fetchall()
    return tuple(ServedGroup(n, served, told, int(c), int(p), int(d)) for n, served, told, c, p, d in rows)
