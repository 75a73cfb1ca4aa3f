# SPDX-License-Identifier: Apache-2.0
"""The parts of a change by hand: each book changes one thing, and the bridge calls it by its name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from percontact.costing import CostedBook, Slice
from percontact.explain.bridge import Bridge
from percontact.explain.bridging import build
from percontact.explain.days import working_days
from percontact.explain.doubts import doubts, missing_days
from percontact.explain.gather import PARTS, WORKS, gather
from percontact.explain.gather_plan import PLAN_PARTS, gather_plan
from percontact.explain.prices import account_costs
from percontact.values.period import Period

JUNE, JULY = Period(date(2026, 6, 1), date(2026, 7, 1)), Period(date(2026, 7, 1), date(2026, 8, 1))
Row = dict[str, object]
Books = Callable[..., CostedBook]

PEOPLE = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
rules:
  - {to: people}
"""


def span(when: Period) -> Row:
    return {"period_start": when.start, "period_end": when.end}


def paid(amounts: Sequence[object], **more: object) -> list[Row]:
    """A ledger line of June and one of July."""
    return [
        {**span(when), "amount": a, **more}
        for when, a in zip((JUNE, JULY), amounts, strict=True)
        if a is not None
    ]


def hours(june: int, july: int, **more: object) -> list[Row]:
    return [{**span(when), "practical_h": h, **more} for when, h in ((JUNE, june), (JULY, july))]


def came(when: Period, count: int, each_s: int, **more: object) -> Row:
    return {
        "started_at": f"{when.start:%Y-%m}-15 09:00:00",
        "count": count,
        "handle_s": count * each_s,
        **more,
    }


def bridged(
    costed: CostedBook,
    *,
    by: tuple[str, ...] = ("channel",),
    basis: str = "used",
    per: str = "contact",
    before: Period = JUNE,
    after: Period = JULY,
    days: bool = False,
) -> Bridge:
    sides = tuple(Slice(s, "whole", by, (), basis) for s in (before, after))  # type: ignore[arg-type]
    found = gather(costed, (sides[0], sides[1]), ("before", "after"))
    ends = [e.divided(per, Fraction(1)) for e in found.ends]  # type: ignore[arg-type]
    if days:
        ends = [replace(e, days=working_days(costed, e.span)) for e in ends if e.span]
    accounts = account_costs(costed, [s.months for s in sides], sides[0].basis, found.components)
    made: Any = build(
        found.leaves,
        found.terms,
        PARTS,
        found.pools,
        *ends,
        per,
        "EUR",
        accounts=accounts,  # type: ignore[arg-type]
    )
    assert made.change == round(made.after.value - made.before.value)
    return made  # type: ignore[no-any-return]


def told(found: Bridge) -> dict[str, Decimal]:
    """Parts to six decimals."""
    return {p.name: round(Decimal(p.pico).scaleb(-12), 6) for p in found.parts}


def decimals(**parts: str) -> dict[str, Decimal]:
    return {name.replace("_", " "): Decimal(amount) for name, amount in parts.items()}


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


# -- mix --------------------------------------------------------------------------------------------

CHANNELS = """policy: 1
pools:
  voice: {driver: contacts, scope: {channel: [voice]}, because: price list}
  chat: {driver: contacts, scope: {channel: [chat]}, because: price list}
  email: {driver: contacts, scope: {channel: [email]}, because: price list}
rules:
  - {match: {account: voice}, to: voice, behaviour: variable}
  - {match: {account: chat}, to: chat, behaviour: variable}
  - {match: {account: email}, to: email, behaviour: variable}
"""


