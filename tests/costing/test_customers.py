# SPDX-License-Identifier: Apache-2.0
"""Cost and metrics by what is known of the customer: each contact once, whoever it names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import Condition, CostedBook, Slice, textbook
from percontact.costing.policy_file import parse_policy
from percontact.metrics import catalogue, measure
from percontact.records.book import Book
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.money import from_pico
from percontact.values.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
WHO = ("firm", "firm", "home", "home", "home", "stranger", None)


def book(**more: object) -> Book:
    """
    contacts   June, 7 of 60 s: 2 of customer firm, 3 of home, 1 of a stranger, 1 of nobody knows whom
    customers  firm: business, then (landed later) enterprise; home: private, plan plus
    cases      one of firm; surveys: one about a contact of home, score 5 of 5
    ledger     70 EUR
    """
    contacts = [
        {"contact_id": f"c{i}", "started_at": f"2026-06-0{i + 1} 09:00:00", "channel": "voice",
         "customer_id": who, "handle_s": 60, **more} for i, who in enumerate(WHO)
    ]  # fmt: skip
    joined = {"joined_on": "2026-01-01"}
    customers = [
        {"customer_id": "firm", "segment": "business", **joined},
        {"customer_id": "home", "segment": "private", "plan": "plus", **joined},
        {"customer_id": "firm", "segment": "enterprise", **joined},
    ]
    ledger = [{"line_id": "1", "account": "6100", "period_start": "2026-06-01", "period_end": "2026-07-01",
               "amount": "70"}]  # fmt: skip
    cases = [{"case_id": "k", "customer_id": "firm", "opened_at": "2026-06-01 09:00:00"}]
    surveys = [{"survey_id": "s", "contact_id": "c2", "kind": "csat", "sent_at": "2026-06-03 10:00:00",
                "score": 5, "scale_min": 1, "scale_max": 5}]  # fmt: skip
    return make_book({"contacts": contacts, "customers": customers, "ledger": ledger, "cases": cases,
                      "surveys": surveys})  # fmt: skip


def cost_by(made: Book, *dims: str, where: tuple[Condition, ...] = ()) -> dict[object, tuple[Decimal, int]]:
    costed = CostedBook(made, textbook())
    cells = costed.cells(Slice(JUNE, "month", dims, where))[0]
    return {c.values if len(dims) > 1 else c.values[0]: (from_pico(c.pico), c.handled) for c in cells}


def test_cost_by_segment_takes_each_contact_once_and_the_segment_known_last() -> None:
    """10 EUR a contact. A customer with two rows makes no contact two; strangers have no segment."""
    assert cost_by(book(), "segment") == {
        "enterprise": (Decimal(20), 2), "private": (Decimal(30), 3), None: (Decimal(20), 2)
    }  # fmt: skip


def test_a_condition_on_the_customer_chooses_their_contacts() -> None:
    """plan=plus are the three of home; unknown plan the other four."""
    plus = (Condition("plan", ("plus",)),)
    assert cost_by(book(), "channel", where=plus) == {"voice": (Decimal(30), 3)}
    assert cost_by(book(), "channel", where=(Condition("plan", ("",)),)) == {"voice": (Decimal(40), 4)}


def test_what_a_contact_says_itself_stands_before_what_is_known_of_its_customer() -> None:
    """Contacts with a column segment of their own."""
    assert cost_by(book(segment="walk-in"), "segment") == {"walk-in": (Decimal(70), 7)}


def test_a_pool_may_be_for_a_segment() -> None:
    """40 EUR of account 6100 for enterprise customers only: their two contacts bear it."""
    policy = parse_policy("pools: {vip: {scope: {segment: enterprise}}}\nrules: [{to: vip}]")
    costed = CostedBook(book(), policy)
    cells = costed.cells(Slice(JUNE, "month", ("segment",)))[0]
    assert {c.values[0]: from_pico(c.pico) for c in cells} == {
        "enterprise": Decimal(70), "private": Decimal(0), None: Decimal(0)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("contacts_handled", {"enterprise": 2, "private": 3, None: 2}),
        ("cost_per_contact", {"enterprise": 10, "private": 10, None: 10}),
        ("customer_satisfaction", {"private": 1}),
        ("complaints_received", {"enterprise": 0}),
    ],
)
def test_metrics_by_segment(metric: str, expected: dict[object, int]) -> None:
    """Of contacts, of a survey by the contact it asks about, of a case by its own customer."""
    made = book()
    question, policy = Slice(JUNE, "month", ("segment",)), textbook()
    panel = measure(
        [catalogue()[metric]], question, con=connect(), book=made, policy=policy,
        costed=lambda: CostedBook(made, policy),
    )  # fmt: skip
    assert {v[0]: f.value for (_, v), f in panel.figures[metric].items()} == expected


def test_without_customers_there_is_no_such_dimension() -> None:
    """No table of customers: a segment is unknown by name."""
    made = make_book({"contacts": [{"contact_id": "a", "started_at": "2026-06-01 09:00:00"}]})
    assert "segment" not in CostedBook(made, textbook()).work.dimensions()
