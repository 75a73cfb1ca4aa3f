# SPDX-License-Identifier: Apache-2.0
"""Surveys: which columns are answers, what each question measures, and on which scale it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from percontact.ingest.mapping import Unpivot
from percontact.ingest.meaning import heading, plain, roles, value_map
from percontact.ingest.meaning_columns import Match, Seen
from percontact.ingest.meaning_values import Part
from percontact.ingest.plan import clean_name
from percontact.ingest.proposal import Line
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.survey_words import (
    KINDS,
    STANDARD,
    Answers,
    answers_in,
    is_unsent,
    kind_in,
    says_survey,
)
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words
from percontact.records.column import Table
from percontact.values.problem import PercontactError, problem

_OF_WORK = {
    "contacts": (
        "queued_at", "ended_at", "wait_s", "handle_s", "talk_s", "hold_s", "wrap_s", "direction", "queue",
        "count", "outcome", "+abandoned", "+answered_count", "+abandoned_count", "+offered_count",
    ),
    "cases": ("resolved_at", "closed_at", "status", "priority", "reopens", "escalated"),
}  # fmt: skip
"""Columns that tell of a contact or a case itself, and not of what was said about it later."""


@dataclass
class Item:
    """One question: the column of its answers, what it measures and how they are written.

    scale   lowest and highest possible answer; None while it is asked
    turned  whether a low answer is the good one, so that its numbers are turned round
    """

    seen: Seen
    answers: Answers
    kind: str | None = None
    scale: tuple[int, int] | None = None
    turned: bool = False
    why: list[str] = field(default_factory=list)

    def number(self, text: str) -> str:
        """The number that is stored for an answer."""
        value = self.answers.numbers.get(text, text)
        if self.turned and self.scale and value.isdigit():
            return str(sum(self.scale) - int(value))
        return value

    def numbered(self) -> dict[str, str]:
        """Every answer with its number, where one is not the other."""
        return {t: self.number(t) for t in self.texts if self.number(t) != t}

    @property
    def texts(self) -> list[str]:
        """The answers there are, and those that next month's file may have besides."""
        steps = range(self.scale[0], self.scale[1] + 1) if self.answers.plain and self.scale else ()
        return list(dict.fromkeys([*map(str, steps), *(v for v, _ in self.seen.facts.values)]))


