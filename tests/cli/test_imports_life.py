# SPDX-License-Identifier: Apache-2.0
"""The life of an import: rows set aside come back corrected; it is replaced, undone, its texts purged."""

import csv
from pathlib import Path

import pytest

MAPPING = """
delimiter: ";"
decimal: ","
skip: 1
format: "%d.%m.%Y %H:%M"
columns:
  contact_id: Anruf
  started_at: Beginn
  handle_s: {column: Dauer, unit: min}
  team: Team
  customer_id: Kunde
  channel: {constant: voice}
where: {column: Team, not: [Test]}
"""
CALLS = """Bericht;Juni
Anruf;Beginn;Dauer;Team;Kunde
c1;03.06.2026 09:00;5,5;Nord;Ada
c2;31.06.2026 09:10;3,0;Nord;Grace
c3;04.06.2026 10:00;abc;"Süd; West";Alan
c4;05.06.2026 11:00;2,0;Süd
c5;05.06.2026 11:00;2,0;Test;Barbara
"""


@pytest.fixture
def calls(tmp_path: Path, shell, kept) -> Path:
    """Five calls: one lands, three are at fault, one is left out on purpose."""

    def make() -> None:
        (tmp_path / "calls.csv").write_text(CALLS)
        (tmp_path / "m.yaml").write_text(MAPPING)
        assert shell("init", "books", "--currency", "EUR", "--timezone", "Europe/Berlin").code == 0
        said = bring(shell, "calls.csv").out
        assert said.startswith("calls.csv: 5 rows = 1 landed in contacts + 4 set aside.")

    kept("five calls", tmp_path, make)
    return tmp_path


def bring(shell, name: str, *more: str):
    return shell("-C", "books", "import", "contacts", name, "--mapping", "m.yaml", "--yes", *more)


