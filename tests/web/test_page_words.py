# SPDX-License-Identifier: Apache-2.0
"""Pages speak of fields and pages: no option of the command line, no raw backtick, whatever went wrong."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import percontact
from percontact.values.codes import CODES
from percontact.web.drawing import bare, place, prose

SOURCES = Path(percontact.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z]")

ELSEWHERE = (
    "cli/", "demo/", "front.py",            # the command line itself
    "report/bridge_ways.py", "report/looking.py",  # lists of commands, which pages turn into links
    "report/as_", "report/forms.py", "report/api_described.py",  # how texts are marked up; what programs ask
    "web/serving.py", "web/provider.py",    # told where the server is started
    "web/instead.py", "web/telling.py", "web/drawing.py",  # what turns options into words of pages
    "costing/propose.py",                   # a policy as text, with its comments
)  # fmt: skip
"""Files whose texts are no sentences of pages."""


def sentences() -> Iterator[tuple[str, str]]:
    """(where it stands, a text of the sources with an option or a backtick), docstrings aside."""
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(SOURCES).as_posix()
        if name.startswith(ELSEWHERE):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                inside |= {id(part) for part in node.values}
        for node in ast.walk(tree):
            text = _text(node)
            whole = " " in text and text.count("`") % 2 == 0 and "\n" not in text
            if id(node) not in inside and whole and (OPTION.search(text) or "`" in text):
                yield f"{name}:{getattr(node, 'lineno', 0)}", text


def _text(node: ast.AST) -> str:
    """A text as it could read: what is put in is a number."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
    return ""


def seen(marked: str) -> str:
    """What a reader sees of a piece of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", marked))


def test_what_any_code_says_to_do_names_no_option_on_a_page() -> None:
    told = {code: " ".join(seen(prose(part)) for part in parts) for code, parts in CODES.items()}
    wrong = [f"{code}: {text}" for code, text in told.items() if OPTION.search(text) or "`" in text]
    assert not wrong, "\n".join(wrong)


def test_no_sentence_that_can_reach_a_page_names_an_option_or_shows_a_backtick() -> None:
    wrong = []
    for at, text in sentences():
        # Where something is wrong is named by `place`: an option alone, or with what it was given.
        told = seen(place(text) if text.startswith(("--", "locate ", "explain ")) else prose(text))
        if OPTION.search(told) or "`" in told:
            wrong.append(f"{at}: {told}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("where", "told"), [
    ("--from", "period"),
    ("--where team=Billing", "filter team=Billing"),
    ("--from 2026-05 --to 2026-01", "period 2026-05 until 2026-01"),
    ("--against", "comparison"),
    ("contacts.csv:17", "contacts.csv:17"),
])  # fmt: skip
def test_where_it_is_wrong_is_a_field_of_the_page(where: str, told: str) -> None:
    assert place(where) == told


@pytest.mark.parametrize(("said", "told"), [
    ("To correct landed rows, import the corrected file with --replace.",
     "To correct landed rows, bring the corrected file, and say that it stands for the earlier one."),
    ("Set `format:` in a mapping file, e.g. format: '%d/%m/%Y'.",
     "Set format: in the mapping of the file, e.g. format: '%d/%m/%Y'."),
    ("Import handle times, or add `unit_times:` to policy.yaml.",
     "Import handle times, or add unit_times: to the policy."),
    ("What is usual need not be so here: set your own under `opportunities:` in policy.yaml.",
     "What is usual need not be so here: set your own under opportunities: in the policy."),
])  # fmt: skip
def test_what_to_do_is_said_in_the_words_of_the_pages(said: str, told: str) -> None:
    assert seen(prose(said)) == told


def test_a_title_shows_code_without_its_backticks() -> None:
    assert bare("`amount` is empty") == "amount is empty"
