# SPDX-License-Identifier: Apache-2.0
"""Proposals: what a file decides is taken, what it does not is asked, and nothing else is ever done."""

import random
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.kinds import tables_like
from percontact.ingest.look import reads_as_it_is
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.proposal import Proposal
from percontact.ingest.propose import propose
from percontact.records.book import Settings
from percontact.records.tables import TABLES
from percontact.values.problem import PercontactError

Propose = Callable[..., Proposal]
BERLIN = Settings("EUR", "Europe/Berlin")


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


# -- numbers -------------------------------------------------------------------------------------------------


def ledger(*amounts: str, header: str = "Amount") -> str:
    return f"Date;Account;{header}\n" + "".join(f"2026-04-13;6{i:03d};{a}\n" for i, a in enumerate(amounts))


def test_one_point_two_three_four_is_asked(of: Propose) -> None:
    """1.234: one and a bit, or more than a thousand."""
    proposal = of(ledger("1.234", "2.500"), "ledger")
    assert keys(proposal) == ["amount.decimal"]
    assert [o.value for o in proposal.questions[0].options] == ["point", "comma"]
    assert "1.234 is 1234" in proposal.questions[0].options[1].label


@pytest.mark.parametrize(("answer", "total"), [("point", "3.734"), ("comma", "3734")])
def test_the_answer_about_the_decimal_sign_is_followed(of: Propose, desk, answer: str, total: str) -> None:
    text = ledger("1.234", "2.500")
    proposal = of(text, "ledger", answers={"amount.decimal": answer})
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert desk.rows(staged, "sum(amount)::DECIMAL(18,3)::VARCHAR", rest="") == [(f"{float(total):.3f}",)]


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (("1.234,56", "2.500"), {"decimal": ",", "thousands": "."}),
        (("1,234.56", "2,500"), {"thousands": ","}),
        (("1234,5", "2500"), {"decimal": ","}),
        (("1'234.50", "2'500.00"), {"thousands": "'"}),
        (("1 234,50", "2 500,00"), {"decimal": ",", "thousands": " "}),
        (("(5.00)", "7.00"), {"accounting": True}),
        (("5,00-", "7,00"), {"decimal": ",", "accounting": True}),
        (("−5.00", "7.00"), {}),
        (("0.234", "1.234"), {}),
    ],
)
def test_a_number_that_can_only_be_read_one_way_decides(of: Propose, amounts, said) -> None:
    proposal = of(ledger(*amounts), "ledger")
    assert keys(proposal) == []
    found = origin(proposal, "amount")
    assert (found if isinstance(found, dict) else {"column": found}) == {"column": "Amount"} | said


def test_an_account_that_looks_like_a_power_of_ten_stays_text(of: Propose, desk) -> None:
    """1E5 and 007 are accounts."""
    text = "Date,Account,Amount\n2026-04-13,1E5,5\n2026-04-13,007,6\n"
    proposal = of(text, "ledger")
    assert desk.column(text, "account", "ledger", mapping=proposal.text) == ["1E5", "007"]


def test_ids_keep_their_leading_noughts(of: Propose, desk) -> None:
    text = "Ref,Call ID,Start\n1,0017,2026-04-13 10:00\n2,0018,2026-04-13 10:00\n"
    assert desk.column(text, "contact_id", mapping=of(text).text) == ["0017", "0018"]


# -- lengths of time -----------------------------------------------------------------------------------------


def test_a_length_without_a_unit_is_asked(of: Propose) -> None:
    text = "Call ID,Start,Talk time\n1,2026-04-13 10:00,225\n2,2026-04-13 11:00,100\n"
    proposal = of(text)
    assert keys(proposal) == ["talk_s.unit"]
    assert of(text, answers={"talk_s.unit": "min"}).mapping.columns["talk_s"].unit == "min"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Talk time (min)", "min"),
        ("Talk time in seconds", None),
        ("Gesprächsdauer [Sek.]", None),
        ("talkTimeMs", "ms"),
    ],
)
def test_a_unit_in_the_header_is_taken(of: Propose, header: str, unit: str | None) -> None:
    proposal = of(f"Call ID,Start,{header}\n1,2026-04-13 10:00,225\n2,2026-04-13 11:00,100\n")
    assert keys(proposal) == []
    assert proposal.mapping.columns["talk_s"].unit == unit


def test_the_time_between_start_and_end_decides_the_unit(of: Propose) -> None:
    """Ten minutes lie between start and end, and 10 stands in the column."""
    text = (
        "Call ID,Start,End,Duration\n"
        "1,2026-04-13 10:00,2026-04-13 10:10,10\n2,2026-04-13 11:00,2026-04-13 11:07,7\n"
    )
    proposal = of(text)
    assert keys(proposal) == []
    assert proposal.mapping.columns["handle_s"].unit == "min"


def test_lengths_that_name_their_units_ask_for_none(of: Propose, desk) -> None:
    """Help Scout writes lengths so; 18 x 60 + 50 s, and a day is 24 hours."""
    text = (
        "Number,Created At,First Response Time,Handle Time\n"
        "501,2026-04-13 10:00,18m 50s,2h 5m\n502,2026-04-13 11:00,1d 3h,45s\n"
    )
    proposal = of(text)
    assert [k for k in keys(proposal) if k.endswith(".unit")] == []
    staged = desk.read(text, mapping=proposal.text)
    assert [row[0] for row in desk.rows(staged, "handle_s")] == [Decimal(7500), Decimal(45)]


