# SPDX-License-Identifier: Apache-2.0
"""The Python front door: `percontact.open`, `.cost`, `.measure`, `.explain`, `.watch`, `.land`, ..."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Literal

from percontact import pipeline
from percontact.answers import adding_holidays, explaining, locating, measuring, seeking, watching
from percontact.answers.adding_holidays import Added
from percontact.explain.alerts import Alert, Watch
from percontact.explain.bridge import Bridge
from percontact.ingest.public_holidays import Names
from percontact.metrics.figure import Panel
from percontact.pipeline import OpenBook
from percontact.records.landing import Receipt
from percontact.report.answer import document_of
from percontact.report.document import Document
from percontact.report.framed import Framed
from percontact.report.statement import Statement
from percontact.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CostAnswer(Statement, Framed):
    """The cost statement as Python holds it: exact numbers, frames, and a page in a notebook.

    rows, total     lines with cost in minor units (`cents`), `denominator` and `value` as Decimal
    proof           ledger = assigned + unused + unassigned, in minor units
    The frames hold the lines, with money as exact decimals.
    """

    @property
    def document(self) -> Document:  # type: ignore[override]
        """The same for people; the frames hold its lines."""
        return document_of(self)


def open(
    folder: str | PathLike[str] = ".",
    *,
    snapshot: int | None = None,
    amounts: Literal["effective", "billed"] = "effective",
) -> OpenBook:
    """Open a workspace for reading.

    folder    where it lies
    snapshot  an earlier state; None = the newest
    amounts   effective: cost spread over the days it is for; billed: when it was booked
    Raises PercontactError E-WS-01 when there is none.
    """
    return OpenBook(Workspace.open(str(folder)), snapshot, amounts)


def cost(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    grain: str = "month",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    per: str = "contact",
    compare: bool = True,
) -> CostAnswer:
    """What contacts cost: the cost statement of `percontact cost`, with the same names.

    start, end  names of periods: 2026-03, 2026-Q1, 2026-W11, ...; both inclusive; None = as far as the
                data goes
    by          dimensions: channel, team, reason, agent, customer, case, pool, account, category, ...
    where       conditions: "team=Billing", "channel!=voice"
    basis       used, full or marginal
    per         contact, handle-minute, resolution, verified-resolution, case or customer
    Raises PercontactError E-ARG-01, E-ARG-02 for unknown names, E-DATA-01 without contacts or ledger.
    """
    question = book.ask(start=start, end=end, grain=grain, by=by, where=where, basis=basis)
    statement = book.state(question, per, compare=compare)
    return CostAnswer(**{f.name: getattr(statement, f.name) for f in fields(statement)})


@dataclass(frozen=True, slots=True)
class Measures(Framed):
    """Figures of metrics as Python holds them: exact fractions, frames, and a page in a notebook.

    panel     figures by metric and place, with numerator, denominator, coverage, interval and marks
    document  the same for people; the frames hold a row a figure
    """

    panel: Panel
    document: Document


def measure(
    book: OpenBook,
    metrics: Sequence[str],
    *,
    start: str | None = None,
    end: str | None = None,
    grain: str = "month",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    compare: Sequence[str] = (),
    settings: Sequence[str] = (),
) -> Measures:
    """Figures of metrics: those of `percontact measure`, with the same names.

    metrics   names or symbols of cards: "CSAT", "first_contact_resolution"
    compare   previous, last-year, target
    settings  parameters of cards: "service_level.within_s=30"
    Raises PercontactError E-ARG-01 for unknown names, E-DATA-01 where a cost is asked without a ledger.
    """
    panel = measuring.panel_of(
        book, metrics, start=start, end=end, grain=grain, by=by, where=where, basis=basis, settings=settings
    )
    return Measures(panel, measuring.panel_document(book, panel, compare))


@dataclass(frozen=True, slots=True)
class Explanation(Framed):
    """A change of cost as Python holds it: exact parts, frames, and a page in a notebook.

    change    the bridge asked for, with what always stands beside it
    document  the same for people; the frames hold a row a part and piece
    """

    change: explaining.Explained
    document: Document

    @property
    def bridge(self) -> Bridge:
        """Ends and parts, in whole pico units."""
        return self.change.bridge


def explain(
    book: OpenBook,
    *,
    start: str | None = None,
    end: str | None = None,
    against: str | None = None,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str | None = None,
    per: str = "contact",
) -> Explanation:
    """Why a cost changed: the bridge of `percontact explain`, with the same names.

    start, end  the period before and the period after; with `against`, a span
    against     None, previous, last-year or budget
    by          the tree of contacts, from the top: channel, team, reason
    basis       used, full or marginal; None = used, or full against a budget
    per         contact, resolution or total
    Raises PercontactError E-ARG-01, E-ARG-02 for unknown names, E-DATA-01 where a month lacks data.
    """
    found = explaining.explained(
        book, start=start, end=end, against=against, by=by, where=where, basis=basis, per=per
    )
    return Explanation(found, explaining.document(book, found))


@dataclass(frozen=True, slots=True)
class Whereabouts(Framed):
    """Where a metric changed, as Python holds it: slices and the rest that add up, frames, a page.

    answer    `answer.located` has the figure then and now, the causes with their parts, and what is in none
    document  the same for people; the frames hold a row a part
    """

    answer: locating.Answer
    document: Document


def locate(
    book: OpenBook,
    metric: str,
    *,
    start: str | None = None,
    end: str | None = None,
    against: Literal["previous", "last-year", "budget"] = "previous",
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    basis: str = "used",
    top: int = 6,
) -> Whereabouts:
    """Where a metric changed: the slices of `percontact locate`, with the same names.

    metric      a sum or a ratio of sums: "contacts", "handle-time", "cost-per-contact", a card's name
    start, end  the span; None = the last month that has data
    against     previous (the span before), last-year or budget
    Raises PercontactError E-ARG-01 for unknown names, E-DATA-01 where a side has no data.
    """
    answer = locating.located(
        book, metric, start=start, end=end, against=against, by=by, where=where, basis=basis, top=top
    )
    return Whereabouts(answer, locating.document(book, answer))


@dataclass(frozen=True, slots=True)
class Watched(Framed):
    """What broke, as Python holds it: alerts, frames, a page in a notebook.

    answer    `answer.alerts`: since when, where, observed and expected, how rare
    document  the same for people; the frames hold a row an alert
    """

    answer: Watch
    document: Document

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What is told, in order of time."""
        return self.answer.alerts


