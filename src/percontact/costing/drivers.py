# SPDX-License-Identifier: Apache-2.0
"""Drivers in whole numbers: the column of a work row that measures each, and the parts it is counted in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from percontact.costing.policy import Policy
from percontact.costing.work_rows import is_number
from percontact.records.book import Book
from percontact.records.dialect import quote

SUMS = ("n", "handled", "effort", "measured", "derived")
"""What each row of work counts: contacts, those handled, seconds, and how many measured and derived times."""
ADDED_UP = ", ".join(
    "sum(effort) AS effort" if x == "effort" else f"CAST(sum({x}) AS HUGEINT) AS {x}" for x in SUMS
)
"""SQL of SUMS over several rows."""
DRIVER_COLUMNS = {
    "handle_s": "effort",
    "contacts": "handled",
    "offered": "n",
    "messages": "messages",
    "talk_s": "talk_s",
    "wait_s": "wait_s",
}
"""Driver -> the column of a work row that measures it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A whole-number share of a driver: a column `name` of work rows, made by `sql` of a single row, worth
    `weight` of the driver's finest unit."""

    name: str
    sql: str
    weight: int


def flat_parts(parts: Mapping[str, Sequence[Part]]) -> tuple[Part, ...]:
    """The parts of several drivers, each once, in order."""
    return tuple({p.name: p for driver in parts.values() for p in driver}.values())


def is_of_work(driver: str) -> bool:
    """Whether a driver is measured by rows of work; else it is only for giving shared cost."""
    return driver in DRIVER_COLUMNS or driver.startswith("usage:")


def parts_of(driver: str, *, whole_seconds: bool) -> tuple[Part, ...]:
    """The whole-number parts of a driver: seconds and, where some times are finer, milliseconds."""
    if driver.startswith("usage:"):
        return _whole_and_rest(driver, quote("usage_" + driver.partition(":")[2]), 10**6)
    column = DRIVER_COLUMNS[driver]
    if not driver.endswith("_s"):
        return (Part(f"q_{driver}", column, 1),)
    return (Part(f"q_{driver}", column, 1000),) if whole_seconds else _whole_and_rest(driver, column, 1000)


def _whole_and_rest(driver: str, column: str, unit: int) -> tuple[Part, Part]:
    name = f"q_{driver}"
    return (
        Part(name, f"CAST(floor({column}) AS BIGINT)", unit),
        Part(f"{name}_rest", f"CAST(({column} - floor({column})) * {unit} AS BIGINT)", 1),
    )


def has_whole_seconds(book: Book, policy: Policy) -> bool:
    """Whether every time of work is a number of whole seconds."""
    if policy.concurrent_channels:
        return False
    if not all(f.whole_seconds for t in ("contacts", "handlings") for f in book.files.get(t, ())):
        return False
    return all(
        _whole(u.base_s, *u.extra_s.values()) and all(map(is_number, u.extra_s)) for u in policy.unit_times
    )


def _whole(*numbers: Decimal) -> bool:
    return all(n == n.to_integral_value() for n in numbers)
