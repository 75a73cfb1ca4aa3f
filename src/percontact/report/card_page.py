# SPDX-License-Identifier: Apache-2.0
"""Cards for people: the list of all metrics, and the page of one with today's figures in its formula."""

from __future__ import annotations

from collections.abc import Sequence

from percontact.metrics.benchmark import MARKS as MARK_WORDS
from percontact.metrics.benchmark import Beside
from percontact.metrics.card import Card, Example
from percontact.metrics.figure import Figure
from percontact.metrics.interval import six
from percontact.report.document import Document, Table, TableColumn
from percontact.report.measured import MARKS, made_of, value_words

TINY = "12,000 EUR for 400 h of people and 4,000 calls of 5 minutes"
_BETTER = {"higher": "higher", "lower": "lower", "band": "within a band", "neither": "neither by itself"}


def catalogue_document(cards: Sequence[Card], words: Sequence[str] = ()) -> Document:
    """All cards, or those found by a search, a row each."""
    columns = (
        TableColumn("metric", "Metric"),
        TableColumn("symbol", "Symbol"),
        TableColumn("category", "Category"),
        TableColumn("asks", "Asks"),
    )
    rows = tuple((c.metric, c.symbol, c.category, c.asks) for c in cards)
    asked = f" about {' '.join(words)}" if words else ""
    return Document(
        title="Metrics",
        headline=f"{len(cards)} metrics{asked}; `percontact kpi show METRIC` explains one.",
        tables=(Table("Metrics", columns, rows),),
        data={"metrics": [card_object(c) for c in cards]},
    )


def card_document(
    card: Card, figure: Figure | None, currency: str, span: str, published: Sequence[Beside] = ()
) -> Document:
    """The page of one card.

    figure     of the whole span asked, or None where there is no workspace
    published  figures of others, with what is not comparable
    """
    title = f"{card.name}{f' ({card.symbol})' if card.symbol else ''}"
    rows = [
        ("Formula", card.formula),
        ("Counts", card.rule),
        ("Unit", card.unit.replace("money", currency)),
        ("Better", _better(card)),
    ]
    if card.clock != "none":
        rows.append(("Clock", card.clock))
    if card.parameters:
        rows.append(("Settings", ", ".join(f"{k} = {v or 'none'}" for k, v in card.parameters.items())))
    rows.append(("Source", card.source))
    rows += [("Example", _example(card, e, currency)) for e in card.examples]
    if card.related:
        rows.append(("See also", ", ".join(r.replace("_", " ") for r in card.related)))
    columns = (TableColumn("what", "What"), TableColumn("words", "In words", prose=True))
    return Document(
        title=title,
        headline=f"{card.asks} {_today(card, figure, currency, span)}".strip(),
        tables=(
            Table("Definition", columns, tuple(rows)),
            *([_published(card, published, currency)] if published else []),
        ),
        notes=card.pitfalls,
        data=card_object(card) | {"published": [_published_object(b) for b in published]},
    )


def _published(card: Card, found: Sequence[Beside], currency: str) -> Table:
    """Figures of others, each with its scope, its source and what sets it apart."""
    columns = (
        TableColumn("value", "Value"),
        TableColumn("scope", "Of"),
        TableColumn("differs", "Not comparable"),
        TableColumn("source", "Source"),
    )
    rows = tuple(
        (_published_value(card, b, currency), b.published.scope, "; ".join(b.differs) or "-", _source(b))
        for b in found
    )
    note = "None of these is a target. Set right what stands under `not comparable` before you compare."
    return Table("Published figures", columns, rows, note=note)


def _published_value(card: Card, b: Beside, currency: str) -> str:
    p = b.published
    own: str = value_words(card, p.value, p.currency or currency)
    if p.low is not None and p.high is not None:
        own = f"{value_words(card, p.low, p.currency)} to {value_words(card, p.high, p.currency)}"
    if b.value is None or not b.by:
        return own
    return f"{own} = {value_words(card, b.value, currency)} ({b.by})"


def _source(b: Beside) -> str:
    year = f", {b.published.year}" if b.published.year else ""
    return f"{b.published.source}{year} ({MARK_WORDS[b.published.mark]})"


def _published_object(b: Beside) -> dict[str, object]:
    p = b.published
    return {
        "value": str(six(p.value)), "currency": p.currency,
        "converted": None if b.value is None else str(six(b.value)),
        "by": b.by, "scope": p.scope, "channel": p.channel, "country": p.country, "year": p.year,
        "source": p.source, "mark": p.mark, "not_comparable": list(b.differs),
    }  # fmt: skip


def card_object(card: Card) -> dict[str, object]:
    """A card as JSON."""
    names = (
        "metric",
        "name",
        "symbol",
        "category",
        "asks",
        "formula",
        "kind",
        "unit",
        "better",
        "rule",
        "source",
    )
    return {n: getattr(card, n) for n in names} | {
        "tags": list(card.tags),
        "pitfalls": list(card.pitfalls),
        "related": list(card.related),
        "parameters": dict(card.parameters),
        "own": card.own,
    }


def _today(card: Card, figure: Figure | None, currency: str, span: str) -> str:
    if figure is None:
        return ""
    if figure.value is None:
        why = next((m for m in figure.marks if m != "few"), "undefined")
        return f"Here, {span}: {MARKS.get(why, why)}."
    made = made_of(card, figure, currency)
    value = value_words(card, figure.value, currency)
    return f"Here, {span}: {made} = {value}." if made else f"Here, {span}: {value}."


def _better(card: Card) -> str:
    if card.band is None:
        return _BETTER[card.better]
    low, high = card.band
    return f"between {low} and {high}" if card.unit != "%" else f"between {low:.0%} and {high:.0%}"


def _example(card: Card, example: Example, currency: str) -> str:
    says = f" {example.says}" if example.says else ""
    settings = f" ({', '.join(f'{k} {v}' for k, v in example.settings.items())})" if example.settings else ""
    book = TINY if example.book == "tiny" else _rows(example)
    return f"{book}{settings} gives {example.expect or 'undefined'}.{says}"


def _rows(example: Example) -> str:
    assert not isinstance(example.book, str)
    return ", ".join(f"{len(rows)} {table}" for table, rows in example.book.items())
