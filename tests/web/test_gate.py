# SPDX-License-Identifier: Apache-2.0
"""Who may see what: each role on each route, made from the app's own list of routes."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, PERMISSIONS, Role, Who, accounts, audit, tokens
from percontact.people.audit import Entry
from percontact.people.sign_in import sign_in
from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace
from percontact.web import make_app
from percontact.web.entrance import Entrance
from percontact.web.gate import OPEN, Rule

PASSWORD = "correct horse battery"
PAGE = {"Accept": "text/html"}


class House:
    """The app with a person of each role."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.entrance: Entrance = client.app.state.entrance  # type: ignore[attr-defined]
        self.rules: list[Rule] = client.app.state.gate.rules  # type: ignore[attr-defined]
        self.state = self.entrance.state
        self.cookies, self.tokens = {}, {}
        for role in Role:
            person = accounts.add(self.state, role.value, role, by=COMMAND_LINE, password=PASSWORD)
            self.cookies[role] = sign_in(self.state, role.value, PASSWORD)
            if role.may("make_tokens"):
                by = Who(person, role, "password")
                self.tokens[role] = tokens.make(self.state, person, "test", role, timedelta(days=1), by=by)

    def ask(self, role: Role | None, method: str, path: str, **headers: str):
        cookie = {"Cookie": f"percontact={self.cookies[role]}"} if role else {}
        return self.client.request(method, path, headers=cookie | headers, follow_redirects=False)

    def audit(self, **asked) -> list[Entry]:
        self.entrance.looking.write()
        return audit.entries(self.state, **asked)


