# SPDX-License-Identifier: Apache-2.0
"""The whole way, in order: open a workspace, land files, read the Book and its policy, cost it, state it.

    file --ingest--> staged rows --store--> Book --costing--> CostedBook --report--> Statement

A newcomer reads this file first. `ingest`, `store` and `costing` do not know each other; they meet here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as but
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from percontact import __version__
from percontact.costing.asked import (
    COST_DIMENSIONS,
    condition_asked,
    dimensions_asked,
    named_span,
    one_of,
)
from percontact.costing.costed import CostedBook
from percontact.costing.denominator import PERS
from percontact.costing.kept_rows import KeptRows
from percontact.costing.kept_sums import KeptSums
from percontact.costing.lines import Amounts
from percontact.costing.policy import Policy, textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.rate import BASES
from percontact.costing.reach import Reach
from percontact.costing.slice import Condition, Slice
from percontact.costing.values_there import need_known, need_there, values_of
from percontact.costing.work import Work
from percontact.costing.work_kept import kept_summaries
from percontact.costing.work_summary import SUMMARY_FORMAT
from percontact.records.book import Book, Settings
from percontact.records.dialect import connect
from percontact.records.landing import Receipt
from percontact.records.needed import need
from percontact.records.tables import TABLES
from percontact.report.closed import closed_notes, differing
from percontact.report.spoken import spoken
from percontact.report.state import state
from percontact.report.statement import Statement
from percontact.store.closing import landing_notes
from percontact.store.draft import copied, draft
from percontact.store.policies import POLICY_FILE, policy_text
from percontact.store.publish import Moved
from percontact.store.runs import Runs
from percontact.store.workspace import Workspace
from percontact.values.period import GRAINS, Period
from percontact.values.plain import Plain
from percontact.values.problem import PercontactError, problem

if TYPE_CHECKING:
    # Reading files is a third of all code, and most commands read none: it is imported where it is used.
    from percontact.ingest.mapping import Mapping

TRIES = 20
"""How often an import is checked anew when other processes keep publishing to the same table."""

Progress = Callable[[str, int, int | None], None]
T = TypeVar("T")


# -- land: a file becomes rows of the workspace ------------------------------------------------------------


def land(
    workspace: Workspace,
    table: str,
    path: Path,
    *,
    mapping: Mapping | None = None,
    replace: bool = False,
    add: bool = False,
    instead_of: Sequence[int] = (),
    parts: Collection[str] = (),
    progress: Progress | None = None,
) -> Receipt:
    """Read one file into a table: all of its good rows land in one step, or none does.

    instead_of  imports it stands for, whatever their files are called
    parts  all readings of the file that are being landed, where it is read more than once (`part:`)
    With `replace` a reading stands for the earlier ones of its own part, and for those that the file is not
    read as any more; a mapping without `part:` stands for all that was read from a file of this name.
    Raises E-FILE-07 when a file of this name with other content is live and neither `replace` nor `add`
    is set; E-WS-05 when other imports keep changing the table.
    """
    from percontact.ingest import content_hash
    from percontact.ingest.contents import check_source
    from percontact.ingest.parts import notes_of, staying
    from percontact.ingest.unpack import name_of, the_member

    check_source(table, path)
    workspace.sweep_now_and_then()
    path = the_member(path)
    sheet, text = (mapping.sheet or "", mapping.text) if mapping else ("", "")
    same = workspace.find_same(content_hash(path, table, sheet, text))
    if same is not None and not (replace and same.aside):
        return same
    for _ in range(TRIES):
        earlier = workspace.find_name(table, name_of(path))
        if earlier and not (replace or add):
            raise _there_already(path, table, earlier[-1])
        stays = staying(earlier, lambda n: workspace.one_import(n).mapping, mapping, parts) if replace else {}
        gone = [n for n in earlier if n not in stays] if replace else []
        # Rows corrected from those a file had set aside are part of what the file is replaced by.
        replaces = tuple(instead_of) or (*gone, *workspace.find_corrections(gone))
        notes = tuple(notes_of({} if parts else stays))
        try:
            return _land(workspace, table, path, mapping, replaces, notes, progress)
        except Moved:
            continue
    why = "The ids have to be checked against all that is there."
    raise problem("E-WS-05", str(workspace.path), "other imports kept changing this table", why, "Try again.")


def _land(
    workspace: Workspace,
    table: str,
    path: Path,
    mapping: Mapping | None,
    replaces: Sequence[int],
    notes: Sequence[str],
    progress: Progress | None,
) -> Receipt:
    """Copy, read, check, stage, publish. Raises Moved where another import was published meanwhile."""
    from percontact.ingest import read_file
    from percontact.ingest.unpack import split

    file, member = split(path)
    book = workspace.book()
    with draft(workspace) as (number, folder):
        kept = copied(file, folder / "source")
        staged = read_file(
            kept / member if member else kept,
            table,
            settings=workspace.settings,
            key=workspace.key,
            number=number,
            folder=folder,
            book=book,
            ignore_imports=replaces,
            mapping=mapping,
            progress=progress,
        )
        notes = (*staged.notes, *notes, *landing_notes(workspace.closed_periods_hit(staged)))
        based_on = book.snapshot or 0
        return workspace.publish(
            but(staged, notes=notes), original=kept, based_on=based_on, replaces=replaces
        )


def _there_already(path: Path, table: str, number: int) -> PercontactError:
    return problem(
        "E-FILE-07",
        str(path),
        f"a file of this name is in {table} already, with other content or another mapping (import {number})",
        "Reading both could count rows twice; reading only this one could lose rows.",
        "Say which you mean: --replace (this file stands for the earlier one) or --add (both count).",
    )


# -- open, cost, ask, state: rows become an answer ---------------------------------------------------------


@dataclass(frozen=True)
class OpenBook:
    """A workspace opened at one state: its Book, its policy, and its cost under that policy.

    snapshot  which state; None = the newest at the time of opening
    instead   the text of a policy that is tried instead of the one in force; nothing of it is kept
    keeps     whether sums of metrics and long answers are made and kept for questions to come; those that
              are kept are always read
    patient   whether an answer that takes long is worked out where it is not kept; else `NotMade` is raised
    """

    workspace: Workspace
    snapshot: int | None = None
    amounts: Amounts = "effective"
    keeps: bool = False
    instead: str | None = None
    patient: bool = True

    @cached_property
    def book(self) -> Book:
        """The tables."""
        return self.workspace.book(self.snapshot)

    @property
    def settings(self) -> Settings:
        """Currency, time zone, fiscal calendar."""
        return self.workspace.settings

    @cached_property
    def policy(self) -> Policy:
        """The rules of policy.yaml, or the textbook formula where there is none."""
        text = policy_text(self.workspace.path) if self.instead is None else self.instead
        return textbook() if text is None else parse_policy(text, POLICY_FILE)

    @property
    def state_words(self) -> tuple[tuple[str, str], ...]:
        """What an answer rests on, by name: workspace, snapshot, policy. Costs nothing to say."""
        snapshot = self.book.snapshot
        return (
            ("Workspace", self.workspace.path.resolve().name),
            *((("Snapshot", str(snapshot)),) if snapshot is not None else ()),
            ("Policy", self.policy.digest),
        )

    def need(self, table: str) -> None:
        """Raise E-DATA-01 where a table that the question needs has no rows."""
        need(self.book, table, str(self.workspace.path))

    # -- cost it --

    @cached_property
    def costed(self) -> CostedBook:
        """The Book with every cent of its ledger assigned. Raises E-DATA-01 without contacts or ledger."""
        self.need("ledger")
        self.need("contacts")
        costed = CostedBook(self.book, self.policy, amounts=self.amounts)
        if costed.work.wants_summary():
            costed.work.summary.files = kept_summaries(
                costed.work, self.reach, self.runs, may_keep=self.instead is None
            )
        costed.kept = self.kept
        costed.kept.work = costed.work
        costed.work.summary.at_hand = self.keeps
        costed.kept_rows = KeptRows(costed, self.runs, self.reach)
        return costed

    @cached_property
    def work(self) -> Work:
        """The work of the Book, costed where it can be."""
        if self.book.has("ledger") and self.book.has("contacts"):
            return self.costed.work
        return Work(connect(), self.book, self.policy)

    @property
    def _kept_rows(self) -> KeptRows | None:
        """Rows kept with their price, where this Book is costed and reads what is kept."""
        costed = self.book.has("ledger") and self.book.has("contacts")
        return self.costed.kept_rows if costed else None

    # -- what is kept of it --

    @cached_property
    def runs(self) -> Runs:
        """Results of this state that are kept beside it: sums, long answers."""
        made_by = Runs.digest(self.book, self.policy.digest, __version__, SUMMARY_FORMAT)
        return Runs(self.workspace, self.book, made_by, __version__, keeps=self.keeps, patient=self.patient)

    @cached_property
    def kept(self) -> KeptSums:
        """Sums of metrics by month and dimension: what is kept of them is read instead of rows."""
        return KeptSums(connect(), self.runs, self.reach)

    @cached_property
    def reach(self) -> Reach:
        """How far the sums of a month reach."""
        return Reach(self.book, self.policy, self.runs.shelf.known)

    def long_answer(
        self, name: str, asked: dict[str, Any], make: Callable[[], T], form: Plain, *, about: str = ""
    ) -> T:
        """An answer that takes seconds: see `Runs.long_answer`."""
        return self.runs.long_answer(name, asked, make, form, about=about)

    @cached_property
    def moved_closings(self) -> dict[str, list[str]]:
        """Closed periods for which today's data gives other figures than were reported, and which.

        Costed once a state of the books, its policy and its closings, and then kept.
        """
        state_now = (self.book.snapshot, self.policy.digest)
        closed = [c for c in self.workspace.closings() if c.reopened_at is None]
        later = {c.label: c.figures for c in closed if (c.snapshot, c.policy_digest) != state_now}
        if not later or self.amounts != "effective" or self.snapshot is not None:
            return {}
        named = " ".join(f"{c.label}/{c.figures_digest}" for c in closed)
        return self.runs.once_closed(named, lambda: differing(self.costed, later))

    # -- ask and state --

    def ask(
        self,
        *,
        start: str | None = None,
        end: str | None = None,
        grain: str = "month",
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        basis: str = "used",
        also: Iterable[str] = (),
        unchecked: Collection[str] = (),
    ) -> Slice:
        """Turn names as people write them into a Slice. Raises E-ARG-01 and E-ARG-02 with suggestions.

        also       dimensions besides those of contacts and the ledger
        unchecked  dimensions whose values are not looked up here: pseudonyms are no values of the Book
        """
        of_work = self.work.dimensions()
        known = {*of_work, *COST_DIMENSIONS, *also}
        dims = dimensions_asked(by, known)
        conditions = tuple(condition_asked(text, known, of_work, self._stored) for text in where)
        question = Slice(
            self.span(start, end),
            one_of(grain, GRAINS, "--grain"),
            tuple(dims),
            conditions,
            one_of(basis, BASES, "--basis"),
            tuple(dims.values()),
            self.settings.calendar,
        )
        self.need_known([c for c in conditions if c.dimension not in unchecked], question.months)
        return question

    def span(self, start: str | None, end: str | None) -> Period:
        """The days from the start of one named period to the end of another.

        Open ends reach as far as the data.
        """
        return named_span(start, end, self.settings.calendar, self.months)

    def months(self) -> list[date]:
        """Months that cost and contacts both speak of; else those that either does, or any table."""
        worked = set(self.book.months("contacts"))
        if self.book.has("ledger") and worked:
            paid = set(self.costed.ledger_months)
            return sorted(worked & paid) or sorted(worked | paid)
        found = worked or {m for table in TABLES for m in self.book.months(table)}
        if not found:
            self.need("contacts")
        return sorted(found)

    def values_of(self, dimension: str, months: Period | None = None) -> list[str]:
        """Values of a dimension that contacts of some whole months have, in order; at most 10,000."""
        return values_of(self.work, dimension, months or self.span(None, None), self._kept_rows)

    def need_known(self, where: Sequence[Condition], months: Period) -> None:
        """Raise E-ARG-01 for a condition on what no contact has: most likely a slip of the key."""
        fresh = [c for c in where if c not in self._known_conditions]
        if fresh and self.book.has("contacts"):
            need_known(self.work, fresh, months, self._kept_rows)
            self._known_conditions.update(fresh)

    @cached_property
    def _known_conditions(self) -> set[Condition]:
        return set()

    def check_values(self, question: Slice) -> None:
        """Raise E-ARG-01 for a condition whose values no contact of the months asked for has."""
        if self.book.has("contacts"):
            need_there(self.work, question.where, question.months, spoken(question.months), self._kept_rows)

    def _stored(self, dimension: str, values: list[str]) -> list[str]:
        """Values as the Book holds them: a customer's id as its keyed hash."""
        column = TABLES["contacts"].column(dimension)
        if column is None or column.kind != "person":
            return values
        from percontact.ingest.person import as_stored

        return [as_stored(self.workspace.key, value) for value in values]

    def state(self, question: Slice, per: str = "contact", *, compare: bool = True) -> Statement:
        """Answer a question with a cost statement.

        Raises E-ARG-01 when a condition names a value that no contact has.
        """
        found = state(self.costed, question, one_of(per, PERS, "--per"), compare=compare)
        if not found.total.offered:
            self.check_values(question)
        notes = closed_notes(self.moved_closings, question.span, self.settings.calendar)
        return but(found, notes=(*found.notes, *notes))


__all__ = ["OpenBook", "land"]
