# SPDX-License-Identifier: Apache-2.0
"""Opportunities: where money may be saved, what must not worsen by it, and what to do next."""

from __future__ import annotations

from datetime import timedelta

from percontact.answers import readying, seeking
from percontact.explain.opportunity import Opportunity
from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.report.sought import KINDS, guardrail_parts, range_words, smaller
from percontact.report.sought_charts import cashable_words, stakes_chart
from percontact.report.spoken import spoken
from percontact.web.asked import Asked
from percontact.web.filters import condition
from percontact.web.screen import Screen, Viewer

DRAWN = 12
"""So many are drawn; the rest stands in the list below."""

MATTER = 6
"""So many stand open, one by one: what a team can follow up in a quarter. The smaller ones fold away."""


def opportunities(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """Ranked by the money at stake: sentence, range, what leaves the ledger, guardrail, next step."""
    start, end = asked.span
    answer = readying.sought(book, start=start, end=end, where=asked.where)
    document = seeking.document(book, answer)
    span, currency = spoken(answer.question.span), book.settings.currency
    hrefs = [_behind(one, asked, viewer) for one in answer.found]
    listed = [
        {
            "rank": rank,
            "kind": KINDS[one.kind],
            "says": one.says,
            "range": range_words(one.low, one.high, currency),
            "cashable": cashable_words(one),
            "guardrail": [
                (text, metric and _measure(asked, metric)) for text, metric in guardrail_parts(one)
            ],
            "step": one.step,
            "contacts": one.contacts,
            "href": href,
            "where_to": "the contacts behind it" if one.where else "the cost behind it",
        }
        for rank, (one, href) in enumerate(zip(answer.found, hrefs, strict=True), 1)
    ]
    drawn = answer.found[:DRAWN]
    charts = (stakes_chart(drawn, currency, span, hrefs[:DRAWN]),) if drawn else ()
    return Page(
        document,
        charts=charts,
        extra={
            "large": listed[:MATTER],
            "small": listed[MATTER:],
            "kinds": smaller(answer.found[MATTER:], currency),
        },
    )


def _measure(asked: Asked, metric: str) -> str:
    return asked.carried().but(metric=metric).to("/measures/{metric}")


def _behind(one: Opportunity, asked: Asked, viewer: Viewer) -> str:
    """The contacts of an opportunity, or the ledger lines; nowhere for who may not see them."""
    state = asked.carried()
    if one.days:
        last = one.days.end - timedelta(days=1)
        state = state.but(period=None, **{"from": str(one.days.start), "to": str(last)})
    if not one.where:
        return state.but(pool=one.pool).to("/cost-map") if one.pool else ""
    hidden = not viewer.names and any(dimension == "agent" for dimension, _ in one.where)
    if hidden or not viewer.contacts:
        return ""
    where = [*asked.every("where"), *(condition(d, values) for d, values in one.where)]
    return state.but(where=where).to("/explore/contacts")


SCREEN = Screen(
    path="/opportunities",
    name="Opportunities",
    group="Act",
    letter="p",
    shows="Where money may be saved, what must not worsen by it, and what to do next.",
    make=opportunities,
    template="opportunities.html",
    compares=False,
    usual="the last three months",
)
