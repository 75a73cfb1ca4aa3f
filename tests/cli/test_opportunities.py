# SPDX-License-Identifier: Apache-2.0
"""percontact opportunities, as a user types it."""

from pathlib import Path

import pytest


def make_wrapped(tmp_path: Path, shell) -> None:
    rows = ["contact_id,started_at,channel,team,reason,handle_s,outcome,customer_id"]
    for month in (4, 5, 6):
        for team in "ABC":
            for reason, seconds, many in (("faq", 100, 200), ("change", 300, 150), ("claim", 900, 100)):
                base = 160 if (team, reason) == ("A", "faq") else seconds
                rows += [
                    f"{month}{team}{reason}{i},2026-{month:02d}-{1 + i % 28:02d} 09:{i % 60:02d}:00,"
                    f"voice,{team},{reason},{round(base * (0.8 + 0.04 * (i * 37 % 11)))},"
                    f"resolved,{month}{team}{reason}{i}"
                    for i in range(many)
                ]
    (tmp_path / "contacts.csv").write_text("\n".join(rows) + "\n")
    ledger = "line_id,account,amount,period_start,period_end\n"
    for month in (4, 5, 6):
        ledger += f"{month},6000,60000.00,2026-{month:02d}-01,2026-{month + 1:02d}-01\n"
    (tmp_path / "ledger.csv").write_text(ledger)
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    for table in ("contacts", "ledger"):
        ran = shell("-C", "books", "import", table, str(tmp_path / f"{table}.csv"), "--yes")
        assert ran.code == 0, ran.err
    policy = """policy: 1
pools: {people: {driver: handle_s, because: test}}
rules: [{match: {account: "6*"}, to: people, because: test}]
"""
    (tmp_path / "books" / "policy.yaml").write_text(policy)


@pytest.fixture
def wrapped(tmp_path: Path, shell, kept) -> Path:
    """
    contacts  2026-04 to 2026-06  teams A, B, C: 200 faq a month of 100 s, change 300 s, claim 900 s; A: faq
    160 s
    ledger    60,000.00 a month, by handle time
    """
    kept("long wrap-up", tmp_path, lambda: make_wrapped(tmp_path, shell))
    return tmp_path / "books"


def test_the_list_says_who_what_how_much_and_what_next(wrapped: Path, shell) -> None:
    ran = shell("-C", "books", "opportunities")
    said = " ".join(ran.out.split())
    assert "A takes 60% longer on 1 simple reason (faq)" in said
    assert "Must not worsen" in said
    assert (
        "percontact contacts --from 2026-04 --to 2026-06 --where team=A --where reason=faq"
        in ran.err.replace("-C books ", "")
    )


def test_json_has_each_with_its_range_and_its_contacts(wrapped: Path, shell) -> None:
    """600 contacts of A; the command beside it lists them."""
    told = shell("-C", "books", "opportunities", "--json").json
    one = next(o for o in told["opportunities"] if o["kind"] == "slow_on_simple")
    assert one["where"] == {"team": ["A"], "reason": ["faq"]}
    assert (one["contacts"], one["cashable"]) == (600, "0.0000")
    assert 0 < float(one["low"]) < float(one["high"]) < float(told["cost"])
    listed = shell("-C", "books", *one["contacts_command"].split()[1:], "--top", "1000", "--json").json
    assert len(listed["contacts"]) == 600


def test_a_condition_leaves_other_contacts_out(wrapped: Path, shell) -> None:
    told = shell("-C", "books", "opportunities", "--where", "team!=A", "--json").json
    assert [o["kind"] for o in told["opportunities"] if o["kind"] == "slow_on_simple"] == []


def test_a_span_that_cuts_a_month_is_refused(wrapped: Path, shell) -> None:
    ran = shell("-C", "books", "opportunities", "--from", "2026-06-10", "--to", "2026-06-20")
    assert ran.code != 0
    assert "the span cuts a month" in ran.err
