# SPDX-License-Identifier: Apache-2.0
"""Wrong numbers of our own that came in with a file (R60 and on), as a user imports it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.propose import propose
from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.records.dialect import connect
from percontact.records.landing import Receipt
from percontact.store.workspace import Workspace

Import = Callable[..., Receipt]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace in Berlin, in euros."""
    return Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Import:
    """bring(table, text, answers={...}): the text as a file, read as its proposal says; none is open."""

    def run(table: str, text: str, *, name: str = "in.csv", answers: dict[str, str] | None = None) -> Receipt:
        path = tmp_path / name
        path.write_text(text)
        proposal = propose(path, table, settings=workspace.settings, answers=answers or {})
        assert [q.key for q in proposal.questions] == []
        receipt = land(workspace, table, path, mapping=parse_mapping(proposal.text, f"{name}.yaml"))
        for also in proposal.also:
            land(workspace, table, path, mapping=also.mapping, add=True)
        return receipt

    return run


def sums(workspace: Workspace, table: str, columns: Sequence[str], total: str) -> dict[object, Decimal]:
    """Sum of a column by others."""
    rows = workspace.book().relation(table, [*columns, total])
    by = ", ".join(columns)
    found = connect().execute(f"SELECT {by}, sum({total}) FROM {rows} GROUP BY {by} ORDER BY ALL").fetchall()
    return {row[0] if len(columns) == 1 else row[:-1]: Decimal(row[-1]) for row in found}


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def test_r60_the_account_of_a_heading_is_that_of_its_postings(bring: Import, workspace: Workspace) -> None:
    """
    R60. 6100 Salaries: 12,000.00 + 500.00; 6200 Telephony: 800.50 + 99.50, each account a row of its own. All
    four were of the account `unnamed`, so one rule took them all.
    """
    bring("ledger", as_csv([
        ["Account", "Date", "Text", "Amount"],
        ["6100 Salaries", "", "", ""],
        ["", "2026-01-15", "Pay", "12000.00"], ["", "2026-01-31", "Accrual", "500.00"],
        ["6200 Telephony", "", "", ""],
        ["", "2026-01-20", "Lines", "800.50"], ["", "2026-01-28", "Minutes", "99.50"],
        ["Total", "", "", "13400.00"],
    ]))  # fmt: skip
    assert sums(workspace, "ledger", ["account"], "amount") == {
        "6100": Decimal("12500.00"),
        "6200": Decimal("900.00"),
    }


@pytest.mark.parametrize(
    "label",
    ["Opening balance 01/03", "Opening Balance as at 1 March 2026", "Balance b/f", "Bal b/f 01.03.",
     "Saldovortrag 01.01.2026", "Saldovortrag zum 1. Januar", "A nouveau", "À nouveau 2026",
     "Solde initial au 01/03", "Saldo anterior", "Beginsaldo per 1 maart"],
)  # fmt: skip
def test_r61_what_an_account_held_before_is_no_cost(bring: Import, workspace: Workspace, label: str) -> None:
    """R61. A balance of 1,000.00 with a day behind its label landed as a cost beside 250.00 of postings."""
    bring("ledger", as_csv([
        ["Account", "Posting Date", "Details", "Amount"],
        ["6100", "2026-03-01", label, "1000.00"],
        ["6100", "2026-03-15", "Pay", "200.00"], ["6100", "2026-03-20", "More pay", "50.00"],
    ]))  # fmt: skip
    assert sums(workspace, "ledger", ["account"], "amount") == {"6100": Decimal("250.00")}


@pytest.mark.parametrize("label", ["Vortrag vor Kunden", "Opening of the office", "Übertrag auf Konto 6200"])
def test_r61_a_posting_that_only_begins_alike_is_a_cost(
    bring: Import, workspace: Workspace, label: str
) -> None:
    """R61, the other side: 1,000.00 of a talk, an opening or a transfer stay."""
    bring("ledger", as_csv([
        ["Account", "Posting Date", "Details", "Amount"],
        ["6100", "2026-03-01", label, "1000.00"],
        ["6100", "2026-03-15", "Pay", "200.00"], ["6100", "2026-03-20", "More pay", "50.00"],
    ]))  # fmt: skip
    assert sums(workspace, "ledger", ["account"], "amount") == {"6100": Decimal("1250.00")}


def test_r62_calls_of_a_half_hour_count_in_that_half_hour(bring: Import, workspace: Workspace) -> None:
    """R62. 10 calls of 08:00-08:30 and 9 of 17:00-17:30 all counted at midnight."""
    bring("contacts", as_csv([
        ["Date", "Time", "Queue", "Calls"],
        ["2026-03-02", "08:00-08:30", "Sales", "10"], ["2026-03-13", "17:00-17:30", "Sales", "9"],
    ]))  # fmt: skip
    rows = workspace.book().relation("contacts", ["started_at", "count"])
    found = (
        connect().execute(f"SELECT hour(started_at), sum(count) FROM {rows} GROUP BY 1 ORDER BY 1").fetchall()
    )
    assert found == [(7, 10), (16, 9)]  # in UTC
