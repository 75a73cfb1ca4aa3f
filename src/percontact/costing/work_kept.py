# SPDX-License-Identifier: Apache-2.0
"""Summaries of work, kept by month: what each reads of the Book; those missing are made in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from percontact.costing.drivers import SUMS, flat_parts
from percontact.costing.loose_use import loose_use_sql
from percontact.costing.reach import Month, Reach, together
from percontact.costing.work import Work
from percontact.costing.work_summary import LOOSE_FILE, SUMMARY_FILE, SUMMARY_FORMAT
from percontact.records.book import BookPart
from percontact.records.dialect import connect, literal, quote
from percontact.values.period import Period, add_months


class Keeper(Protocol):
    """Where summaries are kept, each under what it depends on."""

    def find(self, depends_on: str, name: str) -> Path | None: ...

    def keep_folders(
        self, depend_on: Sequence[str], what: str, write: Callable[[Mapping[str, Path]], bool]
    ) -> bool: ...


def kept_summaries(work: Work, reach: Reach, keeper: Keeper, *, may_keep: bool) -> list[Path] | None:
    """The file of each month, for `WorkSummary.files`; None where they are not kept, or not worth keeping.

    may_keep  whether missing ones are made
    """
    parts = {m: month_part(work, reach, m) for m in _months(work)}
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
                return write_summaries(mine, {m: folders[names[m]] for m in missing})

        if not keeper.keep_folders([names[m] for m in missing], "work summary", write):
            return None
    found = [keeper.find(name, SUMMARY_FILE) for name in names.values()]
    return [file for file in found if file is not None] if None not in found else None


def month_part(work: Work, reach: Reach, month: date) -> BookPart:
    """What of the Book the summary of a month reads: its rows, and those that say more about them.

    A contact and its handlings may lie in two months, as may metered use; a repeat looks back some days;
    time is split among all that was open beside it.
    """
    contacts: set[Month] = {month}
    legs: set[Month] = {month}
    of_legs = reach.linked("handlings", [month], "contacts", "contact_id")
    legs |= reach.linked("contacts", [month], "handlings", "contact_id")
    contacts |= of_legs
    if work.policy.concurrent_channels:
        beside = reach.open_beside([month], legs)
        legs |= beside.get("handlings", set())
        contacts |= beside.get("contacts", set())
        # A contact with handlings takes no part itself; a handling's agent may be its contact's.
        legs |= reach.linked("contacts", contacts, "handlings", "contact_id")
        contacts |= reach.linked("handlings", legs, "contacts", "contact_id")
    if work.knows_repeats():
        days = work.policy.repeat_days
        contacts |= {n for m in (month, *of_legs) if m for n in reach.near(m, days)}
    part: dict[str, set[Month] | None] = {"contacts": contacts, "handlings": legs}
    if work.usage_items:
        part["usage"] = reach.linked("contacts", [month], "usage", "contact_id") | {month}
        contacts |= reach.linked("usage", [month], "contacts", "contact_id")
    if set(work.customer_dimensions) & set(work.summary.dimensions):
        part["customers"] = None
    return part


def _months(work: Work) -> list[date]:
    """Months that have a summary: those of contacts, of handlings, of metered use that drives cost."""
    tables = ["contacts", *(["handlings"] if work.legs else []), *(["usage"] if work.usage_items else [])]
    return sorted({m for t in tables for m in work.book.months(t)})


def write_summaries(work: Work, folders: Mapping[date, Path]) -> bool:
    """Write the sums of all work by dimension, a month a folder, as SUMMARY_FILE and LOOSE_FILE.

    Returns False (and writes nothing) where they would not be smaller than the rows.
    """
    _add_up(work, folders)
    ((found,),) = work.con.execute("SELECT count(*) FROM summed_work").fetchall()
    whole = sum(f.rows for f in work.book.files.get("contacts", ()) if f.month in folders)
    if found * 2 > whole:
        return False
    if work.usage_items:
        loose = loose_use_sql(work.book, work.usage_items)
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE summed_loose AS SELECT * FROM {loose}")
    for month, folder in folders.items():
        _write(work, "summed_work", month, folder / SUMMARY_FILE)
        if work.usage_items:
            _write(work, "summed_loose", month, folder / LOOSE_FILE)
    return True


def _add_up(work: Work, months: Iterable[date]) -> None:
    """Make the table `summed_work`: all work of some months, by the dimensions that a summary keeps."""
    starts = sorted(months)
    dims, span = work.summary.dimensions, Period(starts[0], add_months(starts[-1], 1))
    rows = work.rows(dims, span, drivers=work.drivers)
    parts = "".join(
        f", CAST(sum({quote(p.name)}) AS DECIMAL(38,0)) AS {quote(p.name)}"
        for p in flat_parts(work.summary.parts)
    )
    sums = ", ".join(f"CAST(sum({s}) AS DECIMAL(38,{3 if s == 'effort' else 0})) AS {s}" for s in SUMS)
    fields = ", ".join(["month", *map(quote, dims)])
    listed = ", ".join(f"DATE '{m}'" for m in starts)
    work.con.execute(
        "CREATE OR REPLACE TEMP TABLE summed_work AS "
        f"SELECT {fields}, {sums}, min(anchor) AS anchor{parts} "
        f"FROM {rows} WHERE month IN ({listed}) GROUP BY {fields}"
    )


def _write(work: Work, table: str, month: date, file: Path) -> None:
    work.con.execute(
        f"COPY (SELECT * FROM {table} WHERE month = DATE '{month}') "
        f"TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    )
