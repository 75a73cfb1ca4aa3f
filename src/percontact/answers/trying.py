# SPDX-License-Identifier: Apache-2.0
"""Answers to what a policy would do: a text tried on the books before it is in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from percontact.costing.asked import named_period
from percontact.costing.costed import CostedBook
from percontact.costing.lines import spread_lines
from percontact.costing.policy import Policy, textbook
from percontact.costing.policy_file import read_policy
from percontact.costing.slice import Slice
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.records.tables import ROW_BITS
from percontact.report.statement import Statement
from percontact.report.tried import Caught, RuleTried, Tried, Unplaced
from percontact.store.policies import policy_text
from percontact.values.money import cents
from percontact.values.period import Period, add_months
from percontact.values.problem import FaultOfOurs, PercontactError, problem

if TYPE_CHECKING:
    import duckdb

FIRST = 3
"""So many lines of each rule are shown, the largest."""


def tried(book: OpenBook, text: str, *, start: str | None = None, end: str | None = None) -> Tried:
    """What a policy's text does in the whole months that a span touches, beside the policy in force.

    Nothing is kept: the policy in force stays as it is. The ledger alone says what rules catch; with
    contacts it is known what each channel would cost.
    Law: what the rules catch and what none does sum to the ledger of the span, in cents, with what lies
    outside.
    Raises E-DATA-01 without a ledger.
    """
    book.need("ledger")
    currency, demo = book.settings.currency, book.settings.demo
    policy, problems = read_policy(text)
    if policy is None:
        return Tried(None, problems, currency, demo)
    trial = replace(book, instead=text, keeps=False)
    try:
        return _worked_out(book, trial, policy, start, end)
    except FaultOfOurs:
        raise
    except PercontactError as error:
        if not error.problem.code.startswith(("E-POL", "E-FX")):
            raise
        return Tried(policy, (error.problem,), currency, demo)


def unplaced(book: OpenBook, *, start: str | None = None, end: str | None = None) -> tuple[Unplaced, ...]:
    """Ledger lines of some whole months that no rule in force catches, by account and cost centre."""
    book.need("ledger")
    con = _ledger(book)
    span = _span(con, book, start, end)
    return _unplaced(con, book, span)


def _worked_out(book: OpenBook, trial: OpenBook, policy: Policy, start: str | None, end: str | None) -> Tried:
    con = _ledger(trial)
    span = _span(con, trial, start, end)
    before = after = None
    notes: list[str] = []
    if book.book.has("contacts"):
        after = _by_channel(trial, span)
        try:
            before = _by_channel(book, span)
        except FaultOfOurs:
            raise
        except PercontactError as error:
            notes.append(
                f"The policy in force cannot be used, so nothing is held against it: {error.problem.what}."
            )
    else:
        notes.append("There are no contacts yet, so what one of them costs is not known.")
    rules, unplaced = _caught(con, trial, policy, span)
    return Tried(
        policy, (), book.settings.currency, book.settings.demo, span, before, after, rules, unplaced,
        tuple(notes),
    )  # fmt: skip


def _ledger(book: OpenBook) -> duckdb.DuckDBPyConnection:
    """What holds the ledger spread over its months, under the book's policy."""
    if book.book.has("contacts"):
        costed: CostedBook = book.costed
        return costed.con
    con = connect()
    spread_lines(con, book.book, book.policy, book.amounts)
    return con


def _span(con: duckdb.DuckDBPyConnection, book: OpenBook, start: str | None, end: str | None) -> Period:
    """The whole months that a span touches; without contacts an open end reaches as far as the ledger."""
    if book.book.has("contacts"):
        return book.ask(start=start, end=end).months
    row = con.execute("SELECT min(month), max(month) FROM line_month").fetchone()
    first, last = row or (None, None)
    assert first is not None
    assert last is not None
    calendar = book.settings.calendar
    begin = named_period(start, "--from", calendar).start if start else first
    until = named_period(end, "--to", calendar).end if end else add_months(last, 1)
    if until <= begin:
        what, why = "the span ends before it begins", "--to is inclusive of the period it names."
        raise problem("E-ARG-02", f"--from {start} --to {end}", what, why, "Swap them.")
    return Slice(Period(begin, until), "whole").months


def _by_channel(book: OpenBook, span: Period) -> Statement:
    question = replace(book.ask(by=["channel"]), span=span, grain="whole")
    return book.state(question, compare=False)


