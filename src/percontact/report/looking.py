# SPDX-License-Identifier: Apache-2.0
"""Ready command lines: how the reader of an answer looks at the contacts behind it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import timedelta

from percontact.costing.slice import Condition
from percontact.values.period import Period

Pairs = Sequence[tuple[str, str | None]]


def span_words(span: Period) -> str:
    """2026-03, 2026-01 to 2026-03 or 2026-03-09 to 2026-03-22."""
    last = span.end - timedelta(days=1)
    if span.start.day == 1 and span.end.day == 1:
        first, until = f"{span.start:%Y-%m}", f"{last:%Y-%m}"
        return first if first == until else f"{first} to {until}"
    return str(span.start) if span.start == last else f"{span.start} to {last}"


def slice_words(where: Pairs) -> str:
    """A slice for people: "product_fault, lamp" would hide what is what, so each value has its dimension."""
    return ", ".join(f"{d} {v if v is not None else 'unknown'}" for d, v in where) or "everything alike"


def slice_options(span: Period, where: Pairs, also: Sequence[Condition] = ()) -> str:
    """The options of a command that ask for a slice of a span."""
    first, _, last = span_words(span).partition(" to ")
    parts = [f"--from {first}", f"--to {last or first}"]
    for dimension, value in where:
        parts.append(f"--where {shlex.quote(f'{dimension}={_quoted(value)}')}")
    for one in also:
        sign = "!=" if one.negate else "="
        values = ",".join(_quoted(v) for v in one.values)
        parts.append(f"--where {shlex.quote(f'{one.dimension}{sign}{values}')}")
    return " ".join(parts)


def contacts_command(span: Period, where: Pairs, also: Sequence[Condition] = ()) -> str:
    """The command that lists the contacts of a slice."""
    return f"percontact contacts {slice_options(span, where, also)}"


def _quoted(value: str | None) -> str:
    """A value as a condition is written: one with a comma or a quote in double quotes."""
    if not value:
        return ""
    return '"' + value.replace('"', '""') + '"' if "," in value or '"' in value else value
