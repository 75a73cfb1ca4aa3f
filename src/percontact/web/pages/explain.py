# SPDX-License-Identifier: Apache-2.0
"""Explain: why a cost changed, cause by cause, where it happened, and whether quality held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from percontact.answers.locating import USUAL
from percontact.answers.unfolding import Unfolded, beginning, unfolded
from percontact.explain.bridge import UNITS
from percontact.pipeline import OpenBook
from percontact.report.bridge_chart import bridge_chart
from percontact.report.document import Table
from percontact.report.located import NOTED_EVENTS
from percontact.report.page import Page
from percontact.web.asked import Asked
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer

PER = {"contact": "one contact", "resolution": "one resolution", "total": "all contacts"}
"""What is asked -> as the page says it: the cost of ..."""


def explain(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """A change from its sentence down to its contacts."""
    start, end = asked.span
    by = tuple(x for one in asked.every("by") for x in one.split(","))
    compare = asked.one("compare", "previous")
    if early := beginning(book, start, end, compare):
        here = asked.but(part=None, **{"from": None, "to": None})
        instead = [(w, here.but(period=p, compare=c).to("/explain")) for p, c, w in early.instead]
        return Page(early.document, extra={"found": None, "instead": instead})
    found = unfolded(
        book, start=start, end=end, compare=compare, by=by, where=asked.where,
        basis=asked.one("basis", "used"), per=asked.one("per", "contact"), part=asked.one("part") or None,
    )  # fmt: skip

    def opens(part: str) -> str:
        return asked.but(part=part).to("/explain") + "#part"

    causes = found.document.tables[1]
    shown = bridge_chart(found.bridge, opens, where=asked.where, basis=found.explained.basis)
    return Page(
        found.document,
        charts=(shown,),
        extra={
            "found": found,
            "figures": found.document.tables[0],
            "causes": replace(causes, links=tuple(opens(str(row[0])) for row in causes.rows)),
            "pieces": [_linked(t, found, asked) for t in found.opened.tables] if found.opened else [],
            "slices": _slices(found, asked),
            "per": tuple((u, PER[u]) for u in UNITS if u != "resolution" or asked.one("compare") != "budget"),
            "trees": _trees(book, asked),
            "closed": asked.but(part=None).to("/explain"),
        },
    )


def _linked(table: Table, found: Unfolded, asked: Asked) -> Table:
    """The pieces of a part, each with its contacts behind it; a pool or an account with its ledger lines."""
    dimension = table.columns[0].name
    named = [str(row[0]) if not str(row[0]).endswith(" others") else "" for row in table.rows]
    return replace(table, links=tuple(_behind(dimension, value, found, asked) for value in named))


def _behind(dimension: str, value: str, found: Unfolded, asked: Asked) -> str:
    if value in ("", "(unknown)"):
        return ""
    if dimension == "account":
        return asked.carried().but(by="account").to("/cost-map")
    if dimension == "pool":
        # Work of two pools at once is named by both.
        return asked.carried().but(pool=value.split(" and ")[0]).to("/cost-map")
    # Working days and the like are no slice of contacts.
    return _contacts(asked, [(dimension, value)]) if dimension in found.bridge.by else ""


def _contacts(asked: Asked, where: Sequence[tuple[str, str | None]]) -> str:
    """The contacts of a slice in the page's span and filters."""
    state = asked.carried().but(compare=None)
    for dimension, value in where:
        if value is not None and dimension in ("channel", "reason", "team", "site"):
            state = state.but(**{dimension: value})
        else:
            text = "" if value is None else '"' + value.replace('"', '""') + '"'
            state = state.but(where=[*state.every("where"), f"{dimension}={text}"])
    return state.to("/explore/contacts")


def _slices(found: Unfolded, asked: Asked) -> list[Table]:
    """The tables of where it moved; a slice leads to its contacts."""
    if found.where is None or found.located is None:
        return []
    first, *rest = (
        replace(t, links=tuple(events.on(day) for day in t.column("first") if isinstance(day, date)))
        if t.title == NOTED_EVENTS else t
        for t in found.where.tables
    )  # fmt: skip
    causes = [_contacts(asked, c.where) for c in found.located.located.causes]
    others = [""] * (len(first.rows) - len(causes))
    return [replace(first, title="Slices of the change", links=(*causes, *others)), *rest]


def _trees(book: OpenBook, asked: Asked) -> list[tuple[str, str]]:
    """What the causes may be told along: (value in the address, what people read)."""
    if asked.one("compare") == "budget":
        return [("", "as planned"), ("channel", "channel"), ("team", "team")]
    filled = book.book.filled("contacts")
    usual = [d for d in ("channel", "team", "reason") if d in filled]
    return [("", ", ".join(usual)), *((d, d) for d in USUAL if d in filled)]


SCREEN = Screen(
    path="/explain",
    name="Explain",
    group="Understand",
    letter="x",
    shows="Why a cost changed, split exactly by cause, and where it happened.",
    make=explain,
    template="explain.html",
)
