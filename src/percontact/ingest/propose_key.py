# SPDX-License-Identifier: Apache-2.0
"""The key of a proposal: an id that repeats names the same row twice, a posting, or a case of many events."""

from __future__ import annotations

from percontact.ingest.meaning_columns import Match, Seen
from percontact.ingest.meaning_values import Orders
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding


def hold_the_key(columns: Understanding) -> None:
    """Ask about an id that repeats: the rows may be the same, or it names something else."""
    key = columns.table.key
    match = columns.taken.get(key) if key else None
    if key is None or match is None or match.seen.facts.distinct == match.seen.facts.filled:
        return
    facts = match.seen.facts
    again = facts.filled - facts.distinct
    if columns.table.name == "ledger" and names_postings(columns, match.seen):
        del columns.taken[key]
        many = f"{facts.distinct:,} of them in {facts.filled:,} rows"
        columns.facts.append(
            ("Ids", f"{match.seen.header} names a posting of several lines ({many}), so ids are made")
        )
        return
    order = order_of_events(columns, match.seen)
    told = order.header if order else ""
    events = Option(
        "events",
        "its rows are events of one case: they become one row",
        f"{facts.filled:,} rows become {facts.distinct:,}, read in the order of {told}",
    )
    options = (
        *([events] if order and columns.table.name == "cases" else []),
        Option("each once", "it names the row: the first counts", f"{again:,} rows would be set aside"),
        Option("no id", "it does not: every row counts, and ids are made", f"all {facts.filled:,} rows land"),
    )
    text = f"{facts.filled:,} rows hold {facts.distinct:,} different values, so some stand in several."
    answer = columns.asked.ask(Question(key, match.seen.header, text, options))
    columns.waits = answer is None and order is not None
    if answer == "no id":
        del columns.taken[key]
    elif answer == "events" and order:
        columns.draft.shared.append(
            ("group", {"by": [match.seen.header], "order": order_origin(columns, order)})
        )
        columns.events = order
        opened = columns.table.column("opened_at")
        if opened and "opened_at" not in columns.taken:
            columns.taken["opened_at"] = Match("opened_at", order, 0.5, "the first event")


def names_postings(columns: Understanding, key: Seen) -> bool:
    """Whether the rows of one number differ in account or amount: then it names a posting, not a line."""
    own = ("account", "amount", "+debit", "+credit", "+side", "cost_centre")
    places = sorted({columns.taken[role].seen.facts.place for role in own if role in columns.taken})
    if not places or not {"amount", "+debit", "+credit"} & set(columns.taken):
        return False
    cells = " || chr(31) || ".join(f"coalesce(c{place}, '')" for place in (key.facts.place, *places))
    lines = f"count(DISTINCT {cells}) FILTER (c{key.facts.place} IS NOT NULL)"
    rows, different = key.profile.counts([f"count(c{key.facts.place})", lines])
    return rows == different


def order_of_events(columns: Understanding, key: Seen) -> Seen | None:
    """The column of moments with the most different values: when each event was."""
    dated = [s for s in columns.columns if s is not key and s.is_dates and not s.epoch]
    return max(dated, key=lambda s: (s.facts.distinct, -s.facts.place), default=None)


def order_origin(columns: Understanding, order: Seen) -> object:
    """The order of events as a mapping says it: a header, or a header with its form."""
    part = Orders([("events", order)], columns.asked).written(order).part
    return {"column": order.header} | part if part else order.header
