# SPDX-License-Identifier: Apache-2.0
"""One metric along one or two dimensions or over time, as a document: ranked, beside another span.

Exploration
  Line   one value of the dimensions with its figure, and the figure it is compared with
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.costing.slice import Condition, Slice
from percontact.explain.noted import Event
from percontact.metrics.card import Card
from percontact.metrics.figure import FEW, Figure
from percontact.metrics.guard import judge
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.measured import (
    MARKS,
    Written,
    decimal,
    difference_text,
    figure_cell,
    value_cell,
    value_words,
    written_as,
)
from percontact.report.named import dimension_words, step_words, where_words
from percontact.report.named import value_words as name_of
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.spoken import spoken, when
from percontact.report.words import DEMO_NOTE, PER_MANY
from percontact.values.money import minor_digits
from percontact.values.period import Grain, Period, label
from percontact.values.problem import did_you_mean, problem


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the dimensions explored, or one step of time.

    values  one a dimension, as the asker may see them; None = unknown
    then    the same of what it is compared with; None = there is none
    """

    period: date
    values: tuple[str | None, ...]
    now: Figure
    then: Figure | None = None


@dataclass(frozen=True, slots=True)
class Exploration:
    """One metric along dimensions, in the order asked for.

    by       the dimensions in the asker's words
    step     the grain of time it is told by, or None: the span as one
    lines    sorted
    total    of all, by its own numerator and denominator: a ratio is never averaged
    against  the span it is compared with, or None
    where    the conditions, as the asker may see them
    notes    what the reader must know
    events   noted in the span, where it is told over time
    """

    card: Card
    question: Slice
    by: tuple[str, ...]
    step: Grain | None
    lines: tuple[Line, ...]
    total: Figure
    before: Figure | None
    against: Period | None
    where: tuple[Condition, ...]
    notes: tuple[str, ...]
    currency: str
    demo: bool = False
    events: tuple[Event, ...] = ()

    @property
    def all_words(self) -> str:
        """What the total is of."""
        return "All"

    def label(self, line: Line) -> str:
        """A line's name as people say it."""
        named = [name_of(d, v) for d, v in zip(self.by, line.values, strict=True)]
        when = [step_words(line.period, self.step, self.question.calendar)] if self.step else []
        return ", ".join([*when, *named])

    def verdict(self, line: Line) -> str:
        """Whether a line is "worse" or "better" than what it is compared with, or ""."""
        told = judge(self.card, line.now, line.then) if line.then is not None else ""
        return told if told in ("worse", "better") else ""

    @property
    def ends(self) -> tuple[Line, Line] | None:
        """The lines with the highest and the lowest figure, among those that rest on enough."""
        known = [x for x in self.lines if x.now.value is not None and "few" not in x.now.marks]
        high, low = (pick(known, key=_value, default=None) for pick in (max, min))
        return None if high is None or low is None or _value(high) == _value(low) else (high, low)

    @property
    def _dims(self) -> tuple[str, ...]:
        return tuple(dimension_words(d) for d in self.by)

    @property
    def then_words(self) -> str:
        """What it is compared with, in words: "May 2026", "the step before"; "" = nothing."""
        if self.against is None:
            return ""
        if self.step:
            return f"the {self.step} before" if self.against == self.question.span else "a year before"
        return spoken(self.against)


def explored_document(e: Exploration) -> Document:
    """The exploration for people and machines."""
    table = lines_table(e)
    span, where = spoken(e.question.span), where_words(e.where)
    along = [*([e.step.replace("-", " ")] if e.step else []), *e._dims]
    return Document(
        title=f"{e.card.name} by {' and '.join(along)}, {span}{f', {where}' if where else ''}",
        headline=headline(e),
        tables=(table,),
        notes=e.notes,
        data={
            "metric": e.card.metric,
            "unit": e.card.unit.replace("money", e.currency),
            "currency": e.currency,
            "basis": e.question.basis,
            "from": f"{e.question.span.start}",
            "until": f"{e.question.span.end}",
            "compared_with": None if e.against is None else [f"{e.against.start}", f"{e.against.end}"],
            "lines": records_of(table),
            "total": records_of(replace(table, rows=(table.total,), links=()))[0] if table.total else None,
            "notes": list(e.notes),
        },
        facts=(
            ("Span", span),
            *((("Compared with", e.then_words),) if e.against else ()),
            *((("Only", where),) if where else ()),
            *((("Basis of costs", e.question.basis),) if e.card.kind == "cost" else ()),
        ),
        definitions=((e.card.name, f"{e.card.formula}. {e.card.rule}"),),
        demo=DEMO_NOTE if e.demo else "",
    )


