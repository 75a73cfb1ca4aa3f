# SPDX-License-Identifier: Apache-2.0
"""Debit = credit, month by month: said when it holds, suspected when it nearly does, and not otherwise."""

import pytest

MAPPING = "columns: {account: A, date: D, amount: {column: Debit, minus: Credit}}\n"
JOURNAL = """A,D,Debit,Credit
6100,2026-05-03,100.10,
1200,2026-05-03,,100.10
6200,2026-06-03,50.00,
1200,2026-06-03,,50.00
"""


def codes(staged) -> list[str]:
    return [p.code for p in staged.suspicions if p.code.startswith("W-BAL")]


def test_both_sides_of_each_posting_come_to_nothing_and_that_is_suspected(desk) -> None:
    staged = desk.read(JOURNAL, "ledger", mapping=MAPPING)
    assert codes(staged) == ["W-BAL-01"]
    assert "150.10 of costs" in str(staged.suspicions[0])


def test_the_cost_side_alone_is_right_and_the_journal_still_balances(desk) -> None:
    staged = desk.read(JOURNAL, "ledger", mapping=MAPPING + "where: {column: A, matches: '^6'}")
    assert codes(staged) == []
    told = "Debits equal credits in each of 2 months, 150.10 on each side"
    assert any(note.startswith(told) for note in staged.notes)


def test_a_month_that_does_not_balance_beside_one_that_does_is_suspected(desk) -> None:
    text = JOURNAL.replace(",,50.00", ",,49.99")
    staged = desk.read(text, "ledger", mapping=MAPPING + "where: {column: A, matches: '^6'}")
    assert codes(staged) == ["W-BAL-02"]
    told = [str(p) for p in staged.suspicions if p.code == "W-BAL-02"]
    assert "differ by 0.01 EUR in 2026-06" in told[0]


def test_a_row_set_aside_unbalances_its_month(desk) -> None:
    staged = desk.read(JOURNAL.replace(",,50.00", ",,fifty"), "ledger", mapping=MAPPING)
    assert (staged.landed, codes(staged)) == (3, ["W-BAL-02"])


def test_an_export_of_cost_accounts_is_not_a_journal_that_fails(desk) -> None:
    text = "A,D,Debit,Credit\n6100,2026-05-03,100.10,\n6200,2026-05-04,,20.00\n"
    staged = desk.read(text, "ledger", mapping=MAPPING)
    assert codes(staged) == []
    assert "Debits are 100.10 and credits 20.00: not the two sides of whole postings." in staged.notes


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("1,2026-06,5\n2,2026-06,-4\n", []),
        ("1,2026-06,0\n", []),
        ("1,2026-06,5\n2,2026-06,-5\n", ["W-BAL-01"]),
        ("1,2026-06,5\n2,2026-07,-5\n", []),
    ],
)
def test_amounts_in_one_column_are_only_suspected_when_each_month_cancels(
    desk, rows: str, found: list[str]
) -> None:
    assert codes(desk.read(f"account,month,amount\n{rows}", "ledger")) == found
