# SPDX-License-Identifier: Apache-2.0
"""Capacity, customers, surveys and campaigns: who worked, who was served, what they answered."""

from __future__ import annotations

from percontact.records.column import Column, Order, Table

_SPAN = (
    Column(
        "period_start",
        "date",
        "MUST NOT be null",
        "first day; a single `date` stands for its month",
        required=True,
    ),
    Column(
        "period_end",
        "date",
        "MUST lie after period_start",
        "first day after the span (half-open)",
        required=True,
    ),
)

CAPACITY = Table(
    "capacity",
    "the time a resource group supplies in a span of days",
    (
        Column("group", "code", "MUST NOT be null", "people or machines that do the same work", required=True),
        *_SPAN,
        Column("paid_h", "hours", "MUST NOT be below 0", "hours paid (theoretical capacity)", at_least=0),
        Column("scheduled_h", "hours", "MUST NOT be below 0", "hours scheduled", at_least=0),
        Column("available_h", "hours", "MUST NOT be below 0", "hours logged in and available or handling", at_least=0),
        Column("practical_h", "hours", "MUST NOT be below 0", "hours that can serve contacts (paid less shrinkage); unknown: paid_h x (1 - shrinkage) of the policy", at_least=0),
        Column("fte", "quantity", "MUST NOT be below 0", "full-time equivalents", at_least=0),
        Column("heads", "quantity", "MUST NOT be below 0", "people employed", at_least=0),
        Column("leavers", "quantity", "MUST NOT be below 0", "people who left", at_least=0),
        Column("seats", "quantity", "MUST NOT be below 0", "seats or licences held", at_least=0),
    ),
    orders=(Order("period_start", "period_end", strict=True),),
)  # fmt: skip

CUSTOMERS = Table(
    "customers",
    "one customer or user account",
    (
        Column("customer_id", "person", "MUST NOT be null; stored as a keyed hash", "who", required=True),
        Column("organisation_id", "person", "MUST NOT be stored as found", "the account a user belongs to"),
        Column("joined_on", "date", "MUST NOT be null", "when they came", required=True),
        Column("first_value_on", "date", "MUST NOT lie before joined_on", "when they first got value"),
        Column("left_on", "date", "MUST NOT lie before joined_on", "when they left; null while they stay"),
        Column("last_active_on", "date", "MAY be null", "last day seen"),
        Column("segment", "code", "MAY be any code", "kind of customer"),
        Column("plan", "code", "MAY be any code", "what they pay for"),
        Column("country", "code", "MAY be any code", "where they are"),
    ),
    key="customer_id",
    orders=(Order("joined_on", "first_value_on"), Order("joined_on", "left_on")),
)

SURVEYS = Table(
    "surveys",
    "one question sent to one customer, answered or not",
    (
        Column("survey_id", "id", "MUST be unique in the Book", "names the question sent"),
        Column("contact_id", "id", "MAY be null", "the contact it asks about"),
        Column("case_id", "id", "MAY be null", "the case it asks about"),
        Column("customer_id", "person", "MUST NOT be stored as found", "who was asked; stored as a keyed hash"),
        Column("sent_at", "instant", "MUST NOT be null", "when it was asked", required=True),
        Column("answered_at", "instant", "MUST NOT lie before sent_at", "null = no answer"),
        Column("kind", "code", "MUST be csat, nps, ces, rating, index or fcr", "what it measures", required=True, one_of=("csat", "nps", "ces", "rating", "index", "fcr")),
        Column("question", "code", "MAY be any code", "which question of several"),
        Column("score", "score", "MUST lie within the scale", "the answer; null = no answer"),
        Column("scale_min", "score", "MAY be null", "lowest possible answer"),
        Column("scale_max", "score", "MAY be null", "highest possible answer"),
    ),
    key="survey_id",
    when="sent_at",
    orders=(Order("sent_at", "answered_at"),),
)  # fmt: skip

CAMPAIGNS = Table(
    "campaigns",
    "marketing and advertising spend of one campaign in a span, and the contacts it reached",
    (
        Column("campaign", "code", "MUST NOT be null", "names the campaign", required=True),
        *_SPAN,
        Column("medium", "code", "MAY be any code", "where it ran"),
        Column("marketing", "money", "MAY be null: unknown, never zero", "marketing spend"),
        Column("advertising", "money", "MAY be null: unknown, never zero", "advertising spend"),
        Column("currency", "currency", "MUST be an ISO 4217 code; empty = the workspace's currency", "currency of the spend"),
        Column("reached", "whole", "MUST NOT be below 0", "different contacts reached", at_least=0),
    ),
    orders=(Order("period_start", "period_end", strict=True),),
)  # fmt: skip
