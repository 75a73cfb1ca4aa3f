# SPDX-License-Identifier: Apache-2.0
"""A page as PDF: the same answer as on the screen and in its other files, to the cent."""

import io
import json
import re

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from percontact.web.screens import SCREENS

STEMS = [
    pytest.param("/overview" if s.path == "/" else s.path, marks=[pytest.mark.slow] if s.slow else [])
    for s in SCREENS
    if "{" not in s.path
]


def plain(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def read(made: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_is_had_as_pdf_that_says_what_the_page_says(app: TestClient, stem: str) -> None:
    found = app.get(f"{stem}.pdf")
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/pdf"
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.pdf"', found.headers["content-disposition"])
    page = app.get("/" if stem == "/overview" else stem).text
    title = re.search(r"<h1>(.*?)</h1>", page, re.S)
    assert title is not None
    text = plain(read(found.content))
    assert plain(title[1]) in text
    assert "Page1of" in text
    assert "UTCbypercontact" in text


def test_the_costs_of_the_pdf_are_those_of_the_json(app: TestClient) -> None:
    told = json.loads(app.get("/cost-map.json?period=2025-06").text)
    text = plain(read(app.get("/cost-map.pdf?period=2025-06").content))
    amounts = {str(v) for v in re.findall(r'"(\d+\.\d\d)"', json.dumps(told))}
    ledger = max(amounts, key=float)
    assert f"{float(ledger):,.2f}" in text


def test_a_pdf_says_period_filters_and_state_of_the_data(app: TestClient) -> None:
    text = plain(read(app.get("/overview.pdf?period=2025-06&channel=voice").content))
    assert "June2025" in text
    assert "channel=voice" in text
    assert re.search(r"dataasofsnapshot\d+", text)
    assert re.search(r"Policy\w+", text)


def test_a_pdf_is_on_letter_where_that_is_asked_for(app: TestClient) -> None:
    box = PdfReader(io.BytesIO(app.get("/explain.pdf?paper=letter").content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)
    refused = app.get("/explain.pdf?paper=napkin")
    assert refused.status_code == 400
    assert "no paper" in refused.text


def test_a_page_offers_its_pdf(app: TestClient) -> None:
    assert re.search(r'href="/explain\.pdf[^"]*"[^>]*>PDF<', app.get("/explain").text)
