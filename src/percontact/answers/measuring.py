# SPDX-License-Identifier: Apache-2.0
"""Answers in metrics: figures for a question, the catalogue, one card with today's figures in its formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from pathlib import Path

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.fx import year_rate
from percontact.costing.lines import fx_rows
from percontact.costing.planned import plan_of
from percontact.costing.slice import SINGLE, Slice, full_name
from percontact.metrics.benchmark import compare as compare_published
from percontact.metrics.benchmark import published_figures
from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find, known_as, search
from percontact.metrics.facts import dimensions
from percontact.metrics.figure import Figure, Panel
from percontact.metrics.guard import GUARDS
from percontact.metrics.measure import measure
from percontact.metrics.served import serve
from percontact.metrics.target import Attainment, attain, read_promises
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect
from percontact.records.tables import TABLES
from percontact.report.attained import against_target, attained_table
from percontact.report.budgeted import budget_table, is_planned
from percontact.report.card_page import card_document, catalogue_document
from percontact.report.document import Document, Table
from percontact.report.guarded import guarded_document
from percontact.report.health import Finding
from percontact.report.measured import measured_document
from percontact.report.served import served_document
from percontact.values.period import Period, add_months, before, last_year
from percontact.values.problem import did_you_mean, problem

BESIDE = {"previous": "period before", "last-year": "same period last year"}


def measured(
    book: OpenBook,
    names: Sequence[str],
    *,
    start: str | None = None,
    end: str | None = None,
    grain: str = "month",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    compare: Sequence[str] = (),
    settings: Sequence[str] = (),
) -> Document:
    """Figures of metrics as people name them.

    Raises E-ARG-01 with near names, E-CARD-01 for a malformed card of the workspace.
    """
    panel = panel_of(
        book, names, start=start, end=end, grain=grain, by=by, where=where, basis=basis, settings=settings
    )
    return panel_document(book, panel, compare)


def panel_document(book: OpenBook, panel: Panel, compare: Sequence[str] = ()) -> Document:
    """A panel for people, beside other spans and targets. Raises E-ARG-01 for an unknown comparison."""
    beside, further = [], []
    for one in compare:
        if one == "budget":
            further.append(_beside_budget(book, panel))
        elif one == "target":
            further.append(attained_table(attained(book, panel), book.settings.currency))
        elif one in BESIDE:
            back = before if one == "previous" else last_year
            asked = panel.question
            span = back(asked.span, asked.calendar, asked.grain)
            earlier = replace(panel.question, span=span, grain="whole", by=(), asked=())
            beside.append((BESIDE[one], panel_for(book, panel.cards, earlier)))
        else:
            do = did_you_mean(one, [*BESIDE, "budget", "target"])
            what = f"{one!r} is not one of its values"
            raise problem("E-ARG-01", "--compare", what, "Nothing was compared.", do)
    return measured_document(
        panel,
        book.settings.currency,
        demo=book.settings.demo,
        beside=beside,
        further=further,
    )


def _beside_budget(book: OpenBook, panel: Panel) -> Table:
    """Totals beside what was planned. Raises E-DATA-01 where there are no budgets.

    A budget plans all cost, so cost stands beside it on basis full.
    """
    if not book.book.has("budgets"):
        what, why = "there are no budgets yet", "A figure is held against what was planned for its days."
        do = "Import them: percontact import budgets FILE."
        raise problem("E-DATA-01", str(book.workspace.path), what, why, do)
    plan = plan_of(connect(), book.book, panel.question.span, panel.question.where)
    whole = replace(panel.question, grain="whole", by=(), asked=(), basis="full")
    costs = [c for c in panel.cards if c.kind == "cost" and is_planned(c)]
    full = panel_for(book, costs, whole).totals if costs else {}
    return budget_table(panel, plan, full, book.settings.currency)


def attained(book: OpenBook, panel: Panel) -> list[Attainment]:
    """The targets of a panel's metrics, held against its span. Raises E-DATA-01 where there are none."""
    promises = read_promises(connect(), book.book)
    if not promises:
        what, why = "there are no targets yet", "A figure is held against what was promised for its days."
        do = "Import them: percontact import targets FILE."
        raise problem("E-DATA-01", str(book.workspace.path), what, why, do)
    return attain(promises, panel.cards, panel.question, partial(panel_for, book))


