# SPDX-License-Identifier: Apache-2.0
"""The days a page speaks of: a named span as far as the books reach, and what it is held against.

A command answers the span it was asked. A page is asked for "2026" by who reads it in July: it shows January
to June, says so, and holds it against the same months of the year before. The rule of every page stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from percontact.answers.explaining import AGAINST
from percontact.costing.policy import OUTSIDE
from percontact.pipeline import OpenBook
from percontact.report.document import Document
from percontact.report.spoken import heading, month_name, spoken, when
from percontact.report.words import money
from percontact.values.money import cents
from percontact.values.period import Period, add_months, before, last_year, periods
from percontact.values.problem import problem


@dataclass(frozen=True, slots=True)
class Reach:
    """A span as a page reads it.

    asked  the days that were named
    span   those of them in the months that the books reach: `asked` itself where no month of it is there
    known  from the first month with both contacts and cost to the last; None = no month has both
    says   what is left out, and what of ledger and contacts lies there; "" = nothing is
    """

    asked: Period
    span: Period
    known: Period | None
    says: str = ""

    @property
    def start(self) -> str:
        """The first day shown, as a question takes it."""
        return f"{self.span.start}"

    @property
    def end(self) -> str:
        """The last day shown."""
        return f"{self.span.end - timedelta(days=1)}"

    @property
    def is_there(self) -> bool:
        """Whether the books reach any day that was asked for."""
        return self.known is None or _both(self.asked, self.known) is not None


@dataclass(frozen=True, slots=True)
class Sides:
    """Two spans held against each other, like with like.

    now     the days that have a counterpart: all that are shown, or the later part of them
    then    the counterpart; None = the books hold nothing of it
    wanted  what the counterpart would be, were all of it in the books
    says    what of it is not; "" = all is there
    """

    now: Period
    then: Period | None
    wanted: Period
    says: str = ""


def reached(book: OpenBook, start: str | None, end: str | None) -> Reach:
    """A named span, cut to the months from the first to the last that have both contacts and cost.

    A month in between that lacks one of them is not cut out: it is a fault, and is told as one.
    """
    asked = book.span(start, end)
    known = _known(book)
    span = _both(asked, known) if known else None
    if known is None:
        return Reach(asked, asked, None)
    if span is None:
        says = f"Contacts and cost are known {when(known)}: of {spoken(asked)} the books cannot tell both."
        return Reach(asked, asked, known, says)
    left = [Period(a, b) for a, b in ((asked.start, span.start), (span.end, asked.end)) if a < b]
    return Reach(asked, span, known, " ".join(_left_out(book, part, span) for part in left))


def need_comparison(compare: str) -> None:
    """Raise E-ARG-01 for what nothing is held against."""
    if compare not in AGAINST:
        what = f"{compare!r} is not one of its values"
        do = f"Its values are {', '.join(AGAINST)}."
        raise problem("E-ARG-01", "compare", what, "Nothing was compared.", do)


def held_against(book: OpenBook, reach: Reach, compare: str) -> Sides:
    """What a span is held against, as far as the books reach.

    compare  last-year, or any other: the span before. What is cut off a span is cut off that too, so a year
             of six months stands against the same six of the year before.
    """
    calendar = book.settings.calendar
    if compare == "last-year":
        wanted = last_year(reach.span, calendar)
    elif reach.span == reach.asked:
        wanted = before(reach.span, calendar)
    else:
        wanted = _back(reach.span, reach.asked)
    known = reach.known
    if known is not None and not reach.is_there:
        return Sides(reach.span, None, wanted, reach.says)
    if known is None or (known.start <= wanted.start and wanted.end <= known.end):
        return Sides(reach.span, wanted, wanted)
    then = _both(wanted, known)
    if then is None:
        says = (
            f"There are no contacts and cost of {spoken(wanted)}: they are known from "
            f"{month_name(known.start)} on."
        )
        return Sides(reach.span, None, wanted, says)
    now = _counterpart(then, wanted, reach.span)
    says = (
        f"Of {spoken(wanted)} only {spoken(then)} is in the books, so {spoken(now)} can be held against it, "
        f"and all of {spoken(reach.span)} against nothing."
    )
    return Sides(now, then, wanted, says)


def noted(document: Document, *notes: str) -> Document:
    """A document with further things to know on top of those it has."""
    told = tuple(dict.fromkeys(n for n in (*notes, *document.notes) if n))
    data = {**document.data, "notes": list(told)} if "notes" in document.data else document.data
    return replace(document, notes=told, data=data)


def _known(book: OpenBook) -> Period | None:
    """The months from the first to the last that pages can speak of."""
    worked, both = set(book.book.months("contacts")), book.months()
    if not worked.issuperset(both):
        return None
    return Period(both[0], add_months(both[-1], 1))


def _both(one: Period, other: Period) -> Period | None:
    """The days of both spans."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Period(start, end) if start < end else None


