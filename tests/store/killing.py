# SPDX-License-Identifier: Apache-2.0
"""Writers killed at random moments, readers that look on, and what is found afterwards.

Used by `test_crash.py` for fifty kills and by `benchmarks/kill_imports.py` for a thousand.
"""

import importlib.util
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from percontact.records import Settings
from percontact.store import Workspace

SCRIPT = Path(__file__).with_name("crash_workers.py")
WHOLE_IMPORT = ("--loader", f"{Path(__file__).with_name('whole_import.py')}:load_file")


@dataclass(frozen=True)
class Outcome:
    """What is known after the last kill: figures to print, and everything that is wrong."""

    figures: dict[str, object]
    faults: list[str]
    reads: list[int]
    acknowledged: int


def load_workers() -> ModuleType:
    """The module of `crash_workers.py`, which is run as a script and asked as a module."""
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


def kill_and_look(
    folder: Path,
    *,
    loader: tuple[str, ...],
    longest_life_s: float,
    enough: Callable[[int, float], bool],
    told: Callable[[int], None] = lambda _kills: None,
) -> Outcome:
    """Kill two writers in turn at random moments, while two readers look all the time, then look at all.

    loader          words for `crash_workers.py` that say how a batch is landed
    longest_life_s  a writer lives at most that long once it is ready; longer by and by where a busy machine
                    lets fewer than three in four of them land anything
    enough          asked with (kills, seconds since the start) whether to stop
    """
    workers = load_workers()
    workspace = Workspace.create(folder / "books", Settings("EUR", "UTC"))
    logs = [folder / "a.log", folder / "b.log"]
    stop = folder / "stop"
    readers = [start("reader", workspace.path, folder / f"reader-{n}.json", stop) for n in range(2)]
    writers = [start("writer", workspace.path, log, log.stem, *loader) for log in logs]
    kills = 0
    started = time.monotonic()
    faults: list[str] = []
    try:
        while not enough(kills, time.monotonic() - started):
            turn = kills % 2
            wait_until_ready(writers[turn])
            time.sleep(random.random() * longest_life_s)
            if writers[turn].poll() is not None:
                faults.append(f"a writer ended by itself after {kills} kills")
            end(writers[turn])
            kills += 1
            told(kills)
            if sum(len(acknowledged(log)) for log in logs) < 0.75 * kills:
                longest_life_s = min(longest_life_s * 1.1, 60)
            writers[turn] = start("writer", workspace.path, logs[turn], logs[turn].stem, *loader)
    finally:
        for writer in writers:
            end(writer)
        stop.touch()
        codes = [reader.wait(timeout=300) for reader in readers]
        for reader in readers:
            end(reader)
    if codes != [0, 0]:
        return Outcome({"kills": kills}, [*faults, "a reader failed"], [], 0)
    seen = [json.loads((folder / f"reader-{n}.json").read_text(encoding="utf-8")) for n in range(2)]
    faults += [fault for s in seen for fault in s["faults"]]
    receipts = workspace.receipts()
    faults += damage(workspace, workers)
    orphans = workspace.sweep(older_than_s=0)
    faults += damage(workspace, workers)
    faults += losses(workspace, logs)
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
    return Outcome(figures, sorted(set(faults)), [s["reads"] for s in seen], confirmed)
