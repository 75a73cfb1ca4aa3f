# SPDX-License-Identifier: Apache-2.0
"""Whether a row of work lies in a scope, and who worked on it, as SQL."""

from __future__ import annotations

from collections.abc import Callable

from percontact.costing.policy import Scope
from percontact.records.contacts import MACHINE_CHANNELS
from percontact.records.dialect import in_folded, quote

MACHINE_ACTOR = {"ai_agent": "bot"}
"""Actors of machine channels that are not named like their channel."""


def actor_sql(actor: str, channel: str) -> str:
    """SQL of who worked on a contact: as told, else by its channel (MACHINE_CHANNELS, else an agent)."""
    machines = " ".join(f"WHEN '{c}' THEN '{MACHINE_ACTOR.get(c, c)}'" for c in MACHINE_CHANNELS)
    return f"coalesce({actor}, CASE lower({channel}) {machines} ELSE 'agent' END)"


def scope_sql(scope: Scope, *, held: set[str] | None = None, value: Callable[[str], str] = quote) -> str:
    """SQL condition that a row lies in a scope; upper and lower case are one.

    held   columns there are (others are unknown, so never inside)
    value  SQL of a dimension; default its column
    """
    tests = []
    for dimension, values in scope:
        if held is not None and dimension not in held and dimension != "actor":
            return "false"
        column = value(dimension)
        if dimension == "actor" and value is quote:
            column = actor_sql("actor", "channel")
        tests.append(in_folded(column, values))
    return "(" + " AND ".join(tests) + ")" if tests else "true"
