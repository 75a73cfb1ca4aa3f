# SPDX-License-Identifier: Apache-2.0
"""Suspicious rows: that repeat, whose id is no key, or that ended before they began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from percontact.ingest.landed import Landed, label, some
from percontact.records.landing import Aside
from percontact.values.problem import Problem

LEAST_SHARE = 0.01
"""Share of rows from which something is a habit of the file and not a slip."""

LEAST_REPEATS = 3
"""Rows exactly alike from which they are said: two equal payments on one day do happen."""

IN_PAIRS = 0.7
"""Share of the repeats that come in pairs, or at one distance, from which they are an export's doing."""

AFTERWARDS = {"cases": (("first_reply_at", "resolved_at"), ("resolved_at", "closed_at"))}
"""table -> moments of which the later may lie before the earlier, and is landed, but cannot be averaged"""


def rows(landed: Landed, aside: Sequence[Aside]) -> Iterator[Problem]:
    """Repeats, ids that are no key, and moments in the wrong order."""
    yield from _no_key(landed, aside)
    yield from _order_aside(landed, aside)
    yield from _order_landed(landed)
    if landed.made_ids:
        yield from _repeated(landed)


def _repeated(landed: Landed) -> Iterator[Problem]:
    key = landed.table.key
    plain = [n for n in landed.columns if n not in ("row_id", "bucket", key)]
    if not plain or landed.rows < LEAST_REPEATS:
        return
    row = f"hash({', '.join(label(n) for n in plain)})"
    # The estimate is off by a few per cent at most, so it spares counting exactly only where it is far off.
    ((about,),) = landed.ask(f"SELECT approx_count_distinct({row}) FROM {{rows}}")
    if about > landed.rows * 1.2:
        return
    groups = landed.ask(
        f"SELECT count(*) - 1 AS again, min({landed.line}), max({landed.line}) FROM {{rows}} GROUP BY {row} "
        "HAVING count(*) > 1 ORDER BY again DESC, 2 LIMIT 100000"
    )
    again = sum(n for n, _, _ in groups)
    if again < max(LEAST_REPEATS, LEAST_SHARE * landed.rows) or _by_nature(groups, again):
        return
    yield Problem(
        "W-ROW-01",
        landed.at(groups[0][2]),
        f"{again:,} of {landed.rows:,} rows say exactly what an earlier row says (lines "
        f"{some([f'{a} and {b}' for _, a, b in groups], 3)})",
        "The file names no rows, so it cannot be told whether these happened twice or were exported twice; "
        "they count twice.",
        f"Export with an id and map it to `{key}`: rows that are there already are then set aside.",
    )


def _by_nature(groups: Sequence[tuple[int, int, int]], again: int) -> bool:
    """Whether rows are alike because they say so little: a payroll without names, budget lines.

    What was exported twice comes in pairs, or as a block a fixed number of lines further down.
    """
    pairs = sum(n for n, _, _ in groups if n == 1)
    ((_, apart),) = Counter(last - first for _, first, last in groups).most_common(1)
    few = again <= 3 * len(groups)
    return pairs < IN_PAIRS * again and not (few and apart >= IN_PAIRS * len(groups))


def _no_key(landed: Landed, aside: Sequence[Aside]) -> Iterator[Problem]:
    twice = [a for a in aside if a.code == "E-ID-01" and " of this file" in a.reason]
    seen = landed.rows + len(aside)
    if len(twice) < max(2, LEAST_SHARE * seen):
        return
    yield Problem(
        "W-ID-01",
        landed.at(twice[0].line),
        f"`{landed.table.key}` is no key: {len(twice):,} of {seen:,} rows bear an id that an earlier row has",
        "Only the first row of each id was landed. If the rows are legs or steps of one thing, work is "
        "missing from the Book.",
        f"Map `{landed.table.key}` to a column that names each row, join two (`columns: [A, B]`), or leave "
        "it out.",
    )


def _order_aside(landed: Landed, aside: Sequence[Aside]) -> Iterator[Problem]:
    early = Counter(a.column for a in aside if a.code == "E-TIME-02")
    seen = landed.rows + len(aside)
    for column, count in early.most_common():
        if count < max(2, LEAST_SHARE * seen):
            continue
        first = next(a.line for a in aside if a.code == "E-TIME-02" and a.column == column)
        yield Problem(
            "W-TIME-01",
            landed.at(first),
            f"`{column}` lies before what it must follow in {count:,} of {seen:,} rows",
            "That is a habit of the file, not a slip: the rows are set aside, and averages of the others may "
            "be wrong in the same way.",
            "Often the two columns are in different time zones, or one of them is the time of the last "
            "change: ask the source.",
        )


def _order_landed(landed: Landed) -> Iterator[Problem]:
    for earlier, later in AFTERWARDS.get(landed.table.name, ()):
        if not landed.has(earlier, later):
            continue
        both = f"{label(earlier)} IS NOT NULL AND {label(later)} IS NOT NULL"
        wrong = f"{label(later)} < {label(earlier)}"
        ((held, count, line),) = landed.ask(
            f"SELECT count(*) FILTER ({both}), count(*) FILTER ({wrong}), "
            f"min({landed.line}) FILTER ({wrong}) FROM {{rows}}"
        )
        if count >= max(2, LEAST_SHARE * held):
            yield Problem(
                "W-TIME-01",
                landed.at(line),
                f"`{later}` lies before `{earlier}` in {count:,} of {held:,} rows that have both",
                "A span between the two would be negative there, so no average of it is to be trusted.",
                "Ask the source what the two times mean; map only the one that is sure.",
            )
