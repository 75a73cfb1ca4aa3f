# SPDX-License-Identifier: Apache-2.0
"""Verified resolutions are asked of single contacts, not of sums of them."""

from pathlib import Path

import pytest

from percontact.costing import work
from percontact.pipeline import OpenBook, land
from percontact.records import Settings
from percontact.store import Workspace


def test_verified_resolutions_are_the_same_with_a_summary_of_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    contacts  two customers, three each on different days within a week, all resolved; no cases
    verified  the last of each customer: 2 of 6; from a summary it was 0, as its one anchor had been followed
    """
    monkeypatch.setattr(work, "SUMMARY_FROM_ROWS", 0)
    made = Workspace.create(tmp_path / "w", Settings("EUR", "UTC"))
    policy = "pools:\n  p: {driver: handle_s}\nrules:\n  - {to: p}\nconcurrency: {channels: [chat]}\n"
    (tmp_path / "w" / "policy.yaml").write_text(policy, "utf-8")
    rows = "".join(f"c{i},u{i % 2},r,2026-06-0{1 + i} 09:00:00,60,voice,resolved\n" for i in range(6))
    head = "contact_id,customer_id,reason,started_at,handle_s,channel,outcome\n"
    (tmp_path / "contacts.csv").write_text(head + rows, "utf-8")
    (tmp_path / "ledger.csv").write_text("account,date,amount\npay,2026-06-01,600\n", "utf-8")
    for table in ("contacts", "ledger"):
        land(made, table, tmp_path / f"{table}.csv")
    book = OpenBook(made)
    assert book.costed.work.from_summary(["outcome"])
    found = book.state(book.ask(start="2026-06", end="2026-06"), "verified-resolution").total
    assert (found.denominator, found.value) == (2, 300)
