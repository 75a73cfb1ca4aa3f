# SPDX-License-Identifier: Apache-2.0
"""Ledgers nobody here made up: payments, budgets, a payroll, a cloud bill, against independent figures."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.source import recognise, shipped

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))
MAPPINGS = Path(__file__).parent / "mappings"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA"),
]


def mapping(name: str) -> str:
    return (MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")


def test_a_councils_suppliers_are_read_with_their_odd_signs_and_counted_once(desk) -> None:
    """
    1,072 lines, GBP 38,447,618.14 together; a supplier's name ends in a sign of another encoding
    Family Ties Contact Centre is social care, 27,939.35
    """
    staged = desk.read(
        DATA / "lambeth_payments" / "2011-01.csv.gz", "ledger", mapping=mapping("lambeth_payments")
    )
    assert (staged.seen, staged.landed, staged.aside) == (1_072, 1_072, ())
    ((total, care),) = desk.rows(
        staged, "sum(amount), sum(amount) FILTER (vendor = 'Family Ties Contact Centre')", rest=""
    )
    assert (total, care) == (Decimal("38447618.14"), Decimal("27939.35"))
    assert desk.rows(staged, "vendor", "WHERE vendor LIKE 'NPS%Property_ %'") == [
        ("NPS Property† Consultants Ltd",)
    ]


def test_the_same_report_with_a_title_totals_and_a_note_gives_the_same_sum(desk) -> None:
    text = (
        "Payments over 500 pounds\n\nJanuary 2011\nSupplier Name,Sum of Amount\nA Ltd,10.10\nB Ltd,-3.05\n"
        "A Ltd Total,10.10\nGrand Total,7.05\n"
    )
    staged = desk.read(
        text,
        "ledger",
        mapping=mapping("lambeth_payments")
        .replace("(?i)^(", "(?i)( total$|^(")
        .replace(")?total", ")?total)"),
    )
    assert desk.rows(staged, "sum(amount)", rest="") == [(Decimal("7.05"),)]
    assert [(a.line, a.code) for a in staged.aside] == [(7, "E-SKIP-01"), (8, "E-SKIP-01")]


@pytest.mark.parametrize(
    ("file", "rows", "expense", "revenue"),
    [
        ("FY13-14__adopted", 8_953, 1_094_533_634, 1_094_522_416),
        ("FY15-16__adopted", 250, 1_202_960_209, 1_202_960_209),
        ("FY16-17__adjusted", 11_231, 1_239_428_331, 1_237_091_825),
    ],
)
def test_a_citys_budgets_are_told_apart_whatever_the_order_of_their_columns(
    desk, file: str, rows: int, expense: int, revenue: int
) -> None:
    """FY13-14: expense exceeds revenue by 11,218"""
    staged = desk.read(
        DATA / "oakland_budget" / f"{file}.csv.gz", "ledger", mapping=mapping("oakland_budget")
    )
    assert (staged.landed, staged.aside) == (rows, ())
    ((net, spent),) = desk.rows(staged, "sum(amount), sum(amount) FILTER (tag = 'Expense')", rest="")
    assert (net, spent) == (expense - revenue, expense)
    assert file != "FY13-14__adopted" or net == 11_218
    told = "`amount` is `amount`, its sign turned where `account_type` is Revenue."
    assert told in staged.notes


def test_the_pay_of_the_people_who_answer_311(desk) -> None:
    """55 people, USD 3,700,296 a year; 39 operators I 2,241,420"""
    staged = desk.read(DATA / "chicago_payroll.csv.gz", "ledger", mapping=mapping("chicago_payroll"))
    assert (staged.seen, staged.landed) == (33_702, 55)
    assert {a.code for a in staged.aside} == {"E-SKIP-01"}
    ((total, operators, pay),) = desk.rows(
        staged,
        "sum(amount), count(*) FILTER (text = 'COMMUNICATIONS OPERATOR I - 311'), "
        "sum(amount) FILTER (text = 'COMMUNICATIONS OPERATOR I - 311')",
        rest="",
    )
    assert (total, operators, pay) == (3_700_296, 39, 2_241_420)


def test_a_whole_payroll_is_read_though_annual_and_hourly_pay_exclude_each_other(desk) -> None:
    text = mapping("chicago_payroll").split("where:")[0] + "keep: none\n"
    staged = desk.read(DATA / "chicago_payroll.csv.gz", "ledger", mapping=text)
    assert (staged.landed, staged.aside) == (33_702, ())
    expected = yearly_pay(DATA / "chicago_payroll.csv.gz")
    assert desk.rows(staged, "sum(amount)", rest="") == [(expected,)]


def yearly_pay(path: Path) -> Decimal:
    import csv
    import gzip

    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return sum(
            (
                Decimal(row["Annual Salary"] or 0)
                + Decimal(row["Hourly Rate"] or 0) * Decimal(row["Typical Hours"] or 0) * 52
                for row in csv.DictReader(file)
            ),
            Decimal(0),
        )


def test_a_cloud_bill_is_kept_to_the_printed_digit(desk) -> None:
    """BilledCost 20.520227, EffectiveCost 14.976514, 13 negatives"""
    path = DATA / "focus_1_0_sample_1000.csv.gz"
    bill = shipped("focus/cost-and-usage", "ledger")
    assert bill is not None
    staged = desk.read(path, "ledger", mapping=bill.text)
    assert (staged.landed, staged.aside) == (1_000, ())
    assert bill in recognise(staged.headers, "ledger")
    ((billed, effective, credits, most),) = desk.rows(
        staged,
        "sum(amount), sum(effective), count(*) FILTER (amount < 0), max(period_end - period_start)",
        rest="",
    )
    assert (round(billed, 6), round(effective, 6)) == (Decimal("20.520227"), Decimal("14.976514"))
    assert (billed, effective, credits) == (Decimal("20.52022672899"), Decimal("14.97651418586"), 13)
    assert most >= 1
    assert not any("rounded" in note for note in staged.notes)


def test_the_use_on_a_cloud_bill_is_kept_apart_from_its_money(desk) -> None:
    use = shipped("focus/consumed-quantities", "usage")
    assert use is not None
    staged = desk.read(DATA / "focus_1_0_sample_1000.csv.gz", "usage", mapping=use.text)
    assert staged.landed > 900
    assert {a.code for a in staged.aside} <= {"E-SKIP-01"}
