# SPDX-License-Identifier: Apache-2.0
"""The public holidays of a country for the calendar: which they are, which are there already, adding them.

    Wish      country, part of it, years, site
    Offer     its days, each with what stands in the calendar already
    Added     the offer, and the receipt of what landed
They land as one import that is named after the place, the years and the library they come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from percontact.answers.calendaring import EVERYWHERE, KeptDay, SpecialDay, days_kept, land_days
from percontact.answers.calendaring import sites as sites_of_calendar
from percontact.ingest import public_holidays
from percontact.ingest.public_holidays import Names, Place
from percontact.pipeline import OpenBook
from percontact.records.landing import Receipt
from percontact.report.document import Document, Table, TableColumn
from percontact.values.problem import did_you_mean, problem

MOST_YEARS = 50
"""So many years are added at once at most."""
NAMES: tuple[Names, ...] = ("english", "own")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose public holidays are asked for.

    country, part  by code or name: DE or Germany, BY or Bavaria; part "" = those of the whole country
    first, last    years, both inclusive; None = those that contacts cover, and the next
    site           the only site they hold for; "" = everywhere
    names          holidays called in English, or in the country's own language
    """

    country: str
    part: str = ""
    first: int | None = None
    last: int | None = None
    site: str = ""
    names: Names = "english"


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A public holiday, and what the calendar says of that day already; None = nothing."""

    day: date
    name: str
    there: KeptDay | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The public holidays of a place over some years, as the library of this version knows them."""

    place: Place
    first: int
    last: int
    site: str
    version: str
    days: tuple[OfferedDay, ...]

    @property
    def new(self) -> tuple[OfferedDay, ...]:
        """Those of which the calendar says nothing yet."""
        return tuple(one for one in self.days if one.there is None)

    @property
    def name(self) -> str:
        """As a sentence names them: public holidays of Germany, Bavaria, 2025 to 2026."""
        return f"public holidays of {self.place.name}, {_years(self.first, self.last)}"

    @property
    def source(self) -> str:
        """The same with where they come from, which is what their import is called."""
        return f"{self.name}, by the holidays library {self.version}"


@dataclass(frozen=True, slots=True)
class Added:
    """What was added; receipt None = all of it was there already, so nothing was done."""

    offer: Offer
    receipt: Receipt | None


def years_offered(book: OpenBook) -> tuple[int, int]:
    """The years that contacts cover, and the next; without contacts, this year and the next."""
    found = [month.year for month in book.book.months("contacts")] or [datetime.now(UTC).year]
    return min(found), max(found) + 1


def sites_known(book: OpenBook) -> list[str]:
    """Sites that contacts or the calendar name."""
    of_contacts = book.values_of("site") if "site" in book.book.filled("contacts") else []
    return sorted({*of_contacts, *sites_of_calendar(book)})


def offer(book: OpenBook, wish: Wish) -> Offer:
    """What would be added. Raises E-ARG-01 for an unknown place or site, E-ARG-02 for unfit years."""
    place = public_holidays.place(wish.country, wish.part)
    first, last = _span(book, place, wish)
    site = wish.site.strip()
    known = sites_known(book)
    if site and known and site not in known:
        what = f"{site!r} is no site of the contacts or the calendar"
        do = "A holiday of a site is written as the contacts write the site."
        raise problem("E-ARG-01", "site", what, did_you_mean(site, known), do)
    kept = days_kept(book.book)
    days = public_holidays.days_of(place, range(first, last + 1), wish.names)
    return Offer(
        place, first, last, site, public_holidays.version(),
        tuple(OfferedDay(day, name, _there(kept, day, site)) for day, name in days),
    )  # fmt: skip


def add_holidays(book: OpenBook, wish: Wish) -> Added:
    """Land the days of which the calendar says nothing yet, as one import that can be undone.

    What the calendar says of a day stays as it is, also where it says that the day is open.
    Raises as `offer` does.
    """
    now = OpenBook(book.workspace)
    found = offer(now, wish)
    days = [SpecialDay(one.day, "holiday", found.site or None, name=one.name) for one in found.new]
    if not days:
        return Added(found, None)
    return Added(found, land_days(now.workspace, f"{found.source}.csv".replace("/", "-"), days))


def _span(book: OpenBook, place: Place, wish: Wish) -> tuple[int, int]:
    """The years asked for, or the usual ones, cut to none: a year that is not known is told."""
    usual = years_offered(book)
    first = usual[0] if wish.first is None else wish.first
    last = max(usual[1], first) if wish.last is None else wish.last
    if wish.first is None and wish.last is not None:
        first = min(first, last)
    if last < first:
        what, why = f"{first} to {last} is no span of years", "It ends before it begins."
        raise problem("E-ARG-02", "years", what, why, "Exchange the two.")
    if not place.first_year <= first <= last <= place.last_year:
        what = f"the holidays of {place.country_name} are not known for all of {_years(first, last)}"
        why = f"They are known from {place.first_year} to {place.last_year}."
        raise problem("E-ARG-02", "years", what, why, "Choose years of these.")
    if last - first >= MOST_YEARS:
        what = f"{_years(first, last)} is {last - first + 1} years"
        why = f"So many are hardly meant: {MOST_YEARS} are added at once at most."
        raise problem("E-ARG-02", "years", what, why, "Choose fewer years.")
    return first, last