def test_volumes_and_prices_of_the_textbook_give_its_rate_and_mix(cost_of: Books) -> None:
    """
    volumes  2000 1000 3000 -> 3000 2000 500     prices  2 1 .5 -> 2.5 .9 .6      (domain.md, fixture 3)
    """
    rows = [("voice", 2000, 2, 3000, "2.5"), ("chat", 1000, 1, 2000, ".9"), ("email", 3000, ".5", 500, ".6")]
    ledger = [
        line for name, v, p, w, q in rows for line in paid([v * Decimal(p), w * Decimal(q)], account=name)
    ]
    contacts = [
        row
        for name, v, _, w, _ in rows
        for row in (came(JUNE, v, 60, channel=name), came(JULY, w, 60, channel=name))
    ]
    found = bridged(cost_of(CHANNELS, contacts=contacts, ledger=ledger))
    ends = [round(Decimal(round(e.value)).scaleb(-12), 6) for e in (found.before, found.after)]
    assert ends == [Decimal("1.083333"), Decimal("1.745455")]
    assert told(found) == {"channel mix": Decimal("0.439394"), "wage and price rates": Decimal("0.222727")}


def test_a_new_channel_is_all_mix_and_none_of_it_a_price(cost_of: Books) -> None:
    """voice 100 at 5.00 both months; chat new with 100 at 1.00: 5.00 -> 3.00."""
    costed = cost_of(
        CHANNELS,
        contacts=[
            came(JUNE, 100, 60),
            came(JULY, 100, 60),
            came(JULY, 100, 60, channel="chat"),
        ],
        ledger=[*paid(["500", "500"], account="voice"), *paid([None, "100"], account="chat")],
    )
    found = bridged(costed)
    assert told(found) == {"channel mix": Decimal("-2.000000")}
    states = {p.value: p.state for p in found.part("channel mix").pieces["channel"]}
    assert states == {"chat": "new", "voice": ""}


def test_a_shift_between_teams_is_mix_though_nobody_asked_for_teams(cost_of: Books) -> None:
    """
    two teams of equal handle time, one dearer; contacts move to the cheap one: no change of handle time
    """
    policy = """policy: 1
pools:
  north: {driver: handle_s, scope: {team: [north]}, group: n, because: pay}
  south: {driver: handle_s, scope: {team: [south]}, group: s, because: pay}
rules:
  - {match: {account: north}, to: north}
  - {match: {account: south}, to: south}
"""
    contacts = [
        came(when, n, 60, team=team)
        for when, of in ((JUNE, (300, 100)), (JULY, (100, 300)))
        for team, n in zip(("north", "south"), of, strict=True)
    ]
    costed = cost_of(
        policy,
        contacts=contacts,
        ledger=[*paid(["1200", "1200"], account="north"), *paid(["600", "600"], account="south")],
        capacity=[*hours(10, 10, group="n"), *hours(10, 10, group="s")],
    )
    # 2.00 a minute in the north, 1.00 in the south
    assert told(bridged(costed)) == {"team mix": Decimal("-0.500000")}


def test_second_line_work_on_contacts_of_other_teams_is_a_cost_of_those_above(cost_of: Books) -> None:
    """
    10 contacts of the first line, a minute each; the second line, with no contacts of its own, works on them:
    20 minutes, then 30; 1.00 a minute
    """
    policy = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
rules:
  - {to: people}
"""
    handlings = [
        {"contact_id": c, "started_at": f"2026-{m}-15 09:00:00", "team": team, "handle_s": s}
        for c, m, second in (("c1", "06", 1200), ("c2", "07", 1800))
        for team, s in (("first", 600), ("second", second))
    ]
    costed = cost_of(
        policy,
        contacts=[
            {"started_at": f"2026-{m}-15 09:00:00", "count": 10, "team": "first"} for m in ("06", "07")
        ],
        handlings=handlings,
        ledger=paid(["6000", "6000"]),
        capacity=hours(100, 100),
    )
    found = bridged(costed, by=("channel", "team"))
    assert told(found) == {"handle time": Decimal("1.000000")}
    assert [p.value for p in found.part("handle time").pieces["team"]] == ["second"]


# -- the calendar, the budget, the doubts --------------------------------------------------------------


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
