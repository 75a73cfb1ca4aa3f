# SPDX-License-Identifier: Apache-2.0
"""The audit: who saw, changed and exported what, and who was refused. It only grows.

What changes something is noted in the transaction that changes it. What is only looked at is noted soon after
(`Looking`), so that a page does not wait for the disk; a crash can lose the last second of it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from percontact.people.schema import AUDIT
from percontact.people.state import State
from percontact.people.who import Who
from percontact.values.problem import PercontactError

Act = Literal["viewed", "changed", "exported", "signed in", "signed out", "refused"]
ACTS: tuple[Act, ...] = ("viewed", "changed", "exported", "signed in", "signed out", "refused")
Detail = Mapping[str, str | int | bool | None]

_LONGEST = 2000
SOON_S = 1.0
"""Seconds that what was looked at may wait to be noted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit; `login` and `means` as they were then."""

    at: datetime
    login: str
    means: str
    act: str
    what: str
    detail: dict[str, str | int | bool | None]
    address: str


def note(
    con: Connection, at: datetime, who: Who | str, act: Act, what: str, detail: Detail | None = None,
    address: str = "",
) -> None:  # fmt: skip
    """Note an act in a transaction that is under way.

    who  who did it; a bare text is the login that somebody claimed, and address where they were
    """
    con.execute(insert(AUDIT), _row(at, who, act, what, detail, address))


def record(
    state: State, who: Who | str, act: Act, what: str, detail: Detail | None = None, address: str = ""
) -> None:
    """Note an act that changes nothing here: an export, a refusal, a change of the Book."""
    with state.writing() as con:
        note(con, state.now(), who, act, what, detail, address)


def _row(
    at: datetime, who: Who | str, act: Act, what: str, detail: Detail | None, address: str
) -> dict[str, object]:
    return {
        "at": at,
        "person_id": who.person.id if isinstance(who, Who) and who.person else None,
        "login": (who.login if isinstance(who, Who) else who)[:254],
        "means": who.means if isinstance(who, Who) else "",
        "act": act,
        "what": what[:_LONGEST],
        "detail": dict(detail or {}),
        "address": (who.address if isinstance(who, Who) else address)[:64],
    }


def entries(
    state: State,
    *,
    login: str | None = None,
    act: Act | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
    after: int = 0,
) -> list[Entry]:
    """The newest lines first; `after` leaves out as many, for the next page. until: before this moment."""
    asked = select(
        AUDIT.c.at, AUDIT.c.login, AUDIT.c.means, AUDIT.c.act, AUDIT.c.what, AUDIT.c.detail, AUDIT.c.address
    )
    if login is not None:
        asked = asked.where(AUDIT.c.login == login)
    if act is not None:
        asked = asked.where(AUDIT.c.act == act)
    if since is not None:
        asked = asked.where(AUDIT.c.at >= since)
    if until is not None:
        asked = asked.where(AUDIT.c.at < until)
    asked = asked.order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc()).limit(limit).offset(after)
    with state.reading() as con:
        return [Entry(*line) for line in con.execute(asked)]


class Looking:
    """Notes what is looked at, a second later at most; `close` writes what is left.

    Raises nothing where the database is away for a moment: it tries again, and keeps the last 10,000.
    """

    _MOST_KEPT = 10_000

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting: queue.Queue[dict[str, object]] = queue.Queue(self._MOST_KEPT)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_soon, name="audit", daemon=True)
        self._thread.start()

    def viewed(self, who: Who, what: str, detail: Detail | None = None) -> None:
        """Note that somebody saw this."""
        line = _row(self._state.now(), who, "viewed", what, detail, "")
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            # Nothing may be seen that is not noted: whoever looks now waits until it is.
            self.write()
            self._waiting.put(line)

    def write(self) -> None:
        """Write what waits, now."""
        lines: list[dict[str, object]] = []
        while len(lines) < self._MOST_KEPT:
            try:
                lines.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        if not lines:
            return
        try:
            with self._state.writing() as con:
                con.execute(insert(AUDIT), lines)
        except PercontactError:
            for line in lines:
                self._waiting.put_nowait(line)
            raise

    def close(self) -> None:
        """Write what is left, and stop."""
        self._stop.set()
        self._thread.join()
        self.write()

    def _write_soon(self) -> None:
        while not self._stop.wait(SOON_S):
            try:
                self.write()
            except PercontactError:
                continue
