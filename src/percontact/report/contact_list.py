# SPDX-License-Identifier: Apache-2.0
"""Single contacts with their cost, as a document."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from percontact.costing.contact_cost import SHOWN, local_text, priced_contacts
from percontact.costing.costed import CostedBook
from percontact.costing.slice import Slice
from percontact.records.dialect import quote
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.words import value_text
from percontact.values.money import from_pico

SORTS = {"cost": "pico DESC", "cheapest": "pico", "newest": "started_at DESC", "oldest": "started_at"}


def contact_document(costed: CostedBook, question: Slice, *, top: int = 20, sort: str = "cost") -> Document:
    """The contacts of a slice with their cost, `top` of them in the order of `sort` (a key of SORTS)."""
    zone = costed.book.settings.timezone
    columns = tuple(c for c in SHOWN if c in costed.book.filled("contacts"))
    source = priced_contacts(costed, question, columns)
    fields = ", ".join(quote(c) for c in columns)
    rows = costed.con.execute(f"""
        SELECT {fields}, CAST(pico AS HUGEINT), count(*) OVER (), CAST(sum(pico) OVER () AS HUGEINT)
        FROM {source} ORDER BY {SORTS[sort]}, row_id LIMIT {int(top)}
    """).fetchall()
    in_all, total = (int(rows[0][-2]), int(rows[0][-1])) if rows else (0, 0)
    currency = costed.currency
    table = Table(
        "Contacts",
        (*map(_column, columns), TableColumn("cost", f"Cost, {currency}", "value", currency)),
        tuple((*(_cell(v, zone) for v in row[: len(columns)]), from_pico(int(row[-3]))) for row in rows),
        note=f"{len(rows):,} of {in_all:,}; --top N shows more, -o contacts.parquet writes all."
        if len(rows) < in_all
        else "",
    )
    return Document(
        title="Contacts",
        headline=f"{in_all:,} contact{'s' * (in_all != 1)}, abandoned ones too, "
        f"cost {currency} {value_text(from_pico(total), currency)}, basis {question.basis}.",
        tables=(table,),
        data={
            "currency": currency,
            "basis": question.basis,
            "contacts_in_all": in_all,
            "cost_in_all": str(from_pico(total)),
            "contacts": records_of(table),
        },
        demo="Demo data: this company is made up." if costed.book.settings.demo else "",
    )


def _column(name: str) -> TableColumn:
    if name == "handle_s":
        return TableColumn(name, "Handle time, s", "seconds")
    return TableColumn(
        name,
        {"contact_id": "Contact", "started_at": "Started", "case_id": "Case"}.get(name, name.capitalize()),
    )


def _cell(value: object, zone: str) -> Cell:
    if isinstance(value, datetime):
        return local_text(value, zone)
    return value if value is None or isinstance(value, str | int | Decimal) else str(value)
