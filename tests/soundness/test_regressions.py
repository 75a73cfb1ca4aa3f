# SPDX-License-Identifier: Apache-2.0
"""Wrong numbers of our own, each pinned by what it broke. A line for each stands in REGRESSIONS.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import CostedBook, Slice, parse_policy
from percontact.costing.prices import price_usage
from percontact.costing.shared import give
from percontact.metrics import catalogue
from percontact.metrics.cost_figures import cost_figures
from percontact.report.state import state
from percontact.values.money import from_pico
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Cost = Callable[..., CostedBook]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
JUNE_JULY = Period(date(2026, 6, 1), date(2026, 8, 1))
TIME = "pools: {work: {driver: handle_s}}\nrules: [{to: work}]\n"


def by(costed: CostedBook, *dimensions: str, span: Period = JUNE) -> dict[tuple[object, ...], Decimal]:
    """Cost of each cell in currency units, to the millionth."""
    return {c.values: round(from_pico(c.pico), 6) for c in costed.cells(Slice(span, "year", dimensions))[0]}


def code_of(call: Callable[[], object]) -> str:
    """The code of the problem a call raises."""
    with pytest.raises(PercontactError) as error:
        call()
    return error.value.problem.code


# -- concurrency ---------------------------------------------------------------------------------------


def test_r1_concurrent_chats_can_be_costed_at_all(cost_of: Cost) -> None:
    """R1. `concurrency:` in a policy made every figure fail: the SQL used a word that DuckDB 2 reserves."""
    chat = {"channel": "chat", "agent": "x", "ended_at": "2026-06-03 09:10:00"}
    costed = cost_of(TIME + "concurrency: {channels: [chat]}", contacts=[chat, chat], ledger=[{}])
    assert by(costed, "contact_id") == {("c1",): 50, ("c2",): 50}


def test_r2_a_chat_and_its_own_handling_are_one_chat(cost_of: Cost) -> None:
    """
    R2. The contact (10 min) and its handling (the same 10 min) both counted as open, so half the time
    vanished.
    """
    ten = {"channel": "chat", "agent": "x", "ended_at": "2026-06-03 09:10:00"}
    costed = cost_of(TIME + "concurrency: {channels: [chat]}", contacts=[ten], handlings=[ten], ledger=[{}])
    assert [c.handle_s for c in costed.cells(Slice(JUNE))[0]] == [600]


def test_r3_a_handling_takes_channel_and_agent_from_its_contact(cost_of: Cost) -> None:
    """
    R3. Handlings that did not name the channel were not split: two chats of one agent cost 20 minutes, not
    10.
    """
    chat = {"channel": "chat", "agent": "x"}
    legs = [{"contact_id": c, "handle_s": 600, "ended_at": "2026-06-03 09:10:00"} for c in ("c1", "c2")]
    costed = cost_of(
        TIME + "concurrency: {channels: [chat]}", contacts=[chat, chat], handlings=legs, ledger=[{}]
    )
    assert sum(c.handle_s for c in costed.cells(Slice(JUNE))[0]) == 600


# -- handlings landed apart ----------------------------------------------------------------------------


def test_r4_time_equations_and_handlings_go_together(cost_of: Cost) -> None:
    """
    R4. A Book with handlings could not be costed under a policy with unit times. A handling takes its
    contact's product.
    """
    policy = TIME + "unit_times: [{scope: {product: phone}, base_s: 30}, {base_s: 60, extra: {messages: 10}}]"
    costed = cost_of(
        policy,
        contacts=[{"product": "phone"}, {"messages": 3}, {"outcome": "abandoned"}],
        handlings=[{}],
        ledger=[{"amount": "12"}],
    )
    assert by(costed, "contact_id") == {("c1",): 3, ("c2",): 9, ("c3",): 0}


def test_r5_measured_handlings_measure_their_contact(cost_of: Cost) -> None:
    """R5. A contact with timed handlings was counted as one of unknown time. The weakest handling decides."""
    legs = [
        {"contact_id": "c1", "handle_s": 60},
        {"contact_id": "c1", "handle_s": 60},
        {"contact_id": "c2", "handle_s": 60},
        {"contact_id": "c2"},
    ]
    total = state(
        cost_of(TIME, contacts=[{}, {}], handlings=legs, ledger=[{}]), Slice(JUNE), compare=False
    ).total
    assert (total.contacts, total.measured, total.estimated) == (2, 1, 1)


@pytest.mark.parametrize("driver", ["messages", "talk_s"])
def test_r6_what_handlings_tell_is_not_counted_again(cost_of: Cost, driver: str) -> None:
    """R6. 10 on the contact and 5 + 5 on its handlings weighed 20 beside another contact's 10."""
    costed = cost_of(
        f"pools: {{work: {{driver: {driver}}}}}\nrules: [{{to: work}}]",
        contacts=[{driver: 10}, {driver: 10}], handlings=[{driver: 5}, {driver: 5}], ledger=[{}],
    )  # fmt: skip
    assert by(costed, "contact_id") == {("c1",): 50, ("c2",): 50}


