# SPDX-License-Identifier: Apache-2.0
"""How a screen is shown: as a page, and as the files that its answer makes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact import __version__
from percontact.answers.narrowing import need_values
from percontact.answers.readying import look_over
from percontact.pipeline import OpenBook
from percontact.records.tables import TABLES
from percontact.report.as_pdf import Sheet
from percontact.report.page import Page
from percontact.store.runs import NotMade
from percontact.values.problem import PercontactError
from percontact.web import files
from percontact.web.asked import FILTERS, Asked
from percontact.web.controls import COMPARISONS, Controls, controls
from percontact.web.desk import Desk
from percontact.web.drawing import draw
from percontact.web.gate import Endpoint, Person, Rule
from percontact.web.saved import saved
from percontact.web.screen import Screen, Viewer
from percontact.web.screens import SCREENS
from percontact.web.warming import Waiting


def screen_rules(desk: Desk, screen: Screen) -> list[Rule]:
    """The routes of a screen: its page, and its answer in every form."""

    async def page(request: Request, person: Person) -> Response:
        asked = asked_of(request)
        return await run_in_threadpool(_page, desk, screen, asked, person, request)

    def file(form: str) -> Endpoint:
        async def made(request: Request, person: Person) -> Response:
            asked = asked_of(request)
            return await run_in_threadpool(_file, desk, screen, asked, person, form)

        return made

    # An id may hold any sign, a slash too; so its files come first, that no ending is taken for part of it.
    at = screen.path.replace("}", ":path}")
    stem = "/overview" if screen.path == "/" else at
    # What a role may see it may not therefore take away.
    needs = "export" if screen.needs == "see_figures" else screen.needs
    return [
        *(Rule(f"{stem}.{form}", needs, file(form)) for form in files.MEDIA),
        Rule(at, screen.needs, page),
    ]


def asked_of(request: Request) -> Asked:
    """What a request asks: its query, and what stands in the place of names in the screen's path."""
    named = request.path_params
    query = [(n, v) for n, v in request.query_params.multi_items() if n not in named]
    return Asked.of([*query, *((n, str(v)) for n, v in named.items())])


def answer(desk: Desk, screen: Screen, asked: Asked, person: Person, *, patient: bool = True) -> Page:
    """The answer of a screen, worked out once for all who may see the same.

    patient  whether to wait for what is made elsewhere; else Waiting is raised
    """
    if not screen.pseudonyms:
        person.need_agents(asked.where, asked.every("by"), screen.path)
    key = (screen.path, asked.pairs, person.viewer)

    def make(book: OpenBook) -> Page:
        if screen.filters:
            start, end = asked.span
            need_values(book, asked.where, start=start, end=end, agents_by_name=person.viewer.names)
        return screen.make(book, asked, person.viewer)

    if screen.slow:
        return desk.long_answer(key, make, patient=patient)
    return desk.answer(key, make, sums=screen.needs_sums, patient=patient)


def first_answers(book: OpenBook) -> Iterator[tuple[Hashable, object]]:
    """(key, answer) of what is asked first of a new state: the controls, and pages as they open."""
    if not book.book.has("contacts"):
        return
    with suppress(PercontactError):
        look_over(book)
    found = controls(book)
    yield "controls", found
    viewer = Viewer()
    for screen in SCREENS:
        if "{" not in screen.path and screen.filters and not screen.slow:
            asked = Asked() if screen.usual else with_period(Asked(), found)
            with suppress(PercontactError, NotMade):
                yield (screen.path, asked.pairs, viewer), screen.make(book, asked, viewer)


def _file(desk: Desk, screen: Screen, asked: Asked, person: Person, form: str) -> Response:
    paper, chart = asked.one("paper", "a4"), asked.one("chart")
    # How an answer is written down is no part of its question.
    asked = asked.but(paper=None, chart=None)
    if screen.filters and not screen.usual:
        asked = with_period(asked, desk.answer("controls", controls))
    sheet = Sheet(paper, datetime.now(UTC), desk.opened().book.state_words)  # type: ignore[arg-type]
    body, headers = files.made(answer(desk, screen, asked, person), form, sheet, chart)
    return Response(body, headers=headers)


