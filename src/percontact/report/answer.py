# SPDX-License-Identifier: Apache-2.0
"""Any answer as a document: the cost statement gets its tables, its JSON object, what it was made of."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.report.as_json import statement_object
from percontact.report.document import Document
from percontact.report.rounding import CENTS
from percontact.report.statement import Statement
from percontact.report.tables import line_records, statement_tables
from percontact.report.words import DEMO_NOTE, PER_MANY, PER_WORDS

Answer = Statement | Document

BASES = {
    "used": "Work done only: the cost of capacity that contacts used.",
    "full": "With unused and unassigned cost: all cost / contacts.",
    "marginal": "Variable cost only: what one contact more would have cost.",
}


def document_of(answer: Answer) -> Document:
    """The document of an answer; a document is its own."""
    if isinstance(answer, Document):
        return answer
    s = answer
    return Document(
        title=f"Cost per {PER_WORDS[s.per]}, {s.span}",
        headline=s.headline,
        tables=tuple(statement_tables(s)),
        notes=tuple(n for n in s.notes if n != DEMO_NOTE),
        data=statement_object(s),
        records=line_records(s),
        facts=tuple(_facts(s)),
        definitions=tuple(_definitions(s)),
        demo=DEMO_NOTE if s.demo else "",
    )


def _facts(s: Statement) -> Iterator[tuple[str, str]]:
    yield "Span", s.span if s.grain == "whole" else f"{s.span}, by {s.grain}"
    if s.by:
        yield "By", ", ".join(s.by)
    if s.where:
        yield "Where", "; ".join(s.where)
    yield "Basis", s.basis
    yield "Amounts", s.amounts
    yield "Policy", s.policy
    if s.snapshot is not None:
        yield "Snapshot", str(s.snapshot)


def _definitions(s: Statement) -> Iterator[tuple[str, str]]:
    unit, many = PER_WORDS[s.per], PER_MANY[s.per]
    yield f"Basis {s.basis}", BASES.get(s.basis, s.basis)
    yield (
        f"Cost per {unit}",
        f"Cost on the basis {s.basis}, divided by {many}. A ratio is never averaged: that of a total is "
        f"total cost / total {many}.",
    )
    yield "Contacts", "Handled contacts. Abandoned ones are offered, not handled."
    yield "Assigned", "Cost that contacts bear, by the work they used."
    yield (
        "Unused",
        "Cost of capacity that was supplied and not used; below zero where work outran practical capacity.",
    )
    yield "Unassigned", "Ledger amounts that no rule claims, or that no work was there to use."
    yield (
        "Time measured, derived, estimated",
        "Handled contacts by how their handle time is known: measured or reported; from other times; "
        "a standard or unknown.",
    )
    yield "Cents", CENTS
