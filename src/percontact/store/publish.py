# SPDX-License-Identifier: Apache-2.0
"""Publishing: the one way rows enter or leave a workspace. All of an import is there after it, or nothing.

Files are placed first, under names nobody knows yet; one transaction then makes the next snapshot that
names them. A crash before it leaves orphans for `sweep`, a crash after it leaves nothing to do.
"""

from __future__ import annotations

import getpass
import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from percontact.records import BookFile
from percontact.records.dialect import connect, literal
from percontact.records.landing import Receipt, Staged
from percontact.store import history, snapshot
from percontact.store.manifest import now, reading, writing
from percontact.store.place import digest_of, keep_original, place
from percontact.values.problem import FaultOfOurs, PercontactError, Problem, problem


class Moved(Exception):
    """The workspace moved on since the Book the import was checked against; nothing was changed.

    Read the newest Book, check the ids again, and publish again.
    """


def reserve(root: Path) -> int:
    """The next import number, never given twice."""
    with writing(root) as con:
        number = con.execute("INSERT INTO numbers (at) VALUES (?)", [now()]).lastrowid
    assert number is not None
    return number


def publish(
    root: Path, staged: Staged, *, original: Path | None, based_on: int, replaces: Sequence[int], why: str
) -> Receipt:
    """Land a staged import as the next snapshot. See `Workspace.publish`."""
    _check_sum(staged)
    replaces = tuple(dict.fromkeys(replaces))
    with reading(root) as con:
        same = _standing(con, root, staged, based_on, replaces)
    if same is None:
        files = _place_files(root, staged)
        kept = f"originals/{keep_original(root / 'originals', original, original.name)}" if original else None
        try:
            with writing(root) as con:
                same = _standing(con, root, staged, based_on, replaces)
                if same is None:
                    placed = [path for file in files for path in (file.path, file.cube) if path]
                    _check_there([*placed, root / kept] if kept else placed)
                    receipt = _write(con, root, staged, files, kept, replaces, why)
        except BaseException:
            # Refused, moved on or stopped by the user. A retry may write its staged files anew, and they
            # share their bytes with the placed ones.
            _take_back(root, staged.number, files)
            raise
        if same is not None:
            _take_back(root, staged.number, files)
    for folder in (root / "staging").glob(f"{staged.number}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return same if same is not None else receipt


def undo(root: Path, number: int) -> Receipt:
    """Take an import out of the next snapshot. See `Workspace.undo`."""
    with writing(root) as con:
        receipt, state, _ = history.one_import(con, root, number)
        if state != "live":
            raise not_live(number, state)
        now_at = snapshot.begin(con, f"undid import {number}: {receipt.table} from {receipt.name}")
        _end(con, number, now_at, "undone", None)
    return replace(receipt, snapshot=now_at)


def _standing(
    con: sqlite3.Connection, root: Path, staged: Staged, based_on: int, replaces: Sequence[int]
) -> Receipt | None:
    """Whether the import still fits the workspace; the receipt of the same bytes if they landed meanwhile."""
    snapshot.known(con, based_on)
    same = history.find_same(con, root, staged.sha256)
    if same is not None and same.number not in replaces:
        return same
    later = con.execute(
        "SELECT max(number) FROM imports WHERE table_name = ? AND snapshot > ?", [staged.table, based_on]
    ).fetchone()[0]
    if later is not None:
        raise Moved(f"import {later} of {staged.table} was published after snapshot {based_on}")
    for number in replaces:
        receipt, state, ended = history.one_import(con, root, number)
        if ended is not None and ended > based_on:
            raise Moved(f"import {number} was {state} after snapshot {based_on}")
        if state != "live":
            raise not_live(number, state)
        if receipt.table != staged.table:
            what = f"import {number} is of {receipt.table}, not of {staged.table}"
            why = "An import can only stand for one of the same table."
            raise problem("E-ARG-03", staged.name, what, why, "Undo that import instead.")
    return None


def _write(
    con: sqlite3.Connection,
    root: Path,
    staged: Staged,
    files: Iterable[BookFile],
    kept: str | None,
    replaces: Sequence[int],
    why: str,
) -> Receipt:
    number = staged.number
    reserved = con.execute("SELECT count(*) FROM numbers WHERE number = ?", [number]).fetchone()[0]
    used = con.execute("SELECT count(*) FROM imports WHERE number = ?", [number]).fetchone()[0]
    if used or not reserved:
        what = f"import number {number} was {'used before' if used else 'never reserved'}"
        do = "Please report it. Nothing was imported."
        raise FaultOfOurs(Problem("E-OWN-01", staged.name, what, "Row ids would not be unique.", do))
    at = snapshot.begin(con, why or f"imported {staged.table} from {staged.name}")
    replaced = ", ".join(f"import {n}" for n in replaces)
    for old in replaces:
        _end(con, old, at, "replaced", number)
    given = {
        "number": number, "table_name": staged.table, "name": staged.name, "sha256": staged.sha256,
        "sheet": staged.sheet, "mapping": staged.mapping, "original": kept, "seen": staged.seen,
        "landed": staged.landed, "merged": staged.merged, "aside": len(staged.aside),
        "notes": json.dumps(list(staged.notes)),
        "replaced": replaced, "snapshot": at, "state": "live", "who": _user(),
        "headers": json.dumps(list(staged.headers)), "source": staged.source,
        "lacks": json.dumps(list(staged.lacks)),
        "suspicions": json.dumps([asdict(one) for one in staged.suspicions]),
    }  # fmt: skip
    marks = ", ".join("?" * len(given))
    con.execute(f"INSERT INTO imports ({', '.join(given)}) VALUES ({marks})", list(given.values()))
    for file in files:
        snapshot.add_file(con, root, staged.table, file, number=number, snapshot=at)
    con.executemany(
        "INSERT INTO asides VALUES (?, ?, ?, ?, ?, ?)",
        ((number, a.line, a.column, a.code, a.reason, a.text) for a in staged.aside),
    )
    return history.one_import(con, root, number)[0]


def _user() -> str:
    """The name the importing person is logged in by, or "" where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _end(con: sqlite3.Connection, number: int, at: int, state: history.State, by: int | None) -> None:
    con.execute(
        "UPDATE imports SET state = ?, ended = ?, replaced_by = ? WHERE number = ?", [state, at, by, number]
    )
    snapshot.close_files(con, number, at)


def _check_sum(staged: Staged) -> None:
    """Rows seen = landed + merged + aside, and the files hold the rows they are said to (E-FILE-05)."""
    if staged.seen != staged.landed + staged.merged + len(staged.aside):
        what = (
            f"{staged.seen} rows seen, but {staged.landed} landed + {staged.merged} merged into them "
            f"+ {len(staged.aside)} set aside"
        )
    else:
        held = _rows_held([file.path for file in staged.files])
        if held == staged.landed:
            return
        what = f"{staged.landed} rows landed, but the files written hold {held}"
    why = "A row could have been lost or doubled, so nothing was imported."
    do = "Look at quotes and line ends; set `delimiter:` and `quote:` in a mapping file."
    raise problem("E-FILE-05", staged.name, what, why, do)


def _rows_held(paths: Sequence[Path]) -> int:
    if not paths:
        return 0
    listed = ", ".join(literal(str(path)) for path in paths)
    with connect(threads=1) as duck:
        found = duck.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{listed}])").fetchall()
    return int(found[0][0])


def _place_files(root: Path, staged: Staged) -> list[BookFile]:
    """Place each staged file that has rows, and its cube, under a name made from its content."""
    placed = []
    for file in staged.files:
        if not file.rows:
            continue
        month = f"{file.month:%Y-%m}" if file.month else "all"
        # Row ids bear the import's number, so no two imports share a file; a cube is named by its file.
        name = f"{digest_of(file.path)[:32]}.parquet"
        target = root / "facts" / staged.table / month / name
        place(file.path, target)
        cube = root / "cubes" / staged.table / month / name if file.cube else None
        if file.cube and cube:
            place(file.cube, cube)
        placed.append(replace(file, path=target, cube=cube))
    return placed


def _check_there(paths: Iterable[Path]) -> None:
    # Sweeping takes the same turn as writing, so what is there now stays.
    for path in paths:
        if not path.exists():
            raise Moved(f"{path.name} was swept before it was published")


def _take_back(root: Path, number: int, files: Iterable[BookFile]) -> None:
    with reading(root) as con:
        if con.execute("SELECT count(*) FROM files WHERE number = ?", [number]).fetchone()[0]:
            return
    for file in files:
        file.path.unlink(missing_ok=True)
        if file.cube:
            file.cube.unlink(missing_ok=True)


def not_live(number: int, state: str) -> PercontactError:
    """E-WS-06, ready to raise."""
    what = f"it was {state}, so it is not in the Book any more"
    why = "Only an import that the newest Book holds can be undone or replaced."
    return problem("E-WS-06", f"import {number}", what, why, "`percontact imports` lists the live ones.")
