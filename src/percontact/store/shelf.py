# SPDX-License-Identifier: Apache-2.0
"""Kept results of costing runs, each under a digest of what it was made from, and which state reads which.

    runs/<digest>/           one result, whole or not there: sums of one month, a long answer
    runs/.states/<state>     its snapshot, then a line for each digest that the state reads
    runs/.known.json         what was found about months, for ever true: which share ids, when work was open
    runs/.lock               held together by who looks up or keeps, alone by who sweeps

A state is the books at one snapshot under one policy and settings. Whoever opens it holds a shared lock on
its file for as long; a month that did not change is named by many states and kept once.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from percontact.store import manifest, place
from percontact.store.manifest import writing

_LOCKS = os.name != "nt"
"""Windows knows other locks, and removes no file that is open."""

FOLDER, STATES, LOCK, KNOWN = "runs", ".states", ".lock", ".known.json"
MOST_KNOWN = 50_000
"""Of more than so many findings the older half is forgotten, and found anew when it is asked for."""
TRIED_S = 7 * 86400
"""What states of other policies on the newest books name is kept for so long after they were last opened."""
BOOKS = 2
"""Of so many of the newest books the state that was opened last is kept, however long ago that was."""


def run_folder(root: Path, digest: str) -> Path:
    """Where a result is kept. It is there only when it is whole."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,128}", digest):
        raise ValueError(f"not a digest: {digest!r}")
    return root / FOLDER / digest


class Shelf:
    """What one state of the books has kept; each name it looks up is noted, so that no sweep takes it away.

    state     digest of the state
    snapshot  number of its books
    A workspace that may not be written is read all the same: nobody sweeps it.
    """

    def __init__(self, root: Path, state: str, snapshot: int) -> None:
        self.root, self.state, self.snapshot = root, state, snapshot
        self._names: set[str] = set()
        self._held: IO[str] | None = None
        self._noting = threading.Lock()
        self.known = Known(root)

    def find(self, digest: str, name: str) -> Path | None:
        """A file of a result, or None where it is not kept."""
        file = run_folder(self.root, digest) / name
        if digest not in self._names and file.exists():
            with suppress(OSError), _locked(self.root):
                self._note([digest])
        return file if file.exists() else None

    def keep(self, made: Mapping[str, Path], what: str, *, instead: bool = False) -> None:
        """Keep finished results, digest -> folder that has it, on the same disk; each folder is moved.

        The first of two equal results stays, or `instead` the last. Raises OSError where it may not write.
        """
        place.make_folder(self.root / FOLDER)
        with writing(self.root) as con, _locked(self.root):
            self._note(made)
            for digest, folder in made.items():
                target = run_folder(self.root, digest)
                if instead:
                    shutil.rmtree(target, ignore_errors=True)
                if not target.exists():
                    folder.rename(target)
                told = [digest, manifest.now(), self.snapshot, what]
                con.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?)", told)

    def _note(self, digests: Mapping[str, Path] | list[str]) -> None:
        """Let the state name some results, and hold its file from now on."""
        with self._noting:
            if self._held is None:
                self._open()
            assert self._held is not None
            new = [d for d in digests if d not in self._names]
            self._held.write("".join(f"{d}\n" for d in new))
            self._held.flush()
            self._names.update(new)

    def _open(self) -> None:
        file = self.root / FOLDER / STATES / self.state
        place.make_folder(file.parent)
        held = file.open("a+", encoding="utf-8")
        _lock(held, alone=False)
        held.seek(0)
        lines = held.read().splitlines()
        if not lines:
            held.write(json.dumps({"snapshot": self.snapshot}) + "\n")
        os.utime(file)
        weakref.finalize(self, held.close)
        self._names, self._held = set(lines[1:]), held


