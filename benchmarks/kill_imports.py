# SPDX-License-Identifier: Apache-2.0

"""Kill imports with `kill -9` at random moments, many times, and say what was torn, doubled or lost.

    python benchmarks/kill_imports.py --kills 1000

Two writers import files the whole way (CSV, reading, checking, staging, publishing), each is killed in turn
at a random moment, and two readers look at the newest Book all the time. In the end every acknowledged
import must be there, whole and once, in the newest state and in the older ones. The machinery is that of
`tests/store/test_crash.py`, which kills fifty times.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "store"))

import killing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument(
        "--life", type=float, default=2.5, help="seconds a writer lives at most once ready (default 2.5)"
    )
    parser.add_argument("--publish", action="store_true", help="the store's own step alone, without reading")
    given = parser.parse_args()

    def told(kills: int) -> None:
        if kills % 50 == 0:
            print(f"{kills} of {given.kills} killed", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="percontact-kills-") as folder:
        outcome = killing.kill_and_look(
            Path(folder),
            loader=() if given.publish else killing.WHOLE_IMPORT,
            longest_life_s=given.life,
            enough=lambda kills, _s: kills >= given.kills,
            told=told,
        )
    print(json.dumps(outcome.figures, indent=1))
    print("Nothing torn, doubled or lost." if not outcome.faults else "\n".join(outcome.faults))
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
