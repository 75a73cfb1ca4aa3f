# SPDX-License-Identifier: Apache-2.0
"""A part of a change by the ledger accounts behind it: exact, for cost is linear in what each account paid.

Each term is a product of factors, one of them a price that is a sum over accounts. What the price's change
brings is divided by each account's own change; what another factor's change brings, by the accounts' shares
of the cost that it works on, half before and half after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from percontact.explain.prices import AccountCosts
from percontact.explain.tree import Ints, Numbers, change, sum_at

Weighed = tuple[Numbers, Numbers]
"""For each (part, component): what multiplies the accounts' shares before, and after."""


def weighed(
    factors: Mapping[str, Numbers],
    effects: Mapping[str, Numbers],
    names: Mapping[str, Ints],
    pool: Ints,
    size: tuple[int, int],
) -> Weighed:
    """Multipliers (part, component) of the accounts' shares: effect = before x share + after x share.

    pool  component of each term; -1 = of no component, left out
    size  (parts, components)
    """
    of_component = pool >= 0
    found = (np.zeros(size), np.zeros(size))
    for name, effect in effects.items():
        parts = _price(factors[name], effect) if name == "price" else _other(name, factors, effect)
        place = names[name] * size[1] + pool
        for side, amounts in zip(found, parts, strict=True):
            side += sum_at(amounts[of_component], place[of_component], size[0] * size[1]).reshape(size)
    return found


def _price(price: Numbers, effect: Numbers) -> Weighed:
    moved = change(price)
    # The same on all accounts of a term; where no price moved, none did or they cancel.
    each = np.divide(effect, moved, out=np.zeros_like(effect), where=moved != 0)
    return -each * price[0], each * price[1]


def _other(name: str, factors: Mapping[str, Numbers], effect: Numbers) -> Weighed:
    amounts = factors["price"] if name == "exchange" else factors["price"] * factors["exchange"]
    both = amounts[0] + amounts[1]
    each = np.divide(effect, both, out=np.zeros_like(effect), where=both != 0)
    return each * amounts[0], each * amounts[1]


def by_account(part: int, sides: Weighed, costs: Sequence[AccountCosts], pico: int) -> dict[str | None, int]:
    """Account -> what it brings to a part, in pico; None = what no account can be named for.

    costs  of each side: component -> account -> cost
    Law: they sum to the part's pico.
    """
    found: dict[str | None, float] = {}
    for multipliers, of_side in zip(sides, costs, strict=True):
        for component, accounts in of_side.items():
            whole = sum(accounts.values())
            for account, cost in accounts.items() if whole else ():
                share = multipliers[part, component] * cost / whole
                found[account] = found.get(account, 0.0) + float(share)
    whole_picos: dict[str | None, int] = {a: round(x) for a, x in found.items()}
    rest = pico - sum(whole_picos.values())
    if whole_picos and abs(rest) <= ROUNDING * sum(map(abs, found.values())) + len(found):
        largest = max(whole_picos, key=lambda a: (abs(whole_picos[a]), str(a)))
        whole_picos[largest] += rest
    elif rest:
        whole_picos[None] = whole_picos.get(None, 0) + rest
    return whole_picos


ROUNDING = 1e-9
"""What floats may leave, against the sum of the pieces without their signs: it goes to the largest."""
