# SPDX-License-Identifier: Apache-2.0
"""Checks: what is missing, doubtful or unplaced, the worst first, each with the page where it is mended."""

from __future__ import annotations

from dataclasses import replace

from percontact.answers.keeping import checks
from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.screen import Screen, Viewer

WHERE = {
    "months": "/data#files",
    "policy": "/settings/policy",
    "placed": "/settings/policy",
    "capacity": "/data?into=capacity#bring",
    "contacts": "/data?table=contacts#files",
    "ledger": "/data?table=ledger#files",
    "more": "/data#bring",
}
"""What a finding is about -> the page where it is mended."""


def found(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """All findings."""
    document, findings = checks(book)
    links = tuple(address(f.about) for f in findings)
    return Page(replace(document, tables=(replace(document.tables[0], links=links),)))


def address(about: str) -> str:
    """Where a finding is mended.

    >>> address("import 3"), address("unclaimed 2025-06..2025-06")
    ('/data/imports/3', '/settings/policy?period=2025-06#unplaced')
    """
    kind, _, which = about.partition(" ")
    if kind == "unclaimed":
        first, _, last = which.partition("..")
        return f"/settings/policy?period={first if first == last else which}#unplaced"
    return f"/data/imports/{which}" if kind == "import" else WHERE.get(kind, "/data")


SCREEN = Screen(
    path="/data/checks",
    name="Checks",
    group="Keep",
    letter="",
    shows="What is missing, doubtful or unplaced, the worst first.",
    make=found,
    tables=(),
    template="checks.html",
    filters=False,
    menu=False,
    slow=True,
)
