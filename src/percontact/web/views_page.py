# SPDX-License-Identifier: Apache-2.0
"""The page of saved views: open one, send its link, rename it, share it, remove it."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.values.problem import PercontactError
from percontact.web import saved
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person, Rule
from percontact.web.showing import frame_of, html
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of

Form = dict[str, str]


def view_rules(desk: Desk) -> list[Rule]:
    """The routes of saved views."""

    async def page(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_page, desk, request, person)

    async def save(request: Request, person: Person) -> Response:
        form = await short_form(request)
        return await run_in_threadpool(_save, desk, request, person, form)

    async def change(request: Request, person: Person) -> Response:
        form = await short_form(request)
        return await run_in_threadpool(_change, desk, request, person, form)

    # What changes is noted in the audit by the room that changes it.
    return [
        Rule(saved.PATH, "save_views", page, act=""),
        Rule(saved.PATH, "save_views", save, ("POST",), act=""),
        Rule("/views/{number:int}", "save_views", change, ("POST",), act=""),
    ]


def _page(desk: Desk, request: Request, person: Person, *, status: int = 200, **more: Any) -> Response:
    frame = frame_of(desk, None, Asked(), person, request)
    mine = person.who.login if person.who else ""
    facts: dict[str, Any] = {
        "listed": [
            (v, v.owner == mine, saved.told(v.address), saved.link_to(v.address, request))
            for v in frame["saved"].views
        ],
        "problem": None,
        "number": None,
        "typed": {},
    }
    headers = {"Cache-Control": "no-store"}
    return html("views.html", frame | facts | more, status=status, headers=headers)


def _save(desk: Desk, request: Request, person: Person, form: Form) -> Response:
    try:
        address = saved.save(desk.state, person, form)
    except PercontactError as error:
        return _page(
            desk, request, person, status=status_of(error.problem), problem=error.problem, typed=form
        )
    return RedirectResponse(address, 303)


def _change(desk: Desk, request: Request, person: Person, form: Form) -> Response:
    number = int(request.path_params["number"])
    try:
        saved.change(desk.state, person, number, form)
    except PercontactError as error:
        status = status_of(error.problem)
        return _page(desk, request, person, status=status, problem=error.problem, number=number)
    return RedirectResponse(saved.PATH, 303)
