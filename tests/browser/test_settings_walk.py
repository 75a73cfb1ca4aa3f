# SPDX-License-Identifier: Apache-2.0
"""Settings in a browser: lines without a pool are placed, tried and saved; with script, without, small."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import quiet, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

from tests.browser.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def own(company_as_made: Path, tmp_path: Path, serve: Callable[[Path], str], browser: Browser) -> Desk:
    """The company without its rule for the help pages, accounts 7200 to 7230."""
    folder = Path(shutil.copytree(company_as_made, tmp_path / "company"))
    file = folder / "policy.yaml"
    kept = [line for line in file.read_text().splitlines(keepends=True) if '"72*"' not in line]
    file.write_text("".join(kept))
    return Desk(serve(folder), browser)


@pytest.mark.parametrize(
    ("script", "width", "theme"), [(True, 1280, "light"), (True, 390, "dark"), (False, 1280, "light")]
)
def test_lines_without_a_pool_are_placed_tried_and_saved(
    own: Desk, script: bool, width: int, theme: str
) -> None:
    page, seen, context = own.open(script=script, width=width, theme=theme)
    page.set_default_timeout(60_000)
    page.goto("/settings/policy")
    expect(page.locator(".headline").first).to_contain_text("no rule catches")
    page.locator("#unplaced").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Place ledger lines")).to_be_visible()
    fit(page, width, script=script)
    page.get_by_label("Account", exact=True).fill("72*")
    page.get_by_label("Only of this cost centre").fill("")
    page.get_by_label("Goes to").select_option("selfservice")
    page.get_by_label("Why, for who asks next year").fill("the help pages")
    page.get_by_role("button", name="See what it does").click()
    expect(page.locator("#tried .headline")).to_contain_text("Every ledger line is caught by a rule.")
    fit(page, width, script=script)
    page.get_by_role("button", name="Save: it counts from now on").click()
    expect(page).to_have_url(re.compile(r"/settings/policy\?saved=2"))
    expect(page.locator(".headline").first).to_contain_text("every ledger line is caught")
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("ins")).to_contain_text("the help pages")
    fit(page, width, script=script)
    page.get_by_role("link", name="Bring it back: try it first").click()
    expect(page.get_by_role("button", name="Try it")).to_be_visible()
    assert "72*" not in page.get_by_label("The policy as text").input_value()
    page.get_by_label("The policy as text").fill("pools:\n  people: {driver: handel_s}\n")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("policy.yaml:2: pool people")
    fit(page, width, script=script)
    quiet(seen)
    context.close()


def fit(page: Page, width: int, *, script: bool) -> None:
    """No violation, and nothing wider than the screen; a page without script cannot be asked for either."""
    if script:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_holiday_is_added_and_taken_away_by_keyboard(own: Desk) -> None:
    page, seen, context = own.open()
    page.goto("/settings/calendar?year=2026")
    page.get_by_label("Days, a line each").focus()
    page.keyboard.type("2026-11-02 Bridge day")
    page.get_by_role("button", name="Add them").focus()
    page.keyboard.press("Enter")
    taken = page.get_by_role("button", name="Take away 2026-11-02 Bridge day")
    expect(taken).to_be_visible()
    taken.focus()
    page.keyboard.press("Enter")
    expect(taken).to_have_count(0)
    quiet(seen)
    context.close()
