# SPDX-License-Identifier: Apache-2.0
"""The same span's cost divided other ways, which need no further look at single rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from percontact.costing.costed import CostedBook
from percontact.costing.rate import Basis
from percontact.costing.slice import Slice
from percontact.report.groups import Group, cost_of_one, decimal_of, whole_of
from percontact.report.statement import OtherForm
from percontact.values.money import cents

BOTH: tuple[tuple[Basis, str], ...] = (
    ("full", "with unused and unassigned cost: all cost / contacts"),
    ("used", "work done only"),
)


def other_forms(costed: CostedBook, question: Slice) -> list[OtherForm]:
    """The same span divided other ways, those that need no further look at single rows."""
    whole = replace(question, by=(), grain="whole")
    forms = []
    for basis, says in BOTH:
        total = whole_of(costed, replace(whole, basis=basis), "contact")
        forms.append(_form(costed, f"cost per contact, {basis}", total, "contact", says))
        if basis == question.basis:
            cells = costed.cells(replace(whole, basis=basis, by=("assisted",)))[0]
            for cell in (c for c in cells if c.values == ("assisted",)):
                part = Group(cell, Fraction(cell.handled), cell.pico)
                forms.append(
                    _form(
                        costed,
                        "cost per agent-assisted contact",
                        part,
                        "contact",
                        f"bot, IVR and self-service left out, basis {basis}",
                    )
                )
            minutes = replace(total, quantity=Fraction(total.cell.handle_s) / 60)
            forms.append(
                _form(
                    costed,
                    "cost per handle minute",
                    minutes,
                    "minute",
                    f"basis {basis}; rises when contacts get shorter",
                )
            )
            forms += _avoidable(costed, replace(whole, basis=basis))
    return forms


def _avoidable(costed: CostedBook, whole: Slice) -> Iterator[OtherForm]:
    """Repeat contacts and failure demand as lines of their own, where data and policy can tell them."""
    told = []
    if costed.policy.failure_reasons:
        told.append(("demand", "failure", "failure demand", "contacts for reasons the policy calls failure"))
    if costed.work.knows_repeats():
        within = f"the same customer about the same within {costed.policy.repeat_days} days"
        told.append(("repeat", "repeat", "repeat contacts", within))
    for dimension, value, name, says in told:
        if costed.work.is_quick(dimension):
            for cell in costed.cells(replace(whole, by=(dimension,)))[0]:
                if cell.values == (value,):
                    handled = sum(c.handled for c in costed.cells(whole)[0])
                    share = Decimal(cell.handled) / max(1, handled)
                    yield _form(
                        costed,
                        name,
                        Group(cell, Fraction(cell.handled), cell.pico),
                        "contact",
                        f"{says}; {share:.0%} of contacts",
                    )


def _form(costed: CostedBook, name: str, group: Group, unit: str, says: str) -> OtherForm:
    quantity = decimal_of(group.quantity or Fraction(0))
    return OtherForm(name, cost_of_one(group), cents(group.cell.pico, costed.currency), quantity, unit, says)
