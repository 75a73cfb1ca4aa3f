# SPDX-License-Identifier: Apache-2.0
"""Text for a terminal: the headline first, then tables with hairlines, aligned, in the width there is.

A figure is never cut: where a table needs more room than there is, its texts wrap; then the line is longer.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TextIO

from percontact.report.cells import visible
from percontact.report.document import Document, Table
from percontact.report.grid import grid

WIDTH = 80
WIDEST = 120
"""Columns beyond which lines are hard to follow; a wider terminal keeps its space."""


@dataclass(frozen=True, slots=True)
class Page:
    """What text is written on: columns wide, with or without colour."""

    width: int = WIDTH
    colour: bool = False


def page_of(stream: TextIO | None = None) -> Page:
    """The page that a stream is: colour only on a terminal, and not where NO_COLOR is set (no-color.org)."""
    out = stream or sys.stdout
    if not out.isatty():
        return Page()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Page(min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST), colour)


def render(document: Document, page: Page = Page()) -> str:
    """The document as text; blocks stand apart by an empty line."""
    return "\n\n".join(block for block in _blocks(document, page) if block) + "\n"


def _blocks(document: Document, page: Page) -> Iterator[str]:
    yield _styled(_wrapped(document.headline, page), "1", page)
    if document.demo:
        yield _wrapped(document.demo, page)
    for number, table in enumerate(document.tables):
        if table.sentence:
            yield _wrapped(table.sentence, page)
        else:
            yield grid(table.shown(), page.width) if number == 0 else _titled(table.shown(), page)
        if table.note:
            yield _styled(_wrapped(table.note, page), "2", page)
    if document.notes:
        yield _styled("\n".join(_wrapped(n, page, bullet="- ") for n in document.notes), "2", page)
    if document.facts:
        facts = "; ".join(f"{name}: {fact}" for name, fact in document.facts)
        yield _styled(_wrapped(f"{facts}.", page), "2", page)


def _styled(text: str, code: str, page: Page) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if page.colour and text else text


def _wrapped(text: str, page: Page, *, bullet: str = "") -> str:
    indent = " " * len(bullet)
    return textwrap.fill(
        visible(text), page.width, initial_indent=bullet, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _titled(table: Table, page: Page) -> str:
    """A table under its title; where its first header is but a word of it, the title stands there."""
    first = table.columns[0]
    if table.rows and first.kind == "text" and first.header.lower() in table.title.lower():
        columns = (replace(first, header=table.title), *table.columns[1:])
        return grid(replace(table, columns=columns), page.width)
    return _styled(_wrapped(table.title, page), "1", page) + "\n" + grid(table, page.width)
