# SPDX-License-Identifier: Apache-2.0
"""The words of the house: what a file may be called, how it begins, and what is never left in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("src", "tests", "tools", "benchmarks", "examples")

# Names that say nothing about what is inside.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}
# Put together here, so that this file does not hold what it looks for.
UNFINISHED = re.compile(rf"\b({'TO' + 'DO'}|{'FIX' + 'ME'})\b")
LICENCE = "# SPDX-License-Identifier: Apache-2.0"


def files(*endings: str, under: tuple[str, ...] = OURS) -> Iterator[Path]:
    """Our own files of these endings; what tools leave behind and what is downloaded is not ours."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT)
            left_behind = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
            downloaded = inside.parts[:2] == ("benchmarks", "data")
            if path.suffix in endings and path.is_file() and not left_behind and not downloaded:
                yield path


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_module_is_named_for_what_it_holds() -> None:
    said_nothing = [
        named(path)
        for path in files(".py")
        if EMPTY_NAMES & {part.strip("_").lower() for part in path.relative_to(ROOT).with_suffix("").parts}
    ]
    assert said_nothing == []


def test_every_module_begins_with_its_licence_and_what_it_is() -> None:
    unsaid = []
    for path in files(".py", under=("src",)):
        text = path.read_text(encoding="utf-8")
        if text.split("\n", 1)[0].rstrip() != LICENCE:
            unsaid.append(f"{named(path)}: its first line is not `{LICENCE}`")
        elif not (ast.get_docstring(ast.parse(text, str(path))) or "").strip():
            unsaid.append(f"{named(path)}: no docstring says what it is")
    assert unsaid == []


def test_no_error_is_caught_without_its_name() -> None:
    # What cannot hold one need not be taken apart.
    texts = {path: path.read_text(encoding="utf-8") for path in files(".py")}
    maybe = {path: text for path, text in texts.items() if re.search(r"\bexcept[\s\\]*:", text)}
    bare = [
        f"{named(path)}:{node.lineno}"
        for path, text in maybe.items()
        for node in ast.walk(ast.parse(text, str(path)))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_nothing_is_left_unfinished_in_a_file() -> None:
    left = [
        f"{named(path)}:{number}"
        for path in files(".py", ".pyi", ".yaml", ".yml", ".md", ".toml", ".sql")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert left == []
