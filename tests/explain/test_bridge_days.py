# SPDX-License-Identifier: Apache-2.0
"""The parts of a change by hand: opened by working days and accounts, from a plan, with their doubts."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from percontact.costing import Slice
from percontact.explain.bridging import build
from percontact.explain.days import days_of_some, working_days
from percontact.explain.doubts import doubts, missing_days
from percontact.explain.gather import WORKS
from percontact.explain.gather_plan import PLAN_PARTS, gather_plan
from percontact.values.period import Period
from tests.explain.two_months import (
    CHANNELS,
    JULY,
    JUNE,
    PEOPLE,
    Books,
    bridged,
    came,
    hours,
    paid,
    span,
    told,
)


def test_a_day_that_one_of_two_sites_has_off_is_half_a_working_day_however_large_the_site(
    cost_of: Books,
) -> None:
    """22 weekdays. Off: 4 June at North, 6 June, a Saturday, at South, 18 June everywhere: 20.5"""
    days = [("2026-06-04", "North"), ("2026-06-06", "South"), ("2026-06-18", None)]
    costed = cost_of(
        CHANNELS,
        contacts=[{**came(JUNE, 90, 60), "site": "North"}, {**came(JUNE, 10, 60), "site": "South"}],
        ledger=paid(["100", None]),
        calendar=[{"day": day, "site": site, "kind": "holiday"} for day, site in days],
    )
    assert working_days(costed, JUNE) == Fraction(41, 2)
    assert days_of_some(costed, [JUNE, JULY]) == ([date(2026, 6, 4)], ["North", "South"])


def test_volume_opens_by_working_days_and_contacts_of_one(cost_of: Books) -> None:
    """June 2026 has 22 working days, July 23, August 21; ten contacts a working day at 1.00."""
    ledger = [*paid(["2200", "2200"]), {**span(Period(date(2026, 8, 1), date(2026, 9, 1))), "amount": "2100"}]
    august = Period(date(2026, 8, 1), date(2026, 9, 1))
    costed = cost_of(
        CHANNELS,
        contacts=[came(JUNE, 220, 60), came(JULY, 220, 60), came(august, 210, 60)],
        ledger=[{**line, "account": "voice"} for line in ledger],
    )
    assert (working_days(costed, JUNE), working_days(costed, JULY)) == (22, 23)
    found = bridged(costed, per="total", before=JUNE, after=august, days=True)
    assert told(found) == {"volume": Decimal("-100.000000")}
    assert [(p.value, p.pico) for p in found.part("volume").pieces["calendar"]] == [
        ("working days", -100 * 10**12)
    ]


def test_a_part_opens_by_the_accounts_that_paid_for_it(cost_of: Books) -> None:
    """
    June  4,000 x 5 min, 24,000 min of capacity: pay 9,000.00 (0.375 a minute), bonus 3,000.00 (0.125)
    July  4,000 x 6 min                          pay 9,000.00 (0.375),          bonus 4,200.00 (0.175)
    wage  pay nothing; bonus 0.05 x 5.5 min = 0.275
    time  1 min more: pay 0.375, bonus (0.125 + 0.175) / 2 = 0.15
    """
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 360)],
        ledger=[
            {**span(when), "amount": amount, "account": account}
            for when, amount, account in (
                (JUNE, 9000, "pay"), (JUNE, 3000, "bonus"), (JULY, 9000, "pay"), (JULY, 4200, "bonus"),
            )
        ],
        capacity=hours(400, 400),
    )  # fmt: skip
    found = bridged(costed)
    opened = {p.name: {a.value: a.pico for a in p.pieces["account"]} for p in found.parts}
    assert opened == {
        "wage and price rates": {"bonus": 275 * 10**9},
        "handle time": {"pay": 375 * 10**9, "bonus": 150 * 10**9},
    }


def test_accounts_of_shared_cost_are_followed_to_the_part_they_move(cost_of: Books) -> None:
    """Rent 2,000.00 then 2,400.00 for 4,000 contacts, given by paid hours to people who cost 12,000.00."""
    policy = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
  rooms: {driver: paid_h, to: [people], because: hours}
rules:
  - {match: {account: "7*"}, to: rooms}
  - {to: people}
"""
    costed = cost_of(
        policy,
        contacts=[came(JUNE, 4000, 360), came(JULY, 4000, 360)],
        ledger=[
            {**span(when), "amount": amount, "account": account}
            for when, amount, account in (
                (JUNE, 12000, "6000"), (JUNE, 2000, "7000"), (JULY, 12000, "6000"), (JULY, 2400, "7000"),
            )
        ],
        capacity=[{**row, "paid_h": 500} for row in hours(400, 400)],
    )  # fmt: skip
    found = bridged(costed)
    assert told(found) == {"overhead": Decimal("0.100000")}
    assert [(a.value, a.pico) for a in found.part("overhead").pieces["account"]] == [("7000", 10**11)]


