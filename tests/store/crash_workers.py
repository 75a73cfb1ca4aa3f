# SPDX-License-Identifier: Apache-2.0
"""Writers and readers that are killed at any moment, and the check that says whether a Book is whole.

    python crash_workers.py writer WORKSPACE LOG NAME [--batches N] [--loader FILE.py:FUNCTION]
    python crash_workers.py reader WORKSPACE LOG STOP
    python crash_workers.py dying WORKSPACE LOG NAME STEP

A batch is a file whose rows follow from its name and version alone, so that any reader can tell whether
it is there whole. `load_batch` lands one; another function of the same shape takes its place by --loader.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from percontact.records import Book, BookFile
from percontact.records.dialect import connect
from percontact.records.landing import Receipt, Staged
from percontact.records.tables import ROW_BITS
from percontact.store import Moved, Workspace, manifest

MONTHS = (date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1))
COLUMNS = (("row_id", "BIGINT"), ("contact_id", "VARCHAR"), ("handle_s", "DECIMAL(18,3)"))
VERSIONS = 6


@dataclass(frozen=True)
class Batch:
    """One file of contacts: `name` as "a-17.csv", `version` 0 to 5; a newer version replaces the older."""

    name: str
    version: int

    @property
    def rows(self) -> int:
        return 60 + 3 * (int(self.name.split("-")[1].split(".")[0]) % 20) + self.version

    @property
    def handle_s(self) -> int:
        """Seconds handled by all its contacts; each takes 60 s and one more for each version."""
        return self.rows * (60 + self.version)


def load_batch(workspace: Workspace, batch: Batch) -> Receipt:
    """Land a batch by `Workspace.publish`, standing for the live import of its name if there is one."""
    number = workspace.reserve()
    folder = workspace.staging(number)
    files = []
    with connect(threads=1) as duck:
        for i, month in enumerate(MONTHS):
            rows, cube = folder / f"{i}.parquet", folder / f"{i}.cube.parquet"
            source = (
                f"SELECT ({number << ROW_BITS} + n)::BIGINT AS row_id, '{batch.name}-' || n AS contact_id, "
                f"{60 + batch.version}::DECIMAL(18,3) AS handle_s FROM range(2, {batch.rows + 2}) t(n) "
                f"WHERE n % {len(MONTHS)} = {i}"
            )
            duck.execute(f"COPY ({source}) TO '{rows}' (FORMAT parquet)")
            sums = (
                'SELECT count(*) AS "count", sum(handle_s)::DECIMAL(38,3) AS handle_s, '
                f"NULL::INTEGER AS hour FROM '{rows}'"
            )
            duck.execute(f"COPY ({sums}) TO '{cube}' (FORMAT parquet)")
            held = len([n for n in range(2, batch.rows + 2) if n % len(MONTHS) == i])
            files.append(BookFile(rows, held, COLUMNS, month, True, cube, ("channel",)))
    original = folder / batch.name
    original.write_text(f"{batch.name} version {batch.version}\n", encoding="utf-8")
    staged = Staged(
        table="contacts",
        number=number,
        name=batch.name,
        sha256=hashlib.sha256(f"{batch.name} version {batch.version}".encode()).hexdigest(),
        sheet="",
        mapping="",
        seen=batch.rows,
        files=tuple(files),
        aside=(),
    )
    while True:
        based_on = workspace.book().snapshot
        assert based_on is not None
        replaces = workspace.find_name("contacts", batch.name)
        try:
            return workspace.publish(staged, original=original, based_on=based_on, replaces=replaces)
        except Moved:
            continue


def faults_in(book: Book) -> list[str]:
    """What is wrong with a Book of batches: one that is not whole, or there twice. [] when all is well."""
    names = [source.name for source in book.sources.values()]
    faults = [f"{name} is there twice" for name in {n for n in names if names.count(n) > 1}]
    query = (
        f"SELECT row_id >> {ROW_BITS}, count(*), sum(handle_s)::BIGINT, count(DISTINCT row_id) "
        f"FROM {book.relation('contacts', ['row_id', 'handle_s'])} GROUP BY 1"
    )
    cubes = [str(file.cube) for file in book.files.get("contacts", ())]
    with connect(threads=1) as duck:
        found = {n: (rows, seconds, ids) for n, rows, seconds, ids in duck.execute(query).fetchall()}
        in_cubes = duck.execute(
            # Cubes hold the same contacts by day and, beside it, by hour.
            "SELECT sum(\"count\")::BIGINT, sum(handle_s)::BIGINT "
            "FROM read_parquet(?, union_by_name = true) WHERE hour IS NULL", [cubes]
        ).fetchall() if cubes else [(0, 0)]  # fmt: skip
    if set(found) != set(book.sources):
        faults.append(f"rows of imports {set(found) ^ set(book.sources)} without source, or the reverse")
    for number, source in book.sources.items():
        whole = [Batch(source.name, version) for version in range(VERSIONS)]
        rows, seconds, ids = found.get(number, (0, 0, 0))
        if (rows, seconds) not in [(batch.rows, batch.handle_s) for batch in whole] or ids != rows:
            faults.append(f"import {number} ({source.name}) has {rows} rows, {ids} ids, {seconds} s")
    total = (sum(f[0] for f in found.values()), sum(f[1] for f in found.values()))
    if in_cubes != [total]:
        faults.append(f"cubes say {in_cubes}, rows say {total}")
    return faults


def batches(workspace: Workspace, writer: str, chance: random.Random) -> Iterator[Batch]:
    """The next batches of a writer: mostly new ones, now and then a newer version of a recent one."""
    while True:
        mine = [i for i in workspace.receipts() if i.receipt.name.startswith(f"{writer}-")]
        names = list(dict.fromkeys(i.receipt.name for i in mine))
        again = chance.choice(names[-5:]) if names and chance.random() < 0.35 else None
        version = sum(i.receipt.name == again for i in mine)
        if again is None or version >= VERSIONS:
            yield Batch(f"{writer}-{len(names)}.csv", 0)
        else:
            yield Batch(again, version)


def write(root: Path, log: Path, name: str, count: int, load: Callable[[Workspace, Batch], Receipt]) -> None:
    """Land batches one after the other; each receipt is written to the log, on disk, after it was given."""
    workspace = Workspace.open(root)
    connect(threads=1).close()  # loads the engine, so that a short life is spent on work
    print("ready", flush=True)
    with log.open("a", encoding="utf-8") as acknowledged:
        for done, batch in enumerate(batches(workspace, name, random.Random()), start=1):
            receipt = load(workspace, batch)
            # A line begins with its end, in case a killed writer left the one before unfinished.
            acknowledged.write("\n" + json.dumps([receipt.number, batch.name, batch.version, receipt.landed]))
            acknowledged.flush()
            os.fsync(acknowledged.fileno())
            workspace.compact("contacts", more_than=150)
            if done == count:
                return


def read(root: Path, log: Path, stop: Path) -> None:
    """Read the newest Book again and again until the file `stop` is there; then say what was found."""
    workspace = Workspace.open(root)
    faults: list[str] = []
    reads = 0
    seen = set()
    print("ready", flush=True)
    while not stop.exists():
        book = workspace.book()
        faults += faults_in(book)
        reads += 1
        seen.add(book.snapshot)
        time.sleep(0.02)  # leaves the writers some of two cores
    log.write_text(json.dumps({"reads": reads, "snapshots": len(seen), "faults": faults}), encoding="utf-8")


def die(root: Path, log: Path, name: str, step: int) -> None:
    """Land one batch, killed at its n-th step: a file opened, linked, removed, or an SQL statement begun."""
    done = 0

    def count(*_: object) -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, _: tuple[object, ...]) -> None:
        if event in ("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime"):
            count()

    connect_quietly = manifest._connect

    def connect_watched(path: Path, mode: str = "rw") -> sqlite3.Connection:
        con = connect_quietly(path, mode)
        con.set_trace_callback(count)
        return con

    manifest._connect = connect_watched
    sys.addaudithook(watch)
    write(root, log, name, 1, load_batch)
    print(f"done after {done} steps", flush=True)


def loader(text: str | None) -> Callable[[Workspace, Batch], Receipt]:
    """`load_batch` of this file, or a function of another, named FILE.py:FUNCTION."""
    if text is None:
        return load_batch
    import runpy

    path, _, function = text.rpartition(":")
    found: Callable[[Workspace, Batch], Receipt] = runpy.run_path(path)[function]
    return found


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("role", choices=["writer", "reader", "dying"])
    asked.add_argument("workspace", type=Path)
    asked.add_argument("log", type=Path)
    asked.add_argument("name")
    asked.add_argument("step", type=int, nargs="?", default=0)
    asked.add_argument("--batches", type=int, default=-1)
    asked.add_argument("--loader")
    given = asked.parse_args()
    if given.role == "writer":
        write(given.workspace, given.log, given.name, given.batches, loader(given.loader))
    elif given.role == "reader":
        read(given.workspace, given.log, Path(given.name))
    else:
        die(given.workspace, given.log, given.name, given.step)


if __name__ == "__main__":
    main()
