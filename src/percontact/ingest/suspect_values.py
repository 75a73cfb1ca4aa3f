# SPDX-License-Identifier: Apache-2.0
"""Suspicious numbers: a constant that fills gaps, and units that change inside a column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from percontact.ingest.landed import Landed, figure, label, some
from percontact.values.problem import Problem

LEAST_TIMES = 8
"""A value seen less often proves nothing."""

LEAST_SHARE = 0.02
"""Share of a column that one value must fill before it matters to an average."""

FAR_MORE = 5
"""Times as often as the sixth most frequent value: several constants may stand side by side."""

SMALL_S = 10
"""Below so many seconds, whole values repeat by nature."""

UNITS = ((60, "minutes and seconds"), (3600, "hours and seconds"), (86400, "days and seconds"),
         (1000, "seconds and milliseconds"), (1440, "days and minutes"))  # fmt: skip
"""Factors between units of time that exports are written in."""

NEAR = math.log(1.6)
"""Two groups of the same work, in two units, have medians this near to a unit's factor (natural log)."""

GROUP_ROWS = 10
"""Rows from which the median of a block or a team is looked at."""

BLOCKS = 40


def values(landed: Landed) -> Iterator[Problem]:
    """Constants and changing units in the durations of the table."""
    durations = landed.of_kind("seconds", "hours")
    if not durations or landed.rows < LEAST_TIMES:
        return
    by = [n for n in ("channel", "team", "group") if landed.has(n)]
    wanted = [*durations, *by, *(["count"] if landed.has("count") else [])]
    single = "count = 1" if landed.has("count") else "true"
    columns = ", ".join(label(n) for n in dict.fromkeys(wanted))
    landed.con.execute(
        f"CREATE OR REPLACE TEMP TABLE looked AS SELECT {landed.line} AS line, {columns} "
        f"FROM {landed.relation} WHERE {landed.sample()} AND {single}"
    )
    for column in durations:
        if landed.table.column(column).kind == "seconds":  # type: ignore[union-attr]
            yield from _constant(landed, column)
        yield from _units(landed, column, by)
    landed.con.execute("DROP TABLE looked")


def _constant(landed: Landed, column: str) -> Iterator[Problem]:
    name = label(column)
    found = landed.ask(
        f"SELECT {name}::DOUBLE AS v, count(*) AS n, min(line) FROM looked WHERE {name} >= {SMALL_S} "
        "GROUP BY v ORDER BY n DESC, v LIMIT 2000"
    )
    ((whole,),) = landed.ask(f"SELECT count({name}) FROM looked")
    odd = [(v, n, line) for v, n, line in found if v != int(v) or v % 5]
    usual = odd[5][1] if len(odd) > 5 else 1
    constants = [
        (v, n, line)
        for v, n, line in odd[:5]
        if n >= LEAST_TIMES and n >= LEAST_SHARE * whole and n >= FAR_MORE * usual
    ]
    if not constants:
        return
    told = some([f"{figure(v)} s in {n / whole:.0%} of the rows" for v, n, _ in constants])
    yield Problem(
        "W-CONST-01",
        landed.at(constants[0][2]),
        f"`{column}` is exactly {told}",
        f"Other values that are not round come up at most {usual:,} times, so it was filled in.",
        f"Ask the source how `{column}` is filled; leave the cell empty where it is not known: unknown is "
        "not an average.",
    )


def _units(landed: Landed, column: str, by: Sequence[str]) -> Iterator[Problem]:
    name = label(column)
    channel = next((label(n) for n in ("channel", "group") if n in by), "NULL")
    ((last,),) = landed.ask("SELECT max(line) FROM looked")
    block = f"line * {BLOCKS} // {max(last or 1, 1) + 1}"
    ways = [("", "NULL", block)]
    if "team" in by:
        ways.append(("team", "team", "NULL"))
    for way, group, part in ways:
        medians = landed.ask(
            f"SELECT {channel}, {group}, {part}, median(ln({name}::DOUBLE)), count(*), min(line) FROM looked "
            f"WHERE {name} > 0 GROUP BY ALL HAVING count(*) >= {GROUP_ROWS} ORDER BY ALL"
        )
        for where in dict.fromkeys(m[0] for m in medians):
            mine = [(m[3], m[4], m[5], m[1]) for m in medians if m[0] == where]
            if told := _two_units(mine):
                yield _changed(landed, column, told, way)
                return
    yield from _clusters(landed, column, channel)


