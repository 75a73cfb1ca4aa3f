# SPDX-License-Identifier: Apache-2.0
"""A real Request Tracker, run for the test: tickets are made over its API, exported, and read.

It needs Debian's request-tracker5, rt5-standalone, rt5-db-sqlite and starman; without them it is skipped.
"""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from percontact.ingest.source import recognise, shipped

SETUP, SERVER = shutil.which("rt-setup-database-5"), Path("/usr/share/request-tracker5/libexec/rt-server")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (SETUP and SERVER.is_file()), reason="Request Tracker is not installed"),
]

FIELDS = "Status,Queue,Owner,Requestor,Created,Started,Resolved,TimeWorked,Priority,Subject"
SHOWN = (
    "id",
    "Status",
    "QueueName",
    "OwnerName",
    "Requestors",
    "Created",
    "Started",
    "Resolved",
    "TimeWorked",
)


class Tracker:
    """A Request Tracker of its own on a free port, with a fresh SQLite database."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.folder = f"http://127.0.0.1:{self.port}", folder
        lines = {
            "DatabaseType": "SQLite", "DatabaseName": f"{folder}/rt.sqlite3", "WebPath": "",
            "Timezone": "UTC",
            "WebDomain": "127.0.0.1", "WebPort": str(self.port), "MailCommand": "testfile",
            "MasonDataDir": f"{folder}/mason", "MasonSessionDir": f"{folder}/sessions",
        }  # fmt: skip
        for name in ("conf.d", "mason", "sessions"):
            (folder / name).mkdir()
        text = "".join(f"Set(${name}, '{value}');\n" for name, value in lines.items())
        (folder / "RT_SiteConfig.pm").write_text(text + "1;\n", encoding="utf-8")
        self.env = os.environ | {
            "RT_SITE_CONFIG": f"{folder}/RT_SiteConfig.pm",
            "RT_SITE_CONFIG_DIR": f"{folder}/conf.d",
        }

    def start(self) -> None:
        made = [str(SETUP), "--action", "init", "--skip-create"]
        subprocess.run(made, env=self.env, cwd=self.folder, check=True, capture_output=True, timeout=120)
        served = [
            str(SERVER),
            "--server",
            "Starman",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
        ]
        with (self.folder / "server.log").open("wb") as log:
            self.server = subprocess.Popen(
                served, env=self.env, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(120):
            try:
                self.ask("GET", "/REST/2.0/rt")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        raise AssertionError((self.folder / "server.log").read_text())

    def stop(self) -> None:
        os.killpg(self.server.pid, signal.SIGTERM)
        self.server.wait(30)

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> bytes:
        login = base64.b64encode(b"root:password").decode()
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def table(self) -> bytes:
        """Search results as a person downloads them."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        browser.addheaders = [("Referer", f"{self.url}/Search/Results.html")]
        login = urllib.parse.urlencode({"user": "root", "pass": "password", "next": ""}).encode()
        browser.open(f"{self.url}/NoAuth/Login.html", login, timeout=60).read()
        shown = ",".join(f"'__{name}__'" for name in SHOWN)
        query = urllib.parse.urlencode({"Query": "id>0", "Format": shown, "OrderBy": "id", "Order": "ASC"})
        return browser.open(f"{self.url}/Search/Results.tsv?{query}", timeout=60).read()


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """Ticket 1: answered in 7 minutes, resolved, opened again, resolved, 9 minutes in all; 2 new; 3 1.5 h"""
    rt = Tracker(tmp_path_factory.mktemp("rt"))
    rt.start()
    try:
        for who in ("ann", "bob", "bob"):
            made: dict[str, object] = {"Queue": "General", "Subject": "Invoice wrong", "Content": "help"}
            rt.ask("POST", "/REST/2.0/ticket", made | {"Requestor": f"{who}@example.test"})
        answer: dict[str, object] = {"Content": "fixed", "ContentType": "text/plain", "TimeTaken": 7}
        rt.ask("POST", "/REST/2.0/ticket/1/correspond", answer)
        for change in ({"Status": "resolved"}, {"Status": "open"}, {"Status": "resolved", "TimeWorked": 9}):
            rt.ask("PUT", "/REST/2.0/ticket/1", dict(change))
        rt.ask("PUT", "/REST/2.0/ticket/3", {"TimeWorked": 90, "Owner": "root"})
        yield rt
    finally:
        rt.stop()


WORK = [("1", 540, "reported", "resolved"), ("2", None, "none", None), ("3", 5_400, "reported", None)]


def test_its_rest_answer_is_read(desk, tracker: Tracker) -> None:
    query = f"query=id%3E0&orderby=id&fields={FIELDS}&fields[Queue]=Name"
    answer = tracker.ask("GET", f"/REST/2.0/tickets?{query}")
    states = [("1", "resolved", True), ("2", "new", False), ("3", "new", False)]
    for table, columns, rows in (
        ("contacts", "contact_id, handle_s, handle_basis, outcome", WORK),
        ("cases", "case_id, status, resolved_at IS NOT NULL", states),
    ):
        source = shipped("request_tracker/tickets-rest-json", table)
        assert source is not None
        staged = desk.read(answer, table, mapping=source.text, name="tickets.json")
        assert desk.rows(staged, columns, rest=f"ORDER BY {columns.split(',')[0]}") == rows
        assert "example.test" not in str(desk.rows(staged))


def test_its_search_results_are_recognised_and_read(desk, tracker: Tracker) -> None:
    answer = tracker.table().lstrip()
    headers = answer.decode().split("\n")[0].split("\t")
    (source,) = recognise(headers, "contacts")
    assert source.key == "request_tracker/search-results-tsv"
    staged = desk.read(answer, mapping=source.text, name="results.tsv")
    columns = "contact_id, handle_s, handle_basis, outcome"
    assert desk.rows(staged, columns, rest="ORDER BY contact_id") == WORK
    cases = shipped(source.key, "cases")
    assert cases is not None
    staged = desk.read(answer, "cases", mapping=cases.text, name="results.tsv")
    assert desk.rows(staged, "case_id, resolved_at IS NOT NULL") == [("1", True), ("2", False), ("3", False)]
