# SPDX-License-Identifier: Apache-2.0
"""The bridge: an exact split of a change of cost into volume, mix, handle time, idle time, prices, ....

    Bridge
      End     a figure before, a figure after: cost, contacts, and what is divided by
      Part    what one cause brings
        Piece   the same by a value of a dimension, or by a pool

Parts sum to the change of the statement's figure, and pieces to their part, in whole pico units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from percontact.values.period import Period

Unit = Literal["contact", "resolution", "total"]
UNITS: tuple[Unit, ...] = ("contact", "resolution", "total")


@dataclass(frozen=True, slots=True)
class End:
    """One side of a change.

    label    how its span is named
    span     its days; None of a budget
    pico     cost
    contacts handled; of a budget whose lines are cut by the span, perhaps not whole
    units    what cost is divided by (1 for total cost)
    days     working days, or None where they are not asked for
    """

    label: str
    span: Period | None
    pico: int
    contacts: int | Fraction
    units: Fraction
    days: Fraction | None = None

    def divided(self, per: Unit, units: Fraction) -> End:
        """The same, divided by what `per` says; `units` is read where that is a resolution."""
        by = {"contact": Fraction(self.contacts), "total": Fraction(1), "resolution": units}
        return replace(self, units=by[per])

    @property
    def value(self) -> Fraction:
        """Pico units for one: exact."""
        return Fraction(self.pico) / self.units


@dataclass(frozen=True, slots=True)
class Piece:
    """What a part brings at one value of a dimension. `state`: new or ended, where only one period has it."""

    dimension: str
    value: str | None
    pico: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause brings to a change.

    name        volume, channel mix, handle time, ...
    pico        whole units of 1e-12 currency
    pieces      dimension -> its values, largest first; each dimension's pieces sum to the part
    convention  how far other exact methods give something else, in pico; None = they cannot say
    chance      two standard errors of what chance alone moves, in pico; None = no chance in it
    """

    name: str
    pico: int
    pieces: Mapping[str, tuple[Piece, ...]]
    convention: int | None = None
    chance: int | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """A change, split.

    by      the dimensions of the tree, from the top; asked: those of them that were asked for
    parts   largest first; they sum to after - before
    steady  cost per contact after, had the mix stayed
    notes   what the reader must know
    """

    per: Unit
    currency: str
    before: End
    after: End
    by: tuple[str, ...]
    asked: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    @property
    def change(self) -> int:
        """All parts, in pico."""
        return sum(p.pico for p in self.parts)

    def part(self, name: str) -> Part:
        """The part of a name; KeyError where there is none."""
        found = {p.name: p for p in self.parts}
        return found[name]