@dataclass
class Survey:
    """The questions of a file: one, or several side by side, whose columns become rows."""

    items: tuple[Item, ...]
    question: str = "question"
    answer: str = "answer"

    @property
    def unpivot(self) -> Unpivot | None:
        """What a mapping says of several questions side by side; None where there is one."""
        if len(self.items) < 2:
            return None
        return Unpivot(tuple(i.seen.header for i in self.items), "", self.question, self.answer)

    def settle(self, asked: Asked, name: str) -> None:
        """Decide or ask the kind and the scale of each question; `name` is the file's."""
        for item in self.items:
            key = "" if len(self.items) == 1 else f"{clean_name(item.seen.header)}."
            _kind(item, asked, name, key)
            if item.kind:
                item.answers = answers_in(item.seen, item.kind) or item.answers
            _scale(item, asked, f"{key}scale" if key else "score.scale")
            _direction(item, asked, f"{key}direction" if key else "score.direction")

    def take(self, columns: Understanding) -> None:
        """Have the score, the time it was asked, and an id for each question."""
        taken = columns.taken
        for role in ("score", "kind", "question", "scale_min", "scale_max"):
            taken.pop(role, None)
        if self.unpivot:
            seen = {s.header: s for s in columns.columns}
            score = seen[self.answer]
            taken["question"] = Match("question", seen[self.question], 1.0, "the header of each answer")
            columns.draft.shared.append(
                (
                    "unpivot",
                    {"columns": list(self.unpivot.columns), "name": self.question, "value": self.answer},
                )
            )
            score_match = Match("score", score, 1.0, "the answers side by side")
        else:
            score_match = Match("score", self.items[0].seen, 1.0, "name")
            mine = self.items[0].seen.facts.place
            score_match = Match(
                "score", next(s for s in columns.columns if s.facts.place == mine), 1.0, "the answers"
            )
        for role in [r for r, m in taken.items() if m.seen is score_match.seen]:
            del taken[role]
        taken["score"] = score_match
        unsent = [v for v, _ in self.items[0].seen.facts.values if is_unsent(v)]
        if unsent and not self.unpivot:
            columns.draft.where.append({"column": self.items[0].seen.header, "not": unsent})
            columns.facts.append(("Not asked", f"rows are left out: {', '.join(unsent)}"))
        if "sent_at" not in taken and "answered_at" in taken:
            taken["sent_at"] = taken["answered_at"]

    def lines(self, columns: Understanding, name: str) -> Iterator[Line] | None:
        """The lines of one column of the table; None where nothing special holds for it."""
        match name:
            case "survey_id" if self.unpivot and "survey_id" in columns.taken:
                return self._id(columns)
            case "kind":
                return self._kinds(columns)
            case "score":
                return self._scores(columns)
            case "scale_min" | "scale_max":
                return self._edges(name)
        return None

    # -- lines ---------------------------------------------------------------------------------------------

    def _id(self, columns: Understanding) -> Iterator[Line]:
        seen = columns.taken["survey_id"].seen
        columns.used.add(seen.facts.place)
        origin = {"columns": [seen.header, self.question]}
        yield Line("survey_id", origin, (seen.header, self.question), "id", seen.facts.samples, "a row each")

    def _kinds(self, columns: Understanding) -> Iterator[Line]:
        known = [i for i in self.items if i.kind]
        if not self.unpivot:
            for item in known:
                yield _constant("kind", str(item.kind), item.why[0] if item.why else "")
        elif known:
            pairs = {i.seen.header: str(i.kind) for i in known}
            yield self._by_question("kind", pairs, "what each question measures")

    def _scores(self, columns: Understanding) -> Iterator[Line]:
        seen = columns.taken["score"].seen
        part = self._written(columns)
        why = [w for i in self.items for w in i.why[1:]] if not self.unpivot else ["the answers side by side"]
        columns.used.add(seen.facts.place)
        headers: tuple[str, ...] = (seen.header,)
        origin: object = {"column": seen.header} | part if part else seen.header
        clash = any(
            one.number(text) != other.number(text)
            for one in self.items
            for other in self.items
            for text in set(one.texts) & set(other.texts)
        )
        if clash:
            # The same answer is another number in another question, so both are named.
            headers = (self.question, seen.header)
            every = {f"{i.seen.header}: {text}": i.number(text) for i in self.items for text in i.texts}
            origin = {"columns": list(headers), "join": ": ", "values": every, "else": "aside"}
        yield Line("score", origin, headers, "number", seen.facts.samples, "; ".join(why))

    def _written(self, columns: Understanding) -> Part:
        part: Part = {}
        matches = {i.answers.match for i in self.items if i.answers.match}
        if matches:
            part["match"] = "^([0-9.,]+)" if len(matches) > 1 else next(iter(matches))
        pairs = {text: number for i in self.items for text, number in i.numbered().items()}
        if pairs:
            part["values"] = pairs
        plain_ones = [i.seen for i in self.items if i.answers.plain]
        for seen in plain_ones:
            part |= columns.decimals.written("score", seen, seen.numbers).part
        return part

    def _edges(self, name: str) -> Iterator[Line]:
        place = 0 if name == "scale_min" else 1
        known = {i.seen.header: str(i.scale[place]) for i in self.items if i.scale}
        if known and not self.unpivot:
            yield _constant(name, next(iter(known.values())), "")
        elif known:
            yield self._by_question(name, known, "")

    def _by_question(self, name: str, pairs: dict[str, str], why: str) -> Line:
        if len(set(pairs.values())) == 1 and len(pairs) == len(self.items):
            return _constant(name, next(iter(pairs.values())), why)
        origin = {"column": self.question, "values": pairs, "else": "null"}
        return Line(name, origin, (self.question,), "words", tuple(dict.fromkeys(pairs.values())), why)


