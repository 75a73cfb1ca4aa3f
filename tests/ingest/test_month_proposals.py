# SPDX-License-Identifier: Apache-2.0
"""Proposals of months as columns: each becomes rows of its month, spent or planned."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.kinds import tables_like
from percontact.ingest.proposal import Proposal
from percontact.records.book import Settings
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]
BERLIN = Settings("EUR", "Europe/Berlin")


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


BWA = (
    "Konto;Bezeichnung;Jan;Feb;Mrz;Apr;Mai;Jun;Summe\n"
    "4100;Gehälter;1.000,00;1.000,00;1.000,00;1.000,00;1.000,00;1.100,50;6.100,50\n"
    "4200;Miete;10,00;10,00;;10,00;10,00;10,00;50,00\n"
    "Summe;;1.010,00;1.010,00;1.000,00;1.010,00;1.010,00;1.110,50;6.150,50\n"
)


def landed_months(desk, text: str, proposal: Proposal, table: str = "ledger", name: str = "in.csv") -> dict:
    """Month -> amount, of a file that was read by a proposal."""
    assert keys(proposal) == []
    staged = desk.read(text, table, mapping=proposal.text, name=name)
    assert all(a.code == "E-SKIP-01" for a in staged.aside)
    wanted = "strftime(period_start, '%Y-%m') AS month, sum(amount)"
    return dict(desk.rows(staged, wanted, rest="GROUP BY 1 ORDER BY 1"))


def test_german_months_become_rows_that_add_up_to_the_total_column(of: Propose, desk) -> None:
    proposal = of("Betriebsabrechnung 2026\n" + BWA, "ledger")
    assert proposal.mapping.unpivot
    assert proposal.mapping.unpivot.columns == ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun")
    assert ("Summe", "the sum of the months in all 3 rows") in proposal.left
    months = landed_months(desk, "Betriebsabrechnung 2026\n" + BWA, proposal)
    assert list(months) == [f"2026-0{n}" for n in range(1, 7)]
    assert sum(months.values()) == Decimal("6150.50")
    assert months["2026-03"] == 1000


@pytest.mark.parametrize(
    "headers",
    [
        ("Jan-26", "Feb-26"),
        ("2026-01", "2026-02"),
        ("01/2026", "02/2026"),
        ("January 2026", "February 2026"),
        ("2026-01-01", "2026-02-01"),
        ("janv. 2026", "févr. 2026"),
        ("ene 2026", "feb 2026"),
        ("gennaio 26", "febbraio 26"),
        ("jan 2026", "februari 2026"),
        ("Janeiro/2026", "Fevereiro/2026"),
        ("Jänner 2026", "Februar 2026"),
    ],
)
def test_months_whose_headers_say_the_year_are_certain(of: Propose, desk, headers: tuple[str, str]) -> None:
    text = f"Account,{','.join(headers)},Total\n4100,1000.00,1100.50,2100.50\n4200,1.25,-2.00,-0.75\n"
    proposal = of(text, "ledger")
    months = landed_months(desk, text, proposal)
    assert months == {"2026-01": Decimal("1001.25"), "2026-02": Decimal("1098.50")}
    assert proposal.mapping.recognise


def test_the_year_of_months_comes_from_the_file_or_is_asked(of: Propose, desk) -> None:
    asked = of(BWA, "ledger")
    assert keys(asked) == ["year"]
    assert landed_months(desk, BWA, of(BWA, "ledger", answers={"year": "2025"})).keys() >= {"2025-06"}
    named = of(BWA, "ledger", name="budget_2026.csv")
    assert keys(named) == []
    assert not named.mapping.recognise, "the next file with these headers is another year's"
    exported = of(BWA, "ledger", name="bwa-2027-01-05.csv")
    assert [(q.key, [o.value for o in q.options]) for q in exported.questions] == [("year", ["2027"])]
    assert keys(of("Plan 2025\n" + BWA, "ledger", name="plan_2026.csv")) == ["year"]
    assert [q.key for q, _ in of(BWA, "ledger", answers={"year": "last"}).wrong] == ["year"]


def test_months_over_the_turn_of_a_year_ask_in_which_it_begins(of: Propose, desk) -> None:
    text = "Budget 2025\naccount,Oct,Nov,Dec,Jan\n1,1.00,2.00,4.00,8.50\n"
    asked = of(text, "budgets")
    assert [[o.value for o in q.options] for q in asked.questions] == [["2024", "2025"]]
    months = landed_months(desk, text, of(text, "budgets", answers={"year": "2025"}), "budgets")
    assert months["2026-01"] == Decimal("8.50")
    assert months["2025-12"] == 4


def test_a_column_of_years_says_the_year_of_each_row(of: Propose, desk) -> None:
    text = "Konto;Jahr;Jan;Feb\n1;2025;1,50;2,50\n1;2026;3,50;4,50\n"
    months = landed_months(desk, text, of(text, "ledger"))
    assert months == {
        "2025-01": Decimal("1.50"),
        "2025-02": Decimal("2.50"),
        "2026-01": Decimal("3.50"),
        "2026-02": Decimal("4.50"),
    }


def test_a_total_that_the_months_do_not_add_up_to_is_said(of: Propose) -> None:
    left = dict(of(BWA.replace("6.100,50", "6.100,51"), "ledger", answers={"year": "2026"}).left)
    assert left["Summe"] == "a total by its name, though the months sum to it in 2 of 3 rows only"


PLANNED = """Kostenstelle;Konto;Jan Ist;Jan Plan;Feb Ist;Feb Plan;Gesamt Ist;Gesamt Plan
Service;6100;1000,50;1100,00;1200,00;1100,00;2200,50;2200,00
Service;6200;100,00;90,00;80,00;90,00;180,00;180,00
"""


def test_of_months_with_what_was_spent_and_planned_the_ledger_takes_the_first(of: Propose, desk) -> None:
    proposal = of(PLANNED, "ledger", answers={"year": "2026"})
    found = desk.read(PLANNED, "ledger", mapping=proposal.text)
    assert sum(v for (v,) in desk.rows(found, "amount")) == Decimal("2380.50")
    assert ("Feb Plan", "the plan; import it as budgets") in proposal.left
    assert ("Gesamt Plan", "the total of the plan") in proposal.left
    assert ("Gesamt Ist", "the sum of the months in all 2 rows") in proposal.left


def test_of_months_with_what_was_spent_and_planned_the_budgets_take_the_second(of: Propose, desk) -> None:
    proposal = of(PLANNED, "budgets", answers={"year": "2026"})
    found = desk.read(PLANNED, "budgets", mapping=proposal.text)
    assert sum(v for (v,) in desk.rows(found, "amount")) == 2380
    assert ("Jan Ist", "what was spent; import it as ledger") in proposal.left


def test_a_plan_beside_months_of_which_nothing_is_said_is_the_plan(of: Propose) -> None:
    text = "Account,Jan-26,Jan-26 Budget,Feb-26,Feb-26 Budget\n6100,1.5,2.5,3.5,4.5\n"
    assert of(text, "budgets").mapping.unpivot.columns == ("Jan-26 Budget", "Feb-26 Budget")
    assert of(text, "ledger").mapping.unpivot.columns == ("Jan-26", "Feb-26")


def test_of_a_plan_and_a_forecast_it_is_asked_which_one(of: Propose) -> None:
    text = "Account,Jan 2026 Plan,Jan 2026 FC,Feb 2026 Plan,Feb 2026 FC\n6100,1.5,2.5,3.5,4.5\n"
    assert keys(of(text, "budgets")) == ["months"]
    chosen = of(text, "budgets", answers={"months": "forecast"})
    assert chosen.mapping.unpivot.columns == ("Jan 2026 FC", "Feb 2026 FC")


def test_a_file_of_planned_months_looks_like_budgets(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("Account,Jan Budget,Feb Budget,Q1 Budget\n6100,1.5,2.5,4\n")
    assert [name for name, _ in tables_like(path, BERLIN)] == ["budgets"]
    path.write_text("Account,Jan 2026,Feb 2026\n6100,1.5,2.5\n")
    assert [name for name, _ in tables_like(path, BERLIN)] == ["ledger"]


def test_a_plan_is_no_ledger(of: Propose) -> None:
    text = "Account,Jan 2026 Plan,Feb 2026 Plan\n6100,1.5,3.5\n"
    with pytest.raises(PercontactError, match="percontact import budgets"):
        of(text, "ledger")
