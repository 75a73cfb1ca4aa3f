# SPDX-License-Identifier: Apache-2.0
"""An explained change as a document: the sentence, the figures, the parts, and what opens each of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import log

from percontact.explain.bridge import Bridge, Part, Piece, Unit
from percontact.report.document import Document, Table, TableColumn
from percontact.report.words import DEMO_NOTE, count_text, money
from percontact.values.money import cents, divide, from_pico, minor_digits, plain
from percontact.values.period import Period
from percontact.values.problem import did_you_mean, problem

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

UNIT_WORDS: dict[Unit, str] = {
    "contact": "cost per contact",
    "resolution": "cost per resolution",
    "total": "total cost",
}
LINES = 12
"""An opened part shows so many lines of a dimension; those that are left are added up. JSON has all."""
Inside = tuple[tuple[str, str], ...]
"""The slice in which most of a part lies: ((dimension, value), ...)."""
SAID = Fraction(8, 10)
"""The causes named are the largest that together make at least this much of what pushed the change."""


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
) -> Document:
    """Why a cost changed. Raises E-ARG-01 for a part that there is not.

    first     notes on the two sides themselves, before all others
    part      show only this part, opened along every dimension
    contacts  the contacts of a slice of the second side, for a part that is opened
    call      how to call percontact for the same workspace
    """
    bridge = bridges[per]
    opened = None if part is None else find_part(bridge, part)
    digits = digits_of(bridge)
    parts = _parts_table(bridge, digits)
    shown: tuple[Table, ...] = (_figures(bridges, per), parts)
    if opened is not None:
        shown = tuple(_piece_table(bridge, opened, d, digits) for d in opened.pieces)
        shown += (contacts(_inside(opened, bridge)),) if contacts else ()
    ways = {p.name: list(_ways(p, bridge, spans[1], where, basis, call)) for p in bridge.parts}
    further = [f"Open it: {way}" for way in ways[opened.name]] if opened else []
    told = (*first, *further, *_notes(bridges, per, digits), *bridge.notes, *notes)
    records = _records(bridge)
    return Document(
        title=f"Why {UNIT_WORDS[per]} changed: {against(bridge)}",
        headline=_part_headline(bridge, opened, digits) if opened else headline(bridges, per, where, basis),
        tables=shown,
        notes=told,
        data={
            "headline": headline(bridges, per, where, basis),
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
        definitions=tuple((p.name, meaning(p.name)) for p in bridge.parts),
        demo=DEMO_NOTE if demo else "",
    )


def against(bridge: Bridge) -> str:
    """The two sides: 2026-05 against 2026-04."""
    return f"{bridge.after.label} against {bridge.before.label}"


def meaning(name: str) -> str:
    """What a part is, in a sentence."""
    if name.endswith(" mix"):
        return (
            f"A changed share of each {name.removesuffix(' mix')} among the contacts, against the average of "
            "its siblings: a cheap one that grows saves."
        )
    return MEANING[name]


def digits_of(bridge: Bridge) -> int:
    """Decimals shown: the currency's, or two more where less than ten cents changed. Totals bear cents."""
    minor = minor_digits(bridge.currency)
    return minor if bridge.per == "total" or abs(bridge.change) >= 10**11 else minor + 2


def shown_parts(bridge: Bridge, digits: int) -> list[int]:
    """The parts in units of the last decimal shown. They sum to the change of the figures as shown."""
    unit = 10 ** (12 - digits)
    return _apportioned([p.pico for p in bridge.parts], unit, _shown_change(bridge, unit))


def _shown_change(bridge: Bridge, unit: int) -> int:
    return _rounded(bridge.after.value, unit) - _rounded(bridge.before.value, unit)


def _rounded(value: Fraction, unit: int) -> int:
    return divide(value.numerator, value.denominator * unit)


