# SPDX-License-Identifier: Apache-2.0
"""Lengths of time in cells: h:mm:ss, mm:ss, numbers of a unit, and those that name their units: 2h 5m."""

from __future__ import annotations

from percontact.ingest.cell_numbers import number, reckoned
from percontact.ingest.cell_text import Cell
from percontact.ingest.mapping import Origin
from percontact.ingest.plan import Target
from percontact.records.column import STORED
from percontact.records.dialect import literal

_HMS = r"[+-]?\d{1,8}:[0-5]\d:[0-5]\d([.,]\d+)?"
_PAIR = r"[+-]?\d{1,8}:[0-5]\d([.,]\d+)?"
"""Eight digits of hours: the microseconds of nine would not fit a machine word."""

_SECONDS = {"s": "1", "ms": "0.001", "min": "60", "h": "3600", "day": "86400"}
"""Seconds in one of the unit."""

_NAMES = {"d": "d|days?", "h": "h|hrs?|hours?", "m": "m|mins?|minutes?", "s": "s|secs?|seconds?"}
"""What units are called beside their numbers, largest first. Weeks and months have no certain length."""
_UNIT_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_PART = r"\d{1,9}([.,](\d{1,2}|\d{4,6}))?"
"""A number with decimals; three of them could be thousands: 1,500s."""


def _named() -> str:
    """Pattern of the largest unit first, each once, the last one with decimals if any: 1d 3h, 18m 50.5s."""
    larger, forms = "", []
    for names in _NAMES.values():
        forms.append(f"{larger}{_PART} ?({names})")
        larger += rf"(\d{{1,9}} ?({names})(, ?| ?))?"
    return f"(?i)[+-]?({'|'.join(forms)})"


NAMED = _named()
"""RE2 pattern of a length of time that names its units."""


def write_seconds(made: Cell, target: Target, k: int | str) -> None:
    """A length of time in seconds."""
    origin = target.origin

    def read(text: str) -> str:
        return duration(text, origin, "s")

    if origin.times or origin.plus or origin.minus or origin.factor or origin.negative:
        made.valued.append((f"n{k}", reckoned(made, target, k, read, "DECIMAL(18,6)")))
    else:
        made.parsed.append((f"n{k}", read(f"r{k}")))
    made.value = f"TRY_CAST(n{k} AS {STORED['seconds']})"
    # A fraction of a day never comes out even in decimals; that is no loss worth a word.
    made.rounded = None if origin.unit == "day" else f"n{k} <> v{k}"


def write_hours(made: Cell, target: Target, k: int | str) -> None:
    """A length of time in hours."""

    def read(text: str) -> str:
        seconds = duration(text, target.origin, "h")
        return f"TRY_CAST(round(CAST({seconds} AS DOUBLE) / 3600, 6) AS {STORED['hours']})"

    made.value = reckoned(made, target, k, read, STORED["hours"])


def duration(text: str, origin: Origin, own_unit: str) -> str:
    """A duration in seconds with six decimals, NULL where there is none or where it has no end."""
    unit = origin.unit or own_unit
    pair = {"hms": "1", "hm": "60"}.get(unit)
    factor = _SECONDS.get(unit, "1")
    # Eighteen digits fit a machine word. A fraction of a day needs more of them before it is multiplied.
    plain = number(text, origin, "DECIMAL(18,6)" if factor == "1" else "DECIMAL(28,12)")
    plain = plain if factor == "1" else f"{plain} * {factor}"
    read = f"coalesce({plain}, {_of_units(text)})"
    return f"TRY_CAST(CASE {_clock(text, pair_unit=pair)} ELSE {read} END AS DECIMAL(18,6))"


def _clock(text: str, *, pair_unit: str | None) -> str:
    """Seconds of h:mm:ss, and with a unit for pairs also of mm:ss (s) or h:mm (min)."""
    size = f"(CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END)"
    part = [
        f"TRY_CAST(replace(ltrim(split_part({text}, ':', {i}), '+-'), ',', '.') AS DECIMAL(15,6))"
        for i in (1, 2, 3)
    ]
    whole = f"{size} * ({part[0]} * 3600 + {part[1]} * 60 + {part[2]})"
    cases = f"WHEN regexp_full_match({text}, {literal(_HMS)}) THEN {whole} "
    if pair_unit:
        pair = f"{size} * ({part[0]} * 60 + {part[1]}) * {pair_unit}"
        cases += f"WHEN regexp_full_match({text}, {literal(_PAIR)}) THEN {pair} "
    return cases


def _of_units(text: str) -> str:
    """Seconds of a length that names its units: they count, whatever unit the column has otherwise."""
    size = f"(CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END)"
    parts = [
        f"coalesce(TRY_CAST(replace(regexp_extract(lower({text}), '([0-9]+([.,][0-9]+)?) ?{unit}', 1), "
        f"',', '.') AS DECIMAL(24,6)), 0) * {seconds}"
        for unit, seconds in _UNIT_SECONDS.items()
    ]
    whole = f"{size} * ({' + '.join(parts)})"
    return f"CASE WHEN regexp_full_match({text}, {literal(NAMED)}) THEN {whole} END"
