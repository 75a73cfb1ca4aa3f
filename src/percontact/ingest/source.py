# SPDX-License-Identifier: Apache-2.0
"""Shipped mappings: how exports of well-known systems are read, one system a file in `sources/`.

A file holds one YAML document for each kind of export and table, parted by `---`. A document is a mapping
(see `ingest.mapping`) whose first lines say what it is for:

    source: Zendesk Support, tickets (CSV view export)   # system, then the export
    evidence: D                                          # how its columns are known, see EVIDENCE
    recognise: {headers: [Id, [Requested, Created]]}     # a file with all of these is likely such an export
    recognise: {cells: {event: '[A-Z]{4,}'}, least: 5}   # or, without a header: cells that fit, and how many
    table: cases
    lacks: [handle time, abandonment]                # what it cannot give: of records.lacks, or a sentence

`recognise` names headers; a list inside the list is met by any one of its names. An export without a header
line is known by its shape: what stands in the cells of columns that `headers:` names. Nothing here reads a
file.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice
from pathlib import Path

import yaml

from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import load_mapping, parse_mapping
from percontact.values.problem import problem

EVIDENCE = {
    "X": "read from a real system of the vendor",
    "O": "the vendor's own specification or source code",
    "D": "the vendor's documentation",
    "T": "a third party's description",
}
"""How the columns of an export are known, best first. What is only remembered is not shipped."""

_SHAPE_ROWS, _NEARLY = 200, 0.95
"""Rows by which a file without a header is known, and the share of them that must fit."""

_PARTED = re.compile(r"(?m)^---[ \t]*\n")


@dataclass(frozen=True)
class Source:
    """One kind of export of one system, read into one table.

    file      name of its file in `sources/`, without .yaml
    system    the product that writes it;  export: which of its exports
    table     the table it fills
    evidence  key of EVIDENCE, and where that can be read
    headers   those a file must have to be taken for it, each with its other names
    cells     of an export without a header: by the name of a column, the pattern that its cells fit
    least     cells that each of its rows has at least
    lacks     what it cannot give: keys of records.lacks.LACKS, or sentences
    text      the mapping, as YAML
    """

    file: str
    system: str
    export: str
    table: str
    evidence: str
    headers: tuple[tuple[str, ...], ...]
    cells: Pairs[str, str]
    least: int
    lacks: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """System and export, as people say it."""
        return f"{self.system}, {self.export}" if self.export else self.system

    @property
    def key(self) -> str:
        """Its name for a command line: file and export, e.g. zendesk/tickets-csv."""
        return f"{self.file}/{re.sub(r'[^a-z0-9_]+', '-', self.export.lower()).strip('-')}"

    @cached_property
    def mapping(self) -> Mapping:
        """The mapping itself."""
        return parse_mapping(self.text, f"{self.file}.yaml")

    @property
    def gives(self) -> tuple[str, ...]:
        """The columns of the table that it fills."""
        return tuple(self.mapping.columns)


@cache
def sources() -> tuple[Source, ...]:
    """All shipped mappings, by system, then in the order of their file."""
    folder = files("percontact.ingest") / "sources"
    found = [
        source
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".yaml")
        for source in read_sources(file.read_text(encoding="utf-8"), file.name.removesuffix(".yaml"))
    ]
    return tuple(sorted(found, key=lambda s: s.system.lower()))


def read_sources(text: str, file: str) -> list[Source]:
    """The sources that the text of one file describes, in its order; comments between documents stay out."""
    return [_source(part, file) for part in _PARTED.split(text) if _holds_anything(part)]


def recognise(headers: Iterable[str], table: str | None = None) -> list[Source]:
    """The sources whose export has such headers, best first.

    table   only those that fill this table; None = any
    Best is the one that asks for most of the headers: what else could also be there tells nothing.

    >>> recognise(["name", "amount"])
    []
    """
    there = {header.strip().lower() for header in headers}
    found = [
        source
        for source in sources()
        if source.table == (table or source.table)
        and source.headers
        and all(any(name.lower() in there for name in names) for names in source.headers)
    ]
    return sorted(found, key=lambda s: -len(s.headers))


def by_shape(text: str, table: str | None = None) -> Source | None:
    """The source whose export has no header and such cells in such places, or None.

    text   the first lines of a file, whole
    table  only those that fill this table; None = any
    """
    shaped = (source for source in sources() if source.cells and source.table == (table or source.table))
    return next((source for source in shaped if _has_shape(source, text)), None)


def _has_shape(source: Source, text: str) -> bool:
    """Whether nearly every row has cells like those of the export, in the places where it has them."""
    mapping = source.mapping
    patterns = [(mapping.headers.index(name), re.compile(like)) for name, like in source.cells.items()]
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=mapping.delimiter or ",",
        quotechar=mapping.quote or None,
        quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
    )
    try:
        rows = [row for row in islice(lines, _SHAPE_ROWS) if any(row)]
    except csv.Error:
        return False
    fit = sum(
        source.least <= len(row) <= len(mapping.headers)
        and all(like.fullmatch(row[at].strip()) for at, like in patterns if at < len(row))
        for row in rows
    )
    return bool(rows) and fit >= _NEARLY * len(rows)


def shipped(name: str, table: str) -> Source | None:
    """The shipped mapping of this name for a table, e.g. zendesk/tickets-csv, or None."""
    return next((s for s in sources() if (s.key, s.table) == (name.strip().lower(), table)), None)


def mapping_of(path: Path, table: str) -> Mapping:
    """The mapping file at a path; where there is none, the shipped mapping of that name.

    Errors as `load_mapping`; E-FILE-01 names the shipped mappings that are near.
    """
    if not path.exists():
        if (source := shipped(str(path), table)) is not None:
            return source.mapping
        keys = [s.key for s in sources() if s.table == table]
        if near := difflib.get_close_matches(str(path), keys, n=3):
            what, why = "there is no such mapping file", "Nothing was read."
            do = f"Check the path, or use a shipped mapping: {', '.join(near)}. percontact help sources."
            raise problem("E-FILE-01", str(path), what, why, do)
    return load_mapping(path)


def _holds_anything(part: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in part.splitlines())


def _source(text: str, file: str) -> Source:
    tree = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    system, _, export = tree["source"].partition(", ")
    known = tree.get("recognise") or {}
    return Source(
        file=file,
        system=system,
        export=export,
        table=tree["table"],
        evidence=tree["evidence"],
        headers=tuple(_names(h) for h in known.get("headers", ())),
        cells=known.get("cells", {}),
        least=int(known.get("least", len(tree.get("headers", ())))),
        lacks=tuple(tree.get("lacks", ())),
        text=text,
    )


def _names(header: str | list[str]) -> tuple[str, ...]:
    return tuple(header) if isinstance(header, list) else (header,)
