# SPDX-License-Identifier: Apache-2.0
"""Events: noted on the page, in the Book at once, on every chart; the same whichever way they came."""

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.answers import noting
from percontact.people import COMMAND_LINE, State, audit, events, open_state
from percontact.people.events import Happening
from percontact.pipeline import OpenBook, land
from percontact.store.workspace import Workspace
from percontact.values.plain import Plain
from percontact.values.problem import PercontactError
from percontact.web import make_app

FORM = {
    "event": "Price rise", "started_on": "2026-03-09", "ended_on": "", "kind": "price", "channel": "voice",
    "team": "", "reason": "", "note": "A euro more",
}  # fmt: skip


@pytest.fixture
def own(own_company: Path) -> Iterator[TestClient]:
    """The app over a copy of the company that a test may change."""
    with TestClient(make_app(own_company), base_url="http://127.0.0.1") as client:
        client.folder = own_company  # type: ignore[attr-defined]
        yield client


def send(client: TestClient, path: str = "/events", **changes: str):
    return client.post(path, data=FORM | changes, follow_redirects=False)


def listed(client: TestClient) -> list[dict]:
    return json.loads(client.get("/events.json").text)["events"]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def number_of(client: TestClient, name: str) -> str:
    page = client.get("/events").text
    found = re.search(rf'change=(\d+)#note">Change<span class="hidden"> {name}', page)
    assert found, page
    return found[1]


def code(call) -> str:
    with pytest.raises(PercontactError) as refused:
        call()
    return refused.value.problem.code


# -- on the page ---------------------------------------------------------------------------------------------


def test_events_of_the_companys_files_stand_with_days_touch_and_file(app: TestClient) -> None:
    """The lamp batch is a story of the company: 9 to 22 March 2026, reason product_fault"""
    page = text_of(app.get("/events").text)
    assert "9 to 22 March 2026 lamp-batch fault" in page
    assert "Touches reason product_fault" in page
    assert "events.csv" in page


def test_an_event_leads_to_its_month_its_weeks_and_its_days_in_its_slice(app: TestClient) -> None:
    page = html.unescape(app.get("/events").text)
    entry = page[page.index('id="on-2026-03-09"') :]
    entry = entry[: entry.index("</li>")]
    assert 'href="/explain?period=2026-03&reason=product_fault"' in entry
    assert 'href="/watch?from=2026-03-09&reason=product_fault&to=2026-04-05"' in entry
    assert "grain=day" in entry
    for address in re.findall(r'href="(/(?:explain|explore)\?[^"]+)"', entry):
        assert app.get(address).status_code == 200


def test_a_noted_event_is_on_the_page_in_its_files_and_on_the_charts(own: TestClient) -> None:
    before = len(listed(own))
    sent = send(own)
    assert (sent.status_code, sent.headers["location"]) == (303, "/events#on-2026-03-09")
    found = listed(own)
    assert len(found) == before + 1
    one = next(e for e in found if e["event"] == "Price rise")
    assert (one["started_on"], one["channel"], one["note"]) == ("2026-03-09", "voice", "A euro more")
    assert "Price rise" in own.get("/events.csv").text
    assert "Price rise" in own.get("/?period=2026-04").text
    # What happened to telephone calls is no mark on the cost of chat.
    assert "Price rise" not in own.get("/?period=2026-04&channel=chat").text


def test_an_event_can_be_changed_and_removed_and_each_step_stands_in_the_audit(own: TestClient) -> None:
    send(own)
    number = number_of(own, "Price rise")
    form = own.get(f"/events?change={number}").text
    assert 'value="Price rise"' in form
    assert "A euro more</textarea>" in form
    send(own, f"/events/{number}", event="Dearer by two euros", started_on="2026-03-10")
    assert "Price rise" not in own.get("/events").text
    assert "Dearer by two euros" in [e["event"] for e in listed(own)]
    asked = text_of(own.get(f"/events?remove={number}").text)
    assert "Remove “Dearer by two euros” of 2026-03-10?" in asked
    own.post(f"/events/{number}", data={"do": "remove"})
    assert "Dearer by two euros" not in [e["event"] for e in listed(own)]
    state = own.app.state.entrance.state  # type: ignore[attr-defined]
    did = [str(line.detail["did"]) for line in audit.entries(state) if line.what == f"events/{number}"]
    assert did == ["removed", "changed", "added"]


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"event": " "}, "E-ARG-03", "It has no name"),
        ({"started_on": ""}, "E-ARG-02", "No day is given"),
        ({"started_on": "9.3.2026"}, "E-ARG-02", "'9.3.2026' is no day"),
        ({"ended_on": "2026-03-01"}, "E-ARG-03", "Its last day 2026-03-01 lies before its first"),
        ({"channel": "voise"}, "E-ARG-01", "No contact has channel 'voise'"),
        ({"event": "two\nlines"}, "E-ARG-03", "signs that cannot be seen"),
    ],
)
def test_what_cannot_be_noted_is_told_in_four_parts_and_what_was_typed_stays(
    app: TestClient, changes: dict[str, str], code: str, says: str
) -> None:
    before = listed(app)
    sent = send(app, **changes)
    assert sent.status_code == 400
    page = html.unescape(sent.text)
    told = text_of(page[page.index('class="wrong"') :])
    assert says in told
    assert code in told
    assert "A euro more</textarea>" in page
    assert listed(app) == before


