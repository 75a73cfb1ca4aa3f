# SPDX-License-Identifier: Apache-2.0
"""The floors of the house: imports run downward only, without circles, and none is hidden."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
HOUSE = "percontact"

FLOORS = {
    "values": 1,
    "records": 2,
    "ingest": 3,
    "store": 3,
    "costing": 3,
    "people": 3,
    "metrics": 4,
    "effects": 5,
    "staffing": 5,
    "forecast": 5,
    "explain": 5,
    "plan": 6,
    "report": 7,
    "pipeline": 8,
    "answers": 9,
    "front": 10,
    "demo": 9,
    "web": 11,
    "cli": 11,
    "__main__": 12,
}

# The command line is the door of the house: it opens the app, which knows nothing of it.
DOORS = {("cli", "web")}


@dataclass(frozen=True)
class Import:
    """One import of the house's own code: who, what, and where it is written."""

    importer: str
    imported: str
    line: int
    lazy: bool


def modules_under(src: Path) -> dict[str, Path]:
    """Every module of the house by its dotted name; a package is its `__init__.py`."""
    found = {}
    for path in sorted((src / HOUSE).rglob("*.py")):
        parts = path.relative_to(src).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def walk(tree: ast.AST, *, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it is left unrun when its module is imported."""
    for child in ast.iter_child_nodes(tree):
        unrun = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, unrun
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for statement in child.body:
                yield statement, True
                yield from walk(statement, lazy=True)
            for statement in child.orelse:
                yield statement, unrun
                yield from walk(statement, lazy=unrun)
        else:
            yield from walk(child, lazy=unrun)


def imports_of(module: str, path: Path, modules: dict[str, Path]) -> Iterator[Import]:
    """The modules of the house that `module` imports, for running or only for its types."""
    for node, lazy in walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == HOUSE:
                    yield Import(module, alias.name, node.lineno, lazy)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                base = ".".join(package[: len(package) - node.level + 1] + ([base] if base else []))
            if base.split(".")[0] != HOUSE:
                continue
            for alias in node.names:
                # `from percontact.values import money` names a file, `... import Money` what a file holds.
                name = f"{base}.{alias.name}"
                if name in modules:
                    yield Import(module, name, node.lineno, lazy)
                elif not (base == HOUSE and alias.name.startswith("__")):
                    yield Import(module, base, node.lineno, lazy)


def room(module: str) -> str:
    """The package of floor so-and-so that a module belongs to; the house itself is its own room."""
    return module.split(".")[1] if "." in module else HOUSE


@cache
def all_imports(src: Path) -> list[Import]:
    modules = modules_under(src)
    return [found for name, path in modules.items() for found in imports_of(name, path, modules)]


def climbs(imports: list[Import]) -> list[str]:
    """Imports that do not run downward, each told in a sentence."""
    told = []
    for found in imports:
        low, high = room(found.importer), room(found.imported)
        if low == high or (low, high) in DOORS:
            continue
        where = f"{found.importer}:{found.line}"
        if low == HOUSE:
            if not found.lazy:
                told.append(f"{where} imports {found.imported} at once; the house's own front imports lazily")
        elif high == HOUSE:
            told.append(f"{where} imports from the front of the house; import the file that holds the name")
        elif FLOORS.get(high, 99) >= FLOORS.get(low, 0):
            told.append(
                f"{where} ({low}, floor {FLOORS.get(low)}) imports {found.imported} "
                f"({high}, floor {FLOORS.get(high)}); imports run downward only"
            )
    return told


def circles(imports: list[Import]) -> list[str]:
    """Each circle of imports once, as the path that closes it."""
    below: dict[str, list[str]] = {}
    for found in imports:
        if found.importer != HOUSE and found.imported != found.importer:
            below.setdefault(found.importer, []).append(found.imported)
    done: set[str] = set()
    told = []
    for start in sorted(below):
        path: list[str] = []
        stack = [(start, iter(sorted(set(below[start]))))] if start not in done else []
        while stack:
            module, rest = stack[-1]
            if len(path) < len(stack):
                path.append(module)
            following = next(rest, None)
            if following is None:
                done.add(module)
                stack.pop()
                path.pop()
            elif following in path:
                told.append(" -> ".join([*path[path.index(following) :], following]))
            elif following not in done:
                stack.append((following, iter(sorted(set(below.get(following, []))))))
    return told


def hidden_imports(path: Path) -> list[str]:
    """Calls of `import_module` and `__import__` that name our own code, or do not say what they name."""
    text = path.read_text(encoding="utf-8")
    callers = {"import_module", "__import__"}
    if not any(name in text for name in callers):
        return []
    tree = ast.parse(text, str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            callers |= {a.asname for a in node.names if a.name == "import_module" and a.asname}
    told = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in callers:
            continue
        named = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "name"), None)
        if not (isinstance(named, ast.Constant) and isinstance(named.value, str)):
            told.append(f"{path.name}:{node.lineno} imports by a name it does not say; write it as a literal")
        elif named.value.startswith(".") or named.value.split(".")[0] == HOUSE:
            told.append(f"{path.name}:{node.lineno} imports {named.value} out of sight; use a plain import")
    return told


def test_every_room_has_a_floor() -> None:
    rooms = {room(module) for module in modules_under(SRC)} - {HOUSE}
    assert sorted(rooms - set(FLOORS)) == [], "say in FLOORS and ARCHITECTURE.md which floor they are on"


def test_imports_run_downward_only() -> None:
    assert climbs(all_imports(SRC)) == []


def test_no_imports_run_in_a_circle() -> None:
    assert circles(all_imports(SRC)) == []


def test_siblings_of_the_third_floor_stay_apart() -> None:
    apart = {"ingest", "store", "costing", "people"}
    met = [f for f in all_imports(SRC) if {room(f.importer), room(f.imported)} <= apart]
    assert [f for f in met if room(f.importer) != room(f.imported)] == []


def test_no_import_of_ourselves_is_hidden() -> None:
    # The front may import anything, so there is nothing that it could hide.
    paths = [path for name, path in modules_under(SRC).items() if name != HOUSE]
    assert [told for path in paths for told in hidden_imports(path)] == []


def test_only_people_touch_the_applications_database() -> None:
    named = re.compile(r"(?m)^\s*(?:from|import) (?:sqlalchemy|alembic|argon2|pg8000)\b")
    paths = modules_under(SRC)
    assert [m for m, p in paths.items() if named.search(p.read_text("utf-8")) and room(m) != "people"] == []


# The guard itself is guarded: each rule above is seen to catch what it forbids.


@pytest.mark.parametrize(
    ("path", "text", "caught"),
    [
        ("values/money.py", "from percontact.records import Book", "floor 1"),
        ("values/money.py", "from ..records import book", "floor 1"),
        ("values/money.py", "def late():\n    import percontact.report", "floor 1"),
        ("ingest/read.py", "from percontact.store import land", "floor 3"),
        (
            "plan/lever.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import percontact.web",
            "11",
        ),
        ("web/app.py", "from percontact import cli", "downward"),
        ("plan/lever.py", "from percontact import Money", "front"),
        ("__init__.py", "from percontact.values import Money", "lazily"),
        ("plan/lever.py", "from percontact.records import Book", None),
        ("plan/lever.py", "from percontact import __version__", None),
        ("__init__.py", "def __getattr__(name):\n    from percontact.values import Money", None),
        ("cli/demo.py", "from percontact.demo import make", None),
    ],
)
def test_an_import_that_climbs_is_caught(tmp_path: Path, path: str, text: str, caught: str | None) -> None:
    write(tmp_path, {path: text})
    told = climbs(all_imports(tmp_path))
    assert (len(told) == 1 and caught in told[0]) if caught else told == []


def test_a_circle_is_caught_even_when_only_for_types(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "values/money.py": "from percontact.values.period import Period",
            "values/period.py": "if TYPE_CHECKING:\n    from percontact.values import Money",
            "values/__init__.py": "from percontact.values.money import Money",
        },
    )
    assert circles(all_imports(tmp_path)) == [
        "percontact.values -> percontact.values.money -> percontact.values.period -> percontact.values"
    ]


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("import importlib\nimportlib.import_module('percontact.web')", True),
        ("from importlib import import_module as load\nload(f'percontact.{x}')", True),
        ("__import__(name)", True),
        ("import importlib\nimportlib.import_module('.web', __package__)", True),
        ("import importlib\nimportlib.import_module('polars')", False),
    ],
)
def test_a_hidden_import_is_caught(tmp_path: Path, text: str, caught: bool) -> None:
    path = tmp_path / "money.py"
    path.write_text(text, encoding="utf-8")
    assert bool(hidden_imports(path)) is caught


def write(src: Path, files: dict[str, str]) -> None:
    """A small house under `src`, with a package wherever a file needs one."""
    rooms = {"values", "records", "store", "report", "web", "cli", "demo"}
    for name in {f"{r}/__init__.py" for r in rooms} | {"__init__.py", "records/book.py"}:
        (src / HOUSE / name).parent.mkdir(parents=True, exist_ok=True)
        (src / HOUSE / name).touch()
    for name, text in files.items():
        (src / HOUSE / name).parent.mkdir(parents=True, exist_ok=True)
        (src / HOUSE / name).write_text(text, encoding="utf-8")
