# SPDX-License-Identifier: Apache-2.0
"""Each kind of suspicion by name: rows that have it, and rows like them that raise none."""

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest

Rows = Iterable[str]
MONDAY = date(2026, 3, 2)


def doubts(desk, header: str, rows: Rows, table: str = "contacts", **more) -> list[str]:
    """The codes of the suspicions of a file, worst first."""
    return [p.code for p in desk.read("\n".join([header, *rows]) + "\n", table, **more).suspicions]


def calls(
    *,
    days: int = 28,
    a_day: Callable[[date], int] = lambda _day: 40,
    handle: Callable[[random.Random, int], float] = lambda r, _i: round(r.lognormvariate(5.2, 0.5)),
    team: Callable[[date], str] = lambda _day: "Nord",
) -> list[str]:
    """Calls of some weeks from a Monday, a column more for each thing a test changes; seeded."""
    draws = random.Random(11)
    rows, i = [], 0
    for n in range(days):
        day = MONDAY + timedelta(n)
        for k in range(a_day(day)):
            i += 1
            at = f"{8 + k * 9 // max(a_day(day), 1):02d}:{draws.randrange(60):02d}:{draws.randrange(60):02d}"
            rows.append(f"c-{i},{day} {at},voice,{handle(draws, i):g},{team(day)},a-{draws.randrange(8)}")
    return rows


HEADER = "contact_id,started_at,channel,handle_s,team,agent"


def test_calls_as_they_are_raise_no_suspicion(desk) -> None:
    """28 days of 40 calls, lengths log-normal about 180 s"""
    assert doubts(desk, HEADER, calls()) == []


def test_weekdays_only_and_a_quiet_weekend_raise_none(desk) -> None:
    assert doubts(desk, HEADER, calls(a_day=lambda d: 40 if d.weekday() < 5 else 0)) == []
    assert doubts(desk, HEADER, calls(a_day=lambda d: 60 if d.weekday() < 5 else 9)) == []


# -- a constant repeated through a column --


def test_a_mean_put_in_for_what_was_not_measured_is_seen(desk) -> None:
    """one call in ten has 187.4 s"""
    filled = calls(handle=lambda r, i: 187.4 if i % 10 == 0 else round(r.lognormvariate(5.2, 0.5)))
    assert doubts(desk, HEADER, filled) == ["W-CONST-01"]


@pytest.mark.parametrize("usual", [300, 0, 5])
def test_round_values_and_nothing_at_all_may_repeat(desk, usual: int) -> None:
    rows = calls(handle=lambda r, i: usual if i % 3 == 0 else round(r.lognormvariate(5.2, 0.5)))
    assert doubts(desk, HEADER, rows) == []


# -- units that change --


@pytest.mark.parametrize(("factor", "places"), [(60, 2), (3600, 5), (86400, 7), (1 / 1000, 0)])
def test_a_unit_that_changes_from_a_line_on_is_seen(desk, factor: float, places: int) -> None:
    """the last third in minutes, hours, day fractions, milliseconds"""
    rows = calls(
        handle=lambda r, i: round((s := r.lognormvariate(5.2, 0.4)) / (factor if i > 740 else 1), places) or s
    )
    assert "W-UNIT-01" in doubts(desk, HEADER, rows)


def test_a_unit_that_changes_from_row_to_row_is_seen(desk) -> None:
    rows = calls(handle=lambda r, i: round(r.lognormvariate(5.2, 0.3) / (60 if i % 7 == 0 else 1), 3))
    assert doubts(desk, HEADER, rows) == ["W-UNIT-01"]


def test_a_team_that_reports_minutes_is_named(desk) -> None:
    """team of odd days: minutes; the file sorted by call"""
    team = lambda day: "Nord" if day.day % 2 else "Sued"  # noqa: E731
    rows = []
    for line in calls(team=team, handle=lambda r, _i: round(r.lognormvariate(5.2, 0.9), 1)):
        cells = line.split(",")
        cells[3] = f"{float(cells[3]) / (60 if cells[4] == 'Sued' else 1):.3f}"
        rows.append(",".join(cells))
    (doubt,) = desk.read("\n".join([HEADER, *rows]), "contacts").suspicions
    assert (doubt.code, "for team" in doubt.what) == ("W-UNIT-01", True)


