# SPDX-License-Identifier: Apache-2.0
"""What is sent from the page Settings: how weeks and fiscal years are counted."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.holding import calendar_words, changed
from percontact.values.problem import PercontactError
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.drawing import draw
from percontact.web.gate import Person, Rule
from percontact.web.pages import settings
from percontact.web.screen import Screen
from percontact.web.showing import answer, frame_of, html
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of


def settings_rules(desk: Desk) -> list[Rule]:
    """The routes of forms on settings."""

    async def change(request: Request, person: Person) -> Response:
        form = await short_form(request)
        return await run_in_threadpool(_change, desk, request, person, form)

    return [Rule("/settings", "change_settings", change, ("POST",))]


def _change(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    try:
        found = changed(desk.workspace, form)
    except PercontactError as error:
        status = status_of(error.problem)
        return page_with(desk, settings.SCREEN, request, person, status=status, problem=error.problem)
    request.state.noted = {"calendar": calendar_words(found.settings)}
    return RedirectResponse("/settings", 303)


def page_with(
    desk: Desk,
    screen: Screen,
    request: Request,
    person: Person,
    *,
    asked: Asked | None = None,
    status: int = 200,
    **facts: Any,
) -> Response:
    """A screen with something in it that no address can hold: what was typed, and what is wrong with it."""
    asked = asked or Asked()
    frame = frame_of(desk, screen, asked, person, request)
    page = answer(desk, screen, asked, person)
    beside = screen.beside(desk, person) if screen.beside else {}
    main = draw(screen.template, {**frame, "page": page, **beside, **facts})
    made = {**frame, "main": main, "title": page.document.title}
    return html("whole.html", made, status=status, headers={"Cache-Control": "no-store"})
