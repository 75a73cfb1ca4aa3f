# SPDX-License-Identifier: Apache-2.0
"""A bridge's figures as they are shown: rounded so that the parts still sum to the change."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from percontact.explain.bridge import Bridge, Part, Piece, Unit
from percontact.values.money import divide, minor_digits

UNIT_WORDS: dict[Unit, str] = {
    "contact": "cost per contact",
    "resolution": "cost per resolution",
    "total": "total cost",
}


def against(bridge: Bridge) -> str:
    """The two sides: 2026-05 against 2026-04."""
    return f"{bridge.after.label} against {bridge.before.label}"


def digits_of(bridge: Bridge) -> int:
    """Decimals shown: the currency's, or two more where those would show no change. Totals bear cents."""
    minor = minor_digits(bridge.currency)
    seen = bridge.per == "total" or not bridge.change or shown_change(bridge, 10 ** (12 - minor))
    return minor if seen else minor + 2


def shown_parts(bridge: Bridge, digits: int) -> list[int]:
    """The parts in units of the last decimal shown. They sum to the change of the figures as shown."""
    unit = 10 ** (12 - digits)
    return apportioned([p.pico for p in bridge.parts], unit, shown_change(bridge, unit))


def steps(bridge: Bridge) -> tuple[Decimal, list[tuple[Part, Decimal]], Decimal]:
    """(figure before, parts that can be seen, figure after) as shown: the parts make the change exactly."""
    digits = digits_of(bridge)
    unit = 10 ** (12 - digits)
    sizes = zip(bridge.parts, shown_parts(bridge, digits), strict=True)
    before, after = rounded(bridge.before.value, unit), rounded(bridge.after.value, unit)
    return (
        Decimal(before).scaleb(-digits),
        [(p, Decimal(n).scaleb(-digits)) for p, n in sizes if n],
        Decimal(after).scaleb(-digits),
    )


def at_same_mix(bridge: Bridge) -> Fraction:
    """Cost per contact after, had the mix stayed."""
    mix = sum(p.pico for p in bridge.parts if p.name.endswith(" mix"))
    return bridge.after.value - mix


def shown_change(bridge: Bridge, unit: int) -> int:
    """The change of the figures as shown, in units of the last decimal."""
    return rounded(bridge.after.value, unit) - rounded(bridge.before.value, unit)


def rounded(value: Fraction, unit: int) -> int:
    """Pico units of one, in whole units of so many pico."""
    return divide(value.numerator, value.denominator * unit)


def apportioned(picos: Sequence[int], unit: int, total: int) -> list[int]:
    """Amounts in whole units that sum to a total: largest remainder."""
    floors = [p // unit for p in picos]
    missing = total - sum(floors)
    order = sorted(range(len(picos)), key=lambda i: (-(picos[i] % unit), i))
    step = 1 if missing > 0 else -1
    turns = order if missing > 0 else order[::-1]
    for k in range(abs(missing) if turns else 0):
        floors[turns[k % len(turns)]] += step
    return floors


def signed(units: int, digits: int) -> str:
    """An amount with its sign: +0.25."""
    return ("+" if units > 0 else "-" if units < 0 else "") + amount_text(abs(units), digits)


def amount_text(units: int, digits: int) -> str:
    """Units of the last decimal as an amount: 1,250.00."""
    return f"{Decimal(units).scaleb(-digits):,.{digits}f}"


def value_text(piece: Piece) -> str:
    """The value that a piece stands for."""
    return piece.value or "(unknown)"
