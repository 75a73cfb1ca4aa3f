# SPDX-License-Identifier: Apache-2.0
"""No sequence of acts lets anybody in who may not come in: tried by machine, against a plain model."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from percontact.people import COMMAND_LINE, Role, Who, accounts, links, open_state, sessions, tokens
from percontact.people.sign_in import sign_in
from percontact.values.problem import PercontactError

LOGINS = st.sampled_from(["ada", "bob"])
PASSWORDS = st.sampled_from(["correct horse battery", "another long one", "wrong wrong wrong"])
STEPS = st.sampled_from([timedelta(seconds=2), timedelta(hours=3), timedelta(hours=9), timedelta(days=4)])


class Door(RuleBasedStateMachine):
    """Two people, and whoever tries; beside them what the model says still works, and what never may.

    as_made  a folder with a database that nobody is in yet
    """

    as_made: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        shutil.copytree(self.as_made, self.folder.name, dirs_exist_ok=True)
        self.state = open_state(Path(self.folder.name), clock=lambda: self.now)

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 6, 3, tzinfo=UTC)
        self.passwords: dict[str, str | None] = {"ada": None, "bob": None}
        self.active = {"ada": True, "bob": True}
        self.sessions: dict[str, tuple[str, object, object]] = {}
        self.links: dict[str, tuple[str, object]] = {}
        self.tokens: dict[str, tuple[str, object]] = {}
        self.dead: set[str] = set()
        for login in self.passwords:
            accounts.add(self.state, login, Role.ANALYST, by=COMMAND_LINE)

    @rule(by=STEPS)
    def wait(self, by: timedelta) -> None:
        self.now += by

    @rule(login=LOGINS, password=PASSWORDS)
    def try_password(self, login: str, password: str) -> None:
        try:
            session = sign_in(self.state, login, password, address="192.0.2.7")
        except PercontactError:
            return
        assert self.passwords[login] == password
        assert self.active[login]
        self.sessions[session] = (login, self.now, self.now + sessions.LONGEST)

    @rule(login=LOGINS)
    def send_link(self, login: str) -> None:
        if self.active[login]:
            self._kill(self.links, login)
            self.links[links.invite(self.state, login, by=COMMAND_LINE)] = (login, self.now + links.LASTS)

    @rule(data=st.data(), password=PASSWORDS)
    def use_link(self, data: st.DataObject, password: str) -> None:
        tried = data.draw(st.sampled_from([*self.links, *sorted(self.dead), "made up"]))
        login, ends = self.links.get(tried, ("", self.now))
        may = tried in self.links and ends > self.now and self.active[login]
        try:
            session = links.use(self.state, tried, password)
        except PercontactError:
            assert not may
            return
        assert may
        self._kill(self.sessions, login)
        self.dead.add(tried)
        del self.links[tried]
        self.passwords[login] = password
        self.sessions[session] = (login, self.now, self.now + sessions.LONGEST)

    @rule(login=LOGINS, days=st.integers(1, 9))
    def make_token(self, login: str, days: int) -> None:
        person = accounts.get(self.state, login)
        lasts = timedelta(days=days)
        if self.active[login]:
            by = Who(person, person.role, "password")
            made = tokens.make(self.state, person, "robot", Role.VIEWER, lasts, by=by)
            self.tokens[made] = (login, self.now + lasts)

    @rule(login=LOGINS, active=st.booleans())
    def switch(self, login: str, active: bool) -> None:
        accounts.switch(self.state, login, active=active, by=COMMAND_LINE)
        self.active[login] = active
        if not active:
            self._kill(self.sessions, login)
            self._kill(self.tokens, login)

    @rule(data=st.data())
    def sign_out(self, data: st.DataObject) -> None:
        if self.sessions:
            session = data.draw(st.sampled_from(sorted(self.sessions)))
            sessions.end(self.state, session)
            self.dead.add(session)
            del self.sessions[session]

    @invariant()
    def only_what_may_works_does(self) -> None:
        if not hasattr(self, "dead"):
            return
        for secret in self.dead:
            assert sessions.find(self.state, secret) is None
            assert tokens.find(self.state, secret) is None
        for secret, (login, seen, ends) in list(self.sessions.items()):
            found = sessions.find(self.state, secret)
            assert (found is not None) == (self.now < ends and self.now - seen < sessions.IDLE)
            if found is None:
                self.dead.add(secret)
                del self.sessions[secret]
            else:
                assert found.who.login == login
                self.sessions[secret] = (login, self.now, ends)
        for secret, (_, ends) in self.tokens.items():
            assert (tokens.find(self.state, secret) is not None) == (self.now < ends)

    def _kill(self, living: dict, login: str) -> None:
        for secret in [s for s, (whose, *_) in living.items() if whose == login]:
            self.dead.add(secret)
            del living[secret]

    def teardown(self) -> None:
        self.state.close()
        self.folder.cleanup()


def test_no_sequence_of_acts_lets_in_who_may_not(state_as_made: Path) -> None:
    """Sign-ins right and wrong, links, tokens, accounts switched off and on, days that pass, in any order"""
    Door.as_made = state_as_made
    machine = settings(
        max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Door, settings=machine)


@pytest.mark.slow
def test_no_long_sequence_of_acts_lets_in_who_may_not(state_as_made: Path) -> None:
    Door.as_made = state_as_made
    machine = settings(
        max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Door, settings=machine)