def test_hostile_texts_stand_as_text(own: TestClient) -> None:
    send(own, event="<script>alert(1)</script>", note="=HYPERLINK(1) {{ 7*7 }}")
    page = own.get("/events").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page


# -- in the Book ---------------------------------------------------------------------------------------------


def test_what_is_noted_is_one_import_that_each_change_replaces(own: TestClient) -> None:
    send(own)
    send(own, event="Outage", started_on="2026-04-01")
    workspace = Workspace.open(own.folder)  # type: ignore[attr-defined]
    live = [i for i in workspace.receipts() if i.receipt.name == noting.NAME and i.state == "live"]
    assert [(i.receipt.table, i.receipt.landed, i.receipt.aside) for i in live] == [("events", 2, 0)]


def test_when_the_last_one_is_removed_the_book_has_none(own: TestClient) -> None:
    send(own)
    own.post(f"/events/{number_of(own, 'Price rise')}", data={"do": "remove"})
    workspace = Workspace.open(own.folder)  # type: ignore[attr-defined]
    assert workspace.find_name("events", noting.NAME) == []


def test_sums_that_were_kept_stay_kept_when_an_event_is_noted(own: TestClient) -> None:
    """An event moves no figure, so nobody waits for sums to be made anew"""
    workspace = Workspace.open(own.folder)  # type: ignore[attr-defined]
    own.get("/")
    before = sorted(p.name for p in (workspace.path / "runs").iterdir())
    figures = own.get("/overview.json?period=2026-03").json()
    send(own)
    after = own.get("/overview.json?period=2026-03").json()
    assert sorted(p.name for p in (workspace.path / "runs").iterdir()) == before
    assert after["cost_per_contact"] == figures["cost_per_contact"]


def test_an_answer_that_was_kept_is_made_anew_when_an_event_is_noted(own: TestClient) -> None:
    """Alerts name the events of their time, so what was kept of them is not what stands now"""
    folder = own.folder  # type: ignore[attr-defined]
    form = Plain([])
    asked: list[int] = []

    def made() -> int:
        asked.append(len(asked))
        return len(asked)

    def answered() -> int:
        book = OpenBook(Workspace.open(folder), keeps=True)
        return book.long_answer("watch", {}, made, form)

    assert (answered(), answered()) == (1, 1)
    send(own)
    assert answered() == 2


def test_when_its_import_is_undone_the_page_says_so_and_brings_it_back(own: TestClient) -> None:
    send(own)
    workspace = Workspace.open(own.folder)  # type: ignore[attr-defined]
    workspace.undo(workspace.find_name("events", noting.NAME)[0])
    page = text_of(own.get("/events").text)
    assert "Not all that is noted here stands in the figures" in page
    assert "not in the figures yet" in page
    own.post("/events/bring-in")
    assert "not in the figures yet" not in text_of(own.get("/events").text)
    assert "Price rise" in [e["event"] for e in listed(own)]


def test_a_files_events_can_be_taken_over_none_is_lost_and_none_counts_twice(own: TestClient) -> None:
    before = sorted((e["event"], e["started_on"]) for e in listed(own))
    page = own.get("/events").text
    path = re.search(r'action="(/events/take-over/\d+)"', page)
    assert path
    own.post(path[1])
    assert sorted((e["event"], e["started_on"]) for e in listed(own)) == before
    assert "events.csv" not in text_of(own.get("/events").text)
    assert number_of(own, "lamp-batch")


def test_what_was_noted_of_the_demo_company_goes_with_it(own: TestClient) -> None:
    send(own)
    own.post("/data/demo", data={"sure": "yes"})
    state = own.app.state.entrance.state  # type: ignore[attr-defined]
    assert events.events(state) == []


# -- from elsewhere ------------------------------------------------------------------------------------------


