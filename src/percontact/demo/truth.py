# SPDX-License-Identifier: Apache-2.0
"""What is really in the data: each story with its size, for tests and for who wants to check an answer."""

from __future__ import annotations

import yaml

from percontact.demo.ledger import Line
from percontact.demo.workshop import Facts, Workshop

_NOTE = "A made-up company. This file says what was hidden in its data; percontact never reads it."


class _Plain(yaml.SafeDumper):
    """Writes a date out each time it is named, instead of pointing back to it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def truth_text(shop: Workshop, lines: list[Line]) -> str:
    """The text of truth.yaml."""
    return yaml.dump(truth(shop, lines), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


def truth(shop: Workshop, lines: list[Line]) -> Facts:
    """What a later command has to find. Sizes are those the data was made with; `counted` is what came of it.

    stories  one entry a story told: kind, since, until, where (slice), size, counted, find
    ledger   the lines that are hard on purpose
    """
    stories = [_fault(shop), _launch(shop), _training(shop), _wages(shop), _slow(shop)]
    return {
        "demo": True,
        "note": _NOTE,
        "company": shop.company["company"],
        "seed": shop.seed,
        "months": {"first": shop.first, "until": shop.end},
        "stories": [story for story in stories if story],
        "ledger": _hard_lines(lines),
    }


def _story(shop: Workshop, name: str, where: Facts, size: Facts, counted: Facts, find: str) -> Facts:
    facts = shop.company["stories"][name]
    return {
        "story": name, "kind": facts["kind"], "because": facts["because"],
        "since": facts.get("from", shop.first), "until": facts.get("until"), "where": where, "size": size,
        "counted": counted, "find": find,
    }  # fmt: skip


def _fault(shop: Workshop) -> Facts | None:
    story = shop.story("product_fault")
    if not story:
        return None
    days = f"day >= {shop.day(story['from'])} AND day < {shop.day(story['until'])}"
    inside = f"{days} AND reason = '{story['reason']}'"
    usual, more, after = shop.rows(f"""
        SELECT count(*) FILTER (wave = 0 AND NOT told AND {inside}), count(*) FILTER (wave = 0 AND told
               AND {inside}),
               count(*) FILTER (case_k IN (SELECT case_k FROM contact WHERE wave = 0 AND told) AND wave > 0)
        FROM contact""")[0]
    return _story(
        shop, "product_fault", {"reason": story["reason"], "product": story["product"]},
        {"first_contacts_factor": story["factor"]},
        {"usual_first_contacts": usual, "first_contacts_added": more, "re_contacts_added": after},
        "breaks and locate: twice the contacts of one reason for two weeks, all of the increase about one "
        "product; explain: a volume effect in March 2026",
    )  # fmt: skip


def _launch(shop: Workshop) -> Facts | None:
    story = shop.story("chatbot_launch")
    if not story:
        return None
    moved = "wave = 0 AND channel = 'ai_agent' AND base_channel <> 'ai_agent'"
    taken, resolved, over = shop.rows(f"""
        SELECT count(*) FILTER ({moved}), count(*) FILTER ({moved} AND outcome = 'resolved'),
               count(*) FILTER (wave = 1 AND channel = 'chat' AND case_k IN (
                   SELECT case_k FROM contact WHERE {moved} AND outcome = 'escalated'))
        FROM contact""")[0]
    reasons = sorted(name for name, facts in shop.company["reasons"].items() if facts.get("ai"))
    cut = story["staff_cut"]
    return _story(
        shop, "chatbot_launch", {"channel": story["channels"], "reason": reasons},
        {"share_of_first_contacts": story["share"], "ramp_days": story["ramp_days"], "team": cut["team"],
         "hours_factor": cut["factor"], "hours_cut_from": cut["from"]},
        {"taken": taken, "resolved": resolved, "handed_over_to_chat": over},
        "explain: mix moves from chat and messaging to the AI agent; what it leaves undone comes back as "
        "chat, so re-contacts rise; hours freed in the team stay unused until they are cut",
    )  # fmt: skip


def _training(shop: Workshop) -> Facts | None:
    story = shop.story("training_pays")
    if not story:
        return None
    where = f"base_team = '{story['team']}' AND day >= {shop.day(story['from'])}"
    return _story(
        shop, "training_pays", {"team": story["team"], "channel": story["channel"]},
        {"handle_time_factor": story["factor"], "cost_eur": round(story["cost_eur"] * shop.scale, 2)},
        {"handled_since": _handled(shop, where)},
        "evaluate: against the other voice team, handle time falls by the factor from the day on and stays",
    )  # fmt: skip


def _wages(shop: Workshop) -> Facts | None:
    story = shop.story("wage_rise")
    if not story:
        return None
    teams = [name for name, facts in shop.company["teams"].items() if facts["site"] == story["site"]]
    currency = shop.books["wages"][story["site"]]["currency"]
    return _story(
        shop, "wage_rise", {"site": story["site"], "team": teams},
        {"wage_factor": story["factor"], "currency": currency}, {},
        "explain: a rate effect at one site in January 2026; in euro the exchange rate hides some of it",
    )  # fmt: skip


def _slow(shop: Workshop) -> Facts | None:
    story = shop.story("slow_on_simple")
    if not story:
        return None
    reasons = sorted(name for name, facts in shop.company["reasons"].items() if facts.get("simple"))
    where = f"base_team = '{story['team']}' AND reason IN ({', '.join(repr(reason) for reason in reasons)})"
    return _story(
        shop, "slow_on_simple", {"team": story["team"], "channel": story["channel"], "reason": reasons},
        {"handle_time_factor": story["factor"]}, {"handled": _handled(shop, where)},
        "opportunities: longer than the other voice team on the simple reasons, and only on those",
    )  # fmt: skip


def _handled(shop: Workshop, where: str) -> int:
    found: int = shop.rows(f"SELECT count(*) FROM contact WHERE channel = 'voice' AND NOT lost AND {where}")[
        0
    ][0]
    return found


def _hard_lines(lines: list[Line]) -> Facts:
    """The ids of the lines that a costing easily gets wrong."""
    ids = {line: line.row()[0] for line in lines}
    by_key = {line.key: name for line, name in ids.items()}
    return {
        "lines": len(lines),
        "annual": [name for line, name in ids.items() if (line.end - line.start).days > 300],
        "late_correction": by_key.get("late-correction"),
        "credit_note": by_key.get("credit-note"),
        "no_rule_claims": by_key.get("unclaimed"),
        "outside_customer_service": [name for line, name in ids.items() if line.account.startswith("68")],
    }
