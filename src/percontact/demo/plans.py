# SPDX-License-Identifier: Apache-2.0
"""The small tables: exchange rates, campaigns, budgets, targets, holidays and events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp

from percontact.demo.days import holidays
from percontact.demo.draws import normal
from percontact.demo.workshop import Cell, Workshop
from percontact.values.period import add_months

Rows = list[tuple[Cell, ...]]

_DAY = timedelta(days=1)


def small_tables(shop: Workshop) -> dict[str, tuple[Sequence[str], Rows]]:
    """Table -> (columns, rows) of the files that are written as CSV, the ledger and capacity aside."""
    return {
        "fx": (
            ("period_start", "period_end", "from_currency", "to_currency", "rate", "source"),
            _rates(shop),
        ),
        "campaigns": (
            (
                "campaign",
                "period_start",
                "period_end",
                "medium",
                "marketing",
                "advertising",
                "currency",
                "reached",
            ),
            _campaigns(shop),
        ),
        "budgets": (
            ("budget", "version", "period_start", "period_end", "channel", "amount", "contacts", "currency"),
            _budgets(shop),
        ),
        "targets": (
            ("metric", "valid_from", "valid_until", "target", "bound", "tolerance", "channel", "because"),
            _targets(shop),
        ),
        "calendar": (("day", "site", "kind", "opens", "closes", "name"), _calendar(shop)),
        "events": (
            ("event", "kind", "started_on", "ended_on", "channel", "team", "reason", "note"),
            _events(shop),
        ),
    }


def _rates(shop: Workshop) -> Rows:
    """A rate a month from a year before the books to a year after: licences reach into the months to come."""
    rows: Rows = []
    for currency, facts in shop.books["fx"].items():
        if not isinstance(facts, dict):
            continue
        drift = 0.0
        for month in range(-12, shop.months + 12):
            start = add_months(shop.first, month)
            drift = 0.8 * drift + 0.6 * facts["spread"] * normal(shop.seed, "fx", currency, start)
            rate = round(1 / (facts["per_eur"] * exp(drift)), 6)
            source = (
                shop.books["fx"]["source"]
                if month < shop.months
                else "made up for the demo: rate of the plan"
            )
            rows.append((start, add_months(start, 1), currency, shop.company["currency"], rate, source))
    return rows


def _campaigns(shop: Workshop) -> Rows:
    """Each run of each campaign; what affiliates cost in advertising is not known, and stays empty."""
    rows: Rows = []
    for facts in shop.books["campaigns"]:
        for month in range(shop.months):
            start = add_months(shop.first, month)
            if (start.month - facts["from"]) % facts["every"]:
                continue
            luck = [exp(0.08 * normal(shop.seed, facts["campaign"], start, part)) for part in range(3)]
            sums = [
                None if facts[name] is None else round(facts[name] * shop.scale * luck[part], 2)
                for part, name in enumerate(("marketing", "advertising"))
            ]
            end = min(start + facts["days"] * _DAY, shop.end)
            rows.append(
                (f"{facts['campaign']}-{start:%Y-%m}", start, end, facts["medium"], *sums,
                 facts.get("currency", shop.company["currency"]),
                 round(facts["reached"] * shop.scale * luck[2]))
            )  # fmt: skip
    return rows


def _budgets(shop: Workshop) -> Rows:
    """Planned cost and handled contacts of each channel and month, from what seasons lead one to expect."""
    facts = shop.books["budget"]
    rows: Rows = []
    sql = "SELECT month, channel, sum(expected ORDER BY day) FROM cell GROUP BY ALL ORDER BY ALL"
    for month, channel, first in shop.rows(sql):
        start = add_months(shop.first, month)
        contacts = round(first * facts["handled"][channel])
        each = facts["per_contact"][channel] * (1 + facts["rise_per_year"]) ** (start.year - shop.first.year)
        version = f"{start.year}-v1"
        rows.append(
            (facts["name"], version, start, add_months(start, 1), channel, round(contacts * each, 0),
             contacts, shop.company["currency"])
        )  # fmt: skip
    return rows


def _targets(shop: Workshop) -> Rows:
    names = ("metric", "from", "until", "target", "bound", "tolerance", "channel", "because")
    return [tuple(facts.get(name) for name in names) for facts in shop.books["targets"]]


def _calendar(shop: Workshop) -> Rows:
    """Public holidays at each site, and the days with short hours."""
    rows: Rows = []
    for year in range(shop.first.year, shop.end.year + 1):
        rows += [(day, site, "holiday", None, None, name) for day, site, name in holidays(shop.company, year)]
        off = {(row[0], row[1]) for row in rows}
        for short in shop.company["short_days"]:
            day, site = date(year, short["month"], short["day"]), short.get("site")
            if (day, site) not in off:
                rows.append((day, site, "open", "09:00", "14:00", "short day"))
    return sorted(
        (row for row in rows if shop.first <= _day(row[0]) < shop.end),
        key=lambda row: (_day(row[0]), str(row[1])),
    )


def _events(shop: Workshop) -> Rows:
    """What people noted down, and what belongs to a story where it is told."""
    rows: Rows = []
    for facts in shop.books["events"]:
        told = "story" not in facts or shop.story(facts["story"]) is not None
        if told and shop.first <= facts["day"] < shop.end:
            slots = [facts.get(name) for name in ("until", "channel", "team", "reason", "note")]
            rows.append((facts["event"], facts["kind"], facts["day"], *slots))
    return sorted(rows, key=lambda row: _day(row[2]))


def _day(cell: Cell) -> date:
    assert isinstance(cell, date)
    return cell
