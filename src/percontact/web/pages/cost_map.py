# SPDX-License-Identifier: Apache-2.0
"""Cost map: every cent of the ledger on its way to contacts, and what no contact bears."""

from __future__ import annotations

from dataclasses import replace

from percontact.answers.placing import placed, pool_opened
from percontact.costing.policy import OUTSIDE, UNASSIGNED
from percontact.pipeline import OpenBook
from percontact.report.document import Table
from percontact.report.page import Page
from percontact.report.placed import BY, Placed, PoolOpened, Stage
from percontact.report.placed_chart import flow_chart
from percontact.web.asked import FILTERS, Asked
from percontact.web.screen import Screen, Viewer

NOT_FILTERED = (
    "The map is of the whole ledger: filters choose which contacts a page shows, never where cost goes."
)


def cost_map(book: OpenBook, asked: Asked, viewer: Viewer) -> Page:
    """The whole map, or one pool of it down to its ledger lines."""
    start, end = asked.span
    if pool := asked.one("pool"):
        opened = pool_opened(book, pool, start=start, end=end, account=asked.one("account") or None)
        return _pool(opened, asked)
    return _map(placed(book, start=start, end=end, by=asked.one("by")), asked)


def _map(found: Placed, asked: Asked) -> Page:
    state = asked.carried()

    def opens(stage: Stage, value: str | None) -> str:
        if stage == "pool" and value:
            return state.but(pool=value).to("/cost-map")
        if stage == "channel" and value:
            return state.but(channel=value).to("/explain")
        return state.but(pool=UNASSIGNED).to("/cost-map") if value == "unassigned" else ""

    document, filtered = found.document, any(asked.every(n) for n in (*FILTERS, "where"))
    headline = f"{document.headline} {NOT_FILTERED}" if filtered else document.headline
    tables = []
    for table in document.tables:
        first = [str(row[0]) for row in table.rows]
        if table.columns[0].name == "pool":
            tables.append(_linked(table, [opens("pool", p) for p in first]))
        elif table.columns[0].name == "rule":
            at = [c.name for c in table.columns].index("pool")
            tables.append(_linked(table, [opens("pool", str(row[at])) for row in table.rows]))
        elif table.columns[0].name == "end":
            channels = {b.target for b in found.bands if b.to == "channel"}
            tables.append(_linked(table, [opens("channel", c) if c in channels else "" for c in first]))
        else:
            tables.append(table)
    return Page(
        replace(document, tables=tuple(tables), headline=headline),
        charts=(flow_chart(found, opens),) if found.bands else (),
        tables=2,
        extra={
            "by": tuple((b, b.replace("_", " ")) for b in BY),
            "gathered": found.by,
            "outside": state.but(pool=OUTSIDE).to("/cost-map") if found.statement.proof.outside else "",
        },
    )


def _pool(found: PoolOpened, asked: Asked) -> Page:
    here = asked.carried().but(pool=found.pool)
    tables = []
    for table in found.document.tables:
        if table.columns[0].name == "account":
            accounts = [str(row[0]) for row in table.rows]
            tables.append(_linked(table, [here.but(account=a).to("/cost-map") for a in accounts]))
        else:
            tables.append(table)
    return Page(
        replace(found.document, tables=tuple(tables)),
        tables=len(tables),
        extra={
            "whole": asked.carried().to("/cost-map"),
            "up": here.to("/cost-map") if found.account is not None else "",
            "pool": found.pool,
            "place": _place(found, asked),
        },
    )


def _place(found: PoolOpened, asked: Asked) -> str:
    """Where lines that no rule claims are given a pool; "" where there are none."""
    if found.pool != UNASSIGNED or not found.lines:
        return ""
    state = asked.only("period", "from", "to")
    if found.account is None:
        return state.to("/settings/policy") + "#unplaced"
    return state.but(account=found.account).to("/settings/policy/place")


def _linked(table: Table, links: list[str]) -> Table:
    return replace(table, links=tuple(links))


SCREEN = Screen(
    path="/cost-map",
    name="Cost map",
    group="Understand",
    letter="c",
    shows="Where each cent of the ledger went: to pools, to channels, or to no contact.",
    make=cost_map,
    template="cost-map.html",
    compares=False,
    chooses=False,
)
