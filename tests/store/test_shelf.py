# SPDX-License-Identifier: Apache-2.0
"""Kept results: the first of two equal ones stays, a sweep takes what no state needs and nobody reads."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from percontact.records import Settings
from percontact.store import Workspace
from percontact.store.shelf import STATES, TRIED_S, Shelf, needed, run_folder

DAYS = 86400


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w", Settings("EUR", "Europe/Berlin"))


def keep(workspace: Workspace, state: str, snapshot: int, *digests: str, text: str = "kept") -> Shelf:
    """A state that keeps some results, and is open as long as what is returned lives."""
    runs = Shelf(workspace.path, state, snapshot)
    for digest in digests:
        made = workspace.staging(0)
        (made / "figures.txt").write_text(text, encoding="utf-8")
        runs.keep({digest: made}, "cost 2026-06")
    return runs


def grow_old(workspace: Workspace, days: float = 30) -> None:
    """All that is kept was last changed and opened some days ago."""
    long_ago = time.time() - days * DAYS
    runs = workspace.path / "runs"
    for path in (*runs.iterdir(), *(runs / STATES).iterdir()):
        os.utime(path, (long_ago, long_ago))


def kept(workspace: Workspace) -> set[str]:
    return {p.name for p in (workspace.path / "runs").iterdir() if not p.name.startswith(".")}


def test_a_result_is_kept_when_it_is_whole_and_the_first_stays(workspace: Workspace) -> None:
    assert Shelf(workspace.path, "s", 1).find("abc123", "figures.txt") is None
    for text in ("first", "second"):
        file = keep(workspace, "s", 1, "abc123", text=text).find("abc123", "figures.txt")
        assert file == workspace.path / "runs" / "abc123" / "figures.txt"
    assert file.read_text(encoding="utf-8") == "first"
    with pytest.raises(ValueError, match="digest"):
        run_folder(workspace.path, "../elsewhere")


def test_a_sweep_keeps_what_the_newest_books_and_those_before_name_and_takes_the_rest(
    workspace: Workspace,
) -> None:
    """
    state 1  a b      state 2  b c      state 3  c d      z: kept by no state
    """
    for number, names in enumerate(("ab", "bc", "cd"), 1):
        keep(workspace, f"state{number}", number, *names)
    (workspace.path / "runs" / "z").mkdir()
    grow_old(workspace)
    assert needed(workspace.path) == {"b", "c", "d"}
    assert workspace.sweep() == 2
    assert kept(workspace) == {"b", "c", "d"}


def test_policies_tried_in_the_last_week_keep_their_sums(workspace: Workspace) -> None:
    keep(workspace, "older", 2, "o")
    keep(workspace, "tried", 3, "t")
    keep(workspace, "given-up", 3, "g")
    keep(workspace, "in-force", 3, "f")
    grow_old(workspace)
    for state, days in (("tried", 3), ("in-force", 1)):
        at = time.time() - days * DAYS
        os.utime(workspace.path / "runs" / STATES / state, (at, at))
    assert TRIED_S == 7 * DAYS
    workspace.sweep()
    assert kept(workspace) == {"o", "t", "f"}


def test_the_room_that_kept_results_take_is_told(workspace: Workspace) -> None:
    assert workspace.kept_bytes() == 0
    keep(workspace, "s", 1, "a", text="x" * 5_000)
    assert 5_000 <= workspace.kept_bytes() <= 6_000


def test_what_is_an_hour_young_stays_whoever_made_it(workspace: Workspace) -> None:
    (workspace.path / "runs" / "young").mkdir(parents=True)
    assert workspace.sweep() == 0
    assert kept(workspace) == {"young"}


READER = """
import sys
from pathlib import Path
from percontact.store.shelf import Shelf
runs = Shelf(Path(sys.argv[1]), "long-open", 1)
assert runs.find("read", "figures.txt")
print("open", flush=True)
sys.stdin.readline()
print(runs.find("read", "figures.txt").read_text(), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
def test_what_another_process_reads_stays_however_old_its_state_is(workspace: Workspace) -> None:
    """A server opened state 1 a month ago and asked nothing since; states 2 and 3 came by imports."""
    keep(workspace, "long-open", 1, "read")
    keep(workspace, "state2", 2, "b")
    keep(workspace, "state3", 3, "c")
    asked = [sys.executable, "-c", READER, str(workspace.path)]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        grow_old(workspace)
        workspace.sweep()
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "kept\n"
    grow_old(workspace)
    workspace.sweep()
    assert kept(workspace) == {"b", "c"}, "it has ended, so nothing needs what it read"


WRITER = """
import sys
from pathlib import Path
from percontact.store import Workspace
from percontact.store.shelf import Shelf
workspace = Workspace.open(Path(sys.argv[1]))
for n in range(60):
    runs = Shelf(workspace.path, f"writer{n}", n)
    made = workspace.staging(0)
    (made / "figures.txt").write_text("kept")
    runs.keep({f"w{n}": made}, "sums")
    found = runs.find(f"w{n}", "figures.txt")
    assert found and found.read_text() == "kept", n
    again = Shelf(workspace.path, f"again{n}", n).find(f"w{n}", "figures.txt")
    assert again and again.read_text() == "kept", n
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
def test_a_sweep_beside_a_process_that_keeps_and_reads_takes_nothing_of_it(workspace: Workspace) -> None:
    """The sweeps here mind no age at all, so names and locks alone protect what is at work."""
    asked = [sys.executable, "-c", WRITER, str(workspace.path)]
    with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) as writer:
        from percontact.store.shelf import sweep_runs

        while writer.poll() is None:
            sweep_runs(workspace.path, 0)
        assert writer.stderr
        assert writer.stderr.read() == ""
    assert writer.returncode == 0


def test_findings_about_months_are_remembered_by_the_next_process(workspace: Workspace) -> None:
    Shelf(workspace.path, "s", 1).known.add({"do a and b share ids": False})
    assert Shelf(workspace.path, "t", 2).known.get("do a and b share ids") is False
    assert Shelf(workspace.path, "t", 2).known.get("do a and c share ids") is None
    (workspace.path / "runs" / ".known.json").write_text("cut sh", "utf-8")
    assert Shelf(workspace.path, "u", 3).known.get("do a and b share ids") is None
    Shelf(workspace.path, "u", 3).known.add({"x": ["2026-01-01"]})
    assert json.loads((workspace.path / "runs" / ".known.json").read_text("utf-8")) == {"x": ["2026-01-01"]}
