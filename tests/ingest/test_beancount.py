# SPDX-License-Identifier: Apache-2.0
"""beancount files: what its own parser reads is landed to the last digit, and nothing in a file is run."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.look import reads_as_it_is
from percontact.records.book import Settings
from percontact.records.tables import TABLES
from percontact.values.problem import PercontactError

BOOKS = """option "operating_currency" "EUR"
2020-01-01 open Expenses:Payroll EUR
2020-01-01 open Expenses:Telecom
2020-01-01 open Assets:Bank

2026-06-30 * "Acme Payroll" "June" #service #pay
  cost_center: "CC-1"
  Expenses:Payroll  12000.10 EUR
  Assets:Bank

2026-06-15 * "Telco" "Lines"
  Assets:Bank
  Expenses:Telecom  1234567890.123456789012 EUR
    cost_centre: "CC-2"
  Expenses:Telecom  -0.50 EUR
"""


def test_postings_to_expenses_are_the_ledger_and_others_are_counted(desk) -> None:
    staged = desk.read(BOOKS, "ledger", name="books.beancount")
    assert [str(a) for a in staged.aside] == []
    found = desk.rows(staged, "account, cost_centre, vendor, text, tag, amount, currency")
    days = desk.rows(staged, "posted_on, period_start")
    assert found == [
        ("Expenses:Payroll", "CC-1", "Acme Payroll", "June", "pay service", Decimal("12000.10"), "EUR"),
        ("Expenses:Telecom", "CC-2", "Telco", "Lines", None, Decimal("1234567890.123456789012"), "EUR"),
        ("Expenses:Telecom", None, "Telco", "Lines", None, Decimal("-0.5"), "EUR"),
    ]  # fmt: skip
    assert days[0] == (date(2026, 6, 30), date(2026, 6, 1))
    assert "2 postings to accounts other than Expenses are no costs." in staged.notes


def test_an_amount_left_to_beancount_is_worked_out_by_it(desk) -> None:
    text = BOOKS.replace(
        "  Expenses:Payroll  12000.10 EUR\n  Assets:Bank\n", "  Assets:Bank -7.25 EUR\n  Expenses:Payroll\n"
    )
    staged = desk.read(text, "ledger", name="books.beancount")
    assert desk.rows(staged, "amount")[0] == (Decimal("7.25"),)


def test_a_posting_is_found_again_by_its_line(desk) -> None:
    """A posting in a commodity that is no currency stands on line 12."""
    text = BOOKS.replace("-0.50 EUR", "3 VACHR")
    staged = desk.read(text, "ledger", name="books.beancount")
    assert [(a.line, a.code) for a in staged.aside] == [(15, "E-TYPE-03")]


def test_an_entry_that_does_not_balance_is_said(desk) -> None:
    text = BOOKS + '\n2026-06-16 * "Bad"\n  Expenses:Telecom 5 EUR\n  Assets:Bank -4 EUR\n'
    staged = desk.read(text, "ledger", name="books.beancount")
    assert staged.landed == 4
    assert any("line 17: Transaction does not balance: (1 EUR)" in note for note in staged.notes)


def test_plugins_are_not_run_and_that_is_said(desk, tmp_path: Path) -> None:
    """A plugin that would leave a file behind, beside the books."""
    mark = tmp_path / "ran"
    (tmp_path / "evil.py").write_text(f"open({str(mark)!r}, 'w')\n__plugins__ = []\n")
    (tmp_path / "books.beancount").write_text(f'option "insert_pythonpath" "TRUE"\nplugin "evil"\n{BOOKS}')
    staged = desk.read(tmp_path / "books.beancount", "ledger")
    assert not mark.exists()
    assert any("plugins, which were not run: evil" in note for note in staged.notes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('include "other.beancount"\n' + BOOKS, "it includes other files"),
        (BOOKS + "\n2026-06-16 * oops {\n", "malformed"),
    ],
)
def test_files_that_are_not_whole_are_refused(desk, text: str, told: str) -> None:
    with pytest.raises(PercontactError, match=told):
        desk.read(text, "ledger", name="books.beancount")


def test_a_beancount_file_needs_no_proposal(tmp_path: Path) -> None:
    path = tmp_path / "books.bean"
    path.write_text(BOOKS)
    assert reads_as_it_is(path, TABLES["ledger"], Settings("EUR", "Europe/Berlin"))


def test_without_beancount_the_error_says_how_to_get_it(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "beancount.parser.parser", None)
    with pytest.raises(PercontactError, match="E-LIB-01") as raised:
        desk.read(BOOKS, "ledger", name="books.beancount")
    assert "percontact[beancount]" in str(raised.value)
