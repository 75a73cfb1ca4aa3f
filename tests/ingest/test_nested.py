# SPDX-License-Identifier: Apache-2.0
"""JSON and NDJSON: every record lands or is set aside, every digit stays, and no name stands for another."""

import gzip
import json

import pytest

from percontact.values.problem import PercontactError

DATED = "columns: {started_at: {constant: 2026-06-03 09:00}, channel: {constant: voice}}\n"


def ids(desk, text: str, *, name: str = "in.json", mapping: str = DATED) -> list[str]:
    return desk.column(text, "contact_id", mapping=mapping, name=name)


@pytest.mark.parametrize(
    ("text", "more", "name"),
    [
        ('[{"contact_id": "c-1"}, {"contact_id": "c-2"}]', "", "in.json"),
        ('{"contact_id": "c-1"}\n{"contact_id": "c-2"}\n', "", "in.ndjson"),
        ('{"contact_id": "c-1"}\r\n\r\n{"contact_id": "c-2"}', "", "in.jsonl"),
        ('{"contact_id": "c-1"}\n{"contact_id": "c-2"}\n', "", "in.json"),
        ('{"contact_id": "c-1"}{"contact_id": "c-2"}', "", "in.json"),
        ('{\n  "contact_id": "c-1"\n}\n{\n  "contact_id": "c-2"\n}', "", "in.json"),
        ('{"tickets": [{"contact_id": "c-1"}, {"contact_id": "c-2"}]}', "records: tickets", "in.json"),
        (
            '{"n": 2, "x": [[1], "]"], "data": {"a": "}", "items": '
            '[{"contact_id": "c-1"}, {"contact_id": "c-2"}]}, "next": null}',
            "records: data.items",
            "in.json",
        ),
        ('\ufeff[{"contact_id": "c-1"}, {"contact_id": "c-2"}]', "", "in.json"),
        ('[{"contact_id": "c-1"}, {"contact_id": "c-2"}]', "", "in.csv"),
    ],
    ids=["list", "ndjson", "blank line", "ndjson called json", "run together", "spread out", "object",
         "path", "mark", "called csv"],
)  # fmt: skip
def test_each_form_of_json_gives_the_same_two_rows(desk, text: str, more: str, name: str) -> None:
    assert ids(desk, text, name=name, mapping=DATED + more) == ["c-1", "c-2"]


def test_a_packed_ndjson_is_read(desk) -> None:
    data = gzip.compress(b'{"contact_id": "c-1"}\n{"contact_id": "c-2"}\n')
    assert desk.column(data, "contact_id", mapping=DATED, name="in.ndjson.gz") == ["c-1", "c-2"]


def test_members_of_members_are_headers_with_dots(desk) -> None:
    text = '[{"via": {"channel": "email", "from": {"kind": "web"}}}]'
    staged = desk.read(text, mapping=DATED.replace("{constant: voice}", "via.channel"), name="in.json")
    assert staged.headers == ("via.channel", "via.from.kind")
    assert desk.rows(staged, "channel, via_from_kind") == [("email", "web")]


def test_numbers_keep_every_digit(desk) -> None:
    """Two that a double would round, one with a trailing zero, one with an exponent."""
    text = (
        '[{"a": 98765432109876543210, "b": 1234567890.123456789, "c": 0.10, "d": 1E5, "tags": [1.10, "x"]}]'
    )
    staged = desk.read(text, mapping=DATED, name="in.json")
    assert desk.rows(staged, "a, b, c, d, tags") == [
        ("98765432109876543210", "1234567890.123456789", "0.10", "1E5", '[1.10, "x"]')
    ]


def test_money_is_read_from_its_digits(desk) -> None:
    text = '[{"account": "6000", "date": "2026-06", "amount": 12345678901234.123456789012}]'
    assert [str(v) for v in desk.column(text, "amount", "ledger", name="in.json")] == [
        "12345678901234.123456789012"
    ]


def test_a_missing_name_null_and_an_empty_list_are_empty(desk) -> None:
    text = '[{"contact_id": "c-1"}, {"contact_id": "c-2", "team": null}, {"contact_id": "c-3", "team": []}]'
    assert desk.column(text, "team", mapping=DATED, name="in.json") == [None, None, None]


def test_a_name_that_comes_late_does_not_shift_the_rows_before_it(desk) -> None:
    lines = [f'{{"contact_id": "c-{i}"}}' for i in range(500)]
    text = "\n".join([*lines, '{"team": "A", "contact_id": "c-500"}'])
    staged = desk.read(text, mapping=DATED, name="in.ndjson")
    assert staged.landed == 501
    assert desk.rows(staged, "contact_id, team", "WHERE team IS NOT NULL") == [("c-500", "A")]


