# SPDX-License-Identifier: Apache-2.0
"""percontact policy try, use, history: what another policy would do, by hand sums; and none is ever lost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from percontact.answers.trying import tried, unplaced
from percontact.pipeline import OpenBook
from percontact.store.policies import digest_of, policy_text, put_policy, version_text, versions
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError
from tests.cli.conftest import Shell
from tests.web.settled import PLAIN, by_time

IN_FORCE, BY_TIME = PLAIN, by_time(PLAIN)


@pytest.fixture
def books(tmp_path: Path, shell: Shell) -> Path:
    """
    contacts  2026-06  voice 100 x 300 s, email 300 x 100 s: 30,000 s each, 400 in all
              2026-05  voice 100 x 300 s
    ledger    2026-06  6000 CC-A 600.00, 6010 CC-A 200.00, 7000 400.00, 8000 CC-B 90.00, 8000 CC-B 10.00
              2026-05  6000 CC-A 600.00
    policy    60* -> people by time, 70* -> software by contact; nothing says where 8000 goes
    """
    (tmp_path / "contacts.csv").write_text(
        "date,channel,count,handle_s\n2026-06-01,voice,100,30000\n2026-06-01,email,300,30000\n"
        "2026-05-04,voice,100,30000\n"
    )
    (tmp_path / "ledger.csv").write_text(
        "date,line_id,account,account_name,cost_centre,amount\n"
        "2026-06,l1,6000,Salaries,CC-A,600.00\n2026-06,l2,6010,Bonus,CC-A,200.00\n"
        "2026-06,l3,7000,Licences,,400.00\n2026-06,l4,8000,Party,CC-B,90.00\n2026-06,l5,8000,Party,CC-B,10.00\n"
        "2026-05,l6,6000,Salaries,CC-A,600.00\n"
    )
    assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
    for table in ("contacts", "ledger"):
        assert shell("-C", "books", "import", table, f"{table}.csv", "--yes").code == 0
    (tmp_path / "books" / "policy.yaml").write_text(IN_FORCE)
    (tmp_path / "new.yaml").write_text(BY_TIME)
    return tmp_path


def book(folder: Path) -> OpenBook:
    return OpenBook(Workspace.open(folder / "books"))


def rows(document, title: str) -> list[tuple[object, ...]]:
    return [row for table in document.tables if table.title == title for row in table.rows]


def test_each_channel_is_held_against_what_it_costs_now(books: Path) -> None:
    """
    now     people 800 by time: 400 voice, 400 email; software 400 by contact: 100 voice, 300 email
            voice 500 / 100 = 5.00; email 700 / 300 = 2.333333
    tried   software by time: 200 voice, 200 email
            voice 600 / 100 = 6.00; email 600 / 300 = 2.00; all 1200 / 400 = 3.00 as now
    """
    found = tried(book(books), BY_TIME, start="2026-06", end="2026-06")
    assert found.problems == ()
    channels = {row[0]: row[1:] for row in rows(found.document, "Cost per contact by channel")}
    assert channels == {
        "voice": (100, Decimal("5"), Decimal("6"), Decimal("1")),
        "email": (300, Decimal("2.333333"), Decimal("2"), Decimal("-0.333333")),
    }
    assert found.document.headline == (
        "One contact would cost EUR 3.00 in June 2026, as it does now. "
        "No rule catches 2 ledger lines of EUR 100.00."
    )


def test_what_each_rule_catches_and_what_none_does_is_the_ledger(books: Path) -> None:
    """60*: 600 + 200; 70*: 400; none: 90 + 10 of 8000, CC-B. Together 1300."""
    found = tried(book(books), BY_TIME, start="2026-06", end="2026-06")
    assert [(r.number, r.lines, r.cents) for r in found.rules] == [(1, 2, 80000), (2, 1, 40000)]
    assert [(u.account, u.name, u.cost_centre, u.lines, u.cents) for u in found.unplaced] == [
        ("8000", "Party", "CC-B", 2, 10000)
    ]
    assert sum(r.cents for r in found.rules) + found.unplaced_cents == 130000
    first = found.rules[0].first
    assert [(c.line_id, c.cents, c.source, c.number) for c in first] == [
        ("l1", 60000, "ledger.csv:2", 2), ("l2", 20000, "ledger.csv:3", 2)
    ]  # fmt: skip
    assert unplaced(book(books), start="2026-06", end="2026-06") == found.unplaced


def test_only_the_months_asked_for_are_counted(books: Path) -> None:
    """May alone: one line of 600; both months: three lines of 1400 under rule 1."""
    may = tried(book(books), BY_TIME, start="2026-05", end="2026-05")
    assert [(r.lines, r.cents) for r in may.rules] == [(1, 60000), (0, 0)]
    both = tried(book(books), BY_TIME)
    assert [(r.lines, r.cents) for r in both.rules] == [(3, 140000), (1, 40000)]


def test_a_rule_that_takes_unplaced_lines_moves_them_to_its_pool(books: Path) -> None:
    """8000 -> people: not assigned 100 -> 0; people 800 -> 900: voice + 50, email + 50 (1250 / 400)."""
    text = IN_FORCE + '  - {match: {account: "8000"}, to: people, because: pay}\n'
    found = tried(book(books), text, start="2026-06", end="2026-06")
    assert rows(found.document, "Where the ledger ends")[2] == ("Not assigned", 10000, 0, -10000)
    pools = {row[0]: row[2:] for row in rows(found.document, "Cost of each pool")}
    assert pools == {"people": (80000, 90000, 10000), "software": (40000, 40000, 0)}
    assert found.after is not None
    assert found.after.total.value == Decimal("3.25")
    assert found.unplaced == ()


def test_all_that_is_wrong_is_told_at_once_each_at_its_line(books: Path) -> None:
    text = "pools:\n  people: {driver: handel_s}\nrules:\n  - to: people\n    nature: odd\n  - {to: peple}\n"
    found = tried(book(books), text)
    assert [(p.code, p.where) for p in found.problems] == [
        ("E-POL-02", "policy.yaml:2: pool people"),
        ("E-POL-01", "policy.yaml:5: rule 1"),
        ("E-POL-02", "policy.yaml:6: rule 2"),
    ]
    assert found.document.headline == "3 things in it are wrong and nothing else was worked out."


def test_a_column_that_the_books_lack_is_told_at_its_line(books: Path) -> None:
    found = tried(book(books), IN_FORCE.replace("account", "acount", 1))
    assert [(p.code, p.where) for p in found.problems] == [("E-POL-02", "policy.yaml:5: rule 1")]


def test_the_ledger_alone_says_what_rules_catch(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "ledger.csv").write_text("date,account,amount\n2026-06,6000,600.00\n2026-06,8000,100.00\n")
    assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
    assert shell("-C", "books", "import", "ledger", "ledger.csv", "--yes").code == 0
    found = tried(book(tmp_path), IN_FORCE)
    assert [(r.lines, r.cents) for r in found.rules] == [(1, 60000), (0, 0)]
    assert (found.after, found.unplaced_cents) == (None, 10000)
    assert found.notes == ("There are no contacts yet, so what one of them costs is not known.",)


def test_a_policy_in_force_that_fails_does_not_hinder_a_try(books: Path) -> None:
    (books / "books" / "policy.yaml").write_text("pools: [people]")
    found = tried(book(books), IN_FORCE, start="2026-06", end="2026-06")
    assert found.before is None
    assert found.notes[0].startswith("The policy in force cannot be used")
    assert found.document.headline.startswith("One contact would cost EUR 3.00 in June 2026.")


def test_trying_changes_nothing(books: Path, shell: Shell) -> None:
    ran = shell("-C", "books", "policy", "try", "new.yaml", "--from", "2026-06", "--to", "2026-06")
    assert ran.code == 0
    assert "One contact would cost EUR 3.00 in June 2026, as it does now." in ran.out
    assert "Next: percontact -C books policy use new.yaml" in ran.err
    assert (books / "books" / "policy.yaml").read_text() == IN_FORCE
    assert not (books / "books" / "policies").exists()


def test_what_is_wrong_ends_with_code_1(books: Path, shell: Shell) -> None:
    (books / "new.yaml").write_text("pools: [people]")
    ran = shell("-C", "books", "policy", "try", "new.yaml")
    assert (ran.code, "policy.yaml:1: pools is a list" in ran.err) == (1, True)
    assert shell("-C", "books", "policy", "use", "new.yaml").code == 1
    assert (books / "books" / "policy.yaml").read_text() == IN_FORCE


def test_the_former_policy_is_kept_and_can_be_brought_back(books: Path, shell: Shell) -> None:
    """In force by hand; then new.yaml; then the first again."""
    assert shell("-C", "books", "policy", "use", "new.yaml", "--because", "minutes drive it").code == 0
    root = books / "books"
    assert policy_text(root) == BY_TIME
    told = shell("-C", "books", "policy", "history").out
    assert [line.split()[0] for line in told.splitlines()] == ["1", "2"]
    assert "minutes drive it" in told
    assert shell("-C", "books", "policy", "history", "--show", "1").out == IN_FORCE
    compared = shell("-C", "books", "policy", "history", "--compare", "1").out
    assert "-  software: {driver: contacts}\n+  software: {driver: handle_s}" in compared
    (books / "old.yaml").write_text(version_text(root, 1))
    assert shell("-C", "books", "policy", "use", "old.yaml").code == 0
    assert policy_text(root) == IN_FORCE
    assert [v.digest for v in versions(root)] == [digest_of(t) for t in (IN_FORCE, BY_TIME, IN_FORCE)]


def test_an_edit_by_hand_becomes_a_version_too(books: Path) -> None:
    root = books / "books"
    put_policy(root, BY_TIME, who="Ada")
    (root / "policy.yaml").write_text(IN_FORCE + "# by hand\n")
    put_policy(root, BY_TIME, who="Ada")
    assert [version_text(root, n) for n in (1, 2, 3, 4)] == [
        IN_FORCE, BY_TIME, IN_FORCE + "# by hand\n", BY_TIME
    ]  # fmt: skip
    assert [(v.who, v.because) for v in versions(root)] == [
        ("", ""), ("Ada", ""), ("", "edited in the file"), ("Ada", "")
    ]  # fmt: skip


def test_what_another_put_in_force_meanwhile_is_not_overwritten(books: Path) -> None:
    root = books / "books"
    seen = digest_of(policy_text(root))
    put_policy(root, BY_TIME, based_on=seen, who="Ada")
    with pytest.raises(PercontactError, match="version 2 of the policy was put in force meanwhile"):
        put_policy(root, IN_FORCE + "# mine\n", based_on=seen, who="Bo")
    assert policy_text(root) == BY_TIME
    assert len(versions(root)) == 2


def test_putting_the_same_text_in_force_makes_no_version(books: Path) -> None:
    root = books / "books"
    assert put_policy(root, IN_FORCE).number == 1
    assert put_policy(root, IN_FORCE).number == 1
    assert len(versions(root)) == 1


def test_a_proposal_written_over_a_policy_leaves_it_in_the_history(books: Path, shell: Shell) -> None:
    assert shell("-C", "books", "policy", "propose", "--force").code == 0
    assert version_text(books / "books", 1) == IN_FORCE
