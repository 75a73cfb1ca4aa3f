# SPDX-License-Identifier: Apache-2.0
"""An explained change as a document: the sentence, the figures, the parts, and what opens each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from percontact.explain.bridge import Bridge, Part, Piece, Unit
from percontact.report.bridge_shown import (
    UNIT_WORDS,
    against,
    at_same_mix,
    digits_of,
)
from percontact.report.bridge_tables import (
    figures_table,
    parts_table,
    piece_table,
    records_table,
)
from percontact.report.bridge_ways import Inside, find_part, inside_of, ways_of
from percontact.report.bridge_words import (
    headline,
    meaning,
    own_methods,
    own_notes,
    part_headline,
)
from percontact.report.document import Document, Table
from percontact.report.words import DEMO_NOTE
from percontact.values.money import from_pico, plain
from percontact.values.period import Period


def bridge_document(
    bridges: Mapping[Unit, Bridge],
    per: Unit,
    spans: tuple[Period | None, Period],
    *,
    where: Sequence[str],
    basis: str,
    demo: bool,
    first: Sequence[str] = (),
    notes: Sequence[str] = (),
    part: str | None = None,
    contacts: Callable[[Inside], Table] | None = None,
    call: str = "percontact",
    rests_on: str = "",
) -> Document:
    """Why a cost changed. Raises E-ARG-01 for a part that there is not.

    first     notes on the two sides themselves, before all others
    part      show only this part, opened along every dimension
    contacts  the contacts of a slice of the second side, for a part that is opened
    call      how to call percontact for the same workspace
    rests_on  the basis in words; "" = by its name
    """
    bridge, rests_on = bridges[per], rests_on or f"basis {basis}"
    opened = None if part is None else find_part(bridge, part)
    digits = digits_of(bridge)
    parts = parts_table(bridge, digits)
    shown: tuple[Table, ...] = (figures_table(bridges, per), parts)
    if opened is not None:
        shown = tuple(piece_table(bridge, opened, d, digits) for d in opened.pieces)
        shown += (contacts(inside_of(opened, bridge)),) if contacts else ()
    ways = {p.name: list(ways_of(p, bridge, spans[1], where, basis, call)) for p in bridge.parts}
    further = [f"Open it: {way}" for way in ways[opened.name]] if opened else []
    told = (*first, *further, *own_notes(bridges, per, digits), *bridge.notes, *notes)
    records = records_table(bridge)
    return Document(
        title=f"Why {UNIT_WORDS[per]} changed: {against(bridge)}",
        headline=part_headline(bridge, opened) if opened else headline(bridges, per, where, rests_on),
        tables=shown,
        notes=told,
        data={
            "headline": headline(bridges, per, where, rests_on),
            "currency": bridge.currency,
            "per": per,
            "basis": basis,
            "by": list(bridge.by),
            "where": list(where),
            "before": _end(bridges, per, "before"),
            "after": _end(bridges, per, "after"),
            "change": plain(from_pico(bridge.change)),
            "steady": _steady_of(bridges["contact"]),
            "parts": [_part_object(p, ways[p.name]) for p in bridge.parts],
            "notes": list(told),
        },
        records=records,
        facts=tuple(_facts(bridge, where, basis)),
        definitions=(
            *((p.name, meaning(p.name)) for p in bridge.parts),
            *own_methods(bridges, per, digits),
        ),
        demo=DEMO_NOTE if demo else "",
    )


def _end(bridges: Mapping[Unit, Bridge], per: Unit, side: str) -> dict[str, object]:
    end = getattr(bridges[per], side)
    each = getattr(bridges["contact"], side)
    return {
        "label": end.label,
        "first_day": end.span.start.isoformat() if end.span else None,
        "last_day": (end.span.end - timedelta(days=1)).isoformat() if end.span else None,
        "cost": plain(from_pico(end.pico)),
        "contacts": round(end.contacts),
        "working_days": None if end.days is None else float(end.days),
        "value": _exact(end.value),
        "cost_per_contact": _exact(each.value),
    }


def _steady_of(bridge: Bridge) -> dict[str, str]:
    fx = sum(p.pico for p in bridge.parts if p.name == "currency")
    return {"mix": _exact(at_same_mix(bridge)), "currency": _exact(bridge.after.value - fx)}


def _exact(value: Fraction) -> str:
    return plain(from_pico(round(value)))


def _part_object(part: Part, ways: list[str]) -> dict[str, object]:
    return {
        "part": part.name,
        "change": plain(from_pico(part.pico)),
        "convention": None if part.convention is None else plain(from_pico(part.convention)),
        "chance": None if part.chance is None else plain(from_pico(part.chance)),
        "pieces": {d: [_piece_object(p) for p in pieces] for d, pieces in part.pieces.items()},
        "open": ways,
    }


def _piece_object(piece: Piece) -> dict[str, object]:
    return {"value": piece.value, "change": plain(from_pico(piece.pico)), "state": piece.state or None}


def _facts(bridge: Bridge, where: Sequence[str], basis: str) -> Iterator[tuple[str, str]]:
    yield "Before", bridge.before.label
    yield "After", bridge.after.label
    yield "Tree of contacts", ", ".join(bridge.by)
    if where:
        yield "Where", "; ".join(where)
    yield "Basis", basis
