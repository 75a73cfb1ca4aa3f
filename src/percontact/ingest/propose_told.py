# SPDX-License-Identifier: Apache-2.0
"""What a person says of single columns of a file: what one holds, that it is kept, or that it is left out.

It is said as an answer, `column.HEADER=started_at`, `=keep` or `=leave`; nobody has to be asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from percontact.ingest.masked import HIDDEN
from percontact.ingest.meaning_columns import Match, Seen, fits
from percontact.ingest.personal import is_personal
from percontact.ingest.plan import plain_name
from percontact.ingest.proposal import Draft, Line
from percontact.ingest.question import Asked, Option, Question
from percontact.records.column import Table
from percontact.values.problem import problem

KEEP, LEAVE = "keep", "leave"
PREFIX = "column."
SPANS = ("period_start", "period_end")


def tells_columns(asked: Asked) -> bool:
    """Whether anything is said of single columns: then a shipped mapping does not decide them."""
    return any(key.startswith(PREFIX) for key in asked.answers)


def set_apart(
    table: Table, columns: tuple[Seen, ...], asked: Asked, draft: Draft, name: str
) -> tuple[Seen, ...]:
    """The columns that may still mean something; those that are kept or left out as told are noted.

    Raises E-FILE-04 when none is left.
    """
    rest = []
    for seen in columns:
        told = asked.answers.get(PREFIX + seen.header)
        if told in (KEEP, LEAVE):
            asked.used.add(PREFIX + seen.header)
        if told == KEEP and plain_name(seen.header) not in table.names:
            draft.kept.append(seen.header)
        elif told == LEAVE:
            draft.left.append((seen.header, "as you said"))
        else:
            rest.append(seen)
    if columns and not rest:
        what, why = "no column is left to be read", "Each was said to be kept as it is or left out."
        raise problem("E-FILE-04", name, what, why, "Say of one column what it holds.")
    return tuple(rest)


def as_told(table: Table, columns: tuple[Seen, ...], taken: dict[str, Match], asked: Asked) -> None:
    """Put columns where a person says that they belong. What a column's values cannot be is asked again."""
    said: set[str] = set()
    for seen in columns:
        key = PREFIX + seen.header
        told = asked.answers.get(key)
        if told is None:
            continue
        asked.used.add(key)
        if told == KEEP:
            # Under its own name it is that column of the table.
            told = plain_name(seen.header)
        role = "period" if told == "period" and table.column("period_start") else told
        if role not in could_be(table, seen) or role in said:
            question = _question(table, seen, key)
            asked.wrong.append((question, told))
            asked.note(question)
            continue
        for other in [r for r, m in taken.items() if m.seen is seen]:
            del taken[other]
        taken[role] = Match(role, seen, 0.5, "as you said")
        said.add(role)


def left_empty(table: Table, asked: Asked, draft: Draft) -> None:
    """Say of a column that it is empty, where a header of its name was said to hold something else.

    Equal names fill each other, so it has to be said.
    """
    filled = {line.column for line in draft.columns}
    for key in sorted(asked.used):
        name = plain_name(key.removeprefix(PREFIX))
        if key.startswith(PREFIX) and name in table.names and name not in filled:
            draft.columns.append(Line(name, {"constant": ""}, (), "nothing", (), "left empty, as you said"))


def could_be(table: Table, seen: Seen) -> list[str]:
    """Columns of a table that the values of a column can be, in the table's order."""
    names = [*(["period"] if table.column("period_start") else []), *table.names]
    return [n for n in names if fits(table, n, seen)]


def shown_samples(seen: Seen) -> tuple[str, ...]:
    """Values of a column, as far as they may be shown: none that may be a person's."""
    if is_personal(seen.head.full, seen.head.base):
        return (HIDDEN,)
    return tuple(HIDDEN if "@" in s else s for s in seen.facts.samples)


def _question(table: Table, seen: Seen, key: str) -> Question:
    options = (
        *(Option(n, n, "") for n in could_be(table, seen)),
        Option(KEEP, "keep it under its own name", "to filter and group by"),
        Option(LEAVE, "leave it out", ""),
    )
    text = "Its values cannot be what was said, or two columns were said to be the same. What does it hold?"
    return Question(key, seen.header, text, options)


def settable(table: Table) -> Iterator[tuple[str, str]]:
    """(column, what it is for) of all that a column of a file may be said to hold."""
    if table.column("period_start"):
        yield "period", "the month, quarter, year or day a row is for"
    for column in table.columns:
        yield column.name, column.why
