# SPDX-License-Identifier: Apache-2.0
"""Settings: the policy tried and saved, the calendar, weeks and fiscal years; by HTTP, with hand sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, accounts, audit, open_state
from percontact.people.sign_in import sign_in
from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.store.policies import policy_text, put_policy, versions
from percontact.store.workspace import Workspace
from percontact.web import make_app
from tests.web.first_use import wait

IN_FORCE = """\
# ours
pools:
  people: {driver: handle_s}
  software: {driver: contacts}
rules:
  - {match: {account: "60*"}, to: people, because: pay}
  - {match: {account: "70*"}, to: software, because: licences}
"""
BY_TIME = IN_FORCE.replace("software: {driver: contacts}", "software: {driver: handle_s}")
FILES = {
    "contacts": "date,channel,site,count,handle_s\n"
    "2026-06-01,voice,North,100,30000\n2026-06-01,email,South,300,30000\n",
    "ledger": "date,line_id,account,account_name,cost_centre,amount\n2026-06,l1,6000,Salaries,CC-A,600.00\n"
    "2026-06,l2,6010,Bonus,CC-A,200.00\n2026-06,l3,7000,Licences,,400.00\n2026-06,l4,8000,Party,CC-B,90.00\n"
    "2026-06,l5,8000,Party,CC-B,10.00\n",
    "calendar": "day,site,kind,name\n2026-06-04,North,holiday,Corpus Christi\n2026-06-18,,holiday,Founders\n"
    "2026-12-25,,holiday,Christmas\n",
}


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


# -- the policy ----------------------------------------------------------------------------------------------


def test_the_policy_is_a_list_with_what_each_rule_catches(app: TestClient) -> None:
    """60*: 600 + 200 in 2 lines; 70*: 400 in 1; 8000, CC-B: 90 + 10 in 2 that nothing catches."""
    page = app.get("/settings/policy?period=2026-06").text
    assert (
        "2 rules send the ledger to 2 pools. In June 2026 no rule catches 2 ledger lines of EUR 100.00."
        in words(page)
    )
    assert row(page, "1") == ["1", "account 60*", "people", "2", "800.00", "pay"]
    assert row(page, "2") == ["2", "account 70*", "software", "1", "400.00", "licences"]
    assert row(page, "8000") == ["8000", "Party", "CC-B", "2", "100.00"]
    assert row(page, "people")[1:3] == ["time spent on contacts", "all contacts"]
    assert 'href="/settings/policy/place?account=8000&amp;cost_centre=CC-B&amp;period=2026-06"' in page
    assert field(page) == IN_FORCE


def test_a_try_shows_what_each_channel_would_cost_and_changes_nothing(app: TestClient, folder: Path) -> None:
    """
    now     voice (400 + 100) / 100 = 5.00; email (400 + 300) / 300 = 2.33; all 1200 / 400 = 3.00
    tried   voice (400 + 200) / 100 = 6.00; email (400 + 200) / 300 = 2.00
    """
    page = tried(app, BY_TIME).text
    assert "One contact would cost EUR 3.00 in June 2026, as it does now." in words(page)
    assert row(page, "voice") == ["voice", "100", "5.00", "6.00", "1.0000"]
    assert row(page, "email") == ["email", "300", "2.33", "2.00", "-0.3333"]
    assert row(page, "l1")[1:] == ["1", "6000", "Salaries", "600.00", "ledger.csv:2"]
    assert re.search(r'<a href="/data/imports/2"><bdi>l1</bdi>', page)
    assert field(page) == BY_TIME
    assert policy_text(folder) == IN_FORCE
    assert versions(folder) == []


def test_all_that_is_wrong_is_told_at_its_line_and_cannot_be_saved(app: TestClient, folder: Path) -> None:
    text = "pools:\n  people: {driver: handel_s}\nrules:\n  - {to: <script>}\n"
    answered = tried(app, text)
    assert answered.status_code == 200
    page = words(answered.text)
    assert "policy.yaml:2: pool people: its driver 'handel_s' is not known" in page
    assert "2 | people: {driver: handel_s}" in page
    assert "Did you mean handle_s?" in page
    assert "policy.yaml:4: rule 1: it sends lines to the pool '<script>'" in page
    assert "<script>'" not in answered.text
    assert "/settings/policy/save" not in answered.text
    from percontact.store.policies import digest_of

    forced = {"text": text, "base": digest_of(IN_FORCE), "tried": digest_of(text)}
    assert app.post("/settings/policy/save", data=forced).status_code == 400
    assert policy_text(folder) == IN_FORCE


def test_what_was_tried_is_saved_and_the_former_text_is_kept(app: TestClient, folder: Path) -> None:
    page = tried(app, BY_TIME.replace("\n", "\r\n")).text
    done = saved(app, page, because="minutes drive it")
    assert (done.status_code, done.headers["location"]) == (303, "/settings/policy?saved=2")
    assert policy_text(folder) == BY_TIME
    assert [v.because for v in versions(folder)] == ["", "minutes drive it"]
    # What the app shows next is worked out anew: voice 6.00 instead of 5.00.
    assert (
        row(app.get("/explore?metric=cost_per_contact&by=channel&period=2026-06").text, "voice")[1] == "6.00"
    )
    listed = app.get("/settings/policy").text
    assert "Version 2" in words(listed)
    assert "minutes drive it" in words(listed)
    first = app.get("/settings/policy/versions/1").text
    assert "- software: {driver: contacts}" in words(first)
    assert "+ software: {driver: handle_s}" in words(first)
    again = app.get("/settings/policy/versions/1/again").text
    assert field(again) == IN_FORCE
    assert saved(app, tried(app, field(again)).text).status_code == 303
    assert policy_text(folder) == IN_FORCE
    assert len(versions(folder)) == 3


def test_a_text_that_changed_since_it_was_tried_is_tried_and_not_saved(app: TestClient, folder: Path) -> None:
    page = tried(app, BY_TIME).text
    data = {"text": BY_TIME + "# more\n", "base": hidden(page, "base"), "tried": hidden(page, "tried")}
    answered = app.post("/settings/policy/save", data=data, follow_redirects=False)
    assert answered.status_code == 200
    assert "The text has changed since it was tried." in words(answered.text)
    assert policy_text(folder) == IN_FORCE
    assert saved(app, answered.text).status_code == 303
    assert policy_text(folder) == BY_TIME + "# more\n"


def test_what_another_saved_meanwhile_is_shown_beside_ones_own(app: TestClient, folder: Path) -> None:
    page = tried(app, BY_TIME).text
    theirs = IN_FORCE + "repeat: {within_days: 3}\n"
    put_policy(folder, theirs, who="Ada")
    answered = saved(app, page)
    assert answered.status_code == 409
    told = words(answered.text)
    assert "Version 2 of the policy was put in force meanwhile." in told
    assert "- repeat: {within_days: 3}" in told
    assert "+ software: {driver: handle_s}" in told
    assert unescape(answered.text).count(theirs) == 1
    assert field(answered.text) == BY_TIME
    assert policy_text(folder) == theirs
    # Not even a second press of the button overwrites it: it has to be tried against theirs first.
    assert hidden(answered.text, "tried") == ""
    both = BY_TIME + "repeat: {within_days: 3}\n"
    data = {"text": both, "base": hidden(answered.text, "base"), "period": "2026-06"}
    assert saved(app, app.post("/settings/policy/try", data=data).text).status_code == 303
    assert policy_text(folder) == both


def test_lines_without_a_pool_are_placed_in_three_steps(app: TestClient, folder: Path) -> None:
    """8000, CC-B -> people: 800 + 100 = 900; not assigned 100 -> 0; one contact 1300 / 400 = 3.25."""
    form = app.get("/settings/policy/place?account=8000&cost_centre=CC-B&period=2026-06").text
    assert "2 ledger lines of EUR 100.00 of account 8000 Party have no pool." in words(form)
    assert 'id="place-centre" value="CC-B"' in form
    data = {
        "account": "8000",
        "cost_centre": "CC-B",
        "pool": "people",
        "because": "team building",
        "period": "2026-06",
    }
    page = app.post("/settings/policy/place", data=data).text
    assert (
        "One contact would cost EUR 3.25 instead of 3.00 in June 2026. Every ledger line is caught"
        in words(page)
    )
    assert row(page, "people")[2:] == ["800.00", "900.00", "100.00"]
    assert row(page, "Not assigned") == ["Not assigned", "100.00", "0.00", "-100.00"]
    rule = "  - {match: {account: '8000', cost_centre: CC-B}, to: people, because: team building}\n"
    assert field(page) == IN_FORCE + rule
    assert 'value="team building"' in page
    assert saved(app, page).status_code == 303
    assert policy_text(folder) == IN_FORCE + rule
    assert "every ledger line is caught" in words(app.get("/settings/policy").text)


def test_lines_can_be_placed_in_a_new_pool(app: TestClient) -> None:
    """8000 -> events, by contacts of voice: voice (400 + 100 + 100) / 100 = 6.00."""
    data = {
        "account": "8000",
        "pool": "(new)",
        "new": "events",
        "driver": "contacts",
        "channel": "voice",
        "period": "2026-06",
    }
    page = app.post("/settings/policy/place", data=data).text
    assert row(page, "voice") == ["voice", "100", "5.00", "6.00", "1.0000"]
    assert "events: {driver: contacts, scope: {channel: [voice]}}" in field(page)


def test_a_rule_without_an_account_or_pool_is_refused_beside_its_form(app: TestClient) -> None:
    for data, what in (
        ({"account": "", "pool": "people"}, "No account is named."),
        ({"account": "8000", "pool": ""}, "No pool is named."),
        ({"account": "8000", "pool": "peple"}, "It sends lines to the pool 'peple'"),
    ):
        answered = app.post("/settings/policy/place", data=data)
        assert answered.status_code == 400
        assert what in words(answered.text)
        assert 'id="place-account"' in answered.text


def test_a_policy_that_cannot_be_used_can_still_be_mended_here(app: TestClient, folder: Path) -> None:
    (folder / "policy.yaml").write_text("pools: [people]\n")
    page = app.get("/settings/policy")
    assert page.status_code == 200
    assert "The policy in force cannot be used" in words(page.text)
    assert "pools is a list, not `name: value` lines" in words(page.text)
    assert field(page.text) == "pools: [people]\n"
    mended = tried(app, IN_FORCE)
    assert "One contact would cost EUR 3.00" in words(mended.text)
    assert saved(app, mended.text).status_code == 303
    assert app.get("/cost-map").status_code == 200


def test_without_a_policy_one_is_proposed(app: TestClient, folder: Path) -> None:
    (folder / "policy.yaml").unlink()
    assert "There is no policy yet" in words(app.get("/settings/policy").text)
    proposed = app.get("/settings/policy/propose").text
    assert "because: '`salar` in Salaries'" in field(proposed)
    page = tried(app, field(proposed)).text
    assert saved(app, page).status_code == 303
    assert policy_text(folder) == field(page)


def test_without_data_the_page_stands(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))
    with TestClient(make_app(tmp_path / "books"), base_url="http://127.0.0.1") as app:
        for path in ("/settings", "/settings/policy", "/settings/calendar"):
            assert app.get(path).status_code == 200, path


def test_a_text_without_end_is_refused(app: TestClient) -> None:
    assert app.post("/settings/policy/try", data={"text": "#" * 500_000}).status_code == 413


def test_who_may_not_change_the_policy_reads_it_all_the_same(folder: Path) -> None:
    """A Viewer sees rules and text, no field; what they send is refused. A Manager's name is kept."""
    state = open_state(folder)
    for role in (Role.VIEWER, Role.MANAGER):
        accounts.add(state, role.value, role, by=COMMAND_LINE, password="correct horse battery", name="Mo")
    app = make_app(folder, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        client.headers["Origin"] = "http://127.0.0.1"
        client.headers["Cookie"] = f"percontact={sign_in(state, 'viewer', 'correct horse battery')}"
        page = client.get("/settings/policy").text
        assert "2 rules send the ledger" in words(page)
        assert "textarea" not in page
        assert "/settings/policy/place" not in page
        sent = {"text": BY_TIME, "base": "", "tried": ""}
        assert client.post("/settings/policy/save", data=sent).status_code == 403
        assert client.get("/settings").status_code == 200
        assert client.post("/settings", data={"start": "4"}).status_code == 403
        client.headers["Cookie"] = f"percontact={sign_in(state, 'manager', 'correct horse battery')}"
        assert saved(client, tried(client, BY_TIME).text, because="minutes").status_code == 303
        assert versions(folder)[-1].who == "Mo"
        noted = [e for e in audit.entries(state, act="changed") if e.what == "/settings/policy/save"]
        assert noted[0].detail["version"] == 2
        assert noted[0].detail["because"] == "minutes"
    state.close()


# -- settings ------------------------------------------------------------------------------------------------


def test_weeks_and_fiscal_years_are_changed_and_noted(app: TestClient, folder: Path) -> None:
    """From April on: FY2026, ending in 2026, begins on 1 April 2025."""
    now = {"week_starts": "monday", "start": "4", "named": "end", "weeks": "months", "year_ends": ""}
    assert app.post("/settings", data=now, follow_redirects=False).status_code == 303
    page = words(app.get("/settings").text)
    assert "fiscal years from month 4, FY2026 ends in 2026, FY2026 begins on 2025-04-01" in page
    assert Workspace.open(folder).settings.fiscal_start_month == 4
    state = open_state(folder)
    assert audit.entries(state, act="changed")[0].what == "/settings"
    state.close()


def test_weeks_follow_a_fiscal_year_of_weeks_unless_said_otherwise(app: TestClient, folder: Path) -> None:
    """Years that end on a Saturday: weeks from Sunday."""
    said = {
        "week_starts": "monday",
        "start": "2",
        "named": "start",
        "weeks": "4-5-4",
        "year_ends": "nearest-saturday",
    }
    assert app.post("/settings", data=said, follow_redirects=False).status_code == 303
    assert Workspace.open(folder).settings.week_starts == "sunday"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"currency": "USD"}, "The currency of a workspace cannot change."),
        ({"timezone": "UTC"}, "The time zone of a workspace cannot change."),
        ({"start": "13"}, "'13' is not one of its values."),
        ({"week_starts": "someday"}, "'someday' is not one of its values."),
        ({"weeks": "months", "year_ends": "last-friday"}, "The fiscal year is not one of weeks."),
    ],
)
def test_what_cannot_change_is_refused_in_four_parts(
    app: TestClient, folder: Path, said: dict[str, str], what: str
) -> None:
    before = Workspace.open(folder).settings
    answered = app.post("/settings", data=said)
    assert answered.status_code == 400
    assert what in words(answered.text)
    assert Workspace.open(folder).settings == before


