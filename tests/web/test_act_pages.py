# SPDX-License-Identifier: Apache-2.0
"""Opportunities and Watch: what the commands list, with a way to what is behind each entry."""

import json
import re

import pytest
from starlette.testclient import TestClient

from percontact.web.pages import opportunities


def links_of(text: str, start: str) -> list[str]:
    return [m.replace("&amp;", "&") for m in re.findall(r'href="([^"]+)"', text) if m.startswith(start)]


def test_every_opportunity_of_the_answer_stands_on_the_page_in_its_order(app: TestClient) -> None:
    page = app.get("/opportunities").text
    found = json.loads(app.get("/opportunities.json").text)["opportunities"]
    assert found
    said = re.findall(r"<h3>(.*?)</h3>", page)
    assert len(said) == len(found)
    assert "Must not worsen" in page
    assert "Next:" in page


def test_the_largest_stand_open_and_the_smaller_ones_by_kind_with_their_sum(
    app: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root causes are by reason, so no contact is in two of them: their money adds up."""
    monkeypatch.setattr(opportunities, "MATTER", 1)
    asked = "?period=2026-01..2026-06"
    page = app.get(f"/opportunities{asked}").text
    found = json.loads(app.get(f"/opportunities.json{asked}").text)["opportunities"]
    opened, folded = page.split("Each of the ")
    assert (opened.count("<h3>"), folded.count("<h3>")) == (1, len(found) - 1)
    causes = [o for o in found[1:] if o["kind"] == "failure_demand"]
    assert causes
    low, high = (sum(float(o[side]) for o in causes) for side in ("low", "high"))
    row = re.search(r"(?s)<bdi>root cause</bdi></th>(.*?)</tr>", page)
    assert row
    told = [float(n.replace(",", "")) for n in re.findall(r">([\d,.]+)<", row[1])]
    # Each is rounded to the cent before it is told.
    assert told == pytest.approx([len(causes), low, high], abs=0.005 * len(causes))
    assert "do not add them up" in page


def test_what_must_not_worsen_is_named_in_words_and_opens_its_metric(app: TestClient) -> None:
    page = re.sub(r"<[^>]+>", "", app.get("/opportunities").text)
    guards = re.findall(r"Must not worsen: ([^.]*)\.", page)
    assert guards
    assert not [g for g in guards if "_" in g]
    assert links_of(app.get("/opportunities").text, "/measures/")


def test_an_opportunity_opens_the_contacts_it_counts(app: TestClient) -> None:
    found = json.loads(app.get("/opportunities.json").text)["opportunities"]
    page = app.get("/opportunities").text
    first = next(o for o in found if o["where"] and o["kind"] != "slow_agent")
    dimension, values = next(iter(first["where"].items()))
    assert any(
        dimension in a and values[0].replace(" ", "+") in a for a in links_of(page, "/explore/contacts")
    )


@pytest.mark.slow
def test_alerts_stand_with_since_when_expected_and_days(app: TestClient) -> None:
    """The training at the voice desks in May 2025 is a story of the company: handle time rose for it."""
    path = "?from=2025-05&to=2025-06"
    page = app.get(f"/watch{path}").text
    alerts = json.loads(app.get(f"/watch.json{path}").text)["alerts"]
    assert len(re.findall(r"<h3>", page)) == len(alerts)
    for alert in alerts:
        assert alert["since"] in page


def test_a_page_that_compares_nothing_offers_no_comparison(app: TestClient) -> None:
    assert 'name="compare"' not in app.get("/opportunities").text
    assert 'name="compare"' in app.get("/").text
