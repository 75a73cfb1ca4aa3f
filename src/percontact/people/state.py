# SPDX-License-Identifier: Apache-2.0
"""The application's database: opened, brought to the newest tables, read and written in whole transactions.

    SQLite       <workspace>/app/state.sqlite, readable by its owner only; the default
    PostgreSQL   where PERCONTACT_STATE_URL says so: postgresql+pg8000://user:password@host/database

Writers take turns on both, so what a transaction has read stays true until it has written. A transaction
lasts milliseconds; what takes long (hashing a password, asking a provider) is done outside of one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from percontact.values.problem import PercontactError, problem

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

URL_SETTING = "PERCONTACT_STATE_URL"
FILE = "app/state.sqlite"
BUSY_S = 60
"""Seconds that a writer waits for its turn."""
_TURN = 0x70_65_72_63
"""The number of PostgreSQL's advisory lock that writers queue on: "perc"."""
_WAL_BYTES = 1 << 20
"""Length of SQLite's log beyond which the writer folds it back."""
VERSION_TABLE = "percontact_version"


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class State:
    """The application's database, open.

    engine  the connections to it
    place   where it is, without a password, for messages
    folder  where SQLite's file lies; None for PostgreSQL
    clock   what the time is; tests turn it
    """

    engine: Engine
    place: str
    folder: Path | None
    clock: Callable[[], datetime] = utc_now

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the database, as of the first question. Nothing that is written is kept."""
        with _explained(self.place), self.engine.connect() as con:
            yield con

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction: all of it is kept when the block ends, none of it when the block raises."""
        with _explained(self.place), _turn(self.folder):
            with self.engine.connect().execution_options(writes=True) as con, con.begin():
                if self.folder is None:
                    con.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
                yield con
            if self.folder is not None:
                _fold_log(self.engine, self.folder)

    def now(self) -> datetime:
        """What the time is, in UTC."""
        return self.clock()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def open_state(
    workspace: Path | str, url: str | None = None, *, clock: Callable[[], datetime] = utc_now
) -> State:
    """Open the application's database of a workspace, and bring its tables up to date.

    url  where it is; by default what PERCONTACT_STATE_URL says, else a SQLite file in the workspace

    Raises E-STATE-01 when a newer percontact wrote it, E-STATE-02 when it cannot be reached or read.
    """
    named = url or os.environ.get(URL_SETTING) or None
    state = _sqlite(Path(workspace).absolute(), clock) if named is None else _postgres(named, clock)
    try:
        with state.writing() as con:
            _migrate(con, state.place)
    except BaseException:
        state.close()
        raise
    return state


# -- SQLite --------------------------------------------------------------------------------------------------


def _sqlite(workspace: Path, clock: Callable[[], datetime]) -> State:
    path = workspace / FILE
    with _explained(str(path)):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite makes it, so that at no time another may read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": BUSY_S, "isolation_level": None},
        pool_size=8,
        max_overflow=32,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return State(engine, str(path), path.parent, clock)


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for setting in (
        "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "wal_autocheckpoint = 0"
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(con: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes then would else fail when another wrote between.
    con.exec_driver_sql("BEGIN IMMEDIATE" if con.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def _turn(folder: Path | None) -> Iterator[None]:
    """A writer's turn, of SQLite only: no log is folded back beside a commit.

    SQLite before 3.51.3 could lose that commit (its "WAL-reset bug"). On PostgreSQL a lock of the transaction
    itself does it.
    """
    if folder is None:
        yield
        return
    with closing(sqlite3.connect(folder / "turn.lock", isolation_level=None, timeout=BUSY_S)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _fold_log(engine: Engine, folder: Path) -> None:
    log = folder / "state.sqlite-wal"
    if log.is_file() and log.stat().st_size > _WAL_BYTES:
        with closing(engine.raw_connection()) as con:
            cursor = con.cursor()
            cursor.execute("PRAGMA busy_timeout = 100")
            # A reader may still need the log; then the next writer folds it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")


# -- PostgreSQL ----------------------------------------------------------------------------------------------


def _postgres(named: str, clock: Callable[[], datetime]) -> State:
    try:
        url = make_url(named)
    except ArgumentError:
        raise _unusable(URL_SETTING, "it is no address of a database") from None
    if url.get_backend_name() != "postgresql":
        raise _unusable(url.render_as_string(hide_password=True), "only PostgreSQL can be named there")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+pg8000")
    try:
        # A connection that the server has closed meanwhile is noticed before it is used.
        engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=32)
    except ImportError as error:
        what = f"{error.name} is not installed"
        why = "The application's database is in PostgreSQL, which is read through it."
        do = "Install it: pip install 'percontact[web,postgres]'."
        raise problem("E-LIB-01", URL_SETTING, what, why, do) from None
    return State(engine, url.render_as_string(hide_password=True), None, clock)


# -- tables --------------------------------------------------------------------------------------------------


def _migrate(con: Connection, place: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes |= {"connection": con, "version_table": VERSION_TABLE}
    scripts = ScriptDirectory.from_config(config)
    at = MigrationContext.configure(con, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if at == scripts.get_current_head():
        return
    if at is not None and at not in {s.revision for s in scripts.walk_revisions()}:
        what = f"its tables are of version {at}, which this percontact does not know"
        why = f"A newer percontact wrote them; this one knows up to {scripts.get_current_head()}."
        do = "Update percontact: pip install --upgrade percontact."
        raise problem("E-STATE-01", place, what, why, do)
    command.upgrade(config, "head")


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """What the database says, as a problem with its four parts."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, DBAPIError) and type(error).__name__ in ("IntegrityError", "ProgrammingError"):
            raise
        raise _unusable(place, _said(error)) from error


def _said(error: Exception) -> str:
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    said = cause.args[0] if cause.args else type(cause).__name__
    # pg8000 hands on the server's message as its fields; M is the text.
    return str(said["M"] if isinstance(said, dict) and "M" in said else said).rstrip(".")


def _unusable(place: str, what: str) -> PercontactError:
    why = "Who may sign in, and what they may see, stands in that database; without it nobody is let in."
    do = f"See that it is there and may be written, or correct {URL_SETTING}."
    return problem("E-STATE-02", place, f"the application's database cannot be used: {what}", why, do)
