# SPDX-License-Identifier: Apache-2.0
"""Debit = credit: whether a journal balances, month by month, and whether both sides of postings are in it.

A journal has two sides and comes to nothing; costs are one of them. What is read as a ledger should be the
cost side alone, so a file that comes to exactly nothing is suspected; so is a journal that fails to balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from percontact.ingest.landed import Landed
from percontact.ingest.plan import Plan, Target
from percontact.ingest.typed import Typed
from percontact.values.problem import Problem

NEARLY = Decimal("0.05")
"""A month that misses by less than this part was meant to balance; costs alone miss by all they are."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Debits and credits of one month and currency, both positive."""

    month: date
    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def even(self) -> bool:
        """Whether the two are the same."""
        return self.debit == self.credit


def balance(landed: Landed, typed: Typed, plan: Plan) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Sentences for the receipt and suspicions, of a ledger; of any other table none.

    typed  all rows, also those `where:` leaves out: the other side of a posting is often among them
    """
    if landed.table.name != "ledger" or not landed.rows:
        return (), ()
    kept = _sides(landed, landed.relation, "true")
    if kept and all(s.even for s in kept) and any(s.debit for s in kept):
        return (), (_both_sides(landed, kept),)
    amount = plan.target("amount")
    if amount is None or not _two_sided(amount):
        return (), ()
    left_out = [n for n, rule in enumerate(typed.rules, start=1) if rule.code == "E-SKIP-01"]
    counted = f"(_fault IS NULL{''.join(f' OR _fault = {n}' for n in left_out)}) AND amount IS NOT NULL"
    every = _sides(landed, typed.relation, f"{counted} AND period_start IS NOT NULL")
    odd = [s for s in every if not s.even]
    if not odd:
        return (_even(every),), ()
    meant = [s for s in odd if abs(s.debit - s.credit) < NEARLY * max(s.debit, s.credit)]
    if meant or len(odd) < len(every):
        return (), tuple(_uneven(landed, meant or odd, len(every)))
    debit, credit = (sum(side, Decimal(0)) for side in ([s.debit for s in kept], [s.credit for s in kept]))
    return (f"Debits are {debit:,.2f} and credits {credit:,.2f}: not the two sides of whole postings.",), ()


def _two_sided(target: Target) -> bool:
    return any(t.minus is not None or t.negative for t in (target, target.instead) if t)


def _sides(landed: Landed, relation: str, condition: str) -> list[Sides]:
    rows = landed.con.execute(
        "SELECT CAST(date_trunc('month', period_start) AS DATE) AS month, currency, "
        "coalesce(sum(amount) FILTER (amount > 0), 0), coalesce(-sum(amount) FILTER (amount < 0), 0) "
        f"FROM {relation} WHERE {condition} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Sides(month, str(currency), debit, credit) for month, currency, debit, credit in rows]


def _even(sides: list[Sides]) -> str:
    debit = sum((s.debit for s in sides), Decimal(0))
    months = len({s.month for s in sides})
    told = "in the one month there is" if months == 1 else f"in each of {months} months"
    return f"Debits equal credits {told}, {debit:,.2f} on each side, counting rows left out by the mapping."


def _both_sides(landed: Landed, sides: list[Sides]) -> Problem:
    debit = sum((s.debit for s in sides), Decimal(0))
    return Problem(
        "W-BAL-01",
        landed.where,
        f"the ledger comes to exactly nothing: {debit:,.2f} of costs and as much of credits",
        "Both sides of each posting, or revenue beside expense, cancel out in every month.",
        "Read the cost accounts alone, in a mapping file: where: {column: ..., matches: '^6'}.",
    )


def _uneven(landed: Landed, odd: list[Sides], months: int) -> Iterator[Problem]:
    first, more = odd[0], f", and {len(odd) - 1} more months" if len(odd) > 1 else ""
    off = abs(first.debit - first.credit)
    side = "credits" if first.debit > first.credit else "debits"
    yield Problem(
        "W-BAL-02",
        landed.where,
        f"debits and credits differ by {off:,.2f} {first.currency} in {first.month:%Y-%m}{more}",
        f"Other months of the {months} balance, or nearly do: {side} of {off:,.2f} may be missing.",
        "Compare with the rows set aside, and export the journal again.",
    )
