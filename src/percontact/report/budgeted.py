# SPDX-License-Identifier: Apache-2.0
"""Totals of metrics beside what the budgets plan: cost, contacts, and cost per contact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from percontact.costing.planned import Plan
from percontact.metrics.card import Card
from percontact.metrics.figure import Figure, Panel
from percontact.metrics.guard import judge
from percontact.report.document import Cell, Table, TableColumn
from percontact.report.measured import change_words, figure_text
from percontact.values.money import PICO


def is_planned(card: Card) -> bool:
    """Whether budgets plan what a card measures."""
    whole_cost = card.kind == "cost" and card.cost in ("basis", "full") and not card.where
    return card.metric == "contacts_handled" or (whole_cost and card.per in ("", "contact"))


def budget_table(panel: Panel, plan: Plan, full: Mapping[str, Figure], currency: str) -> Table:
    """A row a metric: its total, what was planned, the change, and which way is better.

    full  metric -> its figure on basis full, of costs
    """
    columns = (
        TableColumn("metric", "Metric"),
        TableColumn("value", "Now"),
        TableColumn("other", "Budget"),
        TableColumn("change", "Change"),
        TableColumn("says", "Says"),
    )
    rows: list[tuple[Cell, ...]] = []
    for card in panel.cards:
        now = full.get(card.metric, panel.totals[card.metric])
        then = _planned_figure(card, plan, now)
        name = f"{card.name} (basis full)" if card.metric in full else card.name
        rows.append((
            name, figure_text(card, now, currency), figure_text(card, then, currency),
            change_words(card, now, then, currency), judge(card, now, then),
        ))  # fmt: skip
    return Table("Beside the budget", columns, tuple(rows), note=_note(panel, plan))


def _planned_figure(card: Card, plan: Plan, now: Figure) -> Figure:
    """What was planned, as a figure; without a value where it was not."""
    cost = None if plan.pico is None else Fraction(plan.pico, PICO)
    top, bottom = cost, None
    if not is_planned(card):
        top = None
    elif card.kind != "cost":
        top = plan.contacts
    elif card.per:
        bottom = plan.contacts
        top = cost if bottom else None
    value = top / bottom if top is not None and bottom else top
    return Figure(card.metric, now.period, (), value, top, bottom)


def _note(panel: Panel, plan: Plan) -> str:
    span = panel.question.span
    told = f"Budget: {span.start} to {span.end - timedelta(days=1)}, each row spread over its days."
    if plan.missing:
        return f"Budget: {plan.missing}."
    others = [c.symbol or c.name for c in panel.cards if not is_planned(c)]
    if others:
        told += f" Budgets plan cost and handled contacts, not {', '.join(others)}."
    return told
