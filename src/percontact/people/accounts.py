# SPDX-License-Identifier: Apache-2.0
"""Accounts: adding people, giving roles, switching accounts off; and the checks that each of these keeps.

Once there is an Admin there always is one. Nobody is ever deleted, because the audit names them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from percontact.people import audit
from percontact.people.passwords import check_password, hash_password
from percontact.people.roles import Role
from percontact.people.schema import IDENTITIES, PEOPLE, SESSIONS, TOKENS
from percontact.people.state import State
from percontact.people.who import Person, Who
from percontact.values.problem import PercontactError, did_you_mean, problem

LOCAL = "local"
"""The login of who uses the program alone on this machine. It cannot sign in from elsewhere."""
_LOGIN = re.compile(r"[^\s@]+(@[^\s@]+)?")
_LONGEST_LOGIN, _LONGEST_NAME = 254, 200


@dataclass(frozen=True, slots=True)
class Account:
    """A person, as an Admin sees them: how they may sign in, and when they last did."""

    person: Person
    openid: bool
    last_seen: datetime | None


def login_key(login: str) -> str:
    """What is compared: without capitals, however it was typed.

    >>> login_key("Ada@Example.org ") == login_key("ada@example.ORG")
    True
    """
    return unicodedata.normalize("NFKC", login.strip()).casefold()


# -- reading -------------------------------------------------------------------------------------------------


def person_of(row: RowMapping) -> Person:
    """The person that a row of the table people tells of."""
    return Person(
        row["id"], row["login"], row["name"], Role(row["role"]), row["active"],
        row["password_hash"] is not None, row["created"],
    )  # fmt: skip


def find(state: State, login: str) -> Person | None:
    """The person of a login, whatever its capitals."""
    with state.reading() as con:
        row = _row(con, select(PEOPLE).where(PEOPLE.c.login_key == login_key(login)))
    return person_of(row) if row else None


def get(state: State, login: str) -> Person:
    """The person of a login. Raises E-ARG-01 with near ones where there is none."""
    person = find(state, login)
    if person is None:
        with state.reading() as con:
            known = con.execute(select(PEOPLE.c.login).where(PEOPLE.c.login_key != LOCAL)).scalars().all()
        what, why = f"there is no account {login!r}", "People sign in with a login that an Admin has added."
        raise problem("E-ARG-01", "people", what, why, did_you_mean(login, known))
    return person


def accounts(state: State) -> list[Account]:
    """Everybody who was ever added, in the order of their logins."""
    with state.reading() as con:
        people = con.execute(select(PEOPLE).order_by(PEOPLE.c.login_key)).mappings().all()
        linked = set(con.execute(select(IDENTITIES.c.person_id)).scalars())
        seen: dict[int, datetime] = {}
        for person_id, at in con.execute(
            select(SESSIONS.c.person_id, SESSIONS.c.seen).order_by(SESSIONS.c.seen)
        ):
            seen[person_id] = at
    return [
        Account(person_of(p), p["id"] in linked, seen.get(p["id"])) for p in people if p["login_key"] != LOCAL
    ]


def there_are_accounts(state: State) -> bool:
    """Whether anybody was ever added: from then on everybody signs in."""
    with state.reading() as con:
        return _row(con, select(PEOPLE.c.id).where(PEOPLE.c.login_key != LOCAL).limit(1)) is not None


def local_person(state: State) -> Person:
    """Who uses the program alone on this machine; made when first asked for."""
    person = find(state, LOCAL)
    if person is not None:
        return person
    with state.writing() as con:
        if _row(con, select(PEOPLE.c.id).where(PEOPLE.c.login_key == LOCAL)) is None:
            _insert(con, state.now(), LOCAL, "You", Role.ADMIN, None)
    return get(state, LOCAL)


# -- changing ------------------------------------------------------------------------------------------------


def add(
    state: State, login: str, role: Role, *, by: Who, name: str = "", password: str | None = None
) -> Person:
    """Add a person. Without a password they come in by a one-time link (`links.invite`) or a provider.

    Raises E-WHO-06 for a login that is taken or is none, E-WHO-04 for a password that is not taken.
    """
    login, name = _checked_login(login), (name.strip() or login.partition("@")[0])[:_LONGEST_NAME]
    if password is not None:
        check_password(password, login, name)
    kept = None if password is None else hash_password(password)
    with state.writing() as con:
        if _row(con, select(PEOPLE.c.id).where(PEOPLE.c.login_key == login_key(login))) is not None:
            raise _login_taken(login)
        made = _insert(con, state.now(), login, name, role, kept)
        audit.note(con, state.now(), by, "changed", f"people/{login}", {"added": True, "role": role.value})
    return made


def set_role(state: State, login: str, role: Role, *, by: Who) -> Person:
    """Give a role; it holds at once, for open sessions and tokens too. Raises E-ARG-01, E-WHO-08."""
    return _change(state, login, {"role": role.value}, by)


def switch(state: State, login: str, *, active: bool, by: Who) -> Person:
    """Switch an account off, with all its sessions and tokens, or on again. Raises E-ARG-01, E-WHO-08."""
    return _change(state, login, {"active": active}, by)


def rename(state: State, login: str, name: str, *, by: Who) -> Person:
    """Change how a person is called; the login stays. Raises E-ARG-01."""
    return _change(state, login, {"name": name.strip()[:_LONGEST_NAME] or login}, by)


def set_password(state: State, person: Person, password: str, *, by: Who) -> None:
    """Set a password; everybody signed in under that account has to sign in again. Raises E-WHO-04."""
    check_password(password, person.login, person.name)
    kept = hash_password(password)
    with state.writing() as con:
        keep_password(con, state.now(), person, kept)
        audit.note(con, state.now(), by, "changed", f"people/{person.login}", {"password": True})


def keep_password(con: Connection, at: datetime, person: Person, kept: str) -> None:
    """Keep a new password's hash and end all sessions, in a transaction that is under way."""
    con.execute(update(PEOPLE).where(PEOPLE.c.id == person.id).values(password_hash=kept))
    end_sessions(con, at, person.id)


