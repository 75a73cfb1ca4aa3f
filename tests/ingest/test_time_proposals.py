# SPDX-License-Identifier: Apache-2.0
"""Proposals of times: what decides how dates are written and in which zone is taken, the rest is asked."""

from collections.abc import Callable

import pytest

from percontact.ingest.proposal import Proposal
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def calls(*starts: str, header: str = "Start") -> str:
    """A file of calls that differ in their start only."""
    return f"Call ID,{header}\n" + "".join(f"c{i},{start}\n" for i, start in enumerate(starts))


# -- dates ---------------------------------------------------------------------------------------------------


def test_a_date_that_could_be_april_or_march_is_asked(of: Propose) -> None:
    """03/04/2026 alone: 3 April or 4 March."""
    proposal = of(calls("03/04/2026 10:00", "05/04/2026 11:00"))
    assert keys(proposal) == ["started_at.order"]
    (question,) = proposal.questions
    assert [(o.value, o.label) for o in question.options] == [
        ("dmy", "day first: 03/04/2026 10:00 is 3 April 2026"),
        ("mdy", "month first: 03/04/2026 10:00 is 4 March 2026"),
    ]
    assert all(o.evidence == "reads 2 of 2 dates" for o in question.options)
    assert "format" not in proposal.text.split("columns:")[1].split("keep")[0]


@pytest.mark.parametrize(("answer", "form"), [("dmy", "%d/%m/%Y %H:%M"), ("mdy", "%m/%d/%Y %H:%M")])
def test_the_answer_about_a_date_becomes_its_format(of: Propose, answer: str, form: str) -> None:
    proposal = of(calls("03/04/2026 10:00"), answers={"started_at.order": answer})
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"column": "Start", "format": form}


@pytest.mark.parametrize(
    ("decider", "form"), [("13/04/2026 10:00", "%d/%m/%Y %H:%M"), ("04/13/2026 10:00", "%m/%d/%Y %H:%M")]
)
def test_one_day_above_twelve_anywhere_decides_the_order(of: Propose, decider: str, form: str) -> None:
    """Five hundred dates that say nothing, and one that does."""
    proposal = of(calls(*["03/04/2026 10:00"] * 500, decider))
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"column": "Start", "format": form}


def test_dates_that_contradict_each_other_are_asked_and_the_odd_ones_set_aside(of: Propose, desk) -> None:
    """13/04/2026 can only be day first, 04/14/2026 only month first."""
    text = calls("13/04/2026", "04/14/2026", "13/05/2026", "01/02/2026")
    proposal = of(text)
    assert keys(proposal) == ["started_at.order"]
    assert [(o.value, o.evidence) for o in proposal.questions[0].options] == [
        ("dmy", "reads 3 of 4 dates"),
        ("mdy", "reads 2 of 4 dates"),
    ]
    answered = of(text, answers={"started_at.order": "dmy"})
    staged = desk.read(text, mapping=answered.text)
    assert [(a.line, a.code) for a in staged.aside] == [(3, "E-TIME-01")]


def test_two_styles_in_one_column_are_both_read_when_each_is_certain(of: Propose) -> None:
    """13/04/2026 11:13 and 14-Apr-26."""
    proposal = of(calls("13/04/2026 11:13", "14-Apr-26"))
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"column": "Start", "format": ["%d-%b-%y", "%d/%m/%Y %H:%M"]}


def test_iso_dates_decide_nothing_about_others_beside_them(of: Propose) -> None:
    """2026-04-13 in the same column says nothing about 03/04/2026."""
    assert keys(of(calls("2026-04-13", "03/04/2026"))) == ["started_at.order"]


def test_a_column_written_alike_is_read_alike(of: Propose) -> None:
    """Created has 13/04/2026, so Closed, with the same signs, is day first too."""
    text = "Ticket ID,Created,Closed\n1,13/04/2026 10:00,05/06/2026 10:00\n2,01/05/2026 10:00,\n"
    proposal = of(text, "cases")
    assert keys(proposal) == []
    assert origin(proposal, "closed_at") == {"column": "Closed", "format": "%d/%m/%Y %H:%M"}


def test_two_digits_of_a_year_are_read_as_a_year(of: Propose) -> None:
    proposal = of(calls("31.12.25 10:00", "01.01.26 10:00"))
    assert origin(proposal, "started_at") == {"column": "Start", "format": "%d.%m.%y %H:%M"}


def test_words_and_small_numbers_are_no_dates(of: Propose) -> None:
    """n/a, 10 and 5 were dates to a library once."""
    with pytest.raises(PercontactError, match="E-FILE-04"):
        of(calls("n/a", "10", "5"))


def test_seconds_since_1970_are_known_by_their_size(of: Propose) -> None:
    assert origin(of(calls("1775203200", "1775203260")), "started_at") == {
        "column": "Start",
        "unit": "epoch_s",
    }
    assert origin(of(calls("1775203200000")), "started_at") == {"column": "Start", "unit": "epoch_ms"}


