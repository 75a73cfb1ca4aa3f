# SPDX-License-Identifier: Apache-2.0
"""Opportunities: each rule finds what was put into a book, prices it, and is silent where nothing was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from percontact.costing.costed import CostedBook
from percontact.costing.slice import Slice
from percontact.explain.facts_of_work import WorkFacts
from percontact.explain.noted import Event
from percontact.explain.opportunities import opportunities
from percontact.explain.opportunity import Opportunity, Where, apart, together
from percontact.values.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
POLICY = """
policy: 1
pools:
  people: {driver: handle_s, because: test}
  bot: {driver: contacts, scope: {channel: [bot]}, because: test}
rules:
  - {match: {account: "6*"}, to: people, because: test}
  - {match: {account: "7*"}, to: bot, behaviour: variable, because: test}
failure_demand: {reasons: [broken], because: test}
repeat: {within_days: 7, same: [customer_id, reason], because: test}
"""
CostOf = Callable[..., CostedBook]


def contacts(many: int, reason: str, seconds: float, **more: object) -> list[dict[str, object]]:
    """Contacts over June, each of its own customer, lengths wandering by a fifth around `seconds`."""
    rows = []
    for i in range(many):
        at = datetime(2026, 6, 1, 8) + timedelta(minutes=(i * 7919) % (28 * 24 * 60))
        length = round(seconds * (1 + 0.2 * (((i * 37) % 11) - 5) / 5))
        rows.append({
            "started_at": f"{at:%Y-%m-%d %H:%M:%S}", "channel": "voice", "reason": reason, "team": "A",
            "customer_id": f"{reason}-{more.get('team', 'A')}-{i}", "handle_s": length, "outcome": "resolved",
            "actor": "agent", **more,
        })  # fmt: skip
    return rows


def found(costed: CostedBook, events: tuple[Event, ...] = (), **span: Period) -> list[Opportunity]:
    facts = WorkFacts(costed, Slice(span.get("span", JUNE), "whole"))
    return opportunities(facts, events=events, pseudonym=lambda agent: f"agent-{len(agent)}")


def of_kind(many: list[Opportunity], kind: str) -> list[Opportunity]:
    return [o for o in many if o.kind == kind]


def usual(team: str, faq: float = 100) -> list[dict[str, object]]:
    """A team's month: 300 short, 300 middling, 200 long, 150 very long contacts."""
    return [
        *contacts(300, "faq", faq, team=team),
        *contacts(300, "change", 300, team=team),
        *contacts(200, "advice", 500, team=team),
        *contacts(150, "claim", 900, team=team),
    ]


@pytest.fixture
def slow(cost_of: CostOf) -> CostedBook:
    """
    contacts  2026-06  teams A to D alike, but A takes 150 s on reason faq where B, C and D take 100 s
    ledger    2026-06  people 100,000.00
    """
    rows = [*usual("A", faq=150), *usual("B"), *usual("C"), *usual("D")]
    return cost_of(POLICY, contacts=rows, ledger=[{"amount": "100000"}])


def test_a_team_slow_on_a_simple_reason_is_found_and_priced(slow: CostedBook) -> None:
    """300 contacts x 50 s more = 15,000 s, at 100,000 / all seconds."""
    (one,) = of_kind(found(slow), "slow_on_simple")
    assert one.where == (("team", ("A",)), ("reason", ("faq",)))
    seconds = sum(float(c.handle_s) for c in slow.cells(Slice(JUNE, "whole"))[0])
    assert one.low <= 15_000 * 100_000 / seconds <= one.high * 1.05
    assert one.contacts == 300
    assert one.cashable == 0


def test_a_team_with_more_of_the_long_work_is_not_slow(cost_of: CostOf) -> None:
    """A has 900 claims and few short contacts, each as long as for others: mix, not excess."""
    rows = [*contacts(110, "faq", 100, team="A"), *contacts(900, "claim", 900, team="A")]
    rows += [*usual("B"), *usual("C"), *usual("D")]
    many = found(cost_of(POLICY, contacts=rows, ledger=[{"amount": "100000"}]))
    assert of_kind(many, "slow_on_simple") == []


def test_a_team_of_five_contacts_is_not_judged(cost_of: CostOf) -> None:
    rows = [*contacts(5, "faq", 400, team="A"), *usual("B"), *usual("C"), *usual("D")]
    many = found(cost_of(POLICY, contacts=rows, ledger=[{"amount": "100000"}]))
    assert of_kind(many, "slow_on_simple") == []


