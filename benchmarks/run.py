# SPDX-License-Identifier: Apache-2.0

"""Measure percontact against its floor and its peers, and print one table. `make bench`, or see --help.

Every figure comes from a process of its own: CPU time (user and system, all threads) and peak memory of that
process. Ours, its floor and its peers take turns, so a busy machine is busy for all of them; medians count,
and a ratio is the median of the ratios within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data
import explaining
import locating_contacts
import metrics

MEMORY_MIB = 512
STATEMENT_MS = 100
STATEMENT_LINES = 10_000
"""Statements of up to so many lines are held to the bound."""

LINES = (
    # line, ours, floor, bound against the floor, {peer: at least this often ours}
    (
        "month x channel x team x reason, raw",
        "ours_month",
        "floor_month",
        1.15,
        {"pandas_month": 4.0, "naive_month": 3.0, "polars_month": 1.0},
    ),
    ("  against the month of the file, a constant", "ours_month", "floor_month_parted", None, {}),
    ("  from the day cubes", "ours_month_cubes", "floor_month", 1.15, {}),
    ("by customer, raw", "ours_customer", "floor_customer", 2.0, {}),
    ("  rates from the day cubes", "ours_customer_cubes", "floor_customer", 2.0, {}),
    ("every contact to Parquet, raw", "ours_contacts", "floor_contacts", 2.0, {}),
    ("  rates from the day cubes", "ours_contacts_cubes", "floor_contacts", 2.0, {}),
)
PEERS = ("pandas_month", "polars_month", "naive_month")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--size", type=int, choices=(1, 10, 100), default=10, help="million contacts (default 10)"
    )
    parser.add_argument(
        "--growth",
        action="store_true",
        help="growth up to 100 million (needs 2 GB of disk, five minutes more)",
    )
    parser.add_argument("--rounds", type=int, default=5, help="turns each case takes (default 5)")
    parser.add_argument("--only", default="", help="only lines whose ours begins with this")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return _one(options.one, options.size)
    lines = [line for line in LINES if line[1].startswith(options.only)]
    sizes = [1, 10, *([100] if options.growth or options.size == 100 else [])]
    for size in sorted({options.size, *sizes}):
        if not data.ready(size):
            print(f"Making {size} million contacts.", file=sys.stderr)
            subprocess.run([sys.executable, str(Path(__file__).with_name("data.py")), str(size)], check=True)
    wanted = list(dict.fromkeys(c for _, ours, floor, _, peers in lines for c in (ours, floor, *peers)))
    runs = _turns(wanted, options.size, options.rounds)
    over = _print_lines(lines, runs, options.size)
    growth = {
        size: runs["ours_month"]
        if size == options.size and "ours_month" in runs
        else _turns(["ours_month"], size, 3)["ours_month"]
        for size in sizes
    }
    over += _print_growth(growth)
    shown = {
        size: _run("statements", size) for size in sorted({options.size, *[s for s in sizes if s >= 10]})
    }
    over += _print_statements(shown)
    over += metrics.main(options.size)
    over += explaining.main(options.size)
    over += locating_contacts.main(options.size)
    result = {
        "date": date.today().isoformat(),
        "size": options.size,
        "runs": runs,
        "growth": growth,
        "statements": shown,
    }
    Path(data.FOLDER, "last.json").write_text(json.dumps(result, indent=1))
    print(
        "\nAll bounds are kept."
        if not over
        else f"\n{over} over its bound."
        if over == 1
        else f"\n{over} over their bounds."
    )
    return 0


# -- measuring --------------------------------------------------------------------------------------------


def _turns(cases: list[str], size: int, rounds: int) -> dict[str, list[dict[str, float]]]:
    runs: dict[str, list[dict[str, float]]] = {c: [] for c in cases}
    for turn in range(rounds):
        for case in cases:
            print(f"\r{size} million, turn {turn + 1} of {rounds}: {case:24}", end="", file=sys.stderr)
            runs[case].append(_run(case, size))
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    totals = {round(r["euros"], 2) for found in runs.values() for r in found if r["euros"] is not None}
    if len(totals) > 1:
        raise SystemExit(f"The peers do not compute the same: {totals}")
    return runs


def _run(case: str, size: int):
    command = [sys.executable, __file__, "--one", case, "--size", str(size)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{case} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def _one(case: str, size: int) -> int:
    """In a process of its own: prepare, then measure one call."""
    if case == "statements":
        import statements

        print(json.dumps(statements.measure(size)))
        return 0
    import cases

    measured = getattr(cases, case)(size)
    before = resource.getrusage(resource.RUSAGE_SELF)
    rows, euros = measured()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = _peak_mib()
    getattr(measured, "after", lambda: None)()
    print(json.dumps({"cpu_s": cpu, "peak_mib": peak, "rows": rows, "euros": euros}))
    return 0


def _peak_mib() -> float:
    """Peak resident memory of this process, the libraries' own share with it."""
    status = Path("/proc/self/status")
    if status.is_file():
        # ru_maxrss would still hold the parent's peak from before exec.
        return (
            next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
            / 1024
        )
    scale = 1024 * 1024 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


