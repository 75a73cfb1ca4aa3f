# SPDX-License-Identifier: Apache-2.0
"""Receiving a file of others: which mapping reads it, how it would land, and landing all of its readings.

The command line and the app ask the same questions and keep the same answers: both stand on this.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from percontact.ingest import load_mapping, problem_of, read_file
from percontact.ingest.contents import check_source
from percontact.ingest.look import headers_under, kind_of, reads_as_it_is
from percontact.ingest.mapping import Mapping
from percontact.ingest.masked import Mask
from percontact.ingest.proposal import Proposal
from percontact.ingest.unpack import open_bytes
from percontact.pipeline import Progress, land
from percontact.records.column import Column
from percontact.records.dialect import connect, quote
from percontact.records.landing import Receipt, Staged
from percontact.records.tables import TABLES, landed_columns
from percontact.report.document import Cell, Table, TableColumn
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError, Problem, did_you_mean, problem

MAPPINGS = "mappings"
"""Folder of a workspace that keeps its mapping files."""

PREVIEW_BYTES = 2_000_000
"""So much of a text file is read for a preview; a smaller one is read whole."""
PREVIEW_ROWS = 12
PREVIEW_PROBLEMS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """Mappings that need no question: none, because the file reads as it is, or those of an earlier file."""

    mappings: tuple[Mapping | None, ...]
    files: tuple[Path, ...] = ()


def known_reading(workspace: Workspace, table: str, path: Path) -> Known | None:
    """How a file is read without asking: as it stands, or by the mappings of one with the same headers."""
    check_source(table, path)
    if reads_as_it_is(path, TABLES[table], workspace.settings):
        return Known((None,))
    found = known_mappings(workspace, table, path)
    return Known(tuple(m for _, m in found), tuple(f for f, _ in found)) if found else None


def known_mappings(workspace: Workspace, table: str, path: Path) -> list[tuple[Path, Mapping]]:
    """Saved mappings that were made for files with the very headers of this one."""
    found = []
    for file in sorted((workspace.path / MAPPINGS).glob("*.yaml")):
        mapping = load_mapping(file)
        wanted = [names[0].strip().lower() for names in mapping.recognise]
        if mapping.table != table or not wanted:
            continue
        there = headers_under(path, mapping)
        if there is not None and sorted(wanted) == sorted(h.strip().lower() for h in there if h):
            found.append((file, mapping))
    parts = {m.part for _, m in found}
    # Several files for one reading: the newest is what was answered last.
    return [
        max((p for p in found if p[1].part == part), key=lambda p: p[0].stat().st_mtime_ns)
        for part in sorted(parts, key=lambda p: (p != "answered", p))
    ]


def refuse_wrong(proposal: Proposal, answers: dict[str, str]) -> None:
    """Raise E-ARG-01 for an answer that is none of the answers, or to what is not asked."""
    for question, given in proposal.wrong:
        known = ", ".join(option.value for option in question.options) or question.free
        raise problem(
            "E-ARG-01",
            f"--answer {question.key}={given}",
            f"{given!r} is no answer to it",
            question.text,
            f"Answer one of {known}.",
        )
    unknown = set(answers) - set(proposal.asked)
    if unknown and not proposal.questions:
        key = sorted(unknown)[0]
        do = did_you_mean(key, proposal.asked) if proposal.asked else "The file leaves nothing open."
        raise problem("E-ARG-01", f"--answer {key}", "the file does not ask that", do, "Leave it out.")


# -- keeping -------------------------------------------------------------------------------------------------


def texts_of(proposal: Proposal) -> list[tuple[str, str]]:
    """(part, mapping as YAML) of every reading that is proposed."""
    return [(proposal.mapping.part, proposal.text), *((r.part, r.text) for r in proposal.also)]


def keep(
    workspace: Workspace, table: str, name: str, texts: Sequence[tuple[str, str]]
) -> list[tuple[Path, Mapping]]:
    """Save agreed mappings of a file as files of the workspace; one for each reading."""
    saved = []
    for part, text in texts:
        path = _free_place(workspace, table, name, part, text)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        saved.append((path, load_mapping(path)))
    return saved


def _free_place(workspace: Workspace, table: str, name: str, part: str, text: str) -> Path:
    """A name made of the table and the file's, without the figures that change from month to month."""
    stem = re.sub(
        r"\.(csv|tsv|txt|xlsx?|xlsm|xlsb|ods|json|ndjson|jsonl|parquet|gz|zip)$", "", name, flags=re.I
    )
    stem = re.sub(r"\.(csv|tsv|txt|json)$", "", stem, flags=re.I)
    stem = re.sub(r"[^a-z]+", "-", stem.lower()).strip("-")
    words = [table, *([stem] if stem and stem != table else []), *([part] if part else [])]
    made = "-".join(words)[:60]
    folder = workspace.path / MAPPINGS
    for number in range(1, 1000):
        path = folder / (f"{made}.yaml" if number == 1 else f"{made}-{number}.yaml")
        if not path.exists() or path.read_text(encoding="utf-8") == text:
            return path
    return folder / f"{made}.yaml"


