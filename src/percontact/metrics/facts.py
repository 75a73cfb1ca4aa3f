# SPDX-License-Identifier: Apache-2.0
"""What metrics count: for each table its times, its features (columns made of others), and what joins it.

A feature that cannot be known is NULL, never false: a condition on it does not hold, and coverage says so.
Joins are many-to-one, so a row is never counted twice: a contact has one case and one customer, a survey asks
about one contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from percontact.metrics.card import Card
from percontact.records.column import Kind
from percontact.records.tables import TABLES


@dataclass(frozen=True, slots=True)
class Feature:
    """A column made of others.

    sql    over the row's alias `c` and the aliases of its joins, NULL where unknown
    says   what it is, in words
    needs  columns of the table without which it is unknown everywhere
    each   column that it is of a row that stands for one contact, and unknown of others; "" = another thing
    join   what it joins, a key of `Facts.joins`; "" = nothing
    """

    sql: str
    says: str
    needs: tuple[str, ...] = ()
    join: str = ""
    each: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be counted about a table.

    times     columns that can say which period a row belongs to
    weight    SQL of how many a row stands for
    features  by name
    few       columns with few different values, by which rows may be grouped before conditions are looked at
    made      table that `made_rows` makes, where rows must be spread first; "" = the rows themselves
    borrowed  (table, its alias, column both share) whose dimensions hold where the row has none of its own
    """

    table: str
    times: tuple[str, ...]
    weight: str = "1"
    features: Mapping[str, Feature] = field(default_factory=dict)
    few: tuple[str, ...] = ()
    borrowed: tuple[str, str, str] | None = None
    made: str = ""

    @property
    def names(self) -> set[str]:
        """Columns of the contract and features."""
        return {*TABLES[self.table].names, *self.features}


def seconds(start: str, end: str) -> str:
    """SQL of the exact seconds from one instant to another."""
    return f"CAST(date_diff('millisecond', {start}, {end}) AS DECIMAL(18,3)) * 0.001::DECIMAL(4,3)"


_OUTCOME = "lower(c.outcome)"
_AGENT = "coalesce(h.agent, {actor} IN ('agent', 'back_office'))"
_MACHINE = "coalesce(h.machine, {actor} IN ('bot', 'ivr', 'self_service'))"

CONTACTS = Facts(
    "contacts",
    ("started_at",),
    weight='c."count"',
    few=("channel", "direction", "actor", "outcome", "handle_basis"),
    features={
        "handled": Feature("c.handled > 0", "not abandoned"),
        "abandoned": Feature("c.handled = 0", "the customer left unserved"),
        "queued": Feature(
            "CASE WHEN c.queued_at IS NOT NULL OR c.wait_s IS NOT NULL THEN true END", "stood in a queue"
        ),
        "wait_each_s": Feature(
            'CASE WHEN c."count" = 1 THEN c.wait_s END',
            "wait of one contact; unknown where a row stands for many, which has only the sum of theirs",
            ("wait_s",),
            each="wait_s",
        ),
        **{
            f"{part}_each_s": Feature(
                f'CASE WHEN c."count" = 1 THEN c.{part}_s END',
                f"the same of {words}",
                (f"{part}_s",),
                each=f"{part}_s",
            )
            for part, words in (
                ("handle", "handle time"),
                ("talk", "talk time"),
                ("hold", "time on hold"),
                ("wrap", "work after"),
            )
        },
        "transferred": Feature(f"{_OUTCOME} = 'transferred'", "handed to someone else", ("outcome",)),
        "escalated": Feature(
            f"coalesce(k.escalated, {_OUTCOME} = 'escalated')", "went to a higher tier", (), "case"
        ),
        "resolved": Feature(
            f"CASE WHEN c.handled > 0 THEN {_OUTCOME} = 'resolved' END",
            "ended with the matter settled",
            ("outcome",),
        ),
        "repeat": Feature("t.repeat", "the customer came back about the same", ("customer_id",), "repeat"),
        "followed": Feature(
            "t.followed",
            "the customer comes back about the same within the window",
            ("customer_id",),
            "repeat",
        ),
        "settled": Feature(
            "c.started_at <= t.settled_until", "its window of repeats has closed", ("customer_id",), "repeat"
        ),
        "assisted": Feature(_AGENT, "an agent took part", (), "legs"),
        "by_bot": Feature("coalesce(h.bot, {actor} = 'bot')", "a bot took part", (), "legs"),
        "self_served": Feature(_MACHINE, "a machine took part", (), "legs"),
        "handed_on": Feature(
            f"({_MACHINE} AND NOT {_AGENT} AND {_OUTCOME} IN ('transferred', 'escalated'))",
            "a machine's session that ended transferred or escalated, the agent's part being another contact",
            ("outcome",),
            "legs",
        ),
        "unsettled": Feature(
            f"{_OUTCOME} IN ('unresolved', 'transferred', 'escalated', 'abandoned')",
            "ended with the matter open, by its own outcome",
            ("outcome",),
        ),
        "failure": Feature("{failure}", "failure demand, by the reasons the policy lists", ("reason",)),
    },
)