# -- printing ---------------------------------------------------------------------------------------------


def _median(runs: list[dict[str, float]], what: str) -> float:
    return statistics.median(r[what] for r in runs)


def _ratio(runs: list[dict[str, float]], other: list[dict[str, float]]) -> float:
    return statistics.median(a["cpu_s"] / b["cpu_s"] for a, b in zip(runs, other, strict=True))


def _print_lines(lines, runs, size: int) -> int:
    pools = len(data.pool_names())
    print(f"{size} million contacts, {data.LINES:,} ledger lines in {pools} pools; {_machine()}\n")
    print(
        "| case | ours, CPU s | floor, CPU s | ours / floor | bound "
        "| pandas / ours | Polars / ours | join a pool / ours | peak MiB (floor) | |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    over = 0
    for title, ours, floor, bound, least in lines:
        mine, ratio, peak = (
            runs[ours],
            _ratio(runs[ours], runs[floor]),
            max(r["peak_mib"] for r in runs[ours]),
        )
        times = {p: _ratio(runs[p], mine) for p in least}
        told = [f"{times[p]:.1f} (from {least[p]:.0f})" if p in times else "" for p in PEERS]
        bare = max(r["peak_mib"] for r in runs[floor])
        # By customer the bare GROUP BY itself needs more: its table of groups is the answer.
        large = peak > MEMORY_MIB and "customer" not in ours
        faults = [
            n
            for n, bad in (
                ("CPU", bound and ratio > bound),
                ("memory", large),
                *((p.split("_")[0], times[p] < least[p]) for p in least),
            )
            if bad
        ]
        over += len(faults)
        limit = f"{bound:.2f}" if bound else ""
        cpu = f"{_median(mine, 'cpu_s'):.2f} | {_median(runs[floor], 'cpu_s'):.2f}"
        print(
            f"| {title} | {cpu} | {ratio:.2f} | {limit} | {' | '.join(told)} "
            f"| {peak:.0f} ({bare:.0f}) | {'over: ' + ', '.join(faults) if faults else 'ok'} |"
        )
    shown = [p for p in PEERS if p in runs]
    if shown:
        peaks = {p: max(r["peak_mib"] for r in runs[p]) for p in shown}
        told = [f"{p.split('_')[0]} {_median(runs[p], 'cpu_s'):.1f} s, {peaks[p]:.0f} MiB" for p in shown]
        print(f"\nPeers, CPU s and peak MiB: {'; '.join(told)}")
    return over


def _print_growth(growth) -> int:
    print("\n| contacts | CPU s | CPU s a million | peak MiB | |")
    print("|--:|--:|--:|--:|---|")
    over, steps = 0, []
    sizes = sorted(growth)
    for size in sizes:
        cpu, peak = _median(growth[size], "cpu_s"), max(r["peak_mib"] for r in growth[size])
        steps.append((size, cpu, peak))
        bad = peak > MEMORY_MIB or (len(steps) > 1 and cpu / steps[-2][1] > 1.15 * size / steps[-2][0])
        over += bad
        print(f"| {size:,} million | {cpu:.2f} | {cpu / size:.3f} | {peak:.0f} | {'over' if bad else 'ok'} |")
    return over


def _print_statements(shown) -> int:
    sizes = sorted(shown)
    each = [f"{s} million: statement (wall) | its answer | raw answer / answer" for s in sizes]
    print(f"\n| statement, CPU ms | lines | {' | '.join(each)} | |")
    print("|---|--:|" + "--:|--:|--:|" * len(sizes) + "---|")
    over = 0
    for several in zip(*(shown[s] for s in sizes), strict=True):
        parts, first = [], several[0]
        for one in several:
            if "raw_ms" in one:
                times = one["raw_ms"] / one["answer_ms"]
                parts += [f"{one['cpu_ms']:.0f} ({one['ms']:.0f})", f"{one['answer_ms']:.0f}", f"{times:.0f}"]
            else:
                parts += [f"{one['cpu_ms']:.0f} ({one['ms']:.0f})", "", ""]
        # Two threads share the work, so on a machine of one's own the wall shows less than the CPU.
        # What is read once, and a statement longer than any screen, are told and not bound.
        bound = "raw_ms" in first and int(first["rows"]) <= STATEMENT_LINES
        bad = bound and any(min(one["ms"], one["cpu_ms"]) > STATEMENT_MS for one in several)
        over += bad
        lines = first.get("rows", "")
        print(f"| {first['name']} | {lines} | {' | '.join(parts)} | {'over' if bad else 'ok'} |")
    return over


def _machine() -> str:
    import importlib.metadata

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("duckdb", "pandas", "polars"))
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{date.today()}, {machine}; Python {platform.python_version()}, {versions}"


if __name__ == "__main__":
    raise SystemExit(main())
