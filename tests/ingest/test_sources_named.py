# SPDX-License-Identifier: Apache-2.0
"""What a person names: patterns, archives, folders, and names that are no file."""

import os
import zipfile
from pathlib import Path

import pytest

from percontact.ingest.sources_named import named_files
from percontact.values.problem import PercontactError


def test_a_pattern_is_its_files_in_order_and_each_once(tmp_path: Path) -> None:
    for name in ("calls_2.csv", "calls_10.csv", "calls_1.csv", "other.csv"):
        (tmp_path / name).write_text("x")
    found = named_files([tmp_path / "calls_*.csv", tmp_path / "calls_1.csv"])
    assert [p.name for p in found] == ["calls_1.csv", "calls_10.csv", "calls_2.csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "calls[1].csv").write_text("x")
    (tmp_path / "calls1.csv").write_text("x")
    assert [p.name for p in named_files([tmp_path / "calls[1].csv"])] == ["calls[1].csv"]


def test_a_pattern_that_fits_nothing_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(PercontactError, match=r"E-FILE-01\n  None is like that"):
        named_files([tmp_path / "*.csv"])
    with pytest.raises(PercontactError, match=r"It is a folder\.[\s\S]*/\*\.csv'"):
        named_files([tmp_path])
    with pytest.raises(PercontactError, match="There is no such file"):
        named_files([tmp_path / "calls.csv"])


def test_an_archive_is_its_data(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("2026/jan.csv", "2026/feb.csv", "README.txt", "__MACOSX/._jan.csv", "logo.png"):
            archive.writestr(name, "team\nA\n")
    found = named_files([tmp_path / "a.zip"])
    assert [p.relative_to(tmp_path).as_posix() for p in found] == ["a.zip/2026/jan.csv", "a.zip/2026/feb.csv"]
    assert named_files([tmp_path / "a.zip" / "2026" / "jan.csv"]) == found[:1]


def test_a_loop_of_links_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PercontactError, match="E-FILE-01"):
        named_files([tmp_path / "loop"])
    with pytest.raises(PercontactError, match="a device or a pipe"):
        named_files([tmp_path / "pipe"])
