# SPDX-License-Identifier: Apache-2.0
"""Ledger, usage, budgets and exchange rates: what was paid, metered and planned."""

from __future__ import annotations

from percontact.records.column import Column, Order, Table

BEHAVIOURS = ("fixed", "step", "variable")
NATURES = ("direct", "indirect")
CLASSES = ("posting", "correction")

_SPAN = (
    Column("period_start", "date", "MUST NOT be null", "first day the amount is for; a single `date` stands for its month", required=True),
    Column("period_end", "date", "MUST lie after period_start", "first day after the span (half-open)", required=True),
)  # fmt: skip
_CURRENCY = Column(
    "currency",
    "currency",
    "MUST be an ISO 4217 code; empty = the workspace's currency",
    "currency of the amount",
)

LEDGER = Table(
    "ledger",
    "one cost posting of the general ledger or payroll; costs are positive, credits and reversals negative",
    (
        Column("line_id", "id", "MUST be unique in the Book", "names the posting; made from file and line where a file has none"),
        Column("account", "code", "MAY be any code", "ledger account, number or name; a ledger without accounts is one account, `unnamed`", default="unnamed"),
        Column("account_name", "text", "MAY be any text", "the account in words"),
        Column("cost_centre", "code", "MAY be any code", "who bears the cost"),
        Column("vendor", "text", "MAY be any text", "who was paid"),
        Column("text", "text", "MAY be any text", "the posting's own words"),
        Column("tag", "code", "MAY be any code", "a label that rules can match"),
        *_SPAN,
        Column("posted_on", "date", "MAY be null: period_start stands for it", "day it was booked or billed"),
        Column("amount", "money", "MUST NOT be null", "billed amount, without recoverable VAT", required=True),
        Column("effective", "money", "MAY be null: amount stands for it", "amount after spreading what was paid in advance (FOCUS EffectiveCost)"),
        _CURRENCY,
        Column("nature", "code", "MUST be direct or indirect when given", "whether one service can be named for it", one_of=NATURES),
        Column("behaviour", "code", "MUST be fixed, step or variable when given", "how it answers to volume", one_of=BEHAVIOURS),
        Column("category", "code", "MAY be any code", "kind of cost: salaries, telecom, ..."),
        Column("class", "code", "MUST be posting or correction when given", "a correction is a row of its own, for the period it corrects", one_of=CLASSES),
    ),
    key="line_id",
    orders=(Order("period_start", "period_end", strict=True),),
)  # fmt: skip

USAGE = Table(
    "usage",
    "one metered event or total: AI resolution, action, token, minute, message, seat",
    (
        Column("usage_id", "id", "MUST be unique in the Book", "names the record"),
        Column("contact_id", "id", "MAY be null", "the contact it served"),
        Column("used_at", "instant", "MUST NOT be null", "when", required=True),
        Column("vendor", "code", "MUST NOT be null", "who meters it", required=True),
        Column("item", "code", "MUST NOT be null", "what is metered: resolution, conversation, action, message, minute, token_in, token_out, seat, ...", required=True),
        Column("quantity", "quantity", "MUST NOT be null", "how much, in the item's own unit", required=True),
        Column("outcome", "code", "MAY be any code", "what the vendor says came of it"),
    ),
    key="usage_id",
    when="used_at",
)  # fmt: skip

BUDGETS = Table(
    "budgets",
    "one planned amount, volume or both, for a span and a slice",
    (
        Column("budget", "code", "MUST NOT be null", "name of the plan", default="budget"),
        Column("version", "code", "MAY be any code", "which version of it"),
        *_SPAN,
        Column("account", "code", "MAY be any code", "ledger account planned for"),
        Column("cost_centre", "code", "MAY be any code", "who bears it"),
        Column("channel", "code", "MAY be any code", "channel planned for"),
        Column("team", "code", "MAY be any code", "team planned for"),
        Column("amount", "money", "MAY be null when contacts is given", "planned cost"),
        Column("contacts", "whole", "MUST NOT be below 0", "planned handled contacts", at_least=0),
        _CURRENCY,
    ),
    orders=(Order("period_start", "period_end", strict=True),),
)

FX = Table(
    "fx",
    "the rate of one currency in another for a span of days",
    (
        *_SPAN,
        Column("from_currency", "currency", "MUST NOT be null", "currency that is converted", required=True),
        Column("to_currency", "currency", "MUST NOT be null", "currency it becomes", required=True),
        Column("rate", "rate", "MUST be above 0", "units of to_currency for one of from_currency", required=True, at_least=0),
        Column("source", "text", "SHOULD name the publisher", "where the rate comes from"),
    ),
    orders=(Order("period_start", "period_end", strict=True),),
)  # fmt: skip
