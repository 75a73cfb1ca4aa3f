# SPDX-License-Identifier: Apache-2.0
"""Rows that are no rows of the table: totals and sub-totals. They are set aside and counted, not dropped."""

from __future__ import annotations

import re
from functools import cache

from percontact.ingest.meaning_columns import Seen
from percontact.ingest.propose_ledger import number_sql
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

_SHOWN = 4


def rows_left_out(columns: Understanding) -> None:
    """Leave out rows whose label says that they are totals; ask about one that only its sum gives away."""
    if columns.table.name == "ledger":
        for seen in columns.columns:
            _balances(columns, seen)
    found = [(seen, *_labels(seen)) for seen in columns.columns]
    labelled = any(exact or begins for _, exact, begins in found)
    for seen, exact, _ in found:
        if exact:
            _leave_out(columns, seen, exact)
    for seen, _, begins in found:
        if begins:
            _ask(columns, seen, begins)
    amount = columns.taken.get("amount") or columns.taken.get("count")
    if not labelled and amount:
        _unlabelled(columns, amount.seen)


@cache
def _patterns() -> tuple[str, str]:
    known = sorted({w.lower() for w in words()["totals"]}, key=len, reverse=True)
    anyone = "|".join(re.escape(w) for w in known)
    return rf"(?i)^({anyone})[ :.]*$", rf"(?i)^({anyone})\b.*$|^.+ (total|summe|gesamt)[ :.]*$"


def _labels(seen: Seen) -> tuple[list[str], list[str]]:
    """(labels that are a word for total, labels that begin or end with one)."""
    exact, begins = _patterns()
    cell = f"c{seen.facts.place}"
    rows = seen.profile.con.execute(
        f"SELECT {cell}, count(*), regexp_full_match({cell}, {literal(exact)}) FROM seen "
        f"WHERE regexp_full_match({cell}, {literal(exact)}) OR regexp_full_match({cell}, {literal(begins)}) "
        "GROUP BY 1 ORDER BY 1 LIMIT 200"
    ).fetchall()
    sparse = _sparse(seen, [str(t) for t, _, whole in rows if not whole])
    return [str(t) for t, _, whole in rows if whole], sparse


