# SPDX-License-Identifier: Apache-2.0
"""Targets, days and events: what was promised, which days count, what happened."""

from __future__ import annotations

from percontact.records.column import Column, Order, Table

TARGETS = Table(
    "targets",
    "one dated promise about a metric, for a slice",
    (
        Column("metric", "code", "MUST NOT be null", "which metric", required=True),
        Column("valid_from", "date", "MUST NOT be null", "first day in force", required=True),
        Column("valid_until", "date", "MUST lie after valid_from", "first day no longer in force; null = still in force"),
        Column("target", "score", "MUST NOT be null", "the value promised", required=True),
        Column("bound", "code", "MUST be at_least, at_most or within", "which side is kept", default="at_least", one_of=("at_least", "at_most", "within")),
        Column("tolerance", "score", "MUST NOT be below 0", "half width of the band for `within`", at_least=0),
        Column("channel", "code", "MAY be any code", "slice it holds for"),
        Column("team", "code", "MAY be any code", "slice it holds for"),
        Column("reason", "code", "MAY be any code", "slice it holds for"),
        Column("because", "text", "SHOULD say who decided", "why"),
    ),
    orders=(Order("valid_from", "valid_until", strict=True),),
)  # fmt: skip

CALENDAR = Table(
    "calendar",
    "one local day that differs from the usual week: a holiday or special opening hours",
    (
        Column("day", "date", "MUST NOT be null", "which day", required=True),
        Column("site", "code", "MAY be any code", "where it holds; null = everywhere"),
        Column("kind", "code", "MUST be holiday, closed or open", "what kind of day", required=True, one_of=("holiday", "closed", "open")),
        Column("opens", "code", "MUST be HH:MM when given", "opening time"),
        Column("closes", "code", "MUST be HH:MM when given", "closing time"),
        Column("name", "text", "MAY be any text", "the day's name"),
    ),
)  # fmt: skip

EVENTS = Table(
    "events",
    "something that happened and may explain a change: release, price rise, outage, training",
    (
        Column("event", "code", "MUST NOT be null", "short name", required=True),
        Column("kind", "code", "MAY be any code", "release, price, outage, training, campaign, ..."),
        Column("started_on", "date", "MUST NOT be null", "first day", required=True),
        Column("ended_on", "date", "MUST NOT lie before started_on", "last day; null = one day or lasting"),
        Column("channel", "code", "MAY be any code", "slice it touches"),
        Column("team", "code", "MAY be any code", "slice it touches"),
        Column("reason", "code", "MAY be any code", "slice it touches"),
        Column("note", "text", "MAY be any text", "what happened"),
        Column("noted_by", "text", "MAY be any text", "who noted it, as people call them"),
    ),
    orders=(Order("started_on", "ended_on"),),
)
