# SPDX-License-Identifier: Apache-2.0
"""The days that differ from the usual week: which they are, what they change, and one more or one less.

What is added lands in the Book's table calendar as an import of its own, which can be undone. A day that is
taken away leaves with a new import that stands for the one that brought it.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from percontact.explain.days import working_days_of
from percontact.pipeline import OpenBook, land
from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.records.landing import Receipt
from percontact.records.tables import ROW_BITS
from percontact.report.document import Document, Table, TableColumn
from percontact.report.spoken import month_name
from percontact.store.workspace import Workspace
from percontact.values.period import Period, add_months
from percontact.values.problem import PercontactError, problem

KINDS = ("holiday", "closed", "open")
COLUMNS = ("day", "site", "kind", "opens", "closes", "name")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
MOST_DAYS = 400
"""So many days are added at once at most: more come as a file, on the page Data."""
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A local day that differs from the usual week; site None = everywhere; hours only where it is open."""

    day: date
    kind: str
    site: str | None = None
    opens: str | None = None
    closes: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class KeptDay:
    """A special day of the Book: its row, and the import and the file that brought it."""

    special: SpecialDay
    row_id: int
    number: int
    file: str


def days_kept(book: Book) -> list[KeptDay]:
    """All special days, in the order of time."""
    if not book.has("calendar"):
        return []
    wanted = [*COLUMNS, "row_id"]
    with closing(connect()) as con:
        rows = con.execute(
            f"SELECT {', '.join(wanted)} FROM {book.relation('calendar', wanted)} ORDER BY day, site, row_id"
        ).fetchall()
    return [
        KeptDay(
            SpecialDay(day, kind, site, opens, closes, name), row_id, row_id >> ROW_BITS,
            book.sources[row_id >> ROW_BITS].name,
        )
        for day, site, kind, opens, closes, name, row_id in rows
    ]  # fmt: skip


def years(book: OpenBook) -> list[int]:
    """Years that the data or the special days speak of, the newest first."""
    found = {one.special.day.year for one in days_kept(book.book)}
    found |= {m.year for table in ("contacts", "ledger") for m in book.book.months(table)}
    return sorted(found or {datetime.now(UTC).year}, reverse=True)


def sites(book: OpenBook) -> list[str]:
    """Sites that special days name."""
    return sorted({one.special.site for one in days_kept(book.book) if one.special.site})


def of_year(book: OpenBook, year: int, site: str = "") -> list[KeptDay]:
    """The special days of a year; of a site: those everywhere, and its own."""
    return [
        one
        for one in days_kept(book.book)
        if one.special.day.year == year and (not site or one.special.site in (None, site))
    ]


def calendar_told(book: OpenBook, year: int, site: str = "") -> Document:
    """A year's special days and the working days that are left of each month."""
    found = of_year(book, year, site)
    months = [date(year, n, 1) for n in range(1, 13)]
    left = [working_days_of(book.book, Period(m, add_months(m, 1)), site or None) for m in months]
    whole = sum(left, Fraction(0))
    columns = (
        TableColumn("day", "Day", "date"), TableColumn("weekday", "Weekday"), TableColumn("kind", "Kind"),
        TableColumn("name", "Name"), TableColumn("site", "Where"), TableColumn("hours", "Hours"),
        TableColumn("file", "Came with"),
    )  # fmt: skip
    rows = tuple(
        (s.day, f"{s.day:%A}", s.kind, s.name or "", s.site or EVERYWHERE, hours(s), one.file)
        for one in found
        for s in (one.special,)
    )
    by_month = Table(
        "Working days",
        (TableColumn("month", "Month"), TableColumn("days", "Working days", "quantity")),
        tuple((month_name(m), round(_decimal(n), 2)) for m, n in zip(months, left, strict=True)),
        (str(year), round(_decimal(whole), 2)),
        note=_counted(book, site),
    )
    many = len(found)
    told = "No day differs" if not many else "1 day differs" if many == 1 else f"{many} days differ"
    there = f" at {site}" if site else ""
    return Document(
        f"Calendar {year}{there}",
        f"{told} from the usual week in {year}{there}, which leaves {_words(whole)} working days.",
        (Table("Days that differ", columns, rows), by_month),
        data={"year": year, "site": site or None, "working_days": str(round(_decimal(whole), 2))},
        demo="All data is made up (demo)." if book.settings.demo else "",
    )


def _counted(book: OpenBook, site: str) -> str:
    """How working days are counted; how a day of some sites only, where the calendar names sites."""
    told = "Monday to Friday, less holidays and closed days."
    named = sites(book)
    if site or not named:
        return told
    return (
        f"{told} A day that only some sites are closed counts as the part of the sites that work: of those "
        f"that the calendar names ({', '.join(named)}), each alike, however many contacts it takes."
    )


