# SPDX-License-Identifier: Apache-2.0
"""What each address of /api/v1 takes: the options of its command, by their names, with their bounds.

Spanned     from, to, of which contacts
  Sliced    and by what
    CostAsked, MeasureAsked, ExplainAsked, LocateAsked, WatchAsked
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import BaseModel, Field

Span = Annotated[
    str | None,
    Field(
        max_length=40,
        examples=["2026-06"],
        description="2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03",
    ),
]
Names = Annotated[list[str], Field(max_length=12, description="Dimensions: channel, team, reason, ...")]
Conditions = Annotated[
    list[str], Field(max_length=20, description="team=Billing; team=A,B; channel!=voice; team= is unknown")
]
Basis = Annotated[Literal["used", "full", "marginal"], Field(description="What a cost includes.")]
Grain = Literal["day", "week", "month", "quarter", "year", "fiscal-month", "fiscal-quarter", "fiscal-year"]
Against = Literal["previous", "last-year", "budget"]
Per = Literal["contact", "handle-minute", "resolution", "verified-resolution", "case", "customer"]


class Spanned(BaseModel):
    """Of which days, and of which contacts."""

    start: Annotated[Span, Field(alias="from")] = None
    end: Annotated[Span, Field(alias="to")] = None
    where: Conditions = []

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells this question from others of its address."""
        return tuple(tuple(v) if isinstance(v, list) else v for v in self.model_dump().values())


class Sliced(Spanned):
    """And by what."""

    by: Names = []


class CostAsked(Sliced):
    """What /cost takes."""

    grain: Grain = "month"
    basis: Basis = "used"
    per: Per = "contact"


class MeasureAsked(Sliced):
    """What /measure takes."""

    metric: Annotated[list[str], Field(min_length=1, max_length=20, examples=[["CSAT"]])]
    grain: Grain = "month"
    basis: Basis = "used"
    compare: list[Literal["previous", "last-year", "budget", "target"]] = []


class ExplainAsked(Sliced):
    """What /explain takes."""

    against: Against | None = None
    basis: Literal["used", "full", "marginal"] | None = None
    per: Literal["contact", "resolution", "total"] = "contact"


class LocateAsked(Sliced):
    """What /locate takes."""

    metric: Annotated[str, Field(max_length=60)] = "cost_per_contact"
    against: Against = "previous"
    basis: Basis = "used"
    top: Annotated[int, Field(ge=1, le=50)] = 6


class WatchAsked(Sliced):
    """What /watch takes."""

    metric: Annotated[list[str], Field(max_length=8)] = []
    alerts_a_week: Annotated[float, Field(ge=0.01, le=1000)] = 2.0
    false_alarms: Annotated[float, Field(ge=0.001, le=20)] = 0.5
    grain: Literal["day", "hour"] = "day"
