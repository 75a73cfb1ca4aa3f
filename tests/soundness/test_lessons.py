# SPDX-License-Identifier: Apache-2.0
"""What went wrong elsewhere, phrased for us: one test for each failure that users of other tools reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import Condition, CostedBook, Slice, parse_policy
from percontact.costing.prices import price_usage
from percontact.report.state import state
from percontact.values.money import from_pico, to_pico
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Cost = Callable[..., CostedBook]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
JUNE_JULY = Period(date(2026, 6, 1), date(2026, 8, 1))
VOICE = "pools: {voice: {driver: handle_s, group: g}}\nrules: [{match: {account: '*'}, to: voice}]\n"


def by(
    costed: CostedBook, *dimensions: str, span: Period = JUNE, **more: object
) -> dict[tuple[object, ...], Decimal]:
    """Cost of each cell in currency units, to the millionth: a rate is whole pico, one row bears the rest."""
    cells = costed.cells(Slice(span, "year", tuple(dimensions), **more))[0]  # type: ignore[arg-type]
    return {c.values: round(from_pico(c.pico), 6) for c in cells}


def exactly(costed: CostedBook) -> Decimal:
    """Sum of what all contacts of June cost, to the last digit."""
    return from_pico(sum(c.pico for c in costed.cells(Slice(JUNE, by=("contact_id",)))[0]))


# -- idle and shared cost ------------------------------------------------------------------------------


def test_a_filter_leaves_idle_cost_as_it_is(cost_of: Cost) -> None:
    """opencost 1124: filter + share over-counted idle. Here unused is 60 of 100 whatever is looked at."""
    costed = cost_of(
        VOICE, contacts=[{"team": "a", "handle_s": 3600}, {"team": "b", "handle_s": 10800}],
        capacity=[{"practical_h": 10}], ledger=[{}],
    )  # fmt: skip
    for where in ((), (Condition("team", ("a",)),), (Condition("team", ("nobody",)),)):
        proof = state(costed, Slice(JUNE, where=where), compare=False).proof
        assert (proof.ledger, proof.assigned, proof.unused, proof.unassigned) == (100_00, 40_00, 60_00, 0)
    assert by(costed, "team", basis="full") == {("a",): 25, ("b",): 75}


def test_shared_cost_without_weights_stays_in_sight(cost_of: Cost) -> None:
    """opencost PR 883: idle vanished when all weights were 0. Here 100 without a driver is unassigned."""
    policy = "pools: {it: {driver: weights, to: [voice], weights: {voice: 0}}, voice: }\nrules: [{to: it}]\n"
    costed = cost_of(policy, contacts=[{}], ledger=[{}])
    assert (str(costed.assigned), str(costed.unassigned)) == ("EUR 0.00", "EUR 100.00")


@pytest.mark.parametrize("method", ["direct", "step-down", "reciprocal"])
@pytest.mark.parametrize("driver", ["seats", "paid_h", "heads", "contacts"])
def test_shared_cost_without_a_measured_driver_stays_in_sight(
    cost_of: Cost, method: str, driver: str
) -> None:
    """
    No capacity row tells seats, hours or heads, and no contact is in scope: 100 are unassigned, by any
    method.
    """
    policy = f"""