def test_lengths_as_clock_times_and_as_seconds_agree_and_raise_none(desk) -> None:
    """0:03:20 and 200 in one column are the same length"""
    rows = []
    for i, line in enumerate(calls()):
        cells = line.split(",")
        seconds = int(cells[3])
        cells[3] = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" if i % 2 else cells[3]
        rows.append(",".join(cells))
    assert doubts(desk, HEADER, rows) == []


def test_channels_of_different_lengths_raise_none(desk) -> None:
    """voice about 3 min, email about 3 h: 60 times as long, and right"""
    rows = []
    for i, line in enumerate(calls()):
        cells = line.split(",")
        if i % 2:
            cells[2], cells[3] = "email", str(int(cells[3]) * 60 + 7 * i % 61)
        rows.append(",".join(cells))
    assert doubts(desk, HEADER, rows) == []


# -- days --


def test_a_day_without_contacts_is_seen(desk) -> None:
    gone = MONDAY + timedelta(16)
    assert doubts(desk, HEADER, calls(a_day=lambda d: 0 if d == gone else 40)) == ["W-DAY-01"]


def test_a_week_without_contacts_is_told_as_a_span(desk) -> None:
    gone = {MONDAY + timedelta(n) for n in range(21, 28)}
    text = "\n".join([HEADER, *calls(days=63, a_day=lambda d: 0 if d in gone else 20)])
    (doubt,) = desk.read(text).suspicions
    assert doubt.what == "7 days without contacts: 2026-03-23 to 2026-03-29"


def test_a_holiday_in_the_calendar_is_no_missing_day(desk) -> None:
    gone = MONDAY + timedelta(16)
    calendar = desk.read(f"day,kind\n{gone},holiday\n", "calendar")
    rows = calls(a_day=lambda d: 0 if d == gone else 40)
    assert doubts(desk, HEADER, rows, book=desk.book(calendar)) == []


def totals(days: int = 60) -> list[list[float]]:
    draws = random.Random(5)
    return [[2 * draws.randrange(100, 300), 2 * draws.randrange(9_000, 30_000)] for _ in range(days)]


def as_rows(found: list[list[float]]) -> list[str]:
    return [f"{MONDAY + timedelta(n)},voice,{c:g},{s:g}" for n, (c, s) in enumerate(found)]


@pytest.mark.parametrize("apart", [1, 7])
def test_one_interpolated_day_is_seen(desk, apart: int) -> None:
    """day 30 of 60 totals: the mean of the days, or of the weekdays, before and after"""
    found = totals()
    found[30] = [(a + b) / 2 for a, b in zip(found[30 - apart], found[30 + apart], strict=True)]
    text = "\n".join(["date,channel,count,handle_s", *as_rows(found)])
    (doubt,) = desk.read(text).suspicions
    assert (doubt.code, str(MONDAY + timedelta(30)) in doubt.what) == ("W-DAY-02", True)


def test_totals_as_they_are_raise_none(desk) -> None:
    assert doubts(desk, "date,channel,count,handle_s", as_rows(totals(700))) == []


def test_a_demand_that_collapses_at_the_end_is_seen(desk) -> None:
    """the last two days have 5 calls instead of 40"""
    end = MONDAY + timedelta(40)
    assert doubts(desk, HEADER, calls(days=42, a_day=lambda d: 5 if d >= end else 40)) == ["W-DAY-03"]


def test_a_quiet_last_weekend_is_no_collapse(desk) -> None:
    assert doubts(desk, HEADER, calls(days=42, a_day=lambda d: 40 if d.weekday() < 5 else 8)) == []


# -- names --


