# SPDX-License-Identifier: Apache-2.0
"""What opportunities take for granted: usual numbers, and those that a business sets for itself, dated.

They are told beside each opportunity that rests on them. The usual ones are cautious guesses for a service
that has not measured its own; `opportunities:` in policy.yaml replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Unit = Literal["share", "some", "days", "money"]
"""share  from 0 to 1; some: a share above 0; days: a whole number; money: of the reporting currency"""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is taken for granted where the policy says nothing; no values = then it is not known.

    many  how many numbers there are: 1, or 2 for a range from low to high
    """

    means: str
    unit: Unit
    values: tuple[Decimal, ...] = ()
    many: int = 1


def _shares(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


USUAL: Mapping[str, Mapping[str, Usual]] = {
    "self_service": {
        "tried": Usual("share of the contacts that try the page or bot", "share", _shares("0.50")),
        "settled": Usual("share of those that it settles, from safe to possible", "share",
                         _shares("0.20", "0.60"), 2),
        "cost_each": Usual("cost of one self-served contact where no machine serves any yet", "money"),
    },
    "idle_capacity": {
        "occupancy": Usual("shares of practical time that planners fill, from busy to full", "some",
                           _shares("0.80", "0.88"), 2),
    },
    "callbacks": {
        "abandoned": Usual("share that gives up from which a callback is worth a thought", "share",
                           _shares("0.05")),
    },
    "unused_contract": {
        "spare_seats": Usual("seats beyond people that leavers and joiners need", "share", _shares("0.10")),
    },
    "after_fault": {
        "days": Usual("days after a fault in which customers still come back about it", "days",
                      (Decimal(7),)),
    },
}  # fmt: skip
"""Kind of opportunity -> name -> what is usual."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Numbers that a business sets for one kind of opportunity, from `start` up to but not on `end`."""

    of: str
    numbers: Mapping[str, tuple[Decimal, ...]]
    because: str = ""
    start: date | None = None
    end: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Assumed:
    """Numbers taken for granted, and where they are from; no values = nobody has said them."""

    values: tuple[float, ...]
    source: str


def assumed(own: Sequence[Assumption], of: str, name: str, day: date) -> Assumed:
    """The numbers in force on a day: the business's own that began last, else the usual.

    >>> assumed((), "idle_capacity", "occupancy", date(2026, 6, 30))
    Assumed(values=(0.8, 0.88), source='usual')
    """
    told = [a for a in own if a.of == of and name in a.numbers and a.in_force(day)]
    if told:
        last = max(told, key=lambda a: a.start or date.min)
        return Assumed(tuple(map(float, last.numbers[name])), last.because or "policy.yaml")
    return Assumed(tuple(map(float, USUAL[of][name].values)), "usual")