def target_findings(book: OpenBook) -> list[Finding]:
    """A note for each target missed in the last month of contacts, by more than in the month before."""
    months = book.book.months("contacts")
    promises = read_promises(connect(), book.book)
    if len(months) < 2 or not promises or not book.book.has("ledger"):
        return []
    every = catalogue(book.workspace.path).values()
    cards = [c for c in every if any(known_as(c, p.metric) for p in promises)]
    last = Period(months[-1], add_months(months[-1], 1))
    now, then = (
        {a.promise.row_id: a for a in attain(promises, cards, Slice(span), partial(panel_for, book))}
        for span in (last, before(last))
    )
    month, currency = f"{last.start:%Y-%m}", book.settings.currency
    found = []
    for row, a in now.items():
        b = then.get(row)
        if a.gap and b is not None and b.gap is not None and a.gap > b.gap:
            do = f"percontact measure {a.card.metric} --compare target --compare previous --by team."
            found.append(Finding("note", against_target(a, b, currency, month), do))
    return found


def panel_of(
    book: OpenBook,
    names: Sequence[str],
    *,
    start: str | None = None,
    end: str | None = None,
    grain: str = "month",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    settings: Sequence[str] = (),
) -> Panel:
    """The panel of metrics as people name them."""
    cards = catalogue(book.workspace.path)
    chosen = list({c.metric: c for c in (find(cards, name) for name in names)}.values())
    question = book.ask(
        start=start, end=end, grain=grain, by=by, where=where, basis=basis, also=dimensions(chosen)
    )
    return panel_for(book, chosen, question, _parameters(chosen, cards, settings))