def test_a_team_that_is_renamed_is_told_with_its_successor(desk) -> None:
    """Nord until May, Team 1 from June, the same agents"""
    june = date(2026, 6, 1)
    rows = calls(days=200, a_day=lambda _d: 8, team=lambda d: "Nord" if d < june else "Team 1")
    (doubt,) = desk.read("\n".join([HEADER, *rows])).suspicions
    assert doubt.code == "W-NAME-01"
    assert (
        doubt.what == "team 'Nord' ends with 2026-05; 'Team 1' begins in 2026-06 and is its likely successor"
    )
    assert "8 of its 8 agents" in doubt.why


def ledger(months: int, centre: Callable[[int], str], amount: Callable[[int], float]) -> list[str]:
    rows = []
    for m in range(1, months + 1):
        rows += [f"2026-{m:02d}-01,6100,CC-10,Acme Telecom,{3000 + m * 17}"]
        rows += [f"2026-{m:02d}-01,6200,{centre(m)},Bolt Facilities,{amount(m):.2f}"]
    return rows


LEDGER = "date,account,cost_centre,vendor,amount"


def test_a_cost_centre_that_is_renamed_is_told_with_its_successor(desk) -> None:
    rows = ledger(9, lambda m: "CC-20" if m < 6 else "CC-77", lambda m: 2000 + m)
    (doubt,) = desk.read("\n".join([LEDGER, *rows]), "ledger").suspicions
    assert (doubt.code, "'CC-77'" in doubt.what) == ("W-NAME-01", True)


def test_a_new_cost_centre_is_told_as_new(desk) -> None:
    rows = [*ledger(9, lambda _m: "CC-20", lambda m: 2000 + m)]
    rows += [f"2026-{m:02d}-01,6300,CC-30,Cloud,{900 + m}" for m in range(5, 10)]
    assert doubts(desk, LEDGER, rows, "ledger") == ["W-NAME-02"]


def test_bills_by_the_quarter_and_by_the_year_are_no_re_organisation(desk) -> None:
    rows = [*ledger(12, lambda _m: "CC-20", lambda m: 2000 + m)]
    rows += [f"2026-{m:02d}-01,6400,CC-40,Insurer,{900 + m}" for m in (1, 4, 7, 10)]
    rows += ["2026-02-01,6500,CC-50,Auditor,7000"]
    assert doubts(desk, LEDGER, rows, "ledger") == []


# -- rows --


def test_rows_exported_twice_are_seen(desk) -> None:
    rows = [line.partition(",")[2] for line in calls(days=14)]
    assert doubts(desk, HEADER.partition(",")[2], rows * 2) == ["W-ROW-01"]
    assert doubts(desk, HEADER.partition(",")[2], rows + rows[:20]) == ["W-ROW-01"]


def test_rows_that_are_alike_because_they_say_little_raise_none(desk) -> None:
    """a payroll without names: 200 people on 4 grades; two equal payments among 300"""
    rows = [f"2026-01-01,Grade {i % 4},{2000 + 100 * (i % 4)}" for i in range(200)]
    assert doubts(desk, "date,account,amount", rows, "ledger") == []
    draws = random.Random(3)
    paid = [f"2026-01-{1 + i % 28:02d},6{i % 40:03d},{draws.randrange(10**6) / 100}" for i in range(300)]
    assert doubts(desk, "date,account,amount", [*paid, paid[7]], "ledger") == []


def test_an_id_that_is_no_key_is_seen_and_a_slip_is_not(desk) -> None:
    legs = [line.replace(f"c-{i},", f"c-{i // 2},", 1) for i, line in enumerate(calls(days=14), 1)]
    assert doubts(desk, HEADER, legs) == ["W-ID-01"]
    slip = calls(days=14)
    assert doubts(desk, HEADER, [*slip, slip[0]]) == []


CASES = "case_id,opened_at,first_reply_at,resolved_at"