Part = tuple[float, int, int, str | None]
"""median of the logs, rows, first line, name"""


def _two_units(parts: list[Part]) -> tuple[str, float, float, Part] | None:
    """Whether the medians of parts of a column fall in two groups a unit's factor apart.

    Gives the unit, the two typical values, and the part where the second begins.
    """
    ordered = sorted(parts)
    if len(ordered) < 2:
        return None
    gap, at = max((b[0] - a[0], i) for i, (a, b) in enumerate(pairwise(ordered), 1))
    low, high = ordered[:at], ordered[at:]
    apart = _median([p[0] for p in high]) - _median([p[0] for p in low])
    spread = max(low[-1][0] - low[0][0], high[-1][0] - high[0][0])
    for factor, told in UNITS:
        log = math.log(factor)
        if abs(apart - log) < NEAR and gap > 0.6 * log and spread < 0.3 * log:
            # The rows begin in one unit; what is told is where the other begins.
            begins = min(parts, key=lambda p: p[2])
            other = high if begins in low else low
            first = min(other, key=lambda p: p[2])
            return (
                told,
                math.exp(_median([p[0] for p in low])),
                math.exp(_median([p[0] for p in high])),
                first,
            )
    return None


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _changed(landed: Landed, column: str, told: tuple[str, float, float, Part], way: str) -> Problem:
    units, low, high, (_, _, line, name) = told
    place = f"for {way} {name}" if way else f"from about line {line:,} on"
    return Problem(
        "W-UNIT-01",
        landed.at(None if way else line),
        f"`{column}` changes its unit {place}",
        f"Its typical value is {figure(round(low, 3))} in one part and {figure(round(high, 3))} in the "
        f"other: as far apart as {units}.",
        "Import the two parts as files of their own, each with its `unit:` in a mapping file.",
    )


def _clusters(landed: Landed, column: str, channel: str) -> Iterator[Problem]:
    """Rows in two units, mixed: two heaps of the same breadth with nothing between."""
    name = label(column)
    bins = landed.ask(
        f"SELECT {channel}, CAST(floor(ln({name}::DOUBLE) * 4) AS INTEGER) AS bin, count(*), min(line) "
        f"FROM looked WHERE {name} > 0 GROUP BY ALL ORDER BY ALL"
    )
    for where in dict.fromkeys(b[0] for b in bins):
        mine = [(b[1], b[2], b[3]) for b in bins if b[0] == where]
        for at in range(1, len(mine)):
            # A factor of two without a value parts the heaps.
            if mine[at][0] - mine[at - 1][0] < 4:
                continue
            low, high = mine[:at], mine[at:]
            if min(_rows(low), _rows(high)) < max(5, 0.01 * _rows(mine)):
                continue
            (a, wide_a), (b, wide_b) = _middle(low), _middle(high)
            for factor, units in UNITS:
                same = abs(wide_a - wide_b) < 1.0 and max(wide_a, wide_b) < math.log(factor) / 2
                if same and abs(b - a - math.log(factor)) < NEAR:
                    fewer = min(low, high, key=_rows)
                    yield Problem(
                        "W-UNIT-01",
                        landed.at(min(line for _, _, line in fewer)),
                        f"`{column}` is written in two units, row by row",
                        f"{_rows(low):,} values lie about {figure(round(math.exp(a), 3))}, "
                        f"{_rows(high):,} about {figure(round(math.exp(b), 3))}, none between: as far apart "
                        f"as {units}.",
                        "Find what tells the rows apart (system, team, form) and import each kind with its "
                        "`unit:` in a mapping file.",
                    )
                    return


def _rows(bins: list[tuple[int, int, int]]) -> int:
    return sum(n for _, n, _ in bins)


def _middle(bins: list[tuple[int, int, int]]) -> tuple[float, float]:
    """Median and breadth (10 % to 90 %) of a heap, in natural logs."""
    whole, seen, marks = _rows(bins), 0, []
    wanted = [0.1, 0.5, 0.9]
    for bin_, n, _ in bins:
        seen += n
        while wanted and seen >= wanted[0] * whole:
            marks.append((bin_ + 0.5) / 4)
            wanted.pop(0)
    return marks[1], marks[2] - marks[0]