def _there(kept: Iterable[KeptDay], day: date, site: str) -> KeptDay | None:
    """What holds for that day already: of a site, its own or what holds everywhere."""
    of_day = [one for one in kept if one.special.day == day and one.special.site in (None, site or None)]
    return next((one for one in of_day if one.special.site == (site or None)), of_day[0] if of_day else None)


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


# -- in words ------------------------------------------------------------------------------------------------


def document(book: OpenBook, found: Offer) -> Document:
    """The preview: each day, and whether it would be added."""
    rows = tuple(
        (one.day, f"{one.day:%A}", one.name, "would be added" if one.there is None else _said(one.there))
        for one in found.days
    )
    columns = (
        TableColumn("day", "Day", "date"), TableColumn("weekday", "Weekday"), TableColumn("name", "Name"),
        TableColumn("calendar", "In the calendar"),
    )  # fmt: skip
    name = found.name[0].upper() + found.name[1:]
    return Document(
        name,
        f"{_counted(found)} {'at ' + found.site if found.site else EVERYWHERE}.",
        (Table("Days", columns, rows),),
        notes=tuple(notes(book, found)),
        data={
            "country": found.place.country, "subdivision": found.place.part, "first": found.first,
            "last": found.last, "site": found.site or None, "source": found.source, "new": len(found.new),
        },
        demo="All data is made up (demo)." if book.settings.demo else "",
    )  # fmt: skip


def notes(book: OpenBook, found: Offer) -> list[str]:
    """What a reader has to know of these days before they count."""
    told = [
        f"By the holidays library {found.version}: days off by law for everybody there. Days of some towns "
        "or faiths, half days and school holidays are not among them; add them one by one."
    ]
    parts = public_holidays.parts_of(found.place.country)
    if found.place.part is None and parts:
        whole = found.place.country_name
        told.append(f"These are the days of all of {whole}. {len(parts)} parts of it may have more.")
    guessed = sum("estimated" in one.name for one in found.days)
    if guessed:
        days = "1 day is estimated" if guessed == 1 else f"{guessed} days are estimated"
        told.append(f"{days}, as it hangs on the moon; its name says so.")
    known = sites_known(book)
    if not found.site and len(known) > 1:
        told.append(
            f"They hold at all sites ({_few(known)}). Where sites keep different holidays, add those of each "
            "site by itself."
        )
    without = [s for s in known if s not in {found.site, *sites_of_calendar(book)}]
    if found.site and without:
        told.append(
            f"Working days are counted over the sites that the calendar names. It does not name "
            f"{_few(without)} yet: add their holidays too."
        )
    return told


def places_told(book: OpenBook, country: str = "") -> Document:
    """The countries whose holidays are known, or the parts of one, with their codes."""
    demo = "All data is made up (demo)." if book.settings.demo else ""
    columns = (TableColumn("code", "Code"), TableColumn("name", "Name"))
    if not country:
        known = public_holidays.countries()
        said = f"The public holidays of {len(known)} countries are known."
        return Document("Countries", said, (Table("Countries", columns, known),), demo=demo)
    place = public_holidays.place(country)
    parts = public_holidays.parts_of(place.country)
    many = f"{len(parts)} parts of {place.country_name} may have holidays of their own."
    said = many if parts else f"All of {place.country_name} has the same holidays."
    return Document(f"Parts of {place.country_name}", said, (Table("Parts", columns, parts),), demo=demo)


def told(done: Added) -> str:
    """What was done, in a sentence."""
    found, there = done.offer, len(done.offer.days) - len(done.offer.new)
    if done.receipt is None:
        if not found.days:
            return f"There are no {found.name}: nothing changed."
        return f"All {there} {found.name} are in the calendar already: nothing changed."
    rest = f"; of {there} the calendar says something already, which stays" if there else ""
    where = f" at {found.site}" if found.site else ""
    return f"Added {len(found.new)} {found.name}{where} (import {done.receipt.number}){rest}."


def fields(done: Added) -> dict[str, object]:
    """The same for programs; import null = nothing was left to add."""
    return {
        "source": done.offer.source,
        "site": done.offer.site or None,
        "added": [one.day.isoformat() for one in done.offer.new],
        "there": [one.day.isoformat() for one in done.offer.days if one.there is not None],
        "import": done.receipt.number if done.receipt else None,
    }


def _counted(found: Offer) -> str:
    new, there = len(found.new), len(found.days) - len(found.new)
    if not found.days:
        return "There is no such day to add"
    if not new:
        return f"All {there} days are in the calendar already, so nothing is left to add"
    would = "1 day would be added" if new == 1 else f"{new} days would be added"
    return f"{would}, {there} in the calendar already," if there else would


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def _said(one: KeptDay) -> str:
    """What the calendar says of a day."""
    special = one.special
    name = f", {special.name}" if special.name else ""
    return f"there already: {special.kind}{name}, {special.site or EVERYWHERE}"