def correct(path: Path) -> None:
    """Mend the three cells at fault as a person would, in the way the file is written."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    for row in rows[2:]:
        row[2:] = [cell.replace("31.06.", "30.06.").replace("abc", "4,5") for cell in row[2:]]
        row += ["Edsger"] * (7 - len(row))
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def landed(tmp_path: Path) -> dict[str, tuple[int, int]]:
    """contact_id -> (import, seconds) of the newest Book"""
    from percontact.records.dialect import connect
    from percontact.records.tables import ROW_BITS
    from percontact.store import Workspace

    book = Workspace.open(tmp_path / "books").book()
    if not book.has("contacts"):
        return {}
    rows = connect().execute(
        f"SELECT contact_id, row_id >> {ROW_BITS}, handle_s::INTEGER FROM {book.relation('contacts')}"
    )
    return {name: (number, seconds) for name, number, seconds in rows.fetchall()}


def test_rows_set_aside_are_written_the_way_of_their_file_with_the_reason_in_front(
    calls: Path, shell
) -> None:
    told = shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    assert told.out == (
        "fix.csv: 3 rows set aside by import 1 (1 that the mapping leaves out on purpose are not in it).\n"
    )
    lines = (calls / "fix.csv").read_text().splitlines()
    assert lines[:2] == ["Bericht;Juni", "aside_of_import_1;aside_reason;Anruf;Beginn;Dauer;Team;Kunde"]
    assert [line.split(";")[0] for line in lines[2:]] == ["4", "5", "6"]
    assert lines[2].endswith(";c2;31.06.2026 09:10;3,0;Nord;Grace")
    assert lines[3].endswith(';c3;04.06.2026 10:00;abc;"Süd; West";Alan')


def test_corrected_rows_land_and_only_they(calls: Path, shell) -> None:
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    assert bring(shell, "fix.csv").out.startswith("fix.csv: 3 rows = 0 landed in contacts + 3 set aside.")
    correct(calls / "fix.csv")
    assert bring(shell, "fix.csv", "--replace").out.startswith(
        "fix.csv: 3 rows = 3 landed in contacts + 0 set aside."
    )
    assert landed(calls) == {"c1": (1, 330), "c2": (3, 180), "c3": (3, 270), "c4": (3, 120)}


def test_what_was_corrected_is_no_finding_any_more(calls: Path, shell) -> None:
    """of four rows set aside three land; the fourth is left out on purpose, and said so"""
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    correct(calls / "fix.csv")
    bring(shell, "fix.csv")
    assert (
        "4 of 5 rows of calls.csv were set aside; 3 of them landed since."
        in shell("-C", "books", "check").out
    )


def test_a_corrected_file_replaces_the_file_and_what_was_corrected_from_it_and_no_other(
    calls: Path, shell
) -> None:
    (calls / "other.csv").write_text(CALLS.replace("c1", "o1").replace("Juni", "Juli"))
    bring(shell, "other.csv")
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    correct(calls / "fix.csv")
    bring(shell, "fix.csv")
    whole = CALLS.replace("31.06.", "30.06.").replace("abc", "4,5").replace("2,0;Süd\n", "2,0;Süd;Edsger\n")
    (calls / "calls.csv").write_text(whole)
    assert "4 landed in contacts + 1 set aside" in bring(shell, "calls.csv", "--replace").out
    assert landed(calls) == {
        "o1": (2, 330), "c1": (4, 330), "c2": (4, 180), "c3": (4, 270), "c4": (4, 120),
    }  # fmt: skip
    states = {i["number"]: i["state"] for i in shell("-C", "books", "imports", "--json").json}
    assert states == {1: "replaced", 2: "live", 3: "replaced", 4: "live"}


def test_any_import_can_be_undone(calls: Path, shell) -> None:
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    correct(calls / "fix.csv")
    bring(shell, "fix.csv")
    assert shell("-C", "books", "imports", "--undo", "2").code == 0
    assert landed(calls) == {"c1": (1, 330)}
    assert shell("-C", "books", "imports", "--undo", "1").code == 0
    assert landed(calls) == {}


def test_purging_forgets_the_texts_and_keeps_the_counts(calls: Path, shell) -> None:
    """Ada landed as a hash; Grace, Alan and Barbara stand in the file and in the rows set aside"""
    books = calls / "books"
    assert b"Grace" in b"".join(p.read_bytes() for p in books.rglob("*") if p.is_file())
    assert shell("-C", "books", "imports", "--purge-originals", "--older-than", "1d").out.startswith(
        "Purged the source files and the texts of set-aside rows of 0 imports."
    )
    done = shell("-C", "books", "imports", "--purge-originals", "--older-than", "0d", "--json")
    assert done.json == {"purged": [1]}
    left = b"".join(p.read_bytes() for p in books.rglob("*") if p.is_file())
    assert not any(name in left for name in (b"Grace", b"Alan", b"Barbara", b"Ada", b"31.06."))
    shown = shell("-C", "books", "imports", "--show", "1").out
    assert "5 rows = 1 landed + 4 set aside" in shown
    assert "original  purged on 20" in shown
    codes = [row["code"] for row in shell("-C", "books", "imports", "--aside", "1", "--json").json]
    assert codes == ["E-TIME-01", "E-TYPE-01", "E-ROW-01", "E-SKIP-01"]
    assert shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv").code == 1
    assert landed(calls) == {"c1": (1, 330)}


def test_a_trail_says_that_the_source_text_was_purged(tiny: Path, shell) -> None:
    shell("-C", "books", "imports", "--purge-originals", "--older-than", "0")
    told = " ".join(shell("-C", "books", "trace", "--format", "csv").out.split())
    assert "ledger.csv:2 (text purged on 20" in told or "contacts.csv:2 (text purged on 20" in told


def test_a_source_file_that_a_younger_import_shares_stays_until_that_is_old(calls: Path) -> None:
    """the same bytes read twice under two mappings; only the older import is of age"""
    import sqlite3
    from datetime import UTC, datetime, timedelta

    from percontact.ingest.mapping_form import parse_mapping
    from percontact.pipeline import land
    from percontact.store import Workspace

    books = Workspace.open(calls / "books")
    land(books, "contacts", calls / "calls.csv", mapping=parse_mapping(MAPPING + "part: b\n", "b"), add=True)
    with sqlite3.connect(books.path / "manifest.sqlite") as con:
        con.execute("UPDATE snapshots SET at = ? WHERE id = 2", [str(datetime.now(UTC) - timedelta(9))])
    assert books.purge(timedelta(days=3)) == []
    assert books.kept_original(1) is not None
    assert books.purge(timedelta(0)) == [1, 2]


@pytest.mark.parametrize(
    "args", [("--older-than", "9d"), ("--purge-originals",), ("-o", "x.csv"), ("--show", "1", "--undo", "1")]
)
def test_options_that_do_not_go_together_are_refused(calls: Path, shell, args: tuple[str, ...]) -> None:
    assert shell("-C", "books", "imports", *args).code == 2


def test_rows_of_a_json_file_come_back_with_the_mapping_of_the_first_time(tmp_path: Path, shell) -> None:
    """two records under a path, the second on 31 June"""
    (tmp_path / "m.yaml").write_text(
        "records: data.items\ncolumns: {contact_id: id, started_at: at, channel: via.channel}\n"
    )
    days = ("2026-06-03", "2026-06-31")
    items = ", ".join(f'{{"id": "k{d}", "at": "{d} 09:00", "via": {{"channel": "chat"}}}}' for d in days)
    (tmp_path / "in.json").write_text(f'{{"data": {{"items": [{items}]}}}}')
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    assert "1 landed in contacts + 1 set aside" in bring(shell, "in.json").out
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    fixed = (tmp_path / "fix.csv").read_text().replace(",2026-06-31 09:00,", ",2026-06-30 09:00,")
    (tmp_path / "fix.csv").write_text(fixed)
    assert "fix.csv: 1 row = 1 landed in contacts + 0 set aside." in bring(shell, "fix.csv").out
    assert sorted(landed(tmp_path)) == ["k2026-06-03", "k2026-06-31"]


def test_rows_of_a_workbook_come_back_with_the_mapping_of_the_first_time(tmp_path: Path, shell) -> None:
    """a title line, then two calls, the second on 31 June"""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "calls.xlsx") as book:
        sheet = book.add_worksheet("Calls")
        lines = (["June"], ["Call", "At"], ["a", "03/06/2026 09:00"], ["b", "31/06/2026 09:00"])
        for row, cells in enumerate(lines):
            sheet.write_row(row, 0, cells)
    (tmp_path / "m.yaml").write_text(
        "sheet: Calls\nskip: 1\nformat: '%d/%m/%Y %H:%M'\n"
        "columns: {contact_id: Call, started_at: At, channel: {constant: voice}}\n"
    )
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    assert "1 landed in contacts + 1 set aside" in bring(shell, "calls.xlsx").out
    shell("-C", "books", "imports", "--aside", "1", "-o", "fix.csv")
    fixed = (tmp_path / "fix.csv").read_text().replace(",31/06", ",30/06")
    (tmp_path / "fix.csv").write_text(fixed)
    assert "fix.csv: 1 row = 1 landed in contacts + 0 set aside." in bring(shell, "fix.csv").out
    assert sorted(landed(tmp_path)) == ["a", "b"]
