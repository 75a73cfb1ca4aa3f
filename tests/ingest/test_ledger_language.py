# SPDX-License-Identifier: Apache-2.0
"""What a mapping does for ledgers: debit and credit, signs, other origins, cells above, columns as rows."""

from datetime import date
from decimal import Decimal

import pytest

from percontact.records.tables import line_of
from percontact.values.problem import PercontactError


def amounts(desk, text: str, amount: str, **more) -> list[Decimal | None]:
    staged = desk.read(text, "ledger", mapping=f"columns: {{account: A, month: M, amount: {amount}}}", **more)
    assert [str(a) for a in staged.aside] == []
    return [value for (value,) in desk.rows(staged, "amount")]


def asides(staged) -> list[tuple[int, str, str]]:
    return [(a.line, a.code, a.reason) for a in staged.aside]


def test_debit_less_credit_is_the_amount_and_an_empty_side_counts_as_nothing(desk) -> None:
    text = "A,M,Debit,Credit\n6100,2026-06,100.10,\n6100,2026-06,,30.05\n6100,2026-06,5,2\n6100,2026-06,0,0\n"
    found = amounts(desk, text, "{column: Debit, minus: Credit}")
    assert found == [Decimal("100.10"), Decimal("-30.05"), Decimal(3), Decimal(0)]


def test_how_an_amount_was_worked_out_is_said(desk) -> None:
    text = "A,M,Debit,Credit,Kind\n6100,2026-06,100.10,,x\n"
    more = "negative: {column: Kind, is: [R, S]}, factor: -1"
    staged = desk.read(
        text,
        "ledger",
        mapping=f"columns: {{account: A, month: M, amount: {{column: Debit, minus: Credit, {more}}}}}",
    )
    told = "`amount` is `Debit` less `Credit` times -1, its sign turned where `Kind` is R or S."
    assert told in staged.notes


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("6100,2026-06,,", "`amount` is empty"),
        ("6100,2026-06,x,", "`amount` is `x`, no amount"),
        ("6100,2026-06,,y", "`amount` is `0 less y`, no amount"),
        ("6100,2026-06,1,y", "`amount` is `1 less y`, no amount"),
    ],
)
def test_two_sides_that_say_no_amount_set_the_row_aside(desk, row: str, told: str) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: Debit, minus: Credit}}"
    staged = desk.read(f"A,M,Debit,Credit\n{row}\n", "ledger", mapping=mapping)
    assert staged.landed == 0
    assert told in asides(staged)[0][2]


def test_amounts_too_long_to_be_subtracted_are_set_aside_and_stop_nothing(desk) -> None:
    long = "9" * 26
    mapping = "columns: {account: A, month: M, amount: {column: Debit, minus: Credit}}"
    staged = desk.read(
        f"A,M,Debit,Credit\n1,2026-06,{long},-{long}\n1,2026-06,2,1\n", "ledger", mapping=mapping
    )
    assert (staged.landed, [a.code for a in staged.aside]) == (1, ["E-TYPE-01"])


PAY = "A,M,Gross,NI,Pension,Grant\n"


def test_pay_and_what_the_employer_pays_besides_are_one_amount_and_empty_ones_count_as_nothing(desk) -> None:
    """3,000.10 + 402.21 + 90.03; 2,000.00 and no more; 55.55 alone; 1,000 + 100 + 10 less 7.5."""
    text = PAY + (
        "p,2026-06,3000.10,402.21,90.03,\np,2026-06,2000.00,,,\n"
        "p,2026-06,,55.55,,\np,2026-06,1000,100,10,7.5\n"
    )
    found = amounts(desk, text, "{column: Gross, plus: [NI, Pension], minus: Grant}")
    assert found == [Decimal("3492.34"), Decimal(2000), Decimal("55.55"), Decimal("1102.5")]


def test_each_header_to_be_added_may_have_other_names(desk) -> None:
    text = PAY + "p,2026-06,1,20,300,\n"
    assert amounts(desk, text, "{column: Gross, plus: [[Employer NI, NI], Pension]}") == [Decimal(321)]
    assert amounts(desk, text, "{column: Gross, plus: NI}") == [Decimal(21)]


