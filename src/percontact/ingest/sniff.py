# SPDX-License-Identifier: Apache-2.0
"""How a text file is laid out: encoding, delimiter, quote sign, line of the header, what stands before it.

Each is what makes the records of the file most alike. What two readings explain equally well is asked.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from percontact.ingest.encoding import candidates, certain_encoding, without_mark
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.source import Source, by_shape
from percontact.ingest.unpack import open_bytes

HEAD_BYTES = 512_000
"""How much of a file's beginning is looked at for its layout; its encoding is held against all of it."""

RECORDS = 2_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CLOSE = 0.02
"""Two delimiters whose scores lie nearer than this are asked about."""

_NUMBER = re.compile(r"[-+(€$£]?\s?\d[\d.,'\u00a0\u202f ]*\)?\s?[-%€$£]?")
_TIME = re.compile(
    r"\d{1,4}([-/.:])\d{1,2}(\1\d{1,4})?([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?[AaPp][Mm]|Z)?"
)
_PERIOD = re.compile(r"(19|20)\d{2}|(19|20)\d{2}[-/.]?(0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-/.](19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the cells of a file are.

    encoding   Python's name, or None = UTF-8 (with or without a byte-order mark)
    delimiter, quote    one sign each; no quote = ""
    skip       lines (of a sheet: rows) before the header
    cells      the header as found
    headers    names that stand for it where two columns bear the same one, or ()
    headless   whether the first row is data already
    before     the lines before the header, as text
    records    records looked at
    inside     path to the list of records in a JSON document that is one object, or ""
    padded     whether rows too short for the header are taken to end in empty cells
    source     the system that a file without a header is known to come from, or None
    """

    encoding: str | None = None
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    cells: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    headless: bool = False
    before: tuple[str, ...] = ()
    records: int = 0
    inside: str = ""
    padded: bool = False
    source: Source | None = None


def sniff(path: Path, asked: Asked, table: str | None = None) -> Layout | None:
    """The layout of a text file, or None while its encoding is not known.

    table  which an export without a header must be for, to be known by its shape; None = any
    """
    encoding = encoding_asked(path, asked)
    if encoding == "":
        return None
    text = _head(path, encoding or "utf-8-sig")
    if asked.answers.get("source") != "none" and (source := by_shape(text, table)) is not None:
        return _of_source(source, encoding)
    delimiter, quote = _dialect(text, path, asked)
    rows = _records(text, delimiter, quote)
    return layout_of(rows, text.splitlines(), Layout(encoding, delimiter, quote))


def _of_source(source: Source, encoding: str | None) -> Layout:
    """The layout of an export without a header, as its shipped mapping says it."""
    mapping = source.mapping
    return Layout(
        encoding=encoding,
        delimiter=mapping.delimiter or ",",
        quote=mapping.quote,
        headers=mapping.headers,
        headless=True,
        padded=mapping.ragged == "pad",
        source=source,
    )


def layout_of(rows: Sequence[tuple[int, list[str]]], lines: Sequence[str], known: Layout) -> Layout:
    """The layout with its header found. `rows` are (first line from 1, cells)."""
    if not rows:
        return known
    at = find_header([cells for _, cells in rows])
    line, cells = rows[at]
    header = tuple(cell.strip() for cell in cells)
    headless = is_data(cells, [c for _, c in rows[at + 1 :]])
    return Layout(
        encoding=known.encoding,
        delimiter=known.delimiter,
        quote=known.quote,
        skip=line - 1 if at else 0,
        cells=header,
        headers=tuple(f"column_{i}" for i in range(1, len(header) + 1)) if headless else told_apart(header),
        headless=headless,
        before=tuple(text.strip() for text in lines[: line - 1] if text.strip()) if at else (),
        records=len(rows) - at,
    )


def told_apart(header: Sequence[str]) -> tuple[str, ...]:
    """Names that differ, where some of the header are alike; else ().

    >>> told_apart(["Variant", "Index", "variant"])
    ('Variant', 'Index', 'variant 2')
    """
    seen: Counter[str] = Counter()
    taken = {cell.lower() for cell in header}
    names = []
    for cell in header:
        seen[cell.lower()] += 1
        name = cell
        while cell and seen[cell.lower()] > 1 and (name == cell or name.lower() in taken):
            name = f"{cell} {seen[cell.lower()]}"
            if name.lower() in taken:
                seen[cell.lower()] += 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names) if tuple(names) != tuple(header) else ()


# -- encoding ------------------------------------------------------------------------------------------------


def encoding_asked(path: Path, asked: Asked) -> str | None:
    """Python's name of the encoding; None = UTF-8; "" = not known before a question is answered."""
    with open_bytes(path) as data:
        marked = certain_encoding(data.read(4))
    if marked == "utf-8-sig":
        return None
    if marked is not None:
        return marked
    odd = _odd_lines(path)
    if not odd:
        return None
    options = tuple(
        Option(name, _ENCODINGS.get(name, name), f"reads {words}")
        for name, words in candidates(b"".join(odd))[:_TOLD]
        if words
    )
    text = "The bytes are not valid UTF-8, and several encodings can read them. Which words are right?"
    answer = asked.ask(Question("encoding", path.name, text, options, "a name of Python's, e.g. mac_roman"))
    try:
        return codecs.lookup(answer).name if answer else ""
    except LookupError:
        return ""


_TOLD = 5
_ODD_LINES = 400
_ENCODINGS = {
    "cp1252": "Western Europe, Windows (cp1252)",
    "iso8859-15": "Western Europe, Unix (iso8859-15)",
    "latin-1": "Western Europe, old (latin-1)",
    "cp1250": "Central Europe, Windows (cp1250)",
    "cp1251": "Cyrillic, Windows (cp1251)",
    "cp1253": "Greek, Windows (cp1253)",
    "cp1254": "Turkish, Windows (cp1254)",
    "cp850": "Western Europe, DOS (cp850)",
    "cp437": "DOS (cp437)",
    "mac-roman": "old Mac (mac-roman)",
    "shift_jis": "Japanese (shift_jis)",
    "gb18030": "Chinese (gb18030)",
    "utf-16-le": "UTF-16 without its mark (utf-16-le)",
    "utf-16-be": "UTF-16 without its mark (utf-16-be)",
}


def _odd_lines(path: Path) -> list[bytes]:
    """Lines that are no UTF-8: none when the file is."""
    odd: list[bytes] = []
    with open_bytes(path) as data:
        head = data.read(4_096)
        if without_mark(head):
            return [head]
        data.seek(0)
        for line in data:
            if not line.isascii():
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    odd.append(line)
                    if len(odd) == _ODD_LINES:
                        break
    return odd


def _head(path: Path, encoding: str) -> str:
    """The beginning of the file as text, cut after its last whole line."""
    with open_bytes(path) as data:
        some = data.read(HEAD_BYTES)
        whole = not data.read(1)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(some, final=whole)
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text if whole or cut < 0 else text[: cut + 1]


# -- delimiter and quote -------------------------------------------------------------------------------------


def _dialect(text: str, path: Path, asked: Asked) -> tuple[str, str]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    quote = "'" if _quoted_by(text, "'") > 4 * _quoted_by(text, '"') + 2 else '"'
    if len(first) == 5 and first.startswith("sep="):
        return first[4], quote
    scores = sorted(
        ((_likeness(text, sign, quote), -order, sign) for order, sign in enumerate(DELIMITERS)), reverse=True
    )
    best, _, sign = scores[0]
    if best == 0:
        return "\t" if ".tsv" in path.name.lower() else ",", quote
    near = [s for score, _, s in scores if score > best - _CLOSE]
    if len(near) > 1:
        options = tuple(
            Option(DELIMITERS[s], f"cells are parted by {DELIMITERS[s]}s", _shown(text, s, quote))
            for s in near
        )
        answer = asked.ask(
            Question("delimiter", path.name, "Two signs part every row into cells. Which is meant?", options)
        )
        sign = next((s for s in near if DELIMITERS[s] == answer), sign)
    return sign, quote


def _quoted_by(text: str, quote: str) -> int:
    return len(re.findall(rf"(?:^|[,;\t|]){quote}[^{quote}\n]*{quote}(?=[,;\t|\r\n]|$)", text[:50_000], re.M))


def _likeness(text: str, delimiter: str, quote: str) -> float:
    """How alike the records are when cells are parted by this sign: 0 to 1, and 0 if there is one cell."""
    rows = [cells for _, cells in _records(text, delimiter, quote)]
    widths = Counter(len(cells) for cells in rows)
    wide = [(n, width) for width, n in widths.items() if width > 1]
    if not wide:
        return 0.0
    n, width = max(wide)
    fitting = [cells for cells in rows if len(cells) == width]
    cells = [cell for row in fitting[:300] for cell in row]
    clean = sum(_is_clean(cell, delimiter) for cell in cells) / len(cells)
    # A wider table is likelier meant than a narrow one that happens to be as even.
    return n / len(rows) * clean * (1 - 0.05 / width)


def _is_clean(cell: str, delimiter: str) -> bool:
    """Whether a cell looks like one value and not like several that were left together."""
    cell = cell.strip()
    if _NUMBER.fullmatch(cell) or _TIME.fullmatch(cell):
        return True
    others = [sign for sign in DELIMITERS if sign != delimiter]
    return not any(sign in cell and f"{sign} " not in cell for sign in others)


def _shown(text: str, delimiter: str, quote: str) -> str:
    rows = _records(text, delimiter, quote)
    cells = rows[min(1, len(rows) - 1)][1]
    return f"{len(cells)} cells: {' | '.join(cell[:20] for cell in cells[:4])}"


def _records(text: str, delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """Records that hold something, with the line each starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    rows, end = list[tuple[int, list[str]]](), 0
    try:
        for row in islice(reader, RECORDS):
            start, end = end + 1, reader.line_num
            if any(cell.strip() for cell in row):
                rows.append((start, row))
    except csv.Error:
        pass  # what was read so far is looked at; the reader of the file itself will say what is wrong
    return rows


# -- header --------------------------------------------------------------------------------------------------


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The first row that is as wide and as full as those below it, and whose cells differ.

    >>> find_header([["Report of June"], ["id", "start"], ["1", "2"], ["2", "3"]])
    1
    """
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    full = sorted(sum(bool(c.strip()) for c in row) for row in rows if len(row) == width)
    usual = full[len(full) // 2]
    wanted = max(2, round(0.6 * usual)) if width > 1 else 1
    for at, row in enumerate(rows):
        filled = [cell.strip().lower() for cell in row if cell.strip()]
        if len(row) == width and len(filled) >= wanted and len(set(filled)) >= 0.6 * len(filled):
            return at
    return 0


def is_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether what should be the header holds values like those below it."""
    rows = [row for row in below[:200] if len(row) == len(first)]
    values, names = 0, 0
    for place, cell in enumerate(first):
        under = [row[place].strip() for row in rows if row[place].strip()]
        counted = sum(_is_value(text) for text in under) > 0.8 * len(under) if under else False
        if not counted or not cell.strip() or _PERIOD.fullmatch(cell.strip()):
            continue
        if _is_value(cell.strip()):
            values += 1
        else:
            names += 1
    return values > 0 and names == 0


def _is_value(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text) or _TIME.fullmatch(text))