class Known:
    """What was found about months of files, by what was asked; files never change, so it never grows old."""

    def __init__(self, root: Path) -> None:
        self._root, self._file = root, root / FOLDER / KNOWN
        self._found: dict[str, object] | None = None

    def get(self, asked: str) -> object | None:
        """What was found, or None."""
        if self._found is None:
            self._found = self._read()
        return self._found.get(asked)

    def add(self, found: Mapping[str, object]) -> None:
        """Remember for this process, and for others where the workspace may be written."""
        self._found = (self._found or {}) | dict(found)
        draft = self._file.with_name(f"{KNOWN}.{secrets.token_hex(4)}")
        with suppress(OSError), _locked(self._root):
            # Two at a time may leave out each other's: who needs those finds them anew.
            whole = self._read() | self._found
            listed = list(whole.items())[-MOST_KNOWN // 2 :] if len(whole) > MOST_KNOWN else whole.items()
            draft.write_text(json.dumps(dict(listed)), "utf-8")
            draft.replace(self._file)

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class _State:
    """One state as its file tells it; `used`: another process has it open, or has had it open just now."""

    file: Path
    snapshot: int
    opened: float
    used: bool
    names: frozenset[str] = field(repr=False)


def needed(root: Path, older_than_s: float = 3600) -> set[str]:
    """Digests of all results that must stay: those that the newest books, the ones before, policies tried on
    them in the last week, and any process at work read."""
    states = _states(root, older_than_s)
    return {name for state in _staying(states) for name in state.names}


def sweep_runs(root: Path, older_than_s: float = 3600) -> int:
    """Remove results that no state needs, and states that nobody opens any more; gives how many results.

    A result younger than so many seconds stays whatever names it.
    """
    folder = root / FOLDER
    if not folder.is_dir():
        return 0
    removed = []
    with writing(root) as con, _locked(root, alone=True):
        states = _states(root, older_than_s)
        staying = _staying(states)
        named = {name for state in staying for name in state.names}
        for state in states:
            if state not in staying:
                state.file.unlink(missing_ok=True)
        before = time.time() - older_than_s
        for one in sorted(folder.iterdir()):
            if one.is_dir() and one.name != STATES and one.name not in named and _age(one) <= before:
                shutil.rmtree(one, ignore_errors=True)
                removed.append(one.name)
        con.executemany("DELETE FROM runs WHERE digest = ?", [(name,) for name in removed])
    return len(removed)


def room(root: Path) -> int:
    """Bytes that kept results take on disk."""
    return sum(f.stat().st_size for f in (root / FOLDER).rglob("*") if f.is_file())


def _staying(states: list[_State]) -> list[_State]:
    numbers = sorted({s.snapshot for s in states}, reverse=True)[:BOOKS]
    last = {n: max((s for s in states if s.snapshot == n), key=lambda s: s.opened) for n in numbers}
    recent = time.time() - TRIED_S
    return [
        s for s in states if s.used or s in last.values() or (s.snapshot == numbers[0] and s.opened >= recent)
    ]


def _states(root: Path, older_than_s: float) -> list[_State]:
    folder = root / FOLDER / STATES
    found = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        lines = file.read_text("utf-8").splitlines()
        if not lines:
            continue  # it is being opened just now
        opened = _age(file)
        used = opened > time.time() - older_than_s or _in_use(file)
        found.append(_State(file, json.loads(lines[0])["snapshot"], opened, used, frozenset(lines[1:])))
    return found


def _in_use(file: Path) -> bool:
    """Whether any process has a state open."""
    if not _LOCKS:
        return False
    import fcntl

    with file.open("r", encoding="utf-8") as asked:
        try:
            fcntl.flock(asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _lock(file: IO[str], *, alone: bool) -> None:
    if _LOCKS:
        import fcntl

        with suppress(OSError):  # a disk that knows no locks: age alone decides there
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)


@contextmanager
def _locked(root: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the lock of the runs: together with others who look up and keep, or alone."""
    folder = root / FOLDER
    place.make_folder(folder)
    with (folder / LOCK).open("a", encoding="utf-8") as lock:
        _lock(lock, alone=alone)
        yield


def _age(path: Path) -> float:
    """When something was last changed; one that was taken away meanwhile is as new as can be."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
