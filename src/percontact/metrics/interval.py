# SPDX-License-Identifier: Apache-2.0
"""How sure a share of a sample is: the Wilson score interval."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import sqrt

Z95 = 1.959963984540054
"""Standard normal quantile of 0.975: two-sided 95%."""


def wilson(hits: int, of: int, *, z: float = Z95) -> tuple[Decimal, Decimal] | None:
    """(lowest, highest) share that agrees with `hits` of `of`, at 95%, to six decimals; None of no sample.

    It never leaves 0 to 1 and holds for few answers, where the textbook p +- z sqrt(p(1-p)/n) does not.
    Source: Wilson, JASA 22(158), 1927; Brown, Cai & DasGupta, Statistical Science 16(2), 2001.

    >>> wilson(8, 10)
    (Decimal('0.490162'), Decimal('0.943318'))
    """
    if of <= 0:
        return None
    p, square = hits / of, z * z
    middle = (p + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * sqrt(p * (1 - p) / of + square / (4 * of * of))
    return _six(max(0.0, middle - half)), _six(min(1.0, middle + half))


def _six(value: float) -> Decimal:
    return round(Decimal(value), 6)


def six(value: Fraction) -> Decimal:
    """An exact value to six decimals, halves to even.

    >>> six(Fraction(1, 3))
    Decimal('0.333333')
    """
    return round(Decimal(value.numerator) / Decimal(value.denominator), 6)
