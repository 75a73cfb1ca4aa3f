# SPDX-License-Identifier: Apache-2.0
"""Every shipped metric that counts rows, against a plain count by another hand, on any book at all.

The oracle knows nothing of cards or SQL: it is Python over the rows, one line a metric.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from percontact.costing.costed import CostedBook
from percontact.costing.policy_file import parse_policy
from percontact.costing.slice import Condition, Slice
from percontact.metrics import Panel, catalogue, measure
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.period import Period, periods

Row = dict[str, object]
World = dict[str, list[Row]]

ZONE = ZoneInfo("Europe/Berlin")
SPAN = Period(date(2026, 3, 1), date(2026, 5, 1))
POLICY = """
pools: {voice: {driver: handle_s, group: g, scope: {channel: [voice]}}}
rules: [{to: voice}]
failure_demand: {reasons: [bill, late]}
opening_hours: {mon-fri: "08:00-18:00", sat: "09:30-12:00"}
"""
TABLE_BY = {
    "contacts": ("channel", "team", "reason", "segment"),  # the segment is the customer's
    "cases": ("channel", "team", "segment"),
    "surveys": ("channel", "team", "segment"),  # borrowed from the contact, and from its customer
    "customers": ("segment", "country"),
    "capacity": ("group",),
    "campaigns": ("campaign",),
}
CARDS = [c for c in catalogue().values() if c.kind != "cost"]

# -- any book ------------------------------------------------------------------------------------------

# Both ends of a month in Berlin, the night the clocks change, and the days around.
MOMENTS = st.one_of(
    st.sampled_from(
        ["2026-03-31 21:59:59", "2026-03-31 22:00:00", "2026-03-29 00:59:59", "2026-03-29 01:00:00",
         "2026-02-28 23:00:00", "2026-04-30 21:59:59", "2026-03-28 23:00:00", "2026-03-01 00:00:00"]
    ),
    st.integers(0, 60 * 24 * 3600 - 1).map(
        lambda s: str(datetime(2026, 2, 28, 23) + timedelta(seconds=s))
    ),
)  # fmt: skip
SECONDS = st.sampled_from([None, "0", "0.001", "19.999", "20", "20.001", "300", "86400"])


def pick(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from(values)


CONTACT = {
    "started_at": MOMENTS, "count": pick("1", "1", "1", "1", "3", "250"),
    "channel": pick(None, "voice", "voice", "email", "ivr", "ai_agent", "Self_Service"),
    "team": pick(None, "a", "b"), "reason": pick(None, "bill", "move", "Late"),
    "outcome": pick(
        None, "resolved", "unresolved", "abandoned", "transferred", "Escalated", "Abandoned"
    ),
    "customer_id": pick(None, "u0", "u1", "w"), "case_id": pick(None, "k0", "k1", "k9"),
    "actor": pick(None, None, "agent", "bot"),
    "handle_s": SECONDS, "wait_s": SECONDS, "talk_s": SECONDS, "hold_s": SECONDS, "wrap_s": SECONDS,
}  # fmt: skip
HANDLING = {
    "contact_id": pick("c0", "c1", "c2", "gone"), "actor": pick(None, "agent", "bot", "back_office", "ivr"),
    "channel": pick(None, "voice", "ivr"), "started_at": MOMENTS,
}  # fmt: skip
CASE = {
    "opened_at": MOMENTS, "first": st.none() | st.integers(0, 400_000),
    "resolved": st.none() | st.integers(0, 900_000), "reopens": pick(None, "0", "1", "3"),
    "escalated": pick(None, "true", "false"), "complaint": pick(None, "true", "false"),
    "upheld": pick(None, "true", "false"), "channel": pick(None, "voice", "email"),
    "team": pick(None, "a", "b"), "customer_id": pick(None, "u0", "u1", "w"),
}  # fmt: skip
SURVEY = {
    "sent_at": MOMENTS, "contact_id": pick(None, "c0", "c1", "c2", "gone"),
    "kind": pick("csat", "nps", "ces", "rating", "index", "fcr"), "question": pick(None, "ease", "speed"),
    "scale": pick(("1", "5"), ("1", "5"), ("0", "10"), ("0", "1"), ("1", "7"), (None, None), ("1", "1")),
    "answer": st.none() | st.integers(0, 10),
}  # fmt: skip
DAYS = st.integers(0, 140).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
CUSTOMER = {
    "joined_on": DAYS, "first": st.none() | st.integers(0, 60), "left": st.none() | st.integers(0, 90),
    "active": st.none() | st.integers(0, 90), "segment": pick(None, "s", "t"), "country": pick(None, "DE"),
}  # fmt: skip
HOURS = pick(None, "0", "10", "99.5")
STAFF = {
    "paid_h": HOURS, "available_h": HOURS, "heads": pick(None, "0", "7"), "leavers": pick(None, "0", "1"),
}  # fmt: skip
SPEND = {
    "marketing": pick(None, "100", "0.01"),
    "advertising": pick(None, "7"),
    "reached": pick(None, "0", "9"),
}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    def rows(of: Mapping[str, st.SearchStrategy[object]], most: int) -> list[Row]:
        return draw(st.lists(st.fixed_dictionaries(dict(of)), max_size=most))

    world: World = {
        "contacts": [{"contact_id": f"c{i}", **r} for i, r in enumerate(rows(CONTACT, 9))],
        "handlings": [{"handling_id": f"h{i}", **r} for i, r in enumerate(rows(HANDLING, 3))],
        "cases": [_case(i, r) for i, r in enumerate(rows(CASE, 5))],
        "surveys": [_survey(i, r) for i, r in enumerate(rows(SURVEY, 8))],
        "customers": [_customer(i, r) for i, r in enumerate(rows(CUSTOMER, 6))],
        "capacity": [],
        "campaigns": [],
    }
    # With stretches of work the time of a contact is theirs; the oracle of staff keeps to contacts alone.
    months = [p for p in periods(SPAN, "month") if draw(st.booleans()) and not world["handlings"]]
    for month in months:
        ends = {"period_start": month.start, "period_end": month.end}
        for group in ("g", "h"):
            world["capacity"].append({"group": group, **ends, **draw(st.fixed_dictionaries(STAFF))})
            world["campaigns"].append({"campaign": group, **ends, **draw(st.fixed_dictionaries(SPEND))})
    return world


def _case(i: int, r: Row) -> Row:
    opened = datetime.fromisoformat(str(r["opened_at"]))
    first, resolved = r.pop("first"), r.pop("resolved")
    return {
        "case_id": f"k{i}", **r,
        "first_reply_at": None if first is None else str(opened + timedelta(seconds=int(str(first)))),
        "resolved_at": None if resolved is None else str(opened + timedelta(seconds=int(str(resolved)))),
    }  # fmt: skip


def _survey(i: int, r: Row) -> Row:
    (low, high), answer = r.pop("scale"), r.pop("answer")  # type: ignore[misc]
    score = None
    if answer is not None:
        score = answer if low is None else int(low) + int(str(answer)) % (int(high) - int(low) + 1)
    return {"survey_id": f"s{i}", **r, "scale_min": low, "scale_max": high, "score": score}


def _customer(i: int, r: Row) -> Row:
    joined, row = r["joined_on"], {"customer_id": f"u{i}", **r}
    assert isinstance(joined, date)
    for key, column in (("first", "first_value_on"), ("left", "left_on"), ("active", "last_active_on")):
        days = row.pop(key)
        row[column] = None if days is None else joined + timedelta(days=int(str(days)))
    return row


# -- the oracle: what each row is, by plain Python -----------------------------------------------------


def at(row: Row, column: str) -> datetime | None:
    return None if row.get(column) is None else datetime.fromisoformat(str(row[column]))


def local(moment: object) -> date | None:
    if moment is None or (isinstance(moment, date) and not isinstance(moment, datetime)):
        return moment
    return datetime.fromisoformat(str(moment)).replace(tzinfo=UTC).astimezone(ZONE).date()


def number(value: object) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def who(row: Row) -> str:
    channel = str(row.get("channel") or "").lower()
    machine = {"self_service": "self_service", "ivr": "ivr", "bot": "bot", "ai_agent": "bot"}
    return str(row.get("actor") or machine.get(channel, "agent"))


def segment(world: World, whose: Row) -> object:
    """The segment of a row's customer, or None."""
    mine = [k["segment"] for k in world["customers"] if k["customer_id"] == whose.get("customer_id")]
    return mine[0] if mine else None


