# SPDX-License-Identifier: Apache-2.0
"""Waits: after failed sign-ins the next one has to wait, longer each time, by account and by address.

The first 5 failures of an account and the first 20 of an address are free. Then the wait is 1 s and doubles
with each failure, up to 15 minutes. A day after the last failure all is forgotten; a sign-in that succeeds
forgets the account's. An attempt is counted before its password is looked at, so that many at once do not
slip through.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, insert, select, update

from percontact.people.accounts import login_key
from percontact.people.schema import WAITS
from percontact.people.state import State
from percontact.values.problem import PercontactError, problem

FREE = {"account": 5, "address": 20}
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)


def count_attempt(state: State, login: str, address: str) -> None:
    """Count an attempt as failed until `forgive` says otherwise. Raises E-WHO-02 while there is a wait."""
    now = state.now()
    with state.writing() as con:
        con.execute(delete(WAITS).where(WAITS.c.last < now - FORGOTTEN))
        whoms = [_account(login), *([f"address {address}"] if address else [])]
        rows = {r.whom: r for r in con.execute(select(WAITS).where(WAITS.c.whom.in_(whoms)))}
        until = max((r.until for r in rows.values()), default=now)
        if until > now:
            raise _too_many(until - now)
        for whom in whoms:
            failures = (rows[whom].failures if whom in rows else 0) + 1
            values = {"failures": failures, "last": now, "until": now + wait(whom.split(" ")[0], failures)}
            if whom in rows:
                con.execute(update(WAITS).where(WAITS.c.whom == whom).values(**values))
            else:
                con.execute(insert(WAITS).values(whom=whom, **values))


def forgive(con: Connection, at: datetime, login: str, address: str) -> None:
    """A sign-in succeeded: the account's failures are forgotten, the address has one less."""
    con.execute(delete(WAITS).where(WAITS.c.whom == _account(login)))
    here = WAITS.c.whom == f"address {address}"
    # Not all of them: else who has one account could try others' from the same address without end.
    con.execute(update(WAITS).where(here).values(failures=WAITS.c.failures - 1, until=at))


def wait(kind: str, failures: int) -> timedelta:
    """How long the next attempt has to wait.

    >>> [wait("account", n).seconds for n in (1, 5, 6, 7, 8, 40)]
    [0, 0, 1, 2, 4, 900]
    """
    over = failures - FREE[kind]
    return timedelta(0) if over <= 0 else min(LONGEST_WAIT, timedelta(seconds=2 ** min(over - 1, 20)))


def _account(login: str) -> str:
    return f"account {login_key(login)}"[:300]


def _too_many(left: timedelta) -> PercontactError:
    seconds = ceil(left.total_seconds())
    told = f"{seconds} s" if seconds <= 90 else f"{ceil(seconds / 60)} min"
    what = f"too many attempts failed; the next one may be made in {told}"
    why = "Each failed attempt makes the next one wait longer, so that passwords cannot be tried out."
    return problem(
        "E-WHO-02", "sign-in", what, why, "Wait, then try again; an Admin can give you a one-time link."
    )
