# SPDX-License-Identifier: Apache-2.0
"""A policy tried before it is in force, as a document: what each rule catches, and what would cost more.

Tried            a text tried on some whole months
  RuleTried      a rule, with the lines and the money it catches and its largest lines
    Caught       one ledger line, with its source
  Unplaced       lines of one account and cost centre that no rule catches
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from percontact.costing.policy import Policy, Rule
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.spoken import when
from percontact.report.statement import Statement
from percontact.report.words import DEMO_NOTE, money, value_text
from percontact.values.money import cents, minor_digits
from percontact.values.period import Period
from percontact.values.problem import Problem


@dataclass(frozen=True, slots=True)
class Caught:
    """One ledger line: cents of the span, where it was read (file:line), and the number of its import."""

    line_id: str
    account: str
    text: str
    cents: int
    source: str
    number: int


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule, with the lines and cents of the span that it catches, and the largest of them."""

    number: int
    rule: Rule
    lines: int
    cents: int
    first: tuple[Caught, ...] = ()
    pico: int = 0

    @property
    def match(self) -> str:
        """What it matches, in words."""
        return match_words(self.rule)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Lines of one account and cost centre that no rule catches."""

    account: str
    name: str
    cost_centre: str | None
    lines: int
    cents: int
    pico: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """A text tried on some whole months.

    policy    what it says, or None where it cannot be used; then `problems` say why
    problems  what is wrong, each at its line
    span      the months; None where nothing was worked out
    before    the statement by channel under the policy in force; None = without contacts, or it fails
    after     the same under the text
    outside   (lines, cents) that rules leave out on purpose
    """

    policy: Policy | None
    problems: tuple[Problem, ...]
    currency: str
    demo: bool = False
    span: Period | None = None
    before: Statement | None = None
    after: Statement | None = None
    rules: tuple[RuleTried, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unplaced_lines(self) -> int:
        """Ledger lines that no rule catches."""
        return sum(u.lines for u in self.unplaced)

    @property
    def unplaced_cents(self) -> int:
        """Their money."""
        return cents(sum(u.pico for u in self.unplaced), self.currency)

    @property
    def document(self) -> Document:
        """The answer, ready for any form."""
        tables = tuple(_tables(self))
        data: dict[str, object] = {
            "currency": self.currency,
            "problems": [
                {"code": p.code, "where": p.where, "what": p.what, "why": p.why, "do": p.do}
                for p in self.problems
            ],
            "first_day": self.span.start.isoformat() if self.span else None,
            "end": self.span.end.isoformat() if self.span else None,
            "unplaced_lines": self.unplaced_lines,
            "notes": list(self.notes),
        }
        names = {"channel": "channels", "pool": "pools", "end": "ends", "rule": "rules", "line": "lines",
                 "account": "unplaced"}  # fmt: skip
        data |= {names[t.columns[0].name]: records_of(t) for t in tables}
        return Document(
            title=f"Policy tried {when(self.span)}" if self.span else "Policy tried",
            headline=" ".join(_sentences(self)),
            tables=tables,
            notes=self.notes,
            data=data,
            demo=DEMO_NOTE if self.demo else "",
        )


def match_words(rule: Rule) -> str:
    """What a rule matches, in words."""
    told = "; ".join(
        f"{column.replace('_', ' ')} {' or '.join(p or '(empty)' for p in patterns)}"
        for column, patterns in rule.match
    )
    dated = "".join([f", from {rule.start}" if rule.start else "", f", until {rule.end}" if rule.end else ""])
    return (told or "every line") + dated


def source_line(one: Problem, text: str) -> tuple[int | None, str]:
    """(number from 1, line) of the text that a problem speaks of; (None, "") where it names none.

    >>> source_line(Problem("E-POL-01", "policy.yaml:2: rule 1", "", "", ""), "rules:\\n  - {}")
    (2, '  - {}')
    """
    found = re.match(r"[^:]*:(\d+)", one.where)
    lines = text.splitlines()
    number = int(found[1]) if found else 0
    return (number, lines[number - 1]) if 0 < number <= len(lines) else (None, "")


def _sentences(found: Tried) -> Iterator[str]:
    if found.problems:
        many = len(found.problems)
        yield "One thing in it is wrong" if many == 1 else f"{many} things in it are wrong"
        yield "and nothing else was worked out." if found.policy is None else "in these months."
        return
    assert found.span is not None
    if found.after is not None:
        yield _costs(found)
    lines = found.unplaced_lines
    if lines:
        are = "ledger line" if lines == 1 else "ledger lines"
        yield f"No rule catches {lines:,} {are} of {money(found.unplaced_cents, found.currency)}."
    else:
        yield "Every ledger line is caught by a rule."


def _costs(found: Tried) -> str:
    assert found.after is not None
    assert found.span is not None
    now, then = found.before.total.value if found.before else None, found.after.total.value
    told = f"{found.currency} {value_text(then, found.currency)}"
    if then is None:
        return f"What one contact costs {when(found.span)} would not be known."
    if now is None:
        return f"One contact would cost {told} {when(found.span)}."
    if now == then:
        return f"One contact would cost {told} {when(found.span)}, as it does now."
    was = value_text(now, found.currency)
    if value_text(then, found.currency) == was:
        return f"One contact would cost {told} {when(found.span)}, all but as now."
    return f"One contact would cost {told} instead of {was} {when(found.span)}."


def _tables(found: Tried) -> Iterator[Table]:
    if found.after is not None:
        yield _channels(found, found.after)
        yield _pools(found, found.after)
        yield _ends(found, found.after)
    if found.span is not None:
        yield rules_table(found)
        if any(r.first for r in found.rules):
            yield _lines(found)
    if found.unplaced:
        yield unplaced_table(found)


def _channels(found: Tried, after: Statement) -> Table:
    """What one contact of each channel costs now, and would cost; the dearest change first."""
    unit = found.currency
    now = {x.values[0]: x for x in found.before.rows if not x.label} if found.before else {}
    then = {x.values[0]: x for x in after.rows if not x.label}
    rows: list[tuple[str | None, int, Decimal | None, Decimal | None, Decimal | None]] = []
    for channel in dict.fromkeys([*then, *now]):
        a, b = now.get(channel), then.get(channel)
        before, value = a.value if a else None, b.value if b else None
        line = b or a
        assert line is not None
        rows.append((channel, line.contacts, before, value, _less(value, before)))
    rows.sort(key=lambda r: (-abs(r[-1] or Decimal(0)), str(r[0])))
    total = after.total
    was = found.before.total.value if found.before else None
    columns = (
        TableColumn("channel", "Channel"),
        TableColumn("contacts", "Handled contacts", "count"),
        TableColumn("now", f"Cost per contact now, {unit}", "value", unit),
        TableColumn("tried", f"As tried, {unit}", "value", unit),
        TableColumn("change", f"Change, {unit}", "value", unit, digits=minor_digits(unit) + 2, signed=True),
    )
    return Table(
        "Cost per contact by channel",
        columns,
        tuple(rows),
        ("All channels", total.contacts, was, total.value, _less(total.value, was)),
    )


def _less(value: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if value is None or other is None else value - other


def _pools(found: Tried, after: Statement) -> Table:
    """The cost of each pool now, and as tried, shared cost in it."""
    unit = found.currency
    now = {p.pool: p.cost for p in found.before.pools} if found.before else {}
    then = {p.pool: p for p in after.pools}
    known = found.before is not None
    rows: list[tuple[Cell, ...]] = []
    for pool in dict.fromkeys([*then, *now]):
        was, cost = now.get(pool, 0), then[pool].cost if pool in then else 0
        driver = then[pool].driver if pool in then else "no such pool any more"
        rows.append((pool, driver, was if known else None, cost, cost - was if known else None))
    rows.sort(key=lambda r: (-abs(int(str(r[4] or 0))), str(r[0])))
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("driver", "Driver"),
        TableColumn("now", f"Cost now, {unit}", "money", unit),
        TableColumn("tried", f"As tried, {unit}", "money", unit),
        TableColumn("change", f"Change, {unit}", "money", unit, signed=True),
    )
    sums = [sum(int(str(r[i] or 0)) for r in rows) for i in (2, 3, 4)]
    total = ("All pools", "", sums[0] if known else None, sums[1], sums[2] if known else None)
    return Table("Cost of each pool", columns, tuple(rows), total)


def _ends(found: Tried, after: Statement) -> Table:
    """Where the ledger ends now, and as tried."""
    unit, p, q = found.currency, found.before.proof if found.before else None, after.proof
    told = (
        ("Borne by contacts", p.assigned if p else None, q.assigned),
        ("Unused capacity", p.unused if p else None, q.unused),
        ("Not assigned", p.unassigned if p else None, q.unassigned),
    )
    rows = tuple((name, was, now, None if was is None else now - was) for name, was, now in told)
    columns = (
        TableColumn("end", "Where it ends"),
        TableColumn("now", f"Now, {unit}", "money", unit),
        TableColumn("tried", f"As tried, {unit}", "money", unit),
        TableColumn("change", f"Change, {unit}", "money", unit, signed=True),
    )
    ledger = (
        "Ledger",
        p.ledger if p else None,
        q.ledger,
        q.ledger - p.ledger if p else None,
    )
    if not (q.outside or (p and p.outside)):
        return Table("Where the ledger ends", columns, rows, ledger)
    note = f"Outside customer service by rule: {money(q.outside, unit)} as tried" + (
        f", {money(p.outside, unit)} now." if p else "."
    )
    return Table("Where the ledger ends", columns, rows, ledger, note)


def rules_table(found: Tried) -> Table:
    """A row a rule, with what it catches."""
    unit = found.currency
    columns = (
        TableColumn("rule", "Rule"),
        TableColumn("match", "Catches"),
        TableColumn("pool", "Pool"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {unit}", "money", unit),
        TableColumn("because", "Because"),
        TableColumn("at", "Line of the text", "count", detail=True),
    )
    rows = tuple(
        (str(r.number), r.match, r.rule.to, r.lines, r.cents, r.rule.because, r.rule.line)
        for r in found.rules
    )
    lines, amount = sum(r.lines for r in found.rules), cents(sum(r.pico for r in found.rules), unit)
    note = ""
    idle = [str(r.number) for r in found.rules if not r.lines]
    if idle:
        which = f"Rule {idle[0]} catches" if len(idle) == 1 else f"Rules {', '.join(idle)} catch"
        note = f"{which} nothing in these months: the first rule that matches a line takes it."
    total = ("All", "", "", lines, amount, "", None)
    return with_rounding(Table("What each rule catches", columns, rows, total, note))


def _lines(found: Tried) -> Table:
    unit = found.currency
    columns = (
        TableColumn("line", "Ledger line"),
        TableColumn("rule", "Rule"),
        TableColumn("account", "Account"),
        TableColumn("text", "Text"),
        TableColumn("amount", f"Amount, {unit}", "money", unit),
        TableColumn("source", "Read from"),
    )
    rows = tuple(
        (c.line_id, str(r.number), c.account, c.text, c.cents, c.source) for r in found.rules for c in r.first
    )
    return Table("The largest lines of each rule", columns, rows)


def unplaced_table(found: Tried) -> Table:
    """A row an account and cost centre that no rule catches."""
    unit = found.currency
    columns = (
        TableColumn("account", "Account"),
        TableColumn("name", "Name"),
        TableColumn("cost_centre", "Cost centre"),
        TableColumn("lines", "Lines", "count"),
        TableColumn("amount", f"Amount, {unit}", "money", unit),
    )
    rows = tuple((u.account, u.name, u.cost_centre or "none", u.lines, u.cents) for u in found.unplaced)
    total = ("All", "", "", found.unplaced_lines, found.unplaced_cents)
    note = "Their cost is shown as not assigned, and spread over nothing."
    return with_rounding(Table("What no rule catches", columns, rows, total, note))
