# SPDX-License-Identifier: Apache-2.0
"""Saved views: the page one is on under a name, for oneself or for the team; listed beside every page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request

from percontact.answers.agents import AGENT, masked
from percontact.people import State, views
from percontact.people.views import View
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.entrance import Entrance
from percontact.web.gate import Person
from percontact.web.screen import Screen
from percontact.web.screens import SCREENS

PATH = "/views"


@dataclass(frozen=True, slots=True)
class Saved:
    """What the frame shows of views.

    views    one's own, and those that others share
    here     the address of this page, or "" where it is none to come back to
    now      the view that this page is, or None
    link     the whole address, to be sent to others
    newest   whether no period is chosen, so that it always opens at the newest month
    """

    views: tuple[View, ...] = ()
    here: str = ""
    now: View | None = None
    link: str = ""
    newest: bool = False


def views_for(desk: Desk, person: Person) -> list[View]:
    """The views of a person as they may see them: below Manager an agent in one stands under a pseudonym.

    A Manager's address may name an agent, and so may the name they gave it.
    """
    if person.who is None or person.who.person is None:
        return []
    found = views.views(desk.state, person.who.person)
    return found if person.viewer.names else [_masked(v, desk) for v in found]


def _masked(view: View, desk: Desk) -> View:
    parts = urlsplit(view.address)
    conditions = [(n, f"{AGENT}={v}" if n.lower() == AGENT else v) for n, v in parse_qsl(parts.query)]
    if not any(AGENT in unquote(value).lower() for _, value in conditions):
        return view
    if not desk.stands():
        # Without a workspace there is no key to make a pseudonym with.
        return replace(view, name="(a view of agents)", address=parts.path)
    told, called = [], view.name
    for name, value in conditions:
        (shown,), agents = masked(desk.workspace.key, [value])
        told.append(("where" if name.lower() == AGENT else name, shown))
        for real, pseudonym in agents:
            called = re.sub(re.escape(real), pseudonym, called, flags=re.IGNORECASE)
    return replace(view, name=called, address=f"{parts.path}?{urlencode(told)}")


def saved(desk: Desk, screen: Screen | None, asked: Asked, person: Person, request: Request) -> Saved:
    """The views of a person, and the page they are on as one that could be saved."""
    if person.who is None or person.who.person is None:
        return Saved()
    mine = tuple(views_for(desk, person))
    if screen not in SCREENS or request.method != "GET" or not _is_of(screen, asked, request):
        return Saved(mine)
    asked = Asked(tuple(pair for pair in asked.pairs if pair[0] not in ("change", "remove")))
    here = asked.to(screen.path)
    now = next((v for v in mine if v.address == here), None)
    chosen = asked.one("period") or asked.one("from") or asked.one("to")
    newest = screen.filters and not screen.usual and not chosen
    return Saved(mine, here, now, link_to(here, request), newest)


def link_to(address: str, request: Request) -> str:
    """The whole address of a view, as others reach the app."""
    entrance = request.app.state.entrance
    assert isinstance(entrance, Entrance)
    return entrance.here(request, address)


def _is_of(screen: Screen, asked: Asked, request: Request) -> bool:
    """Whether a request is of the screen itself: pages below it, such as one import, are framed by it too."""
    return unquote(asked.path(screen.path)) == unquote(request.url.path)


def told(address: str) -> str:
    """What an address shows, in words: "Explain: period 2026-03, channel voice"."""
    parts = urlsplit(address)
    name = next((s.name for s in SCREENS if s.path == parts.path), "")
    if not name:
        inside = [s for s in SCREENS if parts.path.startswith(s.path.partition("{")[0]) and "{" in s.path]
        name = inside[0].name if inside else parts.path
    chosen = ", ".join(f"{n} {v}" for n, v in parse_qsl(parts.query))
    return f"{name}: {chosen}" if chosen else name


# -- changing ------------------------------------------------------------------------------------------------


def save(state: State, person: Person, form: dict[str, str]) -> str:
    """Save the view that a form describes; gives its address. Raises E-WHO-03, E-ARG-03."""
    assert person.who is not None
    shared = form.get("shared") == "yes"
    made = views.save(state, form.get("name", ""), form.get("address", ""), by=person.who, shared=shared)
    return made.address


def change(state: State, person: Person, number: int, form: dict[str, str]) -> None:
    """Rename, share or remove one. Raises E-WHO-03, E-ARG-01, E-ARG-03."""
    assert person.who is not None
    if form.get("do") == "remove":
        views.remove(state, number, by=person.who)
    else:
        views.change(state, number, form.get("name", ""), by=person.who, shared=form.get("shared") == "yes")