def test_explain_and_explore_lead_to_the_events_of_the_time(app: TestClient) -> None:
    explained = html.unescape(app.get("/explain?period=2026-03&reason=product_fault").text)
    assert 'href="/events#on-2026-03-09"' in explained
    explored = app.get("/explore?metric=contacts_offered&grain=month&from=2026-01&to=2026-06").text
    assert "/events#on-2026-03-09" in explored


class TestWithoutAPage:
    """The same by Python and the command line, on a small workspace of its own"""

    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Workspace:
        from percontact.records.book import Settings

        return Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))

    @pytest.fixture
    def state(self, workspace: Workspace) -> Iterator[State]:
        found = open_state(workspace.path)
        yield found
        found.close()

    def names(self, workspace: Workspace, state: State) -> list[str]:
        return [e.happening.event for e in noting.listed(workspace.book(), events.events(state))]

    def test_an_event_of_a_file_stands_beside_those_noted_here(
        self, workspace: Workspace, state: State, tmp_path: Path
    ) -> None:
        file = tmp_path / "happened.csv"
        file.write_text("event,started_on\nRelease 4,2026-01-05\n")
        land(workspace, "events", file)
        noting.note(workspace, state, Happening("Outage", date(2026, 1, 7)), {}, by=COMMAND_LINE)
        assert self.names(workspace, state) == ["Outage", "Release 4"]

    def test_whatever_is_typed_lands_as_it_was_typed(self, workspace: Workspace, state: State) -> None:
        """Names that files often mean nothing by, quotes, formulas, several lines"""
        texts = ["n/a", "NULL", "-", "0", "=1+1", 'say "so"', "1,5", "2026-01-01", "true", "é́"]
        for text in texts:
            happening = Happening(text, date(2026, 1, 1), kind=text, note=f"{text}\nand more")
            noting.note(workspace, state, happening, {}, by=COMMAND_LINE)
        landed = noting.listed(workspace.book(), events.events(state))
        assert sorted(e.happening.event for e in landed) == sorted(texts)
        assert all(e.happening.kind == e.happening.event for e in landed)
        assert all(e.noted is not None and e.number is not None for e in landed)
        assert noting.in_step(workspace.book(), events.events(state))

    def test_what_an_older_database_noted_is_kept_when_a_new_one_notes(
        self, workspace: Workspace, state: State, tmp_path: Path
    ) -> None:
        """The workspace was copied without the application's database, or that was moved to a server"""
        noting.note(workspace, state, Happening("Outage", date(2026, 1, 7)), {}, by=COMMAND_LINE)
        fresh = open_state(tmp_path / "another")
        try:
            assert self.names(workspace, fresh) == ["Outage"]
            noting.note(workspace, fresh, Happening("Release", date(2026, 1, 9)), {}, by=COMMAND_LINE)
            assert self.names(workspace, fresh) == ["Release", "Outage"]
            assert noting.in_step(workspace.book(), events.events(fresh))
        finally:
            fresh.close()

    def test_a_removed_event_does_not_come_back(self, workspace: Workspace, state: State) -> None:
        first = noting.note(workspace, state, Happening("Outage", date(2026, 1, 7)), {}, by=COMMAND_LINE)
        # Removed here, and the landing after it failed.
        events.remove(state, first.id, by=COMMAND_LINE)
        assert not noting.in_step(workspace.book(), events.events(state))
        noting.note(workspace, state, Happening("Release", date(2026, 1, 9)), {}, by=COMMAND_LINE)
        assert self.names(workspace, state) == ["Release"]

    def test_an_event_is_a_candidate_of_a_change_in_its_slice(
        self, workspace: Workspace, state: State
    ) -> None:
        from percontact.explain.noted import candidates, read_events
        from percontact.records.dialect import connect
        from percontact.values.period import Period

        touched = Happening("Outage", date(2026, 1, 7), channel="voice")
        noting.note(workspace, state, touched, {}, by=COMMAND_LINE)
        found = read_events(connect(), OpenBook(workspace).book)
        spans = Period(date(2025, 12, 1), date(2026, 1, 1)), Period(date(2026, 1, 1), date(2026, 2, 1))
        assert [e.name for e in candidates(found, *spans, [("channel", "voice")])] == ["Outage"]
        assert candidates(found, *spans, [("channel", "chat")]) == ()

    def test_an_import_without_events_cannot_be_taken_over(self, workspace: Workspace, state: State) -> None:
        assert code(lambda: noting.take_over(workspace, state, 1, by=COMMAND_LINE)) == "E-ARG-01"
