# SPDX-License-Identifier: Apache-2.0
"""Public holidays added to a calendar: once, as one import, and nothing that was said is changed."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import percontact as pc
from percontact.answers.adding_holidays import Wish, add_holidays, document, offer, told, years_offered
from percontact.answers.calendaring import days_kept
from percontact.explain.days import working_days_of
from percontact.ingest.public_holidays import version
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace
from percontact.values.period import Period
from percontact.values.problem import PercontactError

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
CONTACTS = (
    "date,channel,site,count,handle_s\n2025-11-03,voice,Munich,10,3000\n2026-06-01,voice,Hamburg,10,3000\n"
)
CALENDAR = (
    "day,site,kind,opens,closes,name\n2026-12-25,,holiday,,,Christmas\n2026-01-06,Munich,open,09:00,13:00,\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """
    contacts  November 2025 at Munich, June 2026 at Hamburg
    calendar  25 December 2026 a holiday everywhere; Munich open on Epiphany, 6 January 2026, from 9 to 13
    """
    made = Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))
    for table, text in (("contacts", CONTACTS), ("calendar", CALENDAR)):
        (tmp_path / f"{table}.csv").write_text(text)
        assert land(made, table, tmp_path / f"{table}.csv").aside == 0
    return made


def book_of(workspace: Workspace) -> OpenBook:
    return OpenBook(workspace)


def test_the_years_are_those_of_contacts_and_the_next(workspace: Workspace) -> None:
    """Contacts of 2025 and 2026: until 2027. The whole of Germany has 9 days a year: 27."""
    assert years_offered(book_of(workspace)) == (2025, 2027)
    found = offer(book_of(workspace), Wish("Germany"))
    assert (found.first, found.last, len(found.days)) == (2025, 2027, 27)


def test_what_is_there_already_stays_and_is_not_added_twice(workspace: Workspace) -> None:
    """9 days of 2026, of which Christmas is there: 8 land; then none."""
    wish = Wish("DE", first=2026, last=2026)
    done = add_holidays(book_of(workspace), wish)
    assert done.receipt is not None
    assert (done.receipt.table, done.receipt.seen, done.receipt.landed, done.receipt.aside) == (
        "calendar",
        8,
        8,
        0,
    )
    kept = days_kept(workspace.book())
    assert len(kept) == 2 + 8
    assert [k.special.name for k in kept if k.special.day == date(2026, 12, 25)] == ["Christmas"]
    again = add_holidays(book_of(workspace), wish)
    assert again.receipt is None
    assert (
        told(again) == "All 9 public holidays of Germany, 2026 are in the calendar already: nothing changed."
    )
    assert len(days_kept(workspace.book())) == 10


def test_the_import_says_what_the_days_are_and_who_says_so(workspace: Workspace) -> None:
    done = add_holidays(book_of(workspace), Wish("DE", "BY", 2025, 2026))
    assert done.receipt is not None
    said = f"public holidays of Germany, Bavaria, 2025 to 2026, by the holidays library {version()}"
    assert done.offer.source == said
    assert done.receipt.name == f"{said}.csv"
    assert {k.file for k in days_kept(workspace.book()) if k.number == done.receipt.number} == {f"{said}.csv"}


def test_undone_the_calendar_is_as_it_was(workspace: Workspace) -> None:
    """2026 has 261 days from Monday to Friday. Of Germany's nine 7 fall on those; Christmas was there."""
    before = days_kept(workspace.book())
    assert working_days_of(workspace.book(), YEAR, "Hamburg") == 261 - 1
    done = add_holidays(book_of(workspace), Wish("DE", first=2026, last=2026))
    assert working_days_of(workspace.book(), YEAR, "Hamburg") == 261 - 7
    assert done.receipt is not None
    workspace.undo(done.receipt.number)
    assert days_kept(workspace.book()) == before
    assert len(offer(book_of(workspace), Wish("DE", first=2026, last=2026)).new) == 8


def test_days_of_a_site_hold_for_it_alone_and_its_own_word_counts(workspace: Workspace) -> None:
    """
    Bavaria 2026 has 12 days. Christmas holds everywhere, and Munich is open on Epiphany: 10 land for Munich.
    3 October, 1 November and 26 December are at weekends, so 7 of them are weekdays.
    """
    done = add_holidays(book_of(workspace), Wish("DE", "BY", 2026, 2026, site="Munich"))
    assert done.receipt is not None
    assert done.receipt.landed == 10
    added = [k.special for k in days_kept(workspace.book()) if k.number == done.receipt.number]
    assert {one.site for one in added} == {"Munich"}
    assert working_days_of(workspace.book(), YEAR, "Munich") == Fraction(261 - 1 - 7)
    assert working_days_of(workspace.book(), YEAR, "Hamburg") == Fraction(261 - 1)
    shown = document(book_of(workspace), done.offer)
    assert (date(2026, 1, 6), "Tuesday", "Epiphany", "there already: open, Munich") in shown.tables[0].rows
    assert any("It does not name Hamburg yet" in note for note in shown.notes)


def test_days_of_one_site_do_not_keep_them_from_another(workspace: Workspace) -> None:
    """Christmas is there everywhere; the other 8 of Germany land for Munich, then for Hamburg."""
    for site, many in (("Munich", 8), ("Hamburg", 8)):
        done = add_holidays(book_of(workspace), Wish("DE", first=2026, last=2026, site=site))
        assert done.receipt is not None
        assert done.receipt.landed == many


@pytest.mark.parametrize(
    ("wish", "code", "what"),
    [
        (Wish("Germny"), "E-ARG-01", "'Germny' is no country whose holidays are known"),
        (Wish("DE", site="Munch"), "E-ARG-01", "'Munch' is no site of the contacts or the calendar"),
        (Wish("DE", first=1800), "E-ARG-02", "the holidays of Germany are not known for all of 1800 to 2027"),
        (Wish("DE", first=2027, last=2026), "E-ARG-02", "2027 to 2026 is no span of years"),
        (Wish("DE", first=2000, last=2050), "E-ARG-02", "2000 to 2050 is 51 years"),
    ],
)
def test_what_cannot_be_added_changes_nothing(workspace: Workspace, wish: Wish, code: str, what: str) -> None:
    with pytest.raises(PercontactError) as raised:
        add_holidays(book_of(workspace), wish)
    assert (raised.value.problem.code, raised.value.problem.what) == (code, what)
    assert len(workspace.receipts()) == 2


def test_python_adds_them_with_the_same_names(workspace: Workspace) -> None:
    done = pc.add_holidays(pc.open(workspace.path), "GB", "England", first=2026, last=2026, site="Hamburg")
    assert done.receipt is not None
    assert done.receipt.landed == 8  # GOV.UK: eight, and Boxing Day itself; Christmas was there
    assert len(done.offer.days) == 9
