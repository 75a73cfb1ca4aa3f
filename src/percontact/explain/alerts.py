# SPDX-License-Identifier: Apache-2.0
"""Alerts: breaks of many series that belong together, told once, where they come from, within a budget."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from percontact.costing.slice import Condition
from percontact.explain.episodes import Break
from percontact.explain.noted import Event
from percontact.explain.scan import Settings, scan
from percontact.metrics.card import Card
from percontact.values.period import Period

Place = tuple[str | None, ...]
Leaves = dict[Place, tuple[float, float]]
"""Values of the dimensions -> (top, bottom) of a metric; bottom 0 for sums."""

NEAR = 3
"""Breaks this many days apart are of one time."""
PRIOR = 50.0
"""Contacts that a small leaf borrows from others like it, when its ratio before is told."""
FITTED = 12
"""Rounds in which factors of values are fitted; they stand still after a few."""
SLICES = Settings(depth=2, most=2, least=0.25)
HOLDS = 0.8
"""Share of what everything was off by that a slice must hold, to be where it happened."""
MOSTLY = 0.5
"""Share of what a series was off by that the slices named for it must hold; else the series is named."""
MIRRORED = {"first_contact_resolution": "repeat_contact_rate"}
"""Metrics that tell the same from the other side: who came back was not settled at first contact."""
CHANCE_SHARE = 0.01
"""Share of the alerts in a budget that may be chance alone, where nothing happens all year."""


@dataclass(frozen=True, slots=True)
class Node:
    """A series that is watched: a metric, of everything or of one value of one dimension.

    hour  the hour of the day, where each hour is a series of its own; else None
    """

    metric: str
    dimension: str = ""
    value: str | None = None
    hour: int | None = None

    @property
    def where(self) -> tuple[tuple[str, str | None], ...]:
        """The slice that it is of."""
        return ((self.dimension, self.value),) if self.dimension else ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A break with its node and its days."""

    node: Node
    one: Break
    since: date
    found: date
    until: date | None

    @property
    def last(self) -> date:
        """The last day that is known to belong to it."""
        return self.until or self.found


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that happened, told once.

    slices   where it comes from, strongest first; ((),) = everything alike
    found    its strongest break, with what was observed and expected
    breaks   all breaks that belong to it
    events   noted events that fall in its time: candidates by time, not causes
    hours    its first and its last hour, as their local beginnings, and how many hours are off; None = days
    """

    card: Card
    slices: tuple[tuple[tuple[str, str | None], ...], ...]
    found: Sighting
    breaks: tuple[Sighting, ...]
    events: tuple[Event, ...]
    hours: tuple[datetime, datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was watched and what was found.

    span          the days watched
    series        how many series
    false_alarms  a year and series, as set
    held_back     alerts beyond the budget
    """

    span: Period
    alerts: tuple[Alert, ...]
    held_back: int
    series: int
    false_alarms: float
    notes: tuple[str, ...]
    where: tuple[Condition, ...]


def hours_of(found: Sequence[Sighting], where: tuple[tuple[str, str | None], ...]) -> list[Sighting]:
    """Breaks by the hour that are of one slice, in order of time."""
    return sorted((f for f in found if f.node.where == where), key=lambda f: (f.since, f.node.hour or 0))


def hour_slice(found: Sequence[Sighting]) -> tuple[tuple[str, str | None], ...]:
    """The smallest slice that holds what happened by the hour; () = everything.

    A slice holds it where it is off by most of what everything was off by in the same hours.
    """
    sizes: dict[tuple[tuple[str, str | None], ...], dict[tuple[date, int | None], float]] = {}
    for f in found:
        size = abs((f.one.observed or 0.0) - (f.one.expected or 0.0))
        sizes.setdefault(f.node.where, {})[f.since, f.node.hour] = size
    whole = sizes.pop((), {})

    def off(where: tuple[tuple[str, str | None], ...]) -> float:
        return sum(size for at, size in sizes[where].items() if not whole or at in whole)

    largest = max(sizes, key=off, default=())
    return largest if largest and off(largest) >= HOLDS * sum(whole.values()) else ()


