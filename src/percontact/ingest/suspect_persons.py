# SPDX-License-Identifier: Apache-2.0
"""Suspicious columns: kept because somebody named them, and full of what looks personal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from percontact.ingest.landed import Landed
from percontact.ingest.personal import TOLD, by_values
from percontact.values.problem import Problem


def persons(landed: Landed, named: Sequence[str]) -> Iterator[Problem]:
    """Codes and dimensions whose values look like a person's data; a posting's own words are none."""
    if landed.table.name == "ledger":
        return
    asked = [n for n in named if landed.has(n)]
    found = by_values(landed.con, landed.relation, asked, words=(), ledger=False, every_row=False)
    for name, kind in found.items():
        yield Problem(
            "W-PERSON-01",
            landed.where,
            f"`{name}` looks like {TOLD[kind]}",
            "It is kept as found, because it is a column of the table or the mapping names it; everybody who "
            "reads the Book can read it.",
            f"Write `hash: true` under `{name}:` in a mapping file to keep a keyed hash, or map another "
            "column.",
        )
