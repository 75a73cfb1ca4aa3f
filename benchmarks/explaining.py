# SPDX-License-Identifier: Apache-2.0

"""The bridge of a year's two halves by channel, team and reason, beside the two grouped scans it needs.

The scans are the bare query by the same engine: each half grouped by the months of the files, channel, team,
reason and queue (pools are told apart by it), the same sums, and no cost at all. Then the arithmetic alone:
100,000 leaves of seven factors. `python benchmarks/explaining.py [MILLIONS]`, or as part of run.py. CPU
seconds, each case in its own process.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from datetime import date

import data

BOUND_SCANS, BOUND_LEAVES_S = 1.5, 0.2
"""At most this often the two scans; at most so many seconds for the leaves."""
LEAVES = 100_000
ROUNDS = 3
BY = ("channel", "team", "reason")
SUMS = (
    'sum("count"), sum(handled), sum(handle_s), sum(messages), '
    "sum(CASE WHEN handle_basis IN ('measured', 'reported') THEN handled END), "
    "sum(CASE WHEN handle_basis = 'derived' THEN handled END)"
)


def halves():
    """The two halves of the year."""
    from percontact.values.period import Period

    middle = date(data.YEAR, 7, 1)
    return Period(date(data.YEAR, 1, 1), middle), Period(middle, date(data.YEAR + 1, 1, 1))


def bridge(size: int) -> int:
    """From the files and the ledger to all parts and pieces, every check made, from the contacts."""
    return _bridge(size, cubes=False)


def bridge_cubes(size: int) -> int:
    """The same from the day cubes."""
    return _bridge(size, cubes=True)


def _bridge(size: int, *, cubes: bool) -> int:
    from percontact.costing.costed import CostedBook
    from percontact.costing.slice import Slice
    from percontact.explain.bridging import build
    from percontact.explain.gather import PARTS, gather

    costed = CostedBook(data.book(size), data.policy(), cubes=cubes)
    before, after = (Slice(half, "whole", BY) for half in halves())
    found = gather(costed, (before, after), ("H1", "H2"))
    made = build(found.leaves, found.terms, PARTS, found.pools, *found.ends, "contact", "EUR")
    if round(made.after.value - made.before.value) != made.change:
        raise SystemExit("The parts are not the change.")
    return int(found.terms.leaf.size)


def scans(size: int) -> int:
    from percontact.records.dialect import connect

    files, con, rows = data.book(size).files["contacts"], connect(), 0
    for half in halves():
        months = [f for f in files if f.month in half]
        union = " UNION ALL ".join(
            f"SELECT DATE '{f.month}' AS month, * FROM read_parquet('{f.path}')" for f in months
        )
        sql = f"SELECT month, {', '.join(BY)}, queue, {SUMS} FROM ({union}) GROUP BY ALL"
        rows += len(con.execute(sql).fetchall())
    return rows


def leaves(size: int) -> int:
    """Made-up leaves under 40 channels and teams: shares at three depths and five factors, to all effects."""
    import numpy as np

    from percontact.explain.leaves import FACTORS
    from percontact.explain.tree import Nodes, split

    draw = np.random.default_rng(7)
    tops, middles = 8, 40
    parent = np.concatenate([[-1], np.zeros(tops, int), 1 + np.arange(middles) % tops,
                             1 + tops + np.arange(LEAVES) % middles])  # fmt: skip
    depth = np.concatenate([[0], np.ones(tops, int), np.full(middles, 2), np.full(LEAVES, 3)])
    count = np.zeros((2, parent.size))
    count[:, -LEAVES:] = draw.integers(1, 90, (2, LEAVES))
    for level in (3, 2, 1):
        here = np.flatnonzero(depth == level)
        for t in (0, 1):
            np.add.at(count[t], parent[here], count[t, here])
    factors = {f: draw.uniform(0.5, 2, (2, LEAVES)) for f in ("use", "idle", "spread", "price", "exchange")}
    node = np.arange(parent.size - LEAVES, parent.size)
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = split(Nodes(parent, depth, count), node, FACTORS, factors)
    seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun
    if abs(found.total - (found.unit[1, 0] - found.unit[0, 0])) > 1e-9:
        raise SystemExit("The effects are not the change.")
    print(f"split alone: {seconds:.3f} s", file=sys.stderr)
    return LEAVES


CASES = {"bridge": bridge, "bridge_cubes": bridge_cubes, "scans": scans, "leaves": leaves}


def main(size: int) -> int:
    """Take turns, print the lines, and say how many bounds were not kept."""
    runs: dict[str, list[float]] = {c: [] for c in CASES}
    for _ in range(ROUNDS):
        for case in CASES:
            done = subprocess.run(
                [sys.executable, __file__, str(size), case], check=True, capture_output=True, text=True
            )
            runs[case].append(json.loads(done.stdout)["cpu_s"])
    cpu = {c: statistics.median(many) for c, many in runs.items()}
    faults = 0
    print("\n| why a cost changed | CPU s | its floor, CPU s | ours / floor | bound | |")
    print("|---|--:|--:|--:|--:|---|")
    for case, name in (("bridge", "raw"), ("bridge_cubes", "from the day cubes")):
        ratio = statistics.median(o / f for o, f in zip(runs[case], runs["scans"], strict=True))
        over = ratio > BOUND_SCANS
        faults += over
        told = f"bridge of {size} million contacts by {', '.join(BY)}, {name}"
        print(f"| {told} | {cpu[case]:.2f} "
              f"| {cpu['scans']:.2f} | {ratio:.2f} | {BOUND_SCANS} "
              f"| {'over' if over else 'ok'} |")  # fmt: skip
    over = cpu["leaves"] > BOUND_LEAVES_S
    print(f"| {LEAVES:,} leaves x 7 factors | {cpu['leaves']:.3f} | | | {BOUND_LEAVES_S} s "
          f"| {'over' if over else 'ok'} |")  # fmt: skip
    return faults + over


def _one(size: int, case: str) -> None:
    # Libraries are loaded, and the engine opened once, before the clock starts, as in the other cases.
    import duckdb  # noqa: F401

    import percontact.costing.costed
    import percontact.explain.gather  # noqa: F401
    from percontact.records.dialect import connect

    connect().execute("SELECT 1").fetchall()
    before = resource.getrusage(resource.RUSAGE_SELF)
    rows = CASES[case](size)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_s": cpu, "rows": rows}))


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    sys.exit(_one(chosen, sys.argv[2]) if len(sys.argv) > 2 else main(chosen))
