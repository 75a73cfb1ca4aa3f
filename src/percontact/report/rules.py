# SPDX-License-Identifier: Apache-2.0
"""What each rule of the policy catches, and what none does, as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percontact.costing.policy import Policy
from percontact.records.book import Settings
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.words import money
from percontact.values.money import cents

if TYPE_CHECKING:
    import duckdb


def rules_document(
    con: duckdb.DuckDBPyConnection, policy: Policy, settings: Settings, *, top: int = 20
) -> Document:
    """Lines and amounts by rule over all months, unclaimed lines by account, and rules that catch nothing.

    con  holds the ledger spread over its months (`costing.lines.spread_lines`)
    """
    currency = settings.currency
    by_rule = con.execute("""
        SELECT rule, count(DISTINCT row_id), sum(pico), min(month), max(month)
        FROM line_month GROUP BY 1
    """).fetchall()
    caught = {
        number: (int(lines), cents(int(pico), currency), first, last)
        for number, lines, pico, first, last in by_rule
    }
    rules = _rules(policy, currency, caught)
    unclaimed = _unclaimed(con, currency, top)
    lines, amount = (caught[None][0], caught[None][1]) if None in caught else (0, 0)
    idle = [str(r[0]) for r in rules.rows if not r[3]]
    number = len(policy.rules)
    head = (
        f"No rule claims {lines:,} ledger line{'s' * (lines != 1)} of {money(amount, currency)}."
        if lines
        else f"Every ledger line is claimed; {number} rule{'s' * (number != 1)}."
    )
    notes = []
    if idle:
        notes.append(
            f"Rules that catch nothing: {', '.join(idle)}. "
            "An earlier rule may take their lines: the first that matches wins."
        )
    if lines:
        notes.append(
            "Unclaimed cost is shown as unassigned and spread over nothing. "
            "Add a rule, or `to: outside` for what is no customer service."
        )
    return Document(
        title="Policy check",
        headline=head,
        tables=(rules, unclaimed) if lines else (rules,),
        notes=tuple(notes),
        data={
            "currency": currency,
            "rules": records_of(rules),
            "unclaimed": records_of(unclaimed),
            "unclaimed_lines": lines,
            "notes": notes,
        },
        demo="Demo data: this company is made up." if settings.demo else "",
    )


def _rules(policy: Policy, currency: str, caught: dict[int | None, tuple[int, int, object, object]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for i, rule in enumerate(policy.rules, 1):
        lines, amount, _, _ = caught.get(i, (0, 0, None, None))
        match = "; ".join(f"{c}: {', '.join(p)}" for c, p in rule.match) or "every line"
        dated = "".join(
            [f" from {rule.start}" if rule.start else "", f" until {rule.end}" if rule.end else ""]
        )
        rows.append((str(i), match + dated, rule.to, lines, amount, rule.because))
    columns = (
        TableColumn("rule", "Rule"),
        TableColumn("match", "Matches"),
        TableColumn("pool", "Pool"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
        TableColumn("because", "Because"),
    )
    return Table("What each rule catches (all months)", columns, tuple(rows))


def _unclaimed(con: duckdb.DuckDBPyConnection, currency: str, top: int) -> Table:
    rows = con.execute("""
        SELECT account, cost_centre, count(DISTINCT row_id), sum(pico)
        FROM line_month WHERE rule IS NULL
        GROUP BY 1, 2 ORDER BY abs(sum(pico)) DESC, 1, 2
    """).fetchall()
    columns = (
        TableColumn("account", "Account"),
        TableColumn("cost_centre", "Cost centre"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
    )
    cells = tuple((a, cc, int(n), cents(int(p), currency)) for a, cc, n, p in rows[:top])
    return Table(
        "Lines no rule claims",
        columns,
        cells,
        note=f"The {top} largest of {len(rows)}." if len(rows) > top else "",
    )
