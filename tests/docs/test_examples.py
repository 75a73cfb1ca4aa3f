# SPDX-License-Identifier: Apache-2.0
"""What the pages show is what a reader sees who types it.

A block marked `console` is a session: `$ cat > FILE <<EOF` writes a file, `$ percontact ...` runs a
command, and the lines below it are what it prints (`...` alone: lines left out; `...` in a line: any
text). The blocks of a page run in order in one empty folder. A comment `# exit code 1` says that the
command ends so.

    UPDATE_DOCS=1 pytest tests/docs -m ""       write figures and spacing anew where only these have changed
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xlsxwriter
import yaml

from percontact.cli.group import main
from percontact.costing.policy_file import _TOP, parse_policy
from percontact.ingest.mapping_form import parse_mapping

ROOT = Path(__file__).resolve().parents[2]
SLOW = {"docs/tutorial.md"}
"""Pages that make the demo company of a million contacts."""

BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")


@dataclass
class Step:
    """One command of a session, where it stands, and what the page shows below it."""

    line: int
    command: str
    text: str = ""
    shown: list[tuple[int, str]] = field(default_factory=list)


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, kind: str) -> Iterator[tuple[int, str]]:
    """(line of its first line, text) of each block of a kind."""
    text = path.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        if found[1] == kind:
            yield text.count("\n", 0, found.start(2)) + 1, found[2]


def steps(path: Path) -> Iterator[Step]:
    """The commands of a page's sessions, in order."""
    for first, block in blocks(path, "console"):
        lines = iter(enumerate(block.splitlines(), first))
        step: Step | None = None
        for number, line in lines:
            if not line.startswith("$ "):
                assert step is not None, f"{named(path)}:{number}: output before any command"
                step.shown.append((number, line))
                continue
            if step is not None:
                yield step
            command = line.removeprefix("$ ")
            here = re.search(r"<<'?(\w+)'?$", command)
            text = []
            while here and (inside := next(lines)[1]) != here[1]:
                text.append(inside)
            while command.endswith("\\"):
                command = command[:-1] + next(lines)[1].strip()
            step = Step(number, command, "".join(t + "\n" for t in text))
        if step is not None:
            yield step


def page_with_a_session() -> list[object]:
    return [
        pytest.param(path, id=named(path), marks=[pytest.mark.slow] if named(path) in SLOW else [])
        for path in pages()
        if path.is_file() and any(s.command.startswith("percontact") for s in steps(path))
    ]


