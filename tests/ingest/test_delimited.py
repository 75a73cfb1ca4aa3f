# SPDX-License-Identifier: Apache-2.0
"""CSV and TSV: every row is found once, on its line, with the cells that were written."""

import codecs
import csv
import gzip
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from percontact.ingest.delimited import QuoteLeftOpen, row_starts
from percontact.ingest.found import BLANKS
from percontact.values.problem import PercontactError

DATED = "columns: {started_at: {constant: 2026-06-03}}\nkeep: all\n"
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [
        '"',
        '""',
        ",",
        "\n",
        "\r\n",
        "\r",
        " ",
        ";",
        "\t",
        "\x00",
        "'",
        "\\",
        "#",
        "NULL",
        "null",
        "\ufeff",
        "1e5",
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))


def written(rows: list[list[str]], **dialect: str) -> str:
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


@pytest.mark.slow
@given(tables())
@example([["", ""], ["\r", "\n"]])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_written_is_landed_or_set_aside_and_landed_as_written(
    desk, rows: list[list[str]]
) -> None:
    header = [f"f{i}" for i in range(len(rows[0]) if rows else 2)]
    staged = desk.read(written([header, *rows]), mapping=DATED)
    assert (staged.seen, staged.landed, staged.aside) == (len(rows), len(rows), ())
    found = desk.rows(staged, ", ".join(header)) if rows else []
    assert found == [tuple(cell.strip(BLANKS) or None for cell in row) for row in rows]


@given(tables())
def test_the_counter_finds_the_rows_that_were_written(rows: list[list[str]]) -> None:
    """A header stands first: U+FEFF at the very start of a text is its byte-order mark, not a cell."""
    lines = io.StringIO(written([["header"], *rows]), newline="")
    assert len(list(row_starts(lines, '"'))) == 1 + len(rows)


def test_a_row_is_named_by_the_line_it_starts_on(desk) -> None:
    """line 2 holds a cell of two lines, line 4 is blank, line 6 lacks a cell"""
    staged = desk.read('team,note\nA,"one\ntwo"\n\nB,x\nC\nD,y', mapping=DATED)
    assert [a.line for a in staged.aside] == [6]
    assert desk.rows(staged, "team, row_id & (2**36 - 1)::BIGINT") == [("A", 2), ("B", 5), ("D", 7)]
    assert staged.seen == 4


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_end_a_row(desk, end: str) -> None:
    assert desk.column(end.join(["team", "A", "", "B", "C"]), "team", mapping=DATED) == ["A", "B", "C"]


def test_a_quote_in_the_middle_of_a_cell_is_read_when_it_is_closed_on_its_line(desk) -> None:
    assert desk.column('team\n24" x 30" desk\n', "team", mapping=DATED) == ['24" x 30" desk']


def test_rows_that_a_stray_quote_could_have_joined_are_refused_by_line(desk) -> None:
    """The quote of line 3 is closed on line 5: the counter sees one row there, the reader three."""
    with pytest.raises(PercontactError, match=r"in.csv:4: .*E-FILE-05"):
        desk.read('team,size\nA,1\nB,24"\nC,2\nD,30"\nE,3\n', mapping=DATED)


def test_a_file_without_quotes_may_hold_any_quote_sign(desk) -> None:
    text = 'team,size\nA,24"\nB,2\n'
    assert desk.column(text, "size", mapping=DATED + 'quote: ""') == ['24"', "2"]


def test_a_quote_that_swallows_the_file_is_found_where_it_was_opened(desk) -> None:
    text = 'team\nA\n"B\n' + "C\n" * 100_000
    with pytest.raises(PercontactError, match=r"in.csv:3: .*E-FILE-05"):
        desk.read(text, mapping=DATED)
    with pytest.raises(QuoteLeftOpen):
        list(row_starts(['"a\n', "b\n"], '"'))


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("team;n\nA;1\n", ""),
        ("team\tn\nA\t1\n", ""),
        ("sep=|\nteam|n\nA|1\n", ""),
        ("team|n\nA|1\n", 'delimiter: "|"'),
        ("'team','n'\n'A',1\n", 'quote: "\'"'),
        ("Report of June\n\nteam,n\nA,1\n", "skip: 1"),
        ("\n\nteam,n\nA,1\n", ""),
        ("x,y\nA,1\n", "headers: [team, n]"),
    ],
)
def test_dialects_that_are_said_or_certain_are_read(desk, text: str, more: str) -> None:
    staged = desk.read(text, mapping=DATED + more)
    assert desk.rows(staged, "team, n") == [("A", "1")]
    assert staged.seen == 1


