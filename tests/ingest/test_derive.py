# SPDX-License-Identifier: Apache-2.0
"""What follows from a row: handle time and how it is known, waits, who was handled, when."""

from datetime import datetime
from decimal import Decimal

import pytest

HEAD = (
    "started_at,queued_at,answered_at,ended_at,channel,outcome,count,"
    "handle_s,talk_s,hold_s,wrap_s,handle_basis,wait_s\n"
)
DAY = "2026-06-03 09:"


def work(desk, **cells: str):
    """handle_s, handle_basis, wait_s of one contact; times are minutes after nine."""
    names = HEAD.strip().split(",")
    at = {n: f"{DAY}{v}" if n.endswith("_at") else v for n, v in ({"started_at": "00"} | cells).items()}
    ((handle, basis, wait),) = desk.rows(
        desk.read(HEAD + ",".join(at.get(n, "") for n in names)), "handle_s, handle_basis, wait_s"
    )
    return handle if handle is None else float(handle), basis, wait if wait is None else float(wait)


@pytest.mark.parametrize(
    ("cells", "handle", "basis"),
    [
        ({"handle_s": "300", "talk_s": "1"}, 300, "measured"),
        ({"handle_s": "300", "handle_basis": "Reported"}, 300, "reported"),
        ({"talk_s": "100", "hold_s": "20", "wrap_s": "30"}, 150, "measured"),
        ({"wrap_s": "30"}, 30, "measured"),
        ({"hold_s": "30"}, None, "none"),
        ({"answered_at": "01", "ended_at": "06", "channel": "Voice"}, 300, "derived"),
        ({"answered_at": "01", "ended_at": "06", "channel": "email"}, None, "none"),
        ({"answered_at": "01", "ended_at": "06"}, None, "none"),
        ({"answered_at": "01", "ended_at": "06", "channel": "voice", "count": "2"}, None, "none"),
        ({"ended_at": "06", "channel": "voice"}, None, "none"),
        ({"handle_basis": "measured"}, None, "none"),
    ],
)
def test_handle_time_says_how_it_is_known(
    desk, cells: dict[str, str], handle: float | None, basis: str
) -> None:
    assert work(desk, **cells)[:2] == (handle, basis)


@pytest.mark.parametrize(
    ("cells", "wait"),
    [
        ({"wait_s": "7", "answered_at": "01"}, 7),
        ({"answered_at": "01:30"}, 90),
        ({"queued_at": "01", "answered_at": "01:30"}, 30),
        ({"queued_at": "02", "answered_at": "01:30"}, None),
        ({"answered_at": "01", "count": "2"}, None),
        ({}, None),
    ],
)
def test_a_wait_runs_from_the_queue_to_the_answer(desk, cells: dict[str, str], wait: float | None) -> None:
    assert work(desk, **cells)[2] == wait


def test_a_stretch_of_spoken_work_lasts_from_start_to_end(desk) -> None:
    text = "contact_id,started_at,ended_at,channel\nc,2026-06-03 09:00,2026-06-03 09:05,voice\n"
    staged = desk.read(text, "handlings")
    assert desk.rows(staged, "handle_s::INT, handle_basis") == [(300, "derived")]


def test_abandoned_contacts_are_offered_and_not_handled(desk) -> None:
    text = "started_at,outcome,count\n2026-06-03,Abandoned,3\n2026-06-03,resolved,2\n2026-06-03,,1\n"
    assert desk.column(text, "handled") == [0, 2, 1]


def test_a_row_is_named_by_import_and_line_and_a_missing_id_by_file_and_line(desk) -> None:
    staged = desk.read("contact_id,started_at\n,2026-06-03\nc-2,2026-06-03\n", number=5)
    ((made, first), (given, second)) = desk.rows(staged, "contact_id, row_id")
    assert (first, second) == (5 * 2**36 + 2, 5 * 2**36 + 3)
    assert (made[8:], given) == ("-2", "c-2")
    assert len(made) == 10


def test_the_bucket_is_a_utc_quarter_of_an_hour(desk) -> None:
    (bucket,) = desk.column("started_at\n1970-01-01T00:31:00Z\n", "bucket")
    assert bucket == 2


def test_a_file_knows_whether_its_lengths_are_whole_seconds(desk) -> None:
    def whole(cell: str) -> bool:
        return desk.read(f"started_at,talk_s,hold_s\n2026-06-03,{cell},1\n").files[0].whole_seconds

    assert whole("5")
    assert whole("5.000")
    assert whole("")
    assert not whole("5.5")
    assert not whole("5.001")


def test_lengths_are_kept_to_the_millisecond(desk) -> None:
    times = "2026-06-03T09:00:00.0004Z,2026-06-03T09:00:00.0004Z,2026-06-03T09:05:00.5009Z"
    text = f"started_at,answered_at,ended_at,channel\n{times},voice\n"
    ((handle, at),) = desk.rows(desk.read(text), "handle_s, started_at")
    assert handle == Decimal("300.501")
    assert at == datetime(2026, 6, 3, 9, 0, 0, 400)
