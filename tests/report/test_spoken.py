# SPDX-License-Identifier: Apache-2.0
"""Spans of days as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from percontact.report.spoken import heading, spoken, when
from percontact.values.period import Period


@pytest.mark.parametrize(
    ("start", "end", "name", "placed"),
    [
        ((2026, 6, 1), (2026, 7, 1), "June 2026", "in June 2026"),
        ((2026, 4, 1), (2026, 7, 1), "the second quarter of 2026", "in the second quarter of 2026"),
        ((2026, 1, 1), (2027, 1, 1), "2026", "in 2026"),
        ((2026, 2, 1), (2026, 4, 1), "February to March 2026", "from February to March 2026"),
        ((2025, 12, 1), (2026, 2, 1), "December 2025 to January 2026", "from December 2025 to January 2026"),
        ((2026, 6, 3), (2026, 6, 4), "3 June 2026", "on 3 June 2026"),
        ((2026, 6, 3), (2026, 6, 10), "3 to 9 June 2026", "from 3 to 9 June 2026"),
        ((2026, 5, 27), (2026, 6, 3), "27 May to 2 June 2026", "from 27 May to 2 June 2026"),
        ((2025, 12, 29), (2026, 1, 5), "29 December 2025 to 4 January 2026", None),
    ],
)
def test_a_span_is_said_by_its_shortest_name(
    start: tuple[int, int, int], end: tuple[int, int, int], name: str, placed: str | None
) -> None:
    span = Period(date(*start), date(*end))
    assert spoken(span) == name
    assert when(span) == (placed or f"from {name}")


def test_a_heading_begins_with_a_capital() -> None:
    assert heading(Period(date(2026, 4, 1), date(2026, 7, 1))) == "The second quarter of 2026"
