# SPDX-License-Identifier: Apache-2.0
"""Opportunities in what is paid for and not used: idle hours, contracts, seats, queues, holds and wrap-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from percontact.costing.costed import CostedBook
from percontact.costing.slice import Slice
from percontact.costing.trail import trail
from percontact.explain.facts_of_work import WorkFacts
from percontact.explain.opportunities import opportunities
from percontact.explain.opportunity import Opportunity
from percontact.values.money import PICO
from percontact.values.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
CostOf = Callable[..., CostedBook]


def found(costed: CostedBook, kind: str) -> list[Opportunity]:
    facts = WorkFacts(costed, Slice(JUNE, "whole"))
    return [o for o in opportunities(facts, pseudonym=str) if o.kind == kind]


# -- callbacks -----------------------------------------------------------------------------------------------

PEOPLE = """
policy: 1
pools: {people: {driver: handle_s, because: test}}
rules: [{match: {account: "6*"}, to: people, because: test}]
repeat: {within_days: 7, same: [customer_id, reason], because: test}
"""


def calls(many: int, at: str, lost: int = 0, who: str = "") -> list[dict[str, object]]:
    """Calls of queue Q in one hour, 100 s each, each of another customer; the first `lost` give up."""
    return [
        {
            "started_at": f"{at}:{i % 60:02d}:00", "channel": "voice", "queue": "Q", "reason": "order",
            "customer_id": f"{who or at}-{i}",
            **({"outcome": "abandoned"} if i < lost else {"handle_s": 100, "outcome": "resolved"}),
        }
        for i in range(many)
    ]  # fmt: skip


def monday(at_eight: int, else_: int) -> list[dict[str, object]]:
    """
    Monday 1 June  08:00 to 12:00, 100 calls an hour; `at_eight` give up in the first hour, `else_` in each
                   other
    Tuesday 09:00  20 of those who gave up on Monday at eight call again
    Monday 29 June one call, so that it is known who came back in seven days
    """
    rows = calls(100, "2026-06-01 08", at_eight)
    for hour in ("09", "10", "11"):
        rows += calls(100, f"2026-06-01 {hour}", else_)
    return [*rows, *calls(20, "2026-06-02 09", who="2026-06-01 08"), *calls(1, "2026-06-29 12")]


def test_a_queue_that_loses_callers_in_one_hour_is_worth_the_calls_that_come_back(cost_of: CostOf) -> None:
    """
    calls   421, of them 50 + 3 x 5 = 65 give up and 356 are answered; 20 of the 65 come back
    ledger  3,560.00: 10.00 an answered call
    worth   50 lost at eight x 20/65 who come back x 10.00
    """
    costed = cost_of(PEOPLE, contacts=monday(50, 5), ledger=[{"amount": "3560"}])
    (one,) = found(costed, "callbacks")
    assert one.where == (("queue", ("Q",)), ("outcome", ("abandoned",)))
    assert (one.low, one.contacts, one.cashable) == (0, 65, 0)
    assert one.high == pytest.approx(50 * 20 / 65 * 10)
    assert "15.4% give up, 50.0% in its worst quarter of hours and 4.7% in the others" in one.says
    assert "31% of those who give up come back" in one.says


@pytest.mark.parametrize(
    ("at_eight", "else_", "why"),
    [(20, 20, "all hours lose alike"), (19, 0, "under 50 calls are lost"), (0, 0, "nobody gives up")],
)
def test_a_queue_without_worst_hours_is_left_alone(
    cost_of: CostOf, at_eight: int, else_: int, why: str
) -> None:
    costed = cost_of(PEOPLE, contacts=monday(at_eight, else_), ledger=[{"amount": "3560"}])
    assert found(costed, "callbacks") == [], why


def test_how_many_may_give_up_is_the_business_s_to_say(cost_of: CostOf) -> None:
    """15.4% give up; a desk that can live with 20% is told nothing."""
    own = PEOPLE + "opportunities: [{of: callbacks, abandoned: 0.20, because: agreed with sales}]\n"
    assert found(cost_of(own, contacts=monday(50, 5), ledger=[{"amount": "3560"}]), "callbacks") == []
    own = own.replace("0.20", "0.10")
    (one,) = found(cost_of(own, contacts=monday(50, 5), ledger=[{"amount": "3560"}]), "callbacks")
    assert one.assumed == ("from 10% giving up on a callback is worth a thought (agreed with sales)",)


# -- idle hours ----------------------------------------------------------------------------------------------

VOICE = """
policy: 1
pools: {people.voice: {driver: handle_s, scope: {team: [voice]}, group: Voice, because: test}}
rules: [{match: {account: "6*"}, to: people.voice, because: test}]
"""
HOURS = [{"group": "Voice", "period_start": "2026-06-01", "period_end": "2026-07-01", "practical_h": "400"}]


def voice(busy: int, last: int) -> list[dict[str, object]]:
    """Monday 1 June: `busy` calls of 5 min in each hour from 08:00 to 15:00, `last` from 15:00 to 16:00."""
    return [
        {
            "started_at": f"2026-06-01 {hour:02d}:00:00", "channel": "voice", "team": "Voice",
            "count": many, "handle_s": many * 300,
        }
        for hour, many in [*((h, busy) for h in range(8, 15)), (15, last)]
    ]  # fmt: skip


def test_idle_hours_are_priced_down_to_what_planners_fill(cost_of: CostOf) -> None:
    """
    capacity  400 h = 24,000 min for 12,000.00
    work      7 x 420 + 60 = 3,000 calls x 5 min = 15,000 min: 62.5% of the time
    worth     (1 - 0.625 / 0.80) x 12,000 = 2,625.00 to (1 - 0.625 / 0.88) x 12,000 = 3,477.27
    """
    costed = cost_of(VOICE, contacts=voice(420, 60), capacity=HOURS, ledger=[{"amount": "12000"}])
    (one,) = found(costed, "idle_capacity")
    assert one.low == pytest.approx(2625)
    assert one.high == pytest.approx(3477.27, abs=0.005)
    assert one.evidence["unused_cost"] == pytest.approx(12000 - 7500)
    assert (one.cashable, one.where, one.pool) == (0, (), "people.voice")
    assert one.says == (
        "Voice: 38% of 400 practical hours was not used; "
        "1 of 8 open hours of the week bring under a third of a busy one's work: Mon 15:00-16:00"
    )


def test_a_group_as_busy_as_planned_has_no_idle_hours(cost_of: CostOf) -> None:
    """7 x 560 + 80 = 4,000 calls x 5 min = 20,000 of 24,000 min: 83%."""
    costed = cost_of(VOICE, contacts=voice(560, 80), capacity=HOURS, ledger=[{"amount": "12000"}])
    assert found(costed, "idle_capacity") == []


def test_planned_occupancy_is_taken_from_the_policy_as_it_stood_then(cost_of: CostOf) -> None:
    """62.5% used. Until 1 June planners filled 90 to 95%, since then 75%: what holds on 30 June counts."""
    own = VOICE + (
        "opportunities:\n"
        "  - {of: idle_capacity, occupancy: [0.90, 0.95], until: 2026-06-01, because: old shifts}\n"
        "  - {of: idle_capacity, occupancy: [0.75, 0.75], from: 2026-06-01, because: the new shifts}\n"
    )
    costed = cost_of(own, contacts=voice(420, 60), capacity=HOURS, ledger=[{"amount": "12000"}])
    (one,) = found(costed, "idle_capacity")
    assert one.low == one.high == pytest.approx((1 - 0.625 / 0.75) * 12000)
    assert one.assumed == ("planners fill 75% to 75% of time (the new shifts)",)


# -- contracts and seats -------------------------------------------------------------------------------------


def test_a_contract_that_no_contact_used_is_all_at_stake(cost_of: CostOf) -> None:
    """
    ledger    people 10,000.00; a bot's licence 900.00
    contacts  of people only
    """
    policy = """
