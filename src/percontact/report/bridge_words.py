# SPDX-License-Identifier: Apache-2.0
"""A bridge in words: what moved a cost, what offset it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import log

from percontact.explain.bridge import Bridge, Part, Piece, Unit
from percontact.report.bridge_shown import (
    UNIT_WORDS,
    against,
    amount_text,
    at_same_mix,
    digits_of,
    rounded,
    shown_change,
    shown_parts,
    signed,
    value_text,
)
from percontact.report.words import money
from percontact.values.money import cents, from_pico, plain

MEANING = {
    "volume": "More or fewer contacts, at the cost of one.",
    "resolutions per contact": "Fewer contacts than before, or more, were needed for one resolution.",
    "handle time": "Seconds of work a contact, in the same channel, team and reason.",
    "use per contact": "Messages, AI resolutions or further units a contact.",
    "idle capacity": "Capacity supplied for each hour used (basis full).",
    "paid time not worked": "Paid hours for each hour of practical capacity: holidays, sickness, training.",
    "volume over fixed cost": "The same fixed or shared cost, spread over more or less work or capacity.",
    "wage and price rates": "Pay for a paid hour, and prices of what is bought by the unit, before exchange.",
    "AI and usage prices": "What a metered unit costs, in its own currency.",
    "overhead": "What was spent on shared and fixed cost, in its own currency.",
    "currency": "Exchange rates alone.",
    "cost of one contact": "What a contact of the same channel and team cost, against what was planned.",
    "one-offs and corrections": "Corrections, and lines whose account, centre and vendor only one month has.",
    "unassigned cost": "Ledger amounts that no rule claims, or that no work was there to use (basis full).",
}
"""part -> what it is; those of mix are said apart"""
SAID = Fraction(8, 10)
"""The causes named are the largest that together make at least this much of what pushed the change."""


def meaning(name: str) -> str:
    """What a part is, in a sentence."""
    if name.endswith(" mix"):
        return (
            f"A changed share of each {name.removesuffix(' mix')} among the contacts, against the average of "
            "the others beside it: a cheap one that grows saves."
        )
    return MEANING[name]


def headline(bridges: Mapping[Unit, Bridge], per: Unit, where: Sequence[str], rests_on: str) -> str:
    """The answer in plain words: how much, the largest causes, what offset them, and the total beside it.

    rests_on  the basis of the cost, in words: "basis used"
    """
    bridge, digits = bridges[per], digits_of(bridges[per])
    unit = 10 ** (12 - digits)
    moved = shown_change(bridge, unit)
    inside = f" ({', '.join(where)})" if where else ""
    what = UNIT_WORDS[per].capitalize()
    after = amount_text(rounded(bridge.after.value, unit), digits)
    ends = f"in {against(bridge)}{inside}, {rests_on}"
    if not any(p.pico for p in bridge.parts):
        return f"{what} did not change {ends}: {bridge.currency} {after}."
    if moved:
        verb = "rose" if moved > 0 else "fell"
        first = f"{what} {verb} by {bridge.currency} {amount_text(abs(moved), digits)} to {after} {ends}."
    else:
        first = f"{what} stayed at {bridge.currency} {after} {ends}."
    return " ".join([first, *_causes(bridge, digits, moved), *_beside(bridges, per)])


def _causes(bridge: Bridge, digits: int, moved: int) -> Iterator[str]:
    sizes = dict(zip((p.name for p in bridge.parts), shown_parts(bridge, digits), strict=True))
    sign = 1 if moved > 0 or (not moved and bridge.change >= 0) else -1
    pushed = [p for p in bridge.parts if p.pico * sign > 0]
    held = [p for p in bridge.parts if p.pico * sign < 0]
    if pushed:
        named = _largest(pushed)
        yield (
            f"Most of it: {'; '.join(_cause(p, bridge, sizes, digits) for p in named)}."
            if moved
            else (f"Up: {'; '.join(_cause(p, bridge, sizes, digits) for p in named)}.")
        )
    if held:
        named = [p for p in _largest(held)[:2] if sizes[p.name]]
        if named:
            against = "Against it" if moved else "Down"
            yield f"{against}: {'; '.join(_cause(p, bridge, sizes, digits) for p in named)}."


def _largest(parts: Sequence[Part]) -> list[Part]:
    """The largest parts, until they make SAID of all of them; three at most."""
    whole, so_far, named = sum(abs(p.pico) for p in parts), 0, []
    for p in parts[:3]:
        named.append(p)
        so_far += abs(p.pico)
        if so_far >= SAID * whole:
            break
    return named


def _cause(part: Part, bridge: Bridge, sizes: Mapping[str, int], digits: int) -> str:
    text = f"{part.name} {signed(sizes[part.name], digits)}"
    lead = leading(part, bridge)
    if lead:
        text += f", chiefly {lead.dimension} {value_text(lead)}"
    return text + (" (within chance)" if is_chance(part) else "")


def telling(part: Part, bridge: Bridge) -> tuple[Piece, ...]:
    """The pieces of the dimension asked for, or of pools, that tell most: few of many make most of it."""
    wanted = (*bridge.asked, "pool")
    found = [pieces for d, pieces in part.pieces.items() if len(pieces) > 1 and d in wanted]
    return max(found, key=_concentration, default=())


def _concentration(pieces: Sequence[Piece]) -> float:
    """The largest piece's part of all, weighed by how many there are: one of thirty says more than of two."""
    return abs(pieces[0].pico) / (sum(abs(p.pico) for p in pieces) or 1) * log(len(pieces))


