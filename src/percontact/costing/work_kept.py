# SPDX-License-Identifier: Apache-2.0
"""Summaries of work, kept by month: those that are missing are made together, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from percontact.costing.reach import Reach, together
from percontact.costing.work import SUMMARY_FILE, SUMMARY_FORMAT, Work
from percontact.records.dialect import connect


class Keeper(Protocol):
    """Where summaries are kept, each under what it depends on."""

    def find(self, depends_on: str, name: str) -> Path | None: ...

    def keep_folders(
        self, depend_on: Sequence[str], what: str, write: Callable[[Mapping[str, Path]], bool]
    ) -> bool: ...


def kept_summaries(work: Work, reach: Reach, keeper: Keeper, *, may_keep: bool) -> list[Path] | None:
    """The file of each month, for `Work.summary`; None where they are not kept, or not worth keeping.

    may_keep  whether missing ones are made
    """
    parts = {m: work.summary_part(reach, m) for m in work.summary_months()}
    told = f"work {SUMMARY_FORMAT} {work.policy.digest}"
    names = {m: f"{told} {m} {reach.digest(part)}" for m, part in parts.items()}
    missing = [m for m in names if keeper.find(names[m], SUMMARY_FILE) is None]
    if missing:
        if not may_keep:
            return None
        part = together(parts[m] for m in missing)

        def write(folders: Mapping[str, Path]) -> bool:
            with connect() as con:
                mine = Work(con, work.book.only(part), work.policy, cubes=False)
                return mine.write_summaries({m: folders[names[m]] for m in missing})

        if not keeper.keep_folders([names[m] for m in missing], "work summary", write):
            return None
    found = [keeper.find(name, SUMMARY_FILE) for name in names.values()]
    return [file for file in found if file is not None] if None not in found else None
