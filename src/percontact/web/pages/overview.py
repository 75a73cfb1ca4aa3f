# SPDX-License-Identifier: Apache-2.0
"""Overview: what one contact costs, whether that is good, and what moved it."""

from __future__ import annotations

from percontact.glancing import Glance, glanced
from percontact.pipeline import OpenBook
from percontact.report.page import Page, Tile, Tone
from percontact.web.asked import Asked
from percontact.web.screen import Screen, Viewer

TONES: dict[str, Tone] = {"worse": "worse", "better": "better"}


def overview(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The first page: a sentence, six figures, cost by channel."""
    start, end = asked.span
    found = glanced(
        book, start=start, end=end, compare=asked.one("compare", "previous"), where=asked.where,
        basis=asked.one("basis", "used"),
    )  # fmt: skip
    return Page(found.document, tiles=tuple(_tiles(book, found, asked)))


def _tiles(book: OpenBook, found: Glance, asked: Asked) -> list[Tile]:
    return [
        Tile(
            name, value if value != "-" else "not known", "", change, TONES.get(verdict, "plain"),
            asked.carried().to(f"/measures/{metric}"),
        )
        for metric, name, value, change, verdict in found.figures(book.settings.currency)
    ]  # fmt: skip


SCREEN = Screen(
    path="/",
    name="Overview",
    group="Understand",
    letter="o",
    shows="What one contact costs, whether the service held, and what moved it.",
    make=overview,
)
