# SPDX-License-Identifier: Apache-2.0
"""Suspicious names: a team or cost centre that vanishes or appears, and its likely successor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

from percontact.ingest.landed import Landed, label
from percontact.values.problem import Problem

LOOKED_AT = {
    "contacts": ("team", "agent"),
    "handlings": ("team", "agent"),
    "ledger": ("cost_centre", "vendor"),
    "capacity": ("group", None),
}
"""table -> the names that are watched, and what moves along when one takes over from another"""

LEAST_MONTHS = 4
"""Months a file must span before a name can be said to have gone."""

LEAST_THERE = 2
"""Months in a row a name must have been there."""

LEAST_SHARE = 0.02
"""Share of its months' total from which a name matters."""

ALIKE = 0.6
"""A successor's monthly total is at least this share of the predecessor's, and not more than its inverse."""

MOVED = 0.5
"""Share of the agents or vendors of the one who are found with the other, from which they moved."""

CUT_OFF = 0.4
KNOWN = 0.5
"""A first or last month below this share of the usual total, or whose names have less than this share of
the month beside it, is the edge of the extract and says nothing of who is there."""

MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Life:
    """A name, the first and last month it is in, and its mean total a month."""

    name: str
    first: date
    last: date
    months: int
    monthly: float
    share: float


def names(landed: Landed) -> Iterator[Problem]:
    """Names that end before the rows do, or begin after them."""
    column, along = LOOKED_AT.get(landed.table.name, ("", None))
    if not column or not landed.has(column):
        return
    lives, months = _lives(landed, column)
    if len(months) < LEAST_MONTHS or len(lives) > MOST_NAMES:
        return
    steady = [x for x in lives if x.months >= LEAST_THERE and x.share >= LEAST_SHARE]
    place = {m: i for i, m in enumerate(months)}
    # A name that skips months is no re-organisation: seasonal work, or a bill a quarter.
    steady = [x for x in steady if x.months == place[x.last] - place[x.first] + 1]
    gone = [x for x in steady if x.first == months[0] and x.last < months[-1]]
    come = [x for x in steady if x.first > months[0] and x.last == months[-1]]
    taken: set[str] = set()
    for one in sorted(gone, key=lambda x: -x.share):
        heir = _successor(landed, column, along, one, [c for c in come if c.name not in taken], place)
        if heir:
            taken.add(heir[0].name)
        elif place[months[-1]] - place[one.last] < LEAST_THERE:
            continue
        yield _vanished(landed, column, one, heir)
    for one in come:
        if one.name not in taken:
            yield _appeared(landed, column, one)


def _lives(landed: Landed, column: str) -> tuple[list[Life], list[date]]:
    if landed.has("bucket"):
        # Months of UTC do: an hour or two of another month at either end is left out below.
        month = "CAST(date_trunc('month', make_timestamp(bucket::BIGINT * 900000000)) AS DATE)"
        grouped = f'SELECT bucket // 96 * 96 AS bucket, {label(column)} AS name, sum("count") AS total '
        grouped += "FROM {rows} GROUP BY ALL"
    else:
        value = {"ledger": "abs(amount)"}.get(landed.table.name) or "1"
        month = "CAST(date_trunc('month', period_start) AS DATE)"
        grouped = f"SELECT period_start, {label(column)} AS name, {value} AS total FROM {{rows}}"
    rows = landed.ask(
        f"SELECT {month} AS m, name, sum(total)::DOUBLE FROM ({grouped}) GROUP BY ALL ORDER BY m"
    )
    months = sorted({m for m, _, _ in rows if m})
    whole = {m: sum(t or 0 for at, _, t in rows if at == m) for m in months}
    held: dict[date, dict[str, float]] = {m: {} for m in months}
    for at, name, total in rows:
        if name and at:
            held[at][name] = total or 0
    while len(months) > 1 and _cut(held, whole, months[0], months[1]):
        del months[0]
    while len(months) > 1 and _cut(held, whole, months[-1], months[-2]):
        del months[-1]
    found = dict.fromkeys(name for at in months for name in held[at])
    return [_life(n, {m: held[m][n] for m in months if n in held[m]}, whole) for n in found], months


def _cut(held: dict[date, dict[str, float]], whole: dict[date, float], edge: date, inner: date) -> bool:
    """Whether a month at either end is no whole month: it has little, or few of the names beside it."""
    there = sum(total for name, total in held[inner].items() if name in held[edge])
    few = there < KNOWN * sum(held[inner].values())
    return few or whole[edge] < CUT_OFF * median(whole.values())


def _life(name: str, mine: dict[date, float], whole: dict[date, float]) -> Life:
    of = sum(whole[m] for m in mine)
    share = sum(mine.values()) / of if of else 0.0
    return Life(name, min(mine), max(mine), len(mine), fmean(mine.values()), share)


def _successor(
    landed: Landed, column: str, along: str | None, gone: Life, come: list[Life], place: dict[date, int]
) -> tuple[Life, str] | None:
    """Who began when it ended, with the evidence: the people or vendors that moved, else a like amount."""
    near = [c for c in come if abs(place[c.first] - place[gone.last] - 1) <= 1]
    if not near:
        return None
    if along and landed.has(along):
        members = _members(landed, column, along, [gone.name, *(c.name for c in near)])
        mine = members.get(gone.name, set())
        moved = [(len(mine & members.get(c.name, set())), c) for c in near]
        shared, best = max(moved, key=lambda m: m[0])
        if mine and shared >= MOVED * len(mine):
            return best, f"{shared} of its {len(mine)} {along}s are there now"
    alike = [
        c for c in near
        if gone.monthly and ALIKE <= c.monthly / gone.monthly <= 1 / ALIKE
    ]  # fmt: skip
    if len(alike) != 1:
        return None
    return alike[0], "its monthly total is alike"


def _members(landed: Landed, column: str, along: str, wanted: list[str]) -> dict[str, set[str]]:
    listed = ", ".join("'" + n.replace("'", "''") + "'" for n in wanted)
    rows = landed.ask(
        f"SELECT DISTINCT {label(column)}, {label(along)} FROM {{rows}} WHERE {label(column)} IN ({listed}) "
        f"AND {label(along)} IS NOT NULL"
    )
    found: dict[str, set[str]] = {}
    for name, member in rows:
        found.setdefault(name, set()).add(member)
    return found


def _vanished(landed: Landed, column: str, one: Life, heir: tuple[Life, str] | None) -> Problem:
    what = f"{column} {one.name!r} ends with {one.last:%Y-%m}"
    if heir:
        what += f"; {heir[0].name!r} begins in {heir[0].first:%Y-%m} and is its likely successor"
    because = f": {heir[1]}" if heir else ""
    return Problem(
        "W-NAME-01",
        landed.where,
        what,
        f"It had {one.share:.0%} of the total of its months{because}. A comparison over that month compares "
        "names, not work.",
        f"If it was renamed, map both to one name with `values:` under `{column}:` in a mapping file.",
    )


def _appeared(landed: Landed, column: str, one: Life) -> Problem:
    return Problem(
        "W-NAME-02",
        landed.where,
        f"{column} {one.name!r} begins in {one.first:%Y-%m}",
        f"It has {one.share:.0%} of the total of its months and none before, so it is new, renamed or was "
        "missing.",
        f"If it had another name before, map both to one with `values:` under `{column}:` in a mapping file.",
    )
