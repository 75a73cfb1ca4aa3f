# SPDX-License-Identifier: Apache-2.0
"""Data: what has come in and how fresh it is, what was set aside, and where more comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from percontact.answers.keeping import held
from percontact.pipeline import OpenBook
from percontact.records.tables import TABLES
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer
from percontact.web.streaming import most_bytes

FIRST = (
    ("contacts", "who was served", "A row a contact, or a day with a count: gives volume, handle time."),
    ("ledger", "what it cost", "One line a month is enough, accounts say more: gives cost per contact."),
    ("capacity", "hours paid", "Paid and available hours of each group: gives occupancy, unused cost."),
)  # fmt: skip
"""(table, in a few words, what it is and what it brings): what a first figure needs, and what comes next."""


def data(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The tables and the files they came from."""
    document = held(book, asked.one("table"))
    tables, files = document.tables
    numbers = [int(str(n)) for n in files.column("import")]
    linked = (
        replace(tables, links=tuple(f"/data?table={name}#files" for name in tables.column("table"))),
        replace(files, links=tuple(f"/data/imports/{n}" for n in numbers)),
    )
    extra = {"lacking": [f for f in FIRST if not book.book.has(f[0])], "table": asked.one("table")}
    return Page(replace(document, tables=linked), tables=2, extra=extra)


def beside(desk: Desk, person: Person) -> Mapping[str, object]:
    """Jobs, and files that came in and wait to be imported."""
    done = {j.id for j in desk.jobs.found() if j.state == "done"}
    for upload in desk.uploads.all():
        if upload.job in done:
            desk.uploads.remove(upload.id)
    busy = {j.id for j in desk.jobs.busy}
    return {
        "jobs": desk.jobs.busy,
        "recent": [j for j in desk.jobs.found() if j.over][:5],
        "uploads": [u for u in desk.uploads.all() if u.job not in busy],
        "known_tables": list(TABLES.values()),
        "limit": most_bytes(),
        "checked": desk.given((desk.version(), ("/data/checks", (), person.viewer))),
    }


SCREEN = Screen(
    path="/data",
    name="Data",
    group="Keep",
    letter="d",
    shows="What has come in, how fresh it is, and what was set aside.",
    make=data,
    tables=(),
    template="data.html",
    filters=False,
    beside=beside,
)
