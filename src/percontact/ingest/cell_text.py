# SPDX-License-Identifier: Apache-2.0
"""The text of a cell before anything is read into it: joined, matched, filled from above, with `values:`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from percontact.ingest.condition import all_hold
from percontact.ingest.mapping import Origin
from percontact.ingest.plan import Target
from percontact.records.dialect import in_list, literal
from percontact.records.tables import PART_BITS

_ESCAPED = re.compile(r"\\.|\[[^\]]*\]")
_GROUP = re.compile(r"\((?!\?)|\(\?P<")
"""Whether an RE2 pattern has a group to take: an open bracket that is neither escaped nor a mere (?:...)."""


@dataclass(slots=True)
class Cell:
    """The SQL of one target, step by step: (name, expression) pairs over the step before.

    said     the text the value comes from, NULL where nothing is said
    rounded  condition that decimals were lost; again: that a local time came twice and the earlier was taken
    gap      condition that a local time never was
    """

    texts: list[tuple[str, str]] = field(default_factory=list)
    turned: list[tuple[str, str]] = field(default_factory=list)
    parsed: list[tuple[str, str]] = field(default_factory=list)
    placed: list[tuple[str, str]] = field(default_factory=list)
    valued: list[tuple[str, str]] = field(default_factory=list)
    value: str = ""
    said: str = ""
    rounded: str | None = None
    again: str | None = None
    gap: str | None = None


def write_text(made: Cell, target: Target, k: int | str) -> None:
    """q and r: the text of the cell of target `k`, before and after `values:`."""
    origin = target.origin
    if target.parts:
        parts = [not_null(f"c{i}", origin.nulls) for i in target.parts]
        text = f" || {literal(origin.join)} || ".join(parts)
    else:
        text = literal(origin.constant or None)
        text = f"{text}::VARCHAR"
    if origin.digits:
        short = f"regexp_full_match({text}, '\\d{{1,{origin.digits}}}')"
        text = f"CASE WHEN {short} THEN lpad({text}, {origin.digits}, '0') ELSE {text} END"
    if origin.match:
        text = _matched(text, origin)
    if target.when:
        text = f"CASE WHEN {all_hold(target.when)} THEN {text} END"
    if origin.fill:
        # Rows made of one line are told apart by their last bits; each is filled from its own kind.
        above = f"PARTITION BY _line & {(1 << PART_BITS) - 1} " if target.parted else ""
        text = f"last_value({text} IGNORE NULLS) OVER ({above}ORDER BY _line ROWS UNBOUNDED PRECEDING)"
    made.texts.append((f"q{k}", text))
    if not origin.values:
        made.turned.append((f"r{k}", f"q{k}"))
        return
    cases = " ".join(f"WHEN {literal(a)} THEN {literal(b or None)}" for a, b in origin.values.items())
    other = f"q{k}" if origin.otherwise == "keep" else "NULL"
    made.turned.append((f"r{k}", f"CASE q{k} {cases} ELSE {other} END"))


def _matched(text: str, origin: Origin) -> str:
    """The groups of the pattern, joined; without a group all that it matches. No match is NULL."""
    groups = len(_GROUP.findall(_ESCAPED.sub("", origin.match)))
    parts = [f"regexp_extract({text}, {literal(origin.match)}, {n})" for n in range(1, groups + 1)]
    if len(parts) < 2:
        return f"nullif({parts[0] if parts else f'regexp_extract({text}, {literal(origin.match)}, 0)'}, '')"
    joined = f" || {literal(origin.join)} || ".join(parts)
    return f"CASE WHEN regexp_matches({text}, {literal(origin.match)}) THEN {joined} END"


def not_null(text: str, nulls: tuple[str, ...]) -> str:
    """SQL of a text, NULL where it is one of the words for nothing."""
    words = [n.strip() for n in nulls if n.strip()]
    return f"CASE WHEN {in_list(text, words)} THEN NULL ELSE {text} END" if words else text
