# SPDX-License-Identifier: Apache-2.0
"""Answers to where money may be saved: opportunities in some whole months of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from percontact.costing.slice import Slice
from percontact.explain.facts_of_work import Cost, WorkFacts
from percontact.explain.noted import read_events
from percontact.explain.opportunities import opportunities
from percontact.explain.opportunity import Opportunity
from percontact.people.pseudonyms import pseudonym
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.document import Document
from percontact.report.sought import sought_document
from percontact.values.period import Period, add_months
from percontact.values.problem import problem

USUAL_MONTHS = 3
"""Months looked at where no span is asked for: long enough to count on, short enough to be of today."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Opportunities of a span, ranked by the money at stake, and what all its contacts cost."""

    question: Slice
    found: tuple[Opportunity, ...]
    whole: Cost


def sought(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
) -> Answer:
    """What may be saved in whole months. Without a span they are the last three that have data.

    Raises E-ARG-02 for a span that cuts a month, E-DATA-01 without contacts or a ledger.
    """
    book.need("contacts")
    book.need("ledger")
    question = book.ask(start=start, end=end, where=where)
    if not start and not end:
        last = question.span.end
        question = replace(
            question, span=Period(max(question.span.start, add_months(last, -USUAL_MONTHS)), last)
        )
    if question.cuts_a_month:
        raise problem(
            "E-ARG-02",
            f"opportunities {question.span.start} to {question.span.end}",
            "the span cuts a month",
            "Rates, capacity and contracts are by month, and fewer days say little about a team.",
            "Name whole months, quarters or years: --from 2026-04 --to 2026-06.",
        )
    question = replace(question, grain="whole")
    facts = WorkFacts(book.costed, question)
    events = read_events(connect(), book.book) if book.book.has("events") else ()
    found = opportunities(facts, events=events, pseudonym=lambda agent: pseudonym(book.workspace.key, agent))
    return Answer(question, tuple(found), facts.whole)


def document(book: OpenBook, answer: Answer, *, top: int | None = None) -> Document:
    """The answer for people and machines; people see the first `top`."""
    return sought_document(
        answer.found, answer.whole, answer.question, book.settings.currency, top=top, demo=book.settings.demo
    )
