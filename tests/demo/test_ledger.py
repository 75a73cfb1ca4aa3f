# SPDX-License-Identifier: Apache-2.0
"""The ledger holds what makes ledgers hard, and the policy beside it claims all of it but one line."""

from datetime import date
from fnmatch import fnmatchcase
from typing import Any
from typing import Any as Written  # the class of conftest.py, which importlib mode does not let us import

import yaml

from percontact.costing.policy_file import parse_policy


def test_some_3000_lines_in_three_currencies(told: Written) -> None:
    assert 2800 < told.one("SELECT count(*) FROM ledger") < 3300
    assert told.truth["ledger"]["lines"] == told.one("SELECT count(*) FROM ledger")
    assert told.ask("SELECT DISTINCT currency FROM ledger ORDER BY 1") == [("EUR",), ("PLN",), ("USD",)]
    assert told.one("SELECT count(*) - count(DISTINCT line_id) FROM ledger") == 0


def test_each_currency_has_a_rate_for_every_month_a_line_reaches_into(told: Written) -> None:
    missing = """
        SELECT count(*) FROM (
            SELECT DISTINCT currency, unnest(generate_series(period_start, period_end - 1,
                   INTERVAL 1 MONTH))::DATE AS month
            FROM ledger WHERE currency <> 'EUR') AS l
        WHERE NOT EXISTS (FROM fx WHERE from_currency = l.currency AND l.month >= fx.period_start
            AND l.month < fx.period_end)"""
    assert told.one(missing) == 0
    assert told.ask("SELECT DISTINCT to_currency FROM fx") == [("EUR",)]
    low, high = told.ask("SELECT min(1 / rate), max(1 / rate) FROM fx WHERE from_currency = 'PLN'")[0]
    assert 4.0 < low < 4.3 < high < 4.6


def test_annual_licences_are_paid_in_advance(told: Written) -> None:
    annual = told.ask(
        "SELECT line_id, posted_on, period_start FROM ledger WHERE period_end - period_start > 300 ORDER BY 1"
    )
    assert sorted(line for line, *_ in annual) == sorted(told.truth["ledger"]["annual"])
    assert len(annual) >= 16
    assert all(posted < start.replace(month=12, day=31) for _, posted, start in annual)


def test_no_line_is_for_days_before_the_books(told: Written) -> None:
    assert told.one("SELECT min(period_start) FROM ledger") == date(2024, 7, 1)


def test_one_correction_comes_three_months_late(told: Written) -> None:
    (line,) = told.ask(
        "SELECT line_id, posted_on - period_end, account FROM ledger WHERE class = 'correction'"
    )
    assert line == (told.truth["ledger"]["late_correction"], 88, "7000")


def test_one_vendor_gives_money_back(told: Written) -> None:
    assert told.ask("SELECT line_id FROM ledger WHERE amount < 0") == [(told.truth["ledger"]["credit_note"],)]


def test_the_policy_is_read_without_complaint_and_claims_all_lines_but_one(told: Written) -> None:
    text = (told.folder / "policy.yaml").read_text(encoding="utf-8")
    parse_policy(text)
    rules = yaml.safe_load(text)["rules"]
    lines = told.ask(
        "SELECT line_id, account, coalesce(cost_centre, ''), coalesce(vendor, ''), period_start FROM ledger"
    )
    unclaimed = [line for line, *cells in lines if not any(claims(rule, *cells) for rule in rules)]
    assert unclaimed == [told.truth["ledger"]["no_rule_claims"]]


def claims(rule: dict[str, Any], account: str, centre: str, vendor: str, day: date) -> bool:
    """Whether a rule's patterns fit a line, as the policy's reference page says."""
    found = {"account": account, "cost_centre": centre, "vendor": vendor}
    for name, patterns in rule["match"].items():
        wanted = patterns if isinstance(patterns, list) else [patterns]
        if not any(fnmatchcase(found[name].lower(), str(pattern).lower()) for pattern in wanted):
            return False
    return bool(rule.get("from", day) <= day < rule.get("until", date.max))


def test_the_ai_vendor_was_an_innovation_project_until_the_launch(told: Written) -> None:
    span = "SELECT min(period_start), max(period_start) FROM ledger WHERE vendor = 'Linden AI' AND account ="
    assert told.ask(f"{span} '7190'") == [(date(2024, 7, 1), date(2025, 9, 1))]
    assert told.ask(f"{span} '7100'") == [(date(2025, 10, 1), date(2026, 6, 1))]


def test_the_bill_of_the_ai_vendor_is_its_meter_times_its_price(told: Written) -> None:
    policy = yaml.safe_load((told.folder / "policy.yaml").read_text(encoding="utf-8"))
    price = next(p["price"] for p in policy["prices"] if p["item"] == "resolution")
    metered = told.one("SELECT sum(quantity) FROM usage WHERE item = 'resolution'")
    billed = told.one("SELECT sum(amount)::DECIMAL(18,2) FROM ledger WHERE text LIKE 'Resolutions %'")
    assert abs(float(billed) - metered * price) < 0.25  # a cent of rounding for each of 24 bills


def test_pay_is_most_of_the_cost(told: Written) -> None:
    """People in teams, in euro: about seven tenths, as personnel usually is."""
    share = told.one("""
        SELECT sum(amount * coalesce(rate, 1)) FILTER (account < '6300') / sum(amount * coalesce(rate, 1))
        FROM ledger LEFT JOIN fx ON from_currency = currency AND fx.period_start = date_trunc('month',
            ledger.period_start)""")
    assert 0.65 < share < 0.85
