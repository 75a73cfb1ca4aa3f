# SPDX-License-Identifier: Apache-2.0
"""The time by which half have got there, when some have not yet: the Kaplan-Meier estimate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Survival:
    """What is known of a group's times.

    median    the first time at which half or more have got there; None where fewer than half are known to
    happened  how many got there;  censored  how many had not when last seen
    """

    median: int | None
    happened: int
    censored: int


def survive(seen: Iterable[tuple[int, bool, int]]) -> Survival:
    """Kaplan-Meier estimate from (time, whether it happened then, how many).

    One who has not got there when last seen counts as at risk up to that time, and neither as never nor as
    zero. Ties: those it happened to come before those last seen at the same time.
    Source: Kaplan & Meier, JASA 53(282), 1958.

    >>> survive([(1, True, 1), (2, False, 1), (3, True, 1), (4, True, 1)])
    Survival(median=3, happened=3, censored=1)
    """
    times: dict[int, list[int]] = {}
    for time, happened, count in seen:
        times.setdefault(time, [0, 0])[0 if happened else 1] += count
    at_risk = sum(a + b for a, b in times.values())
    left, median = Fraction(1), None
    for time in sorted(times):
        there, gone = times[time]
        left *= 1 - Fraction(there, at_risk)
        at_risk -= there + gone
        if median is None and left <= Fraction(1, 2):
            median = time
    return Survival(median, sum(a for a, _ in times.values()), sum(b for _, b in times.values()))
