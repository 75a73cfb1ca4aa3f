# SPDX-License-Identifier: Apache-2.0
"""Who calls and who answers: customers, and the agents with their skill, their turnover and their shifts."""

from __future__ import annotations

from percontact.demo.draws import ROOM_BITS
from percontact.demo.workshop import Workshop

CUSTOMER_ROOM = 13 << ROOM_BITS
SEAT_ROOM = 14 << ROOM_BITS


def make_customers(shop: Workshop) -> None:
    """Table `customer`, a row a customer in order of joining; `left_day` as if nobody had called."""
    facts = shop.company["customers"]
    many = customers_of(shop)
    countries = [(c, share, language) for c, (share, language) in facts["countries"].items()]
    shop.choice("pick_country", "", "country VARCHAR", [(c, share) for c, share, _ in countries])
    shop.table("country", "country VARCHAR, tongue VARCHAR", [(c, tongue) for c, _, tongue in countries])
    shop.choice("pick_plan", "", "plan VARCHAR", facts["plans"].items())
    shop.table("churn", "plan VARCHAR, churn DOUBLE", facts["churn_per_month"].items())
    before, days, years = facts["before"], shop.days, facts["years_before"]
    median, sigma = facts["days_to_value"]
    shop.con.execute(f"""
        CREATE TABLE customer AS
        WITH numbered AS (
            SELECT i AS customer, {CUSTOMER_ROOM} + i AS k, luck({CUSTOMER_ROOM} + i) AS luck, (i
                   + 0.5::DOUBLE) / {many} AS rank
            FROM range({many}) AS r(i)),
        drawn AS MATERIALIZED (
            SELECT *, slot(luck, 1) AS country_slot, slot(luck, 2) AS plan_slot,
                   CASE WHEN rank < {before}
                        THEN -ceil({years} * 365 * pow(1 - rank / {before}, 1.5))
                        ELSE floor((rank - {before}) / (1 - {before}) * {days}) END::INTEGER AS joined_day
            FROM numbered)
        SELECT customer, code_of('u', k) AS customer_id, luck, joined_day, country, plan,
               CASE WHEN u(luck, 3) < {facts["english"]} THEN 'en' ELSE tongue END AS language,
               u(luck, 4) < {facts["business"]["share"]} AS business,
               joined_day + floor(-ln(u(luck, 5)) / churn * 30.4)::INTEGER AS left_day,
               CASE WHEN u(luck, 6) >= {facts["no_value"]}
                    THEN joined_day + ceil({median} * exp({sigma} * z(luck, 7)))::INTEGER END AS value_day
        FROM drawn
        JOIN pick_country AS c ON c.slot = country_slot JOIN country USING (country)
        JOIN pick_plan AS p ON p.slot = plan_slot JOIN churn USING (plan)
    """)


def customers_of(shop: Workshop) -> int:
    """How many customers the company ever has."""
    share: float = shop.company["customers"]["per_contact"]
    return max(100, round(shop.contacts * share))


def customer_sql(day: str, shop: Workshop) -> str:
    """SQL that draws, by `luck`, a customer who has joined by a day; new ones have more to ask."""
    facts = shop.company["customers"]
    joined = (
        f"{customers_of(shop)} * ({facts['before']} + {1 - facts['before']} * {day} / {float(shop.days)})"
    )
    return f"floor({joined} * (1 - pow(u(luck, 2), 1.35)))::BIGINT"


def make_agents(shop: Workshop) -> None:
    """Tables `team` and `agent`; of `agent` a row is who sits on a seat in a month, and how fast they work.

    Skill is spread evenly over a team's seats (quantiles of a logistic curve), so that no team is better than
    another by the luck of the draw. Who leaves is followed by a beginner.
    """
    facts, scale = shop.company["agents"], shop.scale
    teams = [
        (number, name, f["code"], f["site"], max(2, round(f["heads"] * scale)),
         max(1, round(f["on_duty"] * scale)), float(f["target"]), float(f["load"]))
        for number, (name, f) in enumerate(shop.company["teams"].items())
    ]  # fmt: skip
    columns = "number INTEGER, team VARCHAR, code VARCHAR, site VARCHAR, heads INTEGER, on_duty INTEGER"
    shop.table("team", f"{columns}, target DOUBLE, load DOUBLE", teams)
    shop.con.execute(f"""
        CREATE TABLE agent AS
        WITH seat AS (
            SELECT *, {SEAT_ROOM} + number * 65536 + seat * 512 AS k
            FROM (SELECT *, unnest(range(heads))::INTEGER AS seat FROM team)),
        ranked AS (
            SELECT *, (row_number() OVER (PARTITION BY team ORDER BY u(luck(k), 1)) - 0.5) / heads AS rank
            FROM seat),
        monthly AS (
            SELECT *, unnest(range({shop.months}))::INTEGER AS month FROM ranked),
        left_in AS (SELECT *, u(luck(k + month), 2) < {facts["leave_per_month"]} AS leaves FROM monthly),
        spell AS (
            SELECT *, coalesce(sum(leaves::INTEGER) OVER w, 0)::INTEGER AS spell,
                   month - coalesce(max(CASE WHEN leaves THEN month END) OVER w, -36) AS tenure
            FROM left_in
            WINDOW w AS (PARTITION BY team, seat ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING
                AND 1 PRECEDING))
        SELECT team, code, site, seat, month, leaves, printf('%s-%02d%s', code, seat + 1, chr(65 + spell))
               AS agent,
               exp({facts["skill_sigma"]} * ln(rank / (1 - rank)) / 1.7)
               * (1 + {facts["beginner"]} * exp(-(tenure - 0.5) / {facts["fades_months"]})) AS pace
        FROM spell
    """)


def seat_sql(day: str, second: str, rank: str) -> str:
    """SQL that names the seat of a team's `rank`-th contact of a day: early or late shift, each in turn.

    A seat works a few early days, then a few late ones, then is off; those on duty take contacts in turn.
    """
    late = f"({second} >= 52200)::INTEGER"  # 14:30, when the late shift takes over
    return f"({day} + {late} * on_duty + {rank} % on_duty) % heads"
