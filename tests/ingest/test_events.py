# SPDX-License-Identifier: Apache-2.0
"""Event logs: many rows become one, each column by its `take:`, and every row is accounted for."""

from datetime import datetime
from decimal import Decimal

import pytest

from percontact.records.landing import Staged
from percontact.values.problem import PercontactError

LOG = """Case,Status,At,By,Minutes
1,New,01/03/2026 09:00,,0
2,New,01/03/2026 09:05,,0
1,Open,01/03/2026 09:10,ann,7
1,Solved,01/03/2026 09:40,bob,5
2,Open,02/03/2026 08:00,bob,3
1,Reopened,02/03/2026 09:00,,0
1,Solved,02/03/2026 10:00,ann,4
"""

FORM = """
format: "%d/%m/%Y %H:%M"
timezone: UTC
group: {by: [Case], order: At, until: stayed_s, since: after_s}
columns:
  case_id: Case
  opened_at: {column: At, take: first}
  first_reply_at: {column: At, when: {column: By, blank: false}, take: min}
  resolved_at: {column: At, when: {column: Status, is: [Solved]}, take: max}
  reopens: {column: Status, when: {column: Status, is: [Reopened]}, take: count}
  escalated: {column: Status, when: {column: Status, is: [Escalated]}, take: any}
  agent: {column: By, take: last}
  agents: {column: By, take: distinct}
  status: Status
keep: none
"""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def adds_up(staged: Staged) -> bool:
    return staged.seen == staged.landed + staged.merged + len(staged.aside)


def test_the_events_of_a_case_become_the_case(desk) -> None:
    """Case 1: lines 2, 4, 5, 7, 8. Case 2: lines 3, 6, never solved."""
    staged = desk.read(LOG, "cases", mapping=FORM)
    assert (staged.seen, staged.landed, staged.merged, staged.aside) == (7, 2, 5, ())
    columns = "case_id, opened_at, first_reply_at, resolved_at, reopens, escalated, agent, agents, status"
    assert desk.rows(staged, columns) == [
        ("1", at(1, 9), at(1, 9, 10), at(2, 10), 1, False, "ann", "2", "Solved"),
        ("2", at(1, 9, 5), at(2, 8), None, 0, False, "bob", "1", "Open"),
    ]
    assert "7 rows became 2 rows of cases; `source_lines` names the lines of each." in staged.notes


def test_a_made_row_names_its_lines_and_bears_the_id_of_the_first(desk) -> None:
    staged = desk.read(LOG, "cases", mapping=FORM)
    assert desk.rows(staged, "source_lines, row_id % 68719476736") == [("2, 4-5, 7-8", 2), ("3, 6", 3)]


def test_times_between_events_are_worked_out_in_the_order_of_the_log(desk) -> None:
    """
    case 1  New 600 s, Open 1,800 s, Solved 84,000 s (to Reopened), Reopened 3,600 s, Solved open-ended
    case 2  New 82,500 s, Open open-ended
    """
    form = (
        FORM.replace("columns:", "columns:\n  contact_id: Case\n  started_at: {column: At, take: min}")
        .replace("  case_id: Case\n  opened_at: {column: At, take: first}\n", "")
        .split("  first_reply_at")[0]
        + "  open_s: {column: stayed_s, when: {column: Status, is: [Open, Reopened]}, take: count}\n"
        "  handle_s: {column: stayed_s, when: {column: Status, is: [Open, Reopened]}, take: sum}\n"
        "  wait_s: {column: after_s, when: {column: Status, is: [Open]}, take: sum}\nkeep: none\n"
    )
    staged = desk.read(LOG, "contacts", mapping=form)
    assert desk.rows(staged, "contact_id, handle_s, wait_s, handle_basis") == [
        ("1", Decimal(5_400), Decimal(600), "derived"),
        ("2", None, Decimal(82_500), "none"),
    ]


