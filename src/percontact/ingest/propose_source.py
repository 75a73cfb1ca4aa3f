# SPDX-License-Identifier: Apache-2.0
"""A proposal made from a shipped mapping: only what it leaves open is inferred or asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from percontact.ingest.mapping import Origin
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.meaning_columns import Seen
from percontact.ingest.meaning_values import Orders, Written
from percontact.ingest.moments import Moment, turned_clock_rows
from percontact.ingest.proposal import Draft, Line, flow
from percontact.ingest.propose_zone import ask_zone
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.source import Source, recognise
from percontact.ingest.understanding import KINDS
from percontact.records.book import Settings
from percontact.records.column import Table
from percontact.records.lacks import LACKS


def source_of(headers: tuple[str, ...], table: Table, asked: Asked, name: str) -> Source | None:
    """The shipped mapping a file is read by, or None; of several that fit as well, which one is asked."""
    known = recognise(headers, table.name)
    if not known or asked.answers.get("source") == "none":
        asked.used.add("source")
        return None
    best = [s for s in known if len(s.headers) == len(known[0].headers)]
    if len(best) == 1:
        return best[0]
    options = (
        *(Option(s.key, s.name, f"{len(s.gives)} columns: {', '.join(s.gives[:6])}") for s in best),
        Option("none", "none of these", ""),
    )
    text = "Exports of more than one system have these headers."
    answer = asked.ask(Question("source", name, text, options))
    return next((s for s in best if s.key == answer), None)


class FromSource:
    """The parts of a proposal that a shipped mapping gives."""

    def __init__(
        self,
        source: Source,
        table: Table,
        columns: tuple[Seen, ...],
        settings: Settings,
        asked: Asked,
        draft: Draft,
    ) -> None:
        self.source, self.table, self.columns = source, table, columns
        self.settings, self.asked, self.draft = settings, asked, draft
        self.mapping = source.mapping
        self.places = {s.header.strip().lower(): s for s in columns}
        self.facts: list[tuple[str, str]] = []
        self.notes = [_said(one) for one in source.lacks]
        self.extra: list[tuple[str, object]] = []

    def fill(self) -> None:
        """Work out how its dates are written, and list its columns."""
        dated = [(name, seen) for name, _, seen in self.open_dates() if seen.is_dates]
        orders = Orders(dated, self.asked)
        moments = {}
        formats: list[str] = []
        for name, origin, seen in self.open_dates():
            written = orders.written(seen) if seen.is_dates else Written()
            given = written.part.get("format", [])
            formats += [str(f) for f in (given if isinstance(given, list) else [given]) if f not in formats]
            column = self.table.column(name)
            if column and column.kind == "instant" and not origin.timezone and not self.mapping.timezone:
                moments[name] = Moment((seen,), written)
        if formats:
            self.extra.append(("format", formats[0] if len(formats) == 1 else formats))
        zone = ask_zone(moments, self.settings, self.asked, self.facts)
        if zone:
            self.extra.append(("timezone", zone))
        self.draft.columns = list(self.lines())
        used = {h for line in self.draft.columns for h in line.headers}
        kept = self.mapping.keep if isinstance(self.mapping.keep, tuple) else ()
        self.draft.kept = list(kept)
        self.draft.left = [
            (s.header, f"the mapping of {self.source.system} does not use it")
            for s in self.columns
            if s.header not in used and s.header not in kept
        ]

    def open_dates(self) -> Iterator[tuple[str, Origin, Seen]]:
        """Columns of days or moments whose form the shipped mapping leaves open."""
        if self.mapping.formats:
            return
        for name, origin in self.mapping.columns.items():
            column = self.table.column(name)
            kind = column.kind if column else "date" if name in ("date", "period", "month") else ""
            seen = self.seen(origin)
            if kind in ("instant", "date") and seen and origin.formats is None and origin.unit is None:
                yield name, origin, seen

    def seen(self, origin: Origin) -> Seen | None:
        """The column an origin takes; None when it joins several, or the file has none of them."""
        if len(origin.columns) != 1:
            return None
        return next((s for h in origin.columns[0] if (s := self.places.get(h.strip().lower()))), None)

    def lines(self) -> Iterator[Line]:
        for name, origin in self.mapping.columns.items():
            found = [self.places.get(h.strip().lower()) for options in origin.columns for h in options]
            there = [s for s in found if s is not None]
            if origin.columns and not there:
                continue
            column = self.table.column(name)
            samples = there[0].facts.samples if there else (origin.constant or "",)
            kind = KINDS[column.kind] if column else "words"
            yield Line(name, "", tuple(s.header for s in there[: len(origin.columns)]), kind, samples, "")

    def text(self) -> str:
        """The shipped mapping with what was worked out for this file put in."""
        lines = [f"{key}: {flow(value)}" for key, value in (*self.draft.layout, *self.extra)]
        text = self.source.text.strip("\n") + "\n"
        for key, _ in (*self.draft.layout, *self.extra):
            text = re.sub(rf"(?m)^{key}:.*\n", "", text)
        headers = flow({"headers": [h for h in self.draft.headers if h]})
        text = re.sub(r"(?m)^recognise:.*\n", lambda _: f"recognise: {headers}\n", text)
        text = re.sub(r"(?m)^table:.*\n", lambda m: m[0] + "".join(f"{line}\n" for line in lines), text)
        parse_mapping(text, self.source.file)
        return text


def _said(lack: str) -> str:
    """What the export lacks, as a sentence: a thing and what follows, or the words of its mapping."""
    if lack in LACKS:
        return f"It cannot give {lack}: {LACKS[lack]}."
    return f"To know of it: {lack}."


__all__ = ["FromSource", "source_of", "turned_clock_rows"]
