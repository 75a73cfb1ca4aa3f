# SPDX-License-Identifier: Apache-2.0
"""Calendar: the days that differ from the usual week, by year and site, and the working days they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from percontact.answers.adding_holidays import NAMES, Wish, document, offer, sites_known, years_offered
from percontact.answers.calendaring import KINDS, calendar_told, of_year, sites, years
from percontact.ingest.public_holidays import countries, parts_of, place
from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.values.problem import PercontactError, problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer

HERE = "/settings/calendar"
CHOSEN = ("country", "subdivision", "first", "last", "at", "names")
"""What the choice of public holidays is called in the address and in the form."""


def calendar(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """A year's special days, each with what takes it away."""
    known = years(book)
    year, site = _year(asked, known), asked.one("site")
    found, document = of_year(book, year, site), calendar_told(book, year, site)
    days = document.tables[0]
    links = tuple(f"/data/imports/{one.number}" for one in found)
    return Page(
        replace(document, tables=(replace(days, links=links), document.tables[1])),
        extra={
            "year": year,
            "years": known if year in known else sorted({year, *known}, reverse=True),
            "sites": sites(book),
            "rows": [one.row_id for one in found],
            "months": document.tables[1],
            "contact_sites": _sites_of_contacts(book),
            "holidays": _holidays(book, asked),
        },
    )


def _year(asked: Asked, known: list[int]) -> int:
    said = asked.one("year")
    if not said:
        return known[0]
    if not said.isdecimal() or not 1900 <= int(said) <= 2200:
        raise problem("E-ARG-02", "year", f"{said!r} is no year", "It has four digits.", "Choose one above.")
    return int(said)


def _sites_of_contacts(book: OpenBook) -> list[str]:
    """Sites that contacts name: a holiday of a site is written as they write it."""
    if "site" not in book.book.filled("contacts"):
        return []
    return book.values_of("site")[:200]


def wish_of(said: Mapping[str, str]) -> Wish:
    """Whose holidays a form asks for. Raises E-ARG-02 for what is no year, E-ARG-01 for another language."""
    names = said.get("names") or NAMES[0]
    if names not in NAMES:
        what, why = (
            f"{names!r} is no language of names",
            "Holidays are called in English or as their country does.",
        )
        raise problem("E-ARG-01", "names", what, why, f"Choose one of {', '.join(NAMES)}.")
    first, last = (_typed_year(said.get(name, "")) for name in ("first", "last"))
    return Wish(said["country"], said.get("subdivision", ""), first, last, said.get("at", ""), names)


def _typed_year(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text.strip()) != 4:
        raise problem("E-ARG-02", "years", f"{text!r} is no year", "It has four digits.", "Write 2026.")
    return int(text)


def _holidays(book: OpenBook, asked: Asked) -> Mapping[str, object]:
    """The choice of a country and its parts, and the days it has; what is wrong with it stands beside it."""
    said = {name: asked.one(name) for name in CHOSEN}
    known: dict[str, object] = {
        "said": said, "usual": years_offered(book), "sites": sites_known(book), "countries": (), "code": "",
        "parts": (), "offer": None, "problem": None,
    }  # fmt: skip
    try:
        known["countries"] = countries()
        if said["country"]:
            code = place(said["country"]).country
            known |= {"code": code, "parts": parts_of(code)}
            if asked.one("of", code) != code:
                # Another country was chosen than the one that the part was offered for.
                said["subdivision"] = ""
            said["subdivision"] = place(code, said["subdivision"]).part or ""
            found = offer(book, wish_of(said))
            told = document(book, found)
            known |= {"offer": found, "told": told, "table": told.tables[0]}
    except PercontactError as error:
        known["problem"] = error.problem
    return known


def beside(desk: Desk, person: Person) -> Mapping[str, object]:
    """What the form begins with."""
    return {"kinds": KINDS, "form": {}, "problem": None}


SCREEN = Screen(
    path=HERE,
    name="Calendar",
    group="Keep",
    letter="",
    shows="Which days differ from the usual week, and the working days they leave.",
    make=calendar,
    tables=(),
    template="calendar.html",
    filters=False,
    menu=False,
    compares=False,
    beside=beside,
)
