# SPDX-License-Identifier: Apache-2.0
"""Contacts, handlings and cases: what customers asked for and who worked on it."""

from __future__ import annotations

from percontact.records.column import Column, Order, Table

ACTORS = ("agent", "bot", "ivr", "self_service", "back_office")
BASES = ("measured", "reported", "derived", "standard", "none")
MACHINE_CHANNELS = ("self_service", "ivr", "bot", "ai_agent")
"""Channels that no person works in: where `actor` is unknown, a contact in one of these is not assisted."""

_DIMENSIONS = (
    Column("channel", "code", "MAY be any code", "the way the contact came in: voice, email, chat, messaging, social, in_person, self_service, ai_agent, ..."),
    Column("direction", "code", "MUST be inbound, outbound or internal when given", "who began it", one_of=("inbound", "outbound", "internal")),
    Column("team", "code", "MAY be any code", "the team that handled it"),
    Column("agent", "code", "SHOULD be a staff code, not a name", "the agent that handled it; shown to managers only"),
    Column("queue", "code", "MAY be any code", "the queue it waited in"),
    Column("site", "code", "MAY be any code", "where the team sits"),
    Column("reason", "code", "MUST be a code, never the customer's words", "what it was about"),
    Column("actor", "code", "MUST be one of agent, bot, ivr, self_service, back_office when given", "who worked on it; unknown: by channel (self_service, ivr, bot, ai_agent are machines), else agent", one_of=ACTORS),
)  # fmt: skip

_TIMES = (
    Column("handle_s", "seconds", "MUST NOT be below 0", "work time; when unknown: talk + hold + wrap, else answered_at to ended_at for voice, video and in person (basis derived)", at_least=0),
    Column("talk_s", "seconds", "MUST NOT be below 0", "time with the customer", at_least=0),
    Column("hold_s", "seconds", "MUST NOT be below 0", "customer on hold", at_least=0),
    Column("wrap_s", "seconds", "MUST NOT be below 0", "work after the contact", at_least=0),
    Column("handle_basis", "code", "MUST be one of measured, reported, derived, standard, none when given", "how handle_s is known; reported = typed in by people, derived = from other times", one_of=BASES),
    Column("messages", "whole", "MUST NOT be below 0", "messages exchanged", at_least=0),
    Column("count", "whole", "MUST NOT be below 1", "how many contacts the row stands for; its durations are then their totals", default="1", at_least=1),
)  # fmt: skip

CONTACTS = Table(
    "contacts",
    "one interaction of a customer in one channel, from arrival to last handling; an abandoned one counts as offered, not handled",
    (
        Column("contact_id", "id", "MUST be unique in the Book", "names the contact; made from file and line where a file has none"),
        Column("case_id", "id", "MAY be shared by contacts", "the matter the contact belongs to"),
        Column("customer_id", "person", "MUST NOT be stored as found", "who was served; stored as a keyed hash"),
        Column("started_at", "instant", "MUST NOT be null", "arrival; the contact belongs to the local day it falls on", required=True),
        Column("queued_at", "instant", "MUST NOT lie before started_at", "entered the queue"),
        Column("answered_at", "instant", "MUST NOT lie before started_at", "picked up"),
        Column("ended_at", "instant", "MUST NOT lie before started_at", "last handling ended"),
        Column("wait_s", "seconds", "MUST NOT be below 0", "time in queue", at_least=0),
        Column("outcome", "code", "MUST be abandoned when the customer left unserved", "how it ended: resolved, unresolved, transferred, escalated, abandoned, ...; abandoned contacts count as offered, not handled"),
        Column("language", "code", "MAY be any code", "language served in"),
        Column("product", "code", "MAY be any code", "product it was about"),
        *_DIMENSIONS,
        *_TIMES,
    ),
    key="contact_id",
    when="started_at",
    orders=(Order("started_at", "queued_at"), Order("started_at", "answered_at"), Order("started_at", "ended_at"), Order("answered_at", "ended_at")),
)  # fmt: skip

HANDLINGS = Table(
    "handlings",
    "one resource's stretch of work on one contact: bot, IVR, agent, back office",
    (
        Column("handling_id", "id", "MUST be unique in the Book", "names the stretch of work"),
        Column("contact_id", "id", "MUST NOT be null", "the contact worked on", required=True),
        Column(
            "started_at",
            "instant",
            "MUST NOT be null",
            "work began; its cost belongs to this day",
            required=True,
        ),
        Column("ended_at", "instant", "MUST NOT lie before started_at", "work ended"),
        *_DIMENSIONS,
        *_TIMES,
    ),
    key="handling_id",
    when="started_at",
    orders=(Order("started_at", "ended_at"),),
)

CASES = Table(
    "cases",
    "the matter a customer wants settled: one or more contacts",
    (
        Column("case_id", "id", "MUST be unique in the Book", "names the case"),
        Column(
            "customer_id",
            "person",
            "MUST NOT be stored as found",
            "whose matter it is; stored as a keyed hash",
        ),
        Column("opened_at", "instant", "MUST NOT be null", "first known of", required=True),
        Column("first_reply_at", "instant", "MUST NOT lie before opened_at", "first human reply"),
        Column("resolved_at", "instant", "MUST NOT lie before opened_at", "last resolved; null while open"),
        Column("closed_at", "instant", "MUST NOT lie before opened_at", "closed for good"),
        Column(
            "reopens",
            "whole",
            "MUST NOT be below 0",
            "times it was opened again after being resolved",
            at_least=0,
        ),
        Column("escalated", "flag", "MAY be null", "went to a higher tier"),
        Column("complaint", "flag", "MAY be null", "is a complaint"),
        Column("upheld", "flag", "MAY be null", "the complaint was found justified"),
        Column("priority", "code", "MAY be any code", "urgency"),
        Column("status", "code", "MAY be any code", "state at extract"),
        *[c for c in _DIMENSIONS if c.name in ("channel", "team", "agent", "reason", "site")],
    ),
    key="case_id",
    when="opened_at",
    orders=(
        Order("opened_at", "first_reply_at"),
        Order("opened_at", "resolved_at"),
        Order("opened_at", "closed_at"),
    ),
)
