# SPDX-License-Identifier: Apache-2.0
"""The whole way, in order: open a workspace, land files, read the Book and its policy, cost it, state it.

    file --ingest--> staged rows --store--> Book --costing--> CostedBook --report--> Statement

A newcomer reads this file first. `ingest`, `store` and `costing` do not know each other; they meet here.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import shlex
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from percontact import __version__
from percontact.costing.composition import LEDGER_DIMENSIONS
from percontact.costing.costed import CostedBook
from percontact.costing.denominator import PERS, Per
from percontact.costing.kept_sums import KeptSums
from percontact.costing.lines import Amounts
from percontact.costing.policy import Policy, textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.rate import BASES, Basis
from percontact.costing.slice import Condition, Slice, full_name
from percontact.costing.work import SUMMARY_FORMAT, Work
from percontact.records.book import Book, Settings
from percontact.records.dialect import connect, quote
from percontact.records.landing import Receipt, Staged
from percontact.records.tables import TABLES
from percontact.report.closed import closed_notes, differing
from percontact.report.state import state
from percontact.report.statement import Statement
from percontact.store.policies import POLICY_FILE, policy_text
from percontact.store.publish import Moved
from percontact.store.workspace import Workspace
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import GRAINS, Grain, Period, add_months, parse_period
from percontact.values.plain import Plain
from percontact.values.problem import PercontactError, did_you_mean, problem

if TYPE_CHECKING:
    # Reading files is a third of all code, and most commands read none: it is imported where it is used.
    from percontact.ingest.mapping import Mapping

SUMMARY_FILE = "work.parquet"
SUMS_FILE = "sums.parquet"
LONG_FILE = "answer.json"
CLOSED_FILE = "closed.json"
UNSUMMED = ("events",)
"""Tables whose rows stand beside figures and in none."""
_NEEDED = {
    "ledger": (
        "there is no ledger yet",
        "Cost per contact needs contacts and a ledger; one cost line a month is enough.",
    ),
    "contacts": (
        "there are no contacts yet",
        "Contacts are what is counted, one row a day is enough; figures of cost need a ledger besides.",
    ),
    "usage": ("there is no metered use yet", "It comes from the table usage."),
    "campaigns": ("there are no campaigns yet", "Spend and reach come from the table campaigns."),
}
"""table -> (what is the matter when it has no rows, why it is needed)"""
TRIES = 20
"""How often an import is checked anew when other processes keep publishing to the same table."""

Progress = Callable[[str, int, int | None], None]
T = TypeVar("T")


@dataclass(frozen=True)
class OpenBook:
    """A workspace opened at one state: its Book, its policy, and its cost under that policy.

    snapshot  which state; None = the newest at the time of opening
    instead   the text of a policy that is tried instead of the one in force; nothing of it is kept
    keeps     whether sums of metrics and long answers are made and kept for questions to come; those that are
              kept are always read
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
        if not self.book.has(table):
            what, why = _NEEDED[table]
            do = f"Import {'it' if table in ('ledger', 'usage') else 'them'}: percontact import {table} FILE"
            columns = " (used_at, vendor, item, quantity, contact_id)" if table == "usage" else ""
            raise problem("E-DATA-01", str(self.workspace.path), what, why, f"{do}{columns}.")

    @cached_property
    def costed(self) -> CostedBook:
        """The Book with every cent of its ledger assigned. Raises E-DATA-01 without contacts or ledger."""
        self.need("ledger")
        self.need("contacts")
        kept = self.workspace.run_folder(self._run) / SUMMARY_FILE
        costed = CostedBook(
            self.book, self.policy, amounts=self.amounts, summary=kept if kept.is_file() else None
        )
        if self.instead is None and costed.work.wants_summary():
            self._keep_summary(costed)
        costed.kept = self.kept
        return costed

    @cached_property
    def kept(self) -> KeptSums:
        """Sums of metrics by month and dimension: what is kept of them is read instead of rows."""
        return KeptSums(connect(), self._kept_sums)

    def _kept_sums(self, what: str, write: Callable[[Path], bool]) -> Path | None:
        """The file of some kept sums; made now where it is missing and this book keeps them."""
        run = hashlib.sha256(f"sums {self._run} {what}".encode()).hexdigest()[:20]
        file = self.workspace.run_folder(run) / SUMS_FILE
        if not file.is_file() and self.keeps:
            self._keep_run(run, "sums of metrics", lambda folder: write(folder / SUMS_FILE))
        return file if file.is_file() else None

    def long_answer(
        self, name: str, asked: dict[str, Any], make: Callable[[], T], form: Plain, *, about: str = ""
    ) -> T:
        """An answer that takes seconds: read where it is kept, else worked out; a book that keeps keeps it.

        asked  the question, as plain JSON
        about  what it depends on besides the question, the state of the books and the policy
        form   how it is written and read
        Raises NotMade where it is not kept and the book is not patient.
        """
        told = json.dumps(asked, sort_keys=True)
        # Sums have no part of events, but answers name them.
        beside = sorted(f"{t} {f.path.name}" for t in UNSUMMED for f in self.book.files.get(t, ()))
        key = f"{name} {self._run} {beside} {told} {about}"
        run = hashlib.sha256(key.encode()).hexdigest()[:20]
        file = self.workspace.run_folder(run) / LONG_FILE
        if file.is_file():
            return cast(T, form.read(file.read_text("utf-8")))
        if not self.patient:
            raise NotMade(name, asked)
        found = make()
        if self.keeps:
            self._keep_run(run, name, lambda folder: _written(folder / LONG_FILE, form.write(found)))
        return found

    @cached_property
    def work(self) -> Work:
        """The work of the Book, costed where it can be."""
        if self.book.has("ledger") and self.book.has("contacts"):
            return self.costed.work
        return Work(connect(), self.book, self.policy)

    @property
    def _run(self) -> str:
        """Digest of all that sums depend on: rows, settings, policy, our version.

        Files are named by their content. Events are no part of it: one that is noted today moves no sum, and
        whoever reads next must not wait until all are made anew.
        """
        rows = sorted(
            f"{table} {file.month} {file.path.name}"
            for table, files in self.book.files.items() if table not in UNSUMMED for file in files
        )  # fmt: skip
        told = f"{rows} {self.book.settings} {self.policy.digest} {__version__} {SUMMARY_FORMAT}"
        return hashlib.sha256(told.encode()).hexdigest()[:20]

    def _keep_summary(self, costed: CostedBook) -> None:
        """Write the sums of the work once; later questions and processes read them."""
        if self._keep_run(self._run, "work summary", lambda f: costed.work.write_summary(f / SUMMARY_FILE)):
            costed.work.summary = self.workspace.run_folder(self._run) / SUMMARY_FILE

    def _keep_run(self, digest: str, what: str, write: Callable[[Path], bool]) -> bool:
        """Keep what `write` puts into a folder as the result of a run; False where nothing is kept.

        A workspace that may only be read keeps none, and each question is answered anew.
        """
        try:
            draft = self.workspace.staging(0)
        except OSError:
            return False
        try:
            if not write(draft):
                return False
            self.workspace.note_run(digest, draft, snapshot=self.book.snapshot or 0, what=what)
        except OSError:
            return False
        finally:
            shutil.rmtree(draft, ignore_errors=True)  # gone already where it was kept
        return True

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
        ids = " ".join(f"{c.label}/{c.figures_digest}" for c in closed)
        run = hashlib.sha256(f"closed {self._run} {ids}".encode()).hexdigest()[:20]
        kept = self.workspace.run_folder(run) / CLOSED_FILE
        if kept.is_file():
            return dict(json.loads(kept.read_text("utf-8")))
        found = differing(self.costed, later)
        self._keep_run(
            run, "closed periods", lambda f: bool((f / CLOSED_FILE).write_text(json.dumps(found), "utf-8"))
        )
        return found

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
    ) -> Slice:
        """Turn names as people write them into a Slice. Raises E-ARG-01 and E-ARG-02 with suggestions.

        also  dimensions besides those of contacts and the ledger
        """
        known = {*self.work.dimensions(), *LEDGER_DIMENSIONS, "pool", *also}
        dims = {_dimension(d, known): d.strip() for one in by for d in one.split(",") if d.strip()}
        conditions = tuple(self._condition(text, known) for text in where)
        return Slice(
            self.span(start, end),
            _one_of(grain, GRAINS, "--grain"),
            tuple(dims),
            conditions,
            _one_of(basis, BASES, "--basis"),
            tuple(dims.values()),
            self.settings.calendar,
        )

    def span(self, start: str | None, end: str | None) -> Period:
        """The days from the start of one named period to the end of another.

        Open ends reach as far as the data.
        """
        calendar = self.settings.calendar
        first = named_period(start, "--from", calendar).start if start else None
        last = named_period(end, "--to", calendar).end if end else None
        months = self._months()
        first = first or min(months[0], last or months[0])
        last = last or max(add_months(months[-1], 1), add_months(first, 1))
        if last <= first:
            raise problem(
                "E-ARG-02",
                f"--from {start} --to {end}",
                "the span ends before it begins",
                "--to is inclusive of the period it names.",
                "Swap them.",
            )
        return Period(first, last)

    def _months(self) -> list[date]:
        """Months that cost and contacts both speak of; else those that either does, or any table."""
        worked = set(self.book.months("contacts"))
        if self.book.has("ledger") and worked:
            paid = set(self.costed.ledger_months)
            return sorted(worked & paid) or sorted(worked | paid)
        found = worked or {m for table in TABLES for m in self.book.months(table)}
        if not found:
            self.need("contacts")
        return sorted(found)

    def state(self, question: Slice, per: str = "contact", *, compare: bool = True) -> Statement:
        """Answer a question with a cost statement.

        Raises E-ARG-01 when a condition names a value that no contact has.
        """
        found = state(self.costed, question, _one_of(per, PERS, "--per"), compare=compare)
        calendar = self.settings.calendar
        if not found.total.offered:
            self.check_values(question)
        return replace(
            found, notes=(*found.notes, *closed_notes(self.moved_closings, question.span, calendar))
        )

    def check_values(self, question: Slice) -> None:
        """Raise E-ARG-01 for a condition whose values no contact has: most likely a slip of the key."""
        for one in question.where:
            known = set(self.values_of(one.dimension, question.months))
            wrong = [v for v in one.values if v and v not in known]
            if wrong and not one.negate:
                raise problem(
                    "E-ARG-01",
                    f"--where {one.dimension}",
                    f"no contact of these months has {one.dimension} {wrong[0]!r}",
                    did_you_mean(wrong[0], known),
                    "Write the value as the data has it; capitals count.",
                )

    def values_of(self, dimension: str, months: Period | None = None) -> list[str]:
        """Values of a dimension that contacts of some whole months have, in order; at most 10,000."""
        rows = self.work.rows([dimension], months or self.span(None, None))
        query = f"SELECT DISTINCT CAST({quote(dimension)} AS VARCHAR) FROM {rows} LIMIT 10000"
        return sorted(str(v) for (v,) in self.work.con.execute(query).fetchall() if v is not None)

    def months(self) -> list[date]:
        """Months that have both contacts and cost, in order; else those that have either."""
        return self._months()

    def _condition(self, text: str, known: set[str]) -> Condition:
        name, negated, values = _split_condition(text)
        if full_name(name) in {*LEDGER_DIMENSIONS, "pool"} - set(self.work.dimensions()):
            raise _no_condition(full_name(name), values[0])
        dimension = _dimension(name, known - set(LEDGER_DIMENSIONS) - {"pool"}, "--from and --to")
        return Condition(dimension, self._stored(dimension, values), negated)

    def _stored(self, dimension: str, values: Sequence[str]) -> tuple[str, ...]:
        """Values as the Book holds them: a customer's id as its keyed hash (a hash is taken as it is)."""
        column = TABLES["contacts"].column(dimension)
        if column is None or column.kind != "person":
            return tuple(values)
        from percontact.ingest.person import HASH_DIGITS, person_hash

        return tuple(
            v if not v or _is_hash(v, HASH_DIGITS) else person_hash(self.workspace.key, v) for v in values
        )


