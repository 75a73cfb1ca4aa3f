# SPDX-License-Identifier: Apache-2.0
"""A mapping is followed to the letter or refused, with the line and the near name."""

from datetime import datetime
from decimal import Decimal

import pytest

from percontact.ingest import load_mapping
from percontact.ingest.mapping import Above, Condition, Group, Mapping, Origin, Unpivot
from percontact.ingest.mapping_form import parse_mapping
from percontact.values.problem import PercontactError


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colums: {}", "Did you mean columns?"),
        ("columns: [a]", "not a list"),
        ("columns: {handle_s: {column: X, units: s}}", "Did you mean unit?"),
        ("columns: {handle_s: {column: X, unit: sec}}", "must be one of s, ms, min, h, day, hms, hm"),
        ("columns: {handle_s: {unit: s}}", "needs one of `column:`, `columns:`, `constant:`"),
        ("columns: {handle_s: {column: X, constant: 3}}", "needs one of"),
        ("columns: {outcome: {column: X, else: null}}", "without `values:`"),
        ("columns: {agent: {column: X, hash: perhaps}}", "true or false"),
        ("timezone: Europe/Berlim", "no time zone"),
        ("timezone: ../../etc/passwd", "no time zone"),
        ("encoding: klingon", "no encoding"),
        ("delimiter: '||'", "one character"),
        ("decimal: ','\nthousands: ','", "are both"),
        ("skip: -1", "whole number"),
        ("keep: some", "one of all, none"),
        ("where: {column: outcome}", "one of `is:`, `not:`"),
        ("table: contacts\ntable: ledger", "mapping.yaml:2: `table` is given twice"),
        ("columns: {a: b", "E-MAP-01"),
        ("? [a]: b", "must be one text"),
        ("just a sentence", "must be `name: value` lines"),
        ("decimal: ';'", "is in no number"),
        ("thousands: '5'", "is in no number"),
        ("where: {column: outcome, matches: '(?=x)'}", "no RE2 pattern"),
        ("columns: {account: {column: A, match: '('}}", "no RE2 pattern"),
        ("columns: {amount: {column: A, factor: 1/12}}", "decimal number"),
        ("columns: {amount: {column: A, factor: 1e3}}", "decimal number"),
        ("columns: {amount: {column: A, negative: {column: B}}}", "one of `is:`, `not:`, `blank:`"),
        ("columns: {amount: {column: A, fill: up}}", "must be one of down"),
        ("columns: {amount: {column: A, since: June}}", "no day in ISO form"),
        ("columns: {amount: {above: {line: 1}}}", "needs `line:` and `cell:`"),
        ("columns: {amount: {above: {line: 0, cell: 1}}}", "from 1"),
        ("columns: {amount: {column: A, or: {constnt: 1}}}", "Did you mean constant?"),
        ("columns: {amount: {column: A, take: first}}", "there is no `group:`"),
        ("unpivot: {columns: [Jan]}", "needs `columns:`, `name:` and `value:`"),
        ("group: {order: A}", "needs `by:`"),
        ("header: none", "needs `headers:`"),
        ("group: {by: [A], keep: second}", "must be one of one, first, last, all"),
        ("ragged: cut", "must be one of aside, pad"),
        ("recognise: [A]", "must be `name: value` lines"),
    ],
)
def test_a_wrong_form_is_refused_with_its_reason(text: str, told: str) -> None:
    with pytest.raises(PercontactError) as raised:
        parse_mapping(text, "mapping.yaml")
    assert raised.value.problem.code == "E-MAP-01"
    assert told in str(raised.value)


def test_a_mapping_for_no_table_is_refused() -> None:
    with pytest.raises(PercontactError, match=r"E-MAP-02[\s\S]*Did you mean contacts\?"):
        parse_mapping("table: contact", "mapping.yaml")


def test_words_stay_words() -> None:
    """YAML would take No for false, 1 for a number and 01:30 for ninety minutes."""
    values = "{No: abandoned, 1: handled, 01:30: x, ~: y}"
    mapping = parse_mapping(f"columns: {{outcome: {{column: A, values: {values}}}}}", "m")
    assert dict(mapping.columns["outcome"].values) == {
        "No": "abandoned",
        "1": "handled",
        "01:30": "x",
        "~": "y",
    }


