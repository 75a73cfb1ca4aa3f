# SPDX-License-Identifier: Apache-2.0
"""The columns of a proposal: each column of the table with where it comes from, how it is written, why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from percontact.ingest.intervals import is_slots
from percontact.ingest.meaning import roles
from percontact.ingest.meaning_columns import (
    Seen,
    assign,
    fits,
    why_not_kept,
)
from percontact.ingest.meaning_values import (
    Decimals,
    Orders,
    Written,
    flag_written,
    length_written,
    words_written,
)
from percontact.ingest.moments import Moment, between_sql
from percontact.ingest.profile import SURE_NULLS
from percontact.ingest.proposal import Line, Reading
from percontact.ingest.propose_counts import Counts, outcome_of
from percontact.ingest.propose_employer import Employer
from percontact.ingest.propose_headings import AccountRows, ask_blank
from percontact.ingest.propose_key import hold_the_key
from percontact.ingest.propose_ledger import ledger_lines
from percontact.ingest.propose_months import Months
from percontact.ingest.propose_needed import name_accounts, need, start_with_the_month
from percontact.ingest.propose_payroll import Payroll
from percontact.ingest.propose_rows import rows_left_out
from percontact.ingest.propose_surveys import Survey, scales_by_kind
from percontact.ingest.propose_times import dated, place_times, read_moments
from percontact.ingest.propose_told import as_told
from percontact.ingest.propose_zone import ask_zone
from percontact.ingest.understanding import KINDS, Understanding
from percontact.ingest.vocabulary import words
from percontact.records.column import Column


class Columns(Understanding):
    """One proposal's columns in the making."""

    counts: Counts | None = None
    months: Months | None = None
    payroll: Payroll | None = None
    accounts: AccountRows | None = None
    employer: Employer | None = None
    survey: Survey | None = None
    above: tuple[str, ...] = ()
    """The lines above the header, as text."""

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
            self.given.add("kind")
        if not (self.survey and self.survey.unpivot):
            hold_the_key(self)
        place_times(self)
        start_with_the_month(self)
        need(self, near)
        name_accounts(self)
        self.orders = Orders(dated(self, period=not self.months), self.asked)
        numbers = [(r, m.seen) for r, m in self.taken.items() if self.is_number(r)]
        totals = [*(s for s in self.columns if s.is_total), *(self.months.totals if self.months else ())]
        self.decimals = Decimals(numbers, totals, self.asked, typed=self.typed)
        read_moments(self)
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

    # -- how they are written ------------------------------------------------------------------------------

    def is_number(self, role: str) -> bool:
        return role.startswith("+") or self.kind_of(role) in (
            "money", "quantity", "rate", "score", "whole", "seconds", "hours",
        )  # fmt: skip

    def lines(self, column: Column) -> Iterator[Line]:
        """The line of a column, if anything fills it."""
        if self.survey and (special := self.survey.lines(self, column.name)) is not None:
            yield from special
        elif column.name in self.moments:
            yield from self.moment_lines(column, self.moments[column.name])
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

    def moment_lines(self, column: Column, moment: Moment) -> Iterator[Line]:
        """The line of a moment, and that of the end of a contact where both stand in one cell."""
        starts = column.name == "started_at" and self.table.name == "contacts"
        if starts and len(moment.parts) == 1 and moment.parts[0].is_day and moment.parts[0].is_dates:
            moment.written.why.append("days only, so each starts at local midnight")
        if self.events and moment.parts == (self.events,):
            moment.written.part["take"] = "first"
        yield self.line(column.name, moment.parts, moment.written, column.kind, zone=moment.zone)
        if starts:
            yield from self.end_of_interval(moment)

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
