# SPDX-License-Identifier: Apache-2.0
"""Explore: any metric by any one or two dimensions or over time, each line a step deeper."""

from __future__ import annotations

from percontact.answers.exploring import deeper, explored, ways
from percontact.metrics.card import CATEGORIES
from percontact.metrics.catalogue import catalogue
from percontact.pipeline import OpenBook
from percontact.report.explored import Exploration, Line, explored_document
from percontact.report.exploring_charts import exploration_chart
from percontact.report.named import dimension_words
from percontact.report.page import Page
from percontact.values.period import label
from percontact.web.asked import Asked
from percontact.web.filters import chips, filtered
from percontact.web.listing import listing
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer

GRAINS = ("day", "week", "month", "quarter", "year")
COST = "cost_per_contact"


def explore(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """One metric, ranked: the finding, the picture, the table."""
    start, end = asked.span
    metric, grain = asked.one("metric", COST), asked.one("grain")
    found = explored(
        book, metric, by=asked.every("by"), grain=grain, start=start, end=end, where=asked.where,
        basis=asked.one("basis", "used"), compare=asked.one("compare", "previous"), sort=asked.one("sort"),
        agents_by_name=viewer.names,
    )  # fmt: skip
    document = explored_document(found)
    links = tuple(_deeper(book, asked, found, line, viewer) for line in found.lines)
    behind = tuple(_behind(asked, found, line) for line in found.lines) if _opens(found, viewer) else ()
    return Page(
        document,
        charts=tuple(exploration_chart(found, links, events.on)),
        extra={
            "metric": found.card.metric,
            "shelves": _shelves(book),
            "ways": [(d, dimension_words(d)) for d in _ways(book, found)],
            "by": [*found.by, "", ""][:2] if not found.step else [*found.by, ""][:1],
            "grains": GRAINS,
            "grain": found.step or "",
            "filters": chips(asked, found.where, "/explore"),
            "table_title": "All figures",
            "listing": listing(
                document.tables[0],
                asked,
                "/explore",
                sort=asked.one("sort", "period" if found.step else "-value"),
                links=links,
                behind=behind,
                tones=[found.verdict(line) for line in found.lines],
            ),
            "further": _further(asked, found, viewer),
        },
    )


def _shelves(book: OpenBook) -> list[tuple[str, list[tuple[str, str]]]]:
    cards = catalogue(book.workspace.path).values()
    return [
        (shelf.capitalize(), [(c.metric, c.name) for c in cards if c.category == shelf])
        for shelf in CATEGORIES
        if any(c.category == shelf for c in cards)
    ]


def _ways(book: OpenBook, found: Exploration) -> list[str]:
    known = ways(book, found.card.metric)
    return [*known, *(d for d in found.by if d not in known)]


def _opens(found: Exploration, viewer: Viewer) -> bool:
    """Whether contacts stand behind the figures, and may be opened."""
    return viewer.contacts and found.card.table == "contacts"


def _deeper(book: OpenBook, asked: Asked, found: Exploration, line: Line, viewer: Viewer) -> str:
    """Where a line leads: the same metric of this line alone, by the next dimension; at last its contacts."""
    used = [*found.by, *(c.dimension for c in found.where)]
    following = deeper(book, used) or ("" if found.step is None else "channel")
    if not following:
        return _behind(asked, found, line) if _opens(found, viewer) else ""
    here = _only(asked, found, line)
    return here.but(by=following, grain=None, sort=None, page=None).to("/explore")


def _behind(asked: Asked, found: Exploration, line: Line) -> str:
    return _only(asked, found, line).carried().to("/explore/contacts")


def _only(asked: Asked, found: Exploration, line: Line) -> Asked:
    """The question of one line alone."""
    here = filtered(asked, list(zip(found.by, line.values, strict=True)))
    if found.step is None:
        return here
    name = label(line.period, found.step, found.question.calendar)
    return here.but(period=name, **{"from": None, "to": None})


def _further(asked: Asked, found: Exploration, viewer: Viewer) -> list[tuple[str, str]]:
    told = [(f"What {found.card.name} is", asked.carried().to(f"/measures/{found.card.metric}"))]
    if _opens(found, viewer):
        told.append(("All contacts behind these figures", asked.carried().to("/explore/contacts")))
    return told


SCREEN = Screen(
    path="/explore",
    name="Explore",
    group="Understand",
    letter="e",
    shows="Any metric by channel, reason, team or whatever your data says, and over time.",
    make=explore,
    template="explore.html",
    tables=("contacts",),
    pseudonyms=True,
)
