# SPDX-License-Identifier: Apache-2.0
"""What happens to each arrival: when it comes, who takes it, how long it waits and lasts, how it ends."""

from __future__ import annotations

from math import exp

from percontact.demo.arrivals import WAVES, first_arrivals, make_choices, next_arrivals
from percontact.demo.people import seat_sql
from percontact.demo.workshop import Cell, Facts, Workshop

_NAMES = {
    "channel_name": ("week", "channel"),
    "reason_name": ("reason", "reason"),
    "product_name": ("pick_product", "product"),
    "language_name": ("customer", "language"),
    "outcome_name": ("again", "outcome"),
    "team_name": ("team", "team"),
    "site_name": ("team", "site"),
    "agent_name": ("agent", "agent"),
}
"""Type -> where its names stand."""

_NAMED = {
    "channel": "channel_name",
    "base_channel": "channel_name",
    "reason": "reason_name",
    "product": "product_name",
    "language": "language_name",
    "outcome": "outcome_name",
    "base_team": "team_name",
    "base_site": "site_name",
    "base_agent": "agent_name",
}
"""Column of `contact` -> its type."""


def make_contacts(shop: Workshop) -> None:
    """Table `contact`, a row a contact, in seconds of the local day; the Parquet file's times come from it.

    Columns that the files do not bear: `base_channel` and `base_team`,
        what it would be without the AI agent's
    launch; `plan_s`, the work that a planner expects of it; `told`,
        whether it would not exist without stories.
    """
    make_choices(shop)
    _make_desks(shop)
    first_arrivals(shop)
    for wave in range(WAVES):
        if wave:
            next_arrivals(shop, wave)
        _serve(shop, wave)
        shop.con.execute(f"DROP TABLE arrival_{wave}")
    # Names become numbers of a dictionary (ENUM): all that follows sorts and reads half as much.
    for name, (table, column) in _NAMES.items():
        shop.con.execute(f"CREATE TYPE {name} AS ENUM (SELECT DISTINCT {column} FROM {table} ORDER BY 1)")
    names = ", ".join(f"{column}::{name} AS {column}" for column, name in _NAMED.items())
    waves = " UNION ALL ".join(f"SELECT * REPLACE ({names}) FROM contact_{wave}" for wave in range(WAVES))
    shop.con.execute(f"CREATE TABLE contact AS {waves}")
    for wave in range(WAVES):
        shop.con.execute(f"DROP TABLE contact_{wave}")


def _make_desks(shop: Workshop) -> None:
    """The tables that say how a channel works: its hours, its teams, its times."""
    company = shop.company
    hours = [
        (channel, facts["from"] + place, weight)
        for channel, facts in company["channels"].items()
        for place, weight in enumerate(facts["hours"])
    ]
    shop.choice("pick_hour", "channel VARCHAR", "hour INTEGER", hours)
    teams = [
        (rule["channel"], language, team, share)
        for rule in company["routing"]
        for language in ([rule["language"]] if "language" in rule else ["de", "pl", "en"])
        for team, share in rule["to"].items()
    ]
    shop.choice("pick_team", "channel VARCHAR, language VARCHAR", "team VARCHAR", teams)
    names = (
        "work_m", "work_sd", "wrap_m", "wrap_sd", "hold_m", "hold_sd", "hold_share", "wait_m", "wait_sd",
        "wait_share",
        "patience", "messages_m", "outbound", "p_unresolved", "p_escalated", "p_transferred", "plan_s",
    )  # fmt: skip
    columns = "channel VARCHAR, " + ", ".join(f"{name} DOUBLE" for name in names)
    shop.table(
        "desk", columns, [_desk(shop, channel, facts) for channel, facts in company["channels"].items()]
    )


