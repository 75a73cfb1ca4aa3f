# SPDX-License-Identifier: Apache-2.0
"""Journals that hold both sides of each posting: it is said, and which accounts are costs is asked."""

from __future__ import annotations

import re

from percontact.ingest.meaning_columns import Seen
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding

OFFERED = 20
"""Accounts shown with their sums: those that come to most."""


def ask_costs(columns: Understanding, seen: Seen, signed: str) -> None:
    """Ask which accounts are costs, when the amounts come to exactly nothing.

    signed  SQL of the amount of a row of `seen`, debits above nought. Nothing is guessed from numbers: 6
    is expense in one chart of accounts and revenue in another. Accounts are offered with their sums.
    """
    if columns.table.name != "ledger":
        return
    profile = seen.profile
    above, below, lines = f"{signed} > 0", f"{signed} < 0", f"count({signed})"
    ((rows, debit, credit),) = profile.con.execute(
        f"SELECT {lines}, sum({signed}) FILTER ({above}), -sum({signed}) FILTER ({below}) FROM seen"
    ).fetchall()
    if not debit or not credit or abs(debit - credit) >= 0.005:
        return
    agree = f"Debits and credits agree, {debit:,.2f} on each side"
    account = columns.taken.get("account")
    if account is None:
        columns.notes.append(f"{agree}: both sides of each posting are in it, and no column is the account.")
        return
    cell, name = f"c{account.seen.facts.place}", columns.taken.get("account_name")
    words = f"min(c{name.seen.facts.place})" if name else "NULL"
    found = profile.con.execute(
        f"SELECT {cell}, {words}, {lines}, sum({signed}) FROM seen WHERE {cell} IS NOT NULL "
        f"GROUP BY 1 ORDER BY abs(sum({signed})) DESC, 1"
    ).fetchall()
    if len(found) < 2:
        return
    options = [Option("all", "every account", f"{rows:,} rows, which come to nothing")]
    options += [
        Option(str(number), f"{number} {label}" if label else str(number), f"{n:,} rows come to {total:,.2f}")
        for number, label, n, total in found[:OFFERED]
    ]
    text = f"{agree}, so both sides of each posting are in it and cancel out. Which accounts are costs?"
    if len(found) > OFFERED:
        text += f" Of {len(found):,}, those that come to most are shown."
    free = "several, with commas between them; 6* is every account that begins with 6"
    question = Question("costs", account.seen.header, text, tuple(options), free)
    answer = columns.asked.ask(question)
    if answer is None or answer == "all":
        return
    wanted = [part.strip() for part in answer.split(",") if part.strip()]
    numbers = [str(number) for number, *_ in found]
    if any(not any(_is_one(part, number) for number in numbers) for part in wanted) or "all" in wanted:
        columns.asked.wrong.append((question, answer))
        return
    chosen: dict[str, object] = {"is": wanted}
    if any(part.endswith("*") for part in wanted):
        patterns = [
            re.escape(p.removesuffix("*")) + ("" if p.endswith("*") else "$") for p in dict.fromkeys(wanted)
        ]
        chosen = {"matches": f"^({'|'.join(patterns)})"}
    columns.draft.where.append({"column": account.seen.header} | chosen)
    kept = [(n, total) for number, _, n, total in found if any(_is_one(part, str(number)) for part in wanted)]
    costs = f"{sum(n for n, _ in kept):,} rows of {', '.join(wanted)} come to {sum(t for _, t in kept):,.2f}"
    columns.facts.append(("Costs", f"{costs}; the other side is left out, as you answered"))


def _is_one(part: str, number: str) -> bool:
    """Whether an account is meant: by itself, or by how it begins."""
    return number.startswith(part[:-1]) if part.endswith("*") and len(part) > 1 else number == part
