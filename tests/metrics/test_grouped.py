# SPDX-License-Identifier: Apache-2.0
"""Sums under conditions agree with a plain count, whatever rows are grouped by first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.metrics.figure import Figure, FiguresOnDemand, Place
from percontact.metrics.grouped import Looked, Sum, grouped_sums
from percontact.metrics.tally import add


class Row(NamedTuple):
    """A contact: `d0` and `s0` are columns that somebody's file happens to have."""

    month: date
    channel: str | None
    outcome: str | None
    handled: int
    handle_s: Decimal | None
    count: int
    d0: str | None
    s0: str | None


rows = st.lists(
    st.builds(
        Row,
        st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)]),
        st.sampled_from(["voice", "chat", None]),
        st.sampled_from(["resolved", "Resolved", "abandoned", "c.count", None]),
        st.integers(0, 2),
        st.none() | st.decimals(0, 400, places=3),
        st.integers(1, 3),
        st.sampled_from(["x", None]),
        st.sampled_from(["x", "y"]),
    ),
    max_size=12,
)
Test = tuple[Looked, Callable[[Row], bool]]
SETTLED = "coalesce(lower(c.outcome) IN ('resolved'), false)"
LONGER = "coalesce(k.longest > c.handle_s, false)"
TESTS: list[Test] = [
    (Looked("coalesce(c.handled > 0, false)"), lambda r: r.handled > 0),
    (Looked(SETTLED), lambda r: (r.outcome or "").lower() == "resolved"),
    (Looked("(c.\"outcome\") IS NOT NULL", many=True), lambda r: r.outcome is not None),
    (Looked("coalesce(c.outcome IN ('c.count'), false)"), lambda r: r.outcome == "c.count"),
    (Looked("(c.\"handle_s\") > 60", many=True), lambda r: r.handle_s is not None and r.handle_s > 60),
    (Looked("(c.\"handle_s\") IS NULL", many=True), lambda r: r.handle_s is None),
    (Looked("coalesce(c.channel IN ('voice'), false)"), lambda r: r.channel == "voice"),
    (Looked("coalesce(c.d0 IN ('x'), false)"), lambda r: r.d0 == "x"),
    (Looked("coalesce(c.s0 IN ('x'), false)"), lambda r: r.s0 == "x"),
    (Looked(LONGER), lambda r: r.handle_s is not None and r.handle_s < 300),
]  # fmt: skip
VALUES: dict[str, Callable[[Row], Decimal | int]] = {
    "1": lambda r: 1,
    'c."count"': lambda r: r.count,
    'c."handle_s"': lambda r: r.handle_s or Decimal(0),
}
sums = st.lists(
    st.tuples(st.sampled_from(list(VALUES)), st.lists(st.sampled_from(TESTS), max_size=3)),
    min_size=1,
    max_size=6,
)


@given(
    rows, sums, st.lists(st.sampled_from(["channel", "outcome", "d0"]), unique=True, max_size=2),
    st.sets(st.sampled_from(["channel", "outcome", "handled", "handle_s", "d0", "s0"])),
)  # fmt: skip
def test_sums_are_those_of_a_plain_count(
    data: list[Row], asked: list[tuple[str, list[Test]]], by: list[str], few: set[str]
) -> None:
    """However rows are grouped before conditions are looked at, and whatever their columns are called."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE contacts (month DATE, channel VARCHAR, outcome VARCHAR, handled BIGINT, "
        "handle_s DECIMAL(18,3), count BIGINT, d0 VARCHAR, s0 VARCHAR)"
    )
    if data:
        con.executemany(f"INSERT INTO contacts VALUES ({', '.join('?' * 8)})", data)
    sql = grouped_sums(
        "c.month", [f'c."{d}"' for d in by], "FROM contacts c CROSS JOIN (SELECT 300 AS longest) k",
        [Sum(value, tuple(looked for looked, _ in tests)) for value, tests in asked], few,
    )  # fmt: skip
    found = {row[: 1 + len(by)]: row[1 + len(by) :] for row in con.execute(sql).fetchall()}
    expected: dict[tuple[object, ...], list[Decimal | int]] = defaultdict(lambda: [0] * len(asked))
    for row in data:
        numbers = expected[row.month, *(getattr(row, d) for d in by)]
        for i, (value, tests) in enumerate(asked):
            if all(met(row) for _, met in tests):
                numbers[i] += VALUES[value](row)
    assert found == {place: tuple(numbers) for place, numbers in expected.items()}


def test_a_condition_on_lengths_does_not_multiply_groups() -> None:
    """Rows are grouped by outcome; those over a minute are counted within."""
    long, solved = Looked("(c.handle_s) > 60", many=True), Looked("c.outcome = 'resolved'")
    sql = grouped_sums("c.month", [], "FROM contacts c", [Sum("1", (long, solved))], {"outcome"})
    assert "count_if((c.handle_s) > 60) AS s0" in sql
    assert 'SELECT c.month AS period, c."outcome" AS "outcome", count_if' in sql


def test_numbers_of_38_digits_add_up_to_the_last_digit() -> None:
    wide = Decimal("9" * 35 + ".999")
    assert add([wide, wide, 1, None]) == 2 * Fraction(wide) + 1


def test_a_figure_is_made_when_it_is_looked_at_and_once() -> None:
    made: list[Place] = []

    def make(place: Place) -> Figure:
        made.append(place)
        return Figure("contacts_offered", *place, Fraction(1), Fraction(1), None)

    here, there = (date(2026, 1, 1), ("voice",)), (date(2026, 1, 1), ("chat",))
    figures = FiguresOnDemand([here, there], make)
    assert (len(figures), list(figures), here in figures, made) == (2, [here, there], True, [])
    assert figures[here] is figures[here]
    assert figures.get((date(2026, 2, 1), ())) is None
    assert made == [here]
    assert figures == {here: make(here), there: make(there)}
    with pytest.raises(KeyError):
        figures[date(2026, 2, 1), ()]
