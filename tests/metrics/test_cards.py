# SPDX-License-Identifier: Apache-2.0
"""Each card's worked examples come out, to the digits given."""

from datetime import date
from decimal import Decimal

import pytest

from percontact.costing.costed import CostedBook
from percontact.costing.policy import Policy, textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.slice import Slice
from percontact.metrics import Card, catalogue, measure
from percontact.metrics.card import Example
from percontact.records import books
from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.values.period import Period

EXAMPLES = [(c, i) for c in catalogue().values() for i in range(len(c.examples))]


def measured(card: Card, example: Example) -> Decimal | None:
    book: Book = books.tiny() if example.book == "tiny" else books.make_book(example.book)  # type: ignore[arg-type]
    policy: Policy = parse_policy(example.policy) if example.policy else textbook()
    settings = dict(example.settings)
    basis = settings.pop("basis", "used")
    span = Period(date(2026, 6, 1), date(2026, 7, 1))
    question = Slice(span, "whole", basis=basis)  # type: ignore[arg-type]
    panel = measure(
        [card], question, con=connect(), book=book, policy=policy,
        costed=lambda: CostedBook(book, policy), parameters={card.metric: settings},
    )  # fmt: skip
    value = panel.totals[card.metric].value
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


@pytest.mark.parametrize(("card", "i"), EXAMPLES, ids=[f"{c.metric}-{i}" for c, i in EXAMPLES])
def test_a_worked_example_comes_out(card: Card, i: int) -> None:
    example = card.examples[i]
    value = measured(card, example)
    if example.expect is None:
        assert value is None
        return
    expected = Decimal(example.expect)
    assert value is not None
    assert round(value, -int(expected.as_tuple().exponent)) == expected


def test_every_card_has_an_example_and_its_related_cards_exist() -> None:
    cards = catalogue()
    for card in cards.values():
        assert card.examples, f"{card.metric} has no worked example"
        assert set(card.related) <= set(cards), f"{card.metric} is related to a card that is not there"
