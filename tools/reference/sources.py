# SPDX-License-Identifier: Apache-2.0
"""The page of exports that are known: what each gives and lacks."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.ingest.source import EVIDENCE, Source, sources
from percontact.records.lacks import LACKS
from reference.markdown import grid, joined


def sources_page() -> str:
    """Every export that has a shipped mapping: what it gives, what it lacks, how its columns are known."""
    return joined("src/percontact/ingest/sources/", _sources())


def _sources() -> Iterator[str]:
    yield "# Exports that are known"
    yield (
        "Each of these has a shipped mapping: `percontact import TABLE FILE --mapping NAME` reads such a "
        "file. One with a header is recognised by it, some without one by their shape, also without "
        "`--mapping`. Nothing is taken for granted: a column the file does not have stays unknown, and the "
        "receipt says so. `percontact help sources` lists the names. "
        "[Import from your help desk](../how-to/import-from-your-help-desk.md) walks through one."
    )
    yield "How the columns are known:"
    yield grid(("sign", "known from"), ((f"**{sign}**", says) for sign, says in EVIDENCE.items()))
    yield "What an export lacks is said on the receipt, and again wherever a figure depends on it:"
    yield grid(("lacks", "so"), ((one, says) for one, says in LACKS.items()))
    by_system: dict[str, list[Source]] = {}
    for source in sources():
        by_system.setdefault(source.system, []).append(source)
    for system, found in by_system.items():
        yield f"## {system}"
        yield grid(
            ("export", "name", "table", "gives", "lacks", "known"),
            (
                (s.export, f"`{s.key}`", s.table, ", ".join(s.gives), "; ".join(s.lacks) or "-", s.evidence)
                for s in found
            ),
        )
