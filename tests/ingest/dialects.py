# SPDX-License-Identifier: Apache-2.0
"""Files as anybody might write them: a draw gives the bytes, the mapping that tells how, and what they hold.

Used by `test_any_dialect.py` and, for a million rows, by `benchmarks/fuzz_reading.py`.
"""

import codecs
import csv
import io
import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import yaml

from percontact.ingest.found import BLANKS

DELIMITERS = (",", ",", ";", "\t", "|")
ENCODINGS = (
    "utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "latin-1", "cp1250", "utf-16", "utf-16-le", "utf-32",
    "shift_jis",
)  # fmt: skip
LINE_ENDS = ("\n", "\n", "\r\n", "\r\n", "\r")
DATES = (
    None, None, "%d/%m/%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%y %H.%M", "%Y%m%d%H%M%S",
)  # fmt: skip
NUMBERS = ((".", ""), (".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'"))
WORDS = (
    "Billing",
    "north",
    "Ärger",
    "naïve",
    "Łódź",
    "日本",
    "it's",
    "a b",
    "0012",
    "1e5",
    "NULL",
    "n/a",
    "-",
    "#1",
)
SIGNS = (
    '"',
    '""',
    "'",
    ",",
    ";",
    "\t",
    "|",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\xa0",
    "\u2007",
    "\x00",
    "\ufeff",
    "=",
)
LINE_END = re.compile("\r\n|\n|\r")


@dataclass
class Sample:
    """A file and what it holds.

    landed  line -> (contact_id, started_at, handle_s, team, note) of each row that must land
    aside   line -> code of each row that must be set aside
    """

    data: bytes
    mapping: str
    landed: dict[int, tuple[object, ...]] = field(default_factory=dict)
    aside: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.landed) + len(self.aside)


def draw_sample(chance: random.Random, rows: int, *, tidy: bool = False) -> Sample:
    """A file of so many rows in some dialect; a `tidy` one has nothing that only the careful way can read."""
    dialect = _dialect(chance, tidy=tidy)
    sample = Sample(b"", _mapping(dialect))
    out, ids = [], set[str]()
    lines = 1

    def put(text: str) -> int:
        """The line on which the text starts."""
        nonlocal lines
        at = lines
        end = chance.choice(dialect["ends"])
        out.append(text + end)
        lines += len(LINE_END.findall(text)) + 1
        return at

    for _ in range(dialect["skip"]):
        put(chance.choice(("Report of June", "", "total,1")) if not tidy else "Report of June")
    put(_line(dialect, ["contact_id", "When", "Length", "team", "note"]))
    for number in range(rows):
        while not tidy and chance.random() < 0.02:
            put("")
        cells, value, fault = _row(chance, dialect, number, ids, tidy=tidy)
        line = put(_line(dialect, cells))
        if fault:
            sample.aside[line] = fault
        else:
            sample.landed[line] = value
    text = "".join(out)
    if chance.random() < 0.3:
        # The last line has no end. A cell's own could stand there only in quotes.
        text = text.removesuffix("\n").removesuffix("\r")
    sample.data = _encoded(text, dialect["encoding"])
    return sample


def _dialect(chance: random.Random, *, tidy: bool) -> dict:
    end = chance.choice(LINE_ENDS)
    decimal, thousands = chance.choice(NUMBERS)
    found = {
        "delimiter": chance.choice(DELIMITERS),
        "quote": chance.choice(('"', '"', '"', "'", "")),
        "quoting": chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        "encoding": chance.choice(ENCODINGS),
        # "\r" before a blank line of "\n" would be one line end, so only these two are mixed.
        "ends": [end] if tidy or chance.random() < 0.8 else ["\n", "\r\n"],
        "date": chance.choice(DATES),
        "decimal": decimal,
        "thousands": thousands,
        "skip": chance.choice((0, 0, 0, 1, 3)),
        "since": datetime(1990, 1, 1) + timedelta(days=chance.randrange(34_000)),
    }
    if tidy:
        found["ends"] = [chance.choice(("\n", "\n", "\r\n"))]
    if found["quote"] == "":
        found["quoting"] = csv.QUOTE_NONE
    if found["quote"] == found["thousands"]:
        found["thousands"] = ""
    if not found["quote"] and found["delimiter"] in (decimal, thousands):
        # Nobody can write a delimiter in a number without quotes.
        found |= {"decimal": ".", "thousands": ""}
    return found