def told_contacts(world: World) -> list[Row]:
    cases = {k["case_id"]: k for k in world["cases"]}
    told = []
    latest = max((at(c, "started_at") for c in world["contacts"]), default=None)
    single = [c for c in world["contacts"] if c["count"] == "1" and c["customer_id"] and c["reason"]]
    for i, c in enumerate(world["contacts"]):
        outcome = c["outcome"] and str(c["outcome"]).lower()
        actors = {who(h) for h in world["handlings"] if h["contact_id"] == c["contact_id"]} or {who(c)}
        escalated = None if outcome is None else outcome == "escalated"
        case = cases.get(c["case_id"], {})
        if case.get("escalated") is not None:
            escalated = case["escalated"] == "true"
        t: Row = {
            **c, "segment": segment(world, c), "n": int(str(c["count"])), "one": c["count"] == "1",
            "gone": outcome == "abandoned",
            "outcome": outcome, "agent": bool(actors & {"agent", "back_office"}), "bot": "bot" in actors,
            "machine": bool(actors & {"bot", "ivr", "self_service"}), "escalated": escalated,
            "repeat": None, "followed": None, "settled": None,
            "failure": None if c["reason"] is None else c["reason"] in ("bill", "late"),
        }  # fmt: skip
        if c in single:
            start, seven = at(c, "started_at"), timedelta(days=7)
            assert start is not None
            assert latest is not None
            same = [
                (at(o, "started_at"), world["contacts"].index(o))
                for o in single
                if (o["customer_id"], o["reason"]) == (c["customer_id"], c["reason"]) and o is not c
            ]
            t["repeat"] = any(o < (start, i) and start - o[0] <= seven for o in same)  # type: ignore[operator]
            t["followed"] = any(o > (start, i) and o[0] - start <= seven for o in same)  # type: ignore[operator]
            t["settled"] = start <= latest - seven
        told.append(t)
    return told


