# SPDX-License-Identifier: Apache-2.0
"""What comes in by the browser: read as it was said to be, rows mended, imports undone, jobs followed."""

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.web import make_app
from tests.web.first_use import CALLS, LEDGER, finish, send, wait
from tests.web.sending import HEADER, SURE, client, folder, refused

__all__ = ["client", "folder"]

pytestmark = pytest.mark.slow


# -- how it is read ----------------------------------------------------------------------------------------


def test_every_column_can_be_said_to_hold_something_else(client: TestClient) -> None:
    """Queue is proposed as queue; it is said to be the team. Agent is left out."""
    page = send(client, "calls.csv", CALLS, into="contacts")
    client.post(page, data={"say": "answers", "answer started_at.order": "dmy", "answer talk_s.unit": "s"})
    shown = client.post(page, data={"say": "answers", "column Queue": "team", "column Agent": "leave"}).text
    assert re.search(r"<th[^>]*>team</th>", shown)
    assert not re.search(r"<th[^>]*>agent</th>", shown)
    mapping = client.get(f"{page}/mapping.yaml").text
    assert "team: Queue" in mapping
    assert "# left out: Agent (as you said)" in mapping


def test_what_a_column_cannot_be_is_asked_again(client: TestClient) -> None:
    page = send(client, "calls.csv", CALLS, into="contacts")
    shown = client.post(page, data={"say": "answers", "column Queue": "started_at"}).text
    assert "Its values cannot be what was said" in shown
    assert "Import into" not in shown


def test_cells_of_persons_are_not_shown(client: TestClient) -> None:
    assert "@example.org" not in client.get(send(client, "calls.csv", CALLS, into="contacts")).text


def test_a_mapping_that_was_kept_reads_the_next_file(client: TestClient) -> None:
    page = send(client, "calls.csv", CALLS, into="contacts")
    client.post(page, data={"say": "answers", "answer started_at.order": "dmy", "answer talk_s.unit": "min"})
    kept = client.get(f"{page}/mapping.yaml").text
    client.post(f"{page}/remove")
    again = send(client, "calls.csv", CALLS, into="contacts")
    shown = client.post(again, data={"say": "mapping", "mapping": kept}).text
    assert "It is read by the mapping below" in shown
    assert "400 rows = 400 landed" in finish(client, again)
    wrong = client.post(
        send(client, "b.csv", CALLS, into="contacts"), data={"say": "mapping", "mapping": "columns: ["}
    )
    assert wrong.status_code == 400
    assert "E-MAP-01" in wrong.text


# -- what becomes of it ------------------------------------------------------------------------------------


def test_rows_set_aside_are_taken_corrected_and_sent_back(client: TestClient) -> None:
    """
    1,2026-06-01 09:00,voice,a      lands
    2,2026-06-31 09:00,voice,b      there is no 31 June: set aside, corrected to the 30th
    """
    told = HEADER + "1,2026-06-01 09:00,voice,a\n2,2026-06-31 09:00,voice,b\n"
    done = finish(client, send(client, "calls.csv", told, into="contacts"))
    assert "2 rows = 1 landed in contacts + 1 set aside" in done
    receipt = client.get("/data/imports/1").text
    assert "E-TIME-01" in receipt
    assert "2026-06-31" in receipt
    aside = client.get("/data/imports/1/aside.csv").text
    assert "2026-06-31" in aside
    mended = aside.replace("2026-06-31 09:00,voice", "2026-06-30 09:00,voice")
    back = send(client, "aside.csv", mended, **{"import": "1", "what": "corrected"})
    assert "Corrected rows of" in client.get(back).text
    assert "1 row = 1 landed in contacts + 0 set aside" in finish(client, back)


def test_a_file_of_the_same_name_is_asked_about(client: TestClient) -> None:
    one = HEADER + "1,2026-06-01 09:00,voice,a\n"
    finish(client, send(client, "calls.csv", one, into="contacts"))
    assert "are in contacts already" in client.get(send(client, "calls.csv", one, into="contacts")).text
    other = send(client, "calls.csv", one + "2,2026-06-02 09:00,voice,b\n", into="contacts")
    assert "This file stands for it" in client.get(other).text
    unsaid = client.post(f"{other}/import")
    assert unsaid.status_code == 400
    assert "E-FILE-07" in unsaid.text
    job = client.post(f"{other}/import", data={"how": "replace"}).url.path
    assert "2 rows = 2 landed" in wait(client, job)
    assert "It does not count any more: it was replaced" in client.get("/data/imports/1").text


