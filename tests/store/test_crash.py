# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment, a writer leaves a batch whole or not at all; what was acknowledged stays."""

import importlib.util
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from percontact.records import Settings
from percontact.store import Workspace

SCRIPT = Path(__file__).with_name("crash_workers.py")
KILLS_AT_LEAST, KILLS_AT_MOST = 50, 70
ENOUGH_S = 75
WHOLE_IMPORT = ("--loader", f"{Path(__file__).with_name('whole_import.py')}:load_file")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9"),
]


@pytest.fixture(scope="module")
def workers() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crash_workers", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["crash_workers"] = module
    spec.loader.exec_module(module)
    return module


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *map(str, words)], stdout=subprocess.PIPE, text=True, bufsize=1
    )


def wait_until_ready(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"


def end(worker: subprocess.Popen[str]) -> None:
    worker.kill()
    worker.wait()
    if worker.stdout:
        worker.stdout.close()


def acknowledged(log: Path) -> list[tuple[int, str, int, int]]:
    """(number, name, version, rows) of each whole line; a kill may have cut one off before its "]"."""
    lines = log.read_text(encoding="utf-8").split("\n") if log.exists() else []
    return [tuple(json.loads(line)) for line in lines if line.endswith("]")]


def losses(workspace: Workspace, logs: list[Path]) -> list[str]:
    """Acknowledged batches that no live import holds, by itself or by a newer version of its file."""
    imports = {i.receipt.number: i for i in workspace.receipts()}
    lost = []
    for number, name, version, rows in (line for log in logs for line in acknowledged(log)):
        told = f"{name} version {version}, import {number}"
        at = imports.get(number)
        if at is None or (at.receipt.name, at.receipt.landed) != (name, rows):
            lost.append(f"{told} is not in the history")
        while at is not None and at.state == "replaced":
            at = imports.get(at.replaced_by or 0)
        if at is None or at.state != "live" or at.receipt.name != name:
            lost.append(f"{told} is not in the Book")
    return lost


def damage(workspace: Workspace, workers: ModuleType) -> list[str]:
    """What is wrong with the manifest, the newest Book, or with a tenth of the older ones."""
    con = sqlite3.connect(workspace.path / "manifest.sqlite")
    told = [line for (line,) in con.execute("PRAGMA integrity_check") if line != "ok"]
    told += [str(row) for row in con.execute("PRAGMA foreign_key_check")]
    named = [path for (path,) in con.execute("SELECT path FROM files UNION SELECT cube FROM files")]
    con.close()
    told += [f"{path} is missing" for path in named if not (workspace.path / path).exists()]
    newest = workspace.book().snapshot
    assert newest is not None
    for snapshot in {*range(1, newest, max(newest // 40, 1)), newest}:
        told += workers.faults_in(workspace.book(snapshot))
    return told


@pytest.mark.parametrize(
    ("loader", "longest_life_s"), [((), 1.5), (WHOLE_IMPORT, 4.0)], ids=["publish", "whole import"]
)
def test_no_kill_tears_or_loses_a_batch(
    tmp_path: Path, workers: ModuleType, loader: tuple[str, ...], longest_life_s: float
) -> None:
    """Two writers, killed in turn at random moments, and two readers that look all the time.

    By the store's `publish` alone, and by the whole import: CSV, reading, checking, staging, publishing.
    """
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    logs = [tmp_path / "a.log", tmp_path / "b.log"]
    stop = tmp_path / "stop"
    readers = [start("reader", workspace.path, tmp_path / f"reader-{n}.json", stop) for n in range(2)]
    writers = [start("writer", workspace.path, log, log.stem, *loader) for log in logs]
    kills = 0
    started = time.monotonic()
    try:
        while kills < KILLS_AT_LEAST or (kills < KILLS_AT_MOST and time.monotonic() < started + ENOUGH_S):
            turn = kills % 2
            wait_until_ready(writers[turn])
            time.sleep(random.random() * longest_life_s)
            assert writers[turn].poll() is None, "a writer ended by itself"
            end(writers[turn])
            kills += 1
            writers[turn] = start("writer", workspace.path, logs[turn], logs[turn].stem, *loader)
    finally:
        for writer in writers:
            end(writer)
        stop.touch()
        codes = [reader.wait(timeout=120) for reader in readers]
        for reader in readers:
            end(reader)
    assert codes == [0, 0], "a reader failed"
    seen = [json.loads((tmp_path / f"reader-{n}.json").read_text(encoding="utf-8")) for n in range(2)]
    receipts = workspace.receipts()
    told = damage(workspace, workers)
    orphans = workspace.sweep(older_than_s=0)
    told += damage(workspace, workers)
    confirmed = sum(len(acknowledged(log)) for log in logs)
    figures = {
        "seconds": round(time.monotonic() - started),
        "kills": kills,
        "imports": len(receipts),
        "replaced": sum(i.state == "replaced" for i in receipts),
        "snapshots": workspace.book().snapshot,
        "compactions": sum(s.why.startswith("compacted") for s in workspace.snapshots()),
        "acknowledged": confirmed,
        "reads": [s["reads"] for s in seen],
        "snapshots read": [s["snapshots"] for s in seen],
        "orphans swept": orphans,
    }
    print(figures)
    assert [fault for s in seen for fault in s["faults"]] == []
    assert told == []
    assert losses(workspace, logs) == []
    assert all(s["reads"] > 50 for s in seen)
    assert confirmed > 25, "the writers hardly worked"


def test_no_step_of_an_import_is_a_bad_one_to_die_at(tmp_path: Path, workers: ModuleType) -> None:
    """An import is killed at its first step, its second and so on, until one lives through all its steps."""
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    log = tmp_path / "a.log"
    step = 0
    survived = ""
    while not survived:
        # Several at once: each has a name of its own, and they stand in each other's way.
        step += 4
        dying = [start("dying", workspace.path, log, f"w{s}", s) for s in range(step - 3, step + 1)]
        outs = [worker.communicate(timeout=120)[0] for worker in dying]
        assert {worker.returncode for worker in dying} <= {0, -signal.SIGKILL}
        survived = next((out for out in outs if "done after" in out), "")
        assert damage(workspace, workers) == []
    workspace.sweep(older_than_s=0)
    assert damage(workspace, workers) == []
    assert losses(workspace, [log]) == []
    print({"steps": step, "last": survived.split("\n")[-2], "imports": len(workspace.receipts())})
    assert step > 60
