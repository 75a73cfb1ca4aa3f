# SPDX-License-Identifier: Apache-2.0
"""Tables that a question cannot do without: what is said where one of them has no rows yet."""

from __future__ import annotations

from percontact.records.book import Book
from percontact.values.problem import problem

_NEEDED = {
    "ledger": (
        "there is no ledger yet",
        "Cost per contact needs contacts and a ledger; one cost line a month is enough.",
    ),
    "contacts": (
        "there are no contacts yet",
        "Contacts are what is counted, one row a day is enough; figures of cost need a ledger besides.",
    ),
    "usage": ("there is no metered use yet", "It comes from the table usage."),
    "campaigns": ("there are no campaigns yet", "Spend and reach come from the table campaigns."),
}
"""table -> (what is the matter when it has no rows, why it is needed)"""


def need(book: Book, table: str, where: str) -> None:
    """Raise E-DATA-01, of the workspace `where`, if a table that a question needs has no rows."""
    if not book.has(table):
        what, why = _NEEDED[table]
        do = f"Import {'it' if table in ('ledger', 'usage') else 'them'}: percontact import {table} FILE"
        columns = " (used_at, vendor, item, quantity, contact_id)" if table == "usage" else ""
        raise problem("E-DATA-01", where, what, why, f"{do}{columns}.")
