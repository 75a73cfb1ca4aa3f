# SPDX-License-Identifier: Apache-2.0
"""Rows enter a workspace whole or not at all, and every state can be read again."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.records import Book, Settings
from percontact.records.landing import Aside, Staged
from percontact.store import Moved, Workspace
from percontact.values import FaultOfOurs, PercontactError

Stage = Callable[..., Staged]
Tell = Callable[[Book], dict[int, tuple[int, Decimal]]]

JUNE = {"2026-06": [300, 300, 240]}
JULY = {"2026-07": [60]}


def put(workspace: Workspace, staged: Staged, *, replaces: tuple[int, ...] = ()) -> int:
    """Publish against the newest Book; gives the snapshot."""
    newest = workspace.book().snapshot
    assert newest is not None
    return workspace.publish(staged, original=None, based_on=newest, replaces=replaces).snapshot


def code_of(caught: pytest.ExceptionInfo[PercontactError]) -> str:
    return caught.value.problem.code


def everything(workspace: Workspace) -> list[str]:
    """Every file of the workspace but the manifest's own."""
    paths = [p.relative_to(workspace.path).as_posix() for p in workspace.path.rglob("*") if p.is_file()]
    return sorted(p for p in paths if not p.startswith(("manifest.sqlite", "writer.lock")))


def test_a_fresh_workspace_is_an_empty_book(workspace: Workspace) -> None:
    book = workspace.book()
    assert (book.snapshot, book.settings, dict(book.files), dict(book.sources)) == (
        1,
        Settings("EUR", "Europe/Berlin"),
        {},
        {},
    )


def test_landed_rows_read_back_as_they_were(workspace: Workspace, stage: Stage, contacts_in: Tell) -> None:
    """
    june.csv  June 2026: 300 s, 300 s, 240 s; July 2026: 60 s
    """
    staged = stage(workspace, "june.csv", JUNE | JULY)
    receipt = workspace.publish(staged, original=None, based_on=1)
    assert (receipt.seen, receipt.landed, receipt.aside, receipt.snapshot) == (4, 4, 0, 2)
    book = Workspace.open(workspace.path).book()
    assert contacts_in(book) == {1: (4, Decimal("900.000"))}
    assert [month.isoformat() for month in book.months()] == ["2026-06-01", "2026-07-01"]
    assert (book.sources[1].name, book.sources[1].sha256) == ("june.csv", staged.sha256)
    file = book.files["contacts"][0]
    assert (file.rows, file.columns, file.cube_columns) == (3, staged.files[0].columns, ("channel",))
    assert file.path.parent == workspace.path / "facts/contacts/2026-06"
    assert file.cube is not None
    assert file.cube.parent == workspace.path / "cubes/contacts/2026-06"
    assert list((workspace.path / "staging").iterdir()) == []


def test_the_same_bytes_twice_change_nothing(workspace: Workspace, stage: Stage) -> None:
    first = stage(workspace, "june.csv", JUNE)
    at = put(workspace, first)
    before = everything(workspace)
    again = workspace.publish(stage(workspace, "june.csv", JUNE), original=None, based_on=at)
    assert (again.unchanged, again.number, again.landed, again.snapshot) == (True, 1, 3, 2)
    found = workspace.find_same(first.sha256)
    assert found == again
    assert workspace.find_same("0" * 64) is None
    assert everything(workspace) == before
    assert workspace.book().snapshot == 2


def test_a_replaced_import_leaves_and_the_old_book_stays(
    workspace: Workspace, stage: Stage, contacts_in: Tell
) -> None:
    put(workspace, stage(workspace, "june.csv", JUNE))
    put(workspace, stage(workspace, "july.csv", JULY))
    receipt = workspace.publish(
        stage(workspace, "june.csv", {"2026-06": [300, 300]}), original=None, based_on=3, replaces=[1]
    )
    assert (receipt.snapshot, receipt.replaced) == (4, "import 1")
    assert contacts_in(workspace.book()) == {2: (1, Decimal(60)), 3: (2, Decimal(600))}
    assert contacts_in(workspace.book(3)) == {1: (3, Decimal(840)), 2: (1, Decimal(60))}
    assert contacts_in(workspace.book(2)) == {1: (3, Decimal(840))}
    assert sorted(workspace.book(3).sources) == [1, 2]
    assert [(i.state, i.ended, i.replaced_by) for i in workspace.receipts()] == [
        ("replaced", 4, 3),
        ("live", None, None),
        ("live", None, None),
    ]
    assert workspace.find_name("contacts", "june.csv") == [3]