def test_type_beside_Type_stay_apart_and_none_is_taken_for_the_other(desk) -> None:
    text = '[{"Type": "Create", "type": "ticket"}]'
    staged = desk.read(text, mapping=DATED, name="in.json")
    assert staged.headers == ("Type_1", "type_2")
    assert desk.rows(staged, "type_1, type_2") == [("Create", "ticket")]
    assert "`Type`, `type`" in staged.notes[0]
    with pytest.raises(PercontactError, match=r"E-MAP-02[^$]*Type_1"):
        desk.read(text, mapping=DATED.replace("{constant: voice}", "type"), name="in.json")


def test_a_dotted_name_and_a_nested_one_stay_apart(desk) -> None:
    staged = desk.read('[{"a.b": "1", "a": {"b": "2"}}]', mapping=DATED, name="in.json")
    assert desk.rows(staged, "a_b_1, a_b_2") == [("1", "2")]


def test_a_name_that_stands_twice_sets_its_record_aside(desk) -> None:
    text = '{"contact_id": "c-1", "contact_id": "c-2"}\n{"contact_id": "c-3"}\n'
    staged = desk.read(text, mapping=DATED, name="in.ndjson")
    (aside,) = staged.aside
    assert (aside.line, aside.code, aside.text) == (1, "E-ROW-03", text.splitlines()[0])
    assert desk.rows(staged, "contact_id") == [("c-3",)]


def test_a_malformed_line_is_set_aside_with_its_text_and_is_no_row_of_nothing(desk) -> None:
    """DuckDB's reader makes a row of NULLs of it, with no word said."""
    text = '{"contact_id": "c-1"}\n{"contact_id": "c-2"\n[1]\nnull\n{"contact_id": "c-5"}\n'
    staged = desk.read(text, mapping=DATED, name="in.ndjson")
    assert (staged.seen, staged.landed) == (5, 2)
    assert [(a.line, a.code) for a in staged.aside] == [(2, "E-ROW-03"), (3, "E-ROW-03"), (4, "E-ROW-03")]
    assert staged.aside[0].text == '{"contact_id": "c-2"'
    assert "Expecting ',' delimiter at sign 2" in staged.aside[0].reason


def test_the_line_of_a_row_is_its_line_in_the_file(desk) -> None:
    staged = desk.read('\n{"contact_id": "c-1"}\n\n{"contact_id": "c-2"}', mapping=DATED, name="in.ndjson")
    assert [row_id & 0xFFFF for (row_id,) in desk.rows(staged, "row_id")] == [2, 4]


def test_of_a_list_it_is_the_number_of_its_record(desk) -> None:
    staged = desk.read(
        '[\n\n{"contact_id": "c-1"},\n7, {"contact_id": "c-3"}]', mapping=DATED, name="in.json"
    )
    assert [row_id & 0xFFFF for (row_id,) in desk.rows(staged, "row_id")] == [1, 3]
    assert [(a.line, a.text) for a in staged.aside] == [(2, "7")]
    assert staged.seen == 3


def test_mixed_kinds_of_values_are_kept_as_they_are(desk) -> None:
    text = '[{"x": 1}, {"x": "1"}, {"x": true}, {"x": {"y": 2}}, {"x": [1, {"z": 1.0}]}]'
    staged = desk.read(text, mapping=DATED, name="in.json")
    assert desk.rows(staged, "x, x_y") == [
        ("1", None), ("1", None), ("true", None), (None, "2"), ('[1, {"z": 1.0}]', None),
    ]  # fmt: skip


def test_which_list_holds_the_records_is_asked(desk) -> None:
    text = '{"contacts": [{"contact_id": "c-1"}], "meta": {"users": [{"id": 1}], "tags": ["a"]}}'
    with pytest.raises(PercontactError, match=r"2 lists `contacts`, `meta.users`[^$]*records: contacts"):
        desk.read(text, mapping=DATED, name="in.json")


def test_an_object_without_lists_of_objects_is_one_record(desk) -> None:
    assert ids(desk, '{"contact_id": "c-1", "tags": ["a", "b"]}') == ["c-1"]


def test_explode_makes_a_row_of_each_element(desk) -> None:
    text = """[
      {"id": "k-1", "talk": {"parts": [{"contact_id": "c-1", "by": {"id": 7}}, {"contact_id": "c-2"}]}},
      {"id": "k-2", "talk": {"parts": []}},
      {"id": "k-3"},
      {"id": "k-4", "talk": {"parts": [{"contact_id": "c-5"}]}}
    ]"""
    mapping = (
        DATED.replace("columns: {", "columns: {contact_id: talk.parts.contact_id, ") + "explode: talk.parts\n"
    )
    staged = desk.read(text, mapping=mapping, name="in.json")
    assert (staged.seen, staged.headers) == (5, ("id", "talk.parts.contact_id", "talk.parts.by.id"))
    assert desk.rows(staged, "id, contact_id, talk_parts_by_id")[:2] == [
        ("k-1", "c-1", "7"),
        ("k-1", "c-2", None),
    ]
    assert "4 records became 5 rows" in staged.notes[0]
    assert [(row_id & 0xFFFF) >> 8 for (row_id,) in desk.rows(staged, "row_id")] == [1, 1, 2, 3, 4]
    lines = "\n".join(json.dumps(one) for one in json.loads(text))
    assert desk.read(lines, mapping=mapping, name="in.ndjson").seen == 5


