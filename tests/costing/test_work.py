# SPDX-License-Identifier: Apache-2.0
"""Work: estimated times, repeats, failure demand, who worked, and which local day a contact belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest

from percontact.costing import Condition, CostedBook, Slice
from percontact.costing.calendar import make_calendar
from percontact.records.books import Row
from percontact.values.money import from_pico
from percontact.values.period import Period, add_months

Cost = Callable[..., CostedBook]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
TIME = "pools: {work: {driver: handle_s}}\nrules: [{to: work}]\n"


def cells(
    costed: CostedBook, *by: str, span: Period = JUNE, grain: str = "year"
) -> dict[tuple[object, ...], Decimal]:
    """Cost by period (if the grain is finer) and dimensions."""
    found = costed.cells(Slice(span, grain, by))[0]  # type: ignore[arg-type]
    return {(*([] if grain == "year" else [c.period]), *c.values): from_pico(c.pico) for c in found}


def seconds(cost_of: Cost, policy: str, *contacts: Row) -> list[Decimal]:
    """Handle time of each contact as costed."""
    found = cost_of(TIME + policy, contacts=list(contacts)).cells(Slice(JUNE, by=("contact_id",)))[0]
    return [c.handle_s for c in found]


# -- time equations ------------------------------------------------------------------------------------


def test_time_is_base_plus_extra_for_each_message(cost_of: Cost) -> None:
    """60 s + 30 s x 3 messages = 150 s; no message count adds nothing."""
    policy = "unit_times: [{base_s: 60, extra: {messages: 30}}]"
    assert seconds(cost_of, policy, {"messages": 3}, {}) == [150, 60]


def test_the_first_equation_in_scope_counts(cost_of: Cost) -> None:
    """E-mail 90 s, team a 120 s, else nothing: an e-mail of team a is an e-mail."""
    policy = "unit_times: [{scope: {channel: email}, base_s: 90}, {scope: {team: a}, base_s: 120}]"
    rows = [{"channel": "email", "team": "a"}, {"team": "a"}, {}]
    assert seconds(cost_of, policy, *rows) == [90, 120, 0]


def test_an_equation_may_be_for_people_only(cost_of: Cost) -> None:
    """actor: agent is told by the channel where it is not told itself."""
    policy = "unit_times: [{scope: {actor: agent}, base_s: 60}]"
    assert seconds(
        cost_of, policy, {}, {"channel": "ai_agent"}, {"channel": "ai_agent", "actor": "agent"}
    ) == [60, 0, 60]


def test_measured_time_stands_before_an_equation(cost_of: Cost) -> None:
    """5 s measured; base 60 s."""
    assert seconds(cost_of, "unit_times: [{base_s: 60}]", {"handle_s": 5}, {"handle_s": 0}) == [5, 0]


def test_a_row_of_many_takes_the_base_for_each(cost_of: Cost) -> None:
    """40 contacts x 60 s + 100 messages x 2 s."""
    policy = "unit_times: [{base_s: 60, extra: {messages: 2}}]"
    assert seconds(cost_of, policy, {"count": 40, "messages": 100}) == [2600]


def test_an_abandoned_contact_took_no_standard_time(cost_of: Cost) -> None:
    """Nobody worked on it."""
    assert seconds(cost_of, "unit_times: [{base_s: 60}]", {"outcome": "abandoned"}) == [0]


def test_fractions_of_a_second_are_kept_to_the_millisecond(cost_of: Cost) -> None:
    """0.0005 + 1 s: half a millisecond rounds once."""
    assert seconds(cost_of, "unit_times: [{base_s: 1.25}]", {}, {"handle_s": "0.001"}) == [
        Decimal("1.25"),
        Decimal("0.001"),
    ]


# -- who worked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "actor", "told"),
    [
        ("voice", None, "agent"), ("ai_agent", None, "bot"), ("AI_AGENT", None, "bot"), ("ivr", None, "ivr"),
        ("self_service", None, "self_service"), ("bot", None, "bot"), (None, None, "agent"),
        ("voice", "bot", "bot"),
        ("ai_agent", "agent", "agent"),
    ],
)  # fmt: skip
def test_who_worked_is_told_or_follows_from_the_channel(
    cost_of: Cost, channel: str, actor: str, told: str
) -> None:
    """Machines work in self_service, ivr, bot and ai_agent; people in all others."""
    costed = cost_of(contacts=[{"channel": channel, "actor": actor}], ledger=[{}])
    assert list(cells(costed, "actor")) == [(told,)]
    assisted = "assisted" if told in ("agent", "back_office") else "unassisted"
    assert list(cells(costed, "assisted")) == [(assisted,)]


# -- repeats and failure demand ------------------------------------------------------------------------


def repeats(cost_of: Cost, policy: str, *contacts: Row) -> list[object]:
    costed = cost_of(TIME + policy, contacts=list(contacts))
    span = Period(date(2026, 1, 1), date(2027, 1, 1))
    return [c.values[1] for c in costed.cells(Slice(span, "year", ("contact_id", "repeat")))[0]]


def at(day: str, customer: str | None = "k", reason: str | None = "r", **more: object) -> Row:
    return {"started_at": f"2026-{day}:00", "customer_id": customer, "reason": reason, **more}


def test_coming_back_within_the_window_is_a_repeat(cost_of: Cost) -> None:
    """Same customer and reason after 7 days to the minute: repeat; a minute later: first."""
    rows = [at("06-01 09:00"), at("06-08 09:00"), at("06-15 09:01")]
    assert repeats(cost_of, "", *rows) == ["first", "repeat", "first"]


def test_a_window_is_set_by_the_policy(cost_of: Cost) -> None:
    """1 day."""
    rows = [at("06-01 09:00"), at("06-03 09:00")]
    assert repeats(cost_of, "repeat: {within_days: 1}", *rows) == ["first", "first"]


def test_another_reason_or_customer_is_no_repeat(cost_of: Cost) -> None:
    """Unless the policy asks for the customer alone."""
    rows = [at("06-01 09:00"), at("06-02 09:00", reason="s"), at("06-03 09:00", "l")]
    assert repeats(cost_of, "", *rows) == ["first", "first", "first"]
    assert repeats(cost_of, "repeat: {same: customer_id}", *rows) == ["first", "repeat", "first"]


def test_who_is_not_known_is_neither_first_nor_repeat(cost_of: Cost) -> None:
    """No customer, no reason, a row of many: unknown, not false."""
    rows = [
        at("06-01 09:00", None),
        at("06-02 09:00", reason=None),
        at("06-03 09:00", count=2),
        at("06-04 09:00"),
    ]
    assert repeats(cost_of, "", *rows) == [None, None, None, "first"]


def test_a_repeat_is_seen_across_months(cost_of: Cost) -> None:
    """30 June and 2 July, by time and not by the order of the file."""
    assert repeats(cost_of, "", at("07-02 09:00"), at("06-30 09:00")) == ["repeat", "first"]


def test_failure_demand_is_a_reason_named_by_the_policy(cost_of: Cost) -> None:
    """refund is failure, order is value, no reason is unknown; a policy without reasons says nothing."""
    rows = [{"reason": r} for r in ("refund", "order", None)]
    costed = cost_of("failure_demand: {reasons: [refund]}", contacts=rows)
    found = [c.values for c in costed.cells(Slice(JUNE, by=("contact_id", "demand")))[0]]
    assert found == [("c1", "failure"), ("c2", "value"), ("c3", None)]
    assert list(cells(cost_of("", contacts=rows), "demand")) == [(None,)]


# -- metered use ---------------------------------------------------------------------------------------


def test_a_pool_of_metered_use_follows_what_each_contact_used(cost_of: Cost) -> None:
    """2.5 and 7.5 tokens, in three rows; 10 that name no contact are unassigned; minutes do not weigh."""
    costed = cost_of(
        "pools: {ai: {driver: 'usage:token'}}\nrules: [{to: ai}]",
        contacts=[{}, {}, {}],
        usage=[
            {"contact_id": "c1", "quantity": "2.5"}, {"contact_id": "c2", "quantity": "7"},
            {"contact_id": "c2", "quantity": "0.5"}, {"contact_id": "c1", "quantity": 99, "item": "minute"},
            {"quantity": 10},
        ],
        ledger=[{}],
    )  # fmt: skip
    assert cells(costed, "contact_id") == {("c1",): Decimal("12.5"), ("c2",): Decimal("37.5"), ("c3",): 0}
    assert str(costed.unassigned) == "EUR 50.00"


def test_use_that_adds_up_to_nothing_leaves_the_cost_without_owner(cost_of: Cost) -> None:
    """5 tokens and their reversal -5."""
    costed = cost_of(
        "pools: {ai: {driver: 'usage:token'}}\nrules: [{to: ai}]", contacts=[{}, {}],
        usage=[{"contact_id": "c1", "quantity": 5}, {"contact_id": "c2", "quantity": -5}], ledger=[{}],
    )  # fmt: skip
    assert str(costed.unassigned) == "EUR 100.00"


# -- local days ----------------------------------------------------------------------------------------


def test_a_late_contact_belongs_to_the_next_local_day(cost_of: Cost) -> None:
    """23:30 UTC on 3 June is 01:30 on 4 June in Berlin, and 19:30 on 3 June in New York."""
    for zone, day, hour in (("UTC", 3, 23), ("Europe/Berlin", 4, 1), ("America/New_York", 3, 19)):
        costed = cost_of(contacts=[{"started_at": "2026-06-03 23:30:00"}], ledger=[{}], timezone=zone)
        assert cells(costed, "hour", grain="day") == {(date(2026, 6, day), hour): 100}


def test_a_contact_of_the_last_night_belongs_to_the_next_local_month(cost_of: Cost) -> None:
    """30 June 23:30 UTC is July in Berlin: June's 100 have no work, July's 10 go to it."""
    costed = cost_of(
        contacts=[{"started_at": "2026-06-30 23:30:00"}], timezone="Europe/Berlin",
        ledger=[{}, {"period_start": "2026-07-01", "period_end": "2026-08-01", "amount": "10"}],
    )  # fmt: skip
    assert cells(costed, span=Period(date(2026, 6, 1), date(2026, 8, 1)), grain="month") == {
        (date(2026, 7, 1),): 10
    }
    assert str(costed.unassigned) == "EUR 100.00"


def calendar_of(months: Period, zone: str) -> list[tuple[int, date, int, int]]:
    """(UTC quarter hour, local day, ISO weekday, local hour), in order."""
    con = duckdb.connect()
    make_calendar(con, months, zone)
    return con.execute("SELECT * FROM bucket_day ORDER BY bucket").fetchall()


def quarters_of(months: Period, zone: str) -> list[tuple[date, int]]:
    """(local day, local hour) of each quarter hour."""
    return [(day, hour) for _, day, _, hour in calendar_of(months, zone)]


@pytest.mark.parametrize(
    ("zone", "month", "day", "quarters"),
    [
        ("Europe/Berlin", date(2026, 3, 1), date(2026, 3, 29), 23 * 4),
        ("Europe/Berlin", date(2026, 10, 1), date(2026, 10, 25), 25 * 4),
        ("Europe/Berlin", date(2026, 6, 1), date(2026, 6, 3), 24 * 4),
        ("Australia/Lord_Howe", date(2026, 4, 1), date(2026, 4, 5), 24 * 4 + 2),
        ("Asia/Kathmandu", date(2026, 6, 1), date(2026, 6, 3), 24 * 4),
        ("UTC", date(2026, 3, 1), date(2026, 3, 29), 24 * 4),
    ],
)
def test_a_day_has_the_hours_its_clocks_give_it(zone: str, month: date, day: date, quarters: int) -> None:
    """
    Berlin: 23 hours on 29 March, 25 on 25 October; Lord Howe turns by half an hour; Nepal lies 5:45 off.
    """
    days = Counter(d for d, _ in quarters_of(Period(month, date(month.year, month.month + 1, 1)), zone))
    assert days[day] == quarters
    assert {d.month for d in days} == {month.month}


def test_the_hour_that_comes_twice_is_one_hour_of_the_clock() -> None:
    """25 October 02:00 in Berlin: eight quarter hours bear the hour 2; on 29 March none does."""
    october = quarters_of(Period(date(2026, 10, 1), date(2026, 11, 1)), "Europe/Berlin")
    march = quarters_of(Period(date(2026, 3, 1), date(2026, 4, 1)), "Europe/Berlin")
    assert october.count((date(2026, 10, 25), 2)) == 8
    assert march.count((date(2026, 3, 29), 2)) == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Africa/Monrovia"])
@pytest.mark.parametrize("first", [date(1971, 12, 1), date(2011, 12, 1), date(2026, 3, 1)])
def test_each_quarter_hour_has_the_local_day_weekday_and_hour_of_its_zone(zone: str, first: date) -> None:
    """Two months: Monrovia was 44:30 off until 1972, Samoa left a day out in 2011. The oracle is zoneinfo."""
    months = Period(first, add_months(first, 2))
    found = calendar_of(months, zone)
    for bucket, *told in found:
        local = datetime.fromtimestamp(bucket * 900, ZoneInfo(zone))
        assert told == [local.date(), local.isoweekday(), local.hour]


def test_weeks_begin_on_monday_and_may_lie_in_two_months(cost_of: Cost) -> None:
    """Tuesday 30 June and Wednesday 1 July are of the week of 29 June; each has the cost of its own month."""
    costed = cost_of(
        contacts=[{"started_at": "2026-06-30 09:00:00"}, {"started_at": "2026-07-01 09:00:00"}],
        ledger=[{}, {"period_start": "2026-07-01", "period_end": "2026-08-01", "amount": "10"}],
    )
    assert cells(costed, span=Period(date(2026, 6, 1), date(2026, 8, 1)), grain="week") == {
        (date(2026, 6, 29),): 110
    }


# -- conditions ----------------------------------------------------------------------------------------


def test_a_condition_and_its_negation_are_the_whole(cost_of: Cost) -> None:
    """Teams a, b and unknown: a or unknown + neither."""
    costed = cost_of(contacts=[{"team": t} for t in ("a", "b", None)], ledger=[{"amount": "99"}])
    for values in (("a",), ("a", ""), ("",), ("nobody",)):
        sums = []
        for negate in (False, True):
            found = costed.cells(Slice(JUNE, where=(Condition("team", values, negate),)))[0]
            sums.append(sum(from_pico(c.pico) for c in found))
        assert sum(sums) == 99, values
