# SPDX-License-Identifier: Apache-2.0
"""Pages that stand in no menu: the door, people, files on their way in, jobs, receipts, what went wrong.

What holds for every screen holds for them: WCAG 2.2 AA light and dark, on a desk and on a phone, a quiet
console, nothing from elsewhere, forms without script, keys, print.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, Who, accounts, links, tokens
from percontact.values.problem import Problem
from percontact.web import make_app
from percontact.web.jobs import Job
from percontact.web.provider import Provider
from tests.browser.conftest import Desk
from tests.browser.test_every_page import violations
from tests.web.first_use import CALLS
from tests.web.named_agents import cookies, made

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Seen

pytestmark = pytest.mark.slow

LOOKS = (("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390))
FILE = ("calls.csv", CALLS)


@dataclass(frozen=True)
class House:
    """Three apps: with accounts, with a provider, over an empty folder; and what stands in their addresses.

    places  name in a path below -> what stands for it
    """

    accounts: Desk
    provider: Desk
    empty: Desk
    cookies: dict[Role, str]
    places: dict[str, str]

    def open(self, case: Case, **how: object) -> tuple[Page, Seen, str, Callable[[], None]]:
        """A page for a case, what it will have done, its address, and how to close it."""
        desk: Desk = getattr(self, case.at)
        page, seen, context = desk.open(**how)  # type: ignore[arg-type]
        if case.role:
            name, _, value = self.cookies[case.role].partition("=")
            context.add_cookies([{"name": name, "value": value, "url": desk.address}])
        return page, seen, case.path.format(**self.places), context.close


@dataclass(frozen=True)
class Case:
    """A page: where it is, who looks at it, what it is answered with, and a sentence of it."""

    path: str
    says: str
    role: Role | None = Role.ADMIN
    at: str = "accounts"
    status: int = 200


CASES = {
    "sign-in": Case("/sign-in", "Sign in", None),
    "sign-in with a provider": Case("/sign-in", "Or with a password", None, "provider"),
    "one-time link": Case("/first?link={link}", "Set your password", None),
    "a link that works no more": Case("/first?link=none", "", None, status=404),
    "account with tokens": Case("/account", "API tokens"),
    "people": Case("/settings/people", "People"),
    "audit": Case("/settings/audit", "signed in"),
    "welcome": Case("/welcome", "What does one contact cost you?", None, "empty"),
    "upload with questions": Case("/data/uploads/{asked}", "What the file cannot tell"),
    "upload with its preview": Case("/data/uploads/{ready}", "Import into"),
    "upload that cannot be read": Case("/data/uploads/{wrong}", ""),
    "job at work": Case("/data/jobs/{running}", "Reading rows: 50,000 of 400,000 rows"),
    "job that is done": Case("/data/jobs/{done}", "397 landed"),
    "job that failed": Case("/data/jobs/{failed}", "It did not work"),
    "receipt with rows set aside": Case("/data/imports/1", "Rows set aside"),
    "receipt as a Viewer sees it": Case("/data/imports/1", "Rows set aside", Role.VIEWER),
    "receipt of a mapped file": Case("/data/imports/3", "How its columns were read"),
    "undo": Case("/data/imports/1/undo", "Undo the import"),
    "a contact": Case("/explore/contacts/1-1-0-0", "How each rate came about"),
    "a metric": Case("/measures/cost_per_contact", "Cost per contact"),
    "a search that finds nothing": Case("/jump?q=zzzz", "zzzz"),
    "API": Case("/api", "API"),
    "no such page": Case("/nowhere", "There is no such page", status=404),
    "not allowed": Case("/settings/people", "role Admin is needed", Role.VIEWER, status=403),
    "a question that cannot be asked": Case("/explore?by=chanel", "chanel", status=400),
    "a fault of ours": Case("/jump?q=fault", "Something went wrong here", status=500),
}


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path | FastAPI], str], browser: Browser
) -> House:
    folder = made(tmp_path_factory.mktemp("beside"))
    app = make_app(folder, alone=False)
    client = TestClient(app, base_url="http://127.0.0.1")
    known = cookies(client)
    client.headers["Cookie"] = known[Role.ADMIN]
    state = app.state.entrance.state
    accounts.add(state, "new@example.org", Role.VIEWER, by=COMMAND_LINE, name="Nora New")
    admin = accounts.get(state, "admin")
    tokens.make(
        state, admin, "nightly", Role.VIEWER, timedelta(days=1), by=Who(admin, Role.ADMIN, "password")
    )
    places = {"link": links.invite(state, "new@example.org", by=COMMAND_LINE), **uploads(client)}
    places |= jobs(app)
    far = make_app(
        folder, alone=False, provider=Provider("https://login.example", "percontact", name="Example")
    )
    nothing = tmp_path_factory.mktemp("empty")
    served = [Desk(serve(one), browser) for one in (app, far, make_app(nothing))]
    return House(*served, known, places)


def uploads(client: TestClient) -> dict[str, str]:
    """Files on their way in: one asked about, one ready, one that cannot be read as what was said."""

    def sent(name: str, into: str = "contacts", **said: str) -> str:
        page = client.post("/data/uploads", data={"into": into}, files={"file": (name, CALLS)})
        address = str(page.url.path)
        if said:
            client.post(address, data={"say": "answers", **said})
        return address.rpartition("/")[2]

    answers = {"answer started_at.order": "dmy", "answer talk_s.unit": "s"}
    found = {"asked": sent("calls.csv"), "ready": sent("june.csv", **answers)}
    wrong = client.post(
        "/data/uploads", data={"into": "ledger"}, files={"file": ("short.csv", "Name\nMany words\n")}
    )
    return found | {"wrong": str(wrong.url.path).rpartition("/")[2]}


def jobs(app: FastAPI) -> dict[str, str]:
    """Jobs in the states they go through, as the desk remembers them."""
    desk, now = app.state.desk, datetime.now(UTC)
    result = {"imports": [1], "unchanged": False, "seen": 400, "landed": 397, "merged": 0, "aside": 3,
              "table": "contacts"}  # fmt: skip
    problem = Problem("E-WS-08", "workspace", "there is no room left", "Nothing was changed.", "Make room.")
    told = {
        "running": {"state": "running", "stage": "reading rows", "done": 50_000, "total": 400_000},
        "done": {"state": "done", "ended": now, "result": result},
        "failed": {"state": "failed", "ended": now, "problem": problem},
    }
    for name, how in told.items():
        asked = {"upload": "0" * 16}
        desk.jobs._note(Job(name, "import", "Import calls.csv into contacts", "admin", now, asked, **how))
    return {name: name for name in told}


@pytest.fixture(autouse=True)
def fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search for `fault` meets one."""
    from percontact.web import jump

    known = jump.jumped

    def jumped(book, word, **how):  # type: ignore[no-untyped-def]
        if word == "fault":
            raise RuntimeError("as ordered")
        return known(book, word, **how)

    monkeypatch.setattr(jump, "jumped", jumped)


