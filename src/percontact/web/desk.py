# SPDX-License-Identifier: Apache-2.0
"""The desk: one open Book for all readers, and the answers already given on it."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from percontact.metrics.catalogue import OWN_FOLDER
from percontact.people import State, open_state
from percontact.pipeline import POLICY_FILE, OpenBook
from percontact.store.manifest import NAME as MANIFEST
from percontact.store.workspace import Workspace
from percontact.web.jobs import Jobs
from percontact.web.uploads import Uploads

T = TypeVar("T")

KEPT_BYTES = 64 * 2**20
"""So much of given answers is kept; a page is some 60 kB."""


@dataclass(frozen=True)
class Opened:
    """A Book as it stood at one version of its data, policy and settings."""

    version: str
    book: OpenBook


class Desk:
    """A workspace that many readers ask at once.

    An answer depends on the data's version and the question alone, so it is worked out once and then kept.
    One question is worked out at a time: the engine uses every core for one, and a Book's sums are built up
    by whoever asks first. Kept answers never wait.
    """

    def __init__(self, folder: Path | str, state: State | None = None) -> None:
        self.folder = Path(folder)
        self._state = state
        self._opened: Opened | None = None
        self._seen: tuple[tuple[object, ...], str] = ((), "")
        self._work = threading.RLock()
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._keeping = threading.Lock()
        self._held = 0
        self._long = threading.Lock()
        self.jobs = Jobs(self.folder)
        self.uploads = Uploads(self.folder)

    @property
    def state(self) -> State:
        """What people keep in the app: views, events."""
        if self._state is None:
            self._state = open_state(self.folder)
        return self._state

    def stands(self) -> bool:
        """Whether there is a workspace in the folder."""
        return (self.folder / MANIFEST).is_file()

    def close(self) -> None:
        """Stop what is at work, and let go of files under discussion."""
        self.jobs.close()
        self.uploads.close()

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now. Raises E-WS-01 where there is none."""
        return Workspace.open(self.folder)

    def version(self) -> str:
        """What an answer depends on besides its question: newest snapshot, policy, settings, own cards."""
        now = self._touched()
        if now != self._seen[0]:
            workspace = self.workspace
            told = f"{workspace.newest()} {workspace.settings} {workspace.key.hex()} {now[2:]}"
            self._seen = (now, hashlib.sha256(told.encode()).hexdigest()[:16])
        return self._seen[1]

    def _touched(self) -> tuple[object, ...]:
        """When the files that answers depend on were last written: looking costs no reading."""
        own = sorted((self.folder / OWN_FOLDER).glob("*.yaml"))
        manifest = (self.folder / "manifest.sqlite", self.folder / "manifest.sqlite-wal")
        return tuple(_written(file) for file in (*manifest, self.folder / POLICY_FILE, *own))

    def opened(self) -> Opened:
        """The Book at its newest version. Readers of an older one keep it: its files are never changed."""
        version = self.version()
        found = self._opened
        if found is None or found.version != version:
            found = Opened(version, OpenBook(self.workspace, keeps=True))
            self._opened = found
        return found

    def given(self, key: Hashable) -> object | None:
        """An answer given before on this version, or None."""
        with self._keeping:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def answer(
        self, key: Hashable, make: Callable[[OpenBook], T], *, weigh: Callable[[T], int] = lambda _: 20_000
    ) -> T:
        """What `make` says of the newest Book: worked out once a version and key.

        weigh  bytes of memory that the answer holds, about
        """
        opened = self.opened()
        whole = (opened.version, key)
        found = self.given(whole)
        if found is None:
            with self._work:
                found = self.given(whole)
                if found is None:
                    found = make(opened.book)
                    self._keep(whole, found, weigh(found))
        return cast(T, found)

    def long_answer(self, key: Hashable, make: Callable[[OpenBook], T]) -> T:
        """An answer that takes seconds: worked out on a Book of its own: nobody else waits for it."""
        whole = (self.version(), key)
        found = self.given(whole)
        if found is None:
            with self._long:
                found = self.given(whole)
                if found is None:
                    found = make(OpenBook(self.workspace))
                    self._keep(whole, found, 20_000)
        return cast(T, found)

    def _keep(self, key: Hashable, answer: object, weight: int) -> None:
        with self._keeping:
            self._kept[key] = (answer, weight)
            self._held += weight
            while self._held > KEPT_BYTES and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._held -= gone


def _written(file: Path) -> tuple[str, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return file.name, found.st_mtime_ns, found.st_size
