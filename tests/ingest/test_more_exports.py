# SPDX-License-Identifier: Apache-2.0
"""Exports that are known by their shape, and real ones that were proposed wrongly once."""

from pathlib import Path

import pytest

from percontact.ingest.kinds import tables_like
from percontact.ingest.source import by_shape
from percontact.records.book import Settings

EXPORTS = Path(__file__).parent / "exports"


@pytest.mark.parametrize(
    ("file", "system", "rows"),
    [
        ("cdr_master.csv", "Asterisk, CDR (Master.csv)", 2),
        ("queue_log.csv", "Asterisk, queue_log", 4),
        ("freeswitch_default.csv", "FreeSWITCH, CDR of the default template (CSV)", 2),
        ("freeswitch_fallback.csv", "FreeSWITCH, CDR of the fallback template (CSV)", 1),
    ],
)
def test_a_log_of_a_switch_without_a_header_is_known_by_its_shape(of, desk, file, system, rows) -> None:
    proposal = of((EXPORTS / file).read_bytes(), name=file)
    assert (proposal.source, proposal.questions) == (system, ())
    assert desk.read(EXPORTS / file, mapping=proposal.text).landed == rows
    ((table, why),) = tables_like(EXPORTS / file, Settings("EUR", "UTC"))
    assert (table, why) == ("contacts", f"its rows are those of {system}")


CDR = (
    '"","49301","600","in","""A"" <49301>","SIP/1","SIP/2","Queue","sales","2026-03-02 09:00:00",'
    '"2026-03-02 09:00:20","2026-03-02 09:02:10",130,110,"ANSWERED","DOCUMENTATION"'
)


def test_call_records_of_sixteen_fields_are_known_too(of, desk) -> None:
    """cdr.conf without loguniqueid and loguserfield"""
    proposal = of(CDR + "\n" + CDR.replace("09:0", "10:0") + "\n")
    assert proposal.source == "Asterisk, CDR (Master.csv)"
    staged = desk.read(CDR + "\n" + CDR.replace("09:0", "10:0") + "\n", mapping=proposal.text)
    assert (staged.landed, desk.rows(staged, "handle_s, outcome")[0]) == (2, (110, "handled"))


@pytest.mark.parametrize("changed", [("ANSWERED", "Answered by Ada"), (",130,", ",2m,"), ('"Queue",', "")])
def test_rows_of_another_shape_are_not_taken_for_call_records(changed) -> None:
    assert by_shape(CDR + "\n", "contacts") is not None
    assert by_shape(CDR.replace(*changed) + "\n", "contacts") is None


def test_a_name_that_says_one_thing_of_each_account_is_the_accounts(of, desk) -> None:
    rows = "61,Wages,2026-01,1\n61,Wages,2026-02,2\n62,Rent,2026-01,3\n63,Power,2026-01,4\n"
    text = "Account,Name,Month,Amount\n" + rows
    staged = desk.read(text, "ledger")
    assert desk.rows(staged, "account, account_name")[:3] == [
        ("61", "Wages"),
        ("61", "Wages"),
        ("62", "Rent"),
    ]
    proposal = of(text, "ledger")
    assert (dict(proposal.mapping.columns)["account_name"].columns, proposal.left) == ((("Name",),), ())


@pytest.mark.parametrize("header", ["Account,Name,Month,Amount", "Name,Account,Month,Amount"])
def test_a_name_that_changes_from_posting_to_posting_is_a_persons(of, desk, header) -> None:
    """Whom a posting was paid to, or who was paid: Ada Byron and Carl Gauss on one account."""
    rows = [("61", "Ada Byron"), ("61", "Carl Gauss"), ("62", "Telco"), ("63", "Power")]
    swap = header.startswith("Name")
    lines = [f"{b},{a},2026-01,1" if swap else f"{a},{b},2026-01,1" for a, b in rows]
    text = "\n".join([header, *lines]) + "\n"
    staged = desk.read(text, "ledger")
    assert "account_name" not in dict(staged.files[0].columns)
    assert any("Left out as personal: Name (names)" in note for note in staged.notes)
    assert ("Name", "may be personal") in of(text, "ledger").left


XERO = """\
General Ledger Detail
Tiny GmbH
For the period 1 May 2026 to 30 June 2026

Date,Source,Description,Reference,Debit,Credit,Running Balance,Gross,VAT
404 - Bank Fees
Opening Balance,,,,,,112.40,,
4 May 2026,Spend Money,Bank,Monthly fee,18.50,,130.90,18.50,0.00
Total Bank Fees,,,,18.50,0.00,130.90,18.50,0.00
463 - Software
12 Jun 2026,Payable Credit Note,Desk Inc,CN-2204,,103.75,"4,696.25",(123.46),(19.71)
Total,,,,18.50,103.75,,,
"""


def test_accounts_written_as_one_cell_above_their_postings_are_not_lost(of, desk) -> None:
    """Xero's general ledger: `404 - Bank Fees` stands alone on its line, without the commas of a row."""
    proposal = of(XERO, "ledger")
    staged = desk.read(XERO, "ledger", mapping=proposal.text)
    assert [(name, float(amount)) for name, amount in desk.rows(staged, "account, amount")] == [
        ("404 - Bank Fees", 18.5),
        ("463 - Software", -103.75),
    ]
    assert {a.code for a in staged.aside} == {"E-SKIP-01"}
    assert not [s for s in staged.suspicions if s.code == "W-ACCOUNT-01"]


def test_a_help_desk_of_a_shop_is_read_without_a_question(of, desk) -> None:
    """Who closed a ticket and who it is assigned to are names; how many messages an agent wrote is none."""
    head = (
        "Ticket id,Channel,Assignee name,Assignee team,Closed by,Creation date,First response date,"
        "Closed date,Number of agent messages"
    )
    rows = [
        f"91{i:03},{'instagram-comment' if i % 2 else 'facebook-messenger'},Marta Lis,Tier 1,Jon Reyes,"
        f"2026-06-{1 + i % 28:02} 08:{i:02}:00,2026-06-{1 + i % 28:02} 09:{i:02}:00,,{1 + i % 4}"
        for i in range(40)
    ]
    text = "\n".join([head, *rows]) + "\n"
    proposal = of(text, "cases")
    filled = {name: one.columns[0][0] for name, one in proposal.mapping.columns.items() if one.columns}
    assert proposal.questions == ()
    assert (filled["team"], filled["agent"]) == ("Assignee team", "Assignee name")
    assert filled["first_reply_at"] == "First response date"
    assert proposal.kept == ("Number of agent messages",)
    assert ("Closed by", "holds names of people") in proposal.left
    staged = desk.read(text, "cases", mapping=proposal.text)
    assert {c for (c,) in desk.rows(staged, "channel")} == {"social", "messaging"}
