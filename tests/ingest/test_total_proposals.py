# SPDX-License-Identifier: Apache-2.0
"""Proposals about totals and balances: a row that sums up others is left out or asked about."""

from collections.abc import Callable

import pytest

from percontact.ingest.proposal import Proposal

Propose = Callable[..., Proposal]


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def test_a_preamble_and_a_total_row_are_seen(of: Propose, desk) -> None:
    text = (
        "Cost report;;\nApril 2026;;\n\nKonto;Datum;Betrag\n"
        "6100;13.04.2026;1.000,50\n6200;14.04.2026;2.000,25\nSumme;;3.000,75\n"
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert dict(proposal.facts)["Header"] == "line 4"
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert [(a.line, a.code) for a in staged.aside] == [(7, "E-SKIP-01")]
    assert desk.rows(staged, "sum(amount)::DECIMAL(18,2)::VARCHAR", rest="") == [("3000.75",)]


def test_a_supplier_called_total_is_no_total(of: Propose) -> None:
    """A row that is as full as the others is one of them."""
    text = "Date,Account,Supplier,Amount\n2026-04-13,1,TOTAL GAS & POWER LTD,5\n2026-04-13,2,Acme,6\n"
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert "where:" not in proposal.text


def test_a_row_that_is_the_sum_of_the_others_is_asked_about(of: Propose) -> None:
    text = (
        "Date,Account,Amount\n"
        + "".join(f"2026-04-13,{a},{a}.50\n" for a in (1, 2, 3, 4))
        + "2026-04-30,9,12.00\n"
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == ["totals"]
    assert "12.00" in of(text, "ledger", answers={"totals": "leave out"}).text.split("where:")[1]


FRENCH_PAY = (
    "Matricule;Service;Periode;Montant brut\n1;A;03/2026;100,00\n2;A;03/2026;200,00\n"
    "Sous-total A;;;300,00\n3;B;03/2026;50,00\nTotal general;;;350,00\n"
)


def test_the_sums_beside_a_question_about_totals_are_of_the_rows_that_are_left(of: Propose) -> None:
    """Comma decimals, and the grand total is out already: 300 of 100 + 200 + 50."""
    proposal = of(FRENCH_PAY.replace("Montant brut", "Montant"), "ledger")
    (question,) = [q for q in proposal.questions if q.key == "totals"]
    assert question.options[0].evidence == "they sum to 300.00, the other rows to 350.00"


@pytest.mark.parametrize(
    ("before", "after"),
    [("Opening Balance", "Closing balance:"), ("Balance b/f", "Balance c/f"), ("Saldovortrag", "Endsaldo")],
)
def test_balances_among_postings_are_left_out(of: Propose, desk, before: str, after: str) -> None:
    text = (
        f"Date,Description,Amount\n2026-03-01,{before},900.00\n2026-03-02,Rent,100.00\n"
        f"2026-03-31,{after},1000.00\n"
    )
    proposal = of(text, "ledger")
    assert "Balances" in dict(proposal.facts)
    assert keys(proposal) == []
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert desk.rows(staged, "sum(amount)::DOUBLE", "") == [(100,)]
    assert [a.code for a in staged.aside] == ["E-SKIP-01", "E-SKIP-01"]


MONTH_END = """Month,Account,Amount,Cost centre,Text
2026-06,6100,100,CC1,a
2026-06,6200,200,CC1,b
2026-06,Total Energies,300,CC2,c
2026-06,Total June 2026,600,,
"""


def test_next_months_total_is_left_out_by_the_mapping_of_this_month(of: Propose, desk) -> None:
    """Total June 2026 is left out now; Total July 2026 next month; Total Energies is a supplier."""
    mapping = of(MONTH_END, "ledger", answers={"totals": "leave out"}).text
    later = MONTH_END.replace("2026-06", "2026-07").replace("June", "July")
    for text in (MONTH_END, later):
        staged = desk.read(text, "ledger", mapping=mapping)
        assert [v for (v,) in desk.rows(staged, "amount")] == [100, 200, 300]
        assert [a.code for a in staged.aside] == ["E-SKIP-01"]


def test_totals_named_in_german_are_left_out_in_every_month(of: Propose, desk) -> None:
    text = MONTH_END.replace("Total June 2026", "Summe 06.2026").replace("Total Energies", "6300")
    mapping = of(text, "ledger", answers={"totals": "leave out"}).text
    assert desk.read(text.replace("06", "12"), "ledger", mapping=mapping).landed == 3
    text = MONTH_END.replace("Total June 2026", "Summe März").replace("Total Energies", "6300")
    mapping = of(text, "ledger", answers={"totals": "leave out"}).text
    assert desk.read(text.replace("März", "Mai"), "ledger", mapping=mapping).landed == 3


def test_a_total_of_which_nothing_can_change_is_left_out_by_its_words(of: Propose) -> None:
    proposal = of(MONTH_END.replace("June 2026", "staff"), "ledger", answers={"totals": "leave out"})
    assert proposal.mapping.where[0].never == ("Total staff",)


POSTINGS = "Date,Account,Description,Amount\n2026-01-31,6000,Wages,12000.00\n2026-01-31,6100,Rent,2000.00\n"


def test_a_total_that_is_left_out_is_no_date_that_cannot_be_read(of: Propose) -> None:
    """The last row says Total where the others have a day, and has no account."""
    proposal = of(f"{POSTINGS}Total,,,14000.00\n", "ledger")
    assert ("Totals", "1 row is left out: Date is Total") in proposal.facts
    assert {line.column: line.unread for line in proposal.columns if line.unread} == {}
    assert [line.samples for line in proposal.columns if line.column == "period"] == [("2026-01-31",)]


def test_the_account_that_a_total_lacks_is_no_account_that_a_posting_lacks(of: Propose, desk) -> None:
    """Two postings and their total: which account an empty cell means is not asked."""
    proposal = of(f"{POSTINGS}Total,,,14000.00\n", "ledger")
    assert keys(proposal) == []
    staged = desk.read(f"{POSTINGS}Total,,,14000.00\n", "ledger", mapping=proposal.text)
    assert (staged.landed, [a.code for a in staged.aside]) == (2, ["E-SKIP-01"])


def test_an_account_that_a_posting_lacks_is_still_asked_beside_a_total(of: Propose) -> None:
    text = f"{POSTINGS}2026-02-28,,Wages,11000.00\nTotal,,,25000.00\n"
    assert keys(of(text, "ledger")) == ["account.blank"]
