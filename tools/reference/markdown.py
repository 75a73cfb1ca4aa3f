# SPDX-License-Identifier: Apache-2.0
"""Pages of Markdown: the mark that says they are made, blocks, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MADE = "<!-- Made by tools/make_reference.py from {source}. Change that, then run `make docs`. -->"


def joined(source: str, blocks: Iterator[str]) -> str:
    """A page: its mark, then its blocks, an empty line between them."""
    return "\n\n".join([MADE.format(source=source), *blocks]) + "\n"


def row(*cells: str) -> str:
    """A row of a Markdown table; a bar inside a cell is spelled so that it stays text."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def grid(header: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join([row(*header), row(*("---" for _ in header)), *(row(*r) for r in rows)])