def watch(
    book: OpenBook,
    metrics: Sequence[str] = (),
    *,
    start: str | None = None,
    end: str | None = None,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    alerts_a_week: float = 2.0,
    false_alarms: float = 0.5,
    grain: Literal["day", "hour"] = "day",
) -> Watched:
    """What broke, day by day: the alerts of `percontact watch`, with the same names.

    metrics        sums and ratios of sums; none = volume, handle time, cost per contact, the guardrails
    start, end     the days watched; None = the last 13 weeks of data
    alerts_a_week  the most that is told
    false_alarms   a year and series, where nothing happens
    grain          hour: each hour of the day is watched by itself, so that what lasts hours is found
    Raises PercontactError E-ARG-01 for unknown names, E-DATA-01 where the past is too short.
    """
    wanted = watching.Watching(metrics, start, end, by, where, alerts_a_week, false_alarms, grain)
    answer = watching.watched(book, wanted)
    return Watched(answer, watching.document(book, answer))


@dataclass(frozen=True, slots=True)
class Chances(Framed):
    """What may be saved, as Python holds it: opportunities with their evidence, frames, a page.

    answer    `answer.found` has the opportunities, the largest first
    document  the same for people; the frames hold a row an opportunity
    """

    answer: seeking.Answer
    document: Document


def opportunities(
    book: OpenBook, *, start: str | None = None, end: str | None = None, where: Sequence[str] = ()
) -> Chances:
    """What may be saved: the list of `percontact opportunities`, with the same names.

    start, end  whole months; None = the last three that have data
    Raises PercontactError E-ARG-02 for a span that cuts a month, E-DATA-01 without contacts or ledger.
    """
    answer = seeking.sought(book, start=start, end=end, where=where)
    return Chances(answer, seeking.document(book, answer))


def add_holidays(
    book: OpenBook,
    country: str,
    subdivision: str = "",
    *,
    first: int | None = None,
    last: int | None = None,
    site: str = "",
    names: Names = "english",
) -> Added:
    """Add the public holidays of a country to the calendar of an open workspace; open it again to see them.

    country, subdivision  by code or English name: "DE" or "Germany", "BY" or "Bavaria"
    first, last           years; None = those that contacts cover, and the next
    site                  the only site they hold for; "" = everywhere
    names                 "english", or "own": in the country's own language
    result                offer: its days, each with what was there already; receipt of what landed, or None
    Raises PercontactError E-LIB-01 without the extra `holidays`, E-ARG-01 for an unknown place or site,
    E-ARG-02 for years that are not known.
    """
    return adding_holidays.add_holidays(
        book, adding_holidays.Wish(country, subdivision, first, last, site, names)
    )


def land(book: OpenBook, table: str, frame: object, *, name: str, replace: bool = False) -> Receipt:
    """Read a data frame into a table of an open workspace; open it again to see the rows.

    frame    a pandas, Polars or PyArrow table, or a DuckDB relation, with the table's own column names
    name     what to call it: the same name again is E-FILE-07 unless `replace`
    result   receipt: rows seen = landed + set aside
    Raises PercontactError E-LIB-01 without the extra `frames`, E-ARG-01 for anything else than a frame.
    """
    from percontact.ingest import write_frame

    with tempfile.TemporaryDirectory(prefix="percontact-frame-") as folder:
        path = Path(folder) / (name if name.endswith(".parquet") else f"{name}.parquet")
        write_frame(frame, path)
        return pipeline.land(book.workspace, table, path, replace=replace)
