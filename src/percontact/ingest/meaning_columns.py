# SPDX-License-Identifier: Apache-2.0
"""Which header of a file could fill which column of a table: by its name, and only if its values fit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from percontact.ingest.intervals import Interval
from percontact.ingest.meaning import (
    CURRENCIES,
    NEAR,
    Heading,
    Role,
    heading,
    roles,
    value_map,
    yes_or_no,
)
from percontact.ingest.meaning_dates import (
    Dates,
    clock_formats,
    dates_of,
    epoch_unit,
    month_formats,
    zone_tails,
)
from percontact.ingest.meaning_numbers import CURRENCY_SIGNS, Lengths, Numbers, lengths_of, numbers_of
from percontact.ingest.personal import PAPERS, is_free_text, is_name, is_personal, of_staff
from percontact.ingest.profile import Facts, Profile
from percontact.ingest.totals import Totals
from percontact.ingest.vocabulary import words
from percontact.records.column import Column, Table
from percontact.records.dialect import literal

FITS = 0.8
"""Share of a column's values that must be readable for the column to fit; the others are set aside."""

_DIMENSION_VALUES, _DIMENSION_LENGTH = 1_000, 60
"""A column with more different values than that, or longer ones, is no dimension."""

_EMAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
_PHONE = r"(\+|00)[0-9][0-9 ()/-]{7,}"


@dataclass(frozen=True)
class Seen:
    """One column of the file with what its values could be, worked out when first asked for.

    zoned  whether a zone behind its times may be taken: who does must then ask for it, or say UTC
    """

    profile: Profile
    facts: Facts
    head: Heading
    zoned: bool = False

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """The zones behind all of its times."""
        return zone_tails(self.profile, self.facts) if self.zoned else ()

    @cached_property
    def dates(self) -> Dates:
        bare = bool(re.search(_DATED, self.head.full))
        return dates_of(self.profile, self.facts, bare=bare, tails=self.tails)

    @cached_property
    def months(self) -> tuple[str, ...] | None:
        return month_formats(self.facts, self.profile)

    @cached_property
    def clocks(self) -> tuple[str, ...] | None:
        return clock_formats(self.facts, self.profile)

    @cached_property
    def numbers(self) -> Numbers:
        return numbers_of(self.facts)

    @cached_property
    def wholes(self) -> Numbers:
        return numbers_of(self.facts, whole=True)

    @cached_property
    def lengths(self) -> Lengths:
        return lengths_of(self.profile, self.facts)

    @cached_property
    def epoch(self) -> str | None:
        return epoch_unit(self.facts)

    @property
    def header(self) -> str:
        return self.facts.header

    @property
    def interval(self) -> Interval | None:
        """How start and end of a stretch stand in each cell, if they do; its values are the starts."""
        return self.profile.intervals.get(self.facts.place)

    @cached_property
    def names(self) -> int:
        """Rows in which it holds the name of a person, as columns of staff do."""
        return self.profile.counts([f"count(*) FILTER ({is_name(f'c{self.facts.place}')})"])[0]

    @property
    def totals(self) -> Totals | None:
        """The rows that it calls totals, which are not among those looked at."""
        return self.profile.totals.get(self.facts.place)

    @cached_property
    def summed(self) -> Numbers:
        """Its numbers together with those of the rows that are totals."""
        return numbers_of(replace(self.facts, shapes=self.profile.with_totals(self.facts)))

    @property
    def is_total(self) -> bool:
        """Whether its header says that it is the total of others: Total, Gesamt, Total 2026."""
        text = " ".join(word for word in self.head.full.split() if not word.isdigit())
        return text in words()["totals"]

    @property
    def is_dates(self) -> bool:
        """Whether most of its values are days or moments."""
        read = self.dates.read
        return read > 0 and read >= FITS * self.facts.filled

    @property
    def is_day(self) -> bool:
        """Whether its moments are days, without a time of day."""
        return self.epoch is None and (not self.dates.with_time or self.is_midnight)

    @property
    def is_midnight(self) -> bool:
        """Whether every time of day in it is 00:00, as spreadsheets write days."""
        cell = f"c{self.facts.place}"
        midnight = f"regexp_matches({cell}, '[ T]0{{1,2}}:00(:00(\\.0+)?)?$')"
        sql = f"count(*) FILTER ({cell} IS NOT NULL AND NOT {midnight})"
        return self.dates.with_time and self.profile.counts([sql]) == [0]

    def share(self, known: object) -> float:
        """Share of the rows (of the most frequent values) for which `known(value)` holds."""
        assert callable(known)
        rows = sum(n for _, n in self.facts.values)
        return sum(n for v, n in self.facts.values if known(v)) / rows if rows else 0.0


