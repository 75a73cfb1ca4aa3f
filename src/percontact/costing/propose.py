# SPDX-License-Identifier: Apache-2.0
"""Propose a first policy from the ledger's own accounts, a reason for each rule. A person then edits it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from percontact.records.dialect import connect
from percontact.values.money import to_pico

if TYPE_CHECKING:
    from percontact.records.book import Book


@dataclass(frozen=True, slots=True)
class Category:
    """A usual cost category: the pool it joins, its behaviour and nature, and the words that give it away."""

    category: str
    pool: str
    behaviour: str
    nature: str
    words: tuple[str, ...] = ()


MISCELLANEOUS = Category("miscellaneous", "overhead", "fixed", "indirect")


@dataclass(frozen=True, slots=True)
class Account:
    """One ledger account at one cost centre, as found: how many lines, what amount, in which words."""

    account: str
    name: str
    cost_centre: str | None
    words: str
    lines: int
    pico: int


def accounts_of(book: Book) -> list[Account]:
    """The accounts of the ledger, largest first."""
    con = connect()
    columns = ["account", "account_name", "cost_centre", "text", "amount"]
    rows = con.execute(f"""
        SELECT account, coalesce(max(account_name), ''), cost_centre,
               coalesce(string_agg(DISTINCT text, ' '), ''), count(*), sum(amount)
        FROM {book.relation("ledger", columns)} GROUP BY account, cost_centre
        ORDER BY abs(sum(amount)) DESC, account, cost_centre
    """).fetchall()
    return [Account(a, n, cc, w[:400], k, to_pico(s)) for a, n, cc, w, k, s in rows]


def propose(book: Book) -> str:
    """The text of a first policy.yaml.

    A rule an account, usual categories, pools with drivers the data can bear.
    """
    accounts = accounts_of(book)
    scopes = _scopes(book, accounts)
    first: list[dict[str, object]] = []
    rest: list[dict[str, object]] = []
    pools: set[str] = set()
    categories = {c.category: c for c in (*_categories(), MISCELLANEOUS)}
    for (account, named, pool, reason), found in _grouped(accounts, scopes).items():
        category = categories[named]
        match: dict[str, object] = {"account": account}
        centres = sorted({a.cost_centre for a in found if a.cost_centre})
        if pool.partition(".")[2] and centres:
            match["cost_centre"] = centres if len(centres) > 1 else centres[0]
        # Rules that name a cost centre must come before those that take the rest of the account.
        (first if "cost_centre" in match else rest).append(
            {
                "match": match,
                "to": pool,
                "nature": category.nature,
                "behaviour": category.behaviour,
                "category": named,
                "because": reason,
            }
        )
        pools.add(pool)
    bodies = {name: _pool(book, name, sorted(pools)) for name in sorted(pools)}
    return _text(
        {"policy": 1, "pools": bodies, "rules": [*first, *rest]},
        shared=[n for n, b in bodies.items() if "to" in b],
    )


def _grouped(
    accounts: list[Account], scopes: dict[str, str]
) -> dict[tuple[str, str, str, str], list[Account]]:
    """(account, category, pool, reason) -> the accounts found so."""
    found: dict[tuple[str, str, str, str], list[Account]] = defaultdict(list)
    for a in accounts:
        category, word = _category(a)
        pool = category.pool
        if pool == "people" and a.cost_centre and a.cost_centre in scopes:
            pool = f"people.{scopes[a.cost_centre]}"
        named = a.name or a.words[:40] or a.account
        reason = f"`{word}` in {named}" if word else f"no usual word in {named}: please look"
        found[a.account, category.category, pool, reason].append(a)
    return found


@cache
def _categories() -> tuple[Category, ...]:
    found = yaml.safe_load(files("percontact.costing").joinpath("categories.yaml").read_text("utf-8"))
    return tuple(
        Category(c["category"], c["pool"], c["behaviour"], c["nature"], tuple(c["words"])) for c in found
    )


def _category(account: Account) -> tuple[Category, str]:
    for text in (f"{account.account} {account.name}", account.words):
        for category in _categories():
            for word in category.words:
                if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE):
                    return category, word
    return MISCELLANEOUS, ""


def _scopes(book: Book, accounts: list[Account]) -> dict[str, str]:
    """cost centre -> team of the same name, where the ledger and the contacts speak of the same teams."""
    if "team" not in book.filled("contacts"):
        return {}
    contacts = book.relation("contacts", ["team"])
    teams = connect().execute(f"SELECT DISTINCT team FROM {contacts} WHERE team IS NOT NULL").fetchall()
    plain = {_plain(t): t for (t,) in teams}
    return {
        a.cost_centre: plain[_plain(a.cost_centre)]
        for a in accounts
        if a.cost_centre and _plain(a.cost_centre) in plain
    }


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _pool(book: Book, name: str, names: list[str]) -> dict[str, object]:
    """The body of a pool: the driver its data can bear, whom it serves, and why."""
    head, _, team = name.partition(".")
    people = [n for n in names if n.partition(".")[0] == "people"]
    time = "handle_s" if _has_time(book) else "contacts"
    if head == "people":
        body: dict[str, object] = {
            "driver": time,
            "scope": {"team": [team]} if team else {"actor": ["agent", "back_office"]},
        }
        group = _group(book, team, alone=len(people) == 1) if time == "handle_s" else None
        why = (
            "people are paid for their time"
            if time == "handle_s"
            else "no handle time is known, so contacts share it evenly"
        )
        return body | ({"group": group} if group else {}) | {"because": why}
    if name in ("facilities", "overhead") and people:
        return {
            "driver": "cost",
            "to": people,
            "because": "serves the people; by their cost until hours or seats are known",
        }
    if name == "telecom":
        return _scoped(book, time, ("voice", "phone", "call"), "calls use lines, as long as they last")
    if name == "ai usage":
        return _scoped(book, "contacts", ("ai_agent", "bot", "chatbot"), "the AI agent's bill")
    return {"driver": "contacts", "because": "no better driver is known"}


def _scoped(book: Book, driver: str, wanted: tuple[str, ...], why: str) -> dict[str, object]:
    channels = [c for c in _channels(book) if c in wanted]
    return {"driver": driver, **({"scope": {"channel": channels}} if channels else {}), "because": why}


def _channels(book: Book) -> list[str]:
    contacts = book.relation("contacts", ["channel"])
    query = f"SELECT DISTINCT channel FROM {contacts} WHERE channel IS NOT NULL ORDER BY 1"
    return [c for (c,) in connect().execute(query).fetchall()]


def _has_time(book: Book) -> bool:
    contacts = book.relation("contacts", ["handle_s"])
    found = connect().execute(f"SELECT coalesce(sum(handle_s), 0) > 0 FROM {contacts}").fetchone()
    return bool(found and found[0]) or book.has("handlings")


def _group(book: Book, team: str, *, alone: bool) -> str | None:
    """The resource group that pays for a pool: the team's own, or the only one where people are one pool."""
    if not book.has("capacity"):
        return None
    query = f'SELECT DISTINCT "group" FROM {book.relation("capacity", ["group"])}'
    groups = [g for (g,) in connect().execute(query).fetchall()]
    named = {_plain(g): g for g in groups}
    return named.get(_plain(team)) if team else (groups[0] if alone and len(groups) == 1 else None)


def _text(policy: dict[str, object], shared: list[str]) -> str:
    head = (
        "# percontact policy: which pool each ledger line joins, and what drives the pool.\n"
        "# Proposed from the ledger's own accounts. Read each `because:`, correct what is wrong, then run\n"
        "#   percontact policy check      what each rule catches, and what none does\n"
        "#   percontact cost              the statement under this policy\n"
        "# All that can be said here: docs/reference/policy.md\n"
    )
    if shared:
        policy = policy | {"shared": {"method": "step-down", "order": shared}}
    return head + yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=110)
