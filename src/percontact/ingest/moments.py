# SPDX-License-Identifier: Apache-2.0
"""Moments of a file as they would be read: rows in hours that clocks skip or repeat, the time between two."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass

from percontact.ingest.meaning_columns import Seen
from percontact.ingest.meaning_values import Written
from percontact.records.dialect import literal

_NAIVE = r"\d{4}-\d{2}-\d{2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"


@dataclass(frozen=True)
class Moment:
    """How an instant is read: its cells (a day, or a day and a time of day), formats, zone if named."""

    parts: tuple[Seen, ...]
    written: Written
    zone: str | None = None

    def sql(self) -> str:
        """SQL of the local time the row says, NULL where there is none or it names its offset."""
        cell = " || ' ' || ".join(f"c{s.facts.place}" for s in self.parts)
        given = self.written.part.get("format", [])
        formats = given if isinstance(given, list) else [given]
        ways = [f"try_strptime({cell}, {literal(str(f))})" for f in formats]
        ways.append(
            f"CASE WHEN regexp_full_match({cell}, {literal(_NAIVE)}) THEN TRY_CAST({cell} AS TIMESTAMP) END"
        )
        return f"coalesce({', '.join(ways)})"

    def has_naive(self) -> bool:
        """Whether any row says a time without an offset."""
        return self.parts[0].profile.counts([f"count({self.sql()})"])[0] > 0


def turned_clock_rows(moments: Iterable[Moment], zone: str) -> tuple[int, int]:
    """(rows with a local time that never was in the zone, rows with one that came twice)."""
    gaps, twice = [], []
    profile = None
    for moment in moments:
        profile = moment.parts[0].profile
        local = moment.sql()
        at = f"timezone({literal(zone)}, {local})"
        gaps.append(f"coalesce(timezone({literal(zone)}, {at}) <> {local}, false)")
        # DuckDB takes the later of two equal local times; clocks are set back by an hour, or by half of one.
        again = [f"timezone({literal(zone)}, {at} - INTERVAL {m} MINUTE) = {local}" for m in (60, 30)]
        twice.append(f"coalesce({' OR '.join(again)}, false)")
    if profile is None:
        return 0, 0
    missing, repeated = profile.counts(
        [f"count(*) FILTER ({' OR '.join(gaps)})", f"count(*) FILTER ({' OR '.join(twice)})"]
    )
    return missing, repeated


_SPANS: Pairs[str, tuple[tuple[str, str], ...]] = {
    "wait_s": (("started_at", "answered_at"), ("queued_at", "answered_at")),
    "handle_s": (("answered_at", "ended_at"), ("started_at", "ended_at")),
    "talk_s": (("answered_at", "ended_at"), ("started_at", "ended_at")),
}
"""Which moments a length of time may lie between."""

_SECONDS = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}


def between_sql(column: str, moments: Pairs[str, Moment], seen: Seen) -> dict[str, str]:
    """Unit -> SQL condition that the value is the time between two moments of its row; NULL where unknown."""
    pairs = [
        (moments[a].sql(), moments[b].sql()) for a, b in _SPANS.get(column, ()) if {a, b} <= set(moments)
    ]
    if not pairs:
        return {}
    number = f"TRY_CAST(replace(c{seen.facts.place}, ',', '.') AS DOUBLE)"
    found = {}
    for unit, size in _SECONDS.items():
        slack = max(1.5, 0.51 * size)
        near = []
        for start, end in pairs:
            length = f"(epoch({end}) - epoch({start}))"
            near.append(
                f"CASE WHEN {length} > 0 AND {number} > 0 "
                f"THEN abs({number} * {size} - {length}) <= {slack} END"
            )
        found[unit] = f"coalesce({', '.join(near)})" if len(near) == 1 else f"({' OR '.join(near)})"
    return found