def _desk(shop: Workshop, channel: str, facts: Facts) -> tuple[Cell, ...]:
    pairs = [facts.get(name, [None, None]) for name in ("handle_s", "wrap_s", "hold_s")]
    wait = facts.get("wait_s", [0.0, 0.0])
    outcomes = [
        shop.company["outcomes"][name].get(channel, 0) for name in ("unresolved", "escalated", "transferred")
    ]
    plan_s = sum(median * exp(sigma**2 / 2) for median, sigma in pairs[:2] if median)
    if channel == "chat":
        plan_s /= shop.company["capacity"]["concurrency"]
    if channel == "email":
        standard = standard_times(shop.policy, "email")
        plan_s = standard["base_s"] + standard["extra"]["messages"] * (facts["messages"] + 0.5)
    return (
        channel, *(number for pair in pairs for number in pair), facts.get("hold_share", 0), *wait,
        facts.get("wait_share", 1), facts.get("patience_s"), facts.get("messages"), facts.get("outbound", 0),
        *outcomes, plan_s,
    )  # fmt: skip


def standard_times(policy: Facts, channel: str) -> Facts:
    """The policy's standard time of a channel whose handling nobody measures."""
    found: Facts = next(e for e in policy["unit_times"] if channel in e["scope"]["channel"])
    return found


def _serve(shop: Workshop, wave: int) -> None:
    """Table `contact_{wave}` from `arrival_{wave}`.

    Streams of draws: 1-9 arrivals, 10-29 here, 30-39 returns.
    """
    second = shop.company["second_line"]
    lines = ", ".join(f"'{channel}'" for channel in second["channels"])
    shop.con.execute(f"""
        CREATE TABLE contact_{wave} AS
        WITH lucky AS MATERIALIZED (
            SELECT *, slot(luck, 12) AS hour_slot, slot(luck, 13) AS team_slot FROM arrival_{wave}),
        known AS (
            SELECT a.* EXCLUDE (second, channel, hour_slot, team_slot), a.channel AS base_channel,
                   {_channel(shop)} AS channel, c.language,
                   d.month, d.pressure, d.midnight, r.work, r.returns, r.simple,
                   coalesce(a.second, h.hour * 3600 + floor(3600 * u(a.luck, 10))::INTEGER) AS second,
                   CASE WHEN a.channel IN ({lines}) AND u(a.luck, 11) < r.second_line THEN '{second["team"]}'
                        ELSE t.team END AS base_team
            FROM lucky AS a
            JOIN day AS d USING (day) JOIN reason AS r USING (reason) JOIN customer AS c USING (customer)
            JOIN pick_hour AS h ON h.channel = a.channel AND h.slot = hour_slot
            LEFT JOIN pick_team AS t ON t.channel = a.channel AND t.language = c.language
                AND t.slot = team_slot),
        turned AS (SELECT *, {_turn(wave)} AS turn FROM known),
        staffed AS (
            SELECT k.*, g.agent AS base_agent, t.site AS base_site, coalesce(g.pace, 1) AS pace
            FROM turned AS k LEFT JOIN team AS t ON t.team = k.base_team
            LEFT JOIN agent AS g ON g.team = k.base_team AND g.month = k.month
                AND g.seat = {seat_sql("k.day", "k.second", "k.turn")}),
        waited AS (SELECT s.*, {_wait()} AS wait, b.patience, 
                          b.plan_s * CASE WHEN s.base_channel = 'email' THEN 1 ELSE s.work END
                              AS plan_work, b.outbound
                   FROM staffed AS s JOIN desk AS b ON b.channel = s.base_channel),
        met AS (
            SELECT *, base_channel = 'voice' AND u(luck, 16) < outbound AS outward,
                   coalesce(wait > -ln(u(luck, 17)) * patience, false) AND NOT outward AS base_lost,
                   CASE WHEN base_lost THEN least(wait, -ln(u(luck, 17)) * patience) WHEN outward THEN 0
                       ELSE wait END AS held_on
            FROM waited),
        worked AS (SELECT m.*, {_times(shop)} FROM met AS m JOIN desk AS f ON f.channel = m.channel)
        {_ending(wave)}
    """)


def _turn(wave: int) -> str:
    """SQL of a contact's place in its team's turns of a day.

    First contacts go round in order of arrival, so that chats are shared out evenly; those that a story adds
    go round among themselves. Returns fall to anyone. So no story changes who takes another contact.
    """
    if wave:
        return "(bits(luck, 6) % 65536)::BIGINT"
    return "row_number() OVER (PARTITION BY base_team, day, told ORDER BY second, k)"


