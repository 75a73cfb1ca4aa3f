# SPDX-License-Identifier: Apache-2.0
"""How weeks and fiscal years are counted, as a user sets it and as every answer then counts."""

from decimal import Decimal

import pytest

RETAIL = ("--fiscal-start", "2", "--fiscal-weeks", "4-5-4", "--fiscal-year-ends", "nearest-saturday",
          "--fiscal-named", "start")  # fmt: skip


def test_settings_are_shown_and_kept(tiny, shell):
    """A workspace with weeks from Monday; then the retail calendar, whose weeks begin on Sunday."""
    assert "weeks from Monday, fiscal years are calendar years" in shell("-C", "books", "settings").out
    assert "FY2026 begins on 2026-02-01" in shell("-C", "books", "settings", *RETAIL).out
    kept = shell("-C", "books", "settings", "--json").json
    assert kept == {
        "currency": "EUR", "timezone": "Europe/Berlin", "fiscal_start_month": 2, "fiscal_pattern": "4-5-4",
        "fiscal_year_ends": "nearest", "fiscal_end_day": "saturday", "fiscal_named": "start",
        "week_starts": "sunday",
    }  # fmt: skip


def test_a_workspace_can_be_made_with_its_fiscal_calendar(shell):
    """init --fiscal-start 10: FY2026 begins on 1 October 2025."""
    made = ("init", "b", "--currency", "EUR", "--timezone", "UTC", "--fiscal-start", "10", "--json")
    assert shell(*made).json["fiscal_start_month"] == 10
    assert "FY2026 begins on 2025-10-01" in shell("-C", "b", "settings").out


def test_fiscal_months_of_weeks_add_up_to_the_ledger(tiny, shell):
    """
    Contacts of 1 to 20 June 2026, 200 a day, of 2.50 EUR. By the retail calendar P04 of 2026 ends on
    30 May, P05 begins on 31 May; by 4-4-5 from 1 January, last Sunday, P06 is 25 May to 28 June.
    """
    shell("-C", "books", "settings", *RETAIL)
    rows = shell("-C", "books", "cost", "--grain", "fiscal-month", "--json").json["rows"]
    assert [(r["period"], r["contacts"], r["cost"]) for r in rows] == [("FY2026-P05", 4000, "10000.00")]
    weeks = shell("-C", "books", "cost", "--grain", "week", "--json").json["rows"]
    # Sunday 31 May to 6 June: 6 days; then 7; then 14 to 20 June: 7.
    assert [(r["period"], r["contacts"]) for r in weeks] == [
        ("2026-W22", 1200), ("2026-W23", 1400), ("2026-W24", 1400)
    ]  # fmt: skip
    assert sum(Decimal(r["cost"]) for r in weeks) == Decimal("10000.00")


def test_a_fiscal_month_that_begins_inside_a_month_has_its_days_only(tiny, shell):
    """4-4-5, years ending on the last Friday of December: P06 of 2026 ends on Friday 26 June."""
    ends = ("--fiscal-weeks", "4-4-5", "--fiscal-year-ends", "last-friday")
    shell("-C", "books", "settings", *ends)
    asked = ("--from", "FY2026-P06", "--to", "FY2026-P06", "--grain", "fiscal-month")
    answer = shell("-C", "books", "cost", *asked, "--json").json
    assert answer["rows"][0]["period"] == "FY2026-P06"
    assert any("cuts a month" in note for note in answer["notes"])
    later = ("--from", "2026-06-15", "--to", "2026-06-30", "--grain", "fiscal-month")
    notes = shell("-C", "books", "cost", *later, "--json").json["notes"]
    assert any(n.startswith("FY2026-P06 is in the span only in part: 2026-06-15 to") for n in notes)


def test_metrics_count_by_the_same_periods(tiny, shell):
    """Handled contacts by retail weeks: those of `cost`."""
    shell("-C", "books", "settings", *RETAIL)
    figures = shell("-C", "books", "measure", "AHT", "--grain", "week", "--json").json["figures"]
    assert [(f["period"], int(Decimal(f["denominator"]))) for f in figures] == [
        ("2026-W22", 1200), ("2026-W23", 1400), ("2026-W24", 1400)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--fiscal-year-ends", "last-friday"), "the fiscal year is not one of weeks"),
        (("--fiscal-start", "13"), "13 is not in the range"),
        (("--week-starts", "someday"), "'someday' is not one of"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(tiny, shell, options, says):
    """Nothing is changed, and the message says why."""
    ran = shell("-C", "books", "settings", *options)
    assert ran.code == 2
    assert says in ran.err
    assert shell("-C", "books", "settings", "--json").json["fiscal_start_month"] == 1


def test_a_closed_period_keeps_its_days(tiny, shell):
    """FY2026-Q2 was closed as April to June; a year from July would make it October to December."""
    assert shell("-C", "books", "close", "FY2026-Q2").code == 0
    ran = shell("-C", "books", "settings", "--fiscal-start", "7")
    assert ran.code == 2
    assert "FY2026-Q2 would name other days" in ran.err
    assert shell("-C", "books", "close", "FY2026-Q2", "--reopen", "new fiscal year").code == 0
    assert shell("-C", "books", "settings", "--fiscal-start", "7").code == 0
