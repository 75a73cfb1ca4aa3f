# SPDX-License-Identifier: Apache-2.0
"""Saved views: an address of the app under a name, kept for oneself or shared with all.

Since the address is the state of a page, nothing else needs to be kept, and a view never goes stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import RowMapping, delete, insert, or_, select, update

from percontact.people import audit
from percontact.people.schema import PEOPLE, VIEWS
from percontact.people.state import State
from percontact.people.who import Person, Who
from percontact.values.problem import PercontactError, problem

_LONGEST_ADDRESS, _LONGEST_NAME = 4000, 200


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its name, whose it is, the path and query it opens, and whether all see it."""

    id: int
    name: str
    owner: str
    address: str
    shared: bool
    made: datetime


def views(state: State, person: Person) -> list[View]:
    """A person's own views and those that others share, by name."""
    seen = or_(VIEWS.c.owner_id == person.id, VIEWS.c.shared)
    asked = select(VIEWS, PEOPLE.c.login).join_from(VIEWS, PEOPLE).where(seen)
    with state.reading() as con:
        found = [_view(row) for row in con.execute(asked).mappings()]
    return sorted(found, key=lambda v: (v.name.casefold(), v.owner, v.id))


def save(state: State, name: str, address: str, *, by: Who, shared: bool = False) -> View:
    """Save a view; one of one's own of the same name is replaced.

    Raises E-WHO-03 where they may not, E-ARG-03 for a name or an address that cannot be kept.
    """
    by.need("share_views" if shared else "save_views", "view")
    person, name = _who(by), name.strip()
    _check(name, address)
    values = {"address": address, "shared": shared, "made": state.now()}
    with state.writing() as con:
        same = VIEWS.c.owner_id == person.id, VIEWS.c.name == name
        if con.execute(update(VIEWS).where(*same).values(**values)).rowcount == 0:
            con.execute(insert(VIEWS).values(owner_id=person.id, name=name, **values))
        audit.note(con, state.now(), by, "changed", f"views/{name}", {"address": address, "shared": shared})
    return next(v for v in views(state, person) if v.name == name and v.owner == person.login)


def change(state: State, number: int, name: str, *, by: Who, shared: bool) -> View:
    """Give a view of one's own another name, share it or keep it for oneself.

    Raises E-WHO-03 where they may not, E-ARG-01 where it is none of their own, E-ARG-03 for a name that
    cannot be kept or that another view of theirs has.
    """
    by.need("share_views" if shared else "save_views", "view")
    person, name = _who(by), name.strip()
    mine = {v.id: v for v in views(state, person) if v.owner == person.login}
    if number not in mine:
        raise _not_theirs(number, "changed")
    _check(name, mine[number].address)
    if any(v.name == name and v.id != number for v in mine.values()):
        why = "By its name you know it again."
        raise _unfit(f"you have a view {name!r} already", why, "Take another name, or remove that one.")
    with state.writing() as con:
        con.execute(update(VIEWS).where(VIEWS.c.id == number).values(name=name, shared=shared))
        detail: audit.Detail = {"was": mine[number].name, "shared": shared}
        audit.note(con, state.now(), by, "changed", f"views/{name}", detail)
    return next(v for v in views(state, person) if v.id == number)


def remove(state: State, number: int, *, by: Who) -> None:
    """Remove a view of one's own; a shared one may be removed by who manages people. Raises E-ARG-01."""
    person = _who(by)
    theirs = [v for v in views(state, person) if v.id == number]
    if not theirs or (theirs[0].owner != person.login and not by.may("manage_people")):
        raise _not_theirs(number, "removed")
    with state.writing() as con:
        con.execute(delete(VIEWS).where(VIEWS.c.id == number))
        audit.note(con, state.now(), by, "changed", f"views/{theirs[0].name}", {"removed": True})


def _not_theirs(number: int, done: str) -> PercontactError:
    what, why = f"there is no view {number} of yours", f"A view is {done} by who saved it."
    return problem("E-ARG-01", "view", what, why, "Choose one of your own.")


def _who(by: Who) -> Person:
    if by.person is None:
        raise _unfit("a view belongs to a person", "The command line is none.", "Save it in the app.")
    return by.person


def _check(name: str, address: str) -> None:
    parts = urlsplit(address)
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    if not inside or not address.isprintable() or len(address) > _LONGEST_ADDRESS:
        why = "A view is a page of this app: a path that begins with one /, and its query."
        raise _unfit(f"{address[:80]!r} is no page of this app", why, "Save the page you are on.")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        why = f"A name has 1 to {_LONGEST_NAME} signs on one line."
        raise _unfit(f"{name[:80]!r} cannot be its name", why, "Take another name.")


def _unfit(what: str, why: str, do: str) -> PercontactError:
    return problem("E-ARG-03", "view", what, why, do)


def _view(row: RowMapping) -> View:
    return View(row["id"], row["name"], row["login"], row["address"], row["shared"], row["made"])
