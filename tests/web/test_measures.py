# SPDX-License-Identifier: Apache-2.0
"""Measures: every metric with its value; one with its figures put in; the jump from a word to a place."""

import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from percontact.answers.cataloguing import catalogued
from percontact.answers.measuring import panel_of
from percontact.metrics.catalogue import catalogue, shipped
from percontact.people.pseudonyms import pseudonym
from percontact.pipeline import OpenBook
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError

JUNE = "period=2026-06"


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company))


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


# -- the list ------------------------------------------------------------------------------------------------


def test_every_metric_of_the_catalogue_stands_in_the_list_and_leads_to_its_page(app: TestClient) -> None:
    page = app.get(f"/measures?{JUNE}").text
    for card in shipped():
        assert f'href="/measures/{card.metric}?' in page
        assert html.escape(card.name, quote=False) in page


def test_the_list_says_the_values_that_each_metric_has_when_asked_alone(book: OpenBook) -> None:
    """One pass over all gives what one question each gives."""
    found = catalogued(book, start="2026-06", end="2026-06")
    told = {e.card.metric: e.now for e in found.entries}
    for metric in (
        "cost_per_contact",
        "customer_satisfaction",
        "average_handle_time",
        "contacts_offered",
        "occupancy",
    ):
        alone = panel_of(book, [metric], start="2026-06", end="2026-06").totals[metric]
        assert told[metric] is not None
        assert told[metric].value == alone.value


def test_only_costs_by_case_and_by_customer_are_left_to_their_own_pages_and_say_so(book: OpenBook) -> None:
    found = catalogued(book, start="2026-06", end="2026-06")
    left = {e.card.metric: e.value("EUR") for e in found.entries if e.card.one_by_one}
    assert left == {
        "cost_per_case": "on its page: counted case by case",
        "cost_to_serve": "on its page: counted customer by customer",
    }


@pytest.mark.parametrize("metric", ["speed_of_answer_p90", "median_resolution_time", "time_to_value"])
def test_the_list_gives_percentiles_and_times_to_value_as_their_rows_do(book: OpenBook, metric: str) -> None:
    told = {e.card.metric: e.now for e in catalogued(book, start="2026-05", end="2026-06").entries}
    alone = panel_of(OpenBook(book.workspace), [metric], start="2026-05", end="2026-06").totals[metric]
    assert told[metric] is not None
    assert told[metric].value == alone.value is not None


def test_a_search_finds_by_name_symbol_and_tag(app: TestClient) -> None:
    for word, name in (
        ("CSAT", "Customer satisfaction"),
        ("idle", "Unused capacity"),
        ("queue", "Service level"),
    ):
        found = json.loads(app.get(f"/measures.json?{JUNE}&q={word}").text)["metrics"]
        assert name.lower() in " ".join(m["name"].lower() for m in found)


def test_a_shelf_or_a_tag_narrows_the_list(app: TestClient) -> None:
    found = json.loads(app.get(f"/measures.json?{JUNE}&tag=loyalty").text)["metrics"]
    assert found
    assert all(m["category"] == "loyalty" or "loyalty" in m["tags"] for m in found)
    wrong = app.get(f"/measures?{JUNE}&tag=loyalti")
    assert wrong.status_code == 400
    assert "loyalty" in wrong.text


def test_a_search_that_finds_nothing_says_so(app: TestClient) -> None:
    page = app.get(f"/measures?{JUNE}&q=zebra").text
    assert "No metric speaks of that" in page


# -- one metric ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", sorted(c.metric for c in shipped()))
def test_each_metric_has_a_page_with_its_definition_and_its_figures_put_in(
    app: TestClient, metric: str
) -> None:
    page = app.get(f"/measures/{metric}?{JUNE}")
    assert page.status_code == 200
    card = catalogue()[metric]
    text = plain(page.text)
    assert card.formula in text
    assert card.asks in text


def test_the_formula_of_cost_per_contact_is_shown_with_the_figures_of_the_month(
    app: TestClient, book: OpenBook
) -> None:
    total = panel_of(book, ["cost_per_contact"], start="2026-06", end="2026-06").totals["cost_per_contact"]
    made = f"EUR {float(total.numerator):,.2f} / {int(total.denominator):,} = EUR {float(total.value):.2f}"
    assert f"In June 2026: {made}" in plain(app.get(f"/measures/cost_per_contact?{JUNE}").text)


