# SPDX-License-Identifier: Apache-2.0
"""Settings of people: who may come in and with which role; and the audit of what they did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.people import Role, accounts, audit, links
from percontact.people.roles import SAYS
from percontact.values.problem import PercontactError, problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.entrance import Entrance, state_of
from percontact.web.gate import Person, Rule
from percontact.web.showing import frame_of, html
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of

LINES = 100
"""Lines of the audit on one page."""


def rules(desk: Desk) -> list[Rule]:
    """The routes for who manages people or reads the audit."""

    async def people(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_people, desk, request, person)

    async def change(request: Request, person: Person) -> Response:
        form = await short_form(request)
        return await run_in_threadpool(_change, desk, request, person, form)

    async def look(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_audit, desk, request, person)

    return [
        Rule("/settings/people", "manage_people", people),
        Rule("/settings/people", "manage_people", change, ("POST",), act=""),
        Rule("/settings/audit", "see_audit", look),
    ]


# -- people --------------------------------------------------------------------------------------------------


def _people(desk: Desk, request: Request, person: Person, *, status: int = 200, **more: Any) -> Response:
    facts: dict[str, Any] = {
        "accounts": accounts.accounts(state_of(request)),
        "roles": [(role, SAYS[role]) for role in Role],
        "link": "",
        "whose": None,
        "days": links.LASTS.days,
        "login": "",
        "name": "",
        "problem": None,
    }
    frame = frame_of(desk, None, Asked(), person, request)
    return html("people.html", frame | facts | more, status=status, headers={"Cache-Control": "no-store"})


def _change(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    try:
        link = _done(request, person, form)
    except PercontactError as error:
        typed = (
            {"login": form.get("login", ""), "name": form.get("name", "")} if form.get("do") == "add" else {}
        )
        status = status_of(error.problem)
        return _people(desk, request, person, status=status, problem=error.problem, **typed)
    if link:
        whose = accounts.get(state_of(request), form.get("login", ""))
        return _people(desk, request, person, link=link, whose=whose)
    return RedirectResponse("/settings/people", 303)


def _done(request: Request, person: Person, form: dict[str, str]) -> str:
    """Do what a form asks; gives the address of a one-time link where one was made."""
    state, by, login = state_of(request), person.who, form.get("login", "")
    assert by is not None
    match form.get("do", ""):
        case "add":
            role = Role.named(form.get("role", ""))
            if role is not Role.ADMIN and not accounts.there_are_accounts(state):
                what = "the first account has to be an Admin's"
                why = "From then on everybody signs in, and without an Admin nobody could add the others."
                raise problem("E-WHO-08", "people", what, why, "Add yourself as Admin first.")
            login = accounts.add(state, login, role, by=by, name=form.get("name", "")).login
        case "role":
            accounts.set_role(state, login, Role.named(form.get("role", "")), by=by)
            return ""
        case "off":
            accounts.switch(state, login, active=False, by=by)
            return ""
        case "on":
            accounts.switch(state, login, active=True, by=by)
            return ""
        case "link":
            pass
        case _:
            return ""
    entrance: Entrance = request.app.state.entrance
    return entrance.here(request, f"/first?link={links.invite(state, login, by=by)}")


# -- audit ---------------------------------------------------------------------------------------------------


def _audit(desk: Desk, request: Request, person: Person) -> Response:
    asked = Asked.of(request.query_params.multi_items())
    state, page = state_of(request), asked.number("page")
    request.app.state.entrance.looking.write()
    act = next((act for act in audit.ACTS if act == asked.one("act")), None)
    day = _day(asked.one("day"))
    found = audit.entries(
        state,
        login=asked.one("login") or None,
        act=act,
        since=day,
        until=day + timedelta(days=1) if day else None,
        limit=LINES + 1,
        after=(page - 1) * LINES,
    )
    facts = {
        "lines": found[:LINES],
        "acts": audit.ACTS,
        "act": act or "",
        "login": asked.one("login"),
        "day": asked.one("day") if day else "",
        "newer": asked.but(page=str(page - 1)).to("/settings/audit") if page > 1 else "",
        "older": asked.but(page=str(page + 1)).to("/settings/audit") if len(found) > LINES else "",
    }
    frame = frame_of(desk, None, asked, person, request)
    return html("audit.html", frame | facts, headers={"Cache-Control": "no-store"})


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if len(text) == 10 else None
    except ValueError:
        return None
