# SPDX-License-Identifier: Apache-2.0
"""Payroll lists whose cost stands in several columns: pay, and what the employer pays besides.

What a person costs is gross pay with the employer's own charges; what is taken off the pay is in the gross
already. A column that is the sum of others is told by its values, so that nothing is added up twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Literal

from percontact.ingest.meaning import plain
from percontact.ingest.meaning_columns import FITS, Match, Seen
from percontact.ingest.meaning_values import Part, Written
from percontact.ingest.propose_ledger import number_sql
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words

_COLUMNS, _MORE, _ROWS, _SURE_ROWS = 16, 6, 400, 3
"""Columns among which a sum is looked for, how many of them it may have, and in how many rows; the rows that
make a sum sure whatever its column is called."""

Choice = Literal["total", "sum"]


@dataclass(frozen=True)
class Employer:
    """The columns of such a list.

    gross    what people are paid, before anything is taken off it; None = the list has only the total
    charges  what the employer pays besides, none of them the sum of others
    within   charges that a further one sums up, each with that one
    total    pay and charges in one column, or None
    parts    what the total is the sum of, in every row; () = of nothing in the file
    """

    gross: Seen | None
    charges: tuple[Seen, ...]
    within: tuple[tuple[Seen, Seen], ...]
    total: Seen | None
    parts: tuple[Seen, ...]

    @staticmethod
    def found(columns: Understanding) -> Employer | None:
        """The list's columns, or None where it is no payroll list with the employer's charges."""
        if columns.table.name != "ledger":
            return None
        numbers = [s for s in columns.columns if _is_amount(s)]
        totals = _named(numbers, "total")
        named = [s for s in numbers if s not in totals and _is_charge(s)]
        gross = next(iter(_named([s for s in numbers if s not in named], "gross")), None)
        if not named or (gross is None and not totals):
            # Without charges by name, a total of pay and others is one like any other amount.
            only = gross and totals and "amount" not in columns.taken
            return Employer(gross, (), (), totals[0], ()) if only else None
        sums = _Sums(numbers)
        within = _within(columns, sums, named)
        inside = {part.facts.place for part, _ in within}
        charges = tuple(s for s in named if s.facts.place not in inside)
        total, parts = _total(sums, numbers, gross, charges, totals)
        return Employer(gross, charges, within, total, parts)

    @property
    def all(self) -> tuple[Seen, ...]:
        """Every column of it."""
        found = (self.gross, *self.charges, *(part for part, _ in self.within), self.total, *self.parts)
        return tuple({s.facts.place: s for s in found if s is not None}.values())

    def take(self, columns: Understanding) -> None:
        """Make the cost the amount; what else its columns were taken for is undone."""
        mine = {s.facts.place for s in self.all}
        for role in [r for r, m in columns.taken.items() if m.seen.facts.place in mine]:
            del columns.taken[role]
        for role in ("+debit", "+credit", "+side", "amount"):
            columns.taken.pop(role, None)
        stands = self.total or self.gross
        assert stands is not None
        columns.taken["amount"] = Match("amount", stands, 0.9, plain(stands.header))

    def write(self, columns: Understanding) -> tuple[Seen, Written]:
        """(the column the amount comes from, how it is written); what is not added is said."""
        added = (self.gross, *self.charges) if self.gross else ()
        choice: Choice | None = "total" if self.total and self.parts else "sum"
        if self.total and not self.parts:
            choice = self._ask(columns) if added and self.charges else "total"
        stands = self.total if self.total and choice == "total" else self.gross
        assert stands is not None
        shown = (stands,) if stands is self.total else added
        made = Written(part=self.written(columns, shown))
        columns.used |= {s.facts.place for s in self.all}
        if stands is self.total:
            self._total_taken(columns, made)
        elif choice == "sum" and self.charges:
            made.part = {"plus": [s.header for s in self.charges]} | made.part
            made.why.append(f"pay with {_listed(self.charges)}, which the employer pays besides")
            if self.total:
                columns.draft.left.append((self.total.header, "a total, as you answered"))
        for part, whole in self.within:
            columns.draft.left.append((part.header, f"part of {whole.header}"))
        return stands, made

    def _total_taken(self, columns: Understanding, made: Written) -> None:
        assert self.total is not None
        if self.parts:
            made.why.append(f"the sum of {_listed(self.parts)} in every row, so they are not added to it")
            sums = f"{self.total.header} = {' + '.join(s.header for s in self.parts)} in every row"
            columns.facts.append(("Cost", f"{sums}; the total is taken, its parts are not added"))
        else:
            made.why.append("the total cost, by its name")
        for seen in self.all:
            if seen is not self.total and all(seen is not part for part, _ in self.within):
                why = f"in {self.total.header} already" if seen in self.parts else "the total cost is taken"
                columns.draft.left.append((seen.header, why))

    def _ask(self, columns: Understanding) -> Choice | None:
        """A column is called the total cost and is not the sum of pay and charges: which one is the cost?"""
        assert self.total is not None
        assert self.gross is not None
        added = (self.gross, *self.charges)
        part = self.written(columns, [self.total, *added])
        value = [f"coalesce({number_sql(s, part)}, 0)" for s in added]
        total, together = f"coalesce({number_sql(self.total, part)}, 0)", f"({' + '.join(value)})"
        ((theirs, ours, differ, rows),) = self.total.profile.con.execute(
            f"SELECT sum({total}), sum({together}), count(*) FILTER (abs({total} - {together}) >= 0.005), "
            "count(*) FROM seen"
        ).fetchall()
        said = " + ".join(s.header for s in added)
        options = (
            Option("total", f"{self.total.header}, as it stands", f"comes to {theirs or 0:,.2f}"),
            Option("sum", f"{said}, added up", f"comes to {ours or 0:,.2f}"),
        )
        text = f"It is called a total, and in {differ:,} of {rows:,} rows it is not {said}. What is the cost?"
        answer = columns.asked.ask(Question("payroll", self.total.header, text, options))
        return "total" if answer == "total" else "sum" if answer == "sum" else None

    @staticmethod
    def written(columns: Understanding, seen: Sequence[Seen]) -> Part:
        """How the numbers of these columns are written; those with decimals say it for whole ones."""
        part: Part = {}
        for one in sorted(seen, key=lambda s: s.numbers.whole):
            part = columns.decimals.written("amount", one, one.numbers).part | part
        if any(s.numbers.signs for s in seen):
            part["accounting"] = True
        return part


def _listed(columns: Sequence[Seen]) -> str:
    names = [s.header for s in columns]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _is_amount(seen: Seen) -> bool:
    """Whether a column can hold money: numbers, and no percentages."""
    filled = seen.facts.filled
    return bool(filled) and seen.numbers.read >= FITS * filled and not seen.numbers.percent


def _named(columns: Sequence[Seen], kind: str) -> list[Seen]:
    """Columns named by one of the words of a kind, the surest word first."""
    known = words()["payroll"][kind]
    found = [(known.index(w), s) for s in columns for w in {plain(s.header), s.head.base} if w in known]
    return [s for _, s in sorted(found, key=lambda f: (f[0], f[1].facts.place))]


def _is_charge(seen: Seen) -> bool:
    """Whether a header names what the employer pays besides the pay."""
    kinds, said = words()["payroll"], seen.head.full.split()
    if set(said) & set(kinds["not_employer"]):
        return False
    return bool(set(said) & set(kinds["employer_words"])) or seen.head.base in kinds["employer"]


class _Sums:
    """Columns of numbers, some of which may be the sum of others in every row."""

    def __init__(self, columns: Sequence[Seen]) -> None:
        """The first rows as exact numbers; a cell that is empty counts as nothing."""
        self.rows = {s.facts.place: list(_numbers(s)) for s in columns}

    def of(self, seen: Seen) -> list[Decimal]:
        return self.rows[seen.facts.place]

    def makes(self, whole: Seen, sure: Sequence[Seen], maybe: Sequence[Seen]) -> tuple[Seen, ...]:
        """What a column is the sum of in every row: all the sure ones, the fewest others; or ()."""
        mine = self.of(whole)
        rest = [n - sum(self.of(s)[i] for s in sure) for i, n in enumerate(mine)]
        known = [s for s in maybe if any(self.of(s))][:_COLUMNS]
        # The rows in which most is missing decide soonest.
        order = sorted(range(len(mine)), key=lambda i: -abs(rest[i]))
        columns = [self.of(s) for s in known]
        for size in range(min(_MORE, len(known)) + 1 if any(mine) else 0):
            for chosen in combinations(range(len(known)), size):
                if len(sure) + size > 1 and all(sum(columns[c][i] for c in chosen) == rest[i] for i in order):
                    return (*sure, *(known[c] for c in chosen))
        return ()

    @property
    def many(self) -> bool:
        """Whether there are rows enough for a sum to be no accident."""
        return max(map(len, self.rows.values()), default=0) >= _SURE_ROWS


def _numbers(seen: Seen) -> Iterator[Decimal]:
    way = min(seen.numbers.ways, default=(".", ""))
    cells = seen.profile.con.execute(
        f"SELECT c{seen.facts.place} FROM seen ORDER BY line LIMIT {_ROWS}"
    ).fetchall()
    for (cell,) in cells:
        text = str(cell or "0").replace("\u2212", "-").replace("\u00a0", " ")
        text = text.replace(way[1], "") if way[1] else text
        bare = "".join(sign for sign in text.replace(way[0], ".") if sign in "0123456789.-()")
        if bare.startswith("(") or bare.endswith("-"):
            bare = "-" + bare.strip("()-")
        try:
            yield Decimal(bare)
        except InvalidOperation:
            yield Decimal(0)


def _within(columns: Understanding, sums: _Sums, named: Sequence[Seen]) -> tuple[tuple[Seen, Seen], ...]:
    """(charge, the charge that sums it up with others): its name says so, or it sums up all, or it is asked.

    Charges are shares of the pay, and 8.2 % + 1.1 % is 9.3 % in every row: a sum alone proves nothing.
    """
    for whole in named:
        others = [s for s in named if s is not whole]
        parts = sums.makes(whole, (), others)
        if len(parts) < 2:
            continue
        said = set(whole.head.full.split()) & set(words()["sums"])
        if said or len(parts) == len(others) > 2:
            return tuple((part, whole) for part in parts)
        text = f"It is {_listed(parts)} in every row. Their shares of the pay may happen to add up so."
        options = (
            Option("sum", f"it sums them up: {_listed(parts)} are not added again", ""),
            Option("besides", f"it is paid besides {_listed(parts)}", "all of them are added"),
        )
        answer = columns.asked.ask(Question("payroll.charges", whole.header, text, options))
        if answer == "sum":
            return tuple((part, whole) for part in parts)
    return ()


def _total(
    sums: _Sums,
    numbers: Sequence[Seen],
    gross: Seen | None,
    charges: Sequence[Seen],
    totals: Sequence[Seen],
) -> tuple[Seen | None, tuple[Seen, ...]]:
    """(the column that holds the whole cost, what it is the sum of): by its values, else by its name."""
    near = [s for s in (gross, *charges) if s is not None and any(sums.of(s))]
    least = sum(sums.of(gross)) if gross else max(sum(sums.of(s)) for s in numbers)
    for whole in [*totals, *(s for s in numbers if s not in totals)]:
        if whole is gross or whole in charges or sum(sums.of(whole)) < least:
            continue
        sure = whole in totals or sums.many
        others = [s for s in numbers if s is not whole and s not in totals and s not in near] if sure else []
        if parts := sums.makes(whole, near, others):
            return whole, parts
    return (totals[0] if totals else None), ()
