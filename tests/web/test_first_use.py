# SPDX-License-Identifier: Apache-2.0
"""The first minutes, from an empty folder to a priced contact from an uploaded file, by plain forms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.web import make_app
from tests.web.first_use import CALLS, LEDGER, begin, finish, send


@pytest.fixture
def new(tmp_path: Path) -> Iterator[TestClient]:
    """The app over a folder that is not there yet."""
    app = make_app(tmp_path / "mine")
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def test_from_an_empty_folder_to_a_priced_contact(new: TestClient) -> None:
    first = new.get("/")
    assert first.url.path == "/welcome"
    assert "Load the demo company" in first.text
    assert "Bring my data" in first.text
    begin(new)

    calls = send(new, "calls.csv", CALLS, into="contacts")
    page = new.get(calls).text
    assert "day first" in page  # nothing in it tells 03/06 from 06/03
    assert "Import into" not in page
    name = re.search(r'name="(answer [^"]*order)" value="dmy"', page)
    assert name
    page = new.post(calls, data={"say": "answers", name[1]: "dmy"}).text
    assert "no header and no other column says in what unit" in page
    page = new.post(calls, data={"say": "answers", "answer talk_s.unit": "s"}).text
    assert "400 rows = 400 would land + 0 would be set aside" in page
    assert "2026-06-01" in page
    done = finish(new, calls)
    assert "400 rows = 400 landed in contacts + 0 set aside" in done
    receipt = re.search(r"/data/imports/\d+", done)
    assert receipt
    assert "Bring the ledger" in new.get(receipt[0]).text

    ledger = send(new, "ledger.csv", LEDGER)
    assert "It looks like" in new.get(ledger).text
    new.post(ledger, data={"say": "table", "table": "ledger"})
    assert "1 row = 1 landed in ledger" in finish(new, ledger)
    # EUR 1,000.00 over 400 contacts.
    overview = new.get("/")
    assert overview.url.path == "/"
    assert "2.50" in overview.text


def test_a_page_asked_for_too_early_says_what_it_will_show_and_what_is_missing(new: TestClient) -> None:
    early = new.get("/explain")
    assert early.url.path == "/welcome"
    assert "Explain will show something once there is data." in early.text
    assert "It needs contacts and ledger." in early.text
    assert re.search(r'href="/explain"[^>]*aria-current="page"', early.text)
    assert "will show something" not in new.get("/").text


def test_the_same_headers_are_not_asked_about_again(new: TestClient) -> None:
    begin(new)
    calls = send(new, "calls.csv", CALLS, into="contacts")
    new.post(calls, data={"say": "answers", "answer started_at.order": "dmy", "answer talk_s.unit": "s"})
    finish(new, calls)
    later = send(new, "calls-july.csv", CALLS.replace("/06/2026", "/07/2026"), into="contacts")
    page = new.get(later).text
    assert "headers of an earlier file" in page
    assert "Import into contacts" in page
