# SPDX-License-Identifier: Apache-2.0
"""percontact explain as a user types it: two periods, the parts of the change, what opens each of them."""

from pathlib import Path

import pytest

CONTACTS = """contact_id,started_at,channel,team,reason,count,handle_s
j,2026-06-15 09:00,voice,Voice,billing,4000,1200000
k,2026-07-15 09:00,voice,Voice,billing,4000,1440000
"""
COSTS = """line_id,account,date,amount
6100-06,6100,2026-06-01,12000.00
6100-07,6100,2026-07-01,13200.00
"""
HOURS = """group,date,practical_h
Voice,2026-06-01,400
Voice,2026-07-01,400
"""
POLICY = """policy: 1
pools:
  people.voice: {driver: handle_s, group: Voice, because: people are paid for their time}
rules:
  - {to: people.voice}
"""


@pytest.fixture
def books(shell, kept) -> Path:
    """
    June  4,000 contacts x 5 min, 12,000.00, 400 h: 0.50 a minute      July  4,000 x 6 min, 13,200.00: 0.55
    """

    def make() -> None:
        Path("contacts.csv").write_text(CONTACTS)
        Path("costs.csv").write_text(COSTS)
        Path("hours.csv").write_text(HOURS)
        assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
        for table, file in (("contacts", "contacts.csv"), ("ledger", "costs.csv"), ("capacity", "hours.csv")):
            assert shell("-C", "books", "import", table, file, "--yes").code == 0
        Path("books/policy.yaml").write_text(POLICY)

    kept("two months", Path.cwd(), make)
    return Path("books")


def parts(shell, *args: str) -> dict[str, str]:
    """Parts of a change, as JSON tells them."""
    found = shell("-C", "books", "explain", *args, "--json")
    assert found.code == 0, found.err
    return {p["part"]: p["change"] for p in found.json["parts"]}


def test_longer_calls_and_dearer_minutes_are_told_apart(shell, books: Path) -> None:
    """2.50 -> 3.30: a minute more at 0.525 on average, and 0.05 a minute more for 5.5 on average."""
    assert parts(shell, "--from", "2026-06", "--to", "2026-07") == {
        "handle time": "0.525", "wage and price rates": "0.275",
    }  # fmt: skip


def test_on_basis_full_longer_calls_only_use_what_was_idle(shell, books: Path) -> None:
    """3.00 -> 3.30: 6 min x 1.0 instead of 5 min x 1.2 cancel out; 6 min at 0.05 more are 0.30."""
    assert parts(shell, "--from", "2026-06", "--to", "2026-07", "--basis", "full") == {
        "handle time": "0.5775", "idle capacity": "-0.5775", "wage and price rates": "0.30",
    }  # fmt: skip


def test_without_periods_the_last_month_is_held_against_the_one_before(shell, books: Path) -> None:
    answer = shell("-C", "books", "explain", "--json").json
    assert (answer["before"]["label"], answer["after"]["label"]) == ("2026-06", "2026-07")
    assert answer["change"] == "0.80"
    assert (
        answer == shell("-C", "books", "explain", "--to", "2026-07", "--against", "previous", "--json").json
    )


def test_the_answer_is_said_in_words_with_the_total_beside_it(shell, books: Path) -> None:
    said = " ".join(shell("-C", "books", "explain").out.split())
    assert "Cost per contact rose by EUR 0.80 to 3.30 in 2026-07 against 2026-06, basis used." in said
    assert "Most of it: handle time +0.53" in said
    assert (
        "Total cost rose by EUR 3,200.00, at the same mix cost per contact would have moved by +0.80." in said
    )


def test_the_parts_as_shown_sum_to_the_change_as_shown(shell, books: Path) -> None:
    """0.525 and 0.275 round to 0.53 and 0.28, which are 0.81; the change is 0.80."""
    out = shell("-C", "books", "explain", "--format", "md").out
    assert "| handle time | +0.53 |" in out
    assert "| wage and price rates | +0.27 |" in out


def test_total_cost_falls_apart_the_same_way(shell, books: Path) -> None:
    assert parts(shell, "--per", "total") == {
        "handle time": "2100.00", "wage and price rates": "1100.00",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "html", "md", "json", "text"])
def test_every_form_can_be_had(shell, books: Path, form: str) -> None:
    assert shell("-C", "books", "explain", "--format", form).code == 0


def test_a_part_opens_and_names_the_commands_that_go_further(shell, books: Path) -> None:
    out = shell("-C", "books", "explain", "--part", "wage").out
    assert "percontact -C books trace --from 2026-07 --to 2026-07 --pool people.voice" in " ".join(
        out.split()
    )
    answer = shell("-C", "books", "explain", "--json").json
    for part in answer["parts"]:
        for way in part["open"]:
            assert shell(*way.split()[1:]).code == 0, way


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-06", "2026-07", []),
        ("2026-06-15", "2026-07", ["days between them are in neither", "has 1 day, 2026-07 31"]),
        ("2026-06", "2026-06-15", ["they overlap", "2026-06 has 30 days, 2026-06-15 1"]),
    ],
)
def test_two_sides_that_may_be_meant_as_a_span_are_told_apart(
    shell, books: Path, start: str, end: str, said: list[str]
) -> None:
    """A hint says what is compared and how a span is asked for; month against month needs none."""
    notes = shell("-C", "books", "explain", "--from", start, "--to", end, "--json").json["notes"]
    hints = [n for n in notes if "two periods are compared" in n or "Read cost per contact" in n]
    assert len(hints) == len(said)
    for hint, words in zip(hints, said, strict=True):
        assert words in hint
    if said:
        assert f"percontact explain --from {start} --to {end} --against previous" in hints[0]


