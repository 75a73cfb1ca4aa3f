# SPDX-License-Identifier: Apache-2.0
"""How an import and its receipt are shown: a line in a list, a page, an object for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from percontact.cli.speak import count

if TYPE_CHECKING:
    from percontact.ingest.masked import Mask
    from percontact.records.landing import Receipt
    from percontact.store.history import Import
    from percontact.store.workspace import Workspace
    from percontact.values.problem import Problem


def listed(imports: Iterable[Import]) -> Iterator[str]:
    """One line an import, under a heading."""
    yield (
        f"{'N':>4}  {'table':10} {'seen':>11} {'landed':>11} {'aside':>7} {'doubts':>6}  "
        f"{'state':8} {'snapshot':>8} {'at (UTC)':16}  file"
    )
    for one in imports:
        r = one.receipt
        yield (
            f"{r.number:>4}  {r.table:10} {r.seen:>11,} {r.landed:>11,} {r.aside:>7,} "
            f"{len(r.suspicions):>6,}  {one.state:8} {r.snapshot:>8} {one.at:%Y-%m-%d %H:%M}  {r.name}"
        )


def page(one: Import, again: str) -> Iterator[str]:
    """All that is known of one import. `again` is how percontact was called."""
    r = one.receipt
    by = f" by {one.who}" if one.who else ""
    yield f"Import {r.number}: {r.name}{f', sheet {one.sheet}' if one.sheet else ''}, into {r.table}"
    yield f"  when      {one.at:%Y-%m-%d %H:%M} UTC{by}, snapshot {r.snapshot}"
    yield f"  rows      {count(r.seen, 'row')} = {r.landed:,} landed + {parted(r)}{r.aside:,} set aside"
    yield f"  state     {_state(one)}"
    yield f"  original  {_original(one)}"
    if r.source:
        yield f"  source    {r.source}"
    if r.lacks:
        yield f"  lacks     {', '.join(r.lacks)}"
    for note in r.notes:
        yield f"  note      {note}"
    for doubt in r.suspicions:
        yield from (f"  {line}" for line in told(doubt))
    if r.aside:
        yield f"  {again} imports --aside {r.number} lists the rows set aside."
    if one.mapping:
        yield "  mapping"
        yield from (f"    {line}" for line in one.mapping.splitlines())


def parted(r: Receipt) -> str:
    """Rows that became part of others, as a term of the sum; "" where there are none."""
    return f"{r.merged:,} merged into them + " if r.merged else ""


def told(doubt: Problem) -> list[str]:
    """A suspicion in four parts."""
    return [f"doubt     {doubt.where}: {doubt.what}        {doubt.code}", f"  {doubt.why}", f"  {doubt.do}"]


def fields(one: Import) -> dict[str, object]:
    """An import for programs."""
    r = one.receipt
    names = ("number", "table", "name", "seen", "landed", "merged", "aside", "snapshot")
    return {n: getattr(r, n) for n in names} | {
        "at": one.at.isoformat(),
        "who": one.who,
        "state": one.state,
        "replaced_by": one.replaced_by,
        "sheet": one.sheet,
        "sha256": one.sha256,
        "original_kept": one.kept,
        "purged_at": one.purged.isoformat() if one.purged else None,
        "source": r.source,
        "lacks": list(r.lacks),
        "notes": list(r.notes),
        "suspicions": [asdict(doubt) for doubt in r.suspicions],
        "mapping": one.mapping,
    }


def _state(one: Import) -> str:
    if one.state == "live":
        instead = f", stands for {one.receipt.replaced}" if one.receipt.replaced else ""
        return f"live{instead}"
    by = f" by import {one.replaced_by}" if one.replaced_by else ""
    return f"{one.state}{by} in snapshot {one.ended}; older snapshots still have it"


def _original(one: Import) -> str:
    if one.purged:
        return f"purged on {one.purged:%Y-%m-%d}, with the texts of the rows set aside"
    return f"{'kept' if one.kept else 'not kept'}, sha256 {one.sha256[:16]}..."


def mask_of(workspace: Workspace, number: int) -> Mask:
    """What may be shown of the rows that an import set aside."""
    from percontact.ingest.masked import Mask

    one = workspace.one_import(number)
    return Mask(one.receipt.table, one.headers, one.mapping)
