# SPDX-License-Identifier: Apache-2.0
"""Signing in and out as a person does it, by the forms of the app."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, State, accounts, audit, links
from percontact.web import make_app

PASSWORD = "correct horse battery"
ADA = {"login": "ada@example.org", "password": PASSWORD}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(own_company: Path) -> Iterator[TestClient]:
    """The app in which Ada has an account."""
    with TestClient(make_app(own_company, alone=False), base_url="https://c.example") as made:
        accounts.add(state_of(made), "ada@example.org", Role.ADMIN, by=COMMAND_LINE, password=PASSWORD)
        made.headers |= PAGE
        yield made


def state_of(client: TestClient) -> State:
    return client.app.state.entrance.state  # type: ignore[attr-defined]


def lets_in(client: TestClient) -> bool:
    return client.get("/account", follow_redirects=False).status_code == 200


def test_who_signs_in_goes_on_to_where_they_wanted(client: TestClient) -> None:
    asked = client.get("/?period=2026-06")
    assert asked.url.path == "/sign-in"
    back = re.search(r'name="back" value="([^"]+)"', asked.text)
    assert back is not None
    page = client.post("/sign-in", data=ADA | {"back": back[1]})
    assert (page.status_code, page.url.path, page.url.query) == (200, "/", b"period=2026-06")
    assert "ada" in page.text


def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(client: TestClient) -> None:
    sent = client.post("/sign-in", data=ADA, follow_redirects=False)
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("__Host-percontact=")
    assert {p.strip().lower() for p in cookie.split(";")[1:]} >= {
        "httponly",
        "samesite=lax",
        "secure",
        "path=/",
    }
    assert "domain" not in cookie.lower()


def test_who_is_wrong_sees_why_and_keeps_the_login(client: TestClient) -> None:
    page = client.post("/sign-in", data=ADA | {"password": "not the right one"})
    assert page.status_code == 401
    assert "do not fit together" in page.text
    assert 'value="ada@example.org"' in page.text
    assert "not the right one" not in page.text
    assert not lets_in(client)


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-out"],
)
def test_signing_in_leads_to_no_other_site(client: TestClient, back: str) -> None:
    sent = client.post("/sign-in", data=ADA | {"back": back}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/")


def test_signing_out_ends_it_for_the_server_too(client: TestClient) -> None:
    client.post("/sign-in", data=ADA)
    kept = client.cookies["__Host-percontact"]
    assert lets_in(client)
    left = client.post("/sign-out", follow_redirects=False)
    assert left.headers["location"] == "/sign-in"
    assert "__Host-percontact" not in client.cookies
    client.cookies.set("__Host-percontact", kept)
    assert not lets_in(client)


def test_a_link_sets_a_password_and_signs_in(client: TestClient) -> None:
    state = state_of(client)
    accounts.add(state, "bob@example.org", Role.VIEWER, by=COMMAND_LINE)
    secret = links.invite(state, "bob@example.org", by=COMMAND_LINE)
    page = client.get(f"/first?link={secret}")
    assert "You sign in as bob@example.org" in page.text
    assert page.headers["cache-control"] == "no-store"
    short = client.post("/first", data={"link": secret, "password": "sesame"})
    assert short.status_code == 400
    assert "It has 6 signs; it needs 12" in short.text
    assert client.post("/first", data={"link": secret, "password": PASSWORD}).url.path == "/"
    again = client.get(f"/first?link={secret}")
    assert again.status_code == 404
    assert "does not work" in again.text


def test_the_first_link_makes_the_first_admin(own_company: Path) -> None:
    with TestClient(make_app(own_company, alone=False), base_url="http://127.0.0.1") as client:
        client.headers |= PAGE
        secret = client.app.state.entrance.first_link()  # type: ignore[attr-defined]
        assert "Make the first account" in client.get(f"/first?link={secret}").text
        made = client.post("/first", data=ADA | {"link": secret, "name": "Ada"})
        assert (made.status_code, made.url.path) == (200, "/")
        assert accounts.get(state_of(client), "ada@example.org").role is Role.ADMIN
        assert client.app.state.entrance.first_link() is None  # type: ignore[attr-defined]


def test_many_wrong_passwords_have_to_wait(client: TestClient) -> None:
    for _ in range(12):
        client.post("/sign-in", data=ADA | {"password": "not the right one"})
    waits = client.post("/sign-in", data=ADA)
    assert waits.status_code == 429
    assert re.search(r"next one may be made in \d+ s", waits.text)
    assert audit.entries(state_of(client), act="refused", limit=1)[0].detail == {"because": "has to wait"}


def test_a_form_without_end_is_not_read_to_its_end(client: TestClient) -> None:
    """Anybody may send to the sign-in page"""
    sent = []

    def parts():
        for i in range(10_000):
            sent.append(i)
            yield b"x" * 10_000

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=parts(), headers=kind).status_code == 413


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x00\u202e"]
)
def test_what_is_typed_is_text(client: TestClient, text: str) -> None:
    page = client.post("/sign-in", data={"login": text, "password": "x", "back": text})
    assert page.status_code == 401
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
