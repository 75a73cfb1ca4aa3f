# SPDX-License-Identifier: Apache-2.0
"""All table contracts of a Book, by name."""

from __future__ import annotations

import re

from percontact.records.calendar import CALENDAR, EVENTS, TARGETS
from percontact.records.column import Table
from percontact.records.contacts import CASES, CONTACTS, HANDLINGS
from percontact.records.ledger import BUDGETS, FX, LEDGER, USAGE
from percontact.records.people import CAMPAIGNS, CAPACITY, CUSTOMERS, SURVEYS

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        CONTACTS, HANDLINGS, CASES, CAPACITY, LEDGER, USAGE, CUSTOMERS, SURVEYS, CAMPAIGNS,
        TARGETS, BUDGETS, FX, CALENDAR, EVENTS,
    )
}  # fmt: skip
"""Every table, in the order of the reference page."""

LANDED: dict[str, tuple[tuple[str, str], ...]] = {
    "contacts": (("row_id", "BIGINT"), ("bucket", "INTEGER"), ("handled", "BIGINT")),
    "handlings": (("row_id", "BIGINT"), ("bucket", "INTEGER")),
}
"""Columns that landing adds: row_id = import x 2^36 + line of the source file; bucket = UTC quarter hours
since 1970; handled = count, or 0 where the contact was abandoned. Every other table gets row_id only."""

ROW_BITS = 36
"""Bits of `row_id` that hold the source line; the rest is the number of the import."""

PART_BITS = 8
"""Of these, the last that tell apart the rows made of one line, where a mapping makes several of it."""

_PARTED = re.compile(r"(?m)^(unpivot|explode)[ \t]*:")


def line_of(row_id: int, mapping: str) -> int:
    """The line of the source file a row was read from; `mapping` is the text it was read by.

    >>> line_of((7 << ROW_BITS) + 88, ""), line_of((7 << ROW_BITS) + (88 << PART_BITS) + 3, "unpivot: {}")
    (88, 88)
    """
    line = row_id & ((1 << ROW_BITS) - 1)
    return line >> PART_BITS if _PARTED.search(mapping) else line


def landed_columns(table: str) -> tuple[tuple[str, str], ...]:
    """(name, SQL type) of the columns that landing adds to a table."""
    return LANDED.get(table, (("row_id", "BIGINT"),))
