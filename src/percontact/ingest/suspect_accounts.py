# SPDX-License-Identifier: Apache-2.0
"""Suspicious accounts: postings of no account in a file that seems to say it once for several of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from percontact.ingest.landed import Landed
from percontact.records.landing import Aside
from percontact.values.problem import Problem

MANY = 0.3
"""Share of postings without an account from which it is no slip."""

_UNNAMED = "unnamed"


def accounts(landed: Landed, aside: Sequence[Aside]) -> Iterator[Problem]:
    """Accounts that were lost: the file has them where nothing read them."""
    if landed.table.name != "ledger" or not landed.has("account"):
        return
    ((unnamed, named, first),) = landed.ask(
        f"SELECT count(*) FILTER (account = '{_UNNAMED}'), count(*) FILTER (account <> '{_UNNAMED}'), "
        f"min({landed.line}) FILTER (account = '{_UNNAMED}') FROM {{rows}}"
    )
    if unnamed < max(1, MANY * landed.rows):
        return
    bare = [a for a in aside if a.code in ("E-ROW-01", "E-ROW-02") and 0 < _filled(a.text) <= 2]
    # Without such rows, a ledger of no accounts is one account, and a few may have none.
    if not bare and not 0 < named <= unnamed:
        return
    seem = (
        f"Rows set aside hold next to nothing but a text (line {bare[0].line}), as headings of accounts do."
        if bare
        else "Other rows name one: it may be said once, on the first of several postings."
    )
    yield Problem(
        "W-ACCOUNT-01",
        landed.at(first),
        f"{unnamed:,} of {landed.rows:,} postings are of no account",
        f"{seem} No rule of the policy can then tell these costs apart.",
        "Say in a mapping file how accounts hold on: headings: {column: ..., name: Heading, when: ...}, or "
        "account: {column: ..., fill: down}.",
    )


def _filled(text: str) -> int:
    """How many cells of a row hold something."""
    return sum(bool(cell.strip()) for cell in next(csv.reader(StringIO(text, newline="")), []))
