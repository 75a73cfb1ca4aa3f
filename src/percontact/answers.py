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

from percontact.costing.marketing import campaign_costs
from percontact.costing.slice import Slice
from percontact.costing.trail import contact_trail, trail
from percontact.pipeline import OpenBook, named_period
from percontact.records.dialect import connect
from percontact.report.campaigns import marketing_document
from percontact.report.document import Document
from percontact.report.health import ORDER, Finding, findings
from percontact.report.trace import trail_document
from percontact.values.period import Period, parse_period
from percontact.values.problem import PercontactError, problem


def traced(
    book: OpenBook, question: Slice, *, contact_id: str | None = None, pool: str | None = None, top: int = 10
) -> Document:
    """The trail of a figure, or of one contact, with the file and line of each row."""
    if contact_id is None:
        found = trail(book.costed, question, pool=pool, top=top)
        title = f"{question.span.start} to {question.span.end - timedelta(days=1)}, basis {question.basis}"
    else:
        found = contact_trail(book.costed, contact_id, question)
        title = f"Contact {contact_id}, basis {question.basis}"
    return trail_document(
        found,
        title=title,
        currency=book.settings.currency,
        origin=partial(_origin, book),
        demo=book.settings.demo,
    )


def _origin(book: OpenBook, row_id: int) -> str:
    source, line = book.workspace.origin(row_id)
    return f"{source.name}:{line}"


def marketing(book: OpenBook, start: str | None, end: str | None) -> Document:
    """Cost per contact in the marketing sense; needs campaigns only."""
    con = connect()
    if not book.book.has("campaigns"):
        raise problem(
            "E-DATA-01",
            str(book.workspace.path),
            "there are no campaigns yet",
            "Spend and reach come from the table campaigns.",
            "Import them: percontact import campaigns FILE.",
        )
    fiscal = book.settings.fiscal_start_month
    row = con.execute(
        f"SELECT min(period_start), max(period_end) FROM {book.book.relation('campaigns')}"
    ).fetchone()
    assert row is not None
    span = Period(
        named_period(start, "--from", fiscal).start if start else row[0],
        named_period(end, "--to", fiscal).end if end else row[1],
    )
    return marketing_document(
        campaign_costs(con, book.book, span), span, book.settings.currency, demo=book.settings.demo
    )


def checked(book: OpenBook) -> list[Finding]:
    """What is missing, doubtful or unplaced, worst first."""
    aside = [i for i in book.workspace.receipts() if i.state == "live" and i.receipt.aside]
    found = [
        Finding(
            "wrong",
            f"{i.receipt.aside:,} of {i.receipt.seen:,} rows of {i.receipt.name} were set aside.",
            f"percontact imports --aside {i.receipt.number} shows each with its reason; "
            "correct the file and import it with --replace.",
        )
        for i in aside
    ]
    try:
        found += findings(book.costed)
    except PercontactError as error:
        found.append(Finding("stop", f"{error.problem.where}: {error.problem.what}.", error.problem.do))
    return sorted(found, key=lambda f: ORDER.index(f.weight))


def close_period(book: OpenBook, name: str, *, reopen: str | None = None) -> dict[str, object]:
    """Pin a period's figures to their snapshot and policy, or compare a closed period with today's."""
    fiscal = book.settings.fiscal_start_month
    span = named_period(name, "PERIOD", fiscal)
    grain = parse_period(name, fiscal)[1]
    label = name.strip().upper()
    if reopen is not None:
        book.workspace.reopen(label, reopen)
        return {"period": label, "says": f"{label} is open again: {reopen}"}
    figures = {basis: _figures(book, Slice(span, grain, basis=basis)) for basis in ("used", "full")}
    digest = hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()
    record = book.workspace.closed(label)
    if record is not None:
        same = record.figures_digest == digest
        moved = [
            f"{basis} {name}: {was} then, {figures[basis][name]} now"
            for basis, old in record.figures.items()
            for name, was in (old.items() if isinstance(old, dict) else ())
            if figures[basis].get(name) != was
        ]
        gives = (
            "the same figures."
            if same
            else f"other figures ({'; '.join(moved)}). "
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
        "Ask again to compare it with later data.",
    }


def _short(value: str | None) -> str:
    return "undefined" if value is None else f"{Decimal(value):.2f}"


def _figures(book: OpenBook, question: Slice) -> dict[str, str | None]:
    s = book.state(question, compare=False)
    return {
        "cost_cents": str(s.total.cents),
        "contacts": str(s.total.contacts),
        "value": None if s.total.value is None else str(s.total.value),
        "ledger_cents": str(s.proof.ledger),
        "unused_cents": str(s.proof.unused),
        "unassigned_cents": str(s.proof.unassigned),
    }