def _back(span: Period, asked: Period) -> Period:
    """A part of a span, as far back as the whole is long: in months where it is made of months."""
    if asked.start.day == asked.end.day == 1:
        months = _months(asked.start, asked.end)
        return Period(add_months(span.start, -months), add_months(span.end, -months))
    back = timedelta(days=asked.days)
    return Period(span.start - back, span.end - back)


def _counterpart(then: Period, wanted: Period, now: Period) -> Period:
    """The days of a span that stand where `then` stands in what is wanted."""
    if all(day.day == 1 for day in (wanted.start, wanted.end, now.start, now.end)):
        months = _months(wanted.start, now.start)
        return Period(add_months(then.start, months), add_months(then.end, months))
    on = now.start - wanted.start
    return Period(then.start + on, then.end + on)


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


# -- words -------------------------------------------------------------------------------------------------


def _left_out(book: OpenBook, part: Period, shown: Period) -> str:
    """Which days a page leaves out, and what lies there."""
    many = " to " in spoken(part)
    months = {p.start for p in periods(part, "month")}
    contacts = _contacts(book, months)
    there = [*_ledger(book, months), *([f"{contacts:,} contacts"] if contacts else ())]
    lacks = "no contacts" if not contacts else "no ledger"
    if contacts and len(there) > 1:
        lacks = "no month with both contacts and ledger"
    yet = " yet" if part.start >= shown.end else ""
    lies = f", and {' and '.join(there)} {'lie' if contacts else 'lies'} there" if there else ""
    if there and (part.start.day, part.end.day) != (1, 1):
        # Cost is of months, so what lies on some days of one is not known.
        whole = Period(min(months), add_months(max(months), 1))
        lies = f", and {' and '.join(there)} {'are' if contacts else 'is'} for {spoken(whole)}"
    return (
        f"{heading(part)} {'are' if many else 'is'} left out: {'they have' if many else 'it has'} "
        f"{lacks}{yet}{lies}."
    )


def _ledger(book: OpenBook, months: set[date]) -> Iterator[str]:
    """What customer service is charged for in some months, where it is anything."""
    if not book.book.has("ledger"):
        return
    costs = book.costed.month_costs
    if found := [m for m in months if m in costs]:
        pico = sum(cost for m in found for pool, (cost, _) in costs[m].items() if pool != OUTSIDE)
        currency = book.settings.currency
        yield f"{money(cents(pico, currency), currency)} of the ledger"


def _contacts(book: OpenBook, months: set[date]) -> int:
    """Contacts of some months."""
    found = sorted(months & set(book.book.months("contacts")))
    if not found:
        return 0
    last = add_months(found[-1], 1)
    rows = book.book.relation("contacts", ["count", "month"], first=found[0], last=last)
    query = f"SELECT sum(\"count\") FROM {rows} WHERE month >= DATE '{found[0]}' AND month < DATE '{last}'"
    row = book.kept.con.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
