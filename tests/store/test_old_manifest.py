# SPDX-License-Identifier: Apache-2.0
"""A workspace that an older percontact wrote opens, reads, and grows at the first write."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from percontact.store import Workspace, manifest
from percontact.values.problem import Problem


@pytest.fixture
def old(workspace: Workspace, stage) -> Workspace:
    """Version 1: one import, and none of the columns that came later."""
    staged = stage(workspace, "june.csv", {"2026-06": [300, 240]})
    workspace.publish(staged, original=None, based_on=1)
    with closing(sqlite3.connect(workspace.path / manifest.NAME, isolation_level=None)) as con:
        for name in manifest._GROWN:
            con.execute(f"ALTER TABLE imports DROP COLUMN {name}")
        con.execute("PRAGMA writable_schema = ON")
        con.execute("UPDATE sqlite_schema SET sql = replace(sql, 'seen >= landed', 'seen = landed')")
        con.execute("PRAGMA user_version = 1")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return workspace


def version(path: Path) -> int:
    with closing(sqlite3.connect(path / manifest.NAME)) as con:
        return con.execute("PRAGMA user_version").fetchone()[0]


def test_an_old_workspace_is_read_as_it_is(old: Workspace) -> None:
    (one,) = Workspace.open(old.path).receipts()
    assert (one.receipt.landed, one.receipt.suspicions, one.who, one.headers) == (2, (), "", ())
    assert version(old.path) == 1


def test_an_old_workspace_that_may_only_be_read_is_read(old: Workspace) -> None:
    with manifest.reading(old.path) as con:
        assert con.execute("SELECT suspicions, purged FROM imports").fetchall() == [("[]", None)]


def test_the_first_write_brings_it_to_the_new_form(old: Workspace, stage, contacts_in) -> None:
    staged = stage(old, "july.csv", {"2026-07": [60]})
    old.publish(staged, original=None, based_on=old.book().snapshot)
    assert version(old.path) == manifest.VERSION
    assert [i.receipt.landed for i in old.receipts()] == [2, 1]
    assert {n: rows for n, (rows, _) in contacts_in(old.book()).items()} == {1: 2, 2: 1}


def test_an_old_workspace_learns_that_rows_can_become_part_of_others(old: Workspace, stage) -> None:
    """3 events become 1 row: 3 seen = 1 landed + 2 merged + 0 set aside"""
    from dataclasses import replace

    staged = replace(stage(old, "log.csv", {"2026-07": [60]}), seen=3, merged=2)
    receipt = old.publish(staged, original=None, based_on=old.book().snapshot)
    assert (receipt.seen, receipt.landed, receipt.merged, receipt.aside) == (3, 1, 2, 0)


def test_suspicions_headers_and_lacks_come_back_as_they_were(workspace: Workspace, stage) -> None:
    from dataclasses import replace

    doubt = Problem("E-OWN-01", "june.csv", "what", "why", "do")
    staged = stage(workspace, "june.csv", {"2026-06": [300]})
    staged = replace(staged, suspicions=(doubt,), headers=("Call ID", "Start"), source="S", lacks=("wait",))
    workspace.publish(staged, original=None, based_on=1)
    one = workspace.one_import(1)
    assert one.receipt.suspicions == (doubt,)
    assert (one.headers, one.receipt.source, tuple(one.receipt.lacks)) == (
        ("Call ID", "Start"),
        "S",
        ("wait",),
    )
