# SPDX-License-Identifier: Apache-2.0
"""Sums under conditions, any number of them in one pass: rows are grouped first, conditions looked at after.

Most conditions ask for one of a few values: an outcome, a channel, whether a contact was handled. Rows are
grouped by those values, and such a condition is looked at once a group, not once a row. A condition on what
rows have many values of (longer than 60 seconds) chooses rows while they are added up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from percontact.records.dialect import quote

_NAMED = re.compile(r'\b([A-Za-z_]\w*)\.("(?:[^"]|"")*"|\w+)')
"""A column after its alias; a text that looks like one makes a condition harder than it is, never easier."""
_OURS = re.compile(r"period|[dksx]\d+")
"""Names of fields in the SQL made here; a column of such a name is never taken along under its own."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A condition on a row, as SQL over the alias `c` and the aliases of the row's joins.

    many  whether what it looks at may have many different values, as lengths of time have
    """

    sql: str
    many: bool = False

    def columns(self, few: Collection[str]) -> set[str] | None:
        """The columns it looks at, if they are columns of `c` with few different values, or none."""
        names = {(alias, name.strip('"')) for alias, name in _NAMED.findall(self.sql)}
        if all(alias == "c" and name in few and not _OURS.fullmatch(name) for alias, name in names):
            return {name for _, name in names}
        return None


@dataclass(frozen=True, slots=True)
class Sum:
    """What is added up, as SQL over a row, of the rows that meet all conditions; "1" counts them."""

    value: str
    conditions: tuple[Looked, ...] = ()


def grouped_sums(
    period: str, dims: Sequence[str], source: str, sums: Sequence[Sum], few: Collection[str]
) -> str:
    """SQL of sums by period and dimensions: fields period, d0, d1, ..., x0, x1, ...

    source  FROM and WHERE of the rows, whose alias is `c`
    few     columns with few different values
    """
    groups = _Groups({sql: f"d{i}" for i, sql in enumerate(dims)}, few)
    parts: dict[str, str] = {}
    fields = []
    for n, one in enumerate(sums):
        met = [sql for sql in map(groups.looked_after, one.conditions) if sql]
        part = parts.setdefault(_added_up(one, groups), f"s{len(parts)}")
        total = f"coalesce(sum({part}){_filter(met)}, 0)"
        # Rows counted fit a BIGINT, which comes out faster than the HUGEINT that the engine adds up to.
        fields.append(f"{f'CAST({total} AS BIGINT)' if one.value == '1' else total} AS x{n}")
    names = ", ".join(["period", *(f"d{i}" for i in range(len(dims)))])
    places = [f"{period} AS period", *(f"{sql} AS d{i}" for i, sql in enumerate(dims)), *groups.fields]
    added = [f"{sql} AS {name}" for sql, name in parts.items()]
    by = ", ".join(str(n + 1) for n in range(len(places)))
    rows = f"SELECT {', '.join(places + added)} {source} GROUP BY {by}"
    grouped = f"(SELECT {', '.join(['*', *groups.again])} FROM ({rows})) c"
    return f"SELECT {', '.join([names, *fields])} FROM {grouped} GROUP BY {names}"


@dataclass
class _Groups:
    """What rows are grouped by besides their period.

    named   SQL of a dimension or a condition -> its field
    few     columns with few different values
    fields  SQL of the fields besides the dimensions; again: dimensions under their column's name
    """

    named: dict[str, str]
    few: Collection[str]
    fields: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def settles(self, condition: Looked) -> bool:
        """Whether all rows of a group meet a condition, or none does."""
        return not condition.many or condition.columns(self.few) is not None

    def looked_after(self, condition: Looked) -> str:
        """SQL of a condition over a group, "" where groups do not settle it."""
        columns = condition.columns(self.few)
        if columns is not None:
            for name in sorted(columns - self.taken):
                self._take(name)
            return condition.sql
        if condition.many:
            return ""
        if condition.sql not in self.named:
            self.named[condition.sql] = f"k{len(self.fields)}"
            self.fields.append(f"{condition.sql} AS {self.named[condition.sql]}")
        return self.named[condition.sql]

    def _take(self, name: str) -> None:
        """Group by a column, or take along a dimension, under the column's own name."""
        self.taken.add(name)
        column = f"c.{quote(name)}"
        if column in self.named:
            self.again.append(f"{self.named[column]} AS {quote(name)}")
        else:
            self.fields.append(f"{column} AS {quote(name)}")


def _added_up(one: Sum, groups: _Groups) -> str:
    """SQL of what a group adds up, over those of its rows that meet the conditions it does not settle."""
    tests = sorted({c.sql for c in one.conditions if not groups.settles(c)})
    if one.value != "1":
        return f"sum({one.value}){_filter(tests)}"
    return f"count_if({' AND '.join(tests)})" if tests else "count(*)"


def _filter(tests: Sequence[str]) -> str:
    return f" FILTER ({' AND '.join(dict.fromkeys(tests))})" if tests else ""
