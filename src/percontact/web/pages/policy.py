# SPDX-License-Identifier: Apache-2.0
"""Policy: which cost goes where and why, what no rule catches, and the text to try and to save."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from percontact.answers.trying import in_force
from percontact.pipeline import OpenBook
from percontact.report.document import Table
from percontact.report.page import Page
from percontact.report.policy_shown import policy_document
from percontact.report.tried import Tried
from percontact.store.policies import digest_of, policy_text, versions
from percontact.values.problem import PercontactError
from percontact.web.asked import Asked
from percontact.web.controls import Controls, controls
from percontact.web.desk import Desk
from percontact.web.gate import Person
from percontact.web.screen import Screen, Viewer

PLACE = "/settings/policy/place"


def policy(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The policy in force, in the months asked for."""
    start, end = asked.span
    if start is None and end is None and book.book.has("ledger"):
        start = end = newest(book)
    found = in_force(book, start=start, end=end)
    document = policy_document(found)
    tables = tuple(_linked(t, found, asked) for t in document.tables)
    extra = {
        "problems": found.problems,
        "textbook": bool(found.policy and found.policy.textbook),
        # For who may not place them, they lead nowhere.
        "only_read": next((t for t in document.tables if t.columns[0].name == "account"), None),
    }
    return Page(replace(document, tables=tables), tables=len(tables), extra=extra)


def newest(book: OpenBook) -> str | None:
    """The newest month of both ledger and contacts; None where that cannot be told."""
    try:
        months = book.months() if book.book.has("contacts") else []
    except PercontactError:
        return None
    return f"{months[-1]:%Y-%m}" if months else None


def _linked(table: Table, found: Tried, asked: Asked) -> Table:
    """Rules and pools lead to the map of their pool, what nothing catches to the form that places it."""
    state = asked.carried()
    first = table.columns[0].name
    if first == "account":
        links = place_links(found, state)
    elif first == "rule":
        links = tuple(state.but(pool=r.rule.to).to("/cost-map") for r in found.rules)
    else:
        links = tuple(state.but(pool=str(row[0])).to("/cost-map") for row in table.rows)
    return replace(table, links=links)


def place_links(found: Tried, state: Asked) -> tuple[str, ...]:
    """Where each line of what no rule catches is placed."""
    return tuple(
        state.but(account=u.account, cost_centre=u.cost_centre or None).to(PLACE) for u in found.unplaced
    )


def try_links(table: Table, found: Tried, asked: Asked) -> Table:
    """What a try shows, linked: ledger lines to their import, channels to what moved their cost."""
    first, state = table.columns[0].name, asked.carried()
    if first == "line":
        links = tuple(f"/data/imports/{c.number}" for r in found.rules for c in r.first)
    elif first == "account":
        links = place_links(found, state)
    elif first == "channel":
        links = tuple(state.but(channel=str(row[0])).to("/explain") if row[0] else "" for row in table.rows)
    else:
        return table
    return replace(table, links=links)


def beside(desk: Desk, person: Person) -> Mapping[str, object]:
    """What stands beside the list: the text, its former versions, and nothing tried yet."""
    root = desk.workspace.path
    try:
        text = policy_text(root)
    except PercontactError:
        text = ""
    known = Controls((), (), "")
    # A policy that cannot be used must not hide the page on which it is mended.
    with suppress(PercontactError):
        known = desk.answer("controls", controls)
    return {
        "text": text or "",
        "base": digest_of(text),
        "versions": list(reversed(versions(root))),
        "periods": known.periods,
        "newest": known.last,
        "period": "",
        "tried": None,
        "tried_digest": "",
        "because": "",
        "problem": None,
        "theirs": None,
        "difference": (),
        "says": "",
        "tables": (),
        "places": (),
    }


SCREEN = Screen(
    path="/settings/policy",
    name="Policy",
    group="Keep",
    letter="",
    shows="Which cost goes where and why, and what no rule catches.",
    make=policy,
    tables=(),
    template="policy.html",
    filters=False,
    menu=False,
    compares=False,
    beside=beside,
)
