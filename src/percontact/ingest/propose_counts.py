# SPDX-License-Identifier: Apache-2.0
"""Contacts that come as totals, or whose outcome stands in several columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.meaning import yes_or_no
from percontact.ingest.meaning_columns import Match, Seen
from percontact.ingest.meaning_values import Written, words_written
from percontact.ingest.proposal import Draft, Line, Reading, flow, written
from percontact.ingest.propose_rows import still_in
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words
from percontact.records.column import Column


@dataclass
class Counts:
    """A file whose rows stand for many contacts.

    answered, abandoned  the columns that count them
    """

    answered: Match
    abandoned: Match | None
    offered: Match | None

    @staticmethod
    def found(columns: Understanding) -> Counts | None:
        """The counts of a file, or None when a row is one contact."""
        if columns.table.name != "contacts":
            return None
        taken = columns.taken
        _noughts_and_ones(taken)
        offered = taken.get("+offered_count")
        answered, abandoned = taken.get("+answered_count"), taken.get("+abandoned_count")
        if answered and abandoned:
            # A count beside these two is of both: taken by itself, who left would count as served.
            return Counts(answered, abandoned, offered or taken.get("count"))
        if answered and "count" in taken:
            return Counts(answered, None, taken["count"])
        one = taken.get("count") or answered or offered
        return Counts(one, None, offered) if one else None

    def averaged(self, made: Written) -> None:
        """An average a contact: the row's total is the average times how many."""
        made.part["times"] = self.answered.seen.header
        made.why.append(f"an average, so times {self.answered.seen.header}")

    def times(self, column: Column, seen: Seen, made: Written, columns: Understanding) -> None:
        """Whether a length is an average a contact or the row's sum: its name says it, or it is asked."""
        if seen.head.average:
            self.averaged(made)
            return
        if set(seen.head.full.split()) & set(words()["sums"]):
            return
        many = self.answered.seen.header
        options = (
            Option("average", f"the average of a contact: times {many}", ""),
            Option("sum", "the sum over all contacts of the row: taken as it is", ""),
        )
        text = "Each row stands for many contacts, and the header does not say whether this is an average."
        answer = columns.asked.ask(Question(f"{column.name}.of", seen.header, text, options))
        if answer == "average":
            self.averaged(made)
        elif answer:
            made.why.append("the sum of the row, as you answered")

    def lines(self, columns: Understanding) -> Iterator[Line]:
        """How many contacts a row stands for."""
        seen = self.answered.seen
        made = columns.decimals.written("count", seen, seen.wholes)
        if self.abandoned:
            made.why.append("answered; the abandoned are read as well, see below")
        yield replace(
            columns.line("count", (seen,), made, "whole"),
            why="; ".join([f"`{self.answered.word}`", *made.why]),
        )
        for other in (self.abandoned, self.offered):
            if other:
                columns.used.add(other.seen.facts.place)
        noughts = zeros(seen)
        if noughts:
            columns.draft.where.append({"column": seen.header, "not": noughts})
        if self.abandoned:
            columns.draft.part = "answered"

    def tell(self, columns: Understanding) -> None:
        """Whether the counts add up in the rows that are read, said with the file's facts."""
        if self.abandoned is None:
            self.tell_unanswered(columns)
            return
        cells = [self.answered, self.abandoned, *([self.offered] if self.offered else [])]
        whole = [
            f"TRY_CAST(replace(replace(c{m.seen.facts.place}, ',', ''), '.', '') AS BIGINT)" for m in cells
        ]
        # Rows without answered contacts are left out of one reading only; a total of both.
        rows = still_in(columns, but=self.answered.seen.header)
        profile = self.answered.seen.profile
        sums = profile.counts([f"sum({w}) FILTER ({rows})" for w in whole])
        told = f"{sums[0]:,} {cells[0].seen.header} + {sums[1]:,} {cells[1].seen.header}"
        if self.offered:
            (off,) = profile.counts([f"count(*) FILTER ({rows} AND {whole[0]} + {whole[1]} <> {whole[2]})"])
            same = (
                "in every row" if not off else f"but not in {off:,} rows" if off > 1 else "but not in 1 row"
            )
            told += f" = {sums[2]:,} {cells[2].seen.header}, {same}"
        columns.facts.append(("Counts", told))

    def tell_unanswered(self, columns: Understanding) -> None:
        """How many contacts are offered and not answered, where no column counts them by themselves."""
        if self.offered is None or self.offered is self.answered or self.answered.role != "+answered_count":
            return
        cells = (self.answered, self.offered)
        whole = [
            f"TRY_CAST(replace(replace(c{m.seen.facts.place}, ',', ''), '.', '') AS BIGINT)" for m in cells
        ]
        rows = still_in(columns, but=self.answered.seen.header)
        served, all_of_them = self.answered.seen.profile.counts([f"sum({w}) FILTER ({rows})" for w in whole])
        told = f"{served:,} {cells[0].seen.header} of {all_of_them:,} {cells[1].seen.header} are read"
        if all_of_them > served:
            told += f"; no column counts the {all_of_them - served:,} others by themselves, so they are not"
        columns.facts.append(("Counts", told))

    def also(self, columns: Understanding) -> Iterator[Reading]:
        """The second reading: the contacts that were abandoned."""
        if self.abandoned is None:
            return
        seen, draft = self.abandoned.seen, columns.draft
        count = columns.line("count", (seen,), columns.decimals.written("count", seen, seen.wholes), "whole")
        kept = [
            line
            for line in draft.columns
            if not line.column.endswith("_s") and line.column not in ("count", "outcome")
        ]
        second = Draft(
            draft.table,
            draft.layout,
            draft.shared,
            kept,
            kept=draft.kept,
            headers=draft.headers,
            part="abandoned",
        )
        second.columns = [*kept, count, Line("outcome", {"constant": "abandoned"}, (), "words", (), "")]
        unanswered = {"column": self.answered.seen.header, "not": zeros(self.answered.seen)}
        second.where = [rule for rule in draft.where if rule != unanswered]
        noughts = zeros(seen)
        if noughts:
            second.where.append({"column": seen.header, "not": noughts})
        text = written(second, columns.name, columns.asked.open)
        yield Reading("abandoned", parse_mapping(text, f"{columns.name} (proposed, abandoned)"), text)


