# SPDX-License-Identifier: Apache-2.0
"""Peers of the scan, written for this benchmark from what their papers say; no code of theirs was used.

adtributor  Bhagwan et al., "Adtributor: Revenue debugging in advertising systems", NSDI 2014: one dimension,
            its values by surprise (Jensen-Shannon), until they explain enough.
risk_search  after Kalander, "RiskLoc: Localization of multi-dimensional root causes by weighted risk", 2022:
            leaves parted in two by a cutoff of their deviation, layer by layer the slice of highest risk.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

Named = tuple[tuple[int, int], ...]


def adtributor(
    codes: np.ndarray, observed: np.ndarray, expected: np.ndarray, *, each: float = 0.10, total: float = 0.67
) -> list[Named]:
    """Values of one dimension, the most surprising first; each explains `each`, together `total`."""
    change = observed.sum() - expected.sum()
    best: tuple[float, list[Named]] = (-1.0, [])
    for dim in range(codes.shape[1]):
        size = codes[:, dim].max() + 1
        seen = np.bincount(codes[:, dim], observed, size)
        meant = np.bincount(codes[:, dim], expected, size)
        p, q = meant / meant.sum(), seen / seen.sum()
        middle = (p + q) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            surprise = 0.5 * (
                np.where(p > 0, p * np.log(p / middle), 0) + np.where(q > 0, q * np.log(q / middle), 0)
            )
            power = (seen - meant) / change
        chosen, explained, surprising = [], 0.0, 0.0
        for value in np.argsort(surprise)[::-1]:
            if power[value] < each:
                continue
            chosen.append(((dim, int(value)),))
            explained += power[value]
            surprising += surprise[value]
            if explained > total:
                break
        if explained > total and surprising > best[0]:
            best = (surprising, chosen)
    return best[1]


def risk_search(
    codes: np.ndarray,
    observed: np.ndarray,
    expected: np.ndarray,
    *,
    risk_at_least: float = 0.5,
    share_at_least: float = 0.02,
    outliers: int = 5,
) -> list[Named]:
    """Slices of high risk, one after the other, until few abnormal leaves are left over.

    Risk = weighted share of the slice's leaves that are abnormal, less how far they stay from one factor.
    """
    left = (observed + expected) > 0
    found: list[Named] = []
    whole = abs((expected - observed)[left].sum())
    while left.any() and len(found) < 8:
        c, v, f = codes[left], observed[left], expected[left]
        deviation = 2 * (f - v) / (f + v)
        ordered = np.sort(deviation)
        low, high = ordered[min(outliers, len(ordered) - 1)], ordered[-min(outliers + 1, len(ordered))]
        fell = abs(high) >= abs(low)
        cutoff = -low if fell else -high
        abnormal = deviation > cutoff if fell else deviation < cutoff
        if not abnormal.any():
            break
        weight = np.abs(deviation - cutoff)
        weight[abnormal] = np.minimum(weight[abnormal], 1.0)
        needed = share_at_least * abs((f - v)[abnormal].sum())
        chosen = _riskiest(c, v, f, deviation, abnormal, weight, needed, risk_at_least)
        if chosen is None:
            break
        found.append(chosen)
        inside = np.all([codes[:, d] == value for d, value in chosen], axis=0)
        left &= ~inside
        if abs((expected - observed)[left].sum()) < share_at_least * whole:
            break
    return found


def _riskiest(
    codes: np.ndarray,
    seen: np.ndarray,
    meant: np.ndarray,
    deviation: np.ndarray,
    abnormal: np.ndarray,
    weight: np.ndarray,
    needed: float,
    risk_at_least: float,
) -> Named | None:
    for depth in range(1, codes.shape[1] + 1):
        best: tuple[float, Named | None] = (0.0, None)
        for dims in combinations(range(codes.shape[1]), depth):
            values, place = np.unique(codes[:, dims], axis=0, return_inverse=True)
            place = place.ravel()
            size = len(values)
            bad = np.bincount(place, weight * abnormal, size)
            good = np.bincount(place, weight * ~abnormal, size)
            v, f = np.bincount(place, seen, size), np.bincount(place, meant, size)
            factor = np.divide(v, f, out=np.ones(size), where=f > 0)[place]
            after = 2 * np.abs(meant * factor - seen) / np.maximum(meant * factor + seen, 1e-12)
            moved = np.bincount(place, after, size)
            risk = bad / (bad + good + 1) - moved / np.maximum(
                np.bincount(place, np.abs(deviation), size), 1e-12
            )
            explained = np.bincount(place, (meant - seen) * abnormal, size)
            fits = (risk >= risk_at_least) & (np.abs(explained) >= needed)
            if fits.any():
                at = int(np.argmax(np.where(fits, np.abs(explained), -1)))
                if abs(explained[at]) > best[0]:
                    best = (
                        float(abs(explained[at])),
                        tuple(zip(dims, map(int, values[at]), strict=True)),
                    )
        if best[1] is not None:
            return best[1]
    return None
