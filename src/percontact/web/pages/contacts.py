# SPDX-License-Identifier: Apache-2.0
"""Contacts: the single contacts of a slice with their cost; one of them, priced line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from percontact.answers.contacts import listed_contacts, opened_contact
from percontact.costing.contact_page import ORDERS
from percontact.pipeline import OpenBook
from percontact.report.document import Table
from percontact.report.one_contact import OTHERS, RATES, one_contact_document, rates_of
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.filters import chips
from percontact.web.listing import ROWS, listing
from percontact.web.screen import Screen, Viewer

LIST, ONE = "/explore/contacts", "/explore/contacts/{id}"


def contacts(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The contacts of a slice, the dearest first; fifty a page, more in a file."""
    start, end = asked.span
    rows, sort = asked.number("rows", ROWS), asked.one("sort", "-cost")
    found = listed_contacts(
        book, start=start, end=end, where=asked.where, basis=asked.one("basis", "used"), sort=sort,
        first=(asked.number("page") - 1) * rows, rows=rows, agents_by_name=viewer.names,
    )  # fmt: skip
    document = found.document
    links = [asked.only("basis").but(id=one).to(ONE) if one else "" for one in found.ids]
    return Page(
        document,
        extra={
            "filters": chips(asked, found.where, LIST),
            "listing": listing(
                _cost_beside(document.tables[0]), asked, LIST, sort=sort, links=links,
                rows_in_all=found.in_all, rows_a_page=rows, sortable=tuple(ORDERS),
            ),
            "up": asked.carried().to("/explore"),
            "all": asked.but(rows="10000", page=None),
            "many": found.in_all > rows,
        },
    )  # fmt: skip


def _cost_beside(table: Table) -> Table:
    """The table with the cost beside the start: a last column is out of sight where room is narrow."""
    first = ("contact_id", "started_at", "cost", "whole")
    names = [c.name for c in table.columns]
    at = sorted(range(len(names)), key=lambda i: first.index(names[i]) if names[i] in first else len(first))
    return replace(
        table,
        columns=tuple(table.columns[i] for i in at),
        rows=tuple(tuple(row[i] for i in at) for row in table.rows),
    )


def contact(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """One contact: its work, its pools, its rates, its source, its case."""
    found = opened_contact(
        book, asked.one("id"), basis=asked.one("basis", "used"), agents_by_name=viewer.names,
        with_text=viewer.sources,
    )  # fmt: skip
    document = one_contact_document(found)
    links = [asked.only("basis").but(id=str(other[0])).to(ONE) if other[0] else "" for other in found.others]
    told = {OTHERS: tuple(links), RATES: tuple(_pool(asked, pool, month) for pool, month in rates_of(found))}
    tables = tuple(replace(t, links=told.get(t.title, ())) for t in document.tables)
    return Page(replace(document, tables=tables), tables=len(tables))


def _pool(asked: Asked, pool: str, month: date) -> str:
    """The pool of a month on the cost map, down to its ledger lines."""
    return asked.only("basis").but(pool=pool, period=f"{month:%Y-%m}").to("/cost-map")


SCREEN = Screen(
    path=LIST,
    name="Contacts",
    group="Understand",
    letter="",
    shows="The single contacts behind a figure, each with what it cost.",
    make=contacts,
    needs="see_contacts",
    template="contacts.html",
    menu=False,
    pseudonyms=True,
)
CONTACT = Screen(
    path=ONE,
    name="Contact",
    group="Understand",
    letter="",
    shows="One contact, priced line by line.",
    make=contact,
    needs="see_contacts",
    filters=False,
    menu=False,
    pseudonyms=True,
)