def end_sessions(con: Connection, at: datetime, person_id: int) -> None:
    """End all sessions of a person, in a transaction that is under way."""
    open_ones = (SESSIONS.c.person_id == person_id) & SESSIONS.c.revoked.is_(None)
    con.execute(update(SESSIONS).where(open_ones).values(revoked=at))


def _change(state: State, login: str, values: Mapping[str, Any], by: Who) -> Person:
    person = get(state, login)
    with state.writing() as con:
        con.execute(update(PEOPLE).where(PEOPLE.c.id == person.id).values(**values))
        if person.role is Role.ADMIN and person.active and _no_admin(con):
            raise _last_admin(person)
        if values.get("active") is False:
            end_sessions(con, state.now(), person.id)
            theirs = (TOKENS.c.person_id == person.id) & TOKENS.c.revoked.is_(None)
            con.execute(update(TOKENS).where(theirs).values(revoked=state.now()))
        audit.note(con, state.now(), by, "changed", f"people/{person.login}", dict(values))
    return get(state, login)


def _insert(con: Connection, at: datetime, login: str, name: str, role: Role, kept: str | None) -> Person:
    values = {
        "login": login, "login_key": login_key(login), "name": name, "role": role.value,
        "password_hash": kept, "active": True, "created": at,
    }  # fmt: skip
    con.execute(insert(PEOPLE).values(**values))
    row = _row(con, select(PEOPLE).where(PEOPLE.c.login_key == login_key(login)))
    assert row is not None
    return person_of(row)


def insert_person(
    con: Connection, at: datetime, login: str, name: str, role: Role, kept: str | None
) -> Person:
    """Add a person in a transaction that is under way. Raises E-WHO-06."""
    login = _checked_login(login)
    if _row(con, select(PEOPLE.c.id).where(PEOPLE.c.login_key == login_key(login))) is not None:
        raise _login_taken(login)
    return _insert(con, at, login, (name.strip() or login.partition("@")[0])[:_LONGEST_NAME], role, kept)


def _no_admin(con: Connection) -> bool:
    admins = (PEOPLE.c.role == Role.ADMIN.value) & PEOPLE.c.active & (PEOPLE.c.login_key != LOCAL)
    return _row(con, select(PEOPLE.c.id).where(admins).limit(1)) is None


def _row(con: Connection, asked: Select[Any]) -> RowMapping | None:
    return con.execute(asked).mappings().first()


def _checked_login(login: str) -> str:
    login = login.strip()
    fits = _LOGIN.fullmatch(login) and login.isprintable() and len(login_key(login)) <= _LONGEST_LOGIN
    if not fits or login_key(login) == LOCAL:
        what = f"{login!r} is no login" if login_key(login) != LOCAL else "this login is the program's own"
        why = (
            f"A login is an e-mail address or a short name without blanks, of {_LONGEST_LOGIN} signs at most."
        )
        raise problem("E-WHO-06", "people", what, why, "Use the person's e-mail address.")
    return login


def _login_taken(login: str) -> PercontactError:
    what = f"there is an account {login} already"
    why = "Capitals do not tell two logins apart."
    return problem("E-WHO-06", "people", what, why, "Take another login, or change that account.")


def _last_admin(person: Person) -> PercontactError:
    what = f"{person.login} is the last Admin"
    why = "Without one nobody could add people or give roles."
    return problem("E-WHO-08", "people", what, why, "Make somebody else an Admin first.")
