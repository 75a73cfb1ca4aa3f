# SPDX-License-Identifier: Apache-2.0
"""How the values of a column are written: what the mapping says of it, with every default filled in."""

from __future__ import annotations

from dataclasses import replace

from percontact.ingest.mapping import MOMENTS, Mapping, Origin
from percontact.records.book import Settings
from percontact.records.column import Column
from percontact.values.problem import problem

_NUMBERS = ("money", "quantity", "rate", "score", "seconds", "hours")
"""Kinds of columns that can be added, subtracted, multiplied and turned."""


def filled(column: Column, origin: Origin, mapping: Mapping, settings: Settings) -> Origin:
    """The origin with the defaults of the mapping and the workspace; a constant is always in ISO form.

    Raises E-MAP-01 when it asks for what such a column cannot have.
    """
    _check_unit(column, origin, mapping)
    _check_parts(column, origin, mapping)
    # A cell above the header is written as the file writes, a constant as ISO does.
    m, constant = mapping, origin.constant is not None and origin.above is None
    return replace(
        origin,
        formats=() if constant else m.formats if origin.formats is None else origin.formats,
        timezone=origin.timezone or m.timezone or settings.timezone,
        nulls=() if constant else (*m.nulls, *origin.nulls),
        decimal=origin.decimal or ("." if constant else m.decimal),
        thousands=("" if constant else m.thousands) if origin.thousands is None else origin.thousands,
        accounting=(not constant and m.accounting) if origin.accounting is None else origin.accounting,
    )


def _check_unit(column: Column, origin: Origin, mapping: Mapping) -> None:
    """Lengths of time are counted in seconds or hours, moments in days or seconds since one of them."""
    if not origin.unit:
        return
    fitting = ("instant", "date") if origin.unit in MOMENTS else ("seconds", "hours")
    added = column.kind == "instant" and bool(origin.plus) and origin.unit not in MOMENTS
    if column.kind not in fitting and not added:
        what = f"`{column.name}` cannot have `unit: {origin.unit}`"
        why = f"It holds a {column.kind}, which is not counted in that unit."
        raise problem("E-MAP-01", mapping.name, what, why, "See docs/reference/mapping.md.")


def _check_parts(column: Column, origin: Origin, mapping: Mapping) -> None:
    """Only numbers are added, subtracted, multiplied and turned."""
    for name, given, kinds in (
        ("times", origin.times, ("seconds", "hours", "money")),
        ("plus", origin.plus, (*_NUMBERS, "instant")),
        ("minus", origin.minus, _NUMBERS),
        ("negative", origin.negative, _NUMBERS),
        ("factor", origin.factor, _NUMBERS),
        ("since", origin.since, ("instant", "date")),
    ):
        if given and column.kind not in kinds:
            what = f"`{column.name}` cannot have `{name}:`"
            why = f"It holds a {column.kind}, for which that means nothing."
            raise problem("E-MAP-01", mapping.name, what, why, "See docs/reference/mapping.md.")


def written_as(header: str, mapping: Mapping) -> Origin | None:
    """How the mapping says that the numbers under a header are written; None where it says nothing."""
    for one in mapping.columns.values():
        named = len(one.columns) == 1 and header.lower() in {h.strip().lower() for h in one.columns[0]}
        if named and (one.decimal or one.thousands or one.accounting):
            return one
    return None