def test_an_undone_import_leaves_and_its_history_stays(
    workspace: Workspace, stage: Stage, contacts_in: Tell
) -> None:
    put(workspace, stage(workspace, "june.csv", JUNE))
    assert workspace.undo(1).snapshot == 3
    assert not workspace.book().has("contacts")
    assert contacts_in(workspace.book(2)) == {1: (3, Decimal(840))}
    assert [i.state for i in workspace.receipts()] == ["undone"]
    assert [s.why for s in workspace.snapshots()] == [
        "workspace made",
        "imported contacts from june.csv",
        "undid import 1: contacts from june.csv",
    ]
    with pytest.raises(PercontactError) as caught:
        workspace.undo(1)
    assert code_of(caught) == "E-WS-06"
    # Undone, the same bytes may come in again, under a number of their own.
    put(workspace, stage(workspace, "june.csv", JUNE))
    assert contacts_in(workspace.book()) == {2: (3, Decimal(840))}


def test_an_import_without_any_good_row_still_leaves_its_receipt(workspace: Workspace, stage: Stage) -> None:
    bad = [Aside(line, "handle_s", "E-TYPE-01", "no number", f"c-{line},abc") for line in range(2, 5002)]
    receipt = workspace.publish(
        stage(workspace, "june.csv", {"2026-06": []}, aside=bad), original=None, based_on=1
    )
    assert (receipt.seen, receipt.landed, receipt.aside, receipt.snapshot) == (5000, 0, 5000, 2)
    assert not workspace.book().has("contacts")
    rows = list(workspace.aside())
    assert [r.row for r in rows] == bad
    assert {(r.number, r.table, r.name) for r in rows} == {(1, "contacts", "june.csv")}
    workspace.undo(1)
    assert list(workspace.aside()) == []
    assert len(list(workspace.aside(1))) == 5000


def test_rows_that_do_not_add_up_change_nothing(workspace: Workspace, stage: Stage) -> None:
    """Four rows were seen, three landed, none was set aside: one is lost."""
    staged = stage(workspace, "june.csv", JUNE)
    with pytest.raises(PercontactError) as caught:
        workspace.publish(replace(staged, seen=4), original=None, based_on=1)
    assert code_of(caught) == "E-FILE-05"
    assert workspace.book().snapshot == 1
    assert workspace.receipts() == []


def test_a_file_that_holds_fewer_rows_than_it_says_changes_nothing(
    workspace: Workspace, stage: Stage
) -> None:
    staged = stage(workspace, "june.csv", JUNE)
    boast = replace(staged, seen=4, files=(replace(staged.files[0], rows=4),))
    with pytest.raises(PercontactError) as caught:
        workspace.publish(boast, original=None, based_on=1)
    assert code_of(caught) == "E-FILE-05"
    assert workspace.book().snapshot == 1


def test_an_import_checked_against_an_older_book_has_to_be_checked_again(
    workspace: Workspace, stage: Stage, contacts_in: Tell
) -> None:
    """Both were checked against the empty Book, so the second may repeat ids of the first."""
    first, second = stage(workspace, "a.csv", JUNE), stage(workspace, "b.csv", JULY)
    workspace.publish(first, original=None, based_on=1)
    before = everything(workspace)
    with pytest.raises(Moved):
        workspace.publish(second, original=None, based_on=1)
    assert everything(workspace) == before
    assert workspace.publish(second, original=None, based_on=2).snapshot == 3
    assert contacts_in(workspace.book()) == {1: (3, Decimal(840)), 2: (1, Decimal(60))}


