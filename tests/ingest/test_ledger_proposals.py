# SPDX-License-Identifier: Apache-2.0
"""Proposals of ledgers and journals: which side is a cost, and which number tells postings apart."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from percontact.ingest.proposal import Proposal

Propose = Callable[..., Proposal]


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def ledger(*amounts: str, header: str = "Amount") -> str:
    return f"Date;Account;{header}\n" + "".join(f"2026-04-13;6{i:03d};{a}\n" for i, a in enumerate(amounts))


def test_costs_with_a_minus_are_asked_about(of: Propose, desk) -> None:
    text = ledger("-100.00", "-50.00", "20.00")
    assert keys(of(text, "ledger")) == ["amount.sign"]
    turned = of(text, "ledger", answers={"amount.sign": "costs negative"})
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=turned.text)] == [100, 50, -20]


def test_debit_and_credit_become_one_amount(of: Propose, desk) -> None:
    text = "Datum;Konto;Soll;Haben\n13.04.2026;6100;1.000,00;\n14.04.2026;6100;;200,00\n"
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=proposal.text)] == [1000, -200]


def test_a_column_that_says_the_side_turns_the_sign(of: Propose, desk) -> None:
    text = "Datum;Konto;Betrag;S/H\n13.04.2026;6100;1.000,00;S\n14.04.2026;6100;200,00;H\n"
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=of(text, "ledger").text)] == [
        1000,
        -200,
    ]


JOURNAL = (
    "Datum;Konto;Kontobezeichnung;Soll;Haben\n"
    "13.04.2026;6100;Gehälter;1.000,00;\n"
    "13.04.2026;1800;Bank;;1.000,00\n"
    "14.04.2026;6200;Miete;200,50;\n"
    "14.04.2026;1800;Bank;;200,50\n"
)


def test_both_sides_of_postings_ask_which_accounts_are_costs(of: Propose, desk) -> None:
    asked = of(JOURNAL, "ledger")
    (question,) = asked.questions
    assert question.key == "costs"
    assert "Debits and credits agree, 1,200.50 on each side" in question.text
    assert [(o.value, o.evidence) for o in question.options] == [
        ("all", "4 rows, which come to nothing"),
        ("1800", "2 rows come to -1,200.50"),
        ("6100", "1 rows come to 1,000.00"),
        ("6200", "1 rows come to 200.50"),
    ]


@pytest.mark.parametrize(("answer", "aside"), [("6100, 6200", 2), ("6*", 2), ("6100", 3), ("all", 0)])
def test_the_answer_about_costs_leaves_the_other_side_out(of: Propose, desk, answer, aside) -> None:
    proposal = of(JOURNAL, "ledger", answers={"costs": answer})
    assert keys(proposal) == []
    staged = desk.read(JOURNAL, "ledger", mapping=proposal.text)
    assert [a.code for a in staged.aside] == ["E-SKIP-01"] * aside
    total = {"all": Decimal(0), "6100": Decimal(1000)}.get(answer, Decimal("1200.50"))
    assert desk.rows(staged, "sum(amount)", rest="") == [(total,)]


def test_accounts_the_journal_does_not_have_are_no_answer(of: Propose) -> None:
    for answer in ("7000", "7*", "6100, all", "*"):
        assert [q.key for q, _ in of(JOURNAL, "ledger", answers={"costs": answer}).wrong] == ["costs"]


def test_a_side_in_a_column_and_a_signed_journal_are_known_too(of: Propose) -> None:
    sides = "Datum,Konto,Betrag,S/H\n13.04.2026,6100,5.25,S\n13.04.2026,1800,5.25,H\n"
    assert keys(of(sides, "ledger")) == ["costs"]
    signed = "Datum,Konto,Betrag\n13.04.2026,6100,5.25\n13.04.2026,1800,-5.25\n"
    assert keys(of(signed, "ledger")) == ["costs"]
    assert keys(of(signed.replace("-5.25", "-5.24"), "ledger")) == []


NUMBERED = """Transaction No,Date,Account,Text,Debit,Credit
7,2026-06-13,6100,Pay,1000.00,
7,2026-06-13,1200,Pay,,1000.00
8,2026-06-14,6200,Lines,200.00,
8,2026-06-14,1200,Lines,,200.00
"""


def test_a_number_that_stands_for_a_posting_of_several_lines_is_no_id_and_is_not_asked_about(
    of: Propose, desk
) -> None:
    """Both rows of number 7 stand in other accounts, so it names the posting and not the line."""
    proposal = of(NUMBERED, "ledger", answers={"costs": "6100, 6200"})
    assert (keys(proposal), origin(proposal, "line_id")) == ([], None)
    told = "Transaction No names a posting of several lines (2 of them in 4 rows), so ids are made"
    assert ("Ids", told) in proposal.facts
    assert sum(desk.rows(desk.read(NUMBERED, "ledger", mapping=proposal.text), "amount"), ()) == (1000, 200)


def test_a_number_whose_lines_are_alike_is_still_asked_about(of: Propose) -> None:
    """The same account and amount twice: exported twice, or booked twice."""
    proposal = of(NUMBERED + "8,2026-06-14,6200,Lines,200.00,\n", "ledger", answers={"costs": "all"})
    assert keys(proposal) == ["line_id"]


def test_a_trial_balance_of_a_month_and_of_a_year_is_that_of_the_month(of: Propose) -> None:
    """Xero's: debit and credit of the month are taken, those of the year to date are not."""
    text = (
        "Account Code,Account,Debit - Month,Credit - Month,Debit - Year to date,Credit - Year to date\n"
        '200,Sales,,"21,350.00",,"106,750.00"\n477,Salaries,"21,350.00",,"106,750.00",\n'
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == ["period_start", "costs"]
    amount = origin(proposal, "amount")
    assert isinstance(amount, dict)
    assert (amount["column"], amount["minus"]) == ("Debit - Month", "Credit - Month")
