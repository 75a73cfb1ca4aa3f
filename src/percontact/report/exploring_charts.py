# SPDX-License-Identifier: Apache-2.0
"""The picture of an exploration: bars of one dimension, heat of two, a trend over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from percontact.report.charts.bars import Bar, More, bars
from percontact.report.charts.chart import Chart
from percontact.report.charts.heat import Square, heat
from percontact.report.charts.series import Moment, Series
from percontact.report.charts.trend import trend
from percontact.report.document import Cell, TableColumn
from percontact.report.explored import Exploration, Line, change, of_enough, value_column
from percontact.report.happened import EventHref, marks
from percontact.report.measured import decimal, figure_cell, value_cell, value_words, written_as
from percontact.report.named import dimension_words, where_words
from percontact.report.named import value_words as name_of
from percontact.report.spoken import spoken
from percontact.values.period import label

MOST_LINES = 6
"""Lines of one picture, those that most rests on: four in colour, two grey."""

MOST_ROWS, MOST_COLUMNS = 30, 10
"""Rows and columns of one heat picture."""

MOST_BARS = 20
"""Bars of one picture; the table beneath has all lines."""


def exploration_chart(
    e: Exploration, links: Sequence[str], event_href: EventHref | None = None
) -> list[Chart]:
    """The picture that fits the question, or none where nothing is known.

    links       per line where it leads
    event_href  where the events that begin on a day stand
    """
    known = [(line, href) for line, href in zip(e.lines, links, strict=True) if line.now.value is not None]
    if not known:
        return []
    if e.step:
        return [_trend(e, known, event_href)]
    return [_heat(e, known) if len(e.by) == 2 else _bars(e, known)]


def finding(e: Exploration, shown: Sequence[Line]) -> str:
    """What the picture shows, in a few words: the highest of the lines that are drawn in it."""
    known = [x for x in shown if x.now.value is not None and "few" not in x.now.marks]
    if e.ends is None or not known:
        steps = [e.step.replace("-", " ")] if e.step else []
        return f"{e.card.name} by {' and '.join([*steps, *map(dimension_words, e.by)])}"
    high = max(known, key=lambda line: line.now.value or Fraction(0))
    assert high.now.value is not None
    drawn = "" if high.now.value == e.ends[0].now.value else " of those drawn"
    told = drawn or of_enough(e, shown)
    return f"Highest{told}: {e.label(high)}, {value_words(e.card, high.now.value, e.currency)}"


def _heat(e: Exploration, known: Sequence[tuple[Line, str]]) -> Chart:
    """Rows and columns that most rests on, the heaviest first; the rest stands in the table."""
    rows, columns = (_heaviest(known, i, most) for i, most in ((0, MOST_ROWS), (1, MOST_COLUMNS)))
    at = {line.values: (line, href) for line, href in known}
    squares = []
    for row in rows:
        for column in columns:
            line, href = at.get((row, column), (None, ""))
            few = line is not None and "few" in line.now.marks
            value = None if line is None else cell(e, line)
            squares.append(Square(name_of(e.by[0], row), name_of(e.by[1], column), value, href, few=few))
    there = [at[row, column][0] for row in rows for column in columns if (row, column) in at]
    beyond = len(known) - len(there)
    return heat(
        squares,
        measured_column(e),
        title=finding(e, there),
        subtitle=subtitle(e) + (f"; {beyond} more in the table" if beyond else ""),
        headers=(dimension_words(e.by[0]).capitalize(), dimension_words(e.by[1]).capitalize()),
    )


def _heaviest(known: Sequence[tuple[Line, str]], dimension: int, most: int) -> list[str | None]:
    """The values of a dimension that most rests on, the heaviest first."""
    weights: dict[str | None, Fraction] = defaultdict(Fraction)
    for line, _ in known:
        weights[line.values[dimension]] += _weight(line)
    return sorted(weights, key=lambda value: (-weights[value], str(value)))[:most]


def _trend(e: Exploration, known: Sequence[tuple[Line, str]], event_href: EventHref | None) -> Chart:
    """One line a value of the dimension, those that most rests on first; or one for all."""
    assert e.step is not None
    groups: dict[str, list[tuple[Line, str]]] = {}
    for line, href in sorted(known, key=lambda pair: pair[0].period):
        name = name_of(e.by[0], line.values[0]) if e.by else e.card.symbol or e.card.name
        groups.setdefault(name, []).append((line, href))
    largest = sorted(groups, key=lambda name: -sum(_weight(line) for line, _ in groups[name]))
    series = [
        Series(
            name,
            tuple(
                Moment(line.period, cell(e, line), label(line.period, e.step, e.question.calendar), href,
                       few="few" in line.now.marks)
                for line, href in groups[name]
            ),
        )
        for name in largest[:MOST_LINES]
    ]  # fmt: skip
    beyond = len(groups) - len(series)
    return trend(
        series,
        measured_column(e),
        title=finding(e, [line for name in largest[:MOST_LINES] for line, _ in groups[name]]),
        subtitle=subtitle(e) + (f"; {beyond} more in the table" if beyond else ""),
        events=marks(e.events, event_href),
        most=100 if e.card.unit == "%" else None,
    )


def _weight(line: Line) -> Fraction:
    """How much stands behind a line."""
    return abs(line.now.denominator or line.now.numerator or Fraction(0))


def _bars(e: Exploration, known: Sequence[tuple[Line, str]]) -> Chart:
    measure, shown = measured_column(e), known[:MOST_BARS]
    points = [
        Bar(e.label(line), cell(e, line), href, changed(e, line), few="few" in line.now.marks)
        for line, href in shown
    ]
    whole = Line(e.question.span.start, (), e.total, e.before)
    if e.total.value is not None and e.card.kind != "amount" and e.card.unit != "money":
        points.append(Bar(e.all_words, cell(e, whole), "", changed(e, whole), tone="total"))
    beyond = len(known) - len(shown)
    return bars(
        points,
        measure,
        title=finding(e, [line for line, _ in shown]),
        subtitle=subtitle(e) + (f"; {beyond} more in the table" if beyond else ""),
        header=" and ".join(map(dimension_words, e.by)).capitalize() or "Period",
        change=f"Change on {e.then_words}" if e.against else "",
        more=more(e),
    )


def more(e: Exploration) -> More:
    """What a rise of the metric means."""
    told: dict[str, More] = {"lower": "worse", "higher": "better"}
    return told.get(e.card.better, "neither")


def subtitle(e: Exploration) -> str:
    """Measure, unit, period, filters."""
    where = where_words(e.where)
    unit = e.card.unit.replace("money", e.currency).replace("/", " per ")
    return ", ".join(filter(None, [unit, spoken(e.question.span), where]))


def measured_column(e: Exploration) -> TableColumn:
    """The column drawn: shares in percent, so that their changes are in points."""
    column = value_column(e)
    if e.card.unit == "%":
        return replace(column, kind="quantity", header=f"{column.header}, %")
    return column


def cell(e: Exploration, line: Line) -> Cell:
    """The figure of a line as it is drawn."""
    if e.card.unit == "%":
        return None if line.now.value is None else _percent(decimal(line.now.value))
    return figure_cell(line.now, written_as(e.card, e.total), e.currency)


def changed(e: Exploration, line: Line) -> Cell:
    """The change of a line as it is drawn."""
    by = change(line)
    if by is None:
        return None
    return (
        _percent(decimal(by))
        if e.card.unit == "%"
        else value_cell(by, written_as(e.card, e.total), e.currency)
    )


def _percent(share: Decimal) -> Decimal:
    return share * 100
