# SPDX-License-Identifier: Apache-2.0
"""A workspace as a folder: made once, opened by any number of processes, swept, never guessed at."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from percontact.records import Book, Settings
from percontact.records.landing import Staged
from percontact.records.tables import ROW_BITS
from percontact.store import Moved, Workspace, manifest
from percontact.values import PercontactError

Stage = Callable[..., Staged]
Tell = Callable[[Book], dict[int, tuple[int, object]]]

JUNE = {"2026-06": [300, 300, 240]}
SETTINGS = Settings("EUR", "Europe/Berlin", 4, demo=True)


def code_of(caught: pytest.ExceptionInfo[PercontactError]) -> str:
    return caught.value.problem.code


# -- made and opened ----------------------------------------------------------------------------------------


def test_a_workspace_opens_as_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("was here before", encoding="utf-8")
    made = Workspace.create(tmp_path, SETTINGS)
    opened = Workspace.open(str(tmp_path))
    assert (opened.path, opened.settings, opened.key) == (tmp_path, SETTINGS, made.key)
    assert len(opened.key) == 32
    assert "key" not in repr(opened)
    assert Workspace.create(tmp_path / "second", SETTINGS).key != made.key


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_what_may_hold_data_of_people_is_the_owners_alone(workspace: Workspace, stage: Stage) -> None:
    csv = workspace.path.parent / "june.csv"
    csv.write_text("contact_id\nc-1\n", encoding="utf-8")
    workspace.publish(stage(workspace, "june.csv", {"2026-06": [60]}), original=csv, based_on=1)
    modes = {
        name: (workspace.path / name).stat().st_mode & 0o777
        for name in ("workspace.key", "manifest.sqlite", "originals", "staging")
    }
    assert modes == {"workspace.key": 0o600, "manifest.sqlite": 0o600, "originals": 0o700, "staging": 0o700}


def test_making_a_workspace_over_another_is_refused(workspace: Workspace) -> None:
    with pytest.raises(PercontactError) as caught:
        Workspace.create(workspace.path, SETTINGS)
    assert code_of(caught) == "E-WS-02"
    assert Workspace.open(workspace.path) == workspace


def test_of_many_who_make_one_workspace_one_succeeds(tmp_path: Path) -> None:
    def make(_: int) -> str:
        try:
            Workspace.create(tmp_path / "books", SETTINGS)
        except PercontactError as error:
            return error.problem.code
        return "made"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(make, range(8)))
    assert told == ["E-WS-02"] * 7 + ["made"]
    assert {p.name for p in (tmp_path / "books").iterdir()} == {"manifest.sqlite", "workspace.key"}


def test_a_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PercontactError) as caught:
        Workspace.open(tmp_path)
    assert code_of(caught) == "E-WS-01"
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_of_a_newer_percontact_is_refused(workspace: Workspace) -> None:
    with sqlite3.connect(workspace.path / "manifest.sqlite") as con:
        con.execute(f"PRAGMA user_version = {manifest.VERSION + 1}")
    con.close()
    with pytest.raises(PercontactError) as caught:
        Workspace.open(workspace.path)
    assert code_of(caught) == "E-WS-03"


@pytest.mark.parametrize("damage", ["no key", "short key", "not SQLite", "another program's"])
def test_a_damaged_workspace_says_so(workspace: Workspace, damage: str) -> None:
    key, names = workspace.path / "workspace.key", workspace.path / "manifest.sqlite"
    if damage == "no key":
        key.unlink()
    elif damage == "short key":
        key.write_bytes(b"too short")
    else:
        names.unlink()
        names.write_bytes(b"x" * 4096)
        if damage == "another program's":
            names.unlink()
            with sqlite3.connect(names) as con:
                con.execute("CREATE TABLE settings (name TEXT, value TEXT)")
            con.close()
    with pytest.raises(PercontactError) as caught:
        Workspace.open(workspace.path)
    assert code_of(caught) == "E-WS-04"


# -- many at once -------------------------------------------------------------------------------------------


def test_no_number_is_given_twice(workspace: Workspace) -> None:
    """Two processes and four threads take 25 numbers each; with one number before them: 2 to 151."""
    assert workspace.reserve() == 1
    script = (
        "import sys; from percontact.store import Workspace; w = Workspace.open(sys.argv[1]);"
        "print(*(w.reserve() for _ in range(25)))"
    )
    command = [sys.executable, "-c", script, str(workspace.path)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: workspace.reserve(), range(100)))
    for other in others:
        taken += [int(word) for word in other.communicate()[0].split()]
        assert other.returncode == 0
    assert sorted(taken) == list(range(2, 152))


def test_two_processes_publish_side_by_side(workspace: Workspace, contacts_in: Tell) -> None:
    """Each lands eight batches into the same table; every batch is there once."""
    script = Path(__file__).with_name("crash_workers.py")
    logs = [workspace.path.parent / f"{name}.log" for name in ("a", "b")]
    command = [sys.executable, str(script), "writer", str(workspace.path)]
    others = [
        subprocess.Popen([*command, str(log), log.stem, "--batches", "8"], stdout=subprocess.DEVNULL)
        for log in logs
    ]
    assert [other.wait(timeout=120) for other in others] == [0, 0]
    live = {i.receipt.number: i.receipt.landed for i in workspace.receipts() if i.state == "live"}
    assert len(workspace.receipts()) == 16
    assert {n: rows for n, (rows, _) in contacts_in(workspace.book()).items()} == live


def test_a_reader_does_not_wait_for_a_writer(workspace: Workspace) -> None:
    with manifest.writing(workspace.path) as con:
        con.execute("INSERT INTO snapshots VALUES (2, '2026-06-01T00:00:00+00:00', 'under way')")
        started = time.monotonic()
        assert workspace.book().snapshot == 1
        assert time.monotonic() - started < 5
    assert workspace.book().snapshot == 2


def test_a_writer_that_fails_leaves_nothing(workspace: Workspace) -> None:
    def fail() -> None:
        with manifest.writing(workspace.path) as con:
            con.execute("INSERT INTO snapshots VALUES (2, '2026-06-01T00:00:00+00:00', 'under way')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert workspace.book().snapshot == 1
    assert workspace.reserve() == 1


def test_a_writer_that_waits_too_long_says_why(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "BUSY_S", 0.05)
    with manifest.writing(workspace.path), pytest.raises(PercontactError) as caught:
        workspace.reserve()
    assert code_of(caught) == "E-WS-05"


def test_the_log_of_writes_is_folded_back_while_readers_stay(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_WAL_BYTES", 2**16)
    log = workspace.path / "manifest.sqlite-wal"
    longest = 0
    for _ in range(50):
        # A reader that is always there keeps the last writer from folding the log when it leaves.
        with manifest.reading(workspace.path) as con:
            con.execute("SELECT count(*) FROM numbers").fetchone()
            kept = manifest._connect(workspace.path / "manifest.sqlite")
        kept.execute("SELECT count(*) FROM numbers").fetchone()
        workspace.reserve()
        longest = max(longest, log.stat().st_size)
        kept.close()
    assert longest < 2**18
    assert workspace.reserve() == 51


# -- closed periods -----------------------------------------------------------------------------------------


def test_a_closed_period_keeps_the_figures_and_what_they_came_from(
    workspace: Workspace, stage: Stage, contacts_in: Tell
) -> None:
    """June was reported at 2.50 EUR a contact; its import is undone afterwards."""
    workspace.publish(stage(workspace, "june.csv", JUNE), original=None, based_on=1)
    told = contacts_in(workspace.book())
    workspace.close_period(
        "2026-06", snapshot=2, policy_digest="p1", figures_digest="f1", figures={"cost_per_contact": "2.50"}
    )
    workspace.undo(1)
    workspace.sweep(older_than_s=0)
    closing = Workspace.open(workspace.path).closed("2026-06")
    assert closing is not None
    assert (closing.snapshot, closing.policy_digest, closing.figures_digest) == (2, "p1", "f1")
    assert closing.figures == {"cost_per_contact": "2.50"}
    assert contacts_in(workspace.book(closing.snapshot)) == told
    assert workspace.closed("2026-07") is None


def test_a_closed_period_is_closed_again_only_after_it_was_reopened(workspace: Workspace) -> None:
    def close(figure: str) -> None:
        workspace.close_period(
            "2026-06", snapshot=1, policy_digest="p", figures_digest=figure, figures={"total": figure}
        )

    close("100.00")
    with pytest.raises(PercontactError) as caught:
        close("200.00")
    assert code_of(caught) == "E-WS-07"
    with pytest.raises(PercontactError) as caught:
        workspace.reopen("2026-06", " ")
    assert code_of(caught) == "E-ARG-03"
    ended = workspace.reopen("2026-06", "a late invoice of 100.00 EUR")
    assert (ended.because, ended.figures) == ("a late invoice of 100.00 EUR", {"total": "100.00"})
    assert workspace.closed("2026-06") is None
    with pytest.raises(PercontactError) as caught:
        workspace.reopen("2026-06", "again")
    assert code_of(caught) == "E-ARG-01"
    close("200.00")
    assert [(c.figures["total"], c.because) for c in workspace.closings()] == [
        ("100.00", "a late invoice of 100.00 EUR"),
        ("200.00", None),
    ]


def test_a_period_is_not_closed_on_a_snapshot_that_never_was(workspace: Workspace) -> None:
    with pytest.raises(PercontactError) as caught:
        workspace.close_period("2026-06", snapshot=9, policy_digest="p", figures_digest="f", figures={})
    assert code_of(caught) == "E-ARG-01"


# -- sweeping -----------------------------------------------------------------------------------------------


def test_a_sweep_takes_orphans_and_nothing_a_snapshot_names(
    workspace: Workspace, stage: Stage, contacts_in: Tell
) -> None:
    csv = workspace.path.parent / "june.csv"
    csv.write_text("contact_id\nc-1\n", encoding="utf-8")
    workspace.publish(stage(workspace, "june.csv", JUNE), original=csv, based_on=1)
    workspace.undo(1)
    orphans = [
        workspace.path / "facts/contacts/2026-06/orphan.parquet",
        workspace.path / "cubes/contacts/2026-06/orphan.parquet",
        workspace.path / "originals/orphan",
        workspace.staging(2) / "2026-06.parquet",
    ]
    for path in orphans:
        path.write_bytes(b"left behind")
    assert workspace.sweep() == 0, "an import may still be under way: nothing is older than an hour"
    for path in orphans:
        os.utime(path, (time.time() - 7200,) * 2)
    assert workspace.sweep() == 3, "the staging folder itself is young"
    assert workspace.sweep(older_than_s=0) == 1
    assert contacts_in(workspace.book(2)) == {1: (3, 840)}
    assert workspace.source_line((1 << ROW_BITS) + 2) == "c-1"
    assert workspace.sweep(older_than_s=0) == 0


def test_an_import_whose_files_were_swept_has_to_be_published_again(
    workspace: Workspace, stage: Stage, contacts_in: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine slept for two hours between placing the files and the transaction."""
    from percontact.store import publish as room

    staged = stage(workspace, "june.csv", JUNE)
    place_files = room._place_files

    def sleep(root: Path, staged: Staged) -> object:
        placed = place_files(root, staged)
        for file in placed:
            os.utime(file.path, (time.time() - 7200,) * 2)
        workspace.sweep()
        monkeypatch.setattr(room, "_place_files", place_files)
        return placed

    monkeypatch.setattr(room, "_place_files", sleep)
    with pytest.raises(Moved):
        workspace.publish(staged, original=None, based_on=1)
    assert workspace.book().snapshot == 1
    workspace.publish(staged, original=None, based_on=1)
    assert contacts_in(workspace.book()) == {1: (3, 840)}
