# SPDX-License-Identifier: Apache-2.0
"""Cost to serve: whom the cost falls on, and that nothing of it is lost on the way."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.costing.costed import CostedBook
from percontact.costing.policy import textbook
from percontact.costing.slice import Slice
from percontact.metrics.served import Served, serve
from percontact.records.books import make_book
from percontact.values.money import PICO
from percontact.values.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))


def served(customers: list[str | None], amount: str = "100.00", *, by: str | None = None) -> Served:
    """One contact of each customer named, and a ledger of one line."""
    book = make_book(
        {
            "contacts": [
                {"contact_id": f"c{i}", "customer_id": c, "started_at": "2026-06-03 09:00:00"}
                for i, c in enumerate(customers)
            ],
            "customers": [
                {"customer_id": "u", "joined_on": "2026-01-01", "segment": "home"},
                {"customer_id": "v", "joined_on": "2026-01-01", "segment": "trade"},
                {"customer_id": "w", "joined_on": "2026-01-01", "segment": "trade"},
            ],
            "ledger": [
                {"line_id": "x", "account": "pay", "period_start": "2026-06-01", "period_end": "2026-07-01",
                 "amount": amount}
            ],
        }
    )  # fmt: skip
    return serve(CostedBook(book, textbook()), Slice(JUNE, basis="full"), by=by)


def test_the_dearest_fifth_is_told_with_its_share() -> None:
    """10 contacts at 10.00: customer u has 6, four others one each; a fifth of 5 customers is one of them."""
    found = served(["u"] * 6 + ["a", "b", "c", "d"])
    assert (found.customers, found.pico) == (5, 100 * PICO)
    assert found.dearest[-1] == (Fraction(1, 5), 1, 60 * PICO)
    assert found.top[0].name == "u"


def test_contacts_that_name_nobody_are_left_out_and_told() -> None:
    found = served(["u", "u", None, None])
    assert (found.customers, found.pico, found.nameless, found.nameless_contacts) == (
        1,
        50 * PICO,
        50 * PICO,
        2,
    )


def test_a_segment_has_its_served_and_its_known_customers() -> None:
    """Of two trade customers one got in touch; one that the table does not know has no segment."""
    found = served(["u", "v", "v", "stranger"], by="segment")
    told = {g.name: (g.customers, g.known, g.contacts, g.pico // PICO) for g in found.groups}
    assert told == {"home": (1, 1, 1, 25), "trade": (1, 2, 2, 50), None: (1, 0, 1, 25)}


@pytest.mark.slow
@given(st.lists(st.sampled_from(["u", "v", "w", "x", None]), min_size=1, max_size=30))
def test_named_and_nameless_cost_is_all_the_cost(customers: list[str | None]) -> None:
    found = served(customers, "99.99", by="segment")
    assert found.pico + found.nameless == 9999 * PICO // 100
    assert sum(g.pico for g in found.groups) == found.pico
    shares = [cost for _, _, cost in found.dearest]
    assert shares == sorted(shares)


def test_customers_are_grouped_by_what_their_contacts_are_about() -> None:
    """
    u asks twice about desks and once about lamps, v once about lamps; 25 EUR each. u stands in both lines.
    The dearest fifth of one or two customers is one: all of desks, half of lamps.
    """
    rows = [("u", "desk"), ("u", "desk"), ("u", "lamp"), ("v", "lamp")]
    book = make_book(
        {
            "contacts": [
                {"contact_id": f"c{i}", "customer_id": c, "product": p, "started_at": "2026-06-03 09:00:00"}
                for i, (c, p) in enumerate(rows)
            ],
            "ledger": [
                {"line_id": "x", "account": "pay", "period_start": "2026-06-01", "period_end": "2026-07-01",
                 "amount": "100"}
            ],
        }
    )  # fmt: skip
    found = serve(CostedBook(book, textbook()), Slice(JUNE), by="product")
    told = {g.name: (g.customers, g.known, g.contacts, g.pico, g.dearest) for g in found.groups}
    assert told == {
        "desk": (1, None, 2, 50 * PICO, 50 * PICO), "lamp": (2, None, 2, 50 * PICO, 25 * PICO)
    }  # fmt: skip
