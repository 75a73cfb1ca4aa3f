# SPDX-License-Identifier: Apache-2.0
"""A part of a change with its pieces: by dimension, by pool, by calendar, by ledger account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from percontact.explain.accounts import Weighed, by_account
from percontact.explain.bridge import End, Part, Piece
from percontact.explain.entries import Entries, Whole
from percontact.explain.leaves import Leaves
from percontact.explain.prices import AccountCosts
from percontact.explain.tree import Bools, Ints, Numbers, sum_at
from percontact.values.money import PICO


def part_of(
    entries: Entries,
    whole: Whole,
    name: str,
    at: int,
    convention: Mapping[str, float],
    chance: Mapping[str, float],
) -> Part:
    mine = whole.part == at
    pico = int(whole.amount[mine].sum()) * whole.grain
    if not pico and not whole.amount[mine].any():
        return Part(name, 0, {})
    pieces: dict[str, tuple[Piece, ...]] = {}
    leaves = entries.leaves
    for depth, dimension in enumerate(leaves.by, 1):
        found = _pieces_at(leaves, depth, dimension, whole, mine)
        if found:
            pieces[dimension] = found
    if (whole.pool[mine] >= 0).any():
        of_pool: dict[str | None, int] = {}
        places, amounts = _sums(whole.pool[mine], whole.amount[mine])
        for at_pool, amount in zip(places.tolist(), amounts.tolist(), strict=True):
            named = entries.pools[at_pool] if at_pool >= 0 else None
            of_pool[named] = of_pool.get(named, 0) + amount * whole.grain
        pieces["pool"] = _largest_first([Piece("pool", p, n) for p, n in of_pool.items()])
    apart, luck = convention.get("mix" if name.endswith(" mix") else name), chance.get(name)
    return Part(
        name,
        pico,
        pieces,
        None if apart is None else round(apart * PICO),
        None if luck is None else round(luck * PICO),
    )


def with_days(part: Part, before: End, after: End, unit: float) -> Part:
    """Volume by calendar too: what more working days bring, and what more contacts a working day bring."""
    if part.name != "volume" or not (before.days and after.days):
        return part
    a_day = [Fraction(e.contacts) / (e.days or 1) for e in (before, after)]
    days = round(float((after.days - before.days) * sum(a_day) / 2) * unit * PICO)
    told = (("working days", days), ("contacts a working day", part.pico - days))
    pieces = _largest_first([Piece("calendar", name, pico) for name, pico in told])
    return replace(part, pieces={**part.pieces, "calendar": pieces})


def with_accounts(part: Part, names: Sequence[str], sides: Weighed, accounts: Sequence[AccountCosts]) -> Part:
    """A part by the ledger accounts behind it, where cost of pools is."""
    if part.name not in names or "pool" not in part.pieces:
        return part
    told = by_account(names.index(part.name), sides, accounts, part.pico)
    pieces = [Piece("account", account, pico) for account, pico in told.items()]
    return replace(part, pieces={**part.pieces, "account": _largest_first(pieces)})


def _pieces_at(leaves: Leaves, depth: int, dimension: str, whole: Whole, mine: Bools) -> tuple[Piece, ...]:
    """A part by the values of a dimension; nothing where it hangs higher in the tree."""
    nodes = leaves.nodes
    seen, amounts = _sums(whole.above[depth][mine], whole.amount[mine])
    low = nodes.depth[seen] == depth
    if not low.any():
        return ()
    values, code = leaves.codes[depth]
    # What hangs higher in the tree stands under no value; its code is the one after theirs.
    at = np.where(low, code[seen], len(values))
    by_value = np.zeros(len(values) + 1, dtype=np.int64)
    np.add.at(by_value, at, amounts)
    counts = np.stack([sum_at(nodes.count[t, seen] * low, at, len(values) + 1) for t in (0, 1)])
    there = np.flatnonzero(by_value)
    return _largest_first(
        [
            Piece(
                dimension,
                (*values, "")[n],
                int(by_value[n]) * whole.grain,
                _state(counts[:, n]) if n < len(values) else "",
            )
            for n in there
        ]
    )


def _state(counts: Numbers) -> str:
    if not counts.any():
        return ""
    return "new" if counts[0] == 0 else "ended" if counts[1] == 0 else ""


def _sums(places: Ints, amounts: Ints) -> tuple[Ints, Ints]:
    """The places there are, and the sum of amounts at each, in whole numbers."""
    lowest = int(places.min(initial=0))
    at = places - lowest
    sums = np.zeros(int(at.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(sums, at, amounts)
    there = np.flatnonzero(np.bincount(at, minlength=sums.size))
    return there + lowest, sums[there]


def _largest_first(pieces: list[Piece]) -> tuple[Piece, ...]:
    return tuple(sorted((p for p in pieces if p.pico), key=lambda p: (-abs(p.pico), str(p.value))))
