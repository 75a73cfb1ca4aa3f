# SPDX-License-Identifier: Apache-2.0
"""Opportunities as a document: ranked, with money as a range, its guardrail, its contacts and the next
step."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from decimal import Decimal

from percontact.costing.slice import Condition, Slice
from percontact.explain.facts_of_work import Cost
from percontact.explain.opportunity import Kind, Opportunity, together
from percontact.metrics.catalogue import catalogue
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.looking import slice_options
from percontact.report.spoken import spoken, when
from percontact.report.words import DEMO_NOTE, count_text
from percontact.values.money import cents, to_pico
from percontact.values.period import Period

KINDS: dict[Kind, str] = {
    "slow_on_simple": "training",
    "slow_agent": "coaching",
    "hold_out_of_line": "hold time",
    "wrap_out_of_line": "wrap-up",
    "transferred_twice": "transfers",
    "self_service": "self-service",
    "failure_demand": "root cause",
    "after_fault": "after a fault",
    "bot_costs_more": "bot costs more",
    "callbacks": "callbacks",
    "idle_capacity": "idle hours",
    "unused_contract": "not used",
}
"""Kind -> what it is called in a list."""


def sought_document(
    found: Sequence[Opportunity], whole: Cost, question: Slice, currency: str, *, top: int | None, demo: bool
) -> Document:
    """Opportunities, the largest first; `top`: how many people see (machines get all)."""
    span = spoken(question.span)
    shown = found if top is None else found[:top]
    return Document(
        title=f"Opportunities, {span}",
        headline=_headline(found, whole, question.span, currency),
        tables=(_table(shown, currency), _steps(shown, question), *smaller(found[len(shown) :], currency))
        if shown
        else (),
        notes=tuple(_notes(found, shown, whole, currency)),
        data={
            "span": {"start": str(question.span.start), "end": str(question.span.end)},
            "currency": currency,
            "cost": f"{whole.used:.2f}",
            "opportunities": [_record(i, o, question) for i, o in enumerate(found, 1)],
        },
        records=_table(found, currency),
        facts=(("Span", span), ("Basis of costs", "used")),
        definitions=(
            ("Cashable", "leaves the ledger with the work: variable cost, charges by use, contracts ended"),
            ("Freed", "time of people set free; money only where hours are cut, moved or not hired"),
            ("Range", "from what is safe to say to what is possible; never a promise"),
        ),
        demo=DEMO_NOTE if demo else "",
    )


def _headline(found: Sequence[Opportunity], whole: Cost, span: Period, currency: str) -> str:
    if not found:
        return f"No opportunity stands out {when(span)}."
    best = found[0]
    many = f"{len(found)} opportunities" if len(found) > 1 else "One opportunity"
    return (
        f"{many} {when(span)}, of {range_words(whole.used, whole.used, currency)} that contacts cost. "
        f"The largest: {best.says} ({range_words(best.low, best.high, currency)})."
    )


def range_words(low: float, high: float, currency: str) -> str:
    """A range of money in whole units: "EUR 1,200 to 3,400"."""
    a, b = f"{low:,.0f}", f"{high:,.0f}"
    return f"{currency} {b}" if a == b else f"{currency} {a} to {b}"


def _table(found: Sequence[Opportunity], currency: str) -> Table:
    columns = (
        TableColumn("rank", "#", "count"),
        TableColumn("kind", "Kind"),
        TableColumn("says", "What was found"),
        TableColumn("low", f"From, {currency}", "money", currency),
        TableColumn("high", f"To, {currency}", "money", currency),
        TableColumn("cashable", "Cashable", "share"),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("guardrail", "Must not worsen", detail=True),
        TableColumn("step", "Next step", detail=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for rank, one in enumerate(found, 1):
        rows.append((
            rank, KINDS[one.kind], one.says, money_cell(one.low, currency), money_cell(one.high, currency),
            _share(one.cashable), one.contacts or None, guardrail_words(one), one.step,
        ))  # fmt: skip
    note = "Money at stake in the span. Cashable leaves the ledger at once; the rest is time set free."
    return Table("Opportunities", columns, tuple(rows), note=note)


def _share(share: float) -> Cell:
    """A share as a cell."""
    return Decimal(repr(round(share, 4)))


def money_cell(amount: float, currency: str) -> int:
    """An amount as a cell of money."""
    return cents(to_pico(Decimal(repr(round(amount, 6)))), currency)


def _steps(found: Sequence[Opportunity], question: Slice) -> Table:
    columns = (
        TableColumn("rank", "#", "count"),
        TableColumn("step", "Next step"),
        TableColumn("guardrail", "Must not worsen"),
        TableColumn("look", "Look at what is behind it", command=True),
    )
    rows = tuple((i, o.step, guardrail_words(o), _look(o, question)) for i, o in enumerate(found, 1))
    return Table("What to do next", columns, rows)


def smaller(found: Sequence[Opportunity], currency: str) -> tuple[Table, ...]:
    """Those that do not stand one by one, by kind: how many, and their money where it may be added up."""
    if not found:
        return ()
    columns = (
        TableColumn("kind", "Kind"),
        TableColumn("many", "How many", "count"),
        TableColumn("low", f"From, {currency}", "money", currency),
        TableColumn("high", f"To, {currency}", "money", currency),
    )
    kinds: dict[Kind, list[Opportunity]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for kind, alike in kinds.items():
        whole = together(alike)
        money = (None, None) if whole is None else tuple(money_cell(x, currency) for x in whole)
        rows.append((KINDS[kind], len(alike), *money))
    note = (
        "Added up within a kind only, and only where no contact and no paid hour stands in two of them. "
        "Kinds overlap: do not add them up."
    )
    return (Table("Smaller ones by kind", columns, tuple(rows), note=note),)


def guardrail_words(one: Opportunity) -> str:
    """What must not worsen, metrics by their names: "service level: some free time is ..."."""
    return "".join(text for text, _ in guardrail_parts(one))


def guardrail_parts(one: Opportunity) -> list[tuple[str, str]]:
    """The same in pieces: (as people read it, the metric it names or "")."""
    cards = catalogue()
    found = []
    for piece in re.split(r"(\b[a-z]+(?:_[a-z0-9]+)+\b)", one.guardrail):
        card = cards.get(piece)
        if piece:
            found.append((_inside(card.name), card.metric) if card else (piece, ""))
    return found


def _inside(name: str) -> str:
    """A name as it stands inside a sentence; one that begins with a short form keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _look(one: Opportunity, question: Slice) -> str:
    """The command that lists the contacts of an opportunity; of capacity the ledger lines behind it."""
    span = one.days or question.span
    if one.where:
        conditions = [Condition(d, values) for d, values in one.where]
        return f"percontact contacts {slice_options(span, (), [*conditions, *question.where])}"
    return f"percontact trace {slice_options(span, ())} --pool {shlex.quote(one.pool)}" if one.pool else ""


