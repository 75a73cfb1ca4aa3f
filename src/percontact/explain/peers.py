# SPDX-License-Identifier: Apache-2.0
"""Peers: who takes longer than others do on the same mix of work, and by how much beyond chance.

Observed against expected: expected is what the same contacts (channel, reason, language) take others. The
ratio is shrunk towards 1 by how much such ratios differ at all (empirical Bayes), and a finding must survive
a false discovery rate of one in ten over all that were compared. Agents of a team are drawn as a whole: a
team that happens to have two slow agents is not slow.
Sources: Benjamini & Hochberg, JRSS B 57(1), 1995; DerSimonian & Laird, Controlled Clinical Trials 7(3), 1986.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FALSE_DISCOVERIES = 0.10
"""Share of findings that may be chance."""
PEER_CONTACTS = 30
"""Fewer contacts of others than this are no measure."""
PEOPLE = 7
"""How many agents' worth of trust is put in how much agents differ in all that is compared."""
WORTH = 1.03
"""A shrunk ratio below this is not worth a word: three seconds in a call of two minutes."""
LEVEL_Z = 1.2816
"""Half width of an 80% interval, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of a length of time, a row for each unit, cell and person.

    unit    who is compared: a team, an agent
    item    what on: a reason (each unit and item is one comparison)
    cell    the mix: channel x reason x language; people of one cell do the same work
    person  the agent, within whom lengths go together
    n, total, squares  contacts, sum of their seconds, sum of the squares
    """

    unit: Codes
    item: Codes
    cell: Codes
    person: Codes
    n: Floats
    total: Floats
    squares: Floats


@dataclass(frozen=True, slots=True)
class Excess:
    """One unit on one item, against others on the same cells.

    ratio     observed / expected, as it is; shrunk: with chance taken out; low, high: 80% interval of shrunk
    observed, expected  seconds
    p         chance of such a ratio or a higher one where there is no difference
    stands    whether it survives the false discovery rate
    """

    unit: int
    item: int
    contacts: int
    observed: float
    expected: float
    ratio: float
    shrunk: float
    low: float
    high: float
    p: float
    stands: bool

    @property
    def is_out_of_line(self) -> bool:
        """Whether it is worth a word and no chance."""
        return self.stands and self.shrunk >= WORTH


def excesses(tally: Tally, *, least: int) -> list[Excess]:
    """Every unit and item with at least `least` contacts that others have done too, the largest excess
    first."""
    unit, n, total = tally.unit, tally.n, tally.total
    cells = int(tally.cell.max(initial=-1)) + 1
    if not len(n):
        return []
    # What others take on each cell.
    pair = unit * cells + tally.cell
    cell_n, cell_s = np.bincount(tally.cell, n, cells), np.bincount(tally.cell, total, cells)
    cell_q = np.bincount(tally.cell, tally.squares, cells)
    keys, at = np.unique(pair, return_inverse=True)
    own_n, own_s = np.bincount(at, n), np.bincount(at, total)
    own_q = np.bincount(at, tally.squares)
    of = keys % cells
    other_n, other_s, other_q = cell_n[of] - own_n, cell_s[of] - own_s, cell_q[of] - own_q
    known = other_n >= PEER_CONTACTS
    mean = np.divide(other_s, other_n, out=np.zeros_like(other_s), where=known)
    spread = np.divide(other_q, other_n, out=np.zeros_like(other_q), where=known) - mean**2
    mine = own_q - np.divide(own_s**2, own_n, out=np.zeros_like(own_s), where=own_n > 0)

    # Each comparison: the cells of one item.
    use = known[at]
    if not use.any():
        return []  # nobody else does any of it
    item_key = unit * (int(tally.item.max()) + 1) + tally.item
    asked, comparison = np.unique(item_key[use], return_inverse=True)
    size = len(asked)
    row_n, row_o = n[use], total[use]
    row_e = row_n * mean[at][use]
    observed = np.bincount(comparison, row_o, size).astype(np.float64)
    expected = np.bincount(comparison, row_e, size).astype(np.float64)
    contacts = np.bincount(comparison, row_n, size).astype(np.float64)
    first = np.unique(at[use], return_index=True)[1]
    cell_comparison = comparison[first]
    pairs = at[use][first]
    within = np.bincount(cell_comparison, np.maximum(mine[pairs], 0), size).astype(np.float64)
    peers = np.bincount(
        cell_comparison, own_n[pairs] ** 2 * np.maximum(spread[pairs], 0) / other_n[pairs], size
    )
    people = _people(tally.person[use], comparison, row_o, row_e, observed, expected, within)
    found = []
    for i in range(size):
        if contacts[i] < least or observed[i] <= 0 or expected[i] <= 0:
            continue
        variance = within[i] / observed[i] ** 2 + peers[i] / expected[i] ** 2 + people[i]
        found.append((i, log(observed[i] / expected[i]), max(variance, 1e-12)))
    return _judged(found, asked, int(tally.item.max()) + 1, contacts, observed, expected)


