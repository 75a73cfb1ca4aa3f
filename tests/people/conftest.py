# SPDX-License-Identifier: Apache-2.0
"""The application's database for tests: a SQLite file, and a PostgreSQL that is started for the test run."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from percontact.people import COMMAND_LINE, Person, Role, State, accounts, open_state, passwords

PASSWORD = "correct horse battery"


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


class Postgres:
    """A PostgreSQL of its own on a free port, emptied for each who asks."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        # Not below pytest's own folder: the server runs as another user where the tests run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="percontact-pg-"))
        self.user = {"user": "postgres"} if os.getuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        data = self.folder / "data"
        init = [self.binaries / "initdb", "-D", data, "-U", "ada", "-E", "UTF8", "--auth=trust", "--no-sync"]
        subprocess.run(init, check=True, capture_output=True, timeout=120, cwd=self.folder, **self.user)
        command = [
            self.binaries / "postgres", "-D", data, "-p", str(self.port), "-k", self.folder,
            "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1",
        ]  # fmt: skip
        with (self.folder / "log").open("wb") as log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.user)
        for _ in range(300):
            try:
                self.ask("SELECT 1")
                return
            except Exception:
                time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def ask(self, sql: str) -> None:
        import pg8000.native

        con = pg8000.native.Connection("ada", "127.0.0.1", "postgres", self.port)
        con.run(sql)
        con.close()

    def database(self) -> str:
        """The address of a database without a table."""
        self.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return f"postgresql+pg8000://ada:unused@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """It needs PostgreSQL's initdb and postgres; without them it is skipped."""
    found = shutil.which("postgres")
    beside = Path(found).resolve().parent if found else None
    if beside is None or not (beside / "initdb").is_file():
        pytest.skip("PostgreSQL is not installed")
    server = Postgres(beside)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed as weakly as argon2 can, here, in the app and in the browser.

    The commands of tests/cli keep the strength that users get.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(1, 8, 1))
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="session")
def state_as_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a SQLite database with its tables and nobody in them, to be copied and never opened."""
    folder = tmp_path_factory.mktemp("state-as-made")
    open_state(folder).close()
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where the database is: None for the SQLite file of the workspace."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres").database()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(url: str | None, state_as_made: Path, tmp_path: Path, clock: Clock) -> Iterator[State]:
    if url is None:
        shutil.copytree(state_as_made, tmp_path, dirs_exist_ok=True)
    opened = open_state(tmp_path, url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def person(state: State) -> Callable[..., Person]:
    """person("ada", "admin"): somebody with that login, role and the password of all tests."""

    def make(login: str, role: str = "viewer", *, password: str | None = PASSWORD) -> Person:
        made = accounts.add(state, login, Role(role), by=COMMAND_LINE)
        if password is not None:
            accounts.set_password(state, made, password, by=COMMAND_LINE)
        return replace(made, has_password=password is not None)

    return make
