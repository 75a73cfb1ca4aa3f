# SPDX-License-Identifier: Apache-2.0
"""Take a picture of each page of the app, on the demo company, for docs/screens.md.

    python tools/take_screenshots.py                    all of them
    python tools/take_screenshots.py /explain /watch    those of these addresses; the others stay
    python tools/take_screenshots.py --company FOLDER   on a demo company made already, which stays as it is

The company is the one of `percontact demo`, from its fixed seed, and taken for imported on one fixed day: so
the same code gives the same pictures. They are WebP as Chromium packs them, some 80 kB each.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from find_browser import find
from playwright.sync_api import Browser, Page, expect, sync_playwright

from percontact.demo.make import make_demo
from percontact.store.manifest import NAME as MANIFEST
from percontact.web import make_app
from percontact.web.screens import SCREENS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "screens.md"
FOLDER = ROOT / "docs" / "screens"
IMPORTED = "2026-07-01T09:00:00+00:00"
"""When all of the company came in, as its pages say: a picture bears no clock."""
FEW_CONTACTS = 2_000
"""Of the company behind pages that show none of its figures."""
HEIGHT, MOST_HEIGHT = 900, 1350
"""Pixels of a window, and of a picture: what is further down is more of the same."""
QUALITY = 78
"""Of 100. Thin lines and small text stay clean from about 75 on."""

UPLOADED = """Ticket,Opened,Channel,Topic,Solved,Minutes
T-1001,2026-06-01 08:12,Phone,Where is my order,yes,6.5
T-1002,2026-06-01 08:40,Chat,Change of address,yes,4.0
T-1003,2026-06-01 09:05,E-mail,Refund,no,11.5
T-1004,2026-06-02 10:31,Phone,Refund,yes,8.0
"""
"""A file of somebody's own, with headers of its own: what the wizard is shown with."""


@dataclass(frozen=True)
class Shot:
    """One picture.

    place  which app it is taken of: demo, empty, accounts
    path   where; what is in braces is filled in by `FILLED`
    """

    name: str
    title: str
    says: str
    path: str
    place: str = "demo"
    theme: str = "light"
    width: int = 1280


def slug(path: str) -> str:
    """The file of a page.

    >>> slug("/"), slug("/explore/contacts/{id}")
    ('overview', 'explore-contacts-id')
    """
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "overview"


def shots() -> list[Shot]:
    """All pictures, in the order of the page."""
    first = [
        Shot("welcome", "Welcome", "The first page of an empty folder.", "/welcome", "empty"),
        Shot("sign-in", "Sign in", "Where accounts are kept, everybody signs in.", "/sign-in", "accounts"),
    ]
    screens = [Shot(slug(s.path), s.name, s.shows, s.path) for s in SCREENS]
    wizard = Shot(
        "wizard", "Bringing a file", "How a file would be read, before anything counts.", "/data", "own"
    )
    other = [
        Shot("overview-dark", "Overview, dark", "As the system or the reader has it.", "/", theme="dark"),
        Shot("explain-dark", "Explain, dark", "Colours keep their meaning.", "/explain", theme="dark"),
        Shot("overview-phone", "Overview on a phone", "390 pixels wide.", "/", width=390),
        Shot("explain-phone", "Explain on a phone", "390 pixels wide.", "/explain", width=390),
    ]
    return [*first, *screens, wizard, *other]


@contextmanager
def served(folder: Path, *, alone: bool = True) -> Iterator[str]:
    """An app over a folder, at an address of its own."""
    server = uvicorn.Server(uvicorn.Config(make_app(folder, alone=alone), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
        if not thread.is_alive():
            raise SystemExit("The app did not start.")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def take(page: Page, shot: Shot, address: str) -> tuple[bytes, str]:
    """A picture, and in a sentence what it shows."""
    if "{id}" in shot.path:
        page.goto(f"{address}/explore/contacts")
        page.locator("main tbody a").first.click()
        page.wait_for_url("**/explore/contacts/*")
    else:
        answered = page.goto(address + shot.path.replace("{metric}", "cost_per_contact"))
        if answered is None or answered.status != 200:
            raise SystemExit(f"{shot.path} answers with {answered.status if answered else 'nothing'}.")
    if shot.place == "own":
        page.locator("input[type=file]").set_input_files(
            {"name": "tickets.csv", "mimeType": "text/csv", "buffer": UPLOADED.encode()}
        )
        page.locator("main form button.primary").click()
        page.wait_for_url("**/uploads/**")
        page.locator("main select").first.select_option("contacts")
        page.locator("main form button.primary").first.click()
    # Figures that are being made: the page comes by itself when they are there.
    expect(page.locator("main > progress")).to_have_count(0, timeout=600_000)
    page.wait_for_load_state("networkidle")
    for box in page.locator("[data-chart]").all():
        expect(box.locator("svg")).to_have_count(1, timeout=30_000)
    said = page.locator("main .headline, main h1").last.inner_text()
    page.evaluate("document.activeElement?.blur()")
    tall = page.evaluate("document.documentElement.scrollHeight")
    shown = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": QUALITY,
            "captureBeyondViewport": True,
            "clip": {
                "x": 0, "y": 0, "width": shot.width, "height": min(tall, MOST_HEIGHT), "scale": 1
            },
        },
    )  # fmt: skip
    return base64.b64decode(shown["data"]), " ".join(said.split())