def test_r7_messages_that_handlings_do_not_tell_still_count(cost_of: Cost) -> None:
    """R7, R6 the other way: handlings without messages leave the contact its own 10."""
    policy = "pools: {work: {driver: messages}}\nrules: [{to: work}]"
    costed = cost_of(
        policy, contacts=[{"messages": 10}, {"messages": 10}], handlings=[{"handle_s": 5}], ledger=[{}]
    )
    assert by(costed, "contact_id") == {("c1",): 50, ("c2",): 50}


# -- scopes and rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scope", ["{weekday: 3}", "{hour: [9, 10]}", "{day: 2026-06-03}", "{weekday: 3, team: a}"]
)
def test_r8_a_scope_of_hours_or_days_catches_its_contacts(cost_of: Cost, scope: str) -> None:
    """
    R8. Scopes by weekday, hour or day caught nothing, in silence. Wednesday 3 June 09:00 and Thursday
    17:00.
    """
    policy = f"pools: {{night: {{scope: {scope}}}}}\nrules: [{{to: night}}]"
    contacts = [{"team": "a"}, {"team": "a", "started_at": "2026-06-04 17:00:00"}]
    assert by(cost_of(policy, contacts=contacts, ledger=[{}]), "contact_id") == {("c1",): 100, ("c2",): 0}


@pytest.mark.parametrize(
    "part",
    [
        "pools: {work: {scope: {chanel: voice}}}",
        "pools: {work: }\nunit_times: [{scope: {chanel: voice}, base_s: 60}]",
        "pools: {work: }\nunit_times: [{base_s: 60, extra: {transfrs: 60}}]",
        "pools: {work: }\nrepeat: {same: [client]}",
    ],
)
def test_r9_a_dimension_that_is_not_there_is_a_problem_with_a_name(cost_of: Cost, part: str) -> None:
    """
    R9. A misspelt dimension came out as an SQL error. `chanel`, `transfrs`, `client` are not in contacts.
    """
    call = lambda: cost_of(part + "\nrules: [{to: work}]", contacts=[{}], ledger=[{}])  # noqa: E731
    assert code_of(call) == "E-POL-02"


def test_r10_a_feature_may_be_a_number_or_a_yes(cost_of: Cost) -> None:
    """
    R10. Time equations could not use a column that a file adds. 60 s + 30 s a transfer + 60 s with an
    identity check.
    """
    policy = TIME + "unit_times: [{base_s: 60, extra: {transfers: 30, id_check: 60}}]"
    rows = [
        {"transfers": "2", "id_check": "no"},
        {"transfers": "0.5", "id_check": "Yes"},
        {"transfers": None},
    ]
    costed = cost_of(policy, contacts=rows, ledger=[{"amount": "355"}])
    assert [c.handle_s for c in costed.cells(Slice(JUNE, by=("contact_id",)))[0]] == [120, 135, 60]
    assert by(costed)[()] == 355


def test_r11_rules_may_match_days_and_amounts(cost_of: Cost) -> None:
    """R11. Matching a column that is no text came out as an SQL error."""
    policy = "pools: {work: }\nrules: [{match: {period_start: '2026-06*'}, to: work}]"
    assert str(cost_of(policy, contacts=[{}], ledger=[{}]).assigned) == "EUR 100.00"


