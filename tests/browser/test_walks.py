# SPDX-License-Identifier: Apache-2.0
"""Going through the app: what is chosen stands in the address, Back brings it back, and focus stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Desk

pytestmark = pytest.mark.slow


def choose(page: Page, label: str, value: str) -> None:
    """Choose a value of a control, by keyboard focus first, as people do."""
    control = page.get_by_label(label, exact=True)
    control.focus()
    control.select_option(value)


def test_a_choice_stands_in_the_address_and_the_focus_stays(desk: Desk) -> None:
    page, seen, context = desk.open()
    page.goto("/")
    choose(page, "Period", "2026-05")
    expect(page).to_have_url(re.compile(r"period=2026-05"))
    expect(
        page.locator("h1, .headline").filter(has_text=re.compile("May 2026|2026-05")).first
    ).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "period"
    assert seen.console == []
    context.close()


def test_back_brings_back_what_was_chosen_before(desk: Desk) -> None:
    page, _, context = desk.open()
    page.goto("/?period=2026-04")
    choose(page, "Period", "2026-03")
    expect(page).to_have_url(re.compile(r"period=2026-03"))
    choose(page, "Channel", "voice")
    expect(page).to_have_url(re.compile(r"channel=voice"))
    page.go_back()
    expect(page.get_by_label("Channel", exact=True)).to_have_value("")
    expect(page.get_by_label("Period", exact=True)).to_have_value("2026-03")
    page.go_back()
    expect(page.get_by_label("Period", exact=True)).to_have_value("2026-04")
    context.close()


def test_an_address_that_was_sent_shows_the_same(desk: Desk) -> None:
    page, _, context = desk.open()
    page.goto("/?period=2026-02&channel=voice&compare=last-year")
    expect(page.get_by_label("Period", exact=True)).to_have_value("2026-02")
    expect(page.get_by_label("Channel", exact=True)).to_have_value("voice")
    expect(page.get_by_label("Compare with", exact=True)).to_have_value("last-year")
    context.close()


def test_keys_lead_to_the_search_and_can_be_switched_off(desk: Desk) -> None:
    page, _, context = desk.open()
    page.goto("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "jump"
    page.locator("main").focus()
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.locator("main").focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "jump"
    context.close()


def test_the_theme_that_was_chosen_stays(desk: Desk) -> None:
    page, _, context = desk.open()
    page.goto("/")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()
