# SPDX-License-Identifier: Apache-2.0
"""What a person is told of a bad row and of a bad file: where, what, why, what to do. The texts are golden.

UPDATE_GOLDEN=1 writes them anew; read the difference before you keep it.
"""

import os
from pathlib import Path

import pytest

from percontact.ingest import problem_of
from percontact.values.codes import CODES
from percontact.values.problem import PercontactError

HERE = Path(__file__).parent
ROW_CODES = ("E-ROW", "E-TYPE", "E-TIME", "E-RANGE", "E-ID", "E-SKIP")


def cases(folder: str) -> list[Path]:
    return sorted(p for p in (HERE / folder).iterdir() if p.suffix not in (".yaml", ".txt"))


def mapping_of(path: Path) -> str:
    beside = path.with_suffix(".yaml")
    return beside.read_text(encoding="utf-8") if beside.exists() else ""


def held_to(golden: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", cases("bad_rows"), ids=lambda p: p.stem)
def test_a_bad_row_is_told_in_four_parts_and_the_good_one_lands(desk, path: Path) -> None:
    code, table = path.stem.split(".")
    staged = desk.read(path, table, mapping=mapping_of(path))
    assert (staged.seen, staged.landed, [a.code for a in staged.aside]) == (2, 1, [code])
    (aside,) = staged.aside
    assert aside.line == 3
    assert aside.text == path.read_text(encoding="utf-8").splitlines()[2]
    held_to(path.with_suffix(".txt"), str(problem_of(aside, path.name)))


def test_every_code_of_a_bad_row_has_its_file() -> None:
    there = {path.stem.split(".")[0] for path in cases("bad_rows")}
    assert there == {code for code in CODES if code.startswith(ROW_CODES)}


@pytest.mark.parametrize("path", cases("bad_files"), ids=lambda p: p.stem)
def test_a_bad_file_is_told_in_four_parts_and_nothing_is_left_behind(desk, path: Path) -> None:
    code, table = path.stem.split(".")
    with pytest.raises(PercontactError) as raised:
        desk.read(path, table, mapping=mapping_of(path))
    assert raised.value.problem.code == code
    assert [p for p in desk.folder.rglob("*") if p.is_file()] == []
    held_to(path.with_suffix(".txt"), str(raised.value))


def test_a_file_that_is_not_there_is_told_by_its_path(desk, tmp_path: Path) -> None:
    with pytest.raises(PercontactError, match="E-FILE-01"):
        desk.read(tmp_path / "none.csv")
