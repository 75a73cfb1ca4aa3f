# SPDX-License-Identifier: Apache-2.0
"""Payroll lists in which some are paid by the year and others by the hour, in columns of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from percontact.ingest.meaning import plain
from percontact.ingest.meaning_columns import FITS, Match, Seen
from percontact.ingest.meaning_values import Written
from percontact.ingest.propose_ledger import number_sql
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words


@dataclass(frozen=True)
class Payroll:
    """The columns of such a list: pay of a year, or pay of an hour and hours of a week."""

    annual: Seen
    hourly: Seen
    hours: Seen

    @staticmethod
    def found(columns: Understanding) -> Payroll | None:
        """The list's columns, or None: no row may say both kinds of pay, and each must be said by some."""
        if columns.table.name != "ledger":
            return None
        named = [_named(columns, kind) for kind in ("annual", "hourly", "hours")]
        annual, hourly, hours = named
        if annual is None or hourly is None or hours is None:
            return None
        either = [f"c{s.facts.place} IS NOT NULL" for s in (annual, hourly)]
        (both,) = annual.profile.counts([f"count(*) FILTER ({' AND '.join(either)})"])
        return None if both else Payroll(annual, hourly, hours)

    def take(self, columns: Understanding) -> None:
        """Make the pay the amount; what else the three columns were taken for is undone."""
        for role in [r for r, m in columns.taken.items() if m.seen in (self.annual, self.hourly, self.hours)]:
            del columns.taken[role]
        columns.taken["amount"] = Match("amount", self.annual, 0.9, "pay of a year")

    def write(self, columns: Understanding, made: Written) -> None:
        """What the hourly paid cost a year is a rule that no file states, so it is asked."""
        columns.used |= {s.facts.place for s in (self.hourly, self.hours)}
        part = columns.decimals.written("amount", self.hourly, self.hourly.numbers).part
        rate, hours = number_sql(self.hourly, part), number_sql(self.hours, part)
        ((salaried, salaries, waged, wages),) = self.annual.profile.con.execute(
            f"SELECT count(c{self.annual.facts.place}), sum({number_sql(self.annual, made.part)}), "
            f"count({rate}), sum({rate} * {hours} * 52) FROM seen"
        ).fetchall()
        product = f"{self.hourly.header} x {self.hours.header}"
        options = (
            Option("52", f"{product} x 52 weeks", f"{waged:,} rows come to {wages or 0:,.2f} a year"),
            Option(
                "salaries only",
                "leave the hourly paid out",
                f"{salaried:,} rows come to {salaries or 0:,.2f}; {waged:,} are set aside",
            ),
        )
        text = (
            f"{salaried:,} rows say {self.annual.header} and {waged:,} others say {self.hourly.header}. What "
            "those are paid in a year depends on the weeks they work, which the file does not say."
        )
        question = Question("payroll", self.hourly.header, text, options, "weeks paid in a year: 48")
        answer = columns.asked.ask(question)
        if answer is None:
            return
        if answer == "salaries only":
            columns.draft.where.append({"column": self.annual.header, "blank": False})
            made.why.append("the hourly paid are left out, as you answered")
        elif re.fullmatch(r"[1-9]\d?(\.\d+)?", answer) and float(answer) <= 53:
            other = {"column": self.hourly.header, "times": self.hours.header, "factor": answer}
            made.part["or"] = other | part
            made.why.append(f"else {product} x {answer}, as you answered")
        else:
            columns.asked.wrong.append((question, answer))


def _named(columns: Understanding, kind: str) -> Seen | None:
    known = words()["payroll"][kind]
    return next(
        (
            s
            for s in columns.columns
            if plain(s.header) in known and s.facts.filled and s.numbers.read >= FITS * s.facts.filled
        ),
        None,
    )