def test_what_was_added_is_said_on_the_receipt(desk) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: Gross, plus: [NI, Pension], minus: Grant}}"
    staged = desk.read(PAY + "p,2026-06,1,1,1,1\n", "ledger", mapping=mapping)
    assert "`amount` is `Gross` plus `NI` and `Pension` less `Grant`." in staged.notes


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("p,2026-06,,,,", "`amount` is empty"),
        ("p,2026-06,1,x,,", "`amount` is `1 plus x`, no amount"),
        ("p,2026-06,,2,x,3", "`amount` is `0 plus 2 plus x less 3`, no amount"),
    ],
)
def test_a_part_that_is_no_amount_sets_the_row_aside(desk, row: str, told: str) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: Gross, plus: [NI, Pension], minus: Grant}}"
    staged = desk.read(PAY + f"{row}\n", "ledger", mapping=mapping)
    assert staged.landed == 0
    assert told in asides(staged)[0][2]


def test_amounts_too_long_to_be_added_are_set_aside_and_stop_nothing(desk) -> None:
    """Twelve numbers of 26 digits each would need 28."""
    parts = [f"P{n}" for n in range(12)]
    mapping = f"columns: {{account: A, month: M, amount: {{column: Gross, plus: [{', '.join(parts)}]}}}}"
    long = ",".join(["9" * 26] * 13)
    some = ",".join(["9" * 24] * 13)
    text = f"A,M,Gross,{','.join(parts)}\np,2026-06,{long}\np,2026-06,{some}\n"
    staged = desk.read(text, "ledger", mapping=mapping)
    assert [a.code for a in staged.aside] == ["E-TYPE-01"]
    assert [v for (v,) in desk.rows(staged, "amount")] == [Decimal("9" * 24) * 13]


def test_a_header_to_be_added_that_the_file_lacks_is_named(desk) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: Gross, plus: Levy}}"
    with pytest.raises(PercontactError, match="`amount:` names `Levy`"):
        desk.read(PAY + "p,2026-06,1,1,1,1\n", "ledger", mapping=mapping)


def test_a_factor_is_exact_and_what_it_rounds_is_counted(desk) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: V, factor: 0.1}}"
    staged = desk.read("A,M,V\n1,2026-06,0.3\n1,2026-06,0.000000000001\n", "ledger", mapping=mapping)
    assert [v for (v,) in desk.rows(staged, "amount")] == [Decimal("0.03"), 0]
    assert any("Numbers rounded" in note and ": 1." in note for note in staged.notes)


def test_an_hourly_rate_times_its_hours_times_the_weeks_of_a_year_is_a_years_pay(desk) -> None:
    text = "A,M,Rate,Hours\nx,2026-06,31.25,37.5\n"
    assert amounts(desk, text, "{column: Rate, times: Hours, factor: 52}") == [Decimal("60937.50")]


def test_the_sign_is_turned_once_for_each_condition_that_holds(desk) -> None:
    text = "A,M,V,SH,Storno\n1,2026-06,1.5,S,\n1,2026-06,1.5,H,\n1,2026-06,1.5,H,x\n1,2026-06,1.5,S,x\n"
    turned = "[{column: SH, is: [H]}, {column: Storno, blank: false}]"
    found = amounts(desk, text, f"{{column: V, negative: {turned}}}")
    assert [str(v.normalize()) for v in found] == ["1.5", "-1.5", "1.5", "-1.5"]


def test_a_trailing_minus_is_read_with_the_decimal_comma(desk) -> None:
    text = 'A;M;V\n1;2026-06;"1.234,50-"\n1;2026-06;2,00\n'
    mapping = "decimal: ','\nthousands: '.'\naccounting: true\ncolumns: {account: A, month: M, amount: V}"
    staged = desk.read(text, "ledger", mapping=mapping)
    assert [v for (v,) in desk.rows(staged, "amount")] == [Decimal("-1234.50"), Decimal("2.00")]


def test_another_origin_stands_in_where_the_first_is_empty(desk) -> None:
    text = 'A,M,Net,Gross,Note\n1,2026-06,10,11.9,\n1,2026-06,,"11,90",\n1,2026-06,,,7\n'
    other = "{column: Gross, decimal: ',', or: Note}"
    found = amounts(desk, text, f"{{column: Net, or: {other}}}")
    assert [str(v.normalize()) for v in found] == ["1E+1", "11.9", "7"]


def test_another_origin_does_not_hide_that_the_first_is_unreadable(desk) -> None:
    mapping = "columns: {account: A, month: M, amount: {column: Net, or: Gross}}"
    staged = desk.read("A,M,Net,Gross\n1,2026-06,ten,11.9\n", "ledger", mapping=mapping)
    assert "`amount` is `ten`, no amount" in asides(staged)[0][2]


