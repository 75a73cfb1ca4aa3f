# SPDX-License-Identifier: Apache-2.0
"""Suspicious channels: one channel under several names, as files of several systems write it."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.ingest.landed import Landed, landed_book, some
from percontact.ingest.meaning import value_map
from percontact.records.book import Book
from percontact.values.problem import Problem


def channels(landed: Landed, book: Book | None) -> Iterator[Problem]:
    """Words for a channel that another word stands for too: in these rows, or in what is there already.

    A workspace in which every phone call is `Phone` has one channel by one name, and is left in peace.
    """
    if not landed.has("channel"):
        return
    here = _words(landed)
    if all(_meant(word) == word for word in here):
        return
    there = dict(here)
    if book is not None and book.has(landed.table.name):
        before = landed_book(landed.con, book, landed.table.name)
        there = (_words(before) if before.has("channel") else {}) | there
    for ours in dict.fromkeys(_meant(word) for word in here):
        alike = [word for word in there if _meant(word) == ours]
        other = [word for word in alike if word != ours and word in here]
        if len(alike) < 2 or not other:
            continue
        rows = sum(here[word] for word in other)
        told = "one contact counts" if rows == 1 else f"{rows:,} contacts count"
        pairs = ", ".join(f"{word}: {ours}" for word in other[:6])
        yield Problem(
            "W-NAME-03",
            landed.where,
            f"`channel` says {some(other)}, where others say {some([w for w in alike if w not in other])}"
            if len(other) < len(alike)
            else f"`channel` says {some(other)} for one and the same",
            f"These words mean {ours}, and {told} apart from the others of it.",
            f"Write `values: {{{pairs}}}` under `channel:` in the mapping file and import with --replace.",
        )


def _words(landed: Landed) -> dict[str, int]:
    """Each word for a channel, and its rows."""
    found = landed.ask("SELECT channel, count(*) FROM {rows} WHERE channel IS NOT NULL GROUP BY 1 ORDER BY 1")
    return {str(word): int(rows) for word, rows in found}


def _meant(word: str) -> str:
    """The contract's word for a channel, or the word itself."""
    return value_map("channel", word) or word
