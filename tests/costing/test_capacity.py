# SPDX-License-Identifier: Apache-2.0
"""Capacity: what a group supplies in a month, and what follows where that is unknown, nothing, or too
little."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from percontact.costing import CostedBook
from percontact.records.books import Row
from percontact.values.money import from_pico
from percontact.values.period import Period

Cost = Callable[..., CostedBook]
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
MONTH = Period(JUNE, JULY)
POOL = "pools: {voice: {driver: handle_s, group: g}}\nrules: [{to: voice}]\n"


def measured(cost_of: Cost, name: str, month: date, *rows: Row, policy: str = POOL) -> Fraction | None:
    return cost_of(policy, capacity=list(rows)).capacity.measure("g", month, name)


def test_practical_hours_are_paid_hours_less_shrinkage(cost_of: Cost) -> None:
    """1,000 paid, shrinkage 0.30: 1,000 x (1 - 0.30) = 700, and not 1,000 / 1.30."""
    policy = POOL + "capacity: {shrinkage: {default: 0.30}}"
    assert measured(cost_of, "practical_h", JUNE, {"paid_h": 1000}, policy=policy) == 700


def test_a_measured_practical_capacity_stands_before_shrinkage(cost_of: Cost) -> None:
    """650 practical of 1,000 paid at shrinkage 0.30."""
    policy = POOL + "capacity: {shrinkage: {default: 0.30}}"
    assert measured(cost_of, "practical_h", JUNE, {"paid_h": 1000, "practical_h": 650}, policy=policy) == 650


def test_a_group_has_its_own_shrinkage_before_the_default(cost_of: Cost) -> None:
    """g 0.2, default 0.3; from July g 0.25."""
    policy = POOL + "capacity: {shrinkage: {default: 0.3, g: {2020-01-01: 0.2, 2026-07-01: 0.25}}}"
    july = {"period_start": "2026-07-01", "period_end": "2026-08-01", "paid_h": 1000}
    assert measured(cost_of, "practical_h", JUNE, {"paid_h": 1000}, policy=policy) == 800
    assert measured(cost_of, "practical_h", JULY, july, policy=policy) == 750


def test_paid_hours_without_shrinkage_give_no_practical_capacity(cost_of: Cost) -> None:
    """Unknown, not 1,000."""
    assert measured(cost_of, "practical_h", JUNE, {"paid_h": 1000}) is None


def test_hours_of_a_span_are_spread_over_its_days(cost_of: Cost) -> None:
    """610 h over June and July (61 days): 300 and 310. Two rows of a month add up."""
    span = {"period_end": "2026-08-01", "practical_h": 610}
    assert measured(cost_of, "practical_h", JUNE, span) == 300
    assert measured(cost_of, "practical_h", JULY, span, {"practical_h": 5}) == 310
    assert measured(cost_of, "practical_h", JUNE, span, {"practical_h": 5}) == 305


@pytest.mark.parametrize("name", ["fte", "heads", "seats"])
def test_people_and_seats_are_averages_of_a_month(cost_of: Cost, name: str) -> None:
    """
    9 until 20 June, 12 from then on: (20 x 9 + 10 x 12) / 30 = 10. A row of two months is 9 in each, not
    4.5.
    """
    first = {"period_end": "2026-06-21", name: 9}
    second = {"period_start": "2026-06-21", "period_end": "2026-07-01", name: 12}
    assert measured(cost_of, name, JUNE, first, second) == 10
    assert measured(cost_of, name, JULY, {"period_end": "2026-08-01", name: 9}) == 9


def test_a_month_that_no_row_speaks_of_is_unknown(cost_of: Cost) -> None:
    """June only."""
    assert measured(cost_of, "practical_h", JULY, {"practical_h": 5}) is None


def test_zero_hours_price_by_what_was_used(cost_of: Cost) -> None:
    """0 practical hours give no rate: 100 over 1 h and 3 h of work; nothing unused, nothing lost."""
    work = [{"handle_s": 3600}, {"handle_s": 10800}]
    costed = cost_of(POOL, contacts=work, capacity=[{"practical_h": 0}], ledger=[{}])
    (rate,) = costed.rates(MONTH)
    assert (from_pico(rate.assigned), rate.unused, rate.unassigned) == (100, 0, 0)


def test_zero_hours_and_no_work_leave_the_cost_without_owner(cost_of: Cost) -> None:
    """0 hours, no contact: 100 unassigned; it is no capacity that could be unused."""
    costed = cost_of(POOL, contacts=[{}], capacity=[{"practical_h": 0}], ledger=[{}])
    assert (str(costed.unused), str(costed.unassigned)) == ("EUR 0.00", "EUR 100.00")


def test_shared_cost_follows_what_capacity_says(cost_of: Cost) -> None:
    """Rooms by paid hours: 300 : 100 of 80 EUR; a pool without a group has no hours and takes nothing."""
    policy = """
pools:
  rooms: {driver: paid_h, to: [a, b, c]}
  a: {driver: handle_s, scope: {team: a}, group: ga}
  b: {driver: handle_s, scope: {team: b}, group: gb}
  c: {scope: {team: a}}
rules: [{to: rooms}]
"""
    work = [{"team": t, "handle_s": 60} for t in "ab"]
    hours = [{"group": "ga", "paid_h": 300}, {"group": "gb", "paid_h": 100}]
    costed = cost_of(policy, contacts=work, capacity=hours, ledger=[{"amount": "80"}])
    assert {r.pool: from_pico(r.cost) for r in costed.rates(MONTH)} == {"a": 60, "b": 20, "c": 0}
