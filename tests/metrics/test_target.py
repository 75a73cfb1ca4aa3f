# SPDX-License-Identifier: Apache-2.0
"""A figure is held against the target that was in force on its days."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from percontact.costing.costed import CostedBook
from percontact.costing.policy import textbook
from percontact.costing.slice import Slice
from percontact.metrics import Card, Panel, catalogue, measure
from percontact.metrics.target import Attainment, attain, read_promises
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.period import Period


def calls(day: str, within: int, late: int, channel: str = "voice") -> list[dict[str, object]]:
    return [
        {"contact_id": f"{channel}-{day}-{i}", "channel": channel, "started_at": f"2026-{day} 09:00:00",
         "wait_s": 10 if i < within else 60}
        for i in range(within + late)
    ]  # fmt: skip


def held(targets: list[dict[str, object]], *, metric: str = "service_level") -> list[Attainment]:
    """
    contacts  2026-05-10  voice  7 within 20 s, 3 later      2026-06-10  voice  9 within, 1 later
    contacts  2026-06-11  chat   0 within, 10 later
    """
    book = make_book(
        {
            "contacts": [*calls("05-10", 7, 3), *calls("06-10", 9, 1), *calls("06-11", 0, 10, "chat")],
            "targets": targets,
        }
    )
    con = connect()

    def measured(cards: Sequence[Card], question: Slice) -> Panel:
        return measure(
            cards,
            question,
            con=con,
            book=book,
            policy=textbook(),
            costed=lambda: CostedBook(book, textbook()),
        )

    question = Slice(Period(date(2026, 5, 1), date(2026, 7, 1)))
    return attain(read_promises(con, book), [catalogue()[metric]], question, measured)


VOICE = {"metric": "service_level", "bound": "at_least", "channel": "voice"}


def test_each_stretch_is_held_against_the_target_in_force_then() -> None:
    """
    targets  voice  from 2026-01-01 at least 75%, from 2026-06-01 at least 85%
    """
    may, june = held(
        [
            {**VOICE, "valid_from": "2026-01-01", "target": "0.75"},
            {**VOICE, "valid_from": "2026-06-01", "target": "0.85"},
        ]
    )
    assert (may.span, may.met) == (Period(date(2026, 5, 1), date(2026, 6, 1)), False)
    assert may.gap == Fraction(5, 100)
    assert (june.span, june.met) == (Period(date(2026, 6, 1), date(2026, 7, 1)), True)


def test_the_error_budget_is_what_is_left_of_the_misses_allowed() -> None:
    """Of 20 calls, 80% in time allows 4 misses. There were 4, so nothing is left; 90% allows 2."""
    (eighty,) = held([{**VOICE, "valid_from": "2026-01-01", "target": "0.80"}])
    (ninety,) = held([{**VOICE, "valid_from": "2026-01-01", "target": "0.90"}])
    assert (eighty.met, eighty.budget_left) == (True, 0)
    assert (ninety.met, ninety.budget_left) == (False, -1)


def test_a_target_of_a_slice_is_read_in_that_slice_only() -> None:
    """A target for all counts the chats too: 16 of 30 in time."""
    (everything,) = held([{"metric": "SL", "bound": "at_least", "valid_from": "2026-01-01", "target": "0.5"}])
    assert everything.figure.value == Fraction(16, 30)


def test_a_target_that_ends_leaves_the_days_after_it_free() -> None:
    (may,) = held([{**VOICE, "valid_from": "2026-01-01", "valid_until": "2026-06-01", "target": "0.7"}])
    assert may.span.end == date(2026, 6, 1)
    assert may.met


def test_within_holds_on_both_sides() -> None:
    (a,) = held(
        [{**VOICE, "bound": "within", "tolerance": "0.1", "valid_from": "2026-01-01", "target": "0.9"}]
    )
    (b,) = held(
        [{**VOICE, "bound": "within", "tolerance": "0.05", "valid_from": "2026-01-01", "target": "0.7"}]
    )
    assert (a.met, a.gap) == (True, 0)
    assert (b.met, b.gap) == (False, Fraction(5, 100))


def test_a_figure_that_is_undefined_neither_meets_nor_misses() -> None:
    (email,) = held([{**VOICE, "channel": "email", "valid_from": "2026-01-01", "target": "0.7"}])
    assert (email.met, email.gap, email.budget_left) == (None, None, None)
