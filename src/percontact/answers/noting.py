# SPDX-License-Identifier: Apache-2.0
"""Noting what happened: events that people note land in the Book, beside those that came with files.

What is noted stands in the application's database, with author and history; the Book has it as one import
that each change replaces, so that every chart and every answer sees the same events.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from percontact.people import State, Who, events
from percontact.people.events import Happening, Noted
from percontact.pipeline import TRIES, OpenBook, land
from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.records.tables import ROW_BITS
from percontact.report.document import Document, Kind, Table, TableColumn
from percontact.report.words import count_text
from percontact.store.workspace import Workspace
from percontact.values.problem import did_you_mean, problem

NAME = "noted-in-percontact.json"
"""The file that what is noted lands from; the import of that name is always the newest state of it."""

SLICE = ("channel", "team", "reason")
"""What an event may touch."""

KINDS = ("release", "price", "outage", "training", "campaign")
"""Kinds that are offered; any other may be written."""

_CELLS = ("event", "kind", "started_on", "ended_on", *SLICE, "note")

Key = tuple[str | None, ...]
"""The cells of an event as texts, in the order of the table: what makes it the same event."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An event as it stands.

    by       who noted it, as people call them; None = unknown, or whoever is alone on this machine
    noted    what the application's database knows of it; None: it came with a file
    number   of the import that it is in; None: the Book does not have it
    file     the name of that import's file
    """

    happening: Happening
    by: str | None
    noted: Noted | None
    number: int | None
    file: str


def listed(book: Book, noted: Sequence[Noted]) -> list[Listed]:
    """All events: those of the Book, and those noted here that it lacks; the newest first."""
    waiting = {(key_of(one.happening), one.id): one for one in noted}
    found = []
    for happening, by, number, file in _landed(book):
        at = next((k for k in waiting if k[0] == key_of(happening)), None) if file == NAME else None
        found.append(Listed(happening, by, waiting.pop(at) if at else None, number, file))
    found += [Listed(one.happening, one.name, one, None, NAME) for one in waiting.values()]
    return sorted(found, key=lambda e: (e.happening.started_on, e.happening.event), reverse=True)


def _landed(book: Book) -> list[tuple[Happening, str | None, int, str]]:
    """(event, who noted it, import, its file) of every row of the table events."""
    if not book.has("events"):
        return []
    with closing(connect()) as con:
        wanted = [*_CELLS, "noted_by", "row_id"]
        rows = con.execute(
            f"SELECT {', '.join(wanted)} FROM {book.relation('events', wanted)} ORDER BY row_id"
        ).fetchall()
    return [
        (Happening(**dict(zip(_CELLS, cells, strict=True))), by, number, book.sources[number].name)
        for *cells, by, row_id in rows
        for number in (row_id >> ROW_BITS,)
    ]


def key_of(happening: Happening) -> Key:
    """What makes an event the same as another: all that it says."""
    cells = (getattr(happening, name) for name in _CELLS)
    return tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in cells)


def document(book: OpenBook, found: Sequence[Listed]) -> Document:
    """The events for people and machines."""
    # What is noted here has a number by which it can be changed; a file's events have none.
    numbered = any(one.noted for one in found)
    columns = (
        *((TableColumn("number", "No.", "count"),) if numbered else ()),
        TableColumn("event", "What happened"), TableColumn("started_on", "From", "date"),
        TableColumn("ended_on", "Until", "date"), TableColumn("kind", "Kind"),
        TableColumn("touches", "Touches"), TableColumn("noted", "Noted by"),
    )  # fmt: skip
    rows = tuple(
        (
            *((e.noted.id if e.noted else None,) if numbered else ()),
            *(getattr(e.happening, name) for name in ("event", "started_on", "ended_on", "kind")),
            touches(e.happening) or "everything", author(e),
        )
        for e in found
    )  # fmt: skip
    names = (*_CELLS, "noted_by", "import", "number")
    data = [
        dict(zip(names, (*key_of(e.happening), e.by, e.number, e.noted.id if e.noted else None), strict=True))
        for e in found
    ]
    return Document(
        "Events",
        _headline(found),
        (Table("Events", columns, rows),),
        data={"events": data},
        records=_records(found),
        demo="All data is made up (demo)." if book.settings.demo else "",
    )


def _records(found: Sequence[Listed]) -> Table:
    """The events as rows of the table that a file of them would have."""
    kinds: dict[str, Kind] = {"started_on": "date", "ended_on": "date"}
    columns = [TableColumn(name, name, kinds.get(name, "text")) for name in (*_CELLS, "noted_by", "file")]
    rows = tuple((*(getattr(e.happening, name) for name in _CELLS), e.by, e.file) for e in found)
    return Table("Events", tuple(columns), rows)


def touches(happening: Happening) -> str:
    """The slice that an event touched, in words; "" = everything."""
    return ", ".join(f"{name} {value}" for name in SLICE if (value := getattr(happening, name)))


def author(one: Listed) -> str:
    """Who noted an event, as people read it, or the file it came with."""
    return one.by or ("here" if one.file == NAME else one.file)


def _headline(found: Sequence[Listed]) -> str:
    if not found:
        return (
            "Nothing is noted yet: releases, price rises, outages, trainings, whatever may explain a change."
        )
    many = "1 event is" if len(found) == 1 else f"{count_text(len(found))} events are"
    return (
        f"{many} noted. Charts mark them, and Watch and Explain name those of the time: "
        "candidates by time, never proven causes."
    )


# -- noting --------------------------------------------------------------------------------------------------

Known = Mapping[str, Collection[str]]
"""dimension -> its values, where they are known"""


def values_of(book: OpenBook, happening: Happening) -> dict[str, Collection[str]]:
    """The values that contacts have of each dimension that an event says it touches."""
    if not book.book.has("contacts"):
        return {}
    filled = book.book.filled("contacts")
    return {name: book.values_of(name) for name in SLICE if getattr(happening, name) and name in filled}


def note(workspace: Workspace, state: State, happening: Happening, known: Known, *, by: Who) -> Noted:
    """Note an event, here and in the Book.

    Raises E-WHO-03 where they may not, E-ARG-03 where it cannot be kept, E-ARG-01 for a slice without
    contacts.
    """
    _check_slice(happening, known)
    _adopt(workspace, state, by)
    made = events.note(state, happening, by=by)
    bring_in(workspace, state)
    return made


def change(
    workspace: Workspace, state: State, number: int, happening: Happening, known: Known, *, by: Who
) -> Noted:
    """Change an event that was noted here. Raises E-WHO-03, E-ARG-01, E-ARG-03."""
    _check_slice(happening, known)
    _adopt(workspace, state, by)
    made = events.change(state, number, happening, by=by)
    bring_in(workspace, state)
    return made


def remove(workspace: Workspace, state: State, number: int, *, by: Who) -> None:
    """Remove an event that was noted here; its history stays. Raises E-WHO-03, E-ARG-01."""
    _adopt(workspace, state, by)
    events.remove(state, number, by=by)
    bring_in(workspace, state)


def take_over(workspace: Workspace, state: State, number: int, *, by: Who) -> int:
    """Note the events of an import of a file here, so that they can be changed, and undo that import.

    result  how many
    Raises E-WHO-03, E-ARG-01 where the import is no live one of events.
    """
    by.need("undo_import", "events")
    by.need("note_events", "events")
    rows = [h for h, _, at, file in _landed(workspace.book()) if at == number and file != NAME]
    if not rows:
        what, why = f"import {number} holds no events", "Only events of a file that counts can be taken over."
        raise problem("E-ARG-01", "events", what, why, "Choose one of those on the page Events.")
    _adopt(workspace, state, by)
    for happening in rows:
        events.note(state, happening, by=by)
    bring_in(workspace, state)
    workspace.undo(number)
    return len(rows)


def in_step(book: Book, noted: Sequence[Noted]) -> bool:
    """Whether the Book has all that is noted here, and nothing that was changed or removed since."""
    landed = sorted(str(key_of(h)) for h, _, _, file in _landed(book) if file == NAME)
    return landed == sorted(str(key_of(one.happening)) for one in noted)


def bring_in(workspace: Workspace, state: State) -> None:
    """Make the Book have what is noted: one import that replaces the last one, or none where nothing is.

    Two who note at the same time both come here; whoever lands last has seen what the other noted.
    """
    for _ in range(TRIES):
        rows = events.rows(state)
        if rows:
            with tempfile.TemporaryDirectory(prefix="percontact-events-") as folder:
                path = Path(folder) / NAME
                path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
                land(workspace, "events", path, replace=True)
        else:
            for number in workspace.find_name("events", NAME):
                workspace.undo(number)
        if events.rows(state) == rows:
            return


def _adopt(workspace: Workspace, state: State, by: Who) -> None:
    """Note what the Book has from here and this database never knew: it may be new, or an older copy."""
    landed = [h for h, _, _, file in _landed(workspace.book()) if file == NAME]
    if landed:
        known = {tuple(row.get(name) for name in _CELLS) for row in events.ever(state)}
        for happening in landed:
            if key_of(happening) not in known:
                events.note(state, happening, by=by)


def _check_slice(happening: Happening, known: Known) -> None:
    """Raise E-ARG-01 for a value that no contact has: such an event would never be a candidate."""
    for name in SLICE:
        value = (getattr(happening, name) or "").strip()
        if value and name in known and value not in known[name]:
            why = did_you_mean(value, list(known[name]))
            do = "Write the value as the data has it, or leave it away: then the event may touch everything."
            raise problem("E-ARG-01", f"event {name}", f"no contact has {name} {value!r}", why, do)


def day(text: str, field: str) -> date:
    """A day of a form or a command. Raises E-ARG-02."""
    try:
        if len(text.strip()) != 10:
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        what = f"{text.strip()[:40]!r} is no day" if text.strip() else "no day is given"
        why = "An event begins on a day, and may end on one."
        raise problem("E-ARG-02", field, what, why, "Write it as 2026-03-09.") from None
