# SPDX-License-Identifier: Apache-2.0
"""Shared cost: three methods of giving, and the sum is kept whatever the method."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.costing.policy import METHODS
from percontact.costing.shared import give

# it serves hr and voice alike; hr serves it a fifth, voice and mail two fifths each.
WEIGHTS = {"it": {"hr": 1, "voice": 1}, "hr": {"it": 1, "voice": 2, "mail": 2}}
COSTS = {"it": 900, "hr": 450, "voice": 1000, "mail": 0}


def test_direct_gives_to_work_pools_only() -> None:
    """it 900 -> voice 900; hr 450 -> voice 225, mail 225."""
    assert give(COSTS, WEIGHTS, ["it", "hr"], "direct").costs == {
        "it": 0,
        "hr": 0,
        "voice": 2125,
        "mail": 225,
    }


def test_step_down_gives_in_order_and_never_back() -> None:
    """it first: hr gets 450; then hr 900 -> voice 450, mail 450 (it has given)."""
    assert give(COSTS, WEIGHTS, ["it", "hr"], "step-down").costs == {
        "it": 0,
        "hr": 0,
        "voice": 1900,
        "mail": 450,
    }


def test_the_order_changes_the_answer_of_step_down() -> None:
    """hr first: 450 -> it 90, voice 180, mail 180; then it 990 -> voice 990."""
    assert give(COSTS, WEIGHTS, ["hr", "it"], "step-down").costs == {
        "it": 0,
        "hr": 0,
        "voice": 2170,
        "mail": 180,
    }


def test_reciprocal_solves_both_at_once() -> None:
    """IT = 900 + HR/5 and HR = 450 + IT/2: IT 1,100, HR 1,000. voice 1,000 + 550 + 400, mail 400."""
    found = give(COSTS, WEIGHTS, ["it", "hr"], "reciprocal")
    assert found.costs == {"it": 0, "hr": 0, "voice": 1950, "mail": 400}
    assert found.flows["it", "hr"] == 550
    assert found.flows["hr", "it"] == 200


def test_the_order_does_not_change_the_answer_of_reciprocal() -> None:
    """hr, it as it, hr."""
    assert (
        give(COSTS, WEIGHTS, ["hr", "it"], "reciprocal").costs
        == give(COSTS, WEIGHTS, ["it", "hr"], "reciprocal").costs
    )


def test_what_no_weight_divides_stays_with_the_giver() -> None:
    """All weights 0: by each method the 100 stay, and the pool is named."""
    for method in METHODS:
        found = give({"it": 100, "voice": 0}, {"it": {"voice": 0}}, ["it"], method)
        assert (found.costs, found.stuck) == ({"it": 100, "voice": 0}, ["it"])


def test_a_credit_is_given_like_a_cost() -> None:
    """-100 by 3 : 1."""
    for method in METHODS:
        found = give({"it": -100, "a": 0, "b": 0}, {"it": {"a": 3, "b": 1}}, ["it"], method)
        assert found.costs == {"it": 0, "a": -75, "b": -25}


def test_an_indivisible_pico_is_not_lost() -> None:
    """100 among three: 34 + 33 + 33."""
    for method in METHODS:
        found = give({"it": 100, "a": 0, "b": 0, "c": 0}, {"it": {"a": 1, "b": 1, "c": 1}}, ["it"], method)
        assert sorted(found.costs.values()) == [0, 33, 33, 34]


names = ["s1", "s2", "s3", "w1", "w2"]


@given(
    costs=st.lists(st.integers(-(10**26), 10**26), min_size=5, max_size=5),
    units=st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 10**9]), min_size=5, max_size=5), min_size=3, max_size=3
    ),
    order=st.permutations(["s1", "s2", "s3"]),
    method=st.sampled_from(METHODS),
)
def test_giving_keeps_the_sum(
    costs: list[int], units: list[list[int]], order: list[str], method: str
) -> None:
    """
    Any costs, any weights, circles and dead ends too: the sum stays, and no shared pool is left with a cent
    it could give.
    """
    weights = {
        s: {r: u for r, u in zip(names, row, strict=True) if r != s}
        for s, row in zip(names[:3], units, strict=True)
    }
    found = give(dict(zip(names, costs, strict=True)), weights, order, method)  # type: ignore[arg-type]
    assert sum(found.costs.values()) == sum(costs)
    if all(row[3] + row[4] for row in units):
        assert [found.costs[s] for s in order] == [0, 0, 0]


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_that_costs_nothing_gives_nothing(method: str) -> None:
    """0 by 3 : 1, and nobody is stuck."""
    found = give({"it": 0, "a": 5}, {"it": {"a": 3}}, ["it"], method)  # type: ignore[arg-type]
    assert (found.costs, found.stuck) == ({"it": 0, "a": 5}, [])
