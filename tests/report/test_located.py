# SPDX-License-Identifier: Apache-2.0
"""Where a figure changed, as people read it: no share of what nearly cancels, no place made much of."""

from datetime import date

from percontact.costing.slice import Slice
from percontact.explain.locate import Cause, Located
from percontact.metrics.catalogue import catalogue, find
from percontact.report.document import Document
from percontact.report.located import located_document
from percontact.values.period import Period

CARD = find(catalogue(None), "cost_per_contact")
JUNE, MAY = Period(date(2026, 6, 1), date(2026, 7, 1)), Period(date(2026, 5, 1), date(2026, 6, 1))


def cause(value: str, effect: str, change: float) -> Cause:
    return Cause((("channel", value),), effect, change, 0.1, 0.2, 2.0, 100, 0, False, False)  # type: ignore[arg-type]


def told(then: float, now: float, causes: list[Cause]) -> Document:
    rest = now - then - sum(c.change for c in causes)
    found = Located(then, now, tuple(causes), 0.0, 0.0, 0.0, rest)
    question = Slice(JUNE, ())
    events = [()] * (len(causes) + 1)
    return located_document(
        CARD, found, (JUNE, MAY), "previous", ("channel",), question, events, (), "EUR", demo=False
    )


def test_parts_that_nearly_cancel_have_no_share_of_what_is_left() -> None:
    """-0.22 and +0.21 leave -0.01: 2,200% of the change says nothing."""
    document = told(4.53, 4.52, [cause("ai_agent", "mix", -0.22), cause("voice", "level", 0.21)])
    assert "%" not in document.headline.replace("10.0%", "").replace("20.0%", "")
    assert "Its parts are larger than that and nearly cancel out." in document.headline
    assert "What drew it down: channel ai_agent" in document.headline
    assert "What drew it up: channel voice" in document.headline
    slices = document.tables[0]
    assert "share" not in [c.name for c in slices.columns]
    assert document.data["causes"][0]["share"] == "22"  # type: ignore[index]


def test_many_small_places_are_told_as_many() -> None:
    document = told(3.50, 3.56, [cause("voice", "level", 0.0072), cause("email", "level", 0.0048)])
    assert "It is spread over many slices; no place stands out." in document.headline
    assert document.headline.startswith("Cost per contact rose by EUR 0.06 ")


def test_a_change_below_a_cent_is_shown_with_further_decimals() -> None:
    document = told(3.50, 3.56, [cause("voice", "level", 0.0072), cause("email", "level", 0.0048)])
    place = [c.name for c in document.tables[0].columns].index("change")
    assert [row[place] for row in document.tables[0].rows[:2]] == ["+EUR 0.0072", "+EUR 0.0048"]


def test_what_moved_a_slice_is_said_without_words_of_method() -> None:
    document = told(3.50, 3.60, [cause("voice", "level", 0.06), cause("email", "mix", 0.03)])
    place = [c.name for c in document.tables[0].columns].index("effect")
    assert [row[place] for row in document.tables[0].rows[:2]] == ["its own figure", "its part of all"]
