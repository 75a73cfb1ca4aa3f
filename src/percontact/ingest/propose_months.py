# SPDX-License-Identifier: Apache-2.0
"""Months side by side in columns: they become rows, their total is left out, their year is known or asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from percontact.ingest.mapping import Unpivot
from percontact.ingest.meaning import plain
from percontact.ingest.meaning_columns import FITS, Match, Seen
from percontact.ingest.proposal import Line
from percontact.ingest.propose_ledger import number_sql
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words
from percontact.records.column import Table
from percontact.values.problem import problem

_YEAR_FIRST = re.compile(
    r"(?P<year>(19|20)\d\d)([-/. ]|M)?(?P<month>0[1-9]|1[0-2]|(?<=[-/. ])[1-9])"
    r"((?<=-\d\d)-01([ T]00:00(:00)?)?)?"
)
_MONTH_FIRST = re.compile(r"(?P<month>0?[1-9]|1[0-2])[-/. ](?P<year>(19|20)\d\d)")
_NAMED = re.compile(r"(?P<name>[^\W\d_]+)\.?[-/. '\u2019]*(?P<year>(19|20)\d\d|\d\d)?")
_YEAR = re.compile(r"(?<![A-Za-z\d])(?:19|20)\d\d(?!\d)")
_PART_OF_DATE = re.compile(r"\d[-./]$")


@dataclass(frozen=True, slots=True)
class Month:
    """A header that names a month, and the year if it says one."""

    header: str
    month: int
    year: int | None
    of: str = ""
    """What is said of it: actual, plan or forecast; "" = nothing."""


@dataclass
class Months:
    """The months of a file that stand side by side.

    columns  in the order of the file
    totals   columns that sum them
    years    the column that says the year of each row, where one does
    period, amount  what the new columns are called
    """

    columns: tuple[Month, ...]
    totals: tuple[Seen, ...]
    years: Seen | None
    period: str
    amount: str
    others: tuple[tuple[Seen, str], ...] = ()
    """Months of another kind beside these, with why they are left out: the plan beside what was spent."""
    said: bool = False
    """Whether the file itself says the year: only then is the next file with these headers read alike."""

    @property
    def unpivot(self) -> Unpivot:
        """What the mapping says of them."""
        return Unpivot(tuple(m.header for m in self.columns), "", self.period, self.amount)

    def take(self, columns: Understanding) -> None:
        """Make the new columns the period and the amount, and have the year."""
        for role in ("period_start", "period_end", "posted_on", "+debit", "+credit", "+side"):
            columns.taken.pop(role, None)
        for role, header in (("period", self.period), ("amount", self.amount)):
            seen = next(s for s in columns.columns if s.header == header)
            for other in [r for r, m in columns.taken.items() if m.seen is seen]:
                del columns.taken[other]
            columns.taken[role] = Match(role, seen, 1.0, role)
        key = columns.table.key
        if key:
            columns.taken.pop(key, None)  # it names a row of the file, and that becomes several
        one = {"columns": list(self.unpivot.columns), "name": self.period, "value": self.amount}
        columns.draft.shared.append(("unpivot", one))

    def line(self, columns: Understanding, before: Sequence[str]) -> Line:
        """The line that says which month a header means."""
        headers: tuple[str, ...] = (self.period,)
        origin, why = dict[str, object](), "the months in the headers"
        first, last = self.columns[0], self.columns[-1]
        pairs: dict[str, str] = {}
        if all(m.year for m in self.columns):
            self.said = True
            pairs = {m.header: f"{m.year}-{m.month:02}" for m in self.columns}
        elif self.years:
            headers = (self.years.header, self.period)
            pairs = self._pairs(columns, self.years)
            why += f", the year in {self.years.header}"
        else:
            year, found = self._year(columns, before)
            if year:
                spans = _spread(self.columns, year)
                pairs = {m.header: span for m, span in zip(self.columns, spans, strict=True)}
                why += f"; {year} {found}"
        columns.used |= {s.facts.place for s in columns.columns if s.header in headers}
        if any(header != span for header, span in pairs.items()):
            origin["values"] = pairs
        stands: dict[str, object] = {"column": headers[0]}
        if len(headers) > 1:
            stands = {"columns": list(headers)}
        told = f"{len(self.columns)} columns become rows: {first.header} to {last.header}"
        spans = list(pairs.values())
        columns.facts.append(("Months", told + (f", {min(spans)} to {max(spans)}" if origin else "")))
        whole = stands | origin if origin or len(headers) > 1 else headers[0]
        samples = tuple(list(pairs.values())[:3]) or tuple(m.header for m in self.columns[:3])
        return Line("period", whole, headers, "month", samples, why)

    def _pairs(self, columns: Understanding, years: Seen) -> dict[str, str]:
        """Year of the row and header -> month; none while it is asked whether the year is a calendar year."""
        first, last = self.columns[0].header, self.columns[-1].header
        later = False
        if _turns(self.columns):
            year = int(years.facts.values[0][0])
            options = (
                Option("calendar", "each month lies in the year of its row", f"{last} is in {year}"),
                Option("first", f"it is the year of {first}; later months turn it", f"{last} in {year + 1}"),
            )
            text = "The months run over the turn of a year, so the year of a row could mean either."
            answer = columns.asked.ask(Question("year", years.header, text, options))
            if answer is None:
                return {}
            later = answer == "first"
        return {
            f"{year} {m.header}": span if later else f"{year}-{m.month:02}"
            for year, _ in years.facts.values
            for m, span in zip(self.columns, _spread(self.columns, int(year)), strict=True)
        }

    def _year(self, columns: Understanding, before: Sequence[str]) -> tuple[int | None, str]:
        """(the year of the first month, where it was found); none while it is asked."""
        above, name = _years(before), _years([columns.name])
        sure = {year for years in (above, name) for year, alone in years if alone}
        any_ = {year for years in (above, name) for year, _ in years}
        turns = _turns(self.columns)
        if len(any_) == 1 and sure and not turns:
            (year,) = sure
            return year, f"stands in {'the title' if above else 'the name of the file'}"
        first, last = self.columns[0].header, self.columns[-1].header
        offered = sorted(any_ | ({y - 1 for y in any_} if turns else set()))
        options = tuple(
            Option(str(y), f"{first} is in {y}" + (f", {last} in {y + 1}" if turns else ""), _where(y, above))
            for y in offered
        )
        text = "The headers name months without a year, and nothing in the file says surely which year it is."
        if turns:
            text = f"The months run over the turn of a year. In which year is the first of them, {first}?"
        question = Question("year", f"{first} to {last}", text, options, "a year: 2026")
        answer = columns.asked.ask(question)
        if answer and not re.fullmatch(r"(19|20)\d\d", answer):
            columns.asked.wrong.append((question, answer))
            return None, ""
        return (int(answer), "as you answered") if answer else (None, "")

    def tell(self, columns: Understanding, profile_of: Sequence[Seen]) -> None:
        """Say of each total that it is left out, and whether the months add up to it."""
        line = next((one for one in columns.draft.columns if one.column == "amount"), None)
        part = line.origin if line and isinstance(line.origin, dict) else {}
        by_header = {s.header: s for s in profile_of}
        columns.draft.left += [(seen.header, why) for seen, why in self.others]
        parts = [f"coalesce({number_sql(by_header[m.header], part)}, 0)" for m in self.columns]
        for seen in self.totals:
            total = number_sql(seen, part)
            same = f"abs({' + '.join(parts)} - {total}) < 0.005"
            sums = [f"count({total})", f"count(*) FILTER ({same})"]
            rows, agree = seen.profile.counts(sums, totals=True)
            kind = _kind_of(seen.header.split()[-1]) or _kind_of(seen.header.split()[0])
            if kind and kind in {_spoken(other.header) for other, _ in self.others}:
                columns.draft.left.append((seen.header, f"the total of {_KINDS[kind]}"))
            elif rows == agree:
                columns.draft.left.append((seen.header, f"the sum of the months in all {rows:,} rows"))
            else:
                why = f"a total by its name, though the months sum to it in {agree:,} of {rows:,} rows only"
                columns.draft.left.append((seen.header, why))


def months_of(table: Table, columns: Sequence[Seen], asked: Asked) -> Months | None:
    """The months that stand side by side in a file for a table of amounts and periods, or None.

    They are columns of numbers, two or more, each for another month. Of headers that are alike nothing is
    taken: which of them counts is not told by any name.
    """
    if not (table.column("period_start") and table.column("amount")):
        return None
    found = [(m, s) for s in columns if (m := month_of(s.header)) and _is_numeric(s, empty=True)]
    found, others = _of_one_kind(table, found, asked)
    months = tuple(m for m, _ in found)
    if len(months) < 2 or len({(m.year, m.month) for m in months}) < len(months):
        return None
    if len({m.year is None for m in months}) > 1 or not any(s.facts.filled for _, s in found):
        return None
    names = {m.header.lower() for m in months} | {s.header.lower() for s, _ in others}
    if any(re.sub(r" \d$", "", s.header.lower()) in names and s.header.lower() not in names for s in columns):
        return None
    years = next((s for s in columns if _is_year(s)), None)
    rest = [s for s in columns if s.header.lower() not in names and s is not years]
    totals = tuple(s for s in rest if _is_total(s) and _is_numeric(s))
    taken = {s.header.lower() for s in columns}
    period = next(n for n in ("period", "month", "period of the column") if n not in taken)
    amount = next(n for n in ("amount", "amount of the month", "amount of the column") if n not in taken)
    return Months(months, totals, years, period, amount, others)


_WANTED = {"ledger": ("actual", ""), "budgets": ("plan", "forecast", "")}
"""Which kinds of months a table takes, the likelier first."""


def _of_one_kind(
    table: Table, found: list[tuple[Month, Seen]], asked: Asked
) -> tuple[list[tuple[Month, Seen]], tuple[tuple[Seen, str], ...]]:
    """(the months the table is for, the others with why they are left out): Jan Actual, Jan Plan.

    What was spent is for the ledger, what was planned for the budgets. Of two plans it is asked which one.
    """
    kinds = list(dict.fromkeys(m.of for m, _ in found))
    if kinds in ([], [""]) or table.name not in _WANTED:
        return found, ()
    wanted = [kind for kind in _WANTED[table.name] if kind in kinds]
    if table.name == "budgets" and "" in wanted and len(wanted) > 1:
        wanted.remove("")  # beside a plan, a month of which nothing is said is what was spent
    if not wanted:
        (only, *_), other = kinds, "budgets" if table.name == "ledger" else "ledger"
        raise problem(
            "E-MAP-02",
            table.name,
            f"the months of the file are {_KINDS[only]}: {', '.join(m.header for m, _ in found[:3])}",
            "What was planned is no cost, and what was spent is no plan, so nothing was imported.",
            f"percontact import {other} FILE",
        )
    chosen: str | None = wanted[0]
    if len(wanted) > 1:
        options = tuple(
            Option(kind or "bare", _KINDS[kind], ", ".join(m.header for m, _ in found if m.of == kind)[:60])
            for kind in wanted
        )
        text = "Each month stands in it more than once. Which of them is meant?"
        answer = asked.ask(Question("months", ", ".join(k or "bare" for k in kinds), text, options))
        chosen = {"bare": ""}.get(answer, answer) if answer is not None else chosen
    mine = [(replace(m, of=""), s) for m, s in found if m.of == chosen]
    where = {"actual": "ledger", "": "ledger", "plan": "budgets", "forecast": "budgets"}
    others = tuple(
        (s, f"{_KINDS[m.of]}; import it as {where[m.of]}" if where[m.of] != table.name else _KINDS[m.of])
        for m, s in found
        if m.of != chosen
    )
    return mine, others


_KINDS = {
    "actual": "what was spent",
    "plan": "the plan",
    "forecast": "the forecast",
    "": "no more is said of it",
}


@cache
def _named() -> dict[str, int]:
    return {name: int(number) for number, names in words()["months"].items() for name in names.split()}


def month_of(header: str) -> Month | None:
    """The month a header names.

    >>> month_of("Mrz"), month_of("2026-01").year, month_of("Jan-26").year, month_of("Jan 2"), month_of("Net")
    (Month(header='Mrz', month=3, year=None, of=''), 2026, 2026, None, None)
    >>> [(m.month, m.year, m.of) for m in map(month_of, ["Jan Ist", "Jan-26 Actual", "Plan 2026-02"])]
    [(1, None, 'actual'), (1, 2026, 'actual'), (2, 2026, 'plan')]
    """
    if (month := _bare_month(header, header.strip())) is not None:
        return month
    found = _BEHIND.fullmatch(header.strip()) or _BEFORE.fullmatch(header.strip())
    kind = _kind_of(found["kind"]) if found else ""
    month = _bare_month(header, found["rest"].strip()) if found and kind else None
    return replace(month, of=kind) if month else None


_BEHIND = re.compile(r"(?P<rest>.*\S)[\s_/:|-]+\(?(?P<kind>[^\W\d_]+)\)?")
_BEFORE = re.compile(r"(?P<kind>[^\W\d_]+)[\s_/:|-]+(?P<rest>\S.*)")


@cache
def _kind_of(word: str) -> str:
    """actual, plan or forecast, by a word of a header; "" = none of them."""
    return next((kind for kind, known in words()["month_kinds"].items() if plain(word) in known), "")


def _spoken(header: str) -> str:
    month = month_of(header)
    return month.of if month else ""


def _bare_month(header: str, text: str) -> Month | None:
    if found := _YEAR_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        return Month(header, int(found["month"]), int(found["year"]))
    if not (found := _NAMED.fullmatch(text)):
        return None
    folded = unicodedata.normalize("NFKD", found["name"].lower())
    month = _named().get("".join(sign for sign in folded if not unicodedata.combining(sign)))
    if month is None:
        return None
    year = int(found["year"]) if found["year"] else None
    return Month(header, month, year + 2000 if year is not None and year < 100 else year)


def _is_numeric(seen: Seen, *, empty: bool = False) -> bool:
    filled = seen.facts.filled
    return seen.numbers.read >= FITS * filled and not seen.numbers.percent if filled else empty


def _is_total(seen: Seen) -> bool:
    known = {w.lower() for w in words()["totals"]} | set(words()["month_totals"])
    text = " ".join(w for w in plain(seen.header).split() if not _kind_of(w)) or plain(seen.header)
    return text in known or bool(set(text.split()) & known) or bool(re.fullmatch(r"(q|h|t) ?[1-4]", text))


def _is_year(seen: Seen) -> bool:
    text = plain(seen.header)
    return text in words()["year_words"] and seen.share(lambda v: re.fullmatch(r"(19|20)\d\d", v)) == 1


def _turns(months: Sequence[Month]) -> bool:
    """Whether the months run over the turn of a year: July to June."""
    falls = sum(a.month > b.month for a, b in pairwise(months))
    return 0 < falls < max(2, len(months) - 1)


def _spread(months: Sequence[Month], year: int) -> list[str]:
    """Each month with its year, when the first lies in this one."""
    spans, turns = [], _turns(months)
    for place, one in enumerate(months):
        if turns and place and one.month < months[place - 1].month:
            year += 1
        spans.append(f"{year}-{one.month:02}")
    return spans


def _years(texts: Sequence[str]) -> list[tuple[int, bool]]:
    """Years that stand in some texts, and whether they stand alone: the day of an export says little."""
    found = []
    for text in texts:
        for one in _YEAR.finditer(text):
            before, after = text[: one.start()], text[one.end() :]
            alone = not _PART_OF_DATE.search(before) and not re.match(r"[-./]\d", after)
            found.append((int(one[0]), alone))
    return found


def _where(year: int, above: Sequence[tuple[int, bool]]) -> str:
    if any(year == y for y, _ in above):
        return f"{year} stands above the header"
    return ""


__all__ = ["Month", "Months", "month_of", "months_of"]