def run(step: Step, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run one step in this folder; gives the lines it printed, stdout before stderr."""
    if written := re.fullmatch(r"cat > (\S+) <<'?\w+'?", step.command):
        Path(written[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(written[1]).write_text(step.text, encoding="utf-8")
        return []
    if step.command.startswith("cat "):
        return Path(step.command.removeprefix("cat ").strip()).read_text(encoding="utf-8").splitlines()
    command, _, wanted = step.command.partition("# exit code ")
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    printed = capsys.readouterr()
    assert code == int(wanted or 0), f"`{step.command}` ended with {code}:\n{printed.out}{printed.err}"
    return [*printed.out.splitlines(), *printed.err.splitlines()]


def write_workbooks(path: Path) -> None:
    """The workbooks a page shows as tables, each below a comment `<!-- workbook: FILE, sheet: NAME -->`."""
    text = path.read_text(encoding="utf-8")
    for file, sheet, table in re.findall(r"<!-- workbook: (\S+), sheet: (\S+) -->\n\n((?:\|.*\n)+)", text):
        rows = [[c.strip() for c in line.strip("|\n").split("|")] for line in table.splitlines()]
        with xlsxwriter.Workbook(file, {"strings_to_numbers": True}) as workbook:
            page = workbook.add_worksheet(sheet)
            for number, cells in enumerate([rows[0], *rows[2:]]):
                page.write_row(number, 0, [cell or None for cell in cells])


def as_pattern(shown: str) -> str:
    """A shown line as a pattern over a printed one: blanks are alike, `...` is any text."""
    parts = [re.escape(" ".join(p.split())) for p in shown.split("...")]
    return r"\s*.*\s*".join(parts)


def find(shown: str, printed: list[str], after: int) -> int | None:
    """Where a printed line matches a shown one, from `after` on."""
    pattern = re.compile(as_pattern(shown))
    return next(
        (i for i in range(after, len(printed)) if pattern.fullmatch(" ".join(printed[i].split()))), None
    )


def alike(shown: str, printed: str) -> bool:
    """Whether two lines differ in figures and spacing only."""
    masked = [re.sub(r"\d[\d,.]*", "#", " ".join(line.split())) for line in (shown, printed)]
    return masked[0] == masked[1]


@pytest.mark.parametrize("path", page_with_a_session())
def test_a_session_prints_what_the_page_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_workbooks(path)
    renewed: dict[int, str] = {}
    try:
        for step in steps(path):
            if step.command.startswith(("percontact", "cat ")):
                compare(path, step, run(step, capsys, monkeypatch), renewed)
    finally:
        renew(path, renewed)


def compare(path: Path, step: Step, printed: list[str], renewed: dict[int, str]) -> None:
    """Find each shown line among the printed ones, in order; note those to be written anew."""
    at = 0
    for number, shown in step.shown:
        if not shown.strip() or shown.strip() == "...":
            continue
        place = find(shown, printed, at)
        if place is None and os.environ.get("UPDATE_DOCS"):
            place = next((i for i in range(at, len(printed)) if alike(shown, printed[i])), None)
            if place is not None:
                renewed[number] = printed[place]
        told = "\n".join(printed)
        assert place is not None, (
            f"{named(path)}:{number} shows\n{shown}\nbut `{step.command}` prints\n{told}"
        )
        at = place + 1


def renew(path: Path, renewed: dict[int, str]) -> None:
    """Put these lines in the place of those with their numbers."""
    if renewed:
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in renewed.items():
            lines[number - 1] = line
        path.write_text("\n".join(lines), encoding="utf-8")


def test_a_line_that_is_not_printed_is_seen() -> None:
    step = Step(
        1, "percontact cost", shown=[(2, "Total   3.75"), (3, "..."), (4, "Ledger ... = assigned 3.75")]
    )
    page = ROOT / "README.md"
    compare(page, step, ["Total 3.75", "and more", "Ledger 4.00 = assigned 3.75"], {})
    with pytest.raises(AssertionError, match="shows"):
        compare(page, step, ["Total 3.76", "Ledger 4.00 = assigned 3.75"], {})


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(p, id=named(p))
        for p in pages()
        if p.name != "CONTRIBUTING.md" and ">>> " in p.read_text("utf-8")
    ],
)
def test_python_on_a_page_gives_what_it_shows(path: Path) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    # A fence would be taken for output, so it is made an empty line.
    text = re.sub(r"(?m)^```.*$", "", path.read_text(encoding="utf-8"))
    test = doctest.DocTestParser().get_doctest(text, {}, named(path), str(path), 0)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert not told, "".join(told)


def test_every_policy_on_its_page_can_be_read() -> None:
    page = ROOT / "docs" / "reference" / "policy.md"
    for line, text in blocks(page, "yaml"):
        parse_policy(text, f"{named(page)}:{line}")


def test_every_key_of_a_policy_stands_on_its_page() -> None:
    text = (ROOT / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
    assert [key for key in _TOP if f"`{key}:`" not in text] == []


def test_the_mapping_on_its_page_can_be_read() -> None:
    """The example of the reference page shows every key there is, so it must be right in every one."""
    page = ROOT / "docs" / "reference" / "mapping.md"
    texts = [text for _, text in blocks(page, "yaml")]
    assert texts
    for text in texts:
        parse_mapping(text, named(page))


def test_every_link_between_pages_leads_somewhere() -> None:
    gone = []
    for path in [*pages(), ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
            file, _, heading = target.partition("#")
            there = (path.parent / file).resolve()
            if not there.exists():
                gone.append(f"{named(path)}: {target}")
            elif heading and heading not in headings(there):
                gone.append(f"{named(path)}: {target} (no such heading)")
    assert gone == []


def headings(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in found}


def test_yaml_in_the_how_to_pages_is_yaml() -> None:
    for path in sorted((ROOT / "docs" / "how-to").glob("*.md")):
        for _, text in blocks(path, "yaml"):
            yaml.safe_load(text)