def _sparse(seen: Seen, labels: list[str]) -> list[str]:
    """Those of the labels whose rows hold less than the others do: Total Energies Ltd is a supplier."""
    if not labels:
        return []
    profile, cell = seen.profile, f"c{seen.facts.place}"
    held = " + ".join(f"(c{f.place} IS NOT NULL)::INTEGER" for f in profile.columns)
    inside = ", ".join(literal(t) for t in labels)
    ((usual,),) = profile.con.execute(f"SELECT median({held}) FROM seen").fetchall()
    rows = profile.con.execute(
        f"SELECT {cell}, max({held}) FROM seen WHERE {cell} IN ({inside}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [str(text) for text, most in rows if most <= 0.75 * usual]


def _leave_out(columns: Understanding, seen: Seen, labels: list[str]) -> None:
    cell = f"c{seen.facts.place}"
    (rows,) = seen.profile.counts([f"count(*) FILTER ({cell} IN ({', '.join(map(literal, labels))}))"])
    if rows > 0.5 * seen.profile.rows:
        return  # a column in which most cells say total says something else
    columns.draft.where.append({"column": seen.header, "not": labels})
    told = "row is" if rows == 1 else "rows are"
    columns.facts.append(
        ("Totals", f"{rows:,} {told} left out: {seen.header} is {', '.join(labels[:_SHOWN])}")
    )


def _balances(columns: Understanding, seen: Seen) -> None:
    """Leave out what an account held before or after: Opening Balance is no posting."""
    known = sorted({str(w).lower() for w in words()["balances"]}, key=len, reverse=True)
    form = rf"(?i)^({'|'.join(re.escape(w) for w in known)})[ :.]*$"
    cell = f"c{seen.facts.place}"
    rows = seen.profile.con.execute(
        f"SELECT {cell}, count(*) FROM seen WHERE regexp_full_match({cell}, {literal(form)}) "
        "GROUP BY 1 ORDER BY 1 LIMIT 200"
    ).fetchall()
    many, labels = sum(n for _, n in rows), [str(t) for t, _ in rows]
    if not rows or many == seen.profile.rows:
        return
    columns.draft.where.append({"column": seen.header, "not": labels})
    told = "row is" if many == 1 else "rows are"
    shown = ", ".join(labels[:_SHOWN])
    columns.facts.append(("Balances", f"{many:,} {told} left out, no postings: {seen.header} is {shown}"))


def _ask(columns: Understanding, seen: Seen, labels: list[str]) -> None:
    cell = f"c{seen.facts.place}"
    inside = f"{cell} IN ({', '.join(map(literal, labels))})"
    (rows,) = seen.profile.counts([f"count(*) FILTER ({inside})"])
    if rows > 0.5 * seen.profile.rows:
        return
    shown = ", ".join(labels[:_SHOWN]) + (", ..." if len(labels) > _SHOWN else "")
    evidence = _sums(columns, inside)
    options = (
        Option("leave out", f"they are totals: leave out {rows:,} rows", evidence),
        Option("keep", "they are rows like the others", ""),
    )
    text = f"Some rows begin or end like totals: {shown}. Counted as well, a total doubles what it sums."
    answer = columns.asked.ask(Question("totals", seen.header, text, options))
    if answer == "leave out":
        columns.draft.where.append({"column": seen.header, "not": labels})
        columns.facts.append(("Totals", f"{rows:,} rows are left out, as you answered"))


def _sums(columns: Understanding, inside: str) -> str:
    amount = columns.taken.get("amount")
    if amount is None:
        return ""
    value = number_sql(amount.seen, _amount_part(columns))
    ((theirs, others),) = amount.seen.profile.con.execute(
        f"SELECT sum({value}) FILTER ({inside}), "
        f"sum({value}) FILTER (NOT coalesce({inside}, false)) FROM seen WHERE {_still_in(columns)}"
    ).fetchall()
    return f"they sum to {theirs or 0:,.2f}, the other rows to {others or 0:,.2f}"


def _amount_part(columns: Understanding) -> dict[str, object]:
    """How the amount (or the count) is written, as the proposal has it."""
    line = next((one for one in columns.draft.columns if one.column in ("amount", "count")), None)
    return line.origin if line and isinstance(line.origin, dict) else {}


def _still_in(columns: Understanding) -> str:
    """SQL of the rows that no rule leaves out so far."""
    places = {seen.header: f"c{seen.facts.place}" for seen in columns.columns}
    rules = []
    for rule in columns.draft.where:
        cell, left = places.get(str(rule["column"])), rule.get("not")
        if cell and isinstance(left, list):
            rules.append(f"NOT coalesce({cell} IN ({', '.join(literal(str(t)) for t in left)}), false)")
    return " AND ".join(rules) or "true"


def _unlabelled(columns: Understanding, seen: Seen) -> None:
    """A single row whose number is the sum of all others."""
    value = number_sql(seen, _amount_part(columns))
    ((rows, whole),) = seen.profile.con.execute(f"SELECT count({value}), sum({value}) FROM seen").fetchall()
    if not whole or rows < 4:
        return
    found = seen.profile.con.execute(
        f"SELECT c{seen.facts.place} FROM seen WHERE abs(2 * {value} - {whole!r}) < 0.005 LIMIT 2"
    ).fetchall()
    if len(found) != 1:
        return
    ((text,),) = found
    options = (
        Option("leave out", f"it is a total: leave out the row with {text}", f"the other rows sum to {text}"),
        Option("keep", "it is a row like the others", "then the file sums to twice as much"),
    )
    asked = "One row holds exactly the sum of all others, though nothing calls it a total."
    answer = columns.asked.ask(Question("totals", seen.header, asked, options))
    if answer == "leave out":
        columns.draft.where.append({"column": seen.header, "not": [text]})
        columns.facts.append(("Totals", "1 row is left out, as you answered"))
