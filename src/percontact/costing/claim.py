# SPDX-License-Identifier: Apache-2.0
"""Which rule claims which ledger line: the first that matches, found once for each different line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from percontact.costing.policy import Rule
from percontact.records.dialect import quote

if TYPE_CHECKING:
    import duckdb

Told = dict[str, str | None]
"""Ledger column -> its text in lower case, or None."""


def claim_lines(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], lines: str) -> str:
    """Make the table `line_claim` (texts matched on, month, rule); returns SQL that joins it to `lines` p."""
    columns = sorted({column for rule in rules for column, _ in rule.match})
    texts = [f"lower(CAST({quote(c)} AS VARCHAR))" for c in columns]
    dated = any(rule.start or rule.end for rule in rules)
    month = "month" if dated else "NULL::DATE"
    found = con.execute(f"SELECT DISTINCT {', '.join([*texts, month])} FROM {lines}").fetchall()
    first = _first_rule(rules)
    claims = [
        (*values, month, first(dict(zip(columns, values, strict=True)), month)) for *values, month in found
    ]
    names = [f"k{i}" for i in range(len(columns))]
    fields = ", ".join([*(f"{n} VARCHAR" for n in names), "month DATE", "rule INTEGER"])
    con.execute(f"CREATE OR REPLACE TEMP TABLE line_claim ({fields})")
    if claims:
        kinds = [*["VARCHAR"] * len(columns), "DATE", "INTEGER"]
        taken = ", ".join(f"unnest(?::{k}[])" for k in kinds)
        con.execute(f"INSERT INTO line_claim SELECT {taken}", [list(c) for c in zip(*claims, strict=True)])
    same = [
        f"k.{n} IS NOT DISTINCT FROM lower(CAST(p.{quote(c)} AS VARCHAR))"
        for n, c in zip(names, columns, strict=True)
    ]
    if dated:
        same.append("k.month = p.month")
    return f"LEFT JOIN line_claim k ON {' AND '.join(same) or 'true'}"


def make_rules(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> None:
    """Make the table `line_rule` (rule, pool, nature, behaviour, category)."""
    texts = ", ".join(f"{name} VARCHAR" for name in ("pool", "nature", "behaviour", "category"))
    con.execute(f"CREATE OR REPLACE TEMP TABLE line_rule (rule INTEGER, {texts})")
    if rules:
        rows = [(i, r.to, r.nature, r.behaviour, r.category) for i, r in enumerate(rules, 1)]
        taken = ", ".join(["unnest(?::INTEGER[])", *["unnest(?::VARCHAR[])"] * 4])
        con.execute(f"INSERT INTO line_rule SELECT {taken}", [list(c) for c in zip(*rows, strict=True)])


def _first_rule(rules: Sequence[Rule]) -> Callable[[Told, object], int | None]:
    """A function that gives the number, from 1, of the first rule that matches a line of a month."""
    by_text: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    others: list[int] = []
    tests: list[list[tuple[str, Callable[[str | None], bool]]]] = []
    for i, rule in enumerate(rules):
        tests.append([(column, _matcher(patterns)) for column, patterns in rule.match])
        exact = next(((c, ps) for c, ps in rule.match if not any("*" in p for p in ps)), None)
        if exact is None:
            others.append(i)
            continue
        for pattern in dict.fromkeys(exact[1]):
            by_text[exact[0], pattern or None].append(i)
    columns = sorted({column for column, _ in by_text})

    def first(told: Told, month: object) -> int | None:
        likely = [i for column in columns for i in by_text.get((column, told[column]), ())]
        for i in sorted([*likely, *others]):
            rule = rules[i]
            in_force = (rule.start is None or month >= rule.start) and (rule.end is None or month < rule.end)  # type: ignore[operator]
            if in_force and all(test(told[column]) for column, test in tests[i]):
                return i + 1
        return None

    return first


def _matcher(patterns: Sequence[str]) -> Callable[[str | None], bool]:
    """Whether a text is one of the patterns: `*` is any text, an empty pattern is no text at all."""
    exact, empty = {p for p in patterns if p and "*" not in p}, "" in patterns
    open_ended = [".*".join(map(re.escape, p.split("*"))) for p in patterns if "*" in p]
    if not open_ended:
        return lambda text: empty if text is None else text in exact
    whole = re.compile("|".join(open_ended), re.DOTALL)
    return lambda text: empty if text is None else text in exact or whole.fullmatch(text) is not None