def test_a_plan_is_a_side_like_another(cost_of: Books) -> None:
    """
    planned  voice 100 at 5.00, chat 100 at 1.00: 3.00      came  voice 60 at 5.50, chat 140 at 1.00: 2.35
    """
    from percontact.costing import cost, parse_policy
    from percontact.records.books import make_book

    book = make_book(
        {
            "contacts": [
                {
                    "contact_id": c,
                    "started_at": "2026-06-15 09:00:00",
                    "channel": c,
                    "count": n,
                    "handle_s": n,
                }
                for c, n in (("voice", 60), ("chat", 140))
            ],
            "ledger": [
                {"line_id": a, "account": a, **span(JUNE), "amount": x}
                for a, x in (("voice", 330), ("chat", 140))
            ],
            "budgets": [
                {"budget": "b", **span(JUNE), "channel": c, "amount": x, "contacts": 100}
                for c, x in (("voice", 500), ("chat", 100))
            ],
        }
    )
    costed = cost(book, parse_policy(CHANNELS))
    question = Slice(JUNE, "whole", basis="full")
    found = gather_plan(costed, question, ("budget", "came"))
    made = build(found.leaves, found.terms, PLAN_PARTS, (), *found.ends, "contact", "EUR")
    # mix: -.2 x 5.25 + .2 x 1.00; cost of one: .40 x .50
    assert told(made) == {"channel mix": Decimal("-0.850000"), "cost of one contact": Decimal("0.200000")}


def test_a_renamed_cost_centre_is_named_as_ended_and_new(cost_of: Books) -> None:
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=[
            {**span(JUNE), "amount": 12000, "cost_centre": "CC-OLD"},
            {**span(JULY), "amount": 12000, "cost_centre": "CC-NEW"},
        ],
        capacity=hours(400, 400),
    )
    found = bridged(costed)
    assert told(found) == {}
    told_of = doubts(costed, (Slice(JUNE, "whole"), Slice(JULY, "whole")), WORKS)
    assert [(o.side, o.cost_centre) for o in told_of.one_sided] == [(0, "CC-OLD"), (1, "CC-NEW")]


def test_lines_still_to_come_are_told_by_how_late_the_last_ones_were(cost_of: Books) -> None:
    """Of June, 3,000 of 12,000 was booked 40 days after its end; July is 10 days old."""
    costed = cost_of(
        PEOPLE,
        contacts=[came(JUNE, 4000, 300), came(JULY, 4000, 300)],
        ledger=[
            {**span(JUNE), "amount": 9000, "posted_on": "2026-06-30"},
            {**span(JUNE), "amount": 3000, "posted_on": "2026-08-10"},
            {**span(JULY), "amount": 9000, "posted_on": "2026-08-11"},
        ],
        capacity=hours(400, 400),
    )
    bridged(costed)
    late = doubts(costed, (Slice(JUNE, "whole"), Slice(JULY, "whole")), WORKS).late
    # July ended on the 1st of August (exclusive): ten days ago. June's second line came after forty.
    assert late is not None
    assert (late.days, late.pico, late.whole) == (10, 3000 * 10**12, 12000 * 10**12)


@pytest.mark.parametrize(
    ("lacking", "told_of"), [((3,), (3,)), ((6, 7, 13, 14, 20, 21, 27, 28), ()), ((), ())]
)
def test_a_usual_day_without_contacts_is_a_gap_and_a_weekend_is_none(
    lacking: tuple[int, ...], told_of: tuple[int, ...]
) -> None:
    """June 2026: the 3rd is a Wednesday, the 6th and 7th a weekend."""
    seen = {date(2026, 6, d) for d in range(1, 31) if d not in lacking}
    assert missing_days(JUNE, seen) == tuple(date(2026, 6, d) for d in told_of)