def over_hours(found: Sequence[Sighting], *, sums: bool) -> tuple[Sighting, tuple[datetime, datetime, int]]:
    """Breaks of one slice by the hour, told as one, with its first hour, its last, and how many there are.

    sums  the values add up over hours; else the strongest hour is told
    """
    days = [(f.last - f.since).days + 1 for f in found]
    begun = min(datetime.combine(f.since, time(f.node.hour or 0)) for f in found)
    ended = max(datetime.combine(f.last, time(f.node.hour or 0)) for f in found)
    strongest = min(found, key=lambda f: f.one.a_year)
    one = strongest.one
    if sums:
        observed = sum(f.one.observed or 0.0 for f in found)
        one = replace(one, observed=observed, expected=sum(f.one.expected or 0.0 for f in found))
    open_still = any(f.until is None for f in found)
    told = Sighting(
        strongest.node, one, begun.date(), max(f.found for f in found), None if open_still else ended.date()
    )
    return told, (begun, ended, sum(days))


def per_series(asked: float, alerts_a_week: float, series: int) -> float:
    """False alarms a year that each series may raise, so that all together stay within the budget."""
    return min(asked, CHANCE_SHARE * alerts_a_week * 52 / max(series, 1))


def together(found: Sequence[Sighting], priced: Collection[str] = ()) -> list[list[Sighting]]:
    """Breaks of one metric, or of its mirror, to one side, at one time: one thing that happened.

    priced  metrics whose days share the price of their month: where it moved, that single days stand out as
            well is the same thing
    """
    groups: list[list[Sighting]] = []
    for one in sorted(found, key=lambda f: (f.since, f.found)):
        group = _group_of(one, [g for g in groups if _lasting(g[0]) == _lasting(one)])
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    days = [g for g in groups if g[0].one.kind == "spike" and g[0].node.metric in priced]
    lasting = [g for g in groups if _lasting(g[0]) == "shift"]
    for mine in days:
        group = _group_of(mine[0], lasting)
        if group is not None:
            group += mine
            groups.remove(mine)
    return groups


def _group_of(one: Sighting, groups: Sequence[list[Sighting]]) -> list[Sighting] | None:
    """The group that a break belongs to, by what moved, to which side, and when."""
    for group in groups:
        begun = min(f.since for f in group) - timedelta(days=NEAR)
        over = max(f.last for f in group) + timedelta(days=NEAR)
        if _way(group[0]) == _way(one) and begun <= one.since <= over:
            return group
    return None


def _way(found: Sighting) -> tuple[str, bool]:
    """What moved and whether upwards, of mirrored metrics as the other one tells it."""
    metric = found.node.metric
    return (MIRRORED[metric], not found.one.up) if metric in MIRRORED else (metric, found.one.up)


def strongest(group: Sequence[Sighting]) -> Sighting:
    """The break that a group is told by: what lasts before single days, then the rarest."""
    return min(
        group,
        key=lambda f: (
            f.one.kind == "spike", f.one.a_year, -abs((f.one.observed or 0) - (f.one.expected or 0)),
        ),
    )  # fmt: skip


def _lasting(found: Sighting) -> str:
    return "shift" if found.one.kind in ("shift", "trend") else found.one.kind


@dataclass(frozen=True, slots=True)
class Part:
    """A slice that holds what happened, () = everything alike; what it came to, and what was expected."""

    where: tuple[tuple[str, str | None], ...]
    observed: float
    expected: float