@pytest.mark.parametrize("column", ["handle_s", "talk_s"])
def test_work_told_by_the_time_between_events_is_derived_and_never_measured(desk, column: str) -> None:
    form = (
        "format: '%d/%m/%Y %H:%M'\ntimezone: UTC\ngroup: {by: [Case], order: At, until: stayed_s}\ncolumns:\n"
        "  contact_id: Case\n  started_at: {column: At, take: min}\n"
        f"  {column}: {{column: stayed_s, when: {{column: Status, is: [Open]}}, take: sum}}\nkeep: none"
    )
    staged = desk.read(LOG, mapping=form)
    assert desk.rows(staged, "handle_basis, handle_s") == [("derived", 1_800), ("none", None)]
    assert "Work time is the time between two events, so its basis is derived." in staged.notes


def test_a_word_for_empty_is_no_group(desk) -> None:
    log = "Case,At\n1,2026-03-01 09:00\n?,2026-03-01 10:00\n"
    form = "nulls: ['?']\ngroup: {by: [Case]}\ncolumns: {case_id: Case, opened_at: {column: At, take: min}}"
    staged = desk.read(log, "cases", mapping=form)
    assert [(a.line, a.code) for a in staged.aside] == [(3, "E-ROW-02")]


def test_numbers_are_added_and_days_compared_as_days_and_not_as_text(desk) -> None:
    form = (
        "format: '%d/%m/%Y %H:%M'\ntimezone: UTC\ngroup: {by: [Case]}\ncolumns:\n"
        "  contact_id: Case\n  started_at: {column: At, take: max}\n"
        "  handle_s: {column: Minutes, unit: min, take: sum}\n  wrap_s: {column: Minutes, take: max}\n"
        "keep: none"
    )
    log = LOG.replace("02/03/2026", "02/02/2026") + "2,Solved,31/01/2026 10:00,ann,11\n"
    staged = desk.read(log, mapping=form)
    rows = desk.rows(staged, "contact_id, started_at, handle_s, wrap_s")
    assert rows == [("1", at(1, 9, 40), 960, 7), ("2", at(1, 9, 5), 840, 11)]


def test_the_order_of_the_lines_is_not_the_order_of_the_events(desk) -> None:
    """Newest first, as many systems export."""
    head, *rows = LOG.splitlines()
    upside_down = "\n".join([head, *reversed(rows)]) + "\n"
    forward, back = (desk.read(log, "cases", mapping=FORM) for log in (LOG, upside_down))
    columns = "case_id, opened_at, first_reply_at, resolved_at, reopens, agent, status"
    assert sorted(desk.rows(forward, columns)) == sorted(desk.rows(back, columns))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("3,New,31/02/2026 09:00,,0", "E-TIME-01"),
        (",New,01/03/2026 09:00,,0", "E-ROW-02"),
        ("3,New,,,0", "E-ROW-02"),
        ("3,New,01/03/2026 09:00", "E-ROW-01"),
    ],
)
def test_an_event_that_has_no_place_is_set_aside_by_itself(desk, line: str, code: str) -> None:
    staged = desk.read(LOG + line + "\n", "cases", mapping=FORM)
    assert [(a.line, a.code, a.text) for a in staged.aside] == [(9, code, line)]
    assert (staged.seen, staged.landed, staged.merged) == (8, 2, 5)


def test_rows_left_out_on_purpose_take_no_part(desk) -> None:
    staged = desk.read(LOG, "cases", mapping=FORM + "where: {column: Status, not: [Reopened]}\n")
    assert [(a.line, a.code) for a in staged.aside] == [(7, "E-SKIP-01")]
    assert desk.rows(staged, "reopens") == [(0,), (0,)]
    assert adds_up(staged)


