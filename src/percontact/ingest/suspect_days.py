# SPDX-License-Identifier: Apache-2.0
"""Suspicious days: without contacts, made from their neighbours, or cut off at the end of an extract."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from statistics import median

from percontact.ingest.derive import local
from percontact.ingest.landed import Landed, figure, some
from percontact.values.problem import Problem

DAY = timedelta(days=1)

LEAST_DAYS = 10
"""A shorter file has no habit that a day could break."""

LEAST_USUAL = 7
"""Contacts a day usually has, from which none at all is no chance: e^-7 is 0.1 %."""

HABIT = 0.75
"""Share of the same weekdays that have contacts, from which one without is out of habit."""

COLLAPSE = 0.4
"""A last day below this share of what is usual is taken for a part of a day."""

LEAST_FULL = 20
"""Contacts a last day should have, from which so few are no chance."""

CHANCE = 0.001
"""Chance of a coincidence in the whole file, below which a day is taken for a mean of two others."""


@dataclass(frozen=True, slots=True)
class Days:
    """Contacts by local day.

    count  contacts offered;  parts: (hour, measure) -> total, for each day
    """

    count: dict[date, float]
    parts: dict[date, dict[tuple[int, str], float]]

    def __bool__(self) -> bool:
        return len(self.count) >= LEAST_DAYS

    @property
    def first(self) -> date:
        return min(self.count)

    @property
    def last(self) -> date:
        return max(self.count)

    def usual(self, day: date, before: date, free: Collection[date]) -> float | None:
        """What the same weekdays before a day usually have; where they are few, days of the same kind."""
        past = [day - k * 7 * DAY for k in range(1, 9)]
        same = [self.count[d] for d in past if d in self.count and d < before and d not in free]
        if len(same) < 3:
            kind = day.weekday() >= 5
            near = (day - k * DAY for k in range(1, 29))
            same = [
                self.count[d] for d in near if d in self.count and d < before and (d.weekday() >= 5) == kind
            ]
        return median(same) if len(same) >= 3 else None


def days(landed: Landed, free: Collection[date] = ()) -> Iterator[Problem]:
    """Days that are missing, interpolated or cut off. `free` are days known to be closed."""
    if landed.table.name != "contacts":
        return
    found = read_days(landed)
    if not found:
        return
    yield from _missing(landed, found, free)
    yield from _interpolated(landed, found)
    yield from _collapsed(landed, found, free)


def read_days(landed: Landed) -> Days:
    """The contacts of every local day, in all and by hour."""
    measures = ["count", "handled", *(n for n in ("handle_s", "wait_s") if landed.has(n))]
    sums = ", ".join(f'sum("{m}") AS "{m}"' for m in measures)
    at = local("make_timestamp(bucket::BIGINT * 900000000)", landed.settings.timezone)
    total = ", ".join(f'sum("{m}")::DOUBLE' for m in measures)
    rows = landed.ask(
        f"SELECT CAST(clock AS DATE), CAST(hour(clock) AS INTEGER), {total} "
        f"FROM (SELECT {at} AS clock, {sums} "
        "FROM {rows} WHERE bucket IS NOT NULL GROUP BY bucket) GROUP BY ALL"
    )
    count: dict[date, float] = {}
    parts: dict[date, dict[tuple[int, str], float]] = {}
    for day, hour, *values in rows:
        count[day] = count.get(day, 0) + (values[0] or 0)
        mine = parts.setdefault(day, {})
        for measure, value in zip(measures, values, strict=True):
            if value is not None:
                mine[hour, measure] = value
    return Days(count, parts)


def gaps(found: Days, free: Collection[date] = ()) -> list[date]:
    """Days without contacts between the first and the last, where the weekday's habit is to have some."""
    whole = (found.last - found.first).days + 1
    every = [found.first + k * DAY for k in range(whole)]

    def used_to(weekdays: Collection[int]) -> bool | None:
        """Whether these days of the week mostly have contacts; None where there are too few."""
        same = sum(day.weekday() in weekdays for day in every) - 1
        held = [count for day, count in found.count.items() if day.weekday() in weekdays]
        if same < 3:
            return None
        return len(held) >= HABIT * same and median(held) >= LEAST_USUAL

    # What a missing day is held against depends on its weekday alone, and files may span a century.
    like = {day: range(5) if day < 5 else range(5, 7) for day in range(7)}
    known = {day: used_to([day]) for day in range(7)}
    habit = {day: used_to(like[day]) if of_day is None else of_day for day, of_day in known.items()}
    return [day for day in every if day not in found.count and day not in free and habit[day.weekday()]]


