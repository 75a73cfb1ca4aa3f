# SPDX-License-Identifier: Apache-2.0
"""Overview: what one contact costs, whether that is good, and what moved it."""

from __future__ import annotations

from datetime import date

from percontact.answers.glancing import glanced
from percontact.pipeline import OpenBook
from percontact.report.glance_charts import shares_chart, trend_chart
from percontact.report.glanced import Reading
from percontact.report.page import Page, Tile, Tone
from percontact.web.asked import Asked
from percontact.web.pages import events
from percontact.web.screen import Screen, Viewer

TONES: dict[str, Tone] = {"worse": "worse", "better": "better"}


def overview(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The first page: a sentence, six figures, the way here, what moved it, cost by channel."""
    start, end = asked.span
    found = glanced(
        book, start=start, end=end, compare=asked.one("compare", "previous"), where=asked.where,
        basis=asked.one("basis", "used"),
    )  # fmt: skip
    seen, state = found.seen, asked.carried()

    def month(start: date) -> str:
        return state.but(period=f"{start:%Y-%m}", **{"from": None, "to": None}).to("/")

    def share(value: str) -> str:
        if not value:  # "" in an address is no value, so the unknown ones are asked for as a condition
            return state.but(where=[*asked.every("where"), f"{seen.dimension}="]).to("/explain")
        return state.but(**{seen.dimension: value}).to("/explain")

    # A picture of nothing would look like figures of zero.
    trend = (trend_chart(seen, month, events.on),) if seen.months else ()
    shares = (shares_chart(seen, share),) if seen.shares else ()
    movers = [(m, state.but(part=m.part).to("/explain") + "#part") for m in seen.movers]
    return Page(
        found.document,
        charts=(*trend, *shares),
        tiles=tuple(_tile(r, asked) for r in seen.readings),
        tables=0,
        extra={
            "seen": seen,
            "movers": movers,
            "explain": state.to("/explain"),
            "data": "/data",
            "trend": trend,
            "shares": shares,
        },
    )


def _tile(reading: Reading, asked: Asked) -> Tile:
    return Tile(
        reading.name, reading.value, reading.says, reading.change, TONES.get(reading.verdict, "plain"),
        _opens(reading.metric, asked.carried()),
    )  # fmt: skip


def _opens(metric: str, state: Asked) -> str:
    """Cost opens its causes, hours open where they went, all else its own page."""
    if metric == "cost_per_contact":
        return state.to("/explain")
    if metric == "cost_per_resolution":
        # A budget plans no resolutions.
        back = state.but(compare=None) if state.one("compare") == "budget" else state
        return back.but(per="resolution").to("/explain")
    return state.to("/cost-map" if metric == "occupancy" else f"/measures/{metric}")


SCREEN = Screen(
    path="/",
    name="Overview",
    group="Understand",
    letter="o",
    shows="What one contact costs, whether the service held, and what moved it.",
    make=overview,
    template="overview.html",
)
