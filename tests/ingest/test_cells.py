# SPDX-License-Identifier: Apache-2.0
"""From text to value: what each kind of column takes, becomes and refuses."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from percontact.ingest import person_hash

AT = "started_at,{name}\n2026-06-03 09:00,{cell}\n"


def value(desk, name: str, cell: str, more: str = ""):
    text = AT.format(name=name, cell=f'"{cell}"')
    (found,) = desk.column(text, name, mapping=more)
    return found


def fault(desk, name: str, cell: str, more: str = "") -> str:
    staged = desk.read(AT.format(name=name, cell=f'"{cell}"'), mapping=more)
    (aside,) = staged.aside
    assert aside.column == name
    return aside.code


# -- times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-06-03", "2026-06-02 22:00:00"),
        ("2026-06-03 09:21:40", "2026-06-03 07:21:40"),
        ("2026-06-03T09:21", "2026-06-03 07:21:00"),
        ("2026-06-03T09:21:40.125", "2026-06-03 07:21:40.125"),
        ("2026-06-03T09:21:40Z", "2026-06-03 09:21:40"),
        ("2026-06-03T09:21Z", "2026-06-03 09:21:00"),
        ("2026-06-03 09:21:40 UTC", "2026-06-03 09:21:40"),
        ("2026-06-03 09:21:40 +02:00", "2026-06-03 07:21:40"),
        ("2026-06-03T09:21:40-0530", "2026-06-03 14:51:40"),
        ("2026-06-03 09:21:40+00", "2026-06-03 09:21:40"),
    ],
)
def test_iso_8601_is_read_and_a_time_without_an_offset_is_local(desk, cell: str, utc: str) -> None:
    assert desk.column(f"started_at\n{cell}\n", "started_at") == [datetime.fromisoformat(utc)]


@pytest.mark.parametrize(
    "cell", ["03.06.2026", "2026-6-3", "2026-02-30", "epoch", "infinity", "45000", "2026-06-03 9"]
)
def test_no_other_time_is_guessed(desk, cell: str) -> None:
    (aside,) = desk.read(f"started_at\n{cell}\n").aside
    assert aside.code == "E-TIME-01"


@pytest.mark.parametrize(
    ("cell", "mapping", "utc"),
    [
        ("31/12/2025 23:30", 'format: "%d/%m/%Y %H:%M"', "2025-12-31 22:30:00"),
        ("31/12/2025", 'format: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]', "2025-12-30 23:00:00"),
        ("2025-12-31 23:30", 'format: "%d/%m/%Y %H:%M"', "2025-12-31 22:30:00"),
        ("31/12/2025 23:30", 'format: "%d/%m/%Y %H:%M"\ntimezone: America/New_York', "2026-01-01 04:30:00"),
        ("12/31/2025 11:30 PM -0500", 'format: "%m/%d/%Y %I:%M %p %z"', "2026-01-01 04:30:00"),
        ("1767225600", "columns: {started_at: {column: started_at, unit: epoch_s}}", "2026-01-01 00:00:00"),
        (
            "1767225600250",
            "columns: {started_at: {column: started_at, unit: epoch_ms}}",
            "2026-01-01 00:00:00.25",
        ),
    ],
)
def test_a_mapping_says_how_times_are_written(desk, cell: str, mapping: str, utc: str) -> None:
    assert desk.column(f"started_at\n{cell}\n", "started_at", mapping=mapping) == [
        datetime.fromisoformat(utc)
    ]


def test_a_year_first_format_is_not_read_as_iso_besides(desk) -> None:
    staged = desk.read("started_at\n2026-03-25\n", mapping="format: '%Y-%d-%m'")
    assert [a.code for a in staged.aside] == ["E-TIME-01"]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59"),
        ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00"),
        ("Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00"),
        ("Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"),
        ("Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00"),
        ("America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:30:00"),
    ],
)
def test_of_two_equal_local_times_the_earlier_is_taken(desk, zone: str, local: str, utc: str) -> None:
    found = desk.column(f"started_at\n{local}\n", "started_at", mapping=f"timezone: {zone}")
    assert found == [datetime.fromisoformat(utc)]


def test_times_that_came_twice_are_counted_in_the_receipt(desk) -> None:
    staged = desk.read("started_at\n2026-10-25 02:30\n2026-10-25 02:30+01:00\n2026-10-25 01:30\n")
    assert next(n for n in staged.notes if "came twice" in n).endswith(": 1.")


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", "2026-03-29 02:00:00"),
        ("Europe/Berlin", "2026-03-29 02:59:59"),
        ("Australia/Lord_Howe", "2026-10-04 02:15:00"),
        ("America/New_York", "2026-03-08 02:30:00"),
        ("America/Sao_Paulo", "2018-11-04 00:00:00"),
    ],
)
def test_a_local_time_that_never_was_is_set_aside(desk, zone: str, local: str) -> None:
    (aside,) = desk.read(f"started_at\n{local}\n", mapping=f"timezone: {zone}").aside
    assert aside.code == "E-TIME-03"
    assert zone in aside.reason


@pytest.mark.parametrize("cell", ["2026-06-30", "2026-06-30 23:59", "2026-06-30T21:30:00Z"])
def test_a_date_is_the_local_day(desk, cell: str) -> None:
    text = f"account,period_start,period_end,posted_on,amount\n6100,2026-06-01,2026-07-01,{cell},1\n"
    assert desk.column(text, "posted_on", "ledger") == [date(2026, 6, 30)]


# -- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("300", "300"),
        ("0.5", "0.5"),
        ("1:02:03", "3723"),
        ("132:00:01", "475201"),
        ("0:00:01.25", "1.25"),
        ("1e3", "1000"),
    ],
)
def test_a_length_is_seconds_or_hours_minutes_seconds(desk, cell: str, seconds: str) -> None:
    assert value(desk, "talk_s", cell) == Decimal(seconds)


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("s", "90", "90"),
        ("ms", "1500", "1.5"),
        ("min", "1.5", "90"),
        ("h", "0.25", "900"),
        ("day", "0.0416666666666667", "3600"),
        ("hms", "5:30", "330"),
        ("hms", "1:05:30", "3930"),
        ("hm", "5:30", "19800"),
        ("min", "0:01:30", "90"),
    ],
)
def test_a_unit_turns_a_length_into_seconds(desk, unit: str, cell: str, seconds: str) -> None:
    mapping = f"columns: {{talk_s: {{column: talk_s, unit: {unit}}}}}"
    assert value(desk, "talk_s", cell, mapping) == Decimal(seconds)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("18m 50s", "1130"),  # 18 x 60 + 50
        ("2h 5m", "7500"),  # 2 x 3600 + 5 x 60
        ("1d 3h", "97200"),  # (24 + 3) x 3600
        ("1d 2h 3m 4s", "93784"),
        ("45s", "45"),
        ("90m", "5400"),
        ("1.5h", "5400"),
        ("1,5 h", "5400"),
        ("18m50.5s", "1130.5"),
        ("3 min 45 s", "225"),
        ("1 day, 3 hours", "97200"),
    ],
)
def test_a_length_that_names_its_units_is_read_by_them(desk, cell: str, seconds: str) -> None:
    assert value(desk, "talk_s", cell) == Decimal(seconds)
    mapping = "columns: {talk_s: {column: talk_s, unit: min}}"
    assert value(desk, "talk_s", cell, mapping) == Decimal(seconds)


@pytest.mark.parametrize(
    "cell", ["2h 5", "5m 3h", "1d 1d", "5ms", "5mo", "1w 2d", "m", "1,500s", "1h30", "1.5h 20m"]
)
def test_a_length_that_leaves_a_unit_open_is_not_guessed(desk, cell: str) -> None:
    assert fault(desk, "talk_s", cell) == "E-TYPE-01"


@pytest.mark.parametrize("cell", ["999999999d", "999999999:59:59", "277777778:00:00"])
def test_a_length_of_many_thousand_years_sets_its_row_aside_and_stops_no_file(desk, cell: str) -> None:
    assert fault(desk, "talk_s", cell) == "E-TYPE-01"


@pytest.mark.parametrize(
    "cell", ["1,5", "5:30", "1_000", "0x1F", "NaN", "inf", "five", "1 000", "--5", "1:75:00", "9" * 30]
)
def test_no_other_length_is_guessed(desk, cell: str) -> None:
    assert fault(desk, "talk_s", cell) == "E-TYPE-01"


def test_less_than_a_millisecond_is_rounded_and_counted(desk) -> None:
    staged = desk.read("started_at,talk_s,wrap_s\n2026-06-03,1.2345,2.5\n2026-06-03,0:00:01.0004,1\n")
    assert [row[0] for row in desk.rows(staged, "talk_s")] == [Decimal("1.235"), Decimal("1.000")]
    assert next(n for n in staged.notes if "rounded" in n).endswith(": 2.")


@pytest.mark.parametrize(
    ("cell", "mapping", "amount"),
    [
        ("12000", "", "12000"),
        ("-0.01", "", "-0.01"),
        ("+5", "", "5"),
        (".5", "", "0.5"),
        ("1e-07", "", "0.0000001"),
        ("\u221212.50", "", "-12.5"),
        ("1.234,56", 'decimal: ","\nthousands: "."', "1234.56"),
        ("1234,56", 'decimal: ","\nthousands: "."', "1234.56"),
        ("1'234.56", 'thousands: "\'"', "1234.56"),
        ("1\u202f234,56", 'decimal: ","\nthousands: " "', "1234.56"),
        ("(1,234.50)", 'thousands: ","\naccounting: true', "-1234.5"),
        ("1,234.50-", 'thousands: ","\naccounting: true', "-1234.5"),
        ("99999999999999999999999999.123456789012", "", "99999999999999999999999999.123456789012"),
    ],
)
def test_an_amount_is_exact_in_every_way_a_mapping_can_say(
    desk, cell: str, mapping: str, amount: str
) -> None:
    text = f'account,month,amount\n6100,2026-06,"{cell}"\n'
    assert desk.column(text, "amount", "ledger", mapping=mapping) == [Decimal(amount)]


@pytest.mark.parametrize(
    ("cell", "mapping"),
    [
        ("1,5", ""),
        ("1.234,56", ""),
        ("(5.00)", ""),
        ("5.00-", ""),
        ("EUR 5", ""),
        ("1.5", 'decimal: ","\nthousands: "."'),
        ("1.23.456", 'decimal: ","\nthousands: "."'),
        ("12,34.5", 'thousands: ","'),
    ],
)
def test_an_amount_that_could_be_two_numbers_is_neither(desk, cell: str, mapping: str) -> None:
    (aside,) = desk.read(f'account,month,amount\n6100,2026-06,"{cell}"\n', "ledger", mapping=mapping).aside
    assert (aside.code, aside.column) == ("E-TYPE-01", "amount")


@pytest.mark.parametrize(
    ("cell", "hours"), [("7.5", "7.5"), ("7:30:00", "7.5"), ("0:00:01", "0.000278"), ("7.123456", "7.123456")]
)
def test_hours_are_hours(desk, cell: str, hours: str) -> None:
    assert desk.column(f"group,month,paid_h\nvoice,2026-06,{cell}\n", "paid_h", "capacity") == [
        Decimal(hours)
    ]


@pytest.mark.parametrize(("cell", "whole"), [("3", 3), ("3.0", 3), ("3.", 3)])
def test_a_whole_number_may_have_empty_decimals(desk, cell: str, whole: int) -> None:
    assert value(desk, "messages", cell) == whole


@pytest.mark.parametrize("cell", ["2.5", "3.0001", "1e30"])
def test_a_part_of_a_message_is_refused(desk, cell: str) -> None:
    assert fault(desk, "messages", cell) == "E-TYPE-01"


# -- words ---------------------------------------------------------------------------------------------------


def test_words_are_trimmed_of_every_kind_of_blank_and_kept_inside(desk) -> None:
    assert value(desk, "team", "\u00a0 \tBilling  North\u3000") == "Billing  North"


def test_a_code_keeps_its_zeros_and_digits(desk) -> None:
    assert value(desk, "queue", "007") == "007"
    assert value(desk, "queue", "98765432109876543210") == "98765432109876543210"


def test_a_closed_set_is_stored_in_the_words_of_the_contract(desk) -> None:
    assert value(desk, "actor", "Self_Service") == "self_service"


@pytest.mark.parametrize(
    ("cell", "flag"), [("Y", True), ("yes", True), ("1", True), ("TRUE", True), ("n", False), ("0", False)]
)
def test_a_flag_is_yes_or_no(desk, cell: str, flag: bool) -> None:
    assert desk.column(f"opened_at,escalated\n2026-06-03,{cell}\n", "escalated", "cases") == [flag]


def test_a_flag_is_never_perhaps(desk) -> None:
    (aside,) = desk.read("opened_at,escalated\n2026-06-03,maybe\n", "cases").aside
    assert aside.code == "E-TYPE-02"


def test_an_empty_currency_is_that_of_the_workspace(desk) -> None:
    text = "account,month,amount,currency\n6100,2026-06,1,usd\n6100,2026-06,1,\n"
    assert desk.column(text, "currency", "ledger") == ["USD", "EUR"]
    assert desk.column("account,month,amount\n6100,2026-06,1\n", "currency", "ledger") == ["EUR"]


def test_an_exchange_rate_needs_both_currencies(desk) -> None:
    text = "month,from_currency,to_currency,rate\n2026-06,USD,,0.9\n2026-06,USD,EUR,0\n2026-06,USD,EUR,0.9\n"
    staged = desk.read(text, "fx")
    assert [(a.code, a.column) for a in staged.aside] == [("E-ROW-02", "to_currency"), ("E-RANGE-01", "rate")]
    assert staged.landed == 1


@pytest.mark.parametrize("who", ["Zoë Müller", "c-1", "a" * 200])
def test_a_person_is_stored_as_the_hash_python_gives(desk, who: str) -> None:
    assert value(desk, "customer_id", f" {who} ") == person_hash(desk.key, who)
    assert value(desk, "agent", who, "columns: {agent: {column: agent, hash: true}}") == person_hash(
        desk.key, who
    )


def test_another_key_gives_another_hash_however_long(desk) -> None:
    text = AT.format(name="customer_id", cell="Ada")
    for key in (b"", b"short", b"x" * 64, b"x" * 65, b"x" * 300):
        assert desk.column(text, "customer_id", key=key) == [person_hash(key, "Ada")]
    assert person_hash(b"one", "Ada") != person_hash(b"two", "Ada")


def test_a_person_left_empty_stays_unknown(desk) -> None:
    assert value(desk, "customer_id", "  ") is None


def test_an_answer_off_its_scale_is_set_aside(desk) -> None:
    head = "sent_at,kind,score,scale_min,scale_max\n"
    text = head + "2026-06-03,csat,6,1,5\n2026-06-03,csat,5,1,5\n2026-06-03,nps,10,,\n"
    staged = desk.read(text, "surveys")
    assert [(a.line, a.code) for a in staged.aside] == [(2, "E-RANGE-01")]
    assert "1.0 to 5.0" in staged.aside[0].reason


def test_a_plan_of_nothing_and_a_shop_open_at_25_oclock_are_set_aside(desk) -> None:
    plan = desk.read("month,amount,contacts\n2026-06,,\n2026-06,,50\n", "budgets")
    assert [a.code for a in plan.aside] == ["E-ROW-02"]
    days = desk.read("day,kind,opens\n2026-12-24,open,25:00\n2026-12-24,open,09:00\n", "calendar")
    assert [(a.code, a.column) for a in days.aside] == [("E-TIME-01", "opens")]
