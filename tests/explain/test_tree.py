# SPDX-License-Identifier: Apache-2.0
"""The Bennet tree: the worked example to six decimals, and its laws in exact fractions."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.explain.flat import lmdi, sequential, shapley
from percontact.explain.tree import Nodes, Split, carry, split

TREE = (("h", ("o", "u")), ("w", "x"))
Leaf = tuple[str, ...] | None

EXAMPLE: dict[tuple[str, str], tuple[Leaf, Leaf]] = {
    #                   contacts  h      o      u      w    x
    ("phone", "billing"): (
        ("4000", ".1", ".80", ".70", "18", "1"),
        ("3600", ".105", ".82", ".68", "18.9", "1"),
    ),
    ("phone", "tech"): (("3000", ".2", ".80", ".70", "20", "1"), ("3400", ".21", ".82", ".68", "21", "1")),
    ("chat", "billing"): (
        ("2000", ".13", ".75", ".70", "500", ".016"),
        ("2900", ".125", ".78", ".70", "520", ".017"),
    ),
    ("chat", "tech"): (None, ("1100", ".25", ".78", ".70", "520", ".017")),
    ("email", "billing"): (("1000", ".08", ".85", ".70", "18", "1"), None),
}  # fmt: skip
"""analytics.md section 3: contacts, hours a contact, occupancy, utilisation, wage, exchange rate."""
OVERHEAD = (Fraction(20000), Fraction(21000))


class Case:
    """A tree of two levels in exact fractions, its factors carried; the overhead hangs on the root."""

    def __init__(self, leaves: dict[tuple[str, str], tuple[Leaf, Leaf]], overhead: tuple[Fraction, Fraction]):
        groups = list(dict.fromkeys(k[:1] for k in leaves))
        self.names: list[tuple[str, ...]] = [(), *groups, *leaves]
        count = [[Fraction(0)] * len(self.names) for _ in (0, 1)]
        for key, sides in leaves.items():
            for t, side in enumerate(sides):
                for above in ((), key[:1], key):
                    count[t][self.names.index(above)] += Fraction(side[0]) if side else 0
        parent = [-1, *[0 for _ in groups], *[self.names.index(k[:1]) for k in leaves]]
        self.nodes = Nodes(
            np.array(parent), np.array([len(n) for n in self.names]), np.array(count, dtype=object)
        )
        first = 1 + len(groups)
        self.node = np.array([*range(first, len(self.names)), 0])
        whole = self.nodes.count[:, 0]
        at_root = {"h": (1, 1), "o": (1, 1), "u": (1 / whole[0], 1 / whole[1]), "w": overhead, "x": (1, 1)}
        known = np.array([[*(bool(s[t]) for s in leaves.values()), True] for t in (0, 1)])
        self.factors = {}
        for place, name in enumerate("houwx", 1):
            rows = [[Fraction(s[t][place]) if s[t] else Fraction(1) for s in leaves.values()] for t in (0, 1)]
            if name in "ou":
                rows = [[1 / v for v in row] for row in rows]
            pair = [[*rows[t], Fraction(at_root[name][t])] for t in (0, 1)]
            self.factors[name] = carry(np.array(pair, dtype=object), known)

    def split(self) -> Split:
        return split(self.nodes, self.node, TREE, self.factors)

    def flat(self) -> dict[str, np.ndarray]:
        """The factors with each term's share of all contacts."""
        count = self.nodes.count
        return {"m": np.array([count[t, self.node] / count[t, 0] for t in (0, 1)]), **self.factors}


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(EXAMPLE, OVERHEAD)


def six(value: object) -> str:
    return f"{float(value):+.6f}"  # type: ignore[arg-type]


def test_the_worked_example_has_its_ends_and_no_residual(case: Case) -> None:
    found = case.split()
    assert [six(found.unit[t, 0]) for t in (0, 1)] == ["+6.066779", "+6.456735"]
    assert six(found.total) == "+0.389956"
    assert isinstance(found.total, Fraction)
    assert found.total == found.unit[1, 0] - found.unit[0, 0]


