# SPDX-License-Identifier: Apache-2.0
"""The bridge: an exact split of a change of cost into volume, mix, handle time, idle time, prices, ....

    Bridge
      End     a figure before, a figure after: cost, contacts, and what is divided by
      Part    what one cause brings
        Piece   the same by a value of a dimension, or by a pool

Parts sum to the change of the statement's figure, and pieces to their part, in whole pico units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from percontact.explain.accounts import Weighed, by_account, weighed
from percontact.explain.flat import lmdi, shapley
from percontact.explain.prices import AccountCosts
from percontact.explain.tree import (
    Bools,
    FactorTree,
    Ints,
    Nodes,
    Numbers,
    Split,
    avg,
    carry,
    change,
    split,
    sum_at,
)
from percontact.values.money import PICO
from percontact.values.period import Period
from percontact.values.problem import FaultOfOurs, Problem

Unit = Literal["contact", "resolution", "total"]
UNITS: tuple[Unit, ...] = ("contact", "resolution", "total")

FACTORS: FactorTree = (("use", ("idle", "spread")), ("price", "exchange"))
"""The published tree. use: units of driver a contact; idle: supplied / used; spread: paid / supplied, or for
cost that is fixed 1 / supplied; price: own currency a unit, or the month's amount; exchange: its rate."""
OUTER = ("volume", "resolutions per contact")
"""Parts of what cost per contact is multiplied by."""
TOLERANCE = Fraction(1, 10**9)
"""What floats may leave of a change, against the sum of its parts without their signs."""
SURE_FLOATS = 2.0**42
"""So many grains of an effect are counted; the ten binary digits below may have been lost on the way."""
WHOLE_NUMBERS = 2.0**61
"""Up to here whole numbers of 64 bits can be added."""


@dataclass(frozen=True, slots=True)
class End:
    """One side of a change.

    label    how its span is named
    span     its days; None of a budget
    pico     cost
    contacts handled; of a budget whose lines are cut by the span, perhaps not whole
    units    what cost is divided by (1 for total cost)
    days     working days, or None where they are not asked for
    """

    label: str
    span: Period | None
    pico: int
    contacts: int | Fraction
    units: Fraction
    days: Fraction | None = None

    def divided(self, per: Unit, units: Fraction) -> End:
        """The same, divided by what `per` says; `units` is read where that is a resolution."""
        by = {"contact": Fraction(self.contacts), "total": Fraction(1), "resolution": units}
        return replace(self, units=by[per])

    @property
    def value(self) -> Fraction:
        """Pico units for one: exact."""
        return Fraction(self.pico) / self.units


@dataclass(frozen=True, slots=True)
class Piece:
    """What a part brings at one value of a dimension. `state`: new or ended, where only one period has it."""

    dimension: str
    value: str | None
    pico: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause brings to a change.

    name        volume, channel mix, handle time, ...
    pico        whole units of 1e-12 currency
    pieces      dimension -> its values, largest first; each dimension's pieces sum to the part
    convention  how far other exact methods give something else, in pico; None = they cannot say
    chance      two standard errors of what chance alone moves, in pico; None = no chance in it
    """

    name: str
    pico: int
    pieces: Mapping[str, tuple[Piece, ...]]
    convention: int | None = None
    chance: int | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """A change, split.

    by      the dimensions of the tree, from the top; asked: those of them that were asked for
    parts   largest first; they sum to after - before
    steady  cost per contact after, had the mix stayed
    notes   what the reader must know
    """

    per: Unit
    currency: str
    before: End
    after: End
    by: tuple[str, ...]
    asked: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    @property
    def change(self) -> int:
        """All parts, in pico."""
        return sum(p.pico for p in self.parts)

    def part(self, name: str) -> Part:
        """The part of a name; KeyError where there is none."""
        found = {p.name: p for p in self.parts}
        return found[name]


@dataclass(frozen=True, slots=True)
class Terms:
    """Products that cost is made of.

    leaf     of each term: the node of the tree it speaks of
    node     the node whose contacts it is a cost of: `leaf`, or one above where the leaf has no contacts
    factors  factor -> before and after, where known
    known    factor -> whether it is
    names    factor -> part that its change belongs to, of each term
    pool     number of the pool, or -1
    """

    leaf: Ints
    node: Ints
    factors: Mapping[str, Numbers]
    known: Mapping[str, Bools]
    names: Mapping[str, Ints]
    pool: Ints


@dataclass(frozen=True)
class Leaves:
    """The tree of contacts with the values its nodes stand for.

    by      dimension of each depth, from depth 1
    values  of each node, its value at its depth ("" of the root)
    asked   how many of the dimensions were asked for; the rest tell pools apart
    """

    nodes: Nodes
    by: tuple[str, ...]
    values: tuple[str | None, ...]
    asked: int

    @cached_property
    def codes(self) -> dict[int, tuple[tuple[str | None, ...], Ints]]:
        """Depth -> the values there, and the number of each node's among them; of nodes elsewhere 0."""
        found = {}
        for depth in range(1, len(self.by) + 1):
            here = np.flatnonzero(self.nodes.depth == depth)
            number: dict[str | None, int] = {}
            code = np.zeros(self.nodes.parent.size, dtype=np.int64)
            code[here] = [number.setdefault(self.values[n], len(number)) for n in here]
            found[depth] = tuple(number), code
        return found

    def at_depth(self, depth: int) -> Ints:
        """The node of that depth above each node; the node itself where it stands higher."""
        found = np.arange(self.nodes.parent.size)
        for level in range(self.nodes.deepest, depth, -1):
            low = self.nodes.depth[found] == level
            found[low] = self.nodes.parent[found[low]]
        return found


