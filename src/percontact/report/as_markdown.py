# SPDX-License-Identifier: Apache-2.0
"""Markdown (GitHub's tables): for wikis, tickets and chat. Text from data stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from percontact.report.cells import shown, visible
from percontact.report.document import Document, Table

_SIGNS = re.compile(r"([\\`*_\[\]#|~<>&])")


def render(document: Document) -> str:
    """Headline, tables with their titles, notes, and what the answer was made of."""
    return "\n\n".join(_blocks(document)) + "\n"


def _blocks(document: Document) -> Iterator[str]:
    yield f"# {plain_text(document.title)}"
    if document.demo:
        yield f"*{plain_text(document.demo)}*"
    yield f"**{plain_text(document.headline)}**"
    for number, table in enumerate(document.tables):
        if number:
            yield f"## {plain_text(table.title)}"
        yield prose(table.sentence) if table.sentence else _table(table.shown())
        if table.note:
            yield prose(table.note)
    if document.notes:
        yield "## Notes"
        yield "\n".join(f"- {prose(n)}" for n in document.notes)
    if document.facts:
        yield "; ".join(f"{name}: {plain_text(fact)}" for name, fact in document.facts) + "."


def _table(table: Table) -> str:
    lines = [
        _row([plain_text(c.header) for c in table.columns]),
        _row(["---:" if c.is_number else "---" for c in table.columns]),
    ]
    for row in table.rows:
        lines.append(_row([plain_text(shown(cell, c)) for cell, c in zip(row, table.columns, strict=True)]))
    if table.total:
        pairs = zip(table.total, table.columns, strict=True)
        cells = [plain_text(shown(cell, c, total=True)) for cell, c in pairs]
        lines.append(_row([f"**{cell}**" if cell else "" for cell in cells]))
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain_text(text: str) -> str:
    """A text whose signs Markdown does not read.

    >>> plain_text("a|b *c* <script>")
    'a\\\\|b \\\\*c\\\\* \\\\<script\\\\>'
    """
    return _SIGNS.sub(r"\\\1", visible(text.replace("\n", " ")))


def prose(text: str) -> str:
    """A sentence of ours: what stands between backticks stays code, in which Markdown reads no sign."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain_text(text)
    return "".join(f"`{visible(part)}`" if i % 2 else plain_text(part) for i, part in enumerate(parts))
