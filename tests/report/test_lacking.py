# SPDX-License-Identifier: Apache-2.0
"""A source that cannot tell something says so at the import, and the cost statement says it again."""

from pathlib import Path

import pytest

from percontact.answers.tracing import traced
from percontact.front import cost
from percontact.ingest.mapping_form import parse_mapping
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.report.forms import render
from percontact.store.workspace import Workspace

LOG = """case,event,at
1,opened,2026-03-01 09:00
1,closed,2026-03-01 10:00
2,opened,2026-03-02 09:00
"""
FORM = """
source: Some desk, event log (CSV)
lacks: [handle time, reopens, the clock of its server is ten minutes fast]
group: {by: [case], order: at}
columns:
  contact_id: case
  started_at: {column: at, take: min}
keep: none
"""


@pytest.fixture
def book(tmp_path: Path) -> OpenBook:
    """Two cases from a log without handle times, one call with 300 s; EUR 30 of cost; March 2026."""
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "calls.csv").write_text("contact_id,started_at,handle_s\nc,2026-03-03,300\n")
    (tmp_path / "ledger.csv").write_text("period,amount\n2026-03,30\n")
    land(workspace, "contacts", tmp_path / "log.csv", mapping=parse_mapping(FORM, "log.yaml"))
    land(workspace, "contacts", tmp_path / "calls.csv")
    land(workspace, "ledger", tmp_path / "ledger.csv")
    return OpenBook(workspace)


def test_the_statement_names_the_source_that_has_no_handle_time(book: OpenBook) -> None:
    told = [note for note in cost(book).notes if "Some desk" in note]
    assert told == [
        "Handle time of 2 contacts is not in the source (Some desk, event log (CSV)): time-driven cost has "
        "nothing to go by; `unit_times:` of the policy can stand in.",
        "Of 2 contacts from Some desk, event log (CSV): the clock of its server is ten minutes fast.",
    ]


def test_what_a_form_of_the_answer_depends_on_is_said_with_it(book: OpenBook) -> None:
    told = [note for note in cost(book, per="verified-resolution").notes if "reopens" in note]
    assert told == [
        "Not in the source of 2 contacts (Some desk, event log (CSV)): reopens, "
        "so how often a case was opened again is not known."
    ]


def test_months_without_such_contacts_say_nothing(book: OpenBook, tmp_path: Path) -> None:
    (tmp_path / "april.csv").write_text("contact_id,started_at,handle_s\nd,2026-04-03,300\n")
    land(book.workspace, "contacts", tmp_path / "april.csv")
    notes = cost(OpenBook(book.workspace), start="2026-04", end="2026-04").notes
    assert [note for note in notes if "Some desk" in note] == []


def test_a_trail_names_all_the_lines_a_contact_was_made_of(book: OpenBook) -> None:
    question = book.ask(start="2026-03", end="2026-03")
    shown = str(render(traced(book, question, contact_id="1"), "text"))
    assert "log.csv:2-3" in shown


def test_what_a_source_lacks_is_kept_with_the_import(book: OpenBook) -> None:
    assert book.book.sources[1].system == "Some desk, event log (CSV)"
    assert book.book.sources[1].lacks[:2] == ("handle time", "reopens")
