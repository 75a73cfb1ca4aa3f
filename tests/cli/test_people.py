# SPDX-License-Identifier: Apache-2.0
"""percontact people: an administrator at work without a browser."""

import re
from pathlib import Path

import pytest

from percontact.people import open_state, sessions
from percontact.people.links import use


@pytest.fixture
def books(shell, tmp_path: Path) -> Path:
    assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
    return tmp_path / "books"


def test_who_is_added_comes_in_by_the_link(shell, books: Path) -> None:
    added = shell(
        "-C", "books", "people", "add", "ada@example.org", "--role", "admin", "--url", "https://c.example/"
    )
    assert added.code == 0
    assert "Added ada@example.org as Admin.\nhttps://c.example/first?link=" in added.out
    secret = added.out.strip().rpartition("link=")[2]
    state = open_state(books)
    found = sessions.find(state, use(state, secret, "correct horse battery"))
    assert found is not None
    assert (found.who.login, found.who.role.value) == ("ada@example.org", "admin")
    state.close()
    listed = shell("-C", "books", "people", "list").out
    assert re.search(r"(?m)^ada@example.org +ada +Admin +password +20\d\d-\d\d-\d\d \d\d:\d\d$", listed)


def test_roles_are_given_and_accounts_switched_off_and_on(shell, books: Path) -> None:
    for login in ("ada", "bob"):
        shell("-C", "books", "people", "add", login, "--role", "admin")
    assert shell("-C", "books", "people", "role", "BOB", "manager").out == "bob is Manager now.\n"
    assert shell("-C", "books", "people", "disable", "bob").code == 0
    assert [
        (p["login"], p["role"], p["active"]) for p in shell("people", "list", "--json", "-C", "books").json
    ] == [
        ("ada", "admin", True),
        ("bob", "manager", False),
    ]
    refused = shell("-C", "books", "people", "link", "bob")
    assert (refused.code, refused.out) == (1, "")
    assert "bob is switched off" in refused.err
    assert shell("-C", "books", "people", "enable", "bob").code == 0
    assert shell("-C", "books", "people", "link", "bob", "--json").json["hours"] == 72


def test_a_login_that_there_is_not_is_told_with_near_ones(shell, books: Path) -> None:
    shell("-C", "books", "people", "add", "ada@example.org")
    refused = shell("-C", "books", "people", "role", "adda@example.org", "admin")
    assert refused.code == 2
    assert "Did you mean ada@example.org?" in refused.err


def test_with_no_account_it_says_what_that_means(shell, books: Path) -> None:
    listed = shell("-C", "books", "people", "list")
    assert "this machine alone" in listed.out
    assert "people add" in listed.err


def test_without_its_libraries_it_says_how_to_get_them(
    shell, books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in [n for n in sys.modules if n == "percontact.people" or n.startswith("percontact.people.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "alembic", None)
    refused = shell("-C", "books", "people", "list")
    assert refused.code == 1
    assert "alembic is not installed        E-LIB-01" in refused.err
    assert "pip install 'percontact[web]'" in refused.err