def open_s(start: datetime, end: datetime) -> Fraction:
    """Seconds of [start, end) within opening hours, day by day."""
    hours = {5: ((9, 30), (12, 0))} | dict.fromkeys(range(5), ((8, 0), (18, 0)))
    passed, day = Fraction(0), (start - timedelta(days=1)).date()
    while day <= end.date() + timedelta(days=1):
        if day.weekday() in hours:
            opens, closes = (
                datetime(day.year, day.month, day.day, *hm, tzinfo=ZONE).astimezone(UTC).replace(tzinfo=None)
                for hm in hours[day.weekday()]
            )
            passed += max(0, int((min(end, closes) - max(start, opens)).total_seconds()))
        day += timedelta(days=1)
    return passed


def told_cases(world: World) -> list[Row]:
    told = []
    latest = max(
        (m for k in world["cases"] for c in ("opened_at", "resolved_at") if (m := at(k, c))), default=None
    )
    for k in world["cases"]:
        opened, resolved, replied = at(k, "opened_at"), at(k, "resolved_at"), at(k, "first_reply_at")
        assert opened is not None
        assert latest is not None
        mine = [int(str(c["count"])) for c in world["contacts"] if c["case_id"] == k["case_id"]]
        day = timedelta(days=1)
        t: Row = {
            **k,
            "segment": segment(world, k),
            "n": 1,
            "done": resolved is not None,
            "contacts": sum(mine) or None,
        }
        t["resolution"] = resolved and Fraction(int((resolved - opened).total_seconds()))
        t["reply"] = replied and Fraction(int((replied - opened).total_seconds()))
        t["open_resolution"] = resolved and open_s(opened, resolved)
        t["open_reply"] = replied and open_s(opened, replied)
        t["due"] = (resolved is not None and resolved <= opened + day) or opened + day <= latest
        told.append(t)
    return told