CASES = Facts(
    "cases",
    ("opened_at", "resolved_at", "closed_at", "first_reply_at"),
    features={
        "resolved": Feature("c.resolved_at IS NOT NULL", "has a resolution"),
        "open": Feature("c.resolved_at IS NULL", "has none yet"),
        "reopened": Feature("c.reopens > 0", "was opened again", ("reopens",)),
        "replied": Feature("c.first_reply_at IS NOT NULL", "has a first human reply", ("first_reply_at",)),
        "due": Feature(
            "c.resolved_at <= c.opened_at + {within} OR c.opened_at + {within} <= {latest}",
            "its target time has passed by the end of the data, or it is resolved in it",
        ),
        "resolution_s": Feature(
            seconds("c.opened_at", "c.resolved_at"), "seconds from opening to the last resolution",
            ("resolved_at",)
        ),
        "first_reply_s": Feature(
            seconds("c.opened_at", "c.first_reply_at"), "seconds from opening to the first human reply",
            ("first_reply_at",),
        ),
        "business_resolution_s": Feature(
            "({end_resolved} - {start}) * 0.001::DECIMAL(4,3)",
            "the same, counting opening hours only (opening_hours in the policy, and the table calendar)",
            ("resolved_at",),
            "hours",
        ),
        "business_first_reply_s": Feature(
            "({end_replied} - {start}) * 0.001::DECIMAL(4,3)",
            "seconds of opening hours from opening to the first human reply",
            ("first_reply_at",),
            "hours",
        ),
        "contacts": Feature("n.contacts", "contacts of the case", (), "contacts"),
    },
)  # fmt: skip

SURVEYS = Facts(
    "surveys",
    ("sent_at", "answered_at"),
    features={
        "answered": Feature("c.score IS NOT NULL", "has an answer"),
        "scale": Feature("c.scale_min || ' to ' || c.scale_max", "lowest and highest answer"),
        "position": Feature(
            "CASE WHEN c.scale_max > c.scale_min THEN "
            "CAST((c.score - c.scale_min) / (c.scale_max - c.scale_min) AS DECIMAL(18,6)) END",
            "where the answer lies on its scale, 0 to 1", ("scale_min", "scale_max"),
        ),
    },
    borrowed=("contacts", "p", "contact_id"),
)  # fmt: skip

CUSTOMERS = Facts(
    "customers",
    ("joined_on", "at_start", "active_at_start"),
    features={
        "lost": Feature(
            "CASE WHEN span.known THEN coalesce(c.left_on < span.stop, false) END",
            "left within the period; unknown where that begins after the last day of the data",
        ),
        "gone_quiet": Feature(
            "CASE WHEN span.known THEN {quiet} < span.stop END",
            "was not seen for the window, by the end of the period; unknown where days after the last sign "
            "of any user decide it",
            ("last_active_on",),
        ),
        "happened": Feature("c.first_value_on IS NOT NULL", "has got value"),
        "days_seen": Feature(
            "coalesce(c.first_value_on, c.left_on, {today}) - c.joined_on",
            "days from joining to first value, or to when they were last seen without it",
        ),
    },
)  # fmt: skip

CAPACITY = Facts(
    "capacity",
    ("month_start",),
    features={
        "handle_h": Feature("c.handle_h", "hours of handling of handled contacts by the group, as costed"),
    },
    made="staff_period",
)

CAMPAIGNS = Facts(
    "campaigns",
    ("period_start",),
    features={"spend": Feature("c.spend", "marketing and advertising together, in the reporting currency")},
    made="campaign_row",
)

FACTS: dict[str, Facts] = {f.table: f for f in (CONTACTS, CASES, SURVEYS, CUSTOMERS, CAPACITY, CAMPAIGNS)}
"""Table -> what can be counted about it."""
_NAMED: tuple[Kind, ...] = ("code", "flag", "person", "id")
"""Kinds of columns that figures can be told apart by."""


def dimensions(cards: Iterable[Card]) -> set[str]:
    """Columns and features that figures of these cards can be told apart by, besides those of contacts."""
    tables = {c.table for c in cards if c.kind != "cost"} - {"contacts"}
    columns = {c.name for t in tables for c in TABLES[t].columns if c.kind in _NAMED}
    return columns | {n for t in tables for n in FACTS[t].features if not n.endswith(("_s", "_h"))}
