# SPDX-License-Identifier: Apache-2.0
"""A workspace or policy that is not as it should be: what is said, and that nothing is passed over."""

import os
import signal
import subprocess
import sys
import time

import pytest


def books(shell, *args):
    return shell("-C", "books", *args)


def test_a_missing_file_of_rows_is_named(tiny, shell):
    """One Parquet file of facts/ledger is gone."""
    (gone,) = (tiny / "books/facts/ledger").rglob("*.parquet")
    gone.unlink()
    asked = books(shell, "cost")
    assert asked.code == 1
    assert "E-WS-04" in asked.err
    assert f"{gone.relative_to(tiny / 'books')}, rows of ledger, is missing" in asked.err


def test_a_file_of_rows_that_cannot_be_read_is_named(tiny, shell):
    """It was cut short."""
    (cut,) = (tiny / "books/facts/ledger").rglob("*.parquet")
    cut.chmod(0o644)
    cut.write_bytes(cut.read_bytes()[:100])
    asked = books(shell, "cost")
    assert "E-WS-04" in asked.err
    assert str(cut.relative_to(tiny / "books")) in asked.err


def test_the_policy_is_checked_on_the_ledger_alone(tiny, shell):
    """A workspace with one ledger line and a policy, and no contact."""
    shell("init", "bare", "--currency", "EUR", "--timezone", "Europe/Berlin")
    asked = shell("-C", "bare", "policy", "check")
    assert asked.code == 1
    assert "there is no ledger yet" in asked.err
    shell("-C", "bare", "import", "ledger", "ledger.csv")
    (tiny / "bare/policy.yaml").write_text("pools: {work: {scope: {of_my_own: x}}}\nrules: [{to: work}]\n")
    asked = shell("-C", "bare", "policy", "check")
    assert asked.code == 0, asked.err
    assert "Every ledger line is claimed" in asked.out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("policy: 2\n", "it says `policy: 2`, and this percontact knows form 1 only"),
        ("pools:\n\twork:\n", "policy.yaml:2: a tab stands where spaces are expected"),
        ("rules:\n  - to: a\n   because: b\n", "policy.yaml:3: the line is not indented like"),
        ("rules: [{match: {text: *board*}, to: a}]\n", "policy.yaml:1: a text begins with * or &"),
        ("pools: {a: {because: one: two}}\n", "policy.yaml:1: a comma or the closing } was expected"),
        ("pools: {a: {because: 'it}}\n", "a quote is opened and not closed"),
    ],
)
def test_a_malformed_policy_is_told_by_its_line_in_plain_words(tiny, shell, text, says):
    """Its form, a tab, a wrong indent, a star, a colon, a quote."""
    (tiny / "books/policy.yaml").write_text(text)
    asked = books(shell, "cost")
    assert asked.code == 1
    assert says in asked.err
    assert "E-POL-01" in asked.err


def test_a_policy_that_is_a_folder_is_not_passed_over(tiny, shell):
    """The textbook formula would have stood in, in silence."""
    (tiny / "books/policy.yaml").unlink()
    (tiny / "books/policy.yaml").mkdir()
    asked = books(shell, "cost")
    assert asked.code == 1
    assert "E-POL-01" in asked.err
    assert "it cannot be read" in asked.err


def test_what_a_refused_file_was_read_into_is_taken_away(tiny, shell):
    """A file without the needed column."""
    (tiny / "odd.csv").write_text("a,b\n1,2\n")
    assert books(shell, "import", "ledger", "odd.csv").code == 1
    assert list((tiny / "books/staging").iterdir()) == []