class NotMade(Exception):
    """An answer takes long and is not kept: who asked may have it made elsewhere, and come again."""

    def __init__(self, name: str, asked: dict[str, Any]) -> None:
        super().__init__(f"{name} is not made yet")
        self.name, self.asked = name, asked


def _written(file: Path, text: str) -> bool:
    file.write_text(text, "utf-8")
    return True


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
    is set.
    """
    from percontact.ingest import content_hash, read_file
    from percontact.ingest.unpack import name_of, split, the_member

    check_source(table, path)
    workspace.sweep_now_and_then()
    path = the_member(path)
    name, (file, member) = name_of(path), split(path)
    text = mapping.text if mapping else ""
    same = workspace.find_same(content_hash(path, table, (mapping.sheet or "") if mapping else "", text))
    if same is not None and not (replace and same.aside):
        return same
    for _ in range(TRIES):
        earlier = tuple(workspace.find_name(table, name))
        if earlier and not (replace or add):
            raise problem(
                "E-FILE-07",
                str(path),
                f"a file of this name is in {table} already, "
                f"with other content or another mapping (import {earlier[-1]})",
                "Reading both could count rows twice; reading only this one could lose rows.",
                "Say which you mean: --replace (this file stands for the earlier one) or --add (both count).",
            )
        # Rows corrected from those a file had set aside are part of what the file is replaced by.
        stays = _other_parts(workspace, earlier, mapping, parts) if replace else {}
        gone = [n for n in earlier if n not in stays] if replace else []
        replaces = tuple(instead_of) or (*gone, *workspace.find_corrections(gone))
        book = workspace.book()
        number = workspace.reserve()
        try:
            folder = workspace.staging(number)
            # A copy is read and kept, so that an edit in between cannot part the rows from their source.
            kept = _copied(file, folder / "source")
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
            staged = _with_parts(staged, {} if parts else stays)
            staged = _with_closed(staged, workspace.closed_periods_hit(staged))
            return workspace.publish(staged, original=kept, based_on=book.snapshot or 0, replaces=replaces)
        except Moved:
            continue
        except Exception as error:
            if _is_full(error):
                raise _no_room(workspace) from error
            raise
        finally:
            # Also when the user stops it or the file is refused: nothing is left lying about.
            workspace.clear_staging(number)
    raise problem(
        "E-WS-05",
        str(workspace.path),
        "other imports kept changing this table",
        "The ids have to be checked against all that is there.",
        "Try again.",
    )


def _other_parts(
    workspace: Workspace, earlier: Sequence[int], mapping: Mapping | None, parts: Collection[str]
) -> dict[int, str]:
    """Import -> part, of earlier readings of a file that this one does not stand for."""
    if mapping is None or not mapping.part:
        return {}
    from percontact.ingest.mapping_form import parse_mapping

    found = {}
    for number in earlier:
        text = workspace.one_import(number).mapping
        part = parse_mapping(text, "mapping.yaml").part if text else ""
        if part and part != mapping.part and (not parts or part in parts):
            found[number] = part
    return found


def _with_parts(staged: Staged, stays: dict[int, str]) -> Staged:
    """The receipt says which other readings of the file stay as they are."""
    says = tuple(
        f"The reading `{part}` of this file stays as it is (import {number}): its own mapping replaces it."
        for number, part in stays.items()
    )
    return replace(staged, notes=(*staged.notes, *says))


def _with_closed(staged: Staged, closed: Sequence[str]) -> Staged:
    """The receipt says which closed periods its rows fall in."""
    if not closed:
        return staged
    says = (
        f"Rows of it fall in {', '.join(closed)}, which {'is' if len(closed) == 1 else 'are'} closed: "
        f"what was reported stands; percontact close {closed[0]} compares it with today's data."
    )
    return replace(staged, notes=(*staged.notes, says))


def _no_room(workspace: Workspace) -> PercontactError:
    return problem(
        "E-WS-08",
        str(workspace.path),
        "there is no room left on the disk",
        "The import was taken back whole: nothing was changed.",
        "Make room, or move the workspace to a larger disk; an import needs some three times its file.",
    )


def _is_full(error: BaseException) -> bool:
    """Whether a step failed for want of room: on the disk, in a quota, or beyond the largest file allowed."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    said = str(error).lower()
    told = ("no space left on device", "file too large", "disk is full", "quota exceeded")
    return not isinstance(error, PercontactError) and any(words in said for words in told)


