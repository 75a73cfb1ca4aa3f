# SPDX-License-Identifier: Apache-2.0
"""Answers to a word typed to get somewhere: what it may mean, metric, event, value or contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from percontact.costing.contact_lines import months_of_contact
from percontact.explain.noted import read_events
from percontact.metrics.catalogue import catalogue, known_as, search
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.report.named import dimension_words

LOOKED_AT = ("channel", "reason", "team", "site", "queue", "product", "outcome", "language", "direction")
"""Dimensions whose values are looked at: those that sums know without a look at rows."""

MOST = 20
"""Values told at most."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a word may mean.

    name, says  as people read it
    at          what leads there: a metric's name, an event's first day, (dimension, value), a contact's id
    exact       whether the word is its name
    """

    kind: Literal["metric", "event", "value", "contact"]
    name: str
    says: str
    at: tuple[str, ...]
    exact: bool


def jumped(book: OpenBook, word: str, *, contacts: bool = True) -> list[Hit]:
    """What a word may mean, exact names first. `contacts`: whether the asker may open single contacts."""
    cards = list(catalogue(book.workspace.path).values())
    found = [Hit("metric", c.name, c.asks, (c.metric,), exact=True) for c in cards if known_as(c, word)]
    near = [c for c in search(cards, word.split()) if not known_as(c, word)]
    found += [Hit("metric", c.name, c.asks, (c.metric,), exact=False) for c in near]
    found += _events(book, word)
    if book.book.has("contacts"):
        found += _values(book, word)
        if contacts and book.book.has("ledger") and " " not in word and months_of_contact(book.costed, word):
            found.append(Hit("contact", word, "One contact, priced line by line.", (word,), exact=True))
    return sorted(found, key=lambda hit: not hit.exact)


def _events(book: OpenBook, word: str) -> list[Hit]:
    if not book.book.has("events"):
        return []
    return [
        Hit(
            "event",
            e.name,
            f"Event of {e.first}.",
            (str(e.first),),
            exact=e.name.casefold() == word.casefold(),
        )
        for e in read_events(connect(), book.book)
        if word.casefold() in f"{e.name} {e.note or ''}".casefold()
    ][-MOST:]


def _values(book: OpenBook, word: str) -> list[Hit]:
    asked = word.casefold()
    found = []
    for dimension in (d for d in LOOKED_AT if d in book.book.filled("contacts")):
        for value in book.values_of(dimension):
            if asked in value.casefold():
                says = f"Contacts of {dimension_words(dimension)} {value}."
                found.append(Hit("value", value, says, (dimension, value), exact=asked == value.casefold()))
    return sorted(found, key=lambda hit: (not hit.exact, len(hit.name)))[:MOST]
