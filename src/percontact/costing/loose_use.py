# SPDX-License-Identifier: Apache-2.0
"""Metered use that names no contact of the Book: it drives cost, but no contact bears it."""

from __future__ import annotations

from collections.abc import Collection

from percontact.records.book import Book
from percontact.records.dialect import in_list


def loose_use_sql(book: Book, items: Collection[str]) -> str:
    """SQL relation item, month, units (millionths), of some metered items.

    The month is that of the use, for there is no contact to have one.
    """
    usage = book.relation("usage", ["contact_id", "item", "quantity", "month"])
    contacts = book.relation("contacts", ["contact_id"])
    metered = in_list("item", items)
    # The few ids that are named are looked for among the many contacts, not the other way round.
    return f"""(
        SELECT item, month, CAST(sum(quantity) * 1000000 AS HUGEINT) AS units
        FROM {usage}
        WHERE {metered} AND (contact_id IS NULL OR contact_id NOT IN (
            SELECT contact_id FROM {contacts}
            WHERE contact_id IN (SELECT contact_id FROM {usage} WHERE contact_id IS NOT NULL)
        ))
        GROUP BY item, month
    )"""
