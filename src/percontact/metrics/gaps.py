# SPDX-License-Identifier: Apache-2.0
"""What a question cannot be told of the rows, in words: staff by weeks, churn past the end of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from percontact.costing.marketing import campaign_rows
from percontact.costing.slice import Slice
from percontact.metrics.card import Card
from percontact.metrics.made_rows import staff_cut
from percontact.metrics.stocks import STOCKS, last_day, stock_spans
from percontact.metrics.tally import Tally


def nothing_known(tally: Tally, question: Slice, cards: Sequence[Card]) -> str:
    """A sentence where no figure can be made, or ""."""
    names = ", ".join(c.symbol or c.name for c in cards)
    if not tally.book.has(tally.facts.table):
        return f"{names}: unknown, there are no {tally.facts.table} yet."
    if tally.facts.made == "staff_period" and question.by_day:
        cut, periods = staff_cut(tally.con, tally.book, question)
        if cut and cut == periods:
            return (
                f"{names}: unknown, rows of capacity lie across the bounds of every period asked for. "
                "Ask by month, or import hours by day."
            )
    asked = [*question.by, *(c.dimension for c in question.where if c.dimension != "month")]
    if strange := [d for d in asked if not tally.row.knows(d)]:
        return f"{names}: unknown by {', '.join(strange)}, which {tally.facts.table} do not say."
    return ""


def gaps(tally: Tally, question: Slice, cards: Sequence[Card]) -> Iterator[str]:
    """Sentences on what some figures leave out."""
    names = ", ".join(c.symbol or c.name for c in cards)
    if tally.facts.made == "staff_period" and question.by_day:
        cut, periods = staff_cut(tally.con, tally.book, question)
        if cut:
            yield f"{names}: unknown in {cut} of {periods} periods, whose bounds rows of capacity cross."
    if tally.facts.made == "campaign_row":
        left_out = [c for c in campaign_rows(tally.con, tally.book, question.span) if c.unknown]
        if left_out:
            yield f"{names}: rows of campaigns without spend or without reach are left out: {len(left_out)}."
    if tally.when in STOCKS:
        spans = stock_spans(tally.con, tally.book, question, tally.when, tally.row.inactive_days)
        unknown = sum(not s.known for s in spans)
        if unknown:
            last = last_day(tally.con, tally.book, tally.when)
            yield (
                f"{names}: undefined in {unknown} of {len(spans)} periods. The data ends on {last}, and what "
                "happened after it decides."
            )
