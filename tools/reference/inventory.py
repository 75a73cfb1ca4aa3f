# SPDX-License-Identifier: Apache-2.0
"""The inventory of ARCHITECTURE.md: each module with what it says it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "percontact"
OPENING, CLOSING = "<!-- inventory: made by tools/make_reference.py -->", "<!-- end of the inventory -->"


def with_inventory(text: str) -> str:
    """The page with a line for each module between the marks; all else is left as it is."""
    before, opening, rest = text.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not (opening and closing):
        raise SystemExit(f"ARCHITECTURE.md needs the lines {OPENING} and {CLOSING} around its inventory.")
    return before + opening + "\n\n" + "\n\n".join(_inventory()) + "\n\n" + closing + after


def _inventory() -> Iterator[str]:
    rooms: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        rooms.setdefault(path.parent.relative_to(PACKAGE).as_posix(), []).append(path)
    for room, files in rooms.items():
        name = "percontact" if room == "." else f"percontact/{room}"
        lines = [f"- `{path.relative_to(ROOT).as_posix()}` {_first_words(path)}" for path in files]
        yield f"### {name}\n\n" + "\n".join(lines)


def _first_words(path: Path) -> str:
    """What a file says it is: the first sentence or line of its docstring."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), str(path))) or ""
    return said.split("\n", 1)[0].strip()