def build(
    leaves: Leaves,
    terms: Terms,
    part_names: tuple[str, ...],
    pools: tuple[str, ...],
    before: End,
    after: End,
    per: Unit,
    currency: str,
    notes: tuple[str, ...] = (),
    accounts: Sequence[AccountCosts] = (),
) -> Bridge:
    """Split a change. The ends hold the exact figures; what floats leave of them goes to the largest part.

    part_names  names that `terms.names` count in
    accounts    of each side what each pool's cost is made of: then parts are told by account too
    Raises FaultOfOurs E-REC-01 where the parts miss the change by more than TOLERANCE.
    """
    nodes = leaves.nodes
    factors = {name: carry(terms.factors[name], terms.known[name]) for name in terms.factors}
    done = split(nodes, terms.node, FACTORS, factors)
    outer = _outer(per, before, after)
    entries = _Entries(leaves, terms, part_names, pools)
    if per != "contact":
        entries.add_outer(per, outer, done)
    entries.add_split(done, avg(outer))
    whole = _whole(entries, after.value - before.value, before, after)
    convention = _convention(leaves, terms, factors, part_names, done, avg(outer))
    # A plan is no sample: it has no chance in it.
    chance = {} if before.span is None else _chance(leaves, terms, factors, done, part_names, avg(outer))
    parts = [_part(entries, whole, name, at, convention, chance) for at, name in enumerate(entries.names)]
    parts = [_with_days(p, before, after, float(avg(done.unit[:, 0]))) for p in parts]
    if accounts:
        effects = {name: effect * (avg(outer) * PICO) for name, effect in done.effects.items()}
        size = len(part_names), len(pools)
        sides = weighed(factors, effects, terms.names, terms.pool, size)
        parts = [_with_accounts(p, part_names, sides, accounts) for p in parts]
    shown = sorted((p for p in parts if p.pico), key=lambda p: (-abs(p.pico), p.name))
    asked = leaves.by[: leaves.asked]
    return Bridge(per, currency, before, after, leaves.by, asked, tuple(shown), notes)


def _outer(per: Unit, before: End, after: End) -> Numbers:
    """What cost per contact is multiplied by: contacts for total cost, contacts / resolutions."""
    if per == "contact":
        return np.ones((2, 1))
    return np.array([[float(Fraction(e.contacts) / (e.units if per == "resolution" else 1))]
                     for e in (before, after)])  # fmt: skip


