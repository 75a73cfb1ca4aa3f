# SPDX-License-Identifier: Apache-2.0
"""What people keep in the app: saved views, events, and the audit of what they did; roles and pseudonyms."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.people import COMMAND_LINE, PERMISSIONS, Person, Role, State, Who, audit, events, views
from percontact.people.events import Happening
from percontact.people.pseudonyms import behind, pseudonym
from percontact.records.tables import TABLES
from percontact.values.problem import PercontactError

Make = Callable[..., Person]


def code(call: Callable[[], object]) -> str:
    with pytest.raises(PercontactError) as refused:
        call()
    return refused.value.problem.code


def as_who(person: Person) -> Who:
    return Who(person, person.role, "password", "192.0.2.7")


class TestViews:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_others_see_only_what_is_shared(self, state: State, person: Make) -> None:
        ada, bob = person("ada", "analyst"), person("bob")
        views.save(state, "Mine", "/explain?period=2026-06", by=as_who(ada))
        views.save(state, "All of us", "/?period=2026-06", by=as_who(ada), shared=True)
        assert [v.name for v in views.views(state, ada)] == ["All of us", "Mine"]
        assert [(v.name, v.owner) for v in views.views(state, bob)] == [("All of us", "ada")]

    def test_one_of_the_same_name_is_replaced_and_only_ones_own(self, state: State, person: Make) -> None:
        ada, bob = person("ada", "analyst"), person("bob")
        views.save(state, "June", "/?a=1", by=as_who(ada), shared=True)
        views.save(state, "June", "/?b=1", by=as_who(bob))
        views.save(state, "June", "/?b=2", by=as_who(bob))
        assert sorted(v.address for v in views.views(state, bob)) == ["/?a=1", "/?b=2"]

    def test_a_view_takes_another_name_and_is_shared_by_its_owner_alone(
        self, state: State, person: Make
    ) -> None:
        ada, bob = person("ada", "analyst"), person("bob")
        one = views.save(state, "June", "/?a=1", by=as_who(ada))
        views.save(state, "May", "/?a=2", by=as_who(ada))
        changed = views.change(state, one.id, " The sixth month ", by=as_who(ada), shared=True)
        assert (changed.id, changed.name, changed.address, changed.shared) == (
            one.id, "The sixth month", "/?a=1", True
        )  # fmt: skip
        assert [v.name for v in views.views(state, bob)] == ["The sixth month"]
        assert code(lambda: views.change(state, one.id, "x", by=as_who(bob), shared=False)) == "E-ARG-01"
        assert code(lambda: views.change(state, one.id, "May", by=as_who(ada), shared=False)) == "E-ARG-03"
        assert code(lambda: views.change(state, one.id, " ", by=as_who(ada), shared=False)) == "E-ARG-03"
        assert code(lambda: views.change(state, one.id, "x", by=as_who(bob), shared=True)) == "E-WHO-03"
        assert audit.entries(state)[0].detail == {"was": "June", "shared": True}

    def test_a_viewer_shares_none_and_removes_no_one_elses(self, state: State, person: Make) -> None:
        ada, bob = person("ada", "analyst"), person("bob")
        seen = views.save(state, "June", "/", by=as_who(ada), shared=True)
        assert code(lambda: views.save(state, "x", "/", by=as_who(bob), shared=True)) == "E-WHO-03"
        assert code(lambda: views.remove(state, seen.id, by=as_who(bob))) == "E-ARG-01"
        views.remove(state, seen.id, by=as_who(ada))
        assert views.views(state, ada) == []

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "explain",
            "//elsewhere.example/",
            "https://elsewhere.example/",
            "/\\elsewhere",
            "/a\nb",
            "/" * 4001,
        ],
    )
    def test_a_view_leads_nowhere_else(self, state: State, person: Make, address: str) -> None:
        ada = person("ada")
        assert code(lambda: views.save(state, "x", address, by=as_who(ada))) == "E-ARG-03"


class TestEvents:
    """SQLite, and the PostgreSQL that the tests start"""

    OUTAGE = Happening(
        "Outage", date(2026, 6, 3), "outage", date(2026, 6, 4), channel="voice", note="Exchange down"
    )

    def test_they_are_rows_of_the_books_table(self, state: State, person: Make) -> None:
        ada = person("ada", "analyst")
        events.note(state, self.OUTAGE, by=as_who(ada))
        events.note(state, Happening(" Release 4 ", date(2026, 5, 2), kind="  "), by=as_who(ada))
        assert events.rows(state) == [
            {
                "event": "Release 4", "started_on": "2026-05-02", "kind": None, "ended_on": None,
                "channel": None, "team": None, "reason": None, "note": None, "noted_by": "ada",
            },
            {
                "event": "Outage", "started_on": "2026-06-03", "kind": "outage", "ended_on": "2026-06-04",
                "channel": "voice", "team": None, "reason": None, "note": "Exchange down", "noted_by": "ada",
            },
        ]  # fmt: skip
        assert set(events.rows(state)[0]) == {c.name for c in TABLES["events"].columns}

    def test_author_and_history_are_kept(self, state: State, person: Make, clock) -> None:
        ada, bob = person("ada", "analyst"), person("bob", "analyst")
        noted = events.note(state, self.OUTAGE, by=as_who(ada))
        clock.turn(hours=1)
        changed = events.change(state, noted.id, replace(self.OUTAGE, ended_on=None), by=as_who(bob))
        clock.turn(hours=1)
        events.remove(state, noted.id, by=as_who(ada))
        assert (noted.by, changed.by, changed.happening.ended_on) == ("ada", "ada", None)
        assert [(c.act, c.by, c.row["ended_on"]) for c in events.history(state, noted.id)] == [
            ("added", "ada", "2026-06-04"),
            ("changed", "bob", None),
            ("removed", "ada", None),
        ]
        assert events.events(state) == []
        for call in (
            lambda: events.change(state, noted.id, self.OUTAGE, by=as_who(ada)),
            lambda: events.remove(state, noted.id, by=as_who(ada)),
        ):
            assert code(call) == "E-ARG-01"

    def test_what_cannot_be_an_event_is_refused(self, state: State, person: Make) -> None:
        ada, eve = person("ada", "analyst"), person("eve")
        for wrong in (
            replace(self.OUTAGE, event=" "),
            replace(self.OUTAGE, ended_on=date(2026, 6, 2)),
            replace(self.OUTAGE, note="x" * 2001),
        ):
            assert code(lambda w=wrong: events.note(state, w, by=as_who(ada))) == "E-ARG-03"
        assert code(lambda: events.note(state, self.OUTAGE, by=as_who(eve))) == "E-WHO-03"
        assert events.events(state) == []


class TestAudit:
    """SQLite, and the PostgreSQL that the tests start"""

    def test_it_tells_who_did_what_from_where(self, state: State, person: Make, clock) -> None:
        ada = person("ada", "admin")
        clock.turn(hours=1)
        audit.record(state, as_who(ada), "exported", "/explain.xlsx", {"period": "2026-06", "rows": 12})
        (line,) = audit.entries(state, act="exported")
        assert (line.at, line.login, line.means, line.address) == (clock(), "ada", "password", "192.0.2.7")
        assert (line.what, line.detail) == ("/explain.xlsx", {"period": "2026-06", "rows": 12})
        assert audit.entries(state, since=clock() + timedelta(seconds=1)) == []
        assert {e.act for e in audit.entries(state, until=clock())} == {"changed"}

    def test_changes_are_noted_with_what_changed(self, state: State, person: Make) -> None:
        person("ada", "admin")
        newest, added = audit.entries(state, login="(command line)")
        assert newest.detail == {"password": True}
        assert added.detail == {"added": True, "role": "admin"}

    def test_what_was_looked_at_is_noted_soon_after(self, state: State, person: Make) -> None:
        ada = person("ada")
        looking = audit.Looking(state)
        for i in range(300):
            looking.viewed(as_who(ada), f"/?page={i}")
        looking.close()
        assert [e.what for e in audit.entries(state, act="viewed", limit=1000)] == [
            f"/?page={i}" for i in range(299, -1, -1)
        ]


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_role_may_all_that_the_roles_below_it_may(permission: str) -> None:
    may = [role.may(permission) for role in Role]
    assert may == sorted(may)
    assert Role.ADMIN.may(permission)


def test_below_the_manager_agents_are_not_named_and_no_source_row_is_seen() -> None:
    for role in (Role.VIEWER, Role.ANALYST):
        assert not role.may("see_agents")
        assert not role.may("import")


def test_a_permission_that_there_is_not_is_nobodys() -> None:
    with pytest.raises(KeyError):
        COMMAND_LINE.may("fly")


def test_a_refusal_says_what_is_needed_and_what_one_is() -> None:
    with pytest.raises(PercontactError, match=r"role Manager is needed[^A-Z]+E-WHO-03\n  You are an Analyst"):
        Who(None, Role.ANALYST, "token").need("import", "/data")


@given(st.lists(st.text(min_size=1), unique=True, max_size=30), st.binary(min_size=32, max_size=32))
def test_a_pseudonym_leads_back_only_with_the_list_of_agents(agents: list[str], key: bytes) -> None:
    names = [pseudonym(key, agent) for agent in agents]
    assert [behind(key, name, agents) for name in names] == agents
    assert behind(key, "Agent 0000-0000", agents) is None


def test_pseudonyms_of_many_agents_differ() -> None:
    """20,000 agents: two of 1.1e12 names are the same once in 5,500 such workspaces"""
    assert len({pseudonym(b"k" * 32, f"agent{i}") for i in range(20_000)}) == 20_000
