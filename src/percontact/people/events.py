# SPDX-License-Identifier: Apache-2.0
"""Events: what happened and may explain a change, noted by people, with author and history.

They are edited here and land in the Book as one import of the table events that replaces the last one
(`rows`), so that every chart and every answer sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from percontact.people import audit
from percontact.people.accounts import LOCAL, local_person
from percontact.people.schema import EVENT_CHANGES, EVENTS, PEOPLE
from percontact.people.state import State
from percontact.people.who import Who
from percontact.values.problem import PercontactError, problem

LONGEST = {"event": 200, "kind": 100, "channel": 200, "team": 200, "reason": 200, "note": 2000}


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, as the table events of a Book has it; ended_on: None = one day or lasting."""

    event: str
    started_on: date
    kind: str | None = None
    ended_on: date | None = None
    channel: str | None = None
    team: str | None = None
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A happening with who noted it (login, and how they are called), and when it was last changed."""

    id: int
    happening: Happening
    by: str
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class EventChange:
    """One line of an event's history: added, changed or removed, and how it read from then on."""

    at: datetime
    by: str
    act: str
    row: dict[str, str | None]


def events(state: State) -> list[Noted]:
    """All that is noted, in the order of time."""
    asked = (
        select(EVENTS, PEOPLE.c.login, PEOPLE.c.name)
        .join_from(EVENTS, PEOPLE)
        .where(EVENTS.c.removed.is_(None))
        .order_by(EVENTS.c.started_on, EVENTS.c.event, EVENTS.c.id)
    )
    with state.reading() as con:
        return [
            Noted(r["id"], _happening(r), r["login"], r["noted"], r["name"])
            for r in con.execute(asked).mappings()
        ]


def rows(state: State) -> list[dict[str, str | None]]:
    """All that is noted as rows for the Book's table events, all cells texts, days in ISO form."""
    return [_texts(e.happening) | {"noted_by": None if e.by == LOCAL else e.name} for e in events(state)]


def one(state: State, number: int) -> Noted:
    """An event that is noted. Raises E-ARG-01 where it was removed, or never noted."""
    with state.reading() as con:
        _standing(con, number)
    return _one(state, number)


def ever(state: State) -> list[dict[str, str | None]]:
    """How any event ever read here, removed ones too: the cells of `Happening` as texts."""
    with state.reading() as con:
        return [dict(row) for row in con.execute(select(EVENT_CHANGES.c.row)).scalars()]


def note(state: State, happening: Happening, *, by: Who) -> Noted:
    """Note an event. Raises E-WHO-03 where they may not, E-ARG-03 where it cannot be kept."""
    by.need("note_events", "event")
    happening, now, author = _checked(happening), state.now(), _author(state, by)
    with state.writing() as con:
        made = con.execute(insert(EVENTS).values(**asdict(happening), noted_by=author, noted=now))
        number = int((made.inserted_primary_key or (0,))[0])
        _keep(con, now, number, author, "added", happening, by)
    return _one(state, number)


def change(state: State, number: int, happening: Happening, *, by: Who) -> Noted:
    """Change an event; how it read before stays in its history. Raises E-WHO-03, E-ARG-01, E-ARG-03."""
    by.need("note_events", "event")
    happening, now, author = _checked(happening), state.now(), _author(state, by)
    with state.writing() as con:
        _standing(con, number)
        con.execute(update(EVENTS).where(EVENTS.c.id == number).values(**asdict(happening), noted=now))
        _keep(con, now, number, author, "changed", happening, by)
    return _one(state, number)


def remove(state: State, number: int, *, by: Who) -> None:
    """Remove an event; its history stays. Raises E-WHO-03, E-ARG-01."""
    by.need("note_events", "event")
    now, author = state.now(), _author(state, by)
    with state.writing() as con:
        was = _happening(_standing(con, number))
        con.execute(update(EVENTS).where(EVENTS.c.id == number).values(removed=now))
        _keep(con, now, number, author, "removed", was, by)


def history(state: State, number: int) -> list[EventChange]:
    """How an event came to read as it does, oldest first; of removed ones too."""
    asked = (
        select(EVENT_CHANGES, PEOPLE.c.login)
        .join_from(EVENT_CHANGES, PEOPLE)
        .where(EVENT_CHANGES.c.event_id == number)
        .order_by(EVENT_CHANGES.c.id)
    )
    with state.reading() as con:
        lines = con.execute(asked).mappings().all()
    return [EventChange(r["at"], r["login"], r["act"], r["row"]) for r in lines]


def _one(state: State, number: int) -> Noted:
    return next(e for e in events(state) if e.id == number)


def _author(state: State, by: Who) -> int:
    return by.person.id if by.person else local_person(state).id


def _standing(con: Connection, number: int) -> RowMapping:
    asked = select(EVENTS).where(EVENTS.c.id == number, EVENTS.c.removed.is_(None))
    row = con.execute(asked).mappings().first()
    if row is None:
        what, why = f"there is no event {number}", "It was removed, or never noted."
        raise problem("E-ARG-01", "event", what, why, "Choose one of the list.")
    return row


def _keep(
    con: Connection, at: datetime, number: int, author: int, act: str, happening: Happening, by: Who
) -> None:
    texts = _texts(happening)
    con.execute(insert(EVENT_CHANGES).values(event_id=number, person_id=author, at=at, act=act, row=texts))
    said: Mapping[str, str] = {k: v for k, v in texts.items() if v is not None}
    audit.note(con, at, by, "changed", f"events/{number}", {"did": act, **said})


def _happening(row: RowMapping) -> Happening:
    return Happening(**{name: row[name] for name in Happening.__dataclass_fields__})


def _texts(happening: Happening) -> dict[str, str | None]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(happening).items()
    }


def _checked(happening: Happening) -> Happening:
    """The event without blanks around its texts; an empty text is unknown. Raises E-ARG-03."""
    texts = {name: (getattr(happening, name) or "").strip() or None for name in LONGEST}
    if texts["event"] is None:
        raise _unfit("it has no name", "A mark on a chart needs one.", "Say what happened in a few words.")
    for name, text in texts.items():
        if text is not None and name != "note" and not text.isprintable():
            why = "It stands on one line beside a chart."
            raise _unfit(
                f"`{name}` has signs that cannot be seen", why, "Write it anew; details go into the note."
            )
    for name, longest in LONGEST.items():
        if len(texts[name] or "") > longest:
            what = f"`{name}` has {len(texts[name] or '')} signs; {longest} is the most"
            raise _unfit(what, "It would not fit beside a chart.", "Shorten it; details go into the note.")
    if happening.ended_on is not None and happening.ended_on < happening.started_on:
        what = f"its last day {happening.ended_on} lies before its first, {happening.started_on}"
        raise _unfit(what, "Nothing ends before it begins.", "Correct one of the two days.", "until")
    return Happening(
        event=texts["event"], started_on=happening.started_on, ended_on=happening.ended_on,
        **{name: text for name, text in texts.items() if name != "event"},
    )  # fmt: skip


def _unfit(what: str, why: str, do: str, where: str = "event") -> PercontactError:
    return problem("E-ARG-03", where, what, why, do)