policy: 1
pools:
  people: {driver: handle_s, because: test}
  bot: {driver: contacts, scope: {channel: [bot]}, because: test}
rules:
  - {match: {account: "6*"}, to: people, because: test}
  - {match: {account: "7*"}, to: bot, because: test}
"""
    ledger = [{"account": "6000", "amount": "10000"}, {"account": "7000", "amount": "900"}]
    (one,) = found(cost_of(policy, contacts=voice(10, 10), ledger=ledger), "unused_contract")
    assert (one.low, one.high, one.cashable, one.pool) == (0, 900, 1, "bot")


SEATS = """
policy: 1
pools:
  people: {driver: handle_s, scope: {team: [Voice]}, group: Voice, because: test}
  desk: {driver: seats, to: [people], because: test}
rules:
  - {match: {account: "6*"}, to: people, because: test}
  - {match: {account: "7*"}, to: desk, because: test}
"""


@pytest.mark.parametrize(
    ("seats", "spare", "expected"),
    [("50", "0.10", (600, 1000)), ("50", "0", (1000, 1000)), ("44", "0.10", None), ("40", "0", None)],
)
def test_seats_without_people_are_counted_beyond_a_tenth(
    cost_of: CostOf, seats: str, spare: str, expected: tuple[float, float] | None
) -> None:
    """
    capacity  40 people; 50 seats cost 5,000.00, so a seat 100.00
    spare     10 of 50 seats = 1,000.00; beyond 40 + 10% = 44 people: 6 seats = 600.00
    """
    rows = [{**HOURS[0], "seats": seats, "heads": "40"}]
    ledger = [{"account": "6000", "amount": "10000"}, {"account": "7000", "amount": "5000"}]
    own = SEATS + f"opportunities: [{{of: unused_contract, spare_seats: {spare}, because: test}}]\n"
    many = found(cost_of(own, contacts=voice(600, 600), capacity=rows, ledger=ledger), "unused_contract")
    assert [(round(o.low), round(o.high)) for o in many] == ([expected] if expected else [])


# -- holds and wrap-up ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "kind"), [("hold_s", "hold_out_of_line"), ("wrap_s", "wrap_out_of_line")])
def test_a_team_that_holds_or_wraps_up_twice_as_long_is_found_and_priced(
    cost_of: CostOf, length: str, kind: str
) -> None:
    """
    contacts  teams A to D, 300 each of 300 s, of them 30 s on hold (in wrap-up); 60 s in team A
    worth     300 x 30 s more = 9,000 s at 36,000.00 / 360,000 s = 900.00
    """
    rows = [
        {
            "started_at": f"2026-06-{1 + i % 28:02d} 09:00:00", "channel": "voice", "reason": "order",
            "team": team, "customer_id": f"{team}{i}", "handle_s": 300,
            length: round((60 if team == "A" else 30) * (1 + 0.2 * ((i * 37) % 11 - 5) / 5)),
        }
        for team in "ABCD"
        for i in range(300)
    ]  # fmt: skip
    (one,) = found(cost_of(PEOPLE, contacts=rows, ledger=[{"amount": "36000"}]), kind)
    assert one.where == (("team", ("A",)),)
    assert one.contacts == 300
    assert one.low <= 900 <= one.high * 1.05
    assert "holds 100% longer" in one.says or "wraps up 100% longer" in one.says


def test_the_trail_of_a_pool_that_serves_others_lists_its_own_lines(cost_of: CostOf) -> None:
    """The desk's 5,000.00 reach contacts by way of people: its trail is its own line, not theirs."""
    rows = [{**HOURS[0], "practical_h": "100", "seats": "50", "heads": "40"}]
    ledger = [{"account": "6000", "amount": "10000"}, {"account": "7000", "amount": "5000"}]
    costed = cost_of(SEATS, contacts=voice(150, 150), capacity=rows, ledger=ledger)
    opened = trail(costed, Slice(JUNE, "whole"), pool="desk")
    assert [(p.pool, p.driver, p.pico) for p in opened.pools] == [("desk", "seats", opened.pico)]
    assert [(line.account, line.month_pico, line.pico) for line in opened.lines] == [
        ("7000", 5000 * PICO, 5000 * PICO)
    ]
