# SPDX-License-Identifier: Apache-2.0
"""Proposals of layouts: encoding, headers, sheets and JSON documents, and where the rows in them stand."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from percontact.ingest.proposal import Proposal
from percontact.ingest.propose import propose
from percontact.records.book import Settings

Propose = Callable[..., Proposal]
BERLIN = Settings("EUR", "Europe/Berlin")


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def calls(*starts: str, header: str = "Start") -> str:
    """A file of calls that differ in their start only."""
    return f"Call ID,{header}\n" + "".join(f"c{i},{start}\n" for i, start in enumerate(starts))


def test_bytes_that_are_no_utf8_ask_for_the_encoding(of: Propose, desk) -> None:
    text = "Call ID,Start,Queue\n1,2026-04-13 10:00,Büro\n".encode("cp1252")
    proposal = of(text)
    assert keys(proposal) == ["encoding"]
    assert proposal.questions[0].options[0].value == "cp1252"
    assert desk.column(text, "queue", mapping=of(text, answers={"encoding": "cp1252"}).text) == ["Büro"]


def test_headers_that_are_alike_are_told_apart(of: Propose) -> None:
    proposal = of("Call ID,Start,Code,Code\n1,2026-04-13 10:00,a,b\n")
    assert proposal.mapping.headers == ("Call ID", "Start", "Code", "Code 2")


def test_a_file_without_a_header_asks_which_column_is_which(of: Propose, desk) -> None:
    text = "c1;2026-04-13 10:00;200\nc2;2026-04-14 10:00;100\n"
    proposal = of(text)
    assert keys(proposal) == ["started_at"]
    answered = of(text, answers={"started_at": "column_2"})
    assert len(desk.column(text, "started_at", mapping=answered.text)) == 2


def test_a_sheet_below_a_title_is_found(of: Propose, tmp_path: Path) -> None:
    """The first sheet holds notes, the second a title and then calls."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(str(tmp_path / "in.xlsx")) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["Made by", "front office"])
        sheet = book.add_worksheet("Calls")
        for number, row in enumerate([["June"], [], ["Call ID", "Start"], ["c1", "13.06.2026 10:00"]]):
            sheet.write_row(number, 0, row)
    proposal = propose(tmp_path / "in.xlsx", "contacts", settings=BERLIN)
    assert proposal.questions == ()
    assert (proposal.mapping.sheet, origin(proposal, "contact_id")) == ("Calls", "Call ID")


TICKET = '{"Ticket ID": "17", "Created": "2026-04-13T10:00:00Z", "Status": "open"}'


def test_the_only_list_of_a_json_document_holds_the_records(of: Propose, desk) -> None:
    text = f'{{"meta": {{"page": 1}}, "tickets": [{TICKET}], "count": 1}}'
    proposal = of(text, "cases", name="tickets.json")
    assert keys(proposal) == []
    assert proposal.mapping.records == "tickets"
    assert ("Records", "the list tickets of the document") in proposal.facts
    staged = desk.read(text, "cases", mapping=proposal.text, name="tickets.json")
    assert (staged.seen, len(staged.aside)) == (1, 0)


def test_of_several_lists_of_a_json_document_one_is_asked_for(of: Propose) -> None:
    text = f'{{"users": [{{"name": "A", "role": "agent"}}], "data": {{"tickets": [{TICKET}]}}}}'
    asked = of(text, "cases", name="tickets.json")
    (question,) = asked.questions
    assert question.key == "records"
    assert [(o.value, o.evidence) for o in question.options] == [
        ("users", "1 records with name, role"),
        ("data.tickets", "1 records with Ticket ID, Created, Status"),
    ]
    answered = of(text, "cases", name="tickets.json", answers={"records": "data.tickets"})
    assert keys(answered) == []
    assert answered.mapping.records == "data.tickets"


def test_records_one_after_the_other_are_records_whatever_lists_they_hold(of: Propose) -> None:
    one = TICKET[:-1] + ', "comments": [{"id": 1}]}'
    assert of(f"{one}\n{one}\n", "cases", name="t.json", answers={"case_id": "no id"}).mapping.records == ""


def test_what_was_opened_for_a_look_is_closed_though_the_look_fails(of: Propose, monkeypatch) -> None:
    """A folder left to the garbage collector is a ResourceWarning, which is an error in these tests."""
    from percontact.ingest import propose as module

    opened = []

    class Watched(tempfile.TemporaryDirectory):  # type: ignore[type-arg]
        def __init__(self, **named: str) -> None:
            super().__init__(**named)
            opened.append(Path(self.name))

    def fail(_: object) -> None:
        raise RuntimeError("no columns today")

    monkeypatch.setattr(module.tempfile, "TemporaryDirectory", Watched)
    monkeypatch.setattr(module, "seen_columns", fail)
    with pytest.raises(RuntimeError, match="no columns"):
        of(calls("13/04/2026"))
    assert opened
    assert not any(folder.exists() for folder in opened)
