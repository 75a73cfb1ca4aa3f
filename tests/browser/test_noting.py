# SPDX-License-Identifier: Apache-2.0
"""Noting an event and saving a view in a browser, with script and without, by pointer and by keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own(
    company_as_made: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Path], str],
    desk: Desk,
) -> Desk:
    """The app over a copy of the company that these tests change."""
    folder = shutil.copytree(company_as_made, tmp_path_factory.mktemp("own") / "company")
    return replace(desk, address=serve(folder))


def note(page: Page, name: str, day: str) -> None:
    page.goto("/events")
    page.get_by_label("What happened, in a few words").fill(name)
    page.get_by_label("First day").fill(day)
    page.get_by_label("Channel", exact=True).select_option("voice")
    page.get_by_role("button", name="Note it").click()


@pytest.mark.parametrize("script", [True, False])
def test_an_event_is_noted_changed_and_removed(own: Desk, script: bool) -> None:
    page, seen, context = own.open(script=script)
    name = f"New menu {'with' if script else 'without'} script"
    note(page, name, "2026-04-14")
    expect(page).to_have_url(re.compile(r"/events#on-2026-04-14$"))
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("link", name=f"Change {name}").click()
    page.get_by_label("What happened, in a few words").fill(f"{name}, at last")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("heading", name=f"{name}, at last")).to_be_visible()
    page.get_by_role("link", name=f"Remove {name}, at last").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name=re.compile(name))).to_have_count(0)
    assert (seen.console, seen.remote) == ([], [])
    context.close()


def test_a_problem_stands_beside_its_field_and_what_was_typed_stays(own: Desk) -> None:
    page, seen, context = own.open()
    page.goto("/events")
    page.get_by_label("Last day, if it ended").fill("2026-04-01")
    note_field = page.get_by_label("Note", exact=True)
    note_field.fill("stays")
    page.get_by_label("What happened, in a few words").fill("Backwards")
    page.get_by_label("First day").fill("2026-04-14")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("alert")).to_contain_text("lies before its first")
    expect(page.get_by_label("Note", exact=True)).to_have_value("stays")
    # A browser tells of every answer that is a refusal.
    assert [line for line in seen.console if "400" not in line] == []
    context.close()


def test_a_mark_on_a_chart_leads_to_its_event(own: Desk) -> None:
    page, _, context = own.open()
    page.goto("/?period=2026-06")
    drawing = page.locator("#chart-trend svg")
    expect(drawing).to_have_count(1)
    drawing.get_by_text("Batch of lamps").click()
    expect(page).to_have_url(re.compile(r"/events#on-2026-03-09$"))
    context.close()


def test_a_view_is_saved_by_keyboard_and_a_key_leads_back(own: Desk) -> None:
    page, seen, context = own.open()
    page.goto("/explain?period=2026-03&channel=voice")
    page.get_by_text("Save this view").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("Calls in March")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").get_by_role("link", name="Calls in March")).to_be_visible()
    page.goto("/")
    page.locator("main").focus()
    page.keyboard.press("g")
    page.keyboard.press("1")
    expect(page).to_have_url(re.compile(r"/explain\?channel=voice&period=2026-03$"))
    expect(page.get_by_text("Saved as “Calls in March”")).to_be_visible()
    assert (seen.console, seen.remote) == ([], [])
    context.close()
