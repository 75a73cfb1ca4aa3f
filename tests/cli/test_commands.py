# SPDX-License-Identifier: Apache-2.0
"""The commands as scripts rely on them: shapes, exit codes, and what they say."""

import csv
import io
from decimal import Decimal

import pytest


def test_a_contact_costs_two_fifty_used_and_three_full(tiny, shell):
    """The tiny book: 12,000 EUR, 400 practical hours, 4,000 contacts of 5 minutes at 0.50 EUR a minute."""
    used = shell(
        "-C",
        "books",
        "cost",
        "--from",
        "2026-06",
        "--to",
        "2026-06",
        "--by",
        "channel",
        "--basis",
        "used",
        "--format",
        "json",
    ).json
    full = shell(
        "-C",
        "books",
        "cost",
        "--from",
        "2026-06",
        "--to",
        "2026-06",
        "--by",
        "channel",
        "--basis",
        "full",
        "--json",
    ).json
    assert [(r["period"], r["channel"], r["cost"], r["contacts"], r["value"]) for r in used["rows"]] == [
        ("2026-06", "voice", "10000.00", 4000, "2.50")
    ]
    assert [(r["cost"], r["value"]) for r in full["rows"]] == [("12000.00", "3.00")]
    expected = {
        "ledger": "12000.00",
        "assigned": "10000.00",
        "unused": "2000.00",
        "unassigned": "0.00",
        "difference": "0.00",
    }
    assert expected.items() <= used["reconciliation"].items()
    assert (used["currency"], used["basis"], used["per"]) == ("EUR", "used", "contact")


def test_without_a_policy_all_cost_is_divided_by_contacts_and_the_statement_says_so(tiny, shell):
    """No policy.yaml: 12,000 EUR / 4,000 contacts = 3.00."""
    (tiny / "books" / "policy.yaml").unlink()
    answer = shell("-C", "books", "cost", "--json").json
    assert answer["rows"][0]["value"] == "3.00"
    assert any("textbook" in note for note in answer["notes"])


def test_to_is_inclusive_of_the_period_it_names(tiny, shell):
    """--to 2026-06 takes all of June; a week of it takes only its days: 8 to 14 June are 7 x 200 contacts."""
    week = shell("-C", "books", "cost", "--from", "2026-06-08", "--to", "2026-06-14", "--json").json
    assert week["rows"][0]["contacts"] == 1400
    assert week["rows"][0]["cost"] == "3500.00"


@pytest.mark.parametrize(
    ("grain", "name"),
    [
        ("day", "2026-06-01"),
        ("week", "2026-W23"),
        ("month", "2026-06"),
        ("quarter", "2026-Q2"),
        ("year", "2026"),
        ("fiscal-quarter", "FY2026-Q2"),
        ("fiscal-year", "FY2026"),
    ],
)
def test_every_grain_names_its_periods_and_keeps_the_total(tiny, shell, grain, name):
    """The fiscal year is the calendar year here."""
    rows = shell("-C", "books", "cost", "--grain", grain, "--json").json["rows"]
    assert rows[0]["period"] == name
    assert sum(Decimal(r["cost"]) for r in rows) == Decimal("10000.00")


def test_the_same_bytes_twice_change_nothing(tiny, shell):
    """ledger.csv is imported a second time."""
    before = shell("-C", "books", "cost", "--json").json
    again = shell("-C", "books", "import", "ledger", "ledger.csv", "--json").json
    assert again[0]["unchanged"] is True
    after = shell("-C", "books", "cost", "--json").json
    assert after == before


def test_other_content_under_a_known_name_is_a_question_not_a_guess(tiny, shell):
    """ledger.csv comes again with another amount: it may replace the first or stand beside it."""
    (tiny / "ledger.csv").write_text("date,account,text,amount\n2026-06,6100,Salaries,8000.00\n")
    asked = shell("-C", "books", "import", "ledger", "ledger.csv", "--yes")
    assert asked.code == 1
    assert "E-FILE-07" in asked.err
    assert "--replace" in asked.err
    assert shell("-C", "books", "cost", "--json").json["reconciliation"]["ledger"] == "12000.00"
    assert shell("-C", "books", "import", "ledger", "ledger.csv", "--replace").code == 0
    assert shell("-C", "books", "cost", "--json").json["reconciliation"]["ledger"] == "8000.00"


