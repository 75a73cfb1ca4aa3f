# SPDX-License-Identifier: Apache-2.0
"""Time out of line: teams and agents slow on simple contacts, long holds, long wrap-up, against peers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from percontact.explain.facts_of_work import MACHINES, Cost, WorkFacts, coded
from percontact.explain.opportunity import Kind, Opportunity
from percontact.explain.peers import Excess, Tally, excesses

TEAM_CONTACTS = 100
"""A team is compared on a reason from so many contacts on."""
AGENT_CONTACTS = 300
"""An agent is never compared on fewer."""
AGENT_WORTH = 1.20
"""An agent is named, by pseudonym, only from a fifth above peers on, chance taken out."""
PASSED_ON = 1.25
"""A simple reason is escalated or transferred at most so many times as often as all are."""
SIMPLE_SHARE = 1 / 3
"""The shortest third of reasons by mean handle time, of those that escalate no more than most, is simple."""


def simple_reasons(facts: WorkFacts) -> set[str]:
    """Reasons that need no judgement, by what their contacts show: short, and seldom escalated or
    transferred."""
    assisted = ~np.isin(facts.keys["actor"], MACHINES)
    sums = {k[0]: s for k, s in facts.sums("reason", where=assisted).items() if k[0]}
    known = {r: s for r, s in sums.items() if s["handle_s_n"] >= TEAM_CONTACTS and s["handled"]}
    if len(known) < 3:
        return set()
    length = _lengths(facts, assisted)
    of = sum(s["handled"] for s in known.values())
    usual = sum(s["escalated"] + s["transferred"] for s in known.values()) / of
    shortest = sorted(known, key=lambda r: length.get(r, 9.0))[: max(1, round(len(known) * SIMPLE_SHARE))]
    return {
        r
        for r in shortest
        if (known[r]["escalated"] + known[r]["transferred"]) / known[r]["handled"] <= PASSED_ON * usual
    }


def _lengths(facts: WorkFacts, assisted: np.ndarray) -> dict[str, float]:
    """Reason -> how long it takes beside others of its channel: the middle one of the teams.

    The middle one, so that a reason does not seem long because one team is slow on it.
    """
    cells = facts.sums("channel", "team", "reason", where=assisted)
    channels = facts.sums("channel", "team", where=assisted)
    found: dict[str, list[float]] = defaultdict(list)
    for (channel, team, reason), s in cells.items():
        whole = channels[channel, team]
        if reason and s["handle_s_n"] >= 30:
            usual = whole["handle_s_sum"] / whole["handle_s_n"]
            found[reason].append(s["handle_s_sum"] / s["handle_s_n"] / usual)
    return {reason: float(np.median(many)) for reason, many in found.items()}


def tally_of(facts: WorkFacts, name: str, unit: str, rows: np.ndarray, item: str | None = None) -> Tally:
    """The rows of a length of time as peers are compared: mix of channel, reason and language."""
    keys = {k: v[rows] for k, v in facts.keys.items()}
    # A team is held against other teams; an agent against colleagues, so that a slow team is said once.
    same = ("channel", "reason", "language") + (("team",) if unit == "agent" else ())
    cells = zip(*(keys[k] for k in same), strict=True)
    mix = np.array(["\x1f".join(map(str, v)) for v in cells], dtype=object)
    numbers = [facts.numbers[f"{name}_{part}"][rows] for part in ("n", "sum", "squares")]
    items = coded(keys[item])[0] if item else np.zeros(len(mix), dtype=np.int64)
    return Tally(coded(keys[unit])[0], items, coded(mix)[0], coded(keys["agent"])[0], *numbers)


def slow_teams(facts: WorkFacts) -> Iterator[Opportunity]:
    """Teams that take long on simple reasons, though their mix is the same: a training need."""
    simple = simple_reasons(facts)
    rows = np.isin(facts.keys["reason"], sorted(simple)) & (facts.keys["team"] != "")
    rows &= facts.numbers["handle_s_n"] > 0
    if not rows.any():
        return
    teams, reasons = (coded(facts.keys[k][rows])[1] for k in ("team", "reason"))
    found = [e for e in excesses(tally_of(facts, "handle_s", "team", rows, "reason"), least=TEAM_CONTACTS)
             if e.is_out_of_line]  # fmt: skip
    by_team: dict[str, list[Excess]] = defaultdict(list)
    for one in found:
        by_team[teams[one.unit]].append(one)
    for team, many in by_team.items():
        names = tuple(reasons[e.item] for e in sorted(many, key=lambda e: -e.shrunk))
        yield _of_time(facts, "slow_on_simple", team, many, names)


def out_of_line(facts: WorkFacts) -> Iterator[Opportunity]:
    """Teams whose holds or wrap-up are long beside peers on the same mix."""
    kinds: tuple[tuple[str, Kind], ...] = (("hold_s", "hold_out_of_line"), ("wrap_s", "wrap_out_of_line"))
    for name, kind in kinds:
        rows = (facts.numbers[f"{name}_n"] > 0) & (facts.keys["team"] != "")
        if not rows.any():
            continue
        teams = coded(facts.keys["team"][rows])[1]
        for one in excesses(tally_of(facts, name, "team", rows), least=TEAM_CONTACTS):
            if one.is_out_of_line and one.shrunk >= 1.10:
                yield _of_time(facts, kind, teams[one.unit], [one], ())


def slow_agents(facts: WorkFacts, pseudonym: Callable[[str], str]) -> Iterator[Opportunity]:
    """Agents far above peers on the same mix of simple contacts; by pseudonym, never on small samples."""
    rows = np.isin(facts.keys["reason"], sorted(simple_reasons(facts))) & (facts.keys["agent"] != "")
    rows &= facts.numbers["handle_s_n"] > 0
    if not rows.any():
        return
    agents = coded(facts.keys["agent"][rows])[1]
    teams = dict(zip(facts.keys["agent"][rows], facts.keys["team"][rows], strict=True))
    for one in excesses(tally_of(facts, "handle_s", "agent", rows), least=AGENT_CONTACTS):
        if one.stands and one.shrunk >= AGENT_WORTH:
            agent = agents[one.unit]
            yield _of_time(facts, "slow_agent", str(teams[agent]), [one], (), who=pseudonym(agent))


def _of_time(
    facts: WorkFacts, kind: Kind, team: str, many: list[Excess], reasons: tuple[str, ...], who: str = ""
) -> Opportunity:
    observed, expected = sum(e.observed for e in many), sum(e.expected for e in many)
    low = sum(e.expected * max(0.0, e.low - 1) for e in many)
    high = sum(e.expected * max(0.0, e.high - 1) for e in many)
    cost = _team_cost(facts, team)
    rate = cost.used / cost.seconds if cost.seconds else 0.0
    contacts = sum(e.contacts for e in many)
    above = observed / expected - 1
    each = f"{observed / contacts:,.0f} s against {expected / contacts:,.0f} s of peers on the same mix"
    listed = ", ".join(reasons[:4]) + (f" and {len(reasons) - 4} more" if len(reasons) > 4 else "")
    says, step = {
        "slow_on_simple": (
            f"{team} takes {above:.0%} longer on {len(reasons)} simple "
            f"reason{'s' if len(reasons) > 1 else ''} ({listed}): {each}",
            "Listen to a few calls of each reason with the team and a peer; train what differs.",
        ),
        "slow_agent": (
            f"One agent of {team or 'no team'} ({who}) takes {above:.0%} longer on simple contacts: "
            f"{observed / contacts:,.0f} s against {expected / contacts:,.0f} s of colleagues",
            "Talk with the agent and the team lead; coaching, not ranking.",
        ),
        "hold_out_of_line": (
            f"{team} holds {above:.0%} longer: {each}",
            "See what agents look up while the customer waits; put it where they work.",
        ),
        "wrap_out_of_line": (
            f"{team} wraps up {above:.0%} longer: {each}",
            "Compare what is written after the call with a peer team; drop fields nobody reads.",
        ),
    }[kind]
    where = (("team", (team,)), *((("reason", reasons),) if reasons else ()))
    return Opportunity(
        kind, says, where, low * rate, high * rate, cost.cashable, contacts,
        "repeat_contact_rate: short calls that come back are no saving", step,
        {"observed_s": observed, "expected_s": expected, "ratio": observed / expected,
         "shrunk": 1 + sum((e.shrunk - 1) * e.expected for e in many) / expected, "p": max(e.p for e in many),
         "repeat_rate": _repeat_rate(facts, team, reasons)},
    )  # fmt: skip


def _team_cost(facts: WorkFacts, team: str) -> Cost:
    return sum((c for (t,), c in facts.costs("team").items() if t == team), Cost())


def _repeat_rate(facts: WorkFacts, team: str, reasons: tuple[str, ...]) -> float:
    rows = facts.keys["team"] == team
    if reasons:
        rows &= np.isin(facts.keys["reason"], reasons)
    settled = float(facts.numbers["settled"][rows].sum())
    return float(facts.numbers["followed"][rows].sum()) / settled if settled else 0.0