def test_the_worked_example_has_its_mix(case: Case) -> None:
    mix = dict(zip(case.names, map(six, case.split().mix), strict=True))
    assert {k: mix[k] for k in [("chat",), ("email",), ("phone",)]} == {
        ("chat",): "-0.331618", ("email",): "+0.188704", ("phone",): "-0.062216",
    }  # fmt: skip
    assert {k: v for k, v in mix.items() if len(k) == 2} == {
        ("chat", "billing"): "+0.021566", ("chat", "tech"): "+0.136940", ("phone", "billing"): "+0.072478",
        ("phone", "tech"): "+0.085565", ("email", "billing"): "+0.000000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("factor", "phone_billing", "phone_tech", "chat_billing", "whole"),
    [
        ("h", "+0.059881", "+0.112059", "-0.019117", "+0.152823"),
        ("o", "-0.030316", "-0.056731", "-0.019117", "-0.106164"),
        ("u", "+0.035588", "+0.066598", "+0.000000", "+0.102186"),
        ("w", "+0.059885", "+0.112065", "+0.019113", "+0.191062"),
        ("x", "+0.000000", "+0.000000", "+0.029538", "+0.029538"),
    ],
)
def test_the_worked_example_has_its_effects(
    case: Case, factor: str, phone_billing: str, phone_tech: str, chat_billing: str, whole: str
) -> None:
    effect = case.split().effects[factor]
    assert [six(v) for v in effect[:3]] == [phone_billing, phone_tech, chat_billing]
    assert six(effect[:5].sum()) == whole


def test_the_worked_example_has_its_overhead(case: Case) -> None:
    effects = case.split().effects
    assert (six(effects["w"][5]), six(effects["u"][5])) == ("+0.095455", "-0.186364")


def test_the_worked_example_has_its_cross_checks(case: Case) -> None:
    flat = case.flat()
    of_shapley, of_lmdi = shapley(flat), lmdi(flat, "m")
    assert of_lmdi is not None
    assert {k: six(v[:5].sum()) for k, v in of_shapley.items()} == {
        "m": "+0.112430", "h": "+0.153498", "o": "-0.105190", "u": "+0.102045", "w": "+0.189951",
        "x": "+0.028131",
    }  # fmt: skip
    assert {k: six(v[:5].sum()) for k, v in of_lmdi.items()} == {
        "m": "+0.112933", "h": "+0.153381", "o": "-0.104885", "u": "+0.101881", "w": "+0.189579",
        "x": "+0.027976",
    }  # fmt: skip
    assert sum(v.sum() for v in of_shapley.values()) == case.split().total


def test_two_orders_of_a_sequential_bridge_tell_two_mixes(case: Case) -> None:
    flat = case.flat()
    first = sequential(flat, ["m", "h", "o", "u", "w", "x"])["m"][:5].sum()
    last = sequential(flat, ["h", "o", "u", "w", "x", "m"])["m"][:5].sum()
    assert (f"{float(first):.3f}", f"{float(last):.3f}") == ("0.120", "0.105")


def test_volumes_and_prices_of_the_textbook_give_its_rate_and_mix() -> None:
    """
    volumes  2000 1000 3000 -> 3000 2000 500     prices  2 1 .5 -> 2.5 .9 .6      (domain.md, fixture 3)
    """
    rows = [(2000, "2", 3000, "2.5"), (1000, "1", 2000, ".9"), (3000, ".5", 500, ".6")]
    leaves = {
        (str(i), ""): ((str(v), "1", "1", "1", p, "1"), (str(w), "1", "1", "1", q, "1"))
        for i, (v, p, w, q) in enumerate(rows)
    }
    found = Case(leaves, (Fraction(0), Fraction(0))).split()
    assert [f"{float(found.unit[t, 0]):.6f}" for t in (0, 1)] == ["1.083333", "1.745455"]
    assert (six(found.effects["w"].sum()), six(found.mix.sum())) == ("+0.222727", "+0.439394")
    assert found.mix.sum() + found.effects["w"].sum() == found.unit[1, 0] - found.unit[0, 0]