def _mapping(dialect: dict) -> str:
    told = {
        "encoding": dialect["encoding"],
        "delimiter": dialect["delimiter"],
        "quote": dialect["quote"],
        "skip": dialect["skip"],
        "decimal": dialect["decimal"],
        "thousands": dialect["thousands"],
        "columns": {"started_at": {"column": "When"}, "handle_s": "Length", "team": "team", "note": "note"},
        "timezone": "UTC",
    }
    if dialect["date"]:
        told["columns"]["started_at"]["format"] = dialect["date"]
    return yaml.safe_dump({key: value for key, value in told.items() if value != "" or key == "quote"})


def _row(
    chance: random.Random, dialect: dict, number: int, ids: set[str], *, tidy: bool
) -> tuple[list[str], tuple[object, ...], str]:
    """Cells as written, the values that must land, and the code of the fault ("" = none)."""
    fault = ""
    identity = f"c{number}"
    if ids and chance.random() < 0.01:
        identity = chance.choice(sorted(ids)[:20])
    at = dialect["since"] + timedelta(seconds=chance.randrange(90 * 86_400))
    form = dialect["date"]
    if form is None:
        when = at.isoformat(sep=chance.choice(" T"))
    else:
        when = at.strftime(form)
        # %y stands for 1969 to 2068.
        at = at.replace(year=1900 + at.year % 100) if "%y" in form and at.year > 2068 else at
        at = at if "%S" in form else at.replace(second=0)
    if chance.random() < 0.01:
        when = chance.choice(("", "soon", "31/31/2026 10:00", "2026-02-30 10:00:00"))
        fault = "E-TIME-01" if when else "E-ROW-02"
    length, text = _number(chance, dialect)
    if chance.random() < 0.01:
        text = chance.choice(("n/a", "12x", "--1", "1.2.3.4"))
        fault = fault or "E-TYPE-01"
    elif length is not None and length < 0:
        fault = fault or "E-RANGE-01"
    cells = [identity, when, text, _text(chance, dialect, tidy=tidy), _text(chance, dialect, tidy=tidy)]
    if not tidy and chance.random() < 0.01:
        cells, fault = (cells[:4], "E-ROW-01") if chance.random() < 0.5 else ([*cells, ""], "E-ROW-01")
    if identity in ids:
        fault = fault or "E-ID-01"
    if not fault:
        ids.add(identity)
    stored = None if length is None else length.quantize(Decimal("0.001"))
    return cells, (identity, at, stored, *(_held(cell) for cell in cells[3:5])), fault


def _number(chance: random.Random, dialect: dict) -> tuple[Decimal | None, str]:
    if chance.random() < 0.1:
        return None, ""
    size = chance.choice((1, 100, 10_000, 10_000_000))
    value = Decimal(chance.randrange(-size // 50, size * 1000)).scaleb(-3)
    if chance.random() < 0.5:
        value = Decimal(int(value))
    text = f"{value:,f}" if dialect["thousands"] else f"{value:f}"
    text = text.replace(",", "\x01").replace(".", dialect["decimal"]).replace("\x01", dialect["thousands"])
    return value, text


def _text(chance: random.Random, dialect: dict, *, tidy: bool) -> str:
    if chance.random() < 0.15:
        return ""
    if chance.random() < 0.7:
        text = chance.choice(WORDS)
    else:
        text = "".join(chance.choice((*SIGNS, *WORDS)) for _ in range(chance.randrange(1, 5)))
    unsafe = {dialect["delimiter"], "\n", "\r", "\x00"} if not dialect["quote"] else set[str]()
    unsafe |= {"\n", "\r", "\x00"} if tidy else unsafe
    return "".join(sign for sign in text if sign not in unsafe and _fits(sign, dialect["encoding"]))


def _fits(sign: str, encoding: str) -> bool:
    try:
        return sign.encode(encoding).decode(encoding) == sign
    except UnicodeError:
        return False


def _held(cell: str) -> str | None:
    return cell.strip(BLANKS) or None


def _line(dialect: dict, cells: list[str]) -> str:
    delimiter, quote = dialect["delimiter"], dialect["quote"]
    if not quote:
        return delimiter.join(cells)
    out = io.StringIO()
    csv.writer(
        out, delimiter=delimiter, quotechar=quote, quoting=dialect["quoting"], lineterminator="\r\n"
    ).writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-8-sig":
        return codecs.BOM_UTF8 + text.encode()
    return text.encode(encoding)
