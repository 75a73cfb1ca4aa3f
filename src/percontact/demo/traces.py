# SPDX-License-Identifier: Apache-2.0
"""What contacts leave behind: cases, the two legs of a transferred call, and what vendors meter."""

from __future__ import annotations

from percontact.demo.draws import ROOM_BITS
from percontact.demo.workshop import Workshop

CASE_NAMES = 15 << ROOM_BITS
"""Added to a case's key so that its name tells nothing of the name of its first contact."""


def make_cases(shop: Workshop) -> None:
    """Table `matter`, a row a case. Help sessions after which nobody came back open no case."""
    facts = shop.company["complaints"]
    shop.con.execute(f"""
        CREATE TABLE matter AS
        WITH later AS (
            SELECT case_k, arg_max(midnight + second + lasted, wave) AS last_ended, arg_max(outcome, wave)
                   AS last_outcome,
                   min(CASE WHEN base_team IS NOT NULL AND channel <> 'ai_agent' AND NOT lost
                       THEN midnight + second + wait_s END) AS replied,
                   bool_or(outcome = 'escalated') AS escalated, count(*) AS more,
                   count(*) FILTER (outcome IN ('resolved', 'transferred')) AS settled
            FROM contact WHERE wave > 0 GROUP BY case_k),
        whole AS (
            SELECT c.*, l.more, c.midnight + c.second AS opened,
                   coalesce(l.last_outcome, c.outcome) AS last_outcome,
                   coalesce(l.last_ended, c.midnight + c.second + c.lasted) AS ended,
                   CASE WHEN c.base_team IS NOT NULL AND c.channel <> 'ai_agent' AND NOT c.lost
                        THEN c.midnight + c.second + c.wait_s ELSE l.replied END AS reply,
                   c.outcome = 'escalated' OR coalesce(l.escalated, false) AS went_up,
                   coalesce(l.settled, 0) + (c.outcome IN ('resolved', 'transferred'))::INTEGER AS settled,
                   u(c.luck, 40) < CASE WHEN c.reason = 'complaint' THEN {facts["of_reason_complaint"]}
                                        ELSE {facts["of_others"]} END AS complaint
            FROM contact AS c LEFT JOIN later AS l USING (case_k)
            WHERE c.wave = 0 AND (c.channel <> 'self_service' OR l.more IS NOT NULL))
        SELECT *, last_outcome IN ('resolved', 'transferred') AS solved,
               CASE WHEN complaint THEN u(luck, 41) < {facts["upheld"]} END AS upheld
        FROM whole
    """)


CASES_SQL = f"""
    SELECT code_of('k', {CASE_NAMES} + case_k) AS case_id, customer_id, to_timestamp(opened) AS opened_at,
           to_timestamp(reply) AS first_reply_at, CASE WHEN solved THEN to_timestamp(ended) END
               AS resolved_at,
           CASE WHEN NOT solved THEN to_timestamp(ended + 14 * 86400) END AS closed_at,
           settled - solved::INTEGER AS reopens, went_up AS escalated, complaint, upheld,
           CASE WHEN complaint THEN 'high' ELSE 'normal' END AS priority,
           CASE WHEN solved THEN 'solved' ELSE 'closed' END AS status, m.channel AS channel,
           CASE WHEN m.channel <> 'ai_agent' THEN base_team END AS team, m.reason AS reason,
           CASE WHEN m.channel <> 'ai_agent' THEN base_site END AS site
    FROM matter AS m JOIN customer USING (customer)
    ORDER BY opened, case_k
"""

