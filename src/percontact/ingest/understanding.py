# SPDX-License-Identifier: Apache-2.0
"""A file as far as it is understood: its columns, what they were taken for, the proposal in the making."""

from __future__ import annotations

from percontact.ingest.meaning_columns import Match, Seen
from percontact.ingest.meaning_values import Decimals, Orders, Part, Written, nulls_of
from percontact.ingest.moments import Moment
from percontact.ingest.proposal import Draft, Line
from percontact.ingest.question import Asked
from percontact.records.book import Settings
from percontact.records.column import Table

KINDS = {
    "instant": "date and time", "date": "day", "seconds": "length of time", "hours": "hours",
    "money": "amount",
    "whole": "number", "quantity": "number", "rate": "number", "score": "number", "flag": "yes or no",
    "person": "person, hashed", "id": "id", "code": "words", "text": "text", "currency": "currency",
}  # fmt: skip
"""What a column holds, in the words a person would use."""


class Understanding:
    """What is known so far.

    taken     role -> the column of the file that stands for it
    joined    instant -> its day and its time of day, where they stand in two columns
    constant  column -> (value for every row, why)
    given     columns that are filled by no column of the file and no constant
    used      numbers of the file's columns that have a purpose
    events    the moments of the events that become one row, where the rows are such
    waits     whether the answer about the key may also say when a case was opened
    """

    orders: Orders
    decimals: Decimals

    def __init__(
        self,
        name: str,
        table: Table,
        columns: tuple[Seen, ...],
        settings: Settings,
        asked: Asked,
        draft: Draft,
    ) -> None:
        self.name, self.table, self.columns = name, table, columns
        self.settings, self.asked, self.draft = settings, asked, draft
        self.typed = False
        self.facts: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.taken: dict[str, Match] = {}
        self.joined: dict[str, tuple[Seen, Seen]] = {}
        self.constant: dict[str, tuple[str, str]] = {}
        self.moments: dict[str, Moment] = {}
        self.given: set[str] = set()
        self.used: set[int] = set()
        self.events: Seen | None = None
        self.waits = False
        self.read_twice = False

    def kind_of(self, role: str) -> str:
        """The kind of value that a role holds."""
        column = self.table.column(role)
        return "date" if role == "period" else column.kind if column else "money"

    def line(
        self, name: str, parts: tuple[Seen, ...], written: Written, kind: str, *, zone: str | None = None
    ) -> Line:
        """A line of the proposal; the columns it is made of are used."""
        self.used.update(s.facts.place for s in parts)
        part: Part = dict(written.part)
        why = list(written.why)
        stretch = next((s.interval for s in parts if s.interval), None)
        if stretch and "match" not in part:
            part["match"] = stretch.start
            why.append("each is a stretch of time; this is its start")
        nulls = (
            sorted({w for s in parts for w in nulls_of(s)})
            if kind not in ("id", "code", "text") or "values" in part
            else []
        )
        if nulls:
            part["nulls"] = nulls
        if zone:
            part["timezone"] = zone
        headers = tuple(s.header for s in parts)
        origin: object = ({"column": headers[0]} if len(headers) == 1 else {"columns": list(headers)}) | part
        if len(headers) == 1 and not part:
            origin = headers[0]
        match = self.taken.get(name)
        named = [match.why] if match and match.seen in parts else []
        return Line(
            column=name,
            origin=origin,
            headers=headers,
            kind=KINDS.get(kind, kind),
            samples=tuple(" ".join(v) for v in zip(*(s.facts.samples for s in parts), strict=False)),
            why="; ".join([*named, *why]),
            unread=written.unread,
        )
