# SPDX-License-Identifier: Apache-2.0
"""Sweeping: taking away what crashed or abandoned imports left behind. What a snapshot names stays."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from math import inf
from pathlib import Path

from percontact.store.manifest import writing
from percontact.store.shelf import sweep_runs

KEPT = ("facts", "cubes", "originals")
STAMP = ".swept"
"""An empty file; its time is that of the last sweep."""
HOUR_S, DAY_S = 3600, 86400


def sweep(root: Path, older_than_s: float) -> int:
    """Remove orphan files and staging folders older than some seconds; gives how many were removed.

    It takes a writer's turn, so no import can be published between the look and the removal. An import
    whose file is taken anyway, because it stood still for longer, is told to try again (`Moved`).
    """
    before = time.time() - older_than_s
    removed = 0
    with writing(root) as con:
        named = {path for (path,) in con.execute("SELECT path FROM files")}
        named |= {path for (path,) in con.execute("SELECT cube FROM files WHERE cube IS NOT NULL")}
        named |= {path for (path,) in con.execute("SELECT original FROM imports WHERE original IS NOT NULL")}
        for path in _files_in(root, KEPT):
            if path.relative_to(root).as_posix() not in named and _changed(path) <= before:
                path.unlink()
                removed += 1
    # What lies here belongs to no snapshot, so its age alone decides.
    for staged in _entries(root / "staging"):
        if _newest(staged) <= before:
            shutil.rmtree(staged, ignore_errors=True)
            removed += 1
    return removed


def now_and_then(root: Path) -> None:
    """Sweep where an import over an hour old left its folder behind, or the last sweep is a day ago."""
    stamp, moment = root / STAMP, time.time()
    staged = [_changed(path) for path in _entries(root / "staging")]
    if stamp.exists() and moment - _changed(stamp) < DAY_S:
        if not any(moment - began > HOUR_S for began in staged):
            return
    elif not stamp.exists() and not staged and not (root / "facts").exists():
        return
    try:
        stamp.touch()
    except OSError:
        return  # who may not write here is told so by what follows
    sweep(root, HOUR_S)
    sweep_runs(root, HOUR_S)


def _files_in(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path


def _newest(folder: Path) -> float:
    """When anything in a folder was last changed."""
    try:
        return max(_changed(path) for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return inf  # its import is ending just now


def _changed(path: Path) -> float:
    """When a file was last changed; one that another process has taken away meanwhile is as new as can be."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return inf


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