@pytest.mark.parametrize(
    ("value", "unit", "utc"),
    [
        ("46125.5", "excel_day", "2026-04-13 10:00:00"),
        ("2461143.916666667", "julian_day", "2026-04-13 10:00:00"),
    ],
)
def test_days_that_are_counted_are_known_by_their_size(of: Propose, desk, value, unit, utc) -> None:
    """46125.5 is noon in Berlin on 13 April 2026 for Excel; Julian days are in UTC."""
    text = calls(value)
    proposal = of(text)
    assert origin(proposal, "started_at") == {"column": "Start", "unit": unit}
    assert [str(t) for t in desk.column(text, "started_at", mapping=proposal.text)] == [utc]


def test_a_day_and_a_time_of_day_in_two_columns_are_joined(of: Propose, desk) -> None:
    text = "Call ID,Date,Time,Duration (s)\n1,13.04.2026,9:12:58,20\n2,14.04.2026,10:00:01,30\n"
    proposal = of(text)
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"columns": ["Date", "Time"], "format": "%d.%m.%Y %H:%M:%S"}
    staged = desk.read(text, mapping=proposal.text)
    assert [str(t) for (t,) in desk.rows(staged, "started_at")] == [
        "2026-04-13 07:12:58",
        "2026-04-14 08:00:01",
    ]


# -- zones ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("local", ["2026-03-29 02:30", "2026-10-25 02:30"])
def test_a_local_time_that_never_was_or_came_twice_asks_for_the_zone(of: Propose, local: str) -> None:
    """Europe/Berlin: clocks skip 02:00-03:00 on 29 March 2026 and repeat it on 25 October."""
    text = calls(local, "2026-06-01 10:00")
    proposal = of(text)
    assert keys(proposal) == ["zone"]
    assert [o.value for o in proposal.questions[0].options] == ["Europe/Berlin", "UTC"]
    assert of(text, answers={"zone": "UTC"}).mapping.timezone == "UTC"
    assert of(text, answers={"zone": "America/New_York"}).mapping.timezone == "America/New_York"


def test_times_that_name_their_offset_need_no_zone(of: Propose) -> None:
    assert keys(of(calls("2026-03-29T02:30:00Z", "2026-10-25T02:30:00+02:00"))) == []


def test_a_zone_in_the_header_is_taken(of: Propose) -> None:
    proposal = of(calls("2026-03-29 02:30", header="Start (UTC)"))
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"column": "Start (UTC)", "timezone": "UTC"}


@pytest.mark.parametrize(
    "written",
    ["13/04/2026 10:00 UTC", "13/04/2026 10:00 GMT", "13.04.2026 10:00Z", "2026-04-13 10:00:00 GMT",
     "2026-04-13T10:00 GMT", "04/13/2026 10:00 AM GMT", "2026-04-13 10:00:00 UTC"],
)  # fmt: skip
def test_zones_that_are_the_same_everywhere_are_read(of: Propose, desk, written: str) -> None:
    text = calls(written)
    proposal = of(text)
    assert keys(proposal) == []
    staged = desk.read(text, mapping=proposal.text)
    assert [str(t) for (t,) in desk.rows(staged, "started_at")] == ["2026-04-13 10:00:00"]


def test_letters_that_several_zones_share_are_asked_about(of: Propose, desk) -> None:
    text = calls("13/04/2026 10:00 CEST", "13/01/2026 10:00 CET")
    asked = of(text)
    (question,) = asked.questions
    assert question.key == "started_at.zone"
    assert "CEST and CET" in question.text
    answered = of(text, answers={"started_at.zone": "Europe/Berlin"})
    assert keys(answered) == []
    staged = desk.read(text, mapping=answered.text)
    hours = [str(t)[11:16] for (t,) in desk.rows(staged, "started_at")]
    assert hours == ["08:00", "09:00"]
    assert [q.key for q, _ in of(text, answers={"started_at.zone": "Berlin"}).wrong] == ["started_at.zone"]


def test_one_abbreviation_all_year_may_be_a_fixed_distance(of: Propose, desk) -> None:
    text = calls("2026-07-13 10:00:00 EST", "2026-01-13 10:00:00 EST")
    (question,) = of(text).questions
    assert [o.value for o in question.options][-1] == "Etc/GMT+5"
    staged = desk.read(text, mapping=of(text, answers={"started_at.zone": "Etc/GMT+5"}).text)
    assert [str(t)[11:16] for (t,) in desk.rows(staged, "started_at")] == ["15:00", "15:00"]


def test_times_of_which_some_name_no_zone_or_another_one_are_not_taken_together(of: Propose) -> None:
    for other in ("13/04/2026 10:00", "13/04/2026 10:00 PST"):
        with pytest.raises(PercontactError, match="E-FILE-04"):
            of(calls("13/04/2026 10:00 CET", other))
