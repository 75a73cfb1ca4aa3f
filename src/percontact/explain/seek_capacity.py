# SPDX-License-Identifier: Apache-2.0
"""Paid for and not used, or dearer than it saves: idle hours, contracts and seats, bots, queues without
callback."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from percontact.costing.capacity import MS_PER_HOUR
from percontact.costing.policy import Pool
from percontact.costing.rate import PoolTotal
from percontact.costing.slice import Condition, Slice
from percontact.explain.facts_of_work import MACHINES, Cost, WorkFacts
from percontact.explain.opportunity import Opportunity, Where
from percontact.records.dialect import fold
from percontact.values.money import PICO
from percontact.values.period import periods

LEAST = 300
"""A queue is spoken of from so many contacts in the span on."""
LOST = 50
"""And from so many who gave up on."""
OPEN_HOURS = 8
"""A week of fewer hours with work has no pattern to speak of."""
QUIET = 0.33
"""An hour with less than this share of the work of a busy one (the ninth of ten) is quiet."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PEAK = 1.5
"""A queue's worst hours lose so many times more than its others: then the queue waits for hours, not for
staff."""


def idle_capacity(facts: WorkFacts) -> Iterator[Opportunity]:
    """Groups with more practical time than work, beyond what planners leave free; by hour of week where
    known."""
    sums = facts.costed.pool_totals(facts.span)
    planned = facts.assumed("idle_capacity", "occupancy")
    told = f"planners fill {planned.values[0]:.0%} to {planned.values[1]:.0%} of time ({planned.source})"
    for pool in facts.costed.policy.work_pools:
        total = sums.get(pool.name)
        group = pool.group
        if total is None or group is None or _unused(total) <= 0 or not total.capacity:
            continue
        used = float(Fraction(total.quantity) / Fraction(total.capacity))
        if used >= planned.values[0]:
            continue
        # What is too much by a full plan is more than by a busy one: the lower occupancy is the safer claim.
        low, high = ((1 - used / o) * total.cost / PICO for o in planned.values)
        hours = float(total.capacity) / MS_PER_HOUR
        quiet = _quiet_hours(facts, pool)
        yield Opportunity(
            "idle_capacity",
            f"{group}: {1 - used:.0%} of {hours:,.0f} practical hours was not used{quiet}",
            (), low, high, 0.0, 0,
            "service_level: some free time is what lets calls be answered",
            "Move hours to groups that are short, give work that can wait (e-mail), or plan fewer.",
            {"occupancy": used, "practical_h": hours, "group": group, "unused_cost": _unused(total) / PICO},
            (told,), None, pool.name,
        )  # fmt: skip


def _unused(total: PoolTotal) -> int:
    """Pico of a pool's capacity that was supplied and not used."""
    return total.cost - total.assigned - total.unassigned if total.any_unused else 0


def _quiet_hours(facts: WorkFacts, pool: Pool) -> str:
    """In which hours of the week little of a pool's work comes, as words; "" where its work is unknown.

    Paid hours are known by day or month, not by hour, so this says where work is, not where people are.
    """
    scope = tuple(Condition(d, _as_found(facts, d, values)) for d, values in pool.scope)
    cells, _ = facts.costed.cells(Slice(facts.span, "whole", ("weekday", "hour"), scope))
    load = {(int(str(c.values[0])), int(str(c.values[1]))): float(c.handle_s)
            for c in cells if c.handle_s > 0 and None not in c.values}  # fmt: skip
    if len(load) < OPEN_HOURS:
        return ""
    busy = float(np.quantile(list(load.values()), 0.9))
    quiet = sorted(hour for hour, seconds in load.items() if seconds < QUIET * busy)
    if not quiet:
        return ""
    many = f"{len(quiet)} of {len(load)} open hours of the week"
    return f"; {many} bring under a third of a busy one's work: {hours_of_week(quiet)}"


