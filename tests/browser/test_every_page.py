# SPDX-License-Identifier: Apache-2.0
"""What holds for every page in a browser: accessible, quiet, whole in itself, fit for phone and print."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from make_assets import packages
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from percontact.web.screens import SCREENS

if TYPE_CHECKING:
    from tests.browser.conftest import Desk, Seen

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATHS = [
    *(
        pytest.param(s.path, marks=pytest.mark.slow) if s.slow else s.path
        for s in SCREENS
        if "{" not in s.path
    ),
    "/views",
]
SHEET_PX = 688
OTHER_LOOKS = [("light", 390), ("dark", 390), ("dark", 1280)]


@cache
def axe() -> str:
    return (packages() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"{v['id']}: {v['help']} at {', '.join(' '.join(map(str, n['target'])) for n in v['nodes'][:4])}"
        for v in found["violations"]
    ]


def shown(page: Page, path: str) -> None:
    """Go to a page and wait until its charts stand."""
    answered = page.goto(path)
    assert answered is not None
    assert answered.status == 200, f"{path}: {answered.status}"
    for box in page.locator("[data-chart]").all():
        expect(box.locator("svg")).to_have_count(1)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def quiet(seen: Seen) -> None:
    assert seen.console == []
    assert seen.remote == []


def faults(desk: Desk, path: str, looks: list[tuple[str, int]]) -> list[str]:
    """What is wrong with a page: for whom it shuts out, on the console, in what it asks for, in its width.

    looks  (theme, width), one after the other; it is loaded in the first of them
    """
    theme, width = looks[0]
    page, seen, context = desk.open(width=width, theme=theme)
    shown(page, path)
    found = []
    for theme, width in looks:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        told = [*violations(page), *([f"{wide} px wide"] if wide > width else [])]
        found += [f"{theme}, {width} px: {one}" for one in told]
    found += [*seen.console, *seen.remote]
    context.close()
    return found


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_accessible_and_quiet(desk: Desk, path: str) -> None:
    assert faults(desk, path, [("light", 1280)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_so_on_a_phone_and_in_the_dark(desk: Desk, path: str) -> None:
    """Loaded once at 390 px light, then dark, then dark at 1280 px"""
    assert faults(desk, path, OTHER_LOOKS) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_without_script_figures_and_tables_are_there(desk: Desk, path: str) -> None:
    page, seen, context = desk.open(script=False)
    answered = page.goto(path)
    assert answered is not None
    assert answered.status == 200
    expect(page.locator("h1")).to_have_count(1)
    for figure in page.locator("figure.chart").all():
        figure.locator("details.numbers > summary").click()
        expect(figure.locator("table")).to_be_visible()
    for form in page.locator("form[data-auto]").all():
        expect(form.get_by_role("button").first).to_be_visible()
    assert seen.remote == []
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_what_is_printed_reads_back_and_is_no_wider_than_its_sheet(desk: Desk, path: str) -> None:
    """A4 less its margins is 182 mm, 688 pixels: a column beyond that would be cut off."""
    page, _, context = desk.open(theme="dark")
    shown(page, path)
    title = squeezed(page.locator("h1").inner_text())
    figures = page.locator("table:visible td.number").all_inner_texts()
    pages = [squeezed(p.extract_text()) for p in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    text = " ".join(pages)
    assert title in text
    assert [f for f in figures if squeezed(f) not in text] == []
    assert [n for n, one in enumerate(pages, 1) if squeezed(f"Page {n} of {len(pages)}") not in one] == []
    assert [
        words for words in ("Skip to the page", "Compare with", "Take it along") if squeezed(words) in text
    ] == []
    if page.locator("details.facts dt").count():
        assert squeezed(page.locator("details.facts dt").first.text_content() or "") in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET_PX, "height": 1000})
    beyond = page.evaluate(
        """width => [...document.querySelectorAll("main *")]
        .filter(e => e.getBoundingClientRect().right > width + 1)
        .map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 30)}`)""",
        SHEET_PX,
    )
    assert beyond == []
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_the_keyboard_reaches_everything_and_sees_where_it_is(desk: Desk, path: str) -> None:
    """Each step of Tab lands on something that is seen, and none is a trap."""
    page, _, context = desk.open()
    shown(page, path)
    reachable = page.locator(
        "a[href]:visible, button:visible, input:visible, select:visible, textarea:visible, summary:visible,"
        " [tabindex='0']:visible"
    ).count()
    met: list[str] = []
    for _ in range(min(reachable + 3, 120)):
        page.keyboard.press("Tab")
        met.append(
            page.evaluate(
                """() => { const e = document.activeElement; const r = e.getBoundingClientRect();
                return e === document.body ? 'body' : `${e.tagName} ${r.width > 0 && r.height > 0}`; }"""
            )
        )
    assert [m for m in met if m.endswith("false")] == []
    assert len({m for m in met if m != "body"}) >= 1
    assert met.count("body") <= 2
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_what_opens_to_save_a_view_is_accessible_and_fits(desk: Desk, width: int) -> None:
    page, seen, context = desk.open(width=width)
    shown(page, "/explain")
    page.get_by_text("Save this view").click()
    expect(page.get_by_label("Link to send")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    quiet(seen)
    context.close()


@pytest.mark.slow
def test_a_form_that_came_back_with_a_problem_is_accessible(desk: Desk) -> None:
    page, _, context = desk.open()
    shown(page, "/events")
    page.get_by_label("What happened, in a few words").fill("Backwards")
    page.get_by_label("First day").fill("2026-04-14")
    page.get_by_label("Last day, if it ended").fill("2026-04-01")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("alert")).to_contain_text("lies before its first")
    assert violations(page) == []
    context.close()