def test_a_case_that_breaks_a_rule_is_set_aside_with_all_its_events(desk) -> None:
    """A case solved before it was opened: the rule is the table's own."""
    form = FORM.replace(
        "{column: At, take: first}", "{column: At, when: {column: Status, is: [Reopened]}, take: first}"
    )
    staged = desk.read(LOG, "cases", mapping=form)
    assert staged.landed == 0
    assert {a.line: a.code for a in staged.aside} == {
        2: "E-TIME-02", 4: "E-TIME-02", 5: "E-TIME-02", 7: "E-TIME-02", 8: "E-TIME-02",
        3: "E-ROW-02", 6: "E-ROW-02",
    }  # fmt: skip
    assert staged.aside[3].text == "1,Solved,01/03/2026 09:40,bob,5"
    assert "part of the row of line 2" in staged.aside[3].reason
    assert adds_up(staged)


def test_where_rows_differ_and_nothing_says_which_counts_the_receipt_says_so(desk) -> None:
    staged = desk.read(LOG, "cases", mapping=FORM)
    (told,) = [n for n in staged.notes if n.startswith("Rows of one group differ")]
    assert "status (2)" in told


def test_the_newest_copy_of_a_record_stands_for_all(desk) -> None:
    log = "contact_id,started_at,talk_s,changed\nc1,2026-03-01,60,1\nc2,2026-03-01,50,1\nc1,2026-03-01,90,2\n"
    form = "group: {by: [contact_id], order: {column: changed, unit: s}, keep: last}\nkeep: none"
    staged = desk.read(log, mapping=form)
    assert desk.rows(staged, "contact_id, talk_s") == [("c2", 50), ("c1", 90)]
    assert [(a.line, a.code, a.text) for a in staged.aside] == [(2, "E-SKIP-02", "c1,2026-03-01,60,1")]
    assert (staged.seen, staged.landed, staged.merged) == (3, 2, 0)


def test_rows_can_all_be_kept_with_the_time_to_the_next(desk) -> None:
    """Each stretch in a state as a handling of its own."""
    form = (
        "format: '%d/%m/%Y %H:%M'\ntimezone: UTC\n"
        "group: {by: [Case], order: At, keep: all, until: stayed_s}\n"
        "columns:\n  contact_id: Case\n  started_at: At\n  agent: By\n  handle_s: stayed_s\n"
        "  handle_basis: {constant: derived}\nkeep: none\nwhere: {column: Status, is: [Open, Solved]}"
    )
    staged = desk.read(LOG, "handlings", mapping=form)
    assert desk.rows(staged, "contact_id, agent, handle_s") == [
        ("1", "ann", 1800), ("1", "bob", 87_600), ("2", "bob", None), ("1", "ann", None),
    ]  # fmt: skip
    assert adds_up(staged)


def test_what_has_no_sum_is_not_summed(desk) -> None:
    with pytest.raises(PercontactError, match="cannot have `take: sum`"):
        desk.read(
            LOG,
            "cases",
            mapping=FORM.replace("agent: {column: By, take: last}", "agent: {column: By, take: sum}"),
        )


def test_a_group_by_a_header_that_is_not_there_is_refused(desk) -> None:
    with pytest.raises(PercontactError, match="E-MAP-02"):
        desk.read(LOG, "cases", mapping=FORM.replace("by: [Case]", "by: [Ticket]"))


def test_a_person_is_hashed_once_and_not_twice(desk) -> None:
    plain = desk.read("contact_id,started_at,customer_id\nc1,2026-03-01,kim\n")
    log = "contact_id,started_at,customer_id\nc1,2026-03-01,kim\nc1,2026-03-02,kim\n"
    merged = desk.read(log, mapping="group: {by: [contact_id]}\nkeep: none")
    assert desk.rows(plain, "customer_id") == desk.rows(merged, "customer_id")


def test_a_source_that_lacks_something_says_so_on_the_receipt(desk) -> None:
    form = "source: Some desk, log (CSV)\nlacks: [handle time, abandonment]\n" + FORM
    staged = desk.read(LOG, "cases", mapping=form)
    assert (staged.source, staged.lacks) == ("Some desk, log (CSV)", ("handle time", "abandonment"))
    assert "Not in this source, so unknown and never zero: handle time; abandonment." in staged.notes
