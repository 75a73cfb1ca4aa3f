# SPDX-License-Identifier: Apache-2.0
"""What the code offers stands in the docs: files, error codes, commands, nouns.

A rule waits while the code it speaks of is not there. Once it is, a missing page is a failure, not a wait.
"""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "percontact"
REFERENCE = ROOT / "docs" / "reference"


def page(path: Path) -> str:
    assert path.is_file(), f"{path.relative_to(ROOT).as_posix()} is not written"
    return path.read_text(encoding="utf-8")


def there_is(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is missing
        return False


# -- files --------------------------------------------------------------------------------------------------


def inventory() -> list[str]:
    """Paths of the lines "- `path` ..." of ARCHITECTURE.md, from src/percontact down."""
    listed = re.findall(r"(?m)^\s*- `([^`]+)`", page(ROOT / "ARCHITECTURE.md"))
    return [entry.removeprefix("src/percontact/") for entry in listed]


def test_every_module_has_its_line_in_the_inventory() -> None:
    """The line of a package, `values/`, speaks for its `__init__.py` too."""
    listed = set(inventory())
    listed |= {entry + "__init__.py" for entry in listed if entry.endswith("/")}
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert sorted(files - listed) == []


def test_every_line_of_the_inventory_has_its_file() -> None:
    """Looked for from src/percontact and from the root, as the inventory may also list tests and tools."""
    gone = [
        entry
        for entry in inventory()
        if re.search(r"(\.\w+|/)$", entry) and not ((PACKAGE / entry).exists() or (ROOT / entry).exists())
    ]
    assert gone == []


# -- error codes --------------------------------------------------------------------------------------------


def test_every_error_code_has_its_place_in_the_reference() -> None:
    if not there_is("percontact.values.codes"):
        pytest.skip("percontact.values.codes is not there")
    codes = importlib.import_module("percontact.values.codes").CODES
    text = page(REFERENCE / "errors.md")
    assert [
        c for c in sorted(map(str, codes)) if not re.search(rf"(?<![\w-]){re.escape(c)}(?![\w-])", text)
    ] == []


# -- commands -----------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Every command a user can see, as typed after `percontact`: `cost`, `policy check`."""
    import click

    def below(group: click.Group, words: tuple[str, ...]) -> Iterator[str]:
        context = click.Context(group, info_name=words[-1] if words else "percontact")
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is None or command.hidden:
                continue
            yield " ".join((*words, name))
            if isinstance(command, click.Group):
                yield from below(command, (*words, name))

    verbs = importlib.import_module("percontact.cli.group").percontact
    assert isinstance(verbs, click.Group), (
        "percontact.cli.group.percontact is the click group of all commands"
    )
    yield from below(verbs, ())


def test_every_command_has_its_place_in_the_reference() -> None:
    """A place is a heading that names the command, or a line that shows it called."""
    if not there_is("percontact.cli") or not hasattr(importlib.import_module("percontact.cli"), "main"):
        pytest.skip("percontact.cli.main is not there")
    text = page(REFERENCE / "cli.md")
    unsaid = [
        command
        for command in commands()
        if not re.search(rf"(?m)(^#+ +`?|\bpercontact(?: +-C +\S+)? +){re.escape(command)}(?![\w-])", text)
    ]
    assert unsaid == []


# -- nouns --------------------------------------------------------------------------------------------------


def public_names() -> Iterator[tuple[str, str]]:
    """(package, name) of all that the `__all__` of a package's `__init__.py` hands on."""
    for path in sorted(PACKAGE.rglob("__init__.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if not any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                continue
            for value in ast.walk(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield path.parent.relative_to(PACKAGE.parent).as_posix(), value.value


def words_of(name: str) -> str:
    """
    >>> words_of("CostedBook"), words_of("cost_line"), words_of("FXRate")
    ('costed book', 'cost line', 'fx rate')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return apart.replace("_", " ").lower()


def entries(text: str) -> str:
    """Where a glossary names a word and does not merely use it, in small letters, one place a line.

    >>> entries("| **Rate** | pool cost |\\n\\nVerbs: read, cost.\\n\\nSo `CostedBook` is said.").split("\\n")
    ['| **rate** |', 'verbs: read, cost.', 'costed book']
    """
    first_cells = re.findall(r"(?m)^\|[^|\n]+\|", text)
    headings = re.findall(r"(?m)^(?:#+ |- \*\*|Verbs:|Nouns:).*$", text)
    coded = [words_of(span) for span in re.findall(r"`([^`\n]+)`", text)]
    bold = re.findall(r"\*\*([^*\n]+)\*\*", text)
    return "\n".join(
        [*first_cells, *headings, *coded, *(b for b in bold if b not in "".join(first_cells))]
    ).lower()


def test_every_public_noun_stands_in_the_glossary() -> None:
    names = [(package, name) for package, name in public_names() if not name.startswith("__")]
    if not names:
        pytest.skip("no package hands on a noun")
    named = entries(page(REFERENCE / "glossary.md"))
    unsaid = [
        f'{package}: {name} (as `{name}` or "{words_of(name)}")'
        for package, name in names
        if not re.search(rf"(?<!\w){re.escape(words_of(name))}(?!\w)", named)
        and not re.search(rf"(?<!\w){re.escape(words_of(name).removesuffix('s'))}(?!\w)", named)
    ]
    assert unsaid == []