CONTACTS_SQL = f"""
    SELECT code_of('c', k) AS contact_id,
           CASE WHEN c.channel <> 'self_service' OR returned.case_k IS NOT NULL
                THEN code_of('k', {CASE_NAMES} + c.case_k) END AS case_id,
           customer_id, c.channel AS channel, CASE WHEN outward THEN 'outbound' ELSE 'inbound' END
               AS direction,
           to_timestamp(midnight + second) AS started_at,
           CASE WHEN NOT lost THEN to_timestamp(midnight + second + wait_s) END AS answered_at,
           to_timestamp(midnight + second + lasted) AS ended_at, wait_s,
           CASE WHEN worked AND wrap IS NOT NULL THEN talk END AS talk_s, CASE WHEN worked THEN hold END
               AS hold_s,
           CASE WHEN worked THEN wrap END AS wrap_s, CASE WHEN worked THEN work_s END AS handle_s,
           CASE WHEN worked THEN CASE WHEN c.channel = 'email' THEN 'reported' ELSE 'measured' END END
               AS handle_basis,
           outcome, CASE WHEN by_people THEN base_team END AS team,
           CASE WHEN by_people AND NOT lost THEN base_agent END AS agent,
           CASE WHEN by_people THEN c.channel::VARCHAR || '_' || c.language::VARCHAR END AS queue,
               CASE WHEN by_people THEN base_site END AS site,
           reason, c.language AS language, product, messages,
           CASE WHEN by_people THEN 'agent' WHEN c.channel = 'ai_agent' THEN 'bot' ELSE 'self_service' END
               AS actor
    FROM (SELECT *, channel NOT IN ('self_service', 'ai_agent') AS by_people,
                 NOT lost AND channel <> 'self_service' AND NOT (channel = 'email'
                     AND base_team = 'Written Care') AS worked
          FROM contact) AS c
    JOIN customer USING (customer)
    LEFT JOIN (SELECT case_k FROM contact WHERE wave = 1) AS returned ON returned.case_k = c.case_k
        AND c.wave = 0
    ORDER BY midnight + second, k
"""


def handlings_sql(shop: Workshop) -> str:
    """Two legs of each transferred call, the first team's and the Specialists'; their sum is its work."""
    first = shop.company["outcomes"]["first_leg"]
    second = shop.company["second_line"]["team"]
    return f"""
        WITH moved AS (
            SELECT *, round(work_s * {first})::INTEGER AS before, midnight + second + wait_s AS answered,
                   floor(u(luck, 42) * (SELECT heads FROM team WHERE team = '{second}'))::INTEGER AS seat
            FROM contact WHERE outcome = 'transferred' AND base_team <> '{second}')
        SELECT code_of('c', k) || '-' || leg AS handling_id, code_of('c', k) AS contact_id,
               to_timestamp(answered + CASE WHEN leg = 1 THEN 0 ELSE before END) AS started_at,
               to_timestamp(answered + CASE WHEN leg = 1 THEN before ELSE work_s END) AS ended_at, channel,
               CASE WHEN leg = 1 THEN base_team ELSE '{second}' END AS team,
               CASE WHEN leg = 1 THEN base_agent ELSE g.agent END AS agent,
               CASE WHEN leg = 1 THEN base_site ELSE g.site END AS site, reason, 'agent' AS actor,
               CASE WHEN leg = 1 THEN before ELSE work_s - before END AS handle_s, 'measured' AS handle_basis
        FROM moved AS m JOIN agent AS g ON g.team = '{second}' AND g.month = m.month AND g.seat = m.seat
        CROSS JOIN range(1, 3) AS legs(leg)
        ORDER BY answered, k, leg
    """


def usage_sql(shop: Workshop) -> str:
    """Each AI resolution with its contact; conversations, tokens, minutes and messages by the day."""
    facts = shop.company["usage"]
    ai, carrier, messenger = (f"'{facts[name]}'" for name in ("ai_vendor", "carrier", "messenger"))
    tokens = "round(sum(round({} * exp(0.3 * z(luck, 44)))::BIGINT))::BIGINT"
    daily = [
        (ai, "conversation", "count(*)", "channel = 'ai_agent'"),
        (ai, "token_in", tokens.format(facts["tokens_in"]), "channel = 'ai_agent'"),
        (ai, "token_out", tokens.format(facts["tokens_out"]), "channel = 'ai_agent'"),
        (carrier, "minute", "ceil(sum(talk + hold + wait_s) / 60)::BIGINT", "channel = 'voice'"),
        (messenger, "message", "sum(messages)", "channel = 'messaging'"),
    ]
    totals = " UNION ALL ".join(
        f"""SELECT '{item}-' || (SELECT strftime(date, '%Y%m%d') FROM day WHERE day.day = contact.day), NULL,
                   to_timestamp(midnight + 86399), {vendor}, '{item}', {quantity}, NULL, midnight + 86399
            FROM contact WHERE {where} GROUP BY day, midnight"""
        for vendor, item, quantity, where in daily
    )
    return f"""
        WITH metered(usage_id, contact_id, used_at, vendor, item, quantity, outcome, second) AS (
            SELECT 'resolution-' || code_of('c', k)[3:], code_of('c', k), to_timestamp(midnight + second
                   + lasted), {ai},
                   'resolution', 1, 'resolved', midnight + second + lasted
            FROM contact WHERE channel = 'ai_agent' AND outcome = 'resolved'
            UNION ALL {totals})
        SELECT * EXCLUDE (second) FROM metered ORDER BY second, usage_id
    """