def test_a_date_may_stand_in_either_of_two_columns_and_formats(desk) -> None:
    text = "A,Booked,Doc,V\n1,03.06.2026,,1\n1,,2026/07/04,2\n"
    origin = "{column: Booked, format: '%d.%m.%Y', or: {column: Doc, format: '%Y/%m/%d'}}"
    staged = desk.read(text, "ledger", mapping=f"columns: {{account: A, date: {origin}, amount: V}}")
    assert staged.aside == ()
    assert [d for (d,) in desk.rows(staged, "period_start")] == [date(2026, 6, 1), date(2026, 7, 1)]
    assert [d for (d,) in desk.rows(staged, "period_end")] == [date(2026, 7, 1), date(2026, 8, 1)]


def test_corrections_are_told_by_a_condition(desk) -> None:
    text = "A,M,V,Kind\n1,2026-06,5,\n1,2026-06,-5,Reversal\n"
    kind = "{constant: correction, when: {column: Kind, is: [Reversal]}, or: {constant: posting}}"
    mapping = f"columns: {{account: A, month: M, amount: V, class: {kind}}}\nkeep: none"
    assert desk.rows(desk.read(text, "ledger", mapping=mapping), "class") == [("posting",), ("correction",)]


def test_part_of_a_cell_is_taken_and_no_match_is_empty(desk) -> None:
    text = "A,M,V\n6100 Salaries,2026-06,1\nOther,2026-06,2\n"
    mapping = (
        "columns: {account: {column: A, match: '^([0-9]+) '}, month: M, amount: V, "
        "account_name: {column: A, match: '[A-Z][a-z]+'}}"
    )
    rows = desk.rows(desk.read(text, "ledger", mapping=mapping), "account, account_name")
    assert rows == [("6100", "Salaries"), ("unnamed", "Other")]


def test_lost_zeros_are_put_back(desk) -> None:
    text = "A,M,V\n400,2026-06,1\n0400,2026-06,1\n12345,2026-06,1\nx,2026-06,1\n"
    mapping = "columns: {account: {column: A, digits: 4}, month: M, amount: V}"
    rows = desk.rows(desk.read(text, "ledger", mapping=mapping), "account")
    assert [a for (a,) in rows] == ["0400", "0400", "12345", "x"]


def test_an_account_that_stands_above_its_postings_is_filled_down(desk) -> None:
    """
    The section row names the account; postings follow without it; a total closes the section.
    """
    text = (
        "Account,Date,Amount\n6100 Salaries,,\n,2026-06-01,10\n,2026-06-02,20\nTotal for 6100 Salaries,,30\n"
        "6200 Telecom,,\n,2026-06-03,5\nTotal for 6200 Telecom,,5\nTOTAL,,35\n"
    )
    mapping = (
        "columns:\n  account: {column: Account, when: {column: Account, unlike: '(?i)^total'}, fill: down}\n"
        "  date: Date\n  amount: Amount\nwhere: {column: Date, blank: false}"
    )
    staged = desk.read(text, "ledger", mapping=mapping)
    assert desk.rows(staged, "account, amount::INT") == [
        ("6100 Salaries", 10), ("6100 Salaries", 20), ("6200 Telecom", 5),
    ]  # fmt: skip
    assert [(a.line, a.code) for a in staged.aside] == [(n, "E-SKIP-01") for n in (2, 5, 6, 8, 9)]
    assert (staged.seen, staged.landed) == (8, 3)
    assert staged.aside[1].text == "Total for 6100 Salaries,,30"


def test_total_rows_are_set_aside_by_a_pattern_and_never_counted(desk) -> None:
    text = "A,M,V\n1,2026-06,5\n2,2026-06,6\nTotal,2026-06,11\nSub-total June,2026-06,11\n"
    where = "where: [{column: A, unlike: '(?i)^(sub-?)?total'}, {column: V, blank: false}]"
    staged = desk.read(text, "ledger", mapping=f"columns: {{account: A, month: M, amount: V}}\n{where}")
    assert desk.rows(staged, "sum(amount)::INT", rest="") == [(11,)]
    assert [(a.line, a.code) for a in staged.aside] == [(4, "E-SKIP-01"), (5, "E-SKIP-01")]
    assert "`A` is `Total`" in staged.aside[0].reason


def test_only_rows_that_match_are_read(desk) -> None:
    text = "A,M,V\n4100,2026-06,5\n6200,2026-06,6\n"
    where = "where: {column: A, matches: '^[67]'}"
    staged = desk.read(text, "ledger", mapping=f"columns: {{account: A, month: M, amount: V}}\n{where}")
    assert desk.rows(staged, "account") == [("6200",)]


