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
    "placed": "/settings/policy#unplaced",
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

    >>> address("import 3"), address("placed")
    ('/data/imports/3', '/settings/policy#unplaced')
    """
    kind, _, number = about.partition(" ")
    return f"/data/imports/{number}" if kind == "import" else WHERE.get(kind, "/data")


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
