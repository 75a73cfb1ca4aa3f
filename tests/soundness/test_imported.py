# SPDX-License-Identifier: Apache-2.0
"""Wrong numbers of our own that came in with a file (R60 and on), as a user imports it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.propose import propose
from percontact.ingest.suspect_twice import twice_in_book
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


LIST = [["contact_id", "started_at", "channel"],
        *[[f"c{i}", f"2026-03-02 08:0{i}", "voice"] for i in range(9)]]  # fmt: skip
REPORT = [["Date", "Channel", "Calls", "Answered", "Abandoned"],
          ["02/03/2026", "Voice", "10", "9", "1"], ["13/03/2026", "Voice", "11", "9", "2"]]  # fmt: skip


def test_r63_replacing_one_reading_of_a_report_leaves_the_other(
    bring: Import, workspace: Workspace, tmp_path: Path
) -> None:
    """R63. Replacing the answered calls (9 + 9) by 9 + 8 took the 1 + 2 abandoned ones out as well."""
    bring("contacts", as_csv(REPORT))
    path = tmp_path / "in.csv"
    proposal = propose(path, "contacts", settings=workspace.settings)
    path.write_text(as_csv([*REPORT[:2], ["13/03/2026", "Voice", "10", "8", "2"]]))
    receipt = land(workspace, "contacts", path, mapping=proposal.mapping, replace=True)
    assert sums(workspace, "contacts", ["outcome"], "count") == {"handled": 17, "abandoned": 3}
    assert "The reading `abandoned` of this file stays as it is (import 2)" in " ".join(receipt.notes)


def test_r63_a_file_that_is_replaced_whole_leaves_nothing_of_the_earlier_one(
    bring: Import, workspace: Workspace, tmp_path: Path
) -> None:
    """R63, the other side: both readings anew, then the file as one reading."""
    bring("contacts", as_csv(REPORT))
    path = tmp_path / "in.csv"
    path.write_text(as_csv([*REPORT[:2], ["13/03/2026", "Voice", "9", "8", "1"]]))
    proposal = propose(path, "contacts", settings=workspace.settings)
    readings = [proposal.mapping, *(also.mapping for also in proposal.also)]
    for mapping in readings:
        parts = [m.part for m in readings]
        land(workspace, "contacts", path, mapping=mapping, replace=True, parts=parts)
    assert sums(workspace, "contacts", ["outcome"], "count") == {"handled": 17, "abandoned": 2}
    path.write_text("date,channel,count\n2026-03-02,voice,5\n")
    land(workspace, "contacts", path, replace=True)
    assert sum(sums(workspace, "contacts", ["channel"], "count").values()) == 5


def test_r64_calls_counted_from_a_list_and_from_totals_are_not_passed_over(
    bring: Import, workspace: Workspace, tmp_path: Path
) -> None:
    """R64. 9 calls of 2 March one by one, and a report with 9 answered: 18, and nobody said so."""
    (tmp_path / "list.csv").write_text(as_csv(LIST))
    land(workspace, "contacts", tmp_path / "list.csv")
    doubts = bring("contacts", as_csv(REPORT), name="report.csv").suspicions
    (doubt,) = [d for d in doubts if d.code == "W-TWICE-01"]
    assert "one by one, 9 in list.csv, and as totals, 9 in report.csv" in doubt.what
    from percontact.ingest.suspect import suspicions_of_book

    assert [d.code for d in suspicions_of_book(connect(), workspace.book())] == ["W-TWICE-01"]


@pytest.mark.parametrize(
    "other", [[["Channel"], ["Chat"], ["Chat"]], [["Queue"], ["Sales"], ["Sales"]]], ids=["channel", "queue"]
)
def test_r64_totals_of_other_contacts_are_no_second_count(
    bring: Import, workspace: Workspace, tmp_path: Path, other: list[list[str]]
) -> None:
    """R64, the other side: chats beside calls; a queue that is not in the list."""
    rows = [[*row, "Support" if i else "queue"] for i, row in enumerate(LIST)]
    (tmp_path / "list.csv").write_text(as_csv(rows))
    land(workspace, "contacts", tmp_path / "list.csv")
    report = [[*row, *more] for row, more in zip(REPORT, other, strict=True)]
    if other[0] == ["Channel"]:
        report = [[row[0], more[0], *row[2:]] for row, more in zip(REPORT, other, strict=True)]
    doubts = bring("contacts", as_csv(report), name="report.csv").suspicions
    assert "W-TWICE-01" not in [d.code for d in doubts]


def test_r64_check_tells_it_from_the_sums_of_days_without_a_look_at_single_contacts(
    bring: Import, workspace: Workspace, tmp_path: Path
) -> None:
    """R64 in a large workspace: rows are not there to be read; and where there are no sums, rows tell it."""
    (tmp_path / "list.csv").write_text(as_csv(LIST))
    land(workspace, "contacts", tmp_path / "list.csv")
    bring("contacts", as_csv(REPORT), name="report.csv")
    book = workspace.book()
    files = book.files["contacts"]
    assert all(f.cube for f in files)
    sums_alone = replace(book, files={"contacts": tuple(replace(f, path=tmp_path / "gone") for f in files)})
    rows_alone = replace(book, files={"contacts": tuple(replace(f, cube=None) for f in files)})
    told = [list(twice_in_book(connect(), one)) for one in (book, sums_alone, rows_alone)]
    assert [d.code for d in told[0]] == ["W-TWICE-01"]
    assert told[0] == told[1] == told[2]


def test_r64_the_two_readings_of_one_report_are_no_second_count(bring: Import, workspace: Workspace) -> None:
    """R64, the other side: where one call a day is abandoned, the second reading looks like a list."""
    bring("contacts", as_csv([*REPORT[:2], ["13/03/2026", "Voice", "10", "9", "1"]]))
    from percontact.ingest.suspect import suspicions_of_book

    assert suspicions_of_book(connect(), workspace.book()) == ()


def test_r65_who_left_is_not_served_though_a_column_counts_both(bring: Import, workspace: Workspace) -> None:
    """R65. Of `Calls` 10 = `Answered` 9 + `Abandoned` 1 all ten counted as handled."""
    bring("contacts", as_csv(REPORT))
    assert sums(workspace, "contacts", ["outcome"], "count") == {"handled": 18, "abandoned": 3}


def test_r66_one_call_that_was_abandoned_is_not_the_whole_row(bring: Import, workspace: Workspace) -> None:
    """R66. Answered 9 and 8, abandoned 1 and 1: the 1 was read as yes, and all 19 calls as abandoned."""
    bring("contacts", as_csv([*REPORT[:2], ["13/03/2026", "Voice", "9", "8", "1"]]))
    assert sums(workspace, "contacts", ["outcome"], "count") == {"handled": 17, "abandoned": 2}


def test_r67_calls_that_nobody_took_are_not_served(bring: Import, workspace: Workspace) -> None:
    """R67. Of 50 `Anrufe` 47 were `Angenommen` and 3 `Aufgelegt`: all 50 counted as handled."""
    rows = [["Datum", "Anrufe", "Angenommen", "Aufgelegt"], ["13.02.2026", "34", "32", "2"],
            ["14.02.2026", "16", "15", "1"]]  # fmt: skip
    bring("contacts", as_csv(rows))
    assert sums(workspace, "contacts", ["outcome"], "count") == {"handled": 47, "abandoned": 3}


def test_r67_calls_beside_answered_ones_are_those_offered(bring: Import, workspace: Workspace) -> None:
    """R67. No column counts who left: 47 of 50 are read, and the proposal says so."""
    rows = [["Datum", "Anrufe", "Angenommen"], ["13.02.2026", "34", "32"], ["14.02.2026", "16", "15"]]
    bring("contacts", as_csv(rows))
    assert sum(sums(workspace, "contacts", ["channel"], "count").values()) == 47
