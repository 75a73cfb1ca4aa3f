# SPDX-License-Identifier: Apache-2.0
"""A table as plain records for JSON: money and decimals as strings with all their digits, unknown as null."""

from __future__ import annotations

from percontact.report.cells import exact
from percontact.report.document import Table


def records_of(table: Table) -> list[dict[str, object]]:
    """One mapping a row, by column name; whole counts stay numbers."""
    return [
        {
            c.name: cell if c.kind == "count" or cell is None else exact(cell, c)
            for c, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]
