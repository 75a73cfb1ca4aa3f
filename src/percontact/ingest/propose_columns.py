# SPDX-License-Identifier: Apache-2.0
"""The columns of a proposal: each column of the table with where it comes from, how it is written, why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from percontact.ingest.intervals import is_slots
from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.meaning import roles
from percontact.ingest.meaning_columns import (
    Match,
    Seen,
    assign,
    fits,
    times_of_day,
    why_not_kept,
)
from percontact.ingest.meaning_dates import ISO
from percontact.ingest.meaning_values import (
    Decimals,
    Orders,
    Written,
    flag_written,
    length_written,
    month_written,
    words_written,
)
from percontact.ingest.moments import Moment, between_sql
from percontact.ingest.named_accounts import NAMES, is_of_account
from percontact.ingest.plan import plan
from percontact.ingest.profile import SURE_NULLS
from percontact.ingest.proposal import Line, Reading
from percontact.ingest.propose_counts import Counts, outcome_of
from percontact.ingest.propose_employer import Employer
from percontact.ingest.propose_headings import AccountRows, ask_blank
from percontact.ingest.propose_ledger import ledger_lines
from percontact.ingest.propose_months import Months
from percontact.ingest.propose_payroll import Payroll
from percontact.ingest.propose_rows import rows_left_out
from percontact.ingest.propose_surveys import Survey, scales_by_kind
from percontact.ingest.propose_told import as_told
from percontact.ingest.propose_zone import ask_zone, zone_behind
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import KINDS, Understanding
from percontact.ingest.vocabulary import words
from percontact.records.column import Column
from percontact.records.tables import TABLES


class Columns(Understanding):
    """One proposal's columns in the making."""

    counts: Counts | None = None
    events: Seen | None = None
    months: Months | None = None
    payroll: Payroll | None = None
    accounts: AccountRows | None = None
    employer: Employer | None = None
    survey: Survey | None = None
    above: tuple[str, ...] = ()
    """The lines above the header, as text."""
    waits: bool = False
    """Whether the answer about the key may also say when a case was opened."""

    def fill(self) -> None:
        """Work out every column, and note what is open."""
        self.taken, near = assign(self.table, self.columns)
        as_told(self.table, self.columns, self.taken, self.asked)
        if self.months:
            self.months.take(self)
        if self.accounts:
            self.accounts.take(self)
        self.payroll = None if self.months else Payroll.found(self)
        if self.payroll:
            self.payroll.take(self)
        self.employer = None if self.months or self.payroll else Employer.found(self)
        if self.employer:
            self.employer.take(self)
        if self.survey:
            self.survey.take(self)
        if not (self.survey and self.survey.unpivot):
            self.hold_the_key()
        self.place_times()
        self.start_with_the_month()
        self.need(near)
        self.name_accounts()
        self.orders = Orders(self.dated(), self.asked)
        numbers = [(r, m.seen) for r, m in self.taken.items() if self.is_number(r)]
        totals = [*(s for s in self.columns if s.is_total), *(self.months.totals if self.months else ())]
        self.decimals = Decimals(numbers, totals, self.asked, typed=self.typed)
        self.read_moments()
        self.counts = Counts.found(self)
        self.read_twice = self.counts is not None and self.counts.abandoned is not None
        for column in self.table.columns:
            for line in self.lines(column):
                self.draft.columns.append(line)
        if self.table.name == "surveys" and not self.survey:
            self.draft.columns += scales_by_kind(self)
        self.sort()
        self.zone()
        rows_left_out(self)
        if self.counts:
            self.counts.tell(self)
        self.leftovers()
        self.shared()

    # -- which columns -------------------------------------------------------------------------------------

    def hold_the_key(self) -> None:
        """Ask about an id that repeats: the rows may be the same, or it names something else."""
        key = self.table.key
        match = self.taken.get(key) if key else None
        if key is None or match is None or match.seen.facts.distinct == match.seen.facts.filled:
            return
        facts = match.seen.facts
        again = facts.filled - facts.distinct
        if self.table.name == "ledger" and self.names_postings(match.seen):
            del self.taken[key]
            many = f"{facts.distinct:,} of them in {facts.filled:,} rows"
            self.facts.append(
                ("Ids", f"{match.seen.header} names a posting of several lines ({many}), so ids are made")
            )
            return
        order = self.order_of_events(match.seen)
        told = order.header if order else ""
        events = Option(
            "events",
            "its rows are events of one case: they become one row",
            f"{facts.filled:,} rows become {facts.distinct:,}, read in the order of {told}",
        )
        options = (
            *([events] if order and self.table.name == "cases" else []),
            Option("each once", "it names the row: the first counts", f"{again:,} rows would be set aside"),
            Option(
                "no id", "it does not: every row counts, and ids are made", f"all {facts.filled:,} rows land"
            ),
        )
        text = f"{facts.filled:,} rows hold {facts.distinct:,} different values, so some stand in several."
        answer = self.asked.ask(Question(key, match.seen.header, text, options))
        self.waits = answer is None and order is not None
        if answer == "no id":
            del self.taken[key]
        elif answer == "events" and order:
            self.draft.shared.append(
                ("group", {"by": [match.seen.header], "order": self.order_origin(order)})
            )
            self.events = order
            opened = self.table.column("opened_at")
            if opened and "opened_at" not in self.taken:
                self.taken["opened_at"] = Match("opened_at", order, 0.5, "the first event")

    def names_postings(self, key: Seen) -> bool:
        """Whether the rows of one number differ in account or amount: then it names a posting, not a line."""
        own = ("account", "amount", "+debit", "+credit", "+side", "cost_centre")
        places = sorted({self.taken[role].seen.facts.place for role in own if role in self.taken})
        if not places or not {"amount", "+debit", "+credit"} & set(self.taken):
            return False
        cells = " || chr(31) || ".join(f"coalesce(c{place}, '')" for place in (key.facts.place, *places))
        lines = f"count(DISTINCT {cells}) FILTER (c{key.facts.place} IS NOT NULL)"
        rows, different = key.profile.counts([f"count(c{key.facts.place})", lines])
        return rows == different

    def order_of_events(self, key: Seen) -> Seen | None:
        """The column of moments with the most different values: when each event was."""
        dated = [s for s in self.columns if s is not key and s.is_dates and not s.epoch]
        return max(dated, key=lambda s: (s.facts.distinct, -s.facts.place), default=None)

    def order_origin(self, order: Seen) -> object:
        """The order of events as a mapping says it: a header, or a header with its form."""
        part = Orders([("events", order)], self.asked).written(order).part
        return {"column": order.header} | part if part else order.header

    def place_times(self) -> None:
        """A day and a time of day in two columns belong together; so do later times of day in the row."""
        taken = {m.seen.facts.place for m in self.taken.values()}
        clocks = [m for m in times_of_day(self.table, self.columns) if m.seen.facts.place not in taken]
        instants = [c.name for c in self.table.columns if c.kind == "instant"]
        first = next((r for r in instants if r in self.taken), None)
        if first is None or not self.is_day(self.taken[first].seen):
            return
        day = self.taken[first].seen
        named = [m for m in clocks if m.role == "+time"]
        chosen = max(
            named, key=lambda m: (self.same_words(day, m.seen), m.score, -m.seen.facts.place), default=None
        )
        clock = chosen.seen if chosen else self.ask_time(first, day, clocks)
        if clock is None:
            return
        self.joined[first] = (day, clock)
        for role in instants:
            of_role = [m for m in clocks if m.role == role and m.seen is not clock]
            if role not in self.taken and of_role:
                self.joined[role] = (day, max(of_role, key=lambda m: m.score).seen)

    def start_with_the_month(self) -> None:
        """Rows that each stand for the contacts of a month start on the first of it."""
        moment = self.table.column("started_at")
        if self.table.name != "contacts" or not moment or self.has("started_at"):
            return
        if not self.free_answer(moment):
            return  # each row is one contact, whose month is not when it came
        taken = {m.seen.facts.place for m in self.taken.values()}
        free = [s for s in self.columns if s.facts.place not in taken and s.months is not None]
        named = [s for s in free if any(r.name == "period" for r in roles(TABLES["ledger"], s.head))]
        if len(named) == 1:
            self.taken["started_at"] = Match("started_at", named[0], 0.5, "the month of each row")

    @staticmethod
    def is_day(seen: Seen) -> bool:
        return seen.epoch is None and (not seen.dates.with_time or seen.is_midnight)

    @staticmethod
    def same_words(one: Seen, other: Seen) -> int:
        plain = set(words()["time_words"])
        return int(set(one.head.base.split()) - plain == set(other.head.base.split()) - plain)

    def ask_time(self, role: str, day: Seen, clocks: list[Match]) -> Seen | None:
        """The column of times of day that belongs to a day, where no name says it."""
        lengths = {m.seen.facts.place for m in clocks if m.role.endswith("_s") or m.seen.head.average}
        free = {m.seen.facts.place: m.seen for m in clocks if m.seen.facts.place not in lengths}
        if not free:
            return None
        options = [
            Option(s.header, f"the time of day in {s.header}", f"such as {', '.join(s.facts.samples)}")
            for s in free.values()
        ]
        options.append(
            Option("none", "none of them: only the day is known", "every row then starts at midnight")
        )
        text = (
            "It holds days only, and no header says which column holds the time of day that belongs to them."
        )
        answer = self.asked.ask(Question(f"{role}.time", day.header, text, tuple(options)))
        return next((s for s in free.values() if s.header == answer), None)

    def need(self, near: dict[str, list[Match]]) -> None:
        """Ask for what the table must have and no sure name gives; E-FILE-04 when nothing could be it."""
        for column in self.table.columns:
            if not column.required or column.default or self.has(column.name):
                continue
            if column.name == "period_end" or (self.waits and column.kind == "instant"):
                continue
            taken = {m.seen.facts.place for m in self.taken.values()}
            taken |= {s.facts.place for pair in self.joined.values() for s in pair}
            options = [m.seen for m in near.get(column.name, [])]
            if column.kind in ("instant", "date", "money"):
                role = "period" if column.name == "period_start" else column.name
                options += [s for s in self.columns if fits(self.table, role, s) and s not in options]
            options = [s for s in options if s.facts.place not in taken]
            if column.kind == "money":
                options = [s for s in options if s.head.unit is None and not _is_id(s)]
            free = self.free_answer(column)
            if not options and not free:
                self.refuse()
            self.ask_which(column, options, free)

    def name_accounts(self) -> None:
        """A column Name right after that of the account, where it says one thing of each."""
        account = self.taken.get("account")
        if self.table.name != "ledger" or account is None or "account_name" in self.taken:
            return
        taken = {m.seen.facts.place for m in self.taken.values()}
        beside = next((s for s in self.columns if s.facts.place == account.seen.facts.place + 1), None)
        if beside is None or beside.facts.place in taken or beside.head.full not in NAMES:
            return
        profile = beside.profile
        if is_of_account(profile.con, profile.found.relation, account.seen.facts.place, beside.facts.place):
            self.taken["account_name"] = Match(
                "account_name", beside, 0.5, "it says one thing of each account"
            )

    def has(self, name: str) -> bool:
        if name in self.taken or name in self.joined or name in self.constant:
            return True
        if name == "kind" and self.survey:
            return True
        if name in ("period_start", "period_end"):
            return (
                bool({"period", "period_start", "posted_on"} & set(self.taken)) or "period" in self.constant
            )
        return name == "amount" and bool({"+debit", "+credit"} & set(self.taken))

    def free_answer(self, column: Column) -> str:
        """What may be answered instead of a header, where the file does not hold the column at all."""
        if column.name == "period_start" and (self.has("amount") or self.table.name != "ledger"):
            return "a month, quarter or year: 2026-06, 2026-Q2, 2026"
        if column.kind == "instant" and {
            "+answered_count",
            "+abandoned_count",
            "+offered_count",
            "count",
        } & set(self.taken):
            return "the day all rows are for: 2026-06-01"
        return ""

    def ask_which(self, column: Column, options: list[Seen], free: str) -> None:
        offered = tuple(
            Option(s.header, f"the column {s.header}", f"such as {', '.join(s.facts.samples)}")
            for s in options
        )
        needs = f"{self.table.name} needs {column.name} ({column.why})"
        text = f"{needs}, and no header says surely which column holds it."
        if not options:
            text = (
                f"{self.table.name} needs {column.name} ({column.why}), and no column of the file holds it."
            )
        question = Question(column.name, self.name, text, offered, free)
        answer = self.asked.ask(question)
        chosen = next((s for s in options if s.header == answer), None)
        if answer and not chosen and not re.match(r"\d{4}", answer):
            # Neither a column that can be it nor a day or month: a header of something else, or a slip.
            self.asked.wrong.append((question, answer))
            self.asked.note(question)
            return
        role = "period" if column.name == "period_start" else column.name
        if chosen:
            self.taken[role] = Match(role, chosen, 0.5, "as you answered")
        elif answer:
            self.constant[role] = (answer, "as you answered")

    def refuse(self) -> None:
        """Raise E-FILE-04 with the near names, as an import would."""
        left = {r: m.seen.header for r, m in self.taken.items() if not r.startswith("+")}
        said = {r: {"column": h} for r, h in left.items() if self.table.column(r) and r != "posted_on"}
        mapping = _mapping(self.table.name, said, self.name)
        plan(self.columns[0].profile.found.headers, self.table, mapping, self.settings, self.name)

    # -- how they are written ------------------------------------------------------------------------------

    def dated(self) -> Iterator[tuple[str, Seen]]:
        """Every column of days or moments that is used, in the order of the table."""
        names = [*self.table.names, *([] if self.months else ["period"])]
        for name in names:
            if name in self.joined:
                yield name, self.joined[name][0]
            elif name in self.taken and self.kind_of(name) in ("instant", "date"):
                seen = self.taken[name].seen
                if seen.is_dates:
                    yield name, seen

    def kind_of(self, role: str) -> str:
        column = self.table.column(role)
        return "date" if role == "period" else column.kind if column else "money"

    def is_number(self, role: str) -> bool:
        return role.startswith("+") or self.kind_of(role) in (
            "money", "quantity", "rate", "score", "whole", "seconds", "hours",
        )  # fmt: skip

    def read_moments(self) -> None:
        """How each instant is read, so that rows can be compared by it."""
        for column in self.table.columns:
            if column.kind != "instant":
                continue
            if column.name in self.joined:
                day, clock = self.joined[column.name]
                self.moments[column.name] = self.joined_moment(day, clock)
            elif column.name in self.taken:
                seen = self.taken[column.name].seen
                whole_months = seen.months is not None and not seen.is_dates
                written = month_written(seen) if whole_months else self.orders.written(seen)
                zone = zone_behind(column.name, seen, self.asked) if seen.tails else seen.head.zone
                if seen.tails:
                    written.why.append(f"its times say {', '.join(t.strip() for t in seen.tails)}")
                self.moments[column.name] = Moment((seen,), written, zone)

    def joined_moment(self, day: Seen, clock: Seen) -> Moment:
        written = self.orders.written(day)
        days = written.part.pop("format", ISO)
        clocks = list(clock.clocks or ())
        midnight = day.is_midnight
        tails = [" 00:00:00", "T00:00:00"] if midnight else [""]
        forms = []
        for form in days if isinstance(days, list) else [str(days)]:
            if form == ISO and not midnight and all("%I" not in c for c in clocks):
                continue
            bare = re.split(r"[ T]%H", form)[0] or "%Y-%m-%d"
            forms += [f"{bare}{tail} {c}" for tail in tails for c in clocks]
        if forms:
            written.part["format"] = forms[0] if len(forms) == 1 else forms
        written.why.append("day and time of day stand in two columns")
        return Moment((day, clock), written, day.head.zone or clock.head.zone)

    def lines(self, column: Column) -> Iterator[Line]:
        """The line of a column, if anything fills it."""
        if self.survey and (special := self.survey.lines(self, column.name)) is not None:
            yield from special
        elif column.name in self.moments:
            moment = self.moments[column.name]
            if (
                column.name == "started_at"
                and self.table.name == "contacts"
                and len(moment.parts) == 1
                and self.is_day(moment.parts[0])
                and moment.parts[0].is_dates
            ):
                moment.written.why.append("days only, so each starts at local midnight")
            if self.events and moment.parts == (self.events,):
                moment.written.part["take"] = "first"
            yield self.line(column.name, moment.parts, moment.written, column.kind, zone=moment.zone)
            if column.name == "started_at" and self.table.name == "contacts":
                yield from self.end_of_interval(moment)
        elif column.name in self.constant:
            value, why = self.constant[column.name]
            yield Line(column.name, {"constant": value}, (), KINDS[column.kind], (value,), why)
        elif column.name == "outcome":
            yield from outcome_of(self, column)
        elif column.name == "count" and self.counts:
            yield from self.counts.lines(self)
        elif self.months and column.name in ("period_start", "posted_on"):
            if column.name == "period_start":
                yield self.months.line(self, self.above)
        elif self.accounts and column.name in ("account", "account_name"):
            yield from self.accounts.lines(self) if column.name == "account" else ()
        elif column.name == "amount" and self.payroll:
            made = self.decimals.written("amount", self.payroll.annual, self.payroll.annual.numbers)
            made.unread = 0
            self.payroll.write(self, made)
            yield self.line("amount", (self.payroll.annual,), made, "money")
        elif column.name == "amount" and self.employer:
            seen, made = self.employer.write(self)
            yield self.line("amount", (seen,), made, "money")
        elif column.name in ("period_start", "amount", "currency", "posted_on"):
            yield from ledger_lines(self, column)
        elif column.name == "period_end" and "period_start" not in self.taken:
            return
        elif column.name in self.taken:
            yield self.line(column.name, (self.taken[column.name].seen,), self.read(column), column.kind)
        elif column.name == "channel" and self.table.name == "contacts":
            yield from self.voice()

    def end_of_interval(self, moment: Moment) -> Iterator[Line]:
        """When a contact ended, where its start and end stand in one cell; a slot of the day is no length."""
        seen = next((s for s in moment.parts if s.interval), None)
        if seen is None or self.counts or "ended_at" in self.taken or "ended_at" in self.joined:
            return
        if is_slots(seen.profile.con, seen.facts.place):
            self.facts.append(("Slots", f"{seen.header} says in which part of the day, not how long"))
        elif seen.interval:
            part = dict(moment.written.part) | {"match": seen.interval.end}
            made = Written(part=part, why=["the end of the same stretch of time"])
            line = self.line("ended_at", moment.parts, made, "instant", zone=moment.zone)
            yield replace(line, samples=())

    def read(self, column: Column) -> Written:
        """How the values of one column are written."""
        seen = self.taken[column.name].seen
        match column.kind:
            case "date" | "instant":
                return self.orders.written(seen)
            case "seconds" | "hours":
                written = length_written(
                    column, seen, self.decimals, self.asked, between_sql(column.name, self.moments, seen)
                )
                if self.counts:
                    self.counts.times(column, seen, written, self)
                return written
            case "money" | "quantity" | "rate" | "score":
                return self.decimals.written(column.name, seen, seen.numbers)
            case "whole":
                return self.decimals.written(column.name, seen, seen.wholes)
            case "flag":
                return flag_written(seen)
        if column.one_of or column.name in words()["values"]:
            return words_written(column, seen)
        written = Written()
        if column.name == "agent" and seen.names:
            written.part["hash"] = "names"
            written.why.append("a keyed hash is kept for each name, codes as they are")
        elif column.name == "account":
            ask_blank(self, seen, written.part)
        return written

    def voice(self) -> Iterator[Line]:
        """A file about calls is about the channel voice, though no column says so."""
        said = words()["voice_words"]
        about = [s.header for s in self.columns if set(s.head.full.split()) & set(said)]
        if about:
            why = f"the headers speak of calls: {', '.join(about[:3])}"
            yield Line("channel", {"constant": "voice"}, (), "words", ("voice",), why)

    # -- the whole file ------------------------------------------------------------------------------------

    def zone(self) -> None:
        """Say or ask which zone is meant."""
        zone = ask_zone(self.moments, self.settings, self.asked, self.facts)
        if zone:
            self.draft.shared.append(("timezone", zone))

    def sort(self) -> None:
        order = {name: i for i, name in enumerate(self.table.names)} | {
            "period": -0.5 + self.place("period_start")
        }
        self.draft.columns.sort(key=lambda line: order.get(line.column, 999))

    def place(self, name: str) -> int:
        return self.table.names.index(name) if name in self.table.names else 0

    def leftovers(self) -> None:
        """Columns that fill nothing: kept as dimensions, or left out with the reason."""
        for seen in self.columns:
            if seen.facts.place in self.used:
                continue
            why = self.stands_back(seen) or why_not_kept(seen, self.table)
            if why is None:
                self.draft.kept.append(seen.header)
            else:
                self.draft.left.append((seen.header, why))

    def stands_back(self, seen: Seen) -> str | None:
        """Which surer column took the place that this one is named for."""
        if not seen.facts.filled:
            return None
        for role in roles(self.table, seen.head):
            match = self.taken.get(role.name)
            if match and match.seen is not seen and fits(self.table, role.name, seen):
                return f"{role.name.lstrip('+')} is {match.seen.header} already"
        return None

    def shared(self) -> None:
        """What holds for the whole file: words for nothing."""
        nulls = sorted({w for s in self.columns for w in s.facts.nulls if w.lower() in SURE_NULLS})
        if nulls:
            self.draft.shared.append(("nulls", nulls))
        zones = [s.head.zone for s in self.columns if s.head.zone]
        if zones:
            self.facts.append(("Time zone", f"{', '.join(dict.fromkeys(zones))}, as the headers say"))

    def also(self) -> Iterator[Reading]:
        """Further readings of the file."""
        if self.counts:
            yield from self.counts.also(self)


def _is_id(seen: Seen) -> bool:
    """Whether numbers are names: noughts stand before some of them."""
    return seen.share(lambda v: len(v) > 1 and v.isdecimal() and v.startswith("0")) > 0


def _mapping(table: str, columns: dict[str, dict[str, str]], name: str) -> Mapping:
    from percontact.ingest.proposal import flow

    return parse_mapping(f"table: {table}\ncolumns: {flow(columns)}\n", name)
