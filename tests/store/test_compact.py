# SPDX-License-Identifier: Apache-2.0
"""Many small files become few; no row, no id and no older Book changes by it."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from percontact.records import Book
from percontact.records.landing import Staged
from percontact.store import Workspace

Stage = Callable[..., Staged]
Tell = Callable[[Book], dict[int, tuple[int, Decimal]]]


@pytest.fixture
def six(workspace: Workspace, stage: Stage) -> Workspace:
    """Imports 1 to 6, each with n contacts of 60 s in June and one of 10 s in July 2026: twelve files."""
    for n in range(1, 7):
        staged = stage(workspace, f"{n}.csv", {"2026-06": [60] * n, "2026-07": [10]})
        workspace.publish(staged, original=None, based_on=n)
    return workspace


SIX = {n: (n + 1, Decimal(60 * n + 10)) for n in range(1, 7)}


def test_a_month_of_many_files_becomes_one_file(six: Workspace, contacts_in: Tell) -> None:
    before = six.book()
    assert six.compact("contacts", more_than=12) == 0
    assert six.compact("contacts", more_than=11) == 12
    after = six.book()
    assert [f.rows for f in after.files["contacts"]] == [21, 6]
    assert contacts_in(after) == contacts_in(before) == contacts_in(six.book(7)) == SIX
    assert after.sources == before.sources
    assert six.snapshots()[-1].why == "compacted contacts: 12 files into 2"
    assert list((six.path / "staging").iterdir()) == []


def test_an_import_inside_a_merged_file_can_be_undone(six: Workspace, contacts_in: Tell) -> None:
    six.compact("contacts", more_than=1)
    six.undo(3)
    assert contacts_in(six.book()) == {n: told for n, told in SIX.items() if n != 3}
    six.undo(6)
    assert contacts_in(six.book()) == {n: told for n, told in SIX.items() if n not in (3, 6)}
    assert contacts_in(six.book(8)) == SIX
    assert six.sweep(older_than_s=0) == 0


def test_merged_files_are_merged_again(six: Workspace, stage: Stage, contacts_in: Tell) -> None:
    six.compact("contacts", more_than=1)
    newest = six.book().snapshot
    assert newest is not None
    six.publish(stage(six, "7.csv", {"2026-06": [60]}), original=None, based_on=newest)
    assert six.compact("contacts", more_than=1) == 2
    assert len(six.book().files["contacts"]) == 2
    six.undo(2)
    left = {n: told for n, told in SIX.items() if n != 2} | {7: (1, Decimal(60))}
    assert contacts_in(six.book()) == left
    six.compact("contacts", more_than=1)
    assert contacts_in(six.book()) == left
    assert [f.rows for f in six.book().files["contacts"]] == [20, 5]


def test_what_is_undone_while_files_are_merged_stays_undone(
    six: Workspace, contacts_in: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from percontact.store import compact as room

    alike = room._alike

    def undo_meanwhile(*given: object) -> object:
        six.undo(4)
        return alike(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "_alike", undo_meanwhile)
    assert six.compact("contacts", more_than=1) == 0
    assert contacts_in(six.book()) == {n: told for n, told in SIX.items() if n != 4}


def test_files_of_unlike_columns_stay_apart(six: Workspace) -> None:
    """What one percontact wrote with other columns than the next is never forced into one shape."""
    import sqlite3

    with sqlite3.connect(six.path / "manifest.sqlite") as con:
        con.execute('UPDATE files SET columns = \'[["row_id", "BIGINT"]]\' WHERE number <= 3')
    con.close()
    assert six.compact("contacts", more_than=1) == 12
    assert sorted(f.rows for f in six.book().files["contacts"]) == [3, 3, 6, 15]
