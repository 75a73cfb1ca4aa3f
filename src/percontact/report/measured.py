# SPDX-License-Identifier: Apache-2.0
"""Measured metrics as a document: figures by period and slice, and totals beside those of another span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from percontact.metrics.card import Card
from percontact.metrics.figure import FEW, Figure, Panel
from percontact.metrics.guard import judge
from percontact.report.document import NO_NUMBER, Cell, Document, Kind, Table, TableColumn, Worded
from percontact.report.records import records_of
from percontact.report.words import DEMO_NOTE, count_text, cut_notes, value_text
from percontact.values.money import cents, minor_digits, to_pico
from percontact.values.period import label

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
MARKS = {
    "few": "fewer than 30, read with care",
    "undefined": "undefined: nothing to divide by",
    "unknown": "unknown: no data says it",
    "mixed": "undefined: answers on several scales",
}
"""What a mark on a figure means."""


@dataclass(frozen=True, slots=True)
class Written:
    """How the values of a metric are written: kind of cell, unit in its header, what they are divided by."""

    kind: Kind
    unit: str
    divisor: int = 1
    digits: int | None = None


def measured_document(
    panel: Panel,
    currency: str,
    *,
    demo: bool,
    beside: Sequence[tuple[str, Panel]] = (),
    further: Sequence[Table] = (),
) -> Document:
    """Figures of a panel, and the totals beside those of other spans.

    beside   (name, panel of the same question about another span)
    further  tables that follow
    """
    span = panel.question.span
    when = f"{span.start} to {span.end - timedelta(days=1)}"
    tables = [_figures(panel, currency)]
    tables += [beside_table(panel, name, other, currency) for name, other in beside]
    tables += further
    records = _records(panel, currency)
    notes = (*cut_notes(panel.question), *_mark_notes(panel), *panel.notes)
    names = ", ".join(c.symbol or c.name for c in panel.cards)
    return Document(
        title=f"{names}, {when}",
        headline=" ".join(_sentence(c, panel.totals[c.metric], currency) for c in panel.cards[:3]),
        tables=tuple(tables),
        notes=notes,
        data={
            "currency": currency,
            "basis": panel.question.basis,
            "figures": records_of(records),
            "totals": [_record(c, "", (), panel.totals[c.metric], currency) for c in panel.cards],
            "notes": list(notes),
        },
        records=records,
        facts=(("Span", when), ("Basis of costs", panel.question.basis)),
        definitions=tuple((c.name, f"{c.formula}. {c.rule}") for c in panel.cards),
        demo=DEMO_NOTE if demo else "",
    )


# -- for people ----------------------------------------------------------------------------------------------


def _figures(panel: Panel, currency: str) -> Table:
    """A row a place, a column a metric."""
    written = {c.metric: written_as(c, panel.totals[c.metric]) for c in panel.cards}
    dims = panel.question.shown_by
    columns = [TableColumn("period", "Period"), *(TableColumn(d, d.capitalize()) for d in dims)]
    for card in panel.cards:
        how = written[card.metric]
        unit = how.unit.replace("money", currency)
        header = f"{card.symbol or card.name}{f', {unit}' if unit else ''}"
        columns.append(TableColumn(card.metric, header, how.kind, currency, digits=how.digits))
    marked = any("few" in f.marks for c in panel.cards for f in panel.figures[c.metric].values())
    if marked:
        columns.append(TableColumn("few", f"Fewer than {FEW}"))
    rows = []
    for place in panel.places:
        values = tuple(None if v is None else str(v) for v in place[1])
        figures = [panel.figures[c.metric].get(place) for c in panel.cards]
        cells: list[Cell] = [
            figure_cell(f, written[c.metric], currency) for c, f in zip(panel.cards, figures, strict=True)
        ]
        rows.append((_label(panel, place[0]), *values, *cells, *([_few(panel, figures)] if marked else [])))
    totals = [panel.totals[c.metric] for c in panel.cards]
    total = ("whole span", *(None for _ in dims), *(
        figure_cell(f, written[f.metric], currency) for f in totals
    ), *([_few(panel, totals)] if marked else []))  # fmt: skip
    return Table("Figures", tuple(columns), tuple(rows), total)


def _few(panel: Panel, figures: Sequence[Figure | None]) -> str:
    """The metrics of a row that rest on fewer than 30."""
    named = zip(panel.cards, figures, strict=True)
    return ", ".join(c.symbol or c.name for c, f in named if f is not None and "few" in f.marks)


def beside_table(panel: Panel, name: str, other: Panel, currency: str) -> Table:
    """A row a metric: its total, that of the other span, the change, and which way is better."""
    columns = (
        TableColumn("metric", "Metric"),
        TableColumn("value", "Now"),
        TableColumn("other", name.capitalize()),
        TableColumn("change", "Change"),
        TableColumn("says", "Says"),
    )
    rows: list[tuple[Cell, ...]] = []
    for card in panel.cards:
        now, then = panel.totals[card.metric], other.totals[card.metric]
        rows.append((
            card.name, figure_text(card, now, currency), figure_text(card, then, currency),
            change_words(card, now, then, currency), judge(card, now, then),
        ))  # fmt: skip
    span = other.question.span
    return Table(
        f"Beside the {name}", columns, tuple(rows),
        note=f"{name.capitalize()}: {span.start} to {span.end - timedelta(days=1)}.",
    )  # fmt: skip


def change_words(card: Card, now: Figure, then: Figure, currency: str) -> Worded:
    """How a figure differs from another, in words: "+EUR 0.12 (+4.1%)", "-3.0 points"; "-" where unknown."""
    if now.value is None or then.value is None:
        return NO_NUMBER
    change = now.value - then.value
    sign = "+" if change > 0 else "-" if change < 0 else ""
    if card.unit == "%":
        return _points(change, sign)
    said = value_words(card, abs(change), currency, scale=now.value)
    part = f" ({float(change / then.value):+.1%})" if then.value else ""
    number = said.number if change > 0 or said.number is None else -said.number
    told = Worded(
        f"{sign}{said}", number, digits=said.digits, before=said.before, after=said.after, signed=True
    )
    return told.said(f"{told}{part}") if part else told


def _points(change: Fraction, sign: str) -> Worded:
    """A change of a share, in points."""
    text = f"{sign}{abs(float(change) * 100):.1f} points"
    return Worded(text, decimal(change * 100), digits=1, after="points", signed=True)


def _sentence(card: Card, figure: Figure, currency: str) -> str:
    if figure.value is None:
        why = MARKS.get(next((m for m in figure.marks if m != "few"), "undefined"), "undefined")
        return f"{card.name} is {why}."
    made = made_of(card, figure, currency)
    return f"{card.name}: {value_words(card, figure.value, currency)}{f' ({made})' if made else ''}."


def made_of(card: Card, figure: Figure, currency: str) -> str:
    """What a figure is made of, as its formula: "EUR 10,000.00 / 4,000"; "" where it is one number."""
    if (
        figure.numerator is None
        or figure.denominator is None
        or card.kind in ("percentile", "survival", "index")
    ):
        return ""
    top = (
        f"{currency} {_money(figure.numerator, currency)}"
        if card.unit.startswith("money")
        else count_text(decimal(figure.numerator))
    )
    return f"{top} / {count_text(decimal(figure.denominator))}"


def figure_text(card: Card, figure: Figure, currency: str) -> Worded:
    """A figure in words for people, with its interval; a dash where there is none."""
    if figure.value is None:
        return NO_NUMBER
    text = value_words(card, figure.value, currency)
    if figure.interval is not None and card.unit == "%":
        low, high = figure.interval
        return text.said(f"{text} ({float(low) * 100:.1f} to {float(high) * 100:.1f})")
    return text


def value_words(card: Card, value: Fraction, currency: str, *, scale: Fraction | None = None) -> Worded:
    """A value with its unit: "EUR 2.50", "84.2%", "3.1 h"."""
    number = decimal(value)
    if card.unit == "%":
        return Worded(f"{float(value) * 100:.1f}%", number, digits=1, after="%")
    if card.unit.startswith("money"):
        text = value_text(number, currency) if scale is None else difference_text(value, scale, currency)
        digits = len(text.partition(".")[2])
        return Worded(f"{currency} {text}", number, digits=digits, before=currency)
    if card.unit == "s":
        divisor, unit = _time_unit(abs(value if scale is None else scale))
        digits, parts = 0 if unit == "s" else 1, value / divisor
        return Worded(f"{float(parts):,.{digits}f} {unit}", decimal(parts), digits=digits, after=unit)
    digits = 0 if value.denominator == 1 else 1
    return Worded(f"{number:,.{digits}f} {card.unit}", number, digits=digits, after=card.unit)


def difference_text(by: Fraction, of: Fraction, currency: str) -> str:
    """A difference of costs with the decimals of the cost itself; with two more where it would vanish."""
    digits = minor_digits(currency) + (2 if 0 < abs(of) < Fraction(1, 10) else 0)
    text = f"{decimal(by):,.{digits}f}"
    return text if not by or text.strip("0.,") else f"{decimal(by):,.{digits + 2}f}"


# -- how values are written ----------------------------------------------------------------------------------


def written_as(card: Card, total: Figure) -> Written:
    """How a metric's column is written; lengths of time in seconds, minutes, hours or days, by the total."""
    if card.unit == "%":
        return Written("share", "")
    if card.unit == "money":
        return Written("money", "money")
    if card.unit.startswith("money"):
        return Written("value", "money")
    if card.unit == "s":
        divisor, unit = _time_unit(abs(total.value or Fraction(0)))
        return Written("seconds" if divisor == 1 else "quantity", unit, divisor)
    if card.kind == "amount":
        return Written("count", "" if card.unit in card.name.lower() else card.unit)
    return Written("quantity", card.unit)


