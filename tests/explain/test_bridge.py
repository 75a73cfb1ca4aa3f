# SPDX-License-Identifier: Apache-2.0
"""The parts of a change by hand: each book changes one price or one fixed cost, and the bridge names it."""

from decimal import Decimal

from tests.explain.two_months import JULY, JUNE, PEOPLE, Books, bridged, came, hours, paid, span, told

# -- prices -----------------------------------------------------------------------------------------


def test_a_wage_paid_in_zloty_is_a_rate_and_its_exchange_is_currency(cost_of: Books) -> None:
    """
    4,000 contacts x 5 min, 400 h     pay 48,000 PLN at .25, then 52,800 PLN at .24
    a minute: 2.00 -> 2.20 PLN        EUR .50 -> .528      a contact: 2.50 -> 2.64
    """
    fx = [
        {**span(when), "from_currency": "PLN", "to_currency": "EUR", "rate": rate}
        for when, rate in ((JUNE, ".25"), (JULY, ".24"))
    ]
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=paid(["48000", "52800"], currency="PLN"),
        capacity=hours(400, 400),
        fx=fx,
    )
    # 5 min x (.20 PLN x .245) and 5 min x (2.10 PLN x -.01)
    assert told(bridged(costed)) == {
        "wage and price rates": Decimal("0.245000"), "currency": Decimal("-0.105000"),
    }  # fmt: skip


def test_paid_hours_that_were_not_worked_are_told_apart_from_pay(cost_of: Books) -> None:
    """
    500 paid hours, 10,000 paid: 20 an hour, both months     practical 400 h, then 320 h (holidays)
    a minute: .41667 -> .52083                              a contact of 5 min: 2.08333 -> 2.60417
    """
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 3000, 300), came(JULY, 3000, 300)],
        ledger=paid(["10000", "10000"]),
        capacity=hours(400, 320, paid_h=500),
    )
    assert told(bridged(costed)) == {"paid time not worked": Decimal("0.520833")}


def test_an_ai_agent_that_charges_more_is_a_usage_price(cost_of: Books) -> None:
    """100 resolutions at 0.99, then 150 at 1.19; half of the contacts are resolved, then three quarters."""
    policy = """policy: 1
pools:
  ai: {driver: "usage:resolution", because: billed by resolution}
rules:
  - {to: ai, behaviour: variable}
"""
    costed = cost_of(
        policy,
        contacts=[came(JUNE, 200, 0, channel="ai_agent"), came(JULY, 200, 0, channel="ai_agent")],
        ledger=paid(["99", "178.50"]),
        usage=[
            {"used_at": "2026-06-15 09:00", "item": "resolution", "quantity": 100, "contact_id": "c1"},
            {"used_at": "2026-07-15 09:00", "item": "resolution", "quantity": 150, "contact_id": "c2"},
        ],
    )
    # 0.495 -> 0.8925: a quarter more at 1.09, and .20 more for .625
    assert told(bridged(costed)) == {
        "use per contact": Decimal("0.272500"), "AI and usage prices": Decimal("0.125000"),
    }  # fmt: skip


# -- fixed cost -------------------------------------------------------------------------------------


def test_the_same_rent_over_more_contacts_is_volume_over_fixed_cost(cost_of: Books) -> None:
    """All cost / contacts: 1,000 / 500 = 2.00, then 1,200 / 800 = 1.50."""
    costed = cost_of(contacts=[came(JUNE, 500, 60), came(JULY, 800, 60)], ledger=paid(["1000", "1200"]))
    # 200 x (1/500 + 1/800)/2, and 1,100 x (1/800 - 1/500)
    assert told(bridged(costed)) == {
        "volume over fixed cost": Decimal("-0.825000"), "overhead": Decimal("0.325000"),
    }  # fmt: skip


def test_total_cost_of_the_same_rent_is_moved_by_nothing(cost_of: Books) -> None:
    """1,000 both months; 500 contacts, then 800: what volume adds, spreading takes away."""
    costed = cost_of(contacts=[came(JUNE, 500, 60), came(JULY, 800, 60)], ledger=paid(["1000", "1000"]))
    found = bridged(costed, per="total")
    assert told(found) == {"volume": Decimal("487.500000"), "volume over fixed cost": Decimal("-487.500000")}
    assert found.change == 0


def test_what_shared_pools_give_is_overhead_wherever_it_lands(cost_of: Books) -> None:
    """
    400 h, 4,000 x 5 min: 20,000 of 24,000 min      rent 2,400, then 3,600: .10 -> .15 a minute
    """
    policy = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
  rooms: {driver: cost, to: [people], because: rooms}
rules:
  - {match: {account: "7*"}, to: rooms}
  - {to: people}
"""
    costed = cost_of(
        policy,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=[*paid(["12000", "12000"]), *paid(["2400", "3600"], account="7400")],
        capacity=hours(400, 400),
    )
    found = bridged(costed)
    assert told(found) == {"overhead": Decimal("0.250000")}
    assert [p.value for p in found.part("overhead").pieces["pool"]] == ["people"]


def test_a_correction_is_a_one_off_and_no_price(cost_of: Books) -> None:
    """12,000 both months, and a correction of 600 for July: 600 / 24,000 min x 5 = .125 a contact."""
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=[*paid(["12000", "12000"]), *paid([None, "600"], **{"class": "correction"})],
        capacity=hours(400, 400),
    )
    assert told(bridged(costed)) == {"one-offs and corrections": Decimal("0.125000")}


def test_unassigned_cost_stands_on_basis_full_under_its_own_name(cost_of: Books) -> None:
    """12,000 of pay both months; 400 that no rule claims in July: 400 / 4,000 = .10."""
    policy = PEOPLE.replace("- {to: people}", '- {match: {account: "6000"}, to: people}')
    costed = cost_of(
        policy,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=[*paid(["12000", "12000"]), *paid([None, "400"], account="9999")],
        capacity=hours(400, 400),
    )
    assert told(bridged(costed, basis="full")) == {"unassigned cost": Decimal("0.100000")}
    assert told(bridged(costed)) == {}
