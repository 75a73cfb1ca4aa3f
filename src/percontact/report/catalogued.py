# SPDX-License-Identifier: Apache-2.0
"""All metrics with their values, as a document: a table a shelf, a line a metric; one's figures in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from percontact.costing.slice import Slice
from percontact.metrics.card import CATEGORIES, Card
from percontact.metrics.figure import Figure
from percontact.metrics.guard import judge
from percontact.report.card_page import card_object
from percontact.report.document import NO_NUMBER, Document, Table, TableColumn
from percontact.report.explored import more_or_less
from percontact.report.measured import MARKS, change_words, made_of, value_words
from percontact.report.named import where_words
from percontact.report.spoken import spoken, when
from percontact.report.words import DEMO_NOTE
from percontact.values.period import Period

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Entry:
    """A metric in the list.

    now, then  its figure, and that of the span compared with; None = not looked at
    rows       whether it is read from single rows, and so left to its own page
    """

    card: Card
    now: Figure | None
    then: Figure | None
    rows: bool

    def value(self, currency: str) -> str:
        """Its value in words."""
        if self.rows:
            return f"on its page: counted {self.card.per} by {self.card.per}"
        if self.now is None or self.now.value is None:
            return NOT_KNOWN
        return value_words(self.card, self.now.value, currency)

    def change(self, currency: str) -> str:
        """How it changed, in words; "" = not known."""
        if self.now is None or self.then is None or self.now.value is None or self.then.value is None:
            return ""
        return change_words(self.card, self.now, self.then, currency)

    @property
    def verdict(self) -> str:
        """Whether that is "better" or "worse", or ""."""
        told = judge(self.card, self.now, self.then) if self.now and self.then else ""
        return told if told in ("better", "worse") else ""


def catalogued_document(
    entries: Sequence[Entry],
    question: Slice,
    against: Period | None,
    currency: str,
    words: Sequence[str],
    tag: str,
    demo: bool,
) -> Document:
    """The list for people and machines."""
    about = f" about {' '.join(words)}" if words else ""
    about += f" of {tag}" if tag else ""
    told = sum(e.now is not None and e.now.value is not None for e in entries)
    where = where_words(question.where)
    of = f" ({where})" if where else ""
    shelves = [(s, [e for e in entries if e.card.category == s]) for s in CATEGORIES]
    if words:
        shelves = [("found", list(entries))] if entries else []
    return Document(
        title=f"Metrics, {spoken(question.span)}{f', {where}' if where else ''}",
        headline=f"{len(entries)} metric{'s' * (len(entries) != 1)}{about}; "
        f"{told} have a value {when(question.span)}{of}.",
        tables=tuple(_shelf(s, rows, against, currency) for s, rows in shelves if rows),
        data={
            "from": f"{question.span.start}",
            "until": f"{question.span.end}",
            "metrics": [card_object(e.card) | _figures(e, currency) for e in entries],
        },
        records=_shelf("metrics", entries, against, currency),
        facts=(("Span", spoken(question.span)), *((("Only", where),) if where else ())),
        demo=DEMO_NOTE if demo else "",
    )


def _figures(entry: Entry, currency: str) -> dict[str, object]:
    value = None if entry.now is None or entry.now.value is None else float(entry.now.value)
    return {"value": value, "shown": entry.value(currency), "change": entry.change(currency) or None}


def _shelf(shelf: str, entries: Sequence[Entry], against: Period | None, currency: str) -> Table:
    columns = (
        TableColumn("name", "Metric"),
        TableColumn("value", "Value"),
        TableColumn("change", f"Change on {spoken(against)}" if against else "Change"),
        TableColumn("asks", "What it tells"),
    )
    rows = tuple(
        (
            f"{e.card.name}{f' ({e.card.symbol})' if e.card.symbol else ''}", e.value(currency),
            e.change(currency) or NO_NUMBER, e.card.asks,
        )
        for e in entries
    )  # fmt: skip
    return Table(shelf.capitalize(), columns, rows)


def headline(
    card: Card, now: Figure, then: Figure | None, question: Slice, against: Period | None, currency: str
) -> str:
    """What a metric asks, and its answer with today's figures put in.

    then, against  its figure of the span compared with, and that span; None = there is none
    """
    span = when(question.span)
    where = where_words(question.where)
    here = f"{span[:1].upper()}{span[1:]}{f' ({where})' if where else ''}"
    if now.value is None:
        why = MARKS.get(next((m for m in now.marks if m != "few"), "undefined"), "undefined")
        return f"{card.asks} {here} it is {why}."
    made, value = made_of(card, now, currency), value_words(card, now.value, currency)
    said = f"{card.asks} {here}: {f'{made} = ' if made else ''}{value}"
    if then is not None and then.value is not None and against is not None:
        said += f", {more_or_less(card, now.value, then.value, currency)} {when(against)}"
    return f"{said}."
