# SPDX-License-Identifier: Apache-2.0
"""Hostile files that come in by the browser: text, or refused plainly, and they harm nothing."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.web.streaming import LIMIT_SETTING
from tests.web.first_use import finish, send
from tests.web.sending import HEADER, client, folder, left, refused, streamed

__all__ = ["client", "folder"]

pytestmark = pytest.mark.slow


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