def _as_found(facts: WorkFacts, dimension: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """A scope's values as contacts write them: to a scope upper and lower case are one."""
    wanted = {fold(v) for v in values}
    known = {str(v) for v in facts.keys.get(dimension, ())}
    return tuple(sorted(v for v in known if fold(v) in wanted)) or values


def hours_of_week(hours: list[tuple[int, int]]) -> str:
    """Hours as (ISO weekday, hour), in order, as people say them.

    >>> hours_of_week([(1, 7), (1, 8), (2, 7), (2, 8), (6, 9)])
    'Mon, Tue 07:00-09:00; Sat 09:00-10:00'
    """
    spans: dict[int, list[list[int]]] = defaultdict(list)
    for day, hour in hours:
        if spans[day] and spans[day][-1][1] == hour:
            spans[day][-1][1] = hour + 1
        else:
            spans[day].append([hour, hour + 1])
    days: dict[str, list[str]] = defaultdict(list)
    for day, found in spans.items():
        days[", ".join(f"{a:02d}:00-{b:02d}:00" for a, b in found)].append(WEEKDAYS[day - 1])
    return "; ".join(f"{', '.join(names)} {times}" for times, names in days.items())


def unused_contracts(facts: WorkFacts) -> Iterator[Opportunity]:
    """Pools of no people that were paid for and not, or hardly, used; and seats beyond the people there
    are."""
    sums = facts.costed.pool_totals(facts.span)
    for pool in facts.costed.policy.work_pools:
        total = sums.get(pool.name)
        if total is None or pool.group is not None:
            continue
        idle = (max(0, _unused(total)) + max(0, total.stuck)) / PICO
        if idle > 0:
            yield Opportunity(
                "unused_contract",
                f"Pool {pool.name}: {idle:,.0f} of {total.cost / PICO:,.0f} was paid for and not used",
                (), 0.0, idle, 1.0, 0, "what the contract is for must still be there when needed",
                "Look at its lines; end or shrink what nobody uses.",
                {"pool": pool.name, "cost": total.cost / PICO}, (), None, pool.name,
            )  # fmt: skip
    yield from _seats(facts)


def _seats(facts: WorkFacts) -> Iterator[Opportunity]:
    capacity = facts.costed.capacity
    months = list(periods(facts.span, "month"))
    seats = heads = 0.0
    for group in sorted(capacity.groups):
        for month in months:
            s = capacity.measure(group, month.start, "seats")
            h = capacity.measure(group, month.start, "heads")
            if s is not None and h is not None:
                seats += float(s)
                heads += float(h)
    cost = _seat_cost(facts)
    kept = facts.assumed("unused_contract", "spare_seats")
    needed = heads * (1 + kept.values[0])
    if not seats or not cost or seats <= needed:
        return
    # Some seats more than people are usual: leavers overlap with those who follow them.
    spare, low = seats - heads, seats - needed
    yield Opportunity(
        "unused_contract",
        f"{spare / len(months):,.0f} of {seats / len(months):,.0f} seats a month have nobody on them",
        (), low / seats * cost, spare / seats * cost, 1.0, 0,
        "nobody waits for a licence on the first day",
        "Give seats back at the next date the contract allows.",
        {"seats": seats / len(months), "heads": heads / len(months), "cost": cost},
        (f"{kept.values[0]:.0%} more seats than people are needed ({kept.source})",), None,
        next(iter(_seat_pools(facts)), ""),
    )  # fmt: skip


def _seat_cost(facts: WorkFacts) -> float:
    """Cost of the pools that are given on by seats."""
    names = _seat_pools(facts)
    months = list(periods(facts.span, "month"))
    return sum(
        cost / PICO
        for m in months
        for name, (cost, _) in facts.costed.month_costs.get(m.start, {}).items()
        if name in names
    )


def _seat_pools(facts: WorkFacts) -> list[str]:
    return [p.name for p in facts.costed.policy.shared_pools if p.driver == "seats"]


def bots_that_cost_more(facts: WorkFacts) -> Iterator[Opportunity]:
    """Machine sessions, by channel and reason, that cost more than the contacts they saved people."""
    rows = np.isin(facts.keys["actor"], MACHINES)
    sums = facts.sums("channel", "reason", where=rows)
    people: dict[str, Cost] = defaultdict(Cost)
    for (reason, who), cost in facts.costs("reason", "assisted").items():
        if who == "assisted":
            people[reason] += cost
    costs = facts.costs("channel", "reason")
    found: dict[str, list[tuple[str, float, float, Cost, float]]] = defaultdict(list)
    for (channel, reason), s in sums.items():
        paid, other = costs.get((channel, reason), Cost()), people[reason].each
        if s["handled"] < LEAST / 3 or paid.used <= 0 or other is None:
            continue
        best = s["resolved"] * other - paid.used
        worst = s["contained"] * other - paid.used
        found[channel].append((reason, best, worst, paid, s["handled"]))
    for channel, many in found.items():
        losing = [m for m in many if m[1] < 0]
        if not losing:
            continue
        names = tuple(sorted(m[0] for m in losing if m[0]))
        low, high = -sum(m[1] for m in losing), -sum(m[2] for m in losing)
        contacts = int(sum(m[4] for m in losing))
        cost = sum((m[3] for m in losing), Cost())
        yield Opportunity(
            "bot_costs_more",
            f"{channel} costs {cost.used:,.0f} on {', '.join(names[:4]) or 'contacts without a reason'}"
            f"{f' and {len(names) - 4} more' if len(names) > 4 else ''}, and spares people less: "
            f"{contacts:,} sessions",
            (("channel", (channel,)), *((("reason", names),) if names else ())),
            low, high, cost.cashable, contacts,
            "automated_resolution_rate and repeat_contact_rate",
            "Stop it on these reasons, or mend what it answers; a session is settled only when nobody calls.",
            {"cost": cost.used},
        )  # fmt: skip


def _who_gave_up(facts: WorkFacts, by: str, name: str) -> Where:
    """The contacts of a queue that nobody handled, by how their outcome is written."""
    ended = {outcome for (queue, outcome), c in facts.costs(by, "outcome").items()
             if queue == name and c.offered and not c.handled}  # fmt: skip
    return ((by, (name,)), *((("outcome", tuple(sorted(ended))),) if ended else ()))


def callbacks(facts: WorkFacts) -> Iterator[Opportunity]:
    """Queues that lose customers in their busy hours only: a callback moves the call to a quiet one."""
    book = facts.costed.book
    by = "queue" if "queue" in book.filled("contacts") else "channel"
    asked = Slice(facts.span, "whole", (by, "weekday", "hour"), facts.question.where)
    cells, _ = facts.costed.cells(asked)
    hours: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for c in cells:
        if c.values[0] is not None:
            hours[str(c.values[0])].append((c.offered, c.offered - c.handled))
    costs = facts.costs(by)
    sums = facts.sums(by)
    least = facts.assumed("callbacks", "abandoned")
    for name, many in hours.items():
        offered, lost = (sum(x[i] for x in many) for i in (0, 1))
        if lost < LOST or offered < LEAST or lost / offered < least.values[0]:
            continue
        worst = sorted((x for x in many if x[0] >= 20), key=lambda x: -x[1] / x[0])
        peak = worst[: max(1, len(worst) // 4)]
        rest = worst[len(peak) :]
        at_peak = sum(x[1] for x in peak) / max(1, sum(x[0] for x in peak))
        else_ = sum(x[1] for x in rest) / max(1, sum(x[0] for x in rest))
        if not rest or at_peak < PEAK * else_:
            continue
        s = sums.get((name,), {})
        again = s["gone_followed"] / s["gone_settled"] if s.get("gone_settled") else 0.0
        each = costs.get((name,), Cost()).each or 0.0
        caught = sum(x[1] for x in peak)
        yield Opportunity(
            "callbacks",
            f"{by} {name}: {lost / offered:.1%} give up, {at_peak:.1%} in its worst quarter of hours and "
            f"{else_:.1%} in the others; {again:.0%} of those who give up come back",
            _who_gave_up(facts, by, name), 0.0, caught * again * each, 0.0, lost,
            "abandonment_rate and average_speed_of_answer of those who wait",
            "Offer a callback in those hours. What lost customers were worth is not in the range.",
            {"abandoned": float(lost), "at_peak": at_peak, "else": else_, "come_back": again},
            (f"from {least.values[0]:.0%} giving up on a callback is worth a thought ({least.source})",),
        )  # fmt: skip