def test_failure_demand_ranges_from_its_repeats_to_all_of_it(cost_of: CostOf) -> None:
    """
    contacts  400 of reason broken, 100 s each; 100 of them from customers who call again a day later
    ledger    people 50,000.00 for 400 + 950 contacts
    """
    broken = contacts(300, "broken", 100)
    again = [
        {**row, "started_at": f"{datetime.fromisoformat(str(row['started_at'])) + timedelta(days=1)}"}
        for row in broken[:100]
    ]
    costed = cost_of(POLICY, contacts=[*broken, *again, *usual("B")], ledger=[{"amount": "50000"}])
    (one,) = of_kind(found(costed), "failure_demand")
    cells = costed.cells(Slice(JUNE, "whole", ("reason", "repeat")))[0]
    cost = {c.values: c.pico / 1e12 for c in cells if c.values[0] == "broken"}
    assert one.contacts == 400
    assert one.high == pytest.approx(sum(cost.values()))
    assert one.low == pytest.approx(cost["broken", "repeat"])


def test_contacts_after_a_noted_fault_are_counted_against_the_weeks_before(cost_of: CostOf) -> None:
    """4 a day of reason broken from 1 May; 24 a day in a fault of 7 days from 8 June: 140 more."""
    rows = []
    for day in range(61):
        on = date(2026, 5, 1) + timedelta(days=day)
        many = 24 if date(2026, 6, 8) <= on < date(2026, 6, 15) else 4
        rows += [
            {"started_at": f"{on} 10:{i:02d}:00", "channel": "voice", "reason": "broken", "handle_s": 300}
            for i in range(many)
        ]
    costed = cost_of(
        POLICY, contacts=rows,
        ledger=[
            {"amount": "9000"},
            {"amount": "9000", "period_start": "2026-05-01", "period_end": "2026-06-01"},
        ],
    )  # fmt: skip
    fault = Event("batch", "fault", date(2026, 6, 8), date(2026, 6, 14), (("reason", "broken"),), None)
    (one,) = of_kind(found(costed, (fault,)), "after_fault")
    assert one.evidence["observed"] == 7 * 24 + 7 * 4
    assert one.evidence["usual"] == 14 * 4
    assert one.low < 140 * 9000 / 260 < one.high
    quiet = replace(fault, first=date(2026, 6, 16), last=date(2026, 6, 20))
    assert of_kind(found(costed, (quiet,)), "after_fault") == []


def test_transfers_are_priced_by_what_the_second_handling_costs(cost_of: CostOf) -> None:
    """Of reason claim 4 in 10 are transferred and take 700 s, the rest 300 s; of others none."""
    rows = [
        *contacts(200, "claim", 700, outcome="transferred"),
        *contacts(300, "claim", 300),
        *contacts(1500, "faq", 100),
    ]
    costed = cost_of(POLICY, contacts=rows, ledger=[{"amount": "40000"}])
    (one,) = of_kind(found(costed), "transferred_twice")
    assert one.where == (("reason", ("claim",)), ("outcome", ("transferred",)))
    assert one.contacts == 200
    cells = {c.values: c for c in costed.cells(Slice(JUNE, "whole", ("reason", "outcome")))[0]}
    each = {v: c.pico / 1e12 / c.handled for v, c in cells.items()}
    extra = each["claim", "transferred"] - each["claim", "resolved"]
    assert one.high == pytest.approx(200 * extra)
    assert one.low == pytest.approx((200 - 0.1 * 500) * extra)


def bot(settled: int, lost: int, price: str) -> list[dict[str, object]]:
    return [
        *contacts(settled, "faq", 0, channel="bot", actor="bot", team=None, handle_s=None),
        *contacts(lost, "faq", 0, channel="bot", actor="bot", team=None, handle_s=None, outcome="unresolved"),
    ]


@pytest.mark.parametrize(("settled", "price", "loses"), [(20, "4000", True), (380, "400", False)])
def test_a_bot_that_costs_more_than_it_saves_is_named(
    cost_of: CostOf, settled: int, price: str, loses: bool
) -> None:
    """400 sessions; people take 100 s on the reason. It loses where few are settled at 10.00 a session."""
    rows = [*bot(settled, 400 - settled, price), *usual("B"), *usual("C")]
    rows = [{**row, "customer_id": f"{i}"} for i, row in enumerate(rows)]
    ledger = [{"amount": "20000"}, {"account": "7000", "amount": price}]
    many = of_kind(found(cost_of(POLICY, contacts=rows, ledger=ledger)), "bot_costs_more")
    assert bool(many) is loses
    if loses:
        assert many[0].cashable == 1
        assert many[0].low == many[0].high > 3000


