# SPDX-License-Identifier: Apache-2.0
"""Answers other than the statement: trails, campaigns, findings, closed periods.

Each joins a room's result with what only the workspace knows: file names, receipts, closed figures.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from functools import partial

from percontact.costing.asked import named_period
from percontact.costing.lines import spread_lines
from percontact.costing.marketing import campaign_costs
from percontact.costing.slice import Slice
from percontact.costing.trail import contact_trail, trail
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.campaigns import marketing_document
from percontact.report.closed import moved, period_figures
from percontact.report.document import Document
from percontact.report.health import ORDER, Finding, findings
from percontact.report.imported import doubts_of_book, doubts_of_files, still_aside
from percontact.report.rules import rules_document
from percontact.report.trace import trail_document
from percontact.values.period import Period, parse_period, periods
from percontact.values.plain import Plain
from percontact.values.problem import PercontactError, problem


def traced(
    book: OpenBook, question: Slice, *, contact_id: str | None = None, pool: str | None = None, top: int = 10
) -> Document:
    """The trail of a figure, or of one contact, with the file and line of each row."""
    if contact_id is None:
        found = trail(book.costed, question, pool=pool, top=top)
        last_day = question.span.end - timedelta(days=1)
        days = f"{question.span.start}" + (f" to {last_day}" if last_day != question.span.start else "")
        title = f"{days}, basis {question.basis}"
    else:
        found = contact_trail(book.costed, contact_id, question)
        title = f"Contact {contact_id}, basis {question.basis}"
    return trail_document(
        found,
        title=title,
        currency=book.settings.currency,
        origin=partial(origin, book),
        demo=book.settings.demo,
    )


def origin(book: OpenBook, row_id: int) -> str:
    """File and line of a row; of a contact made of many rows, all their lines."""
    source, line = book.workspace.origin(row_id)
    lines = None
    if "source_lines" in book.book.filled("contacts"):
        contacts = book.book.relation("contacts", ["row_id", "source_lines"])
        query = f"SELECT source_lines FROM {contacts} WHERE row_id = $1 AND source_lines IS NOT NULL"
        lines = book.costed.con.execute(query, [row_id]).fetchone()
    purged = book.workspace.purged_on(row_id)
    return f"{source.name}:{lines[0] if lines else line}" + (f" (text purged on {purged})" if purged else "")


def marketing(book: OpenBook, start: str | None, end: str | None) -> Document:
    """Cost per contact in the marketing sense; needs campaigns only."""
    con = connect()
    book.need("campaigns")
    calendar = book.settings.calendar
    row = con.execute(
        f"SELECT min(period_start), max(period_end) FROM {book.book.relation('campaigns')}"
    ).fetchone()
    assert row is not None
    span = Period(
        named_period(start, "--from", calendar).start if start else row[0],
        named_period(end, "--to", calendar).end if end else row[1],
    )
    return marketing_document(
        campaign_costs(con, book.book, span), span, book.settings.currency, demo=book.settings.demo
    )


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


def close_period(book: OpenBook, name: str, *, reopen: str | None = None) -> dict[str, object]:
    """Pin a period's figures to their snapshot and policy, or compare a closed period with today's."""
    calendar = book.settings.calendar
    span = named_period(name, "PERIOD", calendar)
    grain = parse_period(name, calendar)[1]
    label = name.strip().upper()
    if reopen is not None:
        book.workspace.reopen(label, reopen)
        return {"period": label, "says": f"{label} is open again: {reopen}"}
    record = book.workspace.closed(label)
    if record is None:
        _check_has_data(book, span, label)
    figures = period_figures(book.costed, span, grain)
    digest = hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()
    if record is not None:
        same = record.figures_digest == digest
        differs = moved(record.figures, figures, book.settings.currency)
        gives = (
            "the same figures."
            if same
            else f"other figures ({'; '.join(differs)}). "
            "What was reported stands; --reopen BECAUSE opens the period again."
        )
        return {
            "period": label,
            "snapshot": record.snapshot,
            "closed": record.figures,
            "today": figures,
            "differs": not same,
            "says": f"{label} was closed at snapshot {record.snapshot}; today's data gives {gives}",
        }
    made = book.workspace.close_period(
        label,
        snapshot=book.book.snapshot or 0,
        policy_digest=book.policy.digest,
        figures_digest=digest,
        figures=figures,
    )
    return {
        "period": label,
        "snapshot": made.snapshot,
        "closed": figures,
        "says": f"Closed {label} at snapshot {made.snapshot}: "
        f"cost per contact {_short(figures['used']['value'])} used, "
        f"{_short(figures['full']['value'])} full. "
        f"{_half_known(book, span)}Ask again to compare it with later data.",
    }


def _short(value: str | None) -> str:
    return "undefined" if value is None else f"{Decimal(value):.2f}"


def _half_known(book: OpenBook, span: Period) -> str:
    """Months of a closed period that lack contacts or ledger lines, as a sentence; "" = none."""
    months = [p.start for p in periods(Slice(span).months, "month")]
    held = {"contacts": book.book.months("contacts"), "ledger lines": book.costed.ledger_months}
    parts = []
    for what, known in held.items():
        if lacking := [f"{m:%Y-%m}" for m in months if m not in set(known)]:
            many = f"{lacking[0]} to {lacking[-1]}" if len(lacking) > 2 else " and ".join(lacking)
            parts.append(f"no {what} in {many}")
    return f"There are {' and '.join(parts)}: the figures leave them out. " if parts else ""


def _check_has_data(book: OpenBook, span: Period, label: str) -> None:
    """Raise E-DATA-01 where a period to be closed has no ledger line or no contact."""
    months = [p.start for p in periods(Slice(span).months, "month")]
    held = {"ledger lines": book.costed.ledger_months, "contacts": book.book.months("contacts")}
    lacking = [what for what, known in held.items() if not set(months) & set(known)]
    if lacking:
        there = "; ".join(
            f"{what} from {known[0]:%Y-%m} to {known[-1]:%Y-%m}" for what, known in held.items()
        )
        raise problem(
            "E-DATA-01",
            f"close {label}",
            f"there are no {' and no '.join(lacking)} in {label}",
            f"There is nothing to report yet. The books hold {there}.",
            "Import them first, or name a period that has both.",
        )
