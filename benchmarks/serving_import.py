# SPDX-License-Identifier: Apache-2.0
"""An import beside readers: their answers are those before it or those after it, and none is late."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from serving_addresses import Known, addresses
from serving_server import HERE, Server, ours, warmed
from serving_told import Told, share

LATE, BESIDE_S = 50_000, 90
GIVEN_UP_S = 1200


def importing(workspace: Path, have: Known, told: Told) -> None:
    """An import while readers ask: their answers are those before it or those after it, and none is late."""
    folder = Path(tempfile.mkdtemp(prefix="serving-", dir=workspace.parent))
    try:
        copy = folder / "company"
        shutil.copytree(workspace, copy, copy_function=_linked)
        late = folder / "late.csv"
        write_late(late, have)
        kept = [p for page in ("Overview", "Explain", "Cost map") for p in addresses(page, have, 5)]
        fresh = addresses("Explore by one dimension", have, 400, seed=5)
        with ours(copy) as server:
            warmed(server)
            quiet = server.load(readers=8, seconds=10, paths=[*kept, *fresh[:100]], think=0.2)
            question = f"/explore.json?metric=contacts_offered&by=channel&period={have.months[-1]}"
            before = server.text(question)
            text = json.dumps({"port": server.port, "readers": 8, "seconds": BESIDE_S, "think": 0.2,
                               "paths": [*kept, *fresh[100:]]})  # fmt: skip
            beside = subprocess.Popen(
                [sys.executable, str(HERE / "serving_load.py"), text], stdout=subprocess.PIPE, text=True
            )
            seen, landed_s, shown_s = land_and_look(server, copy, late, question, before)
            found = json.loads(beside.communicate()[0])
            after = server.text(question)
        right = seen == {before, after} and rise(before, after) == LATE
        print_import({"before it": quiet, "while it lands and is added up": found}, told)
        shown = "never" if shown_s is None else f"{shown_s:.0f} s"
        print(f"\nLanded after {landed_s:.0f} s; readers had it after {shown}. "
              f"Answers seen: {len(seen)}, {'right' if right else 'WRONG'}.")  # fmt: skip
        told.bound("import, wrong answers", 0 if right else 1, 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def land_and_look(
    server: Server, workspace: Path, file: Path, question: str, before: str
) -> tuple[set[str], float, float | None]:
    """Import a file, asking the same all the time: answers seen, seconds until it landed and until it showed."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "percontact", "-C", str(workspace), "import", "contacts", str(file)]
    landing = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    seen, shown_s, landed_s = {before}, None, 0.0
    while shown_s is None or time.perf_counter() - began < BESIDE_S:
        seen.add(server.text(question))
        if landing.poll() is not None and not landed_s:
            landed_s = time.perf_counter() - began
        if shown_s is None and len(seen) > 1:
            shown_s = time.perf_counter() - began
        if time.perf_counter() - began > GIVEN_UP_S:
            break
        time.sleep(0.3)
    return seen, landed_s, shown_s


def print_import(lines: dict[str, dict], told: Told) -> None:
    """What the readers saw, before it and beside it."""
    print(f"\n| an import of {LATE:,} contacts beside 8 readers | p50, ms | p99, ms | errors | |")
    print("|---|--:|--:|--:|---|")
    for name, one in lines.items():
        errors = sum(one["errors"].values())
        verdict = told.bound(f"import, {name}, errors", errors, 0)
        print(
            f"| {name} | {share(one['ms'], 0.5):.0f} | {share(one['ms'], 0.99):.0f} | {errors} | {verdict} |"
        )


def write_late(path: Path, have: Known) -> None:
    """Contacts that come late, all in the newest month."""
    draw = random.Random(3)
    with path.open("w", encoding="utf-8") as out:
        out.write("contact_id,channel,team,reason,started_at,handle_s\n")
        for n in range(LATE):
            day, hour = draw.randint(1, 28), draw.randint(8, 17)
            at = f"{have.months[-1]}-{day:02d} {hour:02d}:{n % 60:02d}:00"
            one = (draw.choice(have.channels), draw.choice(have.teams), draw.choice(have.reasons))
            out.write(f"late-{n},{','.join(one)},{at},{draw.randint(60, 900)}\n")


def rise(before: str, after: str) -> int:
    """How many contacts more an answer tells than another."""

    def offered(text: str) -> int:
        return sum(int(float(line["value"])) for line in json.loads(text)["lines"] if line["value"])

    return offered(after) - offered(before)


def _linked(source: str, target: str) -> None:
    """A file by another name; what is written in place is copied."""
    if "sqlite" in Path(source).name or "/app/" in source:
        shutil.copy2(source, target)
    else:
        os.link(source, target)
