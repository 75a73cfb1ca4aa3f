# SPDX-License-Identifier: Apache-2.0
"""Each page asked for the first time, and again."""

from __future__ import annotations

from pathlib import Path

from serving_addresses import LONG, PAGES, Known, addresses
from serving_server import Server, ours, warmed
from serving_told import Told, share

UNCACHED_MS, CACHED_MS = 300, 30
EACH = 20
"""Different addresses a page is asked by: 19 of them lie at or under its p95."""


def pages(workspace: Path, have: Known, told: Told, only: str = "") -> None:
    """Each page asked for the first time, and again."""
    print(f"\n| page of {rows_of(workspace)} | addresses | uncached p50, ms | p95 | CPU p50 | p95 | bound "
          "| cached p50 | p95 | bound | |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    with ours(workspace) as server:
        cold = warmed(server)
        for page in [p for p in PAGES if only in p]:
            print(
                page_line(server, page, addresses(page, have, 4 if page in LONG else EACH), told), flush=True
            )
        print(f"\nFrom the server's start until its first page showed figures: {cold:.1f} s.")


def page_line(server: Server, page: str, asked: list[str], told: Told) -> str:
    """A page as a line of the table: asked by each address once, then twice more."""
    first, cpu, again, wrong, longest = [], [], [], set(), 0.0
    for path in asked:
        wall, used, status = server.timed(path)
        first.append(wall)
        cpu.append(used)
        wrong |= {status} - {200}
        if page in LONG:
            longest = max(longest, warmed(server, path) + wall / 1000)
    for path in asked * 2:
        wall, _, status = server.timed(path)
        again.append(wall)
    p95, kept = share(first, 0.95), share(again, 0.95)
    verdict = {
        told.bound(f"{page}, uncached p95 ms", p95, UNCACHED_MS),
        told.bound(f"{page}, cached p95 ms", kept, CACHED_MS),
    }
    more = f"; its answer after {longest:.1f} s at most" if page in LONG else ""
    more += f"; status {sorted(wrong)}" if wrong else ""
    return (
        f"| {page} | {len(asked)} | {share(first, 0.5):.0f} | {p95:.0f} | {share(cpu, 0.5):.0f} "
        f"| {share(cpu, 0.95):.0f} | {UNCACHED_MS} | {share(again, 0.5):.1f} | {kept:.1f} "
        f"| {CACHED_MS} | {'NOT MET' if 'NOT MET' in verdict else 'met'}{more} |"
    )


def rows_of(workspace: Path) -> str:
    """How many contacts, in words."""
    from percontact.store.workspace import Workspace

    return f"{Workspace.open(workspace).book().rows('contacts'):,} contacts"
