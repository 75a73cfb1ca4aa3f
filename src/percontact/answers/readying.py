# SPDX-License-Identifier: Apache-2.0
"""Readying a state of the books: what pages read is added up beforehand, and long answers are kept.

What is made here stands on disk beside the books, under a digest of all it depends on. Whoever opens the same
state later, in another process or after a restart, reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from percontact.answers import seeking, watching
from percontact.answers.checking import checked
from percontact.answers.measuring import panel_of
from percontact.answers.watching import Watching
from percontact.costing.rate import Basis
from percontact.costing.slice import Condition, Slice
from percontact.explain.alerts import Alert, Node, Sighting, Watch
from percontact.explain.episodes import Break
from percontact.explain.facts_of_work import Cost
from percontact.explain.noted import Event
from percontact.explain.opportunity import Opportunity
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find
from percontact.pipeline import OpenBook
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import Period, add_months
from percontact.values.plain import Plain

Progress = Callable[[str, int, int | None], None]

ASKED_BASES: tuple[Basis, ...] = ("used", "full")
"""Bases that pages ask for by themselves."""
AT_ONCE = 3
"""Months whose rows are priced at once: what they share is read once, and they fit into memory."""
LARGE = 300_000
"""Contacts from which on sums are made beforehand: below, the first who asks waits a second or two."""


def ready_sums(book: OpenBook, progress: Progress = lambda stage, done, total: None) -> None:
    """Make what pages read: sums of work, of all metrics, of resolutions, what a look over the rows finds;
    then single rows with their price.

    What is kept already stays.
    """
    steps: list[tuple[str, Callable[[], object]]] = [
        ("adding up contacts by month", lambda: book.months()),
        ("adding up metrics by month", lambda: _metrics(book)),
        ("looking for what is missing", lambda: checked(book)),
    ]
    for at, (stage, make) in enumerate(steps):
        progress(stage, at, len(steps))
        make()
    ready_rows(book, progress)


def ready_rows(book: OpenBook, progress: Progress = lambda stage, done, total: None) -> None:
    """Price the rows of every month and keep them, the newest first. What is kept already stays."""
    if not (book.book.has("contacts") and book.book.has("ledger")):
        return
    months = book.months()
    ends = list(range(len(months), 0, -AT_ONCE))
    for at, end in enumerate(ends):
        progress("pricing contacts", at, len(ends))
        some = months[max(0, end - AT_ONCE) : end]
        if book.costed.kept_rows is not None:
            book.costed.kept_rows.make(Period(some[0], add_months(some[-1], 1)))


def look_over(book: OpenBook) -> None:
    """Read what is kept of every month, and hold it against what was assigned, before any reader asks."""
    if not (book.book.has("contacts") and book.book.has("ledger")):
        return
    costed, months = book.costed, book.months()
    every = Period(months[0], add_months(months[-1], 1))
    for basis in ASKED_BASES:
        costed.cells(Slice(every, "whole", basis=basis))
    if costed.kept_rows is not None:
        for month in months:
            costed.kept_rows.is_whole(month)
        for con in (costed.con, book.kept.con):
            costed.kept_rows.lend_repeats(con)


def _metrics(book: OpenBook) -> None:
    """Every metric of the list over the newest month: what is kept of all months is made with it."""
    if not book.book.has("contacts"):
        return
    cards = [c for c in catalogue(book.workspace.path).values() if not c.one_by_one and _has_data(book, c)]
    last = f"{book.months()[-1]:%Y-%m}"
    panel = panel_of(book, [c.metric for c in cards], start=last, end=last)
    for card in cards:
        panel.totals[card.metric]


def _has_data(book: OpenBook, card: Card) -> bool:
    needed = ("ledger", "contacts") if card.kind == "cost" else (card.table,)
    return all(book.book.has(t) for t in needed)


# -- long answers ------------------------------------------------------------------------------------------


def watched(book: OpenBook, wanted: Watching | None = None) -> Watch:
    """`watching.watched`, kept."""
    asked = as_plain(wanted or Watching())
    cards = catalogue(book.workspace.path)
    form = Plain(
        (Watch, Alert, Sighting, Node, Break, Event, Condition, Period),
        {Card: (lambda card: card.metric, lambda name: find(cards, name))},
    )
    return book.long_answer(
        "watched", asked, lambda: watching.watched(book, wanted), form, about=_digest(book)
    )


def sought(
    book: OpenBook, *, start: str | None = None, end: str | None = None, where: Sequence[str] = ()
) -> seeking.Answer:
    """`seeking.sought`, kept."""
    asked: dict[str, Any] = {"start": start, "end": end, "where": list(where)}
    form = Plain((seeking.Answer, Opportunity, Cost, Slice, Condition, Period, FiscalCalendar))
    return book.long_answer("sought", asked, lambda: seeking.sought(book, **asked), form, about=_digest(book))


LONG: dict[str, Callable[..., object]] = {
    "watched": lambda book, **asked: watched(book, Watching(**asked)),
    "sought": sought,
}
"""Long answers by name: what another process is told to make."""
USUAL = ("sought", "watched")
"""Those that stand behind pages as they open by themselves; they are made before anyone asks."""


def make_long(book: OpenBook, name: str, asked: dict[str, Any]) -> None:
    """Make one long answer and keep it."""
    LONG[name](book, **asked)


def as_plain(wanted: Watching) -> dict[str, Any]:
    """What is to be watched as plain JSON: the same question is the same text, however it was put."""
    told = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    lists = {name: list(told[name]) for name in ("metrics", "by", "where")}
    numbers = {name: float(told[name]) for name in ("alerts_a_week", "false_alarms")}
    return told | lists | numbers


def _digest(book: OpenBook) -> str:
    """The cards as they stand: an answer under another definition is another answer."""
    return hashlib.sha256(repr(sorted(catalogue(book.workspace.path).items())).encode()).hexdigest()[:16]
