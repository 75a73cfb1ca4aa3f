# SPDX-License-Identifier: Apache-2.0
"""Scales: round numbers for gridlines, how they are written, and labels that keep out of each other's way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

GRIDLINES = 4
"""About as many gridlines as a chart has; more are read by nobody."""


def ticks(low: float, high: float, *, count: int = GRIDLINES) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, that reach over all from low to high.

    >>> ticks(2.61, 2.93)
    [2.6, 2.7, 2.8, 2.9, 3.0]
    >>> ticks(0, 7300)
    [0, 2000, 4000, 6000, 8000]
    """
    if not high > low:
        room = abs(high) * 0.1 or 1.0
        low, high = low - room, high + room
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return [round(n * step, places) if places else round(n * step) for n in range(first, last + 1)]


def tick_format(at: Sequence[float], kind: str) -> str:
    """How the numbers of an axis are written (d3-format): as few decimals as tell them apart.

    >>> tick_format([0, 0.05, 0.1], "share"), tick_format([2.6, 2.7], "value")
    ('.0%', ',.2f')
    """
    step = min((abs(b - a) for a, b in pairwise(at)), default=1.0)
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 0
    if kind == "share":
        return f".{max(0, places - 2)}%"
    # Money reads oddly with one decimal; a tenth of a second does not.
    return f",.{2 if kind in ('value', 'money') and places == 1 else places}f"


def apart(wanted: Sequence[float], room: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in the same order, at least `room` apart and within [low, high].

    Each group that would touch is spread about its own middle, so no label is moved further than it must be.

    >>> apart([10, 12, 50], 14, 0, 100)
    [4.0, 18.0, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[float, int]] = []
    for i in order:
        middle, size = wanted[i], 1
        while groups and middle - (size - 1) * room / 2 < _end(groups[-1], room) + room:
            before, count = groups.pop()
            middle = (before * count + middle * size) / (count + size)
            size += count
            middle = _within(middle, size, room, low, high)
        groups.append((_within(middle, size, room, low, high), size))
    places = [middle + (n - (size - 1) / 2) * room for middle, size in groups for n in range(size)]
    found = [0.0] * len(wanted)
    for place, i in zip(places, order, strict=True):
        found[i] = place
    return found


def _end(group: tuple[float, int], room: float) -> float:
    return group[0] + (group[1] - 1) * room / 2


def _within(middle: float, size: int, room: float, low: float, high: float) -> float:
    reach = (size - 1) * room / 2
    return max(low + reach, min(high - reach, middle))
