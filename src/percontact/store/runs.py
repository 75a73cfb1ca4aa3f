# SPDX-License-Identifier: Apache-2.0
"""Results of runs: what a state of the books gave is kept beside them, under the digest of all that made it.

Whoever asks the same of the same state later, in another process or after a restart, reads it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from percontact.records.book import Book
from percontact.store.shelf import Shelf
from percontact.store.workspace import Workspace
from percontact.values.plain import Plain

SUMS_FILE = "sums.parquet"
LONG_FILE = "answer.json"
CLOSED_FILE = "closed.json"
UNSUMMED = ("events",)
"""Tables whose rows stand beside figures and in none."""

Write = Callable[[Path], bool]
"""Writes a result to a file; False where it is not worth keeping"""
T = TypeVar("T")


class NotMade(Exception):
    """An answer takes long and is not kept: who asked may have it made elsewhere, and come again."""

    def __init__(self, name: str, asked: dict[str, Any]) -> None:
        super().__init__(f"{name} is not made yet")
        self.name, self.asked = name, asked


@dataclass(frozen=True)
class Runs:
    """What is kept of one state of the books under one policy.

    made_by  digest of all that its figures depend on: see `digest`
    version  of the program that makes what several states share
    keeps    whether sums of metrics and long answers are made and kept for questions to come; those that are
             kept are always read
    patient  whether an answer that takes long is worked out where it is not kept; else `NotMade` is raised
    """

    workspace: Workspace
    book: Book
    made_by: str
    version: str = ""
    keeps: bool = False
    patient: bool = True

    @staticmethod
    def digest(book: Book, *others: object) -> str:
        """Digest of all that figures depend on: rows, settings, and others (policy, our version).

        Files are named by their content. Events are no part of it: one that is noted today moves no sum, and
        whoever reads next must not wait until all are made anew.
        """
        rows = sorted(
            f"{table} {file.month} {file.path.name}"
            for table, files in book.files.items() if table not in UNSUMMED for file in files
        )  # fmt: skip
        return _short(" ".join(str(told) for told in (rows, book.settings, *others)))

    @cached_property
    def shelf(self) -> Shelf:
        """Where results stand: what is looked up on it is there as long as this lives."""
        return Shelf(self.workspace.path, self.made_by, self.book.snapshot or 0)

    # -- sums of months, which many states share: named by all that they depend on --

    def find(self, depends_on: str, name: str = SUMS_FILE) -> Path | None:
        """A file that is kept under all that it depends on, or None."""
        return self.shelf.find(self._shared(depends_on), name)

    def keep(self, writes: Mapping[str, Callable[[Path], None]]) -> None:
        """Keep files of sums: what each depends on -> how it is written."""

        def write_all(folders: Mapping[str, Path]) -> bool:
            for told, folder in folders.items():
                writes[told](folder / SUMS_FILE)
            return True

        if writes:
            self.keep_folders(list(writes), "sums of metrics", write_all)

    def keep_folders(
        self, depend_on: Sequence[str], what: str, write: Callable[[Mapping[str, Path]], bool]
    ) -> bool:
        """Keep what `write` puts into several folders, each a result under what it depends on.

        Returns False where nothing is kept, as in a workspace that may only be read.
        """
        try:
            draft = self.workspace.staging(0)
        except OSError:
            return False
        try:
            folders = {told: draft / self._shared(told) for told in depend_on}
            for folder in folders.values():
                folder.mkdir()
            if not write(folders):
                return False
            self.shelf.keep({folder.name: folder for folder in folders.values()}, what)
        except OSError:
            return False
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return True

    def _shared(self, depends_on: str) -> str:
        return _short(f"{depends_on} {self.version}")

    # -- results of the whole state --

    def sums(self, what: str, write: Write) -> Path | None:
        """The file of some kept sums; made now where it is missing and this book keeps them."""
        run = _short(f"sums {self.made_by} {what}")
        found = self._kept(run, SUMS_FILE)
        if found is None and self.keeps:
            found = self._keep(run, SUMS_FILE, "sums of metrics", write)
        return found

    def long_answer(
        self, name: str, asked: dict[str, Any], make: Callable[[], T], form: Plain, *, about: str = ""
    ) -> T:
        """An answer that takes seconds: read where it is kept, else worked out; a book that keeps keeps it.

        asked  the question, as plain JSON
        about  what it depends on besides the question, the state of the books and the policy
        form   how it is written and read
        Raises NotMade where it is not kept and the book is not patient.
        """
        told = json.dumps(asked, sort_keys=True)
        # Sums have no part of events, but answers name them.
        beside = sorted(f"{t} {f.path.name}" for t in UNSUMMED for f in self.book.files.get(t, ()))
        return self._answer(name, f"{beside} {told} {about}", make, form, lambda: NotMade(name, asked))

    def seen_once(self, name: str, make: Callable[[], T], form: Plain) -> T:
        """What one look over all rows finds, events aside: read where it is kept, else seen now."""
        return self._answer(name, "", make, form)

    def _answer(
        self,
        name: str,
        about: str,
        make: Callable[[], T],
        form: Plain,
        missing: Callable[[], Exception] | None = None,
    ) -> T:
        run = _short(f"{name} {self.made_by} {about} {form.shape}")
        kept = self._kept(run, LONG_FILE)
        if kept is not None:
            return cast(T, form.read(kept.read_text("utf-8")))
        if missing and not self.patient:
            raise missing()
        found = make()
        if self.keeps:
            self._keep(run, LONG_FILE, name, lambda file: _written(file, form.write(found)))
        return found

    def once_closed(self, closings: str, make: Callable[[], dict[str, list[str]]]) -> dict[str, list[str]]:
        """What is told of closed periods, `closings` naming them: worked out once, and then always kept."""
        run = _short(f"closed {self.made_by} {closings}")
        kept = self._kept(run, CLOSED_FILE)
        if kept is not None:
            return dict(json.loads(kept.read_text("utf-8")))
        found = make()
        self._keep(run, CLOSED_FILE, "closed periods", lambda file: _written(file, json.dumps(found)))
        return found

    def folder(self, what: str) -> Path | None:
        """The folder of several files that were kept together, where they are."""
        found = self.shelf.find(self._shared(what), ".")
        return found if found and found.is_dir() else None

    def keep_folder(self, what: str, name: str, write: Write) -> bool:
        """Keep the files that `write` puts into a folder, instead of any that are kept: whether they are.

        what  all that they depend on; name: the run in words
        """
        run = self._shared(what)
        try:
            draft = self.workspace.staging(0)
        except OSError:
            return False
        try:
            if write(draft):
                self.shelf.keep({run: draft}, name, instead=True)
                return True
        except OSError:
            pass
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return False

    def _kept(self, run: str, name: str) -> Path | None:
        return self.shelf.find(run, name)

    def _keep(self, run: str, name: str, what: str, write: Write) -> Path | None:
        """The file that `write` writes, kept as the result of a run; None where nothing is kept.

        A workspace that may only be read keeps none, and each question is answered anew.
        """
        try:
            draft = self.workspace.staging(0)
        except OSError:
            return None
        try:
            if not write(draft / name):
                return None
            self.shelf.keep({run: draft}, what)
            return self.shelf.find(run, name)
        except OSError:
            return None
        finally:
            shutil.rmtree(draft, ignore_errors=True)  # gone already where it was kept


def _short(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _written(file: Path, text: str) -> bool:
    file.write_text(text, "utf-8")
    return True
