# SPDX-License-Identifier: Apache-2.0
"""Doubts are printed by import, kept with the receipt, repeated by check, and gone with the import."""

from datetime import date, timedelta
from pathlib import Path

import pytest

JUNE = date(2026, 6, 1)


def calls(first: int, last: int, *, without: tuple[int, ...] = (), team: str = "Nord") -> str:
    """Thirty calls a day, from the first to the last day from 1 June on."""
    rows = ["contact_id,started_at,channel,handle_s,team,agent"]
    for n in (n for n in range(first, last) if n not in without):
        day = JUNE + timedelta(n)
        for i in range(30):
            seconds = 97 + n * 31 % 211 + i * 47 % 307
            rows.append(f"c-{n}-{i},{day} {8 + i // 4:02d}:{i:02d}:00,voice,{seconds},{team},a{i % 5}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def books(tmp_path: Path, shell, kept) -> Path:
    def make() -> None:
        assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
        (tmp_path / "ledger.csv").write_text("date,account,amount\n2026-06,6100,12000\n2026-07,6100,12100\n")
        assert shell("-C", "books", "import", "ledger", "ledger.csv", "--yes").code == 0

    kept("two months of salaries", tmp_path, make)
    return tmp_path


def bring(shell, folder: Path, name: str, text: str):
    (folder / name).write_text(text)
    ended = shell("-C", "books", "import", "contacts", name, "--yes")
    assert ended.code == 0
    return ended


def found(shell) -> str:
    return shell("-C", "books", "check").out


def test_a_doubt_is_said_at_once_and_kept_until_its_import_is_gone(books: Path, shell) -> None:
    """a month without its 16th, a Tuesday"""
    said = bring(shell, books, "june.csv", calls(0, 30, without=(15,)))
    assert "june.csv: 1 day without contacts: 2026-06-16        W-DAY-01" in said.err
    assert "W-DAY-01" in shell("-C", "books", "imports", "--show", "2").out
    (ledger, one) = shell("-C", "books", "imports", "--json").json
    assert (ledger["suspicions"], [s["code"] for s in one["suspicions"]]) == ([], ["W-DAY-01"])
    assert "contacts: 1 day without contacts: 2026-06-16 (W-DAY-01)." in found(shell)
    shell("-C", "books", "imports", "--undo", "2")
    assert "W-DAY-01" not in found(shell)


def test_a_gap_that_a_later_file_fills_is_no_finding(books: Path, shell) -> None:
    bring(shell, books, "june.csv", calls(0, 30, without=(15,)))
    bring(shell, books, "sixteenth.csv", calls(15, 16))
    assert "W-DAY" not in found(shell)


def test_days_that_lie_between_two_files_are_found_by_check(books: Path, shell) -> None:
    """1 to 26 June in one file, 1 to 31 July in the other: neither has a hole of its own"""
    for name, first, last in (("june.csv", 0, 26), ("july.csv", 30, 61)):
        assert "W-" not in bring(shell, books, name, calls(first, last)).err
    assert "4 days without contacts: 2026-06-27 to 2026-06-30 (W-DAY-01)" in found(shell)


def test_a_team_that_is_renamed_from_one_file_to_the_next_is_found_by_check(books: Path, shell) -> None:
    """two months as Nord, two as Team 1, the same five agents"""
    bring(shell, books, "summer.csv", calls(0, 61))
    said = bring(shell, books, "autumn.csv", calls(61, 122, team="Team 1"))
    assert "W-NAME" not in said.err
    assert "team 'Nord' ends with 2026-07; 'Team 1' begins in 2026-08 and is its likely successor" in found(
        shell
    )


def test_files_as_they_are_have_no_finding_of_this_kind(books: Path, shell) -> None:
    bring(shell, books, "june.csv", calls(0, 30))
    bring(shell, books, "july.csv", calls(30, 61))
    assert "(W-" not in found(shell)
