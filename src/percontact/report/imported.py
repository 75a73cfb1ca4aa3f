# SPDX-License-Identifier: Apache-2.0
"""What imports leave open: rows set aside that nobody corrected, and doubts about rows that landed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from percontact.ingest.suspect import suspicions_of_book
from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.report.health import Finding
from percontact.store.workspace import Workspace
from percontact.values.problem import Problem

COUNTED_TWICE = ("W-TWICE-01", "W-SUM-02", "W-ROW-01", "W-UNIT-01", "W-ID-01")
"""Doubts by which a figure may be wrong, and not only misread."""

ON_PURPOSE = ("E-SKIP-01", "E-SKIP-02")
"""Codes of rows that the mapping leaves out: nobody has to correct them."""

OF_A_BOOK = ("W-TWICE-01", "W-DAY-01", "W-DAY-03", "W-NAME-01", "W-NAME-02", "W-NAME-03")
"""Doubts that hang on what is there before and after: asked of the whole Book, not repeated file by file."""


def still_aside(workspace: Workspace) -> Iterator[Finding]:
    """Live imports with rows set aside, less those that were corrected and landed since."""
    live = [i for i in workspace.receipts() if i.state == "live"]
    for one in live:
        r = one.receipt
        later = [i.receipt for i in live if i.headers[:1] == (f"aside_of_import_{r.number}",)]
        corrected = sum(i.landed for i in later)
        if r.aside <= corrected:
            continue
        meant = sum(a.row.code in ON_PURPOSE for a in workspace.aside(r.number))
        if meant == r.aside:
            were = "row was" if meant == 1 else "rows were"
            yield Finding(
                "note",
                f"{meant:,} {were} left out of {r.name} on purpose, by its mapping ({r.seen:,} in all).",
                f"percontact imports --aside {r.number} lists them.",
                f"import {r.number}",
            )
            continue
        by = f"; {corrected:,} of them landed since" if corrected else ""
        yield Finding(
            "wrong",
            f"{r.aside:,} of {r.seen:,} rows of {r.name} were set aside{by}.",
            f"percontact imports --aside {r.number} shows each with its reason; with -o FILE it writes them "
            "to be corrected and imported, or correct the whole file and import it with --replace.",
            f"import {r.number}",
        )


def doubts_of_files(workspace: Workspace) -> Iterator[Finding]:
    """What looked wrong in the rows of live imports when they landed."""
    for one in workspace.receipts():
        if one.state == "live":
            for doubt in one.receipt.suspicions:
                if doubt.code not in OF_A_BOOK:
                    yield replace(_finding(doubt), about=f"import {one.receipt.number}")


def doubts_of_book(book: Book) -> Iterator[Finding]:
    """What looks wrong when all rows are seen together."""
    return map(_finding, suspicions_of_book(connect(), book))


def _finding(doubt: Problem) -> Finding:
    weight = "wrong" if doubt.code in COUNTED_TWICE else "doubtful"
    return Finding(weight, f"{doubt.where}: {doubt.what} ({doubt.code}).", doubt.do)  # type: ignore[arg-type]
