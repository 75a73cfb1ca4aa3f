# SPDX-License-Identifier: Apache-2.0
"""Demand that could be served more cheaply, or need not come: self-service, failure demand, faults,
transfers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import sqrt

import numpy as np

from percontact.explain.facts_of_work import MACHINES, Cost, WorkFacts
from percontact.explain.noted import Event
from percontact.explain.opportunity import Opportunity
from percontact.records.dialect import fold, quote
from percontact.values.period import Period

LEAST = 300
"""A reason is spoken of from so many contacts in the span on."""
PASSED_ON = ("escalated", "transferred")
"""Outcomes after which somebody else does the work again."""
FAULT_KINDS = {"fault", "outage", "defect", "incident"}
"""Kinds of events after which contacts come that nobody wanted."""
BEFORE_DAYS = 28
"""Days before an event that say what was usual: whole weeks."""
FAULT_Z = 4.0
"""Standard deviations above usual from which contacts after a fault are called more."""


def self_service(facts: WorkFacts) -> Iterator[Opportunity]:
    """Reasons that suit self-service: short, much alike, seldom passed on, and few come back."""
    assisted = ~np.isin(facts.keys["actor"], MACHINES)
    reasons = {k[0]: s for k, s in facts.sums("reason", where=assisted).items() if k[0]}
    known = {r: s for r, s in reasons.items() if s["handled"] >= LEAST and s["handle_s_n"] >= LEAST / 3}
    failing = {fold(r) for r in facts.costed.policy.failure_reasons}
    if len(known) < 3:
        return
    traits = {r: _traits(s) for r, s in known.items()}
    middle = [float(np.median([t[i] for t in traits.values()])) for i in range(4)]
    machine, contained = _machine(facts)
    (tried,), (safe, possible) = (facts.assumed("self_service", n).values for n in ("tried", "settled"))
    costs = _by_reason(facts, assisted=True)
    for reason, trait in traits.items():
        # Those that should not come at all are for the next rule: a help page for a fault is no cure.
        better = sum(x < m for x, m in zip(trait, middle, strict=True))
        if (
            fold(reason) in failing
            or better < 2
            or not all(x <= m for x, m in zip(trait, middle, strict=True))
        ):
            continue
        cost = costs.get(reason, Cost())
        each = cost.each
        if each is None or machine is None or each <= machine:
            continue
        many, again = cost.handled, trait[3]
        # Help pages do well on those who choose them; more than what is possible is not taken for granted.
        share = (safe, min(possible, max(safe, contained)))
        # Who does not try calls as before; who tries and fails calls all the same.
        low, high = (tried * many * (s * each - machine - (1 - s) * again * each) for s in share)
        if high <= 0:
            continue
        yield Opportunity(
            "self_service",
            f"{reason} suits self-service: {trait[0]:,.0f} s, "
            f"much alike, {trait[2]:.1%} passed on, {again:.1%} come back; {many:,} contacts at {each:,.2f} "
            f"against {machine:,.2f} by a machine",
            (("reason", (reason,)), ("assisted", ("assisted",))), max(0.0, low), high, cost.cashable, many,
            "self_service_success and repeat_contact_rate: who fails at the page calls all the same",
            "Write the answer as a page or a bot step, offer it first, and watch how many call after it.",
            _trap(facts, assisted, cost, tried * many * sum(share) / 2, machine) | {"cost_each": each,
            "machine_each": machine, "contained_low": share[0], "contained_high": share[1]},
            _assumed_of_self_service(facts, share),
        )  # fmt: skip


def _assumed_of_self_service(facts: WorkFacts, share: tuple[float, float]) -> tuple[str, ...]:
    tried, settled = facts.assumed("self_service", "tried"), facts.assumed("self_service", "settled")
    told = [
        f"{tried.values[0]:.0%} of contacts try self-service ({tried.source})",
        f"{share[0]:.0%} to {share[1]:.0%} of them are settled ({settled.source})",
    ]
    cost = facts.assumed("self_service", "cost_each")
    if _machine_there_is(facts)[0] is None and cost.values:
        told.append(f"a self-served contact costs {cost.values[0]:,.2f} ({cost.source})")
    return tuple(told)


def _traits(s: dict[str, float]) -> tuple[float, float, float, float]:
    """(mean seconds, coefficient of variation, share passed on, share coming back)."""
    mean = s["handle_s_sum"] / s["handle_s_n"]
    spread = max(0.0, s["handle_s_squares"] / s["handle_s_n"] - mean**2)
    passed_on = (s["escalated"] + s["transferred"]) / s["handled"]
    again = s["followed"] / s["settled"] if s["settled"] else 0.0
    return mean, sqrt(spread) / mean if mean else 0.0, passed_on, again


def _machine(facts: WorkFacts) -> tuple[float | None, float]:
    """(cost of a self-served contact, share of them that is settled for good) of the cheapest machine.

    Where there is none the cost is what the policy says it would be.
    """
    there = _machine_there_is(facts)
    told = facts.assumed("self_service", "cost_each").values
    return (told[0], 0.0) if there[0] is None and told else there


def _machine_there_is(facts: WorkFacts) -> tuple[float | None, float]:
    best: tuple[float | None, float] = (None, 0.0)
    rows = np.isin(facts.keys["actor"], MACHINES)
    sums = {k[0]: s for k, s in facts.sums("channel", where=rows).items()}
    for (channel,), cost in facts.costs("channel").items():
        each = cost.each
        if (
            channel in sums
            and each
            and sums[channel]["handled"] >= LEAST
            and (best[0] is None or each < best[0])
        ):
            best = each, sums[channel]["contained"] / sums[channel]["handled"]
    return best


def _by_reason(facts: WorkFacts, *, assisted: bool) -> dict[str, Cost]:
    found: dict[str, Cost] = defaultdict(Cost)
    for (reason, who), cost in facts.costs("reason", "assisted").items():
        if (who == "assisted") is assisted:
            found[reason] += cost
    return found


def _trap(
    facts: WorkFacts, assisted: np.ndarray, cost: Cost, moved: float, machine: float
) -> dict[str, float | str]:
    """Total cost, cost per contact and that of people, before and after: the last rises while the first
    falls.

    At constant mix nothing changes: no contact is handled more cheaply, cheap ones only go elsewhere.
    """
    whole = facts.whole
    people = sum(_by_reason(facts, assisted=True).values(), Cost())
    saved = moved * ((cost.each or 0.0) - machine)
    left = people.handled - moved
    return {
        "total_cost": whole.used, "total_cost_after": whole.used - saved,
        "cost_per_contact": whole.used / whole.handled,
        "cost_per_contact_after": (whole.used - saved) / whole.handled,
        "cost_per_contact_at_constant_mix": whole.used / whole.handled,
        "cost_per_assisted_contact": people.used / people.handled,
        "cost_per_assisted_contact_after": (people.used - moved * (cost.each or 0.0)) / left if left else 0.0,
    }  # fmt: skip


def failure_demand(facts: WorkFacts) -> Iterator[Opportunity]:
    """Reasons that the policy calls failure demand: what they cost, and what of it is customers coming
    back."""
    failing = {fold(r) for r in facts.costed.policy.failure_reasons}
    repeated: dict[str, float] = defaultdict(float)
    known: dict[str, Cost] = defaultdict(Cost)
    for (reason, repeat), cost in facts.costs("reason", "repeat").items():
        if fold(reason) in failing:
            known[reason] += cost
            if repeat == "repeat":
                repeated[reason] += cost.used
    for reason, cost in known.items():
        if cost.handled < LEAST or cost.used <= 0:
            continue
        yield Opportunity(
            "failure_demand",
            f"{reason} is failure demand: {cost.handled:,} contacts cost {cost.used:,.0f}, of it "
            f"{repeated[reason]:,.0f} for customers who had to come back",
            (("reason", (reason,)),), repeated[reason], cost.used, cost.cashable, cost.handled,
            "contacts_offered of other reasons: the matter must be gone, not renamed",
            "Follow twenty of these contacts to what caused them, and mend that; the range is from no second "
            "contact to none at all.",
            {"cost": cost.used, "cost_of_repeats": repeated[reason]},
        )  # fmt: skip


def after_faults(facts: WorkFacts, events: Sequence[Event]) -> Iterator[Opportunity]:
    """Contacts above usual in and after a noted fault that names its slice, and what they cost."""
    for event in events:
        if (event.kind or "").lower() not in FAULT_KINDS or not event.touches:
            continue
        after = facts.assumed("after_fault", "days")
        last = (event.last or event.first) + timedelta(days=int(after.values[0]) + 1)
        if not (facts.span.start <= event.first and last <= facts.span.end):
            continue
        during = Period(event.first, last)
        before = Period(event.first - timedelta(days=BEFORE_DAYS), event.first)
        now, then = _count(facts, event, during), _count(facts, event, before)
        usual = then * during.days / BEFORE_DAYS
        more = now - usual
        if then == 0 or more < FAULT_Z * sqrt(usual * (1 + during.days / BEFORE_DAYS)):
            continue
        where = tuple((d, (v,)) for d, v in event.touches)
        dims = tuple(d for d, _ in event.touches)
        values = tuple(v for _, v in event.touches)
        cost = facts.costs(*dims).get(values, Cost())
        each = cost.each or 0.0
        wander = 1.2816 * sqrt(now + usual * during.days / BEFORE_DAYS)
        yield Opportunity(
            "after_fault",
            f"{event.name}: {more:,.0f} more contacts than usual in {during.days} days from {event.first} "
            f"({now:,.0f} against {usual:,.0f})",
            where, max(0.0, more - wander) * each, (more + wander) * each, cost.cashable, round(now),
            "contacts_offered of the reason, which must fall back to usual and stay there",
            "Tell customers before they ask, and send what caused it back to who makes it; the event is a "
            "candidate by time, look at the contacts before you say so.",
            {"observed": float(now), "usual": usual, "event": event.name},
            (f"customers come back until {after.values[0]:.0f} days after a fault ({after.source})",), during,
        )  # fmt: skip


def _count(facts: WorkFacts, event: Event, days: Period) -> float:
    book = facts.costed.book
    zone = book.settings.timezone.replace("'", "''")
    columns = ["started_at", "count", *(d for d, _ in event.touches)]
    tests = " AND ".join(f"{quote(d)} = ?" for d, _ in event.touches)
    rows = book.relation("contacts", columns)
    day = f"CAST((CAST(started_at AS TIMESTAMP) AT TIME ZONE 'UTC') AT TIME ZONE '{zone}' AS DATE)"
    found = facts.costed.con.execute(
        f'SELECT coalesce(sum("count"), 0) FROM {rows} WHERE {tests} AND {day} >= ? AND {day} < ?',
        [*(v for _, v in event.touches), days.start, days.end],
    ).fetchone()
    return float(found[0]) if found else 0.0


def transferred_twice(facts: WorkFacts) -> Iterator[Opportunity]:
    """Reasons of which more are transferred or escalated than of others, and what the second handling
    costs."""
    people = {k[0] for k in facts.sums("channel", where=~np.isin(facts.keys["actor"], MACHINES))}
    sums: dict[str, tuple[float, float]] = {}
    named: set[str] = set()
    passed: dict[str, Cost] = defaultdict(Cost)
    direct: dict[str, Cost] = defaultdict(Cost)
    for (channel, reason, outcome), cost in facts.costs("channel", "reason", "outcome").items():
        if channel not in people or not reason:
            continue
        side = passed if outcome.lower() in PASSED_ON else direct
        side[reason] += cost
        named |= {outcome} if side is passed else set()
    for reason in {**passed, **direct}:
        sums[reason] = float(passed[reason].handled), float(passed[reason].handled + direct[reason].handled)
    whole = sum(b for _, b in sums.values())
    if not whole:
        return
    rate = sum(a for a, _ in sums.values()) / whole
    for reason, (many, of) in sums.items():
        usual = rate * of
        extra = (passed[reason].each or 0.0) - (direct[reason].each or 0.0)
        if of < LEAST or extra <= 0 or many - usual < 4 * sqrt(usual * (1 - rate)) or many < 1.25 * usual:
            continue
        yield Opportunity(
            "transferred_twice",
            f"{reason}: {many / of:.1%} are transferred or escalated, {rate:.1%} of all reasons; each costs "
            f"{extra:,.2f} more than one settled at once",
            (("reason", (reason,)), ("outcome", tuple(sorted(named)))), (many - usual) * extra, many * extra,
            passed[reason].cashable, round(many),
            "first_contact_resolution: fewer transfers must not mean fewer answers",
            "Send these contacts to who can settle them at once, or give the first line the right to.",
            {"rate": many / of, "usual_rate": rate, "extra_each": extra},
        )  # fmt: skip
