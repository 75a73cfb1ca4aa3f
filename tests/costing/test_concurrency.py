# SPDX-License-Identifier: Apache-2.0
"""Concurrent chats: an agent's minute is split among the contacts open in it, and none is lost or made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from percontact.costing import CostedBook, Slice
from percontact.records.books import Row
from percontact.values.period import Period

Cost = Callable[..., CostedBook]
WEEK = Period(date(2026, 6, 1), date(2026, 6, 8))
POLICY = "pools: {chat: {driver: handle_s}}\nrules: [{to: chat}]\nconcurrency: {channels: [chat]}"


def chat(start: str, end: str | None, agent: str | None = "x", **more: object) -> Row:
    """A chat on 3 June; times are hh:mm:ss."""
    row = {"channel": "chat", "agent": agent, "started_at": f"2026-06-03 {start}", **more}
    return row | ({"ended_at": end if len(end) > 12 else f"2026-06-03 {end}"} if end else {})


def split(cost_of: Cost, *chats: Row) -> list[Decimal]:
    """Seconds that each chat is costed with, in order."""
    cells = cost_of(POLICY, contacts=list(chats)).cells(Slice(WEEK, "year", ("contact_id",)))[0]
    return [c.handle_s for c in cells]


def test_a_chat_alone_keeps_its_time(cost_of: Cost) -> None:
    """09:00 to 09:10."""
    assert split(cost_of, chat("09:00:00", "09:10:00")) == [600]


def test_two_chats_that_overlap_by_half_share_that_half(cost_of: Cost) -> None:
    """
    09:00 ------- 09:10          5 min alone + 5 min shared by 2 = 7.5 min
          09:05 ------- 09:15    5 min shared by 2 + 5 min alone = 7.5 min
    """
    assert split(cost_of, chat("09:00:00", "09:10:00"), chat("09:05:00", "09:15:00")) == [450, 450]


def test_three_chats_share_by_who_is_open(cost_of: Cost) -> None:
    """
    09:00 ------------------- 09:12    4 alone + 4/2 + 4/3 = 7 1/3 min = 440 s
          09:04 ------------- 09:12    4/2 + 4/3 = 3 1/3 min = 200 s
                09:08 ------- 09:12    4/3 = 1 1/3 min = 80 s        in all 720 s
    """
    chats = [chat(f"09:{m}:00", "09:12:00") for m in ("00", "04", "08")]
    assert split(cost_of, *chats) == [440, 200, 80]


def test_chats_that_begin_together_share_from_the_start(cost_of: Cost) -> None:
    """Two from 09:00, one to 09:01, one to 09:03: 30 s and 30 + 120 s."""
    assert split(cost_of, chat("09:00:00", "09:01:00"), chat("09:00:00", "09:03:00")) == [30, 150]


def test_a_chat_that_follows_does_not_share(cost_of: Cost) -> None:
    """09:00-09:05 and 09:05-09:10."""
    assert split(cost_of, chat("09:00:00", "09:05:00"), chat("09:05:00", "09:10:00")) == [300, 300]


def test_an_odd_millisecond_goes_to_the_first(cost_of: Cost) -> None:
    """1 s shared by 3: 334 + 333 + 333 ms."""
    chats = [chat("09:00:00", "09:00:01")] * 3
    assert split(cost_of, *chats) == [Decimal("0.334"), Decimal("0.333"), Decimal("0.333")]


def test_two_agents_do_not_share(cost_of: Cost) -> None:
    """The same ten minutes, x and y."""
    assert split(cost_of, chat("09:00:00", "09:10:00"), chat("09:00:00", "09:10:00", "y")) == [600, 600]


def test_midnight_is_no_seam(cost_of: Cost) -> None:
    """23:50 to 00:10 and 23:55 to 00:05: 5 + 5/2 + 5/2 + 5 = 15 min and 5 min."""
    chats = [chat("23:50:00", "2026-06-04 00:10:00"), chat("23:55:00", "2026-06-04 00:05:00")]
    assert split(cost_of, *chats) == [900, 300]


def test_work_begins_when_it_is_answered(cost_of: Cost) -> None:
    """Arrived 09:00, answered 09:05, ended 09:10."""
    assert split(cost_of, chat("09:00:00", "09:10:00", answered_at="2026-06-03 09:05:00")) == [300]


def test_handle_time_stands_in_for_a_missing_end(cost_of: Cost) -> None:
    """Two chats from 09:00 of 60 s each: 30 s each."""
    chats = [chat("09:00:00", None, handle_s=60), chat("09:00:00", None, handle_s=60)]
    assert split(cost_of, *chats) == [30, 30]


def test_what_cannot_be_placed_keeps_its_time(cost_of: Cost) -> None:
    """No agent; a row of many; another channel; an end at the start: 7 s as told. No end, no time: none."""
    chats = [
        chat("09:00:00", "09:10:00", None, handle_s=7),
        chat("09:00:00", "09:10:00", count=5, handle_s=7),
        chat("09:00:00", "09:10:00", channel="voice", handle_s=7),
        chat("09:00:00", "09:00:00", handle_s=7),
        chat("09:00:00", None),
    ]
    assert split(cost_of, *chats) == [7, 7, 7, 7, 0]


@st.composite
def shifts(draw: st.DrawFn) -> list[Row]:
    """Up to nine chats of two agents within three days, to the millisecond."""
    rows = []
    for _ in range(draw(st.integers(0, 9))):
        start = datetime(2026, 6, 3, 12) + timedelta(milliseconds=draw(st.integers(0, 2 * 86_400_000)))
        end = start + timedelta(milliseconds=draw(st.integers(0, 40_000_000)))
        rows.append(
            chat("00:00:00", None, draw(st.sampled_from("xy"))) | {"started_at": start, "ended_at": end}
        )
    return rows


@settings(max_examples=max(10, settings.default.max_examples // 3))
@given(shifts())
def test_an_agents_time_is_neither_lost_nor_made(cost_of: Cost, chats: list[Row]) -> None:
    """
    Per agent: the sum of the split times == the time in which at least one chat was open, to the
    millisecond.
    """
    found: dict[object, Decimal] = defaultdict(Decimal)
    for row, seconds in zip(chats, split(cost_of, *chats), strict=True):
        found[row["agent"]] += seconds
    for agent, seconds in found.items():
        covered, until = timedelta(0), datetime.min
        for start, end in sorted((c["started_at"], c["ended_at"]) for c in chats if c["agent"] == agent):  # type: ignore[type-var]
            assert isinstance(start, datetime)
            assert isinstance(end, datetime)
            covered += max(timedelta(0), end - max(start, until))
            until = max(until, end)
        assert seconds == Decimal(covered // timedelta(milliseconds=1)) / 1000
