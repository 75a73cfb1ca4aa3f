# SPDX-License-Identifier: Apache-2.0
"""Exports of accounting programs and bills, in the shape they write: shipped mappings read them exactly."""

import json
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from percontact.ingest.source import recognise, shipped
from percontact.records.landing import Staged


def read(desk, key: str, table: str, text: str | bytes | Path, *, more: str = "", **given) -> Staged:
    source = shipped(key, table)
    assert source is not None, key
    return desk.read(text, table, mapping=source.text + more, **given)


def skipped(staged: Staged) -> list[int]:
    assert {a.code for a in staged.aside} <= {"E-SKIP-01"}
    return [a.line for a in staged.aside]


GENERAL_LEDGER = """\
"Tiny Plumbing Co, LLC"
General Ledger
"January 1 - June 30, 2026"

,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance
6100 Salaries,,,,,,,,
,Beginning Balance,,,,,,,"1,000.00"
,06/03/2026,Payroll,1,,June pay,1010 Bank,"12,000.50","13,000.50"
,06/17/2026,Journal Entry,2,,Correction,1010 Bank,(420.81),"12,579.69"
Total for 6100 Salaries,,,,,,,"$11,579.69",
6200 Telecom,,,,,,,,
   6210 Lines,,,,,,,,
,06/30/2026,Bill,77,Carrier Inc,Lines,2000 AP,88.00,88.00
Total for 6210 Lines,,,,,,,$88.00,
Total for 6200 Telecom with sub-accounts,,,,,,,$88.00,
TOTAL,,,,,,,,
"""


def test_a_quickbooks_general_ledger_gives_its_postings_under_their_accounts(desk) -> None:
    """
    6100 Salaries  12,000.50 - 420.81;  6210 Lines  88.00
    """
    more = 'format: "%m/%d/%Y"\n'
    staged = read(desk, "quickbooks/general-ledger", "ledger", GENERAL_LEDGER, more=more)
    assert desk.rows(staged, "account, amount, period_start, vendor, kind") == [
        ("6100 Salaries", Decimal("12000.50"), date(2026, 6, 1), None, "Payroll"),
        ("6100 Salaries", Decimal("-420.81"), date(2026, 6, 1), None, "Journal Entry"),
        ("6210 Lines", Decimal("88.00"), date(2026, 6, 1), "Carrier Inc", "Bill"),
    ]
    assert skipped(staged) == [6, 7, 10, 11, 12, 14, 15, 16]


def test_a_quickbooks_date_is_never_guessed(desk) -> None:
    """06/03/2026 is 3 June or 6 March: without `format:` no row lands."""
    staged = read(desk, "quickbooks/general-ledger", "ledger", GENERAL_LEDGER)
    assert staged.landed == 0
    assert {a.code for a in staged.aside} == {"E-SKIP-01", "E-TIME-01"}


def test_a_quickbooks_journal_carries_its_date_down_to_each_line(desk) -> None:
    text = (
        'Craft Supply Co.\nJournal\n"January 1 - December 31, 2026"\n\n'
        "Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit\n"
        '01/15/2026,Bill,43,Vendor,Audit,Professional Fees,"12,500.00",\n'
        ',,,Vendor,Audit,Accounts Payable,,"12,500.00"\n'
        ',,,,,,"12,500.00","12,500.00"\n'
        "02/03/2026,Check,44,Vendor,Line,Telephone,113.00,\n,,,,Line,Bank,,113.00\n"
        ',,,,,,113.00,113.00\nTOTAL,,,,,,"12,613.00","12,613.00"\n'
    )
    staged = read(desk, "quickbooks/journal", "ledger", text, more='format: "%m/%d/%Y"\n')
    assert desk.rows(staged, "account, amount::INT, period_start") == [
        ("Professional Fees", 12500, date(2026, 1, 1)), ("Accounts Payable", -12500, date(2026, 1, 1)),
        ("Telephone", 113, date(2026, 2, 1)), ("Bank", -113, date(2026, 2, 1)),
    ]  # fmt: skip
    assert skipped(staged) == [8, 11, 12]


