# SPDX-License-Identifier: Apache-2.0
"""Where a figure changed: slices with their parts of the change, which add up to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.explain.locate import Change, Located, locate

DIMS = ("channel", "team", "reason")
SIZES = (4, 5, 8)
GRID = np.indices(SIZES).reshape(3, -1).T
VALUES = tuple(tuple(f"{d[0]}{i}" for i in range(n)) for d, n in zip(DIMS, SIZES, strict=True))


def change(top: tuple, bottom: tuple | None = None, **kind: object) -> Change:
    contacts = bottom[0] if bottom is not None else top[0]
    return Change(DIMS, VALUES, GRID, top, bottom, contacts, **kind)  # type: ignore[arg-type]


def parts(found: Located) -> float:
    rest = found.length + found.everything + found.level_rest + found.mix_rest
    return sum(c.change for c in found.causes) + rest


def inside(**where: str) -> np.ndarray:
    mask = np.ones(len(GRID), dtype=bool)
    for dim, value in where.items():
        at = DIMS.index(dim)
        mask &= GRID[:, at] == VALUES[at].index(value)
    return mask


def calls(rng: np.random.Generator, many: float = 150.0) -> np.ndarray:
    return rng.poisson(rng.weibull(1.2, len(GRID)) * many + 5).astype(float)


def minutes(rng: np.random.Generator, contacts: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Handle time of some contacts: gamma with a coefficient of variation of 0.7."""
    return rng.gamma(np.maximum(contacts, 1e-9) / 0.49, each * 0.49) * (contacts > 0)


USUAL = 4 + GRID[:, 2] * 0.6 + GRID[:, 0]
"""Minutes a contact takes: by reason and channel."""


def test_a_fault_is_located_and_explains_what_it_added() -> None:
    """Twice the contacts of one reason in one channel; all else as before but for chance."""
    rng = np.random.default_rng(1)
    base = rng.weibull(1.2, len(GRID)) * 150 + 5
    fault = inside(channel="c1", reason="r3")
    then, now = rng.poisson(base), rng.poisson(np.where(fault, 2 * base, base))
    found = locate(change((now.astype(float), then.astype(float)), counts=True))
    assert [c.where for c in found.causes] == [(("channel", "c1"), ("reason", "r3"))]
    assert found.causes[0].change == now[fault].sum() - then[fault].sum()
    assert found.causes[0].effect == "level"


def test_longer_work_on_one_reason_of_a_team_is_located() -> None:
    """Minutes a contact up by two fifths in one team and reason; volumes change everywhere."""
    rng = np.random.default_rng(2)
    then, now = calls(rng, 300), calls(rng, 300)
    slow = inside(team="t2", reason="r5")
    each = np.where(slow, USUAL * 1.4, USUAL)
    found = locate(change((minutes(rng, now, each), minutes(rng, then, USUAL)), (now, then)))
    level = [c for c in found.causes if c.effect == "level"]
    assert [c.where for c in level] == [(("team", "t2"), ("reason", "r5"))]
    added = float((now[slow] * USUAL[slow] * 0.4).sum() / now.sum())
    assert level[0].change == pytest.approx(added, rel=0.25)


def test_more_of_a_cheap_channel_is_mix_and_not_level() -> None:
    """A channel of quarter the minutes triples; no contact takes longer or shorter than before."""
    rng = np.random.default_rng(3)
    each = np.where(inside(channel="c0"), 2.0, 8.0)
    then = calls(rng)
    now = rng.poisson(then * np.where(inside(channel="c0"), 3.0, 1.0)).astype(float)
    found = locate(change((now * each, then * each), (now, then)))
    assert [(c.where, c.effect) for c in found.causes] == [((("channel", "c0"),), "mix")]
    assert found.causes[0].change == pytest.approx(found.change, rel=0.05)