def _noughts_and_ones(taken: dict[str, Match]) -> None:
    """Where a row stands for several contacts, 1 under `Abandoned` is a number of them and no yes."""
    counts = [
        taken[r] for r in ("count", "+answered_count", "+offered_count", "+abandoned_count") if r in taken
    ]
    if not any(m.seen.share(lambda v: v not in ("0", "1")) for m in counts):
        return
    for flag in ("+answered", "+abandoned"):
        match = taken.get(flag)
        if match and f"{flag}_count" not in taken and match.seen.share(str.isdecimal) == 1:
            taken[f"{flag}_count"] = replace(taken.pop(flag), role=f"{flag}_count")


def zeros(seen: Seen) -> list[str]:
    """The ways nought is written in a column of counts."""
    cell = f"c{seen.facts.place}"
    rows = seen.profile.con.execute(
        f"SELECT DISTINCT {cell} FROM seen WHERE regexp_full_match({cell}, '0+([.,]0+)?') ORDER BY 1"
    ).fetchall()
    return [str(text) for (text,) in rows]


def outcome_of(columns: Understanding, column: Column) -> Iterator[Line]:
    """How a contact ended: from its own column, from columns of yes and no, or from the kind of count."""
    taken = columns.taken
    flags = [taken[r] for r in ("+answered", "+resolved", "+abandoned") if r in taken]
    if columns.read_twice:
        yield Line(
            "outcome", {"constant": "handled"}, (), "words", ("handled",), "this reading is of those answered"
        )
    elif column.name in taken:
        yield from _own_column(columns, column)
    elif flags and columns.table.name == "contacts":
        yield _from_flags(columns, flags)


