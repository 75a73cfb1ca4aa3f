# SPDX-License-Identifier: Apache-2.0
"""Showing how a file would be read, asking what it cannot tell, and keeping the answer as a mapping file."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from percontact.ingest.mapping import Mapping
    from percontact.ingest.proposal import Line, Proposal
    from percontact.ingest.propose import Proposer
    from percontact.ingest.question import Question
    from percontact.store.workspace import Workspace

PIPE_WIDTH = 100
"""Columns of a proposal that is not shown on a terminal."""


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def as_answers(given: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE pairs as a dictionary."""
    answers = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key.strip():
            raise click.UsageError(f"--answer {text}: write KEY=VALUE, e.g. --answer started_at.order=dmy.")
        answers[key.strip()] = value.strip()
    return answers


def discuss(proposer: Proposer, answers: dict[str, str]) -> Proposal:
    """Ask every open question on the terminal, one by one; an answer may open others."""
    proposal = proposer.propose(answers)
    asked = False
    while proposal.questions:
        left = len(proposal.questions)
        question = proposal.questions[0]
        answers[question.key] = _ask(question, f"{left} questions" if left > 1 else "one question")
        proposal, asked = proposer.propose(answers), True
    if asked:
        click.echo()
        show(proposal)
    return proposal


@dataclass
class Choice:
    """Which mapping a file is read with: the one named, none, one of earlier, or one that is agreed on now.

    answers  question key -> answer, from the command line and then from the terminal
    made     mapping files newly kept for the file at hand
    words    the command as it was typed
    """

    workspace: Workspace
    table: str
    answers: dict[str, str]
    again: str
    yes: bool
    as_json: bool
    words: str
    made: tuple[Path, ...] = ()

    def forget(self) -> None:
        """Keep no mapping that was made now and let no row through."""
        for file in self.made:
            file.unlink(missing_ok=True)
            click.echo(f"{self.shown(file)} is not kept, because no row was landed by it.", err=True)
        self.made = ()

    def of(self, path: Path, named: Path | None) -> list[Mapping | None] | None:
        """The mappings a file is read with, one after the other; None when it must be asked about first."""
        from percontact.answers.receiving import known_reading
        from percontact.ingest.contents import check_source
        from percontact.ingest.source import mapping_of

        if named is not None:
            return [mapping_of(named, self.table)]
        check_source(self.table, path)
        known = None if self.answers else known_reading(self.workspace, self.table, path)
        if known is None:
            return self.agreed(path)
        if known.files and not self.as_json:
            told = " and ".join(self.shown(file) for file in known.files)
            click.echo(f"{path.name} has the headers of an earlier file, so it is read by {told}.", err=True)
        return list(known.mappings)

    def shown(self, file: Path) -> str:
        """A mapping file as a person would name it."""
        try:
            return str(file.relative_to(Path.cwd()))
        except ValueError:
            return str(file)

    def agreed(self, path: Path) -> list[Mapping | None] | None:
        """Show the proposal, ask what is open, confirm, and keep it."""
        from percontact.answers.receiving import MAPPINGS, keep, refuse_wrong, texts_of

        with self.proposer(path) as proposer:
            ask = on_terminal() and not self.yes and not self.as_json
            proposal = proposer.propose(self.answers)
            refuse_wrong(proposal, self.answers)
            if ask:
                show(proposal)
                proposal = discuss(proposer, self.answers)
        if proposal.questions or not (ask or self.yes):
            self.stop(path, proposal)
            return None
        if ask:
            click.echo()
            if not click.confirm(f"Import {proposal.name} into {self.table} like this?", default=True):
                click.echo("Nothing was imported.")
                return None
        earlier = set((self.workspace.path / MAPPINGS).glob("*.yaml"))
        saved = keep(self.workspace, proposal.table, proposal.name, texts_of(proposal))
        self.made = tuple(file for file, _ in saved if file not in earlier)
        if not self.as_json:
            if not ask:
                show(proposal)
                click.echo()
            told = " and ".join(self.shown(file) for file, _ in saved)
            holds = "files with the same headers are read by it. Edit or share it freely."
            if not any(mapping.recognise for _, mapping in saved):
                holds = "it says what this file does not, so the next one is asked about again."
            click.echo(f"Kept as {told}: {holds}")
        return [mapping for _, mapping in saved]

    def print_proposal(self, path: Path) -> int:
        """Print the mapping on stdout and open questions on stderr; 1 when there are any."""
        from percontact.answers.receiving import refuse_wrong
        from percontact.ingest.contents import check_source

        check_source(self.table, path)
        with self.proposer(path) as proposer:
            proposal = proposer.propose(self.answers)
        refuse_wrong(proposal, self.answers)
        if self.as_json:
            click.echo(as_json(proposal))
        else:
            click.echo("---\n".join([proposal.text, *(r.text for r in proposal.also)]), nl=False)
            if proposal.questions:
                tell_questions(proposal.questions, self.words)
        return 1 if proposal.questions else 0

    def proposer(self, path: Path) -> Proposer:
        from percontact.ingest.propose import Proposer

        return Proposer(path, self.table, settings=self.workspace.settings)

    def stop(self, path: Path, proposal: Proposal) -> None:
        """Say what is proposed and what is open, and that nothing was imported."""
        if self.as_json:
            click.echo(as_json(proposal))
            return
        if proposal.questions and proposal.questions[0].key == "encoding":
            raise self.unreadable(path, proposal.questions[0])
        show(proposal)
        if proposal.questions:
            tell_questions(proposal.questions, self.words)
            return
        click.echo("\nNothing is open, but nobody has agreed, so nothing was imported.", err=True)
        click.echo(f"Agree: {self.words} --yes", err=True)
        click.echo(
            f"Or edit it first: {self.words} --propose > mapping.yaml, then --mapping mapping.yaml", err=True
        )

    @staticmethod
    def unreadable(path: Path, question: Question) -> Exception:
        """E-FILE-02, with the answers there are."""
        from percontact.ingest.encoding import not_decodable
        from percontact.values.problem import problem

        told = not_decodable(path, "utf-8", said=False).problem
        answers = "; ".join(f"--answer encoding={o.value} ({o.evidence})" for o in question.options)
        return problem(told.code, told.where, told.what, told.why, f"Say which words are right: {answers}.")


