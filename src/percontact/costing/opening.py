# SPDX-License-Identifier: Apache-2.0
"""Opening hours: the usual week as the policy states it; the table calendar says which days differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
DAY_MINUTES = 24 * 60


class Hours(NamedTuple):
    """Open from one minute of a local day up to another, [opens, closes); 0 to 1440 is round the clock."""

    opens: int
    closes: int


def read_hours(text: str) -> Hours:
    """08:00-18:00 as minutes of the day. Raises ValueError for anything else and for an end before its start.

    >>> read_hours("08:30-24:00")
    Hours(opens=510, closes=1440)
    """
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of hours")
    a, b, c, d = map(int, found.groups())
    hours = Hours(a * 60 + b, c * 60 + d)
    if b > 59 or d > 59 or hours.closes > DAY_MINUTES or hours.opens >= hours.closes:
        raise ValueError(f"{text!r} does not end after it begins on the same day")
    return hours


def read_week(told: Mapping[str, str]) -> dict[int, Hours]:
    """{"mon-fri": "08:00-18:00", "sat": "09:00-13:00"} as ISO weekday -> hours; days not named are closed.

    Raises ValueError for a day that there is not, or that is named twice.
    """
    week: dict[int, Hours] = {}
    for days, hours in told.items():
        first, _, last = (part.strip().lower()[:3] for part in days.partition("-"))
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise ValueError(f"{days!r} is no weekday; write mon, or mon-fri")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if end < start:
            raise ValueError(f"{days!r} runs backwards; write two lines")
        for day in range(start + 1, end + 2):
            if day in week:
                raise ValueError(f"{WEEKDAYS[day - 1]} is named twice")
            week[day] = read_hours(hours)
    return week