# -- laws, exact in fractions -----------------------------------------------------------------------

tenths = st.integers(-20, 60).map(lambda n: f"{n / 10}")
above = st.integers(1, 40).map(lambda n: f"{n / 10}")
sides = st.none() | st.tuples(st.integers(1, 500).map(str), above, above, above, tenths, above)


@st.composite
def cases(draw: st.DrawFn) -> dict[tuple[str, str], tuple[Leaf, Leaf]]:
    """Leaves in three groups, some new, some ended; at least one contact on each side; credits among them."""
    keys = [(g, r) for g in "abc" for r in "xyz"]
    found = {k: (draw(sides), draw(sides)) for k in draw(st.sets(st.sampled_from(keys), min_size=1))}
    first = next(iter(found))
    sure = st.tuples(st.integers(1, 500).map(str), above, above, above, tenths, above)
    return {**found, first: (draw(sure), draw(sure))}


def effects(found: Split) -> list[Fraction]:
    return [*found.mix, *(v for e in found.effects.values() for v in e)]


@given(cases(), tenths, tenths)
def test_the_parts_of_any_change_sum_to_it_exactly(leaves, k0: str, k1: str) -> None:
    case = Case(leaves, (Fraction(k0), Fraction(k1)))
    found = case.split()
    assert found.total == found.unit[1, 0] - found.unit[0, 0]
    # Exact by another way too: all cost over all contacts, summed leaf by leaf.
    for t, k in ((0, k0), (1, k1)):
        whole = sum(Fraction(s[t][0]) for s in leaves.values() if s[t])
        cost = Fraction(k)
        for s in leaves.values():
            if s[t]:
                v, h, o, u, w, x = map(Fraction, s[t])
                cost += v * h / o / u * w * x
        assert found.unit[t, 0] == cost / whole


@given(cases(), tenths, tenths)
def test_swapping_the_periods_turns_every_sign(leaves, k0: str, k1: str) -> None:
    one = Case(leaves, (Fraction(k0), Fraction(k1))).split()
    other = Case({k: (b, a) for k, (a, b) in leaves.items()}, (Fraction(k1), Fraction(k0))).split()
    assert effects(one) == [-e for e in effects(other)]


@given(cases(), tenths)
def test_a_period_against_itself_changes_nothing(leaves, k: str) -> None:
    same = {key: (a, a) for key, (a, _) in leaves.items()}
    assert set(effects(Case(same, (Fraction(k), Fraction(k))).split())) == {0}


@given(cases())
def test_splitting_a_leaf_into_equal_ones_changes_no_effect(leaves) -> None:
    apart = {
        (g, r + part): tuple(None if s is None else (str(Fraction(s[0]) / 2), *s[1:]) for s in both)
        for (g, r), both in leaves.items()
        for part in "12"
    }
    none = (Fraction(0), Fraction(0))
    whole, parts = Case(leaves, none), Case(apart, none)
    one, two = whole.split(), parts.split()
    assert {n: e.sum() for n, e in one.effects.items()} == {n: e.sum() for n, e in two.effects.items()}
    for depth in (1, 2):
        mix = [f.mix[c.nodes.depth == depth].sum() for f, c in ((one, whole), (two, parts))]
        assert mix[0] == mix[1]


@given(cases())
def test_where_all_cost_the_same_there_is_no_mix(leaves) -> None:
    same = {
        k: tuple(None if s is None else (s[0], "1", "1", "1", "3", "1") for s in both)
        for k, both in leaves.items()
    }
    assert set(Case(same, (Fraction(5), Fraction(6))).split().mix) == {0}


