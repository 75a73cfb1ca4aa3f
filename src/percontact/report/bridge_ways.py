# SPDX-License-Identifier: Apache-2.0
"""What opens a part of a bridge: its name as typed, its slice, and the commands that go further."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta

from percontact.explain.bridge import Bridge, Part
from percontact.values.period import Period
from percontact.values.problem import did_you_mean, problem

Inside = tuple[tuple[str, str], ...]
"""The slice in which most of a part lies: ((dimension, value), ...)."""


def find_part(bridge: Bridge, name: str) -> Part:
    """The part a person names. Raises E-ARG-01 with near names."""
    known = {p.name: p for p in bridge.parts}
    found = [p for n, p in known.items() if n.lower() == name.strip().lower()]
    found = found or [p for n, p in known.items() if name.strip().lower() in n.lower()]
    if len(found) == 1:
        return found[0]
    what = f"the change has no part {name!r}" if not found else f"{name!r} may be several parts"
    raise problem("E-ARG-01", f"--part {name}", what, did_you_mean(name, known),
                  f"Its parts are {', '.join(known)}.")  # fmt: skip


def inside_of(part: Part, bridge: Bridge) -> Inside:
    """Of each dimension the value that makes at least half of a part, where one does."""
    found = []
    for dimension in bridge.by:
        pieces = part.pieces.get(dimension, ())
        if pieces and pieces[0].value and 2 * abs(pieces[0].pico) >= abs(part.pico):
            found.append((dimension, pieces[0].value))
    return tuple(found)


def ways_of(
    part: Part, bridge: Bridge, span: Period, where: Sequence[str], basis: str, call: str
) -> Iterator[str]:
    """Commands that open a part: the pool's ledger lines, the contacts, the cost by what moved."""
    chosen = [*span_words(span), *(x for w in where for x in ("--where", w))]
    if basis != "used":
        chosen += ["--basis", basis]
    inside = [x for d, value in inside_of(part, bridge) for x in ("--where", f"{d}={value}")]
    pools = part.pieces.get("pool", ())
    if pools and pools[0].value:
        pool = pools[0].value.split(" and ")[0]
        yield f"{call} trace {shlex.join([*chosen, '--pool', pool])}"
        yield f"{call} cost {shlex.join([*chosen, '--by', 'account', '--by', 'pool'])}"
    else:
        by = [d for d in bridge.by if d in part.pieces][:2]
        yield f"{call} cost {shlex.join([*chosen, *(x for d in by for x in ('--by', d))])}"
    yield f"{call} contacts {shlex.join([*chosen, *inside])}"


def span_words(span: Period) -> list[str]:
    """A span as options: --from 2026-01 --to 2026-03."""
    last = span.end - timedelta(days=1)
    if span.start.day == 1 and span.end.day == 1:
        return ["--from", f"{span.start:%Y-%m}", "--to", f"{last:%Y-%m}"]
    return ["--from", span.start.isoformat(), "--to", last.isoformat()]
