# SPDX-License-Identifier: Apache-2.0
"""Which header fills which column, when nobody has said so."""

from datetime import date, datetime

import pytest

from percontact.values.problem import PercontactError


def names(desk, text: str, table: str = "contacts", **more) -> list[str]:
    return [name for name, _ in desk.read(text, table, **more).files[0].columns]


def test_headers_equal_to_the_contract_are_taken_in_any_spelling(desk) -> None:
    staged = desk.read("Started At,HANDLE-S, Team \n2026-06-03,5,A\n")
    assert desk.rows(staged, "handle_s::INT, team") == [(5, "A")]


def test_further_columns_are_kept_under_a_clean_name(desk) -> None:
    text = "started_at,Skill Group (new),2nd line,Ünit,Bucket\n2026-06-03,A,B,C,D\n"
    found = names(desk, text)
    assert {"skill_group_new", "column_2nd_line", "ünit", "source_bucket"} <= set(found)


def test_a_further_column_never_takes_the_name_of_a_mapped_one(desk) -> None:
    mapping = "columns: {started_at: Start, outcome: Answered}"
    staged = desk.read("Start,Answered,Outcome\n2026-06-03,Y,fine\n", mapping=mapping)
    assert desk.rows(staged, "outcome, source_outcome") == [("Y", "fine")]


def test_columns_that_are_personal_are_left_out_and_named_in_the_receipt(desk) -> None:
    staged = desk.read("started_at,Customer Name,e-mail,colour\n2026-06-03,a,b,c\n")
    told = "Left out as personal: Customer Name (names), e-mail (e-mail addresses)."
    assert any(n.startswith(told) for n in staged.notes)
    assert "Kept as dimensions: colour." in staged.notes


def test_an_empty_column_without_a_header_is_dropped_and_a_full_one_is_numbered(desk) -> None:
    staged = desk.read("started_at,,\n2026-06-03,, \n2026-06-03,x,\n")
    assert desk.rows(staged, "column_2") == [(None,), ("x",)]
    assert "column_3" not in {n for n, _ in staged.files[0].columns}
    assert [n for n in staged.notes if "no header" in n] == [
        "Column 2 has no header; it has values and is called column_2.",
        "Column 3 has no header; it is empty and was not read.",
    ]


def test_two_columns_of_one_name_are_refused(desk) -> None:
    with pytest.raises(PercontactError, match="columns 1 and 3 are both called `Started_at`"):
        desk.read("started_at,team,Started_at\n2026-06-03,A,2026-06-04\n")


def test_headers_of_the_mapping_settle_two_columns_of_one_name(desk) -> None:
    text = "started_at,team,team\n2026-06-03,A,B\n"
    assert desk.column(text, "second", mapping="headers: [started_at, team, second]") == ["B"]


def test_every_table_keeps_further_columns(desk) -> None:
    text = "month,from_currency,to_currency,rate,colour\n2026-06,USD,EUR,0.9,red\n"
    assert "colour" in names(desk, text, "fx")


@pytest.mark.parametrize(
    ("header", "cell", "span"),
    [
        ("month", "2026-01", ("2026-01-01", "2026-02-01")),
        ("date", "2026-01-15", ("2026-01-01", "2026-02-01")),
        ("Period", "2026-12-31T23:59:00", ("2026-12-01", "2027-01-01")),
        ("period_start", "2026-02-01", ("2026-02-01", "2026-03-01")),
        ("period_start,period_end", "2026-02-03,2026-02-10", ("2026-02-03", "2026-02-10")),
        ("period_start,period_end", "2026-02-01,", ("2026-02-01", "2026-03-01")),
    ],
)
def test_one_date_stands_for_its_month(desk, header: str, cell: str, span: tuple[str, str]) -> None:
    staged = desk.read(f"account,amount,{header}\n6100,1,{cell}\n", "ledger")
    assert desk.rows(staged, "period_start, period_end") == [tuple(date.fromisoformat(d) for d in span)]


def test_a_first_day_within_a_month_needs_a_last_one(desk) -> None:
    (aside,) = desk.read("account,amount,period_start\n6100,1,2026-02-03\n", "ledger").aside
    assert (aside.code, aside.column) == ("E-ROW-02", "period_end")


def test_a_month_can_be_mapped_with_its_own_format(desk) -> None:
    mapping = (
        "columns: {month: {column: Paid, format: '%d.%m.%y'}, posted_on: {column: Paid, format: '%d.%m.%y'}}"
    )
    staged = desk.read("account,amount,Paid\n6100,1,17.06.26\n", "ledger", mapping=mapping)
    assert desk.rows(staged, "period_start, posted_on") == [(date(2026, 6, 1), date(2026, 6, 17))]


def test_a_contact_with_a_date_alone_starts_at_local_midnight(desk) -> None:
    assert desk.column("date\n2026-06-03\n", "started_at") == [datetime(2026, 6, 2, 22, 0)]


def test_a_span_that_ends_before_it_starts_is_set_aside(desk) -> None:
    text = "account,amount,period_start,period_end\n6100,1,2026-02-03,2026-02-03\n"
    (aside,) = desk.read(text, "ledger").aside
    assert aside.code == "E-TIME-02"
    assert "0 days" in aside.reason


def test_defaults_stand_for_absent_and_empty_cells(desk) -> None:
    assert desk.column("started_at,count\n2026-06-03,\n2026-06-03,4\n", "count") == [1, 4]
    assert desk.column("started_at\n2026-06-03\n", "count") == [1]
    assert desk.column("metric,valid_from,target\ncsat,2026-06-03,4\n", "bound", "targets") == ["at_least"]


def test_columns_the_file_lacks_are_not_written(desk) -> None:
    assert names(desk, "started_at\n2026-06-03\n") == [
        "contact_id", "started_at", "handle_basis", "count", "row_id", "bucket", "handled",
    ]  # fmt: skip


def test_a_table_that_does_not_exist_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match=r"E-ARG-01[\s\S]*Did you mean contacts"):
        desk.read("x\n", "contact")
