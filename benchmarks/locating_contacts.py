# SPDX-License-Identifier: Apache-2.0

"""Where handle time and contacts changed, over six dimensions of millions of contacts: scan, cube and search.

The change is that of the made-up year from its first half to its second, with a cause planted in the cube:
one team takes 30% longer on one reason; one channel of one queue has 40% more contacts. The floor of the scan
is the bare query by the same engine: each half grouped by the six dimensions, with its sums. Beside the
search stands the search by risk (after RiskLoc, see locating_peers.py) on the same leaves, handed what was
expected of each. `python benchmarks/locating_contacts.py [MILLIONS]`, or as part of run.py. CPU seconds, each
case in a process of its own.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import data
import numpy as np
from explaining import halves
from locating_peers import risk_search

BOUND = 1.5
"""All of it together, at most this often the two bare scans."""
ROUNDS = 3
BY = ("channel", "team", "queue", "reason", "outcome", "handle_basis")
SUMS = {
    "average_handle_time": 'sum(handle_s), sum("count") FILTER (handle_s IS NOT NULL), sum("count")',
    "contacts_offered": 'sum("count")',
}
PLANTED = {
    "average_handle_time": ({"team": "team-06", "reason": "reason-017"}, 1.3),
    "contacts_offered": ({"channel": "chat", "queue": "queue-02"}, 1.4),
}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ours(size: int, metric: str) -> dict[str, object]:
    """From the contacts to the slices, and the peer's search on the same leaves."""
    from percontact.answers.locating import _change, _leaves
    from percontact.costing.slice import Slice
    from percontact.explain.locate import earlier_rates, locate
    from percontact.metrics.catalogue import catalogue

    card, spans = catalogue()[metric], halves()
    book = SimpleNamespace(book=data.book(size), policy=data.policy(), costed=None)
    begun = cpu()
    then, now = (_leaves(book, card, Slice(h, "whole", BY, asked=BY))[0] for h in spans)
    scanned = cpu()
    change = _change(card, BY, now, then, (spans[1], spans[0]))
    made = cpu()
    change, cause = planted(change, metric)
    told = [dict(c.where) for c in timed(locate, change).causes]
    search = timed.cpu
    expected = change.top[1] * change.days[0] / change.days[1]
    if change.bottom is not None:
        expected = change.bottom[0] * earlier_rates(change)
    peer = [{BY[d]: change.values[d][v] for d, v in named}
            for named in timed(risk_search, change.codes, change.top[0], expected)]  # fmt: skip
    return {
        "scan": scanned - begun, "cube": made - scanned, "search": search, "risk": timed.cpu,
        "leaves": len(change.codes), "found": told == [cause], "risk_found": peer == [cause],
        "told": str(told), "risk_told": str(peer[:3]),
    }  # fmt: skip


def timed(work, *inputs):
    """What some work gives; `timed.cpu` says what it took."""
    begun = cpu()
    found = work(*inputs)
    timed.cpu = cpu() - begun
    return found


def planted(change, metric: str):
    """The change with its cause, and the cause. Nested names (a team's queue) are left to the search."""
    cause, factor = PLANTED[metric]
    inside = np.ones(len(change.codes), dtype=bool)
    for dimension, value in cause.items():
        at = BY.index(dimension)
        inside &= change.codes[:, at] == change.values[at].index(value)
    if not inside.any():
        raise SystemExit(f"No contact is of {cause}.")
    grown = np.where(inside, change.top[0] * factor, change.top[0])
    return replace(change, top=(grown, change.top[1])), cause


def bare(size: int, metric: str) -> dict[str, object]:
    from percontact.records.dialect import connect

    files, con, rows = data.book(size).files["contacts"], connect(), 0
    begun = cpu()
    for half in halves():
        union = " UNION ALL ".join(
            f"SELECT * FROM read_parquet('{f.path}')" for f in files if f.month in half
        )
        sql = f"SELECT {', '.join(BY)}, {SUMS[metric]} FROM ({union}) GROUP BY ALL"
        rows += len(con.execute(sql).fetchall())
    return {"scan": cpu() - begun, "rows": rows}


CASES = {"ours": ours, "bare": bare}


def main(size: int) -> int:
    """Take turns, print the lines, and say how many bounds were not kept."""
    faults = 0
    print("\n| where it changed, six dimensions | leaves | scan, CPU s | bare scans | cube | search "
          "| all / bare scans | bound | search by risk |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for metric in SUMS:
        runs: dict[str, list[dict]] = {c: [] for c in CASES}
        for _ in range(ROUNDS):
            for case in CASES:
                done = subprocess.run(
                    [sys.executable, __file__, str(size), case, metric], check=True, capture_output=True
                )
                runs[case].append(json.loads(done.stdout))
        one, middle = runs["ours"][0], lambda case, part: statistics.median(r[part] for r in runs[case])  # noqa: B023
        ratio = statistics.median(
            (o["scan"] + o["cube"] + o["search"]) / b["scan"]
            for o, b in zip(runs["ours"], runs["bare"], strict=True)
        )
        faults += ratio > BOUND or not one["found"]
        print(f"| {metric} of {size} million contacts | {one['leaves']:,} | {middle('ours', 'scan'):.2f} "
              f"| {middle('bare', 'scan'):.2f} | {middle('ours', 'cube'):.2f} "
              f"| {middle('ours', 'search'):.3f}, {'right' if one['found'] else 'wrong'} | {ratio:.2f} "
              f"| {BOUND} | {middle('ours', 'risk'):.2f}, "
              f"{'right' if one['risk_found'] else 'wrong'} |")  # fmt: skip
        if not one["found"]:
            print(f"ours named {one['told']}", file=sys.stderr)
        if not one["risk_found"]:
            print(f"search by risk named {one['risk_told']}", file=sys.stderr)
    return faults


def _one(size: int, case: str, metric: str) -> None:
    # Libraries are loaded, and the engine opened once, before the clock starts.
    import percontact.answers.locating  # noqa: F401
    from percontact.records.dialect import connect

    connect().execute("SELECT 1").fetchall()
    print(json.dumps(CASES[case](size, metric)))


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    sys.exit(_one(chosen, *sys.argv[2:]) if len(sys.argv) > 2 else main(chosen))
