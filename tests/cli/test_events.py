# SPDX-License-Identifier: Apache-2.0
"""percontact events: what happened, noted without a browser, seen by every answer and on the app's page."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def books(shell, tmp_path: Path) -> Path:
    """
    contacts  2026-01  2 voice, 1 chat
    ledger    2026-01  30 EUR
    """
    (tmp_path / "contacts.csv").write_text(
        "contact_id,channel,started_at\n"
        "a,voice,2026-01-05 09:00\nb,voice,2026-01-06 09:00\nc,chat,2026-01-07 09:00\n"
    )
    (tmp_path / "ledger.csv").write_text(
        "account,period_start,period_end,amount,currency\n6100,2026-01-01,2026-02-01,30.00,EUR\n"
    )
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    for table in ("contacts", "ledger"):
        assert shell("-C", "books", "import", table, f"{table}.csv").code == 0
    return tmp_path / "books"


def listed(shell) -> list[dict]:
    return shell("-C", "books", "events", "list", "--json").json["events"]


def test_an_event_is_noted_changed_listed_and_removed(shell, books: Path) -> None:
    noted = shell(
        "-C", "books", "events", "note", "Lines down", "--from", "2026-01-05", "--kind", "outage",
        "--channel", "voice", "--note", "For an hour",
    )  # fmt: skip
    assert (noted.code, noted.out) == (0, "Noted event 1: Lines down, from 2026-01-05.\n")
    changed = shell("-C", "books", "events", "change", "1", "--to", "2026-01-06", "--note", "")
    assert changed.out == "Changed event 1: Lines down, from 2026-01-05.\n"
    assert listed(shell) == [
        {
            "event": "Lines down", "kind": "outage", "started_on": "2026-01-05", "ended_on": "2026-01-06",
            "channel": "voice", "team": None, "reason": None, "note": None, "noted_by": None, "import": 4,
            "number": 1,
        }
    ]  # fmt: skip
    text = shell("-C", "books", "events", "list").out
    assert "1 event is noted." in text
    assert "Lines down" in text
    assert (
        shell("-C", "books", "events", "remove", "1").out == "Removed event 1: Lines down, from 2026-01-05.\n"
    )
    assert listed(shell) == []


def test_what_is_noted_in_one_way_is_seen_in_the_other(shell, books: Path) -> None:
    from percontact.web import make_app

    shell("-C", "books", "events", "note", "By command", "--from", "2026-01-05")
    with TestClient(make_app(books), base_url="http://127.0.0.1") as client:
        assert "By command" in client.get("/events").text
        client.post("/events", data={"event": "By page", "started_on": "2026-01-06"})
    assert sorted(e["event"] for e in listed(shell)) == ["By command", "By page"]


def test_events_of_a_file_are_listed_and_can_be_taken_over(shell, books: Path, tmp_path: Path) -> None:
    (tmp_path / "releases.csv").write_text("event,started_on\nNew checkout,2026-01-06\n")
    shell("-C", "books", "import", "events", "releases.csv")
    assert [(e["event"], e["number"], e["import"]) for e in listed(shell)] == [("New checkout", None, 3)]
    assert "releases.csv" in shell("-C", "books", "events", "list").out
    took = shell("-C", "books", "events", "take-over", "3")
    assert took.out == "Took over 1 event of import 3, which is undone.\n"
    assert [(e["event"], e["number"]) for e in listed(shell)] == [("New checkout", 1)]


def test_an_import_that_was_undone_is_said_and_brought_back(shell, books: Path) -> None:
    shell("-C", "books", "events", "note", "Lines down", "--from", "2026-01-05")
    shell("-C", "books", "imports", "--undo", "3")
    said = shell("-C", "books", "events", "list")
    assert "Not all that was noted stands in the figures" in said.err
    shell("-C", "books", "events", "bring-in")
    assert shell("-C", "books", "events", "list").err == ""
    assert [e["import"] for e in listed(shell)] == [4]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("note", "x", "--from", "5.1.2026"), "E-ARG-02", "'5.1.2026' is no day"),
        (("note", "x", "--from", "2026-01-05", "--channel", "vioce"), "E-ARG-01", "no contact has channel"),
        (("note", " ", "--from", "2026-01-05"), "E-ARG-03", "it has no name"),
        (("change", "7", "--kind", "price"), "E-ARG-01", "there is no event 7"),
        (("remove", "7"), "E-ARG-01", "there is no event 7"),
        (("take-over", "1"), "E-ARG-01", "import 1 holds no events"),
    ],
)
def test_what_cannot_be_done_is_told_in_four_parts(
    shell, books: Path, words: tuple[str, ...], code: str, says: str
) -> None:
    refused = shell("-C", "books", "events", *words)
    assert (refused.code, refused.out) == (2, "")
    assert code in refused.err
    assert says in refused.err