# -- landing -------------------------------------------------------------------------------------------------


def land_readings(
    workspace: Workspace,
    table: str,
    path: Path,
    mappings: Sequence[Mapping | None],
    *,
    named: bool = False,
    replace: bool = False,
    add: bool = False,
    progress: Callable[[], Progress | None] = lambda: None,
) -> Iterator[Receipt]:
    """Land a file by each of its mappings, one after the other; gives each receipt as it is made.

    named     the mapping was named by a person: it may be one of several files that read the same source
    progress  makes what is told how far a reading is, once for each
    """
    parts = [] if named else [m.part for m in mappings if m is not None]
    for number, mapping in enumerate(mappings):
        # Each reading of the file stands for the earlier one of its kind, or beside the others.
        beside = add or (number > 0 and not replace)
        yield land(
            workspace, table, path, mapping=mapping, replace=replace, add=beside, parts=parts,
            progress=progress(),
        )  # fmt: skip


# -- looking ahead -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they would land, and what is wrong with those that would not.

    whole     whether all of the file was read for it
    rows      the rows that land, typed
    problems  one of each kind, in four parts, as far as they may be shown
    """

    whole: bool
    seen: int
    landed: int
    aside: int
    rows: Table
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def previewed(workspace: Workspace, table: str, path: Path, mapping: Mapping | None) -> Preview:
    """How the first rows of a file would land. Nothing is landed.

    Raises what an import would: E-FILE-02 to E-FILE-10, E-MAP-01, E-MAP-02.
    """
    with tempfile.TemporaryDirectory(prefix="percontact-preview-") as scratch:
        folder = Path(scratch)
        start = _start_of(path, mapping, folder)
        staged = read_file(
            start or path,
            table,
            settings=workspace.settings,
            key=workspace.key,
            number=1,
            folder=folder,
            book=None,
            mapping=mapping,
        )
        mask = Mask(table, staged.headers, staged.mapping)
        kinds: dict[str, Problem] = {}
        for row in staged.aside:
            kinds.setdefault(row.code, problem_of(mask.row(row), path.name))
        shown = tuple(islice(kinds.values(), PREVIEW_PROBLEMS))
        return Preview(
            start is None, staged.seen, staged.landed, len(staged.aside), _typed_rows(staged), shown,
            () if start else staged.notes,
        )  # fmt: skip


def _start_of(path: Path, mapping: Mapping | None, folder: Path) -> Path | None:
    """The first lines of a long text file as a file of their own, of the same name; None = read it whole."""
    if kind_of(path) != "delimited" or (mapping is not None and mapping.group):
        return None
    with open_bytes(path) as data:
        some = data.read(PREVIEW_BYTES)
        if not data.read(1):
            return None
    name = re.sub(r"\.(gz|zip)$", "", path.name, flags=re.I)
    (folder / "start").mkdir()
    start = folder / "start" / name
    # The last line may have been cut in the middle, or inside of quotes: some are left out.
    end = some.rfind(b"\n", 0, len(some) - 4096)
    start.write_bytes(some[: end + 1])
    try:
        headers_under(start, mapping or Mapping())
    except (PercontactError, UnicodeError):
        return None
    return start


def _typed_rows(staged: Staged) -> Table:
    """The first rows that land, without what landing adds."""
    contract = TABLES[staged.table]
    added = {name for name, _ in landed_columns(staged.table)}
    first = min(staged.files, key=lambda f: (f.month is not None, f.month), default=None)
    if first is None:
        return Table("First rows", (), ())
    names = [n for n, _ in first.columns if n not in added and n not in ("month", "day")]
    with closing(connect()) as con:
        cells = ", ".join(f"CAST({quote(n)} AS VARCHAR)" for n in names)
        rows = con.execute(
            f"SELECT {cells} FROM read_parquet($1) ORDER BY row_id LIMIT {PREVIEW_ROWS}", [str(first.path)]
        ).fetchall()
    filled = [i for i in range(len(names)) if any(row[i] is not None for row in rows)]
    columns = tuple(TableColumn(names[i], names[i]) for i in filled)
    written = tuple(tuple(_told(row[i], contract.column(names[i])) for i in filled) for row in rows)
    return Table("First rows as they would land", columns, written)


def _told(cell: str | None, column: Column | None) -> Cell:
    """A landed value as a person reads it: no needless noughts, a person's hash cut short."""
    if cell is None or column is None:
        return cell
    if column.kind == "person":
        return f"{cell[:8]}..."
    if "DECIMAL" in column.stored and "." in cell:
        return cell.rstrip("0").rstrip(".")
    return f"{cell} UTC" if column.kind == "instant" else cell
