# SPDX-License-Identifier: Apache-2.0
"""Rows set aside as they may be shown to anybody: no cell of a person, though the row did not land."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

from percontact.ingest.found import ASIDE_REASON, row_text
from percontact.ingest.mapping import Mapping, Origin
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.personal import MAIL, holds_person, of_staff
from percontact.records.column import Table
from percontact.records.landing import Aside
from percontact.records.tables import TABLES

HIDDEN = "..."
"""Stands for a cell that is not shown."""

NOT_TOLD_APART = "(not shown: its cells cannot be told apart, and some may be a person's)"

_STAND_INS = ("date", "day", "month", "period")
_QUOTED = re.compile(r"`[^`]*`")


class Mask:
    """What may be shown of the rows that one import set aside.

    A cell is shown where its column surely lands as it is found, and it does not look like a person's. Where
    a row does not have a cell for each header nothing of it is: what stands where cannot be told.
    """

    def __init__(self, table: str, headers: Sequence[str], mapping: str) -> None:
        contract = TABLES[table]
        form = parse_mapping(mapping, "mapping.yaml") if mapping else Mapping()
        self.headers = [h.strip().lower() for h in headers]
        self.made = 1 if form.headings and self.headers[-1:] == [form.headings.name.lower()] else 0
        self.shown = self._shown(contract, form)
        self.persons = {c.name for c in contract.columns if _is_person(contract, c.name)}
        self.persons |= {left for left, o in form.columns.items() if o.hashed or _is_person(contract, left)}

    def _shown(self, table: Table, form: Mapping) -> set[str]:
        """Headers, in small letters, of columns that are not a person's."""
        shown = {c.name for c in table.columns if not _is_person(table, c.name)} | set(_STAND_INS)
        shown.add(ASIDE_REASON)
        hidden: set[str] = set()
        for left, origin in form.columns.items():
            named = _named(origin)
            if origin.hashed or _is_person(table, left):
                hidden |= named
            else:
                shown |= named
        for condition in form.where:
            shown |= {h.strip().lower() for h in condition.column}
        if form.headings:
            shown |= {h.strip().lower() for options in form.headings.columns for h in options}
            shown.add(form.headings.name.lower())
        if form.group:
            shown |= {h.strip().lower() for options in form.group.by for h in options}
            shown |= _named(form.group.order) if form.group.order else set()
        return shown - hidden

    def text(self, text: str) -> str:
        """The text of a row, with ... for each cell that is not shown."""
        cells = next(csv.reader(StringIO(text, newline="")), [])
        # The heading a row stands under is no cell of the file's own.
        if len(cells) not in (len(self.headers), len(self.headers) - self.made):
            return NOT_TOLD_APART
        return row_text(
            cell if not cell or (header in self.shown and not holds_person(cell)) else HIDDEN
            for cell, header in zip(cells, self.headers, strict=False)
        )

    def row(self, row: Aside) -> Aside:
        """A row set aside, in which neither its text nor the value its reason quotes is a person's."""
        own = row.column in self.persons
        names = 0

        def quoted(found: re.Match[str]) -> str:
            nonlocal names
            names += 1
            # The first is the name of the column.
            return f"`{HIDDEN}`" if holds_person(found[0][1:-1]) or (own and names > 1) else found[0]

        reason = re.sub(MAIL, HIDDEN, _QUOTED.sub(quoted, row.reason))
        return replace(row, reason=reason, text=self.text(row.text))


def _is_person(table: Table, name: str) -> bool:
    column = table.column(name)
    return of_staff(name) or (column is not None and column.kind == "person")


def _named(origin: Origin) -> set[str]:
    """The headers an origin takes, in small letters."""
    own = {h.strip().lower() for options in origin.columns for h in options}
    parts = {h.strip().lower() for h in (*origin.times, *origin.minus)}
    return own | parts | (_named(origin.instead) if origin.instead else set())
