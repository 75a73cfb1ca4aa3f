# SPDX-License-Identifier: Apache-2.0
"""Opportunities as a picture: the money at stake in each, the largest first."""

from __future__ import annotations

from collections.abc import Sequence

from percontact.explain.opportunity import Opportunity
from percontact.report.charts.bars import Bar, bars
from percontact.report.charts.chart import Chart
from percontact.report.document import TableColumn
from percontact.report.sought import KINDS, money_cell, range_words


def stakes_chart(found: Sequence[Opportunity], currency: str, span: str, hrefs: Sequence[str]) -> Chart:
    """A bar each, as long as the middle of its range; what is safe to say and what is possible beside it."""
    points = [
        Bar(
            f"{rank}. {KINDS[one.kind]}: {about(one)}",
            money_cell(one.middle, currency),
            href,
            note=f"{range_words(one.low, one.high, currency)}, {cashable_words(one)}",
        )
        for rank, (one, href) in enumerate(zip(found, hrefs, strict=True), 1)
    ]
    best = found[0]
    return bars(
        points,
        TableColumn("middle", f"Middle of the range, {currency}", "money", currency),
        name="stakes",
        title=f"{KINDS[best.kind].capitalize()} of {about(best)} has the most money at stake",
        subtitle=f"money at stake in {span}, middle of the range, {currency}",
        header="Opportunity",
    )


def about(one: Opportunity) -> str:
    """What an opportunity is about, in a few words: its values, or its pool."""
    named = ", ".join(value for dimension, values in one.where for value in values if dimension != "agent")
    return (named or one.pool or "hours of the week").replace("_", " ")


def cashable_words(one: Opportunity) -> str:
    """How much of it leaves the ledger, in words."""
    if one.cashable >= 0.995:
        return "all of it leaves the ledger"
    if one.cashable <= 0.005:
        return "all of it is time set free"
    return f"{one.cashable:.0%} of it leaves the ledger, the rest is time set free"
