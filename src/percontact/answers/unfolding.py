# SPDX-License-Identifier: Apache-2.0
"""Answers to why, all on one page: the causes of a change, where it happened, and quality beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from percontact.answers import explaining, locating
from percontact.answers.explaining import Explained
from percontact.answers.locating import Answer
from percontact.answers.measuring import panel_of
from percontact.answers.reaching import Reach, held_against, need_comparison, noted, reached
from percontact.costing.slice import Slice
from percontact.explain.bridge import Bridge, End, Part, Unit
from percontact.metrics.figure import Panel
from percontact.metrics.guard import GUARDS, guard
from percontact.pipeline import OpenBook
from percontact.report.bridge_tables import piece_tables
from percontact.report.bridge_ways import find_part
from percontact.report.bridge_words import part_headline
from percontact.report.document import Document, Table
from percontact.report.glanced import BASIS_WORDS, quality_says
from percontact.report.measured import beside_table
from percontact.report.spoken import heading, month_name, spoken, when
from percontact.values.money import from_pico
from percontact.values.period import Period, add_months
from percontact.values.problem import PercontactError

LOCATED: dict[Unit, str] = {
    "contact": "cost_per_contact", "resolution": "cost_per_resolution", "total": "total_cost",
}  # fmt: skip
"""What a change is split of -> the metric that is looked for in slices."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One part of a change, opened: what it did, and its pieces along each dimension."""

    part: Part
    says: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A change, whole.

    bridge    the causes; figures and causes are the first two tables of `document`
    opened    the part asked for, or None
    located   where it happened; None where slices cannot tell, and `unlocated` says why
    where     its document: a sentence and tables
    quality   the sentence and the table of guardrails; None where they cannot be compared
    document  all of it, for files
    """

    explained: Explained
    bridge: Bridge
    opened: Opened | None
    located: Answer | None
    unlocated: str
    where: Document | None
    quality: tuple[str, Table] | None
    document: Document


@dataclass(frozen=True, slots=True)
class Beginning:
    """A span that nothing explains: it, or what it would be held against, lies outside the books.

    instead   (period, comparison, in words): what can be explained
    document  the same for files: a sentence
    """

    instead: tuple[tuple[str, str, str], ...]
    document: Document


def beginning(book: OpenBook, start: str | None, end: str | None, compare: str) -> Beginning | None:
    """What to say of a span that the books do not reach, or that is held against such days; else None.

    Raises E-ARG-01 for what nothing is held against.
    """
    need_comparison(compare)
    reach = _reach(book, start, end)
    if not reach.is_there:
        return _elsewhere(reach)
    sides = held_against(book, reach, compare)
    if compare == "budget" or sides.then is not None or reach.known is None:
        return None
    months, now, begins = book.months(), reach.span, reach.known.start
    first, name = month_name(begins), spoken(now)
    year_on = add_months(begins, 12)
    instead = [
        *((f"{month_name(m)} against {first}", m, how) for m, how in
          ((add_months(begins, 1), "previous"), (year_on, "last-year")) if m in months),
    ]  # fmt: skip
    told = [(f"{m:%Y-%m}", how, f"Explain {words}") for words, m, how in instead]
    if book.book.has("budgets") and now.start in months:
        period = f"{now.start:%Y-%m}"
        told.append((period, "budget", f"Hold {month_name(now.start)} against its budget"))
    says = (
        f"Contacts and cost are known from {first} on, so there is nothing of {spoken(sides.wanted)} "
        f"to hold {name} against. Nothing is wrong with {name}: a change needs two sides."
    )
    title = f"{heading(now)} is where the books begin" if now.start == begins else f"{heading(now)} alone"
    return Beginning(tuple(told), noted(Document(title, says), reach.says))


def _elsewhere(reach: Reach) -> Beginning:
    """What to say of days that the books do not reach at all."""
    told, known = [], ""
    if reach.known is not None:
        newest = add_months(reach.known.end, -1)
        told = [(f"{newest:%Y-%m}", "previous", f"Explain {month_name(newest)}, the newest month")]
        known = f"Contacts and cost are known {when(reach.known)}, so "
    says = f"{known}nothing of {spoken(reach.asked)} can be explained."
    return Beginning(tuple(told), Document(f"{heading(reach.asked)} cannot be explained", says))


def _reach(book: OpenBook, start: str | None, end: str | None) -> Reach:
    """The span asked for, as far as the books reach; the newest month where none was."""
    newest = f"{book.months()[-1]:%Y-%m}"
    return reached(book, start or end or newest, end or start or newest)


def unfolded(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    compare: str = "previous",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    per: str = "contact",
    part: str | None = None,
) -> Unfolded:
    """Why and where a cost changed, with quality beside it; like with like, as far as the books reach.

    Raises E-ARG-01 for unknown names, E-DATA-01 where a side has no data.
    """
    cost_basis = None if compare == "budget" else basis
    reach = _reach(book, start, end)
    sides = held_against(book, reach, compare)
    planned = compare == "budget" or sides.then is None
    spans = (reach.span, reach.span) if planned else (sides.then or sides.wanted, sides.now)
    found = explaining.explained(
        book,
        against=compare,
        spans=spans,
        by=by,
        where=where,
        basis=cost_basis,
        per=per,
        accounts="with" if part else "without",
    )
    found = replace(found, bridges={unit: _spoken(b) for unit, b in found.bridges.items()})
    bridge = found.bridge
    opened = None if part is None else find_part(bridge, part)
    located, unlocated = _located(book, found, spans, compare, by)
    place = locating.document(book, located, named=spoken) if located else None
    quality = _quality(book, found, compare, spans[1], sides.then or sides.wanted)
    whole = explaining.document(book, found, rests_on=BASIS_WORDS[found.basis])
    return Unfolded(
        found,
        bridge,
        None if opened is None else _opened(bridge, opened),
        located,
        unlocated,
        place,
        quality,
        noted(_joined(whole, place, quality), reach.says, "" if planned else sides.says),
    )


def _opened(bridge: Bridge, part: Part) -> Opened:
    """A part along the dimensions that part it; whole in files, short on the page."""
    tables = piece_tables(bridge, part)
    apart = [t for t in tables if len(t.rows) > 1]
    return Opened(part, part_headline(bridge, part), tuple(_short(t) for t in apart or tables))


def _short(table: Table) -> Table:
    """Without the pieces too small to be seen, so that the rows still make the part."""
    rows = tuple(row for row in table.rows if row[1]) or table.rows
    if any(row[2] for row in rows):
        return replace(table, rows=rows)
    total = table.total[:2] if table.total else None
    return replace(table, columns=table.columns[:2], rows=tuple(row[:2] for row in rows), total=total)


def _spoken(bridge: Bridge) -> Bridge:
    """The same with its spans in words: "May 2026" for 2026-05."""

    def named(end: End) -> End:
        # A dash, because the sentence itself goes from one span "to" the other.
        return replace(end, label=spoken(end.span).replace(" to ", "\u2013") if end.span else "the budget")

    return replace(bridge, before=named(bridge.before), after=named(bridge.after))


def _located(
    book: OpenBook, found: Explained, spans: tuple[Period, Period], compare: str, by: Sequence[str]
) -> tuple[Answer | None, str]:
    """(the slices of the change, or why there are none), along the tree of the bridge."""
    span = found.spans[1]
    try:
        answer = locating.located(
            book, LOCATED[found.per], start=f"{span.start}", end=_last(span), spans=spans,
            against=compare, by=list(by) or list(found.bridge.by[: len(found.bridge.asked)]),
            where=found.where, basis=found.basis,
        )  # fmt: skip
    except PercontactError as error:
        return None, f"{error.problem.what[:1].upper()}{error.problem.what[1:]}."
    return answer, ""


def _quality(
    book: OpenBook, found: Explained, compare: str, now_span: Period, then_span: Period
) -> tuple[str, Table] | None:
    """The guardrails over both spans; beside a budget over the span before, because it plans none."""
    months = set(book.book.months("contacts"))
    if not any(m in Slice(then_span).months for m in months):
        return None
    now, then = (_guards(book, span, found.where) for span in (now_span, then_span))
    table = beside_table(now, heading(then_span), then, book.settings.currency)
    table = replace(table, title="Quality beside the cost", note="")
    rails = guard(now.cards, now.totals, then.totals)
    change = from_pico(found.bridge.change)
    return quality_says(rails, change, compare, then_span), table


def _guards(book: OpenBook, span: Period, where: Sequence[str]) -> Panel:
    panel = panel_of(book, GUARDS, start=f"{span.start}", end=_last(span), where=where)
    return replace(panel, question=replace(panel.question, grain="whole"))


def _last(span: Period) -> str:
    return f"{span.end.fromordinal(span.end.toordinal() - 1)}"


def _joined(whole: Document, where: Document | None, quality: tuple[str, Table] | None) -> Document:
    """All of it as one document."""
    tables, notes, data = whole.tables, whole.notes, dict(whole.data)
    definitions = whole.definitions
    if where is not None:
        tables, notes = (*tables, *where.tables), (*notes, *where.notes)
        data["where"] = where.data
        definitions = (*definitions, *where.definitions)
    if quality is not None:
        tables = (*tables, quality[1])
        data["quality"] = {"says": quality[0], "guardrails": [list(row) for row in quality[1].rows]}
    return replace(
        whole,
        tables=tables,
        notes=tuple(dict.fromkeys(notes)),
        data=data,
        definitions=tuple(dict.fromkeys(definitions)),
    )
