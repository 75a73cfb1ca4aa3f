# SPDX-License-Identifier: Apache-2.0
"""Public holidays against what governments publish, and how countries and their parts are named."""

from datetime import date

import pytest

from percontact.ingest.public_holidays import countries, days_of, parts_of, place, version
from percontact.values.problem import PercontactError


def days(country: str, part: str, year: int) -> list[str]:
    """Month and day of each public holiday: "01-01"."""
    return [f"{day:%m-%d}" for day, _ in days_of(place(country, part), [year])]


GERMANY = ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]


def test_germany_has_nine_days_in_all_its_states() -> None:
    """
    2026, Bundesministerium des Innern, "Feiertage": New Year, Good Friday, Easter Monday, 1 May, Ascension,
    Whit Monday, 3 October (Einigungsvertrag, article 2), 25 and 26 December. Easter Sunday is 5 April 2026,
    so Good Friday is 3 April, Ascension 39 days after Easter 14 May, Whit Monday 50 days after it 25 May.
    """
    assert days("DE", "", 2026) == GERMANY


def test_bavaria_has_three_more_than_all_of_germany() -> None:
    """
    Bayerisches Feiertagsgesetz (FTG), article 1 (1) no. 1: Epiphany, Corpus Christi (60 days after Easter:
    4 June 2026), All Saints. No. 2, Assumption Day, holds only in communes with more Catholics than
    Protestants.
    """
    assert days("Germany", "Bavaria", 2026) == sorted([*GERMANY, "01-06", "06-04", "11-01"])


def test_the_united_states_keep_a_saturdays_holiday_on_friday() -> None:
    """
    2026, U.S. Office of Personnel Management, "Federal Holidays": 1 January, 19 January, 16 February, 25 May,
    19 June, 3 July ("for July 4, which falls on a Saturday"), 7 September, 12 October, 11 November,
    26 November, 25 December. 4 July itself is the holiday too.
    """
    opm = ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"]
    assert days("US", "", 2026) == sorted([*opm, "07-04"])


def test_new_years_day_of_a_saturday_is_kept_in_the_year_before() -> None:
    """2021, OPM: "Friday, December 31, 2021: New Year's Day", for Saturday, 1 January 2022."""
    assert "12-31" in days("US", "", 2021)
    assert "12-31" not in days("US", "", 2022)


def test_england_has_its_eight_bank_holidays() -> None:
    """
    2026, GOV.UK, "UK bank holidays", England and Wales: 1 January, 3 April, 6 April, 4 May, 25 May,
    31 August, 25 December, 28 December (substitute day for Boxing Day, a Saturday, which is named too).
    """
    govuk = ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]
    assert days("United Kingdom", "England", 2026) == sorted([*govuk, "12-26"])


def test_holidays_are_called_in_english_or_as_their_country_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the language of the machine."""
    monkeypatch.setenv("LANGUAGE", "th")
    bavaria = place("DE", "BY")
    assert dict(days_of(bavaria, [2026]))[date(2026, 6, 4)] == "Corpus Christi"
    assert dict(days_of(bavaria, [2026], "own"))[date(2026, 6, 4)] == "Fronleichnam"


@pytest.mark.parametrize(
    ("country", "part", "name"),
    [
        ("DE", "BY", "Germany, Bavaria"),
        ("deu", "bayern", "Germany, Bavaria"),
        ("Deutschland", "Baden-Wurttemberg", "Germany, Baden-Württemberg"),
        ("uk", "ENG", "United Kingdom, England"),
        ("Sao Tome and Principe", "", "São Tomé and Príncipe"),
        ("usa", "new york", "United States, New York"),
        ("Austria", "Vienna", "Austria, Vienna"),
    ],
)
def test_a_place_is_named_by_codes_or_names(country: str, part: str, name: str) -> None:
    assert place(country, part).name == name


@pytest.mark.parametrize(
    ("country", "part", "what", "why"),
    [
        ("Germny", "", "'Germny' is no country whose holidays are known", "Did you mean Germany"),
        (
            "England",
            "",
            "'England' is no country whose holidays are known",
            "It is a part of United Kingdom.",
        ),
        ("DE", "Bavria", "'Bavria' is no part of Germany whose holidays are known", "Did you mean Bavaria?"),
        ("Malta", "Gozo", "'Gozo' is no part of Malta", "All of it has the same days."),
    ],
)
def test_an_unknown_place_is_told_with_what_is_near(country: str, part: str, what: str, why: str) -> None:
    with pytest.raises(PercontactError) as raised:
        place(country, part)
    told = raised.value.problem
    assert told.code == "E-ARG-01"
    assert told.what.startswith(what)
    assert told.why.startswith(why)
    assert told.do


def test_every_country_can_be_named_by_what_it_is_listed_as() -> None:
    """What the page offers can be chosen: each country, and each part of one that has any."""
    listed = countries()
    assert len(listed) == len({code for code, _ in listed}) >= 200
    for code, name in listed:
        assert place(name).country == code
        names = [part for _, part in parts_of(code)]
        assert len(names) == len(set(names)), name
        assert [place(code, part).part for part, _ in parts_of(code)] == [part for part, _ in parts_of(code)]


def test_without_the_library_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "holidays", None)
    monkeypatch.setitem(sys.modules, "holidays.registry", None)
    with pytest.raises(PercontactError, match="E-LIB-01") as raised:
        version()
    assert "pip install 'percontact[holidays]'" in raised.value.problem.do
    with pytest.raises(PercontactError, match="E-LIB-01"):
        place("DE")
