# SPDX-License-Identifier: Apache-2.0
"""Events noted in the Book, as candidates by time: what happened when a figure changed, never that it was
why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from percontact.records.book import Book
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

_SLICE = ("channel", "team", "reason")
"""Columns of an event that say what it touches."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: last = its last day, None = one day or lasting; touches = its slice."""

    name: str
    kind: str | None
    first: date
    last: date | None
    touches: tuple[tuple[str, str], ...]
    note: str | None


def read_events(con: duckdb.DuckDBPyConnection, book: Book) -> tuple[Event, ...]:
    """The table events, in order of time."""
    columns = ["event", "kind", "started_on", "ended_on", *_SLICE, "note"]
    rows = con.execute(
        f"SELECT {', '.join(columns)} FROM {book.relation('events', columns)} ORDER BY started_on, event"
    ).fetchall()
    return tuple(
        Event(
            name, kind, first, last,
            tuple((d, v) for d, v in zip(_SLICE, values, strict=True) if v is not None), note,
        )
        for name, kind, first, last, *values, note in rows
    )  # fmt: skip


def candidates(
    events: Sequence[Event], then: Period, now: Period, where: Sequence[tuple[str, str | None]] = ()
) -> tuple[Event, ...]:
    """Events that may have to do with a change between two spans, in a slice.

    Those that began after the earlier span did and before the later one ended, or ended in that time; of them
    those that touch no slice, or none that contradicts this one.
    """
    inside = dict(where)
    return tuple(
        e
        for e in events
        if (then.start < e.first < now.end or (e.last is not None and then.start <= e.last < now.end))
        and all(inside.get(d, v) == v for d, v in e.touches)
    )