def _channel(shop: Workshop) -> str:
    """SQL of the channel a contact really takes: after its launch the AI agent comes first where it may."""
    launch = shop.story("chatbot_launch")
    if not launch:
        return "a.channel"
    channels = ", ".join(f"'{channel}'" for channel in launch["channels"])
    since = f"(a.day - {shop.day(launch['from'])} + 1)"
    share = f"{launch['share']} * least(1, {since} / {float(launch['ramp_days'])})"
    return f"""CASE WHEN a.wave = 0 AND a.channel IN ({channels}) AND r.ai AND {since} > 0
                         AND u(a.luck, 14) < {share}
                    THEN 'ai_agent' ELSE a.channel END"""


def _wait() -> str:
    """SQL of the seconds a customer would have to wait: of callers some do not wait at all."""
    return """CASE WHEN base_channel IN ('self_service', 'ai_agent') THEN 0
                   WHEN base_channel = 'voice' THEN
                       CASE WHEN u(s.luck, 15) < least(0.95, wait_share * sqrt(s.pressure))
                           THEN -ln(u(s.luck, 18)) * wait_m * s.pressure
                            ELSE 2 + 5 * u(s.luck, 18) END
                   ELSE s.pressure * wait_m * exp(wait_sd * z(s.luck, 18)) END"""


def _times(shop: Workshop) -> str:
    """SQL of talk, wrap and hold, slower or faster where a story says so, and of the messages."""
    slow, trained = shop.story("slow_on_simple"), shop.story("training_pays")
    story = "1"
    if slow:
        where = f"m.base_team = '{slow['team']}' AND m.channel = '{slow['channel']}' AND m.simple"
        story += f" * CASE WHEN {where} THEN {slow['factor']} ELSE 1 END"
    if trained:
        where = f"m.base_team = '{trained['team']}' AND m.channel = '{trained['channel']}'"
        where += f" AND m.day >= {shop.day(trained['from'])}"
        story += f" * CASE WHEN {where} THEN {trained['factor']} ELSE 1 END"
    pace = f"CASE WHEN m.channel = 'ai_agent' THEN 1 ELSE m.pace END * ({story})"
    return f"""
        round(f.work_m * exp(f.work_sd * z(m.luck, 20)) * m.work * {pace})::INTEGER AS talk,
        round(f.wrap_m * exp(f.wrap_sd * z(m.luck, 22)) * sqrt(m.work) * {pace})::INTEGER AS wrap,
        CASE WHEN u(m.luck, 24) < f.hold_share
             THEN round(f.hold_m * exp(f.hold_sd * z(m.luck, 25)) * {pace})::INTEGER
             WHEN f.hold_m IS NOT NULL THEN 0 END AS hold,
        CASE WHEN f.messages_m > 0 THEN greatest(1, round(f.messages_m * exp(0.45 * z(m.luck,
            27)))) END::INTEGER AS messages,
        f.p_transferred, f.p_escalated, f.p_unresolved * sqrt(m.work) AS p_unresolved"""


def _ending(wave: int) -> str:
    """SQL of the finished contacts. `lasted` is the span from arrival to last handling, in seconds."""
    return f"""
        SELECT k, luck, case_k, {wave} AS wave, told, day, month, midnight, second, channel, base_channel,
               reason, product, customer,
               language, returns, base_team, base_site, base_agent, base_lost, plan_work,
               base_lost AND channel <> 'ai_agent' AS lost, outward,
               CASE WHEN channel = 'ai_agent' THEN 0 ELSE round(held_on) END::INTEGER AS wait_s,
               talk, wrap, hold, talk + coalesce(wrap, 0) + coalesce(hold, 0) AS work_s, messages,
               CASE WHEN lost THEN wait_s
                    WHEN channel = 'email' THEN wait_s + talk + (messages - 1) * (3600 + floor(43200
                        * u(luck, 29))::INTEGER)
                    WHEN channel IN ('messaging', 'social') THEN wait_s + 4 * talk
                    ELSE wait_s + work_s END AS lasted,
               CASE WHEN lost THEN 'abandoned'
                    WHEN u(luck, 5) < p_transferred THEN 'transferred'
                    WHEN u(luck, 5) < p_transferred + p_escalated THEN 'escalated'
                    WHEN u(luck, 5) < p_transferred + p_escalated + p_unresolved THEN 'unresolved'
                    ELSE 'resolved' END AS outcome
        FROM worked
    """