def test_self_service_says_what_happens_to_the_cost_of_what_is_left(cost_of: CostOf) -> None:
    """Short, alike contacts beside a cheap machine: total cost falls, cost per assisted contact rises."""
    rows = [*contacts(900, "faq", 100), *contacts(400, "change", 300), *contacts(300, "claim", 900)]
    rows += contacts(200, "claim", 2000, outcome="escalated")
    rows += contacts(150, "change", 500, outcome="escalated")
    rows += [{**r, "reason": "login"} for r in bot(350, 50, "100")]
    costed = cost_of(POLICY, contacts=rows, ledger=[{"amount": "20000"}, {"account": "7000", "amount": "40"}])
    (one,) = of_kind(found(costed), "self_service")
    assert one.where == (("reason", ("faq",)), ("assisted", ("assisted",)))
    assert float(one.evidence["total_cost_after"]) < float(one.evidence["total_cost"])
    assert float(one.evidence["cost_per_assisted_contact_after"]) > float(
        one.evidence["cost_per_assisted_contact"]
    )
    assert one.evidence["cost_per_contact_at_constant_mix"] == one.evidence["cost_per_contact"]


def test_every_opportunity_has_a_range_a_guard_and_a_step(slow: CostedBook) -> None:
    many = found(slow)
    assert many == sorted(many, key=lambda o: -o.middle)
    for one in many:
        assert 0 <= one.low <= one.high
        assert 0 <= one.cashable <= 1
        assert one.guardrail
        assert one.step


def test_agents_are_pseudonyms_and_never_few(cost_of: CostOf) -> None:
    """Agent slow-one takes 180 s where seven colleagues take 100 s: 400 contacts each; slow-two has 60."""
    rows: list[dict[str, object]] = []
    for i in range(7):
        rows += contacts(400, "faq", 100, agent=f"usual-{i}", team="B")
    rows += contacts(400, "faq", 180, agent="slow-one", team="B")
    rows += contacts(60, "faq", 300, agent="slow-two", team="B")
    rows += [*contacts(200, "change", 300, team="B"), *contacts(200, "claim", 900, team="B")]
    many = of_kind(found(cost_of(POLICY, contacts=rows, ledger=[{"amount": "50000"}])), "slow_agent")
    assert [o.contacts for o in many] == [400]
    assert "slow-one" not in many[0].says + str(many[0].where)
    assert "agent-8" in many[0].says


# -- what may be added up ------------------------------------------------------------------------------------


def at_stake(
    where: Where, low: float, high: float, days: Period | None = None, pool: str = ""
) -> Opportunity:
    return Opportunity(
        "failure_demand", "said", where, low, high, 0.0, 1, "guard", "step", {}, (), days, pool
    )


def test_different_reasons_add_up() -> None:
    """10 to 30 of broken and 5 to 7 of late: 15 to 37"""
    broken = at_stake((("reason", ("broken",)),), 10, 30)
    late = at_stake((("reason", ("late",)), ("team", ("A",))), 5, 7)
    assert apart(broken, late)
    assert together([broken, late]) == (15, 37)


def test_a_team_and_a_reason_may_be_the_same_work_and_are_not_added() -> None:
    team, reason = at_stake((("team", ("A",)),), 10, 30), at_stake((("reason", ("late",)),), 5, 7)
    assert not apart(team, reason)
    assert together([team, reason]) is None


def test_days_that_do_not_meet_add_up_and_days_that_do_are_not_added() -> None:
    first, later = Period(date(2026, 6, 1), date(2026, 6, 8)), Period(date(2026, 6, 8), date(2026, 6, 15))
    voice: Where = (("channel", ("voice",)),)
    assert together([at_stake(voice, 1, 2, first), at_stake(voice, 1, 2, later)]) == (2, 4)
    assert together([at_stake(voice, 1, 2, first), at_stake(voice, 1, 2, first)]) is None


def test_hours_of_two_pools_add_up_and_are_not_added_to_contacts() -> None:
    idle, other = at_stake((), 1, 2, pool="people.voice"), at_stake((), 3, 4, pool="people.chat")
    assert together([idle, other]) == (4, 6)
    assert together([idle, at_stake((), 3, 4, pool="people.voice")]) is None
    assert together([at_stake((), 1, 2), other]) is None
    assert together([idle, at_stake((("reason", ("late",)),), 5, 7)]) is None


def test_opportunities_that_add_up_share_no_contact(slow: CostedBook) -> None:
    """Every pair that is apart, counted: no contact of the book is in both."""
    many = [o for o in found(slow) if o.where]
    contacts_of = {
        i: {r[0] for r in slow.con.execute(
            f"SELECT contact_id FROM {slow.book.relation('contacts', ['contact_id', *dict(o.where)])} WHERE "
            + " AND ".join(f"CAST({d} AS VARCHAR) IN ({', '.join(repr(v) for v in vs)})" for d, vs in o.where)
        ).fetchall()}
        for i, o in enumerate(many)
    }  # fmt: skip
    for i, one in enumerate(many):
        for j, other in enumerate(many):
            if i < j and apart(one, other) and not (one.days and other.days):
                assert contacts_of[i].isdisjoint(contacts_of[j])
