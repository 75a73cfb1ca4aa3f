# SPDX-License-Identifier: Apache-2.0
"""A proposal: how a file would be read, why, what is still open; and its text, a mapping with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from percontact.ingest.mapping import Mapping
from percontact.ingest.question import Question

_PLAIN = re.compile(r"[A-Za-z_][\w ./()+-]*(?<! )")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"}


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the table, and where it comes from.

    column   name on the left of the mapping
    origin   what the mapping says of it: a header, or parts
    headers  headers it is made of; () = constant
    kind     what it holds, in a word or two
    samples  values of the file
    why      what speaks for it
    unread   rows whose value is not readable so
    """

    column: str
    origin: object
    headers: tuple[str, ...]
    kind: str
    samples: tuple[str, ...]
    why: str
    unread: int = 0


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column of the file, with values of it, and the table's columns that its values could be."""

    header: str
    samples: tuple[str, ...]
    could_be: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A further reading of the same file: its other kind of contacts.

    part  its name; text: its mapping as YAML
    """

    part: str
    mapping: Mapping
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file would be read into a table.

    mapping    as far as it is known; it is complete when `questions` is empty
    text       the same as a mapping file with comments
    source     the shipped mapping it is made from, or ""
    facts      (what, finding) about the file: encoding, delimiter, header line, ...
    columns    what fills the table
    kept       headers kept as dimensions
    left       (header, why it is left out)
    questions  what must be answered first
    wrong      (question, answer) of answers that are none
    notes      sentences
    asked      keys of all questions, answered or not
    also       further readings of the same file
    """

    table: str
    name: str
    mapping: Mapping
    text: str
    source: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[Line, ...] = ()
    kept: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    questions: tuple[Question, ...] = ()
    wrong: tuple[tuple[Question, str], ...] = ()
    notes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    also: tuple[Reading, ...] = ()

    def wrong_keys(self) -> list[tuple[str, str]]:
        """(key of a question, the answer to it that is none)."""
        return [(question.key, given) for question, given in self.wrong]


@dataclass
class Draft:
    """The parts of a mapping, before they are written down."""

    table: str
    layout: list[tuple[str, object]] = field(default_factory=list)
    shared: list[tuple[str, object]] = field(default_factory=list)
    columns: list[Line] = field(default_factory=list)
    where: list[dict[str, object]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    headers: tuple[str, ...] = ()
    part: str = ""


def written(draft: Draft, name: str, questions: Sequence[Question]) -> str:
    """A draft as the text of a mapping file, with a comment for each reason and each open question."""
    lines = [
        f"# How {_comment(name)} is read. Proposed by percontact; edit it freely, share it, use it again."
    ]
    lines += [f"# Open: {_comment(q.key)}: {_comment(q.text)}" for q in questions]
    lines.append(f"table: {draft.table}")
    lines += [f"{key}: {flow(value)}" for key, value in draft.layout + draft.shared]
    if draft.part:
        lines.append(f"part: {draft.part}")
    lines.append("columns:" if draft.columns else "columns: {}")
    said = [(f"  {flow(line.column)}: {flow(line.origin)}", line.why) for line in draft.columns]
    width = min(64, max((len(text) for text, _ in said), default=0))
    lines += [f"{text:<{width}}  # {_comment(why)}" if why else text for text, why in said]
    lines.append(f"keep: {flow(draft.kept)}" if draft.kept else "keep: none")
    lines += [f"# left out: {_comment(header)} ({_comment(why)})" for header, why in draft.left]
    if draft.where:
        lines.append(f"where: {flow(draft.where if len(draft.where) > 1 else draft.where[0])}")
    if draft.headers:
        lines.append(f"recognise: {flow({'headers': [h for h in draft.headers if h]})}")
    return "\n".join(lines) + "\n"


def flow(value: object) -> str:
    """A value as YAML on one line.

    >>> flow({"column": "Start", "format": "%d.%m.%Y", "is": ["no", "x"]})
    '{column: Start, format: "%d.%m.%Y", is: ["no", x]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join("".join(s if s.isprintable() else " " for s in text).split())


def shown(samples: Iterable[str], width: int = 34) -> str:
    """Samples on one line, cut where they are long."""
    text = ", ".join(_comment(s) for s in samples)
    return text if len(text) <= width else text[: width - 3].rstrip(", ") + "..."
