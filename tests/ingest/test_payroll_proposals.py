# SPDX-License-Identifier: Apache-2.0
"""Payroll lists: pay and the employer's charges make the cost, and a total of them is never added to them."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from percontact.ingest.kinds import tables_like
from percontact.ingest.proposal import Proposal
from percontact.records.book import Settings

Propose = Callable[..., Proposal]

GERMAN = """Lohnjournal Juni 2026
Personalnr.;Name;Kostenstelle;Monat;Bruttolohn;AN-Anteil KV;AG-Anteil KV;AG-Anteil RV;Umlage U1;Auszahlung
1001;Meyer, Anna;Service;06/2026;3.250,00;266,50;266,51;302,25;30,00;2.180,11
1002;Schulz, Bernd;Service;06/2026;2.980,50;244,40;244,40;277,19;28,00;2.010,45
1003;Yilmaz, Cem;IT;06/2026;4.100,00;336,20;336,20;381,30;;2.680,00
"""
ENGLISH = """Employee,Dept,Month,Gross Pay,Employee NI,Tax,Net Pay,Employer NI,Employer Pension,Total
A,Support,2026-06,3000.00,200.00,400.00,2400.00,402.21,90.00,3492.21
B,Support,2026-06,2500.00,150.00,300.00,2050.00,333.21,75.00,2908.21
C,Sales,2026-06,4000.00,300.00,600.00,3100.00,540.21,120.00,4660.21
"""
FRENCH = """Matricule;Service;Période;Salaire brut;Charges salariales;Net à payer;Charges patronales
12;SAV;06/2026;2 500,00;550,00;1 950,00;1 050,00
13;SAV;06/2026;2 750,50;605,11;2 145,39;1 155,21
14;Ventes;06/2026;3 100,00;682,00;2 418,00;1 302,00
"""
PAYROLL = (
    "Job Titles,Department,Typical Hours,Annual Salary,Hourly Rate\n"
    "Operator,311,,50000.00,\n"
    "Clerk,311,20,,13.00\n"
    "Lead,311,,72510.00,\n"
)


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def left(proposal: Proposal) -> dict[str, str]:
    return dict(proposal.left)


def cut(text: str, column: int, sign: str = ",") -> str:
    """The file without one of its columns."""
    rows = [line.split(sign) for line in text.splitlines()]
    return "\n".join(sign.join(c for i, c in enumerate(row) if i != column) for row in rows) + "\n"


def costs(desk, text: str, proposal) -> list[Decimal]:
    assert keys(proposal) == []
    return desk.column(text, "amount", "ledger", mapping=proposal.text)


def test_german_pay_and_the_employers_share_are_the_cost(of: Propose, desk) -> None:
    """3,250.00 + 266.51 + 302.25 + 30.00; 2,980.50 + 244.40 + 277.19 + 28.00; 4,100.00 + 336.20 + 381.30."""
    proposal = of(GERMAN, "ledger")
    assert origin(proposal, "amount") == {
        "column": "Bruttolohn",
        "plus": ["AG-Anteil KV", "AG-Anteil RV", "Umlage U1"],
        "decimal": ",",
        "thousands": ".",
    }
    found = costs(desk, GERMAN, proposal)
    assert found == [Decimal("3848.76"), Decimal("3530.09"), Decimal("4817.50")]


def test_a_payroll_list_looks_like_a_ledger_and_keeps_no_personnel_number(
    of: Propose, tmp_path: Path
) -> None:
    path = tmp_path / "lohn.csv"
    for number in ("PNr", "Personalnr.", "MA-Nr.", "Employee number"):
        path.write_text(GERMAN.replace("Personalnr.", number).replace("Monat;", "Abr.-Monat;"))
        assert tables_like(path, Settings("EUR", "Europe/Berlin"))[0][0] == "ledger"
        proposal = of(path.read_text(), "ledger")
        assert (keys(proposal), number in proposal.kept) == ([], False)


def test_what_is_taken_off_the_pay_is_not_added_to_it(of: Propose) -> None:
    """The employees' share and the pay-out are in the gross pay already."""
    proposal = of(GERMAN, "ledger")
    assert {"AN-Anteil KV", "Auszahlung"} <= set(left(proposal))


