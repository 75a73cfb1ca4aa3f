# SPDX-License-Identifier: Apache-2.0
"""What is missing, doubtful or unplaced in a workspace, in plain words, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from percontact.costing.costed import CostedBook
from percontact.records.contacts import MACHINE_CHANNELS
from percontact.records.dialect import fold, in_list
from percontact.report.spoken import month_name
from percontact.report.words import count_text, money, unplaced
from percontact.values.money import cents
from percontact.values.period import Period, add_months, periods
from percontact.values.problem import did_you_mean

Weight = Literal["stop", "wrong", "doubtful", "note"]
ORDER: tuple[Weight, ...] = ("stop", "wrong", "doubtful", "note")
"""stop      no figure can be shown
wrong     a figure is or may be wrong
doubtful  it rests on an estimate
note      more could be said"""

LOOKS_ABANDONED = (
    "abandon",
    "hang",
    "missed",
    "lost",
    "unanswered",
    "no answer",
    "no_answer",
    "noanswer",
    "dropped",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: how bad, what, and what to do about it.

    about  what it is about, for a link: months, policy, placed, capacity, contacts, ledger, more, import 3,
           unclaimed 2025-06..2025-08 (the months of lines that no rule claims); "" = the whole
    """

    weight: Weight
    what: str
    do: str
    about: str = ""


def findings(costed: CostedBook) -> list[Finding]:
    """All that a costed Book shows to be missing or doubtful, worst first."""
    parts = {
        "months": _months,
        "policy": _policy,
        "placed": _placed,
        "capacity": _capacity,
        "contacts": _contacts,
        "ledger": _ledger,
        "more": _more,
    }
    found = [replace(one, about=one.about or about) for about, part in parts.items() for one in part(costed)]
    return sorted(found, key=lambda f: ORDER.index(f.weight))


def _span(costed: CostedBook) -> Period:
    """The months that contacts speak of: what lies before and after is prepaid or not there yet."""
    months = costed.book.months("contacts")
    return Period(months[0], add_months(months[-1], 1))


def _months(costed: CostedBook) -> Iterator[Finding]:
    span = _span(costed)
    ledger, contacts = set(costed.ledger_months), set(costed.book.months("contacts"))
    inside = {m.start for m in periods(span, "month")}
    if contacts - ledger:
        yield Finding(
            "wrong",
            f"Contacts but no ledger line in {_listed(contacts - ledger)}: their cost is unknown.",
            "Import the ledger of those months.",
        )
    if (ledger & inside) - contacts:
        yield Finding(
            "wrong",
            f"Ledger lines but no contacts in {_listed((ledger & inside) - contacts)}: "
            "that cost has no work to go to.",
            "Import the contacts of those months.",
        )
    for months, word in (
        (sorted(m for m in ledger if m < span.start), "before the first"),
        (sorted(m for m in ledger if m >= span.end), "after the last"),
    ):
        if months:
            cost = sum(c for (p, m), (c, _) in costed.pool_costs.items() if m in months)
            yield Finding(
                "note",
                f"{money(cents(cost, costed.currency), costed.currency)} of the ledger is for "
                f"{_listed(set(months))}, {word} contacts.",
                "Nothing, if it is paid in advance; else import the contacts of those months.",
            )


def _listed(months: set[date]) -> str:
    names = [f"{m:%Y-%m}" for m in sorted(months)]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more months" if len(names) > 6 else "")