def test_r12_codes_in_a_policy_are_read_as_written(cost_of: Cost) -> None:
    """
    R12. YAML read account 0610 as the octal number 392 and tag `no` as false; both lines went unclaimed.
    """
    policy = "pools: {work: }\nrules: [{match: {account: 0610}, to: work}, {match: {tag: no}, to: work}]"
    costed = cost_of(policy, contacts=[{}], ledger=[{"account": "0610"}, {"tag": "NO"}])
    assert str(costed.assigned) == "EUR 200.00"


def test_r13_a_pool_that_stands_twice_is_a_problem() -> None:
    """R13. Of two pools of one name the last won, in silence."""
    assert (
        code_of(lambda: parse_policy("pools:\n  a: {driver: contacts}\n  a: {driver: handle_s}\n"))
        == "E-POL-01"
    )


@pytest.mark.parametrize(
    "text",
    [
        "pools: {it: {driver: weights, to: [v], weights: {v: -1}}, v: }",
        "unit_times: [{base_s: -5}]",
        "unit_times: [{base_s: 5, extra: {messages: -9}}]",
        "repeat: {within_days: -3}",
        "repeat: {within_days: 1.5}",
        "prices: [{vendor: v, item: i, price: -1, currency: EUR}]",
        "prices: [{vendor: v, item: i, price: 1, per: 0, currency: EUR}]",
        "pools: {a: }\nrules: [{to: a, from: 2026-06-01, until: 2026-06-01}]",
        "pools: {a: }\nrules: [{to: a, from: 2026-06-01T10:00:00}]",
        "pools: {a: }\nrules: [{to: a, match: {vendor: }}]",
        "pools: {a: {scope: {team: {x: y}}}}",
    ],
)
def test_r14_numbers_and_days_that_mean_nothing_are_problems(text: str) -> None:
    """
    R14. Negative weights were dropped, negative seconds made negative drivers, empty patterns caught
    nothing.
    """
    assert code_of(lambda: parse_policy(text)) == "E-POL-01"


@pytest.mark.parametrize(
    "text", ["concurrency: {chanels: [chat]}", "repeat: {days: 3}", "shared: {methods: direct}"]
)
def test_r15_a_misspelt_setting_is_a_problem(text: str) -> None:
    """R15. Settings below concurrency, failure_demand, repeat and shared were passed over when misspelt."""
    assert code_of(lambda: parse_policy(text)) == "E-POL-02"


# -- shared cost ---------------------------------------------------------------------------------------


def test_r16_pools_that_serve_only_each_other_keep_their_cost() -> None:
    """
    R16. Reciprocal giving divided by zero: a -> b -> a. What c gives into the circle stays there, in sight.
    """
    weights = {"a": {"b": 1}, "b": {"a": 1}, "c": {"a": 1, "voice": 3}}
    found = give({"a": 100, "b": 0, "c": 40, "voice": 0}, weights, ["a", "b", "c"], "reciprocal")
    assert found.costs == {"a": 110, "b": 0, "c": 0, "voice": 30}


@pytest.mark.parametrize(
    "text",
    [
        "pools: {a: {driver: seats, to: b}, b: {driver: seats, to: a}, v: }\nshared: {method: reciprocal}",
        "pools: {a: {driver: seats, to: [b, v]}, b: {driver: seats, to: a}, v: }\nshared: {order: [a, b]}",
        "pools: {a: {driver: seats, to: b}, b: {driver: seats, to: v}, v: }\nshared: {method: direct}",
    ],
)
def test_r17_shared_pools_that_never_reach_a_contact_are_a_problem(text: str) -> None:
    """R17. E-POL-03 was described and never raised; such cost was stuck month after month."""
    assert code_of(lambda: parse_policy(text)) == "E-POL-03"


# -- sizes, times --------------------------------------------------------------------------------------


def test_r18_large_amounts_in_a_strong_currency_do_not_overflow(cost_of: Cost) -> None:
    """R18. 1e12 at a rate of 300 outgrew 128 bits, and 1e14 outgrew a decimal of 38 digits."""
    costed = cost_of(
        contacts=[{}],
        ledger=[{"amount": "1000000000000.01", "currency": "USD"}, {"amount": "100000000000000"}],
        fx=[{"rate": "300"}],
    )  # fmt: skip
    assert str(costed.assigned) == "EUR 400000000000003.00"