def test_french_pay_and_the_employers_charges_are_the_cost(of: Propose, desk) -> None:
    proposal = of(FRENCH, "ledger")
    assert costs(desk, FRENCH, proposal) == [Decimal(3550), Decimal("3905.71"), Decimal(4402)]
    assert "Charges salariales" in left(proposal)


def test_english_gross_employer_ni_and_pension_are_the_cost(of: Propose, desk) -> None:
    text = cut(ENGLISH, 9)
    proposal = of(text, "ledger")
    assert origin(proposal, "amount") == {"column": "Gross Pay", "plus": ["Employer NI", "Employer Pension"]}
    assert costs(desk, text, proposal) == [Decimal("3492.21"), Decimal("2908.21"), Decimal("4660.21")]


def test_a_total_is_known_by_its_values_and_its_parts_are_not_added_to_it(of: Propose, desk) -> None:
    """Total = Gross Pay + Employer NI + Employer Pension in every row, whatever the column is called."""
    for name in ("Total", "Total Cost", "Kst 4711"):
        text = ENGLISH.replace(",Total\n", f",{name}\n")
        proposal = of(text, "ledger")
        assert origin(proposal, "amount") == name
        assert "sum of Gross Pay, Employer NI and Employer Pension in every row" in next(
            line.why for line in proposal.columns if line.column == "amount"
        )
        assert ("Employer NI", f"in {name} already") in proposal.left
        assert costs(desk, text, proposal) == [Decimal("3492.21"), Decimal("2908.21"), Decimal("4660.21")]


def test_a_total_may_be_the_sum_of_more_than_pay_and_charges(of: Propose) -> None:
    """A car is in it as well."""
    rows = ENGLISH.splitlines()
    cars = ["Car", "100.00", "0.00", "55.55"]
    totals = ["All in", "3592.21", "2908.21", "4715.76"]
    text = "\n".join(
        f"{row.rpartition(',')[0]},{c},{t}" for row, c, t in zip(rows, cars, totals, strict=True)
    )
    proposal = of(text + "\n", "ledger")
    assert (keys(proposal), origin(proposal, "amount")) == ([], "All in")
    assert left(proposal)["Car"] == "in All in already"


def test_a_total_that_is_not_the_sum_is_asked_about(of: Propose) -> None:
    """Total Cost of the last row holds 100 that no column shows."""
    text = ENGLISH.replace(",Total\n", ",Total Cost\n").replace("4660.21", "4760.21")
    proposal = of(text, "ledger")
    (question,) = proposal.questions
    assert question.key == "payroll"
    assert "in 1 of 3 rows it is not Gross Pay + Employer NI + Employer Pension" in question.text
    assert [o.evidence for o in question.options] == ["comes to 11,160.63", "comes to 11,060.63"]
    as_total = of(text, "ledger", answers={"payroll": "total"})
    assert origin(as_total, "amount") == "Total Cost"
    as_sum = of(text, "ledger", answers={"payroll": "sum"})
    assert origin(as_sum, "amount") == {"column": "Gross Pay", "plus": ["Employer NI", "Employer Pension"]}


def test_charges_that_another_one_sums_up_are_counted_once(of: Propose, desk) -> None:
    """AG-Anteil gesamt = KV + RV."""
    text = (
        "Monat;Kostenstelle;Brutto;AG-Anteil KV;AG-Anteil RV;AG-Anteil gesamt\n"
        "2026-06;A;1000,00;80,00;93,00;173,00\n2026-06;B;2000,00;160,00;186,00;346,00\n"
    )
    proposal = of(text, "ledger")
    assert left(proposal)["AG-Anteil KV"] == "part of AG-Anteil gesamt"
    assert costs(desk, text, proposal) == [Decimal(1173), Decimal(2346)]


