# SPDX-License-Identifier: Apache-2.0
"""The cost statement as tables: its lines, comparisons, pools, reconciliation and other forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from percontact.report.cells import rounded
from percontact.report.document import Cell, Document, Formula, Kind, Table, TableColumn
from percontact.report.rounding import with_rounding
from percontact.report.statement import Line, Statement
from percontact.report.words import PER_MANY, PER_WORDS, change_digits
from percontact.values.money import cents, cents_text, split

__all__ = [
    "Document",
    "Formula",
    "Table",
    "TableColumn",
    "coverage",
    "dimension_names",
    "in_order",
    "line_records",
    "statement_tables",
]

COVERAGE = ("measured", "derived", "estimated")
TAKEN = (
    "period", "start", "cost", "covered", "contacts", "denominator", "value", "coverage",
    *(f"coverage_{c}" for c in COVERAGE), "offered", "handle_s", "currency", "label",
)  # fmt: skip
"""Names that a dimension cannot have in an answer, because a column of ours has them."""


def statement_tables(s: Statement) -> list[Table]:
    """The tables of a statement, in the order in which they are read; empty ones are left out."""
    tables = [_lines(s), _comparisons(s), _pools(s), _shared(s), _proof(s), _other_forms(s)]
    return [t for t in tables if t.rows or t is tables[0]]


def coverage(line: Line) -> tuple[Decimal, Decimal, Decimal] | None:
    """Shares of handled contacts with time measured, derived, estimated; they sum to one. None = no contacts.

    >>> coverage(Line("2026-06", "2026-06-01", (), 100, None, None, 3, 3, Decimal(9), 2, 1))
    (Decimal('0.6667'), Decimal('0.3333'), Decimal('0.0000'))
    """
    if not line.contacts:
        return None
    measured, derived, rest = split(10_000, [line.measured, line.derived, line.estimated])
    return Decimal(measured).scaleb(-4), Decimal(derived).scaleb(-4), Decimal(rest).scaleb(-4)


def in_order(s: Statement) -> list[Line]:
    """The lines by period; in each, what is no slice of contacts comes last."""
    return sorted(s.rows, key=lambda line: (line.start, bool(line.label)))


def dimension_names(s: Statement) -> list[str]:
    """Names of the dimensions' columns: as asked, or by_NAME where we have a column of that name."""
    return [f"by_{d}" if d.lower() in TAKEN else d for d in s.by]


def line_records(s: Statement) -> Table:
    """The lines for machines: every column, one meaning each, the total left out."""
    money = s.currency
    columns = [
        TableColumn("period", "period"),
        *(TableColumn(d, d) for d in dimension_names(s)),
        TableColumn("cost", "cost", "money", money),
        TableColumn("contacts", "contacts", "count"),
        *([] if s.per == "contact" else [TableColumn("denominator", "denominator", "quantity")]),
        *([TableColumn("covered", "covered", "money", money)] if _leaves_out(s) else []),
        TableColumn("value", "value", "value", money),
        *(TableColumn(f"coverage_{c}", c, "share") for c in COVERAGE),
        TableColumn("offered", "offered", "count"),
        TableColumn("handle_s", "handle_s", "seconds"),
        TableColumn("start", "start", "date"),
        TableColumn("currency", "currency"),
        *([TableColumn("label", "label")] if _has_labels(s) else []),
    ]
    rows = []
    for line in in_order(s):
        row: list[Cell] = [line.period, *line.values, line.cents, line.contacts]
        row += [] if s.per == "contact" else [line.denominator]
        row += [line.divided] if _leaves_out(s) else []
        row += [line.value, *(coverage(line) or (None, None, None)), line.offered, line.handle_s]
        row += [date.fromisoformat(line.start), s.currency, *([line.label or None] if _has_labels(s) else [])]
        rows.append(tuple(row))
    return Table("Lines", tuple(columns), tuple(rows))


def _leaves_out(s: Statement) -> bool:
    """Whether what is divided is not the cost itself, so that it needs a column of its own."""
    return any(line.covered is not None for line in (*s.rows, s.total))