def _apportioned(picos: Sequence[int], unit: int, total: int) -> list[int]:
    """Amounts in whole units that sum to a total: largest remainder."""
    floors = [p // unit for p in picos]
    missing = total - sum(floors)
    order = sorted(range(len(picos)), key=lambda i: (-(picos[i] % unit), i))
    step = 1 if missing > 0 else -1
    turns = order if missing > 0 else order[::-1]
    for k in range(abs(missing) if turns else 0):
        floors[turns[k % len(turns)]] += step
    return floors


# -- words ------------------------------------------------------------------------------------------


def headline(bridges: Mapping[Unit, Bridge], per: Unit, where: Sequence[str], basis: str) -> str:
    """The answer in plain words: how much, the largest causes, what offset them, and the total beside it."""
    bridge, digits = bridges[per], digits_of(bridges[per])
    unit = 10 ** (12 - digits)
    moved = _shown_change(bridge, unit)
    inside = f" ({', '.join(where)})" if where else ""
    what = UNIT_WORDS[per].capitalize()
    after = _amount(_rounded(bridge.after.value, unit), digits)
    ends = f"in {against(bridge)}{inside}, basis {basis}"
    if not any(p.pico for p in bridge.parts):
        return f"{what} did not change {ends}: {bridge.currency} {after}."
    if moved:
        verb = "rose" if moved > 0 else "fell"
        first = f"{what} {verb} by {bridge.currency} {_amount(abs(moved), digits)} to {after} {ends}."
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
    text = f"{part.name} {_signed(sizes[part.name], digits)}"
    lead = leading(part, bridge)
    if lead:
        text += f", chiefly {lead.dimension} {_value(lead)}"
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
        change = _shown_change(each, unit)
        said.append(f"cost per contact {_signed(change, digits)}")
    steady = _rounded(_steady(each), unit) - _rounded(each.before.value, unit)
    same = "would not have changed" if not steady else f"would have moved by {_signed(steady, digits)}"
    said.append(f"at the same mix cost per contact {same}")
    text = ", ".join(said)
    yield text[0].upper() + text[1:] + "."


def _steady(bridge: Bridge) -> Fraction:
    """Cost per contact after, had the mix stayed."""
    mix = sum(p.pico for p in bridge.parts if p.name.endswith(" mix"))
    return bridge.after.value - mix


def _signed(units: int, digits: int) -> str:
    return ("+" if units > 0 else "-" if units < 0 else "") + _amount(abs(units), digits)


def _amount(units: int, digits: int) -> str:
    return f"{Decimal(units).scaleb(-digits):,.{digits}f}"


def _value(piece: Piece) -> str:
    return piece.value or "(unknown)"


def steps(bridge: Bridge) -> tuple[Decimal, list[tuple[Part, Decimal]], Decimal]:
    """(figure before, parts that can be seen, figure after) as shown: the parts make the change exactly."""
    digits = digits_of(bridge)
    unit = 10 ** (12 - digits)
    sizes = zip(bridge.parts, shown_parts(bridge, digits), strict=True)
    before, after = _rounded(bridge.before.value, unit), _rounded(bridge.after.value, unit)
    return (
        Decimal(before).scaleb(-digits),
        [(p, Decimal(n).scaleb(-digits)) for p, n in sizes if n],
        Decimal(after).scaleb(-digits),
    )


def piece_tables(bridge: Bridge, part: Part) -> tuple[Table, ...]:
    """One part opened along every dimension that its pieces differ in."""
    digits = digits_of(bridge)
    return tuple(_piece_table(bridge, part, d, digits) for d, pieces in part.pieces.items() if pieces)


def part_headline(bridge: Bridge, part: Part) -> str:
    """What one part did, and what it is."""
    return _part_headline(bridge, part, digits_of(bridge))


def _part_headline(bridge: Bridge, part: Part, digits: int) -> str:
    sizes = dict(zip((p.name for p in bridge.parts), shown_parts(bridge, digits), strict=True))
    return (
        f"{part.name.capitalize()} changed {UNIT_WORDS[bridge.per]} by {bridge.currency} "
        f"{_signed(sizes[part.name], digits)} in {against(bridge)}. "
        f"{meaning(part.name)}"
    )


def _notes(bridges: Mapping[Unit, Bridge], per: Unit, digits: int) -> Iterator[str]:
    bridge = bridges[per]
    lucky = [p.name for p in bridge.parts if is_chance(p)]
    if lucky:
        yield (
            f"Within what chance moves (two standard errors): {', '.join(lucky)}. "
            "So few contacts cannot tell whether anything changed there."
        )
    apart = max((p for p in bridge.parts if p.convention), key=lambda p: p.convention or 0, default=None)
    if apart is not None and apart.convention:
        yield (
            "The sum is exact; how it is split is in small part convention: flat Shapley and LMDI move "
            f"{'mix' if apart.name.endswith(' mix') else apart.name} by "
            f"{plain(round(from_pico(apart.convention), max(4, digits)), at_least=4)}, all others by less."
        )


# -- tables -----------------------------------------------------------------------------------------


def _figures(bridges: Mapping[Unit, Bridge], per: Unit) -> Table:
    """Total cost, cost per contact, and cost per contact at the same mix and currency, before and after."""
    total, each = bridges["total"], bridges["contact"]
    rows = [_figure_row("Total cost", total.before.value, total.after.value, digits_of(total))]
    a, b = round(each.before.contacts), round(each.after.contacts)
    rows.append(("Handled contacts", count_text(a), count_text(b), f"{b - a:+,}"))
    if each.before.days and each.after.days:
        rows += _daily_rows(total)
    if per == "resolution":
        one = bridges[per]
        rows.append(_figure_row("Cost per resolution", one.before.value, one.after.value, digits_of(one)))
    digits = digits_of(each)
    rows.append(_figure_row("Cost per contact", each.before.value, each.after.value, digits))
    rows.append(_figure_row("  at the same mix", each.before.value, _steady(each), digits))
    fx = sum(p.pico for p in each.parts if p.name == "currency")
    if fx:
        steady = each.after.value - fx
        rows.append(_figure_row("  at the same exchange rates", each.before.value, steady, digits))
    columns = (
        TableColumn("figure", f"Figures, {each.currency}"),
        TableColumn("before", each.before.label),
        TableColumn("after", each.after.label),
        TableColumn("change", "Change"),
    )
    return Table("Figures", columns, tuple(rows))


def _daily_rows(total: Bridge) -> Iterator[tuple[str, str, str, str]]:
    """Working days, and contacts and cost of one."""
    a, b = total.before, total.after
    assert a.days is not None
    assert b.days is not None
    days = [float(a.days), float(b.days)]
    yield "Working days", f"{days[0]:g}", f"{days[1]:g}", f"{days[1] - days[0]:+g}"
    each = [round(Fraction(e.contacts) / (e.days or 1)) for e in (a, b)]
    yield "  contacts a working day", f"{each[0]:,}", f"{each[1]:,}", f"{each[1] - each[0]:+,}"
    yield _figure_row("  cost a working day", a.value / a.days, b.value / b.days, digits_of(total))


def _figure_row(name: str, before: Fraction, after: Fraction, digits: int) -> tuple[str, str, str, str]:
    unit = 10 ** (12 - digits)
    a, b = _rounded(before, unit), _rounded(after, unit)
    return name, _amount(a, digits), _amount(b, digits), _signed(b - a, digits)


def _parts_table(bridge: Bridge, digits: int) -> Table:
    sizes = shown_parts(bridge, digits)
    rows = tuple(
        (
            p.name,
            Decimal(n).scaleb(-digits),
            _chiefly(p, bridge, digits),
            "within chance" if is_chance(p) else "",
        )
        for p, n in zip(bridge.parts, sizes, strict=True)
    )
    columns = (
        TableColumn("part", f"Parts of the change of {UNIT_WORDS[bridge.per]}"),
        TableColumn("change", bridge.currency, "value", bridge.currency, digits=digits),
        TableColumn("chiefly", "Chiefly"),
        TableColumn("sure", "How sure"),
    )
    total = ("Change", Decimal(sum(sizes)).scaleb(-digits), "", "")
    return Table("Parts", columns, rows, total)


def _chiefly(part: Part, bridge: Bridge, digits: int) -> str:
    """The largest two pieces of the dimension that tells most, with new and ended ones."""
    unit = 10 ** (12 - digits)
    told = []
    for piece in telling(part, bridge)[:2]:
        amount, state = divide(piece.pico, unit), f", {piece.state}" if piece.state else ""
        if amount:
            told.append(f"{_value(piece)} {_signed(amount, digits)}{state}")
    return "; ".join(told)


def _piece_table(bridge: Bridge, part: Part, dimension: str, digits: int) -> Table:
    """One part along one dimension; its lines sum to the part as shown."""
    pieces = part.pieces[dimension]
    unit = 10 ** (12 - digits)
    sizes = dict(zip((p.name for p in bridge.parts), shown_parts(bridge, digits), strict=True))
    whole = sizes[part.name]
    amounts = _apportioned([p.pico for p in pieces], unit, whole)
    lines = [(_value(p), n, p.state) for p, n in zip(pieces, amounts, strict=True)]
    if len(lines) > LINES:
        rest = lines[LINES - 1 :]
        lines = [*lines[: LINES - 1], (f"{len(rest)} others", sum(n for _, n, _ in rest), "")]
    rows = tuple((value, Decimal(n).scaleb(-digits), state) for value, n, state in lines)
    columns = (
        TableColumn(dimension, f"{part.name.capitalize()} by {dimension}"),
        TableColumn("change", bridge.currency, "value", bridge.currency, digits=digits),
        TableColumn("state", "New or ended"),
    )
    return Table(f"By {dimension}", columns, rows, ("Change", Decimal(whole).scaleb(-digits), ""))


def _records(bridge: Bridge) -> Table:
    """The table for machines: each part, and each of its pieces, with all digits."""
    columns = (
        TableColumn("part", "Part"),
        TableColumn("dimension", "Dimension"),
        TableColumn("value", "Value"),
        TableColumn("change", f"Change, {bridge.currency}", "value", bridge.currency),
        TableColumn("state", "New or ended"),
    )
    rows: list[tuple[str | None, str | None, str | None, Decimal, str | None]] = []
    for part in bridge.parts:
        rows.append((part.name, "", "", from_pico(part.pico), ""))
        for dimension, pieces in part.pieces.items():
            rows += [(part.name, dimension, p.value, from_pico(p.pico), p.state) for p in pieces]
    total = ("change", "", "", from_pico(bridge.change), "")
    return Table("Parts", columns, tuple(rows), total)


# -- for machines -----------------------------------------------------------------------------------


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
    return {"mix": _exact(_steady(bridge)), "currency": _exact(bridge.after.value - fx)}


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


def _ways(
    part: Part, bridge: Bridge, span: Period, where: Sequence[str], basis: str, call: str
) -> Iterator[str]:
    """Commands that open a part: the pool's ledger lines, the contacts, the cost by what moved."""
    chosen = [*span_words(span), *(x for w in where for x in ("--where", w))]
    if basis != "used":
        chosen += ["--basis", basis]
    inside = [x for d, value in _inside(part, bridge) for x in ("--where", f"{d}={value}")]
    pools = part.pieces.get("pool", ())
    if pools and pools[0].value:
        pool = pools[0].value.split(" and ")[0]
        yield f"{call} trace {shlex.join([*chosen, '--pool', pool])}"
        yield f"{call} cost {shlex.join([*chosen, '--by', 'account', '--by', 'pool'])}"
    else:
        by = [d for d in bridge.by if d in part.pieces][:2]
        yield f"{call} cost {shlex.join([*chosen, *(x for d in by for x in ('--by', d))])}"
    yield f"{call} contacts {shlex.join([*chosen, *inside])}"


def _inside(part: Part, bridge: Bridge) -> Inside:
    """Of each dimension the value that makes at least half of a part, where one does."""
    found = []
    for dimension in bridge.by:
        pieces = part.pieces.get(dimension, ())
        if pieces and pieces[0].value and 2 * abs(pieces[0].pico) >= abs(part.pico):
            found.append((dimension, pieces[0].value))
    return tuple(found)


def span_words(span: Period) -> list[str]:
    """A span as options: --from 2026-01 --to 2026-03."""
    last = span.end - timedelta(days=1)
    if span.start.day == 1 and span.end.day == 1:
        return ["--from", f"{span.start:%Y-%m}", "--to", f"{last:%Y-%m}"]
    return ["--from", span.start.isoformat(), "--to", last.isoformat()]


def find_part(bridge: Bridge, name: str) -> Part:
    """The part a person names. Raises E-ARG-01 with near names."""
    known = {p.name: p for p in bridge.parts}
    found = [p for n, p in known.items() if n.lower() == name.strip().lower()]
    found = found or [p for n, p in known.items() if name.strip().lower() in n.lower()]
    if len(found) == 1:
        return found[0]
    what = f"the change has no part {name!r}" if not found else f"{name!r} may be several parts"
    raise problem("E-ARG-01", f"--part {name}", what, did_you_mean(name, known),
                  f"Its parts are {', '.join(known)}.")  # fmt: skip