def _copied(file: Path, folder: Path) -> Path:
    """A copy of a source file. Raises E-FILE-01 when the file changed meanwhile."""
    folder.mkdir()
    before = file.stat()
    copy = Path(shutil.copyfile(file, folder / file.name))
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        why = "Another program is still writing it, so what was read of it may be half a row."
        raise problem(
            "E-FILE-01", str(file), "the file changed while it was read", why, "Wait, and try again."
        )
    return copy


def check_source(table: str, path: Path) -> None:
    """Raise PercontactError E-ARG-01 for an unknown table, E-FILE-01 for a file that is not there."""
    from percontact.ingest.contents import there

    if table not in TABLES:
        raise problem(
            "E-ARG-01",
            f"import {table}",
            f"there is no table {table!r}",
            did_you_mean(table, TABLES),
            "percontact import TABLE FILE",
        )
    there(path)


def _is_hash(text: str, digits: int) -> bool:
    return len(text) == digits and all(c in "0123456789abcdef" for c in text)


def land_frame(
    workspace: Workspace,
    table: str,
    frame: object,
    name: str,
    *,
    mapping: Mapping | None = None,
    replace: bool = False,
) -> Receipt:
    """Read a data frame into a table, the way a Parquet file called `name` goes."""
    from percontact.ingest import write_frame

    with tempfile.TemporaryDirectory(prefix="percontact-frame-") as folder:
        path = Path(folder) / (name if name.endswith(".parquet") else f"{name}.parquet")
        write_frame(frame, path)
        return land(workspace, table, path, mapping=mapping, replace=replace)


