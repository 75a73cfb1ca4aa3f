# SPDX-License-Identifier: Apache-2.0
"""The first use in a browser: from an empty folder to one contact priced line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Desk
from tests.web.first_use import CALLS, LEDGER

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


def send(page: Page, name: str, text: str, *, into: str) -> None:
    """Bring a file by the form of the page Data."""
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.locator("h1")).to_have_text("Data")
    field = page.locator("#bring input[type=file], form[enctype] input[type=file]").first
    field.set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_label("What it holds").select_option(into)
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator("h1")).to_have_text(name)


def imported(page: Page, says: str) -> None:
    """Import what the page of a file shows, and follow the job until it is done."""
    page.get_by_role("button", name=re.compile("^Import")).click()
    expect(page.locator("[role=status].headline")).to_contain_text(says, timeout=60_000)
    page.get_by_role("link", name="See the receipt").click()
    expect(page.locator("h1")).to_contain_text("into")


def money(cell: Locator) -> Decimal:
    return Decimal(cell.inner_text().replace(",", "").replace("EUR", "").strip())


def test_from_an_empty_folder_to_one_contact_priced_line_by_line(
    tmp_path: Path, serve: Callable[[Path | FastAPI], str], browser: Browser
) -> None:
    """
    calls.csv   400 calls of five minutes in June 2026; 03/06 does not say whether the day stands first, and
                no header says in what unit the talk time is: both are asked
    ledger.csv  6100  2026-06  1,000.00 EUR
    By hand: without a policy all cost is divided by contacts, 1,000.00 / 400 = 2.50 each.
    """
    page, seen, context = Desk(serve(tmp_path / "mine"), browser).open()
    page.goto("/")
    expect(page.locator("h1")).to_have_text("What does one contact cost you?")
    page.get_by_label("Currency of your figures").select_option("EUR")
    page.get_by_label("Time zone in which your days and months are counted").fill("Europe/Berlin")
    page.get_by_role("button", name="Begin with my data").click()

    send(page, "calls.csv", CALLS, into="contacts")
    page.get_by_role("radio", name=re.compile("day first")).check()
    page.get_by_role("button", name="Go on with these answers").click()
    page.get_by_role("radio", name=re.compile("seconds|^s\\b")).first.check()
    page.get_by_role("button", name="Go on with these answers").click()
    expect(page.get_by_text("400 rows = 400 would land + 0 would be set aside")).to_be_visible()
    imported(page, "400 rows = 400 landed in contacts + 0 set aside")

    send(page, "ledger.csv", LEDGER, into="ledger")
    imported(page, "1 row = 1 landed in ledger")
    page.get_by_role("link", name="See what one contact costs").click()
    expect(page.locator(".tile", has_text="Cost per contact").locator(".value").first).to_have_text(
        "EUR 2.50"
    )

    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator(".headline")).to_contain_text("EUR 2.50")
    page.get_by_role("link", name="All contacts behind these figures").click()
    expect(page.locator("#listing tbody tr")).to_have_count(50)
    page.locator("#listing tbody tr th a").first.click()
    expect(page.locator("h1")).to_contain_text(re.compile("^Contact "))
    expect(page.locator(".headline")).to_contain_text("2.50")
    lines = page.get_by_role("table", name="Line by line")
    amounts = [money(row.locator("td, th").last) for row in lines.locator("tbody tr").all()]
    assert sum(amounts) == Decimal("2.50")
    assert seen.remote == []
    assert [line for line in seen.console if "error" in line] == []
    context.close()
