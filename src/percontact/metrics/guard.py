# SPDX-License-Identifier: Apache-2.0
"""Guardrails: whether a metric that must not worsen did, beyond what chance alone would give.

A guardrail is a metric that must not worsen while another improves.
Source: Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments, 2020, chapter 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Literal

from percontact.metrics.card import Card
from percontact.metrics.figure import Figure
from percontact.metrics.interval import Z95

Verdict = Literal["better", "worse", "same", "within chance", "unknown", ""]
"""worse and better are said only beyond chance where a metric is a share of a sample; "" = no better side."""

GUARDS = ("customer_satisfaction", "first_contact_resolution", "service_level", "repeat_contact_rate")
"""What stands beside a cost unless others are named: satisfied, settled, in time, not coming back."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One metric now and then, and what to say of it."""

    card: Card
    now: Figure
    then: Figure
    verdict: Verdict


def judge(card: Card, now: Figure, then: Figure) -> Verdict:
    """Say whether a metric is better or worse than then."""
    if now.value is None or then.value is None:
        return "unknown"
    if now.value == then.value:
        return "same"
    if card.better == "neither":
        return ""
    if card.better == "band":
        assert card.band is not None
        gaps = [_off_band(f.value or Fraction(0), card.band) for f in (now, then)]
        return "same" if gaps[0] == gaps[1] else "better" if gaps[0] < gaps[1] else "worse"
    if card.kind == "share" and abs(_z(now, then)) < Z95:
        return "within chance"
    return "better" if (now.value > then.value) == (card.better == "higher") else "worse"


def guard(cards: Sequence[Card], now: dict[str, Figure], then: dict[str, Figure]) -> list[Guardrail]:
    """Judge each metric by its totals of two spans."""
    return [
        Guardrail(c, now[c.metric], then[c.metric], judge(c, now[c.metric], then[c.metric])) for c in cards
    ]


def _z(now: Figure, then: Figure) -> float:
    """How many standard errors two shares lie apart, under one share for both.

    Source: two-proportion z-test (pooled); Fleiss, Levin & Paik, Statistical Methods for Rates and
    Proportions, 2003, section 3.
    """
    a, n = float(now.numerator or 0), float(now.denominator or 0)
    b, m = float(then.numerator or 0), float(then.denominator or 0)
    pooled = (a + b) / (n + m)
    error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (a / n - b / m) / error if error else 0.0


def _off_band(value: Fraction, band: tuple[Decimal, Decimal]) -> Fraction:
    low, high = Fraction(band[0]), Fraction(band[1])
    return max(low - value, value - high, Fraction(0))