def named_period(text: str, option: str, calendar: FiscalCalendar) -> Period:
    try:
        return parse_period(text, calendar)[0]
    except ValueError as error:
        raise problem(
            "E-ARG-02",
            option,
            f"{text!r} names no period",
            "A span is one day, week, month, quarter or year by its name, and is never guessed.",
            "Write 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03, FY2026-Q1 or FY2026.",
        ) from error


def _dimension(name: str, known: Iterable[str], time: str = "--grain") -> str:
    """The column a dimension is stored in; `time`: the options by which steps of time are asked for."""
    full = full_name(name)
    known = set(known)
    if full not in known and full.replace("_", "-") in GRAINS:
        step = full.replace("_", "-")
        raise problem(
            "E-ARG-01",
            f"dimension {name.strip()}",
            "no contact has such a column",
            f"A {step.replace('-', ' ')} is a step of time.",
            f"Ask with --grain {step}." if time == "--grain" else f"Choose the span with {time}.",
        )
    if full not in known:
        raise problem(
            "E-ARG-01",
            f"dimension {name.strip()}",
            "no contact has such a column",
            did_you_mean(full, known),
            "Use a column of the contacts"
            + (", a column of the ledger or pool." if "pool" in known else "."),
        )
    return full


def _split_condition(text: str) -> tuple[str, bool, list[str]]:
    name, sign, values = text.partition("=")
    if not sign or not name.rstrip("!").strip():
        raise problem(
            "E-ARG-01",
            f"--where {text}",
            "it is no condition",
            "A condition names a dimension and its values.",
            "Write team=Billing, team=Billing,Sales or team!=Billing; team= means unknown; "
            "a value with a comma stands in double quotes.",
        )
    try:
        listed = next(csv.reader([values], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise problem(
            "E-ARG-01",
            f"--where {text}",
            "its quotes do not close",
            "A value that has a comma stands in double quotes; a double quote in it is doubled.",
            """Write --where 'team="Sales, north"' or --where 'team="Sales, north",Billing'.""",
        ) from error
    return name.rstrip("!").strip(), name.endswith("!"), [v.strip() for v in listed] or [""]


def _no_condition(name: str, value: str) -> PercontactError:
    """A condition on cost: it chooses contacts, and each contact bears cost of many pools and accounts."""
    how = f"percontact trace --pool {shlex.quote(value or 'POOL')} opens one pool; " if name == "pool" else ""
    return problem(
        "E-ARG-01",
        f"--where {name}={value}",
        f"{name} is of the cost, not of the contacts",
        "A condition chooses contacts, and each of them bears cost of several pools and accounts.",
        f"{how}--by {name} shows each part of the cost.",
    )


Choice = TypeVar("Choice", bound=str)


def _one_of(value: str, allowed: Sequence[Choice], option: str) -> Choice:
    for one in allowed:
        if one == value:
            return one
    raise problem(
        "E-ARG-01",
        option,
        f"{value!r} is not one of its values",
        did_you_mean(value, allowed),
        f"Its values are {', '.join(allowed)}.",
    )


__all__ = ["POLICY_FILE", "Basis", "Grain", "OpenBook", "Per", "land"]
