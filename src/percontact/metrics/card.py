# SPDX-License-Identifier: Apache-2.0
"""A card: the definition of one metric as data, with its unit, its source and its worked examples.

    Card
      Term       one number to be found: a count, a sum, a number of different values, a cost
        Test     a condition on a row of the term's table
      Example    a small Book and the figure that must come out

Nothing on a card is evaluated as code: a formula names tables, columns and conditions, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

Kind = Literal["amount", "ratio", "share", "net", "index", "percentile", "survival", "cost"]
"""amount      one number: complaints received
ratio       a / b in any units: seconds per contact
share       a / b where a is part of b: an interval goes with it
net         (a - c) / b where a and c are parts of b: promoters less detractors
index       the weighted mean of several questions, from 0 to 100
percentile  the value that a part of the rows does not pass; never rolled up
survival    the time by which half have got there, those who have not yet being censored (Kaplan-Meier)
cost        an amount of money from the costed Book, alone or divided"""
KINDS: tuple[Kind, ...] = get_args(Kind)

How = Literal["is", "not", "at_least", "at_most", "above", "below", "known", "unknown"]
Better = Literal["higher", "lower", "band", "neither"]
Clock = Literal["none", "calendar", "business"]
TermHow = Literal["count", "sum", "distinct"]

CATEGORIES = (
    "cost",
    "satisfaction",
    "speed",
    "effort",
    "resolution",
    "promises",
    "complaints",
    "loyalty",
    "automation",
    "capacity",
    "marketing",
)
"""Shelves of the catalogue, in their order."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on a column (or feature) of a row; where that is unknown, only `unknown` and `not` hold.

    values  texts of what it is compared with; () for known and unknown
    """

    column: str
    how: How
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One number to be found over the rows of a table that meet all conditions.

    how     count (rows, each for as many as it stands for), sum or distinct (of `column`)
    table   where the rows are
    column  what is summed or counted once each; "" for count
    """

    how: TermHow
    table: str
    column: str = ""
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A Book and what the metric must give for all of it.

    book      "tiny", or rows by table
    expect    exact value, to be met to the digits given; None = undefined
    settings  parameters of the card, and for costs the basis
    """

    book: str | Mapping[str, tuple[Mapping[str, str], ...]]
    expect: str | None
    settings: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One metric.

    metric      its name in commands: average_handle_time
    symbol      what people call it: AHT; "" = none
    asks        the question it answers
    formula     in words
    top         what is divided (or the amount itself); bottom: what it is divided by; minus: taken off `top`
    of          column of a percentile, an index or a survival time; over: the question column of an index
    quantile    of a percentile
    same        column that must have one value in all rows, or the figure is undefined: surveys.scale
    cost        which part of the cost: basis (as asked), used, full, marginal, unused, unassigned
    where       work that a cost is of; () = all
    per         what a cost is divided by: contact, handle-minute, resolution, case, ...; "" = nothing
    times       constant factor: 100 for an index, 12 for a year of months
    unit        of the value: s, %, money, money/contact, ...
    band        (lowest, highest) good value, where better = band
    counted_on  the time that says which period a row belongs to: contacts.started_at
    clock       whether its times run by the calendar or by opening hours
    rule        which rows are its population, in words
    parameters  name -> default, for conditions that write $name
    own         whether it comes from the workspace and not with percontact
    """

    metric: str
    name: str
    category: str
    asks: str
    formula: str
    kind: Kind
    unit: str
    better: Better
    counted_on: str
    rule: str
    source: str
    symbol: str = ""
    tags: tuple[str, ...] = ()
    top: Term | None = None
    bottom: Term | None = None
    minus: Term | None = None
    of: str = ""
    over: str = ""
    quantile: Decimal | None = None
    same: str = ""
    cost: str = ""
    per: str = ""
    where: tuple[Test, ...] = ()
    times: Decimal = Decimal(1)
    band: tuple[Decimal, Decimal] | None = None
    clock: Clock = "none"
    grain: str = "contact"
    pitfalls: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    own: bool = False

    @property
    def table(self) -> str:
        """The table whose rows it counts."""
        return self.counted_on.partition(".")[0]

    @property
    def one_by_one(self) -> bool:
        """Whether its cases or customers are told apart one by one: too slow for a list of all."""
        return self.per in ("case", "customer")
