# SPDX-License-Identifier: Apache-2.0
"""Closed periods: figures that were reported, pinned to the rows and the rules they came from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from percontact.records.dialect import connect, literal
from percontact.records.landing import Staged
from percontact.store.manifest import now
from percontact.store.snapshot import known
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import Period, add_months, parse_period
from percontact.values.problem import problem

MOVES_FIGURES = ("contacts", "handlings", "ledger", "capacity", "usage", "fx")
"""Tables whose rows can change the figures of a closed period."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One closing of a period. It is never changed; a reopened period keeps it as history.

    label           name of the period, e.g. "2026-06"
    at              when it was closed (UTC)
    snapshot        state of the workspace its figures came from
    policy_digest   digest of the rules they came from
    figures_digest  digest of the figures
    figures         the figures, as they were
    reopened_at     when it was reopened (UTC), or None while it is closed
    because         why it was reopened, or None
    """

    label: str
    at: datetime
    snapshot: int
    policy_digest: str
    figures_digest: str
    figures: Mapping[str, object]
    reopened_at: datetime | None
    because: str | None


_COLUMNS = "label, at, snapshot, policy_digest, figures_digest, figures, reopened_at, because"


def close(
    con: sqlite3.Connection,
    label: str,
    *,
    snapshot: int,
    policy_digest: str,
    figures_digest: str,
    figures: Mapping[str, object],
) -> Closing:
    """Close a period. Raises E-WS-07 when it is closed, E-ARG-01 when there is no such snapshot."""
    standing = closed(con, label)
    if standing is not None:
        what = f"it was closed on {standing.at:%Y-%m-%d} at snapshot {standing.snapshot}"
        why = "Closing it again would hide the figures that were reported."
        raise problem(
            "E-WS-07",
            label,
            what,
            why,
            f"Reopen it first, and say why: percontact close {label} --reopen BECAUSE.",
        )
    kept = json.dumps(figures, sort_keys=True)
    row = (label, now(), known(con, snapshot), policy_digest, figures_digest, kept)
    con.execute(
        "INSERT INTO closings (label, at, snapshot, policy_digest, figures_digest, figures) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        row,
    )
    return _closing((*row, None, None))


def closed(con: sqlite3.Connection, label: str) -> Closing | None:
    """The closing in force for a period, or None when it is open."""
    query = f"SELECT {_COLUMNS} FROM closings WHERE label = ? AND reopened_at IS NULL"
    row = con.execute(query, [label]).fetchone()
    return _closing(row) if row else None


def reopen(con: sqlite3.Connection, label: str, because: str) -> Closing:
    """Open a closed period again, saying why; gives the closing that ends."""
    standing = closed(con, label)
    if standing is None:
        known_labels = ", ".join(c.label for c in closings(con) if c.reopened_at is None) or "none"
        what = "it is not closed"
        raise problem("E-ARG-01", label, what, f"Closed periods: {known_labels}.", "Name one of them.")
    if not because.strip():
        why = "Figures that were reported will change, and the next reader must be able to see why."
        raise problem(
            "E-ARG-03", label, "no reason is given for reopening it", why, "Say why in a few words."
        )
    con.execute(
        "UPDATE closings SET reopened_at = ?, because = ? WHERE label = ? AND reopened_at IS NULL",
        [now(), because, label],
    )
    return next(c for c in reversed(closings(con)) if c.label == label)


def closings(con: sqlite3.Connection) -> list[Closing]:
    """Every closing, those that ended too, oldest first."""
    return [_closing(row) for row in con.execute(f"SELECT {_COLUMNS} FROM closings ORDER BY id")]


def hit_by(con: sqlite3.Connection, staged: Staged, calendar: FiscalCalendar) -> list[str]:
    """Labels of the closed periods that rows of a staged import fall in."""
    closed_now = [c.label for c in closings(con) if c.reopened_at is None]
    if staged.table not in MOVES_FIGURES:
        return []
    return [name for name in closed_now if _falls_in(staged, parse_period(name, calendar)[0])]


def landing_notes(labels: Sequence[str]) -> tuple[str, ...]:
    """What a receipt says of the closed periods that its rows fall in."""
    if not labels:
        return ()
    return (
        f"Rows of it fall in {', '.join(labels)}, which {'is' if len(labels) == 1 else 'are'} closed: "
        f"what was reported stands; percontact close {labels[0]} compares it with today's data.",
    )


def moved_by(con: sqlite3.Connection, now: FiscalCalendar, then: FiscalCalendar) -> list[str]:
    """Labels of the closed periods that another calendar would give other days."""
    closed_now = [c.label for c in closings(con) if c.reopened_at is None]
    return [name for name in closed_now if _days(name, now) != _days(name, then)]


def _days(name: str, calendar: FiscalCalendar) -> Period | None:
    """The days a label names, or None where the calendar has no such period."""
    try:
        return parse_period(name, calendar)[0]
    except ValueError:
        return None


def _falls_in(staged: Staged, span: Period) -> bool:
    files = [f for f in staged.files if f.rows]
    if any(f.month and f.month < span.end and add_months(f.month, 1) > span.start for f in files):
        return True
    whole = [str(f.path) for f in files if not f.month]
    if not whole:
        return False
    listed = ", ".join(literal(path) for path in whole)
    with connect(threads=1) as duck:
        return bool(
            duck.execute(
                f"SELECT 1 FROM read_parquet([{listed}]) WHERE period_start < ? AND period_end > ? LIMIT 1",
                [span.end, span.start],
            ).fetchall()
        )


def _closing(row: tuple[Any, ...]) -> Closing:
    label, at, snapshot, policy_digest, figures_digest, figures, reopened_at, because = row
    return Closing(
        label=label,
        at=datetime.fromisoformat(at),
        snapshot=snapshot,
        policy_digest=policy_digest,
        figures_digest=figures_digest,
        figures=json.loads(figures),
        reopened_at=datetime.fromisoformat(reopened_at) if reopened_at else None,
        because=because,
    )
