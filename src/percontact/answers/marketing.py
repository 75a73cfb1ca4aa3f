# SPDX-License-Identifier: Apache-2.0
"""The answer to cost per contact in the marketing sense: what campaigns spent for each contact reached."""

from __future__ import annotations

from percontact.costing.asked import named_period
from percontact.costing.marketing import campaign_costs
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.campaigns import marketing_document
from percontact.report.document import Document
from percontact.values.period import Period


def marketing(book: OpenBook, start: str | None, end: str | None) -> Document:
    """Cost per contact in the marketing sense; needs campaigns only."""
    con = connect()
    book.need("campaigns")
    calendar = book.settings.calendar
    row = con.execute(
        f"SELECT min(period_start), max(period_end) FROM {book.book.relation('campaigns')}"
    ).fetchone()
    assert row is not None
    span = Period(
        named_period(start, "--from", calendar).start if start else row[0],
        named_period(end, "--to", calendar).end if end else row[1],
    )
    return marketing_document(
        campaign_costs(con, book.book, span), span, book.settings.currency, demo=book.settings.demo
    )