def test_a_part_opens_down_to_its_accounts_and_its_dearest_contacts(shell, books: Path) -> None:
    """Wages rose by 0.275 a contact, all of it paid on account 6100; July is one row of 4,000 contacts."""
    out = " ".join(shell("-C", "books", "explain", "--part", "wage", "--format", "text").out.split())
    assert "Wage and price rates by account" in out
    assert "6100 +0.27" in out
    assert "The 1 dearest of 1 in 2026-07, channel voice, team Voice, reason billing" in out
    answer = shell("-C", "books", "explain", "--part", "wage", "--json").json
    wage = next(p for p in answer["parts"] if p["part"] == "wage and price rates")
    assert wage["pieces"]["account"] == [{"value": "6100", "change": "0.275", "state": None}]
    assert "account" not in shell("-C", "books", "explain", "--json").json["parts"][0]["pieces"]


def test_a_budget_is_held_against_what_came(shell, books: Path) -> None:
    """Planned for July: 3,000 contacts for 9,000.00, 3.00 each. Came: 4,000 for 13,200.00, 3.30 each."""
    Path("plan.csv").write_text("date,channel,amount,contacts\n2026-07-01,voice,9000,3000\n")
    assert shell("-C", "books", "import", "budgets", "plan.csv", "--yes").code == 0
    assert parts(shell, "--to", "2026-07", "--against", "budget") == {"cost of one contact": "0.30"}
    # 1,000 contacts more at 3.15, and 0.30 more for 3,500
    assert parts(shell, "--to", "2026-07", "--against", "budget", "--per", "total") == {
        "volume": "3150.00", "cost of one contact": "1050.00",
    }  # fmt: skip
    Path("again.csv").write_text("date,channel,amount,contacts,version\n2026-07-01,voice,9900,3000,2\n")
    assert shell("-C", "books", "import", "budgets", "again.csv", "--yes").code == 0
    twice = shell("-C", "books", "explain", "--to", "2026-07", "--against", "budget")
    assert "plan the same days twice" in " ".join(twice.err.split())
    for wrong in (
        ["--by", "reason"],
        ["--where", "reason=billing"],
        ["--basis", "used"],
        ["--per", "resolution"],
    ):
        found = shell("-C", "books", "explain", "--to", "2026-07", "--against", "budget", *wrong)
        assert "E-ARG-01" in found.err


def test_what_is_only_in_one_period_is_said_by_name(shell, books: Path) -> None:
    Path("more.csv").write_text(
        CONTACTS.splitlines()[0] + "\nn,2026-07-16 09:00,chat,Voice,billing,100,6000\n"
    )
    assert shell("-C", "books", "import", "contacts", "more.csv", "--yes").code == 0
    said = " ".join(shell("-C", "books", "explain").out.split())
    assert "Only in 2026-07: channel chat. All of their effect is mix; none passes for a price." in said


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--from", "2026-06"], "E-ARG-02", "a change has two"),
        (["--from", "2025-06", "--to", "2026-06"], "E-DATA-01", "no ledger lines for 2025-06"),
        (["--to", "2026-06"], "E-DATA-01", "no ledger lines for 2026-05"),
        (["--against", "lastyear"], "E-ARG-01", "last-year"),
        (["--against", "budget"], "E-DATA-01", "no budget with contacts for 2026-07"),
        (["--per", "contcat"], "E-ARG-01", "contact"),
        (["--by", "account"], "E-ARG-01", "of the cost, not of the contacts"),
        (["--where", "channel=vioce"], "E-ARG-01", "no contact has channel 'vioce'"),
        (["--part", "wages"], "E-ARG-01", "wage and price rates"),
        (["--per", "resolution"], "E-DATA-01", "cost per resolution is undefined"),
    ],
)
def test_a_question_that_has_no_answer_says_the_way_out(
    shell, books: Path, args: list[str], code: str, said: str
) -> None:
    found = shell("-C", "books", "explain", *args)
    assert found.code != 0
    assert code in found.err
    assert said in " ".join(found.err.split())


def test_the_verb_can_be_called_from_python_whatever_was_imported_before(shell, books: Path) -> None:
    """The room percontact.explain has the verb's name; a call must reach the verb all the same."""
    import percontact as pc
    import percontact.explain.tree

    assert percontact.explain is pc.explain
    answer = pc.explain(pc.open("books"), start="2026-06", end="2026-07")
    assert {p.name: p.pico for p in answer.bridge.parts} == {
        "handle time": 525 * 10**9, "wage and price rates": 275 * 10**9,
    }  # fmt: skip
    assert "rose by EUR 0.80" in str(answer)
    rows = answer.to_arrow().to_pylist()
    assert [r["part"] for r in rows if not r["dimension"]] == ["handle time", "wage and price rates"]
