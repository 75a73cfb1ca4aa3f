# SPDX-License-Identifier: Apache-2.0
"""Charts in Chromium under the policy of our pages: drawn, told, opened, and no text over another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from percontact.report.charts import Chart, page_json
from percontact.report.charts.samples import LONG, samples
from percontact.web import assets
from percontact.web.headers import POLICY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

BUILT = Path(assets.__file__).parent / "assets" / "manifest.json"
FIGURE = """<figure id="{kind}"><div data-chart="{kind}" role="img" aria-label="{kind}"></div>
<script type="application/json">{json}</script></figure>"""
KINDS = ("bridge", "bars", "trend", "heat", "flow", "dots")
WIDTHS = (320, 390, 560, 768, 1280)


def html(*charts: Chart) -> str:
    figures = "".join(FIGURE.format(kind=one.kind, json=page_json(one)) for one in charts)
    head = f'<link rel="stylesheet" href="{assets.url("app.css")}"><link rel="icon" href="/icon.svg">'
    script = f'<script src="{assets.url("charts.js")}" defer></script>'
    return f"<!doctype html><html lang=en><title>charts</title>{head}{script}<body><main>{figures}</main>"


class Server(BaseHTTPRequestHandler):
    """The charts named in the address, and the built files, with the headers of our pages."""

    charts: ClassVar[dict[str, Chart]]

    def do_GET(self) -> None:
        if self.path.startswith("/assets/"):
            sent = assets.response(
                self.path.removeprefix("/assets/"), self.headers.get("accept-encoding", "")
            )
            self.send(bytes(sent.body), dict(sent.headers), sent.status_code)
        elif self.path.startswith("/charts/"):
            self.send(
                html(*(self.charts[k] for k in self.path.removeprefix("/charts/").split("+"))).encode(),
                {"Content-Type": "text/html; charset=utf-8"},
            )
        else:
            self.send(b"<!doctype html><title>opened</title>", {"Content-Type": "text/html; charset=utf-8"})

    def send(self, body: bytes, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in {
            **headers,
            "Content-Security-Policy": POLICY,
            "Content-Length": str(len(body)),
        }.items():
            if name != "content-length":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what went wrong; requests are not told."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not BUILT.is_file():
        pytest.skip("nothing is built for browsers: make .venv/.assets")
    Server.charts = samples()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that remembers what it said and what it asked for."""
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    made.said, made.asked = [], []  # type: ignore[attr-defined]
    made.on("console", lambda message: made.said.append(message.text))  # type: ignore[attr-defined]
    made.on("pageerror", lambda error: made.said.append(str(error)))  # type: ignore[attr-defined]
    made.on("request", lambda request: made.asked.append(request.url))  # type: ignore[attr-defined]
    yield made
    made.close()


def show(page: Page, address: str, *kinds: str) -> None:
    page.goto(f"{address}/charts/{'+'.join(kinds)}")
    for kind in kinds:
        page.locator(f"[data-chart={kind}][data-drawn] svg").wait_for()


def test_every_kind_is_drawn_without_a_word_to_the_console(page: Page, address: str) -> None:
    show(page, address, *KINDS, "sparkline")
    page.mouse.move(600, 200)
    page.mouse.move(620, 300)
    assert page.said == []  # type: ignore[attr-defined]
    assert [a for a in page.asked if not a.startswith((address, "data:"))] == []  # type: ignore[attr-defined]


TEXTS = """() => [...document.querySelectorAll("[data-chart]")].flatMap((box) => {
  const frame = box.getBoundingClientRect();
  return [...box.querySelectorAll("text")]
    .filter((text) => text.textContent.trim() && getComputedStyle(text).opacity !== "0")
    .map((text) => {
      const at = text.getBoundingClientRect();
      return { text: text.textContent, left: at.left - frame.left, right: at.right - frame.left,
        top: at.top - frame.top, bottom: at.bottom - frame.top, width: frame.width, height: frame.height };
    });
})"""


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_lies_over_another_or_leaves_its_chart(page: Page, address: str, kind: str) -> None:
    """Long German, French and Japanese names, from a small phone to a desk."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        show(page, address, kind)
        texts = page.evaluate(TEXTS)
        assert len(texts) > 3
        outside = [
            t for t in texts if t["left"] < -1 or t["right"] > t["width"] + 1 or t["bottom"] > t["height"] + 1
        ]
        assert outside == [], width
        # Boxes of text are higher than its letters: 2 px may be shared.
        over = [
            (a["text"], b["text"])
            for i, a in enumerate(texts)
            for b in texts[i + 1 :]
            if min(a["right"], b["right"]) - max(a["left"], b["left"]) > 1
            and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 2
        ]
        assert over == [], width
        page.goto("about:blank")


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_follows_the_width_of_its_box(page: Page, address: str, kind: str) -> None:
    """Drawn wide, then made narrow, as when a phone is turned."""
    show(page, address, kind)
    drawing = page.locator(f"[data-chart={kind}] svg")
    wide = drawing.bounding_box()["width"]  # type: ignore[index]
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_timeout(300)
    assert drawing.bounding_box()["width"] <= 390 < wide  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_pointer_is_told_the_whole_name_and_the_figure(page: Page, address: str) -> None:
    show(page, address, "bars")
    box = page.locator("[data-chart=bars]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 24)
    tip = page.locator(".chart-tip")
    tip.wait_for()
    assert tip.inner_text().split("\n") == [LONG[0], "Cost per contact, GBP: 4.12", "Change: +0.12"]
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_the_months_stand_under_a_trend(page: Page, address: str) -> None:
    """August 2025 to December 2026: the year stands under its first month."""
    show(page, address, "trend")
    under = page.locator("[data-chart=trend] .role-axis-label text").all_text_contents()
    months = [text for text in under if not text.startswith(("2.", "3."))]
    assert months[0] == "Aug2025"
    assert [text for text in months if text.endswith("2026")] == ["Feb2026"]


def test_a_name_that_looks_like_a_script_stays_a_name(page: Page, address: str) -> None:
    show(page, address, "bars")
    assert page.locator("text", has_text="<script>").count() == 1
    assert page.locator("svg script").count() == 0


def test_a_click_opens_what_is_behind_a_mark(page: Page, address: str) -> None:
    show(page, address, "bars")
    box = page.locator("[data-chart=bars]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 24)
    page.wait_for_url(f"{address}/explore?reason=0")


def test_colours_follow_the_theme_without_drawing_anew(page: Page, address: str) -> None:
    """--cost-up is #b3480a by day and #f0955a by night; paper prints by day."""
    show(page, address, "bridge")
    fill = """() => getComputedStyle([...document.querySelectorAll("svg path")]
      .find((p) => p.getAttribute("fill") === "var(--cost-up)" )).fill"""
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert page.evaluate(fill) == "rgb(179, 72, 10)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(fill) == "rgb(240, 149, 90)"
    page.emulate_media(media="print")
    assert page.evaluate(fill) == "rgb(179, 72, 10)"


def test_a_chart_that_came_by_a_swap_is_drawn(page: Page, address: str) -> None:
    """htmx puts a new drawing's data in place, says so, and the old drawing gives way."""
    show(page, address, "bars")
    page.evaluate(
        """(json) => {
          const figure = document.querySelector("figure");
          figure.querySelector("script").textContent = json;
          document.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true }));
        }""",
        page_json(Server.charts["bridge"]),
    )
    page.locator("text", has_text="September 2026").wait_for()
    assert page.locator("svg").count() == 1
    assert page.said == []  # type: ignore[attr-defined]
