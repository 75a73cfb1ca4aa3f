# SPDX-License-Identifier: Apache-2.0
"""Surveys: what a question measures and on which scale is read from the file, or asked, never guessed."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.kinds import tables_like
from percontact.ingest.proposal import Proposal
from percontact.records.book import Settings
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]
SURVEY = """Response ID,Ticket ID,Survey sent,Responded at,CSAT score (1-5),Comment
r1,T-1,2026-06-01 10:00,2026-06-01 12:00,5,Great service thanks
r2,T-2,2026-06-02 10:00,2026-06-02 12:00,4,ok but slow answer
r3,T-3,2026-06-03 10:00,,,
"""


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def origin(proposal: Proposal, column: str) -> object:
    return next((line.origin for line in proposal.columns if line.column == column), None)


def options(proposal: Proposal, key: str) -> list[str]:
    return [o.value for q in proposal.questions if q.key == key for o in q.options]


def scored(*answers: object, header: str = "CSAT", more: str = "") -> str:
    """A file of answers to one question, one a day."""
    return f"Date,{header}\n" + "".join(
        f"2026-06-{1 + i % 28:02d},{a}{more}\n" for i, a in enumerate(answers)
    )


def scale(proposal: Proposal) -> tuple[str, str] | None:
    edges = [origin(proposal, name) for name in ("scale_min", "scale_max")]
    return tuple(e["constant"] for e in edges) if all(isinstance(e, dict) for e in edges) else None


def landed(desk, text: str, proposal: Proposal, *columns: str) -> list[tuple[object, ...]]:
    assert keys(proposal) == []
    staged = desk.read(text, "surveys", mapping=proposal.text)
    assert [str(a) for a in staged.aside] == []
    return desk.rows(staged, ", ".join(columns))


def test_a_survey_tools_export_is_read_without_a_question(of: Propose, desk) -> None:
    """The kind and the scale stand in a header; the ticket is the case; what was written is left out."""
    proposal = of(SURVEY, "surveys")
    found = landed(desk, SURVEY, proposal, "survey_id", "case_id", "kind", "score", "scale_min", "scale_max")
    assert found == [
        ("r1", "T-1", "csat", 5, 1, 5),
        ("r2", "T-2", "csat", 4, 1, 5),
        ("r3", "T-3", "csat", None, 1, 5),
    ]
    assert ("Comment", "free text") in proposal.left


def test_an_export_that_only_says_when_it_was_answered_was_asked_then(of: Propose, desk) -> None:
    text = "Submitted at,NPS\n2026-06-13 10:00,9\n2026-06-14 11:00,6\n"
    found = landed(desk, text, of(text, "surveys"), "sent_at", "answered_at")
    assert found[0] == (datetime(2026, 6, 13, 8), datetime(2026, 6, 13, 8))


@pytest.mark.parametrize(
    ("header", "name", "kind"),
    [
        ("CSAT", "a.csv", "csat"),
        ("Kundenzufriedenheit", "a.csv", "csat"),
        ("Net Promoter Score", "a.csv", "nps"),
        ("Wie wahrscheinlich ist es dass Sie uns weiterempfehlen?", "a.csv", "nps"),
        ("How easy was it?", "a.csv", "ces"),
        ("Stars", "a.csv", "rating"),
        ("Rating", "nps_2026-06.csv", "nps"),
        ("Score", "csat-juni.csv", "csat"),
        ("Score", "CES export.csv", "ces"),
    ],
)
def test_what_a_question_measures_is_read_from_its_header_or_the_files_name(
    of: Propose, header: str, name: str, kind: str
) -> None:
    proposal = of(scored(1, 2, 3, 4, 5, header=header), "surveys", name=name)
    assert origin(proposal, "kind") == {"constant": kind}


def test_a_score_of_nothing_named_is_asked_about(of: Propose) -> None:
    proposal = of(scored(1, 2, 5, header="Score"), "surveys", name="export.csv")
    assert keys(proposal)[0] == "kind"
    assert set(options(proposal, "kind")) == {"csat", "nps", "ces", "fcr", "rating", "index"}
    answered = of(scored(1, 2, 5, header="Score"), "surveys", name="export.csv", answers={"kind": "csat"})
    assert origin(answered, "kind") == {"constant": "csat"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("CSAT (1-5)", ("1", "5")),
        ("CSAT 1 to 7", ("1", "7")),
        ("Zufriedenheit 1 bis 10", ("1", "10")),
        ("CSAT [0–10]", ("0", "10")),
        ("NPS", ("0", "10")),
    ],
)
def test_the_scale_is_read_from_the_header_and_that_of_a_promoter_score_is_known(
    of: Propose, header: str, expected: tuple[str, str]
) -> None:
    assert scale(of(scored(2, 3, 5, header=header), "surveys")) == expected


def test_answers_that_fill_a_scale_say_it_and_fewer_are_asked_about(of: Propose) -> None:
    """Thirty answers with every step from 1 to 5; then nine; then thirty without a 1."""
    assert scale(of(scored(*[1, 2, 3, 4, 5] * 6), "surveys")) == ("1", "5")
    few = of(scored(*[1, 2, 3, 4, 5] * 2), "surveys")
    assert keys(few) == ["score.scale"]
    assert options(few, "score.scale")[:3] == ["1-5", "0-10", "1-10"]
    assert keys(of(scored(*[2, 3, 4, 5] * 10), "surveys")) == ["score.scale"]


def test_the_answer_about_a_scale_is_taken_and_one_too_small_is_not(of: Propose) -> None:
    text = scored(2, 3, 4)
    assert scale(of(text, "surveys", answers={"score.scale": "1-5"})) == ("1", "5")
    assert scale(of(text, "surveys", answers={"score.scale": "1 to 4"})) == ("1", "4")
    assert keys(of(text, "surveys", answers={"score.scale": "3-5"})) == ["score.scale"]


@pytest.mark.parametrize(
    ("answers", "numbers", "expected"),
    [
        (["good", "bad", "offered"], [1, 0, None], ("0", "1")),
        (["4/5", "5/5", "1/5"], [4, 5, 1], None),
        (["Very satisfied", "Neutral", "Dissatisfied"], [5, 3, 2], ("1", "5")),
        (["sehr zufrieden", "unzufrieden", "zufrieden"], [5, 2, 4], ("1", "5")),
        (["★★★★★", "★☆☆☆☆", "★★★☆☆"], [5, 1, 3], ("1", "5")),
        (["Poor", "Fair", "Excellent"], [1, 2, 5], ("1", "5")),
        (["4 - Satisfied", "2 - Dissatisfied", "5"], [4, 2, 5], ("1", "5")),
        (["4 - so so", "2 - bad", "5"], [4, 2, 5], None),
    ],
)
def test_answers_in_words_and_stars_become_numbers_on_their_scale(
    of: Propose, desk, answers: list[str], numbers: list[int | None], expected: tuple[str, str] | None
) -> None:
    text = scored(*answers)
    proposal = of(text, "surveys", answers={} if expected else {"score.scale": "1-5"})
    assert scale(proposal) == (expected or ("1", "5"))
    assert [n for (n,) in landed(desk, text, proposal, "score")] == numbers


def test_words_that_could_be_two_steps_are_no_answers(of: Propose) -> None:
    """Very good is the best of one list and the last but one of another."""
    with pytest.raises(PercontactError, match="E-FILE-04"):
        of(scored("good", "very good", "good"), "surveys")


def test_nobody_asked_is_left_out_and_no_answer_stays(of: Propose, desk) -> None:
    """unoffered: no survey was sent; offered: it was, and nobody answered."""
    text = scored("good", "offered", "unoffered")
    proposal = of(text, "surveys")
    staged = desk.read(text, "surveys", mapping=proposal.text)
    assert [a.code for a in staged.aside] == ["E-SKIP-01"]
    assert [n for (n,) in desk.rows(staged, "score")] == [1, None]


def test_first_contact_resolution_is_yes_or_no(of: Propose, desk) -> None:
    text = scored("Ja", "Nein", "Ja", header="Anliegen gelöst")
    found = landed(desk, text, of(text, "surveys"), "kind", "score", "scale_min", "scale_max")
    assert found == [("fcr", 1, 0, 1), ("fcr", 0, 0, 1), ("fcr", 1, 0, 1)]


def test_effort_is_asked_which_end_is_easy_and_turned_round_where_it_is_the_low_one(
    of: Propose, desk
) -> None:
    text = scored(1, 2, 7, header="Customer effort (1-7)")
    assert keys(of(text, "surveys")) == ["score.direction"]
    assert keys(of(text.replace("Customer effort", "How easy"), "surveys")) == []
    low = of(text, "surveys", answers={"score.direction": "low"})
    assert [n for (n,) in landed(desk, text, low, "score")] == [7, 6, 1]


def test_marks_of_school_are_asked_about(of: Propose) -> None:
    assert keys(of(scored(1, 2, 6, header="Schulnote (1-6)"), "surveys")) == ["score.direction"]


MANY = """Response ID,Case number,Completed,CSAT (1-5),NPS,Customer effort (1-7),Was your issue resolved?
1,77,13/06/2026 10:00,5,9,6,Yes
2,78,14/06/2026 10:00,3,6,,No
"""


def test_questions_side_by_side_become_rows_each_with_its_kind_and_scale(of: Propose, desk) -> None:
    """Two answers of four questions, one of them empty: seven rows."""
    high = {"customer_effort_1_7.direction": "high"}
    found = landed(desk, MANY, of(MANY, "surveys", answers=high), "kind", "score", "scale_min", "scale_max")
    assert found == [
        ("csat", 5, 1, 5), ("nps", 9, 0, 10), ("ces", 6, 1, 7), ("fcr", 1, 0, 1),
        ("csat", 3, 1, 5), ("nps", 6, 0, 10), ("fcr", 0, 0, 1),
    ]  # fmt: skip


def test_one_question_turned_round_beside_others_changes_these_in_nothing(of: Propose, desk) -> None:
    """Effort 6 of 1 to 7 is 2; promoters' 6 stays 6."""
    low = of(MANY, "surveys", answers={"customer_effort_1_7.direction": "low"})
    found = landed(desk, MANY, low, "kind", "score")
    assert ("ces", Decimal(2)) in found
    assert ("nps", Decimal(6)) in found