def test_of_lengths_that_name_their_units_only_those_without_are_asked_about(of: Propose) -> None:
    text = "Call ID,Start,Talk time\n1,2026-04-13 10:00,18m 50s\n2,2026-04-13 11:00,100\n"
    proposal = of(text)
    assert keys(proposal) == ["talk_s.unit"]
    assert "such as 100" in proposal.questions[0].text


# -- words ---------------------------------------------------------------------------------------------------


def test_words_for_outcome_direction_and_channel_become_ours(of: Propose, desk) -> None:
    text = (
        "Anruf-ID;Beginn;Richtung;Kanal;Ergebnis\n"
        "1;13.04.2026 10:00;Eingehend;Telefon;Angenommen\n2;13.04.2026 10:00;Ausgehend;E-Mail;Aufgelegt\n"
    )
    proposal = of(text)
    assert keys(proposal) == []
    staged = desk.read(text, mapping=proposal.text)
    assert desk.rows(staged, "direction, channel, outcome") == [
        ("inbound", "voice", "handled"),
        ("outbound", "email", "abandoned"),
    ]


def test_outcomes_that_nobody_knows_are_asked(of: Propose, desk) -> None:
    text = "Call ID,Start,Result\n1,2026-04-13 10:00,AGENT-7\n2,2026-04-13 10:00,GONE\n"
    proposal = of(text)
    assert keys(proposal) == ["outcome.abandoned"]
    answered = of(text, answers={"outcome.abandoned": "GONE"})
    assert desk.column(text, "outcome", mapping=answered.text) == ["AGENT-7", "abandoned"]


def test_yes_and_no_of_answered_and_resolved_make_the_outcome(of: Propose, desk) -> None:
    text = (
        "Call ID,Start,Answered (Y/N),Resolved\n"
        "1,2026-04-13 10:00,Y,Y\n2,2026-04-13 10:00,Y,N\n3,2026-04-13 10:00,N,N\n"
    )
    proposal = of(text)
    assert desk.column(text, "outcome", mapping=proposal.text) == ["resolved", "unresolved", "abandoned"]


# -- layout --------------------------------------------------------------------------------------------------


def test_a_preamble_and_a_total_row_are_seen(of: Propose, desk) -> None:
    text = (
        "Cost report;;\nApril 2026;;\n\nKonto;Datum;Betrag\n"
        "6100;13.04.2026;1.000,50\n6200;14.04.2026;2.000,25\nSumme;;3.000,75\n"
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert dict(proposal.facts)["Header"] == "line 4"
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert [(a.line, a.code) for a in staged.aside] == [(7, "E-SKIP-01")]
    assert desk.rows(staged, "sum(amount)::DECIMAL(18,2)::VARCHAR", rest="") == [("3000.75",)]


def test_bytes_that_are_no_utf8_ask_for_the_encoding(of: Propose, desk) -> None:
    text = "Call ID,Start,Queue\n1,2026-04-13 10:00,Büro\n".encode("cp1252")
    proposal = of(text)
    assert keys(proposal) == ["encoding"]
    assert proposal.questions[0].options[0].value == "cp1252"
    assert desk.column(text, "queue", mapping=of(text, answers={"encoding": "cp1252"}).text) == ["Büro"]


def test_headers_that_are_alike_are_told_apart(of: Propose) -> None:
    proposal = of("Call ID,Start,Code,Code\n1,2026-04-13 10:00,a,b\n")
    assert proposal.mapping.headers == ("Call ID", "Start", "Code", "Code 2")


def test_what_nothing_can_be_is_an_error_with_the_near_names(of: Propose) -> None:
    with pytest.raises(PercontactError, match="E-FILE-04"):
        of("Colour,Shape\nred,round\n")


# -- laws ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_order_of_the_rows_changes_nothing(of: Propose) -> None:
    """Three hundred calls in thirty orders."""
    dice = random.Random(7)
    rows = [
        f"c{i};{dice.randrange(1, 29):02d}.{dice.randrange(1, 13):02d}.2026 {dice.randrange(24):02d}:15;"
        f"{dice.choice(['Angenommen', 'Aufgelegt'])};{dice.randrange(600)},5"
        for i in range(300)
    ]
    texts = set()
    for _ in range(30):
        dice.shuffle(rows)
        texts.add(repr(of("Call ID;Start;Ergebnis;Talk time\n" + "\n".join(rows) + "\n")))
    assert len(texts) == 1


def test_the_text_of_a_proposal_is_the_mapping_it_speaks_of(of: Propose) -> None:
    proposal = of(calls("13/04/2026 10:00"))
    assert parse_mapping(proposal.text, "again").columns == proposal.mapping.columns


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


def test_currency_signs_name_the_currency_and_a_dollar_asks_whose(of: Propose, desk) -> None:
    text = ledger("1.234,50 €", "-5,00 €")
    proposal = of(text, "ledger")
    assert origin(proposal, "currency") == {"constant": "EUR"}
    assert [str(a) for a in desk.column(text, "amount", "ledger", mapping=proposal.text)] == [
        "1234.500000000000",
        "-5.000000000000",
    ]
    assert keys(of(ledger("$5.00", "($6.00)"), "ledger")) == ["currency"]
    assert keys(of(ledger("$5.00"), "ledger", settings=Settings("CAD", "America/Toronto"))) == []


def test_costs_with_a_minus_are_asked_about(of: Propose, desk) -> None:
    text = ledger("-100.00", "-50.00", "20.00")
    assert keys(of(text, "ledger")) == ["amount.sign"]
    turned = of(text, "ledger", answers={"amount.sign": "costs negative"})
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=turned.text)] == [100, 50, -20]