def _constant(name: str, value: str, why: str) -> Line:
    return Line(name, {"constant": value}, (), "words" if name == "kind" else "number", (value,), why)


def survey_of(table: Table, columns: Sequence[Seen], name: str) -> Survey | None:
    """The questions of a file for the table surveys; None where each row says itself what it measures."""
    if table.name != "surveys":
        return None
    if any(s.facts.filled and any(r.name == "kind" for r in roles(table, s.head)) for s in columns):
        return None
    items: list[Item] = []
    for seen in columns:
        kind = kind_in(seen.header)
        if seen.facts.filled and kind and (answers := answers_in(seen, kind)):
            items.append(Item(seen, answers, kind, why=["the header says it"]))
    if not items:
        known = words()["survey_scores"]
        for seen in columns:
            if seen.facts.filled and (plain(seen.header) in known or seen.head.base in known):
                answers = answers_in(seen, None)
                items += [Item(seen, answers)] if answers else []
    if not items:
        return None
    taken = {s.header.lower() for s in columns}
    question = next(n for n in ("question", "question asked", "which question") if n not in taken)
    answer = next(n for n in ("answer", "answer given", "which answer") if n not in taken)
    return Survey(tuple(items), question, answer)


def scales_by_kind(columns: Understanding) -> Iterator[Line]:
    """The scale of each kind of question, where each row says itself which kind it is."""
    kind, score = columns.taken.get("kind"), columns.taken.get("score")
    if kind is None or score is None or {"scale_min", "scale_max"} & set(columns.taken):
        return
    rows = score.seen.profile.con.execute(
        f"SELECT c{kind.seen.facts.place}, c{score.seen.facts.place}, count(*) FROM seen "
        f"WHERE c{score.seen.facts.place} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    scales: dict[str, tuple[int, int]] = {}
    for word in dict.fromkeys(str(w) for w, _, _ in rows if w is not None):
        mine = tuple((str(v), int(n)) for w, v, n in rows if w == word)
        filled = sum(n for _, n in mine)
        facts = replace(score.seen.facts, values=mine, filled=filled, distinct=len(mine))
        seen = Seen(score.seen.profile, facts, score.seen.head)
        said = value_map("kind", word) or word.lower()
        if answers := answers_in(seen, said):
            item = Item(seen, answers, said)
            _scale(item, columns.asked, f"{clean_name(word)}.scale")
            scales |= {word: item.scale} if item.scale else {}
    for place, name in enumerate(("scale_min", "scale_max")):
        ends = {word: str(one[place]) for word, one in scales.items()}
        if ends:
            origin = {"column": kind.seen.header, "values": ends, "else": "null"}
            yield Line(name, origin, (kind.seen.header,), "number", tuple(ends.values()), "")


def _kind(item: Item, asked: Asked, name: str, key: str) -> None:
    """What a question measures: by its header, else by the file's name; else it is asked."""
    stem = re.sub(r"\.\w+$", "", name)
    if item.kind == "rating" and (said := kind_in(stem)) and said != "rating":
        item.kind, item.why = said, ["the file's name says it"]
    if item.kind:
        return
    if said := kind_in(stem):
        item.kind, item.why = said, ["the file's name says it"]
        return
    samples = ", ".join(item.seen.facts.samples)
    options = tuple(Option(kind, label, "") for kind, label in KINDS.items())
    text = f"It holds answers such as {samples}, and neither its header nor the file's name says to what."
    answer = asked.ask(Question(f"{key}kind" if key else "kind", item.seen.header, text, options))
    if answer:
        item.kind, item.why = answer, ["as you answered"]


def _scale(item: Item, asked: Asked, key: str) -> None:
    """The lowest and highest possible answer: said, or known from the answers; else it is asked."""
    low, top = item.answers.scale
    if low is not None and top is not None:
        item.scale = (low, top)
        item.why.append(f"from {low} to {top}" + (f", {item.answers.why}" if item.answers.why else ""))
        return
    found = sorted(
        {float(m[0].replace(",", ".")) for v, _ in item.seen.facts.values if (m := _FIRST.match(v))}
    )
    fitting = [
        (lo, hi)
        for lo, hi in STANDARD
        if found and lo <= found[0] and found[-1] <= hi and top in (None, hi) and low in (None, lo)
    ]
    evidence = f"the answers go from {found[0]:g} to {found[-1]:g}" if found else ""
    options = tuple(Option(f"{lo}-{hi}", f"from {lo} to {hi}", evidence) for lo, hi in fitting)
    text = "Nothing says which is the lowest and which the highest possible answer; nobody may have given it."
    question = Question(key, item.seen.header, text, options, "lowest and highest: 1-6")
    answer = asked.ask(question)
    if answer is None:
        return
    ends = re.fullmatch(r"(\d{1,3})\s*(?:-|to)\s*(\d{1,3})", answer)
    if ends and int(ends[1]) < int(ends[2]) and (not found or float(ends[1]) <= found[0]):
        item.scale = (int(ends[1]), int(ends[2]))
        item.why.append(f"from {ends[1]} to {ends[2]}, as you answered")
    else:
        asked.wrong.append((question, answer))
        asked.note(question)


_FIRST = re.compile(r"\d+([.,]\d+)?")


def _direction(item: Item, asked: Asked, key: str) -> None:
    """Whether a high answer is the good one: asked of efforts and of marks, where both are in use."""
    said = set(plain(item.seen.header).split())
    effort = item.kind == "ces" and not said & set(words()["survey_easy"])
    marks = bool(said & set(words()["survey_grades"])) and item.scale in ((1, 5), (1, 6), None)
    if item.answers.why in ("in words", "stars", "yes or no") or not (
        effort or marks or item.scale == (1, 6)
    ):
        return
    good, bad = ("easy", "hard") if effort else ("good", "bad")
    options = (
        Option("high", f"a high answer means {good}", "kept as it is"),
        Option("low", f"a low answer means {good}", "turned round, so that high is " + good),
    )
    text = f"Both are in use: that a high answer means {good}, and that it means {bad}."
    answer = asked.ask(Question(key, item.seen.header, text, options))
    if answer == "low":
        item.turned = True
        item.why.append("turned round, as you answered")


# -- surveys given as something else -------------------------------------------------------------------------


def ask_if_surveys(table: str, columns: Sequence[Seen], asked: Asked, name: str) -> bool:
    """Ask whether rows that look like answers to a survey are contacts or cases all the same.

    Result: whether that is open. Raises E-MAP-02 when the answer is that they are surveys.
    """
    from percontact.records.tables import TABLES

    if table not in _OF_WORK:
        return False
    about = [
        s.header
        for s in columns
        if s.facts.filled and says_survey(s.header) and (answers_in(s, None) or not kind_in(s.header))
    ]
    work = [
        s.header
        for s in columns
        for role in roles(TABLES[table], heading(s.header))[:1]
        if s.facts.filled and role.name in _OF_WORK[table]
    ]
    if not about or work:
        return False
    options = (
        Option("surveys", "they are answers to a survey", f"percontact import surveys {name}"),
        Option(table, f"they are {table} all the same", f"each row counts as one of {table}"),
    )
    text = (
        f"The rows look like answers to a survey ({', '.join(about[:3])}), and no column tells of the "
        f"{table} themselves. Counted as {table}, those who answered would count, and nobody else."
    )
    answer = asked.ask(Question("table", name, text, options))
    if answer == "surveys":
        raise are_surveys(name)
    return answer is None


def are_surveys(name: str) -> PercontactError:
    """What is said of surveys that were to be read as something else."""
    return problem(
        "E-MAP-02",
        name,
        "its rows are answers to a survey, as you say",
        "They have a table of their own, and nothing was imported.",
        f"percontact import surveys {name}",
    )
