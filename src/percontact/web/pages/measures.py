# SPDX-License-Identifier: Apache-2.0
"""Measures: the catalogue of metrics with today's values; one of them with its figures in its formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from percontact.answers.cataloguing import catalogued, opened_metric
from percontact.answers.exploring import explored
from percontact.metrics.card import CATEGORIES
from percontact.pipeline import OpenBook
from percontact.report.catalogued import headline
from percontact.report.charts.chart import Chart
from percontact.report.document import Table
from percontact.report.explored import Exploration
from percontact.report.exploring_charts import exploration_chart
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.filters import filtered
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer

LIST, ONE = "/measures", "/measures/{metric}"


def measures(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """All metrics, or those found, a table a shelf."""
    start, end = asked.span
    found = catalogued(
        book, words=asked.one("q").split(), tag=asked.one("tag"), start=start, end=end, where=asked.where,
        basis=asked.one("basis", "used"), compare=asked.one("compare", "previous"),
        agents_by_name=viewer.names,
    )  # fmt: skip
    by_name = {e.card.name: e.card.metric for e in found.entries}
    by_name |= {f"{e.card.name} ({e.card.symbol})": e.card.metric for e in found.entries if e.card.symbol}
    tables = tuple(_linked(t, asked, by_name) for t in found.document.tables)
    return Page(
        replace(found.document, tables=tables),
        tables=len(tables),
        extra={
            "q": asked.one("q"),
            "tag": asked.one("tag"),
            "shelves": CATEGORIES,
            "tags": [t for t in found.tags if t not in CATEGORIES],
        },
    )


def _linked(table: Table, asked: Asked, by_name: dict[str, str]) -> Table:
    return replace(table, links=tuple(_metric(asked, by_name[str(row[0])]) for row in table.rows))


def _metric(asked: Asked, metric: str) -> str:
    return asked.carried().but(metric=metric).to(ONE)


def measure(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """One metric: what it is, what it was, where it differs, what others publish."""
    start, end = asked.span
    found = opened_metric(
        book, asked.one("metric"), start=start, end=end, where=asked.where,
        basis=asked.one("basis", "used"), compare=asked.one("compare", "previous"),
        agents_by_name=viewer.names,
    )  # fmt: skip
    document, charts = found.document, list[Chart]()
    if found.now is not None:
        see = partial(
            explored, book, found.card.metric, start=start, end=end, where=asked.where,
            basis=asked.one("basis", "used"), compare=asked.one("compare", "previous"),
            agents_by_name=viewer.names,
        )  # fmt: skip
        months, channels = see(grain="month"), see(by=["channel"])
        told = headline(
            found.card, found.now, found.then, found.question, found.against, book.settings.currency
        )
        document = replace(document, headline=told)
        charts = [
            *(exploration_chart(months, _months(asked, months), events.on) if len(months.lines) > 1 else ()),
            *(exploration_chart(channels, _channels(asked, channels)) if len(channels.lines) > 1 else ()),
        ]
    here = asked.carried().but(metric=found.card.metric)
    return Page(
        document,
        charts=tuple(charts),
        tables=len(document.tables),
        extra={
            "related": [(c.name, c.asks, _metric(asked, c.metric)) for c in found.related],
            "explore": here.to("/explore"),
            "tags": [
                (t, asked.carried().but(tag=t).to(LIST)) for t in (found.card.category, *found.card.tags)
            ],
        },
    )


def _months(asked: Asked, months: Exploration) -> Sequence[str]:
    """Each month leads to the metric's page of that month."""
    here = asked.carried().but(metric=months.card.metric, **{"from": None, "to": None})
    return [here.but(period=f"{line.period:%Y-%m}").to(ONE) for line in months.lines]


def _channels(asked: Asked, channels: Exploration) -> Sequence[str]:
    """Each channel leads to the metric of that channel, by reason."""
    here = asked.carried().but(metric=channels.card.metric)
    lines = [filtered(here, [("channel", line.values[0])]) for line in channels.lines]
    return [line.but(by="reason").to("/explore") for line in lines]


SCREEN = Screen(
    path=LIST,
    name="Measures",
    group="Understand",
    letter="m",
    shows="Every metric: what it tells, how it is made, and its value today.",
    make=measures,
    template="measures.html",
    tables=("contacts",),
    pseudonyms=True,
)
MEASURE = Screen(
    path=ONE,
    name="Measure",
    group="Understand",
    letter="",
    shows="One metric: its definition with today's figures put in, its months and its channels.",
    make=measure,
    template="measure.html",
    tables=("contacts",),
    menu=False,
    pseudonyms=True,
)
