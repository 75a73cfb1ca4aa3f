# SPDX-License-Identifier: Apache-2.0

"""How soon breaks are found, and how often nothing is called one: generated series with known truth.

    python benchmarks/watching.py --series 400
    python benchmarks/watching.py --series 500 --memories 0.3 --allowed 0.5     the goal
    python benchmarks/watching.py --taxi FOLDER

Seeds 1, 11, 12, 31, 32 and 101 were looked at while the detector was made; 102 and 103 (default) were not.

Three years of days in the shape of a week, with memory AR(0), AR(0.3) or AR(0.6), scatter 1; the third is
watched. Three worlds: nothing happens; the level moves by 1.5; one day is off by 5. Beside ours, a CUSUM
that is told the true level, shape and scatter, with the threshold that raises as many false alarms: no
detector that must learn them can be better by much. --taxi adds New York's taxi rides by the day and by the
hour, with the events named for them (NAB; nab_nyc_taxi.csv.gz and nab_nyc_taxi_windows.csv in FOLDER).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from itertools import product
from pathlib import Path

import numpy as np

from percontact.explain.alerts import Node, Sighting, together
from percontact.explain.breaks import breaks
from percontact.explain.episodes import Break
from percontact.explain.expected import Daily

MONDAY = date(2024, 1, 1)
SHAPE = np.array([1, 0.8, 0.5, 0.4, 0.3, -1.2, -1.8]) * 3
PAST, YEAR = 728, 364


def remembering(share: float, series: int, rng: np.random.Generator) -> np.ndarray:
    made = rng.standard_normal((PAST + YEAR, series))
    for day in range(1, len(made)):
        made[day] = share * made[day - 1] + np.sqrt(1 - share**2) * made[day]
    return made


def seen(values: np.ndarray, false_alarms: float) -> list[Break]:
    shaped = values + SHAPE[np.arange(len(values)) % 7][:, None] + 50
    names = tuple(("team", str(i)) for i in range(values.shape[1]))
    return breaks(
        Daily(MONDAY, names, shaped * 1000, np.full(values.shape, 1000.0)), PAST, false_alarms=false_alarms
    )


def told(values: np.ndarray, share: float, slack: float, threshold: float) -> np.ndarray:
    """(side, series): the first day of an alarm of the CUSUM that knows all, and how many there are."""
    e = (values[1:] - share * values[:-1]) / np.sqrt(1 - share**2)
    first, number = np.full(values.shape[1], 9999), np.zeros(values.shape[1])
    for sign in (1, -1):
        summed = np.zeros(values.shape[1])
        for day in range(PAST - 20, len(e)):
            summed = np.maximum(0, summed + sign * e[day] - slack)
            alarm = (summed > threshold) & (day >= PAST)
            number += alarm
            first = np.where(alarm, np.minimum(first, day + 1), first)
            summed = np.where(alarm, 0, summed)
    return np.stack([first, number])


def knowing(share: float, wanted: float, series: int, rng: np.random.Generator) -> tuple[float, float]:
    """(slack, threshold) of the CUSUM that knows all, with as many false alarms a year as wanted."""
    slack = 0.45 * 1.5 * (1 - share) / np.sqrt(1 - share**2)
    values = remembering(share, max(series, 600), rng)
    for threshold in np.arange(2, 20, 0.1):
        if told(values, share, slack, threshold)[1].mean() <= wanted:
            return slack, float(threshold)
    return slack, 20.0


def delays_of(found: list[Break], at: np.ndarray) -> np.ndarray:
    delays = np.full(len(at), 9999)
    for one in found:
        if one.found >= at[one.node]:
            delays[one.node] = min(delays[one.node], one.found - at[one.node])
    return delays


def curve(series: int, seeds: Sequence[int], memories: Sequence[float], rates: Sequence[float]) -> None:
    columns = (
        "memory", "allowed a year", "seed", "false alarms a year", "days to find 1.5 (median)",
        "within 7 days", "within 28 days", "5 in one day", "knowing all: days", "within 7",
    )  # fmt: skip
    print("|", " | ".join(columns), "|\n|---|" + "--:|" * 9)
    for share, allowed, seed in product(memories, rates, seeds):
        rng = np.random.default_rng(seed)
        values = remembering(share, series, rng)
        at = rng.integers(PAST + 21, PAST + YEAR - 60, series)
        way = rng.choice([-1, 1], series)
        shifted, spiked = values.copy(), values.copy()
        for i in range(series):
            shifted[at[i] :, i] += 1.5 * way[i]
            spiked[at[i], i] += 5 * way[i]
        quiet = len(seen(values, allowed)) / series
        delays = delays_of(seen(shifted, allowed), at)
        hit = {b.node for b in seen(spiked, allowed) if b.since <= at[b.node] <= (b.until or b.found)}
        slack, threshold = knowing(share, max(quiet, 0.02), series, rng)
        late = np.where(np.arange(len(shifted))[:, None] >= at - 21, shifted, 0)
        best = told(late, share, slack, threshold)[0] - at
        best = best[best >= 0]
        cells = (
            f"AR({share})", f"{allowed}", f"{seed}", f"{quiet:.2f}", f"{np.median(delays):.0f}",
            f"{(delays <= 7).mean():.1%}", f"{(delays <= 28).mean():.1%}", f"{len(hit) / series:.1%}",
            f"{np.median(best):.0f}", f"{(best <= 7).mean():.1%}",
        )  # fmt: skip
        print("|", " | ".join(cells), "|", flush=True)


def taxi(folder: Path, by_hour: bool) -> None:
    """Alerts of the taxi rides, as `percontact watch` makes them; half an alarm a year may be chance."""
    sums: dict[tuple[date, int], float] = defaultdict(float)
    with gzip.open(folder / "nab_nyc_taxi.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["timestamp"])
            sums[at.date(), at.hour if by_hour else 0] += float(row["value"])
    with (folder / "nab_nyc_taxi_windows.csv").open() as file:
        windows = [tuple(map(datetime.fromisoformat, row)) for row in list(csv.reader(file))[1:]]
    first, days = min(sums)[0], (max(sums)[0] - min(sums)[0]).days + 1
    seen = []
    hours = range(24) if by_hour else (0,)
    for hour in hours:
        top = [sums[first + timedelta(day), hour] for day in range(days)] + [np.nan] * (-days % 7)
        daily = Daily(first, (("", None),), np.array(top)[:, None])
        for one in breaks(daily, 84, false_alarms=0.5 / len(hours)):
            until = None if one.until is None else daily.day(one.until)
            node = Node("rides", hour=hour)
            seen.append(Sighting(node, one, daily.day(one.since), daily.day(one.found), until))

    def hit(one: Sighting) -> set[int]:
        """Windows in which it began."""
        begun, ended = (
            datetime.combine(one.since, clock(one.node.hour if by_hour else at)) for at in (0, 23)
        )
        return {i for i, (start, end) in enumerate(windows) if begun <= end and ended >= start}

    groups = together(seen)
    found = {i for group in groups for one in group for i in hit(one)}
    other = [group for group in groups if not any(hit(one) for one in group)]
    grain = "hour" if by_hour else "day"
    print(
        f"\nTaxi rides by the {grain}: {len(found)} of {len(windows)} events found, {len(groups)} alerts, "
        f"{len(other)} of them outside every event."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=200, help="series of each kind (default 200; 0 = none)")
    parser.add_argument("--taxi", type=Path, help="a folder with the taxi rides")
    parser.add_argument("--seeds", type=int, nargs="+", default=[102, 103], help="seeds (default 102 103)")
    parser.add_argument("--memories", type=float, nargs="+", default=[0.0, 0.3, 0.6], help="of AR(1)")
    parser.add_argument(
        "--allowed", type=float, nargs="+", default=[0.1, 0.5, 2.0], help="false alarms a year"
    )
    given = parser.parse_args()
    started = time.process_time()
    if given.series:
        curve(given.series, given.seeds, given.memories, given.allowed)
    if given.taxi:
        taxi(given.taxi, by_hour=False)
        taxi(given.taxi, by_hour=True)
    print(f"\n{time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
