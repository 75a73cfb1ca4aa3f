# SPDX-License-Identifier: Apache-2.0
"""Settings: what holds for the whole workspace, what each setting changes, and where it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from percontact.answers.holding import ENDS, MONTHS, settings_told
from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.values.fiscal import PATTERNS, WEEKDAYS
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer

WHERE = {
    "Weeks and fiscal years": "#weeks",
    "Policy": "/settings/policy",
    "Calendar": "/settings/calendar",
}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def settings(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """Each setting with where it is changed."""
    document = settings_told(book)
    table = document.tables[0]
    links = tuple(WHERE.get(str(row[0]), "") for row in table.rows)
    return Page(replace(document, tables=(replace(table, links=links),)), extra={"settings": book.settings})


def beside(desk: Desk, person: Person) -> Mapping[str, object]:
    """The choices of the form."""
    return {
        "months": [(str(n), name) for n, name in enumerate(MONTH_NAMES, 1)],
        "weeks": [(MONTHS, "calendar months"), *((p, f"{p} weeks") for p in PATTERNS[1:])],
        "ends": [(e, e.replace("-", " ", 1)) for e in ENDS],
        "weekdays": [(d, d.capitalize()) for d in WEEKDAYS],
        "problem": None,
    }


SCREEN = Screen(
    path="/settings",
    name="Settings",
    group="Keep",
    letter="s",
    shows="What holds for the whole workspace, and where it is changed.",
    make=settings,
    tables=(),
    template="settings.html",
    filters=False,
    compares=False,
    beside=beside,
)
