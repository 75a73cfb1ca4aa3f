# SPDX-License-Identifier: Apache-2.0
"""Settings: weeks and fiscal years, and the calendar; by HTTP, with hand sums."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.people import audit, open_state
from percontact.store.workspace import Workspace
from tests.web.first_use import wait
from tests.web.settled import (
    app,
    folder,
    row,
    words,
)

__all__ = ["app", "folder"]


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
    assert "of those that the calendar names (North), each alike, however many contacts it takes" in words(
        page
    )


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


# -- public holidays -----------------------------------------------------------------------------------------

BAVARIA = {"country": "DE", "subdivision": "BY", "first": "2026", "last": "2026"}


def test_public_holidays_are_listed_before_they_are_added(app: TestClient, folder: Path) -> None:
    """Bavaria 2026 has 12 (Feiertagsgesetz, article 1); Christmas is there already: 11 would be added."""
    page = app.get("/settings/calendar", params={**BAVARIA, "year": "2026"}).text
    assert "11 days would be added, 1 in the calendar already, everywhere." in words(page)
    assert row(page, "2026-06-04")[1:4] == ["Thursday", "holiday", "Corpus Christi"]
    assert "there already: holiday, Christmas, everywhere" in words(page)
    assert "Add these 11 days" in page
    assert len(Workspace.open(folder).receipts()) == 3


def test_public_holidays_land_as_one_import_and_leave_with_one_undo(app: TestClient, folder: Path) -> None:
    """
    All of 2026: 25 December and Founders' day of June are there. June 2026 has 22 weekdays, less 18 June and
    4 June: 20, at North and everywhere alike.
    """
    done = app.post("/settings/calendar/holidays", data=BAVARIA, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/settings/calendar?year=2026")
    page = app.get("/settings/calendar?year=2026").text
    assert "Epiphany" in page
    assert row(page, "June 2026")[1] == "20"
    assert row(page, "May 2026")[1] == "18"  # 21 weekdays, less 1, 14 and 25 May
    added = Workspace.open(folder).receipts()[-1].receipt
    assert (added.table, added.landed) == ("calendar", 11)
    assert added.name.startswith("public holidays of Germany, Bavaria, 2026, by the holidays library ")
    again = app.post("/settings/calendar/holidays", data=BAVARIA, follow_redirects=False)
    assert again.status_code == 303
    assert len(Workspace.open(folder).receipts()) == 4
    wait(app, app.post(f"/data/imports/{added.number}/undo", data={"sure": "yes"}).url.path)
    assert row(app.get("/settings/calendar?year=2026").text, "May 2026")[1] == "21"


def test_public_holidays_of_a_site_are_added_for_it_alone(app: TestClient, folder: Path) -> None:
    """North has 4 June already, and 25 December holds everywhere: 10 of 12 land."""
    sent = {**BAVARIA, "at": "North", "names": "own"}
    assert app.post("/settings/calendar/holidays", data=sent, follow_redirects=False).status_code == 303
    page = app.get("/settings/calendar?year=2026&site=North").text
    assert row(page, "2026-05-14")[1:5] == ["Thursday", "holiday", "Christi Himmelfahrt", "North"]
    assert Workspace.open(folder).receipts()[-1].receipt.landed == 10


def test_another_country_begins_with_all_of_it(app: TestClient) -> None:
    """Bavaria was chosen, then France: the part of the country before is no part of this one."""
    page = app.get("/settings/calendar", params={**BAVARIA, "country": "FR", "of": "DE"}).text
    assert "Public holidays of France, 2026" in page


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ({"country": ""}, "No country is chosen."),
        ({"country": "Germny"}, "'Germny' is no country whose holidays are known. Did you mean Germany"),
        ({"subdivision": "Bavria"}, "'Bavria' is no part of Germany whose holidays are known. Did you mean"),
        ({"first": "soon"}, "'soon' is no year."),
        ({"at": "Nord"}, "'Nord' is no site of the contacts or the calendar. Did you mean North?"),
        ({"names": "latin"}, "'latin' is no language of names."),
    ],
)
def test_public_holidays_that_cannot_be_added_are_refused_in_four_parts(
    app: TestClient, folder: Path, sent: dict[str, str], what: str
) -> None:
    answered = app.post("/settings/calendar/holidays", data={**BAVARIA, **sent})
    assert answered.status_code == 400
    assert what in words(answered.text)
    assert len(Workspace.open(folder).receipts()) == 3
    if sent.get("country") != "":
        seen = app.get("/settings/calendar", params={**BAVARIA, **sent})
        assert seen.status_code == 200
        assert what in words(seen.text)
