# SPDX-License-Identifier: Apache-2.0
"""Signing in with a real OpenID provider, started by the tests; and with one that has been tampered with."""

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import oidc_provider_mock
import pytest
import werkzeug.serving
from oidc_provider_mock import User
from starlette.testclient import TestClient

from percontact.people import COMMAND_LINE, Role, State, accounts, audit, open_state, sessions
from percontact.values.problem import PercontactError
from percontact.web import make_app
from percontact.web.openid import OpenId
from percontact.web.provider import Provider, read_provider

# What the provider's own libraries say of each other is not about us.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CALLBACK = "http://127.0.0.1:8484/sign-in/oidc/callback"
USERS = (
    User(
        sub="ada-1",
        claims={
            "email": "ada@example.org",
            "email_verified": True,
            "name": "Ada L",
            "groups": ["leads", "all"],
        },
    ),
    User(sub="bob-1", claims={"email": "bob@example.org", "email_verified": True, "groups": ["all"]}),
    User(sub="eve-1", claims={"email": "ada@example.org", "email_verified": False}),
    User(sub="mallory-1", claims={}),
)


class Wire:
    """The provider's WSGI app; what goes over the wire can be seen, and changed."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app(require_nonce=True, user_claims=USERS).wsgi_app
        self.asked: list[dict[str, str]] = []
        self.client = ""
        self.change: Callable[[str, dict[str, str]], dict[str, str]] = lambda path, query: query

    def __call__(self, environ, start_response):
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        changed = self.change(environ["PATH_INFO"], query)
        if changed != query:
            environ["QUERY_STRING"] = urlencode(changed)
        if environ["PATH_INFO"] == "/oauth2/token":
            if self.client:
                basic = base64.b64encode(f"{self.client}:hush".encode()).decode()
                environ["HTTP_AUTHORIZATION"] = f"Basic {basic}"
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            self.asked.append(dict(parse_qsl(body.decode())))
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Wire]]:
    wire = Wire()
    server = werkzeug.serving.make_server("localhost", 0, wire, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://localhost:{server.server_port}", wire
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wire(served: tuple[str, Wire]) -> Iterator[Wire]:
    served[1].asked.clear()
    yield served[1]
    served[1].change = lambda path, query: query
    served[1].client = ""


@pytest.fixture
def issuer(served: tuple[str, Wire]) -> str:
    return served[0]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(tmp_path)
    yield opened
    opened.close()


def allow(address: str, sub: str) -> dict[str, str]:
    """Sign in at the provider as a person does, by its form; gives what the browser brings back."""
    answer = httpx2.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def sign_in(state: State, openid: OpenId, sub: str, *, browser: str = "b") -> str:
    answer = allow(openid.begin(state, browser, "/explain", CALLBACK), sub)
    session, back = openid.finish(state, browser, answer, CALLBACK, "192.0.2.7")
    assert back == "/explain"
    return session


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(PercontactError) as said:
        call()
    assert said.value.problem.code == "E-WHO-07"
    return said.value.problem.what


def of(state: State, session: str) -> tuple[str, str, Role]:
    found = sessions.find(state, session)
    assert found is not None
    assert found.who.person is not None
    return found.who.person.login, found.who.person.name, found.who.role


def test_who_has_an_account_of_the_verified_address_is_let_in(state: State, issuer: str) -> None:
    accounts.add(state, "Ada@example.org", Role.MANAGER, by=COMMAND_LINE, name="Ada")
    openid = OpenId(Provider(issuer, "percontact", "hush"))
    assert of(state, sign_in(state, openid, "ada-1")) == ("Ada@example.org", "Ada", Role.MANAGER)
    assert accounts.accounts(state)[0].openid
    # From now on issuer and subject count: the address may change at the provider.
    assert of(state, sign_in(state, openid, "ada-1"))[0] == "Ada@example.org"
    assert [e.act for e in audit.entries(state, login="Ada@example.org")] == ["signed in", "signed in"]


def test_an_address_that_is_not_verified_opens_nobodys_account(state: State, issuer: str) -> None:
    """eve-1 claims Ada's address, unverified"""
    accounts.add(state, "ada@example.org", Role.ADMIN, by=COMMAND_LINE)
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    assert "verified no e-mail address" in refused(lambda: sign_in(state, openid, "eve-1"))
    assert "verified no e-mail address" in refused(lambda: sign_in(state, openid, "mallory-1"))
    trusting = OpenId(Provider(issuer, "percontact", "hush", trust_email=True))
    # The provider says that it is not verified: that stands.
    assert "verified no e-mail address" in refused(lambda: sign_in(state, trusting, "eve-1"))