def test_the_example_of_the_docstring_is_a_mapping() -> None:
    import percontact.ingest.mapping as module

    example = (module.__doc__ or "").split("```yaml\n")[1].split("```")[0]
    mapping = parse_mapping(example, "m")
    assert mapping.delimiter == ";"
    assert mapping.skip == 3
    assert mapping.keep == "all"
    assert mapping.columns["outcome"] == Origin(columns=(("Result", "Outcome"),))
    assert mapping.columns["answered_at"].columns == (("Date",), ("Picked up",))
    assert mapping.where[0].never == ("PHANTOM",)


def test_the_examples_for_ledgers_and_for_event_logs_are_mappings() -> None:
    import percontact.ingest.mapping as module

    ledger, events = (part.split("```")[0] for part in (module.__doc__ or "").split("```yaml\n")[2:])
    mapping = parse_mapping(ledger, "m")
    assert mapping.recognise == (("Posting day",), ("Debit", "Soll"))
    assert mapping.unpivot == Unpivot(("January", "February"), "", "month", "amount")
    assert mapping.columns["period_start"].since == Above(1, 3)
    assert mapping.columns["currency"].instead == Origin(above=Above(1, 5))
    amount = mapping.columns["amount"]
    assert (amount.minus, amount.factor, amount.negative[0].only) == (("Credit",), "0.5", ("Reversal",))
    assert mapping.where[0] == Condition(("Entry",), blank=False)
    mapping = parse_mapping(events, "m")
    assert (mapping.records, mapping.explode) == ("data.items", "participants")
    assert mapping.group == Group((("Case ID",),), Origin(columns=(("Complete Timestamp",),)))
    assert mapping.columns["resolved_at"].take == "last"
    assert mapping.columns["resolved_at"].when == (Condition(("Activity",), only=("Resolved",)),)


def test_an_empty_mapping_reads_the_tables_own_headers() -> None:
    assert parse_mapping("", "m") == Mapping(name="m")


def test_a_mapping_file_that_is_missing_or_no_text_is_refused(tmp_path) -> None:
    with pytest.raises(PercontactError, match="E-FILE-01"):
        load_mapping(tmp_path / "m.yaml")
    (tmp_path / "m.yaml").write_bytes(b"table: \xff")
    with pytest.raises(PercontactError, match="E-FILE-02"):
        load_mapping(tmp_path / "m.yaml")


def test_a_mapping_file_knows_its_name_and_text(tmp_path) -> None:
    (tmp_path / "m.yaml").write_text("\ufefftable: ledger\n", encoding="utf-8")
    mapping = load_mapping(tmp_path / "m.yaml")
    assert (mapping.name, mapping.text, mapping.table) == ("m.yaml", "table: ledger\n", "ledger")


# -- what a mapping does to a file ---------------------------------------------------------------------------

ROW = "Start,Who,Type,Type2\n2026-06-03,Y,PS,x\n2026-06-03,?,NW,y\n"


def test_values_are_translated_and_others_kept(desk) -> None:
    text = "columns: {started_at: Start, outcome: {column: Who, values: {Y: handled}}}"
    assert [r[0] for r in desk.rows(desk.read(ROW, mapping=text), "outcome")] == ["handled", "?"]


def test_values_not_named_become_empty_or_are_set_aside(desk) -> None:
    text = "columns: {{started_at: Start, outcome: {{column: Who, values: {{Y: handled}}, else: {}}}}}"
    assert [r[0] for r in desk.rows(desk.read(ROW, mapping=text.format("null")), "outcome")] == [
        "handled",
        None,
    ]
    (aside,) = desk.read(ROW, mapping=text.format("aside")).aside
    assert (aside.line, aside.code, aside.column) == (3, "E-TYPE-02", "outcome")


def test_a_value_can_be_translated_to_empty(desk) -> None:
    text = "columns: {started_at: Start, outcome: {column: Who, values: {Y: null}}}"
    assert [r[0] for r in desk.rows(desk.read(ROW, mapping=text), "outcome")] == [None, "?"]


def test_null_words_are_empty(desk) -> None:
    text = "columns: {started_at: Start, outcome: Who}\nnulls: ['?']"
    assert [r[0] for r in desk.rows(desk.read(ROW, mapping=text), "outcome")] == ["Y", None]


