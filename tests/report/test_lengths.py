# SPDX-License-Identifier: Apache-2.0
"""Lengths of time in words: in the unit that a person would use."""

from fractions import Fraction

import pytest

from percontact.metrics.catalogue import catalogue
from percontact.report.measured import value_words


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ("312.4", "312 s"),
        ("599", "599 s"),
        ("600", "10.0 min"),
        ("4823", "80.4 min"),
        ("7200", "2.0 h"),
        ("172800", "2.0 days"),
    ],
)
def test_a_length_of_time_is_told_in_seconds_minutes_hours_or_days(seconds: str, told: str) -> None:
    """4,823 s / 60 = 80.38 min"""
    card = catalogue()["average_speed_of_answer"]
    assert value_words(card, Fraction(seconds), "EUR") == told
