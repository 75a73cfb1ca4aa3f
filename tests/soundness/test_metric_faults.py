# SPDX-License-Identifier: Apache-2.0
"""How figures of service go wrong elsewhere: rows counted twice, the wrong day, open cases as zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest

from percontact.costing.costed import CostedBook
from percontact.costing.policy import textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.slice import Condition, Slice
from percontact.metrics import Panel, catalogue, measure
from percontact.metrics.card_form import parse_cards
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.report.state import state
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Rows = Mapping[str, Sequence[Mapping[str, object]]]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def ask(tables: Rows, *metrics: str, zone: str = "UTC", **asked: object) -> Panel:
    book = make_book(tables, timezone=zone)
    question = Slice(**{"span": JUNE, "grain": "month", **asked})  # type: ignore[arg-type]
    return measure(
        [catalogue()[m] for m in metrics], question, con=connect(), book=book, policy=textbook(),
        costed=lambda: CostedBook(book, textbook()),
    )  # fmt: skip


def contact(name: str, at: str = "2026-06-03 09:00:00", **more: object) -> dict[str, object]:
    return {"contact_id": name, "started_at": at, "channel": "voice", **more}


def values(panel: Panel, metric: str) -> dict[object, object]:
    """Value by period, or by the values of the dimensions where there are any."""
    return {(v or p): f.value for (p, v), f in panel.figures[metric].items()}


# -- joins never count a row twice ---------------------------------------------------------------------


def test_a_contact_of_several_stretches_of_work_counts_once() -> None:
    """bot, then two agents and back office work on c1; nobody is known to have worked on c2"""
    legs = [
        {"handling_id": f"h{i}", "contact_id": "c1", "started_at": "2026-06-03 09:00:00", "actor": actor}
        for i, actor in enumerate(["bot", "agent", "agent", "back_office"])
    ]
    panel = ask(
        {"contacts": [contact("c1", handle_s=100, outcome="resolved"), contact("c2", handle_s=300)],
         "handlings": legs},
        "contacts_offered", "containment_rate", "average_handle_time", "abandonment_rate",
    )  # fmt: skip
    assert panel.totals["contacts_offered"].value == 2
    assert panel.totals["average_handle_time"].value == 200
    assert panel.totals["containment_rate"].denominator == 1
    assert panel.totals["abandonment_rate"].denominator == 2


def test_a_session_that_a_bot_hands_to_an_agent_does_not_end_without_one() -> None:
    """a bot's escalated session and the agent's part, a contact of its own; one settled, one not known"""
    bot = {"channel": "ai_agent", "actor": "bot", "reason": "bill"}
    panel = ask(
        {"contacts": [
            contact("c1", **bot, outcome="Escalated", customer_id="u"),
            contact("c2", outcome="resolved", channel="voice"),
            contact("c3", **bot, outcome="resolved", customer_id="v"),
            contact("c4", **bot, customer_id="w"),
            contact("c5", started_at="2026-06-29 09:00:00", channel="voice", outcome="resolved"),
        ]},
        "containment_rate", "automated_resolution_rate", "self_service_success", "deflection_rate",
    )  # fmt: skip
    for metric in ("containment_rate", "automated_resolution_rate", "self_service_success"):
        figure = panel.totals[metric]
        assert (figure.numerator, figure.denominator) == (1, 2), metric
        assert figure.coverage == Fraction(2, 3), metric
    assert (panel.totals["deflection_rate"].numerator, panel.totals["deflection_rate"].denominator) == (2, 4)


def test_a_session_that_ends_unresolved_is_no_success_though_the_customer_stays_away() -> None:
    """two tried to help themselves; the page says that one of them did not find it"""
    own = {"channel": "self_service", "actor": "self_service", "reason": "bill"}
    panel = ask(
        {"contacts": [
            contact("c1", **own, outcome="resolved", customer_id="u"),
            contact("c2", **own, outcome="unresolved", customer_id="v"),
            contact("c5", started_at="2026-06-29 09:00:00", channel="voice", outcome="resolved"),
        ]},
        "self_service_success", "containment_rate",
    )  # fmt: skip
    assert panel.totals["self_service_success"].value == Fraction(1, 2)
    assert panel.totals["containment_rate"].value == 1


def test_contacts_of_one_case_and_one_customer_count_once_each() -> None:
    """three contacts of one case that was escalated, by one customer"""
    same = {"case_id": "k", "customer_id": "u", "reason": "bill"}
    panel = ask(
        {
            "contacts": [contact(f"c{i}", f"2026-06-0{i} 09:00:00", **same) for i in (1, 2, 3)],
            "cases": [{"case_id": "k", "opened_at": "2026-06-01 08:00:00", "escalated": "true"}],
            "customers": [{"customer_id": "u", "joined_on": "2026-01-01"}],
        },
        "contacts_offered", "escalation_rate", "customer_churn_rate",
    )  # fmt: skip
    assert panel.totals["contacts_offered"].value == 3
    assert (panel.totals["escalation_rate"].numerator, panel.totals["escalation_rate"].denominator) == (3, 3)
    assert panel.totals["customer_churn_rate"].denominator == 1


def test_surveys_take_the_team_of_their_contact_and_stay_as_many() -> None:
    """two questions about one contact of team a, one about none that is known"""
    asked = {"kind": "csat", "scale_min": 1, "scale_max": 5, "sent_at": "2026-06-04 09:00:00"}
    panel = ask(
        {
            "contacts": [contact("c1", team="a"), contact("c2", team="b")],
            "surveys": [
                {"survey_id": "1", "contact_id": "c1", "score": 5, **asked},
                {"survey_id": "2", "contact_id": "c1", "score": 1, **asked},
                {"survey_id": "3", "contact_id": "gone", "score": 4, **asked},
            ],
        },
        "customer_satisfaction",
        by=("team",),
    )
    assert values(panel, "customer_satisfaction") == {("a",): Fraction(1, 2), (None,): 1}
    assert panel.totals["customer_satisfaction"].denominator == 3


def test_a_condition_holds_for_both_parts_of_a_share() -> None:
    """voice: 1 of 2 within 20 s; chat: 1 of 1"""
    rows = [contact("1", wait_s=5), contact("2", wait_s=90), contact("3", wait_s=1, channel="chat")]
    panel = ask({"contacts": rows}, "service_level", where=(Condition("channel", ("voice",)),))
    assert (panel.totals["service_level"].numerator, panel.totals["service_level"].denominator) == (1, 2)


# -- rows that stand for many --------------------------------------------------------------------------


def test_the_sum_of_many_waits_is_no_wait() -> None:
    """100 contacts in one row waited 1,000 s together: how many waited 20 s at most is not known"""
    rows = [contact("many", count=100, wait_s=1000, handle_s=30_000), contact("one", wait_s=5, handle_s=60)]
    panel = ask(
        {"contacts": rows},
        "service_level", "service_level_forgiving", "average_speed_of_answer", "speed_of_answer_p90",
        "handle_time_p90",
    )  # fmt: skip
    for metric in ("service_level", "service_level_forgiving", "speed_of_answer_p90", "handle_time_p90"):
        assert (panel.totals[metric].denominator, panel.totals[metric].population) == (1, 101), metric
    assert panel.totals["average_speed_of_answer"].value == Fraction(1005, 101)
    only = ask({"contacts": rows[:1]}, "service_level", "handle_time_p90")
    assert [f.value for f in only.totals.values()] == [None, None]
    assert all("undefined" in f.marks for f in only.totals.values())


# -- days, weeks and months are local ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("at", "month", "day"),
    [
        ("2026-05-31 21:59:59", 5, "2026-05-31"),
        ("2026-05-31 23:30:00", 6, "2026-06-01"),
        ("2026-12-31 22:59:59", 12, "2026-12-31"),
        ("2026-03-29 00:59:59", 3, "2026-03-29"),
        ("2026-03-28 23:00:00", 3, "2026-03-29"),
        ("2026-03-29 21:59:59", 3, "2026-03-29"),
        ("2026-03-29 22:00:00", 3, "2026-03-30"),
        ("2026-10-24 22:00:00", 10, "2026-10-25"),
        ("2026-10-25 22:59:59", 10, "2026-10-25"),
        ("2026-10-25 23:00:00", 10, "2026-10-26"),
    ],
)
def test_a_contact_belongs_to_its_local_day(at: str, month: int, day: str) -> None:
    """Europe/Berlin: 23 hours on 29 March 2026, 25 on 25 October"""
    tables = {
        "contacts": [contact("c", at)],
        "surveys": [{"survey_id": "s", "kind": "csat", "sent_at": at}],
        "cases": [{"case_id": "k", "opened_at": at, "resolved_at": at}],
    }
    metrics = ("contacts_offered", "survey_response_rate", "resolution_time", "complaint_rate")
    by_month = ask(tables, *metrics, zone="Europe/Berlin", span=YEAR)
    by_day = ask(tables, *metrics, zone="Europe/Berlin", span=YEAR, grain="day")
    for metric in metrics[:3]:
        assert list(values(by_month, metric)) == [date(2026, month, 1)]
        assert list(values(by_day, metric)) == [date.fromisoformat(day)]


def test_the_hour_that_comes_twice_is_one_hour_of_the_clock() -> None:
    """00:30 and 01:30 UTC on 25 October 2026 are both half past two in Berlin"""
    rows = [contact("a", "2026-10-25 00:30:00"), contact("b", "2026-10-25 01:30:00")]
    panel = ask({"contacts": rows}, "contacts_offered", zone="Europe/Berlin", span=YEAR, by=("hour",))
    assert values(panel, "contacts_offered") == {(2,): 2}


def test_a_week_that_crosses_months_is_one_week() -> None:
    """Monday 29 June to Sunday 5 July 2026"""
    rows = [contact("a", "2026-06-29 09:00:00"), contact("b", "2026-07-05 20:00:00"),
            contact("c", "2026-07-06 00:00:00")]  # fmt: skip
    panel = ask({"contacts": rows}, "contacts_offered", span=YEAR, grain="week")
    assert values(panel, "contacts_offered") == {date(2026, 6, 29): 2, date(2026, 7, 6): 1}


def test_a_span_that_cuts_months_counts_its_days_only() -> None:
    """10 June to 9 July"""
    days = ["2026-06-09 23:59:59", "2026-06-10 00:00:00", "2026-07-09 23:59:59", "2026-07-10 00:00:00"]
    rows = [contact(str(i), day) for i, day in enumerate(days)]
    span = Period(date(2026, 6, 10), date(2026, 7, 10))
    panel = ask({"contacts": rows}, "contacts_offered", span=span)
    assert values(panel, "contacts_offered") == {date(2026, 6, 1): 1, date(2026, 7, 1): 1}


@pytest.mark.parametrize("asked", [{"grain": "week"}, {"span": Period(date(2026, 6, 10), date(2026, 7, 10))}])
def test_hours_known_by_month_are_unknown_by_week(asked: dict[str, object]) -> None:
    """100 h paid and 80 h available in June say nothing of one of its weeks"""
    june = {"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01"}
    panel = ask({"capacity": [{**june, "paid_h": 100, "available_h": 80}]}, "utilisation", **asked)
    assert panel.totals["utilisation"].value is None
    assert panel.totals["utilisation"].marks == ("unknown",)
    assert any("month" in note for note in panel.notes)


@pytest.mark.parametrize("asked", [{"by": ("weekday",)}, {"where": (Condition("hour", ("9",)),)}])
def test_those_who_were_there_when_a_period_began_have_no_weekday(asked: dict[str, object]) -> None:
    customers = [{"customer_id": "u", "joined_on": "2026-01-01"}]
    panel = ask({"customers": customers}, "customer_churn_rate", **asked)
    assert panel.totals["customer_churn_rate"].marks == ("unknown",)


def test_a_month_as_condition_holds_for_those_who_were_there_then() -> None:
    """joined in January, left on 10 May"""
    rows = [{"customer_id": "u", "joined_on": "2026-01-01", "left_on": "2026-05-10"}]
    may = (Condition("month", ("2026-05-01",)),)
    panel = ask({"customers": rows}, "customer_churn_rate", span=YEAR, where=may)
    assert values(panel, "customer_churn_rate") == {date(2026, 5, 1): 1}


# -- what is not known yet ------------------------------------------------------------------------------


def test_an_open_case_is_no_time_of_zero() -> None:
    """one case settled after an hour, one still open"""
    cases = [
        {"case_id": "a", "opened_at": "2026-06-01 09:00:00", "resolved_at": "2026-06-01 10:00:00"},
        {"case_id": "b", "opened_at": "2026-06-01 09:00:00"},
    ]
    panel = ask({"cases": cases}, "resolution_time", "median_resolution_time", "first_response_time")
    assert panel.totals["resolution_time"].value == panel.totals["median_resolution_time"].value == 3600
    assert panel.totals["first_response_time"].value is None


def test_those_without_value_yet_are_censored() -> None:
    """two of three have not got value after 27 days: no median, and no zero"""
    customers = [
        {"customer_id": "a", "joined_on": "2026-06-01", "first_value_on": "2026-06-03"},
        {"customer_id": "b", "joined_on": "2026-06-01"},
        {"customer_id": "c", "joined_on": "2026-06-01", "last_active_on": "2026-06-28"},
    ]
    found = ask({"customers": customers}, "time_to_value").totals["time_to_value"]
    assert (found.value, found.numerator, found.denominator) == (None, 1, 3)
    assert "undefined" in found.marks


@pytest.mark.parametrize(("rows", "few"), [(29, True), (30, False)])
def test_fewer_than_thirty_are_marked(rows: int, few: bool) -> None:
    contacts = [contact(str(i), handle_s=60, wait_s=1) for i in range(rows)]
    panel = ask({"contacts": contacts}, "average_handle_time", "service_level", "handle_time_p90")
    assert all(("few" in f.marks) is few for f in panel.totals.values())


def test_answers_on_an_unknown_scale_are_not_averaged_with_others() -> None:
    """4 of 1 to 5, and 9 of nobody says what"""
    rating = {"kind": "rating", "sent_at": "2026-06-04 09:00:00"}
    surveys = [
        {"survey_id": "1", "score": 4, "scale_min": 1, "scale_max": 5, **rating},
        {"survey_id": "2", "score": 9, **rating},
    ]
    found = ask({"surveys": surveys}, "customer_rating").totals["customer_rating"]
    assert (found.value, found.marks) == (None, ("mixed",))


def test_nothing_to_divide_by_is_undefined() -> None:
    panel = ask({"contacts": [contact("c", outcome="abandoned")]}, "average_handle_time", "service_level")
    assert [f.value for f in panel.totals.values()] == [None, None]


# -- parts that belong together --------------------------------------------------------------------------


def test_r82_spend_is_divided_by_the_reach_of_the_same_rows_only() -> None:
    """
    R82. April 100 for 1,000 reached; May 50, reach unknown; June spend unknown, 500 reached. 150 / 1,500 was
    told for the quarter: 0.10 again, but of other parts than the months'. Two half-known rows are left out.
    """
    rows = [
        {"campaign": "a", "period_start": f"2026-{m:02d}-01", "period_end": f"2026-{m + 1:02d}-01", **more}
        for m, more in (
            (4, {"marketing": 100, "reached": 1000}), (5, {"marketing": 50}), (6, {"reached": 500}),
        )
    ]  # fmt: skip
    metric = "marketing_cost_per_contact"
    months = ask({"campaigns": rows}, metric, span=YEAR)
    for grain in ("month", "quarter", "year", "whole"):
        panel = ask({"campaigns": rows}, metric, span=YEAR, grain=grain)
        total = panel.totals[metric]
        assert (total.numerator, total.denominator) == (100, 1000), grain
    known = [f for f in months.figures[metric].values() if f.value is not None]
    assert [(f.period, f.value) for f in known] == [(date(2026, 4, 1), Fraction(1, 10))]
    assert any("left out: 2" in note for note in months.notes)


def test_r83_a_campaign_across_months_keeps_its_spend_with_its_reach() -> None:
    """R83. 100 spent from 15 May to 14 June for 1,000 reached: June had spend, May the reach."""
    row = {"campaign": "a", "period_start": "2026-05-15", "period_end": "2026-06-15", "marketing": 100,
           "reached": 1000}  # fmt: skip
    panel = ask({"campaigns": [row]}, "marketing_cost_per_contact", span=YEAR)
    assert values(panel, "marketing_cost_per_contact") == {date(2026, 5, 1): Fraction(1, 10)}


def test_r84_churn_of_a_month_that_the_span_cuts_is_of_its_part() -> None:
    """
    R84. u left on 5 June, v on 20 June, w stays. Of the span from 10 June: u was not there any more, and one
    of two left. The whole of June, one in three and two of three, was told for it.
    """
    rows = [{"customer_id": c, "joined_on": "2026-01-01", "left_on": left}
            for c, left in (("u", "2026-06-05"), ("v", "2026-06-20"), ("w", None))]  # fmt: skip
    cut = ask({"customers": rows}, "customer_churn_rate", span=Period(date(2026, 6, 10), date(2026, 7, 1)))
    assert values(cut, "customer_churn_rate") == {date(2026, 6, 1): Fraction(1, 2)}
    early = ask({"customers": rows}, "customer_churn_rate", span=Period(date(2026, 6, 1), date(2026, 6, 10)))
    assert values(early, "customer_churn_rate") == {date(2026, 6, 1): Fraction(1, 3)}
    assert cut.totals["customer_churn_rate"].value == Fraction(1, 2)


def test_r85_users_are_not_gone_because_the_data_ends() -> None:
    """
    R85. Everyone was active to the last day of the data, 15 June. In June and July nobody is known to be
    gone; all of them were, because their 30 days ended in the third quarter.
    """
    rows = [
        {"customer_id": f"u{i}", "joined_on": "2026-01-01", "last_active_on": "2026-06-15"} for i in (1, 2)
    ]
    panel = ask({"customers": rows}, "user_churn_rate", span=YEAR)
    found = values(panel, "user_churn_rate")
    assert found[date(2026, 6, 1)] == 0
    assert found[date(2026, 7, 1)] is None
    assert any("The data ends on 2026-06-15" in note for note in panel.notes)
    quarter = ask({"customers": rows}, "user_churn_rate", span=Period(date(2026, 4, 1), date(2026, 10, 1)),
                  grain="quarter")  # fmt: skip
    assert values(quarter, "user_churn_rate")[date(2026, 7, 1)] is None


def test_r86_time_of_abandoned_contacts_is_no_occupancy() -> None:
    """R86. 100 h available, 50 h of handled calls; 10 h that others waited before they left."""
    hours = [("a", "resolved", 50), ("b", "abandoned", 10)]
    rows = [contact(name, outcome=outcome, handle_s=h * 3600) for name, outcome, h in hours]
    staff = {"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01", "available_h": 100}
    book = make_book({"contacts": rows, "capacity": [staff]})
    policy = parse_policy("pools: {p: {driver: handle_s, group: g}}\nrules: [{to: p}]")
    panel = measure(
        [catalogue()["occupancy"]], Slice(JUNE), con=connect(), book=book, policy=policy,
        costed=lambda: CostedBook(book, policy),
    )  # fmt: skip
    assert panel.totals["occupancy"].value == Fraction(1, 2)


def test_r87_a_card_that_compares_the_time_of_a_row_is_refused() -> None:
    """R87. `wait_s: {at_most: 20}` held or failed for a row of 500 contacts by the sum of their waits."""
    card = """