def as_json(proposal: Proposal) -> str:
    """A proposal with its questions, for programs."""
    tree = {
        "file": proposal.name,
        "table": proposal.table,
        "source": proposal.source,
        "complete": not proposal.questions,
        "facts": dict(proposal.facts),
        "columns": [asdict(line) for line in proposal.columns],
        "kept": proposal.kept,
        "left_out": [{"header": header, "why": why} for header, why in proposal.left],
        "questions": [asdict(question) for question in proposal.questions],
        "notes": proposal.notes,
        "mapping": proposal.text,
        "also": [{"part": r.part, "mapping": r.text} for r in proposal.also],
    }
    return json.dumps(tree, ensure_ascii=False, indent=2)


# -- showing -------------------------------------------------------------------------------------------------


def show(proposal: Proposal) -> None:
    """Print a proposal: the file, the columns, what is left out."""
    width = max(60, min(110, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else PIPE_WIDTH
    source = f" ({proposal.source})" if proposal.source else ""
    click.echo(f"{proposal.name} as {proposal.table}{source}:")
    size = max((len(what) for what, _ in proposal.facts), default=0)
    for what, finding in proposal.facts:
        click.echo(f"  {what:<{size}}  {finding}")
    if proposal.columns:
        click.echo()
        for line in _table(proposal.columns, width):
            click.echo(f"  {line}")
    if proposal.kept:
        click.echo(f"\n  Kept as dimensions: {', '.join(proposal.kept)}.")
    for reading in proposal.also:
        click.echo(f"\n  The file is read a second time for what was {reading.part}.")
    if proposal.left:
        click.echo("\n  Left out:")
        for why, headers in _by_reason(proposal.left):
            click.echo(f"    {', '.join(headers)}: {why}")
    for note in proposal.notes:
        click.echo(f"  {note}")


def _by_reason(left: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for header, why in left:
        found.setdefault(why, []).append(header)
    return list(found.items())


def _table(columns: Sequence[Line], width: int) -> list[str]:
    from percontact.ingest.proposal import shown

    rows = [("header", "column", "holds", "such as", "why")]
    for line in columns:
        why = line.why + (f"; {line.unread:,} not readable" if line.unread else "")
        rows.append(
            (" + ".join(line.headers) or "(every row)", line.column, line.kind, shown(line.samples), why)
        )
    sizes = [max(len(row[i]) for row in rows) for i in range(4)]
    sizes = [min(size, cap) for size, cap in zip(sizes, (28, 16, 14, 30), strict=True)]
    made = []
    for number, row in enumerate(rows):
        cells = [_cut(cell, size) for cell, size in zip(row, sizes, strict=False)]
        lead = "  ".join(f"{cell:<{size}}" for cell, size in zip(cells, sizes, strict=True)) + "  "
        parts = _wrapped(row[4], max(24, width - len(lead) - 2))
        made.append((lead + parts[0]).rstrip())
        made += [" " * len(lead) + part for part in parts[1:]]
        if number == 0:
            made.append("-" * min(width - 2, max(len(made[0]), sum(sizes) + 8 + 24)))
    return made


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 3] + "..."


def _wrapped(text: str, size: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, size) or [""]


def tell_questions(questions: Sequence[Question], again: str) -> None:
    """What is open, on stderr, with how to answer without a terminal."""
    for question in questions:
        click.echo(f"\n{question.about}: {question.text}", err=True)
        for option in question.options:
            more = f"  ({option.evidence})" if option.evidence else ""
            click.echo(f"  --answer {_quoted(question.key, option.value)}    {option.label}{more}", err=True)
        if question.free:
            click.echo(f"  --answer {_quoted(question.key, '...')}    {question.free}", err=True)
    told = "This is" if len(questions) == 1 else f"These {len(questions)} are"
    yes = "" if " --yes" in again or " --propose" in again else " --yes"
    click.echo(f"\n{told} not certain, so nothing was imported. With the answers:", err=True)
    click.echo(f"  {again}{yes}" + "".join(f" --answer {_quoted(q.key, '...')}" for q in questions), err=True)


def _quoted(key: str, value: str) -> str:
    text = f"{key}={value}"
    return text if re.fullmatch(r"[\w.=/+-]+", text) else '"' + text.replace('"', '\\"') + '"'


# -- asking --------------------------------------------------------------------------------------------------


def _ask(question: Question, left: str) -> str:
    """Ask one question on the terminal; the answer is an option's value, or free text."""
    click.echo(f"\n{question.about}: {question.text}  ({left})")
    for number, option in enumerate(question.options, start=1):
        more = f"  ({option.evidence})" if option.evidence else ""
        click.echo(f"  {number}  {option.label}{more}")
    if question.free:
        click.echo(f"  or {question.free}")
    while True:
        said = click.prompt("Answer", prompt_suffix=": ").strip()
        answer = _meant(question, said)
        if answer is not None:
            return answer
        click.echo(f"Type a number from 1 to {len(question.options)}.")


def _meant(question: Question, said: str) -> str | None:
    numbers = [part.strip() for part in said.split(",")]
    places = [int(n) - 1 for n in numbers if n.isdecimal()]
    if len(places) == len(numbers) and all(0 <= p < len(question.options) for p in places):
        if len(places) == 1 or question.free:
            return ", ".join(question.options[p].value for p in places)
        return None
    for option in question.options:
        if said.lower() in (option.value.lower(), option.label.lower()):
            return option.value
    return said if question.free and said else None
