# SPDX-License-Identifier: Apache-2.0
"""The entrance: from a request to who is asking, by cookie, by API token, or as the one user of this machine.

While there is no account and the app listens to this machine alone, whoever asks is that one user and may do
everything. From the first account or provider on everybody signs in.
"""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response

from percontact.people import Person, Role, State, Who, accounts, audit, links, sessions, tokens
from percontact.values.problem import PercontactError, problem
from percontact.web import origin
from percontact.web.openid import OpenId
from percontact.web.provider import Provider

COOKIE, BROWSER = "percontact", "percontact-provider"
"""The cookie of a session; that of a sign-in under way at a provider."""
_LOOKED_S = 1.0
"""How long "there is no account" is believed before it is looked at again."""


class Entrance:
    """Who comes in, and by which means.

    state     the application's database
    alone     whether only this machine reaches the app
    provider  the OpenID provider to sign in with, or None
    """

    def __init__(self, state: State, *, alone: bool, provider: Provider | None) -> None:
        self.state, self.alone = state, alone
        self.openid = OpenId(provider) if provider else None
        self.looking = audit.Looking(state)
        self._one: Person | None = None
        self._signs_in = provider is not None or not alone
        self._looked = -_LOOKED_S

    # -- who --

    def everybody_signs_in(self) -> bool:
        """Whether people sign in here: once there was an account, a provider, or a way in from elsewhere."""
        if not self._signs_in and time.monotonic() - self._looked > _LOOKED_S:
            self._signs_in = accounts.there_are_accounts(self.state)
            self._looked = time.monotonic()
        return self._signs_in

    def who(self, request: Request) -> Who | None:
        """Who is asking, or None where nobody is known.

        Raises E-WEB-04 where a page of elsewhere reaches for an app that asks nobody to sign in.
        """
        address = request.client.host if request.client else ""
        if not self.everybody_signs_in():
            if not origin.is_local_host(request.headers.get("host", "")):
                raise from_elsewhere(request.headers.get("host", ""))
            return Who(self._alone(), Role.ADMIN, "local", address)
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return tokens.find(self.state, secret.strip(), address=address)
        session = sessions.find(self.state, request.cookies.get(name(COOKIE, request), ""))
        return session.who if session else None

    def _alone(self) -> Person:
        if self._one is None:
            self._one = accounts.local_person(self.state)
        return self._one

    # -- coming and going --

    def anybody_can_sign_in(self) -> bool:
        """Whether there is an account, or a provider that vouches for people."""
        return self.openid is not None or accounts.there_are_accounts(self.state)

    def first_link(self) -> str | None:
        """The secret of the link that makes the first Admin; None where nobody needs one."""
        return links.first(self.state) if self.everybody_signs_in() and not self.openid else None

    def here(self, request: Request, path: str) -> str:
        """The whole address of a path of the app, for a provider to send people back to."""
        named = self.openid.provider.url if self.openid else ""
        return (named or str(request.base_url).rstrip("/")) + path

    def close(self) -> None:
        """Write what is left to note, and let go of the database."""
        self.looking.close()
        self.state.close()


def state_of(request: Request) -> State:
    """The application's database, for pages that show or change what people keep in it."""
    entrance = request.app.state.entrance
    assert isinstance(entrance, Entrance)
    return entrance.state


# -- cookies -------------------------------------------------------------------------------------------------


def name(cookie: str, request: Request) -> str:
    """A cookie's name: over TLS it says that no other host and no plain connection may have set it."""
    return f"__Host-{cookie}" if request.url.scheme == "https" else cookie


def put(
    response: Response, request: Request, cookie: str, secret: str, *, seconds: int | None = None
) -> None:
    """Give the browser a secret that no script reads and no other site's form sends."""
    response.set_cookie(
        name(cookie, request), secret, max_age=seconds, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def take_back(response: Response, request: Request, cookie: str) -> None:
    """Let the browser forget a secret."""
    secure = request.url.scheme == "https"
    response.delete_cookie(name(cookie, request), path="/", httponly=True, samesite="lax", secure=secure)


def from_elsewhere(where: str) -> PercontactError:
    """E-WEB-04, ready to raise."""
    what = "this request does not come from a page of this app"
    why = "Another site's page could else act in your name."
    return problem("E-WEB-04", where[:100] or "request", what, why, "Open the app itself and do it there.")
