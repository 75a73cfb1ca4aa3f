# SPDX-License-Identifier: Apache-2.0
"""The picture of where the money went: ledger, pools, channels, and what no contact bears."""

from __future__ import annotations

from collections.abc import Callable

from percontact.report.charts.chart import Chart
from percontact.report.charts.flow import Node, Ribbon, Tone, flow
from percontact.report.document import TableColumn
from percontact.report.placed import ENDS, Band, Placed, Stage
from percontact.report.spoken import when
from percontact.report.words import money
from percontact.values.money import from_pico, minor_digits

STAGES: dict[Stage, int] = {"ledger": 0, "pool": 1, "channel": 2, "end": 2}
TONES: dict[str, Tone] = {"unused": "idle", "unassigned": "rest"}
DRAWN = 30
"""So many places of a stage are told apart in the picture; the table tells all."""

Key = tuple[Stage, str | None]


def flow_chart(found: Placed, href: Callable[[Stage, str | None], str]) -> Chart:
    """The map as a flow; each band leads where the pool it touches does.

    href  where a place leads
    """
    s = found.statement
    few = _gathered(found)
    sums: dict[tuple[Key, Key], int] = {}
    for b in found.bands:
        ends = few.get(_source(b), _source(b)), few.get(_target(b), _target(b))
        sums[ends] = sums.get(ends, 0) + b.pico
    keys = dict.fromkeys(key for ends in sums for key in ends)
    nodes = [
        Node(_text(k), _label(found, k), STAGES[k[0]], TONES.get(k[1] or "", "cost"), _href(k, few, href))
        for k in keys
    ]
    ribbons = [
        Ribbon(_text(a), _text(b), from_pico(pico), _href(b if b[0] == "pool" else a, few, href))
        for (a, b), pico in sums.items()
    ]
    return flow(
        nodes,
        ribbons,
        TableColumn("amount", f"Amount, {s.currency}", "value", s.currency, digits=minor_digits(s.currency)),
        title=_finding(found),
        subtitle=f"{s.currency} of the ledger {when(found.span)}: by {found.by.replace('_', ' ')}, "
        "by pool, by channel",
    )


def _source(b: Band) -> Key:
    return b.stage, b.source


def _target(b: Band) -> Key:
    return b.to, b.target


def _text(key: Key) -> str:
    return f"{key[0]}:{key[1]}" if key[1] is not None else f"{key[0]}"


def _gathered(found: Placed) -> dict[Key, Key]:
    """Places beyond the largest of a stage -> the one that stands for them."""
    few: dict[Key, Key] = {}
    for stage, incoming in (("ledger", False), ("pool", False), ("channel", True)):
        at: Stage = "ledger" if stage == "ledger" else "pool" if stage == "pool" else "channel"
        places = list(found.sums(at, incoming=incoming))
        rest = places[DRAWN:] if len(places) > DRAWN + 1 else []
        few |= {(at, place): (at, f"{len(rest)} smaller") for place in rest}
    return few


def _href(key: Key, few: dict[Key, Key], href: Callable[[Stage, str | None], str]) -> str:
    return "" if key in few.values() else href(*key)


def _label(found: Placed, key: Key) -> str:
    stage, value = key
    if stage == "end":
        return ENDS[str(value)]
    return found.called(value) if stage == "ledger" else value or "(unknown)"


def _finding(found: Placed) -> str:
    """What of the ledger no contact bears."""
    p, currency = found.statement.proof, found.statement.currency
    if p.unused > 0 and p.ledger:
        part = f"{p.unused / p.ledger:.0%}"
        return f"{money(p.unused, currency)} ({part}) of {money(p.ledger, currency)} is capacity nobody used"
    return f"{money(p.assigned, currency)} of {money(p.ledger, currency)} is borne by contacts"
