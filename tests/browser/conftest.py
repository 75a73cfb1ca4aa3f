# SPDX-License-Identifier: Apache-2.0
"""A real browser on the real app: Chromium, driven by Playwright, on a company of the demo's kind.

Where no Chromium is found these tests are left out and say so; `make browser` finds or installs one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from find_browser import find
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from percontact.web import make_app
from tests.people.conftest import quick_hashes
from tests.web.hostile import made

__all__ = ["browser", "desk", "hostile", "quick_hashes", "serve"]

# A machine that does much else draws a page late; the usual five seconds would tell of that alone.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests of this folder out where there is no browser, and say how to bring them back."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    if mine and find() is None:
        for item in mine:
            item.add_marker(
                pytest.mark.skip(reason="no Chromium was found; `make browser` brings these back")
            )


@dataclass
class Seen:
    """What a page did besides showing itself.

    console  messages of its console, and errors no script caught; policy violations are among them
    remote   addresses it asked for that are not the app's
    requests paths it asked for
    """

    console: list[str] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """An app that is served, and pages opened on it."""

    address: str
    browser: Browser

    def open(
        self, *, width: int = 1280, theme: str = "light", script: bool = True
    ) -> tuple[Page, Seen, BrowserContext]:
        """An empty page, what it will have done, and its context."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        page, seen = context.new_page(), Seen()
        page.on("console", lambda message: seen.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.console.append(str(error)))

        def asked(request: object) -> None:
            url = request.url  # type: ignore[attr-defined]
            ours = url.startswith((self.address, "data:", "blob:"))
            (seen.requests if ours else seen.remote).append(url.removeprefix(self.address))

        page.on("request", asked)
        return page, seen, context


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path | FastAPI], str]]:
    """Serve an app, or one over a folder: serve(FOLDER) gives its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def begin(app: Path | FastAPI) -> str:
        made = make_app(app) if isinstance(app, Path) else app
        config = uvicorn.Config(made, port=0, log_level="error", timeout_keep_alive=5)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.05)
            assert thread.is_alive(), "the app did not start"
        running.append((server, thread))
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield begin
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def desk(company: Path, serve: Callable[[Path | FastAPI], str], browser: Browser) -> Desk:
    """The app over the company, for who only reads."""
    return Desk(serve(company), browser)


@pytest.fixture(scope="session")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path | FastAPI], str], browser: Browser
) -> Desk:
    """The app over a company whose every name is a script or a formula."""
    return Desk(serve(made(tmp_path_factory.mktemp("hostile"))), browser)
