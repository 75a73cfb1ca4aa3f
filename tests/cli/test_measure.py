# SPDX-License-Identifier: Apache-2.0
"""Metrics from Python and the command line: the same names, exact figures, errors that say the way out."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import percontact as pc
from percontact.pipeline import OpenBook
from percontact.values.problem import PercontactError


def make_books(shell) -> None:
    Path("contacts.csv").write_text(
        "contact_id,started_at,channel,team,handle_s,outcome\n"
        "a,2026-06-01 09:00,voice,North,100,\nb,2026-06-01 09:00,voice,North,300,\n"
        "c,2026-06-01 09:00,voice,South,200,\nd,2026-06-01 09:00,voice,South,,abandoned\n"
    )
    assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
    assert shell("-C", "books", "import", "contacts", "contacts.csv", "--yes").code == 0


@pytest.fixture
def books(shell, kept) -> OpenBook:
    """
    contacts  2026-06  North  100 s, 300 s    South  200 s, one abandoned
    no ledger
    """
    kept("two teams", Path.cwd(), lambda: make_books(shell))
    return pc.open("books")


def test_a_total_is_divided_anew_and_never_averaged(books: OpenBook) -> None:
    answer = pc.measure(books, ["AHT"], by=["team"])
    by_team = {place[1][0]: f.value for place, f in answer.panel.figures["average_handle_time"].items()}
    assert by_team == {"North": 200, "South": 200}
    north = pc.measure(books, ["AHT"], where=["team=North"]).panel.totals["average_handle_time"]
    assert (north.numerator, north.denominator, north.value) == (400, 2, 200)
    assert answer.panel.totals["average_handle_time"].value == Fraction(600, 3)


def test_metrics_that_need_no_cost_need_no_ledger(books: OpenBook) -> None:
    figure = pc.measure(books, ["abandonment rate"]).panel.totals["abandonment_rate"]
    assert figure.value == Fraction(1, 4)
    with pytest.raises(PercontactError) as caught:
        pc.measure(books, ["CPC"])
    assert caught.value.problem.code == "E-DATA-01"


def test_a_metric_whose_table_is_empty_is_unknown_and_said_to_be(books: OpenBook) -> None:
    answer = pc.measure(books, ["CSAT"])
    assert answer.panel.totals["customer_satisfaction"].value is None
    assert "CSAT: unknown, there are no surveys yet." in answer.panel.notes


def test_frames_hold_what_each_figure_is_made_of(books: OpenBook) -> None:
    (row,) = pc.measure(books, ["AHT"]).to_arrow().to_pylist()
    assert (row["metric"], row["value"], row["numerator"], row["denominator"]) == (
        "average_handle_time",
        Decimal(200),
        Decimal(600),
        Decimal(3),
    )


def test_a_name_that_is_not_there_is_answered_with_the_near_ones(books: OpenBook, shell) -> None:
    ran = shell("-C", "books", "measure", "average_handel_time")
    assert ran.code == 2
    assert "Did you mean average_handle_time or" in ran.err


def test_a_parameter_can_be_set_for_one_question(books: OpenBook) -> None:
    strict = pc.measure(books, ["resolved_within_target"], settings=["resolved_within_target.within_s=60"])
    assert strict.panel.cards[0].parameters["within_s"] == "60"
    with pytest.raises(PercontactError):
        pc.measure(books, ["AHT"], settings=["service_level.within_s=60"])


def test_json_has_every_figure_as_a_decimal_text(books: OpenBook, shell) -> None:
    found = shell("-C", "books", "measure", "AHT", "--by", "team", "--json").json
    assert [(r["team"], r["value"]) for r in found["figures"]] == [("North", "200.00"), ("South", "200.00")]


def test_a_card_is_explained_with_our_own_figures_in_its_formula(books: OpenBook, shell) -> None:
    ran = shell("-C", "books", "kpi", "show", "AHT")
    assert "600 / 3 = 200 s" in " ".join(ran.out.split())
    assert shell("kpi", "churn").out.count("churn") >= 2


def test_quality_stands_beside_a_cost(tiny: Path, shell) -> None:
    found = shell("-C", "books", "cost", "--guard", "AHT", "--json").json
    assert found["guardrails"] == [
        {"metric": "average_handle_time", "now": "300.000000", "before": None, "verdict": "unknown"}
    ]


def test_the_dearest_customers_are_shown_with_their_share(tiny: Path, shell) -> None:
    ran = shell("-C", "books", "customers")
    assert ran.code == 0
    assert "names a customer, so cost to serve is unknown" in " ".join(ran.out.split())


def test_figures_that_rest_on_few_contacts_are_marked_in_their_row(tiny: Path, shell) -> None:
    """June has 4,000 calls, and 30 e-mails, which are not few, and 29 chats, which are."""
    many = [("email", i) for i in range(30)] + [("chat", i) for i in range(29)]
    rows = "".join(f"{kind}{i},2026-06-02 09:00:00,{kind},60\n" for kind, i in many)
    (tiny / "more.csv").write_text("contact_id,started_at,channel,handle_s\n" + rows)
    assert shell("-C", "books", "import", "contacts", "more.csv", "--yes").code == 0
    lines = shell("-C", "books", "measure", "AHT", "--by", "channel").out.splitlines()
    assert any("Fewer than 30" in line for line in lines)
    ends = {
        word: line.split()[-1] for line in lines for word in ("chat", "email", "voice") if f" {word} " in line
    }
    assert (ends["chat"], ends["email"], ends["voice"]) == ("AHT", "60", "300")


def test_totals_stand_beside_the_budget(tiny: Path, shell) -> None:
    """Planned 11,000 EUR for 5,000 contacts, 2.20 each; all cost is 12,000 for 4,000, 3.00 each."""
    plan = "period_start,period_end,amount,contacts\n2026-06-01,2026-07-01,11000,5000\n"
    (tiny / "plan.csv").write_text(plan)
    ran = shell("-C", "books", "measure", "CPC", "AHT", "--compare", "budget")
    assert ran.code == 1
    assert "there are no budgets yet" in ran.err
    assert shell("-C", "books", "import", "budgets", "plan.csv", "--yes").code == 0
    asked = ("measure", "CPC", "contacts_handled", "AHT", "--compare", "budget")
    out = " ".join(shell("-C", "books", *asked).out.split())
    assert "EUR 3.00 EUR 2.20 +EUR 0.80 worse" in out
    assert "4,000 contacts 5,000 contacts" in out
    assert "not AHT" in out
