# SPDX-License-Identifier: Apache-2.0
"""The statement in words: the headline and the notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from percontact.costing.composition import LEDGER_DIMENSIONS, cancelled_pools
from percontact.costing.slice import Slice
from percontact.report.lacking import lack_notes
from percontact.report.statement import Statement
from percontact.values.money import cents, cents_text, minor_digits
from percontact.values.period import Period, label, periods, start_of

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

DEMO_NOTE = "Demo data: this company is made up."

BUDGET = "budget (all cost, basis full)"
PER_WORDS = {
    "contact": "contact",
    "handle-minute": "handle minute",
    "resolution": "resolution",
    "verified-resolution": "verified resolution",
    "case": "case",
    "customer": "customer",
}
PER_MANY = {
    "contact": "handled contacts",
    "handle-minute": "handle minutes",
    "resolution": "resolutions",
    "verified-resolution": "verified resolutions",
    "case": "cases",
    "customer": "customers",
}


def money(cents: int | None, currency: str) -> str:
    """Minor units with thousands commas: "EUR 12,345.60"; unknown is a dash."""
    return "-" if cents is None else f"{currency} {Decimal(cents_text(cents, currency)):,}"


def value_text(value: Decimal | None, currency: str) -> str:
    """A cost of one, with the currency's decimals, or four where it is below ten cents."""
    if value is None:
        return "-"
    digits = minor_digits(currency)
    return f"{value:,.{digits if value == 0 or abs(value) >= Decimal('0.1') else digits + 2}f}"


def count_text(number: Decimal | int | None) -> str:
    """A count with thousands commas; minutes without their fraction."""
    return "-" if number is None else f"{number:,.0f}"


def headline(s: Statement) -> str:
    """The answer in a sentence, with what it is made of."""
    where = f" ({', '.join(s.where)})" if s.where else ""
    unit = PER_WORDS[s.per]
    if s.total.value is None:
        return f"Cost per {unit} in {s.span}{where} is undefined: {_why_undefined(s)}."
    first = (
        f"One {unit} cost {s.currency} {value_text(s.total.value, s.currency)} "
        f"in {s.span}{where}, basis {s.basis}"
    )
    made = f"{money(s.total.divided, s.currency)} / {count_text(s.total.denominator)} {PER_MANY[s.per]}"
    if s.total.divided != s.total.cents:
        made += f" (of {money(s.total.cents, s.currency)}; the rest names no {unit})"
    beside = "".join(_beside(s))
    return f"{first}: {made}.{beside}"


def _why_undefined(s: Statement) -> str:
    if s.total.cents is None:
        return "no cost is known for it"
    if s.proof.assigned == 0 and s.proof.ledger:
        return "no cost could be assigned to any contact; the notes say why"
    return (
        "there is nothing to divide by"
        if s.total.denominator is not None
        else "the data cannot tell what to divide by"
    )


def change_digits(s: Statement) -> int:
    """Decimals of a change: the currency's, or two more where one costs less than one."""
    return minor_digits(s.currency) + (0 if abs(s.total.value or Decimal(0)) >= 1 else 2)


def _beside(s: Statement) -> Iterator[str]:
    # A budget plans all cost: beside another basis it stands in the table, not in this sentence.
    known = [c for c in s.comparisons if c.change is not None and (s.basis == "full" or c.name != BUDGET)]
    if not known:
        return
    parts = []
    digits = change_digits(s)
    for c in known:
        change = round(c.change or Decimal(0), digits)
        beside = f"the {c.name}"
        parts.append(
            f"{s.currency} {abs(change):,.{digits}f} {'above' if change > 0 else 'below'} {beside}"
            if change
            else f"the same as {beside}"
        )
    yield f" That is {'; '.join(parts)}."


def cut_notes(question: Slice) -> Iterator[str]:
    """A sentence for each period that lies in the span only in part."""
    if question.grain == "whole":
        return
    for cut in question.cut_steps:
        name = label(
            start_of(cut.start, question.grain, question.calendar), question.grain, question.calendar
        )
        days = str(cut.start) if cut.days == 1 else f"{cut.start} to {cut.end - timedelta(days=1)}"
        yield f"{name} is in the span only in part: {days}."


