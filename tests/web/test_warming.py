# SPDX-License-Identifier: Apache-2.0
"""Warming up: pages are ready before anyone asks, imports stop nobody, and equal questions are one."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.answers import readying, seeking, watching
from percontact.pipeline import OpenBook, land
from percontact.store.runs import NotMade
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError
from percontact.web import desk as desks
from percontact.web import make_app
from percontact.web.desk import Desk
from percontact.web.warming import Waiting

PATIENCE_S = 300
MORE = "contact_id,channel,team,reason,started_at,ended_at,handle_s\n" + "".join(
    f"late-{n},voice,Billing,billing,{day} 09:00:00,{day} 09:05:00,300\n"
    for n, day in ((n, f"2026-06-{n % 28 + 1:02d}") for n in range(400))
)


def until(said: object, seconds: float = PATIENCE_S) -> None:
    """Wait until something holds; fail where it does not within the time."""
    end = time.monotonic() + seconds
    while not said():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


@pytest.fixture
def desk(own_company: Path) -> Iterator[Desk]:
    """A desk that takes the company's twenty thousand contacts for many."""
    found = Desk(own_company, large=1000)
    yield found
    found.close()


def kept(folder: Path) -> int:
    return len(list((folder / "runs").glob("*/sums.parquet")))


# -- warm-up -----------------------------------------------------------------------------------------------


def test_sums_of_a_new_state_are_made_by_another_process_before_anyone_asks(desk: Desk) -> None:
    assert not kept(desk.folder)
    desk.begin()
    until(lambda: desk.opened().ready)
    assert kept(desk.folder) > 0
    months = desk.opened().book.months()
    assert len(list((desk.folder / "runs").glob("*/rows.parquet"))) == len(months), "contacts are priced too"


def test_a_server_that_starts_anew_finds_the_sums_and_makes_none(own_company: Path) -> None:
    readying.ready_sums(OpenBook(Workspace.open(own_company), keeps=True))
    before = kept(own_company)
    desk = Desk(own_company, large=1000)
    try:
        until(lambda: desk.opened().ready)
    finally:
        desk.close()
    assert kept(own_company) == before > 0


@pytest.mark.slow
def test_a_page_whose_sums_are_not_made_yet_says_that_it_waits_and_comes_by_itself(own_company: Path) -> None:
    app = make_app(own_company)
    app.state.desk.large = 1000
    with TestClient(app, base_url="http://127.0.0.1") as client:
        first = client.get("/")
        assert "These figures are being made" in first.text
        assert '<meta http-equiv="refresh" content="2">' in first.text
        assert client.get("/data").text.count("<h1>") == 1, "what needs no figures stands at once"
        until(lambda: "These figures are being made" not in client.get("/").text)
        assert "per contact" in client.get("/").text


@pytest.mark.slow
def test_a_file_waits_for_its_figures_because_a_program_reads_it(own_company: Path) -> None:
    plain = make_app(own_company)
    large = make_app(own_company)
    large.state.desk.large = 1000
    with (
        TestClient(plain, base_url="http://127.0.0.1") as a,
        TestClient(large, base_url="http://127.0.0.1") as b,
    ):
        asked = "/explore.json?period=2026-05&by=team"
        assert b.get(asked).json() == a.get(asked).json()


def test_a_small_company_is_ready_at_once(own_company: Path) -> None:
    desk = Desk(own_company)
    try:
        assert desk.opened().ready
        assert desk.opened().book.patient
        assert desk.newer is None
    finally:
        desk.close()


@pytest.mark.slow
def test_a_policy_that_breaks_later_is_told_and_hides_behind_no_older_figures(own_company: Path) -> None:
    app = make_app(own_company)
    desk = app.state.desk
    desk.large = 1000
    with TestClient(app, base_url="http://127.0.0.1") as client:
        until(lambda: desk.opened().ready)
        (own_company / "policy.yaml").write_text("pools: [", "utf-8")
        until(lambda: desk.opened().version == desk.version() and desk.opened().ready)
        assert "E-POL" in client.get("/explain?period=2026-06").text


# -- long answers ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_long_answer_is_the_same_when_it_is_read_from_disk(own_company: Path) -> None:
    made = OpenBook(Workspace.open(own_company), keeps=True)
    again = OpenBook(Workspace.open(own_company), patient=False)
    assert readying.sought(made) == seeking.sought(OpenBook(made.workspace)) == readying.sought(again)
    assert readying.watched(made) == watching.watched(OpenBook(made.workspace)) == readying.watched(again)


def test_a_long_answer_is_kept_for_its_own_question_and_policy_only(own_company: Path) -> None:
    readying.sought(OpenBook(Workspace.open(own_company), keeps=True))
    waiting = OpenBook(Workspace.open(own_company), patient=False)
    with pytest.raises(NotMade):
        readying.sought(waiting, where=["channel=voice"])
    (own_company / "policy.yaml").unlink()
    with pytest.raises(NotMade):
        readying.sought(OpenBook(Workspace.open(own_company), patient=False))


@pytest.mark.slow
def test_pages_that_take_long_are_made_beforehand_and_with_a_filter_when_asked(own_company: Path) -> None:
    app = make_app(own_company)
    app.state.desk.large = 1000
    with TestClient(app, base_url="http://127.0.0.1") as client:
        until(lambda: app.state.desk.opened().ready)
        until(lambda: "These figures are being made" not in client.get("/opportunities").text)
        first = client.get("/opportunities?channel=voice").text
        assert "looking for what may be saved" in first or "waiting for what is made before" in first
        until(lambda: "These figures are being made" not in client.get("/opportunities?channel=voice").text)
        shown = client.get("/opportunities.json?channel=voice").status_code
        assert shown == 200


