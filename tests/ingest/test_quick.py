# SPDX-License-Identifier: Apache-2.0
"""Cells written the usual way are read at once; every other way of writing gives what it always gave."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from percontact.ingest import typed
from percontact.ingest.found import BLANKS
from percontact.ingest.regular import Dialect, NotRegular, count_rows, is_padded
from percontact.ingest.rules import Rule

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

TIMES = (
    "2026-06-03 09:15:00", " 2026-06-03 09:15:00", "2026-06-03 09:15:00\u00a0", "2026-06-03T09:15:00",
    "2026-06-03", "2026-06-03 9:15", "2026-6-03 09:15:00", "2026-06-3  09:15:00", "2026-06-03  9:15:00",
    "2026-06-03 09:15:00.25", "2026-06-03 09:15:00.250000", "2026-06-03 09:15:00+02", "2026-06-03 09:15:00 Z",
    "0026-06-03 09:15:00", "0044-03-15 (BC) 00:00:00", "infinity", "-infinity", "epoch",
    "9999-12-31 23:59:59", "294247-01-10 04:00:54", "2026-02-30 00:00:00", "2026-06-03 24:00:00",
    "-2026-06-03 09:15:00", "n/a", "",
)  # fmt: skip
NUMBERS = (
    "60", " 60", "60\t", "007", "-5", "-0", "+5", "1e3", "0x1F", "1_000", "12.0", "12.5", "12.", ".5",
    "12.0004", "2147483647", "2147483648", "-2147483648", "99999999999", "999999999999999", "1:02:03", "n/a",
    "NaN", "true", "",
)  # fmt: skip

ANY_TIME = st.sampled_from(TIMES) | st.text("0123456789-: T.Z+", max_size=22)
ANY_NUMBER = st.sampled_from(NUMBERS) | st.text("0123456789-+.e: _", max_size=12)


def outcome(desk, text: str, mapping: str) -> object:
    staged = desk.read(text, mapping=mapping)
    columns = "started_at, ended_at, handle_s, handle_basis, bucket, row_id & (2**36 - 1)::BIGINT"
    return desk.rows(staged, columns), staged.aside, [n for n in staged.notes if "Numbers rounded" in n]


def both_ways(
    desk, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str, str]], mapping: str = ""
) -> tuple[object, object]:
    """What rows are read as at once, and with every rule asked of every cell."""
    text = "id,started_at,ended_at,handle_s\n" + "".join(
        f"{n},{','.join(row)}\n" for n, row in enumerate(rows)
    )
    at_once = outcome(desk, text, mapping)
    with monkeypatch.context() as patch:
        patch.setattr(typed, "quick_names", lambda _targets: [])
        patch.setattr(typed, "first_fault", every_rule_asked)
        return at_once, outcome(desk, text, mapping)


def every_rule_asked(found: list[Rule]) -> str:
    asked = " ".join(f"WHEN {rule.when} THEN {n}" for n, rule in enumerate(found, start=1))
    return f"CASE {asked} END::SMALLINT AS _fault"


@pytest.mark.slow
@given(st.lists(st.tuples(ANY_TIME, ANY_TIME, ANY_NUMBER), min_size=1, max_size=40))
@example([(time, "", "") for time in TIMES])
@example([("2026-06-03", time, "") for time in TIMES])
@example([("2026-06-03", "", number) for number in NUMBERS])
@SHARED
def test_a_cell_says_the_same_whichever_way_it_is_read(desk, monkeypatch, rows) -> None:
    at_once, by_rules = both_ways(desk, monkeypatch, rows)
    assert at_once == by_rules


@pytest.mark.parametrize(
    "mapping",
    [
        "nulls: ['2147483647', infinity]",
        "columns: {handle_s: {column: handle_s, unit: min}}",
        "columns: {handle_s: {column: handle_s, values: {'60': '90'}}}",
        "columns: {ended_at: {column: ended_at, fill: down}}",
        "columns: {handle_s: {column: handle_s, when: {column: id, is: ['0', '5', '30']}}}",
        "columns: {handle_s: {column: handle_s, or: {constant: '7'}}}",
        "columns: {started_at: {column: started_at, format: '%Y-%d-%m %H:%M:%S'}}",
        "timezone: UTC",
    ],
)
def test_a_mapping_says_the_same_whichever_way_its_cells_are_read(desk, monkeypatch, mapping) -> None:
    rows = [(t, t, n) for t, n in zip(TIMES, NUMBERS, strict=True)]
    rows += [("2026-06-03 09:15:00", t, n) for t, n in zip(TIMES, reversed(NUMBERS), strict=True)]
    at_once, by_rules = both_ways(desk, monkeypatch, rows, mapping)
    assert at_once == by_rules


def test_a_usual_time_and_length_are_what_they_say(desk) -> None:
    staged = desk.read("started_at,handle_s\n2026-06-03 09:15:00,61\n", mapping="timezone: UTC")
    assert desk.rows(staged, "started_at, handle_s") == [(datetime(2026, 6, 3, 9, 15), Decimal("61.000"))]


def test_a_column_of_which_only_the_value_is_wanted_stops_at_no_word_in_it(desk) -> None:
    """DuckDB 2.0 casts a bare cell while it reads the file, and stops where it cannot."""
    rows = "".join(f"2026-06-03 09:00:00,{n}\n" for n in range(3_000)) + "2026-06-03 09:00:00,n/a\n"
    staged = desk.read("started_at,handle_s\n" + rows)
    assert (staged.landed, [a.code for a in staged.aside]) == (3_000, ["E-TYPE-01"])


def test_rows_set_aside_bear_their_text_as_found_also_in_a_file_of_many_columns(desk) -> None:
    """What the table has no use for is not kept with the bad row, and read again."""
    more = ",".join(f"x{n}" for n in range(9))
    text = f"started_at,{more},handle_s\n 2026-06-03 ,{'a ,' * 9}60\nnever, {'b,' * 9} 60 \n"
    (few,) = desk.read(text, mapping="keep: none").aside
    (all_,) = desk.read(text).aside
    assert few.text == all_.text == "never, b,b,b,b,b,b,b,b,b, 60 "


def test_ids_in_any_order_are_told_apart(desk) -> None:
    """Rising, falling, in no order; only in the last does an id come twice."""
    for ids in (range(5_000), range(5_000, 0, -1)):
        staged = desk.read("contact_id,started_at\n" + "".join(f"{i},2026-06-03\n" for i in ids))
        assert (staged.landed, staged.aside) == (5_000, ())
    mixed = [*range(4_000), 17, *range(4_000, 4_100)]
    staged = desk.read("contact_id,started_at\n" + "".join(f"{i},2026-06-03\n" for i in mixed))
    assert [(a.line, a.code) for a in staged.aside] == [(4_002, "E-ID-01")]
    assert "stands on line 19" in staged.aside[0].reason


def test_nothing_is_lost_where_every_row_is_bad(desk) -> None:
    staged = desk.read("started_at\n" + "never\n" * 3_000)
    assert (staged.seen, staged.landed, len(staged.aside), staged.files) == (3_000, 0, 3_000, ())
    assert {a.text for a in staged.aside} == {"never"}


SIGNS = st.text("ab \t\u00a0\u3000\x0b,;|\"'é", max_size=4)


@given(
    st.lists(st.lists(SIGNS, min_size=2, max_size=3), min_size=1, max_size=4),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
    st.booleans(),
)
@SHARED
def test_no_blank_at_the_end_of_a_cell_is_overlooked(rows, delimiter, always, ended) -> None:
    """What is not padded needs no trimming; what may be is looked at cell by cell."""
    out = io.StringIO()
    csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL, lineterminator="\n"
    ).writerows(rows)
    block = out.getvalue() if ended else out.getvalue().removesuffix("\n")
    dialect = Dialect("utf-8", delimiter, '"', 0)
    padded = is_padded(block.encode(), dialect)
    assert padded or all(cell == cell.strip(BLANKS) for row in rows for cell in row)
    assert is_padded(block.encode(), dialect, large=True) == padded
    assert rows_of(block, dialect) == rows_of(block, dialect, large=True)


def test_a_blank_is_seen_wherever_blocks_of_a_large_file_are_cut() -> None:
    """A blank after a comma, at each place about the edge of a window of 65,536 bytes."""
    for place in range(65_530, 65_540):
        block = b"x" * place + b", y\n"
        assert is_padded(block, Dialect("utf-8", ",", '"', 0), large=True)
        assert not is_padded(block.replace(b", y", b",y z"), Dialect("utf-8", ",", '"', 0), large=True)


def rows_of(block: str, dialect: Dialect, *, large: bool = False) -> int | None:
    """The rows of a block by the counter; None where it is not regular."""
    try:
        return count_rows(block.encode(), dialect, 2, large=large)
    except NotRegular:
        return None


def test_a_plain_file_is_not_taken_for_padded() -> None:
    """Blanks within cells, empty cells, letters beyond ASCII."""
    block = "a b,,2026-06-03 09:00:00\nGröße,c,\n".encode()
    assert not is_padded(block, Dialect("utf-8", ",", '"', 0))