def test_r19_a_book_in_memory_knows_its_local_months(cost_of: Cost) -> None:
    """R19. 30 June 23:30 UTC is 1 July in Berlin: it was put under June while its day said July."""
    ledger = [{"period_start": "2026-07-01", "period_end": "2026-08-01"}]
    costed = cost_of(
        contacts=[{"started_at": "2026-06-30 23:30:00"}], ledger=ledger, timezone="Europe/Berlin"
    )
    cells = costed.cells(Slice(JUNE_JULY, "day"))[0]
    assert [(c.period, from_pico(c.pico)) for c in cells] == [(date(2026, 7, 1), 100)]


def test_r20_a_case_counts_where_its_first_contact_was_in_time(cost_of: Cost) -> None:
    """
    R20. A case counted in the month of the row that was imported first. July's file comes before June's
    here.
    """
    rows = [{"started_at": f"2026-{m}-10 09:00:00", "case_id": "k1"} for m in ("07", "06")]
    costed = cost_of(contacts=rows, cases=[{"resolved_at": "2026-07-10 10:00:00"}], ledger=[{}])
    shown = state(costed, Slice(JUNE_JULY), "resolution", compare=False)
    assert [(r.period, r.denominator) for r in shown.rows] == [("2026-06", 1), ("2026-07", 0)]


def test_r21_a_month_without_ledger_costs_nobody_knows_what(cost_of: Cost) -> None:
    """R21. July has contacts and no ledger line: it was shown as 0.00 a contact. Unknown is not zero."""
    costed = cost_of(contacts=[{}, {"started_at": "2026-07-03 09:00:00"}], ledger=[{}])
    rows = state(costed, Slice(JUNE_JULY), compare=False).rows
    assert [(r.cents, r.value) for r in rows] == [(100_00, 100), (None, None)]


@pytest.mark.parametrize("known", ["2026-06", "2026-07"])
def test_r22_a_total_is_known_when_any_of_its_months_is(cost_of: Cost, known: str) -> None:
    """
    R22. With dimensions the total was unknown when its first month had no ledger line, and known otherwise.
    """
    ledger = [
        {"period_start": f"{known}-01", "period_end": "2026-08-01" if known == "2026-07" else "2026-07-01"}
    ]
    contacts = [{"team": "a"}, {"team": "a", "started_at": "2026-07-03 09:00:00"}]
    total = state(
        cost_of(contacts=contacts, ledger=ledger), Slice(JUNE_JULY, by=("team",)), compare=False
    ).total
    assert total.cents == 100_00


def test_r23_without_contacts_the_cost_is_known_all_the_same(cost_of: Cost) -> None:
    """
    R23. Ledger and no contacts: the headline said that no cost is known, of a total that begins in the year
    1.
    """
    shown = state(cost_of(ledger=[{}]), Slice(JUNE, by=("team",)), compare=False)
    assert "no cost is known" not in shown.headline
    assert shown.total.start == "2026-06-01"


def test_r24_metered_use_is_priced_by_local_days(cost_of: Cost) -> None:
    """R24. Use on 30 June 23:30 UTC, 1 July in Berlin, was in June's bill and at the price of June."""
    costed = cost_of(usage=[{"used_at": "2026-06-30 23:30:00", "quantity": 4}], timezone="Europe/Berlin")
    policy = parse_policy(
        "prices: [{vendor: v, item: token, price: 1, currency: EUR, until: 2026-07-01}, "
        "{vendor: v, item: token, price: 2, currency: EUR, from: 2026-07-01}]"
    )
    assert price_usage(costed.con, costed.book, policy, JUNE)[0] == []
    uses, _ = price_usage(costed.con, costed.book, policy, Period(date(2026, 7, 1), date(2026, 8, 1)))
    assert [from_pico(u.pico or 0) for u in uses] == [8]


# -- what a fresh pair of eyes found -------------------------------------------------------------------


def test_r25_the_full_basis_of_some_days_is_the_ledger_of_those_days(cost_of: Cost) -> None:
    """R25. Two days of June on basis full cost more than the statement's own ledger for them."""
    rows = [{"started_at": f"2026-06-{d:02d} 09:00:00", "handle_s": 60 * d} for d in range(1, 29)]
    capacity = [{"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01", "practical_h": 20}]
    policy = "pools: {work: {driver: handle_s, group: g}}\nrules: [{to: work}]\n"
    costed = cost_of(policy, contacts=rows, ledger=[{}], capacity=capacity)
    span = Period(date(2026, 6, 3), date(2026, 6, 5))
    shown = state(costed, Slice(span, "day", basis="full"), compare=False)
    assert shown.total.cents == shown.proof.ledger
    assert shown.proof.difference == 0