def places(
    dims: Sequence[str],
    now: Leaves,
    before: Leaves,
    *,
    up: bool,
    grown: float | None,
    seen: Sequence[tuple[tuple[str, str | None], ...]] = ((),),
) -> list[Part]:
    """The smallest slices that hold what happened, strongest first.

    now, before  sums of each leaf over the days of the break, and over the weeks before it
    grown        of sums: what the whole was expected to be now / what it was before; None = a ratio
    seen         slices that were seen to break at once, the clearest first; () = everything. The first is
                 told where what the scan finds holds most of none of them
    """
    leaves = sorted({*now, *before}, key=str)
    top = np.array([now.get(leaf, (0.0, 0.0))[0] for leaf in leaves])
    bottom = np.array([now.get(leaf, (0.0, 0.0))[1] for leaf in leaves])
    then = np.array([before.get(leaf, (0.0, 0.0)) for leaf in leaves]).reshape(-1, 2)
    values = [sorted({leaf[i] for leaf in leaves}, key=str) for i in range(len(dims))]
    codes = np.array(
        [[values[i].index(leaf[i]) for i in range(len(dims))] for leaf in leaves], dtype=np.int64
    ).reshape(len(leaves), len(dims))
    expected = then[:, 0] * grown if grown is not None else bottom * _ratios(codes, then)
    below = None if grown is not None else bottom

    def part(named: tuple[tuple[int, int], ...], inside: np.ndarray) -> Part:
        number = 1.0 if below is None else float(below[inside].sum()) or 1.0
        where = tuple((dims[d], values[d][code]) for d, code in named)
        return Part(where, float(top[inside].sum()) / number, float(expected[inside].sum()) / number)

    everything = [part((), np.ones(len(leaves), dtype=bool))]
    if not dims or expected.sum() <= 0:
        return everything
    wanted = Settings(SLICES.depth, SLICES.most, SLICES.least, direction=1 if up else -1)
    slices = scan(codes, np.maximum(top, 0), np.maximum(expected, 0), wanted)
    if not slices:
        return everything
    off, held = top - expected, np.any([one.leaves for one in slices], axis=0)
    broke = []
    for where in seen:
        named = tuple((dims.index(d), values[dims.index(d)].index(v)) for d, v in where)
        inside = np.all([codes[:, dim] == code for dim, code in named], axis=0) | np.zeros_like(held)
        broke.append((named, inside, abs(off[held & inside].sum()) >= MOSTLY * abs(off[inside].sum())))
    if not any(holds for _, _, holds in broke):
        named, inside, _ = broke[0]
        return [part(named, inside)]
    return [part(s.named, s.leaves) for s in slices]


def _ratios(codes: np.ndarray, then: np.ndarray) -> np.ndarray:
    """(leaf): its ratio before, as far as its number tells; else what its values lead one to expect.

    What a value leads to expect is a factor for each value of each dimension, so that the sums of each value
    are right (iterative proportional fitting: Deming & Stephan, Annals of Mathematical Statistics 11, 1940).
    """
    top, bottom = then[:, 0], then[:, 1]
    ratio: np.ndarray = np.full(len(then), top.sum() / bottom.sum() if bottom.sum() > 0 else 0.0)
    for _ in range(FITTED):
        for of in codes.T:
            meant = np.bincount(of, bottom * ratio)
            was = np.bincount(of, top)
            ratio = ratio * np.divide(was, meant, out=np.ones_like(was), where=meant > 0)[of]
    told: np.ndarray = (top + PRIOR * ratio) / (bottom + PRIOR)
    return told


def within_budget(days: Sequence[date], rarity: Sequence[float], alerts_a_week: float) -> list[bool]:
    """Which alerts are told: of each week the rarest ones, as many as were asked for.

    Half an alert a week is one in two weeks.
    """
    span = max(1, round(1 / alerts_a_week)) if alerts_a_week < 1 else 1
    most = max(1, round(alerts_a_week * span))
    told = [False] * len(days)
    weeks: dict[int, list[int]] = {}
    for i, day in enumerate(days):
        weeks.setdefault((day.toordinal() - 1) // 7 // span, []).append(i)
    for mine in weeks.values():
        for i in sorted(mine, key=lambda i: rarity[i])[:most]:
            told[i] = True
    return told
