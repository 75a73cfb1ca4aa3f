# SPDX-License-Identifier: Apache-2.0
"""Ledgers whose accounts are rows of their own: a heading, its postings below, a total, balances around them.

General ledgers of most accounting programs are printed so. Read row by row the account of every posting is
lost, so the shape is looked for first, and what is no posting is kept out of what the columns are judged by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from percontact.ingest.found import Found
from percontact.ingest.mapping import Condition, Headings
from percontact.ingest.meaning import roles
from percontact.ingest.meaning_columns import Match, Seen, assign
from percontact.ingest.meaning_values import Part
from percontact.ingest.proposal import Line
from percontact.ingest.propose_rows import balance_pattern, label_rule, total_pattern
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.typed import trimmed
from percontact.ingest.understanding import Understanding
from percontact.records.column import Table
from percontact.records.dialect import literal

_AMOUNTS = ("amount", "+debit", "+credit")
_DATES = ("period", "posted_on", "period_start")
_DAY = r"\d{1,4}[-/. ]([A-Za-zÀ-ÿ]{3,}\.?|\d{1,2})[-/., ]+\d{2,4}.*|\d{8}"
"""A cell that begins like a day; what kind of day is judged later, from the postings alone."""

_NUMBERED = r"^(?:[^0-9]{0,20})?([0-9]{3,}(?:[-./][0-9]+)*)\b"
_NAMED = r"^(?:[^0-9]{0,20})?[0-9]{3,}(?:[-./][0-9]+)*[\s:·–-]+(\S.*)$"
_SHOWN = 3


@dataclass
class AccountRows:
    """Accounts that stand on rows of their own.

    seen     the columns that hold them
    day      the column of days; amounts: those of amounts
    found    how many headings there are, and the first of them
    left     SQL of the rows that are neither heading nor posting: totals, balances
    rules    what the mapping leaves out for that
    orphans  postings below the total of an account that stand under no heading of their own
    own      the column of accounts that some postings fill themselves, or None
    """

    seen: tuple[Seen, ...]
    day: Seen
    amounts: tuple[Seen, ...]
    found: int
    first: tuple[str, ...]
    numbered: bool
    left: str
    rules: tuple[dict[str, object], ...]
    facts: tuple[tuple[str, str], ...]
    orphans: int
    name: str
    own: Seen | None = None
    closes: bool = False

    @property
    def headings(self) -> Headings:
        """What the mapping says of them."""
        when = [Condition((s.header,), blank=True) for s in self.amounts]
        if self.day not in self.seen:
            when.append(Condition((self.day.header,), blank=True))
        else:
            when.append(Condition((self.day.header,), unlike=f"^({_DAY})$"))
        when += [Condition((str(rule["column"]),), unlike=str(rule["unlike"])) for rule in self._of_heading]
        until = tuple(
            Condition((str(rule["column"]),), matches=str(rule["unlike"])) for rule in self._totals[:1]
        )
        columns = tuple((s.header,) for s in self.seen)
        return Headings(columns, self.name, tuple(when), until if self.closes else ())

    @property
    def _of_heading(self) -> list[dict[str, object]]:
        headers = {s.header for s in self.seen}
        return [rule for rule in self.rules if rule["column"] in headers]

    @property
    def _totals(self) -> list[dict[str, object]]:
        headers = {s.header for s in self.seen}
        return [r for r in self.rules if r["column"] in headers and r.get("of") == "total"]

    def ask(self, asked: Asked) -> None:
        """Ask whose the postings are that stand below the total of an account, if there are any."""
        if not self.orphans:
            return
        options = (
            Option("none", "to no account: it stays unknown for them", ""),
            Option("above", "to the heading above that total", ""),
        )
        rows = "1 posting stands" if self.orphans == 1 else f"{self.orphans:,} postings stand"
        text = f"{rows} below the total of an account and above the next heading. Which account is it for?"
        answer = asked.ask(Question("account.after_total", self.seen[0].header, text, options))
        self.closes = answer == "none"

    def take(self, columns: Understanding) -> None:
        """Make the heading the account, and leave out totals and balances."""
        columns.draft.shared.append(("headings", self.written()))
        columns.draft.where += [{k: v for k, v in rule.items() if k != "of"} for rule in self.rules]
        rows = "1 row is" if self.found == 1 else f"{self.found:,} rows are"
        more = ", ..." if self.found > len(self.first) else ""
        columns.facts.append(
            ("Accounts", f"{rows} headings of the rows below: {', '.join(self.first)}{more}")
        )
        columns.facts += self.facts
        made = next(s for s in columns.columns if s.header == self.name)
        columns.taken.pop("account", None)
        columns.taken["account"] = Match("account", made, 1.0, "account")

    def postings(self, found: Found) -> Found:
        """Rows under their headings, without totals and balances."""
        width = len(found.headers)
        clean = ", ".join(f"{trimmed(f'c{i}')} AS c{i}" for i in range(width))
        rows = f"(SELECT * FROM (SELECT line, {clean} FROM {found.relation}) WHERE NOT {self.left})"
        return replace(found, relation=rows)

    def lines(self, columns: Understanding) -> list[Line]:
        """The account, and its name where number and name can be told apart."""
        columns.used |= {s.facts.place for s in columns.columns if s.header == self.name}
        columns.used |= {s.facts.place for s in columns.columns if s.header in [x.header for x in self.seen]}
        why = f"rows of their own, above their postings: {self.found:,} in {_and(self.seen)}"
        if not self.numbered:
            return [Line("account", self._or_own(self.name), (self.name,), "words", self.first, why)]
        numbers, names = (tuple(_taken(p, t) for t in self.first) for p in (_NUMBERED, _NAMED))
        number: dict[str, object] = {"column": self.name, "match": _NUMBERED}
        named: dict[str, object] = {"column": self.name, "match": _NAMED}
        if self.own:
            named["when"] = {"column": self.own.header, "blank": True}
        return [
            Line("account", self._or_own(number), (self.name,), "words", numbers, why),
            Line("account_name", named, (self.name,), "text", names, ""),
        ]

    def _or_own(self, heading: str | dict[str, object]) -> object:
        """The heading, where a posting names no account itself."""
        if self.own is None:
            return heading
        return {
            "column": self.own.header,
            "or": heading if isinstance(heading, dict) else {"column": heading},
        }

    def written(self) -> dict[str, object]:
        """The line `headings:` of the mapping."""
        one = self.headings
        columns = [header for (header,) in one.columns]
        said: dict[str, object] = {"column": columns if len(columns) > 1 else columns[0], "name": one.name}
        said["when"] = [_condition(c) for c in one.when]
        if one.until:
            said["until"] = [_condition(c) for c in one.until]
        return said


def account_rows(table: Table, columns: Sequence[Seen]) -> AccountRows | None:
    """The headings of a ledger, or None where its accounts stand in a column or are not there at all.

    A heading is a row that holds a text, no day and no amount. Rows that only go on with the text of the row
    above look the same, so there must be a sign besides: the column is empty in every posting, or holds their
    days, or the headings bear account numbers, or totals repeat them.
    """
    if table.name != "ledger" or not columns:
        return None
    taken, _ = assign(table, tuple(columns))
    amounts = tuple(taken[r].seen for r in _AMOUNTS if r in taken)
    day = _day(table, columns, taken)
    if not amounts or day is None:
        return None
    own = taken["account"].seen if "account" in taken else None
    apart = {s.facts.place for s in amounts} | {s.facts.place for s in columns if _is_balance(table, s)}
    texts = [s for s in columns if s.facts.place not in apart]
    tried = [_Shape(day, amounts, texts, s) for s in ([own] if own else texts)]
    best = max((one for one in tried if one.is_one()), key=lambda one: one.headings, default=None)
    return best.made(columns, own) if best else None


@dataclass
class _Shape:
    """A column that could hold headings, held against the rows."""

    day: Seen
    amounts: tuple[Seen, ...]
    texts: Sequence[Seen]
    seen: Seen
    headings: int = 0
    own: int = 0
    name: Seen | None = None

    def __post_init__(self) -> None:
        self.profile = self.seen.profile
        self.cell = f"c{self.seen.facts.place}"
        date = f"c{self.day.facts.place}"
        self.dated = f"coalesce(regexp_full_match({date}, {literal(_DAY)}), false)"
        self.amount = " OR ".join(f"c{s.facts.place} IS NOT NULL" for s in self.amounts)
        labels = f"{literal(total_pattern())}", f"{literal(balance_pattern())}"
        self.total = f"coalesce(regexp_full_match({self.cell}, {labels[0]}), false)"
        self.balance = " OR ".join(
            f"coalesce(regexp_full_match(c{s.facts.place}, {labels[1]}), false)" for s in self.texts
        )
        others = [f"c{s.facts.place}" for s in self.texts if s is not self.seen]
        self.others = others
        empty = f"NOT {self.dated}" if self.day is self.seen else f"{date} IS NULL"
        bare = f"{self.cell} IS NOT NULL AND NOT ({self.amount}) AND {empty}"
        bare += f" AND NOT {self.total} AND NOT ({self.balance})"
        self.alone = f"({bare} AND {self._filled(others)} <= 1)"
        self.posting = f"({self.dated} AND ({self.amount}) AND NOT {self.total} AND NOT ({self.balance}))"

    @staticmethod
    def _filled(cells: Sequence[str]) -> str:
        return " + ".join(f"({c} IS NOT NULL)::INTEGER" for c in cells) or "0"

    def is_one(self) -> bool:
        """Whether the shape is there: headings, each above postings, and a sign that they are accounts."""
        if self.seen.facts.place == self.day.facts.place and not self.others:
            return False
        kind = f"CASE WHEN {self.alone} THEN 1 WHEN {self.posting} THEN 2 END"
        ((self.headings, under, postings, first, self.own, numbered),) = self.profile.con.execute(
            f"SELECT count(*) FILTER (kind = 1), count(*) FILTER (kind = 1 AND coming = 2), "
            "count(*) FILTER (kind = 2), min(line) FILTER (kind = 2) > min(line) FILTER (kind = 1), "
            f"count(*) FILTER (kind = 2 AND {self.cell} IS NOT NULL), "
            f"count(*) FILTER (kind = 1 AND regexp_matches({self.cell}, {literal(_NUMBERED)})) "
            f"FROM (SELECT *, lead(kind) OVER (ORDER BY line) AS coming FROM "
            f"(SELECT *, {kind} AS kind FROM seen) WHERE kind IS NOT NULL)"
        ).fetchall()
        if not self.headings or not first or postings <= self.headings * 0.5 or under < 0.4 * self.headings:
            return False
        if self.day is self.seen:
            return True
        if self.own == 0:
            return self.headings > 1 or numbered > 0 or self._repeated() > 0
        return (
            self.own < 0.5 * postings
            or numbered > 0.8 * self.headings
            or self._repeated() > 0.5 * self.headings
        )

    def _repeated(self) -> int:
        """How many headings are said again by a total below them."""
        ((many,),) = self.profile.con.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {self.cell} AS h FROM seen WHERE {self.alone}) "
            f"WHERE EXISTS (SELECT 1 FROM seen WHERE {self.total} AND contains({self.cell}, h))"
        ).fetchall()
        return int(many)

    def made(self, columns: Sequence[Seen], own: Seen | None) -> AccountRows:
        seen = (self.seen, *([self.name] if (self._name()) and self.name else []))
        text = f"concat_ws(' ', {', '.join(f'c{s.facts.place}' for s in seen)})"
        rows = self.profile.con.execute(
            f"SELECT DISTINCT ON (h) {text} AS h, line FROM seen WHERE {self.alone} ORDER BY h, line"
        ).fetchall()
        said = [str(h) for h, _ in sorted(rows, key=lambda row: row[1])]
        numbered = all(re.search(_NUMBERED, t) and re.search(_NAMED, t) for t in said)
        rules, facts = [], []
        for one, pattern, kind in [(self.seen, total_pattern(), "total")] + [
            (s, balance_pattern(), "balance") for s in self.texts
        ]:
            if found := label_rule(one, pattern):
                rule, fact = found
                rules.append(rule | {"of": kind})
                facts.append(fact)
        taken = {s.header.lower() for s in columns}
        name = next(
            n
            for n in ("Account heading", "Heading of the account", "Heading above")
            if n.lower() not in taken
        )
        return AccountRows(
            seen, self.day, self.amounts, self.headings, tuple(said[:_SHOWN]), numbered,
            f"({self.total} OR {self.balance})", tuple(rules), tuple(facts), self._orphans(), name,
            self.seen if own and self.own else None,
        )  # fmt: skip

    def _name(self) -> bool:
        """Whether a second cell of each heading says its name: 6100 | Salaries."""
        for s in self.texts:
            if s is self.seen or s is self.day:
                continue
            cell = f"c{s.facts.place}"
            ((many,),) = self.profile.con.execute(
                f"SELECT count(*) FROM seen WHERE {self.alone} AND {cell} IS NOT NULL"
            ).fetchall()
            if many > 0.8 * self.headings:
                self.name = s
                return True
        return False

    def _orphans(self) -> int:
        kind = f"CASE WHEN {self.alone} THEN 'h' WHEN {self.total} THEN 't' END"
        ((many,),) = self.profile.con.execute(
            f"SELECT count(*) FROM (SELECT *, last_value({kind} IGNORE NULLS) OVER "
            f"(ORDER BY line ROWS UNBOUNDED PRECEDING) AS above FROM seen) "
            f"WHERE {self.posting} AND above = 't'"
        ).fetchall()
        return int(many)


def ask_blank(columns: Understanding, seen: Seen, part: Part) -> None:
    """Ask what an empty cell of the account means, where many postings have none and the first has one.

    Printed ledgers say an account once, on its first posting; others leave out what nobody knows.
    """
    amounts = [columns.taken[r].seen for r in _AMOUNTS if r in columns.taken]
    cell, held = f"c{seen.facts.place}", " OR ".join(f"c{s.facts.place} IS NOT NULL" for s in amounts)
    if columns.table.name != "ledger" or not amounts:
        return
    ((rows, blank, first),) = seen.profile.con.execute(
        f"SELECT count(*), count(*) FILTER ({cell} IS NULL), arg_min({cell} IS NOT NULL, line) "
        f"FROM seen WHERE {held}"
    ).fetchall()
    if not first or blank < 0.3 * rows:
        return
    options = (
        Option("above", "the account of the row above holds on", ""),
        Option(
            "none", "nobody knows: these postings are of no account", f"{blank:,} rows are then `unnamed`"
        ),
    )
    text = (
        f"{blank:,} of {rows:,} rows name no account, and the first row does. What does an empty cell mean?"
    )
    answer = columns.asked.ask(Question("account.blank", seen.header, text, options))
    if answer == "above":
        part["fill"] = "down"


def _day(table: Table, columns: Sequence[Seen], taken: dict[str, Match]) -> Seen | None:
    """The column of days: by its name, though headings may stand in it; else the one with the most days."""
    for role in _DATES:
        if role in taken:
            return taken[role].seen
    named = [s for s in columns if {r.name for r in roles(table, s.head)} & set(_DATES)]
    counts = {s.facts.place: _days(s) for s in columns}
    held = [s for s in named or columns if counts[s.facts.place]]
    return max(held, key=lambda s: counts[s.facts.place], default=None)


def _days(seen: Seen) -> int:
    cell = f"c{seen.facts.place}"
    return seen.profile.counts([f"count(*) FILTER (regexp_full_match({cell}, {literal(_DAY)}))"])[0]


def _is_balance(table: Table, seen: Seen) -> bool:
    """A column of numbers besides the amounts: running balance, gross, tax, a number of pieces."""
    numbers = seen.numbers.read
    return (
        bool(numbers)
        and numbers >= 0.8 * seen.facts.filled
        and not any(r.name in ("account", "cost_centre", "line_id") for r in roles(table, seen.head))
    )


def _taken(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _and(seen: Sequence[Seen]) -> str:
    return " and ".join(s.header for s in seen)


def _condition(one: Condition) -> dict[str, object]:
    said: dict[str, object] = {"column": one.column[0]}
    if one.blank is not None:
        said["blank"] = one.blank
    for key, value in (("matches", one.matches), ("unlike", one.unlike)):
        if value:
            said[key] = value
    return said
