# SPDX-License-Identifier: Apache-2.0
"""The policy in force as people read it: its rules with what they catch, its pools, what nothing catches."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.costing.policy import Policy, Pool
from percontact.report.document import Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.spoken import when
from percontact.report.tried import Tried, rules_table, unplaced_table
from percontact.report.words import DEMO_NOTE, money

DRIVERS = {
    "handle_s": "time spent on contacts",
    "contacts": "handled contacts",
    "offered": "contacts, abandoned ones too",
    "messages": "messages",
    "talk_s": "time of talk",
    "wait_s": "time in the queue",
    "paid_h": "paid hours",
    "scheduled_h": "scheduled hours",
    "available_h": "available hours",
    "practical_h": "practical hours",
    "fte": "full-time equivalents",
    "heads": "heads",
    "seats": "seats",
    "weights": "fixed weights",
    "cost": "their own cost",
}
"""driver -> what it measures, in words"""


def driver_words(driver: str) -> str:
    """What a driver measures, in words.

    >>> driver_words("handle_s"), driver_words("usage:resolution")
    ('time spent on contacts', 'metered use: resolution')
    """
    return f"metered use: {driver[6:]}" if driver.startswith("usage:") else DRIVERS.get(driver, driver)


def policy_document(found: Tried) -> Document:
    """The policy in force; `found` is it, with what it catches."""
    policy = found.policy
    tables: list[Table] = []
    if found.unplaced:
        tables.append(unplaced_table(found))
    if policy is not None and not policy.textbook:
        tables += [rules_table(found), _pools(policy)]
    data: dict[str, object] = {"policy": policy.digest if policy else None}
    names = {"rule": "rules", "pool": "pools", "account": "unplaced"}
    data |= {names[t.columns[0].name]: records_of(t) for t in tables}
    return Document(
        "Policy",
        " ".join(_sentences(found, policy)),
        tuple(tables),
        data=data,
        demo=DEMO_NOTE if found.demo else "",
    )


def _sentences(found: Tried, policy: Policy | None) -> Iterator[str]:
    if policy is None or found.problems:
        yield "The policy in force cannot be used, so no cost is shown until it is mended."
        return
    if policy.textbook:
        yield "There is no policy yet: all cost is divided by all handled contacts, so each costs the same."
        return
    rules, pools = len(policy.rules), len(policy.pools)
    yield f"{rules:,} rule{'s' * (rules != 1)} send the ledger to {pools:,} pool{'s' * (pools != 1)}."
    if found.span is None:
        return
    if lines := found.unplaced_lines:
        are = "ledger line" if lines == 1 else "ledger lines"
        amount = money(found.unplaced_cents, found.currency)
        yield f"{_begun(when(found.span))} no rule catches {lines:,} {are} of {amount}."
    else:
        yield f"{_begun(when(found.span))} every ledger line is caught."


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pools(policy: Policy) -> Table:
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("driver", "Is shared out by"),
        TableColumn("goes", "Goes to"),
        TableColumn("group", "Capacity of"),
        TableColumn("because", "Because"),
    )
    rows = tuple(
        (p.name, driver_words(p.driver), _goes(p), p.group or "none", p.because)
        for p in policy.pools.values()
    )
    note = "Capacity of: the resource group whose practical hours the pool pays for; it gives unused cost."
    return Table("Pools", columns, rows, note=note)


def _goes(pool: Pool) -> str:
    if pool.shared:
        return f"the pools {', '.join(pool.to)}"
    told = "; ".join(f"{d.replace('_', ' ')} {' or '.join(values)}" for d, values in pool.scope)
    return f"contacts of {told}" if told else "all contacts"
