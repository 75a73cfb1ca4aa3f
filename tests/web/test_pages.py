# SPDX-License-Identifier: Apache-2.0
"""What holds for every page: it answers, has one heading, and sends nothing inline or from elsewhere."""

import json
import re

import pytest
from starlette.testclient import TestClient

from percontact.web.screens import SCREENS

SHOWN = [
    pytest.param(s.path, marks=pytest.mark.slow) if s.slow else s.path for s in SCREENS if "{" not in s.path
]


@pytest.mark.parametrize("path", SHOWN)
def test_every_page_answers_with_one_heading_and_a_title(app: TestClient, path: str) -> None:
    page = app.get(path)
    assert page.status_code == 200
    assert len(re.findall(r"<h1[ >]", page.text)) == 1
    assert re.search(r"<title>[^<]+ · percontact</title>", page.text)


@pytest.mark.parametrize("path", SHOWN)
def test_no_page_has_inline_script_or_style_or_asks_elsewhere(app: TestClient, path: str) -> None:
    page = app.get(path)
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page.text) == []
    run = [s for s in re.findall(r"<script[^>]*>", page.text) if 'type="application/json"' not in s]
    assert [s for s in run if "src=" not in s] == []
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", page.text) == []


@pytest.mark.parametrize("path", SHOWN)
def test_the_json_of_a_page_is_the_answer_that_the_page_shows(app: TestClient, path: str) -> None:
    stem = "/overview" if path == "/" else path
    found = app.get(f"{stem}.json")
    assert found.status_code == 200
    assert json.loads(found.text)


def test_a_page_that_is_not_there_says_so_in_four_parts(app: TestClient) -> None:
    page = app.get("/nowhere")
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert "Choose a page from the menu" in page.text


def test_a_page_asked_again_is_not_sent_again(app: TestClient) -> None:
    first = app.get("/")
    assert app.get("/", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