def test_a_newer_file_sent_from_an_import_stands_for_it(client: TestClient) -> None:
    finish(client, send(client, "calls.csv", HEADER + "1,2026-06-01 09:00,voice,a\n", into="contacts"))
    newer = HEADER + "1,2026-06-01 09:00,voice,a\n3,2026-06-03 09:00,voice,a\n"
    named = {"import": "1", "what": "replace"}
    assert "is not named calls.csv" in refused(client, "july.csv", newer.encode(), **named)
    assert "2 rows = 2 landed" in finish(client, send(client, "calls.csv", newer, **named))
    assert "replaced" in client.get("/data/imports/1").text


def test_undo_asks_first_and_then_takes_the_rows_out(client: TestClient) -> None:
    finish(client, send(client, "calls.csv", HEADER + "1,2026-06-01 09:00,voice,a\n", into="contacts"))
    asked = client.get("/data/imports/1/undo").text
    assert "Its 1 rows of contacts leave every figure" in asked or "1 row" in asked
    assert "counts" in client.get("/data").text
    assert "leave every figure" in client.post("/data/imports/1/undo").text, "unasked it only asks"
    job = client.post("/data/imports/1/undo", data=SURE).url.path
    assert "1 row of calls.csv left every figure of contacts" in wait(client, job)
    assert "It does not count any more: it was undone" in client.get("/data/imports/1").text
    assert client.get("/").url.path == "/welcome"
    assert client.post("/data/imports/1/undo", data=SURE).status_code == 409


def test_an_undo_is_a_job_that_waits_for_its_turn(client: TestClient) -> None:
    """It is sent while a file is read: it waits, a second click shows the same job, and both come about."""
    finish(client, send(client, "calls.csv", HEADER + "1,2026-06-01 09:00,voice,a\n", into="contacts"))
    many = HEADER + "".join(f"m{n},2026-06-02 09:00,voice,a\n" for n in range(100_000))
    reading = client.post(f"{send(client, 'many.csv', many, into='contacts')}/import").url.path
    job = client.post("/data/imports/1/undo", data=SURE).url.path
    assert client.post("/data/imports/1/undo", data=SURE).url.path == job
    assert "Undo the import of calls.csv" in client.get("/data").text
    assert "100,000 landed" in wait(client, reading)
    assert "left every figure" in wait(client, job)
    assert client.get("/data.json").json()["tables"][0]["rows"] == 100_000


# -- jobs --------------------------------------------------------------------------------------------------


def test_the_progress_of_a_job_ends_with_an_event_that_closes_the_stream(client: TestClient) -> None:
    page = send(client, "calls.csv", HEADER + "1,2026-06-01 09:00,voice,a\n", into="contacts")
    job = client.post(f"{page}/import").url.path
    stream = client.get(f"{job}/events").text
    assert stream.endswith("event: close\ndata: end\n\n")
    assert "1 row = 1 landed" in stream
    assert client.get(f"{job}/events").text.count("data: end") == 1


def test_a_job_that_fails_says_why_in_four_parts(client: TestClient, folder: Path) -> None:
    page = send(client, "calls.csv", CALLS, into="contacts")
    client.post(page, data={"say": "answers", "answer started_at.order": "dmy", "answer talk_s.unit": "s"})
    (folder / "workspace.key").rename(folder / "elsewhere")
    job = client.app.state.desk.jobs.start(  # type: ignore[attr-defined]
        "import", "Import calls.csv into contacts", "me",
        {"upload": page.rsplit("/", 1)[1], "table": "contacts", "file": str(folder / "none.csv"),
         "texts": [["", ""]], "named": False, "agreed": False, "how": ""},
    )  # fmt: skip
    until = time.monotonic() + 60
    while not client.app.state.desk.jobs.one(job.id).over and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.1)
    (folder / "elsewhere").rename(folder / "workspace.key")
    told = client.get(f"/data/jobs/{job.id}").text
    assert "It did not work, and nothing was changed" in told
    assert "E-WS-04" in told


