# SPDX-License-Identifier: Apache-2.0
"""Answers to where a figure comes from: its trail, down to the file and line of each row."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from percontact.costing.slice import Slice
from percontact.costing.trail import contact_trail, trail
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.trace import trail_document


def traced(
    book: OpenBook, question: Slice, *, contact_id: str | None = None, pool: str | None = None, top: int = 10
) -> Document:
    """The trail of a figure, or of one contact, with the file and line of each row."""
    if contact_id is None:
        found = trail(book.costed, question, pool=pool, top=top)
        last_day = question.span.end - timedelta(days=1)
        days = f"{question.span.start}" + (f" to {last_day}" if last_day != question.span.start else "")
        title = f"{days}, basis {question.basis}"
    else:
        found = contact_trail(book.costed, contact_id, question)
        title = f"Contact {contact_id}, basis {question.basis}"
    return trail_document(
        found,
        title=title,
        currency=book.settings.currency,
        origin=partial(origin, book),
        demo=book.settings.demo,
    )


def origin(book: OpenBook, row_id: int) -> str:
    """File and line of a row; of a contact made of many rows, all their lines."""
    source, line = book.workspace.origin(row_id)
    lines = None
    if "source_lines" in book.book.filled("contacts"):
        contacts = book.book.relation("contacts", ["row_id", "source_lines"])
        query = f"SELECT source_lines FROM {contacts} WHERE row_id = $1 AND source_lines IS NOT NULL"
        lines = book.costed.con.execute(query, [row_id]).fetchone()
    purged = book.workspace.purged_on(row_id)
    return f"{source.name}:{lines[0] if lines else line}" + (f" (text purged on {purged})" if purged else "")
