# SPDX-License-Identifier: Apache-2.0
"""The pages of metrics and of cards: what is measured, and how a card is written."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from percontact.metrics.card import CATEGORIES, Card
from percontact.metrics.catalogue import catalogue, shipped_texts
from percontact.metrics.facts import FACTS
from reference.markdown import grid, joined


def metrics_page() -> str:
    """Every card that comes with percontact."""
    return joined("src/percontact/metrics/cards/", _metrics())


def _metrics() -> Iterator[str]:
    yield "# Metrics"
    yield (
        "Each metric is defined once, by a card. `percontact kpi show METRIC` prints it with your own "
        "figures in its formula; `percontact measure METRIC...` measures it for any slice and period. "
        "How to write a card of your own: [cards](cards.md)."
    )
    cards = list(catalogue().values())
    yield grid(
        ("metric", "symbol", "asks", "unit"),
        ((f"[{c.metric}](#{c.metric})", c.symbol, c.asks, c.unit) for c in cards),
    )
    for category in CATEGORIES:
        yield f"## {category.capitalize()}"
        for card in (c for c in cards if c.category == category):
            yield from _card(card)


def _card(card: Card) -> Iterator[str]:
    yield f"### {card.metric}"
    yield f"**{card.name}{f' ({card.symbol})' if card.symbol else ''}.** {card.asks}"
    yield f"    {card.formula}"
    better = {"neither": "no better side of its own", "band": "best within a band"}
    told = [
        f"- Counts: {card.rule}",
        f"- Unit: {card.unit}; {better.get(card.better, f'{card.better} is better')}.",
        *([f"- Clock: {card.clock}."] if card.clock != "none" else []),
        *([f"- Settings: {', '.join(f'`{k}` = {v}' for k, v in card.parameters.items() if v)}."]
          if any(card.parameters.values()) else []),
        *(f"- Mind: {p}" for p in card.pitfalls),
        f"- Source: {card.source}.",
        *([f"- See also: {', '.join(f'[{r}](#{r})' for r in card.related)}."] if card.related else []),
    ]  # fmt: skip
    yield "\n".join(told)


def cards_page() -> str:
    """How a card is written: its keys, and the columns and features that it may speak of."""
    return joined("src/percontact/metrics/", _cards())


def _cards() -> Iterator[str]:
    yield "# Cards"
    yield (
        "A card defines a metric as data. Those of percontact stand in [metrics](metrics.md); put your own "
        "into the folder `metrics/` of a workspace, one file a card or several parted by `---`. A card of "
        "the same name stands before a shipped one. Nothing on a card is run as code."
    )
    example = next(c for c in shipped_texts() if c.startswith("metric: transfer_rate"))
    yield "A whole one:"
    yield f"```yaml\n{example.strip()}\n```"
    yield "## Kinds"
    yield inspect.cleandoc(
        """
        A card says `kind:` and what that kind needs:

        - `amount`: `amount:`
        - `ratio`, `share`: `numerator:` and `denominator:`; a share gets an interval
        - `net`: `numerator:`, `less:` and `denominator:`
        - `index`: `of:`, `over:` (the column that names the question) and `denominator:`
        - `percentile`: `of:`, `quantile:` and `denominator:`
        - `survival`: `of:` and `denominator:`
        - `cost`: `cost:` (basis, used, full, marginal, unused, unassigned), and `per:` and `where:` if any

        A number is `{count: TABLE}`, `{sum: TABLE.COLUMN}` or `{distinct: TABLE.COLUMN}`, each with `where:`
        if any. A condition is `column: value`, `column: [values]`, `column: known`, `column: unknown`, or
        `column: {at_least: 3}` with `at_least`, `at_most`, `above`, `below` or `not`. `$name` stands for a
        parameter of the card.
        """
    )
    yield "## What can be counted"
    yield "Besides the columns of the [tables](tables.md) and columns of your own:"
    for facts in FACTS.values():
        yield f"### {facts.table}"
        yield f"Counted on {', '.join(f'`{facts.table}.{t}`' for t in facts.times)}."
        if facts.features:
            yield grid(("feature", "is"), ((f"`{n}`", f.says) for n, f in facts.features.items()))
