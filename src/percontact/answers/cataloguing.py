# SPDX-License-Identifier: Apache-2.0
"""Answers about the metrics themselves: all of them with today's values, and one with its figures put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from percontact.answers.agents import AGENT, Agents
from percontact.answers.measuring import explained, panel_for
from percontact.answers.reaching import held_against, noted, reached
from percontact.costing.slice import Slice
from percontact.metrics.card import CATEGORIES, Card
from percontact.metrics.catalogue import catalogue, find, search
from percontact.metrics.facts import dimensions
from percontact.metrics.figure import Figure
from percontact.pipeline import OpenBook
from percontact.report.catalogued import Entry, catalogued_document
from percontact.report.document import Document
from percontact.values.period import Period
from percontact.values.problem import PercontactError, did_you_mean, problem


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Metrics with their values of a span.

    tags  every tag and shelf there is, to choose from
    """

    document: Document
    entries: tuple[Entry, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One metric: its card with figures, and the metrics beside it.

    now, then  its figure of the span, as the list has it, and of the span compared with; None = not there
    """

    card: Card
    document: Document
    related: tuple[Card, ...]
    question: Slice
    now: Figure | None
    then: Figure | None
    against: Period | None


def catalogued(
    book: OpenBook,
    *,
    words: Sequence[str] = (),
    tag: str = "",
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
    basis: str = "used",
    compare: str = "previous",
    agents_by_name: bool = True,
) -> Catalogue:
    """Metrics that speak of every word, of one shelf or tag, with their values of a span in one pass.

    Cost by case or customer, whose contacts are told apart one by one, is left to its own page.
    Raises E-ARG-01 for a tag that no metric has.
    """
    every = list(catalogue(book.workspace.path).values())
    tags = tuple(sorted({t for c in every for t in c.tags}))
    if tag and tag not in (*CATEGORIES, *tags):
        what, why = (
            f"no metric has the tag {tag!r}",
            "A tag is a shelf of the catalogue or a word on its cards.",
        )
        raise problem("E-ARG-01", f"tag={tag}", what, why, did_you_mean(tag, [*CATEGORIES, *tags]))
    chosen = [c for c in every if not tag or tag == c.category or tag in c.tags]
    if words:
        chosen = search(chosen, words)
    quick = [c for c in chosen if not c.one_by_one and _has_data(book, c)]
    reach = reached(book, start, end)
    question = book.ask(
        start=reach.start, end=reach.end, where=where, basis=basis, also=dimensions(quick), unchecked=(AGENT,)
    )
    asked = question.where
    question = replace(question, grain="whole", where=Agents(book, agents_by_name).meant(asked))
    now = panel_for(book, quick, question).totals if quick else {}
    sides = held_against(book, reach, compare)
    against = None if sides.says or compare == "budget" else sides.then
    then = panel_for(book, quick, replace(question, span=against)).totals if quick and against else {}
    entries = tuple(Entry(c, now.get(c.metric), then.get(c.metric), c.one_by_one) for c in chosen)
    return Catalogue(
        noted(
            catalogued_document(
                entries,
                replace(question, where=asked),
                against,
                book.settings.currency,
                words,
                tag,
                book.settings.demo,
            ),
            reach.says,
            "" if compare == "budget" else sides.says,
        ),
        entries,
        tags,
    )


def _has_data(book: OpenBook, card: Card) -> bool:
    needed = ("ledger", "contacts") if card.kind == "cost" else (card.table,)
    return all(book.book.has(t) for t in needed)


def opened_metric(
    book: OpenBook,
    name: str,
    *,
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
    basis: str = "used",
    compare: str = "previous",
    agents_by_name: bool = True,
) -> Opened:
    """One metric: definition with today's figures put in, and what others publish.

    Its figure is that of the list: of the span as one, told apart by nothing, which not every metric can be.

    Raises E-WEB-22 where there is no such metric.
    """
    cards = catalogue(book.workspace.path)
    card = _named(cards, name)
    agents = Agents(book, agents_by_name)
    reach = reached(book, start, end)
    meant = agents.meant_texts(where)
    document = explained(card.metric, book, start=reach.start, end=reach.end, where=meant)
    related = tuple(cards[m] for m in card.related if m in cards)
    question = book.ask(
        start=reach.start,
        end=reach.end,
        where=where,
        basis=basis,
        also=dimensions([card]),
        unchecked=(AGENT,),
    )
    asked = question.where
    question = replace(question, grain="whole", where=agents.meant(asked))
    sides = held_against(book, reach, compare)
    against = None if sides.says or compare == "budget" else sides.then
    now = panel_for(book, [card], question).totals[card.metric] if _has_data(book, card) else None
    then = None
    if now is not None and against is not None:
        then = panel_for(book, [card], replace(question, span=against)).totals[card.metric]
    document = noted(document, reach.says, "" if compare == "budget" else sides.says)
    return Opened(card, document, related, replace(question, where=asked), now, then, against)


def _named(cards: dict[str, Card], name: str) -> Card:
    try:
        return find(cards, name)
    except PercontactError as error:
        what, why = f"there is no metric {name!r}", "A figure needs a definition."
        do = f"{did_you_mean(name, cards)} Measures lists them all."
        raise problem("E-WEB-22", f"metric {name}", what, why, do) from error
