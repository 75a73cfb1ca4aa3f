# SPDX-License-Identifier: Apache-2.0
"""Two hundred readers at once: of kept pages, of one new page, of a new page each."""

from __future__ import annotations

from pathlib import Path

from serving_addresses import Known, addresses
from serving_server import ours, warmed
from serving_told import READERS, Told, print_load

SECONDS = 15


def readers(workspace: Path, have: Known, told: Told) -> None:
    """Two hundred readers at once: of kept pages, of one new page, of a new page each."""
    floor = asset()
    with ours(workspace) as server:
        warmed(server)
        kept = [
            p for page in ("Overview", "Explain", "Cost map", "Measures") for p in addresses(page, have, 5)
        ]
        for path in kept:
            server.get(path)
        same = addresses("Explain", have, 40, seed=9)[-1]
        each = [p for n, page in enumerate(("Overview", "Explain", "Explore by one dimension", "Cost map"))
                for p in addresses(page, have, READERS // 4 + 60, seed=20 + n)][:READERS]  # fmt: skip
        each = list(dict.fromkeys(p for p in each if p not in kept and p != same))
        lines = [
            ("a built file, the floor", {"paths": [floor], "seconds": SECONDS}),
            ("kept pages, as fast as they can", {"paths": kept, "seconds": SECONDS}),
            ("kept pages, a second to read each", {"paths": kept, "seconds": SECONDS, "think": 1.0}),
            ("one new page, all at once", {"paths": [same] * READERS, "once": True}),
            ("a new page each, all at once", {"paths": each, "once": True}),
        ]
        print_load(server, lines, told)


def asset() -> str:
    """The address of a built file."""
    from percontact.web.assets import url

    return url("app.css")
