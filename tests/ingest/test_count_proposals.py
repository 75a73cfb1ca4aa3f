# SPDX-License-Identifier: Apache-2.0
"""Proposals of counts: rows that stand for many contacts, their averages and sums, and their day."""

from collections.abc import Callable

import pytest

from percontact.ingest.proposal import Proposal
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


TOTALS = """Queue,Date,Offered,Answered,Abandoned,ASA (s),{length},SL %
Sales,13/03/2026,10,8,2,15,300,90.0%
Sales,14/03/2026,20,18,2,30,400,80.0%
Total,,30,26,4,25,369,83.3%
"""


@pytest.mark.parametrize("header", ["AHT (s)", "AHT", "Avg Handle Time (s)", "AvgHandleTime (sec)"])
def test_an_average_under_an_abbreviation_counts_once_for_each_contact(of: Propose, desk, header) -> None:
    """8 x 300 + 18 x 400 = 9,600 s; 8 x 15 + 18 x 30 = 660 s."""
    text = TOTALS.format(length=header)
    proposal = of(text, answers={"handle_s.unit": "s"})
    assert keys(proposal) == []
    staged = desk.read(text, mapping=proposal.text)
    sums = "sum(handle_s)::DOUBLE, sum(wait_s)::DOUBLE, sum(count)::DOUBLE"
    assert desk.rows(staged, sums, "") == [(9600, 660, 26)]


def test_the_abandoned_leave_out_the_total_row_as_well(of: Propose, desk) -> None:
    text = TOTALS.format(length="AHT (s)")
    (second,) = of(text).also
    staged = desk.read(text, mapping=second.text)
    assert desk.rows(staged, "sum(count)::DOUBLE", "") == [(4,)]
    assert [(a.line, a.code) for a in staged.aside] == [(4, "E-SKIP-01")]


def test_a_length_that_may_be_an_average_or_a_sum_is_asked_about(of: Propose) -> None:
    text = TOTALS.format(length="ACW (s)")
    proposal = of(text)
    assert keys(proposal) == ["wrap_s.of"]
    assert origin(of(text, answers={"wrap_s.of": "average"}), "wrap_s") == {
        "column": "ACW (s)",
        "times": "Answered",
    }
    assert "times" not in str(origin(of(text, answers={"wrap_s.of": "sum"}), "wrap_s"))
    assert keys(of(TOTALS.format(length="Total ACW (s)"))) == []


BARE_TOTALS = "Interval,Answered\n10:00-10:30,8\n10:30-11:00,9\n"


def test_a_constant_answer_about_the_day_holds_for_this_file_only(of: Propose) -> None:
    proposal = of(BARE_TOTALS, answers={"started_at": "2026-03-02"})
    assert origin(proposal, "started_at") == {"constant": "2026-03-02"}
    assert not proposal.mapping.recognise


def test_a_header_is_no_day(of: Propose) -> None:
    proposal = of(BARE_TOTALS, answers={"started_at": "Interval"})
    assert [(q.key, given) for q, given in proposal.wrong] == [("started_at", "Interval")]
    assert keys(proposal) == ["started_at"]
    assert origin(proposal, "started_at") is None


MONTHLY = (
    'Month,Channel,Contacts,AHT (s)\n2026-01,Phone,"12,000",312\n2026-02,Phone,"11,500",305\n'
    '2026-03,Phone,"12,900",299\n'
)


def test_contacts_counted_by_month_start_on_the_first_of_it(of: Propose, desk) -> None:
    """36,400 calls of three months, 312, 305 and 299 s each."""
    proposal = of(MONTHLY, "contacts")
    assert keys(proposal) == []
    assert origin(proposal, "started_at") == {"column": "Month", "format": "%Y-%m"}
    staged = desk.read(MONTHLY, "contacts", mapping=proposal.text)
    assert [f"{file.month:%Y-%m}" for file in staged.files] == ["2026-01", "2026-02", "2026-03"]
    with_total = f'{MONTHLY}Total,,"36,400",\n'
    assert origin(of(with_total, "contacts"), "started_at") == {"column": "Month", "format": "%Y-%m"}
    named = of(MONTHLY.replace("2026-0", "0").replace("01,", "Jan 2026,").replace("02,", "Feb 2026,")
               .replace("03,", "Mar 2026,"), "contacts")  # fmt: skip
    assert origin(named, "started_at") == {"column": "Month", "format": "%b %Y"}


def test_single_contacts_that_say_only_their_month_are_still_asked_about(of: Propose) -> None:
    """A row is one call; the first of the month is not when it came."""
    with pytest.raises(PercontactError, match="started_at"):
        of("Call ID,Month,Queue\n1,2026-01,Sales\n2,2026-01,Service\n", "contacts")


def test_contacts_queued_and_abandoned_in_quarter_hours_are_counts(of: Propose, desk) -> None:
    """Amazon Connect: 14 queued, 13 handled, 1 abandoned; 21, 19, 2."""
    text = (
        "Queue,StartInterval,EndInterval,Contacts queued,Contacts handled,Contacts abandoned,"
        "Average handle time\n"
        "Billing,2026-05-04T08:00:00Z,2026-05-04T08:15:00Z,14,13,1,00:04:12\n"
        "Billing,2026-05-04T08:15:00Z,2026-05-04T08:30:00Z,21,19,2,00:04:40\n"
    )
    proposal = of(text, "contacts")
    assert keys(proposal) == []
    served = desk.read(text, mapping=proposal.text)
    (also,) = proposal.also
    gone = desk.read(text, mapping=also.text)
    wanted = "sum(count)::BIGINT"
    assert (desk.rows(served, wanted, rest=""), desk.rows(gone, wanted, rest="")) == ([(32,)], [(3,)])