pools: {{it: {{driver: {driver}, to: [voice]}}, voice: {{scope: {{team: none}}}}}}
shared: {{method: {method}}}
rules: [{{to: it}}]
"""
    costed = cost_of(policy, contacts=[{"team": "a"}], ledger=[{}])
    assert (str(costed.assigned), str(costed.unassigned)) == ("EUR 0.00", "EUR 100.00")


def test_over_used_capacity_is_named_and_not_clamped(cost_of: Cost) -> None:
    """
    opencost 3387: negative idle was clamped to 0. 15 h of work on 10 practical hours of 100 EUR: 150 and
    -50.
    """
    costed = cost_of(VOICE, contacts=[{"handle_s": 15 * 3600}], capacity=[{"practical_h": 10}], ledger=[{}])
    assert (str(costed.assigned), str(costed.unused)) == ("EUR 150.00", "EUR -50.00")
    notes = state(costed, Slice(JUNE), compare=False).notes
    assert any("over-used" in note and "50.00" in note for note in notes)


def test_unknown_capacity_is_said_and_is_not_full_use(cost_of: Cost) -> None:
    """
    opencost 3823 "idle 0, why?": without a capacity row nothing can be unused, and the statement says so.
    """
    costed = cost_of(VOICE, contacts=[{"handle_s": 3600}], ledger=[{}])
    assert str(costed.unused) == "EUR 0.00"
    assert any("capacity of g is unknown" in note for note in state(costed, Slice(JUNE), compare=False).notes)


def test_capacity_that_nobody_used_is_all_unused(cost_of: Cost) -> None:
    """
    10 practical hours, no work: 100 unused, nothing unassigned, and no contact bears it even on basis full.
    """
    costed = cost_of(VOICE, contacts=[{"handle_s": 0}], capacity=[{"practical_h": 10}], ledger=[{}])
    assert (str(costed.assigned), str(costed.unused), str(costed.unassigned)) == (
        "EUR 0.00",
        "EUR 100.00",
        "EUR 0.00",
    )
    assert by(costed, "contact_id", basis="full") == {("c1",): 0}


def test_a_pool_that_costs_nothing_takes_nothing(cost_of: Cost) -> None:
    """+100 and its reversal -100: the contact costs 0.00, known and not absent."""
    costed = cost_of(VOICE, contacts=[{"handle_s": 60}], ledger=[{"amount": "100"}, {"amount": "-100"}])
    assert state(costed, Slice(JUNE), compare=False).total.value == 0


def test_a_credit_lowers_what_contacts_cost(cost_of: Cost) -> None:
    """Only a credit of -30 over 3 contacts: -10 each, not 0 and not +10."""
    costed = cost_of(contacts=[{}, {}, {}], ledger=[{"amount": "-30"}])
    assert by(costed, "contact_id") == {("c1",): -10, ("c2",): -10, ("c3",): -10}


# -- what is missing is not zero -----------------------------------------------------------------------


def test_use_without_a_price_is_counted_and_not_free(cost_of: Cost) -> None:
    """
    tares PR 82: an unknown model cost 0. Here 5 tokens have no price: null, and 5 units are told as
    unpriced.
    """
    costed = cost_of(
        contacts=[{}], usage=[{"item": "token", "quantity": 5}, {"item": "minute", "quantity": 2}]
    )
    policy = parse_policy("prices: [{vendor: v, item: minute, price: 0.5, currency: EUR}]")
    uses, vendors = price_usage(costed.con, costed.book, policy, JUNE)
    told = {u.item: (u.pico, u.unpriced) for u in uses}
    assert told == {"token": (None, Decimal(5)), "minute": (to_pico("1"), Decimal(0))}
    assert not vendors[0].complete


def test_a_price_of_zero_is_a_price(cost_of: Cost) -> None:
    """Included conversations are free: 0, and complete."""
    costed = cost_of(contacts=[{}], usage=[{"quantity": 5}])
    policy = parse_policy("prices: [{vendor: v, item: token, price: 0, currency: EUR}]")
    uses, vendors = price_usage(costed.con, costed.book, policy, JUNE)
    assert uses[0].pico == 0
    assert vendors[0].complete


def test_a_missing_handle_time_is_estimated_and_counted(cost_of: Cost) -> None:
    """
    chatwoot 13262: absent effort read as none. One of two contacts is timed (60 s), the other has a
    standard of 60 s.
    """
    costed = cost_of(VOICE + "unit_times: [{base_s: 60}]", contacts=[{"handle_s": 60}, {}], ledger=[{}])
    shown = state(costed, Slice(JUNE), compare=False)
    assert by(costed, "contact_id") == {("c1",): 50, ("c2",): 50}
    assert (shown.total.measured, shown.total.estimated) == (1, 1)
    assert any("handle time of 1 contacts" in note for note in shown.notes)


def test_a_missing_handle_time_without_a_standard_is_said(cost_of: Cost) -> None:
    """
    Nothing to estimate by: the contact takes no time cost, and the statement says that its time is unknown.
    """
    shown = state(cost_of(VOICE, contacts=[{"handle_s": 60}, {}], ledger=[{}]), Slice(JUNE), compare=False)
    assert (shown.total.contacts, shown.total.estimated) == (2, 1)
    assert any("unknown" in note for note in shown.notes)


def test_a_measured_zero_is_measured(cost_of: Cost) -> None:
    """handle_s 0 was timed: it is no estimate and takes no standard time."""
    costed = cost_of(
        VOICE + "unit_times: [{base_s: 60}]", contacts=[{"handle_s": 60}, {"handle_s": 0}], ledger=[{}]
    )
    assert by(costed, "contact_id") == {("c1",): 100, ("c2",): 0}
    assert state(costed, Slice(JUNE), compare=False).total.estimated == 0


def test_a_missing_exchange_rate_stops_everything(cost_of: Cost) -> None:
    """optscale 404: a rate of May is not one of June. The error names currency and month."""
    may = {"period_start": "2026-05-01", "period_end": "2026-06-01", "rate": "0.9"}
    with pytest.raises(PercontactError) as error:
        cost_of(contacts=[{}], ledger=[{"currency": "USD"}], fx=[may])
    assert error.value.problem.code == "E-FX-01"
    assert "USD in 2026-06" in error.value.problem.what


def test_an_original_amount_is_kept_beside_its_translation(cost_of: Cost) -> None:
    """opencost-ui PR 158: 100 USD at 0.9 is 90 EUR; both are in the books."""
    costed = cost_of(contacts=[{}], ledger=[{"currency": "USD"}], fx=[{"rate": "0.9"}])
    row = costed.con.execute("SELECT currency, source_pico, pico FROM line_month").fetchone()
    assert row == ("USD", to_pico("100"), to_pico("90"))


def test_a_month_without_work_keeps_its_cost_in_sight(cost_of: Cost) -> None:
    """June has no contact: its 100 are unassigned and are not moved to July, which costs 10 a contact."""
    ledger = [{}, {"amount": "10", "period_start": "2026-07-01", "period_end": "2026-08-01"}]
    costed = cost_of(contacts=[{"started_at": "2026-07-03 09:00:00"}], ledger=ledger)
    assert by(costed, "contact_id", span=JUNE_JULY) == {("c1",): 10}
    assert str(costed.unassigned) == "EUR 100.00"


def test_contacts_far_from_any_cost_take_none(cost_of: Cost) -> None:
    """One contact in 1999, one in June 2026: all 100 belong to the second."""
    costed = cost_of(contacts=[{"started_at": "1999-01-03 09:00:00"}, {}], ledger=[{}])
    long = Period(date(1999, 1, 1), date(2026, 7, 1))
    assert by(costed, "contact_id", span=long) == {("c1",): 0, ("c2",): 100}


def test_nobody_is_a_team_of_its_own(cost_of: Cost) -> None:
    """kubecost __unallocated__: an unknown team is a row, and `team!=a` holds it."""
    costed = cost_of(contacts=[{"team": "a"}, {"team": None}], ledger=[{}])
    assert by(costed, "team") == {("a",): 50, (None,): 50}
    assert by(costed, where=(Condition("team", ("a",), negate=True),)) == {(): 50}
    assert by(costed, where=(Condition("team", ("",)),)) == {(): 50}


def test_no_contacts_give_no_ratio(cost_of: Cost) -> None:
    """100 EUR, nothing handled: cost per contact is undefined, neither 0 nor infinite."""
    assert (
        state(
            cost_of(contacts=[{"outcome": "abandoned"}], ledger=[{}]), Slice(JUNE), compare=False
        ).total.value
        is None
    )


# -- one population ------------------------------------------------------------------------------------


def test_cost_and_count_speak_of_the_same_contacts(cost_of: Cost) -> None:
    """
    freescout 4125: closed count over opened times. A contact counts, with its cost, on the day it came in.
    """
    late = {"started_at": "2026-06-30 23:59:00", "ended_at": "2026-07-02 10:00:00"}
    july = {"started_at": "2026-07-05 10:00:00"}
    ledger = [{}, {"period_start": "2026-07-01", "period_end": "2026-08-01"}]
    shown = state(cost_of(contacts=[late, july], ledger=ledger), Slice(JUNE_JULY), compare=False)
    assert [(r.period, r.contacts, r.cents) for r in shown.rows] == [
        ("2026-06", 1, 100_00),
        ("2026-07", 1, 100_00),
    ]


def test_abandoned_contacts_are_offered_and_not_handled(cost_of: Cost) -> None:
    """1 handled, 1 abandoned: 100 a handled contact; the other is counted as offered and bears nothing."""
    costed = cost_of(contacts=[{}, {"outcome": "Abandoned"}], ledger=[{}])
    total = state(costed, Slice(JUNE), compare=False).total
    assert (total.contacts, total.offered, total.value) == (1, 2, 100)
    assert by(costed, "contact_id") == {("c1",): 100, ("c2",): 0}


def test_a_ratio_is_never_averaged(cost_of: Cost) -> None:
    """June 100 / 1 contact, July 100 / 3 contacts: 200 / 4 = 50, not the mean 66.67 of 100 and 33.33."""
    contacts = [{}, *[{"started_at": "2026-07-05 10:00:00"}] * 3]
    ledger = [{}, {"period_start": "2026-07-01", "period_end": "2026-08-01"}]
    assert state(cost_of(contacts=contacts, ledger=ledger), Slice(JUNE_JULY), compare=False).total.value == 50


def test_no_join_multiplies_a_contact(cost_of: Cost) -> None:
    """
    dbt_zendesk 107: time times five. Two handlings, three usage rows, a case of two contacts: still two
    contacts.
    """
    costed = cost_of(
        "pools: {ai: {driver: 'usage:token'}, voice: {driver: handle_s}}\n"
        "rules: [{match: {account: '7*'}, to: ai}, {to: voice}]",
        contacts=[{"case_id": "k1", "handle_s": 60}, {"case_id": "k1", "handle_s": 60}],
        handlings=[{"handle_s": 20}, {"handle_s": 40}],
        usage=[{"contact_id": "c1", "quantity": q} for q in (1, 2, 3)],
        cases=[{"resolved_at": "2026-06-04 09:00:00"}],
        ledger=[{"amount": "60"}, {"amount": "12", "account": "7000"}],
    )
    total = state(costed, Slice(JUNE), compare=False).total
    assert (total.contacts, total.offered, total.handle_s) == (2, 2, 120)
    assert by(costed, "contact_id") == {("c1",): 42, ("c2",): 30}
    assert state(costed, Slice(JUNE), "resolution", compare=False).total.value == 72


# -- bots and people -----------------------------------------------------------------------------------


def test_bot_time_stays_out_of_human_figures(cost_of: Cost) -> None:
    """
    chatwoot 12058: 5 days reported, 10 minutes true. A bot holds the contact for 5 days, a person for 10
    minutes.
    """
    costed = cost_of(
        "pools: {people: {driver: handle_s, scope: {actor: agent}}, "
        "bot: {driver: handle_s, scope: {actor: bot}}}\n"
        "rules: [{match: {account: '7*'}, to: bot}, {to: people}]",
        contacts=[{"channel": "chat"}],
        handlings=[{"actor": "bot", "handle_s": 5 * 86400}, {"actor": "agent", "handle_s": 600}],
        ledger=[{"amount": "10"}, {"account": "7000", "amount": "1"}],
    )
    people = costed.cells(Slice(JUNE, where=(Condition("actor", ("agent",)),)))[0]
    assert [(c.handle_s, from_pico(c.pico)) for c in people if c.pico] == [(600, 10)]
    assert by(costed, "actor")[("bot",)] == 1


def test_each_of_several_agents_bears_their_own_time(cost_of: Cost) -> None:
    """freescout 278: three agents on one ticket. 10, 20 and 30 minutes of 60 EUR an hour in two teams."""
    legs = [("x", "a", 600), ("y", "a", 1200), ("z", "b", 1800)]
    costed = cost_of(
        VOICE, contacts=[{"team": "a", "agent": "x"}],
        handlings=[{"agent": who, "team": team, "handle_s": s} for who, team, s in legs],
        ledger=[{"amount": "60"}],
    )  # fmt: skip
    assert by(costed, "agent") == {("x",): 10, ("y",): 20, ("z",): 30}
    assert by(costed, "team") == {("a",): 30, ("b",): 30}
    assert by(costed, "contact_id") == {("c1",): 60}
    assert state(costed, Slice(JUNE), compare=False).total.contacts == 1


def test_work_of_the_next_month_costs_that_month(cost_of: Cost) -> None:
    """The contact of June is worked on in July: the July rate prices it; June counts the contact."""
    costed = cost_of(
        VOICE, contacts=[{}], handlings=[{"started_at": "2026-07-02 09:00:00", "handle_s": 600}],
        ledger=[{"period_start": "2026-07-01", "period_end": "2026-08-01"}],
    )  # fmt: skip
    cells = costed.cells(Slice(JUNE_JULY))[0]
    assert [(c.period.month, c.handled, from_pico(c.pico)) for c in cells] == [(6, 1, 0), (7, 0, 100)]


def test_two_chats_at_once_are_not_two_hours(cost_of: Cost) -> None:
    """One agent, two chats over the same hour: 1 h of work, not 2; 50 each of 100."""
    hour = {"channel": "chat", "agent": "x", "ended_at": "2026-06-03 10:00:00"}
    costed = cost_of(VOICE + "concurrency: {channels: [chat]}", contacts=[hour, hour], ledger=[{}])
    assert by(costed, "contact_id") == {("c1",): 50, ("c2",): 50}
    assert state(costed, Slice(JUNE), compare=False).total.handle_s == 3600


# -- sizes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount", ["1000000000000", "0.0000001", "100000000000000", "-1000000000000", "0.01"]
)
def test_no_size_loses_a_pico(cost_of: Cost, amount: str) -> None:
    """From a ten-millionth to 1e14, over seven contacts of 1 ms to 1 h: the sum is the amount, exactly."""
    seconds = ["0.001", "0.002", "1", "59.999", "60", "600", "3600"]
    costed = cost_of(VOICE, contacts=[{"handle_s": s} for s in seconds], ledger=[{"amount": amount}])
    assert exactly(costed) == Decimal(amount)


def test_more_contacts_than_pico_still_sum(cost_of: Cost) -> None:
    """0.0000001 over three million contacts: 0.03 pico each; the residual keeps the sum."""
    costed = cost_of(contacts=[{"count": 1_000_000}] * 3, ledger=[{"amount": "0.0000001"}])
    assert exactly(costed) == Decimal("0.0000001")
