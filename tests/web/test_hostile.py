# SPDX-License-Identifier: Apache-2.0
"""Hostile input, each kind by its name, against every route: it is text, or refused, and harms nothing."""

import csv
import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from pypdf import PdfReader
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, Who, accounts, tokens
from percontact.people.sessions import LONGEST
from percontact.web import make_app
from percontact.web.gate import OPEN, Rule
from tests.web.hostile import FORMULA, IMAGE, SCRIPT, made
from tests.web.named_agents import PASSWORD, cookies

pytestmark = pytest.mark.slow

PLACES = {"id": "=c6-1-0", "n": "1", "number": "1", "metric": "cost_per_contact"}
TAGS = ("<script>alert", "<img src=x", "<b>X")
SLOW = ("watch", "opportunities", "check")
ASKED = (
    "", "by=reason", "by=team&by=reason", "by=agent", "by=segment", "grain=week", "metric=contacts_handled",
    f"reason={quote(SCRIPT)}", f"where={quote('segment=' + IMAGE)}", f"period={quote(SCRIPT)}",
    f"q={quote(SCRIPT)}", f"by={quote(SCRIPT)}", f"metric={quote(IMAGE)}", f"sort={quote(SCRIPT)}",
    f"ledger={quote(SCRIPT)}",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(make_app(folder), base_url="http://127.0.0.1", raise_server_exceptions=False) as made_one:
        yield made_one


def rules(client: TestClient, method: str) -> list[Rule]:
    return [r for r in client.app.state.gate.rules if method in r.methods]  # type: ignore[attr-defined]


def at(rule: Rule, **places: str) -> str:
    """The address of a rule with something in its places."""
    known = PLACES | places
    return re.sub(r"{(\w+)[^}]*}", lambda found: quote(known.get(found[1], "none"), safe=""), rule.path)


def is_slow(rule: Rule) -> bool:
    """Whether an answer takes seconds: such are asked less."""
    return any(word in rule.path for word in SLOW)


# -- script ------------------------------------------------------------------------------------------------


def test_script_in_any_name_is_text_on_every_page_and_in_every_text_file(client: TestClient) -> None:
    """Names of the data, and whatever stands in an address"""
    run = []
    for rule in rules(client, "GET"):
        if rule.path.endswith((".xlsx", ".parquet", ".json", ".pdf", ".png")) or rule.path.startswith(
            "/api/v1"
        ):
            continue
        for query in ASKED[:1] if is_slow(rule) else ASKED:
            answer = client.get(f"{at(rule)}?{query}")
            assert answer.status_code < 500, f"{at(rule)}?{query}: {answer.text[:300]}"
            if answer.headers.get("content-type", "").startswith(("text/html", "text/markdown")):
                run += [
                    (at(rule), query, tag) for tag in TAGS if re.search(rf"(?<![\\\\]){tag}", answer.text)
                ]
    assert run == []


def test_script_in_a_name_is_text_on_paper(client: TestClient) -> None:
    """PDF of Explore by reason and of a contact: the text is there to read, and nothing to run"""
    for path in ("/explore.pdf?by=reason", "/explore/contacts/%3Dc6-1-0.pdf"):
        paper = client.get(path).content
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
        assert "alert(1)" in re.sub(r"\s", "", text) or "HYPERLINK" in re.sub(r"\s", "", text)
        assert not re.search(rb"/(JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile)\b", paper)


def test_json_is_never_taken_for_a_page(client: TestClient) -> None:
    for path in ("/explore.json?by=reason", "/api/v1/cost?by=reason", f"/api/v1/cost?by={quote(SCRIPT)}"):
        answer = client.get(path)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "alert(1)" in answer.text


# -- formulas ------------------------------------------------------------------------------------------------

RUNS = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[\d.,]+(%|E-?\d+)?")


def test_no_cell_of_any_csv_is_a_formula(client: TestClient) -> None:
    found, cells = [], 0
    for rule in rules(client, "GET"):
        if not rule.path.endswith(".csv"):
            continue
        for query in ASKED[:1] if is_slow(rule) else ASKED[:4]:
            answer = client.get(f"{at(rule)}?{query}")
            if answer.status_code == 200:
                for cell in (cell for row in csv.reader(io.StringIO(answer.text)) for cell in row):
                    cells += "HYPERLINK" in cell or "cmd|" in cell
                    if RUNS.match(cell) and not NUMBER.fullmatch(cell):
                        found.append((at(rule), query, cell))
    assert found == []
    assert cells > 20, "the formulas of the data are in them, as text"


def test_no_cell_of_any_workbook_is_a_formula_of_the_data(client: TestClient) -> None:
    """A formula of ours adds up cells; one of the data would name a function of another kind."""
    found, texts = [], 0
    for rule in rules(client, "GET"):
        if not rule.path.endswith(".xlsx"):
            continue
        for query in ASKED[:1] if is_slow(rule) else ASKED[:4]:
            answer = client.get(f"{at(rule)}?{query}")
            if answer.status_code == 200:
                with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
                    parts = {name: book.read(name).decode() for name in book.namelist()}
                texts += sum("HYPERLINK(" in text for text in parts.values())
                run = [f for text in parts.values() for f in re.findall(r"<f[ >][^<]*", text)]
                found += [(at(rule), f) for f in run if re.search(r"HYPERLINK|cmd|https?:", f)]
                assert not any("hyperlink" in text.lower() for name, text in parts.items() if "_rels" in name)
    assert found == []
    assert texts > 3


def test_rows_set_aside_are_taken_along_without_formulas_and_come_back_as_they_were(
    client: TestClient,
) -> None:
    """The file is opened in a spreadsheet: no cell runs there, and none is another when it is back"""
    told = client.get("/data/imports/1/aside.csv").text
    rows = list(csv.reader(io.StringIO(told)))
    assert [cell for row in rows[1:] for cell in row if RUNS.match(cell) and not NUMBER.fullmatch(cell)] == []
    assert rows[1][2] == f"'{FORMULA}"
    assert rows[1][12] == "-5", "a number stays one"
    mended = told.replace("never", "2026-06-20 09:00:00")
    sent = {"import": "1", "what": "corrected"}
    page = client.post("/data/uploads", data=sent, files={"file": ("aside.csv", mended)})
    shown = client.get(str(page.url.path)).text
    assert "1 row = 1 would land + 0 would be set aside" in shown
    assert "&#39;=HYPERLINK" not in shown
    client.post(f"{page.url.path}/remove")


def test_the_names_of_files_are_text_too(client: TestClient) -> None:
    page = client.post(
        "/data/uploads",
        data={"into": "events"},
        files={"file": ("=cmd|x.csv", "started_on,event\n2026-06-02,b\n")},
    )
    address = str(page.url.path)
    assert "=cmd|x.csv" in client.get(address).text
    client.post(f"{address}/remove")


# -- SQL -----------------------------------------------------------------------------------------------------

SQL = (
    "x' OR '1'='1",
    'x"; DROP TABLE contacts; --',
    "1) UNION SELECT content FROM read_text('/etc/passwd') --",
)
NAMES = (
    "period", "from", "to", "compare", "channel", "reason", "team", "site", "where", "basis", "by", "metric",
    "per", "part", "sort", "page", "rows", "q", "table", "grain", "ledger", "kind", "against", "top", "id",
    "login", "act", "day", "alerts_a_week", "false_alarms",
)  # fmt: skip


def asked_with(sql: str) -> list[str]:
    """The text as the value of every parameter there is, and inside conditions."""
    whole = [f"{name}={quote(sql)}" for name in NAMES]
    return [
        *whole,
        f"where={quote(f'reason={sql}')}",
        f"where={quote(f'{sql}=a')}",
        f"where={quote(f'team={sql},b')}",
    ]


def test_sql_in_any_parameter_of_any_route_is_a_name_that_there_is_not(
    client: TestClient, folder: Path
) -> None:
    """Every address, each parameter that any of them takes: refused or not looked at, never run"""
    before = client.get("/data.json").json()
    whole = client.get("/explore.json?period=2026-06").json()["total"]
    wrong = []
    for i, rule in enumerate(rules(client, "GET")):
        # One form of a file stands for all: what is asked is read before the form is.
        if rule.path.endswith((".csv", ".xlsx", ".md", ".parquet", ".pdf", ".svg", ".png")):
            continue
        if rule.path.endswith(".json") and (is_slow(rule) or rule.path.startswith("/data")):
            continue
        # The texts in turn, so that each parameter meets each of them at some address.
        for query in asked_with(SQL[i % 3])[:: 4 if is_slow(rule) else 1]:
            answer = client.get(f"{at(rule)}?{query}")
            if answer.status_code >= 500 or "root:x:" in answer.text:
                wrong.append((at(rule), query, answer.status_code))
    assert wrong == []
    assert client.get("/data.json").json() == before
    assert client.get("/explore.json?period=2026-06").json()["total"] == whole
    for sql in SQL:
        for name in ("channel", "reason", "team"):
            chosen = client.get(f"/explore.json?period=2026-06&{name}={quote(sql)}")
            assert chosen.status_code == 400, "a condition that always holds would give the whole"


def test_sql_in_the_path_names_nothing(client: TestClient) -> None:
    for rule in rules(client, "GET"):
        for sql in SQL if "{" in rule.path else ():
            answer = client.get(at(rule, id=sql, n=sql, metric=sql, name=sql))
            assert answer.status_code in (400, 404), (rule.path, answer.status_code)


# -- size, kind, form ----------------------------------------------------------------------------------------


def test_an_address_of_any_length_is_answered_plainly(client: TestClient) -> None:
    for rule in rules(client, "GET"):
        if rule.path.endswith(
            (".csv", ".xlsx", ".md", ".parquet", ".pdf", ".svg", ".png", ".json")
        ) or is_slow(rule):
            continue
        for query in (
            f"channel={'x' * 60_000}",
            "&".join(f"where=team=t{n}" for n in range(2000)),
            "a" * 50_000,
        ):
            assert client.get(f"{at(rule)}?{query}").status_code < 500, rule.path


@pytest.mark.parametrize("kind", [
    "text/xml", "application/json", "application/octet-stream", "multipart/form-data",
    "multipart/form-data; boundary=", "application/x-www-form-urlencoded; charset=utf-7", "image/svg+xml",
    "nonsense", "",
])  # fmt: skip
def test_a_body_of_another_kind_is_refused_or_read_as_empty(client: TestClient, kind: str) -> None:
    """Every route that something is sent to, but those that change the books without asking more"""
    for rule in rules(client, "POST"):
        if rule.path in ("/welcome/demo", "/sign-out"):
            continue
        for body in (
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            b"\xff\xfe\x00" * 50,
        ):
            answer = client.post(
                at(rule), content=body, headers={"Content-Type": kind}, follow_redirects=False
            )
            assert answer.status_code < 500, (rule.path, kind, answer.text[:300])
            assert "root:x:" not in answer.text


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """The app behind a real socket."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(folder), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(10)


def said(served: tuple[str, int], request: bytes, *, more: bytes = b"", times: int = 0) -> bytes:
    """What the server answers to bytes on its socket, and then to more of them, as long as it takes them."""
    with socket.create_connection(served, timeout=20) as wire:
        try:
            wire.sendall(request)
            for _ in range(times):
                wire.sendall(more)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            return wire.recv(65_536)
        except ConnectionResetError:
            return b""


def test_headers_without_end_are_refused_and_the_app_stands(served: tuple[str, int]) -> None:
    """16 MB of headers, and one header of 16 MB"""
    start = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for more in (b"X-%d: y\r\n" * 4000, b"x" * 64_000):
        assert said(served, start, more=more, times=250)[9:12] in (b"400", b"431", b"")
    assert said(served, b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[9:12] in (
        b"200",
        b"303",
    )


def test_two_gigabytes_are_refused_by_their_size_before_any_of_them_is_read(
    served: tuple[str, int], folder: Path
) -> None:
    head = (
        b"POST /data/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 2147483648\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        b"\r\n"
    )
    answer = said(served, head)
    assert answer.startswith(b"HTTP/1.1 413")
    assert [
        f for f in (folder / "app" / "uploads").rglob("*") if f.is_file() and f.stat().st_size > 10_000
    ] == []


def test_two_gigabytes_of_unsaid_length_fill_neither_disk_nor_memory(
    served: tuple[str, int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent in parts, without a length, where 20 MB are taken in: it ends soon after, and nothing is left"""
    monkeypatch.setenv("PERCONTACT_UPLOAD_MB", "20")
    head = (
        b"POST /data/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    part = b"%x\r\n%s\r\n" % (1 << 20, b"a" * (1 << 20))
    before, most = memory_mb(), 0
    with socket.create_connection(served, timeout=30) as wire:
        wire.sendall(head + b"%x\r\n%s\r\n" % (len(begin), begin))
        try:
            for _ in range(2048):
                wire.sendall(part)
                most = max(most, on_disk(folder))
        except (BrokenPipeError, ConnectionResetError):
            pass
        told = wire.recv(65_536)
    assert told.startswith(b"HTTP/1.1 413")
    assert most < 24_000_000
    assert on_disk(folder) < 10_000
    assert memory_mb() - before < 100


def on_disk(folder: Path) -> int:
    """Bytes of uploads."""
    return sum(f.stat().st_size for f in (folder / "app" / "uploads").glob("*/file/*") if f.exists())


def memory_mb() -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1000  # type: ignore[index]


# -- who asks ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(folder: Path) -> Iterator[tuple[TestClient, dict[Role, str]]]:
    """The app in which people have accounts, and a cookie of each role."""
    app = make_app(folder, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as one:
        yield one, cookies(one)


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
    {"Origin": "null"}, {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": "http://127.0.0.1:81"},
])  # fmt: skip
def test_no_page_of_elsewhere_changes_anything_by_any_route(
    house: tuple[TestClient, dict[Role, str]], headers: dict[str, str]
) -> None:
    """Every route and method that changes something, with an Admin's cookie"""
    client, known = house
    for rule in client.app.state.gate.rules:  # type: ignore[attr-defined]
        for method in set(rule.methods) - {"GET", "HEAD"}:
            answer = client.request(
                method, at(rule), headers={"Cookie": known[Role.ADMIN], **headers}, follow_redirects=False
            )
            assert answer.status_code == 403, rule.path
            assert "does not come from a page of this app" in answer.text or "E-WEB-04" in answer.text


def test_a_session_that_was_put_into_the_browser_before_is_not_the_one_signed_in(
    house: tuple[TestClient, dict[Role, str]],
) -> None:
    """Fixation: the cookie of another's choice is not taken over, and opens nothing afterwards"""
    client, _ = house
    chosen = "percontact=chosen-by-somebody-else"
    form = {"login": "viewer", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Cookie": chosen}, follow_redirects=False)
    assert answer.status_code == 303
    given = re.search(r"percontact=([^;]+)", answer.headers["set-cookie"])
    assert given
    assert given[1] not in chosen
    assert len(given[1]) >= 32
    client.cookies.clear()
    assert client.get("/overview.json", headers={"Cookie": chosen}).status_code == 401
    again = client.post(
        "/sign-in", data=form, headers={"Cookie": f"percontact={given[1]}"}, follow_redirects=False
    )
    client.cookies.clear()
    other = re.search(r"percontact=([^;]+)", again.headers["set-cookie"])
    assert other
    assert other[1] != given[1], "each sign-in has a session of its own"


def test_tokens_and_sessions_end_by_themselves(folder: Path, tmp_path: Path) -> None:
    """A token of a day works for a day; a session for as long as it says, then it opens nothing"""
    client = TestClient(
        make_app(folder, alone=False), base_url="http://127.0.0.1", raise_server_exceptions=False
    )
    state = client.app.state.entrance.state  # type: ignore[attr-defined]
    for login in ("admin", "analyst"):
        assert accounts.find(state, login) or accounts.add(
            state, login, Role(login), by=COMMAND_LINE, password=PASSWORD
        )
    person = accounts.get(state, "analyst")
    token = tokens.make(
        state, person, "t", Role.ANALYST, timedelta(days=1), by=Who(person, Role.ANALYST, "password")
    )
    signed = client.post("/sign-in", data={"login": "analyst", "password": PASSWORD}, follow_redirects=False)
    cookie = signed.headers["set-cookie"].partition(";")[0]
    client.cookies.clear()

    def after(days: float, **headers: str) -> int:
        object.__setattr__(state, "clock", lambda: datetime.now(UTC) + timedelta(days=days))
        return client.get("/overview.json", headers=headers).status_code

    assert after(0, Authorization=f"Bearer {token}") == 200
    assert after(1.01, Authorization=f"Bearer {token}") == 401
    assert after(0, Cookie=cookie) == 200
    assert after(LONGEST.days + 0.1, Cookie=cookie) == 401
    client.app.state.entrance.close()  # type: ignore[attr-defined]


def test_the_password_of_nobody_takes_sql_and_lists_for_what_they_are(
    house: tuple[TestClient, dict[Role, str]],
) -> None:
    client, _ = house
    for login in ("admin' --", "' OR 1=1 --", 'admin" OR ""="', "\x00", "a" * 100_000):
        answer = client.post(
            "/sign-in", data={"login": login, "password": "' OR ''='"}, follow_redirects=False
        )
        assert answer.status_code in (400, 401, 413, 429)
    assert OPEN == ""
    assert json.loads(client.get("/overview.json").text)["problem"]["code"] == "E-WHO-09"