# -- the sentence --------------------------------------------------------------------------------------------


def headline(e: Exploration) -> str:
    """What it was in all, how that changed, where it was highest and lowest."""
    card, where = e.card, where_words(e.where)
    of = f" ({where})" if where else ""
    if e.total.value is None:
        why = MARKS.get(next((m for m in e.total.marks if m != "few"), "undefined"), "undefined")
        return f"{card.name}{of} {when(e.question.span)} is {why}."
    was = ":" if card.kind == "amount" else " was"
    said = f"{card.name}{of}{was} {value_words(card, e.total.value, e.currency)} {when(e.question.span)}"
    if e.before is not None and e.before.value is not None and e.against is not None and not e.step:
        said += f", {more_or_less(card, e.total.value, e.before.value, e.currency)} {when(e.against)}"
    return f"{said}.{_ends(e)}"


def more_or_less(card: Card, now: Fraction, then: Fraction, currency: str) -> str:
    """How a value differs: "EUR 0.12 (4.1%) more than", "as much as"."""
    if now == then:
        return "as much as"
    by = abs(now - then)
    part = f" ({abs(float((now - then) / then)):.1%})" if then else ""
    if card.unit == "%":
        text = f"{float(by) * 100:.1f} points"
    elif card.unit.startswith("money"):
        text = f"{currency} {difference_text(by, now, currency)}{part}"
    else:
        text = f"{value_words(card, by, currency, scale=now)}{part}"
    return f"{text} {'more' if now > then else 'less'} than"


def _ends(e: Exploration) -> str:
    """Where it is highest and lowest."""
    if e.ends is None:
        return ""
    high, low = (f"{e.label(x)} ({value_words(e.card, _value(x), e.currency)})" for x in e.ends)
    return f" Highest{of_enough(e, e.lines)}: {high}; lowest: {low}."


def of_enough(e: Exploration, lines: Sequence[Line]) -> str:
    """Words that say so where a figure that rests on few is higher than the highest told, or lower."""
    if e.ends is None:
        return ""
    high, low = map(_value, e.ends)
    few = [_value(x) for x in lines if "few" in x.now.marks and x.now.value is not None]
    return f" of those with {FEW} or more" if any(not low <= value <= high for value in few) else ""


def _value(line: Line) -> Fraction:
    return line.now.value or Fraction(0)


# -- the table -----------------------------------------------------------------------------------------------

_Make = Callable[[Line], Cell]


def lines_table(e: Exploration) -> Table:
    """A row a line: value, change, what it rests on; below them the total."""
    made = [*_names(e), *_numbers(e)]
    columns = tuple(c for c, _ in made)
    rows = tuple(tuple(make(line) for _, make in made) for line in e.lines)
    whole = Line(e.question.span.start, (), e.total, e.before)
    names = len(_names(e))
    total = (e.all_words, *([None] * (names - 1)), *(make(whole) for _, make in made[names:]))
    return with_rounding(Table("Figures", columns, rows, total), "cost")


def _names(e: Exploration) -> list[tuple[TableColumn, _Make]]:
    found: list[tuple[TableColumn, _Make]] = []
    if e.step:
        grain, calendar = e.step, e.question.calendar
        found.append((TableColumn("period", "Period"), lambda x: label(x.period, grain, calendar)))
    for i, name in enumerate(e.by):
        column = TableColumn(name, dimension_words(name).capitalize())
        found.append((column, lambda x, i=i: x.values[i]))  # type: ignore[misc]
    return found


def _numbers(e: Exploration) -> list[tuple[TableColumn, _Make]]:
    card, how = e.card, written_as(e.card, e.total)
    value = value_column(e)
    found: list[tuple[TableColumn, _Make]] = [(value, lambda x: figure_cell(x.now, how, e.currency))]
    if e.against is not None:
        found += _changes(e, value, how)
    if card.kind == "cost" and card.per:
        cost = TableColumn(
            "cost", f"Cost, {e.currency}", "value", e.currency, digits=minor_digits(e.currency)
        )
        found.append((cost, lambda x: None if x.now.numerator is None else decimal(x.now.numerator)))
    whole = e.total.numerator
    if whole and (card.kind == "amount" or card.kind == "cost"):
        of = "Share of cost" if card.kind == "cost" else "Share of all"
        found.append((TableColumn("share", of, "share"), lambda x: _part(x.now.numerator, whole)))
    if any(x.now.denominator is not None for x in e.lines):
        of = PER_MANY.get(card.per, "out of").capitalize()
        found.append((TableColumn("out_of", of, "quantity"), lambda x: _exact(x.now.denominator)))
    if any(x.now.coverage is not None and x.now.coverage < 1 for x in e.lines):
        column = TableColumn("coverage", "Known for", "share")
        found.append((column, lambda x: _exact(x.now.coverage)))
    if any(x.now.marks for x in e.lines):
        found.append((TableColumn("marks", "Note"), lambda x: mark_words(x.now)))
    return found


