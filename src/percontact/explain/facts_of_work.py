# SPDX-License-Identifier: Apache-2.0
"""The facts that opportunities rest on, gathered once: work by who did it, and what it cost.

One pass over the contacts of whole months gives counts and lengths by channel, team, agent, reason, language;
the costed Book gives cost by channel, team, reason and outcome, on the bases used and marginal.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from percontact.costing.assumptions import Assumed, assumed
from percontact.costing.costed import CostedBook
from percontact.costing.repeats import mark_repeats
from percontact.costing.scope import actor_sql
from percontact.costing.slice import Slice
from percontact.records.dialect import quote
from percontact.values.money import PICO
from percontact.values.period import Period, add_months

Floats = NDArray[np.float64]
KEYS = ("channel", "team", "agent", "reason", "language", "queue", "actor")
MACHINES = ("bot", "ivr", "self_service")
"""Actors that are no person."""
_TIMES = ("handle_s", "hold_s", "wrap_s")


@dataclass(frozen=True, slots=True)
class Cost:
    """What some contacts cost: pico as units of the currency, on basis used and marginal; contacts;
    seconds."""

    used: float = 0.0
    marginal: float = 0.0
    offered: int = 0
    handled: int = 0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.used + other.used, self.marginal + other.marginal, self.offered + other.offered,
            self.handled + other.handled, self.seconds + other.seconds,
        )  # fmt: skip

    @property
    def each(self) -> float | None:
        """Cost of one handled contact."""
        return self.used / self.handled if self.handled else None

    @property
    def cashable(self) -> float:
        """Share that leaves the ledger with the contacts: variable cost."""
        return min(1.0, max(0.0, self.marginal / self.used)) if self.used > 0 else 0.0


class WorkFacts:
    """Work and cost of some whole months of a costed Book, under the conditions of a question.

    keys     KEY -> value of each row ("" = unknown)
    numbers  name -> sum of each row: offered, handled, abandoned, transferred, escalated, resolved, settled,
             followed (gone_settled, gone_followed: of those who gave up), repeat, contained, and for each
             length of time x: x_n, x_sum, x_squares
    """

    def __init__(self, costed: CostedBook, question: Slice) -> None:
        self.costed, self.question = costed, question
        self.keys, self.numbers = self._read()

    def __len__(self) -> int:
        return len(self.numbers["offered"])

    def _read(self) -> tuple[dict[str, NDArray[np.object_]], dict[str, Floats]]:
        book, months = self.costed.book, self.question.months
        con = self.costed.con
        mark_repeats(con, book, self.costed.policy)
        columns = ["row_id", "started_at", "count", "handled", "outcome", *_TIMES, *KEYS]
        columns += [c.dimension for c in self.question.where if c.dimension in book.columns("contacts")]
        rows = book.relation(
            "contacts", list(dict.fromkeys(columns)), first=months.start, last=add_months(months.end, -1)
        )
        made = {k: f"c.{quote(k)}" for k in KEYS} | {"actor": actor_sql("c.actor", "c.channel")}
        fields = [f"coalesce(CAST({made[k]} AS VARCHAR), '') AS k_{k}" for k in KEYS]
        alone = 'c."count" = 1'
        inside = [c.sql().replace('CAST("', 'CAST(c."') for c in self.question.where]
        outcome = "lower(c.outcome)"
        # Of the newest contacts nobody knows yet whether the customer comes back.
        closed = "c.started_at <= e.last_settled"
        sums = {
            "offered": 'sum(c."count")',
            "handled": "sum(c.handled)",
            "abandoned": 'sum(CASE WHEN c.handled = 0 THEN c."count" ELSE 0 END)',
            "transferred": f"sum(CASE WHEN {outcome} = 'transferred' THEN c.\"count\" ELSE 0 END)",
            "escalated": f"sum(CASE WHEN {outcome} = 'escalated' THEN c.\"count\" ELSE 0 END)",
            "resolved": f"sum(CASE WHEN {outcome} = 'resolved' THEN c.\"count\" ELSE 0 END)",
            "settled": f"sum(CASE WHEN r.followed IS NOT NULL AND {closed} THEN 1 ELSE 0 END)",
            "followed": f"sum(CASE WHEN r.followed AND {closed} THEN 1 ELSE 0 END)",
            "gone_settled": "sum(CASE WHEN r.followed IS NOT NULL AND c.handled = 0 "
            f"AND {closed} THEN 1 ELSE 0 END)",
            "gone_followed": f"sum(CASE WHEN r.followed AND c.handled = 0 AND {closed} THEN 1 ELSE 0 END)",
            "repeat": "sum(CASE WHEN r.repeat THEN 1 ELSE 0 END)",
            "contained": f"sum(CASE WHEN {outcome} = 'resolved' AND NOT coalesce(r.followed, false) "
            'THEN c."count" ELSE 0 END)',
        }
        for name in _TIMES:
            known = f"{alone} AND c.handled > 0 AND c.{name} IS NOT NULL"
            value = f"CAST(c.{name} AS DOUBLE)"
            sums[f"{name}_n"] = f"sum(CASE WHEN {known} THEN 1 ELSE 0 END)"
            sums[f"{name}_sum"] = f"sum(CASE WHEN {known} THEN {value} ELSE 0 END)"
            sums[f"{name}_squares"] = f"sum(CASE WHEN {known} THEN {value} * {value} ELSE 0 END)"
        days = f"INTERVAL {int(self.costed.policy.repeat_days)} DAY"
        every = book.relation("contacts", ["started_at"])
        end = f"(SELECT max(started_at) - {days} AS last_settled FROM {every})"
        query = (
            f"SELECT {', '.join(fields)}, "
            + ", ".join(f"CAST({sql} AS DOUBLE) AS n_{name}" for name, sql in sums.items())
            + f" FROM {rows} c LEFT JOIN repeat_contact r ON r.row_id = c.row_id CROSS JOIN {end} e"
            + f" WHERE {' AND '.join(inside) or 'true'} GROUP BY ALL ORDER BY ALL"
        )
        found = con.execute(query).fetchnumpy()
        keys = {k: np.ma.filled(np.ma.asarray(found[f"k_{k}"]), "").astype(object) for k in KEYS}
        numbers = {n: np.ma.filled(np.ma.asarray(found[f"n_{n}"]), 0.0).astype(np.float64) for n in sums}
        return keys, numbers

    def sums(
        self, *by: str, where: NDArray[np.bool_] | None = None
    ) -> dict[tuple[str, ...], dict[str, float]]:
        """Values of some keys -> sum of every number."""
        rows = np.arange(len(self)) if where is None else np.flatnonzero(where)
        found: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: dict.fromkeys(self.numbers, 0.0))
        if not len(rows):
            return {}
        codes, labels = _numbered([self.keys[k][rows] for k in by], len(rows))
        for name, column in self.numbers.items():
            for place, value in enumerate(np.bincount(codes, column[rows], len(labels))):
                found[labels[place]][name] = float(value)
        return dict(found)

    def costs(self, *by: str) -> dict[tuple[str, ...], Cost]:
        """Values of some columns of work -> what it cost."""
        return self._costs(tuple(by))

    def _costs(self, by: tuple[str, ...]) -> dict[tuple[str, ...], Cost]:
        if by not in self._known:
            asked = replace(self.question, grain="whole", by=by, asked=by)
            used, _ = self.costed.cells(replace(asked, basis="used"))
            marginal, _ = self.costed.cells(replace(asked, basis="marginal"))
            lower = {c.values: c.pico / PICO for c in marginal}
            self._known[by] = {
                tuple("" if v is None else str(v) for v in c.values): Cost(
                    c.pico / PICO, lower.get(c.values, 0.0), c.offered, c.handled, float(c.handle_s)
                )
                for c in used
            }
        return self._known[by]

    @cached_property
    def _known(self) -> dict[tuple[str, ...], dict[tuple[str, ...], Cost]]:
        return {}

    @cached_property
    def whole(self) -> Cost:
        """All of the question."""
        return sum(self.costs("channel").values(), Cost())

    def assumed(self, of: str, name: str) -> Assumed:
        """Numbers that an opportunity takes for granted, as they stand on the last day of the months."""
        return assumed(self.costed.policy.assumptions, of, name, self.span.end - timedelta(days=1))

    @property
    def span(self) -> Period:
        """The months looked at."""
        return self.question.months


def _numbered(
    columns: list[NDArray[np.object_]], rows: int
) -> tuple[NDArray[np.intp], list[tuple[str, ...]]]:
    """(number of each row's combination, the combinations)."""
    numbers: dict[tuple[str, ...], int] = {}
    codes = np.empty(rows, dtype=np.intp)
    for i, values in enumerate(zip(*columns, strict=True)):
        codes[i] = numbers.setdefault(tuple(map(str, values)), len(numbers))
    return codes, list(numbers)


def coded(column: NDArray[np.object_]) -> tuple[NDArray[np.int64], list[str]]:
    """A column as numbers, and what each stands for."""
    labels, codes = np.unique(column.astype(str), return_inverse=True)
    return codes.astype(np.int64), [str(v) for v in labels]
