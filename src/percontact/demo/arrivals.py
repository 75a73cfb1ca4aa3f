# SPDX-License-Identifier: Apache-2.0
"""Why customers come: first contacts of a day, those a fault adds, and those who come back."""

from __future__ import annotations

from percontact.demo.draws import ROOM_BITS
from percontact.demo.people import customer_sql
from percontact.demo.workshop import Cell, Workshop

WAVES = 4
"""First contacts and up to three returns; a fourth return is too rare to miss."""

FAULT_ROOM = WAVES << ROOM_BITS

# An arrival: its key and luck, the key of its case's first contact, how many contacts of the case came before
# (`wave`), the local second of the day where that is known already, and whether a story made it (`told`).


def make_choices(shop: Workshop) -> None:
    """The tables of choices that arrivals are drawn from: reason, product, day and channel of a return."""
    company = shop.company
    reasons = company["reasons"]
    rows: list[tuple[Cell, ...]] = []
    for channel in company["channels"]:
        lean = company["lean"].get(channel, {})
        for month in range(1, 13):
            for name, facts in reasons.items():
                weight = facts["weight"] * lean.get(name, 1)
                if "season" in facts:
                    weight *= company["seasons"][facts["season"]][month - 1]
                if channel == "ai_agent" and not facts.get("ai", False):
                    weight = 0
                rows.append((channel, month, name, float(weight)))
    shop.choice("pick_reason", "channel VARCHAR, of_year INTEGER", "reason VARCHAR", rows)
    shop.choice("pick_product", "", "product VARCHAR", company["products"].items())
    outcomes = company["outcomes"]
    shop.choice("pick_later", "", "later INTEGER", outcomes["days_later"].items())
    nexts = [(c, to, share) for c, shares in outcomes["next_channel"].items() for to, share in shares.items()]
    shop.choice("pick_next", "channel VARCHAR", "next VARCHAR", nexts)
    shop.table("again", "outcome VARCHAR, again DOUBLE", outcomes["again"].items())
    columns = "reason VARCHAR, work DOUBLE, returns DOUBLE, simple BOOLEAN, ai BOOLEAN, of_product BOOLEAN"
    flags = ("simple", "ai", "product")
    kinds = [
        (name, float(f["work"]), float(f["again"]), *(f.get(flag, False) for flag in flags),
         float(f.get("second", 0)))
        for name, f in reasons.items()
    ]  # fmt: skip
    shop.table("reason", f"{columns}, second_line DOUBLE", kinds)


def first_arrivals(shop: Workshop) -> None:
    """Table `arrival_0`: the first contacts of all cases, and those a fault adds where it is told."""
    customer = customer_sql("(day + 1)", shop)
    shop.con.execute(f"""
        CREATE TABLE arrival_0 AS
        WITH came AS (SELECT (first + unnest(range(n)))::BIGINT AS k, day, channel FROM cell WHERE n > 0),
        lucky AS MATERIALIZED (SELECT *, luck(k) AS luck FROM came),
        drawn AS MATERIALIZED (
            SELECT *, slot(luck, 1) AS reason_slot, slot(luck, 3) AS product_slot, {customer} AS customer
            FROM lucky)
        SELECT k, luck, k AS case_k, 0 AS wave, day, NULL::INTEGER AS second, d.channel AS channel, reason,
               CASE WHEN of_product THEN product END AS product, customer, false AS told
        FROM drawn AS d JOIN day USING (day)
        JOIN pick_reason AS r ON r.channel = d.channel AND r.of_year = day.of_year AND r.slot = reason_slot
        JOIN reason USING (reason)
        JOIN pick_product AS p ON p.slot = product_slot
    """)
    fault = shop.story("product_fault")
    if fault:
        # Each first contact of the reason brings `factor - 1` more of its kind.
        shop.con.execute(f"""
            INSERT INTO arrival_0
            WITH twin AS (
                SELECT {FAULT_ROOM} + k AS k, luck({FAULT_ROOM} + k) AS luck, day, channel, reason
                FROM arrival_0
                WHERE reason = '{fault["reason"]}' AND u(luck, 4) < {fault["factor"] - 1}
                  AND day BETWEEN {shop.day(fault["from"])} AND {shop.day(fault["until"]) - 1})
            SELECT k, luck, k, 0, day, NULL, channel, reason, '{fault["product"]}', {customer}, true FROM twin
        """)


def next_arrivals(shop: Workshop, wave: int) -> None:
    """Table `arrival_{wave}`: those of the wave before who come back, within 7 days or handed over at once.

    The chance to come back follows from how the contact ended. A day on which the next channel is closed
    becomes the day after. What the AI agent hands over is taken up in chat seconds later.
    """
    outcomes = shop.company["outcomes"]
    over = "channel = 'ai_agent' AND outcome = 'escalated'"
    shop.con.execute(f"""
        CREATE TABLE arrival_{wave} AS
        WITH ended AS (
            SELECT *, {over} AS over,
                   CASE WHEN {over} THEN {outcomes["handed_over"]}
                        WHEN channel = 'self_service' THEN again * returns * {outcomes["again_self_service"]}
                        ELSE again * returns END AS chance
            FROM contact_{wave - 1} JOIN again USING (outcome)),
        back AS MATERIALIZED (
            SELECT *, slot(luck, 31) AS next_slot, slot(luck, 32) AS later_slot FROM ended WHERE u(luck,
                   30) < chance),
        moved AS (
            SELECT k + {1 << ROOM_BITS} AS k, case_k, over, second + lasted + {outcomes["hand_over_s"]}
                   AS second, reason,
                   product, customer, told OR channel <> base_channel AS told,
                   CASE WHEN over THEN day ELSE day + later END AS day, CASE WHEN over THEN 'chat' ELSE next
                       END AS channel
            FROM back JOIN pick_next AS n USING (channel) JOIN pick_later AS p ON p.slot = later_slot
            WHERE n.slot = next_slot)
        SELECT k, luck(k) AS luck, case_k, {wave} AS wave, moved.day + CASE WHEN open OR over THEN 0 ELSE 1
               END AS day,
               CASE WHEN over THEN least(second, 86399) END::INTEGER AS second, moved.channel AS channel,
                   reason, product,
               customer, told
        FROM moved JOIN cell ON cell.day = moved.day AND cell.channel = moved.channel
        WHERE moved.day + CASE WHEN open OR over THEN 0 ELSE 1 END < {shop.days}
    """)
