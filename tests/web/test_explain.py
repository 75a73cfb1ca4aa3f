# SPDX-License-Identifier: Apache-2.0
"""Explain: the causes of a change and their sum, what opens behind each, and what stands beside them."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from percontact.answers.explaining import explained
from percontact.answers.unfolding import Unfolded, unfolded
from percontact.explain.bridge import UNITS, Bridge, End, Part
from percontact.pipeline import OpenBook
from percontact.report.bridge_chart import bridge_chart
from percontact.report.bridge_words import headline
from percontact.store.workspace import Workspace
from percontact.values.money import to_pico
from percontact.values.problem import PercontactError

NOVEMBER = {"start": "2025-11", "end": "2025-11"}
AT = "/explain?period=2025-11"


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company), keeps=True)


@pytest.fixture(scope="module")
def november(book: OpenBook) -> Unfolded:
    return unfolded(book, **NOVEMBER)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("per", ["contact", "resolution", "total"])
@pytest.mark.parametrize("compare", ["previous", "last-year", "budget"])
def test_the_parts_drawn_make_the_change_of_the_figures(book: OpenBook, per: str, compare: str) -> None:
    """Before + parts = after, as shown, to the last digit."""
    if (per, compare) == ("resolution", "budget"):
        with pytest.raises(PercontactError, match="a budget does not plan that"):
            unfolded(book, **NOVEMBER, per=per, compare=compare)
        return
    found = unfolded(book, **NOVEMBER, per=per, compare=compare)
    table = bridge_chart(found.bridge, lambda part: part, where=(), basis="used").table
    before, *_, after = (row[1] for row in table.rows)
    parts = [Decimal(str(row[2])) for row in table.rows if row[2] is not None]
    assert before is not None
    assert Decimal(str(before)) + sum(parts) == after


def test_compare_chooses_the_other_side(book: OpenBook) -> None:
    labels = {
        c: unfolded(book, **NOVEMBER, compare=c).bridge.before.label
        for c in ("previous", "last-year", "budget")
    }
    assert labels == {"previous": "October 2025", "last-year": "November 2024", "budget": "the budget"}


def test_the_page_says_what_the_command_says(book: OpenBook, november: Unfolded) -> None:
    """Its causes are those of `percontact explain`, only its months are named."""
    command = explained(book, **NOVEMBER, against="previous")
    assert [(p.name, p.pico) for p in november.bridge.parts] == [
        (p.name, p.pico) for p in command.bridge.parts
    ]
    assert "in November 2025 against October 2025" in november.document.headline


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("3.51", "3.57", "rose by EUR 0.06 to 3.57"),
        ("3.5612", "3.5635", "rose by EUR 0.0023 to 3.5635"),
        ("3.5612", "3.5612", "did not change in June against May, for the work done: EUR 3.56."),
    ],
)
def test_money_per_contact_has_cents_and_more_only_where_cents_show_no_change(
    before: str, after: str, says: str
) -> None:
    change = to_pico(Decimal(after)) - to_pico(Decimal(before))
    ends = [End(n, None, to_pico(Decimal(v)), 1, Fraction(1)) for n, v in (("May", before), ("June", after))]
    parts = (Part("overhead", change, {}),)
    bridges = {unit: Bridge(unit, "EUR", *ends, ("channel",), ("channel",), parts) for unit in UNITS}
    assert says in headline(bridges, "contact", (), "for the work done")


def test_the_page_says_the_basis_in_words(november: Unfolded) -> None:
    assert "November 2025 against October 2025, for the work done." in november.document.headline


def test_an_opened_part_is_the_sum_of_its_pieces_as_shown(book: OpenBook, november: Unfolded) -> None:
    for part in november.bridge.parts:
        opened = unfolded(book, **NOVEMBER, part=part.name).opened
        assert opened is not None
        for table in opened.tables:
            assert table.total is not None
            assert all(row[1] for row in table.rows) or not any(row[1] for row in table.rows)
            assert sum(Decimal(str(row[1])) for row in table.rows) == table.total[1]


def test_every_cause_opens_and_its_pieces_lead_to_contacts_and_ledger_lines(app: TestClient) -> None:
    page = app.get(AT).text
    parts = re.findall(r'href="(/explain\?[^"]*part=[^"]*#part)"', page)
    assert len(parts) > 5
    opened = app.get(f"{AT}&part=overhead").text
    assert 'id="part"' in opened
    assert 'href="/explore/contacts?' in opened
    assert 'href="/cost-map?period=2025-11&amp;pool=' in opened
    assert 'href="/cost-map?by=account&amp;period=2025-11"' in opened


def test_what_is_no_slice_of_contacts_leads_to_none(app: TestClient) -> None:
    """Volume is told by working days too: no contact has those."""
    page = app.get(f"{AT}&per=total&part=volume").text
    linked = re.findall(r'href="(/explore/contacts[^"]*)"', page)
    assert not [href for href in linked if "calendar" in href]
    assert all(app.get(unescape(href)).status_code == 200 for href in dict.fromkeys(linked[:4]))


def test_a_slice_leads_to_its_contacts_in_the_same_days(app: TestClient, november: Unfolded) -> None:
    assert november.located is not None
    first = november.located.located.causes[0]
    page = app.get(AT).text
    section = page[page.index("Where it moved") :]
    href = urlsplit(unescape(re.findall(r'href="(/explore/contacts[^"]*)"', section)[0]))
    asked = parse_qs(href.query)
    assert asked["period"] == ["2025-11"]
    for dimension, value in first.where:
        assert asked.get(dimension) == [value] or f'{dimension}="{value}"' in asked["where"]


def test_a_switch_keeps_the_rest_of_the_question(app: TestClient) -> None:
    """The form of the page sends period, comparison and filters along; a part belongs to one tree only."""
    page = app.get(f"{AT}&compare=last-year&channel=voice&part=overhead").text
    form = page[page.index('aria-label="What is explained"') :]
    form = form[: form.index("</form>")]
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', form)
    assert sorted(hidden) == [("channel", "voice"), ("compare", "last-year"), ("period", "2025-11")]


def test_quality_and_caveats_stand_on_the_page(app: TestClient, november: Unfolded) -> None:
    page = text(app.get(AT).text)
    assert november.quality is not None
    assert november.quality[0] in page
    for note in november.document.notes:
        assert re.sub(r"\s+", " ", note.replace("`", "")) in re.sub(r"`", "", page)


def test_files_hold_causes_slices_and_quality(app: TestClient, november: Unfolded) -> None:
    found = app.get("/explain.json?period=2025-11").json()
    assert found["change"] == november.document.data["change"]
    assert found["where"]["metric"] == "cost_per_contact"
    assert {row[0] for row in found["quality"]["guardrails"]} >= {"Service level", "Repeat contact rate"}


def test_an_unknown_part_is_answered_with_near_ones(app: TestClient) -> None:
    page = app.get(f"{AT}&part=chanel+mix")
    assert page.status_code == 400
    assert "channel mix" in text(page.text)


# -- where the books begin -----------------------------------------------------------------------------------


def test_the_first_month_says_that_nothing_is_before_it_and_offers_what_can_be_explained(
    app: TestClient,
) -> None:
    """The books of the company begin in July 2024"""
    shown = app.get("/explain?period=2024-07&channel=voice")
    page = unescape(shown.text)
    assert shown.status_code == 200
    assert "July 2024 is where the books begin" in page
    assert "Nothing is wrong with July 2024" in page
    offered = {
        "Explain August 2024 against July 2024": "/explain?channel=voice&compare=previous&period=2024-08",
        "Explain July 2025 against July 2024": "/explain?channel=voice&compare=last-year&period=2025-07",
        "Hold July 2024 against its budget": "/explain?channel=voice&compare=budget&period=2024-07",
    }
    for words, address in offered.items():
        assert f'<a href="{address}">{words}</a>' in page
        answered = app.get(address)
        assert answered.status_code == 200
        assert "where the books begin" not in answered.text
    assert "July 2024" in app.get("/explain.md?period=2024-07").text


def test_a_year_before_the_books_is_said_too(app: TestClient) -> None:
    page = app.get("/explain?period=2025-03&compare=last-year").text
    assert "there is nothing of March 2024 to hold March 2025 against" in page
    assert "March 2025 alone" in page


def test_words_of_method_stand_under_how_this_was_made(app: TestClient) -> None:
    page = app.get("/explain?period=2026-06").text
    shown, _, folded = page.partition("<h2>How this was made</h2>")
    assert "How this was made" in page
    for word in ("Shapley", "LMDI", "standard errors", "siblings", "So few contacts"):
        assert word not in shown
    assert "Shapley" in folded
