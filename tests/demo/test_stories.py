# SPDX-License-Identifier: Apache-2.0
"""Each story is in the data at the size truth.yaml gives it; nothing else differs from the plain company."""

from math import log
from typing import Any as Written  # the class of conftest.py, which importlib mode does not let us import

import pytest

LOCAL_DAY = "timezone('Europe/Berlin', started_at)::DATE"


def both(told: Written, plain: Written, name: str) -> str:
    """SQL of a file of both companies side by side, told as `t` and plain as `p`, joined by `id`."""
    return (
        f"(SELECT * FROM read_parquet('{told.folder}/{name}.parquet')) AS t "
        f"JOIN (SELECT * FROM read_parquet('{plain.folder}/{name}.parquet')) AS p"
    )


def test_without_stories_the_truth_is_empty_and_nobody_notes_one(told: Written, plain: Written) -> None:
    assert len(told.truth["stories"]) == 5
    assert plain.truth["stories"] == []
    more = set(told.ask("SELECT event FROM events")) - set(plain.ask("SELECT event FROM events"))
    assert more == {("training-calls",), ("ai-agent-launch",), ("pay-agreement",), ("lamp-batch",)}


def of_moved_cases(told: Written, plain: Written) -> str:
    """SQL of the cases whose first contact the AI agent takes in the told company only."""
    moved = f"SELECT t.case_id FROM {both(told, plain, 'contacts')} USING (contact_id)"
    return f"({moved} WHERE t.channel = 'ai_agent' AND p.channel IN ('chat', 'messaging'))"


def test_contacts_that_no_story_touches_are_the_same(told: Written, plain: Written) -> None:
    """What differs: work time of the voice teams, and cases whose first contact the AI agent takes."""
    names = (
        "started_at",
        "channel",
        "team",
        "agent",
        "wait_s",
        "outcome",
        "reason",
        "customer_id",
        "messages",
    )
    ours, theirs = (", ".join(f"{side}.{name}" for name in names) for side in "tp")
    beside = f"FROM {both(told, plain, 'contacts')} USING (contact_id)"
    untouched = f"(t.case_id IS NULL OR t.case_id NOT IN {of_moved_cases(told, plain)})"
    differ = f"row({ours}) IS DISTINCT FROM row({theirs})"
    assert told.one(f"SELECT count(*) {beside} WHERE {untouched} AND {differ}") == 0
    longer = f"{beside} WHERE {untouched} AND t.handle_s IS DISTINCT FROM p.handle_s"
    assert told.ask(f"SELECT DISTINCT t.team, t.channel {longer} ORDER BY ALL") == [
        ("Voice North", "voice"),
        ("Voice South", "voice"),
    ]


def test_contacts_that_only_one_company_has_belong_to_a_story(told: Written, plain: Written) -> None:
    ours = f"read_parquet('{told.folder}/contacts.parquet')"
    theirs = f"read_parquet('{plain.folder}/contacts.parquet')"
    elsewhere = f"(case_id IS NULL OR case_id NOT IN {of_moved_cases(told, plain)})"
    gone = f"FROM {theirs} WHERE contact_id NOT IN (SELECT contact_id FROM {ours})"
    new = f"FROM {ours} WHERE contact_id NOT IN (SELECT contact_id FROM {theirs})"
    fault = told.story("product_fault")["counted"]
    assert told.one(f"SELECT count(*) {gone} AND {elsewhere}") == 0
    added = told.one(f"SELECT count(*) {new} AND {elsewhere}")
    assert added == fault["first_contacts_added"] + fault["re_contacts_added"]
    assert told.one(f"SELECT min({LOCAL_DAY}) {new}") >= told.story("chatbot_launch")["since"]


def test_the_fault_doubles_one_reason_for_two_weeks(told: Written, plain: Written) -> None:
    story = told.story("product_fault")
    days = f"{LOCAL_DAY} >= DATE '{story['since']}' AND {LOCAL_DAY} < DATE '{story['until']}'"
    count = f"SELECT count(*) FROM contacts WHERE reason = 'product_fault' AND {days}"
    counted = story["counted"]
    assert counted["first_contacts_added"] == counted["usual_first_contacts"] > 0
    assert told.one(count) - plain.one(count) == pytest.approx(
        counted["first_contacts_added"], abs=counted["re_contacts_added"]
    )
    lamps = told.one(f"{count} AND product = 'lamp'") - plain.one(f"{count} AND product = 'lamp'")
    assert lamps == told.one(count) - plain.one(count)


def test_the_ai_agent_takes_its_share_once_it_is_ramped_up(told: Written, plain: Written) -> None:
    """Of first contacts in chat and messaging for the reasons it may answer, 42 days after the launch."""
    story = told.story("chatbot_launch")
    reasons = ", ".join(f"'{reason}'" for reason in story["where"]["reason"])
    rows = f"""
        FROM {both(told, plain, "contacts")} USING (contact_id)
        JOIN (SELECT case_id, min(started_at) AS first_at
            FROM read_parquet('{plain.folder}/contacts.parquet') GROUP BY 1) AS f
          ON f.case_id = p.case_id AND f.first_at = p.started_at
        WHERE p.channel IN ('chat', 'messaging') AND p.reason IN ({reasons})
          AND timezone('Europe/Berlin', p.started_at)::DATE >= DATE '{story["since"]}'
              + {story["size"]["ramp_days"]}"""
    taken, eligible = told.ask(f"SELECT count(*) FILTER (t.channel = 'ai_agent'), count(*) {rows}")[0]
    share = story["size"]["share_of_first_contacts"]
    assert eligible > 500
    assert taken / eligible == pytest.approx(share, abs=4 * (share * (1 - share) / eligible) ** 0.5)
    assert 0.60 < story["counted"]["resolved"] / story["counted"]["taken"] < 0.78