def test_r26_no_cent_of_unused_cost_appears_where_no_capacity_is(cost_of: Cost) -> None:
    """R26. A pool without capacity showed unused 0.01: the cent that rounding left over."""
    rows = [{"channel": c, "handle_s": 1} for c in ("a", "b", "c")]
    pools = ", ".join(f"{c}: {{scope: {{channel: [{c}]}}}}" for c in "abc")
    rules = ", ".join(f"{{match: {{account: {c}}}, to: {c}}}" for c in "abc")
    ledger = [{"account": c, "amount": "33.335"} for c in "abc"]
    shown = state(
        cost_of(f"pools: {{{pools}}}\nrules: [{rules}]\n", contacts=rows, ledger=ledger), Slice(JUNE)
    )
    assert [p.unused for p in shown.pools] == [0, 0, 0]
    # 33.335 is 33.34 by itself, in each pool; 100.005 in all is 100.00. Exactly, the pools are the ledger.
    assert [(p.cost, p.assigned) for p in shown.pools] == [(33_34, 33_34)] * 3
    assert [p.exact for p in shown.pools] == [(33_335 * 10**9, 33_335 * 10**9, 0, 0)] * 3
    assert shown.proof.ledger == 100_00


def test_r27_where_nothing_could_be_assigned_a_contact_costs_nobody_knows_what(cost_of: Cost) -> None:
    """R27. A scope that no contact is in gave "one contact cost 0.00"."""
    policy = "pools: {work: {scope: {team: [nobody]}}}\nrules: [{to: work}]\n"
    shown = state(cost_of(policy, contacts=[{"team": "a"}], ledger=[{}]), Slice(JUNE), compare=False)
    assert (shown.total.value, shown.proof.unassigned) == (None, shown.proof.ledger)
    assert "undefined" in shown.headline


def test_r80_a_week_partly_without_ledger_is_divided_by_its_costed_contacts(cost_of: Cost) -> None:
    """R80. 12 EUR of June, two contacts on 30 June; two of July share their week: it cost 3.00, not 6.00."""
    days = ("2026-06-30", "2026-06-30", "2026-07-01", "2026-07-01", "2026-07-06")
    rows = [{"started_at": f"{day} 09:00:00", "handle_s": 60} for day in days]
    costed = cost_of(TIME, contacts=rows, ledger=[{"amount": "12"}])
    shown = state(costed, Slice(JUNE_JULY, "week"), compare=False)
    assert [(r.start, r.contacts, r.value) for r in shown.rows] == [
        ("2026-06-29", 2, Decimal("6")), ("2026-07-06", 1, None)
    ]  # fmt: skip
    assert shown.total.value == Decimal("6")


def test_r81_unused_cost_of_a_week_is_what_the_week_is_reconciled_with(cost_of: Cost) -> None:
    """
    R81. The metric spread unused cost by days, the statement by work; and by week there was no figure.
    100 EUR for 10 h, 5 h used, all of it in the week of 8 June: 50 EUR unused, in that week.
    """
    capacity = [{"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01", "practical_h": 10}]
    policy = "pools: {work: {driver: handle_s, group: g}}\nrules: [{to: work}]\n"
    rows = [{"started_at": "2026-06-09 09:00:00", "handle_s": 5 * 3600}]
    costed = cost_of(policy, contacts=rows, ledger=[{"amount": "100"}], capacity=capacity)
    card, week = catalogue()["unused_capacity_cost"], Period(date(2026, 6, 8), date(2026, 6, 15))
    figures, total, _ = cost_figures(costed, card, Slice(JUNE, "week"))
    assert {p[0]: f.value for p, f in figures.items() if f.value} == {week.start: 50}
    assert total.value == 50
    assert cost_figures(costed, card, Slice(week, "whole"))[1].value == 50
    assert costed.reconciliation(week).unused == 50 * 10**12
