# SPDX-License-Identifier: Apache-2.0
"""Answers to what is missing, doubtful or unplaced, and to what each rule of the policy catches."""

from __future__ import annotations

from percontact.costing.lines import spread_lines
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.document import Document
from percontact.report.health import ORDER, Finding, findings
from percontact.report.imported import doubts_of_book, doubts_of_files, still_aside
from percontact.report.rules import rules_document
from percontact.values.plain import Plain
from percontact.values.problem import PercontactError


def rules_checked(book: OpenBook) -> Document:
    """What each rule of the policy catches, and what none does; the ledger is enough."""
    book.need("ledger")
    if book.book.has("contacts"):
        con = book.costed.con  # it has checked the names of the contacts' columns too
    else:
        con = connect()
        spread_lines(con, book.book, book.policy, book.amounts)
    return rules_document(con, book.policy, book.settings)


def checked(book: OpenBook) -> list[Finding]:
    """What is missing, doubtful or unplaced, worst first."""
    found = [*still_aside(book.workspace), *doubts_of_files(book.workspace)]
    try:
        found += looked_over(book)
        found += [
            Finding(
                "doubtful",
                f"{label} is closed, and today's data differs from what was reported: {'; '.join(figures)}.",
                f"Nothing, if that is known: what was reported stands. Else percontact close {label} "
                "--reopen BECAUSE, and close it again.",
            )
            for label, figures in book.moved_closings.items()
        ]
    except PercontactError as error:
        found += doubts_of_book(book.book)
        found.append(Finding("stop", f"{error.problem.where}: {error.problem.what}.", error.problem.do))
    return sorted(found, key=lambda f: ORDER.index(f.weight))


def looked_over(book: OpenBook) -> list[Finding]:
    """What a look over all rows and their costs finds; kept, for it reads every row."""

    def look() -> list[Finding]:
        return [*doubts_of_book(book.book), *findings(book.costed)]

    return book.runs.seen_once("checked", look, Plain((Finding,)))