def test_a_new_channel_is_mix_and_called_new() -> None:
    """A channel that was not there before, at a third of the usual minutes."""
    rng = np.random.default_rng(4)
    new = inside(channel="c3")
    each = np.where(new, 3.0, 9.0)
    base = calls(rng)
    then, now = rng.poisson(np.where(new, 0.0, base)).astype(float), rng.poisson(base).astype(float)
    found = locate(change((now * each, then * each), (now, then)))
    assert found.causes[0].where == (("channel", "c3"),)
    assert (found.causes[0].effect, found.causes[0].new) == ("mix", True)
    assert found.causes[0].change == pytest.approx(found.change, rel=0.05)


def test_what_only_gives_way_or_takes_as_long_as_all_is_no_cause() -> None:
    """Reason r0 grows by half, so every other is a smaller share; each contact takes 8 minutes but for
    chance."""
    rng = np.random.default_rng(6)
    then = calls(rng, 600)
    now = rng.poisson(then * np.where(inside(reason="r0"), 1.5, 1.0)).astype(float)
    each = np.full(len(GRID), 8.0)
    found = locate(change((minutes(rng, now, each), minutes(rng, then, each)), (now, then)))
    assert found.causes == ()


def test_the_length_of_the_span_is_no_cause() -> None:
    """31 days against 28, the same contacts a day."""
    rng = np.random.default_rng(5)
    base = rng.weibull(1.2, len(GRID)) * 150 + 5
    then, now = (rng.poisson(base * days / 28).astype(float) for days in (28, 31))
    found = locate(change((now, then), days=(31, 28), counts=True))
    assert found.causes == ()
    assert found.length == pytest.approx(then.sum() * 3 / 28)


@pytest.mark.parametrize("ratio", [True, False])
def test_where_nothing_changed_but_chance_nothing_is_named(ratio: bool) -> None:
    """30 pairs of spans of the same making; a slice may be named in one or two of them by chance."""
    rng = np.random.default_rng(6)
    base = rng.weibull(1.2, len(GRID)) * 60 + 2
    named = 0
    for _ in range(30):
        then, now = rng.poisson(base).astype(float), rng.poisson(base).astype(float)
        if ratio:
            seen = change((minutes(rng, now, USUAL), minutes(rng, then, USUAL)), (now, then))
        else:
            seen = change((now, then), counts=True)
        named += bool([c for c in locate(seen).causes if c.effect == "level"])
    assert named <= 4


@given(st.integers(0, 100_000))
def test_the_parts_sum_to_the_change(seed: int) -> None:
    """Any volumes and ratios, with leaves that end and begin, and credits below zero."""
    rng = np.random.default_rng(seed)
    now, then = (rng.poisson(rng.weibull(0.5, len(GRID)) * 20).astype(float) for _ in range(2))
    now[0] = then[-1] = 7.0
    top = tuple(rng.normal(3, 4, len(GRID)) * b for b in (now, then))
    if (top[0].sum() <= 0) or (top[1].sum() <= 0):
        top = tuple(np.abs(t) for t in top)
    for seen in (change(top, (now, then)), change(top), change((now, then), counts=True, days=(28, 31))):
        found = locate(seen)
        assert parts(found) == pytest.approx(found.change, rel=1e-9, abs=1e-9)


@given(st.integers(0, 100_000))
def test_shares_of_overlapping_slices_are_not_counted_twice(seed: int) -> None:
    """A channel and a reason both up: contacts in both count for one of them, and it is said how many."""
    rng = np.random.default_rng(seed)
    base = rng.weibull(1.2, len(GRID)) * 300 + 5
    both = [inside(channel="c1"), inside(reason="r3")]
    now = rng.poisson(base * np.where(both[0], 1.7, 1) * np.where(both[1], 1.7, 1)).astype(float)
    found = locate(change((now, np.round(base)), counts=True))
    assert {c.where for c in found.causes} >= {(("channel", "c1"),), (("reason", "r3"),)}
    union = both[0] | both[1]
    first = [c for c in found.causes if len(c.where) == 1]
    assert sum(c.change for c in first) == pytest.approx((now - np.round(base))[union].sum(), rel=0.1)
    assert sum(c.overlap for c in first) == now[both[0] & both[1]].sum()
