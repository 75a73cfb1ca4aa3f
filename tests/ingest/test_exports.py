# SPDX-License-Identifier: Apache-2.0
"""Shipped mappings on small exports in each vendor's documented form, against values worked out by hand.

The files under exports/ were made by us after the documents that each mapping names as its evidence.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal as D
from pathlib import Path

import pytest

from percontact.ingest.source import Source, shipped, sources
from percontact.records.landing import Staged

EXPORTS = Path(__file__).parent / "exports"


def at(day: int, clock: str = "00:00:00") -> datetime:
    """A moment of March 2026; the desk is in Berlin, so an export without a zone is an hour earlier in UTC."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(2026, 3, day, hour, minute, second)


def rt_day(clock: str) -> datetime:
    """A moment of the day on which the export of a real Request Tracker was taken."""
    return datetime.combine(date(2026, 11, 22), time.fromisoformat(clock))


def unix(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def source_of(key: str, table: str) -> Source:
    found = shipped(key, table)
    assert found is not None, key
    return found


def adds_up(staged: Staged) -> bool:
    return staged.seen == staged.landed + staged.merged + len(staged.aside)


CASES = "case_id, opened_at, first_reply_at, resolved_at"
CALLS = "contact_id, started_at, wait_s, talk_s, hold_s, wrap_s, handle_s, handle_basis, outcome, handled"
EXPECTED: list[tuple[str, str, str, str, list[tuple[object, ...]]]] = [
    ("zendesk_tickets.csv", "zendesk/tickets-csv", "cases", "case_id, opened_at, resolved_at, reopens, channel, agent IS NULL, first_reply_min, first_reply_at",
        [("101", at(2, "08:00:00"), at(2, "14:30:00"), 1, "Mail", False, "25", at(2, "08:25:00")), ("102", at(3, "10:00:00"), None, 0, "Web form", False, None, None)]),
    ("zendesk_tickets.csv", "zendesk/tickets-csv", "contacts", "contact_id, started_at, messages, outcome, handle_basis",
        [("101", at(2, "08:00:00"), 3, "resolved", "none"), ("102", at(3, "10:00:00"), 0, None, "none")]),
    ("zendesk_tickets.json", "zendesk/tickets-with-metric-sets-json", "cases", "case_id, opened_at, resolved_at, reopens, channel, group_stations, first_reply_min, satisfaction",
        [("35436", at(2, "09:00:00"), at(2, "15:30:00"), 2, "web", "7", "15", "good"), ("35437", at(3, "09:00:00"), None, 0, "email", "1", None, "unoffered")]),
    ("zendesk_tickets.json", "zendesk/tickets-with-metric-sets-json", "contacts", "contact_id, messages, outcome, agent",
        [("35436", 4, "resolved", "235323"), ("35437", 0, None, None)]),
    ("zendesk_calls.json", "zendesk/calls-json", "contacts", CALLS + ", direction, case_id",
        [("360088814475", at(2, "11:02:15"), 77, 253, 10, 10, 273, "measured", "completed", 1, "inbound", "54"),
         ("360088814476", at(2, "12:00:00"), 45, 0, 0, 0, 0, "measured", "abandoned", 0, "inbound", None),
         ("360088814477", at(3, "09:00:00"), 0, 120, 0, 20, 140, "measured", "completed", 1, "outbound", "55")]),
    ("zendesk_calls.json", "zendesk/charges-of-calls-json", "ledger", "line_id, amount, period_start, vendor",
        [("360088814475", D("0.003"), date(2026, 3, 1), "Zendesk"), ("360088814476", D("0.0015"), date(2026, 3, 1), "Zendesk")]),
    ("freshdesk.csv", "freshdesk/tickets-csv", "cases", CASES + ", closed_at, team",
        [("1", at(2, "08:00:00"), at(2, "08:30:00"), at(2, "11:00:00"), at(4, "08:00:00"), "Support"), ("2", at(3, "09:00:00"), None, None, None, None)]),
    ("freshdesk.csv", "freshdesk/tickets-csv", "contacts", "contact_id, handle_s, handle_basis, messages, outcome",
        [("1", 4500, "reported", 3, "resolved"), ("2", None, "none", 0, None)]),
    ("freshdesk.json", "freshdesk/tickets-with-stats-json", "cases", CASES + ", closed_at, escalated",
        [("20", at(2, "09:00:00"), at(2, "09:30:00"), at(2, "12:00:00"), at(4, "09:00:00"), False), ("21", at(3, "10:00:00"), None, None, None, True)]),
    ("freshdesk.json", "freshdesk/tickets-with-stats-json", "contacts", "contact_id, outcome, handle_basis",
        [("20", "resolved", "none"), ("21", None, "none")]),
    ("intercom.json", "intercom/conversations-json", "contacts", "contact_id, started_at, answered_at, handle_s, handle_basis, outcome, messages, team, agent",
        [("471", unix(1772442000), unix(1772442600), 900, "derived", "resolved", 7, None, "814"), ("472", unix(1772445600), None, None, "none", None, 1, "55", None)]),
    ("intercom.json", "intercom/conversations-json", "cases", CASES + ", reopens",
        [("471", unix(1772442000), unix(1772442600), unix(1772449200), 1), ("472", unix(1772445600), None, None, 0)]),
    ("intercom.json", "intercom/ratings-of-conversations-json", "surveys", "survey_id, score, scale_max, sent_at",
        [("471", 4, 5, unix(1772449300))]),
    ("liveagent_tickets.json", "liveagent/tickets-json", "cases", "case_id, opened_at, resolved_at, channel, status",
        [("t1", at(2, "08:00:00"), at(2, "08:30:00"), "voice", "resolved"), ("t2", at(2, "09:00:00"), None, "email", "open")]),
    ("liveagent_tickets.json", "liveagent/tickets-json", "contacts", "contact_id, channel, outcome, handle_basis",
        [("t1", "voice", "resolved", "none"), ("t2", "email", None, "none")]),
    ("liveagent_calls.json", "liveagent/calls-json", "contacts", "contact_id, wait_s, handle_s, handle_basis, direction, outcome, handled",
        [("c1", 20, 300, "derived", "inbound", None, 1), ("c2", None, None, "none", "inbound", "abandoned", 0), ("c3", None, None, "none", "outbound", None, 1)]),
    ("hubspot_tickets.json", "hubspot/tickets-json", "cases", CASES + ", reason",
        [("512", at(2, "09:00:00"), at(2, "09:20:00"), at(2, "12:00:00"), "BILLING_ISSUE"), ("513", at(3, "09:00:00"), None, None, None)]),
    ("hubspot_tickets.json", "hubspot/tickets-json", "contacts", "contact_id, channel, outcome",
        [("512", "EMAIL", "resolved"), ("513", "CHAT", None)]),
    ("hubspot_calls.json", "hubspot/calls-json", "contacts", "contact_id, started_at, talk_s, direction",
        [("900", at(2, "09:00:00"), 183, "inbound")]),
    ("chatwoot_conversations.json", "chatwoot/conversations-json", "contacts", "contact_id, started_at, answered_at, channel, outcome, team, agent",
        [("10", unix(1772442000), unix(1772442600), "WebWidget", "resolved", "2", "4"), ("11", unix(1772445600), None, "Email", None, None, None)]),
    ("chatwoot_conversations.json", "chatwoot/conversations-json", "cases", CASES,
        [("10", unix(1772442000), unix(1772442600), unix(1772449200)), ("11", unix(1772445600), None, None)]),
    ("chatwoot_events.json", "chatwoot/reporting-events-json", "cases", CASES + ", times_resolved, agent",
        [("70", at(2, "09:00:00"), at(2, "09:10:00"), at(3, "10:00:00"), "2", "5"), ("71", at(4, "09:00:00"), at(4, "09:00:30"), None, "0", "5")]),
    ("zammad.json", "zammad/tickets-json", "cases", CASES + ", agent, time_unit",
        [("1", at(2, "09:00:00"), at(2, "09:30:00"), at(2, "12:00:00"), "3", "12.5"), ("2", at(3, "09:00:00"), None, None, None, None)]),
    ("zammad.json", "zammad/tickets-json", "contacts", "contact_id, messages, outcome, handle_basis",
        [("1", 3, "resolved", "none"), ("2", 1, None, "none")]),
    ("znuny.json", "znuny/tickets-json", "cases", CASES + ", team",
        [("7", at(2, "08:00:00"), at(2, "08:30:00"), at(2, "11:00:00"), "Postmaster"), ("8", at(3, "08:00:00"), None, None, "Raw")]),
    ("znuny.json", "znuny/tickets-json", "contacts", "contact_id, outcome, queue",
        [("7", "resolved", "Postmaster"), ("8", None, "Raw")]),
    ("frappe.json", "frappe_helpdesk/tickets-json", "cases", CASES + ", team",
        [("11", datetime(2026, 3, 2, 8, 0, 0, 123456), at(2, "08:30:00"), at(2, "11:00:00"), "Billing"), ("12", at(3, "08:00:00"), None, None, None)]),
    ("frappe.json", "frappe_helpdesk/tickets-json", "contacts", "contact_id, channel, outcome",
        [("11", "portal", "resolved"), ("12", "email", None)]),
    ("frappe.json", "frappe_helpdesk/ratings-of-tickets-json", "surveys", "survey_id, score",
        [("11", D("0.8"))]),
    ("osticket_queue.csv", "osticket/tickets-of-a-queue-csv", "cases", "case_id, opened_at, resolved_at, reopens, team, reason",
        [("100001", at(2, "08:00:00"), at(2, "11:00:00"), 1, "Support", "General Inquiry"), ("100002", at(3, "08:00:00"), None, 0, "Billing", "Refund")]),
    ("osticket_queue.csv", "osticket/tickets-of-a-queue-csv", "contacts", "contact_id, messages, outcome",
        [("100001", 3, "resolved"), ("100002", 1, None)]),
    ("osticket_table.csv", "osticket/table-ost_ticket-csv", "cases", "case_id, opened_at, resolved_at, agent",
        [("1", at(2, "08:00:00"), at(2, "11:00:00"), "5"), ("2", at(3, "08:00:00"), None, None)]),
    ("rt.json", "request_tracker/tickets-rest-json", "cases", "case_id, opened_at, resolved_at, status, team, agent IS NULL",
        [("1", rt_day("03:46:29"), rt_day("03:46:35"), "resolved", "General", True), ("2", rt_day("03:46:30"), None, "new", "General", True),
         ("3", rt_day("03:47:23"), None, "open", "General", False), ("4", rt_day("03:47:24"), rt_day("03:47:26"), "rejected", "General", True)]),
    ("rt.json", "request_tracker/tickets-rest-json", "contacts", "contact_id, handle_s, handle_basis, outcome",
        [("1", 540, "reported", "resolved"), ("2", None, "none", None), ("3", 5_400, "reported", None), ("4", 180_060, "reported", None)]),
    ("rt_results.tsv", "request_tracker/search-results-tsv", "cases", "case_id, opened_at, resolved_at, status, team, agent IS NULL",
        [("1", rt_day("02:46:29"), rt_day("02:46:35"), "resolved", "General", True), ("2", rt_day("02:46:30"), None, "new", "General", True),
         ("3", rt_day("02:47:23"), None, "open", "General", False), ("4", rt_day("02:47:24"), rt_day("02:47:26"), "rejected", "General", True)]),
    ("rt_results.tsv", "request_tracker/search-results-tsv", "contacts", "contact_id, handle_s, handle_basis, outcome",
        [("1", 540, "reported", "resolved"), ("2", None, "none", None), ("3", 5_400, "reported", None), ("4", 180_060, "reported", None)]),
    ("connect.ndjson", "amazon_connect/contact-records-json-lines", "contacts", CALLS + ", case_id",
        [("ctr-1", at(2, "09:00:00"), 30, 200, 60, 40, 300, "measured", None, 1, "ctr-1"),
         ("ctr-2", at(2, "09:05:00"), 90, None, None, None, None, "none", "abandoned", 0, "ctr-1"),
         ("ctr-3", at(3, "09:00:00"), None, None, None, None, None, "none", None, 1, "ctr-3")]),
    ("genesys.json", "genesys/conversation-details-json", "contacts", CALLS + ", agent, channel",
        [("conv-1", at(2, "09:00:00"), 25, 320, 30, D("30.5"), D("380.5"), "measured", None, 1, "u-lee", "voice"),
         ("conv-2", at(2, "10:00:00"), None, None, None, None, None, "none", "abandoned", 0, None, "voice")]),
    ("twilio_calls.json", "twilio/calls-json", "contacts", "contact_id, started_at, ended_at, direction, outcome, handle_basis",
        [("CA1", at(2, "09:00:00"), at(2, "09:04:00"), "inbound", "completed", "none"), ("CA3", at(3, "09:00:00"), None, "inbound", "busy", "none")]),
    ("twilio_calls.json", "twilio/charges-of-calls-json", "ledger", "line_id, amount, currency",
        [("CA1", D("0.03"), "USD"), ("CA2", D("0.041"), "USD")]),
    ("twilio_calls.json", "twilio/charges-of-calls-json", "usage", "usage_id, contact_id, item, quantity",
        [("CA1", "CA1", "call_second", 240), ("CA2", "CA1", "call_second", 205)]),
    ("twilio_tasks.json", "twilio/tasks-json", "contacts", "contact_id, started_at, queued_at, channel, outcome, handled",
        [("WT1", at(2, "09:00:00"), at(2, "09:00:02"), "voice", "completed", 1), ("WT2", at(2, "10:00:00"), at(2, "10:00:02"), "voice", "abandoned", 0)]),
    ("queue_log.csv", "asterisk/queue_log", "contacts", "contact_id, started_at, wait_s, talk_s, handle_s, outcome, handled, queue, agent",
        [("1772442009.1", unix(1772442010), 25, 100, 100, "handled", 1, "sales", "SIP/102"),
         ("1772442199.3", unix(1772442200), 45, None, None, "abandoned", 0, "sales", None),
         ("1772442299.4", unix(1772442300), 30, 140, 140, "handled", 1, "billing", "SIP/201"),
         ("1772442499.7", unix(1772442500), 120, None, None, "abandoned", 0, "sales", None)]),
    ("cdr_table.csv", "asterisk/cdr-table", "contacts", "contact_id, started_at, handle_s, handle_basis, outcome, handled",
        [("1772442000.1", at(2, "08:00:00"), 110, "derived", "handled", 1), ("1772442600.3", at(2, "08:10:00"), 0, "derived", "abandoned", 0)]),
    ("cdr_master.csv", "asterisk/cdr-master-csv", "contacts", "contact_id, started_at, wait_s, handle_s, outcome",
        [("1772442000.1", at(2, "08:00:00"), 20, 110, "handled"), ("1772442600.3", at(2, "08:10:00"), None, 0, "abandoned")]),
    ("cel.csv", "asterisk/cel-table", "contacts", "contact_id, started_at, answered_at, ended_at, hold_s",
        [("10.1", at(2, "08:00:00"), at(2, "08:00:20"), at(2, "08:02:10"), D("30.5"))]),
    ("freeswitch_default.csv", "freeswitch/cdr-of-the-default-template-csv", "contacts", "contact_id, wait_s, handle_s, outcome, handled",
        [("5a-uuid-1", 20, 110, None, 1), ("5a-uuid-3", None, 0, "abandoned", 0)]),
    ("freeswitch_fallback.csv", "freeswitch/cdr-of-the-fallback-template-csv", "contacts", "contact_id, wait_s, handle_s",
        [("5a-uuid-1", 20, 110)]),
    ("freeswitch_sqlite.csv", "freeswitch/cdr-mod_cdr_sqlite", "contacts", "contact_id, wait_s, handle_s",
        [("5a-uuid-1", 20, 110)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "key", "table", "columns", "rows"), EXPECTED, ids=[f"{f} {t}" for f, _, t, _, _ in EXPECTED]
)
def test_an_export_gives_what_its_system_said(desk, file, key, table, columns, rows) -> None:
    source = source_of(key, table)
    staged = desk.read(EXPORTS / file, table, mapping=source.text)
    assert desk.rows(staged, columns) == rows
    assert adds_up(staged)
    assert {a.code for a in staged.aside} <= {"E-SKIP-01", "E-SKIP-02"}
    assert staged.source == source.name


def test_every_help_desk_and_phone_system_has_its_export() -> None:
    ledgers = {s.key for s in sources() if s.table in ("ledger", "usage", "capacity", "fx", "budgets")}
    tried = {(key, table) for _, key, table, _, _ in EXPECTED}
    assert {(s.key, s.table) for s in sources() if s.key not in ledgers} - tried == set()


@pytest.mark.slow
def test_no_name_address_or_word_of_a_customer_is_in_what_lands(desk) -> None:
    for file, key, table, _, _ in EXPECTED:
        staged = desk.read(EXPORTS / file, table, mapping=source_of(key, table).text)
        landed = str(desk.rows(staged)).lower()
        for personal in ("example", "invoice", "kim agent", "+4930", "help i need", "great support", "enoch"):
            assert personal not in landed, (file, personal)


def test_the_newest_copy_of_a_contact_record_counts(desk) -> None:
    """ctr-1 was sent twice: without and with its after-contact work"""
    source = source_of("amazon_connect/contact-records-json-lines", "contacts")
    staged = desk.read(EXPORTS / "connect.ndjson", mapping=source.text)
    assert [(a.line, a.code) for a in staged.aside] == [(1, "E-SKIP-02")]


def test_rows_of_a_queue_log_that_are_no_call_are_set_aside(desk) -> None:
    staged = desk.read(EXPORTS / "queue_log.csv", mapping=source_of("asterisk/queue_log", "contacts").text)
    assert [(a.line, a.code) for a in staged.aside] == [(1, "E-SKIP-01"), (3, "E-SKIP-01")]
    assert (staged.seen, staged.landed, staged.merged) == (15, 4, 9)
