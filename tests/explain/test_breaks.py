# SPDX-License-Identifier: Apache-2.0
"""Breaks of daily series: what was planted is found, when it happened, and little else."""

from datetime import date

import numpy as np
import pytest

from percontact.explain.breaks import breaks
from percontact.explain.episodes import Break
from percontact.explain.expected import Daily

MONDAY = date(2024, 1, 1)
SHAPE = np.array([1, 0.8, 0.5, 0.4, 0.3, -1.2, -1.8]) * 3
"""Of a week, in usual distances of a day."""
PAST, YEAR = 728, 364


def remembering(share: float, series: int, seed: int) -> np.ndarray:
    """AR(1) with a standard deviation of 1, three years of days."""
    rng = np.random.default_rng(seed)
    made = rng.standard_normal((PAST + YEAR, series))
    for day in range(1, len(made)):
        made[day] = share * made[day - 1] + np.sqrt(1 - share**2) * made[day]
    return made


def seen(values: np.ndarray, false_alarms: float = 0.5) -> list[Break]:
    """Breaks of the third year of a ratio of 1,000 contacts a day."""
    shaped = values + SHAPE[np.arange(len(values)) % 7][:, None] + 50
    names = tuple(("team", str(i)) for i in range(values.shape[1]))
    series = Daily(MONDAY, names, shaped * 1000, np.full(values.shape, 1000.0))
    return breaks(series, PAST, false_alarms=false_alarms)


def counted(days: np.ndarray, start: int = PAST, unusual: set[int] | None = None) -> list[Break]:
    """Breaks of one series of counts; chance may raise one in twenty years."""
    series = Daily(MONDAY, (("", None),), days[:, None].astype(float))
    return breaks(series, start, false_alarms=0.05, unusual=unusual)


