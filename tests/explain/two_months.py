# SPDX-License-Identifier: Apache-2.0
"""Books of June and July that differ in one thing, and the bridge from one to the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from percontact.costing import CostedBook, Slice
from percontact.explain.bridge import Bridge
from percontact.explain.bridging import build
from percontact.explain.days import working_days
from percontact.explain.gather import PARTS, gather
from percontact.explain.prices import account_costs
from percontact.values.period import Period

JUNE, JULY = Period(date(2026, 6, 1), date(2026, 7, 1)), Period(date(2026, 7, 1), date(2026, 8, 1))
Row = dict[str, object]
Books = Callable[..., CostedBook]

PEOPLE = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
rules:
  - {to: people}
"""

CHANNELS = """policy: 1
pools:
  voice: {driver: contacts, scope: {channel: [voice]}, because: price list}
  chat: {driver: contacts, scope: {channel: [chat]}, because: price list}
  email: {driver: contacts, scope: {channel: [email]}, because: price list}
rules:
  - {match: {account: voice}, to: voice, behaviour: variable}
  - {match: {account: chat}, to: chat, behaviour: variable}
  - {match: {account: email}, to: email, behaviour: variable}
"""


def span(when: Period) -> Row:
    return {"period_start": when.start, "period_end": when.end}


def paid(amounts: Sequence[object], **more: object) -> list[Row]:
    """A ledger line of June and one of July."""
    return [
        {**span(when), "amount": a, **more}
        for when, a in zip((JUNE, JULY), amounts, strict=True)
        if a is not None
    ]


def hours(june: int, july: int, **more: object) -> list[Row]:
    return [{**span(when), "practical_h": h, **more} for when, h in ((JUNE, june), (JULY, july))]


def came(when: Period, count: int, each_s: int, **more: object) -> Row:
    return {
        "started_at": f"{when.start:%Y-%m}-15 09:00:00",
        "count": count,
        "handle_s": count * each_s,
        **more,
    }


def bridged(
    costed: CostedBook,
    *,
    by: tuple[str, ...] = ("channel",),
    basis: str = "used",
    per: str = "contact",
    before: Period = JUNE,
    after: Period = JULY,
    days: bool = False,
) -> Bridge:
    sides = tuple(Slice(s, "whole", by, (), basis) for s in (before, after))  # type: ignore[arg-type]
    found = gather(costed, (sides[0], sides[1]), ("before", "after"))
    ends = [e.divided(per, Fraction(1)) for e in found.ends]  # type: ignore[arg-type]
    if days:
        ends = [replace(e, days=working_days(costed, e.span)) for e in ends if e.span]
    accounts = account_costs(costed, [s.months for s in sides], sides[0].basis, found.components)
    made: Any = build(
        found.leaves,
        found.terms,
        PARTS,
        found.pools,
        *ends,
        per,
        "EUR",
        accounts=accounts,  # type: ignore[arg-type]
    )
    assert made.change == round(made.after.value - made.before.value)
    return made  # type: ignore[no-any-return]


def told(found: Bridge) -> dict[str, Decimal]:
    """Parts to six decimals."""
    return {p.name: round(Decimal(p.pico).scaleb(-12), 6) for p in found.parts}


def decimals(**parts: str) -> dict[str, Decimal]:
    return {name.replace("_", " "): Decimal(amount) for name, amount in parts.items()}