_DATED = (
    r"\b(date|datum|day|tag|fecha|data|dia|giorno|jour|dag|created|opened|closed|start|end|time|at|am|on)\b"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A column of the file that stands for a column of the table (or, with a +, for a part of one)."""

    role: str
    seen: Seen
    score: float
    word: str

    @property
    def why(self) -> str:
        if self.score == 1.0:
            return "the table's own name"
        if self.word.startswith(("as you ", "it ")):
            return self.word
        return f"`{self.word}`" if self.word != self.seen.head.full else "name"


def seen_columns(profile: Profile) -> tuple[Seen, ...]:
    """The columns of a file, ready to be understood."""
    return tuple(Seen(profile, facts, heading(facts.header)) for facts in profile.columns)


def assign(table: Table, columns: tuple[Seen, ...]) -> tuple[dict[str, Match], dict[str, list[Match]]]:
    """(role -> its column, role -> columns whose names are near but not sure).

    The surest name wins; of equal names, the first column of the file. A name counts only if the values fit.
    """
    wanted = [
        (Match(role.name, seen, role.score, role.word), seen)
        for seen in columns
        for role in roles(table, seen.head)
    ]
    wanted.sort(key=lambda pair: (-pair[0].score, pair[1].facts.place))
    taken: dict[str, Match] = {}
    near: dict[str, list[Match]] = {}
    used: set[int] = set()
    for match, seen in wanted:
        if match.role in ("+date", "+time") or not fits(table, match.role, seen):
            continue
        if match.score <= NEAR:
            near.setdefault(match.role, []).append(match)
        elif match.role not in taken and seen.facts.place not in used:
            taken[match.role] = match
            used.add(seen.facts.place)
    return taken, near


def times_of_day(table: Table, columns: tuple[Seen, ...]) -> list[Match]:
    """Columns that hold times of day without a day, with the role their name gives."""
    return [
        Match(role.name, seen, role.score, role.word)
        for seen in columns
        for role in (roles(table, seen.head) or [Role("", 0.0, "")])
        if seen.clocks is not None and seen.facts.filled
    ]


def fits(table: Table, role: str, seen: Seen) -> bool:
    """Whether the values of a column of the file can be those of a role."""
    if not seen.facts.filled:
        return False
    if role.startswith("+"):
        return _fits_part(role, seen)
    if role == "period":
        return seen.is_dates or seen.months is not None
    column = table.column(role)
    return column is not None and _fits_kind(column, seen)


def _fits_part(role: str, seen: Seen) -> bool:
    filled = FITS * seen.facts.filled
    if role in ("+answered", "+resolved", "+abandoned"):
        return seen.share(lambda v: yes_or_no(v) is not None) > 0.99
    if role.endswith("_count"):
        # Noughts and ones alone are yes and no; the same count in every row of a short file is a count.
        more = seen.facts.distinct > 1 or seen.share(lambda v: v not in ("0", "1")) > 0
        return seen.wholes.read >= filled and not seen.wholes.percent and more
    if role == "+side":
        return seen.share(lambda v: value_map("side", v)) > 0.99
    return seen.numbers.read >= filled


def _fits_kind(column: Column, seen: Seen) -> bool:
    filled = FITS * seen.facts.filled
    match column.kind:
        case "instant":
            return seen.is_dates or seen.epoch is not None
        case "date":
            return seen.is_dates or seen.epoch in ("excel_day", "julian_day")
        case "seconds" | "hours":
            return seen.lengths.read >= filled
        case "whole":
            return seen.wholes.read >= filled and not seen.wholes.percent
        case "money" | "quantity" | "rate":
            return seen.numbers.read >= filled and not seen.numbers.percent
        case "score":
            return seen.numbers.read >= filled
        case "flag":
            return seen.share(lambda v: yes_or_no(v) is not None) > 0.99
        case "currency":
            return seen.share(lambda v: currency_of(v)) > 0.99
    if column.one_of:
        return seen.share(lambda v: v.lower() in column.one_of or value_map(column.name, v)) >= FITS
    if column.kind == "code" and (seen.is_dates or seen.numbers.percent):
        return False
    return not (column.kind == "code" and column.name == "outcome" and seen.numbers.read >= filled)


def currency_of(value: str) -> str | None:
    """The currency a cell names: a code, or a sign that is one currency's.

    >>> currency_of("eur"), currency_of("€"), currency_of("$")
    ('EUR', 'EUR', None)
    """
    text = value.strip().upper()
    if re.fullmatch(r"[A-Z]{3}", text):
        return text if text in CURRENCIES else None
    return CURRENCY_SIGNS.get(text) if text != "$" else None


def why_not_kept(seen: Seen, table: Table) -> str | None:
    """Why a column that fills nothing is not kept as a dimension; None = it is kept."""
    facts, cell = seen.facts, f"c{seen.facts.place}"
    if table.name == "surveys" and seen.header.rstrip().endswith("?"):
        return "an answer in words"
    if not facts.filled:
        return "holds nothing"
    header = "_".join(seen.head.full.split())
    if is_personal(seen.head.full, seen.head.base):
        return "may be personal"
    if is_free_text(seen.head.full) or facts.longest > 3 * _DIMENSION_LENGTH:
        return "free text"
    (persons,) = seen.profile.counts(
        [f"count(*) FILTER (regexp_full_match({cell}, '{_EMAIL}') OR regexp_full_match({cell}, '{_PHONE}'))"]
    )
    if persons:
        return "holds e-mail addresses or telephone numbers"
    (papers,) = seen.profile.counts([f"count(*) FILTER (regexp_full_match({cell}, {literal(PAPERS)}))"])
    if papers >= FITS * facts.filled and not seen.is_dates:
        return "may be personal"
    if of_staff(header) and seen.names:
        return "holds names of people"
    if seen.is_dates or seen.clocks is not None:
        return "dates or times that no column is for"
    if seen.numbers.percent:
        return "percentages, which can be worked out anew"
    number = seen.numbers.read >= FITS * facts.filled
    length = seen.lengths.clock + seen.lengths.named >= FITS * facts.filled
    if length or (number and (not seen.numbers.whole or facts.distinct > 60)):
        return "numbers that no column is for"
    if facts.distinct == facts.filled and facts.filled >= 10:
        return "different in every row"
    if facts.distinct > _DIMENSION_VALUES or facts.longest > _DIMENSION_LENGTH:
        return "free text" if facts.longest > _DIMENSION_LENGTH else "too many different values"
    return None