def test_rows_seen_are_landed_or_set_aside_with_line_and_reason(tiny, shell):
    """Line 3 ends before it starts; line 4 has no start."""
    (tiny / "more.csv").write_text(
        "contact_id,started_at,ended_at,channel\nx1,2026-06-01 09:00:00,2026-06-01 09:05:00,voice\n"
        "x2,2026-06-01 09:00:00,2026-06-01 08:00:00,voice\nx3,,,voice\n"
    )
    receipt = shell("-C", "books", "import", "contacts", "more.csv", "--json").json[0]
    assert (receipt["seen"], receipt["landed"], receipt["aside"]) == (3, 1, 2)
    rows = list(
        csv.DictReader(io.StringIO(shell("-C", "books", "imports", "--aside", str(receipt["number"])).out))
    )
    assert [(r["line"], r["code"]) for r in rows] == [("3", "E-TIME-02"), ("4", "E-ROW-02")]
    assert rows[0]["text"] == "x2,2026-06-01 09:00:00,2026-06-01 08:00:00,voice"


def test_a_figure_is_traced_to_file_and_line(tiny, shell):
    """d7 is line 8 of contacts.csv; the ledger's only posting is line 2: 60,000 s x 0.50 EUR a minute."""
    trail = shell("-C", "books", "trace", "d7", "--json").json
    assert trail["contacts"][0]["source"] == "contacts.csv:8"
    assert trail["ledger_lines"][0]["source"] == "ledger.csv:2"
    assert round(Decimal(trail["amount"]), 2) == Decimal("500.00")
    assert trail["pools"][0]["pool"] == "people.voice"
    assert Decimal(trail["pools"][0]["quantity"]) == 1000  # minutes


def test_single_contacts_sum_to_the_assigned_cost_exactly(tiny, shell):
    """All contacts written with twelve decimals."""
    assert shell("-C", "books", "contacts", "-o", "all.csv").code == 0
    rows = list(csv.DictReader((tiny / "all.csv").read_text().splitlines()))
    assert sum(Decimal(r["cost"]) for r in rows) == Decimal("10000")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("cost", "--by", "chanel"), 2, "Did you mean channel"),
        (("cost", "--where", "team"), 2, "--where"),
        (("cost", "--where", 'team="A, B'), 2, "its quotes do not close"),
        (("cost", "--where", "pool=people.voice"), 2, "trace --pool people.voice"),
        (("cost", "--where", "account=6100"), 2, "--by account shows each part"),
        (("cost", "--where", "month=2026-06"), 2, "Choose the span with --from and --to"),
        (("cost", "--by", "month"), 2, "Ask with --grain month"),
        (("cost", "--by", "fiscal-year"), 2, "Ask with --grain fiscal-year"),
        (("cost", "--basis", "usd"), 2, "Did you mean used"),
        (("cost", "--from", "June"), 2, "E-ARG-02"),
        (("costs",), 2, "cost?"),
        (("trace", "nobody"), 2, "no such contact"),
        (("import", "contact", "contacts.csv"), 2, "Did you mean contacts"),
        (("import", "contacts", "nowhere.csv"), 1, "E-FILE-01"),
        (("marketing",), 1, "E-DATA-01"),
    ],
)
def test_a_wrong_call_says_what_to_do(tiny, shell, args, code, says):
    """Usage ends with 2, a problem in the data with 1; nothing is printed on stdout."""
    ran = shell("-C", "books", *args)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


def test_a_folder_without_a_workspace_says_how_to_make_one(shell):
    """An empty folder."""
    ran = shell("cost")
    assert ran.code == 1
    assert "percontact init" in ran.err


def test_check_names_the_worst_first_and_ends_with_one_when_a_figure_may_be_wrong(tiny, shell):
    """A ledger line that no rule claims comes in."""
    (tiny / "legal.csv").write_text("date,account,amount\n2026-06,6999,500\n")
    assert shell("-C", "books", "import", "ledger", "legal.csv").code == 0
    ran = shell("-C", "books", "check", "--json")
    assert ran.code == 1
    assert "500.00" in ran.json[0]["what"]
    assert [f["weight"] for f in ran.json] == sorted(
        (f["weight"] for f in ran.json), key=["stop", "wrong", "doubtful", "note"].index
    )
    assert shell("-C", "books", "policy", "check").code == 1


