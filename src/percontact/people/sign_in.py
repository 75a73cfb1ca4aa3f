# SPDX-License-Identifier: Apache-2.0
"""Signing in with a password. Who is unknown, switched off or wrong hears the same, after the same time."""

from __future__ import annotations

from sqlalchemy import select, update

from percontact.people import accounts, audit, sessions, waits
from percontact.people.accounts import LOCAL, login_key, person_of
from percontact.people.passwords import MOST_SIGNS, check_password, hash_password, is_outdated, is_password
from percontact.people.schema import PEOPLE
from percontact.people.state import State
from percontact.people.who import Person, Who
from percontact.values.problem import PercontactError, problem


def sign_in(state: State, login: str, password: str, *, address: str = "") -> str:
    """Begin a session by login and password; gives the secret for the browser's cookie.

    Raises E-WHO-01 where they do not fit together, E-WHO-02 while the account or the address has to wait.
    """
    try:
        waits.count_attempt(state, login, address)
    except PercontactError:
        audit.record(state, login, "refused", "sign-in", {"because": "has to wait"}, address)
        raise
    asked = select(PEOPLE).where(PEOPLE.c.login_key == login_key(login), PEOPLE.c.login_key != LOCAL)
    with state.reading() as con:
        row = con.execute(asked).mappings().first()
    kept = row["password_hash"] if row else None
    # The hash is looked at whoever asks, so that the time taken tells nothing.
    right = is_password(kept, password[: MOST_SIGNS + 1])
    if row is None or not right or not row["active"]:
        because = "unknown" if row is None else "wrong password" if not right else "switched off"
        audit.record(state, login, "refused", "sign-in", {"because": because}, address)
        raise _refused()
    better = hash_password(password) if is_outdated(kept or "") else None
    with state.writing() as con:
        # The password may have been changed, or the account switched off, while the hash was looked at.
        same = PEOPLE.c.id == row["id"], PEOPLE.c.password_hash == kept, PEOPLE.c.active
        if con.execute(select(PEOPLE.c.id).where(*same)).first() is None:
            raise _refused()
        if better is not None:
            con.execute(update(PEOPLE).where(PEOPLE.c.id == row["id"]).values(password_hash=better))
        waits.forgive(con, state.now(), login, address)
        return sessions.begin(con, state.now(), person_of(row), "password", address)


def _refused() -> PercontactError:
    what = "login and password do not fit together, or the account is switched off"
    why = "Which of these it is, is not said: it would help those who guess."
    do = "Try again, mind capitals; an Admin can give you a one-time link for a new password."
    return problem("E-WHO-01", "sign-in", what, why, do)


def change_password(state: State, person: Person, old: str, new: str, *, by: Who) -> str:
    """Change one's own password by the one that held; gives the secret of a new session.

    All sessions end, this one too: who changes a password may do so because somebody else knows it.
    Raises E-WHO-01 where the old one is wrong, E-WHO-02 where to wait, E-WHO-04 for one that is not taken.
    """
    check_password(new, person.login, person.name)
    session = sign_in(state, person.login, old, address=by.address)
    try:
        accounts.set_password(state, person, new, by=by)
    except PercontactError:
        sessions.end(state, session)
        raise
    with state.writing() as con:
        return sessions.begin(con, state.now(), person, "password", by.address)