def test_unknown_people_come_in_only_where_a_role_is_set_for_them(state: State, issuer: str) -> None:
    closed = OpenId(Provider(issuer, "percontact", "hush"))
    assert "no account of yours" in refused(lambda: sign_in(state, closed, "bob-1"))
    (line,) = audit.entries(state)
    assert (line.act, line.login, line.address) == ("refused", "bob@example.org", "192.0.2.7")
    opened = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    assert of(state, sign_in(state, opened, "bob-1")) == ("bob@example.org", "bob", Role.VIEWER)


def test_roles_by_claim_rule_at_each_sign_in(state: State, issuer: str) -> None:
    """ada-1 is in groups leads and all, bob-1 in all"""
    groups = (("all", Role.VIEWER), ("leads", Role.MANAGER))
    openid = OpenId(Provider(issuer, "percontact", "hush", role_claim="groups", roles=groups))
    assert of(state, sign_in(state, openid, "ada-1"))[2] is Role.MANAGER
    assert of(state, sign_in(state, openid, "bob-1"))[2] is Role.VIEWER
    accounts.set_role(state, "bob@example.org", Role.ADMIN, by=COMMAND_LINE)
    assert of(state, sign_in(state, openid, "bob-1"))[2] is Role.VIEWER
    left = OpenId(Provider(issuer, "percontact", "hush", role_claim="groups", roles=groups[1:]))
    assert "no role here" in refused(lambda: sign_in(state, left, "bob-1"))


def test_who_is_switched_off_is_not_let_in(state: State, issuer: str) -> None:
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    sign_in(state, openid, "bob-1")
    accounts.switch(state, "bob@example.org", active=False, by=COMMAND_LINE)
    assert "switched off" in refused(lambda: sign_in(state, openid, "bob-1"))


def test_the_code_is_bound_to_who_asked_by_pkce(state: State, issuer: str, wire: Wire) -> None:
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    address = openid.begin(state, "b", "/", CALLBACK)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    openid.finish(state, "b", allow(address, "bob-1"), CALLBACK, "")
    (token,) = wire.asked
    hashed = hashlib.sha256(token["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(hashed).decode().rstrip("=")
    assert len({asked["state"], asked["nonce"], token["code_verifier"]}) == 3


def test_an_answer_works_once_for_its_browser_and_not_for_long(
    state: State, issuer: str, tmp_path: Path
) -> None:
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))

    def begun() -> dict[str, str]:
        return allow(openid.begin(state, "b", "/", CALLBACK), "bob-1")

    answer = begun()
    assert "not begun here" in refused(lambda: openid.finish(state, "another", answer, CALLBACK, ""))
    # Whoever tries it in another browser has used it up.
    assert "not begun here" in refused(lambda: openid.finish(state, "b", answer, CALLBACK, ""))
    answer = begun()
    openid.finish(state, "b", answer, CALLBACK, "")
    assert "came back before" in refused(lambda: openid.finish(state, "b", answer, CALLBACK, ""))
    wrong = begun() | {"state": "made-up"}
    assert "not begun here" in refused(lambda: openid.finish(state, "b", wrong, CALLBACK, ""))
    answer = begun()
    later = open_state(tmp_path, clock=lambda: state.now() + timedelta(minutes=11))
    assert "took too long" in refused(lambda: openid.finish(later, "b", answer, CALLBACK, ""))
    later.close()


def test_a_code_of_the_past_or_of_nobody_is_refused(state: State, issuer: str) -> None:
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    used = allow(openid.begin(state, "b", "/", CALLBACK), "bob-1")
    openid.finish(state, "b", used, CALLBACK, "")
    for code in (used["code"], "made-up", ""):
        again = allow(openid.begin(state, "b", "/", CALLBACK), "bob-1") | {"code": code}
        refused(lambda a=again: openid.finish(state, "b", a, CALLBACK, ""))
    denied = allow(openid.begin(state, "b", "/", CALLBACK), "bob-1")
    said = refused(
        lambda: openid.finish(state, "b", {"state": denied["state"], "error": "access_denied"}, CALLBACK, "")
    )
    assert said == "the provider says: access_denied"