def test_xero_account_transactions_are_read_net_and_under_their_account(desk) -> None:
    text = (
        "Account Transactions\nAshgrove Ltd\nFor the period 1 September 2026 to 30 September 2026\n\n"
        "Date,Source,Description,Reference,Debit,Credit,Running Balance,Gross,GST\n"
        "Telephone,,,,,,,,\nOpening Balance,,,,10.00,,10.00,,\n"
        "02 Sep 2026,Payable Invoice,Carrier,INV-1,100.00,,110.00,120.00,20.00\n"
        '05 Sep 2026,Payable Credit Note,Carrier,CN-1,,"1,000.00",-890.00,"-1,200.00",-200.00\n'
        'Total Telephone,,,,110.00,"1,000.00",,,\nClosing Balance,,,,,890.00,,,\n'
    )
    staged = read(desk, "xero/account-transactions", "ledger", text)
    assert desk.rows(staged, "account, amount::INT, posted_on, text") == [
        ("Telephone", 100, date(2026, 9, 2), "Carrier"), ("Telephone", -1000, date(2026, 9, 5), "Carrier"),
    ]  # fmt: skip
    assert skipped(staged) == [6, 7, 10, 11]


def test_sap_line_items_have_their_minus_behind_and_their_dates_by_their_signs(desk) -> None:
    text = (
        "Sachkonto;Belegnummer;Buchungsdatum;Betrag in Hauswährung;Hauswährung;Kostenstelle;Text\n"
        "476100;100001;03.06.2026;1.234,50;EUR;4711;Telefon\n476100;100002;30.06.2026;1.234,50-;EUR;4711;Storno\n"
        "476100;;;0,00;EUR;;\n"
    )
    source = next(s for s in recognise(text.splitlines()[0].split(";"), "ledger") if s.system == "SAP")
    staged = desk.read(text, "ledger", mapping=source.text)
    assert desk.rows(staged, "account, cost_centre, amount, posted_on, currency") == [
        ("476100", "4711", Decimal("1234.50"), date(2026, 6, 3), "EUR"),
        ("476100", "4711", Decimal("-1234.50"), date(2026, 6, 30), "EUR"),
    ]
    assert skipped(staged) == [4]


def test_sap_amounts_in_the_other_convention_are_set_aside_and_never_misread(desk) -> None:
    text = 'G/L Account,Document Number,Posting Date,Amount in local currency\n1,2,06/30/2026,"1.234,50-"\n'
    source = next(s for s in recognise(text.splitlines()[0].split(","), "ledger") if s.system == "SAP")
    staged = desk.read(text, "ledger", mapping=source.text)
    assert (staged.landed, [a.code for a in staged.aside]) == (0, ["E-TYPE-01"])


EXTF = (
    'EXTF;700;21;Buchungsstapel;13;20260705000000000;;;;;1001;1;20250701;4;20260101;20260131;Test;;1;0;0;EUR\r\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);"
    "BU-Schlüssel;Belegdatum;Belegfeld 1;Buchungstext;KOST1 - Kostenstelle\r\n"
    "12000,50;S;EUR;6000;1800;;3101;P1;Löhne;VOICE\r\n"
    "1.190,00;S;;6805;70001;9;302;R7;Telefon;VOICE\r\n"
    "50,00;H;CHF;6805;1800;;1507;R8;Gutschrift;\r\n"
).encode("cp1252")  # fmt: skip


def test_a_datev_batch_becomes_a_row_for_each_account_of_a_posting(desk) -> None:
    """
    The business year runs from 1 July 2025: 31.01. and 3.2. are 2026, 15.07. is 2025.
    """
    staged = read(desk, "datev/posting-batch-extf", "ledger", EXTF)
    assert desk.rows(staged, "account, amount, posted_on, currency, cost_centre") == [
        ("6000", Decimal("12000.50"), date(2026, 1, 31), "EUR", "VOICE"),
        ("1800", Decimal("-12000.50"), date(2026, 1, 31), "EUR", "VOICE"),
        ("6805", Decimal("-50"), date(2025, 7, 15), "CHF", None),
        ("1800", Decimal("50"), date(2025, 7, 15), "CHF", None),
    ]
    # A thousands sign is not part of the format, so it is no amount rather than a guess.
    assert [(a.line, a.code) for a in staged.aside] == [(4, "E-TYPE-01"), (4, "E-TYPE-01")]