def write_page(said: dict[str, str]) -> None:
    """The page that shows them, each with what it says for those who do not see it."""
    lines = [
        "<!-- Made by tools/take_screenshots.py (`make screenshots`). -->",
        "",
        "# The app in pictures",
        "",
        "Each page on the demo company, which is made up.",
        "To see them live: `percontact demo demo`, then `percontact -C demo serve`.",
    ]
    for shot in shots():
        alt = f"{shot.title}: {said[shot.name]}".replace("[", "(").replace("]", ")")
        lines += ["", f"## {shot.title}", "", shot.says, "", f"![{alt}](screens/{shot.name}.webp)"]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def told() -> dict[str, str]:
    """What pictures taken before say, by name."""
    if not PAGE.is_file():
        return {}
    found = (line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("!["))
    return {line[line.rindex("/") + 1 : -6]: line[2 : line.rindex("](")].partition(": ")[2] for line in found}


def main(arguments: Sequence[str]) -> int:
    """Take those asked for, write the page."""
    parser = argparse.ArgumentParser(description="Take a picture of each page of the app.")
    parser.add_argument("paths", nargs="*", metavar="ADDRESS")
    parser.add_argument("--company", type=Path, metavar="FOLDER")
    asked = parser.parse_args(arguments)
    FOLDER.mkdir(exist_ok=True)
    said = told()
    wanted = [s for s in shots() if not asked.paths or s.name not in said or s.path in asked.paths]
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running, sync_playwright() as playwright:
        addresses = opened(Path(scratch), asked.company, running)
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for shot in wanted:
            made, said[shot.name] = taken(browser, shot, addresses[shot.place])
            (FOLDER / f"{shot.name}.webp").write_bytes(made)
            print(f"{shot.name:20} {len(made) / 1000:4.0f} kB  {said[shot.name][:84]}")
        browser.close()
    kept = {shot.name for shot in shots()}
    for left in [f for f in FOLDER.glob("*.webp") if f.stem not in kept]:
        left.unlink()
    write_page(said)
    print(f"{sum(f.stat().st_size for f in FOLDER.glob('*.webp')) / 1e6:.2f} MB in all")
    return 0


def opened(scratch: Path, company: Path | None, running: ExitStack) -> dict[str, str]:
    """An app for each place that pictures are taken of."""
    if company:
        shutil.copytree(company, scratch / "demo")
    else:
        make_demo(scratch / "demo")
    small = scratch / "small" / "demo"
    make_demo(small, contacts=FEW_CONTACTS)
    for folder in (scratch / "demo", small):
        with closing(sqlite3.connect(folder / MANIFEST)) as manifest, manifest:
            manifest.execute("UPDATE snapshots SET at = ?", (IMPORTED,))
    shutil.copytree(small, scratch / "accounts" / "demo")
    (scratch / "new" / "books").mkdir(parents=True)
    return {
        "demo": running.enter_context(served(scratch / "demo")),
        "empty": running.enter_context(served(scratch / "new" / "books")),
        "accounts": running.enter_context(served(scratch / "accounts" / "demo", alone=False)),
        "own": running.enter_context(served(small)),
    }


def taken(browser: Browser, shot: Shot, address: str) -> tuple[bytes, str]:
    """A picture in a window of its own."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": HEIGHT},
        color_scheme=shot.theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    context.set_default_timeout(600_000)
    try:
        return take(context.new_page(), shot, address)
    finally:
        context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