def statement_notes(costed: CostedBook, question: Slice, s: Statement, told: list[str]) -> Iterator[str]:
    """What the reader must know, most important first."""
    if s.demo:
        yield DEMO_NOTE
    if costed.policy.textbook:
        yield (
            "No policy yet: every ledger line is in one pool, divided by handled contacts "
            "(the textbook formula). `percontact policy propose` writes a first policy."
        )
    yield from _missing_months(costed, question)
    if not s.proof.whole:
        yield (
            "The span cuts a month: assigned and unused cost follow the work, "
            "and unassigned cost is spread evenly over the days of the month."
        )
    yield from cut_notes(question)
    if s.proof.unclaimed:
        yield (
            f"No rule claims {money(s.proof.unclaimed, s.currency)} of the ledger: "
            "`percontact policy check` lists the lines."
        )
    yield from unplaced(costed, question.months)
    yield from _overlaps(costed, question)
    over = [p for p in s.pools if p.unused < 0]
    for p in over:
        yield (
            f"Pool {p.pool} is over-used: more work than practical capacity, "
            f"by {money(-p.unused, s.currency)}."
        )
    groups = {p.name: p.group for p in costed.policy.work_pools if p.group}
    for p in s.pools:
        if groups.get(p.pool) and p.capacity is None:
            yield (
                f"Pool {p.pool}: the practical capacity of {groups[p.pool]} is unknown in some month, "
                "so its cost is divided by the time used there and no unused cost can be shown."
            )
    if s.total.contacts and s.total.estimated:
        share = Decimal(s.total.estimated) / s.total.contacts
        yield (
            f"The handle time of {count_text(s.total.estimated)} contacts ({share:.0%}) "
            "is a standard or unknown."
        )
    yield from lack_notes(costed, question, s.per)
    if s.proof.outside:
        yield (
            f"{money(s.proof.outside, s.currency)} lies outside customer service by rule and is in no figure."
        )
    yield from told


def unplaced(costed: CostedBook, months: Period) -> Iterator[str]:
    """What of the pools is unassigned over some whole months, and why."""
    totals, currency = costed.pool_totals(months), costed.currency
    stuck = sum([t.stuck for t in totals.values()])
    if stuck:
        yield (
            f"{money(cents(stuck, currency), currency)} is in pools that no work used in some month, "
            "so it has no owner."
        )
    for pool in costed.policy.work_pools:
        if pool.name in totals and totals[pool.name].loose is not None:
            mine = [r for r in costed.rates(months) if r.pool == pool.name and r.loose]
            used, loose = sum(r.quantity for r in mine), round(sum(r.loose for r in mine))
            yield (
                f"Pool {pool.name}: {_units(loose)} of {_units(used + loose)} units of "
                f"{pool.driver.partition(':')[2]} name no contact that is there, so their part, "
                f"{money(cents(sum(r.unassigned for r in mine), currency), currency)}, is unassigned."
            )
    for pool in costed.policy.shared_pools:
        kept = {m.start: costed.shared[m.start].costs[pool.name] for m in periods(months, "month")}
        kept = {month: pico for month, pico in kept.items() if pico}
        if kept:
            yield (
                f"Pool {pool.name}: none of the pools it serves ({', '.join(pool.to)}) has "
                f"{_driver_words(pool.driver)} in {_listed([f'{m:%Y-%m}' for m in kept])}, so its cost of "
                f"{money(cents(sum(kept.values()), currency), currency)} is unassigned."
            )


def _overlaps(costed: CostedBook, question: Slice) -> Iterator[str]:
    """What to know of rows that are parts of the cost and no slices of the contacts."""
    by = [d for d in question.shown_by if d in (*LEDGER_DIMENSIONS, "pool")]
    if not by:
        return
    yield (
        f"Rows by {', '.join(by)} part the cost, not the contacts: the same contacts stand in several rows, "
        "so that column does not add up; the total counts each contact once."
    )
    if by != ["pool"]:
        for pool, months in cancelled_pools(costed, question.months).items():
            yield (
                f"The lines of pool {pool} cancel each other in {_listed([f'{m:%Y-%m}' for m in months])}: "
                "no cost is left to part there, so they stand with 0.00."
            )


def _units(millionths: int) -> str:
    """Metered units with thousands commas, and with decimals only where there are any."""
    number = Decimal(millionths).scaleb(-6)
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number.normalize():,f}"


def _driver_words(driver: str) -> str:
    return "cost of its own" if driver == "cost" else driver


def _missing_months(costed: CostedBook, question: Slice) -> Iterator[str]:
    months = [p.start for p in periods(question.months, "month")]
    no_cost = [f"{m:%Y-%m}" for m in months if m not in costed.ledger_months]
    no_contacts = [f"{m:%Y-%m}" for m in months if m not in costed.book.months("contacts")]
    if no_cost:
        yield f"No ledger line is for {_listed(no_cost)}: cost there is unknown, not zero."
    if no_contacts:
        yield f"No contacts in {_listed(no_contacts)}: the cost of those months has no work to go to."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more months" if len(names) > 6 else "")