def test_a_job_can_be_stopped_and_leaves_nothing(client: TestClient, folder: Path) -> None:
    many = HEADER + "".join(f"{n},2026-06-01 09:00,voice,a\n" for n in range(200_000))
    page = send(client, "many.csv", many, into="contacts")
    job = client.post(f"{page}/import").url.path
    stopped = client.post(f"{job}/stop")
    assert "It was stopped" in stopped.text
    until = time.monotonic() + 60
    while list((folder / "staging").glob("*")) and time.monotonic() < until:
        time.sleep(0.1)
    assert client.get("/data.json").json()["tables"] == []
    assert "many.csv" in client.get("/data").text, "the file is still there to be imported"


def test_a_job_is_found_again_after_the_server_was_started_anew(client: TestClient, folder: Path) -> None:
    page = send(client, "calls.csv", HEADER + "1,2026-06-01 09:00,voice,a\n", into="contacts")
    job = client.post(f"{page}/import").url.path
    wait(client, job)
    with TestClient(make_app(folder), base_url="http://127.0.0.1") as later:
        assert "1 row = 1 landed" in later.get(job).text


def test_readers_see_the_figures_before_an_import_and_then_those_after(client: TestClient) -> None:
    """Before: EUR 1,000.00 / 400 contacts = 2.50. After 100 more: 1,000.00 / 500 = 2.00. Never an error."""
    page = send(client, "calls.csv", CALLS, into="contacts")
    client.post(page, data={"say": "answers", "answer started_at.order": "dmy", "answer talk_s.unit": "s"})
    finish(client, page)
    finish(client, send(client, "ledger.csv", LEDGER, into="ledger"))

    def figure() -> str:
        told = client.get("/overview.json")
        assert told.status_code == 200, told.text
        return "2.50" if '"2.50' in told.text or "2.5" in json.dumps(told.json()) else "2.00"

    assert figure() == "2.50"
    more = HEADER + "".join(f"m{n},2026-06-15 09:00:00,voice,a\n" for n in range(100))
    job = client.post(f"{send(client, 'more.csv', more, into='contacts')}/import").url.path
    seen = []
    until = time.monotonic() + 120
    while f"{job}/events" in client.get(job).text and time.monotonic() < until:
        seen.append(figure())
    seen.append(figure())
    assert seen[-1] == "2.00"
    assert seen == sorted(seen, reverse=True), "once new, never old again"


# -- the demo ----------------------------------------------------------------------------------------------


def test_the_demo_is_loaded_by_one_click_marked_and_removed_by_one_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("percontact.web.welcoming.DEMO_CONTACTS", 2_000)
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "mine.txt").write_text("stays")
    with TestClient(make_app(folder), base_url="http://127.0.0.1") as client:
        job = client.post("/welcome/demo").url.path
        assert client.post("/welcome/demo").url.path == job, "a second click makes no second company"
        assert "The demo company is here" in wait(client, job)
        assert "made-up company" in client.get("/").text
        assert client.post("/welcome/demo").status_code == 409
        assert "Remove the demo company?" in client.get("/data/demo").text
        assert client.post("/data/demo", data=SURE).url.path == "/welcome"
        assert sorted(f.name for f in folder.iterdir()) == ["app", "mine.txt"]
        assert (
            client.post("/welcome/workspace", data={"currency": "EUR", "timezone": "UTC"}).status_code == 200
        )


def test_what_is_real_is_never_removed_in_one_step(client: TestClient) -> None:
    assert client.get("/data/demo").url.path == "/data"
    assert client.post("/data/demo", data=SURE).status_code == 409


def test_a_currency_or_zone_that_is_none_is_told_beside_its_field(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path / "x"), base_url="http://127.0.0.1") as client:
        page = client.post("/welcome/workspace", data={"currency": "EUR", "timezone": "Berlin"})
        assert page.status_code == 400
        assert "is no time zone" in page.text
        assert 'value="Berlin"' in page.text
        assert not (tmp_path / "x" / "manifest.sqlite").exists()


def test_a_packed_file_comes_in_as_it_is(client: TestClient) -> None:
    packed = gzip.compress((HEADER + "1,2026-06-01 09:00,voice,a\n").encode())
    assert "1 row = 1 landed" in finish(client, send(client, "calls.csv.gz", packed, into="contacts"))