def _caught(
    con: duckdb.DuckDBPyConnection, book: OpenBook, policy: Policy, span: Period
) -> tuple[tuple[RuleTried, ...], tuple[Unplaced, ...]]:
    """What each rule catches and what none does."""
    rows = con.execute(
        "SELECT rule, count(DISTINCT row_id), sum(pico) FROM line_month "
        "WHERE month >= ? AND month < ? GROUP BY 1",
        [span.start, span.end],
    ).fetchall()
    found = {rule: (int(lines), int(pico)) for rule, lines, pico in rows}
    first, currency = _largest(con, book, span), book.settings.currency
    sums = [found.get(number, (0, 0)) for number in range(1, len(policy.rules) + 1)]
    rules = tuple(
        RuleTried(number, rule, lines, cents(pico, currency), first.get(number, ()), pico)
        for number, (rule, (lines, pico)) in enumerate(zip(policy.rules, sums, strict=True), 1)
    )
    return rules, _unplaced(con, book, span)


def _largest(con: duckdb.DuckDBPyConnection, book: OpenBook, span: Period) -> dict[int, tuple[Caught, ...]]:
    """Rule -> its largest lines of the span, each with the file and line it was read from."""
    ledger = book.book.relation("ledger", ["row_id", "account_name", "vendor", "text"])
    rows = con.execute(
        f"""
        WITH summed AS (
            SELECT rule, row_id, any_value(line_id) AS line_id, any_value(account) AS account,
                   sum(pico) AS pico
            FROM line_month WHERE rule IS NOT NULL AND month >= ? AND month < ? GROUP BY rule, row_id
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY rule ORDER BY abs(pico) DESC, row_id) AS place
            FROM summed
        )
        SELECT r.rule, r.row_id, r.line_id, r.account,
               concat_ws(', ', t.account_name, t.vendor, t.text) AS words, r.pico
        FROM ranked r JOIN {ledger} t ON t.row_id = r.row_id
        WHERE r.place <= {FIRST} ORDER BY r.rule, r.place
        """,
        [span.start, span.end],
    ).fetchall()
    currency = book.settings.currency
    found: dict[int, tuple[Caught, ...]] = {}
    for rule, row_id, line_id, account, words, pico in rows:
        source, line = book.workspace.origin(row_id)
        amount, place = cents(int(pico), currency), f"{source.name}:{line}"
        one = Caught(str(line_id), str(account), words or "", amount, place, row_id >> ROW_BITS)
        found[rule] = (*found.get(rule, ()), one)
    return found


def _unplaced(con: duckdb.DuckDBPyConnection, book: OpenBook, span: Period) -> tuple[Unplaced, ...]:
    """Lines that no rule catches by account and cost centre, the largest first."""
    ledger = book.book.relation("ledger", ["row_id", "account_name"])
    rows = con.execute(
        f"""
        SELECT l.account, coalesce(any_value(t.account_name), ''), l.cost_centre,
               count(DISTINCT l.row_id), sum(l.pico)
        FROM line_month l JOIN {ledger} t ON t.row_id = l.row_id
        WHERE l.rule IS NULL AND l.month >= ? AND l.month < ?
        GROUP BY l.account, l.cost_centre ORDER BY abs(sum(l.pico)) DESC, 1, 3
        """,
        [span.start, span.end],
    ).fetchall()
    currency = book.settings.currency
    return tuple(
        Unplaced(str(account), str(name), centre, int(lines), cents(int(pico), currency), int(pico))
        for account, name, centre, lines, pico in rows
    )


def in_force(book: OpenBook, *, start: str | None = None, end: str | None = None) -> Tried:
    """The policy in force with what its rules catch in the whole months of a span; no statement is made.

    What is wrong with it is told, not raised; without a ledger it is not known what it catches.
    """
    currency, demo = book.settings.currency, book.settings.demo
    text = policy_text(book.workspace.path) if book.instead is None else book.instead
    policy, problems = (textbook(), ()) if text is None else read_policy(text)
    if policy is None or not book.book.has("ledger"):
        return Tried(policy, problems, currency, demo)
    try:
        con = _ledger(book)
        span = _span(con, book, start, end)
        rules, unplaced = _caught(con, book, policy, span)
    except FaultOfOurs:
        raise
    except PercontactError as error:
        if not error.problem.code.startswith(("E-POL", "E-FX")):
            raise
        return Tried(policy, (error.problem,), currency, demo)
    return Tried(policy, (), currency, demo, span, rules=rules, unplaced=unplaced)
