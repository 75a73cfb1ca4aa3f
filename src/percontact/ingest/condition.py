# SPDX-License-Identifier: Apache-2.0
"""A condition of a mapping as SQL over the trimmed cells c0, c1, ...; an empty cell is NULL there."""

from __future__ import annotations

from collections.abc import Iterable

from percontact.ingest.mapping import Condition
from percontact.records.dialect import in_list, literal


def holds(place: int, condition: Condition) -> str:
    """SQL condition, never NULL, that cell number `place` is what the condition says.

    >>> holds(3, Condition(("Kind",), blank=False))
    '(c3 IS NOT NULL)'
    """
    cell = f"coalesce(c{place}, '')"
    parts = [in_list(cell, [v.strip() for v in condition.only])] if condition.only else []
    if condition.never:
        parts.append(in_list(cell, [v.strip() for v in condition.never], negate=True))
    if condition.blank is not None:
        parts.append(f"c{place} IS {'' if condition.blank else 'NOT '}NULL")
    if condition.matches:
        parts.append(f"regexp_matches({cell}, {literal(condition.matches)})")
    if condition.unlike:
        parts.append(f"NOT regexp_matches({cell}, {literal(condition.unlike)})")
    return f"({' AND '.join(parts) or 'true'})"


def all_hold(conditions: Iterable[tuple[int, Condition]]) -> str:
    """SQL condition that each of these holds."""
    return " AND ".join(holds(place, condition) for place, condition in conditions) or "true"