def goto(page: Page, address: str, case: Case) -> None:
    answered = page.goto(address)
    assert answered is not None
    assert answered.status == case.status
    expect(page.locator("main")).to_contain_text(case.says)
    expect(page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("name", CASES)
def test_every_page_beside_is_accessible_quiet_fits_and_is_walked_by_keys(house: House, name: str) -> None:
    """Loaded once, walked by keys, then looked at light and dark, at 1280 and 390 px"""
    case = CASES[name]
    page, seen, address, close = house.open(case)
    goto(page, address, case)
    walked(page)
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], (theme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "wider than the screen"
    # The browser itself notes an answer that is an error.
    assert [line for line in seen.console if "the server responded with a status" not in line] == []
    assert seen.remote == []
    close()


@pytest.mark.parametrize("name", CASES)
def test_every_page_beside_is_whole_without_script_and_on_paper(house: House, name: str) -> None:
    """Each form can be sent, what is printed reads back"""
    case = CASES[name]
    page, seen, address, close = house.open(case, script=False)
    goto(page, address, case)
    for form in page.locator("form:visible").all():
        sends = form.locator("button, input[type=search]")
        expect(sends.first).to_be_visible()
    title = page.locator("h1").inner_text()
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(page.pdf())).pages)
    assert re.sub(r"\W+", "", title) in re.sub(r"\W+", "", text)
    assert "Skip to the page" not in text
    assert seen.remote == []
    close()


STEP = """() => { const e = document.activeElement; const r = e.getBoundingClientRect();
  const s = getComputedStyle(e);
  return {tag: e.tagName, seen: r.width > 0 && r.height > 0,
    marked: e === document.body || e.type === "date" ||
      s.outlineStyle !== "none" || s.boxShadow !== "none"}; }"""


def walked(page: Page) -> None:
    """Each step of Tab lands on something that is seen and marked, each field is reached, none is a trap."""
    # A field that is focused as the page opens is met last.
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    fields = page.locator("main :is(input, select, textarea, button):visible").count()
    groups = page.evaluate(
        "() => new Set([...document.querySelectorAll('main input[type=radio]')].map((r) => r.name)).size"
    )
    radios = page.locator("main input[type=radio]:visible").count()
    met = []
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate(STEP)
        if at["tag"] == "BODY" and met:
            break
        met.append(at)
    assert [at for at in met if not at["seen"] or not at["marked"]] == []
    reached = sum(at["tag"] in ("INPUT", "SELECT", "TEXTAREA", "BUTTON") for at in met)
    assert reached >= fields - radios + groups - page.locator("main input.hidden").count(), json.dumps(met)
