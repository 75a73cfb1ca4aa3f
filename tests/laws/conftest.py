# SPDX-License-Identifier: Apache-2.0
"""Any book and any policy, and a slow costing by another hand to compare with.

worlds   a strategy of World: the rows of a Book, a policy, and the months they lie in
oracle   costs a World with exact fractions, row by row, in plain Python
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from percontact.costing import CostedBook, Policy, Pool, Rule, cost
from percontact.costing.policy import Shrinkage, UnitTime
from percontact.records.books import make_book
from percontact.values.period import Period, add_months, periods
from percontact.values.problem import PercontactError

Row = dict[str, object]
Strategy = st.SearchStrategy

FIRSTS = (date(2024, 1, 1), date(2025, 12, 1), date(2026, 6, 1))
ACCOUNTS = ("6100", "6200", "6350", "7000", "8000", "9999")
AMOUNTS = ("0", "12000.00", "-45.50", "99.999999999999", "0.0000001", "1000000000000", "365.25", "-0.01", "7")
USD_RATE = Decimal("0.917")


@dataclass(frozen=True)
class World:
    """Rows by table, a policy, a time zone, the months that work lies in, and those that any cost lies in."""

    tables: Mapping[str, list[Row]]
    policy: Policy
    timezone: str
    worked: Period
    span: Period

    def cost(self) -> CostedBook:
        book = make_book(self.tables, timezone=self.timezone)
        if self.policy.shared_pools:
            try:
                cost(book, self.policy).rates(self.span)
            except PercontactError as error:
                assume(error.problem.code != "E-POL-03")  # cost that goes round in a circle has no answer
                raise
        return cost(book, self.policy)


# -- any rows ----------------------------------------------------------------------------------------


def a_time(first: date, months: int) -> Strategy[datetime]:
    """Any moment of some months, to the second, far enough from their ends for every time zone."""
    days = (add_months(first, months) - first).days
    return st.integers(24 * 3600, (days - 1) * 86400 - 1).map(
        lambda s: datetime(first.year, first.month, 1) + timedelta(seconds=s)
    )


def seconds() -> Strategy[str | None]:
    return st.sampled_from([None, "0", "0.001", "12.345", "300", "599.999", "5"])


@st.composite
def contacts(draw: st.DrawFn, first: date, months: int) -> list[Row]:
    rows = []
    for i in range(draw(st.integers(0, 7))):
        at = draw(a_time(first, months))
        row: Row = {
            "contact_id": f"c{i}",
            "started_at": at,
            "channel": draw(st.sampled_from(["voice", "chat", "email", "ai_agent", None])),
            "team": draw(st.sampled_from(["north", "south", None])),
            "reason": draw(st.sampled_from(["refund", "login", None])),
            "agent": draw(st.sampled_from(["x", "y", None])),
            "actor": draw(st.sampled_from([None, None, "bot", "agent"])),
            "customer_id": draw(st.sampled_from(["k1", "k2", None])),
            "case_id": draw(st.sampled_from(["m1", "m2", None])),
            "outcome": draw(st.sampled_from([None, "resolved", "abandoned"])),
            "count": draw(st.sampled_from([1, 1, 1, 3, 40])),
            "messages": draw(st.sampled_from([None, 0, 4])),
            "handle_s": draw(seconds()),
        }
        if draw(st.booleans()):
            row["ended_at"] = at + timedelta(seconds=draw(st.sampled_from([0, 1, 90, 600])))
        rows.append(row)
    return rows


@st.composite
def handlings(draw: st.DrawFn, first: date, months: int, of: list[Row]) -> list[Row]:
    """Stretches of work landed apart, for some contacts, perhaps in another month."""
    rows = []
    for contact in of:
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            rows.append(
                {
                    "handling_id": f"h{len(rows)}",
                    "contact_id": contact["contact_id"],
                    "started_at": draw(a_time(first, months)),
                    "team": draw(st.sampled_from([None, "north", "south"])),
                    "channel": draw(st.sampled_from([None, None, "chat"])),
                    "actor": draw(st.sampled_from([None, "agent", "bot"])),
                    "agent": draw(st.sampled_from([None, "x", "z"])),
                    "messages": draw(st.sampled_from([None, 2])),
                    "handle_s": draw(seconds()),
                }
            )
    return rows


@st.composite
def spans(draw: st.DrawFn, first: date, months: int) -> tuple[date, date]:
    """A month, a year from some month, or some odd days."""
    start = add_months(first, draw(st.integers(0, months - 1)))
    kind = draw(st.sampled_from(["month", "month", "quarter", "year", "days"]))
    if kind == "days":
        start += timedelta(days=draw(st.integers(0, 27)))
        return start, start + timedelta(days=draw(st.integers(1, 45)))
    return start, add_months(start, {"month": 1, "quarter": 3, "year": 12}[kind])


@st.composite
def ledger_lines(draw: st.DrawFn, first: date, months: int, *, negative: bool) -> list[Row]:
    rows = []
    for i in range(draw(st.integers(0, 5))):
        start, end = draw(spans(first, months))
        amount = draw(st.sampled_from([a for a in AMOUNTS if negative or not a.startswith("-")]))
        rows.append(
            {
                "line_id": f"l{i}",
                "account": draw(st.sampled_from(ACCOUNTS)),
                "cost_centre": draw(st.sampled_from([None, "cc1"])),
                "period_start": start,
                "period_end": end,
                "amount": amount,
                "currency": draw(st.sampled_from([None, None, "EUR", "USD"])),
                "behaviour": draw(st.sampled_from([None, "fixed", "variable"])),
                "class": draw(st.sampled_from([None, "correction"])),
            }
        )
    return rows


@st.composite
def usage(draw: st.DrawFn, first: date, months: int, of: list[Row]) -> list[Row]:
    ids = [None, *[c["contact_id"] for c in of]]
    return [
        {
            "usage_id": f"u{i}",
            "contact_id": draw(st.sampled_from(ids)),
            "used_at": draw(a_time(first, months)),
            "vendor": "v",
            "item": "token",
            "quantity": draw(st.sampled_from(["0", "1", "0.000001", "2.5", "1000"])),
        }
        for i in range(draw(st.integers(0, 4)))
    ]


@st.composite
def capacities(draw: st.DrawFn, first: date, months: int, *, ample: bool) -> list[Row]:
    """Supply of groups in some months: missing, zero, too small, ample; or only paid hours."""
    rows: list[Row] = []
    for group in ("g", "h"):
        for month in range(months):
            hours = draw(st.sampled_from([None, "1000"] if ample else [None, "0", "0.01", "2.5", "1000"]))
            if hours is None:
                continue
            start = add_months(first, month)
            row: Row = {"group": group, "period_start": start, "period_end": add_months(start, 1)}
            row |= {draw(st.sampled_from(["practical_h", "paid_h"])): hours}
            row |= {"heads": draw(st.sampled_from([None, "3", "0"]))}
            rows.append(row)
    return rows


# -- any policy --------------------------------------------------------------------------------------

SCOPES = (
    (),
    (),
    (("channel", ("voice", "chat")),),
    (("team", ("north",)),),
    (("actor", ("agent",)),),
    (("actor", ("bot",)),),
    (("channel", ("email",)), ("team", ("north", "south"))),
)
DRIVERS = ("handle_s", "handle_s", "contacts", "offered", "messages", "usage:token")


@st.composite
def policies(draw: st.DrawFn, *, concurrent: bool) -> Policy:
    pools: dict[str, Pool] = {}
    for i in range(draw(st.integers(1, 3))):
        driver = draw(st.sampled_from(DRIVERS))
        group = draw(st.sampled_from([None, "g", "h"])) if driver == "handle_s" else None
        pools[f"work{i}"] = Pool(f"work{i}", driver, draw(st.sampled_from(SCOPES)), group)
    work, shared = list(pools), [f"shared{i}" for i in range(draw(st.integers(0, 3)))]
    for name in shared:
        to = draw(
            st.lists(st.sampled_from([n for n in [*work, *shared] if n != name]), min_size=1, unique=True)
        )
        driver = draw(st.sampled_from(["weights", "weights", "cost", "practical_h", "heads", "contacts"]))
        weights = {n: Decimal(draw(st.sampled_from(["0", "1", "2", "0.5"]))) for n in to}
        pools[name] = Pool(name, driver, (), None, tuple(to), weights if driver == "weights" else {})
    targets = st.sampled_from(list(pools))
    rules = [
        Rule(draw(targets), (("account", ("6100",)), ("cost_centre", ("cc*",)))),
        Rule(draw(targets), (("account", ("6*",)),), end=date(2026, 7, 1)),
        Rule(
            draw(targets), (("account", ("6*", "7000")),), behaviour=draw(st.sampled_from([None, "variable"]))
        ),
        Rule("outside", (("account", ("8000",)),)),
    ]
    equations = [
        UnitTime((("channel", ("email",)),), Decimal("90.5"), {"messages": Decimal(2)}),
        UnitTime((("team", ("north",)), ("actor", ("agent",))), Decimal(60)),
    ]
    return Policy(
        pools=pools,
        rules=tuple(draw(st.permutations(rules))[: draw(st.integers(0, 4))]),
        method=draw(st.sampled_from(["direct", "step-down", "reciprocal"])),
        order=tuple(draw(st.permutations(shared))),
        shrinkage=draw(st.sampled_from([(), (Shrinkage(None, Decimal("0.3")),)])),
        unit_times=tuple(draw(st.sampled_from([[], equations]))),
        concurrent_channels=("chat",) if concurrent and draw(st.booleans()) else (),
    )


@st.composite
def any_world(
    draw: st.DrawFn, *, concurrent: bool = True, negative: bool = True, ample: bool = False
) -> World:
    first, months = draw(st.sampled_from(FIRSTS)), draw(st.integers(1, 4))
    people = draw(contacts(first, months))
    tables = {
        "contacts": people,
        "handlings": draw(st.one_of(st.just([]), handlings(first, months, people))),
        "ledger": draw(ledger_lines(first, months, negative=negative)),
        "usage": draw(usage(first, months, people)),
        "capacity": draw(capacities(first, months, ample=ample)),
        "fx": [
            {
                "period_start": first,
                "period_end": add_months(first, 24),
                "from_currency": "USD",
                "to_currency": "EUR",
                "rate": USD_RATE,
            }
        ],
    }
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
    return World(
        {name: rows for name, rows in tables.items() if rows},
        draw(policies(concurrent=concurrent)),
        zone,
        Period(first, add_months(first, months)),
        Period(first, add_months(first, months + 11)),
    )


@pytest.fixture(scope="session")
def worlds() -> Callable[..., Strategy[World]]:
    return any_world


# -- the oracle --------------------------------------------------------------------------------------


@dataclass
class Told:
    """
    What the oracle says, in currency units: cells of (month, team, channel), pools of (name, month), and each
    row of work with its cost.
    """

    cells: dict[tuple[date, object, object], Fraction]
    unused: dict[tuple[str, date], Fraction]
    costs: dict[tuple[str | None, date], Fraction]
    rows: list[tuple[Row, Fraction]]


def month_of(row: Row, zone: str) -> date:
    from zoneinfo import ZoneInfo

    at = row["started_at"]
    assert isinstance(at, datetime)
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date().replace(day=1)


def line_costs(world: World) -> dict[tuple[str | None, date], Fraction]:
    """(pool, month) -> cost: each line by days, in its currency, to the first rule that matches."""
    sums: dict[tuple[str | None, date], Fraction] = defaultdict(Fraction)
    for line in world.tables.get("ledger", []):
        start, end = line["period_start"], line["period_end"]
        assert isinstance(start, date)
        assert isinstance(end, date)
        rate = Fraction(USD_RATE) if line["currency"] == "USD" else Fraction(1)
        for month in periods(Period(start, end), "month"):
            days = (min(end, month.end) - max(start, month.start)).days
            part = Fraction(Decimal(str(line["amount"]))) * days / (end - start).days * rate
            sums[pool_of(world.policy, line, month.start), month.start] += part
    return sums


def pool_of(policy: Policy, line: Row, month: date) -> str | None:
    def fits(pattern: str, cell: object) -> bool:
        return cell is not None and (
            cell == pattern or (pattern[-1] == "*" and str(cell).startswith(pattern[:-1]))
        )

    for rule in policy.rules:
        dated = (rule.start is None or month >= rule.start) and (rule.end is None or month < rule.end)
        if dated and all(any(fits(p, line[column]) for p in patterns) for column, patterns in rule.match):
            return rule.to
    return None


def work_rows(world: World) -> list[Row]:
    """Contacts and handlings with n, handled, effort and every dimension as it is shown."""
    legs = world.tables.get("handlings", [])
    by_id = {c["contact_id"]: c for c in world.tables.get("contacts", [])}
    led = {h["contact_id"] for h in legs}
    used: dict[object, Fraction] = defaultdict(Fraction)
    for u in world.tables.get("usage", []):
        used[u["contact_id"]] += Fraction(Decimal(str(u["quantity"])))
    rows = []
    for c in by_id.values():
        own = c["contact_id"] not in led
        handled = 0 if c["outcome"] == "abandoned" else int(str(c["count"]))
        told = [h for h in legs if h["contact_id"] == c["contact_id"] and h["messages"] is not None]
        row = c | {"actor": actor(c["actor"], c["channel"]), "month": month_of(c, world.timezone)}
        row |= {"offered": c["count"], "contacts": handled, "messages": 0 if told else (c["messages"] or 0)}
        row |= {"usage:token": used[c["contact_id"]]}
        row["handle_s"] = effort(world.policy, row, c, handled > 0) if own else Fraction(0)
        rows.append(row)
    for h in legs:
        c = by_id[h["contact_id"]]
        row = {k: h.get(k) if h.get(k) is not None else c[k] for k in ("team", "channel", "actor", "reason")}
        row |= {"actor": actor(row["actor"], row["channel"]), "month": month_of(h, world.timezone)}
        row |= {"offered": 0, "contacts": 0, "usage:token": 0, "messages": h["messages"] or 0}
        row["handle_s"] = effort(world.policy, row, h | {"count": 1}, True)
        row |= {k: c[k] for k in ("contact_id", "customer_id", "case_id", "outcome")}
        rows.append(row)
    return rows


def actor(told: object, channel: object) -> object:
    return told or {"ai_agent": "bot", "self_service": "self_service", "ivr": "ivr"}.get(
        str(channel), "agent"
    )


def inside(scope: tuple[tuple[str, tuple[str, ...]], ...], row: Row) -> bool:
    return all(row[d] in values for d, values in scope)


def effort(policy: Policy, row: Row, source: Row, worked: bool) -> Fraction:
    if source["handle_s"] is not None:
        return Fraction(Decimal(str(source["handle_s"])))
    for u in policy.unit_times:
        if inside(u.scope, row):
            extra = sum((Fraction(v) * int(str(source[k] or 0)) for k, v in u.extra_s.items()), Fraction(0))
            return Fraction(u.base_s) * int(str(source["count"])) + extra if worked else Fraction(0)
    return Fraction(0)


def hours(world: World, group: str | None, month: date, name: str) -> Fraction | None:
    found = [
        r for r in world.tables.get("capacity", []) if r["group"] == group and r["period_start"] == month
    ]
    known = [Fraction(Decimal(str(r[name]))) for r in found if r.get(name) is not None]
    if not known and name == "practical_h" and found and found[0].get("paid_h") and world.policy.shrinkage:
        known = [Fraction(Decimal(str(found[0]["paid_h"]))) * (1 - Fraction(world.policy.shrinkage[0].share))]
    return sum(known) if known else None  # type: ignore[return-value]


def given(world: World, month: date, own: dict[str, Fraction], rows: list[Row]) -> dict[str, Fraction]:
    """Costs after the shared pools have given, by repeated giving: reciprocal is its limit."""
    policy, costs = world.policy, dict(own)
    order = [p.name for p in policy.shared_pools]
    shares = {name: weights_of(world, policy.pools[name], month, own, rows) for name in order}
    if policy.method == "reciprocal":
        return reciprocal(costs, shares)
    closed = set(order) if policy.method == "direct" else set()
    for name in order:
        closed.add(name)
        open_ = {r: w for r, w in shares[name].items() if r not in closed and w}
        if costs[name] and open_:
            for r, w in open_.items():
                costs[r] += costs[name] * w / sum(open_.values())
            costs[name] = Fraction(0)
    return costs


def reciprocal(costs: dict[str, Fraction], shares: dict[str, dict[str, Fraction]]) -> dict[str, Fraction]:
    """Remove one giver at a time: what it receives goes on to those it serves (absorbing Markov chain)."""
    flow = {
        g: {r: w / sum(s.values()) for r, w in s.items() if w} for g, s in shares.items() if any(s.values())
    }
    costs = dict(costs)
    for g in list(flow):
        out = flow.pop(g)
        loop = out.pop(g, Fraction(0))
        if loop == 1:  # it serves only itself, through others: its cost stays where it can be seen
            continue
        out = {r: w / (1 - loop) for r, w in out.items()}
        for r, w in out.items():
            costs[r] += costs[g] * w
        costs[g] = Fraction(0)
        for other in flow.values():
            through = other.pop(g, Fraction(0))
            for r, w in out.items():
                other[r] = other.get(r, Fraction(0)) + through * w
    return costs


def weights_of(
    world: World, pool: Pool, month: date, own: dict[str, Fraction], rows: list[Row]
) -> dict[str, Fraction]:
    pools = world.policy.pools
    if pool.driver == "weights":
        return {r: Fraction(pool.weights[r]) for r in pool.to}
    if pool.driver == "cost":
        return {r: max(Fraction(0), own[r]) for r in pool.to}
    if pool.driver == "contacts":
        here = [row for row in rows if row["month"] == month]
        return {
            r: Fraction(
                sum(
                    int(str(w["contacts"])) for w in here if not pools[r].shared and inside(pools[r].scope, w)
                )
            )
            for r in pool.to
        }
    return {r: hours(world, pools[r].group, month, pool.driver) or Fraction(0) for r in pool.to}


def tell(world: World) -> Told:
    """Cost every row on basis used."""
    lines, rows = line_costs(world), work_rows(world)
    told = Told(defaultdict(Fraction), {}, lines, [])
    spent = [Fraction(0) for _ in rows]
    for month in periods(world.span, "month"):
        own = {name: lines.get((name, month.start), Fraction(0)) for name in world.policy.pools}
        costs = given(world, month.start, own, rows)
        for pool in world.policy.work_pools:
            mine = [r for r in rows if r["month"] == month.start and inside(pool.scope, r)]
            quantity = sum((Fraction(str(r[pool.driver])) for r in mine), Fraction(0))
            supply = None
            if pool.group:
                supply = (hours(world, pool.group, month.start, "practical_h") or 0) * 3600 or None
            if not quantity:
                told.unused[pool.name, month.start] = costs[pool.name] if supply else Fraction(0)
                continue
            over = supply or quantity
            if pool.driver == "usage:token":
                known = sum((r["usage:token"] for r in rows if r["month"] == month.start), Fraction(0))
                over *= 1 + loose_use(world, month.start) / known
            rate = costs[pool.name] / over
            told.unused[pool.name, month.start] = (
                Fraction(0) if supply is None else costs[pool.name] - rate * quantity
            )
            for i, r in enumerate(rows):
                if any(r is m for m in mine):
                    spent[i] += rate * Fraction(str(r[pool.driver]))
                    told.cells[month.start, r["team"], r["channel"]] += rate * Fraction(str(r[pool.driver]))
    told.rows = list(zip(rows, spent, strict=True))
    return told


def loose_use(world: World, month: date) -> Fraction:
    """Tokens of a month that name no contact."""
    known = {c["contact_id"] for c in world.tables.get("contacts", [])}
    mine = [
        u
        for u in world.tables.get("usage", [])
        if u["contact_id"] not in known
        and month_of(u | {"started_at": u["used_at"]}, world.timezone) == month
    ]
    return sum((Fraction(Decimal(str(u["quantity"]))) for u in mine), Fraction(0))


@pytest.fixture(scope="session")
def oracle() -> Callable[[World], Told]:
    return tell


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Laws are long tests: `make laws` tries them hard, `make oldest` tries them too."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
