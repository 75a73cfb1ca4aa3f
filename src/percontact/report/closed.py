# SPDX-License-Identifier: Apache-2.0
"""Closed periods: the figures that are pinned, and in the field's words how later ones differ from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from percontact.costing.costed import CostedBook
from percontact.costing.rate import Basis
from percontact.costing.slice import Slice
from percontact.report.state import state
from percontact.report.words import money, value_text
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import Grain, Period, parse_period

Figures = dict[str, dict[str, str | None]]
"""basis -> name of a figure -> its exact text"""

BASES: tuple[Basis, ...] = ("used", "full")


def period_figures(costed: CostedBook, span: Period, grain: Grain) -> Figures:
    """The figures of a period that closing pins: cost, contacts, cost per contact, where the ledger went."""
    found: Figures = {}
    for basis in BASES:
        question = Slice(span, grain, basis=basis, calendar=costed.book.settings.calendar)
        s = state(costed, question, compare=False)
        found[basis] = {
            "cost_cents": str(s.total.cents),
            "contacts": str(s.total.contacts),
            "value": None if s.total.value is None else str(s.total.value),
            "ledger_cents": str(s.proof.ledger),
            "unused_cents": str(s.proof.unused),
            "unassigned_cents": str(s.proof.unassigned),
        }
    return found


def differing(costed: CostedBook, pinned: Mapping[str, Mapping[str, object]]) -> dict[str, list[str]]:
    """Closed periods (label -> the figures pinned) for which a costed Book gives other figures, and which."""
    found = {}
    for label, figures in pinned.items():
        span, grain = parse_period(label, costed.book.settings.calendar)
        if differs := moved(figures, period_figures(costed, span, grain), costed.currency):
            found[label] = differs
    return found


def closed_notes(differ: Mapping[str, list[str]], span: Period, calendar: FiscalCalendar) -> Iterator[str]:
    """What a statement of a span says of closed periods in it that differ from what was reported."""
    for label, figures in differ.items():
        closed = parse_period(label, calendar)[0]
        if closed.start < span.end and span.start < closed.end:
            yield f"{label} is closed, and today's data differs from what was reported: {'; '.join(figures)}."


def moved(pinned: Mapping[str, object], now: Mapping[str, object], currency: str) -> list[str]:
    """How figures differ from those pinned, most telling first: "ledger EUR 3.00 then, EUR 4.00 now"."""
    return list(dict.fromkeys(_moved(pinned, now, currency)))


def _moved(pinned: Mapping[str, object], now: Mapping[str, object], currency: str) -> Iterator[str]:
    for name, (words, by_basis) in _WORDS.items():
        for basis, figures in pinned.items():
            today = now.get(basis)
            if not isinstance(figures, dict) or not isinstance(today, dict) or name not in figures:
                continue
            was, is_now = figures[name], today.get(name)
            if was != is_now:
                what = f"{words} (basis {basis})" if by_basis else words
                yield f"{what} {_shown(name, was, currency)} then, {_shown(name, is_now, currency)} now"


_WORDS = {
    "value": ("cost per contact", True),
    "ledger_cents": ("ledger", False),
    "contacts": ("handled contacts", False),
    "cost_cents": ("cost of contacts", True),
    "unused_cents": ("unused", False),
    "unassigned_cents": ("unassigned", False),
}
"""name of a pinned figure -> (the field's words, whether it differs by basis)"""


def _shown(name: str, text: str | None, currency: str) -> str:
    if text is None or text == "None":
        return "unknown"
    if name == "value":
        return f"{currency} {value_text(Decimal(text), currency)}"
    return money(int(text), currency) if name.endswith("_cents") else f"{int(text):,}"