def leading(part: Part, bridge: Bridge) -> Piece | None:
    """The piece that makes at least half of a part, where the part's most telling dimension has one."""
    first = next(iter(telling(part, bridge)), None)
    if first is None or not first.value or 2 * abs(first.pico) < abs(part.pico) or first.pico * part.pico < 0:
        return None
    return first


def is_chance(part: Part) -> bool:
    """Whether a part is no more than what chance alone moves."""
    return part.chance is not None and abs(part.pico) < part.chance


def _beside(bridges: Mapping[Unit, Bridge], per: Unit) -> Iterator[str]:
    """Total cost, cost per contact, and cost per contact at the same mix stand together."""
    total, each = bridges["total"], bridges["contact"]
    currency = each.currency
    said = []
    if per != "total":
        moved = cents(total.after.pico, currency) - cents(total.before.pico, currency)
        verb = "rose" if moved > 0 else "fell" if moved < 0 else "stayed"
        said.append(f"total cost {verb}" + (f" by {money(abs(moved), currency)}" if moved else ""))
    digits = digits_of(each)
    unit = 10 ** (12 - digits)
    if per != "contact":
        change = shown_change(each, unit)
        said.append(f"cost per contact {signed(change, digits)}")
    steady = rounded(at_same_mix(each), unit) - rounded(each.before.value, unit)
    same = "would not have changed" if not steady else f"would have moved by {signed(steady, digits)}"
    said.append(f"at the same mix cost per contact {same}")
    text = ", ".join(said)
    yield text[0].upper() + text[1:] + "."


def part_headline(bridge: Bridge, part: Part) -> str:
    """What one part did, and what it is."""
    digits = digits_of(bridge)
    sizes = dict(zip((p.name for p in bridge.parts), shown_parts(bridge, digits), strict=True))
    return (
        f"{part.name.capitalize()} changed {UNIT_WORDS[bridge.per]} by {bridge.currency} "
        f"{signed(sizes[part.name], digits)} in {against(bridge)}. "
        f"{meaning(part.name)}"
    )


def own_notes(bridges: Mapping[Unit, Bridge], per: Unit, digits: int) -> Iterator[str]:
    bridge = bridges[per]
    lucky = [p.name for p in bridge.parts if is_chance(p)]
    if lucky:
        yield (
            f"Within what chance moves: {', '.join(lucky)}. Contacts differ so much from one another that "
            "nothing need have changed there."
        )


def own_methods(bridges: Mapping[Unit, Bridge], per: Unit, digits: int) -> Iterator[tuple[str, str]]:
    """(what, how it was made): words of method, which stand apart from what a reader needs to know."""
    bridge = bridges[per]
    if any(is_chance(p) for p in bridge.parts):
        yield "within chance", "A part lies within two standard errors of none."
    apart = max((p for p in bridge.parts if p.convention), key=lambda p: p.convention or 0, default=None)
    if apart is not None and apart.convention:
        yield (
            "how the change is split",
            "The sum is exact; how it is split is in small part convention: flat Shapley and LMDI move "
            f"{'mix' if apart.name.endswith(' mix') else apart.name} by "
            f"{plain(round(from_pico(apart.convention), max(4, digits)), at_least=4)}, all others by less.",
        )
