# SPDX-License-Identifier: Apache-2.0
"""Which slices differ, beside two published methods: on generated cubes and on real labelled incidents.

    .venv/bin/python benchmarks/locating.py [--cubes 10] [--incidents ../shared/data]

Generated: 21,600 leaves, depth 1 to 3, one to three causes, `--cubes` of each of the nine kinds. A cause
counts as found where exactly its slice is named. F1 over all causes and answers. Real: what experts named,
one answer a method (most incidents have one cause), and recall among the first three; settings were fixed on
the half `tune`, `held` says how they do elsewhere (see tests/explain/incidents.py for how the halves are
parted). CPU seconds of the search alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from locating_peers import adtributor, risk_search

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "explain"))
from incidents import incidents
from planted_cubes import planted_cube

from percontact.explain.scan import Settings, scan

Named = tuple[tuple[int, int], ...]
Method = Callable[[np.ndarray, np.ndarray, np.ndarray], list[Named]]


def ours(direction: int) -> Method:
    """The scan, under its default settings; "everything alike" is no slice, so it is not asked for."""
    settings = Settings(direction=direction, everywhere=False)
    return lambda codes, seen, meant: [f.named for f in scan(codes, seen, meant, settings)]


def rose(search: Method) -> Method:
    """A peer told which way is bad: only slices that rose."""

    def told(codes: np.ndarray, seen: np.ndarray, meant: np.ndarray) -> list[Named]:
        found = []
        for named in search(codes, seen, meant):
            inside = np.all([codes[:, d] == v for d, v in named], axis=0)
            if seen[inside].sum() > meant[inside].sum():
                found.append(named)
        return found

    return told


class Score:
    def __init__(self) -> None:
        self.right = self.answers = self.causes = self.in_three = 0
        self.cpu: list[float] = []

    def add(self, found: list, causes: frozenset, *, first: int | None) -> None:
        answers = set(found[:first]) if first else set(found)
        self.right += len(answers & causes)
        self.answers += len(answers)
        self.causes += len(causes)
        self.in_three += len(set(found[:3]) & causes)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.answers + self.causes)


KINDS = {"counts": {}, "no chance, one way": {"chance": False, "one_way": True}}
"""What is generated: counts that wander by chance, causes both ways; or neither, as RiskLoc takes."""


def generated(cubes: int, kind: str) -> Iterator[tuple[str, dict[str, Score]]]:
    methods: dict[str, Method] = {"ours": ours(0), "Adtributor": adtributor, "risk search": risk_search}
    rng = np.random.default_rng(2026)
    whole: dict[str, Score] = defaultdict(Score)
    for depth in (1, 2, 3):
        for causes in (1, 2, 3):
            scores: dict[str, Score] = defaultdict(Score)
            for _ in range(cubes):
                cube = planted_cube(rng, depth=depth, causes=causes, **KINDS[kind])
                for name, search in methods.items():
                    began = time.process_time()
                    found = search(cube.codes, cube.observed, cube.expected)
                    cpu = time.process_time() - began
                    for score in (scores[name], whole[name]):
                        score.add(found, cube.causes, first=None)
                        score.cpu.append(cpu)
            yield f"depth {depth}, causes {causes}", scores
    yield "all", whole


def real(folder: Path) -> dict[tuple[str, str], Score]:
    methods = {"ours": ours(1), "Adtributor": rose(adtributor), "risk search": rose(risk_search)}
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for one in incidents(folder):
        for name, search in methods.items():
            began = time.process_time()
            found = [one.named(s) for s in search(one.codes, one.observed, one.expected)]
            cpu = time.process_time() - began
            for half in (one.half, "all"):
                scores[half, name].add(found, one.causes, first=1)
                scores[half, name].cpu.append(cpu)
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cubes", type=int, default=10, help="of each of the nine kinds")
    default = os.environ.get("PERCONTACT_REAL_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--incidents", type=Path, default=Path(default))
    asked = parser.parse_args()
    print(
        "| generated, 21,600 leaves | method | F1 | named rightly | named | planted | CPU s, median (most) |"
    )
    print("|---|---|--:|--:|--:|--:|--:|")
    for kind, (group, scores) in ((k, g) for k in KINDS for g in generated(asked.cubes, k)):
        for name, s in scores.items():
            if group == "all" or (name == "ours" and kind == "counts"):
                print(
                    f"| {kind}: {group} | {name} | {s.f1:.3f} | {s.right} | {s.answers} | {s.causes} "
                    f"| {np.median(s.cpu):.3f} ({max(s.cpu):.3f}) |"
                )
    if not (asked.incidents / "rca_incidents.parquet").is_file():
        print("\nThe labelled incidents are not there; name their folder with --incidents.")
        return
    print("\n| incidents | method | F1, one answer | recall in 3 | right | causes | CPU s, median (most) |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for (half, name), s in sorted(real(asked.incidents).items(), key=lambda i: "tune held all".find(i[0][0])):
        print(
            f"| {half} | {name} | {s.f1:.3f} | {s.in_three / s.causes:.3f} | {s.right} | {s.causes} "
            f"| {np.median(s.cpu):.3f} ({max(s.cpu):.3f}) |"
        )


if __name__ == "__main__":
    main()