# -- the calendar --------------------------------------------------------------------------------------------


def test_the_calendar_counts_working_days_by_site(app: TestClient) -> None:
    """
    June 2026 has 22 days from Monday to Friday. 18 June is off everywhere, 4 June at North, which is the only
    site that the calendar names: 22 - 1 - 1 = 20
    """
    page = app.get("/settings/calendar?year=2026").text
    assert row(page, "June 2026")[1] == "20"
    assert row(page, "December 2026")[1] == "22"
    assert row(page, "2026-06-04")[1:6] == ["Thursday", "holiday", "Corpus Christi", "North", "closed"]
    assert "3 days differ from the usual week in 2026, which leaves 258 working days." in words(page)


def test_days_are_added_as_one_import_that_can_be_undone(app: TestClient, folder: Path) -> None:
    """1 and 2 June off everywhere: 20 - 2 = 18; undone: 20 again."""
    sent = {"days": "2026-06-01 Bridge day\r\n\r\n2026-06-02 Outing", "kind": "closed"}
    done = app.post("/settings/calendar/add", data=sent, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/settings/calendar?year=2026")
    page = app.get("/settings/calendar?year=2026").text
    assert row(page, "June 2026")[1] == "18"
    assert row(page, "2026-06-01")[2:5] == ["closed", "Bridge day", "everywhere"]
    added = Workspace.open(folder).receipts()[-1].receipt
    assert (added.table, added.landed) == ("calendar", 2)
    wait(app, app.post(f"/data/imports/{added.number}/undo", data={"sure": "yes"}).url.path)
    assert row(app.get("/settings/calendar?year=2026").text, "June 2026")[1] == "20"


def test_a_day_that_a_file_brought_is_taken_away_and_the_others_stay(app: TestClient, folder: Path) -> None:
    page = app.get("/settings/calendar?year=2026").text
    line = next(one for one in page.split("<tr>") if "2026-06-18" in one)
    found = re.search(r'name="row" value="(\d+)"', line)
    assert found
    sent = {"row": found[1], "shown_year": "2026"}
    done = app.post("/settings/calendar/remove", data=sent, follow_redirects=False)
    assert done.status_code == 303
    page = app.get("/settings/calendar?year=2026").text
    assert "Founders" not in page
    assert row(page, "2026-12-25")[6] == "calendar-without-2026-06-18.csv"
    assert row(page, "June 2026")[1] == "21"
    last = Workspace.open(folder).receipts()[-1].receipt
    assert (last.replaced, last.landed) == ("import 3", 2)
    again = app.post("/settings/calendar/remove", data={"row": found[1]})
    assert again.status_code == 400
    assert "That day is not in the calendar any more." in words(again.text)


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ({"days": "2026-06-18 Again", "kind": "holiday"}, "2026-06-18 is there already for everywhere."),
        ({"days": "18 June", "kind": "holiday"}, "'18' is not a day."),
        ({"days": "", "kind": "holiday"}, "No day is named."),
        ({"days": "2026-06-30", "kind": "party"}, "'party' is no kind of day."),
        ({"days": "2026-06-30", "kind": "open", "opens": "9"}, "'9' is no time of day."),
        ({"days": "2026-06-30", "kind": "open", "opens": "13:00", "closes": "09:00"}, "It closes at 09:00"),
        ({"days": "2026-06-30", "kind": "holiday", "opens": "09:00"}, "A holiday day has no opening hours."),
    ],
)
def test_a_day_that_cannot_be_added_is_refused_and_what_was_typed_stays(
    app: TestClient, folder: Path, sent: dict[str, str], what: str
) -> None:
    answered = app.post("/settings/calendar/add", data=sent)
    assert answered.status_code == 400
    assert what in words(answered.text)
    if sent["days"]:
        assert f"{sent['days']}</textarea>" in answered.text
    assert len(Workspace.open(folder).receipts()) == 3
