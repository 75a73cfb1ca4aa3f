# SPDX-License-Identifier: Apache-2.0
"""Books whose settings are changed in tests: a policy that leaves lines without a pool, holidays by site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace
from percontact.web import make_app

PLAIN = """\
pools:
  people: {driver: handle_s}
  software: {driver: contacts}
rules:
  - {match: {account: "60*"}, to: people, because: pay}
  - {match: {account: "70*"}, to: software, because: licences}
"""
IN_FORCE = "# ours\n" + PLAIN
FILES = {
    "contacts": "date,channel,site,count,handle_s\n"
    "2026-06-01,voice,North,100,30000\n2026-06-01,email,South,300,30000\n",
    "ledger": "date,line_id,account,account_name,cost_centre,amount\n2026-06,l1,6000,Salaries,CC-A,600.00\n"
    "2026-06,l2,6010,Bonus,CC-A,200.00\n2026-06,l3,7000,Licences,,400.00\n2026-06,l4,8000,Party,CC-B,90.00\n"
    "2026-06,l5,8000,Party,CC-B,10.00\n",
    "calendar": "day,site,kind,name\n2026-06-04,North,holiday,Corpus Christi\n2026-06-18,,holiday,Founders\n"
    "2026-12-25,,holiday,Christmas\n",
}


def by_time(policy: str) -> str:
    """The same with software by time instead of by contact."""
    return policy.replace("software: {driver: contacts}", "software: {driver: handle_s}")


BY_TIME = by_time(IN_FORCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    contacts  2026-06  voice 100 x 300 s at North, email 300 x 100 s at South
    ledger    2026-06  6000 600.00, 6010 200.00 (CC-A), 7000 400.00, 8000 90.00 + 10.00 (CC-B)
    calendar  4 June holiday at North, 18 June and 25 December everywhere
    policy    60* -> people by time, 70* -> software by contact; nothing says where 8000 goes
    """
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))
    for table, text in FILES.items():
        (tmp_path / f"{table}.csv").write_text(text)
        assert land(workspace, table, tmp_path / f"{table}.csv").aside == 0
    (workspace.path / "policy.yaml").write_text(IN_FORCE)
    return workspace.path


@pytest.fixture
def app(folder: Path) -> Iterator[TestClient]:
    with TestClient(make_app(folder), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        client.headers["Origin"] = "http://127.0.0.1"
        yield client


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).replace(" .", ".")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def field(page: str) -> str:
    """What stands in the field of the text."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def row(page: str, first: str) -> list[str]:
    """The cells of the table row that begins so."""
    for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL):
        cells = [words(c).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", one, re.DOTALL)]
        if cells and cells[0] == first:
            return cells
    raise AssertionError(f"no row {first}")


def tried(app: TestClient, text: str, **more: str):
    base = hidden(app.get("/settings/policy").text, "base")
    return app.post("/settings/policy/try", data={"text": text, "base": base, "period": "2026-06", **more})


def saved(app: TestClient, page: str, **more: str):
    """Save what a page of a try shows."""
    data = {"text": field(page), "base": hidden(page, "base"), "tried": hidden(page, "tried"), **more}
    return app.post("/settings/policy/save", data=data, follow_redirects=False)
