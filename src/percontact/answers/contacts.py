# SPDX-License-Identifier: Apache-2.0
"""Answers about single contacts: those of a slice with their cost, and one priced line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from percontact.answers.agents import AGENT, Agents
from percontact.costing.contact_cost import local_text
from percontact.costing.contact_lines import Stretch, contact_lines, others_of_case
from percontact.costing.contact_page import ORDERS, ContactPage, contact_page, contacts_of
from percontact.costing.rate import Basis
from percontact.costing.slice import Condition, Slice
from percontact.pipeline import OpenBook
from percontact.records.tables import ROW_BITS
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.named import where_words
from percontact.report.one_contact import OneContact, SourceRow
from percontact.report.records import records_of
from percontact.report.spoken import spoken, when
from percontact.report.words import DEMO_NOTE, value_text
from percontact.values.money import from_pico
from percontact.values.problem import did_you_mean, problem

MOST = 1_000_000
"""Contacts of a slice that a page prices to find the dearest: about two seconds of work."""

MOST_ROWS = 10_000
"""Contacts of one page or file."""

WORKERS = ("team", "agent", "actor", "queue")
"""Whoever works on a contact: several may, and a slice of one of them holds only its part of the work."""

HEADERS = {"contact_id": "Contact", "started_at": "Started", "case_id": "Case"}


@dataclass(frozen=True, slots=True)
class Listed:
    """Some contacts of a slice with their cost.

    ids    of each row, as they stand
    where  the conditions, as the asker may see them
    """

    document: Document
    question: Slice
    where: tuple[Condition, ...]
    ids: tuple[str, ...]
    in_all: int


def listed_contacts(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
    basis: str = "used",
    sort: str = "-cost",
    first: int = 0,
    rows: int = 50,
    agents_by_name: bool = True,
) -> Listed:
    """Contacts of a slice from place `first` on, the dearest first unless asked otherwise.

    Raises E-ARG-01 for an order there is not, E-ARG-03 for more contacts than a page can price.
    """
    if sort.removeprefix("-") not in ORDERS:
        why = "Contacts are put in order by their cost, start or handle time."
        raise problem("E-ARG-01", f"sort={sort}", "there is no such order", why, did_you_mean(sort, ORDERS))
    if rows > MOST_ROWS:
        what, why = f"{rows:,} rows at once", "A page or file of them holds at most 10,000."
        raise problem(
            "E-ARG-01", f"rows={rows}", what, why, "percontact contacts -o contacts.parquet writes all."
        )
    question = book.ask(start=start, end=end, where=where, basis=basis, unchecked=(AGENT,))
    agents, asked = Agents(book, agents_by_name), question.where
    question = replace(question, where=agents.meant(asked))
    in_all = contacts_of(book.costed, question)
    if in_all > MOST:
        what = f"the slice has {in_all:,} contacts"
        why = "Each of them is priced before the dearest are known, and so many keep other readers waiting."
        do = "Choose a shorter period or a filter; `percontact contacts -o contacts.parquet` writes all."
        raise problem("E-ARG-03", f"contacts of {spoken(question.span)}", what, why, do)
    page = contact_page(book.costed, question, sort=sort, first=first, rows=rows)
    return Listed(
        _document(book, question, asked, page, agents, first), question, asked, _ids(page), page.in_all
    )


def _ids(page: ContactPage) -> tuple[str, ...]:
    at = page.columns.index("contact_id") if "contact_id" in page.columns else None
    return tuple("" if at is None or row[at] is None else str(row[at]) for row in page.rows)


def _document(
    book: OpenBook,
    question: Slice,
    asked: tuple[Condition, ...],
    page: ContactPage,
    agents: Agents,
    first: int,
) -> Document:
    currency, span, where = book.settings.currency, spoken(question.span), where_words(asked)
    part = _part_of(book, asked)
    table = _table(book, page, agents, part)
    many = f"{page.in_all:,} contact{'s' * (page.in_all != 1)}"
    each = from_pico(page.pico_in_all) / page.in_all if page.in_all else None
    until = first + len(page.rows)
    return Document(
        title=f"Contacts, {span}{f', {where}' if where else ''}",
        headline=_headline(many, part, page.pico_in_all, currency, when(question.span), each),
        tables=(table,),
        data={
            "currency": currency,
            "basis": question.basis,
            "contacts_in_all": page.in_all,
            "cost_in_all": str(from_pico(page.pico_in_all)),
            "first": first + 1,
            "contacts": records_of(table),
        },
        facts=(
            ("Span", span),
            *((("Only", where),) if where else ()),
            ("Rows", f"{first + 1:,} to {until:,} of {page.in_all:,}"),
            ("Basis of costs", question.basis),
        ),
        demo=DEMO_NOTE if book.settings.demo else "",
    )


def _headline(many: str, part: str, pico: int, currency: str, span: str, each: Decimal | None) -> str:
    """How many contacts, and what they cost: all of it, or the part of those that worked on them."""
    cost = f"{currency} {value_text(from_pico(pico), currency)} {span}"
    average = "" if each is None else f": {currency} {value_text(each, currency)} each on average"
    if not part:
        return f"{many}, abandoned ones too, cost {cost}{average}."
    return (
        f"{many} worked on, abandoned ones too; {part} cost {cost}{average}. A figure divides by "
        "those that count here: fewer, where others handed contacts over."
    )


def _part_of(book: OpenBook, asked: Sequence[Condition]) -> str:
    """Whose part of the work a slice holds: "Specialists' part"; "" = all that was done for its contacts."""
    if not book.book.has("handlings"):
        return ""
    whose = [v for c in asked if c.dimension in WORKERS and not c.negate for v in c.values if v]
    if not whose:
        return ""
    named = " and ".join(whose)
    return f"{named}{chr(39) if named.endswith('s') else chr(39) + 's'} part"


def _table(book: OpenBook, page: ContactPage, agents: Agents, part: str) -> Table:
    zone, currency = book.settings.timezone, book.settings.currency
    columns = [
        TableColumn(c, "Handle time, s", "seconds")
        if c == "handle_s"
        else TableColumn(c, HEADERS.get(c, c.capitalize()))
        for c in page.columns
    ]
    rows = []
    wholes = page.wholes if part else ()
    for i, (row, pico) in enumerate(zip(page.rows, page.picos, strict=True)):
        cells = [_cell(c, v, zone, agents) for c, v in zip(page.columns, row, strict=True)]
        rows.append((*cells, from_pico(pico), *(from_pico(whole) for whole in wholes[i : i + 1])))
    cost = TableColumn(
        "cost", f"Cost of {part}, {currency}" if part else f"Cost, {currency}", "value", currency
    )
    whole = TableColumn("whole", f"Whole cost, {currency}", "value", currency)
    return Table("Contacts", (*columns, cost, *([whole] if wholes else [])), tuple(rows))


def _cell(column: str, value: object, zone: str, agents: Agents) -> Cell:
    if isinstance(value, datetime):
        return local_text(value, zone)
    if value is None or isinstance(value, int | Decimal):
        return value
    return agents.shown(column, str(value))


def opened_contact(
    book: OpenBook,
    contact_id: str,
    *,
    basis: str = "used",
    agents_by_name: bool = True,
    with_text: bool = False,
) -> OneContact:
    """One contact priced line by line, with where it was read.

    with_text  whether the text of its source rows is shown: only to who may import, for it can name people
    Raises E-WEB-21 where there is no such contact.
    """
    asked: Basis = book.ask(basis=basis).basis
    found = contact_lines(book.costed, contact_id, asked)
    if found is None:
        what, why = f"there is no contact {contact_id!r}", "The id is read as it stands; capitals count."
        raise problem(
            "E-WEB-21", f"contact {contact_id}", what, why, "Look for it among the contacts of its month."
        )
    agents = Agents(book, agents_by_name)
    names = {str(s.said["agent"]) for s in found.stretches.values() if s.said.get("agent")}
    case = found.contact.get("case_id")
    settings = book.settings
    return OneContact(
        found, asked, settings.currency, settings.timezone,
        {name: agents.shown(AGENT, name) or name for name in names},
        tuple(_source(book, stretch, with_text) for stretch in found.stretches.values()),
        tuple(others_of_case(book.costed, str(case), contact_id)) if case else (),
        settings.demo,
    )  # fmt: skip


def _source(book: OpenBook, stretch: Stretch, with_text: bool) -> SourceRow:
    source, line = book.workspace.origin(stretch.row_id)
    purged = book.workspace.purged_on(stretch.row_id)
    place = f"{source.name}:{line}" + (f" (text purged on {purged})" if purged else "")
    text = book.workspace.source_line(stretch.row_id) if with_text and not purged else None
    return SourceRow("contact" if stretch.own else "handling", place, stretch.row_id >> ROW_BITS, text)
