# SPDX-License-Identifier: Apache-2.0
"""A shell for tests: percontact as a user runs it, in a folder of its own."""

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from percontact.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


Shell = Callable[..., Ran]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run `percontact ARGS...` in a temporary folder, in this process; `test_cold.py` runs real ones."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "argv", ["percontact", *args])
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path, Callable[[], object]], None]:
    """Fill a folder by making it once a run and copying it after: kept(NAME, FOLDER, MAKE)."""
    shelf = tmp_path_factory.mktemp("kept")

    def fill(name: str, folder: Path, make: Callable[[], object]) -> None:
        if (shelf / name).exists():
            shutil.copytree(shelf / name, folder, dirs_exist_ok=True)
        else:
            make()
            shutil.copytree(folder, shelf / name)

    return fill


@pytest.fixture
def tiny(tmp_path: Path, shell: Shell, kept) -> Path:
    """
    contacts  2026-06  voice 4000 x 300 s (20 rows that stand for 200 each)
    capacity  2026-06  voice 400 h practical
    ledger    2026-06  6100 Salaries 12000.00 EUR
    policy    6100 -> people.voice, by handle time, group voice
    """

    def make() -> None:
        rows = "".join(f"d{d},2026-06-{d:02d} 09:00:00,voice,{200 * 300},200\n" for d in range(1, 21))
        (tmp_path / "contacts.csv").write_text("contact_id,started_at,channel,handle_s,count\n" + rows)
        (tmp_path / "capacity.csv").write_text(
            "group,period_start,period_end,practical_h\nvoice,2026-06-01,2026-07-01,400\n"
        )
        (tmp_path / "ledger.csv").write_text("date,account,text,amount\n2026-06,6100,Salaries,12000.00\n")
        assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
        for table in ("contacts", "capacity", "ledger"):
            assert shell("-C", "books", "import", table, f"{table}.csv", "--yes").code == 0
        (tmp_path / "books" / "policy.yaml").write_text(
            "pools:\n  people.voice: {driver: handle_s, scope: {channel: voice}, group: voice, "
            "because: paid for their time}\n"
            "rules:\n  - {match: {account: '61*'}, to: people.voice, because: salaries}\n"
        )

    kept("tiny", tmp_path, make)
    return tmp_path