def test_a_token_of_another_sign_in_is_refused_by_its_nonce(state: State, issuer: str, wire: Wire) -> None:
    """The nonce is changed on the way to the provider, so its token bears another"""
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    wire.change = lambda path, query: query | {"nonce": "another"} if "nonce" in query else query
    assert "'nonce'" in refused(lambda: sign_in(state, openid, "bob-1"))
    assert accounts.accounts(state) == []


def test_a_token_for_another_app_is_refused(state: State, issuer: str, wire: Wire) -> None:
    """On the wire the app's name is changed for another's, at both steps"""
    openid = OpenId(Provider(issuer, "percontact", "hush", default_role=Role.VIEWER))
    wire.change = lambda path, query: query | {"client_id": "another"} if "nonce" in query else query
    wire.client = "another"
    assert "'aud'" in refused(lambda: sign_in(state, openid, "bob-1"))
    assert accounts.accounts(state) == []


def test_a_description_of_another_issuer_is_refused(state: State, issuer: str) -> None:
    """localhost describes itself as localhost, whatever it is called by"""
    openid = OpenId(Provider(issuer.replace("localhost", "127.0.0.1") + "/sub", "percontact", "hush"))
    refused(lambda: openid.begin(state, "b", "/", CALLBACK))
    away = OpenId(Provider("http://localhost:1", "percontact", "hush"))
    assert "does not answer" in refused(lambda: away.begin(state, "b", "/", CALLBACK))


def test_the_whole_way_through_the_app(own_company: Path, issuer: str) -> None:
    """Sign-in page, provider, back with the code, the page that was wanted, sign-out"""
    provider = Provider(issuer, "percontact", "hush", name="Example", default_role=Role.VIEWER)
    app = make_app(own_company, provider=provider)
    with TestClient(app, base_url="http://127.0.0.1:8484", headers={"Accept": "text/html"}) as client:
        asked = client.get("/?period=2026-06")
        assert asked.url.path == "/sign-in"
        way = re.search(r'href="(/sign-in/oidc[^"]+)">Sign in with Example<', asked.text)
        assert way is not None
        sent = client.get(way[1].replace("&amp;", "&"), follow_redirects=False)
        assert sent.headers["set-cookie"].startswith("percontact-provider=")
        answer = allow(sent.headers["location"], "ada-1")
        page = client.get("/sign-in/oidc/callback", params=answer)
        assert (page.status_code, page.url.path, page.url.query) == (200, "/", b"period=2026-06")
        assert "Ada L" in page.text
        assert client.get("/overview.xlsx").status_code == 403
        again = client.get("/sign-in/oidc/callback", params=answer)
        assert again.status_code == 403
        assert "came back before" in again.text
        client.post("/sign-out")
        assert client.get("/").url.path == "/sign-in"


def test_settings_of_the_provider_come_from_file_and_environment(tmp_path: Path) -> None:
    """The environment goes first; half a setting is none"""
    (tmp_path / "sign-in.yaml").write_text(
        "issuer: https://login.example.org/\nclient_id: c\nrole_claim: realm.groups\n"
        "roles: {leads: manager, all: viewer}\n"
    )
    found = read_provider(tmp_path, {"PERCONTACT_OIDC_CLIENT_SECRET": "hush"})
    assert found is not None
    assert (found.issuer, found.client_secret) == ("https://login.example.org", "hush")
    assert "hush" not in repr(found)
    assert found.role_of({"realm": {"groups": ["all", "leads"]}}) is Role.MANAGER
    assert found.role_of({"realm": {"groups": "all"}}) is Role.VIEWER
    assert found.role_of({"realm": "all"}) is None
    roles = {"PERCONTACT_OIDC_ROLES": "heads=admin, all = analyst"}
    changed = read_provider(tmp_path, roles)
    assert changed is not None
    assert changed.roles == (("heads", Role.ADMIN), ("all", Role.ANALYST))
    assert read_provider(tmp_path / "elsewhere", {}) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("issuer: https://x.example", "`client_id` is missing"),
        ("issuer: http://x.example\nclient_id: c", "begins with https://"),
        ("issuer: https://x.example\nclient_id: c\nrole: x", "no setting 'role'"),
        ("issuer: https://x.example\nclient_id: c\nrole_claim: x", "go together"),
        ("- a", "no keys and values"),
        ("a: [", "cannot be read as YAML"),
    ],
)
def test_half_a_setting_of_the_provider_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "sign-in.yaml").write_text(text)
    assert says in refused(lambda: read_provider(tmp_path, {}))
