# SPDX-License-Identifier: Apache-2.0
"""Jump: a word to a page, a saved view, a metric, an event, a value or a contact; straight there where it
means one thing only."""

from __future__ import annotations

from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.jumping import Hit, jumped
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.filters import filtered
from percontact.web.gate import Person, Rule
from percontact.web.pages import contacts, events, measures
from percontact.web.saved import told, views_for
from percontact.web.screen import Screen, Viewer
from percontact.web.screens import SCREENS
from percontact.web.showing import frame_of, html


def _nothing(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    return Page(Document("Jump", ""))


SCREEN = Screen(
    path="/jump", name="Jump", group="Understand", letter="", shows="Where a word leads.", make=_nothing,
    tables=(), filters=False, menu=False,
)  # fmt: skip
"""What frames the page; its answer is the list of places, which has no files."""

Place = tuple[str, str, str, bool]
"""(name, what it is, address, whether the word is its name)"""


def rules(desk: Desk) -> list[Rule]:
    """The route of the search in the top bar."""

    async def jump(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_jump, desk, request, person)

    return [Rule("/jump", "see_figures", jump)]


def _jump(desk: Desk, request: Request, person: Person) -> Response:
    asked = Asked.of(request.query_params.multi_items())
    word = asked.one("q")
    places = _places(desk, word, person) if word else []
    exact = [place for place in places if place[3]]
    if len(exact) == 1:
        return RedirectResponse(exact[0][2], 303)
    frame = frame_of(desk, SCREEN, asked, person, request)
    return html("jump.html", {**frame, "word": word, "places": places})


def _places(desk: Desk, word: str, person: Person) -> list[Place]:
    pages = [
        (s.name, s.shows, s.path, s.name.casefold() == word.casefold())
        for s in SCREENS
        if "{" not in s.path and person.may(s.needs) and word.casefold() in s.name.casefold()
    ]
    may = person.viewer.contacts
    hits = desk.answer(("jump", word, may), lambda book: jumped(book, word, contacts=may))
    mine = [
        (v.name, f"Saved view: {told(v.address)}.", v.address, v.name.casefold() == word.casefold())
        for v in views_for(desk, person)
        if word.casefold() in v.name.casefold()
    ]
    found = [*pages, *mine, *((h.name, h.says, _address(h), h.exact) for h in hits)]
    return sorted(found, key=lambda place: not place[3])


def _address(hit: Hit) -> str:
    if hit.kind == "metric":
        return Asked.of([("metric", hit.at[0])]).to(measures.ONE)
    if hit.kind == "contact":
        return Asked.of([("id", hit.at[0])]).to(contacts.ONE)
    if hit.kind == "event":
        return events.on(date.fromisoformat(hit.at[0]))
    dimension, value = hit.at
    following = "reason" if dimension != "reason" else "channel"
    return filtered(Asked(), [(dimension, value)]).but(by=following).to("/explore")