def test_resolution_before_creation_is_told_as_a_habit(desk) -> None:
    """one case in four is resolved the day before it was opened: set aside, and said"""
    rows = [f"k-{i},2026-06-02 09:00,,2026-06-0{1 if i % 4 == 0 else 3} 09:00" for i in range(100)]
    staged = desk.read("\n".join([CASES, *rows]), "cases")
    assert ([p.code for p in staged.suspicions], len(staged.aside)) == (["W-TIME-01"], 25)


def test_resolution_before_the_first_reply_is_told(desk) -> None:
    rows = [f"k-{i},2026-06-02 09:00,2026-06-04 09:00,2026-06-0{3 if i % 2 else 5} 09:00" for i in range(100)]
    assert doubts(desk, CASES, rows, "cases") == ["W-TIME-01"]
    right = [f"k-{i},2026-06-02 09:00,2026-06-04 09:00,2026-06-05 09:00" for i in range(100)]
    assert doubts(desk, CASES, right, "cases") == []


# -- sums --

OFFERED = "columns: {started_at: Day, channel: {constant: voice}, count: Offered}\nkeep: none\n"


def test_offered_that_is_not_answered_and_abandoned_is_seen(desk) -> None:
    rows = [f"{MONDAY + timedelta(n)},{200 + n},{180 + n},{20 if n != 9 else 11},0.9" for n in range(30)]
    header = "Day,Offered,Answered Calls,Abandoned Calls,Answer rate"
    (doubt,) = desk.read("\n".join([header, *rows]), mapping=OFFERED).suspicions
    assert doubt.what == (
        "`Offered` is not `Answered Calls` + `Abandoned Calls` in 1 of 30 rows: 209 against 200"
    )
    right = [f"{MONDAY + timedelta(n)},{200 + n},{180 + n},20,0.9" for n in range(30)]
    assert doubts(desk, header, right, mapping=OFFERED) == []


PARTS = "contact_id,started_at,channel,handle_s,talk_s,hold_s,wrap_s"


def test_handle_time_that_is_not_its_parts_is_seen(desk) -> None:
    rows = [f"c-{i},2026-06-{1 + i % 28:02d} 09:00,voice,{200 + i},{150 + i},10,{i % 2}" for i in range(200)]
    assert doubts(desk, PARTS, rows) == ["W-SUM-01"]
    right = [f"c-{i},2026-06-{1 + i % 28:02d} 09:00,voice,{200 + i},{150 + i},10,40" for i in range(200)]
    assert doubts(desk, PARTS, right) == []


def test_a_total_row_is_seen_with_its_label_and_without(desk) -> None:
    rows = ["2026-01-01,6100,Salaries,1200.50", "2026-01-01,6200,Phones,99.50", "2026-01-01,6300,Rent,700"]
    header = "date,account,text,amount"
    assert doubts(desk, header, [*rows, "2026-01-01,,Grand total,2000.00"], "ledger") == ["W-SUM-02"]
    assert doubts(desk, header, [*rows, "2026-01-01,,,2000.00"], "ledger") == ["W-SUM-02"]


def test_sub_totals_and_their_total_are_all_seen(desk) -> None:
    rows = ["2026-01-01,6100,A,10", "2026-01-01,6100,B,20", "2026-01-01,,Subtotal,30",
            "2026-01-01,6200,C,1", "2026-01-01,6200,D,2", "2026-01-01,,Subtotal,3",
            "2026-01-01,,Total,33"]  # fmt: skip
    (doubt,) = desk.read("\n".join(["date,account,text,amount", *rows]), "ledger").suspicions
    assert doubt.what == "`amount` holds 3 total rows (line 4, 7, 8)"


def test_a_supplier_called_total_is_no_total(desk) -> None:
    """Total Gas & Power sells energy"""
    rows = ["2026-01-01,6100,Salaries,1200.50", "2026-01-01,6200,Total Gas & Power Ltd,99.50",
            "2026-01-01,6300,Rent,700"]  # fmt: skip
    assert doubts(desk, "date,account,vendor,amount", rows, "ledger") == []