def panel_for(
    book: OpenBook,
    cards: Sequence[Card],
    question: Slice,
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> Panel:
    """The panel of a question that is put together already."""
    return measure(
        cards, question, con=book.kept.con, book=book.book, policy=book.policy,
        costed=lambda: book.costed, parameters=parameters, kept=book.kept,
    )  # fmt: skip


def _parameters(
    chosen: Sequence[Card], cards: dict[str, Card], settings: Sequence[str]
) -> dict[str, dict[str, str]]:
    """--set METRIC.NAME=VALUE as metric -> name -> value."""
    found: dict[str, dict[str, str]] = {}
    for text in settings:
        left, sign, value = text.partition("=")
        name, _, parameter = left.strip().rpartition(".")
        card = find(cards, name) if sign and name else None
        if card is None or card not in chosen or parameter not in card.parameters:
            known = [f"{c.metric}.{p}" for c in chosen for p in c.parameters]
            raise problem("E-ARG-01", f"--set {text}", "it sets nothing that these metrics have",
                          "A parameter is set as METRIC.NAME=VALUE.", did_you_mean(left, known))  # fmt: skip
        found.setdefault(card.metric, {})[parameter] = value.strip()
    return found


def guarded(book: OpenBook, question: Slice, per: str, names: Sequence[str]) -> Document:
    """A cost statement with guardrails beside it, against the period before.

    names  metrics; none = customer satisfaction, first contact resolution, service level, repeat contacts
    """
    cards = catalogue(book.workspace.path)
    chosen = list({c.metric: c for c in (find(cards, n) for n in names or GUARDS)}.values())
    whole = replace(question, grain="whole", by=(), asked=())
    statement = book.state(question, per)
    return guarded_document(
        statement,
        panel_for(book, chosen, whole),
        panel_for(
            book, chosen, replace(whole, span=before(question.span, question.calendar, question.grain))
        ),
    )


def served(book: OpenBook, question: Slice, *, by: str | None = None, top: int = 10) -> Document:
    """Cost to serve by customer, with its concentration, and by what is known of them or of their contacts.

    Raises E-DATA-01 without customers to group by, E-ARG-01 for a name that is neither's.
    """
    if by:
        by = full_name(by)
        no_customers = TABLES["customers"].column(by) is not None and not book.book.has("customers")
        if no_customers and by not in book.work.dimensions():
            what, why = "there are no customers yet", f"The {by} of one comes from the table customers."
            do = "Import them: percontact import customers FILE."
            raise problem("E-DATA-01", str(book.workspace.path), what, why, do)
        known = [d for d in book.work.dimensions() if d not in (*SINGLE, *CALENDAR_DIMENSIONS)]
        if by not in known:
            why = "Customers are grouped by a column of their table, or of their contacts."
            raise problem("E-ARG-01", f"--by {by}", "it is not one of them", why, did_you_mean(by, known))
    found = serve(book.costed, question, by=by, top=top)
    settings = book.settings
    return served_document(
        found, question.span, settings.currency, basis=question.basis, by=by, demo=settings.demo
    )


def listed(words: Sequence[str], workspace: Path | None) -> Document:
    """The catalogue, or the cards that speak of every word."""
    cards = catalogue(workspace)
    found = search(cards.values(), words) if words else list(cards.values())
    return catalogue_document(found, words)


def explained(
    name: str,
    book: OpenBook | None,
    *,
    start: str | None = None,
    end: str | None = None,
    where: Sequence[str] = (),
    rates: Sequence[str] = (),
    inflation: str | None = None,
) -> Document:
    """One card, with the workspace's own figures put into its formula where there is one, and published ones.

    rates      "GBP=1.15": units of the reporting currency for one, for every year
    inflation  yearly rise of prices, "0.03"
    """
    cards = catalogue(book.workspace.path if book else None)
    card = find(cards, name)
    figures = [p for p in published_figures(book.workspace.path if book else None) if p.metric == card.metric]
    given = dict(_rate(text) for text in rates)
    if book is None:
        latest = max((p.year or 0 for p in figures), default=0)
        beside = compare_published(card, figures, currency="", year=latest)
        return card_document(card, None, "money", "", beside)
    figure, span = _own_figure(book, card, start, end, where)
    year = span.end.year if span else max((p.year or 0 for p in figures), default=0)
    currency = book.settings.currency
    dated = {(p.currency, p.year or year) for p in figures if p.currency not in ("", currency)}
    rows = fx_rows(connect(), book.book) if dated else []
    # A figure of no year has no rate of its year: it is converted by a rate that the asker gives, or not.
    years = {p.year for p in figures}
    known = {
        (c, y): given.get(c) or (year_rate(rows, c, y, currency) if y in years else None) for c, y in dated
    }
    beside = compare_published(
        card, figures, currency=currency, year=year, channel=_channel(where),
        rates={k: r for k, r in known.items() if r is not None},
        inflation=None if inflation is None else _share(inflation),
    )  # fmt: skip
    told = f"{span.start} to {span.end - timedelta(days=1)}" if span else ""
    return card_document(card, figure, currency, told, beside)


def _rate(text: str) -> tuple[str, Fraction]:
    """GBP=1.15 as (GBP, 1.15)."""
    currency, _, rate = text.partition("=")
    return currency.strip().upper(), _share(rate)


def _share(text: str) -> Fraction:
    try:
        return Fraction(Decimal(text.strip()))
    except InvalidOperation as error:
        why, do = "A rate is a number with a point.", "Write --rate GBP=1.15 or --inflation 0.03."
        raise problem("E-ARG-01", text, "it is no rate", why, do) from error


def _channel(where: Sequence[str]) -> str:
    """The one channel that a question is of, or ""."""
    told = [text.partition("=")[2].strip() for text in where if text.replace(" ", "").startswith("channel=")]
    return told[0] if len(told) == 1 and "," not in told[0] else ""


def _own_figure(
    book: OpenBook, card: Card, start: str | None, end: str | None, where: Sequence[str]
) -> tuple[Figure | None, Period | None]:
    needed = ("ledger", "contacts") if card.kind == "cost" else (card.table,)
    if not all(book.book.has(t) for t in needed):
        return None, None
    question = replace(book.ask(start=start, end=end, where=where, also=dimensions([card])), grain="whole")
    return panel_for(book, [card], question).totals[card.metric], question.span