def _has_labels(s: Statement) -> bool:
    """Whether rows can be no slice of contacts: the question tells, so columns do not hang on the data."""
    return any(line.label for line in s.rows) or (s.basis == "full" and bool(s.by) and not s.where)


# -- for people ----------------------------------------------------------------------------------------------


def _lines(s: Statement) -> Table:
    per_contact = s.per == "contact"
    made_of = ("covered" if _leaves_out(s) else "cost", "contacts" if per_contact else "denominator")
    whole = all(line.measured == line.contacts for line in s.rows)
    counted: Kind = "quantity" if s.per == "handle-minute" else "count"
    columns = (
        TableColumn("period", "Period"),
        *(TableColumn(n, _header(d)) for n, d in zip(dimension_names(s), s.by, strict=True)),
        TableColumn("cost", f"Cost, {s.currency}", "money", s.currency),
        TableColumn("contacts", "Contacts", "count"),
        *([] if per_contact else [TableColumn("denominator", _header(PER_MANY[s.per]), counted)]),
        *([TableColumn("covered", "Of it, divided", "money", s.currency)] if _leaves_out(s) else []),
        _cost_of_one(s, *made_of),
        # Said on a page only where it is not all.
        TableColumn("measured", "Time measured", "share", detail=whole),
        TableColumn("derived", "Time derived", "share", detail=True),
        TableColumn("estimated", "Time estimated", "share", detail=True),
        TableColumn("offered", "Offered", "count", detail=True),
        TableColumn("handle_s", "Handle time, s", "seconds", detail=True),
    )  # fmt: skip
    rows = tuple(_cells(s, line, (line.period, *_values(line))) for line in in_order(s))
    table = Table("Cost", columns, rows, _cells(s, s.total, ("Total", *("" for _ in s.by))))
    return with_rounding(table, "cost", "covered")


def _cost_of_one(s: Statement, cost: str, number: str) -> TableColumn:
    header = f"{s.currency} per {PER_WORDS[s.per]}"
    return TableColumn("value", header, "value", s.currency, Formula("quotient", (cost, number)))


def _values(line: Line) -> tuple[Cell, ...]:
    """Values of the dimensions; a row that is no slice of contacts says what it is."""
    return (line.label, *("" for _ in line.values[1:])) if line.label and line.values else line.values


def _cells(s: Statement, line: Line, first: tuple[Cell, ...]) -> tuple[Cell, ...]:
    denominator: tuple[Cell, ...] = () if s.per == "contact" else (_whole(line.denominator),)
    denominator += (line.divided,) if _leaves_out(s) else ()
    shares = coverage(line) or (None, None, None)
    return (*first, line.cents, line.contacts, *denominator, line.value, *shares, line.offered, line.handle_s)


def _whole(number: Decimal | None) -> Cell:
    """A number of things as such, minutes with their fraction."""
    if number is None:
        return None
    return int(number) if number == int(number) else rounded(number, 6)


def _header(dimension: str) -> str:
    text = dimension.removesuffix("_id").replace("_", " ")
    return text[:1].upper() + text[1:]


