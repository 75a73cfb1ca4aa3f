# SPDX-License-Identifier: Apache-2.0
"""Lines of the tables: shares of what was seen, and which bounds were met."""

from __future__ import annotations

from serving_server import Server

READERS = 200


def share(values: list[float], part: float) -> float:
    """The value that a part of some values does not pass."""
    found = sorted(values)
    return found[min(len(found) - 1, int(part * len(found)))] if found else float("nan")


class Told:
    """Lines of the tables, and which bounds were met."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def bound(self, name: str, value: float, most: float) -> str:
        """Whether a bound is met, as the last cell of a line."""
        if value <= most:
            return "met"
        self.missed.append(f"{name}: {value:.4g} against {most:g}")
        return "NOT MET"


def print_load(server: Server, lines: list[tuple[str, dict]], told: Told) -> None:
    """What two hundred readers saw, a line a way of reading."""
    print(
        f"\n| {READERS} readers of {server.name} | answers | a second | p50, ms | p99, ms | last, ms | kB each | errors | |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
    for name, how in lines:
        found = server.load(readers=READERS, **how)
        ms, errors = found["ms"], sum(found["errors"].values())
        verdict = (
            told.bound(f"{server.name}, {name}, errors", errors, 0) if server.name == "percontact" else ""
        )
        print(
            f"| {name} | {len(ms):,} | {len(ms) / found['seconds']:.0f} | {share(ms, 0.5):.0f} "
            f"| {share(ms, 0.99):.0f} | {max(ms, default=0):.0f} | {found['bytes'] / max(1, len(ms)) / 1000:.1f} "
            f"| {errors or 0}{str(found['errors']) if errors else ''} | {verdict} |",
            flush=True,
        )
