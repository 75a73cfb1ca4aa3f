# SPDX-License-Identifier: Apache-2.0
"""What percontact says when it says no, or doubts: for each code a case that causes it, and its golden text.

A case is a file of three parts, E-FILE-04.txt:

    # What is wrong, in a sentence.
    --- ledger.csv                  a file and its text; as many as the case needs
    date,account
    $ percontact -C books cost      a command
    $ percontact ...                and so on; a line after three > is Python, for what no command can do
    --- says                        what the last line printed on stderr, or raised
    ledger.csv: ...

FOLDER stands for the folder the case runs in, PORT for a port that another program listens at. `make golden`
writes the last parts anew; read the difference before you keep it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from percontact.cli import main
from percontact.values.codes import CODES
from percontact.values.problem import PercontactError

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("[EW]-*.txt"))
OF_ROWS = ("E-ROW", "E-TYPE", "E-TIME", "E-RANGE", "E-ID", "E-SKIP")
"""Codes of rows that are set aside: only they show the row as it was found."""

NO_CASE: dict[str, str] = {
    "E-WEB-01": "a browser is told it, by a page: tests/web/test_pages.py",
    "E-WEB-05": "two hundred and fifty readers have to wait at once: tests/web/test_warming.py",
    "E-WEB-11": "a browser is told it, by a page: tests/web/test_hostile_uploads.py",
    "E-WEB-12": "a browser is told it, by a page: tests/web/test_hostile_uploads.py",
    "E-WEB-13": "a browser is told it, by a page: tests/web/test_hostile_uploads.py",
    "E-WEB-14": "a browser is told it, by a page: tests/web/test_uploads.py",
}
"""code -> why nothing a test can do causes it"""


@dataclass(frozen=True)
class Case:
    """A case as its file tells it. `steps` are (number of the line, line)."""

    path: Path
    about: str
    files: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[int, str]] = field(default_factory=list)
    says: str = ""

    @property
    def code(self) -> str:
        return self.path.stem


@dataclass(frozen=True)
class Ended:
    """How a step ended: what it said on stderr or raised, its exit code (1 when it raised), its stdout."""

    text: str
    exit_code: int
    out: str = ""


def read(path: Path) -> Case:
    case = Case(path, "")
    name, files, about, says = "", {}, [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(keepends=True), start=1):
        if name != "says" and line.startswith("--- "):
            name = line[4:].strip()
            files[name] = ""
        elif name == "says":
            says.append(line)
        elif line.startswith(("$ percontact ", ">>> ")):
            case.steps.append((number, line.strip()))
            name = ""
        elif name:
            files[name] += line
        elif line.startswith("# "):
            about.append(line[2:])
        else:
            assert not line.strip(), f"{path.name}:{number}: neither file, command nor comment"
    files.pop("says", None)
    return Case(path, "".join(about), files, case.steps, "".join(says))


class Desk:
    """Where a case runs: a folder of its own, and means to break what no file can break."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.other: socket.socket | None = None
        monkeypatch.chdir(folder)
        self.names = {
            "Path": Path,
            "sqlite3": sqlite3,
            "hide": self.hide,
            "instead": monkeypatch.setattr,
            "never_wait": self.never_wait,
        }

    def hide(self, library: str) -> None:
        """As if this library were not installed."""
        self.monkeypatch.setitem(sys.modules, library, None)

    def never_wait(self) -> None:
        """What is locked is given up at once, not after a minute."""
        connect = sqlite3.connect

        def at_once(*args: object, **options: object) -> sqlite3.Connection:
            return connect(*args, **{**options, "timeout": 0})  # type: ignore[call-overload]

        self.monkeypatch.setattr(sqlite3, "connect", at_once)

    def run(self, case: Case) -> Ended:
        """Write the files, take the steps; gives how the last one ended. Every earlier one has to go well."""
        for name, text in case.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        *setup, last = case.steps
        for number, line in setup:
            done = self.step(case, number, line)
            assert done.exit_code == 0, f"{line}\n{done.text}"
        return self.step(case, *last)

    def port(self) -> str:
        """A port that is taken: any that was free, for no number is free on every machine."""
        if self.other is None:
            self.other = socket.create_server(("127.0.0.1", 0))
        return str(self.other.getsockname()[1])

    def step(self, case: Case, number: int, line: str) -> Ended:
        if "PORT" in line:
            line = line.replace("PORT", self.port())
        if line.startswith(">>> "):
            return self.python(case, number, line.removeprefix(">>> "))
        return self.command(shlex.split(line)[2:])

    def python(self, case: Case, number: int, line: str) -> Ended:
        # The blank lines give the code the number of its line in the case's file.
        code = compile("\n" * (number - 1) + line, case.path.name, "exec")
        try:
            exec(code, self.names)
        except PercontactError as error:
            return Ended(self.plain(str(error)) + "\n", 1)
        return Ended("", 0)

    def command(self, args: list[str]) -> Ended:
        self.monkeypatch.setattr(sys, "argv", ["percontact", *args])
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return Ended(self.plain(err.getvalue()), int(ended.value.code or 0), out.getvalue())

    def plain(self, text: str) -> str:
        text = text.replace(str(self.folder), "FOLDER")
        return text.replace(self.port(), "PORT") if self.other else text


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Case], Ended]]:
    desk = Desk(tmp_path.resolve(), monkeypatch)
    yield desk.run
    if desk.other:
        desk.other.close()


def lacking(code: str, text: str) -> list[str]:
    """The parts that a text lacks: `where: what        CODE`, the row of a bad row, why, what to do."""
    first, *parts = text.splitlines() or [""]
    found = []
    if not re.fullmatch(rf"\S.*?: \S.*? {{8}}{code}", first):
        found.append(f"where, what and {code} on the first line")
    if code.startswith(OF_ROWS) and not (parts and re.fullmatch(r"  \| .+", parts.pop(0))):
        found.append("the row")
    for place, name in enumerate(("why", "what to do")):
        part = parts[place] if place < len(parts) else ""
        if not re.fullmatch(r"  [^\s|].*\S", part) or part.startswith("  More: "):
            found.append(name)
    return found


@pytest.mark.parametrize("code", [path.stem for path in CASES])
def test_the_text_of_a_code_has_its_parts_and_is_the_one_kept(
    code: str, run: Callable[[Case], Ended]
) -> None:
    """E-*.txt, and W-*.txt, which stop nothing"""
    case = read(HERE / f"{code}.txt")
    ended = run(case)
    assert ended.exit_code in ((0,) if code.startswith("W-") else (1, 2)), ended.text
    assert "Traceback" not in ended.text + ended.out
    assert lacking(code, ended.text) == [], ended.text
    if os.environ.get("UPDATE_GOLDEN"):
        before = case.path.read_text(encoding="utf-8").split("--- says\n")[0]
        case.path.write_text(f"{before}--- says\n{ended.text}", encoding="utf-8")
    else:
        assert ended.text == case.says


def test_every_code_has_its_case_or_a_reason_why_not() -> None:
    assert sorted([*(path.stem for path in CASES), *NO_CASE]) == sorted(CODES)


def test_every_case_says_what_it_is_about() -> None:
    assert [path.stem for path in CASES if not re.fullmatch(r"\S.*\.\n", read(path).about)] == []