def value_column(e: Exploration) -> TableColumn:
    """The column of the metric itself, with the same decimals in all of its rows."""
    how = written_as(e.card, e.total)
    unit = how.unit.replace("money", e.currency)
    digits = how.digits
    if how.kind == "value":
        largest = max((abs(x.now.value) for x in e.lines if x.now.value is not None), default=Fraction(0))
        digits = minor_digits(e.currency) + (2 if largest < Fraction(1, 10) else 0)
    header = f"{e.card.symbol or e.card.name}{f', {unit}' if unit else ''}"
    return TableColumn("value", header, how.kind, e.currency, digits=digits)


def _changes(e: Exploration, value: TableColumn, how: Written) -> list[tuple[TableColumn, _Make]]:
    """The change against the other span, in the metric's unit (shares: in points), and in parts of it."""
    on = f"Change on {e.then_words}"
    if e.card.unit == "%":
        points = TableColumn("change", f"{on}, points", "quantity")
        return [(points, lambda x: None if (c := change(x)) is None else decimal(c * 100))]
    amount = replace(value, name="change", header=on)
    part = TableColumn("change_percent", "Change, %", "quantity")
    return [
        (amount, lambda x: None if (c := change(x)) is None else value_cell(c, how, e.currency)),
        (part, _percent_changed),
    ]


def _percent_changed(line: Line) -> Cell:
    part = _part(change(line), line.then.value if line.then is not None else None)
    return None if part is None else part * 100


def change(line: Line) -> Fraction | None:
    """How much a line differs from what it is compared with; None where either is unknown."""
    if line.then is None or line.now.value is None or line.then.value is None:
        return None
    return line.now.value - line.then.value


def mark_words(figure: Figure) -> str:
    """What a figure's marks mean."""
    return "; ".join(f"fewer than {FEW}" if m == "few" else MARKS.get(m, m) for m in figure.marks)


def _part(part: Fraction | None, whole: Fraction | None) -> Decimal | None:
    return None if part is None or not whole else decimal(part / whole)


def _exact(number: Fraction | None) -> Decimal | None:
    return None if number is None else decimal(number)


# -- the order -----------------------------------------------------------------------------------------------


SOMETIMES = ("change", "change_percent", "cost", "share", "out_of", "coverage", "marks")
"""Columns that a table has where there is something to say in them."""


def sorted_by(e: Exploration, sort: str) -> Exploration:
    """The lines in the order of a column, by its name; "-value" = the largest first. Unknown comes last.

    Raises E-ARG-01 for a column that is not there.
    """
    table = lines_table(e)
    name, down = sort.removeprefix("-"), sort.startswith("-")
    known = [c.name for c in table.columns]
    if name not in known and name in SOMETIMES:
        # It was there under another question: the address of a page outlives its columns.
        usual = sorted_by(e, "period" if e.step else "-value")
        return replace(usual, notes=(f"There is no column {name} here to sort by.", *e.notes))
    if name not in known:
        why = "Lines are put in order by a column of their table."
        raise problem(
            "E-ARG-01", f"sort={sort}", f"there is no column {name!r}", why, did_you_mean(name, known)
        )
    cells = table.column(name)
    told = [i for i, cell in enumerate(cells) if cell is not None]
    rest = [i for i, cell in enumerate(cells) if cell is None]
    if name == "period":
        told.sort(key=lambda i: e.lines[i].period, reverse=down)
    else:
        told.sort(key=lambda i: _key(cells[i]), reverse=down)
    return replace(e, lines=tuple(e.lines[i] for i in (*told, *rest)))


def _key(cell: Cell) -> tuple[Decimal, str]:
    """Numbers by size, also those that are names (hours), texts by their letters."""
    if isinstance(cell, int | Decimal) or (isinstance(cell, str) and cell.isdecimal()):
        return Decimal(cell), ""
    return Decimal(0), str(cell).casefold()


def ordered(lines: Sequence[Line]) -> list[Line]:
    """Lines by period, then by their values, unknown last: what an order by a column falls back to."""
    return sorted(lines, key=lambda x: (x.period, [(v is None, v or "") for v in x.values]))