# -- single flight -----------------------------------------------------------------------------------------


def test_a_question_that_many_ask_at_once_is_worked_out_once(own_company: Path) -> None:
    desk, asked = Desk(own_company), []

    def slow(book: OpenBook) -> str:
        asked.append(threading.get_ident())
        time.sleep(0.3)
        return "2.90"

    try:
        with ThreadPoolExecutor(50) as many:
            found = list(many.map(lambda _: desk.answer("cost", slow), range(50)))
    finally:
        desk.close()
    assert found == ["2.90"] * 50
    assert len(asked) == 1


def test_a_question_that_fails_fails_for_all_who_asked_and_is_asked_anew_later(own_company: Path) -> None:
    desk, told = Desk(own_company), []

    def fails(book: OpenBook) -> str:
        time.sleep(0.2)
        raise ValueError("no")

    def ask(_: int) -> None:
        try:
            desk.answer("cost", fails)
        except ValueError as error:
            told.append(str(error))

    try:
        with ThreadPoolExecutor(10) as many:
            list(many.map(ask, range(10)))
        assert told == ["no"] * 10
        assert desk.answer("cost", lambda book: "2.90") == "2.90"
    finally:
        desk.close()


def test_a_kept_answer_waits_for_no_question(own_company: Path) -> None:
    desk, going, go = Desk(own_company), threading.Event(), threading.Event()

    def slow(book: OpenBook) -> str:
        going.set()
        assert go.wait(PATIENCE_S)
        return "slow"

    try:
        assert desk.answer("kept", lambda book: "kept") == "kept"
        with ThreadPoolExecutor(1) as other:
            busy = other.submit(desk.answer, "slow", slow)
            assert going.wait(PATIENCE_S)
            assert desk.answer("kept", lambda book: "made anew") == "kept"
            go.set()
            assert busy.result() == "slow"
    finally:
        desk.close()


def test_one_reader_too_many_is_told_so_and_kept_answers_still_come(
    own_company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-WEB-05, with room for two instead of 250."""
    monkeypatch.setattr(desks, "MOST_ASKING", 2)
    desk, go = Desk(own_company), threading.Event()
    try:
        desk.answer("kept", lambda book: "kept")
        with ThreadPoolExecutor(2) as two:
            waiting = [two.submit(desk.answer, n, lambda book: go.wait(PATIENCE_S)) for n in range(2)]
            until(lambda: desk._asking == 2)
            with pytest.raises(PercontactError) as refused:
                desk.answer("third", lambda book: "third")
            assert refused.value.problem.code == "E-WEB-05"
            assert desk.answer("kept", lambda book: "made anew") == "kept"
            go.set()
            assert all(one.result() for one in waiting)
    finally:
        desk.close()


# -- an import beside readers ------------------------------------------------------------------------------


@pytest.mark.slow
def test_readers_keep_the_state_they_have_until_the_newer_one_is_ready(
    own_company: Path, tmp_path: Path
) -> None:
    """
    before    June of the company
    import    400 voice contacts more in June, while readers ask
    after     400 more, and never a number between
    """
    file = tmp_path / "late.csv"
    file.write_text(MORE, "utf-8")
    app = make_app(own_company)
    desk = app.state.desk
    desk.large = 1000
    asked, seen, stop = (
        "/explore.json?metric=contacts_offered&by=channel&period=2026-06",
        [],
        threading.Event(),
    )
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        until(lambda: desk.opened().ready)

        def read() -> None:
            while not stop.is_set():
                told = client.get(asked)
                page = client.get("/explore?metric=contacts_offered&by=channel&period=2026-06")
                seen.append((told.status_code, told.text, page.status_code))
                time.sleep(0.1)

        before = client.get(asked).text
        with ThreadPoolExecutor(4) as readers:
            reading = [readers.submit(read) for _ in range(4)]
            try:
                version = desk.opened().version
                land(Workspace.open(own_company), "contacts", file)
                at_once = client.get("/explore?metric=contacts_offered&by=channel&period=2026-06")
                assert desk.opened().version != version or "Newer data has come in" in at_once.text
                until(lambda: desk.opened().version == desk.version() and desk.opened().ready)
                after = client.get(asked).text
            finally:
                stop.set()
            for one in reading:
                one.result()
    assert {status for status, _, _ in seen} | {status for _, _, status in seen} == {200}
    assert {text for _, text, _ in seen} <= {before, after}
    assert before != after
    fresh = shutil.copytree(own_company, tmp_path / "fresh")
    with TestClient(make_app(fresh), base_url="http://127.0.0.1") as plain:
        assert plain.get(asked).json() == json.loads(after)


@pytest.mark.slow
def test_what_takes_long_of_an_older_state_waits_for_the_newer_one(desk: Desk, tmp_path: Path) -> None:
    until(lambda: desk.opened().ready)
    file = tmp_path / "late.csv"
    file.write_text(MORE, "utf-8")
    land(Workspace.open(desk.folder), "contacts", file)
    with pytest.raises(Waiting):
        desk.answer("filtered", lambda book: readying.sought(book, where=["team=Billing"]), patient=False)
    assert desk.answer("filtered", lambda book: readying.sought(book, where=["team=Billing"])).question


@pytest.mark.slow
def test_a_long_answer_is_made_anew_once_an_event_is_noted_that_it_may_name(
    own_company: Path, tmp_path: Path
) -> None:
    workspace = Workspace.open(own_company)
    readying.sought(OpenBook(workspace, keeps=True))
    noted = tmp_path / "noted-late.csv"
    noted.write_text("event,kind,started_on\nPrice rise,price,2026-06-03\n", "utf-8")
    land(workspace, "events", noted)
    with pytest.raises(NotMade):
        readying.sought(OpenBook(workspace, patient=False))
