# SPDX-License-Identifier: Apache-2.0
"""Laws of the bridge: for any book and any policy, the parts of a change are the change, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from percontact.costing import CostedBook, Slice
from percontact.costing.rate import BASES
from percontact.costing.slice import Condition
from percontact.explain.bridge import UNITS, Bridge
from percontact.explain.bridging import build
from percontact.explain.gather import PARTS, gather
from percontact.explain.prices import account_costs
from percontact.report.groups import whole_of
from percontact.values.period import Period, add_months

# A book is written and costed for each example, a quarter of a second: a third of the profile's examples.
fewer = settings(max_examples=max(10, settings.default.max_examples // 3))
Worlds = Callable[..., st.SearchStrategy[Any]]


def bridged(costed: CostedBook, sides: tuple[Slice, Slice], per: str = "contact") -> Bridge | None:
    """The bridge of two questions; None where a side has no contact."""
    found = gather(costed, sides, ("A", "B"))
    if not all(e.contacts for e in found.ends):
        return None
    one = next(u for u in UNITS if u == per)
    ends = [e.divided(one, Fraction(e.contacts, 2)) for e in found.ends]
    accounts = account_costs(costed, [side.months for side in sides], sides[0].basis, found.components)
    return build(
        found.leaves, found.terms, PARTS, found.pools, ends[0], ends[1], one, "EUR", accounts=accounts
    )


@st.composite
def sides(draw: st.DrawFn, span: Period) -> tuple[Slice, Slice]:
    """Two spans of whole months or odd days, one tree, one condition or none, one basis."""
    tree = draw(st.sampled_from([("channel", "team", "reason"), ("team",), ("agent", "channel"), ()]))
    where = draw(st.sampled_from([(), (), (Condition("team", ("north", "")),)]))
    basis = draw(st.sampled_from(BASES))
    found = []
    for _ in (0, 1):
        start = add_months(span.start, draw(st.integers(0, 3)))
        days = Period(start, add_months(start, draw(st.integers(1, 2))))
        if draw(st.integers(0, 4)) == 0:
            days = Period(start.replace(day=4), add_months(start, 1).replace(day=20))
        found.append(Slice(days, "whole", tree, where, basis))
    return found[0], found[1]


def test_the_parts_are_the_change_of_the_statement_to_the_pico(worlds: Worlds) -> None:
    @fewer
    @given(st.data())
    def law(data: st.DataObject) -> None:
        world = data.draw(worlds(concurrent=False))
        two = data.draw(sides(world.worked))
        costed = world.cost()
        for per in UNITS:
            found = bridged(costed, two, per)
            if found is None:
                continue
            for side, end in zip(two, (found.before, found.after), strict=True):
                whole = whole_of(costed, replace(side, by=()), "contact")
                assert (whole.cell.pico, whole.quantity) == (end.pico, end.contacts)
            exact = found.after.value - found.before.value
            # Parts beyond what 64 bits count to the pico are told in thousands of them.
            assert abs(found.change - exact) <= max(1, largest(found) >> 50)
            for part in found.parts:
                for pieces in part.pieces.values():
                    assert sum(p.pico for p in pieces) == part.pico

    law()


def largest(found: Bridge) -> int:
    return max((abs(p.pico) for part in found.parts for ps in part.pieces.values() for p in ps), default=0)


def test_swapping_the_sides_turns_every_part(worlds: Worlds) -> None:
    @fewer
    @given(st.data())
    def law(data: st.DataObject) -> None:
        world = data.draw(worlds(concurrent=False))
        a, b = data.draw(sides(world.worked))
        costed = world.cost()
        there, back = bridged(costed, (a, b)), bridged(costed, (b, a))
        if there is None or back is None:
            return
        assert {p.name: p.pico for p in there.parts} == {p.name: -p.pico for p in back.parts}

    law()


def test_a_span_against_itself_has_no_parts(worlds: Worlds) -> None:
    @fewer
    @given(st.data())
    def law(data: st.DataObject) -> None:
        world = data.draw(worlds(concurrent=False))
        a, _ = data.draw(sides(world.worked))
        found = bridged(world.cost(), (a, a))
        assert found is None or found.parts == ()

    law()
