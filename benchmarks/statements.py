# SPDX-License-Identifier: Apache-2.0

"""Statements from the day cubes, one process that stays open as the app's does: milliseconds of each.

Each is made anew: what earlier ones answered is forgotten first. What stays is what no question changes:
rates, and the work of the cubes with its price, which the first question of each kind reads (told apart).
"""

from __future__ import annotations

import statistics
import time
from datetime import date

import data

from percontact.costing.costed import CostedBook
from percontact.costing.slice import Condition, Slice
from percontact.report.state import state
from percontact.values.period import Period

ROUNDS = 5
"""Each statement is made this often; the median counts."""


def measure(size: int) -> list[dict[str, object]]:
    """Milliseconds of each statement: wall and CPU, of its own answer alone, and of that from the contacts.

    The two answers are the same, checked.
    """
    book, policy, asked = data.book(size), data.policy(), questions()
    kinds = {
        "open the book and state a year by channel": asked["a year by month and channel"],
        "the first by day: reads and prices a year of days": asked["a year by week and reason, voice"],
        "the first by hour: the same of hours": asked["a year by weekday and hour"],
    }
    found: list[dict[str, object]] = []
    at, cpu = time.perf_counter(), time.process_time()
    costed = CostedBook(book, policy)
    for name, question in kinds.items():
        first = state(costed, question)
        now, spent = time.perf_counter(), time.process_time()
        found.append(
            {"name": name, "ms": 1000 * (now - at), "cpu_ms": 1000 * (spent - cpu), "rows": len(first.rows)}
        )
        at, cpu = now, spent
    raw = CostedBook(book, policy, cubes=False)
    return found + [made_anew(costed, raw, name, question) for name, question in asked.items()]


def questions() -> dict[str, Slice]:
    """What is asked, by name."""
    year = Period(date(data.YEAR, 1, 1), date(data.YEAR + 1, 1, 1))
    month = Period(date(data.YEAR, 9, 1), date(data.YEAR, 10, 1))
    week = Period(date(data.YEAR, 9, 8), date(data.YEAR, 9, 15))
    return {
        "a year by month": Slice(year, "month"),
        "a year by month and channel": Slice(year, "month", ("channel",)),
        "a year by month and team": Slice(year, "month", ("team",)),
        "a year by month and reason, full": Slice(year, "month", ("reason",), basis="full"),
        "a month by channel, team, reason": Slice(month, "month", ("channel", "team", "reason")),
        "a month by day and team": Slice(month, "day", ("team",)),
        "a year by week and reason, voice": Slice(
            year, "week", ("reason",), (Condition("channel", ("voice",)),)
        ),
        "a week by day and channel": Slice(week, "day", ("channel",)),
        "a year by day and reason": Slice(year, "day", ("reason",)),
        "a year by weekday and hour": Slice(year, "whole", ("weekday", "hour")),
        "a year by month, hour and channel": Slice(year, "month", ("hour", "channel")),
    }


def made_anew(costed: CostedBook, raw: CostedBook, name: str, question: Slice) -> dict[str, object]:
    """One statement, made ROUNDS times, and its answer from the contacts themselves."""
    walls, cpus, answers = [], [], []
    for _ in range(ROUNDS):
        costed.forget()
        at, cpu = time.perf_counter(), time.process_time()
        made = state(costed, question)
        walls.append(time.perf_counter() - at)
        cpus.append(time.process_time() - cpu)
        costed.forget()
        cpu = time.process_time()
        costed.cells(question)
        answers.append(time.process_time() - cpu)
    raw.forget()
    cpu = time.process_time()
    raw_cells = raw.cells(question)
    priced = time.process_time() - cpu
    assert raw_cells == costed.cells(question), name
    return {
        "name": name,
        "ms": 1000 * statistics.median(walls),
        "cpu_ms": 1000 * statistics.median(cpus),
        "answer_ms": 1000 * statistics.median(answers),
        "raw_ms": 1000 * priced,
        "rows": len(made.rows),
    }
