# SPDX-License-Identifier: Apache-2.0
"""A question about a file that its bytes cannot answer, with the possible answers and their evidence."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer.

    value     what is given as the answer
    label     what it means, in words
    evidence  what in the file speaks for it, or what would follow
    """

    value: str
    label: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must say before the file can be read.

    key      stable name of the question: `--answer KEY=VALUE`
    about    header or part of the file it is about
    text     the question and why it cannot be worked out
    options  the answers offered
    free     what else may be answered ("a date: 2026-06-01"), or "" = only an option
    """

    key: str
    about: str
    text: str
    options: tuple[Option, ...]
    free: str = ""


class Asked:
    """Answers given so far, and the questions that still have none.

    `used` are the keys that were wanted: an answer to a question nobody asked is a slip of the key.
    """

    def __init__(self, answers: Pairs[str, str]) -> None:
        self.answers = {key.strip(): value.strip() for key, value in answers.items()}
        self.open: list[Question] = []
        self.used: set[str] = set()
        self.wrong: list[tuple[Question, str]] = []

    def ask(self, question: Question) -> str | None:
        """The answer, or None: then the question is noted as open."""
        self.used.add(question.key)
        given = self.answers.get(question.key)
        if given is None:
            self.note(question)
            return None
        for option in question.options:
            if given.lower() in (option.value.lower(), option.label.lower()):
                return option.value
        if question.free:
            return given
        self.wrong.append((question, given))
        self.note(question)
        return None

    def note(self, question: Question) -> None:
        if all(q.key != question.key for q in self.open):
            self.open.append(question)