def _time_unit(value: Fraction) -> tuple[int, str]:
    """(seconds of the unit, its name) that a length of time is told in."""
    for divisor, unit, least in ((_DAY, "days", 2 * _DAY), (_HOUR, "h", 2 * _HOUR), (_MINUTE, "min", 600)):
        if value >= least:
            return divisor, unit
    return 1, "s"


def figure_cell(figure: Figure | None, how: Written, currency: str) -> Cell:
    """The cell of a figure in a column that is written so."""
    return None if figure is None or figure.value is None else value_cell(figure.value, how, currency)


def value_cell(exact: Fraction, how: Written, currency: str) -> Cell:
    """The cell of a value, or of a difference of two, in a column that is written so."""
    value = decimal(exact / how.divisor)
    if how.kind == "money":
        return cents(to_pico(round(value, 12)), currency)
    return int(value) if how.kind == "count" else value


def decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal of 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _money(value: Fraction, currency: str) -> str:
    return value_text(decimal(value), currency)


def _label(panel: Panel, start: date) -> str:
    grain = panel.question.grain
    return "whole span" if grain == "whole" else label(start, grain, panel.question.calendar)


# -- for machines --------------------------------------------------------------------------------------------


def _records(panel: Panel, currency: str) -> Table:
    """A row a figure, with what it is made of."""
    dims = panel.question.shown_by
    columns = (
        TableColumn("metric", "Metric"), TableColumn("period", "Period"),
        *(TableColumn(d, d.capitalize()) for d in dims),
        TableColumn("value", "Value", "value"), TableColumn("unit", "Unit"),
        TableColumn("numerator", "Numerator", "value"), TableColumn("denominator", "Denominator", "value"),
        TableColumn("coverage", "Coverage", "share"), TableColumn("low", "Low, 95%", "share"),
        TableColumn("high", "High, 95%", "share"), TableColumn("marks", "Marks"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for card in panel.cards:
        figures = panel.figures[card.metric]
        for place in panel.places:
            if (figure := figures.get(place)) is not None:
                values = tuple(None if v is None else str(v) for v in place[1])
                rows.append(
                    (card.metric, _label(panel, place[0]), *values, *_numbers(card, figure, currency))
                )
    return Table("Figures", columns, tuple(rows))


def _numbers(card: Card, figure: Figure, currency: str) -> tuple[Cell, ...]:
    low, high = figure.interval or (None, None)

    def exact(value: Fraction | None) -> Decimal | None:
        return None if value is None else round(decimal(value), 12)

    return (
        exact(figure.value), card.unit.replace("money", currency), exact(figure.numerator),
        exact(figure.denominator), exact(figure.coverage), low, high, " ".join(figure.marks),
    )  # fmt: skip


def _record(
    card: Card, period: str, values: tuple[object, ...], figure: Figure, currency: str
) -> dict[str, object]:
    names = ("value", "unit", "numerator", "denominator", "coverage", "low", "high", "marks")
    numbers = _numbers(card, figure, currency)
    told = {n: str(v) if isinstance(v, Decimal) else v for n, v in zip(names, numbers, strict=True)}
    return {"metric": card.metric, **told}


def _mark_notes(panel: Panel) -> Iterator[str]:
    for card in panel.cards:
        figures = panel.figures[card.metric].values()
        few = sum("few" in f.marks for f in figures)
        if few:
            yield f"{card.symbol or card.name}: {few} of {len(figures)} figures rest on fewer than 30."
        total = panel.totals[card.metric]
        if total.coverage is not None and total.coverage < 1:
            yield (
                f"{card.symbol or card.name} rests on {float(total.coverage):.1%} of "
                f"{count_text(decimal(total.population or Fraction(0)))}; the rest does not say."
            )
