# SPDX-License-Identifier: Apache-2.0
"""The gate: every route passes here, pages, files and API alike. Who asks, may they, and it is noted.

A route names the permission it needs (`people.roles.PERMISSIONS`); no page asks for a role by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from percontact.answers.agents import AGENT
from percontact.people import PERMISSIONS, Who, audit
from percontact.people.audit import Act
from percontact.values.problem import PercontactError, problem
from percontact.web import origin
from percontact.web.entrance import Entrance, from_elsewhere
from percontact.web.screen import Viewer

OPEN = ""
"""What a route needs that anyone may ask for: the sign-in page, assets."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as pages know them; on a route that is open, nobody looks who that is (None)."""

    who: Who | None

    @property
    def name(self) -> str:
        """How they are called."""
        return self.who.person.name if self.who and self.who.person else ""

    @property
    def role(self) -> str:
        """Their role, as people write it."""
        return self.who.role.value.capitalize() if self.who else ""

    @property
    def single(self) -> bool:
        """Whether this is the one user of this machine."""
        return self.who is not None and self.who.means == "local"

    @property
    def viewer(self) -> Viewer:
        """What answers depend on of it."""
        return Viewer(
            names=self.may("see_agents"),
            contacts=self.may("see_contacts"),
            sources=self.may("import"),
            exports=self.may("export"),
        )

    def may(self, needs: str) -> bool:
        """Whether a permission is given."""
        return needs == OPEN or (self.who is not None and self.who.may(needs))

    def need_agents(self, where: Iterable[str], by: Iterable[str], path: str) -> None:
        """Raise E-WHO-03 where single agents are asked for by who may not see agents by name.

        For answers that do not show pseudonyms: `Screen.pseudonyms` says which do.
        """
        names = [
            *(one.partition("=")[0].rstrip("!") for one in where),
            *(d for one in by for d in one.split(",")),
        ]
        if self.who is not None and any(name.strip().lower() == AGENT for name in names):
            self.who.need("see_agents", path)


Endpoint = Callable[[Request, Person], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One route: its address, the permission it needs, what answers it, and what the audit calls it.

    act  None: viewed for pages, exported for files, changed for what is sent; "" where nothing is noted
    """

    path: str
    needs: str
    call: Endpoint
    methods: tuple[str, ...] = ("GET",)
    act: Act | Literal[""] | None = None

    def __post_init__(self) -> None:
        if self.needs != OPEN and self.needs not in PERMISSIONS:
            raise ValueError(f"{self.path}: there is no permission {self.needs!r}")


class Gate:
    """Lets a request through to its rule, or sends it to sign in."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance = entrance
        self.rules: list[Rule] = []

    def route(self, rule: Rule) -> Route:
        """The rule as a route that nobody passes without the permission it names."""
        return Route(rule.path, self.passing(rule), methods=list(rule.methods), name=rule.path)

    def passing(self, rule: Rule) -> Callable[[Request], Awaitable[Response]]:
        """What answers a rule's requests, behind the gate."""
        self.rules.append(rule)

        async def guarded(request: Request) -> Response:
            return await self._let_through(rule, request)

        return guarded

    async def _let_through(self, rule: Rule, request: Request) -> Response:
        if not origin.is_ours(request.method, request.headers):
            raise from_elsewhere(request.headers.get("origin", request.headers.get("sec-fetch-site", "")))
        if rule.needs == OPEN:
            return await rule.call(request, Person(None))
        who = await run_in_threadpool(self.entrance.who, request)
        if who is None:
            return _to_sign_in(request)
        await run_in_threadpool(self._check, who, rule, request)
        response = await rule.call(request, Person(who))
        if response.status_code < 400:
            await run_in_threadpool(self._note, who, rule, request)
        return response

    def _check(self, who: Who, rule: Rule, request: Request) -> None:
        try:
            who.need(rule.needs, request.url.path)
        except PercontactError:
            path = request.url.path
            audit.record(self.entrance.state, who, "refused", path, {"needs": rule.needs})
            raise

    def _note(self, who: Who, rule: Rule, request: Request) -> None:
        act = act_of(rule, request)
        query = f"?{request.url.query}" if request.url.query else ""
        detail = getattr(request.state, "noted", None)
        if act == "viewed":
            self.entrance.looking.viewed(who, request.url.path + query, detail)
        elif act:
            audit.record(self.entrance.state, who, act, request.url.path + query, detail)


def act_of(rule: Rule, request: Request) -> Act | None:
    """What the audit calls a request, or None where it is not noted."""
    if rule.act is not None:
        return rule.act or None
    if request.method not in origin.SAFE:
        return "changed"
    return "exported" if "." in request.url.path.rpartition("/")[2] else "viewed"


def _to_sign_in(request: Request) -> Response:
    """Send a person to the sign-in page and back here afterwards; tell a program what is missing."""
    asks = request.headers.get("accept", "")
    path = request.url.path
    program = path.startswith("/api") or "authorization" in request.headers or "text/html" not in asks
    if program or request.method not in origin.SAFE:
        what, why = "nobody is signed in", "The session has ended, or the token does not work (any more)."
        do = "Sign in at /sign-in, or send a token: Authorization: Bearer pct_..."
        raise problem("E-WHO-09", path, what, why, do)
    back = path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/sign-in?{urlencode({'back': back})}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)