def _notes(
    found: Sequence[Opportunity], shown: Sequence[Opportunity], whole: Cost, currency: str
) -> Iterator[str]:
    if len(shown) < len(found):
        yield f"{len(found) - len(shown)} more, smaller ones: --top {len(found)} shows each of them."
    if len(found) > 1:
        yield "Ranges overlap: what one saves, another cannot save again. Do not add them up."
    for one in shown:
        e = one.evidence
        if "total_cost_after" in e:
            yield (
                f"{dict(one.where)['reason'][0]}: at the middle of the range total cost goes from "
                f"{range_words(_f(e, 'total_cost'), _f(e, 'total_cost'), currency)} to "
                f"{_f(e, 'total_cost_after'):,.0f}, cost per contact from {_f(e, 'cost_per_contact'):.2f} to "
                f"{_f(e, 'cost_per_contact_after'):.2f} (at constant mix it stays "
                f"{_f(e, 'cost_per_contact_at_constant_mix'):.2f}), and cost per assisted contact from "
                f"{_f(e, 'cost_per_assisted_contact'):.2f} to "
                f"{_f(e, 'cost_per_assisted_contact_after'):.2f}: what is left for people is what is harder."
            )
    for text in dict.fromkeys(a for one in shown for a in one.assumed):
        yield f"Assumed: {text}."
    if any("(usual)" in a for one in shown for a in one.assumed):
        yield "What is usual need not be so here: set your own under `opportunities:` in policy.yaml."
    agents = count_text(sum(o.kind == "slow_agent" for o in found))
    if agents != "0":
        yield "Agents are named by pseudonym, from 300 contacts on, and never ranked against each other."


def _f(evidence: object, name: str) -> float:
    return float(evidence[name])  # type: ignore[index]


def _record(rank: int, one: Opportunity, question: Slice) -> dict[str, object]:
    return {
        "rank": rank,
        "kind": one.kind,
        "says": one.says,
        "where": {d: list(v) for d, v in one.where},
        "low": f"{one.low:.2f}",
        "high": f"{one.high:.2f}",
        "cashable": f"{one.cashable:.4f}",
        "cashable_low": f"{one.low * one.cashable:.2f}",
        "cashable_high": f"{one.high * one.cashable:.2f}",
        "contacts": one.contacts,
        "guardrail": one.guardrail,
        "next_step": one.step,
        "contacts_command": _look(one, question),
        "assumed": list(one.assumed),
        "evidence": {k: v if isinstance(v, str) else f"{v:.12g}" for k, v in one.evidence.items()},
    }