def test_a_team_that_is_the_total_of_the_others_is_seen(desk) -> None:
    rows = [
        f"{MONDAY + timedelta(n)},voice,{team},{count}"
        for n in range(20)
        for team, count in (("Nord", 30 + n), ("Sued", 20 + n), ("Gesamt", 50 + 2 * n))
    ]
    assert doubts(desk, "date,channel,team,count", rows) == ["W-SUM-02"]


# -- words --


def test_a_contact_centre_that_is_something_else_is_seen(desk) -> None:
    rows = ["2026-01-01,Third parties,Children Looked After,Family Ties Contact Centre,1450",
            "2026-01-01,Software,Customer Services,Contact Centre Systems Ltd,900",
            "2026-01-01,Fuel,Parks,Green Ltd,30"]  # fmt: skip
    (doubt,) = desk.read("\n".join([LEDGER, *rows]), "ledger").suspicions
    assert (doubt.code, "Family Ties" in doubt.what, "1 line of" in doubt.what) == ("W-TEXT-01", True, True)


def test_the_services_own_contact_centre_raises_none(desk) -> None:
    rows = ["2026-01-01,Agency staff,Customer Services,Reed Contact Centre Staffing,1450",
            "2026-01-01,6100,Contact Centre,Acme,900",
            "2026-01-01,6200,CC-10,ABC Call Centres Ltd,30"]  # fmt: skip
    assert doubts(desk, LEDGER, rows, "ledger") == []


def test_a_suspicion_of_a_sheet_of_months_names_the_line_of_the_sheet(desk) -> None:
    """amounts of January to March side by side; the last line is their total"""
    rows = ["6100,10,20,30", "6200,1,2,3", "6300,5,5,5", "Total,16,27,38"]
    mapping = """
        unpivot: {columns: [Jan, Feb, Mar], name: month, value: amount}
        columns:
          period: {column: month, values: {Jan: 2026-01-01, Feb: 2026-02-01, Mar: 2026-03-01}}
          amount: amount
    """
    staged = desk.read("\n".join(["account,Jan,Feb,Mar", *rows]), "ledger", mapping=mapping)
    lines = [int(p.where.rpartition(":")[2]) for p in staged.suspicions if ":" in p.where]
    assert all(2 <= line <= 5 for line in lines)


# -- one channel by several names ----------------------------------------------------------------------------


NAMED = "contact_id,started_at,channel"


def test_one_channel_by_two_names_in_a_file_is_seen(desk) -> None:
    rows = ["1,2026-06-01 09:00,voice", "2,2026-06-01 09:10,Anruf", "3,2026-06-01 09:20,Fax"]
    (doubt,) = desk.read("\n".join([NAMED, *rows]) + "\n").suspicions
    assert (doubt.code, doubt.what) == ("W-NAME-03", "`channel` says Anruf, where others say voice")
    assert "values: {Anruf: voice}" in doubt.do


def test_two_names_of_one_channel_are_seen_though_neither_is_the_tables(desk) -> None:
    rows = ["1,2026-06-01 09:00,Phone", "2,2026-06-01 09:10,Anruf"]
    (doubt,) = desk.read("\n".join([NAMED, *rows]) + "\n").suspicions
    assert doubt.what == "`channel` says Anruf, Phone for one and the same"


def test_a_channel_that_earlier_files_call_otherwise_is_seen(desk) -> None:
    first = desk.read(f"{NAMED}\n1,2026-06-01 09:00,voice\n")
    (doubt,) = desk.read(f"{NAMED}\n2,2026-06-01 09:00,Phone\n", book=desk.book(first)).suspicions
    assert doubt.what == "`channel` says Phone, where others say voice"


def test_a_channel_that_has_one_name_everywhere_raises_none(desk) -> None:
    first = desk.read(f"{NAMED}\n1,2026-06-01 09:00,Phone\n")
    assert doubts(desk, NAMED, ["2,2026-06-01 09:00,Phone", "3,2026-06-01 09:00,Email"]) == []
    assert doubts(desk, NAMED, ["2,2026-06-01 09:00,Phone"], book=desk.book(first)) == []
