# SPDX-License-Identifier: Apache-2.0
"""A bridge as tables: its figures, its parts, and a part opened along a dimension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from percontact.explain.bridge import Bridge, Part, Unit
from percontact.report.bridge_shown import (
    UNIT_WORDS,
    amount_text,
    apportioned,
    at_same_mix,
    digits_of,
    rounded,
    shown_parts,
    signed,
    value_text,
)
from percontact.report.bridge_words import (
    is_chance,
    telling,
)
from percontact.report.document import Cell, Table, TableColumn, Worded
from percontact.report.words import count_text
from percontact.values.money import divide, from_pico

LINES = 12
"""An opened part shows so many lines of a dimension; those that are left are added up. JSON has all."""


def figures_table(bridges: Mapping[Unit, Bridge], per: Unit) -> Table:
    """Total cost, cost per contact, and cost per contact at the same mix and currency, before and after."""
    total, each = bridges["total"], bridges["contact"]
    rows = [_figure_row("Total cost", total.before.value, total.after.value, digits_of(total))]
    a, b = round(each.before.contacts), round(each.after.contacts)
    rows.append(("Handled contacts", _plain(a), _plain(b), _change(b - a)))
    if each.before.days and each.after.days:
        rows += _daily_rows(total)
    if per == "resolution":
        one = bridges[per]
        rows.append(_figure_row("Cost per resolution", one.before.value, one.after.value, digits_of(one)))
    digits = digits_of(each)
    rows.append(_figure_row("Cost per contact", each.before.value, each.after.value, digits))
    rows.append(_figure_row("  at the same mix", each.before.value, at_same_mix(each), digits))
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


def _daily_rows(total: Bridge) -> Iterator[tuple[Cell, ...]]:
    """Working days, and contacts and cost of one."""
    a, b = total.before, total.after
    assert a.days is not None
    assert b.days is not None
    days = [_days(float(x)) for x in (a.days, b.days)]
    yield "Working days", *days, _days(float(b.days - a.days), signed=True)
    each = [round(Fraction(e.contacts) / (e.days or 1)) for e in (a, b)]
    yield "  contacts a working day", _plain(each[0]), _plain(each[1]), _change(each[1] - each[0])
    yield _figure_row("  cost a working day", a.value / a.days, b.value / b.days, digits_of(total))


def _figure_row(name: str, before: Fraction, after: Fraction, digits: int) -> tuple[Cell, ...]:
    unit = 10 ** (12 - digits)
    a, b = rounded(before, unit), rounded(after, unit)
    told = [Worded(amount_text(n, digits), Decimal(n).scaleb(-digits), digits=digits) for n in (a, b)]
    change = Decimal(b - a).scaleb(-digits)
    return name, *told, Worded(signed(b - a, digits), change, digits=digits, signed=True)


def _plain(number: int) -> Worded:
    return Worded(count_text(number), Decimal(number))


def _change(number: int) -> Worded:
    return Worded(f"{number:+,}", Decimal(number), signed=True)


def _days(days: float, *, signed: bool = False) -> Worded:
    text = f"{days:+g}" if signed else f"{days:g}"
    digits = len(text.partition(".")[2])
    return Worded(text, Decimal(repr(round(days, digits))), digits=digits, signed=signed)


def parts_table(bridge: Bridge, digits: int) -> Table:
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
        TableColumn("change", bridge.currency, "value", bridge.currency, digits=digits, signed=True),
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
            told.append(f"{value_text(piece)} {signed(amount, digits)}{state}")
    return "; ".join(told)


def piece_tables(bridge: Bridge, part: Part) -> tuple[Table, ...]:
    """One part opened along every dimension that its pieces differ in."""
    digits = digits_of(bridge)
    return tuple(piece_table(bridge, part, d, digits) for d, pieces in part.pieces.items() if pieces)


def piece_table(bridge: Bridge, part: Part, dimension: str, digits: int) -> Table:
    """One part along one dimension; its lines sum to the part as shown."""
    pieces = part.pieces[dimension]
    unit = 10 ** (12 - digits)
    sizes = dict(zip((p.name for p in bridge.parts), shown_parts(bridge, digits), strict=True))
    whole = sizes[part.name]
    amounts = apportioned([p.pico for p in pieces], unit, whole)
    lines = [(value_text(p), n, p.state) for p, n in zip(pieces, amounts, strict=True)]
    if len(lines) > LINES:
        rest = lines[LINES - 1 :]
        lines = [*lines[: LINES - 1], (f"{len(rest)} others", sum(n for _, n, _ in rest), "")]
    rows = tuple((value, Decimal(n).scaleb(-digits), state) for value, n, state in lines)
    columns = (
        TableColumn(dimension, f"{part.name.capitalize()} by {dimension}"),
        TableColumn("change", bridge.currency, "value", bridge.currency, digits=digits, signed=True),
        TableColumn("state", "New or ended"),
    )
    return Table(f"By {dimension}", columns, rows, ("Change", Decimal(whole).scaleb(-digits), ""))


def records_table(bridge: Bridge) -> Table:
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
