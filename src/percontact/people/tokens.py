# SPDX-License-Identifier: Apache-2.0
"""API tokens: what programs sign in with. Each has a label, a role, and a day on which it ends.

A token may no more than its owner may: where the owner's role is lowered, so is the token's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, insert, select, update

from percontact.people import audit
from percontact.people.accounts import person_of
from percontact.people.roles import Role
from percontact.people.schema import PEOPLE, TOKENS
from percontact.people.secret import digest, new_secret
from percontact.people.state import State
from percontact.people.who import Person, Who
from percontact.values.problem import problem

BEGINS = "pct_"
"""How tokens begin, so that programs which look for leaked secrets know one."""
LONGEST = timedelta(days=366)
_NOTICED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret: that was shown once."""

    id: int
    owner: str
    label: str
    role: Role
    made: datetime
    ends: datetime
    used: datetime | None
    revoked: datetime | None


def make(state: State, owner: Person, label: str, role: Role, lasts: timedelta, *, by: Who) -> str:
    """Make a token; gives its secret, which is shown this once. Raises E-WHO-03, E-ARG-03."""
    by.need("make_tokens", "token")
    if not label.strip():
        why = "When one has to be ended, it must be known which."
        raise problem("E-ARG-03", "token", "it has no label", why, "Say what it is for.")
    if role.rank > min(owner.role.rank, by.role.rank):
        what = f"a token of {owner.login} cannot be {role.value.capitalize()}"
        why = f"A token may no more than its owner, who is {owner.role.value.capitalize()}."
        raise problem("E-ARG-03", "token", what, why, "Choose that role or a lower one.")
    if not timedelta(0) < lasts <= LONGEST:
        what, why = (
            f"it may last {LONGEST.days} days at most",
            "A token that was forgotten must end by itself.",
        )
        raise problem("E-ARG-03", "token", what, why, "Choose an earlier day; a new token can follow.")
    secret, now = BEGINS + new_secret(), state.now()
    with state.writing() as con:
        con.execute(
            insert(TOKENS).values(
                person_id=owner.id, hash=digest(secret), label=label.strip()[:200], role=role.value, made=now,
                ends=now + lasts,
            )
        )  # fmt: skip
        detail: audit.Detail = {"made": True, "label": label, "role": role.value}
        audit.note(con, now, by, "changed", f"tokens/{owner.login}", detail)
    return secret


def find(state: State, secret: str, *, address: str = "") -> Who | None:
    """Who a token stands for, with the role it has now; None where it does not work (any more)."""
    now, key = state.now(), digest(secret)
    asked = (
        select(PEOPLE, TOKENS.c.role.label("token_role"), TOKENS.c.used)
        .join_from(TOKENS, PEOPLE)
        .where(TOKENS.c.hash == key, TOKENS.c.revoked.is_(None), TOKENS.c.ends > now, PEOPLE.c.active)
    )
    with state.reading() as con:
        row = con.execute(asked).mappings().first()
    if row is None:
        return None
    if row["used"] is None or now - row["used"] >= _NOTICED:
        with state.writing() as con:
            con.execute(update(TOKENS).where(TOKENS.c.hash == key).values(used=now))
    person = person_of(row)
    return Who(person, min(person.role, Role(row["token_role"]), key=lambda r: r.rank), "token", address)


def tokens(state: State, owner: Person | None = None) -> list[Token]:
    """The tokens of a person, or of all; the newest first."""
    asked = select(TOKENS, PEOPLE.c.login).join_from(TOKENS, PEOPLE).order_by(TOKENS.c.id.desc())
    if owner is not None:
        asked = asked.where(TOKENS.c.person_id == owner.id)
    with state.reading() as con:
        return [_token(row) for row in con.execute(asked).mappings()]


def revoke(state: State, number: int, *, by: Who) -> None:
    """End a token: one's own, or anybody's by who may manage people. Raises E-ARG-01, E-WHO-03."""
    found = [t for t in tokens(state) if t.id == number]
    if not found:
        what, why = f"there is no token {number}", "Tokens are numbered as they are made."
        raise problem("E-ARG-01", "token", what, why, "Choose one of the list.")
    if by.person is None or by.person.login != found[0].owner:
        by.need("manage_people", f"token {number}")
    with state.writing() as con:
        same = TOKENS.c.id == number, TOKENS.c.revoked.is_(None)
        con.execute(update(TOKENS).where(*same).values(revoked=state.now()))
        detail: audit.Detail = {"revoked": True, "label": found[0].label}
        audit.note(con, state.now(), by, "changed", f"tokens/{found[0].owner}", detail)


def _token(row: RowMapping) -> Token:
    return Token(
        row["id"], row["login"], row["label"], Role(row["role"]), row["made"], row["ends"], row["used"],
        row["revoked"],
    )  # fmt: skip