def test_headers_are_found_in_any_case_and_the_first_that_exists_is_taken(desk) -> None:
    text = "columns: {started_at: [Begin, ' START '], reason: [type]}\nkeep: none"
    staged = desk.read(ROW, mapping=text)
    assert desk.rows(staged, "reason") == [("PS",), ("NW",)]
    assert "who" not in {name for name, _ in staged.files[0].columns}


def test_cells_are_joined_and_one_empty_part_empties_the_whole(desk) -> None:
    text = "Day,Time\n260603,9:21:40\n260603,0:00:00\n"
    columns = "{columns: [Day, Time], format: '%y%m%d %H:%M:%S', nulls: ['0:00:00']}"
    staged = desk.read(text, mapping=f"columns: {{started_at: {columns}}}")
    assert [(a.line, a.code) for a in staged.aside] == [(3, "E-ROW-02")]
    assert staged.landed == 1


def test_a_constant_is_read_in_iso_form_whatever_the_file_uses(desk) -> None:
    columns = "columns: {started_at: {constant: 2026-06-03}, talk_s: {constant: 1.5}}"
    text = f"format: '%d/%m/%Y'\ndecimal: ','\n{columns}"
    staged = desk.read("x\n1\n", mapping=text)
    assert str(desk.rows(staged, "talk_s")[0][0]) == "1.500"


def test_kept_columns_are_all_none_or_those_listed(desk) -> None:
    def kept(keep: str) -> list[str]:
        staged = desk.read(ROW, mapping=f"columns: {{started_at: Start}}\nkeep: {keep}")
        return [name for name, _ in staged.files[0].columns if name in ("who", "type", "type2")]

    assert kept("all") == ["who", "type", "type2"]
    assert kept("none") == []
    assert kept("[Type2, Who]") == ["who", "type2"]


def test_a_new_dimension_is_named_on_the_left(desk) -> None:
    staged = desk.read(
        ROW, mapping="columns: {started_at: Start, tier: {column: Type, values: {PS: private}}}"
    )
    assert desk.rows(staged, "tier") == [("private",), ("NW",)]


def test_rows_left_out_are_counted_and_all_conditions_hold(desk) -> None:
    text = "Start,Kind,Who\n2026-06-03,A,x\n2026-06-03,B,x\n2026-06-03,A,test\n2026-06-03,,x\n"
    where = "where: [{column: Kind, is: [A, B]}, {column: Who, not: test}]"
    staged = desk.read(text, mapping=f"columns: {{started_at: Start}}\n{where}")
    assert [(a.line, a.code, a.column) for a in staged.aside] == [
        (4, "E-SKIP-01", "Who"),
        (5, "E-SKIP-01", "Kind"),
    ]
    assert (staged.seen, staged.landed) == (4, 2)


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("table: ledger", "for table ledger, not contacts"),
        ("columns: {chanel: Who, started_at: Start}", "Did you mean channel?"),
        ("columns: {row_id: Who, started_at: Start}", "percontact makes itself"),
        ("columns: {My Tier: Who, started_at: Start}", "my_tier"),
        ("columns: {started_at: Start}\nkeep: [Whom]", "Did you mean Who?"),
        ("columns: {started_at: Start}\nwhere: {column: Kind, not: x}", "Did you mean"),
        ("columns: {started_at: Start}\nheaders: [a, b]", "names 2 columns, the file has 4"),
    ],
)
def test_a_mapping_that_speaks_of_what_is_not_there_is_refused(desk, mapping: str, told: str) -> None:
    with pytest.raises(PercontactError) as raised:
        desk.read(ROW, mapping=mapping)
    assert raised.value.problem.code == "E-MAP-02"
    assert told in str(raised.value) or "There is:" in str(raised.value)


@pytest.mark.parametrize(
    "mapping",
    [
        "columns: {started_at: {column: Start, unit: min}}",
        "columns: {started_at: Start, team: {column: Who, unit: min}}",
        "columns: {started_at: {column: Start, format: '%Q'}}",
    ],
)
def test_a_unit_or_format_that_does_not_fit_is_refused(desk, mapping: str) -> None:
    with pytest.raises(PercontactError, match="E-MAP-01"):
        desk.read(ROW, mapping=mapping)