class _Entries:
    """Effects in columns: which part, which node of the tree, which pool, how much."""

    def __init__(
        self, leaves: Leaves, terms: Terms, part_names: tuple[str, ...], pools: tuple[str, ...]
    ) -> None:
        self.leaves, self.terms, self.pools = leaves, terms, pools
        self.names = [*part_names, *(f"{d} mix" for d in leaves.by), *OUTER]
        self._columns: list[tuple[Ints, Ints, Ints, Numbers]] = []

    def add_split(self, done: Split, scale: Numbers) -> None:
        """Mix of the nodes and effects of the terms."""
        nodes = self.leaves.nodes
        below = np.flatnonzero(nodes.depth > 0)
        first = self.names.index(f"{self.leaves.by[0]} mix") if self.leaves.by else 0
        self._add(first + nodes.depth[below] - 1, below, np.full(below.size, -1), done.mix[below] * scale)
        for name, effect in done.effects.items():
            self._add(self.terms.names[name], self.terms.leaf, self.terms.pool, effect * scale)

    def add_outer(self, per: Unit, outer: Numbers, done: Split) -> None:
        """The effect of volume by the leaf whose contacts grew, or of resolutions per contact."""
        unit = avg(done.unit[:, 0])
        nodes = self.leaves.nodes
        if per == "resolution":
            at = self.names.index("resolutions per contact")
            none = np.array([-1])
            self._add(np.array([at]), np.array([0]), none, change(outer) * unit)
            return
        is_parent = np.zeros(nodes.parent.size, dtype=bool)
        is_parent[nodes.parent[nodes.parent >= 0]] = True
        leaf = np.flatnonzero(~is_parent)
        volume = np.full(leaf.size, self.names.index("volume"))
        grown = change(nodes.count[:, leaf]) * unit
        self._add(volume, leaf, np.full(leaf.size, -1), grown)

    def _add(self, part: Ints, node: Ints, pool: Ints, amount: Numbers) -> None:
        self._columns.append((part, node, pool, np.asarray(amount, dtype=float)))

    def columns(self) -> tuple[Ints, Ints, Ints, Numbers]:
        """All of them."""
        part, node, pool, amount = (np.concatenate(c) for c in zip(*self._columns, strict=True))
        return part, node, pool, amount


@dataclass(frozen=True, slots=True)
class _Whole:
    """Effects in whole grains of so many pico. above: depth -> the node of that depth above each effect's."""

    part: Ints
    node: Ints
    pool: Ints
    amount: Ints
    grain: int
    above: Mapping[int, Ints]