def _named(months: Iterable[date]) -> str:
    """Months by name: "June 2025 and August 2025", or how many of which span."""
    names = [month_name(m) for m in sorted(months)]
    if len(names) > 6:
        return f"{len(names)} months from {names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _policy(costed: CostedBook) -> Iterator[Finding]:
    if costed.policy.textbook:
        yield Finding(
            "doubtful",
            "There is no policy: all cost is divided by contacts, so every channel costs the same.",
            "percontact policy propose",
        )
        return
    dims = {d for p in costed.policy.work_pools for d, _ in p.scope}
    known: dict[str, set[str]] = {}
    for d in sorted(dims - {"actor"}):
        known[d] = set()
        if d in costed.book.columns("contacts"):
            contacts = costed.book.relation("contacts", [d])
            query = f"SELECT DISTINCT CAST({d} AS VARCHAR) FROM {contacts} WHERE {d} IS NOT NULL"
            known[d] = {v for (v,) in costed.con.execute(query).fetchall()}
    folded = {d: set(map(fold, values)) for d, values in known.items()}
    for pool in costed.policy.work_pools:
        for d, values in pool.scope:
            for value in values:
                if d in known and fold(value) not in folded[d]:
                    yield Finding(
                        "wrong",
                        f"Pool {pool.name}: no contact has {d} {value!r}. {did_you_mean(value, known[d])}",
                        "Correct the scope in policy.yaml.",
                    )
        if pool.group and pool.group not in costed.capacity.groups:
            yield Finding(
                "wrong",
                f"Pool {pool.name}: no capacity is known for the group {pool.group!r}. "
                f"{did_you_mean(pool.group, costed.capacity.groups)}",
                "Correct `group:` in policy.yaml, or import capacity.",
            )
    groups = [(p.group, p.scope) for p in costed.policy.work_pools if p.group]
    for group in sorted({g for g, _ in groups if len({s for h, s in groups if h == g}) > 1}):
        yield Finding(
            "doubtful",
            f"Pools of different scopes share the group {group}: "
            "each sees only part of its work, so unused cost is overstated.",
            "Give pools of one group one scope.",
        )


def _placed(costed: CostedBook) -> Iterator[Finding]:
    currency, span = costed.currency, _span(costed)
    costs = {m: costed.month_costs.get(m.start, {}).get(None, (0, 0))[0] for m in periods(span, "month")}
    unclaimed = {m.start: pico for m, pico in costs.items() if pico}
    if unclaimed:
        yield Finding(
            "wrong",
            f"No rule claims {money(cents(sum(unclaimed.values()), currency), currency)} of the ledger "
            f"in {_named(unclaimed)}.",
            "percontact policy check lists the lines; add a rule or send them `to: outside`.",
            f"unclaimed {min(unclaimed):%Y-%m}..{max(unclaimed):%Y-%m}",
        )
    for what in unplaced(costed, _span(costed)):
        yield Finding("wrong", what, _PLACE_IT)


_PLACE_IT = (
    "Widen the pools' scope, name the contact in the metered use, or import the contacts "
    "or capacity that is missing."
)


def _capacity(costed: CostedBook) -> Iterator[Finding]:
    rates = costed.rates(_span(costed))
    for pool in costed.policy.work_pools:
        mine = [r for r in rates if r.pool == pool.name]
        over = [r.month for r in mine if r.unused < 0]
        if over:
            yield Finding(
                "doubtful",
                f"Pool {pool.name} is over-used in {_listed(set(over))}: more work than practical capacity.",
                "Check capacity hours and handle times; overtime may be missing.",
            )
        unknown = {r.month for r in mine if pool.group and r.capacity is None}
        if unknown and pool.group in costed.capacity.groups:
            yield Finding(
                "doubtful",
                f"Pool {pool.name}: the capacity of {pool.group} is unknown in {_listed(set(unknown))}.",
                "Import capacity for those months.",
            )
    if not costed.book.has("capacity") and not costed.policy.textbook:
        yield Finding(
            "note",
            "No capacity is imported, so idle time cannot be shown.",
            "percontact import capacity FILE (group, period_start, period_end, paid_h, practical_h)",
        )


