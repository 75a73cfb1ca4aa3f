# SPDX-License-Identifier: Apache-2.0
"""The workspace: a folder that keeps the Books of a service team, every state they have been in, and why.

    manifest.sqlite                    which files make up which snapshot, imports, receipts, closed periods
    workspace.key                      32 random bytes that person ids are hashed with; stays in here
    facts/<table>/<month or all>/      immutable Parquet files of rows, named by content
    cubes/<table>/<month or all>/      the day cube of each, under the same name
    originals/<sha256>/<file name>     source files, byte for byte
    staging/<import>-<random>/         imports under way
    runs/<digest>/                     kept results of costing runs; see `store.shelf`

Any number of processes may read and write at once. A Book that was read stays valid for ever.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from percontact.records import Book, Settings, Source
from percontact.records.landing import Receipt, Staged
from percontact.records.tables import ROW_BITS, line_of
from percontact.store import (
    closing,
    compact,
    history,
    manifest,
    original,
    place,
    publish,
    purge,
    shelf,
    sweep,
)
from percontact.store import snapshot as _snapshot
from percontact.store.closing import Closing
from percontact.store.history import Import, SetAside
from percontact.store.manifest import reading, writing
from percontact.store.snapshot import Snapshot
from percontact.values.fiscal import FiscalCalendar
from percontact.values.problem import problem

KEY_FILE = "workspace.key"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace on disk; make it with `create` or `open`.

    path      its folder
    settings  currency, time zone, fiscal calendar
    key       32 bytes; ids of people are hashed with it, so hashes of two workspaces never match
    """

    path: Path
    settings: Settings
    key: bytes = field(repr=False)

    @classmethod
    def create(cls, path: Path | str, settings: Settings) -> Workspace:
        """Make an empty workspace. The folder may be there and hold other files.

        Raises E-WS-02 when it holds a workspace.
        """
        root = Path(path).absolute()
        place.make_folder(root)
        draft = root / f".{KEY_FILE}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            if not (root / manifest.NAME).exists():
                # A key that is there already comes from a `create` that crashed, or runs beside this one.
                place.place(draft, root / KEY_FILE)
            made = manifest.make(root, settings)
        finally:
            draft.unlink()
        if not made:
            what = "there is a workspace here already"
            why = "Making another would hide what it holds."
            raise problem("E-WS-02", str(root), what, why, "Use it as it is, or choose another folder.")
        place.sync_folder(root)
        return cls.open(root)

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """Open the workspace in a folder.

        Raises E-WS-01 when there is none, E-WS-03 when a newer percontact wrote it, E-WS-04 when damaged.
        """
        root = Path(path).absolute()
        settings = manifest.read_settings(root)
        key_file = root / KEY_FILE
        key = key_file.read_bytes() if key_file.is_file() else b""
        if len(key) != KEY_BYTES:
            what = f"{KEY_FILE} is missing or cut short"
            why = "Without it the ids of people in new files would not match those landed before."
            raise problem("E-WS-04", str(root), what, why, "Bring it back from a backup.")
        return cls(root, settings, key)

    def recount(self, calendar: FiscalCalendar) -> Workspace:
        """The workspace with its weeks and fiscal years counted by another calendar; its rows stay.

        Raises E-ARG-03 when that would move the days of a period that is closed.
        """
        settings = replace(
            self.settings,
            fiscal_start_month=calendar.start_month,
            fiscal_pattern=calendar.pattern,
            fiscal_year_ends=calendar.year_ends,
            fiscal_end_day=calendar.end_day,
            fiscal_named=calendar.named,
            week_starts=calendar.week_starts,
        )
        with writing(self.path) as con:
            if moved := closing.moved_by(con, self.settings.calendar, calendar):
                what = f"{', '.join(moved)} would name other days"
                why = "It is closed: its figures were reported for the days it names now."
                do = f"Open it first: percontact close {moved[0]} --reopen BECAUSE."
                raise problem("E-ARG-03", "settings", what, why, do)
            manifest.write_settings(con, settings)
        return replace(self, settings=settings)

    # -- reading --

    def book(self, snapshot: int | None = None) -> Book:
        """The Book of a snapshot, by default the newest: its files and its sources, and no others.

        Raises E-ARG-01 when there is no such snapshot, E-WS-04 when a file of it is gone.
        """
        with reading(self.path) as con:
            book = _snapshot.book_at(con, self.path, self.settings, snapshot)
        for table, files in book.files.items():
            for file in files:
                for path in (file.path, file.cube):
                    if path is not None and not path.is_file():
                        raise manifest.damaged(
                            self.path, f"{path.relative_to(self.path)}, rows of {table}, is missing"
                        )
        return book

    def snapshots(self) -> list[Snapshot]:
        """Every state the workspace has been in, oldest first."""
        with reading(self.path) as con:
            return _snapshot.snapshots(con)

    def newest(self) -> int:
        """The number of the newest state."""
        with reading(self.path) as con:
            return _snapshot.newest(con)

    def receipts(self) -> list[Import]:
        """Every import with its receipt, time and state, oldest first."""
        with reading(self.path) as con:
            return history.imports(con, self.path)

    def one_import(self, number: int) -> Import:
        """One import with its receipt, time and state. Raises E-ARG-01 when there is none of that number."""
        with reading(self.path) as con:
            history.one_import(con, self.path, number)
            return next(i for i in history.imports(con, self.path) if i.receipt.number == number)

    def aside(self, number: int | None = None) -> Iterator[SetAside]:
        """Rows set aside: of one import (live or not), or of all live ones; in file order."""
        return history.set_aside(self.path, number)

    def find_same(self, sha256: str) -> Receipt | None:
        """The receipt, marked unchanged, of the live import of the same bytes, or None."""
        with reading(self.path) as con:
            return history.find_same(con, self.path, sha256)

    def find_name(self, table: str, name: str) -> list[int]:
        """Numbers of the live imports of a table from files of this name, oldest first."""
        with reading(self.path) as con:
            return history.find_name(con, table, name)

    def find_corrections(self, numbers: Sequence[int]) -> list[int]:
        """Numbers of the live imports of rows that these imports had set aside, oldest first."""
        with reading(self.path) as con:
            return history.find_corrections(con, numbers)

    def kept_original(self, number: int) -> Path | None:
        """The kept source file of an import, or None: it was never kept, or was purged."""
        with reading(self.path) as con:
            kept = history.source_of(con, number)[1]
        return self.path / kept if kept else None

    def purged_on(self, row_id: int) -> date | None:
        """The day the text a row was read from was purged (UTC), or None."""
        purged = self.one_import(row_id >> ROW_BITS).purged
        return purged.date() if purged else None

    def origin(self, row_id: int) -> tuple[Source, int]:
        """The source of a row, and its line there (1 = first). Raises E-ARG-01 when no import made it."""
        with reading(self.path) as con:
            source, _, mapping = history.source_of(con, row_id >> ROW_BITS)
        return source, line_of(row_id, mapping)

    def source_line(self, row_id: int) -> str | None:
        """The text a row was read from, or None: the source is no text file, or was not kept."""
        with reading(self.path) as con:
            source, kept, mapping = history.source_of(con, row_id >> ROW_BITS)
        if kept is None or not (self.path / kept).is_file():
            return None
        member = source.name.partition("/")[2]
        return original.line_of(self.path / kept, line_of(row_id, mapping), mapping, member)

    # -- importing --

    def reserve(self) -> int:
        """The next import number (from 1), never given twice; a crash leaves a gap."""
        return publish.reserve(self.path)

    def staging(self, number: int) -> Path:
        """A fresh folder for one import, on the disk its files will stay on; readable by its owner only."""
        place.make_folder(self.path / "staging", mode=0o700)
        folder = self.path / "staging" / f"{number}-{secrets.token_hex(4)}"
        folder.mkdir()
        return folder

    def clear_staging(self, number: int) -> None:
        """Take away what an import was read into, however it ended."""
        for folder in (self.path / "staging").glob(f"{number}-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def publish(
        self,
        staged: Staged,
        *,
        original: Path | None,
        based_on: int,
        replaces: Sequence[int] = (),
        why: str = "",
    ) -> Receipt:
        """Land a staged import as the next snapshot: all of it, or nothing.

        original   source file to keep a copy of, or None
        based_on   snapshot of the Book the import's ids were checked against
        replaces   numbers of live imports it stands for; they leave the Book in the same step
        why        what the snapshot is for, in words
        result     its receipt; of bytes that are live already, the earlier receipt, marked unchanged

        The import's staging folder is gone afterwards.
        Raises `Moved` when an import of the same table was published after `based_on`, or one to be replaced
        has gone: check again and publish again. E-FILE-05 when rows seen are not landed + aside; E-ARG-01,
        E-ARG-03 and E-WS-06 when `replaces` names no import, one of another table, one that is not live.
        In each case nothing was changed.
        """
        return publish.publish(
            self.path, staged, original=original, based_on=based_on, replaces=replaces, why=why
        )

    def undo(self, number: int) -> Receipt:
        """Take an import out of the next snapshot; its history stays, and so do older snapshots.

        What it had replaced does not come back by itself: import that file again.
        result  the import's receipt, with the snapshot that first lacks it
        Raises E-ARG-01 when there is no such import, E-WS-06 when it is not live.
        """
        return publish.undo(self.path, number)

    # -- closing periods --

    def close_period(
        self,
        label: str,
        *,
        snapshot: int,
        policy_digest: str,
        figures_digest: str,
        figures: Mapping[str, object],
    ) -> Closing:
        """Pin the figures of a period to what they came from.

        figures  plain JSON values
        Raises E-WS-07 when it is closed, E-ARG-01 when there is no such snapshot.
        """
        with writing(self.path) as con:
            return closing.close(
                con,
                label,
                snapshot=snapshot,
                policy_digest=policy_digest,
                figures_digest=figures_digest,
                figures=figures,
            )

    def closed(self, label: str) -> Closing | None:
        """The closing in force for a period, or None when it is open."""
        with reading(self.path) as con:
            return closing.closed(con, label)

    def reopen(self, label: str, because: str) -> Closing:
        """Open a closed period again; gives the closing that ends, with the reason.

        Raises E-ARG-01 when it is open, E-ARG-03 when no reason is given.
        """
        with writing(self.path) as con:
            return closing.reopen(con, label, because)

    def closings(self) -> list[Closing]:
        """Every closing, those that ended too, oldest first."""
        with reading(self.path) as con:
            return closing.closings(con)

    def closed_periods_hit(self, staged: Staged) -> list[str]:
        """Labels of the closed periods that rows of a staged import fall in."""
        with reading(self.path) as con:
            return closing.hit_by(con, staged, self.settings.calendar)

    # -- keeping house --

    def sweep(self, older_than_s: float = 3600) -> int:
        """Remove orphan files, staging folders and kept results that are older than so many seconds and that
        nothing needs; gives how many.

        A file that any snapshot names is never removed, nor a result that `shelf.needed` names.
        """
        return sweep.sweep(self.path, older_than_s) + shelf.sweep_runs(self.path, older_than_s)

    def kept_bytes(self) -> int:
        """Room that kept results take on disk; they are made anew where they are missing."""
        return shelf.room(self.path)

    def sweep_now_and_then(self) -> None:
        """Sweep where it is likely to find something, at little cost: for who opens the workspace to write.

        Likely is: an import that began over an hour ago left its folder, or nobody swept for a day.
        """
        sweep.now_and_then(self.path)

    def purge(self, older_than: timedelta) -> list[int]:
        """Forget source files and texts of set-aside rows of imports older than this; gives their numbers.

        Rows, hashes, counts and receipts stay.
        """
        return purge.purge(self.path, datetime.now(UTC) - older_than)

    def compact(self, table: str, *, more_than: int = compact.MANY_FILES) -> int:
        """Merge the small files of a table's months where it has more than so many files.

        Rows, row ids and every older snapshot stay as they are. Gives how many files went into others.
        """
        if compact.live_files(self.path, table) <= more_than:
            return 0
        return compact.compact(self.path, table, self.book(), self.staging(0), more_than=more_than)
