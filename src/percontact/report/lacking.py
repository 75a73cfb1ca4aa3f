# SPDX-License-Identifier: Apache-2.0
"""What the sources of the contacts cannot tell, said beside the figures that depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from percontact.costing.slice import Slice
from percontact.records.lacks import LACKS
from percontact.records.tables import ROW_BITS

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook
    from percontact.values.period import Period

_ALWAYS = ("handle time", "abandonment", "single contacts")
_FOR = {
    "resolution": ("outcome", "resolution"),
    "verified-resolution": ("outcome", "resolution", "reopens", "customer"),
    "case": ("single contacts",),
    "customer": ("customer",),
}
"""What a form of the answer depends on besides what all of them do."""


def lack_notes(costed: CostedBook, question: Slice, per: str) -> Iterator[str]:
    """A sentence for each thing that the sources of these months' contacts lack and the answer depends on.

    Law: the counts are of contacts in the months asked, whatever the conditions: a source lacks it for all.
    """
    by_source: dict[tuple[str, str], list[int]] = {}
    for number, source in costed.book.sources.items():
        for lack in source.lacks:
            if lack in (*_ALWAYS, *_FOR.get(per, ())) or lack not in LACKS:
                by_source.setdefault((lack, source.system), []).append(number)
    if not by_source:
        return
    months = question.months
    # A look at every contact of these months: the same for each question about them.
    counts = costed.once(("lacking", months), lambda: _contacts(costed, months))
    for (lack, system), numbers in by_source.items():
        handled = sum(counts.get(n, (0, 0))[0] for n in numbers)
        untimed = sum(counts.get(n, (0, 0))[1] for n in numbers)
        if lack == "handle time" and untimed:
            yield f"Handle time of {untimed:,} contacts is not in the source ({system}): {LACKS[lack]}."
        elif lack != "handle time" and handled:
            yield _sentence(lack, system, handled)


def _sentence(lack: str, system: str, handled: int) -> str:
    if lack not in LACKS:
        return f"Of {handled:,} contacts from {system}: {lack}."
    return f"Not in the source of {handled:,} contacts ({system}): {lack}, so {LACKS[lack]}."


def _contacts(costed: CostedBook, months: Period) -> dict[int, tuple[int, int]]:
    """Import -> its handled contacts of some whole months, and those of them without a handle time."""
    rows = costed.book.relation(
        "contacts", ["row_id", "handled", "handle_s", "month"], first=months.start, last=months.end
    )
    found = costed.con.execute(
        f"SELECT row_id >> {ROW_BITS} AS number, sum(handled), "
        f"coalesce(sum(handled) FILTER (handle_s IS NULL), 0) FROM {rows} "
        f"WHERE month < DATE '{months.end}' GROUP BY 1"
    ).fetchall()
    return {number: (int(handled), int(untimed)) for number, handled, untimed in found}
