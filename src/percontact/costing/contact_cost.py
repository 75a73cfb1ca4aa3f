# SPDX-License-Identifier: Apache-2.0
"""Single contacts with their cost: the same rates as every sum, applied to one row at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.costing.slice import Slice
from percontact.records.dialect import PICO_MONEY, literal, quote
from percontact.values.period import add_months

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

SHOWN = ("contact_id", "started_at", "handle_s", "channel", "team", "agent", "reason", "outcome", "case_id")
"""Columns of a contact that a listing shows beside its cost."""


def local_text(at: datetime | None, timezone: str) -> str:
    """A UTC moment as local time, to the second: what the people who worked on it saw on the clock."""
    return "" if at is None else f"{at.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M:%S}"


def priced_contacts(costed: CostedBook, question: Slice, columns: tuple[str, ...] = SHOWN) -> str:
    """SQL relation of the contacts of a slice with their cost: the columns, row_id, pico.

    A contact with handlings landed apart has the cost of those, whatever their month in the span.
    Law: over all contacts of the span, sum(pico) is the amount assigned, exactly.
    """
    prices = costed.prices(question.months, question.basis)
    wanted = list(dict.fromkeys([*prices.keys, *question.columns(), "contact_id"]))
    wanted = [c for c in wanted if c != "pool"]
    rows = costed.work.rows(wanted, question.months, drivers=costed.parts)
    drivers = "".join(f", {quote(p.name)}" for p in prices.parts)
    keys = ", ".join(["month", *map(quote, prices.keys)])
    work = f"(SELECT contact_id, anchor, {question.inside()} AS inside, {keys}{drivers} FROM {rows})"
    residual = f"(SELECT row_id, sum(pico) AS pico FROM {prices.residual} GROUP BY 1)"
    pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
    priced = (
        f"(SELECT x.contact_id, x.anchor, x.inside, {pico} AS pico FROM {work} x "
        f"LEFT JOIN {prices.weights} r ON {prices.join('x', 'r')} "
        f"LEFT JOIN {residual} z ON z.row_id = x.anchor WHERE x.inside)"
    )
    book = costed.book
    here = [c for c in columns if c in book.columns("contacts")]
    shown = ", ".join(f"c.{quote(c)}" for c in here)
    if not costed.work.legs:
        contacts = book.relation(
            "contacts",
            list(dict.fromkeys(["row_id", *here])),
            first=question.months.start,
            last=add_months(question.months.end, -1),
        )
        return f"(SELECT {shown}, c.row_id, p.pico FROM {priced} p JOIN {contacts} c ON c.row_id = p.anchor)"
    contacts = book.relation("contacts", list(dict.fromkeys(["row_id", "contact_id", *here])))
    summed = f"(SELECT contact_id, sum(pico) AS pico FROM {priced} GROUP BY 1)"
    return f"(SELECT {shown}, c.row_id, p.pico FROM {summed} p LEFT JOIN {contacts} c USING (contact_id))"


def write_contacts(costed: CostedBook, question: Slice, path: Path, *, form: str = "parquet") -> int:
    """Write every contact of a slice with its exact cost to Parquet or CSV; returns the rows.

    The cost is DECIMAL(38,12).
    """
    money = PICO_MONEY["duckdb"].format(pico="pico")
    if costed.work.legs:
        source = priced_contacts(costed, question)
        query = f"SELECT * EXCLUDE (row_id, pico), {money} AS cost FROM {source}"
    else:
        query = _straight(costed, question, money)
    options = "FORMAT parquet, COMPRESSION zstd" if form == "parquet" else "FORMAT csv, HEADER"
    file = literal(str(path))
    costed.con.execute(f"COPY ({query}) TO {file} ({options})")
    reader = "read_parquet" if form == "parquet" else "read_csv"
    found = costed.con.execute(f"SELECT count(*) FROM {reader}({file})").fetchone()
    return int(found[0]) if found else 0


def _straight(costed: CostedBook, question: Slice, money: str) -> str:
    """One pass over the contacts: no join of the contacts with themselves, so ten million rows stay cheap."""
    prices = costed.prices(question.months, question.basis)
    shown = [c for c in SHOWN if c in costed.book.columns("contacts")]
    plain = [c for c in shown if c not in ("handle_s", "started_at")]
    wanted = [c for c in dict.fromkeys([*plain, *prices.keys, *question.columns()]) if c != "pool"]
    rows = costed.work.rows(wanted, question.months, drivers=costed.parts)
    fields = ", ".join(f"x.{quote(c)}" for c in plain)
    residual = f"(SELECT row_id, sum(pico) AS pico FROM {prices.residual} GROUP BY 1)"
    pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
    where = question.inside()
    cost = money.replace("pico *", f"({pico}) *")
    return (
        f"SELECT {fields}, x.effort AS handle_s, {cost} AS cost FROM {rows} x "
        f"LEFT JOIN {prices.weights} r ON {prices.join('x', 'r')} "
        f"LEFT JOIN {residual} z ON z.row_id = x.anchor" + ("" if where == "true" else f" WHERE {where}")
    )
