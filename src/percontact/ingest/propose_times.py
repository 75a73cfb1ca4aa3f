# SPDX-License-Identifier: Apache-2.0
"""The moments of a proposal: a day and a time of day in two columns, and how each moment is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from percontact.ingest.meaning_columns import Match, Seen, times_of_day
from percontact.ingest.meaning_dates import ISO
from percontact.ingest.meaning_values import month_written
from percontact.ingest.moments import Moment
from percontact.ingest.propose_zone import zone_behind
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words


def place_times(columns: Understanding) -> None:
    """A day and a time of day in two columns belong together; so do later times of day in the row."""
    taken = {m.seen.facts.place for m in columns.taken.values()}
    clocks = [m for m in times_of_day(columns.table, columns.columns) if m.seen.facts.place not in taken]
    instants = [c.name for c in columns.table.columns if c.kind == "instant"]
    first = next((r for r in instants if r in columns.taken), None)
    if first is None or not columns.taken[first].seen.is_day:
        return
    day = columns.taken[first].seen
    named = [m for m in clocks if m.role == "+time"]
    chosen = max(named, key=lambda m: (same_words(day, m.seen), m.score, -m.seen.facts.place), default=None)
    clock = chosen.seen if chosen else ask_time(columns, first, day, clocks)
    if clock is None:
        return
    columns.joined[first] = (day, clock)
    for role in instants:
        of_role = [m for m in clocks if m.role == role and m.seen is not clock]
        if role not in columns.taken and of_role:
            columns.joined[role] = (day, max(of_role, key=lambda m: m.score).seen)


def ask_time(columns: Understanding, role: str, day: Seen, clocks: list[Match]) -> Seen | None:
    """The column of times of day that belongs to a day, where no name says it."""
    lengths = {m.seen.facts.place for m in clocks if m.role.endswith("_s") or m.seen.head.average}
    free = {m.seen.facts.place: m.seen for m in clocks if m.seen.facts.place not in lengths}
    if not free:
        return None
    options = [
        Option(s.header, f"the time of day in {s.header}", f"such as {', '.join(s.facts.samples)}")
        for s in free.values()
    ]
    options.append(Option("none", "none of them: only the day is known", "every row then starts at midnight"))
    text = "It holds days only, and no header says which column holds the time of day that belongs to them."
    answer = columns.asked.ask(Question(f"{role}.time", day.header, text, tuple(options)))
    return next((s for s in free.values() if s.header == answer), None)


def same_words(one: Seen, other: Seen) -> int:
    plain = set(words()["time_words"])
    return int(set(one.head.base.split()) - plain == set(other.head.base.split()) - plain)


def dated(columns: Understanding, *, period: bool) -> Iterator[tuple[str, Seen]]:
    """Every column of days or moments that is used, in the order of the table; `period`: also that."""
    names = [*columns.table.names, *(["period"] if period else [])]
    for name in names:
        if name in columns.joined:
            yield name, columns.joined[name][0]
        elif name in columns.taken and columns.kind_of(name) in ("instant", "date"):
            seen = columns.taken[name].seen
            if seen.is_dates:
                yield name, seen


def read_moments(columns: Understanding) -> None:
    """How each instant is read, so that rows can be compared by it."""
    for column in columns.table.columns:
        if column.kind != "instant":
            continue
        if column.name in columns.joined:
            day, clock = columns.joined[column.name]
            columns.moments[column.name] = joined_moment(columns, day, clock)
        elif column.name in columns.taken:
            seen = columns.taken[column.name].seen
            whole_months = seen.months is not None and not seen.is_dates
            written = month_written(seen) if whole_months else columns.orders.written(seen)
            zone = zone_behind(column.name, seen, columns.asked) if seen.tails else seen.head.zone
            if seen.tails:
                written.why.append(f"its times say {', '.join(t.strip() for t in seen.tails)}")
            columns.moments[column.name] = Moment((seen,), written, zone)


def joined_moment(columns: Understanding, day: Seen, clock: Seen) -> Moment:
    written = columns.orders.written(day)
    days = written.part.pop("format", ISO)
    clocks = list(clock.clocks or ())
    midnight = day.is_midnight
    tails = [" 00:00:00", "T00:00:00"] if midnight else [""]
    forms = []
    for form in days if isinstance(days, list) else [str(days)]:
        if form == ISO and not midnight and all("%I" not in c for c in clocks):
            continue
        bare = re.split(r"[ T]%H", form)[0] or "%Y-%m-%d"
        forms += [f"{bare}{tail} {c}" for tail in tails for c in clocks]
    if forms:
        written.part["format"] = forms[0] if len(forms) == 1 else forms
    written.why.append("day and time of day stand in two columns")
    return Moment((day, clock), written, day.head.zone or clock.head.zone)
