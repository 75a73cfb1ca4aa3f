# SPDX-License-Identifier: Apache-2.0
"""What comes in by the browser: hostile files are refused plainly, rows mended, imports undone."""

import gzip
import io
import json
import re
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from percontact.web import make_app
from percontact.web.streaming import LIMIT_SETTING
from tests.web.first_use import CALLS, LEDGER, begin, finish, send, wait

pytestmark = pytest.mark.slow

SURE = {"sure": "yes"}
HEADER = "contact_id,started_at,channel,reason\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mine"


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    """The app over an empty workspace in EUR and Berlin time."""
    app = make_app(folder)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        begin(client)
        yield client


def refused(client: TestClient, name: str, content: bytes, **fields: str) -> str:
    """What is said to an upload that is not taken."""
    page = client.post("/data/uploads", data=fields, files={"file": (name, content)})
    assert page.status_code in (400, 409, 413), page.status_code
    return page.text


def left(folder: Path) -> list[str]:
    """Files that uploads left behind."""
    return [f.name for f in (folder / "app" / "uploads").rglob("*") if f.is_file()]


def streamed(client: TestClient, body: Iterator[bytes]) -> tuple[int, str]:
    """Status and text of an upload whose bytes are made as they are asked for."""
    told: list[Message] = []

    async def receive() -> Message:
        chunk = next(body, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send_back(message: Message) -> None:
        told.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=x"), (b"host", b"127.0.0.1")]
    scope = {
        "type": "http", "method": "POST", "path": "/data/uploads", "raw_path": b"/data/uploads",
        "query_string": b"", "headers": headers, "scheme": "http", "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 5000), "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    anyio.run(client.app, scope, receive, send_back)
    text = b"".join(m.get("body", b"") for m in told if m["type"] == "http.response.body")
    return next(int(m["status"]) for m in told if m["type"] == "http.response.start"), text.decode()


# -- hostile -----------------------------------------------------------------------------------------------


def test_a_script_in_a_cell_is_shown_as_text(client: TestClient) -> None:
    """
    contact_id,started_at,channel,reason
    1,2026-06-01 09:00,voice,<script>alert(1)</script>
    """
    told = HEADER + "1,2026-06-01 09:00,voice,<script>alert(1)</script>\n"
    told += "2,never,<img src=x onerror=alert(1)>,x\n"
    page = send(client, "<b>calls.csv", told, into="contacts")
    shown = client.get(page).text
    assert "<script>alert" not in shown
    assert "<b>calls" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    done = finish(client, page)
    receipt = client.get(re.search(r"/data/imports/\d+", done)[0]).text  # type: ignore[index]
    assert "<img src=x" not in receipt
    assert "<b>calls" not in receipt + client.get("/data").text


def test_a_formula_in_a_cell_is_a_formula_in_no_file_that_is_taken_along(client: TestClient) -> None:
    told = HEADER + "1,2026-06-01 09:00,voice,=HYPERLINK(1)\n"
    finish(client, send(client, "=cmd.csv", told, into="contacts"))
    taken = client.get("/data.csv").text
    assert "'=cmd.csv" in client.get("/data.csv?table=contacts").text or "=cmd" not in taken


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT_SETTING, "1")
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        while True:
            read += 1
            assert read < 100, "it goes on reading"
            yield b"a" * 65_536

    status, text = streamed(client, endless())
    assert status == 413
    assert "The file is larger than 1 MB" in text
    assert read * 65_536 < 1_500_000
    assert left(folder) == []

    kind = {"content-type": "multipart/form-data; boundary=x"}
    said = {**kind, "content-length": str(2 * 10**9)}
    known = client.post("/data/uploads", content=b"--x", headers=said)
    assert known.status_code == 413
    assert "E-WEB-13" in known.text


def test_a_large_upload_goes_to_disk_and_not_into_memory(client: TestClient, folder: Path) -> None:
    """30 MB of rows; what Python holds at once meanwhile is less than 8 MB."""
    row = b"x,2026-06-01 09:00,voice," + b"r" * 900 + b"\n"
    most = 0

    def body() -> Iterator[bytes]:
        nonlocal most
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        yield HEADER.encode()
        for _ in range(500):
            yield row * 64
            most = max(most, tracemalloc.get_traced_memory()[0])
        yield b"\r\n--x--\r\n"

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        status, _ = streamed(client, body())
    finally:
        tracemalloc.stop()
    assert status == 303
    assert most - before < 8_000_000
    assert [f.stat().st_size for f in folder.rglob("big.csv")] == [len(HEADER) + 500 * 64 * len(row)]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\calls.csv", "a/b.csv", "calls\x01.csv", "..", "x" * 300 + ".csv"]
)
def test_a_file_name_that_is_a_path_is_not_taken(client: TestClient, folder: Path, name: str) -> None:
    quoted = name.replace("\\", "\\\\")
    body = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
        f"{HEADER}1,2026-06-01 09:00,voice,x\r\n--x--\r\n"
    ).encode()
    page = client.post(
        "/data/uploads", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert page.status_code == 400
    assert "is no file name" in page.text
    assert left(folder) == []
    assert not list(folder.parent.rglob("passwd"))


def test_what_is_no_data_is_refused_in_the_words_of_an_import(client: TestClient, folder: Path) -> None:
    assert "E-FILE" in refused(client, "empty.csv", b"")
    assert "E-FILE-03" in refused(client, "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    assert "E-FILE" in refused(client, "page.html", b"%PDF-1.7\n" + b"\x00" * 500)
    nothing = client.post("/data/uploads", data={"into": "contacts"}, files={"other": ("", b"")})
    assert nothing.status_code == 400
    assert "Choose a file with the button" in nothing.text
    assert left(folder) == []


def test_a_zip_bomb_is_refused_and_fills_no_disk(client: TestClient, folder: Path) -> None:
    """A gigabyte of noughts packed into a megabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("calls.csv", "w") as out:
        out.write(HEADER.encode())
        for _ in range(1000):
            out.write(b"0" * 10**6)
    page = client.post(
        "/data/uploads", data={"into": "contacts"}, files={"file": ("calls.zip", packed.getvalue())}
    )
    assert "E-FILE-09" in page.text or "E-FILE-06" in page.text
    assert "Import into contacts" not in page.text


def test_an_archive_with_a_path_inside_writes_nowhere(client: TestClient, folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../../evil.csv", HEADER + "1,2026-06-01 09:00,voice,x\n")
    client.post("/data/uploads", data={"into": "contacts"}, files={"file": ("calls.zip", packed.getvalue())})
    assert not list(folder.parent.rglob("evil.csv"))


def test_an_upload_or_job_that_is_not_there_says_so(client: TestClient) -> None:
    for address in ("/data/uploads/..%2f..", "/data/uploads/0123456789abcdef", "/data/jobs/none"):
        page = client.get(address)
        assert page.status_code in (400, 404)
        assert "<h1" in page.text
    assert "There is no such upload" in client.get("/data/uploads/0123456789abcdef").text
    assert "There is no import" in client.get("/data/imports/99").text
    assert client.get("/data/imports/x").status_code == 400


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
