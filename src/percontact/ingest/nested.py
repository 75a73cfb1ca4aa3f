# SPDX-License-Identifier: Apache-2.0
"""JSON and NDJSON: records of named members -> rows of text; members of members are headers with dots.

Three forms are told apart by their bytes: a record a line (NDJSON), a list of records, and an object that
holds the list (`records:` says where). A second reader, which looks at brackets alone, must count the same.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from percontact.ingest.document import DECODER, Document, Malformed, Members, Missing, Number, json_text
from percontact.ingest.encoding import encoding_of, not_decodable
from percontact.ingest.found import (
    PROGRESS_ROWS,
    Found,
    Progress,
    canonical,
    named_headers,
    no_header,
    write_canonical,
)
from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import LONGEST_LINE_BYTES, name_of, open_bytes
from percontact.records.landing import Aside
from percontact.records.tables import PART_BITS
from percontact.values.problem import PercontactError, problem

Path_ = tuple[str, ...]
"""Names of members, from the outermost to the innermost."""

MOST_COLUMNS = 10_000
"""Beyond this, names are most likely values: {"c-1": {...}, "c-2": {...}}."""

MOST_ELEMENTS = 1 << PART_BITS
"""Rows that one record can become by `explode:`."""

_LINED = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")


def read_nested(path: Path, mapping: Mapping, folder: Path, progress: Progress | None) -> Found:
    """Read a file of JSON into rows of text; writes rows.csv in `folder`.

    The line of a row is its line in NDJSON, else the number of its record, from 1; with `explode:` it bears
    PART_BITS more for the element. Memory does not grow with the file, only with its longest record, which
    has 16 million signs at most.
    A line that is no object, and a record in which a name stands twice, are set aside (E-ROW-03).
    Raises E-FILE-02 (encoding), E-FILE-05 (not JSON from some place on), E-FILE-10 (which list is meant?),
    E-MAP-02 (no list where the mapping says).
    """
    try:
        return _Nested(path, mapping, progress).read(folder / "rows.csv")
    except UnicodeDecodeError as error:
        raise not_decodable(path, encoding_of(path, mapping), said=mapping.encoding is not None) from error


class _Nested:
    """One file of JSON; what is learned on the way stands in its fields."""

    def __init__(self, path: Path, mapping: Mapping, progress: Progress | None) -> None:
        self.path, self.mapping, self.progress = path, mapping, progress
        self.name = name_of(path)
        self.encoding = encoding_of(path, mapping)
        self.records = tuple(mapping.records.split(".")) if mapping.records else ()
        self.explode = tuple(mapping.explode.split(".")) if mapping.explode else ()
        self.places: dict[Path_, int] = {}
        self.aside: list[Aside] = []
        self.record, self.exploded, self.late, self.lined = 0, False, False, False

    def read(self, target: Path) -> Found:
        self.lined = not self.records and self.by_lines()
        self.listed = not self.lined and (bool(self.records) or self.is_list())
        write_canonical(target, self.rows())
        if self.late:
            # A name that came late left the rows before it too short, so all are written once more.
            self.aside.clear()
            write_canonical(target, self.rows())
        if not self.places and not self.aside:
            raise no_header(self.name)
        if self.explode and not self.exploded:
            what = f"`explode: {self.mapping.explode}`, and no record of {self.name} has such a list"
            do = "Write the names from the record down to the list, with dots between them."
            raise problem("E-MAP-02", self.mapping.name, what, "Nothing was imported.", do)
        headers = named_headers(self.headers(), self.mapping, self.name)
        self.seen_records = 0
        self.seen = self.count()
        relation = canonical(target, len(headers))
        return Found(headers, relation, self.seen, tuple(self.aside), tuple(self.notes()))

    # -- what form it is ---------------------------------------------------------------------------------

    def open(self) -> io.TextIOWrapper:
        longest = LONGEST_LINE_BYTES if self.lined else None
        return io.TextIOWrapper(
            open_bytes(self.path, longest_line=longest), encoding=self.encoding, newline=""
        )

    def by_lines(self) -> bool:
        """Whether the first line is an object by itself and another one begins after it."""
        if self.path.name.lower().endswith(_LINED):
            return True
        with self.open() as text:
            while (line := text.readline(LONGEST_LINE_BYTES)) and not line.strip():
                pass
            try:
                whole = isinstance(DECODER.decode(line.strip()), Members)
            except (json.JSONDecodeError, RecursionError):
                return False
            return whole and Document(text).next_sign() == "{"

    def is_list(self) -> bool:
        """Whether the document is a list of records; else it is one record, or one after the other.

        Raises E-FILE-10 when it is one object in which lists of objects are found.
        """
        with self.open() as text:
            document = Document(text)
            try:
                if document.next_sign() == "[":
                    return True
                lists = document.lists()
                after = document.next_sign()
            except Malformed as error:
                raise self.not_json(1, error) from error
        if lists and not after:
            raise problem(
                "E-FILE-10",
                self.name,
                f"the document is one object that holds {_lists(lists)}",
                "Whether it is one record, or which list holds the records, is not guessed.",
                f"Say it in a mapping file: records: {lists[0]}",
            )
        return False

    # -- rows --------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        self.late, count = False, 0
        for line, record, text in self.decoded():
            try:
                if not isinstance(record, Members):
                    raise _Unreadable(_called(record))
                flat_rows = self.flat_rows(record)
                if len(flat_rows) > MOST_ELEMENTS:
                    what = f"`{self.mapping.explode}` has {len(flat_rows)} elements"
                    raise _Unreadable(f"{what}, and no more than {MOST_ELEMENTS} are told apart.")
            except _Unreadable as error:
                self.aside.append(_aside(line, str(error), text if text is not None else json_text(record)))
                continue
            for part, flat in enumerate(flat_rows):
                self.place(flat, count)
                count += 1
                cells = [""] * len(self.places)
                for path, cell in flat.items():
                    cells[self.places[path]] = cell
                yield ((line << PART_BITS) + part if self.explode else line), cells
                if self.progress and count % PROGRESS_ROWS == 0:
                    self.progress("reading", count, None)

    def decoded(self) -> Iterator[tuple[int, object, str | None]]:
        """Each record with its line or number, and its text where it is a line."""
        with self.open() as text:
            if self.lined:
                for number, line in enumerate(text, start=1):
                    if not line.isspace():
                        bare = line.rstrip("\r\n")
                        yield number, _decoded_line(bare), bare
                return
            document, self.record = Document(text), 0
            try:
                for _ in self.elements(document):
                    self.record += 1
                    yield self.record, document.value(), None
                if document.next_sign():
                    raise Malformed("something follows after its end")
            except Malformed as error:
                raise self.not_json(self.record, error) from error
            except Missing as error:
                raise self.no_list() from error

    def elements(self, document: Document) -> Iterator[None]:
        if self.listed:
            yield from document.elements(self.records)
            return
        while document.next_sign():
            yield

    def flat_rows(self, record: Members) -> list[dict[Path_, str]]:
        if not self.explode:
            return [_flat(record)]
        return self.elements_of(record, self.explode, ())

    def elements_of(self, record: Members, path: Path_, above: Path_) -> list[dict[Path_, str]]:
        """A row for each element of the list at the end of a path; lists on the way are followed too."""
        here = (*above, path[0])
        inner, outer = _at(record, path[:1]), _flat(record, above, without=here)
        if inner is None or inner == []:
            return [outer]
        self.exploded = self.exploded or len(path) == 1
        rows: list[dict[Path_, str]] = []
        for element in inner if isinstance(inner, list) else [inner]:
            if len(path) > 1 and isinstance(element, Members):
                rows += [outer | row for row in self.elements_of(element, path[1:], here)]
            else:
                rows.append(outer | _flat(Members([(path[0], element)]), above))
        return rows

    def place(self, flat: dict[Path_, str], count: int) -> None:
        if flat.keys() <= self.places.keys():
            return
        self.late = self.late or count > 0
        for path in flat:
            self.places.setdefault(path, len(self.places))
        if len(self.places) > MOST_COLUMNS:
            raise problem(
                "E-FILE-06",
                self.name,
                f"its records have more than {MOST_COLUMNS:,} different names",
                "Most likely the names are values: ids or dates that stand where a name belongs.",
                "Export it as a list of records that all have the same names.",
            )

    def headers(self) -> list[str]:
        """Names with dots. Those alike but for capitals are numbered: none is taken for another."""
        names = [".".join(path) for path in self.places]
        times = Counter(name.lower() for name in names)
        self.alike = sorted({name for name in names if times[name.lower()] > 1})
        met: Counter[str] = Counter()
        for place, name in enumerate(names):
            if times[name.lower()] > 1:
                met[name.lower()] += 1
                names[place] = f"{name}_{met[name.lower()]}"
        return names

    def notes(self) -> Iterator[str]:
        if self.alike:
            told = ", ".join(f"`{name}`" for name in self.alike)
            yield f"Names that differ by capitals or dots alone were numbered as they come: {told}."
        if self.explode:
            told = f"{self.seen_records:,} records became {self.seen:,} rows"
            yield f"Each element of `{self.mapping.explode}` is a row: {told}. Rows seen counts elements."
        if not self.lined:
            yield "A row's line is the number of its record in the file, from 1."

    # -- the second reader -------------------------------------------------------------------------------

    def count(self) -> int:
        """Records of the file by their brackets alone, or their lines; with `explode:` what they hold."""
        with self.open() as text:
            if self.lined and not self.explode:
                return sum(not line.isspace() for line in text)
            if self.lined:
                return sum(self.parts(_decoded_line(line)) for line in text if not line.isspace())
            document, seen = Document(text), 0
            for _ in self.elements(document):
                if self.explode:
                    seen += self.parts(document.value())
                else:
                    document.skip()
                    seen += 1
            return seen

    def parts(self, record: object) -> int:
        self.seen_records += 1
        count = _ends(record, self.explode)
        return count if count <= MOST_ELEMENTS else 1

    # -- refusals ----------------------------------------------------------------------------------------

    def not_json(self, record: int, error: Malformed) -> PercontactError:
        where = f"{self.name}, record {record}" if record else self.name
        return problem(
            "E-FILE-05",
            where,
            f"it is no JSON from here on: {error}",
            "Where a record ends can no longer be told, so rows could be lost. Nothing was imported.",
            "Export it again; if it can be had as NDJSON (a record a line), a bad line costs only itself.",
        )

    def no_list(self) -> PercontactError:
        with self.open() as text:
            document = Document(text)
            try:
                lists = document.lists() if document.next_sign() == "{" else []
            except Malformed:
                lists = []
        what = f"`records: {self.mapping.records}`, and there is no list at that place in {self.name}"
        do = (
            f"It holds {_lists(lists)}."
            if lists
            else "Write the names down to the list, with dots between them."
        )
        return problem("E-MAP-02", self.mapping.name or self.name, what, "Nothing was imported.", do)


def _ends(record: object, path: Path_) -> int:
    """How many rows a record makes: the elements at the end of a path, and each branch that ends before."""
    inner = _at(record, path[:1]) if path and isinstance(record, Members) else None
    if inner is None or inner == []:
        return 1
    return sum(_ends(element, path[1:]) for element in (inner if isinstance(inner, list) else [inner]))


class _Unreadable(Exception):
    """A record that cannot be a row; the message says why."""


def record_lists(path: Path, mapping: Mapping) -> list[str]:
    """Paths of the lists of objects in a document that is one object: what `records:` could be.

    There is none when other objects follow: each is then a record, whatever lists it holds.
    """
    if path.name.lower().endswith(_LINED):
        return []
    with io.TextIOWrapper(open_bytes(path), encoding=encoding_of(path, mapping), newline="") as text:
        document = Document(text)
        try:
            lists = document.lists() if document.next_sign() == "{" else []
            return [] if document.next_sign() else lists
        except (Malformed, UnicodeDecodeError):
            return []


def _decoded_line(line: str) -> object:
    try:
        return DECODER.decode(line)
    except json.JSONDecodeError as error:
        return ValueError(f"{error.msg.removesuffix(' at')} at sign {error.pos + 1}")
    except RecursionError:
        return ValueError("it is nested too deep")


def _flat(record: Members, prefix: Path_ = (), without: Path_ = ()) -> dict[Path_, str]:
    """The cells of a record, by the names that lead to them."""
    flat: dict[Path_, str] = {}
    for path, value in _leaves(record, prefix, without):
        if path in flat:
            raise _Unreadable(f"`{'.'.join(path)}` stands twice in it, and which one counts is not guessed.")
        flat[path] = _cell(value)
    if not "".join(flat.values()).isascii():
        _check_signs(flat)
    return flat


def _leaves(record: Members, prefix: Path_, without: Path_) -> Iterator[tuple[Path_, object]]:
    for key, value in record:
        path = (*prefix, key)
        if path == without:
            continue
        if isinstance(value, Members):
            yield from _leaves(value, path, without)
        else:
            yield path, value


def _cell(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None or value == []:
        return ""
    return json_text(value)


def _check_signs(flat: dict[Path_, str]) -> None:
    for path, cell in flat.items():
        try:
            cell.encode()
        except UnicodeEncodeError as error:
            raise _Unreadable(f"`{'.'.join(path)}` holds half of a sign (a lone surrogate).") from error


def _at(record: object, path: Sequence[str]) -> object:
    for key in path:
        if not isinstance(record, Members):
            return None
        record = next((value for name, value in record if name == key), None)
    return record


def _aside(line: int, why: str, text: str) -> Aside:
    return Aside(line, "", "E-ROW-03", f"{why} It is set aside whole: nothing of it was read.", text)


def _called(value: object) -> str:
    if isinstance(value, ValueError):
        return f"It cannot be read as JSON: {value}."
    kinds: dict[type, str] = {Number: "a number", list: "a list", str: "a text", bool: "true or false"}
    return f"A record is an object with names, and this is {kinds.get(type(value), 'null')}."


def _lists(paths: Sequence[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in paths[:8])
    return f"{'the list' if len(paths) == 1 else f'{len(paths)} lists'} {shown}"