def _people(
    person: Codes,
    comparison: NDArray[np.intp],
    row_o: Floats,
    row_e: Floats,
    observed: Floats,
    expected: Floats,
    within: Floats,
) -> Floats:
    """Variance of each log ratio because agents differ and a team has only so many of them.

    How much they differ is read from each comparison, and mixed with what all comparisons together show: a
    handful of agents say little about it.
    """
    size = len(observed)
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=expected > 0)
    many = int(person.max(initial=0)) + 1
    keys, at = np.unique(comparison * many + person, return_inverse=True)
    of = (keys // many).astype(np.int64)
    meant = ratio[of] * np.bincount(at, row_e)
    off = np.bincount(of, (np.bincount(at, row_o) - meant) ** 2, size)
    weight = np.bincount(of, meant**2, size)
    count = np.bincount(of, minlength=size).astype(np.float64)
    free = np.maximum(count - 1, 0)
    own = np.divide(
        off * count / np.maximum(free, 1) - within, weight, out=np.zeros_like(off), where=weight > 0
    )
    told = (free > 0) & (weight > 0)
    pooled = max(0.0, float((own * free)[told].sum() / free[told].sum())) if told.any() else 0.0
    mixed = np.maximum((PEOPLE * pooled + free * own) / (PEOPLE + free), 0.0)
    made: Floats = mixed * np.divide(weight, observed**2, out=np.zeros_like(weight), where=observed > 0)
    return made


def _judged(
    found: list[tuple[int, float, float]],
    asked: Codes,
    items: int,
    contacts: Floats,
    observed: Floats,
    expected: Floats,
) -> list[Excess]:
    if not found:
        return []
    between = _between([(y, v) for _, y, v in found])
    p = [0.5 * erfc(y / sqrt(2 * v)) for _, y, v in found]
    stands = _kept(p)
    made = []
    for (i, y, v), chance, stand in zip(found, p, stands, strict=True):
        weight = between / (between + v)
        middle, half = y * weight, LEVEL_Z * sqrt(v * weight)
        made.append(
            Excess(
                int(asked[i]) // items, int(asked[i]) % items, int(contacts[i]),
                float(observed[i]), float(expected[i]), exp(y), exp(middle), exp(middle - half),
                exp(middle + half), chance, stand,
            )
        )  # fmt: skip
    return sorted(made, key=lambda e: -(e.shrunk - 1) * e.expected)


def _between(found: list[tuple[float, float]]) -> float:
    """Variance of true log ratios around 0, by moments; 0 where all is chance."""
    weights = [1 / v for _, v in found]
    q = sum(w * y * y for w, (y, _) in zip(weights, found, strict=True))
    return max(0.0, (q - len(found)) / sum(weights))


def _kept(p: list[float]) -> list[bool]:
    """Which findings survive: all below the largest p that is at most its rank / number x the rate."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    last = max((k for k, i in enumerate(order, 1) if p[i] <= k / len(p) * FALSE_DISCOVERIES), default=0)
    kept = set(order[:last])
    return [i in kept for i in range(len(p))]
