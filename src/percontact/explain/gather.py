# SPDX-License-Identifier: Apache-2.0
"""From two questions of a costed Book to the tree of contacts and the terms that their cost is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from percontact.costing.drivers import flat_parts
from percontact.costing.slice import Slice
from percontact.explain.bridge import End
from percontact.explain.leaves import Leaves, Terms
from percontact.explain.prices import Component, Kind, Prices, prices
from percontact.explain.tree import Bools, Ints, Nodes, Numbers, carry
from percontact.records.dialect import quote
from percontact.values.money import PICO
from percontact.values.period import periods

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

Path = tuple[str | None, ...]
"""Values of the dimensions of the tree, from the top."""

PARTS = (
    "handle time",
    "use per contact",
    "idle capacity",
    "paid time not worked",
    "volume over fixed cost",
    "wage and price rates",
    "AI and usage prices",
    "overhead",
    "currency",
    "one-offs and corrections",
    "unassigned cost",
)
"""Parts that factors of terms belong to, besides mix, volume and resolutions per contact."""
WORKS = ("explain_before", "explain_after")
"""Tables of the work of the two sides."""

_PRICE: dict[Kind, str] = {
    "pay": "wage and price rates",
    "price": "wage and price rates",
    "fixed": "overhead",
    "shared": "overhead",
    "one-off": "one-offs and corrections",
}
_SPREAD: dict[Kind, str] = {
    "pay": "paid time not worked",
    "price": "paid time not worked",
    "fixed": "volume over fixed cost",
    "shared": "volume over fixed cost",
    "one-off": "one-offs and corrections",
}


class Side(NamedTuple):
    """Work of one span, a row a leaf and month.

    quantity  (driver, row): units of each driver
    """

    months: list[date]
    paths: list[Path]
    month: Ints
    handled: Numbers
    quantity: Numbers
    pico: int


class Gathered(NamedTuple):
    """All that a bridge is built from."""

    leaves: Leaves
    terms: Terms
    pools: tuple[str, ...]
    ends: tuple[End, End]
    components: tuple[Component, ...] = ()


def gather(costed: CostedBook, questions: tuple[Slice, Slice], labels: tuple[str, str]) -> Gathered:
    """The tree, its terms and its ends of two questions with the same dimensions, conditions and basis."""
    by = levels(costed, questions[0].by)
    asked = [replace(q, grain="whole", by=by, asked=()) for q in questions]
    drivers = sorted({p.driver for p in costed.policy.work_pools})
    sides = [_read(costed, q, WORKS[n], drivers) for n, q in enumerate(asked)]
    priced = prices(costed, [q.months for q in asked], asked[0].basis)
    rows = [(side.paths, side.handled) for side in sides]
    leaves, of_path = leaves_of(by, rows, len(questions[0].by))
    terms, pools = _terms(costed, leaves, of_path, by, sides, priced, drivers)
    ends = []
    for n, (question, side) in enumerate(zip(asked, sides, strict=True)):
        common = _common(costed, question)
        contacts = int(side.handled.sum())
        ends.append(End(labels[n], question.span, side.pico + sum(common), contacts, Fraction(contacts)))
    terms = _with_common(terms, [_common(costed, q) for q in asked], sides, ends)
    return Gathered(leaves, terms, pools, (ends[0], ends[1]), priced.components)


def levels(costed: CostedBook, by: Sequence[str]) -> tuple[str, ...]:
    """The dimensions of the tree: those asked, and those that pools are told apart by.

    Without the latter a change of mix inside a leaf would pass for one of handle time or price.
    """
    return tuple(dict.fromkeys([*by, *costed.scopes.keys]))


def _read(costed: CostedBook, question: Slice, table: str, drivers: Sequence[str]) -> Side:
    work = costed.keep_work(question, name=table)
    pico = costed.cost_of_work(question, work)
    parts = flat_parts(costed.parts)
    months = [p.start for p in periods(question.months, "month")]
    # Work is kept by month, what is asked and the pool keys, and the tree has all of these: a row, a leaf.
    fields = [f"CAST(d{i} AS VARCHAR) AS p{i}" for i in range(len(question.by))]
    fields += [f"datediff('month', DATE '{months[0]}', month) AS place", "CAST(handled AS DOUBLE) AS n"]
    fields += [f"CAST({quote(p.name)} AS DOUBLE) AS q{i}" for i, p in enumerate(parts)]
    rows = costed.con.execute(f"SELECT {', '.join(fields)} FROM {work} WHERE inside ORDER BY ALL").fetchall()
    deep = len(question.by)
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    numbers = np.array(columns[deep:], dtype=float)
    quantity = np.zeros((len(drivers), len(rows)))
    for n, driver in enumerate(drivers):
        for part in costed.parts[driver]:
            quantity[n] += part.weight * numbers[2 + parts.index(part)]
    paths: list[Path] = list(zip(*columns[:deep], strict=True)) if deep else [()] * len(rows)
    return Side(months, paths, numbers[0].astype(np.int64), numbers[1], quantity, pico)


def leaves_of(
    by: tuple[str, ...], sides: Sequence[tuple[Sequence[Path], Numbers]], asked: int
) -> tuple[Leaves, dict[Path, int]]:
    """The tree over the paths of both sides with their contacts, and the number of each path's node."""
    every = sorted(
        {p for paths, _ in sides for p in paths}, key=lambda p: tuple((v is None, v or "") for v in p)
    )
    number: dict[Path, int] = {(): 0}
    for depth in range(1, len(by) + 1):
        for path in every:
            number.setdefault(path[:depth], len(number))
    parent = np.array([number[p[:-1]] if p else -1 for p in number], dtype=np.int64)
    depth_of = np.array([len(p) for p in number], dtype=np.int64)
    count = np.zeros((2, len(number)))
    for t, (paths, handled) in enumerate(sides):
        at = np.array([number[p] for p in paths], dtype=np.int64)
        count[t] += np.bincount(at, weights=handled, minlength=len(number))
    for depth in range(len(by), 0, -1):
        here = np.flatnonzero(depth_of == depth)
        for t in (0, 1):
            np.add.at(count[t], parent[here], count[t, here])
    values = tuple(p[-1] if p else "" for p in number)
    return Leaves(Nodes(parent, depth_of, count), by, values, asked), number