def test_an_average_times_its_number_is_the_total(desk) -> None:
    text = "started_at,Calls,Avg talk\n2026-06-03,204,0:02:14\n2026-06-04,many,0:02:14\n2026-06-05,3,\n"
    mapping = "columns: {count: {constant: 1}, talk_s: {column: Avg talk, times: Calls}}"
    staged = desk.read(text, mapping=mapping)
    assert desk.rows(staged, "talk_s::INT") == [(204 * 134,), (None,)]
    ((aside),) = staged.aside
    assert (aside.line, aside.code) == (3, "E-TYPE-01")
    assert "`times` is `many`" in aside.reason


@pytest.mark.parametrize(("cell", "amount"), [("2.50", "7.50"), ("0.123456789", "0.370370367")])
def test_a_price_times_its_number_is_the_amount(desk, cell: str, amount: str) -> None:
    mapping = "columns: {amount: {column: Price, times: Number}}"
    text = f"account,month,Price,Number\n6100,2026-06,{cell},3\n"
    assert desk.column(text, "amount", "ledger", mapping=mapping) == [Decimal(amount)]


def test_only_what_adds_up_can_be_multiplied(desk) -> None:
    with pytest.raises(PercontactError, match="E-MAP-01"):
        desk.read(ROW, mapping="columns: {started_at: Start, team: {column: Who, times: Type}}")


def test_a_file_read_in_two_parts_makes_ids_of_its_own(desk) -> None:
    first = desk.read(ROW, mapping="columns: {started_at: Start}\npart: one")
    again = desk.read(ROW, mapping="columns: {started_at: Start}\npart: two", book=desk.book(first))
    assert (again.landed, again.aside) == (2, ())


KINDED = "columns: {{contact_id: id, started_at: at}}\nwhere: {{column: Kind, {}}}\noptional: {}\n"
KINDLESS = "id,at\n1,2026-06-13 10:00\n"


@pytest.mark.parametrize("optional", ["all", "[where]"])
@pytest.mark.parametrize("condition", ["not: [TEST]", 'unlike: "^T"', "blank: true"])
def test_a_condition_about_an_optional_header_that_is_not_there_leaves_no_row_out(
    desk, optional: str, condition: str
) -> None:
    mapping = KINDED.format(condition, optional)
    staged = desk.read(KINDLESS, mapping=mapping)
    assert staged.landed == 1
    assert any("`where:` asks about `Kind`, which the file does not have" in note for note in staged.notes)


@pytest.mark.parametrize(
    ("condition", "optional"),
    [("not: [TEST]", "none"), ("is: [CALL]", "all"), ("matches: C", "all"), ("blank: false", "all")],
)
def test_a_condition_that_cannot_be_judged_without_its_header_stops(
    desk, condition: str, optional: str
) -> None:
    mapping = KINDED.format(condition, optional)
    with pytest.raises(PercontactError, match="`where:` names `Kind`"):
        desk.read(KINDLESS, mapping=mapping)


LATER = "columns: {contact_id: id, started_at: at, ended_at: {column: at, plus: Reply, unit: min}}\n"


def test_a_moment_and_the_minutes_after_it_are_a_later_moment(desk) -> None:
    """10:00 and 12.5 minutes is 10:12:30; without minutes it is not known; an hour is one in March too."""
    text = "id,at,Reply\n1,2026-06-13 10:00,12.5\n2,2026-06-13 10:00,\n"
    text += "3,2026-03-29 01:30,60\n4,2026-06-13 10:00,0\n"
    found = desk.column(text, "ended_at", mapping=LATER)
    assert found == [
        datetime(2026, 6, 13, 8, 12, 30),
        None,
        datetime(2026, 3, 29, 1, 30),
        datetime(2026, 6, 13, 8),
    ]


def test_minutes_that_are_no_number_set_the_row_aside(desk) -> None:
    staged = desk.read(
        "id,at,Reply\n1,2026-06-13 10:00,soon\n2,2026-06-13 10:00,99999999999999\n", mapping=LATER
    )
    assert [a.code for a in staged.aside] == ["E-TIME-01", "E-TIME-01"]
    assert "2026-06-13 10:00 plus soon" in staged.aside[0].reason


def test_an_hour_that_came_twice_is_still_said_when_minutes_are_added(desk) -> None:
    staged = desk.read("id,at,Reply\n1,2026-10-25 02:30,5\n", mapping=LATER)
    assert desk.rows(staged, "ended_at") == [(datetime(2026, 10, 25, 0, 35),)]
    assert any("Local times that came twice" in note for note in staged.notes)