def _page(desk: Desk, screen: Screen, asked: Asked, person: Person, request: Request) -> Response:
    if not desk.stands() or (screen.path == "/" and not any(map(desk.opened().book.book.has, TABLES))):
        wanted = (
            f"?page={quote(screen.path)}"
            if screen.tables and len(screen.path) > 1 and "{" not in screen.path
            else ""
        )
        return RedirectResponse(f"/welcome{wanted}", 303)
    try:
        return _answered(desk, screen, asked, person, request)
    except Waiting as waiting:
        frame = frame_of(desk, screen, asked, person, request)
        return html(
            "waiting.html", {**frame, "making": waiting.making}, headers={"Cache-Control": "no-store"}
        )


def _answered(desk: Desk, screen: Screen, asked: Asked, person: Person, request: Request) -> Response:
    frame = frame_of(desk, screen, asked, person, request)
    missing = [t for t in screen.tables if not desk.opened().book.book.has(t)]
    if missing:
        return html("empty.html", {**frame, "missing": [TABLES[t] for t in missing]})
    if screen.filters and not screen.usual:
        asked = with_period(asked, desk.answer("controls", controls, patient=False))
    frame["asked"] = asked
    if screen.beside:
        found = answer(desk, screen, asked, person, patient=False)
        main = draw(screen.template, {**frame, "page": found, **screen.beside(desk, person)})
        return html("whole.html", {**frame, "main": main, "title": found.document.title})
    tag = _tag(desk, screen, asked, person, frame)
    headers = {"ETag": tag, "Vary": "Accept-Encoding, Cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    version = desk.opened().version

    def whole() -> tuple[bytes, bytes]:
        """The page, and the same compressed: it holds nothing secret that its length could tell."""
        key = ("drawn", version, screen.path, asked.pairs, person.viewer)
        main = desk.drawn(key, lambda: draw(screen.template, {**frame, "page": found}), weigh=len)
        text = draw("whole.html", {**frame, "main": main, "title": found.document.title}).encode()
        return text, gzip.compress(text, 5, mtime=0)

    found = answer(desk, screen, asked, person, patient=False)
    plain, packed = desk.drawn(("whole", tag), whole, weigh=lambda both: len(both[0]) + len(both[1]))
    headers["Content-Type"] = "text/html; charset=utf-8"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"})
    return Response(plain, headers=headers)


def frame_of(
    desk: Desk, screen: Screen | None, asked: Asked, person: Person, request: Request
) -> dict[str, Any]:
    """What stands around every page: menu, controls, who is signed in.

    Controls are worked out only where they are shown: a page that takes in data stands even while the books
    cannot be costed.
    """
    state = desk.opened() if desk.stands() else None
    opened = state.book if state else None
    wanted = state is not None and state.ready and screen is not None and screen.filters
    found = desk.answer("controls", controls) if wanted else Controls((), (), "")
    return {
        "screen": screen,
        "asked": asked,
        "person": person,
        "menu": menu(person),
        "controls": found,
        "comparisons": COMPARISONS,
        "filter_names": FILTERS,
        "known_periods": {value for _, choices in found.periods for value, _ in choices},
        "theme": theme_of(request),
        "workspace": desk.folder.resolve().name,
        "demo": opened is not None and opened.settings.demo,
        "version": __version__,
        "snapshot": opened.book.snapshot if opened else None,
        "newer": desk.newer if opened else None,
        "path": request.url.path,
        "saved": saved(desk, screen, asked, person, request),
    }


def theme_of(request: Request) -> str:
    """The theme that the reader chose: light, dark, or "" as the system has it."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def menu(person: Person) -> list[tuple[str, list[Screen]]]:
    """(group, screens that the person may see)."""
    groups: dict[str, list[Screen]] = {}
    for screen in SCREENS:
        if screen.menu and person.may(screen.needs):
            groups.setdefault(screen.group, []).append(screen)
    return list(groups.items())


def with_period(asked: Asked, found: Controls) -> Asked:
    """The question with a period: the newest month with data where none was chosen."""
    if asked.one("period") or asked.one("from") or asked.one("to"):
        return asked
    return asked.but(period=found.last)


def html(
    template: str, facts: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A drawn template as a response."""
    made = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    return Response(draw(template, facts), status_code=status, headers=made)


def _tag(desk: Desk, screen: Screen, asked: Asked, person: Person, frame: Mapping[str, Any]) -> str:
    newer, saved_here = frame["newer"] is not None, frame["saved"]
    version = desk.opened().version
    parts = (version, newer, __version__, screen.path, asked.pairs, person, frame["theme"], saved_here)
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'
