# SPDX-License-Identifier: Apache-2.0
"""Build a bridge: the split of the tree, made whole, its parts told by piece."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from percontact.explain.accounts import weighed
from percontact.explain.bridge import Bridge, End, Unit
from percontact.explain.entries import Entries, made_whole
from percontact.explain.leaves import FACTORS, Leaves, Terms
from percontact.explain.pieces import part_of, with_accounts, with_days
from percontact.explain.prices import AccountCosts
from percontact.explain.sure import chance_of, convention_of
from percontact.explain.tree import Numbers, avg, carry, split
from percontact.values.money import PICO


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
    entries = Entries(leaves, terms, part_names, pools)
    if per != "contact":
        entries.add_outer(per, outer, done)
    entries.add_split(done, avg(outer))
    whole = made_whole(entries, after.value - before.value, before, after)
    convention = convention_of(leaves, terms, factors, part_names, done, avg(outer))
    # A plan is no sample: it has no chance in it.
    chance = {} if before.span is None else chance_of(leaves, terms, factors, done, part_names, avg(outer))
    parts = [part_of(entries, whole, name, at, convention, chance) for at, name in enumerate(entries.names)]
    parts = [with_days(p, before, after, float(avg(done.unit[:, 0]))) for p in parts]
    if accounts:
        effects = {name: effect * (avg(outer) * PICO) for name, effect in done.effects.items()}
        size = len(part_names), len(pools)
        sides = weighed(factors, effects, terms.names, terms.pool, size)
        parts = [with_accounts(p, part_names, sides, accounts) for p in parts]
    shown = sorted((p for p in parts if p.pico), key=lambda p: (-abs(p.pico), p.name))
    asked = leaves.by[: leaves.asked]
    return Bridge(per, currency, before, after, leaves.by, asked, tuple(shown), notes)


def _outer(per: Unit, before: End, after: End) -> Numbers:
    """What cost per contact is multiplied by: contacts for total cost, contacts / resolutions."""
    if per == "contact":
        return np.ones((2, 1))
    return np.array([[float(Fraction(e.contacts) / (e.units if per == "resolution" else 1))]
                     for e in (before, after)])  # fmt: skip
