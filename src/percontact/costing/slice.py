# SPDX-License-Identifier: Apache-2.0
"""What is asked: a span, a grain, dimensions, conditions.

Names only; it chooses rows and never moves cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from percontact.costing.rate import Basis
from percontact.records.dialect import in_list, quote
from percontact.values.fiscal import WEEKDAYS, FiscalCalendar
from percontact.values.period import PLAIN, Grain, Period, add_months, periods

DIMENSION_NAMES = {
    "customer": "customer_id",
    "case": "case_id",
    "contact": "contact_id",
    "resolution": "outcome",
}
"""Short names of dimensions as people write them."""
MONTH = "month"
"""The costing month: every row of work has it, so a condition on it needs no further column."""
SINGLE = ("customer_id", "case_id", "contact_id")
"""Dimensions with so many values that rows are priced before they are added up."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A dimension has (or, negated, has not) one of the values; "" stands for unknown."""

    dimension: str
    values: tuple[str, ...]
    negate: bool = False

    def sql(self) -> str:
        """The condition over a work row."""
        column = f"CAST({quote(self.dimension)} AS VARCHAR)"
        known = [v for v in self.values if v]
        tests = [in_list(column, known)] if known else []
        if "" in self.values:
            tests.append(f"{column} IS NULL")
        inside = "coalesce(" + (" OR ".join(tests) or "false") + ", false)"
        return f"NOT {inside}" if self.negate else inside


@dataclass(frozen=True, slots=True)
class Slice:
    """A question: which days, in what steps, along which dimensions, under which conditions, on which basis.

    grain     size of the steps; "whole" = the span as one
    by        columns of work; asked: the same in the asker's words (customer for customer_id)
    calendar  how weeks and fiscal periods are counted
    """

    span: Period
    grain: Grain | Literal["whole"] = "month"
    by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    basis: Basis = "used"
    asked: tuple[str, ...] = ()
    calendar: FiscalCalendar = PLAIN

    @property
    def shown_by(self) -> tuple[str, ...]:
        """The dimensions in the words they were asked for."""
        return self.asked if len(self.asked) == len(self.by) else self.by

    @property
    def months(self) -> Period:
        """The whole months the span touches: the costing periods its rates come from."""
        last = self.span.end - timedelta(days=1)
        return Period(self.span.start.replace(day=1), add_months(last.replace(day=1), 1))

    @property
    def cuts_a_month(self) -> bool:
        """Whether the span begins or ends inside a month."""
        return self.months != self.span

    @property
    def by_day(self) -> bool:
        """Whether single days must be told apart."""
        return self.cuts_a_month or self.steps_cut_months

    @property
    def steps_cut_months(self) -> bool:
        """Whether periods of its grain begin inside calendar months: days, weeks, fiscal months of weeks."""
        return self.grain in ("day", "week") or (self.grain.startswith("fiscal") and self.calendar.by_weeks)

    @property
    def steps(self) -> list[Period]:
        """The periods asked for, cut to the span, in order."""
        if self.grain == "whole":
            return [self.span]
        whole = periods(self.span, self.grain, self.calendar)
        return [Period(max(p.start, self.span.start), min(p.end, self.span.end)) for p in whole]

    @property
    def cut_steps(self) -> list[Period]:
        """The part of the first and of the last period that lies in the span, where the span cuts them."""
        if self.grain == "whole":
            return []
        whole = periods(self.span, self.grain, self.calendar)
        return [cut for cut, p in zip(self.steps, whole, strict=True) if cut != p]

    def columns(self) -> list[str]:
        """Dimensions that rows must carry to answer."""
        return list(
            dict.fromkeys(
                [
                    *self.by,
                    *[c.dimension for c in self.where if c.dimension != MONTH],
                    *(["day"] if self.by_day else []),
                ]
            )
        )

    def inside(self) -> str:
        """SQL condition that a work row belongs to the answer."""
        tests = [c.sql() for c in self.where]
        if self.cuts_a_month:
            tests.append(f"day >= DATE '{self.span.start}' AND day < DATE '{self.span.end}'")
        return " AND ".join(tests) or "true"

    def period(self) -> str:
        """SQL of the first day of the row's period, over `month` or `day`."""
        if self.grain == "whole":
            return f"DATE '{self.span.start}'"
        if self.grain == "day":
            return "day"
        if self.grain == "week":
            shift = f"INTERVAL {WEEKDAYS.index(self.calendar.week_starts)} DAY"
            return f"CAST(date_trunc('week', day - {shift}) + {shift} AS DATE)"
        if self.grain == "month":
            return "month"
        if self.grain.startswith("fiscal") and self.calendar.by_weeks:
            return self._fiscal_of_day()
        unit = "year" if self.grain.endswith("year") else "quarter"
        if not self.grain.startswith("fiscal"):
            return f"CAST(date_trunc('{unit}', month) AS DATE)"
        if self.grain == "fiscal-month":
            return "month"
        shift = f"INTERVAL {self.calendar.start_month - 1} MONTH"
        return f"CAST(date_trunc('{unit}', month - {shift}) + {shift} AS DATE)"

    def _fiscal_of_day(self) -> str:
        """SQL that looks a day's fiscal period up by its week, over all days of the months touched."""
        assert self.grain != "whole"
        found = list(periods(self.months, self.grain, self.calendar))
        weeks = [p.start for p in found for _ in range(p.days // 7)]
        listed = ", ".join(f"DATE '{start}'" for start in weeks)
        return f"list_extract([{listed}], (day - DATE '{found[0].start}') // 7 + 1)"


def full_name(dimension: str) -> str:
    """The column a dimension is stored in: customer -> customer_id."""
    name = dimension.strip().lower().replace("-", "_")
    return DIMENSION_NAMES.get(name, name)


def is_single(by: Sequence[str]) -> bool:
    """Whether the answer has about as many groups as there are rows."""
    return any(d in SINGLE for d in by) or ("agent" in by and ("day" in by or "hour" in by))
