# SPDX-License-Identifier: Apache-2.0
"""Calendar: the days that differ from the usual week, by year and site, and the working days they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from percontact.answers.calendaring import KINDS, calendar_told, of_year, sites, years
from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.values.problem import problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer

HERE = "/settings/calendar"


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