def _comparisons(s: Statement) -> Table:
    columns = (
        TableColumn("name", "Compared with"),
        TableColumn("period", "Days"),
        TableColumn("cost", f"Cost, {s.currency}", "money", s.currency, detail=True),
        TableColumn("denominator", _header(PER_MANY[s.per]), "quantity", detail=True),
        _cost_of_one(s, "cost", "denominator"),
        TableColumn("change", "Change", "value", s.currency, digits=change_digits(s)),
        *([TableColumn("missing", "Missing")] if any(c.missing for c in s.comparisons) else []),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for c in s.comparisons:
        missing = (c.missing,) if any(o.missing for o in s.comparisons) else ()
        rows.append((c.name, c.period, c.cents, c.denominator, c.value, c.change, *missing))
    nothing = ""
    if s.comparisons and all(c.missing for c in s.comparisons):
        nothing = f"Nothing to compare with: {'; '.join(f'{c.name}, {c.missing}' for c in s.comparisons)}."
    return Table("Compared with", columns, tuple(rows), sentence=nothing)


def _shared(s: Statement) -> Table:
    """A row a giver; JSON tells what went to whom."""
    columns = (
        TableColumn("pool", "Pool that serves others"),
        TableColumn("driver", "By"),
        TableColumn("given", f"Gave, {s.currency}", "money", s.currency),
        TableColumn("to", "To"),
        TableColumn("receivers", "Receivers", detail=True),
    )
    rows = []
    for name in dict.fromkeys(x.pool for x in s.shared):
        mine = [x for x in s.shared if x.pool == name]
        to = [x.to for x in mine]
        rows.append(
            (
                name,
                mine[0].driver,
                cents(sum(x.pico for x in mine), s.currency),
                to[0] if len(to) == 1 else f"{len(to)} pools",
                ", ".join(to),
            )
        )
    return Table(
        "Shared cost",
        columns,
        tuple(rows),
        note="These amounts are in the cost of the pools above." if rows else "",
    )


def _pools(s: Statement) -> Table:
    money = s.currency
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("driver", "Driver", detail=True),
        TableColumn("cost", f"Cost, {money}", "money", money),
        TableColumn("assigned", "Assigned", "money", money),
        TableColumn("unused", "Unused", "money", money, detail=not any(p.unused for p in s.pools)),
        TableColumn(
            "unassigned", "Unassigned", "money", money, detail=not any(p.unassigned for p in s.pools)
        ),
        TableColumn("quantity", "Used", "quantity", detail=True),
        TableColumn("capacity", "Practical capacity", "quantity", detail=True),
        TableColumn("rate", "Rate", "value", money, Formula("quotient", ("cost", "capacity"))),
        TableColumn("unit", "per"),
        TableColumn("because", "Because", detail=True),
    )
    rows = tuple(
        (p.pool, p.driver, p.cost, p.assigned, p.unused, p.unassigned, rounded(p.quantity, 6),
         None if p.capacity is None else rounded(p.capacity, 6), p.rate, p.unit, p.because)
        for p in s.pools
    )  # fmt: skip
    note = "" if s.proof.whole else "Pools are of the whole months that the span touches."
    return Table("Pools", columns, rows, note=note)


def _proof(s: Statement) -> Table:
    p, money = s.proof, s.currency
    rounding = {"rounding": p.rounding} if p.rounding else {}
    parts = {
        "ledger": p.ledger, "assigned": p.assigned, "unused": p.unused, "unassigned": p.unassigned,
        **rounding, "difference": p.difference, "unclaimed": p.unclaimed, "outside": p.outside,
    }  # fmt: skip
    headers = {
        "unclaimed": "Claimed by no rule (in unassigned)",
        "outside": "Outside customer service (not in ledger)",
    }
    formulas = {
        "difference": Formula("difference", ("ledger", "assigned", "unused", "unassigned", *rounding))
    }
    columns = tuple(
        TableColumn(n, f"{headers.get(n, _header(n))}, {money}", "money", money, formulas.get(n))
        for n in parts
    )
    said = {name: f"{Decimal(cents_text(cents, money)):,}" for name, cents in parts.items()}
    left = f" + rounding {said['rounding']}" if rounding else ""
    sentence = (
        f"Ledger {said['ledger']} = assigned {said['assigned']} + unused {said['unused']} + "
        f"unassigned {said['unassigned']}{left}; difference {said['difference']} ({money})."
    )
    return Table("Reconciliation", columns, (tuple(parts.values()),), sentence=sentence)


def _other_forms(s: Statement) -> Table:
    columns = (
        TableColumn("name", "Form"),
        replace(_cost_of_one(s, "cost", "denominator"), header=s.currency),
        TableColumn("cost", f"Cost, {s.currency}", "money", s.currency, detail=True),
        TableColumn("denominator", "Divided by", "quantity", detail=True),
        TableColumn("unit", "Unit", detail=True),
        TableColumn("says", "What it says"),
    )
    rows = tuple((f.name, f.value, f.cents, rounded(f.denominator, 6), f.unit, f.says) for f in s.other_forms)
    return Table("Other forms", columns, rows)
