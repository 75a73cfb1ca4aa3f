# SPDX-License-Identifier: Apache-2.0
"""Proposals of numbers: decimal signs, currencies and units of lengths, taken where sure, else asked."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from percontact.ingest.proposal import Proposal
from percontact.records.book import Settings

Propose = Callable[..., Proposal]


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def ledger(*amounts: str, header: str = "Amount") -> str:
    return f"Date;Account;{header}\n" + "".join(f"2026-04-13;6{i:03d};{a}\n" for i, a in enumerate(amounts))


# -- decimal signs and digits --------------------------------------------------------------------------------


def test_one_point_two_three_four_is_asked(of: Propose) -> None:
    """1.234: one and a bit, or more than a thousand."""
    proposal = of(ledger("1.234", "2.500"), "ledger")
    assert keys(proposal) == ["amount.decimal"]
    assert [o.value for o in proposal.questions[0].options] == ["point", "comma"]
    assert "1.234 is 1234" in proposal.questions[0].options[1].label


@pytest.mark.parametrize(("answer", "total"), [("point", "3.734"), ("comma", "3734")])
def test_the_answer_about_the_decimal_sign_is_followed(of: Propose, desk, answer: str, total: str) -> None:
    text = ledger("1.234", "2.500")
    proposal = of(text, "ledger", answers={"amount.decimal": answer})
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert desk.rows(staged, "sum(amount)::DECIMAL(18,3)::VARCHAR", rest="") == [(f"{float(total):.3f}",)]


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (("1.234,56", "2.500"), {"decimal": ",", "thousands": "."}),
        (("1,234.56", "2,500"), {"thousands": ","}),
        (("1234,5", "2500"), {"decimal": ","}),
        (("1'234.50", "2'500.00"), {"thousands": "'"}),
        (("1 234,50", "2 500,00"), {"decimal": ",", "thousands": " "}),
        (("(5.00)", "7.00"), {"accounting": True}),
        (("5,00-", "7,00"), {"decimal": ",", "accounting": True}),
        (("−5.00", "7.00"), {}),
        (("0.234", "1.234"), {}),
    ],
)
def test_a_number_that_can_only_be_read_one_way_decides(of: Propose, amounts, said) -> None:
    proposal = of(ledger(*amounts), "ledger")
    assert keys(proposal) == []
    found = origin(proposal, "amount")
    assert (found if isinstance(found, dict) else {"column": found}) == {"column": "Amount"} | said


def test_a_total_decides_what_its_comma_means(of: Propose, desk) -> None:
    """612,000 + 713,500 = 1,325,500: in the total two commas stand, so they part thousands."""
    column = 'Account,Jan 2026,Feb 2026,Total\n6000,"612,000","713,500","1,325,500"\n'
    row = 'Account,Month,Amount\n6000,2026-01,"612,000"\n6100,2026-01,"713,500"\nTotal,,"1,325,500"\n'
    for text in (column, row):
        proposal = of(text, "ledger")
        assert keys(proposal) == []
        staged = desk.read(text, "ledger", mapping=proposal.text)
        total = desk.rows(staged, "sum(amount)::DECIMAL(18,2)::VARCHAR", rest="")
        assert total == [("1325500.00",)]
    undecided = 'Account,Month,Amount\n6000,2026-01,"12,000"\n6100,2026-01,"2,000"\nTotal,,"14,000"\n'
    assert keys(of(undecided, "ledger")) == ["amount.decimal"]


def test_an_account_that_looks_like_a_power_of_ten_stays_text(of: Propose, desk) -> None:
    """1E5 and 007 are accounts."""
    text = "Date,Account,Amount\n2026-04-13,1E5,5\n2026-04-13,007,6\n"
    proposal = of(text, "ledger")
    assert desk.column(text, "account", "ledger", mapping=proposal.text) == ["1E5", "007"]


def test_ids_keep_their_leading_noughts(of: Propose, desk) -> None:
    text = "Ref,Call ID,Start\n1,0017,2026-04-13 10:00\n2,0018,2026-04-13 10:00\n"
    assert desk.column(text, "contact_id", mapping=of(text).text) == ["0017", "0018"]


def test_digits_in_uneven_groups_are_no_number(of: Propose) -> None:
    """2 84 05 75 is a person's number, and breaks nothing."""
    proposal = of("date,ssn,cost\n2026-03-31,2 84 05 75,5711.58\n", "ledger")
    assert origin(proposal, "amount") == "cost"


# -- lengths of time -----------------------------------------------------------------------------------------


def test_a_length_without_a_unit_is_asked(of: Propose) -> None:
    text = "Call ID,Start,Talk time\n1,2026-04-13 10:00,225\n2,2026-04-13 11:00,100\n"
    proposal = of(text)
    assert keys(proposal) == ["talk_s.unit"]
    assert of(text, answers={"talk_s.unit": "min"}).mapping.columns["talk_s"].unit == "min"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Talk time (min)", "min"),
        ("Talk time in seconds", None),
        ("Gesprächsdauer [Sek.]", None),
        ("talkTimeMs", "ms"),
    ],
)
def test_a_unit_in_the_header_is_taken(of: Propose, header: str, unit: str | None) -> None:
    proposal = of(f"Call ID,Start,{header}\n1,2026-04-13 10:00,225\n2,2026-04-13 11:00,100\n")
    assert keys(proposal) == []
    assert proposal.mapping.columns["talk_s"].unit == unit


def test_the_time_between_start_and_end_decides_the_unit(of: Propose) -> None:
    """Ten minutes lie between start and end, and 10 stands in the column."""
    text = (
        "Call ID,Start,End,Duration\n"
        "1,2026-04-13 10:00,2026-04-13 10:10,10\n2,2026-04-13 11:00,2026-04-13 11:07,7\n"
    )
    proposal = of(text)
    assert keys(proposal) == []
    assert proposal.mapping.columns["handle_s"].unit == "min"


def test_lengths_that_name_their_units_ask_for_none(of: Propose, desk) -> None:
    """Help Scout writes lengths so; 18 x 60 + 50 s, and a day is 24 hours."""
    text = (
        "Number,Created At,First Response Time,Handle Time\n"
        "501,2026-04-13 10:00,18m 50s,2h 5m\n502,2026-04-13 11:00,1d 3h,45s\n"
    )
    proposal = of(text)
    assert [k for k in keys(proposal) if k.endswith(".unit")] == []
    staged = desk.read(text, mapping=proposal.text)
    assert [row[0] for row in desk.rows(staged, "handle_s")] == [Decimal(7500), Decimal(45)]


def test_of_lengths_that_name_their_units_only_those_without_are_asked_about(of: Propose) -> None:
    text = "Call ID,Start,Talk time\n1,2026-04-13 10:00,18m 50s\n2,2026-04-13 11:00,100\n"
    proposal = of(text)
    assert keys(proposal) == ["talk_s.unit"]
    assert "such as 100" in proposal.questions[0].text


# -- currencies ----------------------------------------------------------------------------------------------


def test_currency_signs_name_the_currency_and_a_dollar_asks_whose(of: Propose, desk) -> None:
    text = ledger("1.234,50 €", "-5,00 €")
    proposal = of(text, "ledger")
    assert origin(proposal, "currency") == {"constant": "EUR"}
    assert [str(a) for a in desk.column(text, "amount", "ledger", mapping=proposal.text)] == [
        "1234.500000000000",
        "-5.000000000000",
    ]
    assert keys(of(ledger("$5.00", "($6.00)"), "ledger")) == ["currency"]
    assert keys(of(ledger("$5.00"), "ledger", settings=Settings("CAD", "America/Toronto"))) == []