def test_an_import_that_is_stopped_leaves_nothing_behind(tiny, tmp_path):
    """A file of 400,000 contacts; Ctrl-C as soon as it is being read."""
    rows = "".join(f"s{i},2026-06-01 09:00:00,voice,60\n" for i in range(400_000))
    (tmp_path / "large.csv").write_text("contact_id,started_at,channel,handle_s\n" + rows)
    ran = subprocess.Popen(
        [sys.executable, "-m", "percontact", "-C", "books", "import", "contacts", "large.csv", "--yes"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PERCONTACT_THREADS": "1"},
    )  # fmt: skip
    staging = tmp_path / "books/staging"
    while not list(staging.iterdir()) and ran.poll() is None:
        time.sleep(0.01)
    ran.send_signal(signal.SIGINT)
    _, err = ran.communicate(timeout=120)
    if ran.returncode == 0:
        pytest.skip("it was quicker than the interrupt")
    assert ran.returncode == 130, err
    assert "Stopped" in err
    assert [*staging.rglob("*")] == []


def test_folders_of_crashed_imports_are_swept_by_a_later_one(tiny, shell):
    """One is two hours old, one a minute."""
    old, new = (tiny / "books/staging" / name for name in ("7-old", "8-new"))
    for folder, age_s in ((old, 7200), (new, 60)):
        folder.mkdir()
        (folder / "part.parquet").write_bytes(b"")
        for path in (folder / "part.parquet", folder):
            os.utime(path, (time.time() - age_s,) * 2)
    (tiny / "more.csv").write_text("date,account,text,amount\n2026-06,6100,More,1\n")
    assert books(shell, "import", "ledger", "more.csv").code == 0
    assert (old.exists(), new.exists()) == (False, True)


def test_asking_leaves_no_draft_behind(tiny, shell):
    """The work of a book too small for a summary, and closed months compared."""
    books(shell, "close", "2026-06")
    (tiny / "more.csv").write_text("date,account,text,amount\n2026-06,6100,More,1\n")
    books(shell, "import", "ledger", "more.csv")
    assert books(shell, "cost").code == 0
    assert list((tiny / "books/staging").iterdir()) == []


def test_a_span_of_one_day_is_named_once(tiny, shell):
    """2026-06-09, and not 2026-06-09 to 2026-06-09."""
    for args in (("cost",), ("trace",)):
        out = books(shell, *args, "--from", "2026-06-09", "--to", "2026-06-09").out
        assert "2026-06-09" in out
        assert "2026-06-09 to 2026-06-09" not in out


def test_a_workspace_that_may_only_be_read_answers_and_refuses_to_change(tiny, shell, monkeypatch):
    """The system lets nobody write there, as a folder of another user's does."""
    import sqlite3

    import percontact.store.manifest as manifest

    def refuse(*_):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    assert books(shell, "cost").code == 0
    monkeypatch.setattr(manifest, "_version", refuse)
    asked = books(shell, "close", "2026-06")
    assert asked.code == 1
    assert "E-FILE-08" in asked.err
    assert "the workspace cannot be written" in asked.err


def test_a_workspace_of_read_only_files_can_be_asked(tiny, shell):
    """All rights to write are taken away; whoever is not root may then only read."""
    root = tiny / "books"
    paths = [root, *root.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        for verb in (("cost",), ("check",), ("imports",), ("trace", "d7")):
            assert books(shell, *verb).code == 0
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is played by /dev/full")
def test_an_output_without_room_is_no_fault_of_ours(tiny, tmp_path):
    """Standard output is a full disk."""
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "percontact", "-C", "books", "cost"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert ran.returncode == 1
    assert "the output: cannot be written or read: No space left on device" in ran.stderr
    assert "E-FILE-08" in ran.stderr


def test_a_reader_that_has_seen_enough_is_no_error(tiny, tmp_path):
    """percontact cost | head -1"""
    with subprocess.Popen(
        [sys.executable, "-m", "percontact", "-C", "books", "contacts", "--format", "csv"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as ran:  # fmt: skip
        ran.stdout.close()
        assert ran.stderr.read() == ""
        assert ran.wait(60) == 0


@pytest.mark.parametrize("args", [("--format", "xlsx"), ("-o", "x.foo")])
def test_an_output_that_cannot_be_is_told_before_any_work(shell, args):
    """There is no workspace either, and that would be told first if anything had been opened."""
    asked = shell("cost", *args)
    assert asked.code == 2
    assert "Error" in asked.err
    assert "E-WS-01" not in asked.err


@pytest.mark.parametrize(("length", "code"), [(1_200_000, 0), (3_000_001, 1)])
def test_a_long_cell_is_read_and_one_too_long_is_called_that(tiny, shell, length, code):
    """A whole e-mail in one cell: it was refused from 131,072 characters on, as a stray quote sign."""
    (tiny / "long.csv").write_text(
        f"contact_id,started_at,channel,subject\ny1,2026-06-01 09:00:00,email,{'x' * length}\n"
    )
    asked = books(shell, "import", "contacts", "long.csv", "--yes")
    assert asked.code == code, asked.err[:500]
    if code:
        assert "long.csv:2" in asked.err
        assert "has over 3,000,000 characters" in asked.err