def hours(one: SpecialDay) -> str:
    """Opening hours in words."""
    if one.kind != "open":
        return "closed"
    if not (one.opens or one.closes):
        return "as usual"
    return f"{one.opens or 'as usual'} to {one.closes or 'as usual'}"


def _decimal(days: Fraction) -> Decimal:
    return Decimal(days.numerator) / days.denominator


def _words(days: Fraction) -> str:
    return f"{_decimal(days):.1f}".removesuffix(".0")


# -- one more, one less --------------------------------------------------------------------------------------


def days_of_form(form: dict[str, str]) -> list[SpecialDay]:
    """Days as typed: a line each, the day and then its name. Raises E-ARG-03 at the first that is none.

    >>> days_of_form({"days": "2026-12-25 Christmas Day", "kind": "holiday"})[0].name
    'Christmas Day'
    """
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise _unfit("kind", f"{kind!r} is no kind of day", f"It is one of {', '.join(KINDS)}.")
    opens, closes = form.get("opens", "").strip() or None, form.get("closes", "").strip() or None
    for name, told in (("opens", opens), ("closes", closes)):
        if told and not _TIME.fullmatch(told):
            raise _unfit(name, f"{told!r} is no time of day", "Write 09:00, or 24:00 for the end of the day.")
    if (opens or closes) and kind != "open":
        raise _unfit("opens", f"a {kind} day has no opening hours", "Choose open, or leave the hours empty.")
    if opens and closes and closes <= opens:
        raise _unfit(
            "closes", f"it closes at {closes}, not after it opens at {opens}", "Correct one of them."
        )
    site = form.get("site", "").strip() or None
    found = []
    for line in form.get("days", "").splitlines():
        if line.strip():
            day, _, name = line.strip().partition(" ")
            found.append(SpecialDay(_day(day), kind, site, opens, closes, name.strip() or None))
    if not found:
        raise _unfit("days", "no day is named", "Write a line for each: 2026-12-25 Christmas Day.")
    if len(found) > MOST_DAYS:
        do = "Bring them as a file on the page Data, into the table calendar."
        raise _unfit("days", f"{len(found)} days are more than are added at once ({MOST_DAYS})", do)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _unfit("days", f"{text!r} is not a day", "Write 2026-12-25, then its name.") from None


def add_days(workspace: Workspace, days: Sequence[SpecialDay]) -> Receipt:
    """Land special days as one import. Raises E-ARG-03 where one of them is there already."""
    there = {(one.special.day, one.special.site) for one in days_kept(workspace.book())}
    for one in days:
        if (one.day, one.site) in there:
            what = f"{one.day} is there already for {one.site or EVERYWHERE}"
            raise _unfit("days", what, "Take that one away first, or leave this line out.")
        there.add((one.day, one.site))
    name = f"days-added-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.csv"
    return land_days(workspace, name, days)


def remove_day(workspace: Workspace, row_id: int) -> SpecialDay:
    """Take a special day out of the Book; the others of its import stay. Raises E-ARG-01."""
    kept = days_kept(workspace.book())
    one = next((k for k in kept if k.row_id == row_id), None)
    if one is None:
        what, why = "that day is not in the calendar any more", "It was taken away, or its import was undone."
        raise problem("E-ARG-01", "day", what, why, "Look at the list anew.")
    rest = [k.special for k in kept if k.number == one.number and k.row_id != row_id]
    if not rest:
        workspace.undo(one.number)
        return one.special
    stem = re.sub(r"(-without-\d{4}-\d\d-\d\d)?\.[A-Za-z.]+$", "", Path(one.file).name)
    receipt = land_days(workspace, f"{stem}-without-{one.special.day}.csv", rest, instead_of=(one.number,))
    if receipt.unchanged:
        # The very days that are left came with another file too: they count there already.
        workspace.undo(one.number)
    return one.special


def land_days(
    workspace: Workspace, name: str, days: Sequence[SpecialDay], *, instead_of: Sequence[int] = ()
) -> Receipt:
    """Land special days as one import of this name: all of them, or none. Raises E-ARG-03."""
    with tempfile.TemporaryDirectory(prefix="percontact-days-") as folder:
        file = Path(folder) / name
        with file.open("w", encoding="utf-8", newline="") as out:
            written = csv.writer(out)
            written.writerow(COLUMNS)
            for one in days:
                written.writerow([one.day.isoformat(), *(getattr(one, c) or "" for c in COLUMNS[1:])])
        receipt = land(workspace, "calendar", file, add=True, instead_of=instead_of)
    if receipt.aside:
        workspace.undo(receipt.number)
        what = f"{receipt.aside} of the days cannot be taken as they are"
        raise _unfit("days", what, "Look for signs that a name or a site cannot have.")
    return receipt


def _unfit(where: str, what: str, do: str) -> PercontactError:
    return problem("E-ARG-03", where, what, "The calendar says which days count as working days.", do)