@pytest.mark.parametrize("chosen", [JUNE, f"{JUNE}&channel=voice", f"{JUNE}&basis=full&compare=last-year"])
def test_the_headline_of_each_page_has_the_value_of_the_list(app: TestClient, chosen: str) -> None:
    """Also of those that no channel is known of, as occupancy."""
    listed = json.loads(app.get(f"/measures.json?{chosen}").text)["metrics"]
    for one in listed:
        if one["shown"].startswith("on its page"):
            continue
        text = plain(app.get(f"/measures/{one['metric']}?{chosen}").text)
        _, said = text.split(one["asks"], 1)
        told = said[: said.index("  ")]
        if one["shown"] == "not known":
            assert re.search(r" it is un(known|defined)", told), (one["metric"], told)
        else:
            value = re.escape(one["shown"])
            assert re.search(rf"(: |= ){value}(\.|,| )", f"{told} "), (one["metric"], told, one["shown"])


def test_what_no_channel_is_known_of_is_known_as_a_whole_on_its_pages(
    app: TestClient, book: OpenBook
) -> None:
    """Hours of staff are told by group, and by no channel."""
    total = panel_of(book, ["occupancy"], start="2026-06", end="2026-06").totals["occupancy"]
    shown = f"{float(total.value):.1%}"
    assert f"= {shown}" in plain(app.get(f"/measures/occupancy?{JUNE}").text)
    by_channel = plain(app.get(f"/explore?{JUNE}&metric=occupancy").text)
    assert f"Occupancy was {shown} in June 2026" in by_channel
    assert "unknown by channel" in by_channel


def test_a_metric_is_found_by_its_symbol_and_its_links_carry_its_name(app: TestClient) -> None:
    page = app.get(f"/measures/CSAT?{JUNE}").text
    assert "/explore?metric=customer_satisfaction" in page
    assert 'href="/measures/CSAT.json?' in page or 'href="/measures/customer_satisfaction.json?' in page


def test_a_metric_that_is_not_there_is_told_with_a_near_one(app: TestClient) -> None:
    page = app.get("/measures/cost_per_contct")
    assert page.status_code == 404
    assert "cost_per_contact" in page.text


def test_a_filter_holds_on_the_page_of_a_metric(app: TestClient) -> None:
    page = plain(app.get(f"/measures/cost_per_contact?{JUNE}&channel=voice").text)
    assert "In June 2026 (channel voice)" in page


def test_below_manager_agents_are_asked_for_by_pseudonym_here_too(book: OpenBook) -> None:
    name = next(v for v in book.values_of("agent") if v)
    with pytest.raises(PercontactError):
        catalogued(book, where=[f"agent={name}"], words=["handle"], agents_by_name=False)
    masked = pseudonym(book.workspace.key, name)
    found = catalogued(book, where=[f"agent={masked}"], words=["AHT"], agents_by_name=False)
    own = catalogued(book, where=[f"agent={name}"], words=["AHT"])
    assert found.entries[0].now == own.entries[0].now
    assert name not in found.document.title


# -- jump ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "to"), [
    ("Explore", "/explore"), ("measures", "/measures"), ("CSAT", "/measures/customer_satisfaction"),
    ("cost per contact", "/measures/cost_per_contact"), ("voice", "/explore?by=reason&channel=voice"),
])  # fmt: skip
def test_a_word_that_means_one_thing_leads_straight_there(app: TestClient, word: str, to: str) -> None:
    found = app.get(f"/jump?q={quote(word)}", follow_redirects=False)
    assert found.status_code == 303
    assert found.headers["location"] == to


def test_the_id_of_a_contact_leads_to_the_contact(app: TestClient) -> None:
    one = json.loads(app.get(f"/explore/contacts.json?{JUNE}").text)["contacts"][0]["contact_id"]
    assert app.get(f"/jump?q={one}", follow_redirects=False).headers["location"] == f"/explore/contacts/{one}"


def test_a_word_that_means_many_things_lists_them(app: TestClient) -> None:
    page = app.get("/jump?q=resolution")
    assert page.status_code == 200
    assert page.text.count('<li><a href="/measures/') > 3


@pytest.mark.parametrize(
    "word", ["", "zebra", "<script>alert(1)</script>", "' OR 1=1 --", "%", "../../etc/passwd"]
)
def test_a_word_that_means_nothing_says_so_and_does_nothing(app: TestClient, word: str) -> None:
    page = app.get("/jump", params={"q": word})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert len(re.findall(r"<h1[ >]", page.text)) == 1
