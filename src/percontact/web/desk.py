# SPDX-License-Identifier: Apache-2.0
"""The desk: one open Book for all readers, and the answers already given on it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from percontact.answers.readying import LARGE, USUAL
from percontact.metrics.catalogue import OWN_FOLDER
from percontact.people import State, open_state
from percontact.pipeline import OpenBook
from percontact.store.manifest import NAME as MANIFEST
from percontact.store.policies import POLICY_FILE
from percontact.store.runs import NotMade
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError, problem
from percontact.web.jobs import Jobs
from percontact.web.uploads import Uploads
from percontact.web.warming import Making, Waiting, Warming

T = TypeVar("T")

KEPT_BYTES = 64 * 2**20
"""So much of given answers is kept; a page is some 60 kB."""

MOST_ASKING = 250
"""Readers who wait for an answer at once; one more is told to come later."""
LOOKED_EVERY_S = 2.0
"""How often the folder is looked at for a new state, while nobody asks."""


@dataclass(frozen=True)
class Opened:
    """A Book as it stood at one version of its data, policy and settings.

    ready  whether what pages add up of it is made; figures wait until then
    """

    version: str
    book: OpenBook
    ready: bool = True


class Desk:
    """A workspace that many readers ask at once.

    An answer depends on the data's version and the question alone, so it is worked out once and then kept:
    whoever asks the same meanwhile waits for that one. One question is worked out at a time: the engine uses
    every core for one, and a Book's sums are built up by whoever asks first. Kept answers never wait.

    The sums of a large new state are made by a process of their own. Until they are, readers keep the state
    they had; where there was none (the server has just begun), figures wait and say so.

    prepare  (book) -> (key, answer) of what is asked first, made on a new state before anyone gets it
    large    contacts from which on a state is made ready beforehand
    """

    def __init__(self, folder: Path | str, state: State | None = None, *, large: int = LARGE) -> None:
        self.folder, self.large = Path(folder), large
        self.prepare: Callable[[OpenBook], Iterable[tuple[Hashable, object]]] = lambda book: ()
        self._state = state
        self._opened: Opened | None = None
        self._opening = threading.Lock()
        self._seen: tuple[tuple[object, ...], str] = ((), "")
        self._work = threading.RLock()
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._flights: dict[Hashable, Future[object]] = {}
        self._asking = 0
        self._keeping = threading.Lock()
        self._held = 0
        self._long = threading.Lock()
        self._ended = threading.Event()
        self.jobs = Jobs(self.folder)
        self.uploads = Uploads(self.folder)
        self.warming = Warming(self.folder)

    @property
    def state(self) -> State:
        """What people keep in the app: views, events."""
        if self._state is None:
            self._state = open_state(self.folder)
        return self._state

    def stands(self) -> bool:
        """Whether there is a workspace in the folder."""
        return (self.folder / MANIFEST).is_file()

    def begin(self) -> None:
        """Look after new states from now on: what one needs is made before the first reader asks."""
        threading.Thread(target=self._look, name="percontact-looking", daemon=True).start()

    def _look(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(PercontactError, OSError):
                if self.stands():
                    self.opened()
            self._ended.wait(LOOKED_EVERY_S)

    def close(self) -> None:
        """Stop what is at work, and let go of files under discussion."""
        self._ended.set()
        self.warming.close()
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
        """The Book at its newest version whose sums are made; where no version's are, the newest.

        Readers of an older one keep it: its files are never changed.
        """
        version = self.version()
        found = self._opened
        if found is None or found.version != version:
            with self._opening:
                found = self._opened
                if found is None or found.version != version:
                    found = self._open(version, found)
        return found

    def _open(self, version: str, earlier: Opened | None) -> Opened:
        book = OpenBook(self.workspace, keeps=True)
        large = book.book.rows("contacts") >= self.large
        if large:
            self._make_ready(version)
            if earlier is not None and earlier.ready:
                return earlier
            book = replace(book, patient=False)
        self._opened = Opened(version, book, ready=not large)
        return self._opened

    def _make_ready(self, version: str) -> Making:
        return self.warming.want(("sums", version), "sums", then=lambda: self._take_up(version))

    def _take_up(self, version: str) -> None:
        """Open a state whose sums are made, ask it what is asked first, and only then let readers have it."""
        book = OpenBook(self.workspace, keeps=True, patient=False)
        with contextlib.suppress(PercontactError):
            _ = book.book, book.policy
        if self.version() != version:
            return  # a newer one has come, and is made ready next
        # Where nothing can be figured out (a slip in the policy) each page tells why; an older one would not.
        try:
            for key, answer in self.prepare(book):
                self._keep((version, key), answer, 20_000)
        except PercontactError:
            pass
        except Exception as error:  # one page that fails must keep no other from its readers
            sys.stderr.write(f"percontact: a page could not be made beforehand: {error}\n")
        self._opened = Opened(version, book)
        for name in USUAL:
            self._have_made(version, name, {})

    def _have_made(self, version: str, name: str, asked: dict[str, Any]) -> Making:
        key = ("long", version, name, json.dumps(asked, sort_keys=True))
        return self.warming.want(key, "long", {"name": name, "asked": asked})

    @property
    def newer(self) -> Making | None:
        """The making of a newer state than the one that readers have; None = they have the newest."""
        version = self.version()
        found = self.warming.found(("sums", version))
        behind = self._opened is not None and self._opened.version != version
        return found if behind and found is not None and not found.over else None

    def readied(self) -> Opened:
        """The Book that readers have, once its sums are made. Raises Waiting until then."""
        opened = self.opened()
        if not opened.ready:
            making = self._make_ready(opened.version)
            if not making.over:
                raise Waiting(making)
            opened = self.opened()
        return opened

    def given(self, key: Hashable) -> object | None:
        """An answer given before on this version, or None."""
        with self._keeping:
            return self._given(key)

    def _given(self, key: Hashable) -> object | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def answer(
        self,
        key: Hashable,
        make: Callable[[OpenBook], T],
        *,
        weigh: Callable[[T], int] = lambda _: 20_000,
        sums: bool = True,
        patient: bool = True,
    ) -> T:
        """What `make` says of the Book that readers have: worked out once a version and key.

        weigh    bytes of memory that the answer holds, about
        sums     whether it reads sums, so that a state whose sums are not made yet cannot give it
        patient  whether to wait for what is made elsewhere; else Waiting is raised, with how far it is
        Raises E-WEB-05 where so many are waiting already that nobody knows how long it would take.
        """
        while True:
            try:
                opened = self.readied() if sums else self.opened()
                return self._once((opened.version, key), partial(self._made, opened, make), weigh, self._work)
            except Waiting as waiting:
                if not patient:
                    raise
                waiting.making.wait()

    def _made(self, opened: Opened, make: Callable[[OpenBook], T]) -> T:
        try:
            return make(opened.book)
        except NotMade as missing:
            version = self.version()
            if version != opened.version:
                # A newer state is on its way: what takes long is made of that one.
                newer = self.warming.found(("sums", version))
                if newer is not None and not newer.over:
                    raise Waiting(newer) from missing
            making = self._have_made(opened.version, missing.name, missing.asked)
            if not making.over:
                raise Waiting(making) from missing
        # It could not be made or not be kept: here, then, on a Book of its own.
        return make(replace(opened.book, patient=True, keeps=False))

    def long_answer(self, key: Hashable, make: Callable[[OpenBook], T], *, patient: bool = True) -> T:
        """An answer that takes seconds: worked out on a Book of its own: nobody else waits for it."""
        if not self.opened().book.patient:
            return self.answer(key, make, patient=patient)
        whole = (self.version(), key)
        return self._once(whole, lambda: make(OpenBook(self.workspace)), lambda _: 20_000, self._long)

    def drawn(self, key: Hashable, draw: Callable[[], T], *, weigh: Callable[[T], int]) -> T:
        """What is made of an answer without the Book, so it waits for no question; `key` has its version."""
        return self._once(key, draw, weigh)

    def _once(
        self,
        whole: Hashable,
        make: Callable[[], T],
        weigh: Callable[[T], int],
        lock: AbstractContextManager[Any] | None = None,
    ) -> T:
        """An answer that is kept, or being made for somebody else, or else made now.

        lock  what it is made under; where there is one, not all may wait for it
        """
        with self._keeping:
            found = self._given(whole)
            if found is not None:
                return cast(T, found)
            if lock and self._asking >= MOST_ASKING:
                raise _too_many(self._asking)
            flight = self._flights.get(whole)
            mine = flight is None
            if flight is None:
                flight = self._flights[whole] = Future()
            self._asking += lock is not None
        try:
            if not mine:
                return cast(T, flight.result())
            with lock or nullcontext():
                made = make()
            self._keep(whole, made, weigh(made))
            flight.set_result(made)
            return made
        except BaseException as error:
            if mine:
                flight.set_exception(error)
            raise
        finally:
            with self._keeping:
                self._asking -= lock is not None
                if mine:
                    del self._flights[whole]

    def _keep(self, key: Hashable, answer: object, weight: int) -> None:
        with self._keeping:
            self._kept[key] = (answer, weight)
            self._held += weight
            while self._held > KEPT_BYTES and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._held -= gone


def _too_many(asking: int) -> PercontactError:
    what = f"{asking} questions are being worked out or wait for it"
    why = "Each is answered after those before it, and nobody would wait so long."
    return problem("E-WEB-05", "the server", what, why, "Try again in a minute.")


def _written(file: Path) -> tuple[str, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return file.name, found.st_mtime_ns, found.st_size
