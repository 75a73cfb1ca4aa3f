# SPDX-License-Identifier: Apache-2.0
"""A cost answer with its guardrails: quality beside cost, and "cheaper and worse" where it is."""

from __future__ import annotations

from dataclasses import replace

from percontact.metrics.figure import Figure, Panel
from percontact.metrics.guard import guard
from percontact.metrics.interval import six
from percontact.report.answer import document_of
from percontact.report.document import Document
from percontact.report.measured import beside_table
from percontact.report.statement import Statement

BEFORE = "period before"


def guarded_document(statement: Statement, now: Panel, then: Panel) -> Document:
    """The statement's document with a table of guardrails and a sentence on top.

    now, then  the guardrails over the statement's span and over the one before
    """
    document = document_of(statement)
    rails = guard(now.cards, now.totals, then.totals)
    worse = [r.card.name for r in rails if r.verdict == "worse"]
    beside = next((c for c in statement.comparisons if c.name == BEFORE), None)
    change = None if beside is None else beside.change
    says = _sentence(
        worse, None if change is None else change < 0, any(r.verdict == "unknown" for r in rails)
    )
    table = replace(beside_table(now, BEFORE, then, statement.currency), title="Quality beside the cost")
    return replace(
        document,
        headline=f"{document.headline} {says}",
        tables=(*document.tables[:1], table, *document.tables[1:]),
        notes=(*document.notes, *now.notes),
        data={
            **document.data,
            "guardrails": [
                {
                    "metric": r.card.metric,
                    "now": _exact(r.now),
                    "before": _exact(r.then),
                    "verdict": r.verdict,
                }
                for r in rails
            ],
            "guard_says": says,
        },
    )


def _sentence(worse: list[str], cheaper: bool | None, unknown: bool) -> str:
    """What quality says about the change in cost."""
    told = " and ".join(worse)
    if worse and cheaper:
        return f"Cheaper and worse: {told} fell behind the period before."
    if worse:
        return f"Quality fell behind the period before: {told}."
    if unknown:
        return "Not every guardrail is known, so whether quality held cannot be said."
    return "Quality held." if cheaper is not None else ""


def _exact(figure: Figure) -> str | None:
    return None if figure.value is None else str(six(figure.value))