def test_a_where_that_leaves_out_every_row_is_said(desk) -> None:
    text = "A,M,V\n4100,2026-06,5\n6200,2026-06,6\n"
    where = "where: {column: A, matches: '^9'}"
    staged = desk.read(text, "ledger", mapping=f"columns: {{account: A, month: M, amount: V}}\n{where}")
    assert any("`where:` left out every row" in note for note in staged.notes)


# -- cells above the header ----------------------------------------------------------------------------------

EXTF = "EXTF;700;20250701;CHF\nDay;Account;V\n302;6100;1\n0107;6100;2\n2902;6100;3\n"


def test_a_year_and_a_currency_stand_above_the_header(desk) -> None:
    """A business year from July 2025: 1 July is 2025, 3 February is 2026, and 2026 has no 29 February."""
    mapping = (
        "skip: 1\ncolumns:\n  account: Account\n  amount: V\n  currency: {above: {line: 1, cell: 4}}\n"
        "  date: {column: Day, digits: 4, format: '%d%m', since: {line: 1, cell: 3}}"
    )
    staged = desk.read(EXTF, "ledger", mapping=mapping)
    assert desk.rows(staged, "period_start, currency") == [
        (date(2026, 2, 1), "CHF"), (date(2025, 7, 1), "CHF"),
    ]  # fmt: skip
    assert [(a.line, a.code) for a in staged.aside] == [(5, "E-TIME-01")]


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("{above: {line: 2, cell: 1}}", "1 lines stand above the header"),
        ("{above: {line: 1, cell: 9}}", "line 1 has 4"),
        ("{column: Account, or: {above: {line: 1, cell: 9}}}", "line 1 has 4"),
    ],
)
def test_a_cell_above_that_is_not_there_is_refused(desk, origin: str, told: str) -> None:
    mapping = f"skip: 1\ncolumns: {{account: Account, amount: V, month: Day, currency: {origin}}}"
    with pytest.raises(PercontactError, match=told):
        desk.read(EXTF, "ledger", mapping=mapping)


def test_a_cell_above_that_is_no_day_cannot_give_the_year(desk) -> None:
    since = "{column: Day, format: '%d%m', since: {line: 1, cell: 1}}"
    mapping = f"skip: 1\ncolumns: {{account: Account, amount: V, date: {since}}}"
    with pytest.raises(PercontactError, match="`EXTF` and no day"):
        desk.read(EXTF, "ledger", mapping=mapping)


REPORT = 'Tiny Ltd\n"January, 2026"\n\nAccount;Month;Amount\n6100;2026-01;5\n'


def test_the_header_is_found_below_a_title_by_its_names(desk) -> None:
    mapping = "header: [Account, [Betrag, amount]]\ncolumns: {}"
    staged = desk.read(REPORT, "ledger", mapping=mapping)
    assert (staged.seen, desk.rows(staged, "account, amount::INT")) == (1, [("6100", 5)])
    assert desk.rows(staged, "row_id & 4095") == [(5,)]


