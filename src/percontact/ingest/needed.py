# SPDX-License-Identifier: Apache-2.0
"""Columns that every row must have, though the file has no header for them: which headers may be meant."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Sequence

from percontact.ingest.plan import clean_name
from percontact.records.column import Table
from percontact.values.problem import problem


def require_columns(
    table: Table, found: Collection[str], headers: Sequence[str], used: Collection[int], name: str
) -> None:
    """Raise E-FILE-04 where a needed column of the table is not among those found.

    used  numbers of the headers that fill a column already, so none of them is the one meant
    """
    missing = [c.name for c in table.columns if c.required and not c.default and c.name not in found]
    if not missing:
        return
    free = {clean_name(h): h for i, h in reversed(list(enumerate(headers))) if h and i not in used}
    lines = []
    for column in missing:
        close = difflib.get_close_matches(column, free, n=1, cutoff=0.5)
        near = free[close[0]] if close else "HEADER"
        plain = re.fullmatch(r"\w[\w ()./+-]*", near)
        lines.append(f"{column}: {near if plain else json.dumps(near)}")
    told = ", ".join(f"`{h}`" for h in headers if h)
    raise problem(
        "E-FILE-04",
        name,
        f"no column for {' and '.join(f'`{c}`' for c in missing)} of table {table.name}",
        f"Every row must have it. The file has {told}.",
        f"Rename the header, or write in a mapping file: columns: {{{', '.join(lines)}}}",
    )
