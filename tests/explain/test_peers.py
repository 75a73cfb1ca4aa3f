# SPDX-License-Identifier: Apache-2.0
"""Who takes longer than peers on the same work: what was planted is found, and mix and small teams are
not."""

import numpy as np
import pytest

from percontact.explain.peers import Excess, Tally, excesses

TEAMS, REASONS, AGENTS = 20, 8, 8
CONFOUNDED, SMALL = 18, 19
"""A team with the long reasons only, as long as for others; a team of 5 contacts, twice as long."""


def company(seed: int, *, excess: float = 1.15, planted: int = 16) -> tuple[Tally, set[tuple[int, int]]]:
    """18 usual teams, each with 200 to 600 contacts of 8 reasons by 8 agents who differ by 3%."""
    rng = np.random.default_rng(seed)
    usual = 120 * 1.35 ** np.arange(REASONS)
    truth = set()
    while len(truth) < planted:
        truth.add((int(rng.integers(0, 18)), int(rng.integers(0, REASONS))))
    rows = []
    for team in range(TEAMS):
        skill = np.exp(rng.normal(0, 0.03, AGENTS))
        for reason in range(REASONS):
            many = int(rng.integers(200, 600))
            if team == CONFOUNDED:
                many = 20 if reason < 5 else 900
            if team == SMALL:
                many = 5 if reason == 0 else 0
            factor = excess if (team, reason) in truth else 2.0 if team == SMALL else 1.0
            for agent, part in enumerate(rng.multinomial(many, np.full(AGENTS, 1 / AGENTS))):
                seconds = (
                    rng.lognormal(-0.5 * 0.3, np.sqrt(0.3), part) * usual[reason] * factor * skill[agent]
                )
                rows.append(
                    (team, reason, reason, team * AGENTS + agent, part, seconds.sum(), (seconds**2).sum())
                )
    unit, item, cell, person, n, total, squares = map(np.array, zip(*rows, strict=True))
    return Tally(unit, item, cell, person, n.astype(float), total, squares), truth


def named(found: list[Excess]) -> set[tuple[int, int]]:
    return {(e.unit, e.item) for e in found if e.is_out_of_line}


def test_planted_excesses_of_fifteen_percent_are_found() -> None:
    """At least nine of ten found, at most one of ten named wrongly, over twelve companies."""
    right = planted = wrong = 0
    for seed in range(12):
        tally, truth = company(seed)
        found = named(excesses(tally, least=100))
        right += len(found & truth)
        wrong += len(found - truth)
        planted += len(truth)
        assert SMALL not in {unit for unit, _ in found}
        assert CONFOUNDED not in {unit for unit, _ in found}
    assert right / planted >= 0.90
    assert wrong / (wrong + right) <= 0.10


def test_where_nothing_was_planted_hardly_anything_is_named() -> None:
    named_in = [bool(named(excesses(company(seed, planted=0)[0], least=100))) for seed in range(12)]
    assert sum(named_in) <= 2


def test_a_team_of_two_slow_agents_is_not_called_slow() -> None:
    """8 agents, two of them 40% slower, in one of 10 teams: agents differ, the team does not stand out."""
    rng = np.random.default_rng(3)
    rows = []
    for team in range(10):
        for agent in range(8):
            slow = 1.4 if team == 0 and agent < 2 else 1.0
            seconds = rng.lognormal(5, 0.5, 60) * slow
            rows.append((team, 0, 0, team * 8 + agent, 60, seconds.sum(), (seconds**2).sum()))
    unit, item, cell, person, n, total, squares = map(np.array, zip(*rows, strict=True))
    found = excesses(Tally(unit, item, cell, person, n.astype(float), total, squares), least=100)
    assert named(found) == set()


def test_the_expected_time_is_that_of_others_on_the_same_mix() -> None:
    """
    team A  reason x 100 contacts of 60 s, reason y 100 of 300 s
    team B  reason x 900 contacts of 50 s, reason y 100 of 300 s: 100 x 50 + 100 x 300 = 35,000 s for A
    """
    unit, cell = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    n, each = np.array([100.0, 100, 900, 100]), np.array([60.0, 300, 50, 300])
    tally = Tally(unit, np.zeros(4, dtype=int), cell, np.arange(4), n, n * each, n * each**2 * 1.3)
    found = {e.unit: e for e in excesses(tally, least=100)}
    assert found[0].expected == pytest.approx(35_000)
    assert found[0].observed == pytest.approx(36_000)
    assert found[0].ratio == pytest.approx(36 / 35)
