# SPDX-License-Identifier: Apache-2.0
"""Pictures of a period at a glance: cost per contact over time, and by channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from percontact.report.charts.bars import Bar, bars
from percontact.report.charts.chart import FEW, Chart
from percontact.report.charts.series import Moment, Series
from percontact.report.charts.trend import trend
from percontact.report.document import TableColumn
from percontact.report.glanced import BASIS_WORDS, Month, Seen, Share
from percontact.report.happened import EventHref, marks
from percontact.report.spoken import month_name, when
from percontact.report.words import value_text

Href = Callable[[date], str]


def trend_chart(seen: Seen, href: Href, event_href: EventHref | None = None) -> Chart:
    """Cost per contact month by month, with unused time, and the budget dashed.

    href        where a month leads
    event_href  where the events that begin on a day stand
    """
    s = seen.statement
    own = "with unused time" if s.basis == "full" else BASIS_WORDS[s.basis].removeprefix("for the ")
    series = [_line(own, [(m, m.value) for m in seen.months], href)]
    if s.basis != "full" and any(m.full is not None for m in seen.months):
        series.append(_line("with unused time", [(m, m.full) for m in seen.months], href))
    if any(m.budget is not None for m in seen.months):
        plan = tuple(Moment(m.start, m.budget, month_name(m.start)) for m in seen.months)
        series.append(Series("budget", plan, "budget"))
    return trend(
        series,
        TableColumn("value", f"{s.currency} per contact", "value", s.currency),
        title=_finding(seen),
        subtitle=f"{s.currency} per contact by month{_inside(seen)}",
        events=marks(seen.events, event_href),
    )


def _line(label: str, points: list[tuple[Month, Decimal | None]], href: Href) -> Series:
    return Series(
        label,
        tuple(
            Moment(m.start, value, month_name(m.start), href(m.start), few=0 < m.contacts < FEW)
            for m, value in points
        ),
    )


def _finding(seen: Seen) -> str:
    """The last month among those shown: how many were dearer."""
    known = [m for m in seen.months if m.value is not None]
    if len(known) < 2:
        return "Cost per contact over time"
    last, earlier = known[-1], [m for m in known[:-1] if m.value is not None]
    value = last.value or Decimal(0)
    dearer = sum((m.value or Decimal(0)) > value for m in earlier)
    name, money = month_name(last.start), value_text(value, seen.statement.currency)
    if not dearer:
        return f"No month since {month_name(earlier[0].start)} was dearer than {name}: {money} per contact"
    if dearer == len(earlier):
        return f"No month since {month_name(earlier[0].start)} was cheaper than {name}: {money} per contact"
    return f"{name} at {money}: {dearer} of the {len(earlier)} months before were dearer"


def shares_chart(seen: Seen, href: Callable[[str], str]) -> Chart:
    """Cost per contact by channel (team, reason), the dearest first, with its change."""
    s = seen.statement
    against = "against the budget" if seen.compare == "budget" else f"against {seen.against}"
    compared = any(x.change is not None for x in seen.shares)
    return bars(
        [_bar(x, href) for x in seen.shares],
        TableColumn("value", f"{s.currency} per contact", "value", s.currency),
        title=_widest(seen),
        subtitle=f"{s.currency} per contact by {seen.dimension} {when(seen.span)}, {BASIS_WORDS[s.basis]}"
        + _inside(seen)
        + (f"; change {against}" if compared else ""),
        name="by-" + seen.dimension,
        header=seen.dimension.capitalize(),
        change=f"Change {against}" if compared else "",
    )


def _bar(x: Share, href: Callable[[str], str]) -> Bar:
    note = f"{x.contacts:,} contacts"
    return Bar(
        x.name or "(unknown)", x.now, href(x.name or ""), x.change, few=0 < x.contacts < FEW, note=note
    )


def _widest(seen: Seen) -> str:
    """The dearest, and the one that costs most in all."""
    known = [x for x in seen.shares if x.now is not None]
    if not known:
        return f"Cost per contact by {seen.dimension}"
    dearest, largest = known[0], max(known, key=lambda x: x.cents or 0)
    first = f"{_name(dearest)} costs most per contact"
    if len(known) == 1 or largest is dearest:
        return first + (", and most in all" if len(known) > 1 else "")
    return f"{first}, {_name(largest)} most in all"


def _name(x: Share) -> str:
    return x.name or "(unknown)"


def _inside(seen: Seen) -> str:
    return f" ({', '.join(seen.statement.where)})" if seen.statement.where else ""


__all__ = ["shares_chart", "trend_chart"]
