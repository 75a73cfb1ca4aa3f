# SPDX-License-Identifier: Apache-2.0
"""Proposals: what a file decides is taken, what it does not is asked, and nothing else is ever done."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from percontact.ingest.look import reads_as_it_is
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.proposal import Proposal
from percontact.records.book import Settings
from percontact.records.tables import TABLES
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]
BERLIN = Settings("EUR", "Europe/Berlin")


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def calls(*starts: str, header: str = "Start") -> str:
    """A file of calls that differ in their start only."""
    return f"Call ID,{header}\n" + "".join(f"c{i},{start}\n" for i, start in enumerate(starts))


def test_words_for_outcome_direction_and_channel_become_ours(of: Propose, desk) -> None:
    text = (
        "Anruf-ID;Beginn;Richtung;Kanal;Ergebnis\n"
        "1;13.04.2026 10:00;Eingehend;Telefon;Angenommen\n2;13.04.2026 10:00;Ausgehend;E-Mail;Aufgelegt\n"
    )
    proposal = of(text)
    assert keys(proposal) == []
    staged = desk.read(text, mapping=proposal.text)
    assert desk.rows(staged, "direction, channel, outcome") == [
        ("inbound", "voice", "handled"),
        ("outbound", "email", "abandoned"),
    ]


def test_outcomes_that_nobody_knows_are_asked(of: Propose, desk) -> None:
    text = "Call ID,Start,Result\n1,2026-04-13 10:00,AGENT-7\n2,2026-04-13 10:00,GONE\n"
    proposal = of(text)
    assert keys(proposal) == ["outcome.abandoned"]
    answered = of(text, answers={"outcome.abandoned": "GONE"})
    assert desk.column(text, "outcome", mapping=answered.text) == ["AGENT-7", "abandoned"]


def test_yes_and_no_of_answered_and_resolved_make_the_outcome(of: Propose, desk) -> None:
    text = (
        "Call ID,Start,Answered (Y/N),Resolved\n"
        "1,2026-04-13 10:00,Y,Y\n2,2026-04-13 10:00,Y,N\n3,2026-04-13 10:00,N,N\n"
    )
    proposal = of(text)
    assert desk.column(text, "outcome", mapping=proposal.text) == ["resolved", "unresolved", "abandoned"]


def test_what_nothing_can_be_is_an_error_with_the_near_names(of: Propose) -> None:
    with pytest.raises(PercontactError, match="E-FILE-04"):
        of("Colour,Shape\nred,round\n")


@pytest.mark.slow
def test_the_order_of_the_rows_changes_nothing(of: Propose) -> None:
    """Three hundred calls in thirty orders."""
    dice = random.Random(7)
    rows = [
        f"c{i};{dice.randrange(1, 29):02d}.{dice.randrange(1, 13):02d}.2026 {dice.randrange(24):02d}:15;"
        f"{dice.choice(['Angenommen', 'Aufgelegt'])};{dice.randrange(600)},5"
        for i in range(300)
    ]
    texts = set()
    for _ in range(30):
        dice.shuffle(rows)
        texts.add(repr(of("Call ID;Start;Ergebnis;Talk time\n" + "\n".join(rows) + "\n")))
    assert len(texts) == 1


def test_the_text_of_a_proposal_is_the_mapping_it_speaks_of(of: Propose) -> None:
    proposal = of(calls("13/04/2026 10:00"))
    assert parse_mapping(proposal.text, "again").columns == proposal.mapping.columns


def test_an_id_that_repeats_is_asked_about(of: Propose) -> None:
    text = "Call ID,Start\n7,2026-04-13 10:00\n7,2026-04-13 11:00\n8,2026-04-13 12:00\n"
    assert keys(of(text)) == ["contact_id"]
    assert origin(of(text, answers={"contact_id": "no id"}), "contact_id") is None


def test_an_export_that_is_known_is_read_by_its_shipped_mapping(of: Propose) -> None:
    headers = (
        "Ticket ID,Created time,Resolved time,Closed time,Agent interactions,Customer interactions,Status"
    )
    text = f"{headers}\n1,13/04/2026 10:00,,,2,1,Open\n2,03/04/2026 10:00,,,2,1,Open\n"
    proposal = of(text, "cases")
    assert proposal.source.startswith("Freshdesk")
    assert keys(proposal) == []
    assert proposal.mapping.formats == ("%d/%m/%Y %H:%M",)
    assert keys(of(text.replace("13/04", "12/04"), "cases")) == ["opened_at.order"]


def test_names_and_numbers_of_people_are_never_kept_by_themselves(of: Propose) -> None:
    rows = "".join(f"2026-04-13,6100,5.00,{i:03d},Ann Lee,a{i}@example.test\n" for i in range(12))
    proposal = of(f"Date,Account,Amount,Employee ID,Employee Name,Work mail\n{rows}", "ledger")
    assert proposal.kept == ()
    assert {header for header, _ in proposal.left} == {"Employee ID", "Employee Name", "Work mail"}


def test_a_call_nobody_answered_is_abandoned_though_resolved_is_empty(of: Propose, desk) -> None:
    text = "Call ID,Start,Answered,Resolved\n1,2026-04-13 10:00,Yes,Yes\n2,2026-04-13 10:00,No,\n"
    assert desk.column(text, "outcome", mapping=of(text).text) == ["resolved", "abandoned"]


def test_channels_are_called_as_the_table_calls_them_and_others_stay(of: Propose, desk) -> None:
    text = "Call ID,Start,Channel\n" + "".join(
        f"{i},2026-04-{13 + i} 10:00,{channel}\n"
        for i, channel in enumerate(["Phone", "Anruf", "call", "voice", "Live chat", "Fax"])
    )
    proposal = of(text)
    assert origin(proposal, "channel") == {
        "column": "Channel",
        "values": {"Anruf": "voice", "Live chat": "chat", "Phone": "voice", "call": "voice"},
    }
    line = next(one for one in proposal.columns if one.column == "channel")
    assert "Phone = voice" in line.why
    assert "kept as they are: Fax" in line.why
    found = desk.column(text, "channel", mapping=proposal.text)
    assert found == ["voice", "voice", "voice", "voice", "chat", "Fax"]


def test_a_file_with_the_tables_own_headers_and_other_words_for_a_channel_is_proposed(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    for word, as_it_is in (("voice", True), ("Fax", True), ("Phone", False), ("Voice", False)):
        path.write_text(f"contact_id,started_at,channel\n1,2026-04-13 10:00,{word}\n")
        assert reads_as_it_is(path, TABLES["contacts"], BERLIN) is as_it_is


def test_a_german_list_of_tickets_is_read_without_its_subjects(of: Propose) -> None:
    """Zendesk Explore in German: names of staff are hashed, subjects are not kept, times are found."""
    text = (
        "Ticket-ID;Ticket erstellt - Zeitstempel;Ticket gelöst - Zeitstempel;Ticketkanal;Ticketgruppe;"
        "Name des Mitarbeiters;Betreff des Tickets\n"
        "4711;04.05.2026 08:12;04.05.2026 11:40;E-Mail;Rechnungen;Sabine Krüger;Rechnung doppelt\n"
        "4712;14.05.2026 08:20;16.05.2026 09:00;Chat;Technik;Jonas Meyer;Login geht nicht\n"
    )
    proposal = of(text, "cases")
    assert keys(proposal) == []
    headers = {line.column: line.headers for line in proposal.columns}
    assert headers["opened_at"] == ("Ticket erstellt - Zeitstempel",)
    assert headers["resolved_at"] == ("Ticket gelöst - Zeitstempel",)
    assert (headers["channel"], headers["team"]) == (("Ticketkanal",), ("Ticketgruppe",))
    assert dict(proposal.left)["Betreff des Tickets"] == "free text"
    assert not {"Betreff des Tickets", "Name des Mitarbeiters"} & set(proposal.kept)