def test_a_proposed_policy_claims_every_line_and_reconciles(tiny, shell):
    """`policy propose` writes rules from the ledger's own accounts."""
    (tiny / "books" / "policy.yaml").unlink()
    assert shell("-C", "books", "policy", "propose").code == 0
    assert shell("-C", "books", "policy", "check").code == 0
    answer = shell("-C", "books", "cost", "--json").json
    assert answer["reconciliation"]["difference"] == "0.00"
    assert answer["reconciliation"]["unused"] == "2000.00"


def test_a_closed_period_keeps_its_figures_when_the_ledger_changes_later(tiny, shell):
    """June is closed; then a late line of 400 EUR arrives."""
    assert shell("-C", "books", "close", "2026-06").code == 0
    (tiny / "late.csv").write_text("date,account,text,amount\n2026-06,6100,Late bonus,400\n")
    shell("-C", "books", "import", "ledger", "late.csv")
    again = shell("-C", "books", "close", "2026-06", "--json")
    assert again.code == 1
    assert again.json["closed"]["full"]["value"] == "3.000000"
    assert again.json["today"]["full"]["value"] == "3.100000"


def test_the_python_door_gives_the_command_s_answer(tiny, shell):
    """percontact.open and percontact.cost."""
    import percontact as pc

    statement = pc.cost(pc.open(tiny / "books"), by=["channel"])
    asked = shell("-C", "books", "cost", "--by", "channel", "--json").json
    assert statement.headline == asked["headline"]
    frame = statement.to_arrow()
    assert frame.column("cost").to_pylist() == [Decimal("10000.00")]
    assert "<table" in statement._repr_html_()


def test_customers_are_stored_as_keyed_hashes_and_still_found_by_their_id(tiny, shell):
    """One customer with two contacts of 60 s at 0.50 EUR a minute."""
    (tiny / "named.csv").write_text(
        "contact_id,started_at,channel,handle_s,customer_id\n"
        "n1,2026-06-01 09:00:00,voice,60,anna@example.org\n"
        "n2,2026-06-02 09:00:00,voice,60,anna@example.org\n"
    )
    shell("-C", "books", "import", "contacts", "named.csv")
    answer = shell(
        "-C", "books", "cost", "--by", "customer", "--where", "customer=anna@example.org", "--json"
    ).json
    assert answer["rows"][0]["contacts"] == 2
    assert "anna" not in str(answer["rows"])
    assert answer["rows"][0]["cost"] == "1.00"


def test_a_value_with_a_comma_is_asked_for_in_quotes(tiny, shell):
    """Teams `Sales, north` (60 s) and `Sales` (120 s), at 0.50 EUR a minute."""
    (tiny / "teams.csv").write_text(
        "contact_id,started_at,channel,handle_s,team\n"
        't1,2026-06-01 09:00:00,voice,60,"Sales, north"\nt2,2026-06-01 09:00:00,voice,120,Sales\n'
    )
    shell("-C", "books", "import", "contacts", "teams.csv")

    def cost(condition):
        return shell("-C", "books", "cost", "--by", "team", "--where", condition, "--json").json

    assert [(r["team"], r["cost"]) for r in cost('team="Sales, north"')["rows"]] == [("Sales, north", "0.50")]
    assert {r["team"] for r in cost('team="Sales, north",Sales')["rows"]} == {"Sales, north", "Sales"}


def test_a_frame_lands_like_a_file(tiny, shell):
    """One more contact of 60 s at 0.50 EUR a minute, from a Polars frame; the same rows again: no change."""
    import polars as pl

    import percontact as pc

    frame = pl.DataFrame(
        {"contact_id": ["f1"], "started_at": ["2026-06-05 10:00:00"], "channel": ["voice"], "handle_s": [60]}
    )
    receipt = pc.land(pc.open(tiny / "books"), "contacts", frame, name="june")
    assert (receipt.seen, receipt.landed, receipt.aside) == (1, 1, 0)
    assert pc.land(pc.open(tiny / "books"), "contacts", frame, name="june").unchanged
    trail = shell("-C", "books", "trace", "f1", "--json").json
    assert round(Decimal(trail["amount"]), 2) == Decimal("0.50")
