# SPDX-License-Identifier: Apache-2.0
"""Closed months: what an import, a statement, `check` and `close` itself say of them."""

LATE = "date,account,text,amount\n2026-06,6100,Late bonus,400\n"


def books(shell, *args):
    return shell("-C", "books", *args)


def test_an_import_into_a_closed_month_says_so(tiny, shell):
    """June is closed; a ledger line and a contact of June come, and a line of July."""
    books(shell, "close", "2026-06")
    (tiny / "late.csv").write_text(LATE)
    (tiny / "july.csv").write_text(LATE.replace("2026-06", "2026-07"))
    (tiny / "call.csv").write_text("contact_id,started_at,channel\nz1,2026-06-30 10:00:00,voice\n")
    says = "Rows of it fall in 2026-06, which is closed: what was reported stands"
    assert says in books(shell, "import", "ledger", "late.csv").out
    assert says in books(shell, "import", "contacts", "call.csv").out
    assert says not in books(shell, "import", "ledger", "july.csv").out


def test_a_statement_and_check_name_closed_months_whose_figures_moved(tiny, shell):
    """As above; asked twice, for the second answer is what was kept. An earlier state says nothing."""
    books(shell, "close", "2026-06")
    assert not any("closed" in note for note in books(shell, "cost", "--json").json["notes"])
    (tiny / "late.csv").write_text(LATE)
    books(shell, "import", "ledger", "late.csv")
    for _ in range(2):
        notes = books(shell, "cost", "--json").json["notes"]
        told = [n for n in notes if n.startswith("2026-06 is closed, and today's data differs")]
        assert len(told) == 1
        assert "ledger EUR 12,000.00 then, EUR 12,400.00 now" in told[0]
    assert "2026-06 is closed, and today's data differs" in books(shell, "check").out
    earlier = books(shell, "cost", "--json", "--snapshot", "4").json["notes"]
    assert not any("closed" in note for note in earlier)


def test_other_figures_are_told_in_the_words_of_the_field(tiny, shell):
    """12,000 EUR and then 400 more, for 4,000 contacts."""
    books(shell, "close", "2026-06")
    (tiny / "late.csv").write_text(LATE)
    books(shell, "import", "ledger", "late.csv")
    said = books(shell, "close", "2026-06").out
    assert "cost per contact (basis full) EUR 3.00 then, EUR 3.10 now" in said
    assert "ledger EUR 12,000.00 then, EUR 12,400.00 now" in said
    assert "_cents" not in said
    assert said.count("12,400.00 now") == 2  # the ledger once, and the cost of contacts on basis full


def test_a_period_without_data_cannot_be_closed_and_the_reason_is_told(tiny, shell):
    """There is June only."""
    asked = books(shell, "close", "2027-01")
    assert asked.code == 1
    assert "E-DATA-01" in asked.err
    assert "there are no ledger lines and no contacts in 2027-01" in asked.err
    assert "contacts from 2026-06 to 2026-06" in asked.err


def test_closing_a_period_that_is_half_known_says_what_it_lacks(tiny, shell):
    """A quarter of which June alone has data."""
    said = books(shell, "close", "2026-Q2").out
    assert "There are no contacts in 2026-04 and 2026-05 and no ledger lines in 2026-04 and 2026-05" in said


def test_undo_speaks_of_what_was_replaced_only_where_something_was(tiny, shell):
    """Import 3 is the ledger; its corrected file is import 4, and stands for it."""
    (tiny / "ledger.csv").write_text(LATE)
    books(shell, "import", "ledger", "ledger.csv", "--replace")
    said = books(shell, "imports", "--undo", "4").out
    assert "(ledger.csv, 1 row of ledger)" in said
    assert "It stood for import 3, which does not come back by itself" in said
    assert "come back" not in books(shell, "imports", "--undo", "2").out