def _whole(entries: _Entries, exact: Fraction, before: End, after: End) -> _Whole:
    """Effects as whole numbers that sum to the exact change."""
    part, node, pool, amount = entries.columns()
    together = float(np.abs(amount).sum()) * PICO
    grain = 1
    while together / grain > WHOLE_NUMBERS:
        grain *= 1000
    sure = grain
    while float(np.abs(amount).max(initial=0.0)) * PICO / sure > SURE_FLOATS:
        sure *= 1000
    whole = np.rint(amount * (PICO / sure)).astype(np.int64) * (sure // grain)
    wanted = round(exact / grain)
    left = wanted - int(whole.sum())
    sizes = int(np.abs(whole).sum()) + (abs(before.value) + abs(after.value)) / grain
    allowed = TOLERANCE * sizes + whole.size * (sure // grain)
    if abs(left) > allowed:
        where = f"{before.label} to {after.label}"
        what = f"the parts of the change sum to {int(whole.sum()) * grain / PICO}, the change is "
        why = "A part would be wrong, so none is shown. This is a fault of ours."
        do = "Please report it with the output of `percontact check --json`."
        raise FaultOfOurs(Problem("E-REC-01", where, what + str(float(exact) / PICO), why, do))
    if left:
        whole[int(np.argmax(np.abs(whole)))] += left
    above = {d: entries.leaves.at_depth(d)[node] for d in range(1, len(entries.leaves.by) + 1)}
    return _Whole(part, node, pool, whole, grain, above)


def _part(
    entries: _Entries,
    whole: _Whole,
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


def _with_days(part: Part, before: End, after: End, unit: float) -> Part:
    """Volume by calendar too: what more working days bring, and what more contacts a working day bring."""
    if part.name != "volume" or not (before.days and after.days):
        return part
    a_day = [Fraction(e.contacts) / (e.days or 1) for e in (before, after)]
    days = round(float((after.days - before.days) * sum(a_day) / 2) * unit * PICO)
    told = (("working days", days), ("contacts a working day", part.pico - days))
    pieces = _largest_first([Piece("calendar", name, pico) for name, pico in told])
    return replace(part, pieces={**part.pieces, "calendar": pieces})


def _with_accounts(
    part: Part, names: Sequence[str], sides: Weighed, accounts: Sequence[AccountCosts]
) -> Part:
    """A part by the ledger accounts behind it, where cost of pools is."""
    if part.name not in names or "pool" not in part.pieces:
        return part
    told = by_account(names.index(part.name), sides, accounts, part.pico)
    pieces = [Piece("account", account, pico) for account, pico in told.items()]
    return replace(part, pieces={**part.pieces, "account": _largest_first(pieces)})


def _pieces_at(leaves: Leaves, depth: int, dimension: str, whole: _Whole, mine: Bools) -> tuple[Piece, ...]:
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


def _convention(
    leaves: Leaves,
    terms: Terms,
    factors: Mapping[str, Numbers],
    part_names: tuple[str, ...],
    done: Split,
    scale: Numbers,
) -> dict[str, float]:
    """Part -> how far tree, flat Shapley and LMDI differ; all mix is one part here."""
    count = leaves.nodes.count
    share = count[:, terms.node] / count[:, [0]]
    flat = {"share": share, **factors}
    methods: list[Mapping[str, Numbers] | None] = [shapley(flat), lmdi(flat, "share")]
    size = len(part_names)

    def by_part(effects: Mapping[str, Numbers]) -> Numbers:
        return sum((sum_at(effects[f], terms.names[f], size) for f in factors), np.zeros(size))

    found = [np.append(by_part(done.effects), done.mix.sum())]
    found += [np.append(by_part(m), m["share"].sum()) for m in methods if m is not None]
    spread = (np.max(found, axis=0) - np.min(found, axis=0)) * float(scale[0])
    return dict(zip((*part_names, "mix"), map(float, spread), strict=True))


def _chance(
    leaves: Leaves,
    terms: Terms,
    factors: Mapping[str, Numbers],
    done: Split,
    part_names: tuple[str, ...],
    scale: Numbers,
) -> dict[str, float]:
    """Part -> two standard errors of what chance moves, where contacts are drawn and times vary.

    Shares vary as those of independent contacts do. A handle time is taken to vary as much as it is long (a
    coefficient of variation of one, as of exponential times), for sums do not tell how single ones vary.
    """
    nodes, unit = leaves.nodes, done.unit
    count = nodes.count
    inverse = np.where((count > 0).all(axis=0), sum(1 / np.where(count > 0, count, 1)), 0)
    shares, found = nodes.shares(), {}
    weight = np.ones(nodes.parent.size)
    for depth in range(1, nodes.deepest + 1):
        here = np.flatnonzero(nodes.depth == depth)
        up, share, mean = nodes.parent[here], avg(shares[:, here]), avg(unit[:, here])
        weight[here] = weight[up] * share
        centre = sum_at(share * mean, up, nodes.parent.size)
        spread = sum_at(share * (mean - centre[up]) ** 2, up, nodes.parent.size)
        variance = float((weight**2 * spread * inverse)[np.unique(up)].sum())
        found[f"{leaves.by[depth - 1]} mix"] = 2 * variance**0.5 * abs(float(scale[0]))
    rest = np.prod([avg(factors[f]) for f in factors], axis=0)
    for name in ("handle time", "use per contact"):
        if name not in part_names:
            continue
        mine = terms.names["use"] == part_names.index(name)
        weighed = weight[terms.node[mine]] * rest[mine]
        by_leaf = sum_at(weighed, terms.leaf[mine], nodes.parent.size)
        at_node = np.zeros(nodes.parent.size, dtype=np.int64)
        at_node[terms.leaf[mine]] = terms.node[mine]
        variance = float((by_leaf**2 * inverse[at_node]).sum())
        found[name] = 2 * variance**0.5 * abs(float(scale[0]))
    return found
