# SPDX-License-Identifier: Apache-2.0
"""Whatever the dialect, every row that was written lands as written or is set aside; and both ways agree."""

import importlib.util
import random
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from percontact.ingest import delimited
from percontact.values.problem import PercontactError

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
DATED = "columns: {started_at: {constant: 2026-06-03}}\n"


@pytest.fixture(scope="module")
def dialects() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dialects", Path(__file__).with_name("dialects.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dialects"] = module
    spec.loader.exec_module(module)
    return module


def as_found(desk, sample) -> tuple[object, ...]:
    """Rows seen; line -> code of those set aside; line -> values of those that landed."""
    desk.settings = type(desk.settings)("EUR", "UTC")
    staged = desk.read(sample.data, mapping=sample.mapping)
    assert staged.seen == staged.landed + len(staged.aside)
    columns = "row_id & (2**36 - 1)::BIGINT, contact_id, started_at, handle_s, team, note"
    found = {line: tuple(values) for line, *values in desk.rows(staged, columns)}
    return staged.seen, {a.line: a.code for a in staged.aside}, found


def as_written(sample) -> tuple[object, ...]:
    return sample.rows, sample.aside, sample.landed


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.integers(0, 30), st.booleans())
@SHARED
def test_every_row_of_any_dialect_is_found_as_it_was_written(
    desk, dialects: ModuleType, chance: random.Random, rows: int, tidy: bool
) -> None:
    sample = dialects.draw_sample(chance, rows, tidy=tidy)
    assert as_found(desk, sample) == as_written(sample)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_long_files_of_any_dialect_are_found_as_they_were_written(desk, dialects, seed: int) -> None:
    """A million rows: benchmarks/fuzz_reading.py"""
    sample = dialects.draw_sample(random.Random(seed), 5_000, tidy=seed % 3 == 0)
    assert as_found(desk, sample) == as_written(sample)


def outcome(desk, data: bytes, mapping: str) -> object:
    try:
        staged = desk.read(data, mapping=mapping)
    except PercontactError as error:
        return str(error)
    rows = desk.rows(staged, "* EXCLUDE (row_id, contact_id), row_id & (2**36 - 1)::BIGINT AS line")
    return staged.seen, staged.landed, staged.aside, staged.notes, staged.headers, rows


PIECES = (
    "a", "b", ",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '"', '""', '","', " ", "ä", "\x00", "\ufeff", "1",
)  # fmt: skip


@pytest.mark.slow
@given(
    st.lists(st.sampled_from(PIECES), max_size=24).map("".join),
    st.sampled_from(["h,i\n", "h\n", '"h","i"\n', "h,i\r\n", "\ufeffh,i\n", "h,i,j\n", "x\nh,i\n", ""]),
    st.sampled_from(
        ["", "skip: 1\n", 'quote: ""\n', "encoding: utf-16\n", "encoding: cp1252\n", "ragged: pad\n"]
    ),
)
@example("1,2,\n", "h,i\n", "")
@example('5" x,7"\n', "h,i\n", "")
@example('5, "7"\n', "h,i\n", "")
@example("1,2\n\n3,4\n", "h,i\n", "")
@example("1\n\n2\n", "h\n", "")
@example('5" x,",y,\n1,2\n', "h,i,j\n", "")
@example('"a\nb",2\n', "h,i\n", "")
@example("1,2\n3", "h,i\n", "")
@settings(SHARED, max_examples=2 * settings.default.max_examples)
def test_the_short_way_gives_what_the_careful_way_gives(desk, text: str, header: str, more: str) -> None:
    """Any text at all, in pieces that matter; the short way is barred the second time."""
    encoding = more.split()[1] if more.startswith("encoding") else "utf-8"
    data = (header + text).encode(encoding, "replace")
    short = outcome(desk, data, DATED + more)
    barred, delimited.read_regular = delimited.read_regular, lambda *_: None
    try:
        assert short == outcome(desk, data, DATED + more)
    finally:
        delimited.read_regular = barred


@pytest.mark.parametrize(
    ("text", "regular"),
    [
        ("h,i\n1,2\n", True),
        ('h,i\n"1","2"\n', True),
        ('h,i\n"1, ""2""",""\n', True),
        ("h,i\r\n1,2\r\n", True),
        ("h,i\n1,2", True),
        ("h,i\n1,2,\n", False),
        ("h,i\n1,2\n\n", False),
        ("h,i\n1,2\r3,4\n", False),
        ('h,i\n1,"2\n3"\n', False),
        ('h,i\n1,2"\n', False),
        ('h,i\n1, "2"\n', False),
        ("h,i\n1,\x00\n", False),
        ("h,i\n1," + "x" * 140_000 + "\n", False),
    ],
)
def test_only_what_cannot_be_misread_goes_the_short_way(tmp_path, text: str, regular: bool) -> None:
    from percontact.ingest.mapping import Mapping
    from percontact.ingest.regular import Dialect, read_regular

    path = tmp_path / "in.csv"
    path.write_bytes(text.encode())
    found = read_regular(path, Dialect("utf-8-sig", ",", '"', 0), Mapping(), tmp_path, None)
    assert (found is not None) is regular


def test_lines_are_kept_by_a_reader_of_many_threads(desk) -> None:
    """400,000 rows, more than a part of the file for each thread; one in a thousand is bad"""
    text = "contact_id,started_at,handle_s\n" + "".join(
        f"c{n},2026-0{1 + n % 6}-03 09:00:00,{'x' if n % 1000 == 7 else n % 600}\n" for n in range(2, 400_002)
    )
    staged = desk.read(text)
    assert (staged.seen, staged.landed, len(staged.aside)) == (400_000, 399_600, 400)
    assert all(a.text.startswith(f"c{a.line},") for a in staged.aside)
    line = "(row_id & (2**36 - 1)::BIGINT)"  # DuckDB 1 binds || closer than &
    assert desk.rows(staged, f"count(*) FILTER (contact_id <> 'c' || {line})", "") == [(0,)]
    for file in staged.files:
        ids = [n for (n,) in desk.rows(replace(staged, files=(file,)), "row_id", "")]
        assert ids == sorted(ids)
