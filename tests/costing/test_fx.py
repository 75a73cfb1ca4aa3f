# SPDX-License-Identifier: Apache-2.0
"""Exchange rates: the average of a month's own rates, and never another month's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import CostedBook
from percontact.costing.fx import RATE_SCALE, RateRow, month_rates
from percontact.values.money import from_pico
from percontact.values.problem import PercontactError

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def row(start: str, end: str, rate: str, source: str = "USD", target: str = "EUR") -> RateRow:
    return date.fromisoformat(start), date.fromisoformat(end), source, target, Decimal(rate)


def june(*rows: RateRow) -> Decimal:
    return Decimal(month_rates(rows, [("USD", JUNE)], "EUR")["USD", JUNE]) / RATE_SCALE


def test_one_rate_for_a_month_is_its_rate() -> None:
    """0.9 all June."""
    assert june(row("2026-06-01", "2026-07-01", "0.9")) == Decimal("0.9")


def test_daily_rates_are_averaged_by_days() -> None:
    """10 days at 0.90, 20 days at 0.96: 0.94."""
    assert june(row("2026-06-01", "2026-06-11", "0.90"), row("2026-06-11", "2026-07-01", "0.96")) == Decimal(
        "0.94"
    )


def test_days_without_a_quote_do_not_weigh() -> None:
    """Quotes on Friday 5 and Monday 8 June only: 0.90 and 0.92 average 0.91."""
    assert june(row("2026-06-05", "2026-06-06", "0.90"), row("2026-06-08", "2026-06-09", "0.92")) == Decimal(
        "0.91"
    )


def test_rates_of_a_month_weigh_by_the_days_they_hold() -> None:
    """0.9 up to 15 June, 0.96 for the last 15 days: (15 x 0.9 + 15 x 0.96) / 30 = 0.93."""
    long, half = row("2026-04-01", "2026-06-16", "0.9"), row("2026-06-16", "2026-07-01", "0.96")
    assert june(long, half) == Decimal("0.93")


def test_two_rates_on_one_day_are_a_question_not_a_mean() -> None:
    """0.9 for the quarter, and 0.96 on top for the last 15 days of June."""
    quarter, half = row("2026-04-01", "2026-07-01", "0.9"), row("2026-06-16", "2026-07-01", "0.96")
    with pytest.raises(PercontactError, match="E-FX-02"):
        june(quarter, half)


def test_a_rate_quoted_the_other_way_round_is_inverted() -> None:
    """1 EUR = 1.25 USD: 1 USD = 0.80 EUR."""
    assert june(row("2026-06-01", "2026-07-01", "1.25", "EUR", "USD")) == Decimal("0.8")


def test_a_rate_between_two_other_currencies_is_no_rate() -> None:
    """USD in GBP says nothing of EUR: there is no crossing in silence."""
    with pytest.raises(PercontactError):
        june(row("2026-06-01", "2026-07-01", "0.8", "USD", "GBP"))


def test_every_missing_rate_is_named_at_once() -> None:
    """USD has June only; CHF has none."""
    needed = [("USD", JUNE), ("USD", JULY), ("CHF", JUNE)]
    with pytest.raises(PercontactError) as error:
        month_rates([row("2026-06-01", "2026-07-01", "0.9")], needed, "EUR")
    found = error.value.problem
    assert found.code == "E-FX-01"
    assert found.what == "no rate into EUR for CHF in 2026-06, USD in 2026-07"
    assert "never carried forward" in found.why
    assert "percontact import fx" in found.do


def test_a_line_over_two_months_takes_the_rate_of_each(cost_of: Callable[..., CostedBook]) -> None:
    """610 USD over June and July (61 days): 300 x 0.9 + 310 x 0.8 = 270 + 248 EUR."""
    july = {"period_start": "2026-07-01", "period_end": "2026-08-01", "rate": "0.8"}
    line = {"amount": "610", "currency": "USD", "period_end": "2026-08-01"}
    costed = cost_of(ledger=[line], fx=[{"rate": "0.9"}, july])
    assert {m.month: from_pico(c) for (_, m), (c, _) in costed.pool_costs.items()} == {6: 270, 7: 248}


def test_a_line_in_the_reporting_currency_needs_no_rate(cost_of: Callable[..., CostedBook]) -> None:
    """EUR, and no currency at all, in a book of EUR; JPY in a book of JPY."""
    assert str(cost_of(contacts=[{}], ledger=[{"currency": "EUR"}, {}]).assigned) == "EUR 200.00"
    assert str(cost_of(contacts=[{}], ledger=[{"currency": "JPY"}], currency="JPY").assigned) == "JPY 100"