metric: quick
name: Quick
category: speed
asks: How many wait at most 20 s?
formula: a / b
kind: share
numerator: {count: contacts, where: {COLUMN: {at_most: "20"}}}
denominator: {count: contacts, where: {COLUMN: known}}
unit: "%"
better: higher
counted_on: contacts.started_at
rule: all
source: ours
"""
    for column in ("wait_s", "handle_s", "talk_s", "hold_s", "wrap_s"):
        with pytest.raises(PercontactError) as refused:
            parse_cards(card.replace("COLUMN", column), "metrics/quick.yaml", own=True)
        assert column.replace("_s", "_each_s") in refused.value.problem.do
        (kept,) = parse_cards(card.replace("COLUMN", column.replace("_s", "_each_s")), "quick.yaml", own=True)
        assert kept.metric == "quick"


def test_hours_by_day_are_known_by_week_and_by_month() -> None:
    """8 h paid and 6 h available each day of June: 75% of every week that the rows fill."""
    days = [date(2026, 6, d) for d in range(1, 31)]
    rows = [{"group": "g", "period_start": d, "period_end": d + timedelta(days=1), "paid_h": 8,
             "available_h": 6} for d in days]  # fmt: skip
    for grain in ("day", "week", "month"):
        panel = ask({"capacity": rows}, "utilisation", grain=grain)
        assert set(values(panel, "utilisation").values()) == {Fraction(3, 4)}
        assert (panel.totals["utilisation"].numerator, panel.totals["utilisation"].denominator) == (180, 240)


def test_one_row_across_weeks_leaves_only_those_weeks_unknown() -> None:
    """Days of June, but 10 to 17 June in one row: the weeks of 8 and of 15 June are unknown."""
    rows = [{"group": "g", "period_start": date(2026, 6, d), "period_end": date(2026, 6, d + 1), "paid_h": 8,
             "available_h": 6} for d in (1, 2, 8, 9, 18, 22)]  # fmt: skip
    rows.append({**rows[0], "period_start": date(2026, 6, 10), "period_end": date(2026, 6, 18)})
    panel = ask({"capacity": rows}, "utilisation", grain="week")
    assert set(values(panel, "utilisation")) == {date(2026, 6, 1), date(2026, 6, 22)}
    assert any("unknown in 2 of 4 periods" in note for note in panel.notes)


def paid_in_june(*more: tuple[str, int]) -> dict[str, list[dict[str, object]]]:
    """100 EUR of account 6100 for ten contacts of June, and further accounts."""
    june = {"period_start": "2026-06-01", "period_end": "2026-07-01"}
    lines = [{"line_id": a, "account": a, "amount": m, **june} for a, m in (("6100", 100), *more)]
    return {"contacts": [contact(f"c{i}", handle_s=60) for i in range(10)], "ledger": lines}


def told(tables: Rows, policy: str, **asked: object) -> dict[str, tuple[object, object]]:
    """Metric -> (its total, the same in the statement)."""
    book, rules = make_book(tables), parse_policy(policy)
    costed, question = CostedBook(book, rules), Slice(**{"span": JUNE, **asked})  # type: ignore[arg-type]
    cards = [catalogue()["total_cost"], catalogue()["cost_per_contact"]]
    panel = measure(cards, question, con=connect(), book=book, policy=rules, costed=lambda: costed)
    shown = state(costed, question, compare=False).total
    assert shown.cents is not None
    return {
        "total_cost": (panel.totals["total_cost"].value, Fraction(shown.cents, 100)),
        "cost_per_contact": (panel.totals["cost_per_contact"].value, Fraction(str(shown.value))),
    }


@pytest.mark.parametrize("grain", ["month", "week", "whole"])
def test_r88_the_full_basis_has_what_no_rule_claims_and_nobody_uses(grain: str) -> None:
    """R88. 30 EUR that no rule claims, 20 of a group nobody called: full was 100 here, 150 in `cost`."""
    policy = """
    pools:
      w: {driver: handle_s, scope: {channel: voice}}
      g: {driver: handle_s, group: g, scope: {channel: fax}}
    rules: [{match: {account: "6100"}, to: w}, {match: {account: "8000"}, to: g}]
    """
    staff = {"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01", "practical_h": 10}
    tables = {**paid_in_june(("7000", 30), ("8000", 20)), "capacity": [staff]}
    if grain != "whole":
        figures = told(tables, policy, grain=grain, basis="full")
        assert figures["total_cost"] == (150, 150)
        assert figures["cost_per_contact"] == (15, 15)
    assert told(tables, policy, grain=grain, basis="used")["total_cost"] == (100, 100)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter"])
def test_r89_contacts_of_a_month_without_ledger_are_not_divided_by(grain: str) -> None:
    """R89. Ten contacts in June, paid with 100; ten in July, not paid yet: 5.00 was told, not 10.00."""
    tables = paid_in_june()
    tables["contacts"] += [contact(f"d{i}", "2026-07-10 09:00:00", handle_s=60) for i in range(10)]
    span = Period(date(2026, 6, 1), date(2026, 8, 1))
    figures = told(tables, "{pools: {w: {driver: handle_s}}, rules: [{to: w}]}", span=span, grain=grain)
    assert figures == {"total_cost": (100, 100), "cost_per_contact": (10, 10)}


def test_a_month_without_ledger_has_unknown_cost_in_each_metric() -> None:
    """June paid, July not: the figure of July is unknown, and the note says so."""
    tables = paid_in_june()
    tables["contacts"] += [contact("d", "2026-07-10 09:00:00", handle_s=60)]
    panel = ask(tables, "cost_per_contact", span=Period(date(2026, 6, 1), date(2026, 8, 1)))
    july = panel.figures["cost_per_contact"][date(2026, 7, 1), ()]
    assert (july.value, july.marks) == (None, ("unknown",))
    assert any("No ledger line is for 2026-07" in note for note in panel.notes)


def test_r90_no_repeats_cost_nothing_and_unknown_repeats_cost_nobody_knows_what() -> None:
    """R90. "Undefined: nothing to divide by" was told for an amount that is 0 or unknown."""
    tables = paid_in_june()
    assert ask(tables, "repeat_contact_cost").totals["repeat_contact_cost"].marks == ("unknown",)
    for i, row in enumerate(tables["contacts"]):
        row |= {"customer_id": f"u{i}", "reason": "bill"}
    assert ask(tables, "repeat_contact_cost").totals["repeat_contact_cost"].value == 0
