# SPDX-License-Identifier: Apache-2.0
"""The picture of a cost statement: the cost of one over time, or of each thing in one period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from percontact.report.charts.bars import Bar, bars
from percontact.report.charts.chart import FEW, Chart
from percontact.report.charts.series import Moment, Series
from percontact.report.charts.trend import trend
from percontact.report.document import TableColumn
from percontact.report.statement import Line, Statement
from percontact.report.tables import in_order
from percontact.report.words import PER_WORDS, value_text

MOST_LINES = 6
"""Lines of one picture, those of most contacts: four in colour, two grey."""

MOST_BARS = 20
"""Bars of one picture; the table has all rows."""


def statement_charts(s: Statement) -> tuple[Chart, ...]:
    """The picture that fits the statement, or none where nothing has a cost of one."""
    known = [line for line in in_order(s) if not line.label and line.value is not None]
    if len(known) < 2:
        return ()
    if len({line.start for line in s.rows}) > 1:
        return (_trend(s, known),)
    return (_bars(s, known),)


def _trend(s: Statement, known: Sequence[Line]) -> Chart:
    """A line for each slice, those of most contacts first."""
    every = [line for line in in_order(s) if not line.label]
    slices: dict[tuple[str | None, ...], list[Line]] = {}
    for line in every:
        slices.setdefault(line.values, []).append(line)
    known_values = {line.values for line in known}
    largest = sorted(known_values, key=lambda v: -sum(line.contacts for line in slices[v]))
    shown = largest[:MOST_LINES]
    series = [
        Series(
            _name(values) or f"per {PER_WORDS[s.per]}",
            tuple(
                Moment(date.fromisoformat(line.start), line.value, line.period, few=_few(line))
                for line in slices[values]
            ),
        )
        for values in shown
    ]
    beyond = len(largest) - len(shown)
    return trend(
        series, _measure(s), title=_finding(s, [line for line in known if line.values in shown]),
        subtitle=_subtitle(s) + (f"; {beyond} more in the table" if beyond else ""),
    )  # fmt: skip


def _bars(s: Statement, known: Sequence[Line]) -> Chart:
    """A bar for each slice, the dearest first."""
    ranked = sorted(known, key=lambda line: line.value or 0, reverse=True)
    shown = ranked[:MOST_BARS]
    beyond = len(ranked) - len(shown)
    return bars(
        [Bar(_name(x.values), x.value, few=_few(x), note=f"{x.contacts:,} contacts") for x in shown],
        _measure(s),
        title=_finding(s, known),
        subtitle=_subtitle(s) + (f"; {beyond} more in the table" if beyond else ""),
        header=" and ".join(s.by).capitalize(),
    )


def _finding(s: Statement, known: Sequence[Line]) -> str:
    """The dearest of all that is shown."""
    high = max(known, key=lambda line: line.value or 0)
    assert high.value is not None
    place = ", ".join(filter(None, [_name(high.values), high.period]))
    return f"Highest: {place}, {s.currency} {value_text(high.value, s.currency)}"


def _subtitle(s: Statement) -> str:
    where = f" ({'; '.join(s.where)})" if s.where else ""
    return f"{s.currency} per {PER_WORDS[s.per]}, {s.span}, basis {s.basis}{where}"


def _measure(s: Statement) -> TableColumn:
    return TableColumn("value", f"{s.currency} per {PER_WORDS[s.per]}", "value", s.currency)


def _name(values: tuple[str | None, ...]) -> str:
    return ", ".join("(unknown)" if v is None else v for v in values)


def _few(line: Line) -> bool:
    return 0 < line.contacts < FEW
