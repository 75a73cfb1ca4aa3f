# SPDX-License-Identifier: Apache-2.0
"""Below Manager no page, file or answer of the API names an agent: asked of every route that there is."""

import html
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote_plus

import duckdb
import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from percontact.people import Role
from percontact.people.pseudonyms import pseudonym
from percontact.store.workspace import Workspace
from percontact.web import make_app
from percontact.web.gate import OPEN, Rule
from percontact.web.screens import SCREENS
from tests.web.named_agents import NAMES, TELLING, cookies, made

PLACES = {"id": "1-1-0-0", "n": "3", "metric": "cost_per_contact"}
"""What stands in the places of an address: a contact of ZQUUX-0417, the import by a mapping."""
SLOW = [s.path for s in SCREENS if s.slow] + ["/api/v1/watch", "/api/v1/opportunities"]
BELOW = (Role.VIEWER, Role.ANALYST)
NAMED_VIEW = f"/explore?by=reason&period=2026-06&where=agent%3D{NAMES[0]}"
"""A view that a manager shares with all; its menu stands beside every page."""


class House:
    """The app over the company, and a person of each role."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.rules: list[Rule] = client.app.state.gate.rules  # type: ignore[attr-defined]
        self.cookies = cookies(client)
        self.known = pseudonym(Workspace.open(folder).key, NAMES[0])

    def ask(self, role: Role, address: str):
        return self.client.get(address, headers={"Cookie": self.cookies[role]}, follow_redirects=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = made(tmp_path_factory.mktemp("named"))
    app = make_app(folder, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        found = House(client, folder)
        view = {"name": f"Calls of {NAMES[0]}", "address": NAMED_VIEW, "shared": "yes"}
        client.post("/views", data=view, headers={"Cookie": found.cookies[Role.MANAGER]})
        yield found


def addresses(rules: list[Rule]) -> list[str]:
    """Every address that is read, with something that is there in its places."""
    found = []
    for rule in rules:
        if "GET" in rule.methods and rule.needs != OPEN:
            found.append(re.sub(r"{(\w+)[^}]*}", lambda at: PLACES.get(at[1], "none"), rule.path))
    return [*found, "/data/imports/1", "/data/imports/1/aside.csv"]


def told(response) -> str:
    """All that an answer says, unpacked where it is packed, in small letters."""
    body = response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            text = " ".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    elif body[:4] == b"%PDF":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    elif body[:4] == b"PAR1":
        text = _rows(body)
    else:
        text = response.text
    return " ".join([text, *response.headers.values()]).lower()


def _rows(parquet: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(parquet)
        file.flush()
        return str(duckdb.sql(f"FROM '{file.name}'").fetchall())


def asked(address: str, known: str) -> list[str]:
    """Queries that ask for agents in every way that an address has; of files and slow pages the plainest."""
    mine, real = quote(f"agent={known}"), quote(f"agent={NAMES[0]}")
    plain = ["", "by=agent&period=2026-06", f"where={mine}&by=agent&period=2026-06", f"where={real}"]
    if address.endswith(".pdf"):
        return plain[1:2]
    if address in SLOW or re.search(r"\.\w+$", address):
        return plain
    return [
        *plain, "by=agent&by=reason", "by=Agent&from=2026-01&to=2026-06",
        f"where={quote('AGENT=' + NAMES[0])}", f"where={quote('agent !=' + NAMES[0])}",
        "where=agent=ZQUU&by=agent", "q=a", "q=ZQUUX-0417", "q=zquu", "sort=agent",
        "period=2026-06&compare=previous", "metric=cost_per_contact&by=agent", "table=contacts",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("role", BELOW)
def test_below_manager_nothing_names_an_agent(house: House, role: Role) -> None:
    """Every address that is read x every way to ask for agents"""
    named = []
    for address in addresses(house.rules):
        for query in asked(address, house.known):
            answer = house.ask(role, f"{address}?{query}")
            assert answer.status_code < 500, f"{address}?{query}: {answer.text[:300]}"
            own = query.lower().replace("%20", " ")
            text = told(answer)
            named += [(address, query, word) for word in TELLING if word in text and word not in own]
    assert named == []


def test_a_manager_is_told_the_names(house: House) -> None:
    """So that the test above finds what it looks for."""
    assert "zquux-0417" in told(house.ask(Role.MANAGER, "/explore?period=2026-06&by=agent"))
    assert "zquux-0417" in told(house.ask(Role.MANAGER, "/explore.xlsx?period=2026-06&by=agent"))
    assert "zquux-0417" in told(house.ask(Role.MANAGER, "/explore/contacts/1-1-0-0"))
    assert "usnorf-0421" in told(house.ask(Role.MANAGER, "/data/imports/1/aside.csv"))


@pytest.mark.parametrize(
    "way", ["agent={}", "Agent={}", " AGENT ={}", "agent!={}", "agent !={}", 'agent="{}"']
)
@pytest.mark.parametrize("path", [s.path for s in SCREENS if s.filters and not s.slow])
def test_below_manager_a_real_name_opens_no_figures(house: House, path: str, way: str) -> None:
    """Figures under a name that was guessed would tell whose they are."""
    path = re.sub(r"{(\w+)[^}]*}", lambda at: PLACES[at[1]], path)
    answer = house.ask(Role.ANALYST, f"{path}?where={quote(way.format(NAMES[0]))}")
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("role", BELOW)
@pytest.mark.parametrize("address", ["/", "/views", "/jump?q=calls+of", "/explore", "/data"])
def test_below_manager_a_shared_view_of_an_agent_stands_under_the_pseudonym(
    house: House, role: Role, address: str
) -> None:
    page = html.unescape(unquote_plus(house.ask(role, address).text))
    assert f"Calls of {house.known}" in page
    assert f"where=agent={house.known}" in page
    assert not [word for word in TELLING if word in page.lower()]


@pytest.mark.parametrize("role", Role)
def test_a_shared_view_of_an_agent_opens_the_same_figures_for_every_role(house: House, role: Role) -> None:
    """ZQUUX-0417 took 1 contact of each reason on 27 days of June, at 600 s; the others are quicker"""
    found = re.search(r'href="(/explore[^"]*)" data-letter="1"', house.ask(role, "/views").text)
    assert found
    page = house.ask(role, html.unescape(found[1]) + "&metric=contacts_offered")
    assert page.status_code == 200
    assert re.findall(r'<td class="number">(\d+)</td>', page.text)[:1] == ["27"]


def test_the_audit_names_agents_and_is_read_by_admins_alone(house: House) -> None:
    """What was seen is noted as it was asked for; who reads it may see agents by name."""
    asked = [house.ask(role, "/settings/audit").status_code for role in Role]
    assert asked == [403, 403, 403, 200]
    assert house.ask(Role.ADMIN, "/explore?period=2026-06&by=agent").text.count("ZQUUX-0417") > 0


def test_a_manager_may_ask_for_an_agent_by_the_pseudonym(house: House) -> None:
    """So that a link means the same to who sent it and to who opens it."""
    told = [
        house.ask(Role.MANAGER, f"/explore.json?period=2026-06&where={quote('agent=' + name)}").json()
        for name in (house.known, NAMES[0])
    ]
    assert told[0]["lines"] == told[1]["lines"] != []


def test_a_manager_who_mistypes_an_agent_is_told_the_nearest(house: House) -> None:
    page = html.unescape(house.ask(Role.MANAGER, "/explore?where=agent%3DZQUUX-0418").text)
    assert "Did you mean ZQUUX-0417" in page