def test_the_central_banks_rates_hold_for_their_day_and_gaps_stay_gaps(desk) -> None:
    text = (
        "Date,USD,JPY,BGN,GBP,CHF,ISK,\n2026-06-02,1.1427,122.23,1.9558,0.7885,1.107,N/A,\n"
        "2026-06-01,1.1000,122.00,1.9558,0.7800,1.100,N/A,\n"
    )
    staged = read(desk, "ecb/euro-reference-rates", "fx", text)
    assert (staged.seen, staged.landed, staged.aside) == (10, 10, ())
    assert desk.rows(
        staged, "period_start, period_end, from_currency, rate", "WHERE to_currency = 'USD'"
    ) == [
        (date(2026, 6, 2), date(2026, 6, 3), "EUR", Decimal("1.1427")),
        (date(2026, 6, 1), date(2026, 6, 2), "EUR", Decimal("1.1")),
    ]


ANTHROPIC_USAGE = """\
usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,\
usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,\
usage_output_tokens,web_search_count,inference_geo,speed
2026-03-22,m-large,ann's key,Desk,standard,≤ 200k,100000,0,0,7,5000,10,not_available,
"""


def test_tokens_and_money_of_an_ai_vendor_stay_apart(desk) -> None:
    staged = read(desk, "anthropic/token-usage-csv", "usage", ANTHROPIC_USAGE)
    assert desk.rows(staged, "item, quantity::INT, model, workspace") == [
        ("token_in", 100_000, "m-large", "Desk"), ("token_cache_read", 7, "m-large", "Desk"),
        ("token_out", 5_000, "m-large", "Desk"), ("web_search", 10, "m-large", "Desk"),
    ]  # fmt: skip
    assert "ann" not in str(desk.rows(staged))
    cost = (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type\n"
        "2026-03-22,M Large,Desk,ann's key,message,≤ 200k,input_no_cache,0.0000125,token\n"
    )
    staged = read(desk, "anthropic/cost-csv", "ledger", cost)
    assert desk.rows(staged, "period_start, period_end, amount, currency, text, tag") == [
        (date(2026, 3, 22), date(2026, 3, 23), Decimal("0.0000125"), "USD", "M Large", "input_no_cache"),
    ]  # fmt: skip


def test_cached_and_uncached_tokens_are_not_counted_twice(desk) -> None:
    text = (
        "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,api_key_id,"
        "input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens\n"
        "1761523200,1761523260,2025-10-27T00:04:00+00:00,2025-10-27T00:05:00+00:00,p,3.0,gpt,k,7162,10,1280,5882\n"
    )
    staged = read(desk, "openai/completions-usage-csv", "usage", text)
    assert desk.rows(staged, "item, quantity::INT, strftime(used_at, '%H:%M')") == [
        ("token_in", 5882, "00:04"), ("token_cache_read", 1280, "00:04"), ("token_out", 10, "00:04"),
    ]  # fmt: skip


JOURNAL = """\
2026-06-03 * Payroll
    expenses:salaries     EUR 12,000.50
    expenses:social        2400.123456789 EUR
    assets:bank

2026-06-10 ! (INV-7) Telecom
    expenses:telecom     1,234.50 USD @ 0.92 EUR
    liabilities:payable
"""


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_an_hledger_journal_is_read_to_the_last_digit(desk, tmp_path: Path) -> None:
    (tmp_path / "a.journal").write_text(JOURNAL, encoding="utf-8")
    run = ["hledger", "-f", str(tmp_path / "a.journal"), "print", "-O", "json"]
    text = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert json.loads(text)
    staged = read(desk, "hledger/print-json", "ledger", text, name="print.json")
    assert desk.rows(staged, "account, amount, currency, posted_on") == [
        ("expenses:salaries", Decimal("12000.50"), "EUR", date(2026, 6, 3)),
        ("expenses:social", Decimal("2400.123456789"), "EUR", date(2026, 6, 3)),
        ("expenses:telecom", Decimal("1234.50"), "USD", date(2026, 6, 10)),
    ]
    assert (staged.seen, len(skipped(staged))) == (5, 2)


def test_each_ledger_export_is_recognised_by_its_headers() -> None:
    def best(headers: str, table: str = "ledger") -> str:
        return recognise(headers.split(","), table)[0].key

    assert (
        best(",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance")
        == "quickbooks/general-ledger"
    )
    assert (
        best("Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit") == "quickbooks/journal"
    )
    assert (
        best("Date,Source,Description,Reference,Debit,Credit,Running Balance") == "xero/account-transactions"
    )
    assert best("Date,USD,JPY,BGN,GBP,CHF,", "fx") == "ecb/euro-reference-rates"
    assert best(ANTHROPIC_USAGE.splitlines()[0], "usage") == "anthropic/token-usage-csv"