def _own_column(columns: Understanding, column: Column) -> Iterator[Line]:
    seen = columns.taken[column.name].seen
    made = words_written(column, seen)
    pairs = made.part.get("values", {})
    assert isinstance(pairs, dict)
    known = {v: pairs.get(v, v) for v, _ in seen.facts.values}
    unknown = [v for v in known if v not in pairs and v not in _OURS]
    if columns.table.name == "contacts" and unknown and "abandoned" not in known.values():
        left = _which_left(columns, seen, unknown)
        if left:
            made.part["values"] = pairs | dict.fromkeys(left, "abandoned")
            made.why.append("abandoned as you answered")
    elif unknown and columns.table.name == "contacts":
        made.why.append(f"kept as they are, and count as handled: {', '.join(unknown[:5])}")
    yield columns.line(column.name, (seen,), made, "code")


_OURS = ("resolved", "unresolved", "transferred", "escalated", "abandoned", "handled")


def _which_left(columns: Understanding, seen: Seen, unknown: list[str]) -> list[str]:
    """The words that mean that the customer left unserved."""
    rows = dict(seen.facts.values)
    options = [Option("none", "none of them: every contact was served", "")]
    options += [Option(v, f"{v} means abandoned", f"{rows[v]:,} rows") for v in unknown[:12]]
    text = "An abandoned contact does not count as handled. Which of these words mean abandoned?"
    free = "several of the words, with commas between them"
    answer = columns.asked.ask(Question("outcome.abandoned", seen.header, text, tuple(options), free))
    if not answer or answer == "none":
        return []
    wanted = [part.strip().lower() for part in answer.split(",")]
    return [v for v in unknown if v.lower() in wanted]


def _from_flags(columns: Understanding, flags: list[Match]) -> Line:
    """Answered and resolved as yes and no make one outcome."""
    made = Written()
    seen = tuple(m.seen for m in flags)
    if len(flags) == 1:
        made.part["values"] = _said_alone(flags[0])
    else:
        cells = " || ' ' || ".join(f"c{s.facts.place}" for s in seen)
        rows = (
            seen[0]
            .profile.con.execute(
                f"SELECT {cells} AS said, count(*) FROM seen WHERE said IS NOT NULL "
                "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 40"
            )
            .fetchall()
        )
        pairs = {}
        for both, _ in rows:
            said = {m.role: yes_or_no(t) for m, t in zip(flags, str(both).split(" "), strict=False)}
            pairs[str(both)] = _ended(said)
        made.part["values"] = pairs
        first = flags[0]
        cell = f"c{first.seen.facts.place}"
        (alone,) = seen[0].profile.counts([f"count(*) FILTER ({cell} IS NOT NULL AND ({cells}) IS NULL)"])
        if alone:
            # Whether it was resolved stays empty where nobody answered: the first alone then says it.
            made.part["or"] = {"column": first.seen.header, "values": _said_alone(first)}
    made.why.append(f"made of {' and '.join(s.header for s in seen)}")
    return columns.line("outcome", seen, made, "code")


_MEANING = {
    "+answered": ("handled", "abandoned"),
    "+resolved": ("resolved", "unresolved"),
    "+abandoned": ("abandoned", "handled"),
}


def _said_alone(flag: Match) -> dict[str, str]:
    """What yes and no of one column mean."""
    yes, no = _MEANING[flag.role]
    return {text: yes if yes_or_no(text) else no for text, _ in flag.seen.facts.values}


def _ended(said: dict[str, bool | None]) -> str:
    if said.get("+answered") is False or said.get("+abandoned"):
        return "abandoned"
    if said.get("+resolved") is None:
        return "handled"
    return "resolved" if said["+resolved"] else "unresolved"


__all__ = ["Counts", "flow", "outcome_of"]
