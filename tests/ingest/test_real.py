# SPDX-License-Identifier: Apache-2.0
"""Files nobody here made up, against figures that were worked out independently of percontact."""

import csv
import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))
MAPPINGS = Path(__file__).parent / "mappings"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA"),
]


def mapping(name: str) -> str:
    return (MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")


def test_two_weeks_of_a_bank_give_the_published_figures(desk) -> None:
    """
    17,456 calls: AGENT 14,405 / HANG 2,908 / PHANTOM 143
    without PHANTOM: abandonment 16.797 %, mean queue time 34.871 s, answered within 20 s of offered 52.926 %
    AGENT: mean service 166.856 s, 667.656 hours
    """
    staged = desk.read(DATA / "anonymous_bank_1999-02-01_14.csv.gz", mapping=mapping("anonymous_bank"))
    assert (staged.seen, staged.landed, len(staged.aside)) == (17_456, 17_313, 143)
    assert {a.code for a in staged.aside} == {"E-SKIP-01"}
    ((answered, left, offered, handled, wait, quick),) = desk.rows(
        staged,
        "count(*) FILTER (outcome = 'handled'), count(*) FILTER (outcome = 'abandoned'), "
        "sum(count), sum(handled), avg(wait_s), count(*) FILTER (outcome = 'handled' AND wait_s <= 20)",
        rest="",
    )
    assert (answered, left, offered, handled) == (14_405, 2_908, 17_313, 14_405)
    assert round(100 * left / offered, 3) == 16.797
    assert round(wait, 3) == 34.871
    assert round(100 * quick / offered, 3) == 52.926
    ((mean, hours),) = desk.rows(
        staged, "avg(handle_s), sum(handle_s) / 3600", rest="WHERE outcome = 'handled'"
    )
    assert (round(mean, 3), round(hours, 3)) == (166.856, 667.656)


def test_the_kinds_of_calls_of_the_bank_are_all_there(desk) -> None:
    """PS 11,224 NW 4,282 NE 1,244 TT 460 IN 145 PE 101, with PHANTOM"""
    text = mapping("anonymous_bank").split("where:")[0].replace("else: aside", "else: keep")
    staged = desk.read(DATA / "anonymous_bank_1999-02-01_14.csv.gz", mapping=text)
    assert dict(desk.rows(staged, "reason, count(*)", "GROUP BY reason")) == {
        "PS": 11_224, "NW": 4_282, "NE": 1_244, "TT": 460, "IN": 145, "PE": 101,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("quarter", "form", "rows", "customer_services", "whole"),
    [
        ("jan-mar", "oxford_spend", 3_859, "195685.31", "13413467.98"),
        ("apr-jun", "oxford_spend_undated", 3_836, "250376.54", None),
        ("jul-sep", "oxford_spend", 3_649, "225844.46", None),
        ("oct-dec", "oxford_spend", 3_978, "255906.78", "15676053.92"),
    ],
)
def test_a_councils_payments_add_up_to_the_penny(
    desk, quarter: str, form: str, rows: int, customer_services: str, whole: str | None
) -> None:
    staged = desk.read(DATA / "oxford_spend" / f"{quarter}-2014.csv.gz", "ledger", mapping=mapping(form))
    assert staged.landed == rows
    # One quarter ends in a row that holds nothing but xxx.
    assert [(a.line, a.code, a.column) for a in staged.aside] == (
        [(3861, "E-ROW-02", "period_start")] if quarter == "jan-mar" else []
    )
    ((found, total),) = desk.rows(
        staged, "sum(amount) FILTER (cost_centre = 'Customer Services'), sum(amount)", rest=""
    )
    assert found == Decimal(customer_services)
    assert whole is None or total == Decimal(whole)


@pytest.mark.parametrize("dialect", ["index_comma", "semicolon", "dated_spanish", "salesrep"])
def test_daily_totals_read_twice_give_one_answer_in_four_dialects(desk, dialect: str) -> None:
    """
    248,373 incoming = 221,234 answered + 27,139 abandoned
    talk: the mean of the days, weighted by their calls
    """
    path = DATA / f"call_center_daily_{dialect}.csv.gz"
    answered = desk.read(path, mapping=mapping("call_center_answered"))
    abandoned = desk.read(path, mapping=mapping("call_center_abandoned"), book=desk.book(answered))
    assert {a.code for a in (*answered.aside, *abandoned.aside)} <= {"E-SKIP-01"}
    assert desk.rows(answered, "sum(count), sum(handled)", rest="") == [(221_234, 221_234)]
    assert desk.rows(abandoned, "sum(count), sum(handled)", rest="") == [(27_139, 0)]
    ((talk,),) = desk.rows(answered, "sum(talk_s) / sum(count)", rest="")
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if dialect == "semicolon" else ","
        days = list(csv.DictReader(file, delimiter=delimiter))
    total = sum(seconds(day["Talk Duration (AVG)"]) * int(day["Answered Calls"]) for day in days)
    assert talk == pytest.approx(total / 221_234, abs=1e-9)


def seconds(text: str) -> int:
    hours, minutes, rest = ("0:0:" + text).split(":")[-3:] if ":" not in text else text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)
