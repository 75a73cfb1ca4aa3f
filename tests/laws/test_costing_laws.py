# SPDX-License-Identifier: Apache-2.0
"""Laws of costing: for any book and any policy, however odd, no cent is lost, made or moved by looking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from percontact.costing import Condition, Slice
from percontact.costing.cells import Cell
from percontact.costing.contact_cost import priced_contacts
from percontact.costing.policy import OUTSIDE
from percontact.costing.trail import trail
from percontact.report.state import state
from percontact.values.fiscal import NAMED, PATTERNS, WEEKDAYS, YEAR_ENDS, FiscalCalendar
from percontact.values.money import PICO
from percontact.values.period import GRAINS, Period, add_months, start_of

# A book is written and costed for each example, a quarter of a second: a third of the profile's examples.
fewer = settings(max_examples=max(10, settings.default.max_examples // 3))

DIMENSIONS = (
    "team",
    "channel",
    "reason",
    "agent",
    "actor",
    "assisted",
    "weekday",
    "hour",
    "contact_id",
    "pool",
)
CONDITIONS = (
    Condition("team", ("north",)),
    Condition("team", ("",)),
    Condition("channel", ("voice", "")),
    Condition("reason", ("refund",), negate=True),
    Condition("assisted", ("assisted",)),
    Condition("weekday", ("1", "2", "3")),
)
CALENDARS = st.builds(
    FiscalCalendar,
    *map(st.sampled_from, (range(1, 13), PATTERNS, YEAR_ENDS, WEEKDAYS, NAMED, WEEKDAYS)),
)
Worlds = Callable[..., st.SearchStrategy[Any]]


def total(cells: Iterable[Cell]) -> int:
    return sum(c.pico for c in cells)


@st.composite
def questions(draw: st.DrawFn, span: Period) -> Slice:
    """Any question about some of the months."""
    start = add_months(span.start, draw(st.integers(0, 2)))
    end = add_months(start, draw(st.integers(1, 3)))
    return Slice(
        Period(start, end),
        draw(st.sampled_from(["day", "week", "month", "quarter", "year"])),
        tuple(draw(st.lists(st.sampled_from(DIMENSIONS), max_size=3, unique=True))),
        tuple(draw(st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True))),
        draw(st.sampled_from(["used", "full", "marginal"])),
    )


@fewer
@given(st.data())
def test_every_cent_lands_exactly_once(worlds: Worlds, data: st.DataObject) -> None:
    """Per pool and month, and over the whole ledger: assigned + unused + unassigned == cost, in pico."""
    world = data.draw(worlds())
    costed = world.cost()
    found = costed.reconciliation(world.span)
    assert found.assigned + found.unused + found.unassigned == found.ledger
    for rate in costed.rates(world.span):
        assert rate.assigned + rate.unused + rate.unassigned == rate.cost, rate
    by_currency: dict[object, Decimal] = defaultdict(Decimal)
    for line in world.tables.get("ledger", []):
        by_currency[line["currency"] or "EUR"] += Decimal(str(line["amount"]))
    placed = costed.con.execute(
        "SELECT currency, sum(source_pico), count(*) FROM line_month GROUP BY 1"
    ).fetchall()
    assert {c: Decimal(p) / PICO for c, p, _ in placed} == by_currency
    # In the reporting currency there is one rounding to the pico for each line of another currency and month.
    exact = Fraction(by_currency["EUR"]) + Fraction(by_currency["USD"]) * Fraction("0.917")
    foreign = sum(n for currency, _, n in placed if currency != "EUR")
    assert abs(found.ledger + found.outside - exact * PICO) <= foreign


@fewer
@given(st.data())
def test_a_slice_never_changes_a_total(worlds: Worlds, data: st.DataObject) -> None:
    """Any dimensions, conditions, grain and basis: cells + what is left out == the amount assigned."""
    world = data.draw(worlds())
    question = data.draw(questions(world.span))
    costed = world.cost()
    plain = Slice(question.span, basis=question.basis)
    whole = total(costed.cells(plain)[0])
    inside, outside = costed.cells(question)
    assert total(inside) + total(outside) == whole
    assert total(costed.cells(replace(question, by=()))[0]) == total(inside)
    if len(question.where) == 1:
        other = replace(question.where[0], negate=not question.where[0].negate)
        assert total(costed.cells(replace(question, where=(other,)))[0]) == total(outside)
    if question.basis == "full":
        assert whole == sum(r.cost for r in costed.rates(question.months) if r.quantity)


@fewer
@given(st.data())
def test_pricing_sums_and_summing_prices_are_one(worlds: Worlds, data: st.DataObject) -> None:
    """
    By team (drivers are added, then priced) == by contact and team (priced, then added): in pico, cell by
    cell.
    """
    world = data.draw(worlds())
    question = replace(data.draw(questions(world.span)), by=("team", "channel"), grain="month")
    costed = world.cost()
    together = costed.cells(question)[0]
    apart = costed.cells(replace(question, by=("contact_id", "team", "channel")))[0]
    for numbers in ("pico", "offered", "handled", "handle_s", "measured", "derived"):
        added: dict[tuple[object, ...], Decimal | int] = defaultdict(int)
        for cell in apart:
            added[cell.period, *cell.values[1:]] += getattr(cell, numbers)
        assert {(c.period, *c.values): getattr(c, numbers) for c in together} == added, numbers
    pools: dict[tuple[object, ...], int] = defaultdict(int)
    for cell in costed.cells(replace(question, by=("team", "pool", "channel")))[0]:
        pools[cell.period, cell.values[0], cell.values[2]] += cell.pico
    assert {(c.period, *c.values): c.pico for c in together} == pools


@fewer
@given(st.data())
def test_a_slow_costing_with_fractions_finds_the_same_cells(
    worlds: Worlds, oracle: Callable[[Any], Any], data: st.DataObject
) -> None:
    """Each cell within a millionth (relative for large amounts), as the rates are whole pico."""
    world = data.draw(worlds(concurrent=False))
    costed, told = world.cost(), oracle(world)
    cells = costed.cells(Slice(world.span, by=("team", "channel")))[0]
    found = {(c.period, *c.values): Fraction(c.pico, PICO) for c in cells}
    tolerance = Fraction(1, 10**6) * max(1, *[abs(c) / 10**9 for c in told.costs.values()], 1)
    for place in {*found, *told.cells}:
        assert abs(found.get(place, 0) - told.cells.get(place, 0)) <= tolerance, place
    for rate in costed.rates(world.span):
        unused = told.unused.get((rate.pool, rate.month), Fraction(0))
        assert abs(Fraction(rate.unused, PICO) - unused) <= tolerance, rate
    ledger = sum((c for (pool, _), c in told.costs.items() if pool != OUTSIDE), Fraction(0))
    assert abs(costed.reconciliation(world.span).ledger - ledger * PICO) <= 200


@fewer
@given(st.data())
def test_marginal_is_part_of_used_and_used_of_full(worlds: Worlds, data: st.DataObject) -> None:
    """
    Where no cost is below zero and capacity suffices: 0 <= marginal <= used <= full, pool by pool and as a
    whole.
    """
    world = data.draw(worlds(negative=False, ample=True))
    costed = world.cost()
    for rate in costed.rates(world.span):
        if rate.capacity is None or rate.capacity >= rate.quantity:
            assert 0 <= rate.amount("marginal") <= rate.amount("used") <= rate.amount("full"), rate
    marginal, used, full = (
        total(costed.cells(Slice(world.span, "year", basis=b))[0]) for b in ("marginal", "used", "full")
    )
    assert marginal <= used <= full


@fewer
@given(st.data())
def test_days_weeks_fiscal_months_and_years_add_up_to_the_same(worlds: Worlds, data: st.DataObject) -> None:
    """
    The sum over any grain is the same; days roll up into their own month, by local time; cut spans
    partition.
    """
    world = data.draw(worlds())
    costed = world.cost()
    calendar = data.draw(CALENDARS)
    answers = {g: costed.cells(Slice(world.worked, g, ("team",), calendar=calendar))[0] for g in GRAINS}
    sums = {g: total(cells) for g, cells in answers.items()}
    assert len(set(sums.values())) == 1, sums
    for grain in GRAINS:
        rolled: dict[tuple[object, ...], int] = defaultdict(int)
        for cell in answers["day"]:
            rolled[start_of(cell.period, grain, calendar), *cell.values] += cell.pico
        assert {(c.period, *c.values): c.pico for c in answers[grain]} == rolled, grain
    cut = data.draw(st.integers(1, (world.worked.end - world.worked.start).days - 1))
    middle = world.worked.start.fromordinal(world.worked.start.toordinal() + cut)
    halves = [Period(world.worked.start, middle), Period(middle, world.worked.end)]
    assert sum(total(costed.cells(Slice(h, "year"))[0]) for h in halves) == sums["year"]
    parts = [costed.reconciliation(h) for h in halves]
    whole = costed.reconciliation(world.worked)
    for part in ("ledger", "assigned", "unused", "unassigned", "outside"):
        assert sum(getattr(p, part) for p in parts) == getattr(whole, part), part


@fewer
@given(st.data())
def test_each_printed_amount_is_rounded_by_itself(worlds: Worlds, data: st.DataObject) -> None:
    """
    Cents of the rows, of assigned, unused and unassigned, of pools: within half a cent each of their whole.
    What rounding leaves of the ledger is said, so that the difference is zero.
    """
    world = data.draw(worlds())
    question = data.draw(questions(world.span))
    costed = world.cost()
    shown = state(
        costed, replace(question, by=tuple(d for d in question.by if d != "contact_id")), compare=False
    )
    if shown.total.cents is not None:
        left = abs(sum(r.cents or 0 for r in shown.rows) - shown.total.cents)
        assert 2 * left <= len(shown.rows) + 1
    proof = shown.proof
    assert proof.difference == 0
    assert abs(proof.rounding) <= 2
    assert proof.assigned + proof.unused + proof.unassigned + proof.rounding == proof.ledger
    for pool in shown.pools:
        assert abs(pool.assigned + pool.unused + pool.unassigned - pool.cost) <= 2, pool
        assert sum(pool.exact[1:]) == pool.exact[0], pool


@fewer
@given(st.data())
def test_a_slice_has_the_same_cents_in_whatever_table_it_stands(worlds: Worlds, data: st.DataObject) -> None:
    """
    A row by channel (team, reason) == the row and the total of a question about that channel alone == the
    total of one parted further.
    """
    world = data.draw(worlds())
    costed = world.cost()
    along = data.draw(st.sampled_from(["channel", "team", "reason"]))
    question = Slice(world.span, by=(along,), basis="used")
    for row in state(costed, question, compare=False).rows:
        only = (Condition(along, (row.values[0] or "",)),)
        alone = state(costed, replace(question, by=(), where=only), compare=False)
        beside = state(costed, replace(question, by=("channel", "team", "reason"), where=only), compare=False)
        assert alone.total.cents == beside.total.cents
        assert [r.cents for r in alone.rows if r.period == row.period] == [row.cents]


@fewer
@given(st.data())
def test_what_a_cell_is_made_of_adds_up_to_it(worlds: Worlds, data: st.DataObject) -> None:
    """
    By account, cost centre or behaviour, shared cost followed to its own lines: the parts sum to the whole.
    """
    world = data.draw(worlds())
    question = data.draw(questions(world.span))
    made_of: Sequence[str] = data.draw(
        st.sampled_from([["account"], ["behaviour"], ["account", "cost_centre"], ["pool", "account"]])
    )
    costed = world.cost()
    by = tuple(dict.fromkeys(["team", *made_of]))
    apart = state(costed, replace(question, by=by, basis="used"), compare=False)
    whole = state(costed, replace(question, by=("team",), basis="used"), compare=False)
    assert apart.total.cents == whole.total.cents


@fewer
@given(st.data())
def test_a_figure_opens_down_to_its_rows(worlds: Worlds, data: st.DataObject) -> None:
    """What a slice costs == the sum of its pools == of its ledger lines == of its contacts, to the pico."""
    world = data.draw(worlds())
    question = replace(data.draw(questions(world.span)), by=(), grain="month")
    costed = world.cost()
    whole = total(costed.cells(question)[0])
    opened = trail(costed, question, top=1000)
    assert opened.pico == whole
    assert sum(p.pico for p in opened.pools) == whole
    assert sum(line.pico for line in opened.lines) == whole
    assert sum(c.pico for c in opened.contacts) == whole
    listed = costed.con.execute(f"SELECT sum(pico) FROM {priced_contacts(costed, question)}").fetchone()
    assert listed is not None
    assert int(listed[0] or 0) == whole
