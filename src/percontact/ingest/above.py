# SPDX-License-Identifier: Apache-2.0
"""Cells above the header: what an export says once, for all of its rows (a year, a currency, a ledger)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from percontact.ingest.mapping import Above, Mapping, Origin
from percontact.values.problem import PercontactError, problem

Lines = tuple[tuple[str, ...], ...]


def with_cells_above(mapping: Mapping, lines: Lines, name: str) -> Mapping:
    """The mapping with each cell above the header replaced by what stands there.

    lines  those that `skip:` left out, as cells; name  of the file, for messages
    Raises E-MAP-02 when there is no such cell, or no day where one is needed.
    """
    return replace(
        mapping,
        columns={left: _origin(origin, left, lines, name) for left, origin in mapping.columns.items()},
    )


def _origin(origin: Origin, left: str, lines: Lines, name: str) -> Origin:
    if origin.above:
        origin = replace(origin, constant=_text(origin.above, left, lines, name))
    if isinstance(origin.since, Above):
        origin = replace(origin, since=_day(_text(origin.since, left, lines, name), left, name))
    if origin.instead:
        origin = replace(origin, instead=_origin(origin.instead, left, lines, name))
    return origin


def _text(above: Above, left: str, lines: Lines, name: str) -> str:
    cells = lines[above.line - 1] if above.line <= len(lines) else ()
    if above.cell <= len(cells):
        return cells[above.cell - 1].strip()
    there = f"line {above.line} has {len(cells)}" if cells else f"{len(lines)} lines stand above the header"
    raise _refused(name, f"`{left}:` names cell {above.cell} of line {above.line}, and {there}")


def _day(text: str, left: str, name: str) -> str:
    """A day as ISO or as the eight digits of accounting programs."""
    spaced = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", text)
    try:
        return date.fromisoformat(spaced).isoformat()
    except ValueError as error:
        what = f"`{left}:` takes its year from a cell above the header, which is `{text}` and no day"
        raise _refused(name, what) from error


def _refused(name: str, what: str) -> PercontactError:
    why = "What the mapping asks for is not in this file, so nothing was imported."
    do = "Check `skip:` and the cell, or write what it should say: constant: ..., since: 2026-01-01."
    return problem("E-MAP-02", name, what, why, do)
