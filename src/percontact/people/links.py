# SPDX-License-Identifier: Apache-2.0
"""One-time links: the first Admin's, an invitation, a new password. Each works once, for a while.

Looking at a link does not use it up: programs that scan mail look at every link. Setting the password does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, insert, select, update

from percontact.people import audit, sessions
from percontact.people.accounts import (
    get,
    insert_person,
    keep_password,
    person_of,
    there_are_accounts,
)
from percontact.people.passwords import check_password, hash_password
from percontact.people.roles import Role
from percontact.people.schema import LINKS, PEOPLE
from percontact.people.secret import digest, new_secret
from percontact.people.state import State
from percontact.people.who import Person, Who
from percontact.values.problem import PercontactError, problem

FIRST_LASTS = timedelta(days=1)
LASTS = timedelta(days=3)
"""Over a weekend."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that still works: whose password it sets, or None for the first Admin, and until when."""

    person: Person | None
    ends: datetime


def first(state: State) -> str | None:
    """The secret of a link that makes the first Admin; None where there are accounts.

    Each start makes a new one, and those of earlier starts no longer work.
    """
    if there_are_accounts(state):
        return None
    secret, now = new_secret(), state.now()
    with state.writing() as con:
        con.execute(update(LINKS).where(LINKS.c.person_id.is_(None), LINKS.c.used.is_(None)).values(used=now))
        con.execute(insert(LINKS).values(hash=digest(secret), made=now, ends=now + FIRST_LASTS))
    return secret


def invite(state: State, login: str, *, by: Who) -> str:
    """The secret of a link by which a person sets a password; earlier links of theirs no longer work.

    Raises E-ARG-01 where there is no such account, E-WHO-05 where it is switched off.
    """
    person, secret, now = get(state, login), new_secret(), state.now()
    if not person.active:
        what, why = f"{person.login} is switched off", "A link would not let them in."
        raise problem("E-WHO-05", "link", what, why, "Switch the account on first.")
    with state.writing() as con:
        con.execute(
            update(LINKS).where(LINKS.c.person_id == person.id, LINKS.c.used.is_(None)).values(used=now)
        )
        con.execute(
            insert(LINKS).values(hash=digest(secret), person_id=person.id, made=now, ends=now + LASTS)
        )
        audit.note(con, now, by, "changed", f"people/{person.login}", {"link": True})
    return secret


def look(state: State, secret: str) -> Link:
    """What a link is for, without using it up. Raises E-WHO-05 where it does not work (any more)."""
    with state.reading() as con:
        link = _working(con, state.now(), secret)
        return Link(_person(con, link), link["ends"])


def use(
    state: State, secret: str, password: str, *, login: str = "", name: str = "", address: str = ""
) -> str:
    """Set the password and sign in; gives the session's secret. login, name: of the first Admin.

    Raises E-WHO-05 where the link does not work (any more), E-WHO-04 and E-WHO-06 for what was typed; the
    link then still works.
    """
    found = look(state, secret)
    whose = (found.person.login, found.person.name) if found.person else (login, name)
    check_password(password, *whose)
    kept, now = hash_password(password), state.now()
    with state.writing() as con:
        link = _working(con, now, secret)
        con.execute(update(LINKS).where(LINKS.c.hash == link["hash"]).values(used=now))
        person = _person(con, link)
        if person is None:
            person = insert_person(con, now, login, name, Role.ADMIN, kept)
        else:
            keep_password(con, now, person, kept)
        who = Who(person, person.role, "link", address)
        audit.note(con, now, who, "changed", f"people/{person.login}", {"password": True})
        return sessions.begin(con, now, person, "link", address)


def _working(con: Connection, now: datetime, secret: str) -> RowMapping:
    found = LINKS.c.hash == digest(secret), LINKS.c.used.is_(None), LINKS.c.ends > now
    row = con.execute(select(LINKS).where(*found)).mappings().first()
    if row is None:
        raise _does_not_work()
    return row


def _person(con: Connection, link: RowMapping) -> Person | None:
    if link["person_id"] is None:
        return None
    row = con.execute(select(PEOPLE).where(PEOPLE.c.id == link["person_id"])).mappings().one()
    if not row["active"]:
        raise _does_not_work()
    return person_of(row)


def _does_not_work() -> PercontactError:
    what = "this link does not work, or not any more"
    why = "A link works once and for a while; a newer one takes its place."
    do = "Ask an Admin for a new one, or print it where the workspace is: percontact people link LOGIN."
    return problem("E-WHO-05", "link", what, why, do)
