# SPDX-License-Identifier: Apache-2.0
"""Every way a reader was seen to change a file without a word: each pinned by what is read here instead.

The files are those that DuckDB's own sniffer and readers took wrong when they were measured.
"""

import io
from decimal import Decimal

import openpyxl
import pytest

from percontact.values.problem import PercontactError

DATED = "columns: {started_at: {constant: 2026-06-03 09:00}, channel: {constant: voice}}\n"


def test_a_ragged_file_does_not_become_one_column(desk) -> None:
    """A sniffer chose `|`, which stands nowhere, and read each line as one cell."""
    staged = desk.read("contact_id,team\nc-1,A\nc-2\nc-3,A,x\nc-4,B\n", mapping=DATED)
    assert staged.headers == ("contact_id", "team")
    assert desk.rows(staged, "contact_id, team") == [("c-1", "A"), ("c-4", "B")]
    assert [(a.line, a.code, a.text) for a in staged.aside] == [
        (3, "E-ROW-01", "c-2"),
        (4, "E-ROW-01", "c-3,A,x"),
    ]


def test_an_unterminated_quote_does_not_switch_quoting_off(desk) -> None:
    """A sniffer did, and cells of several lines became rows: 4 instead of 3."""
    with pytest.raises(PercontactError, match=r"in.csv:4: [\s\S]*opened there and never closed"):
        desk.read('contact_id,note\nc-1,"two\nlines"\nc-2,"open\nc-3,x\n', mapping=DATED)


def test_an_account_code_of_1E5_stays_1E5(desk) -> None:
    """It became 100000.0."""
    text = "account,date,amount\n1E5,2026-06,10\n0042,2026-06,10\n12345678901234567890,2026-06,10\n"
    assert desk.column(text, "account", "ledger") == ["1E5", "0042", "12345678901234567890"]


def test_sep_is_no_header(desk) -> None:
    staged = desk.read("sep=;\ncontact_id;team\nc-1;A\n", mapping=DATED)
    assert (staged.headers, staged.seen) == (("contact_id", "team"), 1)


