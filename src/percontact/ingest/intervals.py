# SPDX-License-Identifier: Apache-2.0
"""Two times in one cell, the start and the end of a stretch: 08:00 - 08:30, or 02/03/2026 08:00 - 08:30."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from dataclasses import dataclass

import duckdb

from percontact.records.dialect import literal

_CLOCK = r"[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_DAY = r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"
_DASHES = r"-|\x{2013}|\x{2014}|->|\x{2192}"
_WORDS = "to|bis|until|à|a|al|tot|até"
_APART = rf"(?: +(?:{_DASHES}|{_WORDS}) +| *(?:\x{{2013}}|\x{{2014}}|->|\x{{2192}}) *)"
_INTERVAL = (
    rf"(?:.*[ T])?{_CLOCK}{_APART}(?:{_DAY}[ T])?{_CLOCK}"
    # 2026-03-02 08:00:00-05:00 is one time with its offset, so a bare hyphen needs more to go by.
    rf"|{_CLOCK} ?- ?{_CLOCK}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{2,4}} {_CLOCK} ?- ?{_CLOCK}"
)
_TAIL = rf"({_DASHES}|{_WORDS}) *({_DAY}[ T])?({_CLOCK})$"
"""The sign between the two, the day of the end, the end."""

MOSTLY = 0.8
"""Share of the cells with any digit from which a column holds intervals; labels of totals have none."""

_LOOKED_AT = 2_000
_WIDE = 40


@dataclass(frozen=True, slots=True)
class Interval:
    """How the two times of a column are written: the sign between, whether AM or PM, a day before the end."""

    sign: str
    halves: bool
    day: bool

    @property
    def _end(self) -> str:
        return r"[0-9]{1,2}[:.h][0-9:]+" + (r" ?[AaPp]\.?[Mm]\.?" if self.halves else "")

    @property
    def start(self) -> str:
        """RE2 pattern whose group is the start; of a cell that holds one time only, it is that time."""
        day = f"(?:{_DAY}[ T])?" if self.day else ""
        return f"^(.*?)(?: *{self.sign} *{day}{self._end})?$"

    @property
    def end(self) -> str:
        """RE2 pattern whose groups, joined, are the end: its own day, or that of the start, and its time."""
        if self.day:
            return f"{self.sign} *({_DAY}[ T]{self._end})$"
        return f"^(.*?)[ T]+{self._end} *{self.sign} *({self._end})$"


def intervals(con: duckdb.DuckDBPyConnection, relation: str, width: int) -> dict[int, Interval]:
    """The cells c0, c1, ... that hold intervals in most of their rows, and how they are written."""
    found: list[int] = []
    for first in range(0, width, _WIDE):
        some = f"(SELECT * FROM {relation} LIMIT {_LOOKED_AT})"
        found += _mostly(con, some, range(first, min(width, first + _WIDE)))
    return {i: one for i in _mostly(con, relation, found) if (one := _written(con, relation, i))}


def _mostly(con: duckdb.DuckDBPyConnection, relation: str, places: range | list[int]) -> list[int]:
    if not places:
        return []
    holds = "count(*) FILTER (contains({0}, ':') AND regexp_full_match({0}, {1}))"
    cells = ", ".join(
        f"{holds.format(f'c{i}', literal(_INTERVAL))}, count(*) FILTER (regexp_matches(c{i}, '[0-9]'))"
        for i in places
    )
    (counts,) = con.execute(f"SELECT {cells} FROM {relation}").fetchall()
    pairs = zip(places, counts[::2], counts[1::2], strict=True)
    return [i for i, n, of in pairs if n and n >= MOSTLY * of]


def _written(con: duckdb.DuckDBPyConnection, relation: str, place: int) -> Interval | None:
    """How the intervals of one column are written; None where they are in two ways."""
    cell, tail = f"c{place}", literal(_TAIL)
    held = f"{relation} WHERE regexp_full_match({cell}, {literal(_INTERVAL)})"
    ((signs, days, halves),) = con.execute(
        f"SELECT list(DISTINCT regexp_extract({cell}, {tail}, 1)), "
        f"count(*) FILTER (regexp_extract({cell}, {tail}, 2) <> ''), "
        f"count(*) FILTER (regexp_matches({cell}, '[AaPp]\\.?[Mm]\\.?$')) FROM {held}"
    ).fetchall()
    return Interval(str(signs[0]), bool(halves), bool(days)) if len(signs) == 1 else None


def starts_and_ends(found: Pairs[int, Interval], width: int) -> str:
    """SQL columns c0, c1, ... where an interval is its start, and e0, ... with the time of its end."""
    cells = [
        f"nullif(regexp_extract(c{i}, {literal(found[i].start)}, 1), '') AS c{i}" if i in found else f"c{i}"
        for i in range(width)
    ]
    ends = [f"nullif(regexp_extract(c{i}, {literal(_TAIL)}, 3), '') AS e{i}" for i in found]
    return ", ".join([*cells, *ends])


def is_slots(con: duckdb.DuckDBPyConnection, place: int) -> bool:
    """Whether all stretches are as long as each other, a quarter hour or more: parts of the day."""
    start, end = _seconds(f"c{place}"), _seconds(f"e{place}")
    ((shortest, longest),) = con.execute(
        f"SELECT min(length), max(length) FROM (SELECT ({end} - {start} + 86400) % 86400 AS length "
        f"FROM seen WHERE e{place} IS NOT NULL)"
    ).fetchall()
    return bool(shortest == longest and shortest in (900, 1800, 3600, 7200))


def _seconds(cell: str) -> str:
    """SQL of the time of day that ends a cell, in seconds from midnight."""
    clock = f"regexp_extract({cell}, {literal(rf'{_CLOCK}$')}, 0)"
    hours, minutes, seconds = (
        f"coalesce(TRY_CAST(list_extract(regexp_extract_all({clock}, '[0-9]+'), {n}) AS INTEGER), 0)"
        for n in (1, 2, 3)
    )
    noon = f"CASE WHEN regexp_matches({clock}, '[Pp]') THEN 12 ELSE 0 END"
    half = f"CASE WHEN regexp_matches({clock}, '[AaPp]') THEN {hours} % 12 ELSE {hours} END"
    return f"((({half}) + {noon}) * 3600 + {minutes} * 60 + {seconds})"
