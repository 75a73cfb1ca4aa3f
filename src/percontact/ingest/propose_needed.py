# SPDX-License-Identifier: Apache-2.0
"""What a table must have and no sure name gives: taken from what stands beside it, or asked."""

from __future__ import annotations

import re

from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.meaning import roles
from percontact.ingest.meaning_columns import Match, Seen, fits
from percontact.ingest.named_accounts import NAMES, is_of_account
from percontact.ingest.planning import plan
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.records.column import Column
from percontact.records.tables import TABLES


def need(columns: Understanding, near: dict[str, list[Match]]) -> None:
    """Ask for what the table must have and no sure name gives; E-FILE-04 when nothing could be it."""
    for column in columns.table.columns:
        if not column.required or column.default or has(columns, column.name):
            continue
        if column.name == "period_end" or (columns.waits and column.kind == "instant"):
            continue
        taken = {m.seen.facts.place for m in columns.taken.values()}
        taken |= {s.facts.place for pair in columns.joined.values() for s in pair}
        options = [m.seen for m in near.get(column.name, [])]
        if column.kind in ("instant", "date", "money"):
            role = "period" if column.name == "period_start" else column.name
            options += [s for s in columns.columns if fits(columns.table, role, s) and s not in options]
        options = [s for s in options if s.facts.place not in taken]
        if column.kind == "money":
            options = [s for s in options if s.head.unit is None and not _is_id(s)]
        free = free_answer(columns, column)
        if not options and not free:
            refuse(columns)
        ask_which(columns, column, options, free)


def start_with_the_month(columns: Understanding) -> None:
    """Rows that each stand for the contacts of a month start on the first of it."""
    moment = columns.table.column("started_at")
    if columns.table.name != "contacts" or not moment or has(columns, "started_at"):
        return
    if not free_answer(columns, moment):
        return  # each row is one contact, whose month is not when it came
    taken = {m.seen.facts.place for m in columns.taken.values()}
    free = [s for s in columns.columns if s.facts.place not in taken and s.months is not None]
    named = [s for s in free if any(r.name == "period" for r in roles(TABLES["ledger"], s.head))]
    if len(named) == 1:
        columns.taken["started_at"] = Match("started_at", named[0], 0.5, "the month of each row")


def name_accounts(columns: Understanding) -> None:
    """A column Name right after that of the account, where it says one thing of each."""
    account = columns.taken.get("account")
    if columns.table.name != "ledger" or account is None or "account_name" in columns.taken:
        return
    taken = {m.seen.facts.place for m in columns.taken.values()}
    beside = next((s for s in columns.columns if s.facts.place == account.seen.facts.place + 1), None)
    if beside is None or beside.facts.place in taken or beside.head.full not in NAMES:
        return
    profile = beside.profile
    if is_of_account(profile.con, profile.found.relation, account.seen.facts.place, beside.facts.place):
        columns.taken["account_name"] = Match(
            "account_name", beside, 0.5, "it says one thing of each account"
        )


def has(columns: Understanding, name: str) -> bool:
    if name in {*columns.taken, *columns.joined, *columns.constant, *columns.given}:
        return True
    if name in ("period_start", "period_end"):
        return (
            bool({"period", "period_start", "posted_on"} & set(columns.taken)) or "period" in columns.constant
        )
    return name == "amount" and bool({"+debit", "+credit"} & set(columns.taken))


def free_answer(columns: Understanding, column: Column) -> str:
    """What may be answered instead of a header, where the file does not hold the column at all."""
    if column.name == "period_start" and (has(columns, "amount") or columns.table.name != "ledger"):
        return "a month, quarter or year: 2026-06, 2026-Q2, 2026"
    if column.kind == "instant" and {
        "+answered_count",
        "+abandoned_count",
        "+offered_count",
        "count",
    } & set(columns.taken):
        return "the day all rows are for: 2026-06-01"
    return ""


def ask_which(columns: Understanding, column: Column, options: list[Seen], free: str) -> None:
    offered = tuple(
        Option(s.header, f"the column {s.header}", f"such as {', '.join(s.facts.samples)}") for s in options
    )
    needs = f"{columns.table.name} needs {column.name} ({column.why})"
    text = f"{needs}, and no header says surely which column holds it."
    if not options:
        text = f"{columns.table.name} needs {column.name} ({column.why}), and no column of the file holds it."
    question = Question(column.name, columns.name, text, offered, free)
    answer = columns.asked.ask(question)
    chosen = next((s for s in options if s.header == answer), None)
    if answer and not chosen and not re.match(r"\d{4}", answer):
        # Neither a column that can be it nor a day or month: a header of something else, or a slip.
        columns.asked.wrong.append((question, answer))
        columns.asked.note(question)
        return
    role = "period" if column.name == "period_start" else column.name
    if chosen:
        columns.taken[role] = Match(role, chosen, 0.5, "as you answered")
    elif answer:
        columns.constant[role] = (answer, "as you answered")


def refuse(columns: Understanding) -> None:
    """Raise E-FILE-04 with the near names, as an import would."""
    left = {r: m.seen.header for r, m in columns.taken.items() if not r.startswith("+")}
    said = {r: {"column": h} for r, h in left.items() if columns.table.column(r) and r != "posted_on"}
    mapping = _mapping(columns.table.name, said, columns.name)
    plan(columns.columns[0].profile.found.headers, columns.table, mapping, columns.settings, columns.name)


def _is_id(seen: Seen) -> bool:
    """Whether numbers are names: noughts stand before some of them."""
    return seen.share(lambda v: len(v) > 1 and v.isdecimal() and v.startswith("0")) > 0


def _mapping(table: str, columns: dict[str, dict[str, str]], name: str) -> Mapping:
    from percontact.ingest.proposal import flow

    return parse_mapping(f"table: {table}\ncolumns: {flow(columns)}\n", name)