def _terms(
    costed: CostedBook,
    leaves: Leaves,
    of_path: dict[Path, int],
    by: tuple[str, ...],
    sides: Sequence[Side],
    priced: Prices,
    drivers: Sequence[str],
) -> tuple[Terms, tuple[str, ...]]:
    """A term for each leaf and component of a pool that claims it."""
    claimed = _claims(costed, of_path, by, priced)
    driver = np.array([drivers.index(c.driver) for c in priced.components], dtype=np.int64)
    many = np.zeros(leaves.nodes.parent.size, dtype=np.int64)
    for n, claims in claimed.items():
        many[n] = len(claims)
    first = np.cumsum(many) - many
    leaf = np.repeat(np.arange(many.size), many)
    component = np.concatenate([np.zeros(0, dtype=np.int64), *(claimed[n] for n in sorted(claimed))])
    quantity = np.zeros((2, leaf.size))
    steps_of = np.zeros((2, 4, leaf.size))
    for t, side in enumerate(sides):
        # A row of work is one of each component that claims its leaf.
        of = np.array([of_path[p] for p in side.paths], dtype=np.int64)
        row = np.repeat(np.arange(of.size), many[of])
        at = (first[of] - np.cumsum(many[of]) + many[of])[row] + np.arange(row.size)
        used = side.quantity[driver[component[at]], row] if row.size else np.zeros(0)
        steps = priced.steps[t][:, component[at], side.month[row]]
        quantity[t] = np.bincount(at, weights=used, minlength=leaf.size)
        for n in range(4):
            steps_of[t, n] = np.bincount(at, weights=used * steps[n], minlength=leaf.size)
    # A pool that charges a leaf in neither period says nothing of it.
    kept = (steps_of[:, 3] != 0).any(axis=0)
    leaf, component, quantity, steps_of = leaf[kept], component[kept], quantity[:, kept], steps_of[:, :, kept]
    node = _with_contacts(leaves.nodes, leaf, quantity)
    factors, known = _factors(leaves.nodes, node, quantity, steps_of)
    names = _names(priced.components, component)
    pools = tuple(_pool_name(c) for c in priced.components)
    return Terms(leaf, node, factors, known, names, component), pools


def _claims(
    costed: CostedBook, of_path: dict[Path, int], by: tuple[str, ...], priced: Prices
) -> dict[int, Ints]:
    """Leaf -> numbers of the components of the pools that claim it."""
    places = [by.index(k) for k in costed.scopes.keys]
    kept: dict[Path, Ints] = {}
    found = {}
    for path, number in of_path.items():
        if len(path) != len(by):
            continue
        key = tuple(path[i] for i in places)
        if key not in kept:
            bundles = costed.scopes.bundles(key)
            claims = sorted(c for bundle in bundles for c in priced.of_pool.get(bundle[0].name, ()))
            kept[key] = np.array(claims, dtype=np.int64)
        found[number] = kept[key]
    return found


