# SPDX-License-Identifier: Apache-2.0
"""The pictures of a page alone: every page that draws offers each of its charts as SVG and PNG."""

import html
import re

import pytest
from starlette.testclient import TestClient

from percontact.web.screens import SCREENS

PAGES = [
    pytest.param(s.path.replace("{metric}", "cost_per_contact"), marks=[pytest.mark.slow] if s.slow else [])
    for s in SCREENS
    if "{id}" not in s.path
]


def offered(page: str, form: str) -> list[tuple[str, str]]:
    """(address, title) of each chart that is offered as a picture."""
    found = re.findall(
        rf'<a href="([^"]+\.{form}[^"]*)"[^>]*>{form.upper()}<span class="hidden"> of (.*?)<', page
    )
    return [(html.unescape(address), html.unescape(title)) for address, title in found]


@pytest.mark.parametrize("path", PAGES)
def test_each_chart_of_a_page_is_had_as_a_picture_with_its_title(app: TestClient, path: str) -> None:
    page = app.get(path).text
    titles = [html.unescape(t) for t in re.findall(r"<figcaption><h2>(.*?)</h2>", page)]
    assert [title for _, title in offered(page, "svg")] == titles
    assert [title for _, title in offered(page, "png")] == titles
    for address, title in offered(page, "svg"):
        found = app.get(address)
        assert found.headers["content-type"] == "image/svg+xml"
        assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.svg"', found.headers["content-disposition"])
        words = re.sub(r"\s+", "", html.unescape("".join(re.findall(r">([^<]+)<", found.text))))
        assert re.sub(r"\s+", "", title) in words
        assert "href=" not in found.text
    for address, _ in offered(page, "png"):
        assert app.get(address).content[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_page_without_a_chart_offers_none_and_says_so_when_asked(app: TestClient) -> None:
    assert offered(app.get("/data").text, "svg") == []
    found = app.get("/data.svg")
    assert found.status_code == 400
    assert "This answer has no picture" in found.text


def test_a_chart_that_is_not_there_is_told_with_those_that_are(app: TestClient) -> None:
    found = app.get("/overview.svg?chart=trnd")
    assert found.status_code == 400
    assert "Did you mean trend?" in found.text


def test_the_watch_page_tells_hours_as_the_command_does(app: TestClient) -> None:
    """By the hour only volume is watched: cost is posted by days and months"""
    days, hours = app.get("/watch").text, app.get("/watch?grain=hour")
    assert hours.status_code == 200
    assert 'value="hour" selected' in hours.text
    assert 'value="day" selected' in days
    assert app.get("/watch.json?grain=hour").json()["series"] != app.get("/watch.json").json()["series"]
    refused = app.get("/watch?grain=minute")
    assert refused.status_code == 400
    assert "Leave grain away, or ask for grain=hour" in refused.text