def told_surveys(world: World) -> list[Row]:
    contacts = {c["contact_id"]: c for c in world["contacts"]}
    told = []
    for s in world["surveys"]:
        asked = contacts.get(s["contact_id"], {})
        low, high, score = (number(s[n]) for n in ("scale_min", "scale_max", "score"))
        position = None
        if score is not None and low is not None and high is not None and high > low:
            # Six decimals are kept of where an answer lies.
            position = Fraction(round(float((score - low) / (high - low)), 6)).limit_denominator(10**6)
        told.append({**s, "n": 1, "channel": asked.get("channel"), "team": asked.get("team"), "score": score,
                     "position": position, "segment": segment(world, asked)})  # fmt: skip
    return told


def told_customers(world: World) -> list[Row]:
    columns = ("joined_on", "first_value_on", "left_on", "last_active_on")
    days = [k[c] for k in world["customers"] for c in columns if k[c] is not None]
    told = []
    for k in world["customers"]:
        seen = k["first_value_on"] or k["left_on"] or max(days)  # type: ignore[type-var]
        told.append({**k, "n": 1, "days": (seen - k["joined_on"]).days})  # type: ignore[operator]
    return told


def told_capacity(world: World) -> list[Row]:
    told = []
    for r in world["capacity"]:
        used = [
            number(c["handle_s"]) or Fraction(0)
            for c in world["contacts"]
            if c["channel"] == "voice"
            and str(c["outcome"]).lower() != "abandoned"
            and (day := local(c["started_at"]))
            and r["period_start"] <= day < r["period_end"]  # type: ignore[operator]
        ]
        any_work = [
            c for c in world["contacts"]
            if str(c["outcome"]).lower() != "abandoned"
            and (day := local(c["started_at"])) and r["period_start"] <= day < r["period_end"]  # type: ignore[operator]
        ]  # fmt: skip
        held = r["group"] == "g" and any_work
        # Twelve decimals of an hour are kept.
        hours = Fraction(round(sum(used, Fraction(0)) / 3600 * 10**12), 10**12)
        told.append({**r, "n": 1, "handle_h": hours if held else None})
    return told


def told_campaigns(world: World) -> list[Row]:
    told = []
    for r in world["campaigns"]:
        parts = [number(r[n]) or Fraction(0) for n in ("marketing", "advertising") if r[n] is not None]
        told.append({**r, "n": 1, "spend": sum(parts, Fraction(0)) if parts else None})
    return told


TOLD: dict[str, Callable[[World], list[Row]]] = {
    "contacts": told_contacts, "cases": told_cases, "surveys": told_surveys, "customers": told_customers,
    "capacity": told_capacity, "campaigns": told_campaigns,
}  # fmt: skip

# -- the oracle: one line a metric ---------------------------------------------------------------------

Test = Callable[[Row], object]
Figure = Fraction | None


def ratio(top: Test, bottom: Test, among: Test, times: int = 1) -> Callable[[Sequence[Row]], Figure]:
    """Sum of one over sum of the other, of the rows counted."""

    def value(rows: Sequence[Row]) -> Figure:
        mine = [r for r in rows if among(r)]
        below = sum((number(bottom(r)) or Fraction(0) for r in mine), Fraction(0))
        above = sum((number(top(r)) or Fraction(0) for r in mine), Fraction(0))
        return times * above / below if below else None

    return value


def share(of: Test, among: Test, times: int = 1) -> Callable[[Sequence[Row]], Figure]:
    """Rows (each for as many as it stands for) that are both, over those of the second."""
    return ratio(lambda r: int(str(r["n"])) * int(of(r)), lambda r: r["n"], among, times)  # type: ignore[call-overload]


def mean(column: str, among: Test = lambda r: True) -> Callable[[Sequence[Row]], Figure]:
    """Of the rows that say it."""
    return ratio(lambda r: r[column], lambda r: r["n"], lambda r: r[column] is not None and among(r))


