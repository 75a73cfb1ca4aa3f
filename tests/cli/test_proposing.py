# SPDX-License-Identifier: Apache-2.0
"""A foreign file at the command line: shown, asked about, agreed on, and remembered."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

CALLS = (
    "Anruf-ID;Beginn;Warteschlange;Mitarbeiter;Dauer (Sek.);Ergebnis\n"
    "17001;03.04.2026 09:12;Rechnung;Anna Berg;245;Angenommen\n"
    "17002;04.04.2026 10:31;Rechnung;Anna Berg;310;Angenommen\n"
    "17003;04.04.2026 10:40;Bestellung;Jon Weiß;0;Aufgelegt\n"
)
CERTAIN = CALLS.replace("04.04.2026", "24.04.2026")


@pytest.fixture
def books(tmp_path: Path, shell) -> Path:
    """A workspace, and calls.csv beside it whose dates could mean either."""
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    (tmp_path / "certain.csv").write_text(CERTAIN, encoding="utf-8")
    assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
    return tmp_path


def test_without_a_terminal_an_open_question_stops_the_import(books, shell) -> None:
    ran = shell("-C", "books", "import", "contacts", "calls.csv", "--yes")
    assert ran.code == 1
    assert "--answer started_at.order=dmy" in ran.err
    assert "nothing was imported" in ran.err
    assert shell("-C", "books", "imports", "--json").json == []


def test_an_answer_lets_it_through_and_is_remembered(books, shell) -> None:
    first = shell(
        "-C", "books", "import", "contacts", "calls.csv", "--yes", "--answer", "started_at.order=dmy"
    )
    assert first.code == 0
    assert "3 rows = 3 landed" in first.out
    kept = books / "books" / "mappings" / "contacts-calls.yaml"
    assert 'format: "%d.%m.%Y %H:%M"' in kept.read_text(encoding="utf-8")
    (books / "may.csv").write_text(CALLS.replace("1700", "1800"), encoding="utf-8")
    second = shell("-C", "books", "import", "contacts", "may.csv")
    assert second.code == 0
    assert "may.csv has the headers of an earlier file" in second.err
    assert shell("-C", "books", "import", "contacts", "calls.csv").out.count("nothing changed") == 1


def test_what_is_certain_is_shown_and_still_wants_a_yes(books, shell) -> None:
    asked = shell("-C", "books", "import", "contacts", "certain.csv")
    assert asked.code == 1
    assert "Beginn" in asked.out
    assert "--yes" in asked.err
    assert shell("-C", "books", "import", "contacts", "certain.csv", "--yes").code == 0


def test_propose_prints_a_mapping_that_reads_the_file(books, shell) -> None:
    ran = shell("-C", "books", "import", "contacts", "certain.csv", "--propose")
    assert ran.code == 0
    (books / "m.yaml").write_text(ran.out, encoding="utf-8")
    assert shell("-C", "books", "import", "contacts", "certain.csv", "--mapping", "m.yaml").code == 0
    assert shell("-C", "books", "import", "contacts", "calls.csv", "--propose").code == 1


def test_the_proposal_and_its_questions_are_there_as_json(books, shell) -> None:
    ran = shell("-C", "books", "import", "contacts", "calls.csv", "--json")
    tree = json.loads(ran.out)
    assert ran.code == 1
    assert [q["key"] for q in tree["questions"]] == ["started_at.order"]
    assert [o["value"] for o in tree["questions"][0]["options"]] == ["dmy", "mdy"]
    assert tree["complete"] is False


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("started_at.order=summer", "is no answer"),
        ("start.order=dmy", "does not ask that"),
        ("nonsense", "KEY=VALUE"),
    ],
)
def test_an_answer_that_is_none_is_refused(books, shell, answer: str, said: str) -> None:
    file = "calls.csv" if "summer" in answer else "certain.csv"
    ran = shell("-C", "books", "import", "contacts", file, "--yes", "--answer", answer)
    assert ran.code == 2
    assert said in ran.err


def test_a_file_without_a_table_is_told_what_it_looks_like(books, shell) -> None:
    (books / "costs.csv").write_text("Konto;Belegdatum;Kostenstelle;Betrag\n6100;13.04.2026;K1;1,5\n")
    ran = shell("-C", "books", "import", "costs.csv")
    assert ran.code == 2
    assert "costs.csv looks like ledger" in ran.err
    assert "import ledger costs.csv" in ran.err
    assert "looks like contacts" in shell("-C", "books", "import", "calls.csv").err


def test_files_with_the_tables_own_headers_are_read_as_ever(books, shell) -> None:
    (books / "own.csv").write_text(
        "started_at,channel,Colour\n2026-04-13 10:00,voice,red\n2026-04-31,voice,red\n"
    )
    ran = shell("-C", "books", "import", "contacts", "own.csv")
    assert "2 rows = 1 landed in contacts + 1 set aside" in ran.out
    assert not (books / "books" / "mappings").exists()


def test_own_headers_over_dates_of_another_form_are_asked_about(books, shell) -> None:
    (books / "own.csv").write_text("started_at,channel\n03/04/2026 10:00,voice\n05/04/2026 10:00,voice\n")
    ran = shell("-C", "books", "import", "contacts", "own.csv", "--yes")
    assert ran.code == 1
    assert "started_at.order=dmy" in ran.err


def test_a_report_of_totals_is_read_for_both_of_its_counts(books, shell) -> None:
    text = "Date,Answered calls,Abandoned calls,AHT (s)\n2026-06-01,180,20,300\n2026-06-02,210,0,310\n"
    (books / "totals.csv").write_text(text.replace("AHT", "Average handle time"))
    ran = shell("-C", "books", "import", "contacts", "totals.csv", "--yes", "--json")
    assert ran.code == 0
    assert [(r["landed"], r["aside"]) for r in ran.json] == [(2, 0), (1, 1)]
    (books / "totals.csv").write_text(text.replace("AHT", "Average handle time").replace("180,20", "190,21"))
    corrected = shell("-C", "books", "import", "contacts", "totals.csv", "--replace", "--json")
    assert [r["landed"] for r in corrected.json] == [2, 1]
    live = [i for i in shell("-C", "books", "imports", "--json").json if i["state"] == "live"]
    assert len(live) == 2


def on_a_terminal(folder: Path, typed: list[str], *words: str) -> tuple[int, str]:
    """Run a real command on a pseudo-terminal, typing each answer when it asks: (exit code, its words)."""
    leader, follower = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "percontact", *words],
        cwd=folder,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=os.environ | {"TERM": "dumb", "COLUMNS": "100"},
        close_fds=True,
    )
    os.close(follower)
    shown, answers, until = "", list(typed), time.monotonic() + 180
    fresh = ""
    while time.monotonic() < until:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if ready:
            try:
                part = os.read(leader, 4096).decode("utf-8", "replace")
            except OSError:
                break
            shown, fresh = shown + part, fresh + part
            if answers and (fresh.rstrip().endswith(("Answer:", "[Y/n]:"))):
                os.write(leader, f"{answers.pop(0)}\n".encode())
                fresh = ""
        elif ran.poll() is not None:
            break
    code = ran.wait(timeout=120)
    os.close(leader)
    return code, shown


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_on_a_terminal_the_question_is_asked_and_the_answer_kept(books) -> None:
    """The answer 7 is none; 1 is day first; then yes."""
    words = ("-C", "books", "import", "contacts", "calls.csv")
    code, shown = on_a_terminal(books, ["7", "1", "y"], *words)
    assert code == 0, shown
    assert "1  day first: 03.04.2026 09:12 is 3 April 2026" in shown
    assert "Type a number from 1 to 2." in shown
    assert "3 rows = 3 landed in contacts" in shown
    assert (books / "books" / "mappings" / "contacts-calls.yaml").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_on_a_terminal_no_means_no(books) -> None:
    code, shown = on_a_terminal(books, ["n"], "-C", "books", "import", "contacts", "certain.csv")
    assert code == 1, shown
    assert "Nothing was imported." in shown
    assert not (books / "books" / "mappings").exists()


def test_a_mapping_for_a_file_without_a_header_is_not_used_for_one_with(books, shell) -> None:
    (books / "bare.csv").write_text("c1;2026-04-13 10:00;200\nc2;2026-04-14 10:00;100\n")
    (books / "again.csv").write_text("c3;2026-04-15 10:00;200\nc4;2026-04-16 10:00;100\n")
    (books / "named.csv").write_text("Call ID;Start;Points\nc5;2026-04-13 10:00;200\n")
    bare = shell("-C", "books", "import", "contacts", "bare.csv", "--yes", "--answer", "started_at=column_2")
    assert bare.code == 0
    assert "headers of an earlier file" in shell("-C", "books", "import", "contacts", "again.csv").err
    assert (
        "headers of an earlier file"
        not in shell("-C", "books", "import", "contacts", "named.csv", "--yes").err
    )


def test_a_mapping_by_which_nothing_lands_is_not_kept(books, shell) -> None:
    """An answer that is a year but no day lets no row through."""
    (books / "t.csv").write_text("Interval,Answered\n10:00-10:30,8\n10:30-11:00,9\n", encoding="utf-8")
    words = ("-C", "books", "import", "contacts", "t.csv", "--yes", "--answer")
    assert shell(*words, "started_at=2026-13-77").code == 1
    assert list((books / "books").glob("mappings/*.yaml")) == []
    assert shell(*words, "started_at=2026-03-02", "--replace").code == 0
    (books / "u.csv").write_text("Interval,Answered\n10:00-10:30,7\n10:30-11:00,5\n", encoding="utf-8")
    asked = shell("-C", "books", "import", "contacts", "u.csv", "--yes")
    assert asked.code == 1
    assert "--answer started_at=" in asked.err + asked.out