@pytest.fixture(scope="module")
def house(company_as_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    import shutil

    folder = shutil.copytree(company_as_made, tmp_path_factory.mktemp("house") / "company")
    app = make_app(folder, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield House(client)


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[House]:
    """
    contacts  2026-06  4 voice, 4 email, 300 s each; two months before as many
    ledger    2026-06  6000 600.00, and as much in each of the two months before
    """
    contacts = [
        f"c{month}{n},2026-{month:02}-0{n + 1} 09:00:00,{'voice' if n % 2 else 'email'},300"
        for month in (4, 5, 6)
        for n in range(8)
    ]
    ledger = [f"2026-{month:02},l{month},6000,Salaries,600.00" for month in (4, 5, 6)]
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    for table, head, rows in (
        ("contacts", "contact_id,started_at,channel,handle_s", contacts),
        ("ledger", "date,line_id,account,account_name,amount", ledger),
    ):
        (tmp_path / f"{table}.csv").write_text("\n".join([head, *rows]) + "\n")
        assert land(workspace, table, tmp_path / f"{table}.csv").aside == 0
    app = make_app(workspace.path, alone=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield House(client)


def address(path: str) -> str:
    """A route's address with something in its places."""
    return re.sub(r"{[^}]+}", "999999", path)


def all_routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes, and those of apps and routers that stand among them."""
    for route in routes:
        within = getattr(route, "original_router", route if isinstance(route, Mount) else None)
        yield from [route] if within is None else all_routes(within.routes or [])


def test_no_route_stands_beside_the_gate(house: House) -> None:
    """A route without a rule, or of a rule that the gate does not know, fails here"""
    passed = {(rule.path, method) for rule in house.rules for method in rule.methods}
    beside = [
        (getattr(route, "path", repr(route)), method)
        for route in all_routes(house.client.app.routes)  # type: ignore[attr-defined]
        for method in (getattr(route, "methods", None) or {"?"}) - {"HEAD"}
        if not isinstance(route, Route) or (route.path, method) not in passed
    ]
    assert beside == []


def test_only_what_signing_in_needs_is_open(house: House) -> None:
    opened = {rule.path for rule in house.rules if rule.needs == OPEN}
    known = {
        "/assets/{name}", "/sign-in", "/sign-out", "/first", "/sign-in/oidc", "/sign-in/oidc/callback"
    }  # fmt: skip
    assert opened <= known


def test_a_rule_names_a_permission_that_there_is() -> None:
    async def call(request, person):
        raise AssertionError

    with pytest.raises(ValueError, match="no permission 'fly'"):
        Rule("/x", "fly", call)


@pytest.mark.slow
def test_each_role_passes_where_it_may_and_nowhere_else(small_house: House) -> None:
    """Every route and method of the app, for nobody and each of the four roles"""
    house, wrong = small_house, []
    for rule in (r for r in house.rules if r.needs != OPEN):
        for method in rule.methods:
            path = address(rule.path)
            nobody = house.ask(None, method, path)
            if nobody.status_code != 401:
                wrong.append((method, path, "nobody", nobody.status_code))
            for role in Role:
                status = house.ask(role, method, path).status_code
                # What lies behind may say that there is no such thing; a 403 comes from the gate alone.
                if (status == 403) != (PERMISSIONS[rule.needs].role.rank > role.rank) or status == 401:
                    wrong.append((method, path, role.value, status))
    assert wrong == []


def test_who_has_not_signed_in_is_sent_to_do_so_and_comes_back(house: House) -> None:
    sent = house.ask(None, "GET", "/?period=2026-06", **PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?back=%2F%3Fperiod%3D2026-06")
    part = house.ask(None, "GET", "/", **PAGE, **{"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?back=%2F")
    program = house.ask(None, "GET", "/overview.json")
    assert program.status_code == 401
    assert program.json()["problem"]["code"] == "E-WHO-09"


def test_a_token_works_as_its_role_and_a_wrong_one_not_as_the_cookie_beside_it(house: House) -> None:
    def ask(token: str, **more: str) -> int:
        return house.ask(None, "GET", "/overview.json", Authorization=f"Bearer {token}", **more).status_code

    assert ask(house.tokens[Role.ANALYST]) == 200
    assert ask("pct_made_up", Cookie=f"percontact={house.cookies[Role.ADMIN]}") == 401


def test_a_refusal_says_which_role_is_needed(house: House) -> None:
    page = house.ask(Role.VIEWER, "GET", "/overview.xlsx", **PAGE)
    assert page.status_code == 403
    assert "role Analyst is needed" in page.text
    assert "You are a Viewer" in page.text


def test_what_is_seen_taken_away_and_refused_is_noted(house: House) -> None:
    house.ask(Role.ANALYST, "GET", "/?period=2026-06", **PAGE)
    house.ask(Role.ANALYST, "GET", "/overview.csv?period=2026-06")
    house.ask(Role.VIEWER, "GET", "/overview.csv")
    viewed, exported, refused = (
        house.audit(act=act, limit=1)[0] for act in ("viewed", "exported", "refused")
    )
    assert (viewed.login, viewed.what) == ("analyst", "/?period=2026-06")
    assert (exported.login, exported.what) == ("analyst", "/overview.csv?period=2026-06")
    assert (refused.login, refused.what, refused.detail) == ("viewer", "/overview.csv", {"needs": "export"})


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "http://127.0.0.1"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, True),
    ],
)
def test_what_changes_something_comes_from_a_page_of_ours(
    house: House, headers: dict[str, str], passes: bool
) -> None:
    status = house.ask(Role.ADMIN, "POST", "/sign-in", **headers).status_code
    assert (status != 403) == passes


def test_alone_on_the_machine_nobody_signs_in_until_there_is_an_account(own_company: Path) -> None:
    with TestClient(make_app(own_company), base_url="http://127.0.0.1:8484") as client:
        assert client.get("/overview.json").status_code == 200
        assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/"
        entrance: Entrance = client.app.state.entrance  # type: ignore[attr-defined]
        accounts.add(entrance.state, "ada", Role.ADMIN, by=COMMAND_LINE)
        entrance._looked -= 10
        assert client.get("/overview.json").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8484", "192.0.2.7:8484", ""])
def test_alone_on_the_machine_no_other_name_reaches_it(own_company: Path, host: str) -> None:
    """A page of another site that lets its own name point to this machine"""
    with TestClient(make_app(own_company), base_url="http://127.0.0.1:8484") as client:
        refused = client.get("/overview.json", headers={"Host": host})
    assert refused.status_code == 403
    assert refused.json()["problem"]["code"] == "E-WEB-04"


@pytest.mark.parametrize(
    "path", ["/", "/explain", "/cost-map", "/opportunities", "/overview.json", "/api/v1/cost"]
)
def test_below_manager_no_answer_tells_a_named_agent_apart(house: House, path: str) -> None:
    """Screens that show no pseudonyms refuse; who may see agents by name is let through."""
    asked = f"{path}?where=agent=somebody" if path != "/api/v1/cost" else f"{path}?by=agent"
    assert house.ask(Role.ANALYST, "GET", asked, **PAGE).status_code == 403
    assert house.ask(Role.MANAGER, "GET", asked, **PAGE).status_code != 403