def amount(among: Test) -> Callable[[Sequence[Row]], Figure]:
    return lambda rows: Fraction(sum(int(str(r["n"])) for r in rows if among(r)))


def decile(column: str, part: Fraction, among: Test) -> Callable[[Sequence[Row]], Figure]:
    def value(rows: Sequence[Row]) -> Figure:
        known = sorted(number(r[column]) for r in rows if among(r) and r[column] is not None)  # type: ignore[type-var]
        return known[math.ceil(part * len(known)) - 1] if known else None

    return value


def one_scale(kind: str) -> Callable[[Sequence[Row]], Figure]:
    """Mean answer, unless answers were given on several scales."""

    def value(rows: Sequence[Row]) -> Figure:
        mine = [r for r in rows if r["kind"] == kind and r["score"] is not None]
        if len({(r["scale_min"], r["scale_max"]) for r in mine}) != 1:
            return None
        return sum((r["score"] for r in mine), Fraction(0)) / len(mine)  # type: ignore[misc]

    return value


def index(rows: Sequence[Row]) -> Figure:
    by: dict[object, list[Fraction]] = defaultdict(list)
    for r in rows:
        if r["kind"] == "index" and r["position"] is not None:
            by[r["question"]].append(r["position"])  # type: ignore[arg-type]
    means = [sum(many, Fraction(0)) / len(many) for many in by.values()]
    return 100 * sum(means, Fraction(0)) / len(means) if means else None


def half_there(rows: Sequence[Row]) -> Figure:
    """Kaplan-Meier, a day at a time: the first day by whose end half or fewer are left."""
    left = Fraction(1)
    for day in range(400):
        risk = [r for r in rows if r["days"] >= day]  # type: ignore[operator]
        there = [r for r in risk if r["days"] == day and r["first_value_on"] is not None]
        if there:
            left *= 1 - Fraction(len(there), len(risk))
            if left <= Fraction(1, 2):
                return Fraction(day)
    return None


def handled(r: Row) -> bool:
    return not r["gone"]


def quick(r: Row) -> bool:
    return Decimal(str(r["wait_s"])) <= 20


def waited(r: Row) -> bool:
    """Its wait is known, and its own: a row that stands for many has only the sum of theirs."""
    return r["wait_s"] is not None and bool(r["one"])


def yes(column: str) -> Test:
    return lambda r: r[column] == "true"


def of_kind(kind: str) -> Test:
    return lambda r: r["kind"] == kind and r["position"] is not None


def nps(r: Row) -> bool:
    return (r["kind"], r["scale_min"], r["scale_max"]) == ("nps", "0", "10") and r["score"] is not None


def known(*columns: str) -> Test:
    return lambda r: all(r[c] is not None for c in columns)


def alone(r: Row) -> bool:
    """A machine ended it alone: no agent in it, and none it was handed to."""
    return bool(r["machine"]) and not r["agent"] and r["outcome"] not in ("transferred", "escalated")


def handed(r: Row) -> bool:
    return bool(r["machine"]) and not r["agent"] and not alone(r)


def settled_alone(r: Row) -> bool:
    """And the customer neither left it open nor came back."""
    return alone(r) and not r["followed"] and r["outcome"] not in ("unresolved", "abandoned")


