# SPDX-License-Identifier: Apache-2.0
"""Start and end in one cell: 08:00 - 08:30, with or without the day."""

from datetime import datetime
from pathlib import Path

import pytest

from percontact.ingest.propose import propose
from percontact.records.book import Settings

BERLIN = Settings("EUR", "Europe/Berlin")
SLOTS = """{0}Queue,Calls handled,Average handle time
{1}Sales,10,00:05:00
{2}Sales,14,00:04:40
"""


def landed(desk, tmp_path: Path, text: str, columns: str):
    """Rows as the proposal lands them, in UTC; no question is open, none is set aside."""
    path = tmp_path / "in.csv"
    path.write_text(text)
    proposal = propose(path, "contacts", settings=BERLIN, answers={})
    assert [q.key for q in proposal.questions] == []
    staged = desk.read(text, mapping=proposal.text)
    assert staged.aside == ()
    return desk.rows(staged, columns)


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("Interval,", "13/03/2026 08:00 - 08:30,", "13/03/2026 08:30 - 09:00,"),
        ("Interval,", "2026-03-13 08:00 - 2026-03-13 08:30,", "2026-03-13 08:30 - 2026-03-13 09:00,"),
        ("Interval,", "13.03.2026 08:00-08:30,", "13.03.2026 08:30-09:00,"),
        ("Date,Time,", "2026-03-13,08:00-08:30,", "2026-03-13,08:30-09:00,"),
        ("Date,Interval,", "13/03/2026,8:00 AM - 8:30 AM,", "13/03/2026,8:30 AM - 9:00 AM,"),
        ("Datum,Zeitraum,", "13.03.2026,08:00 – 08:30,", "13.03.2026,08:30 – 09:00,"),
        ("Datum,Uhrzeit,", "13.03.2026,08:00 bis 08:30,", "13.03.2026,08:30 bis 09:00,"),
        ("Date,Time slot,", "2026-03-13,08:00 to 08:30,", "2026-03-13,08:30 to 09:00,"),
    ],
)
def test_a_stretch_of_the_day_is_read_by_its_start(desk, tmp_path, header, first, second) -> None:
    """08:00 and 08:30 in Berlin are 07:00 and 07:30 UTC in March."""
    rows = landed(desk, tmp_path, SLOTS.format(header, first, second), "started_at, count")
    assert rows == [
        (datetime(2026, 3, 13, 7, 0), 10),
        (datetime(2026, 3, 13, 7, 30), 14),
    ]


@pytest.mark.parametrize(
    "cells",
    [
        ("2026-03-13 08:00:00 - 2026-03-13 08:05:30", "2026-03-13 08:10:00 - 2026-03-13 08:12:00"),
        ("13.03.2026 08:00:00 – 08:05:30", "13.03.2026 08:10:00 – 08:12:00"),
    ],
)
def test_of_a_single_call_the_end_is_read_as_well(desk, tmp_path: Path, cells) -> None:
    text = "Call ID,Period,Agent\n" + "".join(f"c{i},{cell},A{i}\n" for i, cell in enumerate(cells))
    assert landed(desk, tmp_path, text, "started_at, ended_at") == [
        (datetime(2026, 3, 13, 7, 0), datetime(2026, 3, 13, 7, 5, 30)),
        (datetime(2026, 3, 13, 7, 10), datetime(2026, 3, 13, 7, 12)),
    ]


def test_a_half_hour_that_a_call_fell_into_is_not_its_length(desk, tmp_path: Path) -> None:
    text = "Call ID,Date,Slot\nc1,13/03/2026,08:00 - 08:30\nc2,13/03/2026,23:30 - 00:00\n"
    path = tmp_path / "in.csv"
    path.write_text(text)
    proposal = propose(path, "contacts", settings=BERLIN, answers={})
    assert [line.column for line in proposal.columns if line.column.endswith("_at")] == ["started_at"]
    assert dict(proposal.facts)["Slots"] == "Slot says in which part of the day, not how long"


def test_a_time_with_its_offset_is_no_stretch(desk, tmp_path: Path) -> None:
    text = "Call ID,Start\nc1,2026-03-13 08:00:00-05:00\nc2,2026-03-13 09:00:00-05:00\n"
    assert landed(desk, tmp_path, text, "started_at") == [
        (datetime(2026, 3, 13, 13, 0),),
        (datetime(2026, 3, 13, 14, 0),),
    ]


def test_a_cell_with_one_time_only_is_read_all_the_same(desk, tmp_path: Path) -> None:
    """Nine half hours, and one that says its start alone."""
    rows = [f"13/03/2026 {h:02}:00 - {h:02}:30,5" for h in range(8, 17)] + ["13/03/2026 17:00,5"]
    starts = landed(desk, tmp_path, "Interval,Calls\n" + "\n".join(rows) + "\n", "started_at")
    assert starts == [(datetime(2026, 3, 13, h - 1, 0),) for h in range(8, 18)]
