# SPDX-License-Identifier: Apache-2.0
"""Signing in and out: by password, by one-time link, by an OpenID provider; and one's own account.

Forms are answered by a redirect where all is well, and by the same page with what is wrong where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.people import links, sessions
from percontact.people.passwords import LEAST_SIGNS
from percontact.people.secret import new_secret
from percontact.people.sign_in import sign_in
from percontact.values.problem import PercontactError
from percontact.web.drawing import draw
from percontact.web.entrance import BROWSER, COOKIE, Entrance, name, put, take_back
from percontact.web.gate import OPEN, Endpoint, Person, Rule
from percontact.web.origin import is_local_path
from percontact.web.telling import status_of

CALLBACK = "/sign-in/oidc/callback"
_AT_PROVIDER_S = 600
_LONGEST_FORM = 16_384
"""Bytes; a login, a password and an address to go on to, each as long as it may be."""


def rules(entrance: Entrance) -> list[Rule]:
    """The routes that are open to who has not signed in."""

    def with_entrance(call: Callable[[Entrance, Request, Person], Response]) -> Endpoint:
        async def answered(request: Request, person: Person) -> Response:
            request.state.form = await short_form(request) if request.method == "POST" else {}
            return await run_in_threadpool(call, entrance, request, person)

        return answered

    return [
        Rule("/sign-in", OPEN, with_entrance(_ask), act=""),
        Rule("/sign-in", OPEN, with_entrance(_by_password), ("POST",), act=""),
        Rule("/sign-out", OPEN, with_entrance(_out), ("POST",), act=""),
        Rule("/first", OPEN, with_entrance(_look_at_link), act=""),
        Rule("/first", OPEN, with_entrance(_by_link), ("POST",), act=""),
        Rule("/sign-in/oidc", OPEN, with_entrance(_to_provider), act=""),
        Rule(CALLBACK, OPEN, with_entrance(_from_provider), act=""),
    ]


# -- by password ---------------------------------------------------------------------------------------------


def _ask(entrance: Entrance, request: Request, person: Person) -> Response:
    back = _back(request.query_params.get("back", ""))
    if entrance.who(request) is not None:
        return RedirectResponse(back, 303)
    return _page(request, "sign_in.html", **_asked(entrance, back))


def _by_password(entrance: Entrance, request: Request, person: Person) -> Response:
    form = request.state.form
    login, back = form.get("login", ""), _back(form.get("back", ""))
    try:
        secret = sign_in(entrance.state, login, form.get("password", ""), address=_address(request))
    except PercontactError as error:
        facts = _asked(entrance, back) | {"login": login, "problem": error.problem}
        return _page(request, "sign_in.html", status=status_of(error.problem), **facts)
    return signed_in(request, secret, back)


def _asked(entrance: Entrance, back: str) -> dict[str, Any]:
    provider = entrance.openid.provider.name if entrance.openid else ""
    return {"back": back, "provider": provider, "login": "", "problem": None}


def _out(entrance: Entrance, request: Request, person: Person) -> Response:
    sessions.end(entrance.state, request.cookies.get(name(COOKIE, request), ""))
    response = RedirectResponse("/sign-in", 303)
    take_back(response, request, COOKIE)
    # What this browser keeps of pages must not be seen by who sits down next.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


# -- by one-time link ----------------------------------------------------------------------------------------


def _look_at_link(entrance: Entrance, request: Request, person: Person) -> Response:
    secret = request.query_params.get("link", "")
    found = links.look(entrance.state, secret)
    return _page(request, "first.html", **_of_link(found, secret))


def _by_link(entrance: Entrance, request: Request, person: Person) -> Response:
    form = request.state.form
    secret, login, called = (form.get(key, "") for key in ("link", "login", "name"))
    found = links.look(entrance.state, secret)
    try:
        session = links.use(
            entrance.state,
            secret,
            form.get("password", ""),
            login=login,
            name=called,
            address=_address(request),
        )
    except PercontactError as error:
        facts = _of_link(found, secret) | {"login": login, "name": called, "problem": error.problem}
        return _page(request, "first.html", status=status_of(error.problem), **facts)
    return signed_in(request, session, "/")


def _of_link(found: links.Link, secret: str) -> dict[str, Any]:
    return {
        "link": secret, "person": found.person, "least": LEAST_SIGNS, "login": "", "name": "", "problem": None
    }  # fmt: skip


# -- by a provider -------------------------------------------------------------------------------------------


def _to_provider(entrance: Entrance, request: Request, person: Person) -> Response:
    if entrance.openid is None:
        return RedirectResponse("/sign-in", 303)
    browser, back = new_secret(), _back(request.query_params.get("back", ""))
    address = entrance.openid.begin(entrance.state, browser, back, entrance.here(request, CALLBACK))
    response = RedirectResponse(address, 303)
    put(response, request, BROWSER, browser, seconds=_AT_PROVIDER_S)
    return response


def _from_provider(entrance: Entrance, request: Request, person: Person) -> Response:
    if entrance.openid is None:
        return RedirectResponse("/sign-in", 303)
    browser = request.cookies.get(name(BROWSER, request), "")
    try:
        secret, back = entrance.openid.finish(
            entrance.state, browser, dict(request.query_params), entrance.here(request, CALLBACK),
            _address(request),
        )  # fmt: skip
    except PercontactError as error:
        facts = _asked(entrance, "/") | {"problem": error.problem}
        response = _page(request, "sign_in.html", status=status_of(error.problem), **facts)
    else:
        response = signed_in(request, secret, back)
    take_back(response, request, BROWSER)
    return response


# -- what they share -----------------------------------------------------------------------------------------


def signed_in(request: Request, secret: str, back: str) -> Response:
    """Go on to a page with a new session."""
    response = RedirectResponse(back, 303)
    put(response, request, COOKIE, secret, seconds=int(sessions.LONGEST.total_seconds()))
    return response


def _page(request: Request, template: str, *, status: int = 200, **facts: Any) -> Response:
    theme = request.cookies.get("theme", "")
    facts["theme"] = theme if theme in ("light", "dark") else ""
    return Response(
        draw(template, facts), status, media_type="text/html", headers={"Cache-Control": "no-store"}
    )


async def short_form(request: Request, *, most: int = _LONGEST_FORM) -> dict[str, str]:
    """A form's fields. Anybody may send here, so no more than a form's worth is read.

    most  bytes
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(413, "the form is longer than any of ours")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))


def _back(address: str) -> str:
    """Where to go on: a page of ours, and no other site's."""
    inside = is_local_path(address) and not address.startswith(("/sign-in", "/sign-out", "/first"))
    return address if inside else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