def _missing(landed: Landed, found: Days, free: Collection[date]) -> Iterator[Problem]:
    if missing := gaps(found, free):
        few = len(missing) == 1
        yield Problem(
            "W-DAY-01",
            landed.where,
            f"{len(missing):,} day{'' if few else 's'} without contacts: {some(spans(missing))}",
            "The same weekdays have contacts in other weeks, so rows may be missing, and costs of those days "
            "fall on the others.",
            "Export them again; if the service was closed, say so in the table calendar.",
        )


def spans(found: list[date]) -> list[str]:
    """Days as spans: 2026-06-03, 2026-06-10 to 2026-06-12."""
    told: list[tuple[date, date]] = []
    for day in sorted(found):
        if told and day - told[-1][1] == DAY:
            told[-1] = (told[-1][0], day)
        else:
            told.append((day, day))
    return [f"{a}" if a == b else f"{a} to {b}" for a, b in told]


def _collapsed(landed: Landed, found: Days, free: Collection[date]) -> Iterator[Problem]:
    last, fell = found.last, list[tuple[date, float, float]]()
    reach = 13 if len(found.count) >= 35 else 2
    before = last - reach * DAY
    for back in range(reach + 1):
        day = last - back * DAY
        usual = found.usual(day, before, free)
        if day in free or usual is None or usual < LEAST_FULL:
            # A day off, or one nothing is known of, parts no collapse but does not begin one either.
            continue
        if found.count.get(day, 0) >= COLLAPSE * usual:
            break
        fell.append((day, found.count.get(day, 0), usual))
    if not fell:
        return
    day, count, usual = fell[-1]
    yield Problem(
        "W-DAY-03",
        landed.where,
        f"contacts collapse at the end: {figure(count)} on {day} where {figure(usual)} are usual"
        + (f", and so to {last}" if day != last else ""),
        "An extract that was made before its last day was over looks like this; the cost per contact of the "
        "last period would be too high.",
        f"Export again up to the end of {last}, or leave the days from {day} on out.",
    )


def _interpolated(landed: Landed, found: Days) -> Iterator[Problem]:
    for step in (DAY, 7 * DAY):
        made = _means(found, step)
        if made:
            told = "the days before and after" if step == DAY else "the same weekdays a week before and after"
            yield Problem(
                "W-DAY-02",
                landed.where,
                f"{some(made)} is in every figure the mean of {told}",
                "Measured days are never that even, so it was filled in.",
                "Ask the source for the day as it was, or leave it out: a filled-in day hides what happened.",
            )
            return


def _means(found: Days, step: timedelta) -> list[date]:
    """Days all of whose parts are the mean of the same parts `step` before and after."""
    between = [day for day in found.parts if day - step in found.parts and day + step in found.parts]
    even = [day for day in between if _even(found, day, step)]
    made = []
    for day in even:
        chance = math.log(len(between))
        for part in found.parts[day]:
            usual = median(_apart(found, other, step, part) for other in between)
            chance += math.log(min(1.0, 2 / (2 * usual + 1)))
        if chance < math.log(CHANCE):
            made.append(day)
    return sorted(made)


def _even(found: Days, day: date, step: timedelta) -> bool:
    """Whether a day is the mean of two others in every part, to rounding, and these two differ."""
    mine, before, after = (found.parts[d] for d in (day, day - step, day + step))
    if abs(found.count[day] - (found.count[day - step] + found.count[day + step]) / 2) > len(mine) / 2 + 1:
        return False
    moves = any(before.get(part) != after.get(part) for part in mine)
    return moves and all(_apart(found, day, step, part) <= 0.5 for part in chain(mine, before, after))


def _apart(found: Days, day: date, step: timedelta, part: tuple[int, str]) -> float:
    mine, before, after = (found.parts[d].get(part, 0) for d in (day, day - step, day + step))
    return abs(mine - (before + after) / 2)
