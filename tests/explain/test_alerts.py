# SPDX-License-Identifier: Apache-2.0
"""Alerts: one thing that happened is told once, where it comes from, within a budget."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from percontact.explain.alerts import Node, Sighting, per_series, places, strongest, together, within_budget
from percontact.explain.episodes import Break

DAY = date(2026, 3, 9)


def sighting(metric: str, value: str | None, first: int, last: int, *, up: bool = True) -> Sighting:
    one = Break(0, "shift", last, first, None, 200.0 if up else 50.0, 100.0, 0.01)
    node = Node(metric, "reason" if value else "", value)
    return Sighting(node, one, DAY + timedelta(first), DAY + timedelta(last), None)


def test_breaks_of_one_metric_one_side_and_one_time_are_one_thing() -> None:
    whole, fault = sighting("contacts", None, 0, 6), sighting("contacts", "fault", 1, 3)
    less, other = sighting("contacts", "orders", 0, 6, up=False), sighting("handle", None, 0, 6)
    later = sighting("contacts", "fault", 40, 44)
    groups = together([whole, fault, less, other, later])
    assert sorted(map(len, groups)) == [1, 1, 1, 2]
    assert [whole, fault] in groups


def test_who_came_back_and_what_was_not_settled_at_first_contact_are_one_thing() -> None:
    back, settled = (
        sighting("repeat_contact_rate", None, 0, 0),
        sighting("first_contact_resolution", None, 0, 0),
    )
    less = sighting("first_contact_resolution", None, 0, 0, up=False)
    assert sorted(map(len, together([back, less]))) == [2]
    assert sorted(map(len, together([back, settled]))) == [1, 1]


def test_days_that_stand_out_in_a_month_whose_price_moved_are_one_thing_with_it() -> None:
    """A dear August: voice has a new level since the 1st; days of email, of one price a month, stand out."""
    voice = sighting("cost_per_contact", "voice", 0, 11)
    days = [sighting("cost_per_contact", "email", day, day) for day in (2, 7, 12)]
    days = [replace(one, one=replace(one.one, kind="spike", a_year=1e-6)) for one in days]
    (group,) = together([voice, *days], {"cost_per_contact"})
    assert strongest(group) == voice
    # Of volumes a day far off is a thing of its own: it may be in another place.
    assert len(together([voice, *days])) > 1


def test_two_leaves_of_three_calls_are_not_told_for_what_happened_to_a_thousand() -> None:
    """
    Came back, of contacts, over 8 weeks 10% of all, on one day 12% in each of 20 teams x 6 reasons, 72
    a team; two leaves have three calls each, and all of them come back
    """
    reasons = {"a": 15, "b": 14, "c": 14, "d": 13, "e": 13, "f": 3}
    leaves = {(f"t{team}", reason): float(n) for team in range(20) for reason, n in reasons.items()}
    before = {leaf: (5.6 * n, 56 * n) for leaf, n in leaves.items()}
    now = {leaf: (0.12 * n, n) for leaf, n in leaves.items()}
    now["t1", "f"] = now["t2", "f"] = (3.0, 3.0)
    (part,) = places(["team", "reason"], now, before, up=True, grown=None)
    assert part.where == ()


def test_a_doubled_reason_is_named_and_not_its_neighbours() -> None:
    """Three channels x four reasons, 700 each in a week; one reason brings twice as many everywhere."""
    before = {(c, r): (5600.0, 0.0) for c in "abc" for r in "wxyz"}
    now = {(c, r): (1400.0 if r == "z" else 700.0, 0.0) for c in "abc" for r in "wxyz"}
    assert places(["channel", "reason"], now, before, up=True, grown=7 / 56)[0].where == (("reason", "z"),)


def test_a_rise_of_everything_alike_is_of_everything() -> None:
    before = {(c, r): (5600.0, 0.0) for c in "abc" for r in "wxyz"}
    now = dict.fromkeys(before, (1400.0, 0.0))
    assert places(["channel", "reason"], now, before, up=True, grown=7 / 56)[0].where == ()


def test_longer_calls_of_one_team_are_named_though_few() -> None:
    """Handle seconds and contacts: 300 s each before; team t2 takes 450 s now."""
    before = {(t,): (300.0 * 4000, 4000.0) for t in ("t1", "t2", "t3")}
    now = {(t,): ((450.0 if t == "t2" else 300.0) * 500, 500.0) for t in ("t1", "t2", "t3")}
    assert places(["team"], now, before, up=True, grown=None)[0].where == (("team", "t2"),)


def test_of_each_week_the_rarest_are_told() -> None:
    days = [DAY, DAY + timedelta(1), DAY + timedelta(2), DAY + timedelta(8)]
    assert within_budget(days, [0.3, 0.001, 0.02, 0.4], 2) == [False, True, True, True]
    assert sum(within_budget([DAY + timedelta(7 * w) for w in range(8)], [0.1] * 8, 0.5)) in (4, 5)


def test_many_series_share_the_false_alarms_that_a_budget_bears() -> None:
    """Two alerts a week, one in a hundred of them by chance: 1.04 a year, over 52 series a fiftieth each."""
    assert per_series(0.5, 2, 52) == 0.02
    assert per_series(0.5, 2, 2) == 0.5


def test_a_quick_channel_of_few_contacts_is_not_said_to_have_become_quicker() -> None:
    """
    Seconds of a contact: voice 400, bot 100; reason b takes 1.5 times as long as a; 8 contacts a bot leaf.
    Then team t2 on the phone takes a tenth less; nothing else changes.
    """
    before, now = {}, {}
    for channel, usual, many in (("voice", 400.0, 2000.0), ("bot", 100.0, 8.0)):
        for team in ("t1", "t2") if channel == "voice" else (None,):
            for reason, longer in (("a", 1.0), ("b", 1.5), ("c", 1.0), ("d", 1.0), ("e", 1.0)):
                each = usual * longer
                before[channel, team, reason] = (many * each, many)
                now[channel, team, reason] = (many / 2 * each * (0.9 if team == "t2" else 1), many / 2)
    parts = places(["channel", "team", "reason"], now, before, up=False, grown=None)
    assert [part.where for part in parts] == [(("team", "t2"),)]
    assert parts[0].observed / parts[0].expected == pytest.approx(0.9, abs=0.005)
