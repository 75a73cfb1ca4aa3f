# SPDX-License-Identifier: Apache-2.0
"""The same span's cost divided other ways, which need no further look at single rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from percontact.costing.cells import Cell
from percontact.costing.costed import CostedBook
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


def add_up(costed: CostedBook, question: Slice) -> None:
    """Ask for all parts that the forms of a question speak of at once, where sums by month can tell them.

    The answer is kept at hand, and so the question itself and each form is a sum of its cells.
    """
    told = ("assisted", *(a.dimension for a in _told_apart(costed)))
    parts = replace(question, by=tuple(dict.fromkeys((*question.by, *told))))
    source = costed.work.coarse([*parts.columns(), *costed.scopes.keys])
    if source is not None and source.name == "month":
        costed.cells(parts)


class _Apart(NamedTuple):
    """Contacts that could be avoided: those with a value of a dimension."""

    dimension: str
    value: str
    name: str
    says: str


def _told_apart(costed: CostedBook) -> Iterator[_Apart]:
    """Failure demand and repeat contacts, where data and policy can tell them."""
    if costed.policy.failure_reasons and costed.work.is_quick("demand"):
        yield _Apart("demand", "failure", "failure demand", "contacts for reasons the policy calls failure")
    if costed.work.knows_repeats() and costed.work.is_quick("repeat"):
        within = f"the same customer about the same within {costed.policy.repeat_days} days"
        yield _Apart("repeat", "repeat", "repeat contacts", within)


def _avoidable(costed: CostedBook, whole: Slice, handled: int) -> Iterator[OtherForm]:
    """Repeat contacts and failure demand as lines of their own; `handled`: contacts of the whole."""
    for apart in _told_apart(costed):
        for cell in costed.cells(replace(whole, by=(apart.dimension,)))[0]:
            if cell.values == (apart.value,):
                share = Decimal(cell.handled) / max(1, handled)
                says = f"{apart.says}; {share:.0%} of contacts"
                yield _form(costed, apart.name, cell, cell.handled, "contact", says)


def _form(
    costed: CostedBook, name: str, cell: Cell, quantity: Fraction | int, unit: str, says: str
) -> OtherForm:
    value = cost_of_one(cell.pico, quantity)
    return OtherForm(name, value, cents(cell.pico, costed.currency), decimal_of(quantity), unit, says)
