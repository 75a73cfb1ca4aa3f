# SPDX-License-Identifier: Apache-2.0
"""Saved views: a page under a name, in the menu and the search; one's own, or shared with the team."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, accounts, audit
from percontact.people.sign_in import sign_in
from percontact.web import make_app

PASSWORD = "correct horse battery"
VOICE = "/explain?channel=voice&compare=last-year&period=2026-03"


@pytest.fixture
def own(own_company: Path) -> Iterator[TestClient]:
    """The app over a copy of the company, for the one user of this machine."""
    with TestClient(make_app(own_company), base_url="http://127.0.0.1") as client:
        yield client


def save(client: TestClient, name: str, address: str = VOICE, **more: str):
    return client.post("/views", data={"name": name, "address": address, **more}, follow_redirects=False)


def menu(page: str) -> list[tuple[str, str]]:
    """(address, name) of the saved views beside a page."""
    found = re.findall(r'<a href="([^"]+)" data-letter="\d" class="view"[^>]*><bdi>([^<]*)</bdi>', page)
    return [(html.unescape(address), html.unescape(name)) for address, name in found]


def test_a_page_offers_to_save_what_it_shows(app: TestClient) -> None:
    page = html.unescape(app.get("/explain?period=2026-03&channel=voice&compare=last-year").text)
    assert f'name="address" value="{VOICE}"' in page
    assert f'value="http://127.0.0.1{VOICE}" readonly' in page
    assert "newest month" not in page


def test_without_a_chosen_period_it_says_that_it_opens_at_the_newest_month(app: TestClient) -> None:
    assert "always opens at the newest month" in app.get("/explain?channel=voice").text


@pytest.mark.parametrize("path", ["/views", "/account", "/jump?q=cost", "/data/imports/1"])
def test_what_is_no_view_is_not_offered_to_be_saved(app: TestClient, path: str) -> None:
    assert "Save this view" not in re.sub(r"(?s)<main.*</main>", "", app.get(path).text)


def test_a_saved_view_stands_in_the_menu_of_every_page_and_leads_back(own: TestClient) -> None:
    before = own.get(VOICE)
    sent = save(own, "Calls in March")
    assert (sent.status_code, sent.headers["location"]) == (303, VOICE)
    for path in ("/", "/data", "/views", VOICE):
        assert menu(own.get(path).text) == [(VOICE, "Calls in March")]
    page = own.get(VOICE, headers={"If-None-Match": before.headers["etag"]})
    # The page of before has no such view in its menu, so it is not what stands here now.
    assert page.status_code == 200
    assert "Saved as “Calls in March”" in page.text
    assert 'aria-current="true"' in page.text


def test_the_order_in_which_an_address_names_its_filters_does_not_matter(own: TestClient) -> None:
    save(own, "Calls in March")
    assert (
        "Saved as “Calls in March”" in own.get("/explain?compare=last-year&period=2026-03&channel=voice").text
    )


def test_a_view_is_found_by_its_name(own: TestClient) -> None:
    save(own, "Calls in March")
    went = own.get("/jump?q=calls+in+march", follow_redirects=False)
    assert (went.status_code, went.headers["location"]) == (303, VOICE)
    assert "Calls in March" in own.get("/jump?q=calls").text


def test_an_event_is_found_by_a_word_of_its_note(app: TestClient) -> None:
    went = app.get("/jump?q=lamp-batch", follow_redirects=False)
    assert went.headers["location"] == "/events#on-2026-03-09"
    assert "/events#on-2026-03-09" in app.get("/jump?q=loose+socket").text


def test_a_view_is_renamed_and_removed_and_the_audit_says_so(own: TestClient) -> None:
    save(own, "Calls")
    page = own.get("/views").text
    assert "Explain: channel voice, compare last-year, period 2026-03" in html.unescape(page)
    number = re.search(r'action="/views/(\d+)"', page)
    assert number
    own.post(f"/views/{number[1]}", data={"name": "Telephone"})
    assert menu(own.get("/").text) == [(VOICE, "Telephone")]
    own.post(f"/views/{number[1]}", data={"do": "remove"})
    assert menu(own.get("/").text) == []
    assert "Nothing is saved yet" in own.get("/views").text
    state = own.app.state.entrance.state  # type: ignore[attr-defined]
    assert [e.what for e in audit.entries(state, act="changed")] == [
        "views/Telephone", "views/Telephone", "views/Calls"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "address", "says"),
    [
        (" ", VOICE, "Cannot be its name"),
        ("June", "https://elsewhere.example/", "is no page of this app"),
        ("June", "//elsewhere.example/", "is no page of this app"),
        ("June", "/\\elsewhere.example", "is no page of this app"),
        ("June", "", "is no page of this app"),
    ],
)
def test_what_cannot_be_saved_is_told_in_four_parts_and_leads_nowhere(
    app: TestClient, name: str, address: str, says: str
) -> None:
    sent = save(app, name, address)
    assert sent.status_code == 400
    assert says.lower() in html.unescape(sent.text).lower()
    assert "E-ARG-03" in sent.text
    assert menu(app.get("/").text) == []


def test_a_hostile_name_stands_as_text(own: TestClient) -> None:
    save(own, '"><script>alert(1)</script>')
    for path in ("/", VOICE, "/views", "/jump?q=script"):
        assert "<script>alert" not in own.get(path).text


class TestATeam:
    """Four people of four roles, signed in"""

    @pytest.fixture
    def team(self, own_company: Path) -> Iterator[TestClient]:
        with TestClient(make_app(own_company, alone=False), base_url="http://127.0.0.1") as client:
            state = client.app.state.entrance.state  # type: ignore[attr-defined]
            client.cookies_of = {}  # type: ignore[attr-defined]
            for role in Role:
                accounts.add(state, role.value, role, by=COMMAND_LINE, password=PASSWORD)
                client.cookies_of[role.value] = sign_in(state, role.value, PASSWORD)  # type: ignore[attr-defined]
            yield client

    def ask(self, team: TestClient, who: str, path: str, **data: str):
        headers = {"Cookie": f"percontact={team.cookies_of[who]}"}  # type: ignore[attr-defined]
        if data:
            return team.post(path, data=data, headers=headers, follow_redirects=False)
        return team.get(path, headers=headers, follow_redirects=False)

    def test_others_see_what_is_shared_and_nothing_else(self, team: TestClient) -> None:
        self.ask(team, "analyst", "/views", name="Mine", address="/")
        self.ask(team, "analyst", "/views", name="Ours", address=VOICE, shared="yes")
        assert menu(self.ask(team, "viewer", "/").text) == [(VOICE, "Ours")]
        page = self.ask(team, "viewer", "/views").text
        assert "Shared by analyst" in page
        assert "Remove" not in page

    def test_a_viewer_saves_but_does_not_share(self, team: TestClient) -> None:
        assert 'name="shared"' not in self.ask(team, "viewer", "/").text
        assert 'name="shared"' in self.ask(team, "analyst", "/").text
        assert self.ask(team, "viewer", "/views", name="Mine", address="/").status_code == 303
        refused = self.ask(team, "viewer", "/views", name="Ours", address="/", shared="yes")
        assert refused.status_code == 403
        assert "E-WHO-03" in refused.text

    def test_nobody_changes_anothers_view_and_an_admin_may_remove_it(self, team: TestClient) -> None:
        self.ask(team, "analyst", "/views", name="Ours", address=VOICE, shared="yes")
        number = re.search(r'action="/views/(\d+)"', self.ask(team, "analyst", "/views").text)
        assert number
        path = f"/views/{number[1]}"
        assert self.ask(team, "manager", path, name="Theirs").status_code == 400
        assert self.ask(team, "manager", path, do="remove").status_code == 400
        assert self.ask(team, "admin", path, do="remove").status_code == 303
        assert menu(self.ask(team, "viewer", "/").text) == []

    def test_a_link_needs_a_sign_in_and_comes_back(self, team: TestClient) -> None:
        sent = team.get(VOICE, headers={"Accept": "text/html"}, follow_redirects=False)
        assert sent.headers["location"] == f"/sign-in?back={quote(VOICE, safe='')}"
