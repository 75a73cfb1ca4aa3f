# SPDX-License-Identifier: Apache-2.0
"""On every screen that has controls: a choice stands in the address, focus stays, Back brings it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from percontact.web.screens import SCREENS

if TYPE_CHECKING:
    from tests.browser.conftest import Desk

pytestmark = pytest.mark.slow

CHOOSING = {s.path: s for s in SCREENS if s.filters}
"""Screens on which something is chosen; each begins in June 2026, channel not chosen."""
STEPS = (("Channel", "channel", "voice"), ("Period", "period", "2026-04"))
BEGUN = {"channel": "", "period": "2026-06"}


def begin(desk: Desk, page: Page, path: str) -> str:
    """Where a screen begins; what it has in braces is what the catalogue or a list begins with."""
    if "{metric}" in path:
        path = path.replace("{metric}", "cost_per_contact")
    assert "{" not in path
    return f"{path}?period=2026-06"


@pytest.mark.parametrize("path", CHOOSING)
def test_what_is_chosen_by_keys_stays_in_focus_and_comes_back(desk: Desk, path: str) -> None:
    """Two choices by keyboard, one where filters choose nothing; Back as often; the address opened anew"""
    steps = STEPS if CHOOSING[path].chooses else STEPS[1:]
    page, seen, context = desk.open()
    page.goto(begin(desk, page, path))
    for label, name, value in steps:
        control = page.get_by_label(label, exact=True)
        control.focus()
        # A key chooses in a closed list, as people without a mouse do.
        control.select_option(value)
        expect(page).to_have_url(re.compile(f"[?&]{name}={value}"), timeout=30_000)
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
        assert page.evaluate("document.activeElement.name") == name, "focus is lost"
        expect(page.locator("#status")).not_to_be_empty()
    there, title = page.url, page.locator("h1").inner_text()
    for at, (label, name, _) in reversed(list(enumerate(steps))):
        page.go_back()
        expect(page.get_by_label(label, exact=True)).to_have_value(BEGUN[name], timeout=30_000)
        for kept, _, value in steps[:at]:
            expect(page.get_by_label(kept, exact=True)).to_have_value(value)
    page.goto(there)
    for label, _, value in steps:
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    expect(page.locator("h1")).to_have_text(title)
    assert seen.console == []
    context.close()


def test_a_hostile_name_is_text_in_a_chart_and_in_its_tooltip(hostile: Desk) -> None:
    """Explore by reason: a bar named by a script, a trend with an event named by one"""
    page, seen, context = hostile.open()
    met: list[str] = []
    page.on("dialog", lambda dialog: (met.append(dialog.message), dialog.dismiss()))
    page.goto("/explore?period=2026-06&by=reason")
    drawing = page.locator("[data-chart] svg")
    expect(drawing).to_have_count(1)
    expect(drawing.locator("text", has_text="<script>").first).to_be_visible()
    box = page.locator("[data-chart]").bounding_box()
    assert box is not None
    for share in (0.1, 0.3, 0.5):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * share)
    expect(page.locator(".chart-tip")).to_contain_text(re.compile("<script>alert|=HYPERLINK"))
    page.goto("/explore?grain=day&from=2026-05&to=2026-06")
    expect(page.locator("[data-chart] svg")).to_have_count(1)
    page.goto("/")
    expect(page.locator("[data-chart] svg").first).to_be_visible()
    assert page.locator("svg script, svg img, svg foreignObject").count() == 0
    assert met == []
    assert seen.console == []
    assert seen.remote == []
    context.close()
