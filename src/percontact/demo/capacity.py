# SPDX-License-Identifier: Apache-2.0
"""The hours each team is paid for, planned from the work that first contacts were expected to bring.

The plan does not know the stories: a fault finds too few hands, a training frees hours that stay paid for.
Only where a story says that staff was cut are there fewer.
"""

from __future__ import annotations

from percontact.demo.workshop import Workshop


def make_capacity(shop: Workshop) -> None:
    """Table `supply`, a row a team and month: hours paid, scheduled, practical and available, and heads.

    Law: practical_h = planned work / planned occupancy, where nothing is said to the contrary.
    """
    facts = shop.company["capacity"]
    before, now, after = facts["smoothing"]
    thin = facts["thin"]
    shop.table("shrink", "of_year INTEGER, shrinkage DOUBLE", enumerate(facts["shrinkage"], start=1))
    shop.con.execute(f"""
        CREATE TABLE supply AS
        WITH monthly AS ({_planned_work(shop)}),
        filled AS (
            SELECT t.*, d.month, d.start, d.of_year, coalesce(work_h, 0) AS work_h
            FROM team AS t
            CROSS JOIN (SELECT month, min(date) AS start, any_value(of_year) AS of_year FROM day
            GROUP BY month) AS d
            LEFT JOIN monthly AS m ON m.team = t.team AND m.month = d.month),
        smooth AS (
            SELECT *, {before} * coalesce(lag(work_h) OVER w, work_h) + {now} * work_h
                      + {after} * coalesce(lead(work_h) OVER w, work_h) AS plan_h
            FROM filled WINDOW w AS (PARTITION BY team ORDER BY month)),
        practical AS (
            SELECT *, plan_h * load / target * {_staff_left(shop)}
                   * CASE WHEN team = '{thin["team"]}' AND of_year = {thin["month"]} THEN {thin["factor"]}
                       ELSE 1 END AS practical_h
            FROM smooth),
        paid AS (
            SELECT *, round(practical_h / (1 - shrinkage), 1) AS paid_h
            FROM practical JOIN shrink USING (of_year))
        SELECT number, team, code, site, month, start, (start + INTERVAL 1 MONTH)::DATE AS until, paid_h,
               round(paid_h * {facts["scheduled"]}, 1) AS scheduled_h, round(practical_h
                   * {facts["available"]}, 1) AS available_h,
               round(practical_h, 1) AS practical_h, round(paid_h / {facts["full_time_h"]}, 2) AS fte,
               greatest(heads, ceil(paid_h / {facts["full_time_h"]})::INTEGER) AS heads, coalesce(leavers,
                   0)::INTEGER AS leavers
        FROM paid
        LEFT JOIN (SELECT team, month, count(*) FILTER (leaves) AS leavers FROM agent GROUP BY ALL)
            USING (team, month)
    """)


def _staff_left(shop: Workshop) -> str:
    """SQL of the share of a team's staff that stays once the chatbot is there, where a story says so."""
    launch = shop.story("chatbot_launch")
    if not launch:
        return "1"
    cut = launch["staff_cut"]
    there = f"team = '{cut['team']}' AND start >= DATE '{cut['from']}'"
    return f"CASE WHEN {there} THEN {cut['factor']} ELSE 1 END"


def _planned_work(shop: Workshop) -> str:
    """SQL of team, month, work_h: hours of work as planned, each with the line that does it."""
    outcomes, second = shop.company["outcomes"], shop.company["second_line"]["team"]
    return f"""
        WITH planned AS (
            -- Whole milliseconds, so that the sum does not depend on the order of adding.
            SELECT base_team AS team, month,
                   base_channel = 'voice' AND u(luck, 5) < {outcomes["transferred"]["voice"]} AS moved,
                   sum(round(1000 * plan_work)::BIGINT)::BIGINT / 3600000.0::DOUBLE AS work_h
            FROM contact WHERE wave = 0 AND NOT told AND NOT base_lost AND base_team IS NOT NULL
            GROUP BY ALL),
        legs AS (
            SELECT team, month,
                   work_h * CASE WHEN moved AND team <> '{second}' THEN {outcomes["first_leg"]} ELSE 1 END
                       AS work_h
            FROM planned
            UNION ALL
            SELECT '{second}', month, work_h * {1 - outcomes["first_leg"]}
            FROM planned WHERE moved AND team <> '{second}')
        SELECT team, month, sum(work_h ORDER BY work_h) AS work_h FROM legs GROUP BY ALL
    """


CAPACITY_SQL = """
    SELECT team AS "group", start AS period_start, until AS period_end, paid_h, scheduled_h, available_h,
           practical_h, fte,
           heads, leavers, heads + 1 AS seats
    FROM supply ORDER BY start, number
"""
