# SPDX-License-Identifier: Apache-2.0
"""The same span's cost divided other ways, which need no further look at single rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from percontact.costing.costed import Cell, CostedBook
from percontact.costing.rate import Basis
from percontact.costing.slice import Slice
from percontact.report.groups import cost_of_one, decimal_of, whole_of
from percontact.report.statement import OtherForm
from percontact.values.money import cents

BOTH: tuple[tuple[Basis, str], ...] = (
    ("full", "with unused and unassigned cost: all cost / contacts"),
    ("used", "work done only"),
)


def other_forms(costed: CostedBook, question: Slice, total: Cell) -> list[OtherForm]:
    """The same span divided other ways, those that need no further look at single rows.

    total  the whole of the question, on its own basis
    """
    whole = replace(question, by=(), grain="whole")
    forms = []
    for basis, says in BOTH:
        here = replace(whole, basis=basis)
        cell = total if basis == question.basis else whole_of(costed, here, "contact").cell
        forms.append(_form(costed, f"cost per contact, {basis}", cell, cell.handled, "contact", says))
        if basis == question.basis:
            apart = costed.cells(replace(here, by=("assisted",)))[0]
            for part in (c for c in apart if c.values == ("assisted",)):
                forms.append(
                    _form(
                        costed,
                        "cost per agent-assisted contact",
                        part,
                        part.handled,
                        "contact",
                        f"bot, IVR and self-service left out, basis {basis}",
                    )
                )
            minutes = Fraction(cell.handle_s) / 60
            forms.append(
                _form(
                    costed,
                    "cost per handle minute",
                    cell,
                    minutes,
                    "minute",
                    f"basis {basis}; rises when contacts get shorter",
                )
            )
            forms += _avoidable(costed, here, cell.handled)
    return forms


def _avoidable(costed: CostedBook, whole: Slice, handled: int) -> Iterator[OtherForm]:
    """Repeat contacts and failure demand as lines of their own, where data and policy can tell them.

    handled  contacts of the whole
    """
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
                    share = Decimal(cell.handled) / max(1, handled)
                    yield _form(
                        costed,
                        name,
                        cell,
                        cell.handled,
                        "contact",
                        f"{says}; {share:.0%} of contacts",
                    )


def _form(
    costed: CostedBook, name: str, cell: Cell, quantity: Fraction | int, unit: str, says: str
) -> OtherForm:
    value = cost_of_one(cell.pico, quantity)
    return OtherForm(name, value, cents(cell.pico, costed.currency), decimal_of(quantity), unit, says)
