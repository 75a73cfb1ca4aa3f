# SPDX-License-Identifier: Apache-2.0
"""An opportunity: where money may be saved, how much, at what guard, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from percontact.values.period import Period

Kind = Literal[
    "slow_on_simple",
    "slow_agent",
    "hold_out_of_line",
    "wrap_out_of_line",
    "transferred_twice",
    "self_service",
    "failure_demand",
    "after_fault",
    "bot_costs_more",
    "callbacks",
    "idle_capacity",
    "unused_contract",
]
"""What an opportunity is about; `report/sought.py` has the words for each."""
Where = tuple[tuple[str, tuple[str, ...]], ...]
"""((dimension, values), ...): the contacts it is about; () = it is about capacity, not contacts."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity in the span looked at.

    says      what was found, in a sentence
    low, high money at stake in the span, in units of the currency: a range, never a point
    cashable  share of it that leaves the ledger at once (variable cost, charges by use); the rest is time set
              free, and becomes money only where hours are cut, moved or not hired
    contacts  contacts it rests on
    guardrail metric that must not worsen, and step what to do next
    evidence  the numbers behind the sentence
    assumed   what is taken for granted, each with where it is from
    days      days its contacts are of; None = the whole span
    pool      the pool whose ledger lines it is about, where it is about no contacts
    """

    kind: Kind
    says: str
    where: Where
    low: float
    high: float
    cashable: float
    contacts: int
    guardrail: str
    step: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    days: Period | None = None
    pool: str = ""

    @property
    def middle(self) -> float:
        """Middle of the range: what opportunities are ranked by."""
        return (self.low + self.high) / 2


def apart(one: Opportunity, other: Opportunity) -> bool:
    """Whether two opportunities are of different work for certain, so that their money may be added.

    They are where no contact can stand in both: a dimension that both name has no value in common, or their
    days do not meet. Of capacity, where the pools differ. Anything else may overlap.
    """
    if not one.where or not other.where:
        return not one.where and not other.where and "" != one.pool != other.pool != ""
    named = dict(other.where)
    if any(set(values).isdisjoint(named[d]) for d, values in one.where if d in named):
        return True
    days, further = one.days, other.days
    return bool(days and further and (days.end <= further.start or further.end <= days.start))


def together(found: Sequence[Opportunity]) -> tuple[float, float] | None:
    """The range of several as one; None where two of them may be about the same work."""
    if not all(apart(a, b) for a, b in combinations(found, 2)):
        return None
    return sum(o.low for o in found), sum(o.high for o in found)
