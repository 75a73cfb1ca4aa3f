# SPDX-License-Identifier: Apache-2.0
"""What is known of the customer of a contact: segment, plan, country and whatever else the table has."""

from __future__ import annotations

from collections.abc import Iterable

from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.records.tables import TABLES

_NO_ATTRIBUTE = ("row_id", "customer_id")


def customer_attributes(book: Book, *, besides: Iterable[str] = ()) -> list[str]:
    """Columns of customers that contacts can be told apart by.

    Not days, nor what a contact has itself; besides: what else is not wanted
    """
    if not book.has("customers"):
        return []
    own = {*book.columns("contacts"), *_NO_ATTRIBUTE, *besides}
    types, filled = book.columns("customers"), book.filled("customers")
    told = [n for n in types if n in filled and n not in own]
    return [n for n in told if types[n] in ("VARCHAR", "BOOLEAN", "BIGINT", "INTEGER")]


def customers_sql(book: Book, names: Iterable[str]) -> str:
    """SQL relation of customer_id and attributes, one row a customer, so that no join makes two of a contact.

    Where a customer has several rows, each attribute is that of the row landed last.
    """
    names = list(dict.fromkeys(names))
    fields = "".join(f", arg_max({quote(n)}, row_id) AS {quote(n)}" for n in names)
    rows = book.relation("customers", ["customer_id", *names, "row_id"])
    return f"(SELECT customer_id{fields} FROM {rows} WHERE customer_id IS NOT NULL GROUP BY customer_id)"


def names_customer(table: str) -> bool:
    """Whether rows of a table say whose they are."""
    return table != "customers" and TABLES[table].column("customer_id") is not None
