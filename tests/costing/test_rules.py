# SPDX-License-Identifier: Apache-2.0
"""Rules: which pool a ledger line joins, and what the rule says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import CostedBook
from percontact.records.books import Row
from percontact.values.money import from_pico, to_pico
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Cost = Callable[..., CostedBook]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
POOLS = "pools: {a: , b: }\n"


def claimed(cost_of: Cost, rules: str, *lines: Row) -> list[str | None]:
    """The pool of each line, in order, of lines that lie in one month."""
    costed = cost_of(POOLS + f"rules: [{rules}]", ledger=list(lines))
    return [
        pool
        for (pool,) in costed.con.execute("SELECT pool FROM line_month ORDER BY row_id, month").fetchall()
    ]


def test_the_first_rule_that_matches_wins(cost_of: Cost) -> None:
    """6100 fits both; 6200 only the second; 7000 none."""
    rules = "{match: {account: 6100}, to: a}, {match: {account: '6*'}, to: b}"
    lines = [{"account": a} for a in ("6100", "6200", "7000")]
    assert claimed(cost_of, rules, *lines) == ["a", "b", None]


@pytest.mark.parametrize(
    ("pattern", "account", "fits"),
    [
        ("6100", "6100", True),
        ("6100", "61000", False),
        ("61*", "6100", True),
        ("*00", "6100", True),
        ("*1*", "6100", True),
        ("6*0", "6100", True),
        ("*", "anything", True),
        ("SALARIES", "salaries", True),
        ("salaries", "Salaries", True),
        ("ÄRZTE*", "ärzte nord", True),
        ("10%", "10%", True),
        ("10%", "10 percent", False),
        ("a_c", "abc", False),
        ("a\\c", "a\\c", True),
        ("it''s", "it''s", True),
    ],
)
def test_a_pattern_is_text_with_stars_and_no_case(
    cost_of: Cost, pattern: str, account: str, fits: bool
) -> None:
    """`*` is any text, nothing else is special, upper and lower case are one."""
    pattern, account = pattern.replace("''", "'"), account.replace("''", "'")
    quoted = pattern.replace("'", "''")
    assert claimed(cost_of, f"{{match: {{account: '{quoted}'}}, to: a}}", {"account": account}) == [
        "a" if fits else None
    ]


def test_any_value_of_a_list_and_every_column_must_fit(cost_of: Cost) -> None:
    """account 6100 or 6200, and cost centre north."""
    rule = "{match: {account: [6100, 6200], cost_centre: north}, to: a}"
    lines = [("6100", "north"), ("6200", "North"), ("6100", "south"), ("6300", "north"), ("6100", None)]
    rows = [{"account": a, "cost_centre": c} for a, c in lines]
    assert claimed(cost_of, rule, *rows) == ["a", "a", None, None, None]


def test_an_empty_pattern_is_an_empty_cell_and_a_star_is_not(cost_of: Cost) -> None:
    """vendor "" fits the line without a vendor; vendor * fits the one with one."""
    rules = "{match: {vendor: ''}, to: a}, {match: {vendor: '*'}, to: b}"
    assert claimed(cost_of, rules, {"vendor": None}, {"vendor": "Linden"}) == ["a", "b"]


def test_a_rule_without_match_takes_every_line(cost_of: Cost) -> None:
    """{to: a}"""
    assert claimed(cost_of, "{to: a}", {"account": "1"}, {"account": "x", "vendor": "y"}) == ["a", "a"]


def test_a_dated_rule_holds_from_its_first_month_up_to_its_last(cost_of: Cost) -> None:
    """One line over May to August; `a` from June until August, else `b`. The first day of a month decides."""
    line = {"period_start": "2026-05-01", "period_end": "2026-09-01"}
    rules = "{to: a, from: 2026-06-01, until: 2026-08-01}, {to: b}"
    assert claimed(cost_of, rules, line) == ["b", "a", "a", "b"]


def test_a_rule_from_the_middle_of_a_month_holds_from_the_next(cost_of: Cost) -> None:
    """from 2026-06-15: the first day of June lies before it, that of July does not."""
    line = {"period_start": "2026-06-01", "period_end": "2026-08-01"}
    assert claimed(cost_of, "{to: a, from: 2026-06-15}, {to: b}", line) == ["b", "a"]


def test_a_column_that_a_file_adds_can_be_matched(cost_of: Cost) -> None:
    """project: blue"""
    assert claimed(cost_of, "{match: {project: blue}, to: a}", {"project": "Blue"}) == ["a"]


def test_a_column_that_is_not_there_is_refused(cost_of: Cost) -> None:
    """cost_center"""
    with pytest.raises(PercontactError) as error:
        claimed(cost_of, "{match: {cost_center: '6*'}, to: a}", {})
    assert (error.value.problem.code, error.value.problem.where) == ("E-POL-02", "policy.yaml:2: rule 1")
    assert error.value.problem.why == "Did you mean cost_centre?"


def test_what_a_rule_says_of_a_line_stands_before_what_the_line_says(cost_of: Cost) -> None:
    """The line is fixed and indirect; the rule says variable and nothing of nature."""
    costed = cost_of(
        POOLS + "rules: [{to: a, behaviour: variable, category: pay}]",
        ledger=[{"behaviour": "fixed", "nature": "indirect", "category": "other"}],
    )
    found = costed.con.execute("SELECT nature, behaviour, category FROM line_month").fetchone()
    assert found == ("indirect", "variable", "pay")


def test_outside_is_in_no_figure_and_in_sight(cost_of: Cost) -> None:
    """100 marketing outside, 50 salaries: the ledger of customer service is 50."""
    costed = cost_of(
        "pools: {a: }\nrules: [{match: {account: 68*}, to: outside}, {to: a}]",
        contacts=[{}], ledger=[{"account": "6800"}, {"amount": "50"}],
    )  # fmt: skip
    found = costed.reconciliation(JUNE)
    assert (found.ledger, found.assigned, found.outside) == (to_pico("50"), to_pico("50"), to_pico("100"))


def test_a_line_that_no_rule_claims_is_unassigned(cost_of: Cost) -> None:
    """30 of 100 have no rule."""
    costed = cost_of(
        "pools: {a: }\nrules: [{match: {account: 61*}, to: a}]",
        contacts=[{}], ledger=[{"account": "6100", "amount": "70"}, {"account": "9", "amount": "30"}],
    )  # fmt: skip
    found = costed.reconciliation(JUNE)
    assert (from_pico(found.assigned), from_pico(found.unassigned), from_pico(found.unclaimed)) == (
        70,
        30,
        30,
    )


def test_billed_cost_lies_where_it_was_booked_and_effective_where_it_belongs(cost_of: Cost) -> None:
    """
    12,000 for a year, booked on 20 March: billed 12,000 in March; effective 31/365 of it in each long
    month.
    """
    line = {
        "period_start": "2026-01-01",
        "period_end": "2027-01-01",
        "posted_on": "2026-03-20",
        "amount": "12000",
    }
    billed = {
        m: from_pico(c) for (_, m), (c, _) in cost_of(ledger=[line], amounts="billed").pool_costs.items()
    }
    effective = {m: from_pico(c) for (_, m), (c, _) in cost_of(ledger=[line]).pool_costs.items()}
    assert billed == {date(2026, 3, 1): 12000}
    assert round(effective[date(2026, 1, 1)], 2) == Decimal("1019.18")
    assert (len(effective), sum(effective.values())) == (12, 12000)


def test_an_effective_amount_stands_before_the_billed_one(cost_of: Cost) -> None:
    """amount 0, effective 25 (FOCUS: a prepaid use): 25 accrued, 0 billed."""
    line = {"amount": "0", "effective": "25"}
    assert [
        from_pico(cost_of(ledger=[line], amounts=a).unassigned.pico) for a in ("effective", "billed")
    ] == [25, 0]
