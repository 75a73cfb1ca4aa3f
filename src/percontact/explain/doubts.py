# SPDX-License-Identifier: Apache-2.0
"""How sure a change is: what the data of its two sides lacks, and what is only on one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from percontact.costing.slice import Slice
from percontact.values.period import Period

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

TELLING = 200
"""A thing is told when it is at least one part in so many of the cost of its span."""
TIME_SHIFT = 10
"""Percentage points by which coverage of handle times must change to be told."""
NAMED = 3
"""So many are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Times:
    """Of a side's handled contacts: how many have their time measured, or derived from other times."""

    handled: int
    measured: int
    derived: int


@dataclass(frozen=True, slots=True)
class OneSided:
    """An account of a cost centre, or a whole cost centre, that has cost on one side only. side: 0 or 1."""

    side: int
    cost_centre: str | None
    account: str | None
    pico: int


@dataclass(frozen=True, slots=True)
class Late:
    """Cost of the first side that was booked later after its end than the second side has been waiting.

    days  since the second side's end, up to the last booking of the ledger
    """

    days: int
    pico: int
    whole: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the reader must know of the data behind a change.

    gaps   days without a contact of a weekday that the side usually works
    """

    times: tuple[Times, Times]
    one_sided: tuple[OneSided, ...]
    late: Late | None
    gaps: tuple[tuple[date, ...], tuple[date, ...]]


def doubts(costed: CostedBook, sides: tuple[Slice, Slice], works: Sequence[str]) -> Doubts:
    """What is doubtful; `works`: the tables that `keep_work` made of the two sides."""
    return Doubts(
        times=(_times(costed, works[0]), _times(costed, works[1])),
        one_sided=tuple(_one_sided(costed, sides)),
        late=_late(costed, sides),
        gaps=(_gaps(costed, sides[0]), _gaps(costed, sides[1])),
    )


def _times(costed: CostedBook, work: str) -> Times:
    ((handled, measured, derived),) = costed.con.execute(
        f"SELECT coalesce(sum(handled), 0), coalesce(sum(measured), 0), coalesce(sum(derived), 0) "
        f"FROM {work} WHERE inside"
    ).fetchall()
    return Times(int(handled), int(measured), int(derived))


def _one_sided(costed: CostedBook, sides: tuple[Slice, Slice]) -> Iterator[OneSided]:
    """Cost centres that only one side has; and accounts of others, where it is the second that lacks them."""
    sums: dict[tuple[str | None, str], list[int]] = defaultdict(lambda: [0, 0])
    whole = [0, 0]
    for n, side in enumerate(sides):
        rows = costed.con.execute(
            """
            SELECT cost_centre, account, sum(pico) FROM line_month
            WHERE month >= ? AND month < ? AND pool IS NOT NULL AND pool <> 'outside' GROUP BY ALL
            """,
            [side.months.start, side.months.end],
        ).fetchall()
        for centre, account, pico in rows:
            sums[centre, account][n] += int(pico)
            whole[n] += int(pico)
    centres: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for (centre, _), (a, b) in sums.items():
        centres[centre][0] += abs(a)
        centres[centre][1] += abs(b)
    for centre, pair in centres.items():
        for n in (0, 1):
            if centre is not None and pair[n] * TELLING >= abs(whole[n]) > 0 and not pair[1 - n]:
                yield OneSided(n, centre, None, pair[n])
    for (centre, account), (a, b) in sums.items():
        if a > 0 and a * TELLING >= abs(whole[0]) and not b and centres[centre][1]:
            yield OneSided(0, centre, account, a)


def _late(costed: CostedBook, sides: tuple[Slice, Slice]) -> Late | None:
    """What the first side was still waiting for when it was as old as the second is now."""
    ledger = costed.book.relation("ledger", ["row_id", "posted_on"])
    newest = costed.once("last posted", lambda: _last_posted(costed, ledger))
    first, second = sides[0].months, sides[1].months
    if newest is None or first.start >= second.start:
        return None
    days = max(0, (newest - second.end).days)
    rows = costed.con.execute(
        f"""
        SELECT coalesce(sum(pico) FILTER (posted_on > ?), 0), sum(pico)
        FROM line_month l JOIN {ledger} p USING (row_id)
        WHERE month >= ? AND month < ? AND pool IS NOT NULL AND pool <> 'outside'
        """,
        [first.end + timedelta(days=days), first.start, first.end],
    ).fetchall()
    ((late, whole),) = rows
    if whole is None or abs(int(late)) * TELLING < abs(int(whole)):
        return None
    return Late(days, int(late), int(whole))


def _last_posted(costed: CostedBook, ledger: str) -> date | None:
    found = costed.con.execute(f"SELECT max(posted_on) FROM {ledger}").fetchone()
    return found[0] if found else None


def _gaps(costed: CostedBook, side: Slice) -> tuple[date, ...]:
    """Days of the span without any contact, of weekdays that have contacts on most of their days."""
    if side.where or not costed.work.is_quick("day"):
        return ()
    seen = {c.period for c in costed.cells(Slice(side.span, "day"))[0] if c.offered}
    return missing_days(side.span, seen)


def missing_days(span: Period, seen: set[date]) -> tuple[date, ...]:
    """Days of a span that are not seen, of weekdays of which more than half are.

    >>> missing_days(Period(date(2026, 6, 1), date(2026, 6, 4)), {date(2026, 6, 1)})
    ()
    """
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    usual = {
        weekday
        for weekday in range(1, 8)
        if 2 * sum(d in seen for d in days if d.isoweekday() == weekday)
        > sum(d.isoweekday() == weekday for d in days)
    }
    return tuple(d for d in days if d not in seen and d.isoweekday() in usual)
