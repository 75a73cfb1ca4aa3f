# SPDX-License-Identifier: Apache-2.0
"""People of an OpenID provider: whom issuer and subject mean here, with which role, and sign-ins under way.

Who is known by issuer and subject is let in. Who is not, but has an account of the e-mail address that the
provider has verified, is linked to it. Who has neither gets an account where a role follows from the
provider's claims or from the default role; else nobody is let in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from percontact.people import audit, sessions
from percontact.people.accounts import insert_person, login_key, person_of
from percontact.people.roles import Role
from percontact.people.schema import IDENTITIES, PEOPLE, SIGN_INS
from percontact.people.secret import digest
from percontact.people.state import State
from percontact.people.who import Person
from percontact.values.problem import PercontactError, problem

LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider says of somebody, checked: who says it, whom, under which e-mail and name.

    email  None where the provider has not verified it
    role   the role that follows from the provider's claims, or None
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that was begun at a provider: what its answer has to match, and where to go on."""

    nonce: str
    verifier: str
    back: str


def begin(state: State, secret: str, browser: str, sign_in: SignIn) -> None:
    """Keep a sign-in that goes to the provider: under the secret it will bring back, for this browser."""
    now = state.now()
    with state.writing() as con:
        con.execute(delete(SIGN_INS).where(SIGN_INS.c.ends <= now))
        con.execute(
            insert(SIGN_INS).values(
                hash=digest(secret), browser=digest(browser), nonce=sign_in.nonce, verifier=sign_in.verifier,
                back=sign_in.back, ends=now + LASTS,
            )
        )  # fmt: skip


def take(state: State, secret: str, browser: str) -> SignIn:
    """The sign-in that comes back with this secret to this browser; it comes back once.

    Raises E-WHO-07: another browser began it, it came back before, or took too long.
    """
    now = state.now()
    with state.writing() as con:
        key = SIGN_INS.c.hash == digest(secret)
        row = con.execute(select(SIGN_INS).where(key, SIGN_INS.c.ends > now)).mappings().first()
        con.execute(delete(SIGN_INS).where(key))
    if row is None or row["browser"] != digest(browser):
        raise not_let_in("this sign-in was not begun here, came back before, or took too long")
    return SignIn(row["nonce"], row["verifier"], row["back"])


def let_in(
    state: State, known: Known, *, default_role: Role | None, mapped: Sequence[Role] = (), address: str = ""
) -> str:
    """Begin a session of whom the provider means; gives its secret.

    default_role  of who has no account and no role by claims; None lets nobody in whom no Admin has added
    mapped        the roles that claims can give; where there are any, they rule at each sign-in

    Raises E-WHO-07 where they have no account here, or one that is switched off.
    """
    try:
        with state.writing() as con:
            person = _whom(con, state.now(), known, default_role)
            if not person.active:
                raise not_let_in(f"the account {person.login} is switched off")
            if mapped and known.role is not person.role:
                person = _with_role(con, person, known.role or default_role)
            return sessions.begin(con, state.now(), person, "openid", address)
    except PercontactError as error:
        login = known.email or known.subject
        audit.record(state, login, "refused", "sign-in", {"because": error.problem.what}, address)
        raise


def _whom(con: Connection, now: datetime, known: Known, default_role: Role | None) -> Person:
    same = IDENTITIES.c.issuer == known.issuer, IDENTITIES.c.subject == known.subject
    row = con.execute(select(PEOPLE).join_from(PEOPLE, IDENTITIES).where(*same)).mappings().first()
    if row is not None:
        return person_of(row)
    if known.email is not None:
        by_email = PEOPLE.c.login_key == login_key(known.email)
        row = con.execute(select(PEOPLE).where(by_email)).mappings().first()
    role = known.role or default_role
    if row is not None:
        person = person_of(row)
    elif role is None or known.email is None:
        what = "the provider knows you, but there is no account of yours here"
        if known.email is None:
            what += ", and it has verified no e-mail address of yours"
        raise not_let_in(what)
    else:
        person = insert_person(con, now, known.email, known.name, role, None)
    con.execute(
        insert(IDENTITIES).values(person_id=person.id, issuer=known.issuer, subject=known.subject, linked=now)
    )
    return person


def _with_role(con: Connection, person: Person, role: Role | None) -> Person:
    if role is None:
        raise not_let_in("the provider gives you no role here (any more)")
    con.execute(update(PEOPLE).where(PEOPLE.c.id == person.id).values(role=role.value))
    return person_of(con.execute(select(PEOPLE).where(PEOPLE.c.id == person.id)).mappings().one())


def not_let_in(what: str) -> PercontactError:
    """E-WHO-07, ready to raise."""
    why = "Only who has an account here, and whom the provider vouches for in this very sign-in, is let in."
    do = "Try again from the sign-in page; if that does not help, ask an Admin."
    return problem("E-WHO-07", "sign-in", what, why, do)
