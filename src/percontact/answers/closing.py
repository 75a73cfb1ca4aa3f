# SPDX-License-Identifier: Apache-2.0
"""Answers to what was reported: a period's figures pinned, and held against today's."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from percontact.costing.asked import named_period
from percontact.costing.slice import Slice
from percontact.pipeline import OpenBook
from percontact.report.closed import moved, period_figures
from percontact.values.period import Period, parse_period, periods
from percontact.values.problem import problem


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
