# SPDX-License-Identifier: Apache-2.0
"""Fiscal years and weeks that others publish, to the day."""

from datetime import date, timedelta

import pytest

from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import Period, label, parse_period, start_of

NRF = FiscalCalendar(2, "4-5-4", "nearest", "saturday", "start", "sunday")
"""The retail calendar of the National Retail Federation (US): to the Saturday nearest to 31 January."""


def test_the_retail_year_2023_has_53_weeks_from_29_january_to_3_february() -> None:
    """
    "The 4-5-4 retail calendar for 2023 starts on Sunday, 29th of January 2023 and ends on Saturday, 3rd of
    February 2024 ... 2023 will be a 53 week year." retaildogma.com/retail-calendar; "fiscal year ending
    February 3, 2024. Fiscal 2023 comprises 53 weeks", Coresight Research, 8 Dec 2022.
    """
    year = parse_period("FY2023", NRF)[0]
    assert (year.start, year.end - timedelta(days=1)) == (date(2023, 1, 29), date(2024, 2, 3))
    assert year.days == 53 * 7


def test_the_retail_years_of_53_weeks_are_those_that_the_federation_names() -> None:
    """
    "this anomaly has occurred in FY'00, FY'06, FY'12 and will occur in FY'17" and "will occur in FY'23":
    nrf.com, 4-5-4 Calendar, explanation of the 53-week year.
    """
    long = [y for y in range(2000, 2025) if parse_period(f"FY{y}", NRF)[0].days == 53 * 7]
    assert long == [2000, 2006, 2012, 2017, 2023]


@pytest.mark.parametrize(
    ("rule", "first", "last"), [("last", 6, 0), ("nearest", 3, -3)], ids=["last weekday", "nearest weekday"]
)
def test_a_tax_year_of_weeks_ends_within_the_days_the_law_says(rule: str, first: int, last: int) -> None:
    """
    26 CFR 1.441-2(a): the last one "may end on the last day of the month, or as many as six days before";
    the nearest "as many as three days before or three days after". Both ends are met over 400 years.
    """
    calendar = FiscalCalendar(7, "4-4-5", rule, "friday", "end")  # type: ignore[arg-type]
    ends = {
        (date(y, 6, 30) - (calendar.year_start(y + 1) - timedelta(days=1))).days for y in range(1900, 2300)
    }
    assert (max(ends), min(ends)) == (first, last)


def test_weeks_from_sunday_are_the_epidemiological_weeks() -> None:
    """
    "The first epi week of the year ends, by definition, on the first Saturday of January, as long as it falls
    at least four days into the month" (PAHO Epidemiological Bulletin 28(4), 2009). CDC seasons begin with
    week 40: September 30, 2012 (MMWR 62(23)) and October 3, 2010 (MMWR 60(06)).
    """
    sunday = FiscalCalendar(week_starts="sunday")
    for day in (date(2012, 9, 30), date(2010, 10, 3)):
        assert label(start_of(day, "week", sunday), "week", sunday) == f"{day.year}-W40"
    for year in range(2000, 2100):
        saturday = next(date(year, 1, d) for d in range(4, 11) if date(year, 1, d).weekday() == 5)
        week = Period(saturday - timedelta(days=6), saturday + timedelta(days=1))
        assert parse_period(f"{year}-W01", sunday)[0] == week