def test_what_the_ai_agent_hands_over_is_chatted_about_within_minutes(told: Written) -> None:
    again = """
        SELECT count(*), max(started_at - before) FROM (
            SELECT channel, started_at, lag(channel) OVER w AS was, lag(outcome) OVER w AS ended,
                   lag(ended_at) OVER w AS before
            FROM contacts WHERE case_id IS NOT NULL WINDOW w AS (PARTITION BY case_id ORDER BY started_at))
        WHERE was = 'ai_agent' AND ended = 'escalated' AND channel = 'chat'"""
    count, longest = told.ask(again)[0]
    assert count >= told.story("chatbot_launch")["counted"]["handed_over_to_chat"] > 50
    assert longest.total_seconds() < 120


def test_hours_of_one_team_are_cut_after_the_launch_and_no_others(told: Written, plain: Written) -> None:
    size = told.story("chatbot_launch")["size"]
    rows = f"""
        SELECT t."group", t.period_start >= DATE '{size["hours_cut_from"]}',
               round(sum(t.practical_h) / sum(p.practical_h), 2)
        FROM read_csv('{told.folder}/capacity.csv') AS t JOIN read_csv('{plain.folder}/capacity.csv') AS p
        USING ("group", period_start) GROUP BY ALL HAVING round(sum(t.practical_h) / sum(p.practical_h),
            2) <> 1"""
    assert told.ask(rows) == [(size["team"], True, size["hours_factor"])]


def test_the_training_shortens_every_call_of_its_team_from_its_day(told: Written, plain: Written) -> None:
    story = told.story("training_pays")
    day = f"{LOCAL_DAY} {{}} DATE '{story['since']}'"
    ratio = f"""
        SELECT sum(t.handle_s) / sum(p.handle_s) FROM {both(told, plain, "contacts")}
        USING (contact_id, started_at, channel, agent)
        WHERE t.team = '{story["where"]["team"]}' AND channel = 'voice' AND {day}"""
    assert told.one(ratio.format("<")) == 1
    after = told.one(ratio.format(">="))
    assert after == pytest.approx(story["size"]["handle_time_factor"], abs=0.002)


def test_the_training_shows_against_the_other_voice_team(told: Written) -> None:
    """Difference in differences of mean log handle time, within 4 standard errors of the truth."""
    story = told.story("training_pays")
    cells = told.ask(f"""
        SELECT team = '{story["where"]["team"]}' AS trained, {LOCAL_DAY} >= DATE '{story["since"]}' AS later,
               avg(ln(handle_s)), var_samp(ln(handle_s)) / count(*)
        FROM contacts WHERE channel = 'voice' AND team IN ('Voice North', 'Voice South') AND handle_s > 0
        GROUP BY ALL ORDER BY ALL""")
    (_, _, a, va), (_, _, b, vb), (_, _, c, vc), (_, _, d, vd) = cells
    effect, error = (d - c) - (b - a), (va + vb + vc + vd) ** 0.5
    # Besides chance in calls, agents come and go: allow for it as much again.
    assert effect == pytest.approx(log(story["size"]["handle_time_factor"]), abs=4 * error + 0.03)


def test_one_team_is_slow_on_simple_contacts_and_only_there(told: Written, plain: Written) -> None:
    story = told.story("slow_on_simple")
    reasons = ", ".join(f"'{reason}'" for reason in story["where"]["reason"])
    ratio = f"""
        SELECT sum(t.handle_s) / sum(p.handle_s) FROM {both(told, plain, "contacts")}
        USING (contact_id, started_at, channel, agent)
        WHERE t.team = '{story["where"]["team"]}' AND channel = 'voice' AND t.reason {{}} ({reasons})"""
    factor = story["size"]["handle_time_factor"]
    assert told.one(ratio.format("IN")) == pytest.approx(factor, abs=0.002)
    assert told.one(ratio.format("NOT IN")) == 1


def test_wages_rise_at_one_site_from_one_day(told: Written, plain: Written) -> None:
    """Base pay of each site before and after, told against plain, per paid hour."""
    story = told.story("wage_rise")
    found = told.ask(f"""
        SELECT t.cost_centre, t.period_start >= DATE '{story["since"]}' AS later,
               round(sum(t.amount / ct.paid_h) / sum(p.amount / cp.paid_h), 3)
        FROM read_csv('{told.folder}/ledger_*.csv', types = {{'account': 'VARCHAR'}}) AS t
        JOIN read_csv('{plain.folder}/ledger_*.csv', types = {{'account': 'VARCHAR'}}) AS p USING (line_id)
        JOIN (VALUES ('CC-VN', 'Voice North'), ('CC-VS', 'Voice South'), ('CC-DC', 'Digital Care'))
            AS n(centre, team)
          ON n.centre = t.cost_centre
        JOIN read_csv('{told.folder}/capacity.csv') AS ct ON ct."group" = n.team
            AND ct.period_start = t.period_start
        JOIN read_csv('{plain.folder}/capacity.csv') AS cp ON cp."group" = n.team
            AND cp.period_start = t.period_start
        WHERE t.account = '6000' GROUP BY ALL ORDER BY ALL""")
    rise = story["size"]["wage_factor"]
    assert found == [
        ("CC-DC", False, 1.0), ("CC-DC", True, rise), ("CC-VN", False, 1.0),
        ("CC-VN", True, 1.0), ("CC-VS", False, 1.0), ("CC-VS", True, rise),
    ]  # fmt: skip