def test_an_import_of_another_table_does_not_disturb(workspace: Workspace, stage: Stage) -> None:
    contacts, handlings = (
        stage(workspace, "a.csv", JUNE),
        stage(workspace, "b.csv", JUNE, table="handlings"),
    )
    workspace.publish(contacts, original=None, based_on=1)
    assert workspace.publish(handlings, original=None, based_on=1).snapshot == 3


@pytest.mark.parametrize("same", [False, True])
def test_an_import_that_comes_in_while_files_are_placed_is_noticed(
    workspace: Workspace, stage: Stage, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    """Another process publishes between the first look and the transaction."""
    mine = stage(workspace, "a.csv", JUNE)
    other = stage(workspace, "a.csv", JUNE if same else JULY)
    from percontact.store import publish as room

    place_files = room._place_files

    def slow(root: Path, staged: Staged) -> object:
        placed = place_files(root, staged)
        monkeypatch.setattr(room, "_place_files", place_files)
        workspace.publish(other, original=None, based_on=1)
        return placed

    monkeypatch.setattr(room, "_place_files", slow)
    if same:
        assert workspace.publish(mine, original=None, based_on=1).number == other.number
    else:
        with pytest.raises(Moved):
            workspace.publish(mine, original=None, based_on=1)
        assert mine.files[0].path.exists(), "staged files are there for the retry"
    assert len(list((workspace.path / "facts").rglob("*.parquet"))) == 1
    assert list(workspace.book().sources) == [other.number]


def test_only_a_live_import_of_the_same_table_can_be_replaced(workspace: Workspace, stage: Stage) -> None:
    put(workspace, stage(workspace, "a.csv", JUNE))
    put(workspace, stage(workspace, "h.csv", JUNE, table="handlings"))
    staged = stage(workspace, "a.csv", JULY)
    for number, code in [(99, "E-ARG-01"), (2, "E-ARG-03")]:
        with pytest.raises(PercontactError) as caught:
            workspace.publish(staged, original=None, based_on=3, replaces=[number])
        assert code_of(caught) == code
    workspace.undo(1)
    with pytest.raises(Moved):
        workspace.publish(staged, original=None, based_on=3, replaces=[1])
    with pytest.raises(PercontactError) as caught:
        workspace.publish(staged, original=None, based_on=4, replaces=[1])
    assert code_of(caught) == "E-WS-06"


def test_a_number_serves_one_import_only(workspace: Workspace, stage: Stage) -> None:
    first = stage(workspace, "a.csv", JUNE)
    put(workspace, first)
    for number in (1, 77):
        with pytest.raises(FaultOfOurs):
            put(workspace, replace(stage(workspace, "b.csv", JULY), number=number))
    assert contacts_of(workspace) == 3


def contacts_of(workspace: Workspace) -> int:
    return workspace.book().rows("contacts")


def test_a_snapshot_that_never_was_is_refused(workspace: Workspace) -> None:
    for snapshot in (0, 2, -1):
        with pytest.raises(PercontactError) as caught:
            workspace.book(snapshot)
        assert code_of(caught) == "E-ARG-01"


def test_a_workspace_can_be_moved_to_another_folder(
    workspace: Workspace, stage: Stage, contacts_in: Tell, tmp_path: Path
) -> None:
    put(workspace, stage(workspace, "june.csv", JUNE))
    shutil.move(workspace.path, tmp_path / "elsewhere")
    assert contacts_in(Workspace.open(tmp_path / "elsewhere").book()) == {1: (3, Decimal(840))}


def test_a_disk_without_hard_links_serves_as_well(
    tmp_path: Path, stage: Stage, contacts_in: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    put(workspace, stage(workspace, "june.csv", JUNE))
    assert contacts_in(workspace.book()) == {1: (3, Decimal(840))}
    with pytest.raises(PercontactError) as caught:
        Workspace.create(workspace.path, Settings("EUR", "UTC"))
    assert code_of(caught) == "E-WS-02"
