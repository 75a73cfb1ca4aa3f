# SPDX-License-Identifier: Apache-2.0
"""Whether a guardrail held: said only beyond what chance gives."""

from datetime import date
from fractions import Fraction

import pytest

from percontact.metrics import Card, Figure, catalogue
from percontact.metrics.guard import GUARDS, judge
from percontact.metrics.interval import wilson

CARDS = catalogue()


def figure(card: Card, hits: int, of: int) -> Figure:
    value = Fraction(hits, of) if of else None
    return Figure(card.metric, date(2026, 6, 1), (), value, Fraction(hits), Fraction(of))


@pytest.mark.parametrize(
    ("metric", "now", "then", "verdict"),
    [
        # z = (0.70 - 0.80) / sqrt(0.75 * 0.25 * 2 / 100) = -1.63: chance gives as much in one of ten cases.
        ("customer_satisfaction", (70, 100), (80, 100), "within chance"),
        # z = -0.10 / sqrt(0.75 * 0.25 * 2 / 1000) = -5.16
        ("customer_satisfaction", (700, 1000), (800, 1000), "worse"),
        ("customer_satisfaction", (800, 1000), (700, 1000), "better"),
        ("repeat_contact_rate", (200, 1000), (100, 1000), "worse"),
        ("customer_satisfaction", (0, 0), (700, 1000), "unknown"),
        ("average_handle_time", (300, 1), (200, 1), ""),
        ("average_speed_of_answer", (30, 1), (20, 1), "worse"),
        # Within the band of 75% to 85% no point is better than another.
        ("occupancy", (76, 100), (84, 100), "same"),
        ("occupancy", (90, 100), (84, 100), "worse"),
        ("occupancy", (70, 100), (60, 100), "better"),
    ],
)
def test_a_metric_is_judged_by_its_better_side_and_beyond_chance(
    metric: str, now: tuple[int, int], then: tuple[int, int], verdict: str
) -> None:
    card = CARDS[metric]
    assert judge(card, figure(card, *now), figure(card, *then)) == verdict


def test_the_guardrails_shown_by_default_are_there() -> None:
    assert set(GUARDS) <= set(CARDS)


def test_the_wilson_interval_is_that_of_the_books() -> None:
    """Newcombe, Statistics in Medicine 17, 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29."""
    printed = {
        (81, 263): ("0.2553", "0.3662"),
        (15, 148): ("0.0624", "0.1605"),
        (0, 20): ("0.0000", "0.1611"),
        (1, 29): ("0.0061", "0.1718"),
    }
    for (hits, of), (low, high) in printed.items():
        found = wilson(hits, of)
        assert found is not None
        assert (f"{found[0]:.4f}", f"{found[1]:.4f}") == (low, high)