@given(cases())
def test_floats_say_the_same_to_nine_digits(leaves) -> None:
    case = Case(leaves, (Fraction(7), Fraction(9)))
    exact = case.split()
    nodes = Nodes(case.nodes.parent, case.nodes.depth, case.nodes.count.astype(float))
    found = split(nodes, case.node, TREE, {n: f.astype(float) for n, f in case.factors.items()})
    size = max(1.0, *(abs(float(e)) for e in effects(exact)))
    worst = max(abs(float(a) - b) for a, b in zip(effects(exact), effects(found), strict=True))
    assert worst <= 1e-9 * size


# -- the page that holds the bridge beside price-volume-mix ---------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "bridge.md"
NAMES = {
    "m": "mix", "h": "handle time", "o": "occupancy", "u": "paid time", "w": "wage", "x": "exchange rate",
}  # fmt: skip
FIRST = ["m", "h", "o", "u", "w", "x"]
LAST = ["h", "o", "u", "w", "x", "m"]


@pytest.fixture(scope="module")
def page() -> dict[str, list[str]]:
    """First cell of each row of figures -> its further cells."""
    rows = re.findall(r"(?m)^\| ([\w ,]+) \| ((?:[+-]\d\.\d{6} \| ?)+)$", PAGE.read_text(encoding="utf-8"))
    return {name: cells.strip(" |").split(" | ") for name, cells in rows}


def test_the_two_orders_and_the_bridge_are_as_the_page_has_them(
    page: dict[str, list[str]], case: Case
) -> None:
    first, last = sequential(case.flat(), FIRST), sequential(case.flat(), LAST)
    found = case.split()
    for factor, name in NAMES.items():
        ours = found.mix.sum() if factor == "m" else found.effects[factor][:5].sum()
        assert page[name] == [six(first[factor][:5].sum()), six(last[factor][:5].sum()), six(ours)], name


def test_mix_by_channel_is_as_the_page_has_it(page: dict[str, list[str]], case: Case) -> None:
    first, found = sequential(case.flat(), FIRST)["m"], case.split()
    leaves = [n for n in case.names if len(n) == 2]
    for channel in ("phone", "chat", "email"):
        naive = sum(v for n, v in zip(leaves, first[:5], strict=True) if n[0] == channel)
        ours = sum(v for n, v in zip(case.names, found.mix, strict=True) if n[:1] == (channel,))
        assert page[channel] == [six(naive), six(ours)], channel


def test_an_empty_cell_read_as_zero_is_as_the_page_has_it(page: dict[str, list[str]], case: Case) -> None:
    share = case.flat()["m"][:, :5]
    cost = np.array([[Fraction(0)] * 5 for _ in (0, 1)], dtype=object)
    for n, sides in enumerate(EXAMPLE.values()):
        for t, side in enumerate(sides):
            if side:
                _, h, o, u, w, x = map(Fraction, side)
                cost[t, n] = h / o / u * w * x
    moved, dearer = share[1] - share[0], cost[1] - cost[0]
    half = (share[0] + share[1]) / 2, (cost[0] + cost[1]) / 2
    found = case.split()
    rates = sum(found.effects[f][:5].sum() for f in "houwx")
    assert page["empty as zero, mix first"] == [six((moved * cost[0]).sum()), six((dearer * share[1]).sum())]
    assert page["empty as zero, mix last"] == [six((moved * cost[1]).sum()), six((dearer * share[0]).sum())]
    assert page["empty as zero, half and half"] == [
        six((moved * half[1]).sum()),
        six((dearer * half[0]).sum()),
    ]
    assert page["bridge"] == [six(found.mix.sum()), six(rates)]


def test_other_exact_methods_move_no_effect_further_than_the_page_says(case: Case) -> None:
    found, flat = case.split(), case.flat()
    bound = float(re.findall(r"by more than (\d\.\d+)", PAGE.read_text(encoding="utf-8"))[0])
    for other in (shapley(flat), lmdi(flat, "m")):
        assert other is not None
        for factor in NAMES:
            ours = found.mix.sum() if factor == "m" else found.effects[factor][:5].sum()
            assert abs(float(other[factor][:5].sum()) - float(ours)) <= bound
