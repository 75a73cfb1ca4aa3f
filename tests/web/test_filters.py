# SPDX-License-Identifier: Apache-2.0
"""A filter on what is not there: every page, file and API address says so, and what is near."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.pipeline import land
from percontact.store.workspace import Workspace
from percontact.web import make_app
from percontact.web.gate import Rule
from percontact.web.screens import SCREENS

PLACES = {"id": "1", "metric": "cost_per_contact"}
FILTERED = [s for s in SCREENS if s.filters]
PAGES = [re.sub(r"{(\w+)}", lambda at: PLACES[at[1]], s.path) for s in FILTERED]
FILES = [("/overview" if p == "/" else p) + form for p in PAGES for form in (".json", ".csv", ".xlsx")]
API = ["/api/v1/" + a for a in ("cost", "measure", "explain", "locate", "opportunities", "watch")]
FIGURES = {"/api/v1/measure": "metric=customer_satisfaction&"}


def told(app: TestClient, address: str, query: str) -> tuple[int, str]:
    """Status and text of an answer."""
    answer = app.get(f"{address}?{FIGURES.get(address, '')}{query}")
    return answer.status_code, html.unescape(answer.text)


@pytest.mark.parametrize("address", [*PAGES, *FILES, *API])
def test_a_filter_on_what_no_contact_has_is_told_with_what_is_near(app: TestClient, address: str) -> None:
    for query in ("where=channel=vioce", "where=channel!=vioce", "where=channel=voice,vioce"):
        status, text = told(app, address, query)
        assert status == 400, (address, query)
        assert "no contact has channel" in text.lower()
        assert "vioce" in text
        assert "Did you mean voice?" in text


@pytest.mark.parametrize("address", PAGES)
def test_a_control_on_what_no_contact_has_is_told_the_same(app: TestClient, address: str) -> None:
    status, text = told(app, address, "channel=vioce&period=2026-06")
    assert (status, "Did you mean voice?" in text) == (400, True)


def test_every_address_of_the_api_that_takes_conditions_is_asked_above(app: TestClient) -> None:
    rules: list[Rule] = app.app.state.gate.rules  # type: ignore[attr-defined]
    told = {r.path for r in rules if r.path.startswith("/api/v1/") and "{" not in r.path}
    taken = {p for p in told if app.get(f"{p}?{FIGURES.get(p, '')}where=nosuch=1").status_code == 400}
    assert taken == set(API)


@pytest.fixture(scope="module")
def popup(company_as_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The company with a team that took two contacts in July 2025, and none in another month"""
    folder = Path(shutil.copytree(company_as_made, tmp_path_factory.mktemp("popup") / "company"))
    file = folder.parent / "popup.csv"
    rows = [f"popup-{n},2025-07-0{n} 09:00:00,voice,Popup,300" for n in (1, 2)]
    file.write_text("\n".join(["contact_id,started_at,channel,team,handle_s", *rows]) + "\n")
    land(Workspace.open(folder), "contacts", file)
    with TestClient(make_app(folder), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("address", [*PAGES, *API])
def test_a_filter_on_what_only_other_months_have_says_to_choose_another(
    popup: TestClient, address: str
) -> None:
    page = address in PAGES
    query = "period=2026-06&team=Popup" if page else "from=2026-06&to=2026-06&where=team=Popup"
    status, text = told(popup, address, query)
    assert status == 400
    assert "o contact of June 2026 has team 'Popup'" in text
    assert "Choose another period." in text