def test_the_header_of_a_sheet_is_found_below_a_title(desk, tmp_path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Tiny Ltd"], [], [None, "Account", "Month", "Amount"], [None, "6100", "2026-01", 5]):
        book.active.append(row)
    book.save(tmp_path / "report.xlsx")
    staged = desk.read(tmp_path / "report.xlsx", "ledger", mapping="header: [Account, Amount]")
    assert desk.rows(staged, "account, amount::INT") == [("6100", 5)]


def test_a_header_that_is_not_there_is_refused_with_the_near_name(desk) -> None:
    with pytest.raises(PercontactError, match=r"E-FILE-04[\s\S]*Did you mean Account or Amount"):
        desk.read(REPORT, "ledger", mapping="header: [Account, Amout]")


# -- columns that become rows --------------------------------------------------------------------------------

MONTHS = "Account,Jan 2026,Feb 2026,Note\n6100,100.10,200.20,a\n6200,,5,b\nTotal,100.10,205.20,c\n"
BY_MONTH = (
    "unpivot: {columns: '^[A-Z][a-z]{2} [0-9]{4}$', name: month, value: amount}\n"
    "columns:\n  account: Account\n  month: {column: month, format: '%b %Y'}\n"
    "where: {column: Account, unlike: '^Total'}\n"
)


def test_months_side_by_side_become_rows_and_every_cell_is_accounted_for(desk) -> None:
    staged = desk.read(MONTHS, "ledger", mapping=BY_MONTH)
    assert desk.rows(staged, "account, period_start, amount::VARCHAR, note") == [
        ("6100", date(2026, 1, 1), "100.100000000000", "a"),
        ("6100", date(2026, 2, 1), "200.200000000000", "a"),
        ("6200", date(2026, 2, 1), "5.000000000000", "b"),
    ]
    assert (staged.seen, staged.landed, len(staged.aside)) == (5, 3, 2)
    assert staged.aside[0].line == 4
    assert staged.aside[0].text == "Total,100.10,205.20,c"
    assert any("3 rows x 2 columns = 6 cells" in note and "1 are empty" in note for note in staged.notes)


def test_rows_of_one_line_lead_back_to_that_line(desk) -> None:
    staged = desk.read(MONTHS, "ledger", mapping=BY_MONTH)
    ids = [row_id for (row_id,) in desk.rows(staged, "row_id")]
    assert len(set(ids)) == 3
    assert [line_of(row_id, BY_MONTH) for row_id in ids] == [2, 2, 3]


def test_both_accounts_of_a_posting_become_rows_with_opposite_signs(desk) -> None:
    text = "Amount,SH,Konto,Gegenkonto,Day\n119.00,S,6300,1200,2026-06-03\n50.00,H,6310,1200,2026-06-04\n"
    mapping = (
        "unpivot: {columns: [Konto, Gegenkonto], name: side, value: booked}\ncolumns:\n  account: booked\n"
        "  date: Day\n  amount: {column: Amount, negative: [{column: SH, is: [H]}, "
        "{column: side, is: [Gegenkonto]}]}\nkeep: none"
    )
    rows = desk.rows(desk.read(text, "ledger", mapping=mapping), "account, amount::INT")
    assert rows == [("6300", 119), ("1200", -119), ("6310", -50), ("1200", 50)]


def test_empty_words_make_no_row(desk) -> None:
    text = "Date,USD,JPY\n2026-06-01,1.1,N/A\n2026-06-02,1.2,160\n"
    mapping = (
        "nulls: [N/A]\nunpivot: {columns: [USD, JPY], name: to_currency, value: rate}\n"
        "columns: {period_start: Date, period_end: {constant: 2026-07-01}, from_currency: {constant: EUR}}"
    )
    staged = desk.read(text, "fx", mapping=mapping)
    assert (staged.seen, staged.landed) == (3, 3)


def test_a_ragged_row_is_one_row_aside_however_many_columns_it_would_make(desk) -> None:
    staged = desk.read(MONTHS + "6300,1\n", "ledger", mapping=BY_MONTH)
    assert (staged.seen, staged.landed) == (6, 3)
    assert [(a.line, a.code) for a in staged.aside] == [(4, "E-SKIP-01"), (4, "E-SKIP-01"), (5, "E-ROW-01")]


def test_accounts_are_filled_down_within_each_month(desk) -> None:
    text = "Account,Jan 2026,Feb 2026\n6100,1,2\n,3,4\n6200,5,6\n"
    mapping = BY_MONTH.split("where:")[0].replace(
        "account: Account", "account: {column: Account, fill: down}"
    )
    rows = desk.rows(desk.read(text, "ledger", mapping=mapping), "account, amount::INT")
    assert rows == [("6100", 1), ("6100", 2), ("6100", 3), ("6100", 4), ("6200", 5), ("6200", 6)]


@pytest.mark.parametrize(
    ("unpivot", "told"),
    [
        ("{columns: [Jan 2025], name: m, value: v}", "Did you mean Jan 2026?"),
        ("{columns: '^Q[1-4]$', name: m, value: v}", "no header like"),
        ("{columns: [Jan 2026], name: note, value: v}", "that name is taken"),
        ("{columns: [Jan 2026], name: v, value: v}", "that name is taken"),
    ],
)
def test_columns_that_cannot_become_rows_are_refused(desk, unpivot: str, told: str) -> None:
    with pytest.raises(PercontactError, match="E-MAP-02") as raised:
        desk.read(MONTHS, "ledger", mapping=f"unpivot: {unpivot}\ncolumns: {{account: Account}}")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "option", ["minus: V", "plus: V", "negative: {column: V, is: x}", "factor: 2", "since: 2026-01-01"]
)
def test_what_only_numbers_or_days_can_have_is_refused_elsewhere(desk, option: str) -> None:
    mapping = f"columns: {{account: {{column: A, {option}}}, month: M, amount: V}}"
    with pytest.raises(PercontactError, match="E-MAP-01"):
        desk.read("A,M,V\n1,2026-06,1\n", "ledger", mapping=mapping)


def test_a_sheet_of_a_csv_file_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match="E-MAP-02"):
        desk.read("A,M,V\n1,2026-06,1\n", "ledger", mapping="sheet: Costs\ncolumns: {month: M, amount: V}")
