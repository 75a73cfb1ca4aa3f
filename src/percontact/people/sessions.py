# SPDX-License-Identifier: Apache-2.0
"""Sessions: browsers that are signed in. The browser holds a secret, the database its hash.

A session ends 8 hours after it was last used, 7 days after it began, when it is signed out, when the password
changes, and when the account is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from percontact.people import audit
from percontact.people.accounts import person_of
from percontact.people.schema import PEOPLE, SESSIONS
from percontact.people.secret import digest, new_secret
from percontact.people.state import State
from percontact.people.who import Means, Person, Who

IDLE = timedelta(hours=8)
"""A working day: who comes back tomorrow signs in again."""
LONGEST = timedelta(days=7)
_NOTICED = timedelta(minutes=1)
"""How exactly the last use is kept, so that not each request writes."""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser: who, how, from where, since when."""

    who: Who
    made: datetime
    seen: datetime
    ends: datetime


def begin(con: Connection, at: datetime, person: Person, means: Means, address: str) -> str:
    """Begin a session in a transaction that is under way; gives the secret for the browser."""
    secret = new_secret()
    con.execute(
        insert(SESSIONS).values(
            hash=digest(secret), person_id=person.id, means=means, address=address[:64],
            made=at, seen=at, ends=at + LONGEST,
        )
    )  # fmt: skip
    who = Who(person, person.role, means, address)
    audit.note(con, at, who, "signed in", "session", {"means": means})
    return secret


def find(state: State, secret: str) -> Session | None:
    """The session of a browser's secret, or None: ended, signed out, switched off, or never there."""
    now, key = state.now(), digest(secret)
    asked = (
        select(
            PEOPLE, SESSIONS.c.means, SESSIONS.c.address, SESSIONS.c.made, SESSIONS.c.seen, SESSIONS.c.ends
        )
        .join_from(SESSIONS, PEOPLE)
        .where(
            SESSIONS.c.hash == key,
            SESSIONS.c.revoked.is_(None),
            SESSIONS.c.ends > now,
            SESSIONS.c.seen > now - IDLE,
            PEOPLE.c.active,
        )
    )
    with state.reading() as con:
        row = con.execute(asked).mappings().first()
    if row is None:
        return None
    if now - row["seen"] >= _NOTICED:
        with state.writing() as con:
            con.execute(update(SESSIONS).where(SESSIONS.c.hash == key).values(seen=now))
    person = person_of(row)
    who = Who(person, person.role, row["means"], row["address"])
    return Session(who, row["made"], row["seen"], row["ends"])


def end(state: State, secret: str) -> None:
    """Sign a browser out. An ended or unknown session is no error."""
    session, key = find(state, secret), digest(secret)
    with state.writing() as con:
        con.execute(update(SESSIONS).where(SESSIONS.c.hash == key).values(revoked=state.now()))
        if session is not None:
            audit.note(con, state.now(), session.who, "signed out", "session")