ORACLE: dict[str, Callable[[Sequence[Row]], Figure]] = {
    "abandonment_rate": share(lambda r: r["gone"], lambda r: r["agent"]),
    "agent_turnover": ratio(lambda r: r["leavers"], lambda r: r["heads"], known("leavers", "heads"), 12),
    "automated_resolution_rate": share(
        settled_alone, lambda r: r["bot"] and r["settled"] and r["outcome"] is not None
    ),
    "average_handle_time": mean("handle_s", handled),
    "average_hold_time": mean("hold_s", handled),
    "average_speed_of_answer": mean("wait_s", handled),
    "average_talk_time": mean("talk_s", handled),
    "average_wrap_time": mean("wrap_s", handled),
    "complaint_rate": share(yes("complaint"), known("complaint")),
    "complaint_resolution_time": mean("resolution", yes("complaint")),
    "complaints_received": amount(yes("complaint")),
    "complaints_resolved": share(lambda r: r["done"], yes("complaint")),
    "complaints_upheld": share(yes("upheld"), lambda r: yes("complaint")(r) and r["upheld"] is not None),
    "contacts_handled": amount(handled),
    "contacts_offered": amount(lambda r: True),
    "containment_rate": share(alone, lambda r: r["machine"] and r["outcome"] is not None),
    "customer_churn_rate": share(lambda r: r["lost"], lambda r: r["there"] and r["told"]),
    "customer_effort_score": one_scale("ces"),
    "customer_rating": one_scale("rating"),
    "customer_satisfaction": share(lambda r: r["position"] >= Fraction(3, 4), of_kind("csat")),  # type: ignore[operator]
    "customer_satisfaction_index": index,
    "deflection_rate": share(alone, lambda r: not handed(r)),
    "escalation_rate": share(lambda r: r["escalated"], lambda r: handled(r) and r["escalated"] is not None),
    "failure_demand_rate": share(lambda r: r["failure"], known("failure")),
    "first_contact_resolution": share(
        lambda r: not r["followed"], lambda r: handled(r) and r["repeat"] is False and r["settled"]
    ),
    "first_contact_resolution_by_flag": share(
        lambda r: r["contacts"] == 1 and r["reopens"] in (None, "0"), lambda r: r["done"] and r["contacts"]
    ),
    "first_contact_resolution_by_survey": share(lambda r: r["position"] > Fraction(1, 2), of_kind("fcr")),  # type: ignore[operator]
    "first_response_time": mean("reply"),
    "first_response_time_business": mean("open_reply"),
    "handle_time_p90": decile("handle_s", Fraction(9, 10), lambda r: handled(r) and r["one"]),
    "marketing_cost_per_contact": ratio(
        lambda r: r["spend"], lambda r: r["reached"], known("spend", "reached")
    ),
    "median_resolution_time": decile("resolution", Fraction(1, 2), lambda r: r["done"]),
    "net_promoter_score": ratio(
        lambda r: 100 * ((r["score"] >= 9) - (r["score"] <= 6)), lambda r: r["n"], nps  # type: ignore[operator]
    ),
    "occupancy": ratio(
        lambda r: r["handle_h"], lambda r: r["available_h"], known("handle_h", "available_h")
    ),
    "reopen_rate": share(lambda r: r["reopens"] != "0", lambda r: r["done"] and r["reopens"] is not None),
    "repeat_contact_rate": share(lambda r: r["followed"], lambda r: handled(r) and r["settled"]),
    "resolution_time": mean("resolution"),
    "resolution_time_business": mean("open_resolution"),
    "resolved_within_target": share(
        lambda r: r["resolution"] is not None and r["resolution"] <= 86400, lambda r: r["due"]  # type: ignore[operator]
    ),
    "self_service_success": share(
        settled_alone, lambda r: r["machine"] and r["settled"] and r["outcome"] is not None
    ),
    "service_level": share(lambda r: handled(r) and quick(r), waited),
    "service_level_forgiving": share(quick, waited),
    "service_level_of_answered": share(quick, lambda r: handled(r) and waited(r)),
    "shrinkage": ratio(
        lambda r: (number(r["paid_h"]) or 0) - (number(r["available_h"]) or 0),
        lambda r: r["paid_h"], known("paid_h", "available_h"),
    ),
    "speed_of_answer_p90": decile("wait_s", Fraction(9, 10), lambda r: handled(r) and r["one"]),
    "survey_response_rate": share(lambda r: r["score"] is not None, lambda r: True),
    "time_to_value": half_there,
    "transfer_rate": share(
        lambda r: r["outcome"] == "transferred", lambda r: handled(r) and r["outcome"] is not None
    ),
    "user_churn_rate": share(lambda r: r["quiet"], lambda r: r["active"] and r["sure"]),
    "utilisation": ratio(
        lambda r: r["available_h"], lambda r: r["paid_h"], known("paid_h", "available_h")
    ),
}  # fmt: skip
WHEN = {"cases": "opened_at", "contacts": "started_at", "surveys": "sent_at", "customers": "joined_on",
        "capacity": "period_start", "campaigns": "period_start"}  # fmt: skip
