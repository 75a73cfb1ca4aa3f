# SPDX-License-Identifier: Apache-2.0
"""The catalogue: every card, those that come with percontact and those of the workspace."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from percontact.metrics.card import CATEGORIES, Card
from percontact.metrics.card_form import parse_cards
from percontact.values.problem import did_you_mean, problem

OWN_FOLDER = "metrics"
"""Folder of a workspace that holds its own cards, *.yaml."""


def shipped_texts() -> list[str]:
    """The texts of the cards that come with percontact."""
    folder = files("percontact.metrics").joinpath("cards")
    return [
        f.read_text("utf-8")
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".yaml")
    ]


@cache
def shipped() -> tuple[Card, ...]:
    """The cards that come with percontact, by shelf and name."""
    found = [card for text in shipped_texts() for card in parse_cards(text, "a shipped card")]
    return tuple(sorted(found, key=lambda c: (CATEGORIES.index(c.category), c.metric)))


def own(workspace: Path) -> tuple[Card, ...]:
    """The cards of a workspace. Raises E-CARD-01 for a malformed one."""
    folder = workspace / OWN_FOLDER
    if not folder.is_dir():
        return ()
    return tuple(
        card
        for file in sorted(folder.glob("*.yaml"))
        for card in parse_cards(_text(file), f"{OWN_FOLDER}/{file.name}", own=True)
    )


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "Guessing an encoding can change the names in it."
        raise problem(
            "E-CARD-01", f"{OWN_FOLDER}/{file.name}", "it is not UTF-8", why, "Save it as UTF-8."
        ) from error


def catalogue(workspace: Path | None = None) -> dict[str, Card]:
    """Metric -> card; a workspace's own card stands before a shipped one of the same name."""
    found = {c.metric: c for c in shipped()}
    for card in own(workspace) if workspace is not None else ():
        found[card.metric] = card
    return found


def find(cards: dict[str, Card], name: str) -> Card:
    """The card of a metric by its name, symbol or title. Raises E-ARG-01 with near names."""
    for card in cards.values():
        if known_as(card, name):
            return card
    names = [n for c in cards.values() for n in (c.metric, c.symbol) if n]
    raise problem(
        "E-ARG-01",
        name,
        "there is no metric of that name",
        "A figure needs a definition.",
        f"{did_you_mean(_plain(name), names)} `percontact kpi` lists them all.",
    )


def search(cards: Iterable[Card], words: Iterable[str]) -> list[Card]:
    """Cards that speak of every word, best first: in the name, then in tags and questions."""
    asked = [w.lower() for w in words]
    scored = [(sum(_score(card, word) for word in asked), card) for card in cards
              if all(_score(card, w) for w in asked)]  # fmt: skip
    return [card for _, card in sorted(scored, key=lambda s: (-s[0], s[1].metric))]


def known_as(card: Card, name: str) -> bool:
    """Whether a name is the card's: its metric, symbol or title, however it is written."""
    return _plain(name) in {_plain(t) for t in (card.metric, card.symbol, card.name) if t}


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _score(card: Card, word: str) -> int:
    if word in f"{card.metric} {card.symbol} {card.name}".lower():
        return 3
    if any(word in t.lower() for t in card.tags) or word in card.category:
        return 2
    return int(word in f"{card.asks} {card.formula} {card.rule}".lower())
