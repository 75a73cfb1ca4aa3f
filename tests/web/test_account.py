# SPDX-License-Identifier: Apache-2.0
"""One's own account, and the pages of who manages people and reads the audit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, State, accounts, tokens
from percontact.web import make_app

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"


@pytest.fixture
def client(own_company: Path) -> Iterator[TestClient]:
    """The app, with Ada the Admin signed in."""
    app = make_app(own_company, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as made:
        accounts.add(state_of(made), "ada@example.org", Role.ADMIN, by=COMMAND_LINE, password=PASSWORD)
        sign_in(made, "ada@example.org")
        yield made


def state_of(client: TestClient) -> State:
    return client.app.state.entrance.state  # type: ignore[attr-defined]


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> bool:
    client.cookies.clear()
    sent = client.post("/sign-in", data={"login": login, "password": password}, follow_redirects=False)
    return sent.status_code == 303 and sent.headers["location"] == "/"


def test_ones_account_says_who_one_is(client: TestClient) -> None:
    page = client.get("/account")
    assert "You are ada (ada@example.org), Admin" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_password_is_changed_by_who_knows_the_old_one(client: TestClient) -> None:
    wrong = client.post("/account/password", data={"old": "not the right one", "new": "another long one"})
    assert wrong.status_code == 401
    short = client.post("/account/password", data={"old": PASSWORD, "new": "sesame"})
    assert "It has 6 signs" in short.text
    before = client.cookies["percontact"]
    assert (
        client.post("/account/password", data={"old": PASSWORD, "new": "another long one"}).url.path
        == "/account"
    )
    assert client.cookies["percontact"] != before
    assert not sign_in(client, "ada@example.org")
    assert sign_in(client, "ada@example.org", "another long one")


def test_a_token_is_shown_once_works_and_is_ended(client: TestClient) -> None:
    made = client.post("/account/tokens", data={"label": "<b>robot</b>", "role": "analyst", "days": "30"})
    secret = re.search(r"<pre>(pct_[^<]+)</pre>", made.text)
    assert secret is not None
    assert secret[1] not in client.get("/account").text
    assert "<b>robot" not in made.text
    bearer = {"Authorization": f"Bearer {secret[1]}", "Accept": "application/json"}
    client.cookies.clear()
    assert client.get("/overview.json", headers=bearer).status_code == 200
    assert client.get("/settings/people", headers=bearer).status_code == 403
    sign_in(client, "ada@example.org")
    (token,) = tokens.tokens(state_of(client))
    assert client.post(f"/account/tokens/{token.id}/end").url.path == "/account"
    client.cookies.clear()
    assert client.get("/overview.json", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("field", "value"), [("days", "0"), ("days", "9999"), ("days", "x"), ("role", "king"), ("label", " ")]
)
def test_a_token_that_cannot_be_is_not_made(client: TestClient, field: str, value: str) -> None:
    sent = {"label": "robot", "role": "viewer", "days": "30"} | {field: value}
    assert client.post("/account/tokens", data=sent).status_code == 400
    assert tokens.tokens(state_of(client)) == []


def test_an_admin_adds_people_and_gives_roles(client: TestClient) -> None:
    added = client.post("/settings/people", data={"do": "add", "login": "bob@example.org", "role": "viewer"})
    link = re.search(r"<pre>(http://127.0.0.1/first\?link=[^<]+)</pre>", added.text)
    assert link is not None
    client.post("/settings/people", data={"do": "role", "login": "bob@example.org", "role": "manager"})
    assert accounts.get(state_of(client), "bob@example.org").role is Role.MANAGER
    again = client.post("/settings/people", data={"do": "add", "login": "BOB@example.org", "role": "viewer"})
    assert "already" in again.text
    last = client.post("/settings/people", data={"do": "off", "login": "ada@example.org"})
    assert "is the last Admin" in last.text
    client.post("/settings/people", data={"do": "off", "login": "bob@example.org"})
    assert not accounts.get(state_of(client), "bob@example.org").active
    client.post("/settings/people", data={"do": "on", "login": "bob@example.org"})
    client.cookies.clear()
    page = client.post("/first", data={"link": link[1].rpartition("=")[2], "password": PASSWORD})
    assert page.url.path == "/"
    assert client.get("/settings/people").status_code == 403


def test_the_audit_is_read_by_person_act_and_day(client: TestClient) -> None:
    client.get("/overview.csv")
    page = client.get("/settings/audit?act=exported")
    assert "/overview.csv" in page.text
    assert "/overview.csv" not in client.get("/settings/audit?act=refused").text
    assert "/overview.csv" not in client.get("/settings/audit?login=bob").text
    assert "Nothing of that kind" in client.get("/settings/audit?day=2020-01-01").text
    assert client.get("/settings/audit?day=nonsense&page=2").status_code == 200


def test_alone_the_first_account_is_an_admins(own_company: Path) -> None:
    with TestClient(make_app(own_company), base_url="http://127.0.0.1") as client:
        assert "alone on this machine" in client.get("/account").text
        refused = client.post("/settings/people", data={"do": "add", "login": "bob", "role": "viewer"})
        assert "first account has to be an Admin&#39;s" in refused.text
        added = client.post("/settings/people", data={"do": "add", "login": "ada", "role": "admin"})
        assert "/first?link=" in added.text
        client.app.state.entrance._looked -= 10  # type: ignore[attr-defined]
        assert client.get("/settings/people", headers={"Accept": "text/html"}).url.path == "/sign-in"


def test_who_may_not_take_files_away_is_not_offered_them(client: TestClient) -> None:
    accounts.add(state_of(client), "eve", Role.VIEWER, by=COMMAND_LINE, password=PASSWORD)
    assert "/overview.xlsx" in client.get("/").text
    sign_in(client, "eve")
    assert "/overview.xlsx" not in client.get("/").text
