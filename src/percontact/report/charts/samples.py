# SPDX-License-Identifier: Apache-2.0
"""A chart of each kind, with names that are hard to place: for tests, and for who wants to see them all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from percontact.report.charts.bars import Bar, bars
from percontact.report.charts.bridge import bridge
from percontact.report.charts.chart import Chart, Point
from percontact.report.charts.dots import Dot, dots
from percontact.report.charts.flow import Node, Ribbon, flow
from percontact.report.charts.heat import Square, heat
from percontact.report.charts.series import Happening, Moment, Range, Series
from percontact.report.charts.sparkline import sparkline
from percontact.report.charts.trend import trend
from percontact.report.document import TableColumn

LONG = (
    "Rückerstattungsanfragen und Kundenrückgewinnung im Außendienst (international)",
    "電話でのお問い合わせ（修理・返品・交換・保証期間の延長について）",
    "Réclamations relatives à la facturation et au prélèvement automatique",
    "<script>alert(1)</script>",
    "Chat",
)
PER_CONTACT = TableColumn("cost_per_contact", "Cost per contact, GBP", "value", "GBP")
COST = TableColumn("cost", "Cost, GBP", "money", "GBP")


def _months(count: int, start: int = 2025 * 12 + 7) -> list[date]:
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]


def _bridge() -> Chart:
    changes = ("-0.05", "0.02", "0.11", "0.09", "-0.03")
    parts = [
        Point(name, D(change), f"/explore?part={i}")
        for i, (name, change) in enumerate(zip(LONG, changes, strict=True))
    ]
    return bridge(
        Point("August 2026", D("2.76")), parts, Point("September 2026", D("2.90"), "/explore"), PER_CONTACT,
        title="Handle time on the phone is the largest cause of the rise", subtitle="Cost per contact, GBP",
    )  # fmt: skip


def _bars() -> Chart:
    values = ("4.12", "3.40", "2.90", "1.10", None)
    points = [
        Bar(name, D(value) if value else None, f"/explore?reason={i}", D("0.12") * (-1) ** i, few=i == 2)
        for i, (name, value) in enumerate(zip(LONG, values, strict=True))
    ]
    return bars(
        points, PER_CONTACT, title="Refunds cost most", subtitle="Cost per contact, GBP, September 2026",
        header="Reason", change="Change on August",
    )  # fmt: skip


def _trend() -> Chart:
    known = _months(14)
    values = [D("2.71") + D(i * i % 7) / 20 for i in range(14)]
    voice = Series(
        LONG[0],
        tuple(
            Moment(m, v, f"{m:%Y-%m}", f"/explain?to={m:%Y-%m}") for m, v in zip(known, values, strict=True)
        ),
    )
    before = Series(
        "Last year", tuple(Moment(m, v - D("0.02")) for m, v in zip(known, values, strict=True)), "comparison"
    )
    budget = Series("Budget", tuple(Moment(m, D("2.76")) for m in _months(17)), "budget")
    ahead = tuple(
        Moment(m, D("2.90"), ranges=(Range(0.5, D("2.86"), D("2.95")), Range(0.8, D("2.80"), D("3.02"))))
        for m in _months(17)[14:]
    )
    events = [
        Happening(date(2025, 11, 20), LONG[2]),
        Happening(date(2026, 3, 3), "IVR"),
        Happening(date(2026, 8, 15), LONG[1]),
    ]
    return trend(
        [voice, Series("Forecast", ahead, "forecast"), before, budget], PER_CONTACT, events=events,
        title="Cost per contact rose to 2.90", subtitle="Cost per contact, GBP, by month",
    )  # fmt: skip


def _heat() -> Chart:
    days = ("Monday", "Tuesday", "Mittwoch und Donnerstag", "Friday", "土曜日と日曜日")
    squares = [
        Square(name, day, D(i * 7 % 11 + j), "/explore" if j else "", few=i == 3)
        for i, name in enumerate(LONG)
        for j, day in enumerate(days)
        if i + j != 5
    ]
    return heat(squares, PER_CONTACT, title="Mondays are dearest", subtitle="Cost per contact, GBP")


def _flow() -> Chart:
    """Accounts of 1,000.00, 900.00, ... through two pools to three channels, an idle and an unplaced end."""
    accounts = [Node(f"a{i}", name, 0) for i, name in enumerate(LONG)]
    pools = [Node("people", "people.voice", 1), Node("telecom", "telecom and " + LONG[0], 1)]
    ends = [Node(f"c{i}", name, 2, href="/explore") for i, name in enumerate(LONG[:3])]
    ends += [Node("idle", "Unused capacity", 2, "idle"), Node("none", "Unplaced", 2, "rest")]
    ribbons = [
        Ribbon(f"a{i}", "people" if i < 3 else "telecom", 100_000 - i * 10_000, "/ledger") for i in range(4)
    ]
    ribbons += [Ribbon("a4", "none", 60_000)]
    ribbons += [
        Ribbon("people", "c0", 200_000),
        Ribbon("people", "c1", 30_001),
        Ribbon("people", "idle", 39_999),
    ]
    ribbons += [Ribbon("telecom", "c2", 70_000)]
    return flow(
        [*accounts, *pools, *ends], ribbons, COST, title="14% was unused", subtitle="Cost, GBP, 2026-09"
    )


def _dots() -> Chart:
    points = [
        Dot(name, D("3.1") + i, D("2.9") + i, D("3.0") + i, D("2.5"), D("6"), "/explore", few=i == 3)
        for i, name in enumerate(LONG)
    ]
    return dots(points, PER_CONTACT, title="Refunds are above budget", subtitle="Cost per contact, GBP")


def _sparkline() -> Chart:
    return sparkline(
        [Moment(m, D(i * i % 7)) for i, m in enumerate(_months(12))], PER_CONTACT, title="Per contact"
    )


def samples() -> dict[str, Chart]:
    """One chart of each kind, by its kind."""
    every = (_bridge(), _bars(), _trend(), _heat(), _flow(), _dots(), _sparkline())
    return {made.kind: made for made in every}
