# SPDX-License-Identifier: Apache-2.0
"""Propose how a file is read into a table: layout, meaning of columns, how values are written, what is open.

Nothing here is taken by force: what the bytes do not decide becomes a question, and a question without an
answer leaves the proposal incomplete. Shipped mappings and the table's own names come first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from percontact.ingest.contents import Kind
from percontact.ingest.headed import headed
from percontact.ingest.look import kind_of, looked_into, sheet_rows, sheets
from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.meaning_columns import Seen, seen_columns
from percontact.ingest.nested import record_lists
from percontact.ingest.profile import Profile
from percontact.ingest.proposal import Draft, FileColumn, Proposal, written
from percontact.ingest.propose_columns import Columns
from percontact.ingest.propose_headings import AccountRows, account_rows
from percontact.ingest.propose_months import Months, month_of, months_of
from percontact.ingest.propose_source import FromSource, source_of
from percontact.ingest.propose_surveys import Survey, ask_if_surveys, survey_of
from percontact.ingest.propose_told import could_be, left_empty, set_apart, shown_samples, tells_columns
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.sniff import DELIMITERS, Layout, layout_of, sniff
from percontact.ingest.source import Source
from percontact.ingest.unpack import the_member
from percontact.ingest.unpivot import unpivoted
from percontact.records.book import Settings
from percontact.records.column import Table
from percontact.records.dialect import connect
from percontact.records.tables import TABLES


def propose(
    path: Path, table: str, *, settings: Settings, answers: Pairs[str, str] | None = None
) -> Proposal:
    """How a file would be read into a table.

    answers  question key -> answer, as far as they are known
    Law: the proposal does not depend on the order of the rows, unless some are headings of others.
    Raises E-FILE-01 to E-FILE-06 when the file cannot be read at all, E-FILE-04 when nothing in it can be a
    column that the table must have.
    """
    with Proposer(path, table, settings=settings) as proposer:
        return proposer.propose(answers or {})


@dataclass
class _Opened:
    """A file that was looked into: its rows as a profile, and its columns."""

    profile: Profile
    columns: tuple[Seen, ...]
    aside: int


@dataclass
class Proposer:
    """One file under discussion: it is read once, however many answers are tried."""

    path: Path
    table: str
    settings: Settings
    _opened: dict[str, _Opened] = field(default_factory=dict, repr=False)
    _kind: Kind | None = None
    _held: ExitStack = field(default_factory=ExitStack, repr=False)

    def __init__(self, path: Path, table: str, *, settings: Settings) -> None:
        self.path, self.table, self.settings = path, table, settings
        self._opened, self._kind, self._held = {}, None, ExitStack()

    def __enter__(self) -> Proposer:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.clear()
        self._held.close()

    @property
    def contract(self) -> Table:
        return TABLES[self.table]

    @property
    def kind(self) -> Kind:
        """What sort of file it is."""
        if self._kind is None:
            self._kind = kind_of(self.path)
        return self._kind

    def propose(self, answers: Pairs[str, str]) -> Proposal:
        """The proposal under these answers."""
        asked = Asked(answers)
        layout, sheet = self.layout(asked)
        if layout is None:
            return self._only_questions(asked)
        opened = self.open(layout, sheet)
        draft = Draft(self.table)
        draft.headers = opened.profile.found.headers
        source = layout.source or source_of(draft.headers, self.contract, asked, self.path.name)
        if source is not None and not tells_columns(asked):
            if source.mapping.ragged == "pad" and opened.aside:
                layout = replace(layout, padded=True)
            return self._from_source(source, layout, sheet, asked, draft)
        if ask_if_surveys(self.table, opened.columns, asked, self.path.name):
            return self._only_questions(asked)
        return self._from_columns(layout, sheet, asked, draft)

    def columns(self, answers: Pairs[str, str]) -> tuple[FileColumn, ...]:
        """The columns of the file, and what each could hold; none while its layout is in question."""
        layout, sheet = self.layout(Asked(answers))
        if layout is None:
            return ()
        seen = self.open(layout, sheet).columns
        return tuple(FileColumn(s.header, shown_samples(s), tuple(could_be(self.contract, s))) for s in seen)

    def _from_source(
        self, source: Source, layout: Layout, sheet: str, asked: Asked, draft: Draft
    ) -> Proposal:
        """What the mapping of a source that is known says of the file."""
        opened, draft.layout = self.open(layout, sheet), _said_layout(layout, sheet, self.path)
        made = FromSource(source, self.contract, opened.columns, self.settings, asked, draft)
        made.fill()
        facts = _facts(layout, sheet, self.kind, opened) + made.facts
        return replace(self._proposal(made.text(), facts, made.notes, asked, draft), source=source.name)

    def _from_columns(self, layout: Layout, sheet: str, asked: Asked, draft: Draft) -> Proposal:
        """What the columns themselves say: their headers and their values."""
        seen = self.open(layout, sheet).columns
        survey = survey_of(self.contract, seen, self.path.name)
        if survey:
            survey.settle(asked, self.path.name)
        months = months_of(self.contract, seen, asked)
        accounts = None
        if not months:
            accounts, layout = self._headings(layout, sheet)
        if accounts:
            accounts.ask(asked)
        opened, draft.layout = self.open(layout, sheet), _said_layout(layout, sheet, self.path)
        columns = opened.columns
        if months or accounts:
            columns = self.open(layout, sheet, months, accounts).columns
        elif survey and survey.unpivot:
            columns = self.open(layout, sheet, survey=survey).columns
        columns = tuple(replace(seen, zoned=True) for seen in columns)
        columns = set_apart(self.contract, columns, asked, draft, self.path.name)
        made = Columns(self.path.name, self.contract, columns, self.settings, asked, draft)
        made.typed = self.kind not in ("delimited",)
        made.months, made.accounts, made.above, made.survey = months, accounts, layout.before, survey
        made.fill()
        left_empty(self.contract, asked, draft)
        if months:
            months.tell(made, opened.columns)
        if made.constant or (months and not months.said):
            draft.headers = ()  # what was answered holds for this file; the next one is asked about again
        text = written(draft, self.path.name, asked.open)
        facts = _facts(layout, sheet, self.kind, opened) + made.facts
        return replace(self._proposal(text, facts, made.notes, asked, draft), also=tuple(made.also()))

    def _headings(self, layout: Layout, sheet: str) -> tuple[AccountRows | None, Layout]:
        """Accounts that are rows of their own, and the layout in which they are seen."""
        opened = self.open(layout, sheet)
        accounts = account_rows(self.contract, opened.columns)
        if accounts or not opened.aside or self.table != "ledger":
            return accounts, layout
        # A heading is often written as one cell, without the delimiters of those it lacks.
        padded = replace(layout, padded=True)
        accounts = account_rows(self.contract, self.open(padded, sheet).columns)
        return accounts, padded if accounts else layout

    def _proposal(
        self, text: str, facts: list[tuple[str, str]], notes: Sequence[str], asked: Asked, draft: Draft
    ) -> Proposal:
        return Proposal(
            table=self.table,
            name=self.path.name,
            mapping=parse_mapping(text, f"{self.path.name} (proposed)"),
            text=text,
            facts=tuple(facts),
            columns=tuple(draft.columns),
            kept=tuple(draft.kept),
            left=tuple(draft.left),
            questions=tuple(asked.open),
            wrong=tuple(asked.wrong),
            notes=tuple(notes),
            asked=tuple(sorted(asked.used)),
        )

    # -- layout --------------------------------------------------------------------------------------------

    def layout(self, asked: Asked) -> tuple[Layout | None, str]:
        """(where the cells are, sheet); no layout while a question about it is open."""
        if self.kind == "delimited":
            return sniff(self.path, asked, self.table), ""
        if self.kind == "workbook":
            return self._sheet(asked)
        if self.kind == "json":
            return self._list(asked), ""
        return Layout(), ""

    def _list(self, asked: Asked) -> Layout | None:
        """Which list of a JSON document holds the records; one alone is certain."""
        lists = record_lists(the_member(self.path), Mapping())
        if len(lists) < 2:
            return Layout(inside=lists[0] if lists else "")
        options = tuple(Option(one, f"the list {one}", self._told(one)) for one in lists)
        text = "The document is one object, and several lists in it hold objects. Which one holds the rows?"
        answer = asked.ask(Question("records", self.path.name, text, options))
        return Layout(inside=answer) if answer else None

    def _told(self, inside: str) -> str:
        """What a list of a JSON document holds."""
        opened = self.open(Layout(inside=inside), "")
        headers = [seen.header for seen in opened.columns]
        more = ", ..." if len(headers) > 4 else ""
        return f"{opened.profile.found.seen:,} records with {', '.join(headers[:4])}{more}"

    def _sheet(self, asked: Asked) -> tuple[Layout | None, str]:
        found = [
            (name, layout_of(rows, [], Layout()))
            for name in sheets(self.path)
            if (rows := sheet_rows(self.path, name))
        ]
        if not found:
            return Layout(), ""
        if len(found) > 1:
            fitting = [(name, one) for name, one in found if self._could_be(one.cells)]
            if len(fitting) == 1:
                found = fitting
        if len(found) == 1:
            return found[0][1], found[0][0]
        options = tuple(
            Option(name, f"sheet {name}", f"{one.records:,} rows, headers {', '.join(one.cells[:4])}")
            for name, one in found
        )
        text = "More than one sheet could be meant."
        answer = asked.ask(Question("sheet", self.path.name, text, options))
        return next(((one, name) for name, one in found if name == answer), (None, ""))

    def _could_be(self, headers: tuple[str, ...]) -> bool:
        """Whether headers name what the table must have."""
        from percontact.ingest.meaning import heading, roles

        named = {r.name for h in headers if h for r in roles(self.contract, heading(h))}
        needed = {c.name for c in self.contract.columns if c.required and not c.default}
        spans = {"period_start", "period_end"} if named & {"period", "period_start"} else set()
        parts = {"amount"} if named & {"+debit", "+credit"} else set()
        dated = {"started_at", "opened_at"} if named & {"+date"} else set()
        months = sum(month_of(h) is not None for h in headers if h) > 1
        side_by_side = {"period_start", "period_end", "amount"} if months else set()
        return needed <= named | spans | parts | dated | side_by_side

    def open(
        self,
        layout: Layout,
        sheet: str,
        months: Months | None = None,
        accounts: AccountRows | None = None,
        survey: Survey | None = None,
    ) -> _Opened:
        """The file's rows, read with this layout; months and questions side by side as rows.

        Where accounts are rows of their own, the postings alone, each with its account.
        """
        unpivot = months.unpivot if months else survey.unpivot if survey else None
        key = repr((replace(layout, cells=(), before=(), source=None), sheet, unpivot))
        key += repr(accounts.headings) if accounts else ""
        if key not in self._opened:
            mapping = Mapping(
                encoding=layout.encoding,
                delimiter=layout.delimiter if self.kind == "delimited" else None,
                quote=layout.quote,
                skip=layout.skip,
                headers=layout.headers,
                header=not layout.headless,
                sheet=sheet or None,
                records=layout.inside,
                ragged="pad" if layout.padded else "aside",
                unpivot=unpivot,
                headings=accounts.headings if accounts else None,
            )
            with ExitStack() as opening:
                folder = opening.enter_context(tempfile.TemporaryDirectory(prefix="percontact-look-"))
                con = opening.enter_context(closing(connect()))
                found = looked_into(con, self.path, mapping, Path(folder))
                if accounts:
                    found = headed(con, found, mapping, self.path.name)
                    found = accounts.postings(found)
                if unpivot:
                    found = unpivoted(con, found, mapping, self.path.name)
                profile = Profile(con, found)
                gone = {*found.spent}
                if months:
                    gone |= {s.facts.place for s in (*months.totals, *(s for s, _ in months.others))}
                columns = tuple(s for s in seen_columns(profile) if s.facts.place not in gone)
                self._opened[key] = _Opened(profile, columns, len(found.aside))
                # What is looked into stays open until the discussion ends; what failed is closed here.
                self._held.push(opening.pop_all())
        return self._opened[key]

    def _only_questions(self, asked: Asked) -> Proposal:
        text = written(Draft(self.table), self.path.name, asked.open)
        return Proposal(
            self.table,
            self.path.name,
            Mapping(),
            text,
            questions=tuple(asked.open),
            wrong=tuple(asked.wrong),
            asked=tuple(sorted(asked.used)),
        )


def _said_layout(layout: Layout, sheet: str, path: Path) -> list[tuple[str, object]]:
    """The lines of the mapping about the layout; what is usual is not said."""
    said: list[tuple[str, object]] = []
    if sheet:
        said.append(("sheet", sheet))
    if layout.inside:
        said.append(("records", layout.inside))
        return said
    if layout.encoding:
        said.append(("encoding", layout.encoding))
    usual = "\t" if ".tsv" in path.name.lower() else ","
    if not sheet and layout.delimiter != usual:
        said.append(("delimiter", "tab" if layout.delimiter == "\t" else layout.delimiter))
    if layout.quote != '"':
        said.append(("quote", layout.quote))
    if layout.skip and (layout.headers or not any(layout.cells)):
        said.append(("skip", layout.skip))
    elif layout.skip:
        # By its names the header is found again, though next month's title may take more lines.
        said.append(("header", [cell for cell in layout.cells if cell][:4]))
    if layout.padded:
        said.append(("ragged", "pad"))
    if layout.headless:
        said.append(("header", "none"))
    if layout.headers:
        said.append(("headers", list(layout.headers)))
    return said


def _facts(layout: Layout, sheet: str, kind: Kind, opened: _Opened) -> list[tuple[str, str]]:
    facts = []
    rows = opened.profile.found.seen
    if kind == "delimited":
        facts.append(("Encoding", layout.encoding or "UTF-8"))
        facts.append(("Delimiter", DELIMITERS.get(layout.delimiter, layout.delimiter)))
    if sheet:
        facts.append(("Sheet", sheet))
    if layout.inside:
        facts.append(("Records", f"the list {layout.inside} of the document"))
    header = "none; the first row holds values" if layout.headless else f"line {layout.skip + 1}"
    if kind in ("delimited", "workbook"):
        facts.append(("Header", header))
    if layout.before:
        told = " | ".join(" ".join(text.split())[:40] for text in layout.before[:3])
        lines = "1 line" if len(layout.before) == 1 else f"{len(layout.before)} lines"
        facts.append(("Before it", f"{lines}: {told}"))
    if layout.headers and not layout.headless:
        facts.append(("Headers", "some are alike and were numbered"))
    odd = f", of which {opened.aside:,} do not fit the header and are set aside" if opened.aside else ""
    facts.append(("Rows", f"{rows:,}{odd}"))
    return facts
