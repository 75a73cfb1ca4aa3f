# SPDX-License-Identifier: Apache-2.0
"""Files nobody here made up, read by what is proposed: the same figures as by mappings made by hand."""

import csv
import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.proposal import Proposal
from percontact.ingest.propose import propose

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA"),
]


@pytest.fixture
def proposed(desk):
    """proposed(file, table, key=answer, ...): the proposal, which must ask just these questions."""

    def made(name: str, table: str = "contacts", **answers: str) -> Proposal:
        given = {key.replace("__", "."): value for key, value in answers.items()}
        asked = []
        for _ in range(len(given) + 1):
            found = propose(DATA / name, table, settings=desk.settings, answers={k: given[k] for k in asked})
            asked += [q.key for q in found.questions]
            assert set(asked) <= set(given), found.questions
        assert set(asked) == set(given)
        return found

    return made


@pytest.mark.parametrize(
    ("dialect", "answers"),
    [
        ("index_comma", {"started_at": "2020-01-01"}),
        ("semicolon", {"started_at": "2020-01-01"}),
        ("dated_spanish", {"talk_s__unit": "s", "wait_s__unit": "s"}),
        ("salesrep", {"started_at": "2020-01-01"}),
    ],
)
def test_daily_totals_in_four_dialects_give_one_answer(desk, proposed, dialect: str, answers) -> None:
    """
    248,373 incoming = 221,234 answered + 27,139 abandoned
    talk: the mean of the days, weighted by their calls
    """
    name = f"call_center_daily_{dialect}.csv.gz"
    proposal = proposed(name, **answers)
    assert dict(proposal.facts)["Counts"].endswith("= 248,373 Incoming Calls, in every row")
    (second,) = proposal.also
    answered = desk.read(DATA / name, mapping=proposal.text)
    abandoned = desk.read(DATA / name, mapping=second.text, book=desk.book(answered))
    assert {a.code for a in (*answered.aside, *abandoned.aside)} <= {"E-SKIP-01"}
    assert desk.rows(answered, "sum(count), sum(handled)", rest="") == [(221_234, 221_234)]
    assert desk.rows(abandoned, "sum(count), sum(handled)", rest="") == [(27_139, 0)]
    ((talk, wait),) = desk.rows(answered, "sum(talk_s) / sum(count), sum(wait_s) / sum(count)", rest="")
    with gzip.open(DATA / name, "rt", encoding="utf-8-sig", newline="") as file:
        days = list(csv.DictReader(file, delimiter=";" if dialect == "semicolon" else ","))
    for header, found in (("Talk Duration (AVG)", talk), ("Answer Speed (AVG)", wait)):
        total = sum(seconds(day[header]) * int(day["Answered Calls"]) for day in days)
        assert found == pytest.approx(total / 221_234, abs=1e-9)


def seconds(text: str) -> int:
    hours, minutes, rest = ("0:0:" + text).split(":")[-3:] if ":" not in text else text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def test_five_thousand_calls_need_no_question(desk, proposed) -> None:
    """answered 4,054, resolved 3,646, mean answer 67.52 s, talk 224.92 s"""
    name = "pwc_call_centre_5000.csv.gz"
    staged = desk.read(DATA / name, mapping=proposed(name).text)
    assert (staged.landed, staged.aside) == (5_000, ())
    ((answered, resolved, left, wait, talk),) = desk.rows(
        staged,
        "sum(handled), count(*) FILTER (outcome = 'resolved'), count(*) FILTER (outcome = 'abandoned'), "
        "avg(wait_s), avg(talk_s)",
        rest="",
    )
    assert (answered, resolved, left) == (4_054, 3_646, 946)
    assert (round(wait, 2), round(talk, 2)) == (67.52, 224.92)


def test_the_calls_of_a_bank_are_read_after_three_answers(desk, proposed) -> None:
    """AGENT 14,405 / HANG 2,908 / PHANTOM 143, of which only PHANTOM has to be left out by hand."""
    name = "anonymous_bank_1999-02-01_14.csv.gz"
    proposal = proposed(name, contact_id="no id", started_at__time="vru_entry")
    staged = desk.read(DATA / name, mapping=proposal.text)
    assert (staged.landed, len(staged.aside)) == (17_456, 0)
    assert dict(desk.rows(staged, "outcome, count(*)", "GROUP BY outcome")) == {
        "handled": 14_405, "abandoned": 2_908, "PHANTOM": 143,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("quarter", "answers", "rows", "customer_services"),
    [
        ("jan-mar", {}, 3_859, "195685.31"),
        ("apr-jun", {"period_start": "2014-Q2"}, 3_836, "250376.54"),
        ("jul-sep", {}, 3_649, "225844.46"),
        ("oct-dec", {}, 3_978, "255906.78"),
    ],
)
def test_a_councils_payments_add_up_though_headers_differ(
    desk, proposed, quarter: str, answers, rows: int, customer_services: str
) -> None:
    name = f"oxford_spend/{quarter}-2014.csv.gz"
    staged = desk.read(DATA / name, "ledger", mapping=proposed(name, "ledger", **answers).text)
    assert staged.landed == rows
    ((found,),) = desk.rows(staged, "sum(amount) FILTER (cost_centre = 'Customer Services')", rest="")
    assert found == Decimal(customer_services)


def test_service_requests_newest_first_are_read_without_a_question(desk, proposed) -> None:
    """4,969 requests, 277 still open"""
    staged = desk.read(
        DATA / "nyc311_animals.csv.gz", "cases", mapping=proposed("nyc311_animals.csv.gz", "cases").text
    )
    assert staged.landed + len(staged.aside) == 4_969
    assert desk.rows(staged, "count(*) FILTER (closed_at IS NULL)", rest="") == [(277,)]


def test_an_event_log_becomes_its_cases(desk, proposed) -> None:
    """One row per status change: 4,580 cases."""
    name = "helpdesk_italian_events.csv.gz"
    staged = desk.read(DATA / name, "cases", mapping=proposed(name, "cases", case_id="events").text)
    assert staged.landed == 4_580


def test_what_an_outcome_means_is_asked_where_no_word_is_known(desk, proposed) -> None:
    """A restaurant's calls: 369 were never answered."""
    name = "restaurant_booking_calls.csv.gz"
    staged = desk.read(DATA / name, mapping=proposed(name).text)
    assert desk.rows(staged, "count(*) FILTER (outcome = 'abandoned')", rest="") == [(369,)]
    assert staged.landed + len(staged.aside) == 25_100


def test_free_text_and_personal_columns_of_tickets_are_left_out(desk, proposed) -> None:
    proposal = proposed("support_tickets_synthetic_8469.csv.gz", "cases", opened_at="Date of Purchase")
    left = {header for header, _ in proposal.left}
    assert {"Customer Age", "Customer Gender", "Ticket Subject", "Ticket Description", "Resolution"} <= left
    assert {"opened_at", "first_reply_at", "resolved_at"} <= {line.column for line in proposal.columns}