def test_more_elements_than_are_told_apart_set_their_record_aside(desk) -> None:
    text = json.dumps([{"p": [{"contact_id": f"c-{i}"} for i in range(n)]} for n in (257, 256)])
    staged = desk.read(text, mapping=DATED + "explode: p\n", name="in.json")
    assert (staged.seen, staged.landed) == (257, 256)
    assert [(a.line, a.code) for a in staged.aside] == [(1, "E-ROW-03")]


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ('[{"contact_id": "c-1"}, {"contact_id": ', "", "E-FILE-05"),
        ('[{"contact_id": "c-1"}', "", "E-FILE-05"),
        ('[{"contact_id": "c-1"}] x', "", "E-FILE-05"),
        ('[{"contact_id": "c-1"} {"contact_id": "c-2"}]', "", "E-FILE-05"),
        ('{"a": [{"contact_id": "c-1"}], "b": ', "records: a", "E-FILE-05"),
        ('{"a": [{"contact_id": "c-1"}], "a": [{"contact_id": "c-2"}]}', "records: a", "E-FILE-05"),
        ('{"a": [{"contact_id": "c-1"}]}', "records: b.c", "E-MAP-02"),
        ('[{"contact_id": "c-1"}]', "explode: parts", "E-MAP-02"),
        ("[]", "", "E-FILE-06"),
        ("hello", "", "E-FILE-06"),
        ("[" * 100_000, "", "E-FILE-05"),
    ],
)
def test_a_document_that_is_cut_off_or_unclear_is_refused_whole(
    desk, text: str, more: str, code: str
) -> None:
    with pytest.raises(PercontactError) as raised:
        desk.read(text, mapping=DATED + more, name="in.json")
    assert raised.value.problem.code == code


def test_paths_are_for_json_alone(desk) -> None:
    with pytest.raises(PercontactError, match="`records:` is for JSON"):
        desk.read("contact_id\nc-1\n", mapping=DATED + "records: a")


def test_half_a_sign_sets_its_record_aside(desk) -> None:
    staged = desk.read('[{"contact_id": "\\ud83d"}, {"contact_id": "c-2"}]', mapping=DATED, name="in.json")
    assert [(a.line, a.code) for a in staged.aside] == [(1, "E-ROW-03")]


def test_records_across_the_buffers_edge_are_whole(desk) -> None:
    """3,000 records of 0 to 900 signs, in a list, under a path and after a long list that is skipped."""
    records = [{"contact_id": f"c-{i}", "note": '"\\]}' * (i % 225)} for i in range(3000)]
    text = json.dumps({"skipped": records, "data": {"items": records}})
    staged = desk.read(text, mapping=DATED + "records: data.items\nkeep: [note]", name="in.json")
    assert (staged.seen, staged.landed, staged.aside) == (3000, 3000, ())
    assert desk.rows(staged, "note") == [(r["note"] or None,) for r in records]


def test_lists_on_the_way_to_the_elements_are_followed_too(desk) -> None:
    """Call 1: two legs, of which one has two metrics and one none. Call 2 has no legs. 4 rows in all."""
    record = (
        '{"contact_id": 1, "started_at": "2026-06-03", "legs": [{"who": "a", "m": [{"n": "x"}, {"n": "y"}]}, '
        '{"who": "b", "m": []}]}\n{"contact_id": 2, "started_at": "2026-06-03", "legs": []}\n'
    )
    form = (
        "explode: legs.m\ncolumns: {contact_id: {columns: [contact_id]}, who: legs.who, metric: legs.m.n}\n"
    )
    form += "group: {by: [contact_id], keep: all}\nkeep: none"
    staged = desk.read(record, mapping=form, name="in.ndjson")
    assert staged.seen == 4
    assert [(a.line, a.code) for a in staged.aside] == [(1, "E-ID-01"), (1, "E-ID-01")]
    one = form.replace("keep: all", "keep: one").replace("m.n}", "m.n, take: distinct}")
    one = one.replace("metric: legs", "metric: {column: legs").replace("distinct}\n", "distinct}}\n")
    merged = desk.read(record, mapping=one, name="in.ndjson")
    assert (merged.seen, merged.landed, merged.merged) == (4, 2, 2)
    assert desk.rows(merged, "contact_id, metric, source_lines") == [("1", "2", "1"), ("2", "0", "2")]
