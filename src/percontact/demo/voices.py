# SPDX-License-Identifier: Apache-2.0
"""What customers say: surveys after a contact, and the yearly question whether they would recommend us.

Not everyone answers, and the angry answer more often than the lukewarm: the raw mean is biased,
    as it is in life.
"""

from __future__ import annotations

from percontact.demo.workshop import Facts, Workshop

# How content somebody is (0 middling, spread 1) becomes a mark from 1 to 5.
_MARK = (
    "CASE WHEN {0} > 0.35 THEN 5 WHEN {0} > -0.45 THEN 4 WHEN {0} > -1 THEN 3 WHEN {0} > -1.6 THEN 2 "
    "ELSE 1 END"
)
# Ease, 1 to 7.
_EASE = "least(7, greatest(1, round(5.2 + 1.3 * ({0}))))::INTEGER"


def surveys_sql(shop: Workshop) -> str:
    """One row a question sent; `score` and `answered_at` only where it was answered."""
    facts = shop.company["surveys"]
    content = " ".join(
        f"WHEN outcome = '{outcome}' THEN {level}" for outcome, level in facts["content"].items()
    )
    index = facts["index"]["questions"]
    asked = [
        _asked("csat", None, facts["csat"], 50, _MARK.format("felt"), (1, 5)),
        _asked("ces", None, facts["ces"], 53, _EASE.format("felt"), (1, 7)),
        _asked("rating", None, facts["rating"], 56, _MARK.format("(felt - 0.4)"), (1, 5)),
        *(
            _asked("index", question, facts["index"], 59,
                   _MARK.format(f"(felt + {lean} + 0.5 * z(luck, {70 + 2 * place}))"), (1, 5))
            for place, (question, lean) in enumerate(index.items())
        ),
        _recommend(shop, facts["nps"]),
    ]  # fmt: skip
    return f"""
        WITH feeling AS MATERIALIZED (
            SELECT k, luck, customer, channel, midnight + second + lasted AS ended,
                   CASE {content} ELSE 0 END + {facts["per_follow_up"]} * wave + z(luck, 48) AS felt
            FROM contact WHERE NOT lost),
        asked AS ({" UNION ALL ".join(asked)}),
        leaning AS (
            SELECT *, CASE WHEN score - low <= 0.3 * (high - low) THEN {facts["angry_answer"]}
                           WHEN score = high THEN 1.05 ELSE 0.8 END AS lean
            FROM asked)
        SELECT survey_id, contact_id, customer_id, to_timestamp(sent) AS sent_at,
               CASE WHEN luck_answer < p_answer * lean THEN to_timestamp(sent + delay) END AS answered_at,
                   kind, question,
               CASE WHEN luck_answer < p_answer * lean THEN score END AS score, low AS scale_min, high
                   AS scale_max
        FROM leaning JOIN customer USING (customer) ORDER BY sent, survey_id
    """


def _asked(
    kind: str, question: str | None, facts: Facts, stream: int, score: str, scale: tuple[int, int]
) -> str:
    """SQL of one question after contacts; `stream` and the two after it say who is asked and who answers."""
    named = f"'{question}'" if question else "NULL::VARCHAR"
    channels = ", ".join(f"'{channel}'" for channel in facts.get("channels", []))
    where = f"channel IN ({channels})" if channels else "channel NOT IN ('self_service', 'ai_agent')"
    suffix = f" || '-{question}'" if question else ""
    return f"""
        SELECT '{kind}-' || code_of('c', k)[3:]{suffix} AS survey_id, code_of('c', k) AS contact_id,
               customer, ended + 600 AS sent, 300 + floor(-ln(u(luck, {stream + 2})) * 20000)::BIGINT
                   AS delay,
               '{kind}' AS kind, {named} AS question, {score} AS score, {scale[0]} AS low, {scale[1]} AS high,
               u(luck, {stream + 1}) AS luck_answer, {facts["answered"]} AS p_answer
        FROM feeling WHERE {where} AND u(luck, {stream}) < {facts["sent"]}"""


def _recommend(shop: Workshop, facts: Facts) -> str:
    """SQL of the yearly question to customers, whether they called or not."""
    mean, spread = facts["score"]
    years = -(-shop.days // 365)
    return f"""
        SELECT 'nps-' || customer_id[3:] || '-' || year, NULL, customer, midnight + 36000,
               3600 + floor(-ln(u(c.luck, 91 + year)) * 60000)::BIGINT, 'nps', NULL,
               least(10, greatest(0, round({mean} + {spread} * z(c.luck, 100 + 2 * year))))::INTEGER, 0, 10,
               u(c.luck, 120 + year), {facts["answered"]}
        FROM customer AS c, range({years}) AS years(year), day AS d
        WHERE d.day = 365 * year + floor(365 * u(c.luck, 80 + year)) AND u(c.luck, 85
            + year) < {facts["asked_per_year"]}
          AND c.joined_day + 30 < d.day AND c.left_day > d.day"""


def customers_sql(shop: Workshop) -> str:
    """The customers' file. Nobody leaves within three weeks of a call: no case outlives its customer."""
    first = f"DATE '{shop.first}'"
    users = shop.company["customers"]["business"]["users"]
    return f"""
        WITH called AS (SELECT customer, max(day) AS called_day FROM contact WHERE wave = 0 AND NOT told
            GROUP BY customer),
        lives AS (
            SELECT c.*, greatest(left_day, coalesce(called_day, -9999) + 21, joined_day + 1) AS gone_day,
                   called_day
            FROM customer AS c LEFT JOIN called USING (customer)),
        known AS (SELECT *, CASE WHEN gone_day < {shop.days} THEN gone_day END AS out_day FROM lives
            WHERE joined_day < {shop.days})
        SELECT customer_id, CASE WHEN business THEN 'o-' || (customer // {users * 12}) END AS organisation_id,
               {first} + joined_day AS joined_on,
               CASE WHEN value_day < coalesce(out_day, {shop.days}) THEN {first} + value_day END
                   AS first_value_on,
               {first} + out_day AS left_on,
               {first} + greatest(joined_day, coalesce(called_day, -9999), coalesce(out_day, {shop.days})
                   - 1 - floor(-ln(u(luck, 9)) * 25)::INTEGER) AS last_active_on,
               CASE WHEN business THEN 'business' ELSE 'consumer' END AS segment, plan, country
        FROM known ORDER BY customer
    """
