# SPDX-License-Identifier: Apache-2.0
"""The gate: who asks, and whether they may. Every route passes here, pages, files and API alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from percontact.web.screen import Viewer

OPEN = ""
"""What a route needs that anyone may ask for: the sign-in page, assets."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `Single user`: the one at this machine, who may do everything."""

    name: str
    role: str = "Admin"
    single: bool = False

    @property
    def viewer(self) -> Viewer:
        """What answers depend on of it."""
        return Viewer(
            names=self.role in ("Manager", "Admin"),
            contacts=self.may("see_contacts"),
            sources=self.may("import"),
        )

    def may(self, needs: str) -> bool:
        """Whether a permission is given."""
        return True


SINGLE = Person("Single user", single=True)

Endpoint = Callable[[Request, Person], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One route: its address, the permission it needs, and what answers it."""

    path: str
    needs: str
    call: Endpoint
    methods: tuple[str, ...] = ("GET",)


class Gate:
    """Lets a request through to its rule, or sends it to sign in."""

    def person(self, request: Request) -> Person | None:
        """Who asks, or None where nobody is known."""
        return SINGLE

    def route(self, rule: Rule) -> Route:
        """The rule as a route that nobody passes without the permission it names."""

        async def guarded(request: Request) -> Response:
            person = self.person(request)
            if person is None or not person.may(rule.needs):
                return Response("Forbidden", 403)
            return await rule.call(request, person)

        return Route(rule.path, guarded, methods=list(rule.methods), name=rule.path)
