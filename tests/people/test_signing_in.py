# SPDX-License-Identifier: Apache-2.0
"""Accounts, sign-in, sessions, links and tokens, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from percontact.people import COMMAND_LINE, Person, Role, State, Who, accounts, audit, links, sessions, tokens
from percontact.people.sign_in import sign_in
from percontact.people.waits import wait
from percontact.values.problem import PercontactError

PASSWORD = "correct horse battery"
Make = Callable[..., Person]


def code(call: Callable[[], object]) -> str:
    """The code that a call is refused with."""
    with pytest.raises(PercontactError) as refused:
        call()
    return refused.value.problem.code


def as_who(person: Person) -> Who:
    return Who(person, person.role, "password")


class TestAccounts:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_a_login_is_one_whatever_its_capitals(self, state: State, person: Make) -> None:
        person("Ada@Example.org")
        assert code(lambda: accounts.add(state, "ada@example.ORG", Role.ADMIN, by=COMMAND_LINE)) == "E-WHO-06"
        assert accounts.get(state, " ADA@example.org ").login == "Ada@Example.org"

    @pytest.mark.parametrize(
        "login", ["", "  ", "a b", "ada@", "@x", "a@b@c", "local", "x" * 255, "a\u200eb"]
    )
    def test_a_login_that_is_none_is_refused(self, state: State, login: str) -> None:
        assert code(lambda: accounts.add(state, login, Role.VIEWER, by=COMMAND_LINE)) == "E-WHO-06"

    def test_there_is_always_an_admin(self, state: State, person: Make) -> None:
        person("ada", "admin")
        for call in (
            lambda: accounts.set_role(state, "ada", Role.MANAGER, by=COMMAND_LINE),
            lambda: accounts.switch(state, "ada", active=False, by=COMMAND_LINE),
        ):
            assert code(call) == "E-WHO-08"
        assert accounts.get(state, "ada").role is Role.ADMIN
        assert accounts.get(state, "ada").active
        person("bob", "admin")
        assert accounts.set_role(state, "ada", Role.MANAGER, by=COMMAND_LINE).role is Role.MANAGER

    def test_who_is_alone_on_the_machine_cannot_sign_in(self, state: State) -> None:
        alone = accounts.local_person(state)
        assert accounts.local_person(state) == alone
        assert alone.role is Role.ADMIN
        assert not accounts.there_are_accounts(state)
        assert accounts.accounts(state) == []
        assert code(lambda: sign_in(state, "local", "")) == "E-WHO-01"

    @pytest.mark.parametrize(
        ("password", "says"),
        [
            ("short", "it has 5 signs"),
            ("x" * 201, "200 is the most"),
            ("hello ada.lovelace", "'lovelace'"),
            ("aaaaaaaaaaaaab", "repeats"),
            ("Password-2026!", "everybody"),
            ("123456789012", "everybody"),
            ("210987654321", "everybody"),
        ],
    )
    def test_a_password_that_can_be_guessed_is_refused(
        self, state: State, person: Make, password: str, says: str
    ) -> None:
        ada = person("ada.lovelace@example.org")
        with pytest.raises(PercontactError, match=says) as refused:
            accounts.set_password(state, ada, password, by=COMMAND_LINE)
        assert refused.value.problem.code == "E-WHO-04"
        assert sign_in(state, ada.login, PASSWORD)

    def test_a_new_password_ends_all_sessions(self, state: State, person: Make) -> None:
        ada = person("ada")
        session = sign_in(state, "ada", PASSWORD)
        accounts.set_password(state, ada, "another long one", by=as_who(ada))
        assert sessions.find(state, session) is None
        assert code(lambda: sign_in(state, "ada", PASSWORD)) == "E-WHO-01"
        assert sign_in(state, "ada", "another long one")

    def test_the_same_word_may_be_typed_on_another_keyboard(self, state: State, person: Make) -> None:
        """é as one sign, and as e with an accent"""
        person("ada", password="caf\u00e9 au lait noir")
        assert sign_in(state, "ada", "cafe\u0301 au lait noir")


class TestSignIn:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_the_session_tells_who_it_is(self, state: State, person: Make) -> None:
        ada = person("ada", "analyst")
        found = sessions.find(state, sign_in(state, "ADA", PASSWORD, address="192.0.2.7"))
        assert found is not None
        assert (found.who.person, found.who.role, found.who.means) == (ada, Role.ANALYST, "password")
        assert found.who.address == "192.0.2.7"

    def test_wrong_unknown_and_switched_off_hear_the_same(self, state: State, person: Make) -> None:
        person("ada"), person("bob")
        accounts.switch(state, "bob", active=False, by=COMMAND_LINE)
        said = set()
        for login, password in (("ada", "wrong wrong wrong"), ("eve", PASSWORD), ("bob", PASSWORD)):
            with pytest.raises(PercontactError) as refused:
                sign_in(state, login, password)
            said.add(str(refused.value))
        assert len(said) == 1
        because = [e.detail["because"] for e in audit.entries(state, act="refused")]
        assert because == ["switched off", "unknown", "wrong password"]

    def test_a_password_is_looked_at_for_unknown_logins_too(
        self, state: State, person: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked = []
        from percontact.people import passwords

        verify = type(passwords.HASHER).verify
        monkeypatch.setattr(type(passwords.HASHER), "verify", lambda *a: looked.append(a) or verify(*a))
        person("ada")
        for login in ("ada", "nobody"):
            code(lambda login=login: sign_in(state, login, "wrong wrong wrong"))
        assert len(looked) == 2

    def test_after_five_failures_each_waits_twice_as_long(self, state: State, person: Make, clock) -> None:
        """5 free, then 1 s, 2 s, 4 s, ... at most 15 min"""
        person("ada")
        for _ in range(6):
            assert code(lambda: sign_in(state, "ada", "wrong wrong wrong")) == "E-WHO-01"
        assert code(lambda: sign_in(state, "ada", PASSWORD)) == "E-WHO-02"
        clock.turn(seconds=1)
        assert code(lambda: sign_in(state, "ada", "wrong wrong wrong")) == "E-WHO-01"
        clock.turn(seconds=1)
        assert code(lambda: sign_in(state, "ada", PASSWORD)) == "E-WHO-02"
        clock.turn(seconds=1)
        assert sign_in(state, "ada", PASSWORD)
        assert code(lambda: sign_in(state, "ada", "wrong wrong wrong")) == "E-WHO-01"
        assert wait("account", 100) == timedelta(minutes=15)

    def test_one_address_cannot_try_many_accounts(self, state: State, person: Make, clock) -> None:
        person("ada")
        for i in range(21):
            assert code(lambda i=i: sign_in(state, f"x{i}", PASSWORD, address="192.0.2.7")) == "E-WHO-01"
        assert code(lambda: sign_in(state, "ada", PASSWORD, address="192.0.2.7")) == "E-WHO-02"
        assert sign_in(state, "ada", PASSWORD, address="192.0.2.8")

    def test_failures_are_forgotten_after_a_day(self, state: State, person: Make, clock) -> None:
        person("ada")
        for _ in range(6):
            code(lambda: sign_in(state, "ada", "wrong wrong wrong"))
        clock.turn(days=1, seconds=1)
        for _ in range(5):
            assert code(lambda: sign_in(state, "ada", "wrong wrong wrong")) == "E-WHO-01"
        assert sign_in(state, "ada", PASSWORD)


class TestSessions:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_one_that_is_not_used_ends_after_eight_hours(self, state: State, person: Make, clock) -> None:
        person("ada")
        session = sign_in(state, "ada", PASSWORD)
        clock.turn(hours=7, minutes=59)
        assert sessions.find(state, session) is not None
        clock.turn(hours=7, minutes=59)
        assert sessions.find(state, session) is not None
        clock.turn(hours=8)
        assert sessions.find(state, session) is None

    def test_one_that_is_always_used_ends_after_a_week(self, state: State, person: Make, clock) -> None:
        person("ada")
        session = sign_in(state, "ada", PASSWORD)
        for _ in range(7 * 24 - 1):
            clock.turn(hours=1)
            assert sessions.find(state, session) is not None
        clock.turn(hours=1)
        assert sessions.find(state, session) is None

    def test_a_role_that_is_taken_away_is_gone_at_once(self, state: State, person: Make) -> None:
        person("ada", "admin"), person("bob", "admin")
        session = sign_in(state, "bob", PASSWORD)
        accounts.set_role(state, "bob", Role.VIEWER, by=COMMAND_LINE)
        found = sessions.find(state, session)
        assert found is not None
        assert not found.who.may("export")

    def test_signing_out_and_switching_off_end_it(self, state: State, person: Make) -> None:
        person("ada"), person("bob")
        out, off = sign_in(state, "ada", PASSWORD), sign_in(state, "bob", PASSWORD)
        sessions.end(state, out)
        accounts.switch(state, "bob", active=False, by=COMMAND_LINE)
        assert (sessions.find(state, out), sessions.find(state, off)) == (None, None)
        accounts.switch(state, "bob", active=True, by=COMMAND_LINE)
        assert sessions.find(state, off) is None

    def test_secrets_are_nowhere_in_the_database(self, state: State, person: Make) -> None:
        ada = person("ada", "admin")
        secrets = [
            sign_in(state, "ada", PASSWORD), links.invite(state, "ada", by=COMMAND_LINE), PASSWORD,
            tokens.make(state, ada, "robot", Role.ADMIN, timedelta(days=1), by=as_who(ada)),
        ]  # fmt: skip
        from percontact.people.schema import METADATA

        with state.reading() as con:
            kept = repr([con.execute(t.select()).all() for t in METADATA.tables.values()])
        assert [s for s in secrets if s in kept or s.removeprefix("pct_") in kept] == []


class TestLinks:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_the_first_start_makes_the_first_admin(self, state: State) -> None:
        link = links.first(state)
        assert link is not None
        assert links.look(state, link).person is None
        session = links.use(state, link, PASSWORD, login="ada@example.org", name="Ada")
        found = sessions.find(state, session)
        assert found is not None
        assert (found.who.login, found.who.role) == ("ada@example.org", Role.ADMIN)
        assert links.first(state) is None
        assert sign_in(state, "ada@example.org", PASSWORD)

    def test_a_link_works_once_and_looking_does_not_count(self, state: State, person: Make) -> None:
        person("ada", password=None)
        link = links.invite(state, "ada", by=COMMAND_LINE)
        for _ in range(3):
            found = links.look(state, link).person
            assert found is not None
            assert found.login == "ada"
        assert code(lambda: links.use(state, link, "short")) == "E-WHO-04"
        links.use(state, link, PASSWORD)
        assert code(lambda: links.look(state, link)) == "E-WHO-05"
        assert code(lambda: links.use(state, link, "another long one")) == "E-WHO-05"
        assert sign_in(state, "ada", PASSWORD)

    def test_it_ends_after_three_days_or_by_a_newer_one(self, state: State, person: Make, clock) -> None:
        person("ada")
        old = links.invite(state, "ada", by=COMMAND_LINE)
        new = links.invite(state, "ada", by=COMMAND_LINE)
        assert code(lambda: links.look(state, old)) == "E-WHO-05"
        clock.turn(days=3)
        assert code(lambda: links.use(state, new, PASSWORD)) == "E-WHO-05"
        assert code(lambda: links.look(state, "made up")) == "E-WHO-05"

    def test_it_does_not_work_for_an_account_that_is_switched_off(self, state: State, person: Make) -> None:
        person("ada")
        link = links.invite(state, "ada", by=COMMAND_LINE)
        accounts.switch(state, "ada", active=False, by=COMMAND_LINE)
        assert code(lambda: links.use(state, link, PASSWORD)) == "E-WHO-05"
        assert code(lambda: links.invite(state, "ada", by=COMMAND_LINE)) == "E-WHO-05"


class TestTokens:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_a_token_may_no_more_than_its_owner_may_now(self, state: State, person: Make) -> None:
        person("ada", "admin")
        bob = person("bob", "manager")
        low, high = (
            tokens.make(state, bob, r.value, r, timedelta(days=9), by=as_who(bob))
            for r in (Role.VIEWER, Role.MANAGER)
        )
        roles = [tokens.find(state, t).role for t in (low, high)]
        assert roles == [Role.VIEWER, Role.MANAGER]
        accounts.set_role(state, "bob", Role.ANALYST, by=COMMAND_LINE)
        assert [tokens.find(state, t).role for t in (low, high)] == [Role.VIEWER, Role.ANALYST]

    def test_one_that_may_more_or_lasts_long_or_has_no_label_is_not_made(
        self, state: State, person: Make
    ) -> None:
        bob, eve = person("bob", "manager"), person("eve")
        day, year = timedelta(days=1), timedelta(days=367)
        for owner, label, role, lasts, refused in (
            (bob, "x", Role.ADMIN, day, "E-ARG-03"),
            (bob, "x", Role.VIEWER, year, "E-ARG-03"),
            (bob, "x", Role.VIEWER, -day, "E-ARG-03"),
            (bob, " ", Role.VIEWER, day, "E-ARG-03"),
            (eve, "x", Role.VIEWER, day, "E-WHO-03"),
        ):
            make = partial(tokens.make, state, owner, label, role, lasts, by=as_who(owner))
            assert code(make) == refused
        assert tokens.tokens(state) == []

    def test_it_ends_on_its_day_when_revoked_and_with_its_owner(
        self, state: State, person: Make, clock
    ) -> None:
        person("ada", "admin")
        bob = person("bob", "analyst")
        made = [
            tokens.make(state, bob, str(i), Role.VIEWER, timedelta(days=9 + i), by=as_who(bob))
            for i in range(3)
        ]
        clock.turn(days=9)
        assert tokens.find(state, made[0]) is None
        number = next(t.id for t in tokens.tokens(state, bob) if t.label == "1")
        tokens.revoke(state, number, by=as_who(bob))
        assert tokens.find(state, made[1]) is None
        assert tokens.find(state, made[2]) is not None
        accounts.switch(state, "bob", active=False, by=COMMAND_LINE)
        assert tokens.find(state, made[2]) is None
        assert tokens.find(state, "pct_made_up") is None

    def test_others_tokens_are_ended_by_an_admin_only(self, state: State, person: Make) -> None:
        ada, bob, eve = person("ada", "admin"), person("bob", "analyst"), person("eve", "manager")
        tokens.make(state, bob, "robot", Role.VIEWER, timedelta(days=9), by=as_who(bob))
        (token,) = tokens.tokens(state)
        assert code(lambda: tokens.revoke(state, token.id, by=as_who(eve))) == "E-WHO-03"
        tokens.revoke(state, token.id, by=as_who(ada))
        assert tokens.tokens(state)[0].revoked is not None