def _contacts(costed: CostedBook) -> Iterator[Finding]:
    named = ("channel", "team", "reason", "customer_id", "case_id")
    contacts = costed.book.relation("contacts", [*named, "outcome", "handle_s", "handled", "count"])
    # No team stands behind a machine.
    people = f"NOT coalesce({in_list('lower(channel)', MACHINE_CHANNELS)}, false)"
    empty = [f'sum("count") FILTER ({c} IS NULL' + (f" AND {people})" if c == "team" else ")") for c in named]
    row = costed.con.execute(
        'SELECT sum("count"), sum(handled), sum(handled) FILTER (handle_s IS NULL), '
        f"{', '.join(empty)} FROM {contacts}"
    ).fetchone()
    total, handled, untimed, *missing = [int(v or 0) for v in row or ()]
    without = dict(zip(named, missing, strict=True))
    if untimed:
        instead = (
            "; a time equation stands in where one applies."
            if costed.policy.unit_times
            else ", so they take no time-driven cost."
        )
        yield Finding(
            "doubtful" if total else "note",
            f"{_share(untimed, handled)} of handled contacts have no handle time{instead}",
            "Import handle times, or add `unit_times:` to policy.yaml.",
        )
    for name in ("channel", "team", "reason"):
        if 0 < without[name] < total:
            yield Finding(
                "doubtful",
                f"{_share(without[name], total)} of contacts have no {name}: they stand under (unknown).",
                "Fill the column at the source, or map it.",
            )
    yield from _looks_abandoned(costed, contacts)
    for name in ("customer_id", "case_id"):
        if without[name] == total:
            unit = name.removesuffix("_id")
            yield Finding(
                "note",
                f"No contact names its {unit}, so cost per {unit} is unknown.",
                f"Map a {name} column.",
            )


def _looks_abandoned(costed: CostedBook, contacts: str) -> Iterator[Finding]:
    """Outcomes that count as handled, by words that speak of abandoned contacts."""
    looks = " OR ".join(f"lower(outcome) LIKE '%{word}%'" for word in LOOKS_ABANDONED)
    odd = costed.con.execute(f"""
        SELECT outcome, sum("count") FROM {contacts}
        WHERE lower(outcome) <> 'abandoned' AND ({looks}) GROUP BY 1 ORDER BY 2 DESC
    """).fetchall()
    for outcome, count in odd:
        yield Finding(
            "wrong",
            f"{count_text(count)} contacts have the outcome {outcome!r} and count as handled.",
            "If these were abandoned, map the value: outcome: {values: {" + str(outcome) + ": abandoned}}.",
        )


def _share(part: int, whole: int) -> str:
    return f"{count_text(part)} ({Decimal(part) / whole:.0%})" if whole else count_text(part)


def _ledger(costed: CostedBook) -> Iterator[Finding]:
    ledger = costed.book.relation("ledger", ["amount", "class", "period_start", "period_end"])
    row = costed.con.execute(f"""
        SELECT count(*),
               count(*) FILTER (amount < 0 AND coalesce(class, '') <> 'correction'),
               count(*) FILTER (period_end - period_start > 400)
        FROM {ledger}
    """).fetchone() or (0, 0, 0)
    if row[0] and row[1] * 2 > row[0]:
        yield Finding(
            "wrong",
            f"{count_text(row[1])} of {count_text(row[0])} ledger lines are negative: "
            "costs should be positive.",
            "If the export shows costs as credits, turn the sign in a mapping file.",
        )
    if row[2]:
        yield Finding(
            "doubtful",
            f"{count_text(row[2])} ledger lines are for more than 400 days.",
            "Check period_start and period_end.",
        )


def _more(costed: CostedBook) -> Iterator[Finding]:
    book = costed.book
    if book.has("usage") and not costed.policy.prices:
        yield Finding("note", "Metered use is imported but has no price.", "Add `prices:` to policy.yaml.")
    for table, says in (
        ("cases", "cost per resolution rests on contacts"),
        ("budgets", "nothing stands beside the figures as plan"),
    ):
        if not book.has(table):
            yield Finding("note", f"No {table} are imported: {says}.", f"percontact import {table} FILE")
