# SPDX-License-Identifier: Apache-2.0
"""Every shipped metric of cost, against the slow costing by another hand, on any book and policy at all.

The oracle knows nothing of cards, cells or SQL: it is Python over the rows of work and what each costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from percontact.costing import CostedBook, Slice
from percontact.costing.policy import OUTSIDE
from percontact.metrics import catalogue, measure
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.period import Period, periods

Worlds = Callable[..., st.SearchStrategy[Any]]
Priced = Sequence[tuple[dict[str, Any], Fraction]]
CARDS = {c.metric: c for c in catalogue().values() if c.kind == "cost"}
fewer = settings(max_examples=max(10, settings.default.max_examples // 3))


def spent(rows: Priced) -> Fraction:
    return sum((cost for _, cost in rows), Fraction(0))


def handled(rows: Priced) -> int:
    return sum(r["contacts"] for r, _ in rows)


def over(cost: Fraction, of: Fraction | int) -> Fraction | None:
    return cost / of if of else None


def that(rows: Priced, test: Callable[[dict[str, Any]], object]) -> Priced:
    return [(r, cost) for r, cost in rows if test(r)]


def per_name(rows: Priced, column: str) -> Fraction | None:
    """Cost of the rows that name one, over how many different ones they name."""
    named = that(rows, lambda r: r[column] is not None)
    return over(spent(named), len({r[column] for r, _ in named}))


def settled(r: dict[str, Any]) -> bool:
    return r["outcome"] == "resolved"


ORACLE: dict[str, Callable[[Priced], Fraction | None]] = {
    "cost_per_assisted_contact": lambda rows: (
        lambda mine: over(spent(mine), handled(mine))
    )(that(rows, lambda r: r["actor"] in ("agent", "back_office"))),
    "cost_per_call": lambda rows: (
        lambda mine: over(spent(mine), handled(mine))
    )(that(rows, lambda r: r["channel"] == "voice")),
    "cost_per_case": lambda rows: per_name(rows, "case_id"),
    "cost_per_contact": lambda rows: over(spent(rows), handled(rows)),
    "cost_per_handle_minute": lambda rows: over(
        spent(rows), sum((Fraction(str(r["handle_s"])) for r, _ in rows), Fraction(0)) / 60
    ),
    "cost_per_resolution": lambda rows: over(spent(rows), handled(that(rows, settled))),
    "cost_per_verified_resolution": lambda rows: over(
        spent(rows), handled(that(rows, lambda r: settled(r) and not r["followed"]))
    ),
    "cost_to_serve": lambda rows: per_name(rows, "customer_id"),
    "failure_demand_cost": lambda rows: spent(that(rows, lambda r: r["reason"] == "refund")),
    "repeat_contact_cost": lambda rows: spent(that(rows, lambda r: r["repeat"])),
    "total_cost": spent,
}  # fmt: skip
BY_POOL = {"unused_capacity_cost", "unassigned_cost"}


def marked(rows: Priced, contacts: Sequence[dict[str, Any]]) -> Priced:
    """The rows with whether their contact is a repeat, and whether the customer comes back."""
    known = [c for c in contacts if c["count"] == 1 and c["customer_id"] and c["reason"]]
    window = timedelta(days=7)
    marks: dict[object, dict[str, bool]] = {}
    for c in known:
        at: datetime = c["started_at"]
        place = contacts.index(c)
        same = [
            (o["started_at"], contacts.index(o)) for o in known
            if (o["customer_id"], o["reason"]) == (c["customer_id"], c["reason"]) and o is not c
        ]  # fmt: skip
        marks[c["contact_id"]] = {
            "repeat": any(o < (at, place) and at - o[0] <= window for o in same),
            "followed": any(o > (at, place) and o[0] - at <= window for o in same),
        }
    nothing = {"repeat": False, "followed": False}
    return [({**r, **marks.get(r["contact_id"], nothing)}, cost) for r, cost in rows]


def test_every_metric_of_cost_has_an_oracle() -> None:
    assert {*ORACLE, *BY_POOL} == set(CARDS)


@fewer
@given(st.data())
def test_a_metric_of_cost_is_what_a_slow_costing_says(
    worlds: Worlds, oracle: Callable[[Any], Any], data: st.DataObject
) -> None:
    """Each month and the whole span, on basis used; a month without ledger lines costs nobody knows what."""
    world = data.draw(worlds(concurrent=False))
    world = replace(world, policy=replace(world.policy, failure_reasons=("refund",)))
    world.cost()  # leaves worlds out whose shared cost goes round in a circle
    told, book = oracle(world), make_book(world.tables, timezone=world.timezone)
    if not book.has("contacts"):
        return
    costed = CostedBook(book, world.policy)
    panel = measure(
        list(CARDS.values()), Slice(world.span), con=connect(), book=book, policy=world.policy,
        costed=lambda: costed,
    )  # fmt: skip
    rows = marked(told.rows, world.tables["contacts"])
    paid = {m for _, m in told.costs}
    scale = max([abs(c) for c in told.costs.values()] or [Fraction(1)])
    tolerance = Fraction(1, 10**6) * max(1, scale / 10**9)

    def near(found: Fraction | None, expected: Fraction | None, what: object) -> None:
        assert (found is None) == (expected is None), (what, found, expected)
        if found is not None and expected is not None:
            # A rate is a whole number of 1e-12: its rounding grows where few seconds divide much money.
            assert abs(found - expected) <= tolerance * max(1, abs(expected)), (what, found, expected)

    def mine(months: Sequence[Period]) -> Priced:
        return [(r, cost) for r, cost in rows if any(r["month"] in m for m in months)]

    every = list(periods(world.span, "month"))
    known = [m for m in every if m.start in paid]
    for metric, expect in ORACLE.items():
        if expect([]) is None and not mine(known):
            continue
        for month in every:
            figure = panel.figures[metric].get((month.start, ()))
            if figure is not None:
                near(figure.value, expect(mine([month])) if month in known else None, (metric, month))
        total = panel.totals[metric]
        if known and total.marks == ("unknown",) and not CARDS[metric].per:
            # No contact at all names what it would be told by.
            assert not any(r["customer_id"] and r["reason"] for r in world.tables["contacts"]), metric
            continue
        near(total.value, expect(mine(known)) if known else None, metric)
    for month in known:
        unused = sum((c for (_, m), c in told.unused.items() if m == month.start), Fraction(0))
        ledger = sum(
            (c for (p, m), c in told.costs.items() if m == month.start and p != OUTSIDE), Fraction(0)
        )
        place = (month.start, ())
        near(panel.figures["unused_capacity_cost"][place].value, unused, ("unused", month))
        near(panel.figures["unassigned_cost"][place].value, ledger - unused - spent(mine([month])), month)