def test_shares_of_the_pay_that_happen_to_add_up_are_asked_about(of: Propose) -> None:
    """8.2 % + 1.1 % = 9.3 % of the pay, so pension looks like the sum of health and levy."""
    text = (
        "Monat;Kostenstelle;Brutto;AG-Anteil KV;Umlage U1;AG-Anteil RV;AG-Anteil PV\n"
        "2026-06;A;1000,00;82,00;11,00;93,00;17,00\n2026-06;B;2000,00;164,00;22,00;186,00;34,00\n"
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == ["payroll.charges"]
    besides = of(text, "ledger", answers={"payroll.charges": "besides"})
    assert origin(besides, "amount")["plus"] == ["AG-Anteil KV", "Umlage U1", "AG-Anteil RV", "AG-Anteil PV"]
    once = of(text, "ledger", answers={"payroll.charges": "sum"})
    assert origin(once, "amount")["plus"] == ["AG-Anteil RV", "AG-Anteil PV"]


def test_pay_without_any_charge_is_read_as_it_was(of: Propose) -> None:
    """Invoices have a gross amount too."""
    text = "Date,Supplier,Gross,VAT,Net\n2026-06-13,X,120.00,20.00,100.00\n2026-06-14,Y,240.00,40.00,200.00\n"
    assert origin(of(text, "ledger"), "amount") == "Net"


def test_whole_pay_and_charges_with_a_decimal_comma_are_read_alike(of: Propose, desk) -> None:
    text = "Monat;Kostenstelle;Brutto;AG-Anteil\n2026-06;A;1000;80,55\n2026-06;B;2000;160,10\n"
    assert costs(desk, text, of(text, "ledger")) == [Decimal("1080.55"), Decimal("2160.10")]


def test_pay_by_the_year_and_by_the_hour_is_asked_about(of: Propose, desk) -> None:
    of_2026 = {"period_start": "2026"}
    asked = of(PAYROLL, "ledger", answers=of_2026)
    (question,) = asked.questions
    assert question.key == "payroll"
    assert [(o.value, o.evidence) for o in question.options] == [
        ("52", "1 rows come to 13,520.00 a year"),
        ("salaries only", "2 rows come to 122,510.00; 1 are set aside"),
    ]

    def total(answer: str) -> tuple[int, Decimal]:
        proposal = of(PAYROLL, "ledger", answers=of_2026 | {"payroll": answer})
        assert keys(proposal) == []
        staged = desk.read(PAYROLL, "ledger", mapping=proposal.text)
        ((whole,),) = desk.rows(staged, "sum(amount)", rest="")
        return len(staged.aside), whole

    assert total("52") == (0, 136_030)
    assert total("50") == (0, 135_510)
    assert total("salaries only") == (1, 122_510)
    wrong = of(PAYROLL, "ledger", answers=of_2026 | {"payroll": "often"}).wrong
    assert [q.key for q, _ in wrong] == ["payroll"]


def test_pay_that_says_both_is_no_such_list(of: Propose) -> None:
    """A row with both kinds of pay: nothing says that either stands for the whole."""
    text = PAYROLL.replace("20,,13.00", "20,13520.00,13.00").replace("Job Titles", "Date")
    text = text.replace("Operator", "2026-01-01").replace("Clerk", "2026-01-01").replace("Lead", "2026-01-01")
    asked = of(text, "ledger")
    assert "payroll" not in asked.asked
    assert keys(asked) == ["amount"]


def test_a_payroll_register_is_for_the_days_it_says_and_without_its_company_totals(of: Propose, desk) -> None:
    """Two people, 2,384.75 and 2,240.00 gross; the employer pays 147.85 and 138.88 besides."""
    text = (
        "File Number,Home Department,Pay Date,Period Beginning Date,Period Ending Date,Gross Pay,"
        "Social Security ER\n"
        '001234,410 - Care,05/15/2026,04/27/2026,05/10/2026,"2,384.75",147.85\n'
        '001235,410 - Care,05/15/2026,04/27/2026,05/10/2026,"2,240.00",138.88\n'
        'Company Totals,,,,,"4,624.75",286.73\n'
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    staged = desk.read(text, "ledger", mapping=proposal.text)
    wanted = "min(period_start)::VARCHAR, sum(amount)::DECIMAL(18,2)::VARCHAR"
    assert desk.rows(staged, wanted, rest="") == [("2026-04-27", "4911.48")]
