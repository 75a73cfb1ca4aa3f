# SPDX-License-Identifier: Apache-2.0
"""Files that came in and are not imported yet: each in a folder of its own, with what was answered so far."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from percontact.ingest.propose import Proposer
from percontact.records.book import Settings
from percontact.values.problem import problem

FOLDER = "app/uploads"
ABOUT = "about.json"
KEPT = timedelta(days=14)
"""An upload that nobody imported is forgotten after so long."""
DISCUSSED = 4
"""So many files are held open at once while they are discussed."""
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in.

    table     what it is imported into; "" = not said yet
    answers   question key -> answer
    mapping   text of a mapping that a person wrote, sent or took from an earlier import; "" = none
    how       "replace": it stands for the earlier file of its name; "add": both count; "" = not said
    anew      whether it is read by questions although it could be read without
    corrects  number of the import whose set-aside rows it holds corrected, or 0
    job       the job that imports it, or ""
    """

    id: str
    name: str
    size: int
    at: datetime
    by: str
    table: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    mapping: str = ""
    how: str = ""
    anew: bool = False
    corrects: int = 0
    job: str = ""


class Uploads:
    """The uploads of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self._open: OrderedDict[tuple[str, str], tuple[Proposer, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    def place(self) -> tuple[str, Path]:
        """(id of a new upload, the folder its file goes into)."""
        id = secrets.token_hex(8)
        return id, self.folder / id / "file"

    def add(self, id: str, file: Path, size: int, by: str, **known: Any) -> Upload:
        """Note a file that has come in."""
        upload = Upload(id, file.name, size, datetime.now(UTC), by, **known)
        return self.note(upload)

    def note(self, upload: Upload, **changes: Any) -> Upload:
        """Keep what is known of an upload now."""
        upload = replace(upload, **changes)
        file = self.folder / upload.id / ABOUT
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(upload), default=str), "utf-8")
        draft.replace(file)
        return upload

    def one(self, id: str) -> Upload:
        """An upload. Raises E-WEB-11 where there is none."""
        file = self.folder / id / ABOUT
        if not _ID.fullmatch(id) or not file.is_file():
            what = "there is no such upload"
            why = f"It was imported, removed, or nobody imported it for {KEPT.days} days."
            raise problem("E-WEB-11", f"upload {id[:20]}", what, why, "Send the file again.")
        told = json.loads(file.read_text("utf-8"))
        return Upload(**told | {"at": datetime.fromisoformat(told["at"])})

    def file(self, upload: Upload) -> Path:
        """Where its file lies."""
        return self.folder / upload.id / "file" / upload.name

    def all(self) -> list[Upload]:
        """Every upload, the newest first; those nobody cared for are forgotten."""
        found = []
        for about in self.folder.glob(f"*/{ABOUT}"):
            upload = self.one(about.parent.name)
            if datetime.now(UTC) - upload.at > KEPT:
                self.remove(upload.id)
            else:
                found.append(upload)
        return sorted(found, key=lambda u: u.at, reverse=True)

    def remove(self, id: str) -> None:
        """Forget an upload and its file."""
        if not _ID.fullmatch(id):
            return
        with self._lock:
            for key in [k for k in self._open if k[0] == id]:
                self._close(key)
        shutil.rmtree(self.folder / id, ignore_errors=True)

    @contextmanager
    def discussed(self, upload: Upload, settings: Settings) -> Iterator[Proposer]:
        """The file, looked into once however many answers are tried; one reader at a time."""
        key = (upload.id, upload.table)
        with self._lock:
            if key not in self._open:
                proposer = Proposer(self.file(upload), upload.table, settings=settings)
                self._open[key] = (proposer, threading.Lock())
                for old in [k for k, (_, lock) in self._open.items() if not lock.locked()][:-DISCUSSED]:
                    self._close(old)
            self._open.move_to_end(key)
            proposer, lock = self._open[key]
        with lock:
            yield proposer

    def close(self) -> None:
        """Let go of every file that is held open."""
        with self._lock:
            for key in list(self._open):
                self._close(key)

    def _close(self, key: tuple[str, str]) -> None:
        proposer, lock = self._open.pop(key)
        with lock:
            proposer.__exit__(None, None, None)
