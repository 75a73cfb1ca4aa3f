# SPDX-License-Identifier: Apache-2.0
"""Ledgers whose accounts are rows of their own, above their postings: no posting loses its account."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.look import reads_as_it_is
from percontact.ingest.propose import propose
from percontact.records.book import Settings
from percontact.records.tables import TABLES

BERLIN = Settings("EUR", "Europe/Berlin")
LEDGER_OF_A_PROGRAM = """Acme Support Ltd,,,,,,
General Ledger,,,,,,
,,,,,,
,Date,Type,Voucher,Memo,Amount,Balance
6100 Salaries,,,,,,
,Beginning Balance,,,,,0.00
,15/01/2026,Journal,101,Pay,"12,000.00","12,000.00"
,31/01/2026,Journal,102,Accrual,500.00,"12,500.00"
Total for 6100 Salaries,,,,,"12,500.00",
6200 Telephony,,,,,,
,20/01/2026,Bill,77,Lines,800.50,800.50
,28/01/2026,Bill,78,Minutes,99.50,900.00
Total for 6200 Telephony,,,,,900.00,
TOTAL,,,,,"13,400.00",
"""
IN_THE_COLUMN_OF_DAYS = """Date,Kind,Words,Debit,Credit,Left
6100 Salaries,,,,,
Opening Balance,,,,,0.00
15 Jan 2026,Journal,Pay,12000.00,,12000.00
31 Jan 2026,Journal,Taken back,,500.00,11500.00
Total 6100 Salaries,,,12000.00,500.00,11500.00
Closing Balance,,,,,11500.00
6200 Telephony,,,,,
20 Jan 2026,Bill,Lines,800.50,,800.50
Total 6200 Telephony,,,800.50,,800.50
"""
AMONG_THE_WORDS = """Date,Reference,Details,Debit,Credit
,,N/C 6100 Salaries,,
01/01/2026,,Opening balance 01/01,100.00,
15/01/2026,J1,Pay,12000.00,
31/01/2026,J2,Taken back,,500.00
,,Total 6100,12000.00,500.00
,,N/C 6200 Telephony,,
20/01/2026,B77,Lines,800.50,
,,Total 6200,800.50,
"""


def landed(desk, tmp_path: Path, text: str, columns: str, **answers: str):
    """The rows of a text as the proposal for it lands them; no question may be left, no row be bad."""
    path = tmp_path / "in.csv"
    path.write_text(text)
    proposal = propose(path, "ledger", settings=BERLIN, answers=answers)
    assert [q.key for q in proposal.questions] == []
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert {a.code for a in staged.aside} <= {"E-SKIP-01"}
    assert staged.seen == staged.landed + len(staged.aside)
    return desk.rows(staged, columns)


def test_a_heading_above_its_postings_is_their_account(desk, tmp_path: Path) -> None:
    rows = landed(desk, tmp_path, LEDGER_OF_A_PROGRAM, "account, account_name, amount::VARCHAR, posted_on")
    assert [(a, n, Decimal(x), d) for a, n, x, d in rows] == [
        ("6100", "Salaries", Decimal("12000.00"), date(2026, 1, 15)),
        ("6100", "Salaries", Decimal("500.00"), date(2026, 1, 31)),
        ("6200", "Telephony", Decimal("800.50"), date(2026, 1, 20)),
        ("6200", "Telephony", Decimal("99.50"), date(2026, 1, 28)),
    ]


def test_headings_written_as_one_cell_without_delimiters_are_read_alike(desk, tmp_path: Path) -> None:
    lines = LEDGER_OF_A_PROGRAM.splitlines()
    short = "\n".join([*lines[:4], *(line.rstrip(",") for line in lines[4:])]) + "\n"
    rows = landed(desk, tmp_path, short, "account, amount::VARCHAR")
    assert rows == landed(desk, tmp_path, LEDGER_OF_A_PROGRAM, "account, amount::VARCHAR")


@pytest.mark.parametrize("text", [IN_THE_COLUMN_OF_DAYS, AMONG_THE_WORDS])
def test_headings_may_stand_in_the_column_of_days_or_of_words(desk, tmp_path: Path, text: str) -> None:
    """6100: 12,000.00 less 500.00; 6200: 800.50. Opening balances and totals are no cost."""
    rows = landed(desk, tmp_path, text, "account, account_name, amount::DECIMAL(12,2)")
    assert rows == [
        ("6100", "Salaries", Decimal("12000.00")),
        ("6100", "Salaries", Decimal("-500.00")),
        ("6200", "Telephony", Decimal("800.50")),
    ]


def test_next_months_accounts_need_no_new_mapping(desk, tmp_path: Path) -> None:
    """The mapping names no account: 6300 begins in February."""
    path = tmp_path / "in.csv"
    path.write_text(IN_THE_COLUMN_OF_DAYS)
    text = propose(path, "ledger", settings=BERLIN, answers={}).text
    february = (
        IN_THE_COLUMN_OF_DAYS.replace("31 Jan", "28 Jan")
        .replace("Jan", "Feb")
        .replace("6200 Telephony", "6300 Rent")
    )
    staged = desk.read(february, "ledger", mapping=text)
    assert {a.code for a in staged.aside} == {"E-SKIP-01"}
    assert desk.rows(staged, "account, sum(amount)::DECIMAL(12,2)", "GROUP BY 1 ORDER BY 1") == [
        ("6100", Decimal("11500.00")),
        ("6300", Decimal("800.50")),
    ]


def test_a_number_and_a_name_in_two_cells_make_one_heading(desk, tmp_path: Path) -> None:
    text = "Nominal;Title;Date;Details;Debit;Credit\n6100;Wages;;;;\n;;15/03/2026;Pay;12000.00;\n" \
           "6200;Phones;;;;\n;;20/03/2026;Lines;800.50;\n;;21/03/2026;Less;;0.50\n"  # fmt: skip
    assert landed(desk, tmp_path, text, "account, account_name, amount::DECIMAL(12,2)") == [
        ("6100", "Wages", Decimal("12000.00")),
        ("6200", "Phones", Decimal("800.50")),
        ("6200", "Phones", Decimal("-0.50")),
    ]


def test_a_heading_without_a_number_is_the_account_itself(desk, tmp_path: Path) -> None:
    text = LEDGER_OF_A_PROGRAM.replace("6100 ", "").replace("6200 ", "")
    assert landed(desk, tmp_path, text, "account") == [("Salaries",)] * 2 + [("Telephony",)] * 2


def test_postings_below_a_total_and_above_the_next_heading_are_asked_about(desk, tmp_path: Path) -> None:
    text = LEDGER_OF_A_PROGRAM.replace("6200 Telephony,,,,,,\n", "")
    path = tmp_path / "in.csv"
    path.write_text(text)
    (question,) = propose(path, "ledger", settings=BERLIN, answers={}).questions
    assert question.key == "account.after_total"
    above = landed(desk, tmp_path, text, "account", **{"account.after_total": "above"})
    assert above == [("6100",)] * 4
    nobody = landed(desk, tmp_path, text, "account", **{"account.after_total": "none"})
    assert nobody == [("6100",)] * 2 + [("unnamed",)] * 2


def test_a_text_that_goes_on_in_the_next_row_is_no_heading(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        "Account,Posting Date,Details,Amount\n6100,2026-01-15,Pay of January,12000.00\n,,with overtime,\n"
        "6200,2026-01-20,Lines,800.50\n,,second half,\n6200,2026-01-21,Lines,8.50\n"
    )
    assert "headings" not in propose(path, "ledger", settings=BERLIN, answers={}).text


def test_an_account_said_once_for_several_postings_is_asked_about(desk, tmp_path: Path) -> None:
    text = "Account,Date,Text,Amount\n6100,2026-01-15,Pay,5\n,2026-01-31,Accrual,4\n6200,2026-01-20,Lines,3\n"
    path = tmp_path / "in.csv"
    path.write_text(text)
    assert not reads_as_it_is(path, TABLES["ledger"], BERLIN)
    (question,) = propose(path, "ledger", settings=BERLIN, answers={}).questions
    assert question.key == "account.blank"
    rows = landed(desk, tmp_path, text, "account", **{"account.blank": "above"})
    assert rows == [("6100",), ("6100",), ("6200",)]


def test_rows_set_aside_keep_their_heading_when_they_come_back(desk, tmp_path: Path) -> None:
    """A posting with a bad amount is corrected in the file of rows set aside: it is still of account 6200."""
    from percontact.ingest.aside_file import write_aside

    path = tmp_path / "in.csv"
    path.write_text(LEDGER_OF_A_PROGRAM)
    text = propose(path, "ledger", settings=BERLIN, answers={}).text
    bad = desk.read(LEDGER_OF_A_PROGRAM.replace("99.50,900.00", "99.5O,900.00"), "ledger", mapping=text)
    assert [a.code for a in bad.aside if a.code != "E-SKIP-01"] == ["E-TYPE-01"]
    out = tmp_path / "fix.csv"
    write_aside(out, bad.aside, number=1, headers=bad.headers, mapping=text)
    staged = desk.read(out.read_text().replace("99.5O", "99.50"), "ledger", mapping=text)
    assert desk.rows(staged, "account, amount::DECIMAL(12,2)") == [("6200", Decimal("99.50"))]


def test_the_postings_of_lost_accounts_are_suspected(desk) -> None:
    """Read by a mapping that says nothing of headings."""
    text = "Account,Date,Text,Amount\n6100 Salaries,,,\n,2026-01-15,Pay,5\n,2026-01-31,Accrual,4\n"
    staged = desk.read(text, "ledger", mapping="table: ledger\n")
    assert [d.code for d in staged.suspicions] == ["W-ACCOUNT-01"]
    without = desk.read("Date,Text,Amount\n2026-01-15,Pay,5\n2026-01-31,Accrual,4\n", "ledger")
    assert without.suspicions == ()