STOCKS = ("customer_churn_rate", "user_churn_rate")


def end_of_data(world: World) -> date:
    """The last day of the last month that any row with a time lies in, or the last day told of a customer."""
    times = {"contacts": "started_at", "handlings": "started_at", "cases": "opened_at", "surveys": "sent_at"}
    found = [local(r[column]) for table, column in times.items() for r in world[table]]
    ends = [
        next(periods(Period(d, d + timedelta(days=1)), "month")).end - timedelta(days=1) for d in found if d
    ]
    columns = ("joined_on", "first_value_on", "left_on", "last_active_on")
    return max([*ends, *(k[c] for k in world["customers"] for c in columns if k[c] is not None)])  # type: ignore[type-var]


def those_there(world: World, rows: list[Row], period: Period) -> list[Row]:
    """Who was there at the start, what became of them, and whether the data goes far enough to say."""
    month, end = timedelta(days=30), end_of_data(world)
    seen_to = max((r["last_active_on"] for r in rows if r["last_active_on"] is not None), default=date.min)  # type: ignore[type-var]
    for r in rows:
        joined, left, active = r["joined_on"], r["left_on"], r["last_active_on"]
        before = joined < period.start  # type: ignore[operator]
        r["there"] = before and (left is None or left >= period.start)  # type: ignore[operator]
        r["lost"] = left is not None and left < period.end  # type: ignore[operator]
        r["told"] = period.start <= end
        r["active"] = before and active is not None and active >= period.start - month  # type: ignore[operator]
        r["quiet"] = active is not None and active + month < period.end  # type: ignore[operator]
        r["open"] = r["active"] and seen_to < active + month < period.end  # type: ignore[operator]
    sure = period.start <= seen_to and not any(r["open"] for r in rows)  # type: ignore[operator]
    return [{**r, "sure": sure} for r in rows]


def rows_in(metric: str, world: World, period: Period) -> list[Row]:
    """The rows that a metric counts in a period."""
    card = catalogue()[metric]
    rows = TOLD[card.table](world)
    if metric in STOCKS:
        return those_there(world, rows, period)
    when = card.counted_on.partition(".")[2]
    when = when if when.endswith("_at") else WHEN[card.table]
    return [r for r in rows if (day := local(r[when])) is not None and day in period]


def told(
    metric: str, world: World, grain: str, by: Sequence[str]
) -> dict[tuple[date, tuple[object, ...]], Figure]:
    """The figure of each period and slice that has any row."""
    spans = [SPAN] if grain == "whole" else list(periods(SPAN, grain))  # type: ignore[arg-type]
    found = {}
    for period in spans:
        groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        within = Period(max(period.start, SPAN.start), min(period.end, SPAN.end))
        for row in rows_in(metric, world, within):
            groups[tuple(row[d] for d in by)].append(row)
        for values, rows in groups.items():
            found[period.start, values] = ORACLE[metric](rows)
    return found


# -- asking percontact ---------------------------------------------------------------------------------


def ask(world: World, metrics: Sequence[str], question: Slice) -> Panel:
    book, policy = make_book(world, timezone=ZONE.key), parse_policy(POLICY)
    cards = [catalogue()[m] for m in metrics]
    return measure(
        cards, question, con=connect(), book=book, policy=policy, costed=lambda: CostedBook(book, policy)
    )


def agree(panel: Panel, world: World, metric: str, grain: str, by: Sequence[str]) -> None:
    expected = told(metric, world, grain, by)
    found = {place: f.value for place, f in panel.figures[metric].items()}
    for place in {*expected, *found}:
        assert found.get(place) == expected.get(place), (metric, place)
    whole = told(metric, world, "whole", ())
    assert panel.totals[metric].value == whole.get((SPAN.start, ())), metric