def calls(seed: int = 3) -> np.ndarray:
    """About 400 on weekdays, 120 at weekends; scatter of a tenth beside that of counts."""
    rng = np.random.default_rng(seed)
    mean = np.tile([440, 420, 400, 390, 380, 130, 110], (PAST + YEAR) // 7)
    return rng.poisson(mean * rng.gamma(100, 0.01, len(mean)))


@pytest.mark.slow
@pytest.mark.parametrize(("share", "late", "missed"), [(0.0, 5, 0.02), (0.3, 7, 0.02), (0.6, 14, 0.2)])
def test_few_false_alarms_and_planted_shifts_and_spikes_are_found(
    share: float, late: int, missed: float
) -> None:
    """240 series, a year each: nothing; a shift of 1.5 usual distances; one day of 5."""
    series = 240
    values = remembering(share, series, seed=11)
    rng = np.random.default_rng(12)
    at, way = rng.integers(PAST + 21, PAST + YEAR - 60, series), rng.choice([-1, 1], series)
    # As many as allowed, and what chance adds to the mean of 240 years (two standard errors).
    assert len(seen(values)) / series <= 0.5 + 2 * (0.5 / series) ** 0.5
    shifted, spiked = values.copy(), values.copy()
    for i in range(series):
        shifted[at[i] :, i] += 1.5 * way[i]
        spiked[at[i], i] += 5 * way[i]
    delays = np.full(series, 999)
    for one in sorted(seen(shifted), key=lambda b: -b.found):
        if one.found >= at[one.node]:
            delays[one.node] = one.found - at[one.node]
    # Half of them, less what chance takes from the share of 240 (two standard errors); so for the next two.
    assert (delays <= late).mean() >= 0.5 - (1 / series) ** 0.5
    assert (delays > 28).mean() <= missed + 2 * (missed / series) ** 0.5
    hit = {b.node for b in seen(spiked) if b.since <= at[b.node] <= (b.until or b.found)}
    assert len(hit) / series >= 0.9 - 2 * (0.09 / series) ** 0.5


@pytest.mark.slow
def test_fewer_false_alarms_are_raised_where_fewer_are_allowed() -> None:
    values = remembering(0.3, 60, seed=21)
    assert len(seen(values, 0.1)) <= len(seen(values, 0.5)) <= len(seen(values, 5.0))


def test_a_doubled_fortnight_is_told_with_its_first_and_last_day() -> None:
    """Days 800 to 813 bring twice as many."""
    days = calls()
    usual = days[800:814].sum()
    days[800:814] *= 2
    (one,) = [b for b in counted(days) if b.kind != "spike"]
    assert (one.kind, one.since, one.until) == ("shift", 800, 813)
    assert one.found <= 804
    assert one.observed == pytest.approx(2 * usual)
    assert one.expected == pytest.approx(usual, rel=0.1)


def test_a_way_back_that_goes_too_far_is_a_new_level() -> None:
    """Six weeks at a quarter more, then a fifth less than ever before, to the end."""
    days = calls().astype(float)
    days[850:892] *= 1.25
    days[892:] *= 0.8
    first, second = [b for b in counted(np.round(days)) if b.kind != "spike"]
    assert abs(first.since - 850) <= 2
    assert first.until is not None
    assert abs(first.until - 891) <= 3
    assert (second.until, second.up) == (None, False)
    assert abs(second.since - 892) <= 7


def test_what_broke_among_the_days_watched_does_not_hide_itself() -> None:
    """A rise by a fifth is found as soon with a year of days after it as with none."""
    days = calls()
    days[760:] = np.round(days[760:] * 1.2)
    (late,) = [b for b in counted(days) if b.kind != "spike"]
    (early,) = [b for b in counted(days[:784]) if b.kind != "spike"]
    assert late.found == early.found


def test_one_far_day_is_a_spike_and_no_new_level() -> None:
    days = calls()
    days[900] *= 3
    (one,) = counted(days)
    assert (one.kind, one.since, one.until) == ("spike", 900, 900)
    assert one.observed == pytest.approx(days[900])


def test_a_lasting_rise_is_told_once() -> None:
    """From day 850 on a quarter more, to the end."""
    days = calls()
    days[850:] = np.round(days[850:] * 1.25)
    (one,) = counted(days)
    assert (one.kind, one.until) == ("shift", None)
    assert abs(one.since - 850) <= 2
    assert one.observed is not None
    assert one.observed / one.expected == pytest.approx(1.25, abs=0.08)


def test_a_slow_rise_is_a_trend() -> None:
    """From day 800 on one percent more each day, for eight weeks."""
    days = calls().astype(float)
    days[800:856] *= 1 + 0.01 * np.arange(56)
    days[856:] *= 1.55
    assert counted(np.round(days))[0].kind == "trend"


def test_days_without_a_contact_are_missing_and_not_learned_from() -> None:
    """Wednesday to Friday of a week bring nothing; the next week is as usual."""
    days = calls()
    days[912:915] = 0
    (one,) = counted(days)
    assert (one.kind, one.since, one.until, one.observed) == ("missing", 912, 914, 0)
    assert one.expected == pytest.approx(1170, rel=0.15)


def test_a_day_that_is_always_closed_is_not_missing() -> None:
    days = calls()
    days[6::7] = 0
    assert counted(days) == []


def test_a_holiday_that_is_named_is_neither_told_nor_learned_from() -> None:
    days = calls()
    days[900] = 40
    assert [b.kind for b in counted(days)] == ["spike"]
    assert counted(days, unusual={900}) == []


def test_what_comes_later_is_not_needed_to_be_told() -> None:
    """The fortnight above, were the data to end on its twelfth day."""
    days = calls()
    days[800:814] *= 2
    early = [b for b in counted(days[:812]) if b.kind == "shift"]
    assert [(b.since, b.until) for b in early] == [(800, None)]


def test_a_holiday_without_a_contact_is_not_missing() -> None:
    """A small slice rests on a named holiday: nobody calls, and nothing went wrong."""
    days = calls()
    days[900] = 0
    assert [b.kind for b in counted(days)] == ["missing"]
    assert counted(days, unusual={900}) == []


def test_a_short_past_says_nothing() -> None:
    assert counted(calls()[:105], 60) == []


def december(years: int, seed: int) -> np.ndarray:
    """Counts with a December of 1.4 times as many, in each of some years from January 2024 on."""
    rng = np.random.default_rng(seed)
    mean = np.tile([440, 420, 400, 390, 380, 130, 110], 52 * years).astype(float)
    days = [date.fromordinal(MONDAY.toordinal() + at) for at in range(len(mean))]
    mean *= np.array([1.4 if day.month == 12 else 1.0 for day in days])
    return rng.poisson(mean * rng.gamma(100, 0.01, len(mean)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_december_that_came_last_year_too_is_the_season(seed: int) -> None:
    """Two years; in the first December nobody could know, in the second it is marked as the season."""
    assert [b for b in counted(december(2, seed), 600) if b.kind != "spike" and b.year != "same"] == []
    first = [b for b in counted(december(1, seed), 300) if b.kind != "spike"]
    assert first
    assert not any(b.year == "same" for b in first)


MONTHS = (1.10, 0.93, 0.95, 0.97, 0.95, 0.93, 0.90, 0.87, 0.96, 1.00, 1.16, 1.36)
RETURNS = (1.70, 1.20, 1.00, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.90, 0.80)
"""January first: an online shop by its months, and how much more of its contacts are returns."""


def shop(seed: int, more: float = 1.0, since: int = 9999) -> list[Break]:
    """
    Breaks of the second of two years of a shop: everything, 160 a day, and returns, 8 of them, by its months.
    From a day on `more` times as many returns
    """
    rng, first = np.random.default_rng(seed), date(2024, 7, 1)
    days = [date.fromordinal(first.toordinal() + at) for at in range(728)]
    months = np.array([MONTHS[day.month - 1] for day in days])
    returns = months * np.array([RETURNS[day.month - 1] for day in days])
    returns[since:] *= more
    lively = rng.gamma(400, 1 / 400, 728)
    of_returns = rng.poisson(8 * returns * lively)
    counts = np.stack([rng.poisson(152 * months * lively) + of_returns, of_returns], axis=1).astype(float)
    names: tuple[tuple[str, str | None], ...] = (("", None), ("reason", "return_request"))
    series = Daily(first, names, counts)
    return [b for b in breaks(series, 364, false_alarms=0.05) if b.kind != "spike"]


def test_the_season_of_a_small_slice_is_known_by_one_year_of_it() -> None:
    """
    Returns in January, 1.7 times as many, from 8 a day, once each year. Their memory, measured over a year of
    seasons, said that last January might have been chance, so the second was told as a break
    """
    found = [b for seed in range(12) for b in shop(seed)]
    assert any(b.node == 1 for b in found)
    assert [b for b in found if b.year == "other"] == []


def test_a_slice_of_a_seasonal_shop_that_triples_is_no_season() -> None:
    """Returns triple from 6 April 2026 on, day 644."""
    for seed in range(6):
        mine = [b for b in shop(seed, more=3, since=644) if b.node == 1 and b.found >= 644]
        assert mine[0].year == "other"
        assert mine[0].found <= 644 + 21


def every_other(seed: int) -> list[Break]:
    """Breaks of 2026 where two months of 460 a day take turns with two of 400, from 30 December 2024 on."""
    rng = np.random.default_rng(seed)
    first = date(2024, 12, 30)
    days = [date.fromordinal(first.toordinal() + at) for at in range(728)]
    mean = np.array([460.0 if day.month % 4 in (1, 2) else 400.0 for day in days])
    counts = rng.poisson(mean * rng.gamma(400, 1 / 400, 728)).astype(float)
    found = breaks(Daily(first, (("", None),), counts[:, None]), 364, false_alarms=0.5)
    return [b for b in found if b.kind != "spike"]


def test_a_level_is_left_open_where_nobody_knows_what_it_moved_from_a_year_before() -> None:
    """What January 2025 moved from lies before the books; that seasons move it by as much is known."""
    early = [b for seed in range(20) for b in every_other(seed) if b.since < 364 + 56]
    assert early
    assert {b.year for b in early} == {"open"}


def test_a_rise_without_a_like_a_year_before_is_no_season() -> None:
    days = calls()
    days[850:] = np.round(days[850:] * 1.25)
    assert counted(days)[0].year == "other"
