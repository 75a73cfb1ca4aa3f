# SPDX-License-Identifier: Apache-2.0
"""Files of contacts, cases and events that nobody here made up, against counts made with plain csv."""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.front import cost
from percontact.ingest.mapping_form import parse_mapping
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.records.landing import Staged
from percontact.store.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))
MAPPINGS = Path(__file__).parent / "mappings"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA"),
]


def mapping(name: str) -> str:
    return (MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")


def plain(name: str) -> Iterator[dict[str, str]]:
    """The rows as Python's csv reads them, without percontact."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def adds_up(staged: Staged) -> bool:
    return staged.seen == staged.landed + staged.merged + len(staged.aside)


CASE = (
    "case_id, opened_at, resolved_at, closed_at, reopens, status, priority, team, agent, reason, within_sla"
)


def test_an_incident_log_becomes_its_incidents(desk) -> None:
    """20,000 events of 2,804 incidents; `?` is null; 88 incidents were never resolved"""
    rows = list(plain("itsm_incident_log_labelled_20k"))
    ids = {row["number"] for row in rows}
    staged = desk.read(
        DATA / "itsm_incident_log_labelled_20k.csv.gz", "cases", mapping=mapping("itsm_incidents")
    )
    assert (staged.seen, len(ids)) == (20_000, 2_804)
    assert adds_up(staged)
    assert {a.code for a in staged.aside} <= {"E-TIME-02"}
    bad = {a.text.split(",")[0] for a in staged.aside}
    assert staged.landed == len(ids - bad)
    never = {i for i in ids - bad if all(row["resolved_at"] == "?" for row in rows if row["number"] == i)}
    ((unresolved, reopened),) = desk.rows(
        staged, "count(*) FILTER (resolved_at IS NULL), sum(reopens)", rest=""
    )
    assert unresolved == len(never)
    last = {}
    for row in rows:
        last[row["number"]] = max(last.get(row["number"], 0), int(row["reopen_count"]))
    assert reopened == sum(n for i, n in last.items() if i not in bad)


def test_two_spellings_of_dates_and_booleans_give_one_answer(desk) -> None:
    """29/2/2016 01:16 and true; 29-02-2016 01:16 and TRUE: 890 incidents are in both files"""
    one, other = (
        desk.read(DATA / f"{name}.csv.gz", "cases", mapping=mapping("itsm_incidents"))
        for name in ("itsm_incident_log_labelled_20k", "itsm_incident_log_ddmmyyyy")
    )
    # The second file ends within its last incident, whose end is only in the first.
    *_, cut = (row["number"] for row in plain("itsm_incident_log_ddmmyyyy"))
    known = {row[0]: row for row in desk.rows(one, CASE)}
    short = {row[0]: row for row in desk.rows(other, CASE)}
    assert adds_up(other)
    assert len(short) > 850
    assert {i: row for i, row in short.items() if i != cut} == {i: known[i] for i in short if i != cut}


def test_each_incident_names_the_lines_of_its_events(desk) -> None:
    staged = desk.read(DATA / "itsm_incident_log_ddmmyyyy.csv.gz", "cases", mapping=mapping("itsm_incidents"))
    lines: dict[str, list[int]] = {}
    for line, row in enumerate(plain("itsm_incident_log_ddmmyyyy"), start=2):
        lines.setdefault(row["number"], []).append(line)
    for case, said in desk.rows(staged, "case_id, source_lines"):
        stretches = [part.partition("-") for part in said.split(", ")]
        told = [n for a, _, b in stretches for n in range(int(a), int(b or a) + 1)]
        assert told == lines[case]


def test_a_help_desk_log_of_ends_has_no_handle_time_and_the_product_says_so(tmp_path: Path) -> None:
    """21,348 events of 4,580 cases; a header stands twice; every stamp is the end of an activity"""
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Rome"))
    form = parse_mapping(mapping("helpdesk_italian"), "helpdesk.yaml")
    receipt = land(workspace, "contacts", DATA / "helpdesk_italian_events.csv.gz", mapping=form)
    assert (receipt.seen, receipt.landed, receipt.merged, receipt.aside) == (21_348, 4_580, 16_768, 0)
    assert any(
        note.startswith("Not in this source, so unknown and never zero: handle time")
        for note in receipt.notes
    )
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("period_start,period_end,amount\n2010-01-01,2014-01-01,48000\n", encoding="utf-8")
    land(workspace, "ledger", ledger)
    told = cost(OpenBook(workspace), start="2010", end="2013").notes
    assert any(
        note.startswith(
            "Handle time of 4,580 contacts is not in the source (An Italian help desk, event log (CSV))"
        )
        for note in told
    )


def test_the_cases_of_a_help_desk_log(desk) -> None:
    """Closed in 4,574 cases at most; resolved again and again in some"""
    staged = desk.read(
        DATA / "helpdesk_italian_events.csv.gz", "cases", mapping=mapping("helpdesk_italian_cases")
    )
    resolved: dict[str, int] = {}
    closed = set()
    for row in plain("helpdesk_italian_events"):
        resolved[row["Case ID"]] = resolved.get(row["Case ID"], 0) + (row["Activity"] == "Resolve ticket")
        if row["Activity"] == "Closed":
            closed.add(row["Case ID"])
    found = desk.rows(staged, "case_id, times_resolved, closed_at IS NOT NULL")
    assert {case: int(times) for case, times, _ in found} == resolved
    assert {case for case, _, ended in found if ended} == closed


def test_two_linked_records_are_one_matter(desk) -> None:
    """Published queue duration 120 s, though the second entered its queue 99 s after it began"""
    path = DATA / "connect_queued_callback_example.csv.gz"
    staged = desk.read(path, mapping=mapping("connect_example"))
    rows = desk.rows(staged, "contact_id, case_id, wait_s, epoch(queued_at - started_at), handle_s")
    assert rows == [("CTR-1", "CTR-1", None, 0, None), ("CTR-2", "CTR-1", 120, 99, 275)]


def test_service_requests_newest_first(desk) -> None:
    """4,969 requests, 277 in progress"""
    staged = desk.read(DATA / "nyc311_animals.csv.gz", "cases", mapping=mapping("nyc311"))
    assert adds_up(staged)
    backwards = {
        row["Unique Key"]
        for row in plain("nyc311_animals")
        if row["Closed Date"] and at(row["Closed Date"]) < at(row["Created Date"])
    }
    assert {a.code for a in staged.aside} <= {"E-TIME-02"}
    assert len(staged.aside) == len(backwards)
    ((rows, still_open),) = desk.rows(staged, "count(*), count(*) FILTER (resolved_at IS NULL)", rest="")
    assert (rows + len(backwards), still_open) == (4_969, 277)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %H:%M")


def test_five_thousand_calls_with_their_answers(desk) -> None:
    """answered 4,054, resolved 3,646, mean answer 67.52 s, talk 224.92 s, CSAT 3.4036"""
    path = DATA / "pwc_call_centre_5000.csv.gz"
    staged = desk.read(path, mapping=mapping("pwc_calls"))
    assert (staged.landed, staged.aside) == (5_000, ())
    ((answered, resolved, wait, talk),) = desk.rows(
        staged, "sum(handled), count(*) FILTER (outcome = 'resolved'), avg(wait_s), avg(talk_s)", rest=""
    )
    assert (answered, resolved, round(wait, 2), round(talk, 2)) == (4_054, 3_646, 67.52, 224.92)
    surveys = desk.read(path, "surveys", mapping=mapping("pwc_surveys"))
    assert (surveys.seen, surveys.landed) == (5_000, 4_054)
    assert [round(mean, 4) for (mean,) in desk.rows(surveys, "avg(score)", rest="")] == [3.4036]


def test_calls_with_an_empty_column_at_the_end_of_each_line(desk) -> None:
    """25,100 calls: 23,115 booked, 1,616 without a table, 369 unanswered"""
    staged = desk.read(DATA / "restaurant_booking_calls.csv.gz", mapping=mapping("restaurant_calls"))
    assert adds_up(staged)
    assert staged.aside == ()
    found = dict(desk.rows(staged, "outcome, count(*)", rest="GROUP BY outcome"))
    assert found == {"resolved": 23_115, "unresolved": 1_616, "abandoned": 369}
    waits = [
        seconds(row["Time Answered"]) - seconds(row["Call Time"])
        for row in plain("restaurant_booking_calls")
        if row["Time Answered"]
    ]
    ((wait,),) = desk.rows(staged, "sum(wait_s)", rest="")
    assert wait == sum(waits)


def seconds(clock: str) -> int:
    hours, minutes, rest = (int(part) for part in clock.split(":"))
    return hours * 3600 + minutes * 60 + rest


def test_a_resolution_before_the_first_response_is_flagged_and_never_averaged(desk) -> None:
    """8,469 tickets, quoted line breaks: 1,365 of 2,769 closed ones end before they begin"""
    staged = desk.read(
        DATA / "support_tickets_synthetic_8469.csv.gz", "cases", mapping=mapping("support_tickets")
    )
    codes = [a.code for a in staged.aside]
    assert (staged.seen, codes.count("E-TIME-02"), codes.count("E-ROW-02")) == (8_469, 1_365, 2_819)
    assert adds_up(staged)
    ((least, closed),) = desk.rows(
        staged, "min(resolved_at - first_reply_at) >= INTERVAL 0 SECOND, count(resolved_at)", rest=""
    )
    assert (least, closed) == (True, 2_769 - 1_365)


def test_two_styles_of_dates_in_one_row(desk) -> None:
    """31 contacts: reported 01/08/2023 11:13, surveyed 01-Aug-23; tenure 0-30 stays what it is"""
    path = DATA / "shopzilla_csat_excerpt_31.csv.gz"
    rows = list(plain("shopzilla_csat_excerpt_31"))
    contacts = desk.read(path, mapping=mapping("shopzilla_contacts"))
    assert (contacts.landed, contacts.aside) == (len(rows), ())
    tenure = dict(desk.rows(contacts, "tenure, count(*)", rest="GROUP BY tenure"))
    assert tenure["0-30"] == sum(row["Tenure Bucket"] == "0-30" for row in rows)
    ((first,),) = desk.rows(contacts, "started_at", rest="WHERE contact_id = '7e9ae164'")
    assert first == datetime(2023, 8, 1, 5, 43)
    surveys = desk.read(path, "surveys", mapping=mapping("shopzilla_surveys"))
    ((mean, sent),) = desk.rows(surveys, "sum(score), min(sent_at)", rest="")
    assert (mean, sent) == (sum(int(row["CSAT Score"]) for row in rows), datetime(2023, 7, 31, 18, 30))


def test_tickets_counted_by_customer(desk) -> None:
    """7,043 customers, 2,955 technical tickets"""
    staged = desk.read(DATA / "telco_churn_with_tickets.csv.gz", mapping=mapping("telco_tickets"))
    made = [int(row["numTechTickets"]) for row in plain("telco_churn_with_tickets")]
    assert (staged.seen, len(staged.aside)) == (7_043, made.count(0))
    assert desk.rows(staged, "sum(count)", rest="") == [(2_955,)]


@pytest.mark.parametrize(
    ("name", "form", "column"),
    [("bank_calls_5min_first120days", "bank_5min", "calls"), ("nab_nyc_taxi", "taxi", "value")],
)
def test_totals_of_intervals_are_contacts(desk, name: str, form: str, column: str) -> None:
    """Calls of 5 minutes on 120 days; rides of half-hours on 215"""
    staged = desk.read(DATA / f"{name}.csv.gz", mapping=mapping(form))
    counts = [Decimal(row[column]) for row in plain(name)]
    assert (staged.seen, len(staged.aside)) == (len(counts), counts.count(Decimal(0)))
    assert desk.rows(staged, "sum(count)", rest="") == [(sum(counts),)]