def test_a_taken_delimiter_is_told_in_the_receipt(desk) -> None:
    assert "semicolons" in desk.read("team;n\nA;1\n", mapping=DATED).notes[0]


@pytest.mark.parametrize(
    ("data", "more"),
    [
        ("team\nMünchen\n".encode(), ""),
        (codecs.BOM_UTF8 + "team\nMünchen\n".encode(), ""),
        ("team\nMünchen\n".encode("cp1252"), "encoding: cp1252"),
        ("team\nMünchen\n".encode("utf-16"), "encoding: utf-16"),
        (gzip.compress("team\nMünchen\n".encode(), mtime=0), ""),
    ],
    ids=["utf-8", "utf-8-sig", "cp1252", "utf-16", "gzip"],
)
def test_encodings_that_are_said_or_certain_are_read(desk, data: bytes, more: str) -> None:
    name = "in.csv.gz" if data[:2] == b"\x1f\x8b" else "in.csv"
    assert desk.column(data, "team", mapping=DATED + more, name=name) == ["München"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_byte_order_mark_is_certain_and_nothing_is_asked(desk, encoding: str) -> None:
    assert desk.column("team\nMünchen\n".encode(encoding), "team", mapping=DATED) == ["München"]


def test_utf_16_without_its_mark_is_named_as_the_likely_encoding(desk) -> None:
    with pytest.raises(PercontactError, match="utf-16-le reads München"):
        desk.read("team\nMünchen\n".encode("utf-16-le"), mapping=DATED)


def test_other_encodings_are_shown_with_what_they_would_read_and_none_is_taken(desk) -> None:
    with pytest.raises(PercontactError, match=r"cp1252 reads München; .*cp1253 reads Mόnchen"):
        desk.read("team\nMünchen\n".encode("cp1252"), mapping=DATED)


def test_a_cut_off_archive_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match="E-FILE-06"):
        desk.read(gzip.compress(b"team\nA\n" * 1000)[:-20], mapping=DATED, name="in.csv.gz")


def test_a_tsv_is_parted_at_tabs_alone(desk) -> None:
    assert desk.column("team;x\nA;1,2\n", "team_x", mapping=DATED, name="in.tsv") == ["A;1,2"]


def test_a_file_without_a_header_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match="E-FILE-06"):
        desk.read("\n\n", mapping=DATED)


def test_a_header_alone_lands_nothing(desk) -> None:
    staged = desk.read("started_at,team\n")
    assert (staged.seen, staged.landed, staged.files) == (0, 0, ())


@pytest.mark.slow
def test_cells_of_several_lines_survive_a_file_larger_than_any_buffer(desk) -> None:
    """60 MB; a row in ten holds a line end, a quote and a comma."""
    rows = [[str(i), 'one\ntwo, "three"' if i % 10 == 0 else "x" * (i % 900)] for i in range(150_000)]
    staged = desk.read(written([["n", "m"], *rows]), mapping=DATED.replace("all", "[n, m]"))
    assert (staged.seen, staged.landed) == (150_000, 150_000)
    assert desk.rows(staged, "n, m") == [(n, m or None) for n, m in rows]


def test_a_file_without_a_header_is_read_from_its_first_line(desk) -> None:
    """c1|2026-06-03 09:00 / c2|2026-06-03 10:00|voice, the first row a cell short"""
    form = "header: none\nragged: pad\ndelimiter: '|'\nquote: ''\nheaders: [contact_id, started_at, channel]"
    staged = desk.read("c1|2026-06-03 09:00\nc2|2026-06-03 10:00|voice\n", mapping=form)
    assert (staged.seen, staged.landed, staged.aside) == (2, 2, ())
    assert desk.rows(staged, "contact_id, channel") == [("c1", None), ("c2", "voice")]


def test_a_row_with_more_cells_than_the_header_is_never_cut(desk) -> None:
    staged = desk.read("contact_id,started_at\nc1,2026-06-03,x\nc2\n", mapping="ragged: pad")
    assert [(a.line, a.code) for a in staged.aside] == [(2, "E-ROW-01"), (3, "E-ROW-02")]