def test_answers_of_questions_side_by_side_have_ids_that_a_second_export_has_too(of: Propose, desk) -> None:
    high = {"customer_effort_1_7.direction": "high"}
    ids = landed(desk, MANY, of(MANY, "surveys", answers=high), "survey_id")
    assert len(set(ids)) == 7
    assert ids[0] == ("1 CSAT (1-5)",)


def test_rows_that_say_themselves_what_they_measure_have_the_scale_of_that(of: Propose, desk) -> None:
    """A promoter score is 0 to 10; of the CSAT one row alone says nothing."""
    text = "Date,Survey type,Score\n2026-06-13,NPS,9\n2026-06-14,CSAT,4\n"
    assert keys(of(text, "surveys")) == ["csat.scale"]
    proposal = of(text, "surveys", answers={"csat.scale": "1-5"})
    found = landed(desk, text, proposal, "kind", "score", "scale_min", "scale_max")
    assert found == [("nps", 9, 0, 10), ("csat", 4, 1, 5)]


# -- surveys given as something else -------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["contacts", "cases"])
def test_surveys_given_as_contacts_are_noticed_before_anything_else_is_asked(of: Propose, table: str) -> None:
    proposal = of(SURVEY, table)
    assert keys(proposal) == ["table"]
    assert options(proposal, "table") == ["surveys", table]
    with pytest.raises(PercontactError, match="percontact import surveys in"):
        of(SURVEY, table, answers={"table": "surveys"})
    assert "table" not in keys(of(SURVEY, table, answers={"table": table}))


def test_contacts_with_a_score_among_their_columns_are_contacts(of: Propose) -> None:
    text = "Call ID,Start,Talk time (s),CSAT\n1,2026-06-13 10:00,200,5\n2,2026-06-14 10:00,100,4\n"
    assert keys(of(text)) == []
    text = "Ticket ID,Created,Status,Satisfaction\n1,2026-06-13 10:00,closed,good\n"
    assert keys(of(text, "cases")) == []


@pytest.mark.parametrize(
    "text",
    [SURVEY, MANY, scored(9, 8, header="Would you recommend us?"), "ticket_id,date,csat\n1,2026-06-13,5\n"],
)
def test_a_file_of_answers_looks_like_surveys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text)
    assert tables_like(path, Settings("EUR", "Europe/Berlin"))[0][0] == "surveys"
