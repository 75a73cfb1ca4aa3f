# SPDX-License-Identifier: Apache-2.0
"""An empty workspace that files are sent to, what was refused of them, and what they left behind."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from percontact.web import make_app
from tests.web.first_use import begin

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
