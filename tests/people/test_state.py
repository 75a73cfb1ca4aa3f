# SPDX-License-Identifier: Apache-2.0
"""The application's database: made from nothing, kept up to date, safe between programs."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from percontact.people import COMMAND_LINE, Role, State, accounts, audit, open_state
from percontact.people.schema import METADATA, WAITS
from percontact.people.state import VERSION_TABLE
from percontact.values.problem import PercontactError


class TestBothDatabases:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_migrations_give_the_tables_that_the_code_speaks_of(self, state: State) -> None:
        with state.reading() as con:
            found = MigrationContext.configure(con, opts={"version_table": VERSION_TABLE})
            assert compare_metadata(found, METADATA) == []

    def test_opening_it_again_changes_nothing(self, state: State, tmp_path: Path, url: str | None) -> None:
        accounts.add(state, "ada", Role.ADMIN, by=COMMAND_LINE)
        again = open_state(tmp_path, url)
        assert [a.person.login for a in accounts.accounts(again)] == ["ada"]
        again.close()

    def test_a_newer_database_is_refused(self, state: State, tmp_path: Path, url: str | None) -> None:
        with state.writing() as con:
            con.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        with pytest.raises(PercontactError, match="version 9999") as refused:
            open_state(tmp_path, url)
        assert refused.value.problem.code == "E-STATE-01"

    def test_what_raises_has_written_nothing(self, state: State) -> None:
        def stumble() -> None:
            with state.writing() as con:
                audit.note(con, state.now(), COMMAND_LINE, "changed", "this")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            stumble()
        assert audit.entries(state) == []

    def test_the_audit_cannot_be_changed_nor_shortened(self, state: State) -> None:
        audit.record(state, COMMAND_LINE, "exported", "/explain.xlsx")
        for sql in ("UPDATE audit SET what = ''", "DELETE FROM audit"):
            with pytest.raises(DBAPIError, match="only grows"), state.writing() as con:
                con.execute(text(sql))
        assert [e.what for e in audit.entries(state)] == ["/explain.xlsx"]

    def test_writers_take_turns(self, state: State) -> None:
        """8 threads add 1 to the same number 25 times, each by reading it and then writing it."""
        with state.writing() as con:
            con.execute(insert(WAITS).values(whom="w", failures=0, last=state.now(), until=state.now()))

        def add() -> None:
            for _ in range(25):
                with state.writing() as con:
                    (was,) = con.execute(text("SELECT failures FROM waits")).scalars()
                    con.execute(text("UPDATE waits SET failures = :n"), {"n": was + 1})

        threads = [threading.Thread(target=add) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with state.reading() as con:
            assert con.execute(text("SELECT failures FROM waits")).scalar_one() == 200

    def test_two_programs_may_make_it_at_once(
        self, url: str | None, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        """Four at once, on a database that is empty"""
        program = (
            "import sys; from percontact.people import *; from percontact.people import accounts\n"
            "state = open_state(sys.argv[1])\n"
            "accounts.add(state, sys.argv[2], Role.ADMIN, by=COMMAND_LINE)"
        )
        env = os.environ | ({"PERCONTACT_STATE_URL": url} if url else {})
        running = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path), f"ada{i}"], env=env, stderr=subprocess.PIPE
            )
            for i in range(4)
        ]
        for one in running:
            _, said = one.communicate(timeout=120)
            assert one.returncode == 0, said.decode()
        state = open_state(tmp_path, url)
        assert [a.person.login for a in accounts.accounts(state)] == ["ada0", "ada1", "ada2", "ada3"]
        state.close()


def test_the_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    open_state(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "app").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "app" / "state.sqlite").stat().st_mode) == 0o600


def test_the_log_is_folded_back(tmp_path: Path) -> None:
    state = open_state(tmp_path)
    for _ in range(40):
        with state.writing() as con:
            for _ in range(20):
                audit.note(con, state.now(), COMMAND_LINE, "viewed", "x" * 2000)
    assert (tmp_path / "app" / "state.sqlite-wal").stat().st_size < 3 << 20
    assert len(audit.entries(state, limit=1000)) == 800
    state.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+pg8000://ada:hidden@127.0.0.1:1/nothing", "127.0.0.1"),
        ("mysql://ada:hidden@127.0.0.1/nothing", "only PostgreSQL"),
        ("nonsense", "no address of a database"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    tmp_path: Path, url: str, says: str
) -> None:
    with pytest.raises(PercontactError) as refused:
        open_state(tmp_path, url)
    told = str(refused.value)
    assert refused.value.problem.code == "E-STATE-02"
    assert says in told
    assert "hidden" not in told


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "state.sqlite").write_text("no database, but of some length" * 100)
    with pytest.raises(PercontactError, match="not a database") as refused:
        open_state(tmp_path)
    assert refused.value.problem.code == "E-STATE-02"