def test_debit_and_credit_become_one_amount(of: Propose, desk) -> None:
    text = "Datum;Konto;Soll;Haben\n13.04.2026;6100;1.000,00;\n14.04.2026;6100;;200,00\n"
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=proposal.text)] == [1000, -200]


def test_a_column_that_says_the_side_turns_the_sign(of: Propose, desk) -> None:
    text = "Datum;Konto;Betrag;S/H\n13.04.2026;6100;1.000,00;S\n14.04.2026;6100;200,00;H\n"
    assert [int(a) for a in desk.column(text, "amount", "ledger", mapping=of(text, "ledger").text)] == [
        1000,
        -200,
    ]


def test_a_supplier_called_total_is_no_total(of: Propose) -> None:
    """A row that is as full as the others is one of them."""
    text = "Date,Account,Supplier,Amount\n2026-04-13,1,TOTAL GAS & POWER LTD,5\n2026-04-13,2,Acme,6\n"
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    assert "where:" not in proposal.text


def test_a_row_that_is_the_sum_of_the_others_is_asked_about(of: Propose) -> None:
    text = (
        "Date,Account,Amount\n"
        + "".join(f"2026-04-13,{a},{a}.50\n" for a in (1, 2, 3, 4))
        + "2026-04-30,9,12.00\n"
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == ["totals"]
    assert "12.00" in of(text, "ledger", answers={"totals": "leave out"}).text.split("where:")[1]


def test_an_id_that_repeats_is_asked_about(of: Propose) -> None:
    text = "Call ID,Start\n7,2026-04-13 10:00\n7,2026-04-13 11:00\n8,2026-04-13 12:00\n"
    assert keys(of(text)) == ["contact_id"]
    assert origin(of(text, answers={"contact_id": "no id"}), "contact_id") is None


def test_a_file_without_a_header_asks_which_column_is_which(of: Propose, desk) -> None:
    text = "c1;2026-04-13 10:00;200\nc2;2026-04-14 10:00;100\n"
    proposal = of(text)
    assert keys(proposal) == ["started_at"]
    answered = of(text, answers={"started_at": "column_2"})
    assert len(desk.column(text, "started_at", mapping=answered.text)) == 2


def test_a_sheet_below_a_title_is_found(of: Propose, tmp_path: Path) -> None:
    """The first sheet holds notes, the second a title and then calls."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(str(tmp_path / "in.xlsx")) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["Made by", "front office"])
        sheet = book.add_worksheet("Calls")
        for number, row in enumerate([["June"], [], ["Call ID", "Start"], ["c1", "13.06.2026 10:00"]]):
            sheet.write_row(number, 0, row)
    proposal = propose(tmp_path / "in.xlsx", "contacts", settings=BERLIN)
    assert proposal.questions == ()
    assert (proposal.mapping.sheet, origin(proposal, "contact_id")) == ("Calls", "Call ID")


def test_an_export_that_is_known_is_read_by_its_shipped_mapping(of: Propose) -> None:
    headers = (
        "Ticket ID,Created time,Resolved time,Closed time,Agent interactions,Customer interactions,Status"
    )
    text = f"{headers}\n1,13/04/2026 10:00,,,2,1,Open\n2,03/04/2026 10:00,,,2,1,Open\n"
    proposal = of(text, "cases")
    assert proposal.source.startswith("Freshdesk")
    assert keys(proposal) == []
    assert proposal.mapping.formats == ("%d/%m/%Y %H:%M",)
    assert keys(of(text.replace("13/04", "12/04"), "cases")) == ["opened_at.order"]


def test_names_and_numbers_of_people_are_never_kept_by_themselves(of: Propose) -> None:
    rows = "".join(f"2026-04-13,6100,5.00,{i:03d},Ann Lee,a{i}@example.test\n" for i in range(12))
    proposal = of(f"Date,Account,Amount,Employee ID,Employee Name,Work mail\n{rows}", "ledger")
    assert proposal.kept == ()
    assert {header for header, _ in proposal.left} == {"Employee ID", "Employee Name", "Work mail"}


def test_a_call_nobody_answered_is_abandoned_though_resolved_is_empty(of: Propose, desk) -> None:
    text = "Call ID,Start,Answered,Resolved\n1,2026-04-13 10:00,Yes,Yes\n2,2026-04-13 10:00,No,\n"
    assert desk.column(text, "outcome", mapping=of(text).text) == ["resolved", "abandoned"]


# -- JSON ----------------------------------------------------------------------------------------------------


TICKET = '{"Ticket ID": "17", "Created": "2026-04-13T10:00:00Z", "Status": "open"}'


def test_the_only_list_of_a_json_document_holds_the_records(of: Propose, desk) -> None:
    text = f'{{"meta": {{"page": 1}}, "tickets": [{TICKET}], "count": 1}}'
    proposal = of(text, "cases", name="tickets.json")
    assert keys(proposal) == []
    assert proposal.mapping.records == "tickets"
    assert ("Records", "the list tickets of the document") in proposal.facts
    staged = desk.read(text, "cases", mapping=proposal.text, name="tickets.json")
    assert (staged.seen, len(staged.aside)) == (1, 0)


def test_of_several_lists_of_a_json_document_one_is_asked_for(of: Propose) -> None:
    text = f'{{"users": [{{"name": "A", "role": "agent"}}], "data": {{"tickets": [{TICKET}]}}}}'
    asked = of(text, "cases", name="tickets.json")
    (question,) = asked.questions
    assert question.key == "records"
    assert [(o.value, o.evidence) for o in question.options] == [
        ("users", "1 records with name, role"),
        ("data.tickets", "1 records with Ticket ID, Created, Status"),
    ]
    answered = of(text, "cases", name="tickets.json", answers={"records": "data.tickets"})
    assert keys(answered) == []
    assert answered.mapping.records == "data.tickets"


def test_records_one_after_the_other_are_records_whatever_lists_they_hold(of: Propose) -> None:
    one = TICKET[:-1] + ', "comments": [{"id": 1}]}'
    assert of(f"{one}\n{one}\n", "cases", name="t.json", answers={"case_id": "no id"}).mapping.records == ""


def test_what_was_opened_for_a_look_is_closed_though_the_look_fails(of: Propose, monkeypatch) -> None:
    """A folder left to the garbage collector is a ResourceWarning, which is an error in these tests."""
    from percontact.ingest import propose as module

    opened = []

    class Watched(tempfile.TemporaryDirectory):  # type: ignore[type-arg]
        def __init__(self, **named: str) -> None:
            super().__init__(**named)
            opened.append(Path(self.name))

    def fail(_: object) -> None:
        raise RuntimeError("no columns today")

    monkeypatch.setattr(module.tempfile, "TemporaryDirectory", Watched)
    monkeypatch.setattr(module, "seen_columns", fail)
    with pytest.raises(RuntimeError, match="no columns"):
        of(calls("13/04/2026"))
    assert opened
    assert not any(folder.exists() for folder in opened)


# -- months as columns ---------------------------------------------------------------------------------------

BWA = (
    "Konto;Bezeichnung;Jan;Feb;Mrz;Apr;Mai;Jun;Summe\n"
    "4100;Gehälter;1.000,00;1.000,00;1.000,00;1.000,00;1.000,00;1.100,50;6.100,50\n"
    "4200;Miete;10,00;10,00;;10,00;10,00;10,00;50,00\n"
    "Summe;;1.010,00;1.010,00;1.000,00;1.010,00;1.010,00;1.110,50;6.150,50\n"
)


def landed_months(desk, text: str, proposal: Proposal, table: str = "ledger", name: str = "in.csv") -> dict:
    """Month -> amount, of a file that was read by a proposal."""
    assert keys(proposal) == []
    staged = desk.read(text, table, mapping=proposal.text, name=name)
    assert all(a.code == "E-SKIP-01" for a in staged.aside)
    wanted = "strftime(period_start, '%Y-%m') AS month, sum(amount)"
    return dict(desk.rows(staged, wanted, rest="GROUP BY 1 ORDER BY 1"))


def test_german_months_become_rows_that_add_up_to_the_total_column(of: Propose, desk) -> None:
    proposal = of("Betriebsabrechnung 2026\n" + BWA, "ledger")
    assert proposal.mapping.unpivot
    assert proposal.mapping.unpivot.columns == ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun")
    assert ("Summe", "the sum of the months in all 3 rows") in proposal.left
    months = landed_months(desk, "Betriebsabrechnung 2026\n" + BWA, proposal)
    assert list(months) == [f"2026-0{n}" for n in range(1, 7)]
    assert sum(months.values()) == Decimal("6150.50")
    assert months["2026-03"] == 1000


@pytest.mark.parametrize(
    "headers",
    [
        ("Jan-26", "Feb-26"),
        ("2026-01", "2026-02"),
        ("01/2026", "02/2026"),
        ("January 2026", "February 2026"),
        ("2026-01-01", "2026-02-01"),
        ("janv. 2026", "févr. 2026"),
        ("ene 2026", "feb 2026"),
        ("gennaio 26", "febbraio 26"),
        ("jan 2026", "februari 2026"),
        ("Janeiro/2026", "Fevereiro/2026"),
        ("Jänner 2026", "Februar 2026"),
    ],
)
def test_months_whose_headers_say_the_year_are_certain(of: Propose, desk, headers: tuple[str, str]) -> None:
    text = f"Account,{','.join(headers)},Total\n4100,1000.00,1100.50,2100.50\n4200,1.25,-2.00,-0.75\n"
    proposal = of(text, "ledger")
    months = landed_months(desk, text, proposal)
    assert months == {"2026-01": Decimal("1001.25"), "2026-02": Decimal("1098.50")}
    assert proposal.mapping.recognise


def test_the_year_of_months_comes_from_the_file_or_is_asked(of: Propose, desk) -> None:
    asked = of(BWA, "ledger")
    assert keys(asked) == ["year"]
    assert landed_months(desk, BWA, of(BWA, "ledger", answers={"year": "2025"})).keys() >= {"2025-06"}
    named = of(BWA, "ledger", name="budget_2026.csv")
    assert keys(named) == []
    assert not named.mapping.recognise, "the next file with these headers is another year's"
    exported = of(BWA, "ledger", name="bwa-2027-01-05.csv")
    assert [(q.key, [o.value for o in q.options]) for q in exported.questions] == [("year", ["2027"])]
    assert keys(of("Plan 2025\n" + BWA, "ledger", name="plan_2026.csv")) == ["year"]
    assert [q.key for q, _ in of(BWA, "ledger", answers={"year": "last"}).wrong] == ["year"]


def test_months_over_the_turn_of_a_year_ask_in_which_it_begins(of: Propose, desk) -> None:
    text = "Budget 2025\naccount,Oct,Nov,Dec,Jan\n1,1.00,2.00,4.00,8.50\n"
    asked = of(text, "budgets")
    assert [[o.value for o in q.options] for q in asked.questions] == [["2024", "2025"]]
    months = landed_months(desk, text, of(text, "budgets", answers={"year": "2025"}), "budgets")
    assert months["2026-01"] == Decimal("8.50")
    assert months["2025-12"] == 4


def test_a_column_of_years_says_the_year_of_each_row(of: Propose, desk) -> None:
    text = "Konto;Jahr;Jan;Feb\n1;2025;1,50;2,50\n1;2026;3,50;4,50\n"
    months = landed_months(desk, text, of(text, "ledger"))
    assert months == {
        "2025-01": Decimal("1.50"),
        "2025-02": Decimal("2.50"),
        "2026-01": Decimal("3.50"),
        "2026-02": Decimal("4.50"),
    }


def test_a_total_that_the_months_do_not_add_up_to_is_said(of: Propose) -> None:
    left = dict(of(BWA.replace("6.100,50", "6.100,51"), "ledger", answers={"year": "2026"}).left)
    assert left["Summe"] == "a total by its name, though the months sum to it in 2 of 3 rows only"


# -- payroll and journals ------------------------------------------------------------------------------------

PAYROLL = (
    "Job Titles,Department,Typical Hours,Annual Salary,Hourly Rate\n"
    "Operator,311,,50000.00,\n"
    "Clerk,311,20,,13.00\n"
    "Lead,311,,72510.00,\n"
)


def test_pay_by_the_year_and_by_the_hour_is_asked_about(of: Propose, desk) -> None:
    of_2026 = {"period_start": "2026"}
    asked = of(PAYROLL, "ledger", answers=of_2026)
    (question,) = asked.questions
    assert question.key == "payroll"
    assert [(o.value, o.evidence) for o in question.options] == [
        ("52", "1 rows come to 13,520.00 a year"),
        ("salaries only", "2 rows come to 122,510.00; 1 are set aside"),
    ]

    def total(answer: str) -> tuple[int, Decimal]:
        proposal = of(PAYROLL, "ledger", answers=of_2026 | {"payroll": answer})
        assert keys(proposal) == []
        staged = desk.read(PAYROLL, "ledger", mapping=proposal.text)
        ((whole,),) = desk.rows(staged, "sum(amount)", rest="")
        return len(staged.aside), whole

    assert total("52") == (0, 136_030)
    assert total("50") == (0, 135_510)
    assert total("salaries only") == (1, 122_510)
    wrong = of(PAYROLL, "ledger", answers=of_2026 | {"payroll": "often"}).wrong
    assert [q.key for q, _ in wrong] == ["payroll"]


def test_pay_that_says_both_is_no_such_list(of: Propose) -> None:
    """A row with both kinds of pay: nothing says that either stands for the whole."""
    text = PAYROLL.replace("20,,13.00", "20,13520.00,13.00").replace("Job Titles", "Date")
    text = text.replace("Operator", "2026-01-01").replace("Clerk", "2026-01-01").replace("Lead", "2026-01-01")
    asked = of(text, "ledger")
    assert "payroll" not in asked.asked
    assert keys(asked) == ["amount"]


JOURNAL = (
    "Datum;Konto;Kontobezeichnung;Soll;Haben\n"
    "13.04.2026;6100;Gehälter;1.000,00;\n"
    "13.04.2026;1800;Bank;;1.000,00\n"
    "14.04.2026;6200;Miete;200,50;\n"
    "14.04.2026;1800;Bank;;200,50\n"
)


def test_both_sides_of_postings_ask_which_accounts_are_costs(of: Propose, desk) -> None:
    asked = of(JOURNAL, "ledger")
    (question,) = asked.questions
    assert question.key == "costs"
    assert "Debits and credits agree, 1,200.50 on each side" in question.text
    assert [(o.value, o.evidence) for o in question.options] == [
        ("all", "4 rows, which come to nothing"),
        ("1800", "2 rows come to -1,200.50"),
        ("6100", "1 rows come to 1,000.00"),
        ("6200", "1 rows come to 200.50"),
    ]


@pytest.mark.parametrize(("answer", "aside"), [("6100, 6200", 2), ("6*", 2), ("6100", 3), ("all", 0)])
def test_the_answer_about_costs_leaves_the_other_side_out(of: Propose, desk, answer, aside) -> None:
    proposal = of(JOURNAL, "ledger", answers={"costs": answer})
    assert keys(proposal) == []
    staged = desk.read(JOURNAL, "ledger", mapping=proposal.text)
    assert [a.code for a in staged.aside] == ["E-SKIP-01"] * aside
    total = {"all": Decimal(0), "6100": Decimal(1000)}.get(answer, Decimal("1200.50"))
    assert desk.rows(staged, "sum(amount)", rest="") == [(total,)]


def test_accounts_the_journal_does_not_have_are_no_answer(of: Propose) -> None:
    for answer in ("7000", "7*", "6100, all", "*"):
        assert [q.key for q, _ in of(JOURNAL, "ledger", answers={"costs": answer}).wrong] == ["costs"]


def test_a_side_in_a_column_and_a_signed_journal_are_known_too(of: Propose) -> None:
    sides = "Datum,Konto,Betrag,S/H\n13.04.2026,6100,5.25,S\n13.04.2026,1800,5.25,H\n"
    assert keys(of(sides, "ledger")) == ["costs"]
    signed = "Datum,Konto,Betrag\n13.04.2026,6100,5.25\n13.04.2026,1800,-5.25\n"
    assert keys(of(signed, "ledger")) == ["costs"]
    assert keys(of(signed.replace("-5.25", "-5.24"), "ledger")) == []


# -- zones behind times --------------------------------------------------------------------------------------


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


# -- rows that stand for many contacts -----------------------------------------------------------------------

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


def test_digits_in_uneven_groups_are_no_number(of: Propose) -> None:
    """2 84 05 75 is a person's number, and breaks nothing."""
    proposal = of("date,ssn,cost\n2026-03-31,2 84 05 75,5711.58\n", "ledger")
    assert origin(proposal, "amount") == "cost"


FRENCH_PAY = (
    "Matricule;Service;Periode;Montant brut\n1;A;03/2026;100,00\n2;A;03/2026;200,00\n"
    "Sous-total A;;;300,00\n3;B;03/2026;50,00\nTotal general;;;350,00\n"
)


def test_the_sums_beside_a_question_about_totals_are_of_the_rows_that_are_left(of: Propose) -> None:
    """Comma decimals, and the grand total is out already: 300 of 100 + 200 + 50."""
    proposal = of(FRENCH_PAY.replace("Montant brut", "Montant"), "ledger")
    (question,) = [q for q in proposal.questions if q.key == "totals"]
    assert question.options[0].evidence == "they sum to 300.00, the other rows to 350.00"


@pytest.mark.parametrize(
    ("before", "after"),
    [("Opening Balance", "Closing balance:"), ("Balance b/f", "Balance c/f"), ("Saldovortrag", "Endsaldo")],
)
def test_balances_among_postings_are_left_out(of: Propose, desk, before: str, after: str) -> None:
    text = (
        f"Date,Description,Amount\n2026-03-01,{before},900.00\n2026-03-02,Rent,100.00\n"
        f"2026-03-31,{after},1000.00\n"
    )
    proposal = of(text, "ledger")
    assert "Balances" in dict(proposal.facts)
    assert keys(proposal) == []
    staged = desk.read(text, "ledger", mapping=proposal.text)
    assert desk.rows(staged, "sum(amount)::DOUBLE", "") == [(100,)]
    assert [a.code for a in staged.aside] == ["E-SKIP-01", "E-SKIP-01"]


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


# -- months of several kinds side by side --------------------------------------------------------------------


PLANNED = """Kostenstelle;Konto;Jan Ist;Jan Plan;Feb Ist;Feb Plan;Gesamt Ist;Gesamt Plan
Service;6100;1000,50;1100,00;1200,00;1100,00;2200,50;2200,00
Service;6200;100,00;90,00;80,00;90,00;180,00;180,00
"""


def test_of_months_with_what_was_spent_and_planned_the_ledger_takes_the_first(of: Propose, desk) -> None:
    proposal = of(PLANNED, "ledger", answers={"year": "2026"})
    found = desk.read(PLANNED, "ledger", mapping=proposal.text)
    assert sum(v for (v,) in desk.rows(found, "amount")) == Decimal("2380.50")
    assert ("Feb Plan", "the plan; import it as budgets") in proposal.left
    assert ("Gesamt Plan", "the total of the plan") in proposal.left
    assert ("Gesamt Ist", "the sum of the months in all 2 rows") in proposal.left


def test_of_months_with_what_was_spent_and_planned_the_budgets_take_the_second(of: Propose, desk) -> None:
    proposal = of(PLANNED, "budgets", answers={"year": "2026"})
    found = desk.read(PLANNED, "budgets", mapping=proposal.text)
    assert sum(v for (v,) in desk.rows(found, "amount")) == 2380
    assert ("Jan Ist", "what was spent; import it as ledger") in proposal.left


def test_a_plan_beside_months_of_which_nothing_is_said_is_the_plan(of: Propose) -> None:
    text = "Account,Jan-26,Jan-26 Budget,Feb-26,Feb-26 Budget\n6100,1.5,2.5,3.5,4.5\n"
    assert of(text, "budgets").mapping.unpivot.columns == ("Jan-26 Budget", "Feb-26 Budget")
    assert of(text, "ledger").mapping.unpivot.columns == ("Jan-26", "Feb-26")


def test_of_a_plan_and_a_forecast_it_is_asked_which_one(of: Propose) -> None:
    text = "Account,Jan 2026 Plan,Jan 2026 FC,Feb 2026 Plan,Feb 2026 FC\n6100,1.5,2.5,3.5,4.5\n"
    assert keys(of(text, "budgets")) == ["months"]
    chosen = of(text, "budgets", answers={"months": "forecast"})
    assert chosen.mapping.unpivot.columns == ("Jan 2026 FC", "Feb 2026 FC")


def test_a_file_of_planned_months_looks_like_budgets(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("Account,Jan Budget,Feb Budget,Q1 Budget\n6100,1.5,2.5,4\n")
    assert [name for name, _ in tables_like(path, BERLIN)] == ["budgets"]
    path.write_text("Account,Jan 2026,Feb 2026\n6100,1.5,2.5\n")
    assert [name for name, _ in tables_like(path, BERLIN)] == ["ledger"]


def test_a_plan_is_no_ledger(of: Propose) -> None:
    text = "Account,Jan 2026 Plan,Feb 2026 Plan\n6100,1.5,3.5\n"
    with pytest.raises(PercontactError, match="percontact import budgets"):
        of(text, "ledger")


# -- journals, totals and channels in the files of later months ----------------------------------------------


NUMBERED = """Transaction No,Date,Account,Text,Debit,Credit
7,2026-06-13,6100,Pay,1000.00,
7,2026-06-13,1200,Pay,,1000.00
8,2026-06-14,6200,Lines,200.00,
8,2026-06-14,1200,Lines,,200.00
"""


def test_a_number_that_stands_for_a_posting_of_several_lines_is_no_id_and_is_not_asked_about(
    of: Propose, desk
) -> None:
    """Both rows of number 7 stand in other accounts, so it names the posting and not the line."""
    proposal = of(NUMBERED, "ledger", answers={"costs": "6100, 6200"})
    assert (keys(proposal), origin(proposal, "line_id")) == ([], None)
    told = "Transaction No names a posting of several lines (2 of them in 4 rows), so ids are made"
    assert ("Ids", told) in proposal.facts
    assert sum(desk.rows(desk.read(NUMBERED, "ledger", mapping=proposal.text), "amount"), ()) == (1000, 200)


def test_a_number_whose_lines_are_alike_is_still_asked_about(of: Propose) -> None:
    """The same account and amount twice: exported twice, or booked twice."""
    proposal = of(NUMBERED + "8,2026-06-14,6200,Lines,200.00,\n", "ledger", answers={"costs": "all"})
    assert keys(proposal) == ["line_id"]


MONTH_END = """Month,Account,Amount,Cost centre,Text
2026-06,6100,100,CC1,a
2026-06,6200,200,CC1,b
2026-06,Total Energies,300,CC2,c
2026-06,Total June 2026,600,,
"""


def test_next_months_total_is_left_out_by_the_mapping_of_this_month(of: Propose, desk) -> None:
    """Total June 2026 is left out now; Total July 2026 next month; Total Energies is a supplier."""
    mapping = of(MONTH_END, "ledger", answers={"totals": "leave out"}).text
    later = MONTH_END.replace("2026-06", "2026-07").replace("June", "July")
    for text in (MONTH_END, later):
        staged = desk.read(text, "ledger", mapping=mapping)
        assert [v for (v,) in desk.rows(staged, "amount")] == [100, 200, 300]
        assert [a.code for a in staged.aside] == ["E-SKIP-01"]


def test_totals_named_in_german_are_left_out_in_every_month(of: Propose, desk) -> None:
    text = MONTH_END.replace("Total June 2026", "Summe 06.2026").replace("Total Energies", "6300")
    mapping = of(text, "ledger", answers={"totals": "leave out"}).text
    assert desk.read(text.replace("06", "12"), "ledger", mapping=mapping).landed == 3
    text = MONTH_END.replace("Total June 2026", "Summe März").replace("Total Energies", "6300")
    mapping = of(text, "ledger", answers={"totals": "leave out"}).text
    assert desk.read(text.replace("März", "Mai"), "ledger", mapping=mapping).landed == 3


def test_a_total_of_which_nothing_can_change_is_left_out_by_its_words(of: Propose) -> None:
    proposal = of(MONTH_END.replace("June 2026", "staff"), "ledger", answers={"totals": "leave out"})
    assert proposal.mapping.where[0].never == ("Total staff",)


def test_channels_are_called_as_the_table_calls_them_and_others_stay(of: Propose, desk) -> None:
    text = "Call ID,Start,Channel\n" + "".join(
        f"{i},2026-04-{13 + i} 10:00,{channel}\n"
        for i, channel in enumerate(["Phone", "Anruf", "call", "voice", "Live chat", "Fax"])
    )
    proposal = of(text)
    assert origin(proposal, "channel") == {
        "column": "Channel",
        "values": {"Anruf": "voice", "Live chat": "chat", "Phone": "voice", "call": "voice"},
    }
    line = next(one for one in proposal.columns if one.column == "channel")
    assert "Phone = voice" in line.why
    assert "kept as they are: Fax" in line.why
    found = desk.column(text, "channel", mapping=proposal.text)
    assert found == ["voice", "voice", "voice", "voice", "chat", "Fax"]


def test_a_file_with_the_tables_own_headers_and_other_words_for_a_channel_is_proposed(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    for word, as_it_is in (("voice", True), ("Fax", True), ("Phone", False), ("Voice", False)):
        path.write_text(f"contact_id,started_at,channel\n1,2026-04-13 10:00,{word}\n")
        assert reads_as_it_is(path, TABLES["contacts"], BERLIN) is as_it_is


# -- totals are no rows of a column --------------------------------------------------------------------------

POSTINGS = "Date,Account,Description,Amount\n2026-01-31,6000,Wages,12000.00\n2026-01-31,6100,Rent,2000.00\n"


def test_a_total_that_is_left_out_is_no_date_that_cannot_be_read(of: Propose) -> None:
    """The last row says Total where the others have a day, and has no account."""
    proposal = of(f"{POSTINGS}Total,,,14000.00\n", "ledger")
    assert ("Totals", "1 row is left out: Date is Total") in proposal.facts
    assert {line.column: line.unread for line in proposal.columns if line.unread} == {}
    assert [line.samples for line in proposal.columns if line.column == "period"] == [("2026-01-31",)]


def test_the_account_that_a_total_lacks_is_no_account_that_a_posting_lacks(of: Propose, desk) -> None:
    """Two postings and their total: which account an empty cell means is not asked."""
    proposal = of(f"{POSTINGS}Total,,,14000.00\n", "ledger")
    assert keys(proposal) == []
    staged = desk.read(f"{POSTINGS}Total,,,14000.00\n", "ledger", mapping=proposal.text)
    assert (staged.landed, [a.code for a in staged.aside]) == (2, ["E-SKIP-01"])


def test_an_account_that_a_posting_lacks_is_still_asked_beside_a_total(of: Propose) -> None:
    text = f"{POSTINGS}2026-02-28,,Wages,11000.00\nTotal,,,25000.00\n"
    assert keys(of(text, "ledger")) == ["account.blank"]


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


def test_a_total_decides_what_its_comma_means(of: Propose, desk) -> None:
    """612,000 + 713,500 = 1,325,500: in the total two commas stand, so they part thousands."""
    column = 'Account,Jan 2026,Feb 2026,Total\n6000,"612,000","713,500","1,325,500"\n'
    row = 'Account,Month,Amount\n6000,2026-01,"612,000"\n6100,2026-01,"713,500"\nTotal,,"1,325,500"\n'
    for text in (column, row):
        proposal = of(text, "ledger")
        assert keys(proposal) == []
        staged = desk.read(text, "ledger", mapping=proposal.text)
        total = desk.rows(staged, "sum(amount)::DECIMAL(18,2)::VARCHAR", rest="")
        assert total == [("1325500.00",)]
    undecided = 'Account,Month,Amount\n6000,2026-01,"12,000"\n6100,2026-01,"2,000"\nTotal,,"14,000"\n'
    assert keys(of(undecided, "ledger")) == ["amount.decimal"]


# -- five exports seen for the first time --------------------------------------------------------------------


def test_a_german_list_of_tickets_is_read_without_its_subjects(of: Propose) -> None:
    """Zendesk Explore in German: names of staff are hashed, subjects are not kept, times are found."""
    text = (
        "Ticket-ID;Ticket erstellt - Zeitstempel;Ticket gelöst - Zeitstempel;Ticketkanal;Ticketgruppe;"
        "Name des Mitarbeiters;Betreff des Tickets\n"
        "4711;04.05.2026 08:12;04.05.2026 11:40;E-Mail;Rechnungen;Sabine Krüger;Rechnung doppelt\n"
        "4712;14.05.2026 08:20;16.05.2026 09:00;Chat;Technik;Jonas Meyer;Login geht nicht\n"
    )
    proposal = of(text, "cases")
    assert keys(proposal) == []
    headers = {line.column: line.headers for line in proposal.columns}
    assert headers["opened_at"] == ("Ticket erstellt - Zeitstempel",)
    assert headers["resolved_at"] == ("Ticket gelöst - Zeitstempel",)
    assert (headers["channel"], headers["team"]) == (("Ticketkanal",), ("Ticketgruppe",))
    assert dict(proposal.left)["Betreff des Tickets"] == "free text"
    assert not {"Betreff des Tickets", "Name des Mitarbeiters"} & set(proposal.kept)


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


def test_a_payroll_register_is_for_the_days_it_says_and_without_its_company_totals(of: Propose, desk) -> None:
    """Two people, 2,384.75 and 2,240.00 gross; the employer pays 147.85 and 138.88 besides."""
    text = (
        "File Number,Home Department,Pay Date,Period Beginning Date,Period Ending Date,Gross Pay,"
        "Social Security ER\n"
        '001234,410 - Care,05/15/2026,04/27/2026,05/10/2026,"2,384.75",147.85\n'
        '001235,410 - Care,05/15/2026,04/27/2026,05/10/2026,"2,240.00",138.88\n'
        'Company Totals,,,,,"4,624.75",286.73\n'
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == []
    staged = desk.read(text, "ledger", mapping=proposal.text)
    wanted = "min(period_start)::VARCHAR, sum(amount)::DECIMAL(18,2)::VARCHAR"
    assert desk.rows(staged, wanted, rest="") == [("2026-04-27", "4911.48")]


def test_a_trial_balance_of_a_month_and_of_a_year_is_that_of_the_month(of: Propose) -> None:
    """Xero's: debit and credit of the month are taken, those of the year to date are not."""
    text = (
        "Account Code,Account,Debit - Month,Credit - Month,Debit - Year to date,Credit - Year to date\n"
        '200,Sales,,"21,350.00",,"106,750.00"\n477,Salaries,"21,350.00",,"106,750.00",\n'
    )
    proposal = of(text, "ledger")
    assert keys(proposal) == ["period_start", "costs"]
    amount = origin(proposal, "amount")
    assert isinstance(amount, dict)
    assert (amount["column"], amount["minus"]) == ("Debit - Month", "Credit - Month")