def _with_contacts(nodes: Nodes, leaf: Ints, quantity: Numbers) -> Ints:
    """The lowest node at or above each leaf that has contacts in each period the leaf was worked on.

    Second-line work on other teams' contacts has none of its own: it is a cost of those above.
    """
    node = leaf.copy()
    for _ in range(nodes.deepest):
        lacking = ((quantity != 0) & (nodes.count[:, node] == 0)).any(axis=0) & (nodes.depth[node] > 0)
        if not lacking.any():
            break
        node[lacking] = nodes.parent[node[lacking]]
    return node


def _factors(
    nodes: Nodes, node: Ints, quantity: Numbers, steps: Numbers
) -> tuple[dict[str, Numbers], dict[str, Bools]]:
    """The factors of each term's cost per contact of its node, and which of them are known.

    Law: use x idle x spread x price x exchange is what the term's work was charged, for each contact.
    """
    count = nodes.count[:, node]
    here, used = count != 0, quantity != 0
    use = np.where(here, quantity, 0) / np.where(here, count, 1)
    paid, supplied, priced, charged = (steps[:, n] for n in range(4))
    ratios = {"spread": (supplied, paid), "exchange": (priced, supplied), "idle": (charged, priced)}
    factors, known = {"use": use}, {"use": here}
    for name, (upper, lower) in ratios.items():
        told = (upper != 0) & (lower != 0)
        factors[name] = np.where(told, upper, 0) / np.where(told, lower, 1)
        known[name] = told
    # What the others carry from the other period, the price makes good: the product is what was charged.
    rest = np.prod([carry(factors[n], known[n]) for n in ratios], axis=0)
    unit = np.where(used, charged, 0) / np.where(used, quantity, 1)
    factors["price"], known["price"] = unit / rest, used
    return factors, known


def _names(components: Sequence[Component], component: Ints) -> dict[str, Ints]:
    """Factor -> the part of each term that its change belongs to."""

    def numbers(named: Sequence[str]) -> Ints:
        return np.array([PARTS.index(n) for n in named], dtype=np.int64)[component]

    metered = [c.driver.startswith("usage:") or c.driver == "messages" for c in components]
    timed = [c.driver.endswith("_s") for c in components]
    price = [
        "AI and usage prices" if m and c.kind == "price" else _PRICE[c.kind]
        for c, m in zip(components, metered, strict=True)
    ]
    idle = ["one-offs and corrections" if c.kind == "one-off" else "idle capacity" for c in components]
    return {
        "use": numbers(["handle time" if t else "use per contact" for t in timed]),
        "idle": numbers(idle),
        "spread": numbers([_SPREAD[c.kind] for c in components]),
        "price": numbers(price),
        "exchange": numbers(["currency"] * len(components)),
    }


def _pool_name(component: Component) -> str:
    further = component.pools - 1
    return component.pool + (f" and {further} more" if further else "")


def _common(costed: CostedBook, question: Slice) -> tuple[int, int]:
    """On basis full without conditions: (unused cost of pools that nobody used, unassigned cost), in pico."""
    if question.basis != "full" or question.where:
        return 0, 0
    rest = costed.left_over(question.span)
    return rest.idle, rest.unassigned


def _with_common(
    terms: Terms, common: Sequence[tuple[int, int]], sides: Sequence[Side], ends: Sequence[End]
) -> Terms:
    """The terms and those of cost that no contact can be charged with: months' amounts over all contacts."""
    if not any(any(c) for c in common):
        return terms
    months = np.array([[float(len(s.months))] for s in sides])
    amounts = np.array(common, dtype=float) / PICO / months
    contacts = np.array([[float(e.contacts)] for e in ends])
    spread = np.where(contacts > 0, months / np.where(contacts > 0, contacts, 1), 0)
    one, yes = np.ones((2, 2)), np.ones((2, 2), dtype=bool)
    more = {
        "use": one,
        "idle": one,
        "spread": np.repeat(spread, 2, axis=1),
        "price": amounts,
        "exchange": one,
    }
    fixed = ["idle capacity", "unassigned cost"]
    labels = {
        "use": fixed, "idle": fixed, "exchange": fixed, "price": fixed,
        "spread": ["volume over fixed cost"] * 2,
    }  # fmt: skip
    numbers = {f: np.array([PARTS.index(n) for n in labels[f]], dtype=np.int64) for f in labels}
    root = np.zeros(2, dtype=np.int64)
    return Terms(
        np.concatenate([terms.leaf, root]),
        np.concatenate([terms.node, root]),
        {f: np.concatenate([terms.factors[f], more[f]], axis=1) for f in more},
        {f: np.concatenate([terms.known[f], yes], axis=1) for f in more},
        {f: np.concatenate([terms.names[f], numbers[f]]) for f in more},
        np.concatenate([terms.pool, np.array([-1, -1])]),
    )
