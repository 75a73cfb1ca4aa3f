# SPDX-License-Identifier: Apache-2.0
"""What the terminal says of rows that did not land: no person's data, and no alarm where it was meant."""

CALLS = """contact_id,started_at,channel,customer_id,E-Mail,Phone,handle_s
c1,2026-06-01,voice,Ada,ada@mail.example,020 7946 0958,30
c1,2026-06-02,voice,Ada,ada@mail.example,020 7946 0958,30
c2,2026-06-02,voice,Bob,bob@mail.example,020 7946 0959,ada@mail.example
c3,2026-06-02,voice,Byron, Ada,ada@mail.example,020 7946 0958,30
"""
PERSONAL = ("Ada", "Byron", "Bob", "@mail", "7946")


def test_rows_set_aside_show_no_cell_of_a_person(shell, tmp_path) -> None:
    """An id that stands twice; an address under a number; a cell too many, so that no cell is surely what."""
    (tmp_path / "calls.csv").write_text(CALLS)
    shell("init", ".", "--currency", "EUR", "--timezone", "UTC")
    imported = shell("import", "contacts", "calls.csv")
    listed = shell("imports", "--aside", "1")
    as_json = shell("imports", "--aside", "1", "--json")
    for ran in (imported, listed, as_json):
        assert [word for word in PERSONAL if word in ran.out + ran.err] == []
    assert "c1,2026-06-02,voice,...,...,...,30" in imported.err
    assert "`handle_s` is `...`, no number of seconds" in imported.err
    assert "its cells cannot be told apart" in imported.err


def test_the_file_to_be_corrected_holds_rows_whole_and_the_list_says_so(shell, tmp_path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS)
    shell("init", ".", "--currency", "EUR", "--timezone", "UTC")
    shell("import", "contacts", "calls.csv")
    assert (
        "imports --aside 1 -o FILE writes the rows whole, to be corrected."
        in shell("imports", "--aside", "1").err
    )
    shell("imports", "--aside", "1", "-o", "fix.csv")
    assert "c1,2026-06-02,voice,Ada,ada@mail.example,020 7946 0958,30" in (tmp_path / "fix.csv").read_text()


def test_a_file_without_persons_is_shown_as_found(shell, tmp_path) -> None:
    (tmp_path / "l.csv").write_text(
        "account,date,text,amount\n6100,2026-06-01,Pay,12O.00\n6100,2026-06-01,Pay,1\n"
    )
    shell("init", ".", "--currency", "EUR", "--timezone", "UTC")
    assert "  | 6100,2026-06-01,Pay,12O.00" in shell("import", "ledger", "l.csv").err
    assert "are not shown" not in shell("imports", "--aside", "1").err


def test_rows_left_out_on_purpose_are_no_more_than_a_note(shell, tmp_path) -> None:
    (tmp_path / "calls.csv").write_text(
        "contact_id,started_at,Result\nc1,2026-06-01,OK\nc2,2026-06-02,PHANTOM\n"
    )
    (tmp_path / "m.yaml").write_text("where: [{column: Result, not: [PHANTOM]}]\n")
    shell("init", "books", "--currency", "EUR", "--timezone", "UTC")
    shell("-C", "books", "import", "contacts", "calls.csv", "--mapping", "m.yaml")
    told = shell("-C", "books", "check").out
    assert "note      1 row was left out of calls.csv on purpose, by its mapping (2 in all)." in told
    assert "-> percontact -C books imports --aside 1 lists them." in told


def test_rows_that_were_there_already_are_not_counted_as_timed(shell, tmp_path) -> None:
    """Two calls, of which one is there already: one is measured, not two."""
    shell("init", ".", "--currency", "EUR", "--timezone", "UTC")
    (tmp_path / "a.csv").write_text("contact_id,started_at,handle_s\nc1,2026-06-01,30\n")
    (tmp_path / "b.csv").write_text("contact_id,started_at,handle_s\nc1,2026-06-01,30\nc2,2026-06-01,40\n")
    shell("import", "contacts", "a.csv")
    assert "Rows by how their handle time is known: measured 1." in shell("import", "contacts", "b.csv").out
