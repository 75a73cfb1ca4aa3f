# SPDX-License-Identifier: Apache-2.0
"""Other ways to split the same change, to see how far a split is convention: flat Shapley, LMDI, in sequence.

All take the factors of each term, its share of contacts one of them, as columns before and after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np

from percontact.explain.tree import Numbers, change


def shapley(factors: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """The average over all orders in which the factors could have changed, each by itself.

    2^k products for k factors. Law: the effects sum to the change of the product.
    Source: Shapley, "A value for n-person games", 1953.
    """
    names = list(factors)
    k = len(names)
    weight = [factorial(n) * factorial(k - n - 1) for n in range(k)]
    effects: dict[str, Numbers] = {}
    for name in names:
        others = [factors[n] for n in names if n != name]
        whole: Numbers = change(factors[name]) * 0
        for chosen in range(2 ** (k - 1)):
            product = weight[chosen.bit_count()] * change(factors[name])
            for place, other in enumerate(others):
                product = product * other[chosen >> place & 1]
            whole = whole + product
        effects[name] = whole / factorial(k)
    return effects


def lmdi(factors: Mapping[str, Numbers], share: str) -> dict[str, Numbers] | None:
    """Logarithmic mean Divisia index (LMDI-I), zeros by their limits; None where it cannot be had.

    share  the factor that is zero where a term is new or ended: all of such a change is its
    A product below zero (a credit) has no logarithm, and another factor that becomes zero has no limit.
    Source: Ang, "LMDI decomposition approach: a guide for implementation", Energy Policy 86, 2015.
    """
    floats = {name: np.asarray(pair, dtype=float) for name, pair in factors.items()}
    product = np.prod(list(floats.values()), axis=0)
    if (product < 0).any():
        return None
    one_sided = (floats[share][0] == 0) | (floats[share][1] == 0)
    whole = ~one_sided & (product > 0).all(axis=0)
    if not (whole | one_sided | (product == 0).all(axis=0)).all():
        return None
    before, after = product[:, whole]
    same = before == after
    mean = np.where(same, before, (after - before) / np.where(same, 1, np.log(after) - np.log(before)))
    effects = {}
    for name, pair in floats.items():
        effect = np.zeros(product.shape[1])
        effect[whole] = mean * np.log(pair[1, whole] / pair[0, whole])
        effects[name] = effect
    effects[share][one_sided] = change(product)[one_sided]
    return effects


def sequential(factors: Mapping[str, Numbers], order: Sequence[str]) -> dict[str, Numbers]:
    """One factor after the other: those before have changed, those after have not.

    The usual price-volume-mix bridge of spreadsheets. Its effects sum to the change, and each depends on
    the order.
    """
    effects = {}
    for place, name in enumerate(order):
        effect = change(factors[name])
        for other in order[:place]:
            effect = effect * factors[other][1]
        for other in order[place + 1 :]:
            effect = effect * factors[other][0]
        effects[name] = effect
    return effects
