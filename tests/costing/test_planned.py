# SPDX-License-Identifier: Apache-2.0
"""What was planned for a span: by days, by channel and team, and never two plans for one thing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from percontact.costing import Condition
from percontact.costing.planned import Plan, plan_of, planned_months
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
EURO = 10**12


def plan(*rows: dict[str, object], span: Period = JUNE, where: tuple[Condition, ...] = ()) -> Plan:
    """Rows of budgets of June, 300 EUR for 30 contacts unless they say otherwise."""
    usual = {"budget": "plan", "period_start": "2026-06-01", "period_end": "2026-07-01"}
    book = make_book({"budgets": [{**usual, **r} for r in rows]} if rows else {})
    return plan_of(connect(), book, span, where)


def test_a_plan_is_spread_over_its_days() -> None:
    """300 EUR and 30 contacts for June: 10 days of it are 100 EUR and 10 contacts."""
    ten = Period(date(2026, 6, 11), date(2026, 6, 21))
    assert plan({"amount": 300, "contacts": 30}, span=ten) == Plan(100 * EURO, Fraction(10))


def test_cost_and_contacts_may_be_planned_apart() -> None:
    """200 EUR of salaries, 100 of software, 30 contacts on a row of their own."""
    rows = ({"account": "6100", "amount": 200}, {"account": "6300", "amount": 100}, {"contacts": 30})
    assert plan(*rows) == Plan(300 * EURO, Fraction(30))


def test_what_is_not_planned_is_unknown_and_not_nothing() -> None:
    """Cost without contacts; no row for the span; no budget; a reason, which budgets do not know."""
    assert plan({"amount": 300}).contacts is None
    july = Period(date(2026, 7, 1), date(2026, 8, 1))
    assert plan({"amount": 300}, span=july).missing == "no budget for this span"
    assert plan().missing == "no budget imported"
    reason = (Condition("reason", ("billing",)),)
    assert "channel and team" in plan({"amount": 300}, where=reason).missing


def test_two_plans_for_the_same_days_are_not_added_up() -> None:
    """Versions 1 and 2 of one budget for June; one version of a first and one of a second half add up."""
    told = plan({"version": "1", "amount": 300}, {"version": "2", "amount": 320})
    assert told.pico is None
    assert told.missing.startswith("plan 1 and plan 2 plan the same days twice")
    halves = plan(
        {"version": "1", "amount": 150, "period_end": "2026-06-16"},
        {"version": "2", "amount": 160, "period_start": "2026-06-16"},
    )
    assert halves.pico == 310 * EURO


def test_a_condition_on_a_team_takes_its_plan() -> None:
    """200 EUR for north, 100 for south."""
    rows = ({"team": "north", "amount": 200}, {"team": "south", "amount": 100})
    assert plan(*rows, where=(Condition("team", ("south",)),)).pico == 100 * EURO


def test_months_are_planned_each_by_its_own_days_and_not_where_two_plans_meet() -> None:
    """A quarter of 91 days at 910 EUR for 91 contacts: 30, 31, 30; a rival of May leaves May out."""
    quarter = {"budget": "plan", "period_start": "2026-04-01", "period_end": "2026-07-01", "version": "1"}
    rows = [{**quarter, "amount": 910, "contacts": 91}]
    book = make_book({"budgets": rows})
    span = Period(date(2026, 4, 1), date(2026, 7, 1))
    by_month = {4: 30, 5: 31, 6: 30}
    assert planned_months(connect(), book, span) == {
        date(2026, m, 1): (n * 10 * EURO, Fraction(n)) for m, n in by_month.items()
    }
    may = {**quarter, "period_start": "2026-05-01", "period_end": "2026-06-01", "version": "2"}
    two = make_book({"budgets": [*rows, {**may, "amount": 1, "contacts": 1}]})
    assert [m.month for m in planned_months(connect(), two, span)] == [4, 6]
    assert planned_months(connect(), book, span, (Condition("reason", ("billing",)),)) == {}