def test_mixed_line_ends_lose_no_value(desk) -> None:
    """Read leniently, the row `4,d` came back as (NULL, 'd')."""
    text = "contact_id,team\r\n1,a\n2,b\r3,c\r\n4,d\n"
    staged = desk.read(text, mapping=DATED)
    assert desk.rows(staged, "contact_id, team") == [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")]


def test_line_ends_of_carriage_returns_alone_end_lines(desk) -> None:
    assert desk.column("contact_id\rc-1\rc-2\r", "contact_id", mapping=DATED) == ["c-1", "c-2"]


def test_a_total_row_lands_only_if_it_is_a_row(desk) -> None:
    """`Total` was accepted as data. Without a date it is none; a mapping can leave it out by name."""
    text = "date,account,amount\n2026-06,6000,10\n2026-06,6100,20\nTotal,,30\n"
    staged = desk.read(text, "ledger")
    assert (staged.seen, staged.landed) == (3, 2)
    assert [(a.line, a.text) for a in staged.aside] == [(4, "Total,,30")]


def test_a_byte_order_mark_is_no_part_of_the_first_header(desk) -> None:
    assert desk.read("\ufeffcontact_id\nc-1\n", mapping=DATED).headers == ("contact_id",)


def test_nul_bytes_stay_in_their_cell(desk) -> None:
    staged = desk.read("contact_id,team\nc-1,a\x00b\nc-2,c\n", mapping=DATED)
    assert staged.seen == staged.landed + len(staged.aside) == 2
    assert ("c-2", "c") in desk.rows(staged, "contact_id, team")


def test_zeros_in_front_and_long_ids_stay(desk) -> None:
    text = "contact_id\n007\n00\n98765432109876543210\n"
    assert desk.column(text, "contact_id", mapping=DATED) == ["007", "00", "98765432109876543210"]


def test_two_columns_of_one_name_are_refused_by_place(desk) -> None:
    with pytest.raises(PercontactError, match=r"columns 2 and 3 are both called `Team`"):
        desk.read("contact_id,team,Team\nc-1,A,B\n", mapping=DATED)


def test_a_column_without_a_name_is_kept_if_it_holds_anything(desk) -> None:
    staged = desk.read("contact_id,,\nc-1,x,\n", mapping=DATED)
    assert desk.rows(staged, "contact_id, column_2") == [("c-1", "x")]


def test_a_quote_after_a_blank_loses_no_row(desk) -> None:
    """FreeSWITCH writes a blank before the last cell, which stands in quotes."""
    staged = desk.read('"contact_id","team"\n"c-1", "A"\n"c-2", "B"\n', mapping=DATED)
    assert staged.seen == 2
    assert [t.strip('" ') for (t,) in desk.rows(staged, "team")] == ["A", "B"]


def test_a_text_late_in_a_column_of_numbers_is_one_row_aside(desk) -> None:
    """At row 30,000: past every sample that a sniffer takes."""
    rows = [f"c-{i},{'n/a' if i == 30_000 else 60}" for i in range(30_100)]
    staged = desk.read("\n".join(["contact_id,handle_s", *rows]), mapping=DATED)
    assert (staged.seen, staged.landed) == (30_100, 30_099)
    assert [(a.line, a.column, a.code) for a in staged.aside] == [(30_002, "handle_s", "E-TYPE-01")]


def test_one_wrong_byte_is_refused_by_its_line_and_never_replaced(desk) -> None:
    """A reject table showed `?` in its place."""
    with pytest.raises(PercontactError, match=r"in.csv:3: [\s\S]*E-FILE-02"):
        desk.read(b"contact_id,team\nc-1,A\nc-2,B\xfcro\n", mapping=DATED)


def test_a_json_number_beyond_64_bits_is_no_double(desk) -> None:
    text = '[{"contact_id": 98765432109876543210}]'
    assert desk.column(text, "contact_id", mapping=DATED, name="in.json") == ["98765432109876543210"]


def test_a_json_amount_keeps_its_nineteenth_digit(desk) -> None:
    """It came back as 1234567890.1234567."""
    text = '[{"account": "6000", "date": "2026-06", "amount": 1234567890.123456789}]'
    assert desk.column(text, "amount", "ledger", name="in.json") == [Decimal("1234567890.123456789")]


def test_a_malformed_line_of_json_is_no_row_of_nulls(desk) -> None:
    staged = desk.read('{"contact_id": "c-1"}\n{"contact_id"\n', mapping=DATED, name="in.ndjson")
    assert (staged.seen, staged.landed, [a.line for a in staged.aside]) == (2, 1, [2])


def test_a_decimal_comma_is_said_and_never_guessed(desk) -> None:
    text = "account;date;amount\n6000;2026-06;1.234,50\n"
    assert desk.column(text, "amount", "ledger", mapping='decimal: ","\nthousands: "."') == [
        Decimal("1234.50")
    ]
    assert [a.code for a in desk.read(text, "ledger").aside] == ["E-TYPE-01"]


def test_excel_keeps_132_hours_and_the_text_of_a_code(desk) -> None:
    """Read as text by another library, 132 h was 1900-01-05 12:00:00."""
    book = openpyxl.Workbook()
    book.active.append(["contact_id", "handle_s"])
    book.active.append(["1E5", 5.5])
    book.active["B2"].number_format = "[h]:mm:ss"
    out = io.BytesIO()
    book.save(out)
    staged = desk.read(out.getvalue(), mapping=DATED, name="in.xlsx")
    assert desk.rows(staged, "contact_id, handle_s") == [("1E5", 132 * 3600)]


def test_an_uncalculated_formula_is_not_zero(desk) -> None:
    book = openpyxl.Workbook()
    book.active.append(["account", "date", "amount"])
    book.active.append(["6000", "2026-06", "=SUM(1,2)"])
    out = io.BytesIO()
    book.save(out)
    staged = desk.read(out.getvalue(), "ledger", name="in.xlsx")
    assert (staged.landed, [a.code for a in staged.aside]) == (0, ["E-TYPE-01"])