def dims(table: str, world: World) -> tuple[str, ...]:
    """The dimensions of a table that any row can say."""
    if table == "surveys" and not world["contacts"]:
        return ()
    known = bool(world["customers"]) or table == "customers"
    return tuple(d for d in TABLE_BY[table] if d != "segment" or known)


def of(table: str) -> list[str]:
    return [c.metric for c in CARDS if c.table == table]


# Making a book of files for each try is slow, so fewer are tried, and a failing one is shown as found.
TRIED = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_every_metric_has_an_oracle() -> None:
    assert set(ORACLE) == {c.metric for c in CARDS}


@pytest.mark.parametrize("table", TABLE_BY)
@TRIED
@given(data=st.data(), world=worlds())
def test_a_metric_is_what_a_plain_count_says(table: str, data: st.DataObject, world: World) -> None:
    """By month, quarter or whole, and by any of the table's dimensions."""
    if not world[table]:
        return
    known = dims(table, world)
    by = tuple(data.draw(st.lists(st.sampled_from(known), unique=True))) if known else ()
    grain = data.draw(st.sampled_from(["month", "whole", "quarter"]))
    panel = ask(world, of(table), Slice(SPAN, grain, by))
    for metric in of(table):
        agree(panel, world, metric, grain, by)


@TRIED
@given(data=st.data(), world=worlds())
def test_parts_add_up_and_are_divided_after(data: st.DataObject, world: World) -> None:
    """A total is the sum of the numerators over the sum of the denominators, never a mean of means."""
    table = data.draw(st.sampled_from(["contacts", "cases", "customers", "capacity", "campaigns"]))
    if not world[table]:
        return
    panel = ask(world, of(table), Slice(SPAN, "month", dims(table, world)))
    for card in panel.cards:
        if card.kind not in ("amount", "ratio", "share", "net") or card.metric in STOCKS:
            continue
        parts, total = panel.figures[card.metric].values(), panel.totals[card.metric]
        if card.kind == "amount":
            assert sum((f.value or 0 for f in parts), Fraction(0)) == (total.value or 0)
            continue
        top = sum((f.numerator or 0 for f in parts), Fraction(0))
        bottom = sum((f.denominator or 0 for f in parts), Fraction(0))
        assert (top, bottom) == (total.numerator or 0, total.denominator or 0), card.metric
        assert total.value == (top / bottom * Fraction(card.times) if bottom else None), card.metric
        assert all(f.value is None for f in parts if not f.denominator), card.metric


@TRIED
@given(data=st.data(), world=worlds())
def test_a_condition_on_a_slice_is_that_slice(data: st.DataObject, world: World) -> None:
    """And a further dimension never changes the total."""
    table = data.draw(st.sampled_from(list(TABLE_BY)))
    if not world[table] or (table == "surveys" and not world["contacts"]):
        return
    one = data.draw(st.sampled_from(dims(table, world)))
    by = ask(world, of(table), Slice(SPAN, "month", (one,)))
    finer = ask(world, of(table), Slice(SPAN, "month", dims(table, world)))
    bare = ask(world, of(table), Slice(SPAN, "month"))
    assert by.totals == finer.totals == bare.totals
    for value in {values[0] for _, values in by.places}:
        condition = Condition(one, ("" if value is None else str(value),))
        only = ask(world, of(table), Slice(SPAN, "month", (), (condition,)))
        for metric in of(table):
            mine = {p: replace(f, values=()) for (p, v), f in by.figures[metric].items() if v == (value,)}
            assert {p: f for (p, _), f in only.figures[metric].items()} == mine, metric


@TRIED
@given(world=worlds())
def test_what_is_asked_beside_a_metric_changes_nothing(world: World) -> None:
    """All in one pass, or each in a pass of its own."""
    question = Slice(SPAN, "month", ("channel",))
    if not world["contacts"]:
        return
    together = ask(world, of("contacts"), question)
    for metric in ("service_level", "first_contact_resolution", "escalation_rate", "handle_time_p90"):
        alone = ask(world, [metric], question)
        assert alone.figures[metric] == together.figures[metric]
        assert alone.totals[metric] == together.totals[metric]
