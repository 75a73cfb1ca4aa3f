# SPDX-License-Identifier: Apache-2.0
"""Filters in addresses: a value chosen becomes a condition, and each condition can be taken away again."""

from __future__ import annotations

from collections.abc import Sequence

from percontact.costing.slice import Condition, full_name
from percontact.report.named import condition_words
from percontact.web.asked import FILTERS, Asked


def filtered(asked: Asked, values: Sequence[tuple[str, str | None]]) -> Asked:
    """The question with one value of each of these dimensions alone; None = unknown."""
    for name, value in values:
        where = [
            w for w in asked.every("where") if full_name(w.partition("=")[0].rstrip("!")) != full_name(name)
        ]
        if name in FILTERS and value is not None:
            asked = asked.but(where=where, **{name: value})
        else:
            asked = asked.but(
                where=[*where, f"{name}={_told(value)}"], **({name: None} if name in FILTERS else {})
            )
    return asked


def chips(asked: Asked, where: Sequence[Condition], path: str) -> list[tuple[str, str]]:
    """(a filter in words, the address without it), in the order of `where`, which `asked.where` gave."""
    names = [name for name in FILTERS if asked.every(name)]
    own, further = where[: len(names)], where[len(names) :]
    texts = asked.every("where")
    told = [
        (condition_words(one), asked.but(page=None, **{name: None}).to(path))
        for name, one in zip(names, own, strict=True)
    ]
    for i, one in enumerate(further):
        rest = [text for j, text in enumerate(texts) if j != i]
        told.append((condition_words(one), asked.but(page=None, where=rest).to(path)))
    return told


def _told(value: str | None) -> str:
    """A value in a condition, quoted where it has a comma, a quote or nothing in it."""
    if value is None:
        return ""
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"') else value


def condition(dimension: str, values: Sequence[str]) -> str:
    """A condition as an address has it: `team=Billing,"Sales, north"`."""
    return f"{dimension}={','.join(map(_told, values))}"
