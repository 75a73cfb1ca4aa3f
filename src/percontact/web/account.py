# SPDX-License-Identifier: Apache-2.0
"""One's own account: who one is here, the password, API tokens, and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.people import Role, tokens
from percontact.people.passwords import LEAST_SIGNS
from percontact.people.roles import SAYS
from percontact.people.sign_in import change_password
from percontact.values.problem import PercontactError
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.entrance import state_of
from percontact.web.gate import Endpoint, Person, Rule
from percontact.web.showing import frame_of, html
from percontact.web.sign_in import short_form, signed_in
from percontact.web.telling import status_of

LASTS_DAYS = (30, 90, 366)


def rules(desk: Desk) -> list[Rule]:
    """The routes of one's own account."""

    async def look(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_page, desk, request, person)

    def sent(does: Any) -> Endpoint:
        async def answered(request: Request, person: Person) -> Response:
            form = await short_form(request)
            return await run_in_threadpool(does, desk, request, person, form)

        return answered

    return [
        Rule("/account", "see_figures", look, act=""),
        Rule("/account/password", "see_figures", sent(_password), ("POST",), act=""),
        Rule("/account/tokens", "make_tokens", sent(_make_token), ("POST",), act=""),
        Rule("/account/tokens/{number:int}/end", "see_figures", sent(_end_token), ("POST",), act=""),
    ]


def _page(desk: Desk, request: Request, person: Person, *, status: int = 200, **more: Any) -> Response:
    who = person.who
    assert who is not None
    facts: dict[str, Any] = {
        "one": who.person,
        "roles": [role for role in Role if role.rank <= who.role.rank],
        "says": SAYS[who.role],
        "tokens": tokens.tokens(state_of(request), who.person) if who.person else [],
        "now": state_of(request).now(),
        "lasts": LASTS_DAYS,
        "least": LEAST_SIGNS,
        "made": "",
        "problem": None,
    }
    frame = frame_of(desk, None, Asked(), person, request)
    return html("account.html", frame | facts | more, status=status, headers={"Cache-Control": "no-store"})


def _password(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    assert person.who is not None
    assert person.who.person is not None
    try:
        secret = change_password(
            state_of(request), person.who.person, form.get("old", ""), form.get("new", ""), by=person.who
        )
    except PercontactError as error:
        return _page(desk, request, person, status=status_of(error.problem), problem=error.problem)
    return signed_in(request, secret, "/account")


def _make_token(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    assert person.who is not None
    assert person.who.person is not None
    days = form.get("days", "")
    try:
        lasts = timedelta(days=int(days) if days.isdecimal() and len(days) < 5 else 0)
        role = Role.named(form.get("role", ""))
        made = tokens.make(
            state_of(request), person.who.person, form.get("label", ""), role, lasts, by=person.who
        )
    except PercontactError as error:
        return _page(desk, request, person, status=status_of(error.problem), problem=error.problem)
    return _page(desk, request, person, made=made)


def _end_token(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    assert person.who is not None
    tokens.revoke(state_of(request), request.path_params["number"], by=person.who)
    return RedirectResponse("/account", 303)
