# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its bytes: its name is only a hint, and what cannot be read is called by its name.

Exports are called .xls and are web pages, .csv and are workbooks, .txt and are anything. What the first bytes
make certain is read as what it is, and the receipt says so.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from percontact.ingest.encoding import certain_encoding, not_decodable, without_mark
from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import DATA_ENDINGS, GZIP, ZIP, name_of, open_bytes, split, the_member
from percontact.records.tables import TABLES
from percontact.values.problem import PercontactError, did_you_mean, problem

Kind = Literal["delimited", "workbook", "columnar", "json", "beancount"]

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
COLUMNAR = (".parquet",)
JSONS = (".json", ".ndjson", ".jsonl")
DELIMITED = (".csv", ".tsv")
BEANCOUNTS = (".beancount", ".bean")

_CALLED = {
    "delimited": "text",
    "workbook": "a workbook",
    "columnar": "a Parquet file",
    "json": "JSON",
    "beancount": "a beancount file",
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"ARROW1", "an Arrow file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
"""First bytes of kinds that are known and not read."""

_HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 20
_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<style", b"<div")
_IS_JSON = re.compile(r"\s*(\{\s*(\"|\}\s*$)|\[\s*(\{\s*[\"}]|\]\s*$))")
_CONTROL = frozenset({*range(9), *range(14, 27), *range(28, 32)})
MOST_CONTROL_SIGNS, AT_LEAST = 0.02, 20
"""Share and number of bytes that are control signs, beyond which something is no text."""


def kind_of(path: Path, mapping: Mapping | None = None) -> tuple[Kind, str]:
    """How a file is to be read, and a sentence for the receipt where its name says otherwise, or "".

    Raises E-FILE-01 (no file), E-FILE-02 (UTF-16 without its mark), E-FILE-03 (a kind that is not read),
    E-FILE-06 (empty, damaged, no text).
    """
    there(path)
    head = _head(path)
    kind = _kind(path, head, mapping or Mapping())
    named = _named(path)
    if named in (None, kind):
        return kind, ""
    name = name_of(path)
    return kind, f"{name} is {_CALLED[kind]}, whatever its name says, and was read as that."


def check_source(table: str, path: Path) -> None:
    """Raise PercontactError E-ARG-01 for an unknown table, E-FILE-01 for a file that is not there."""
    if table not in TABLES:
        raise problem(
            "E-ARG-01",
            f"import {table}",
            f"there is no table {table!r}",
            did_you_mean(table, TABLES),
            "percontact import TABLE FILE",
        )
    there(path)


def there(path: Path) -> None:
    """Raise E-FILE-01 unless the path is a regular file, or leads to one in an archive, and may be read."""
    file, _ = split(path)
    why, do = "", "Check the path."
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            why = "It is a folder."
            do = f"Name its files, in quotes: percontact import TABLE '{path}/*.csv'."
        elif not stat.S_ISREG(mode):
            why = "It is a device or a pipe: it can be read only once, and may never end."
            do = "Write what comes out of it to a file, and import that."
        else:
            with file.open("rb"):
                return
    except FileNotFoundError:
        why = f"There is no such file; it was looked for from {Path.cwd()}."
    except OSError as error:
        why = f"The system says: {error.strerror or error}."
        do = "Check the path, and whether you may read it."
    raise problem("E-FILE-01", str(path), "the file cannot be read", why, do)


def _named(path: Path) -> Kind | None:
    ending = PurePosixPath(path.name.lower().removesuffix(".gz")).suffix
    for kind, endings in (
        ("workbook", WORKBOOKS), ("columnar", COLUMNAR), ("json", JSONS), ("delimited", DELIMITED),
        ("beancount", BEANCOUNTS),
    ):  # fmt: skip
        if ending in endings:
            return kind  # type: ignore[return-value]
    return None


def _head(path: Path) -> bytes:
    with open_bytes(path) as data:
        return data.read(_HEAD_BYTES)


def _kind(path: Path, head: bytes, mapping: Mapping) -> Kind:
    if not head:
        raise _not(path, "E-FILE-06", "the file is empty", "It holds not a single byte.", "Export it again.")
    if head.startswith(b"PAR1"):
        return "columnar"
    if head.startswith(_OLE):
        return _ole(path, head)
    if head.startswith(ZIP):
        return _zip(path)
    if head.startswith(GZIP):
        do = "Unpack it once, and import what is in it."
        raise _not(path, "E-FILE-06", "it is packed twice", "What is in it is a .gz file again.", do)
    for magic, called in _OTHERS:
        if head.startswith(magic):
            raise _unread(path, called)
    return _text(path, head, mapping)


def _text(path: Path, head: bytes, mapping: Mapping) -> Kind:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_WEB_PAGE):
        why = "Many programs export web pages under such a name, and one that wants a login sends a page too."
        do = "Open it in a browser. If it is the table, open it in Excel or LibreOffice and save it as .xlsx."
        raise _not(path, "E-FILE-06", "the file is a web page (HTML)", why, do)
    if start.startswith(b"<?xml"):
        sheet = b"excel.sheet" in start[:2000]
        what = "the file is an Excel 2003 XML table" if sheet else "the file is XML"
        do = "Open it in Excel or LibreOffice and save it as .xlsx." if sheet else "Export it as CSV or JSON."
        raise _not(path, "E-FILE-03", what, "XML is not read.", do)
    encoding = mapping.encoding or certain_encoding(head)
    if encoding is None and without_mark(head):
        raise not_decodable(path, "utf-8", said=False)
    if encoding is None or not encoding.startswith(("utf-16", "utf-32")):
        control = sum(head.count(sign) for sign in _CONTROL)
        if control > max(AT_LEAST, MOST_CONTROL_SIGNS * len(head)):
            why = f"{control:,} of its first {len(head):,} bytes are control signs, which no text has."
            raise _not(path, "E-FILE-06", "the file is no text", why, _EXPORT)
    text = head.decode(encoding or "utf-8-sig", "replace")
    named = _named(path)
    if named == "beancount":
        return named
    if _IS_JSON.match(text) or (named == "json" and text.lstrip()[:1] in "{["):
        return "json"
    if named == "json":
        why = f"JSON begins with {{ or [; this begins with {text.strip()[:30]!r}."
        raise _not(path, "E-FILE-06", "the file is not JSON", why, "Export it again.")
    if named == "columnar":
        why = "A Parquet file begins with the letters PAR1."
        raise _not(path, "E-FILE-06", "this is no Parquet file", why, "Export it again.")
    return "delimited"


def _zip(path: Path) -> Kind:
    try:
        with open_bytes(path) as data, zipfile.ZipFile(data) as archive:
            names = set(archive.namelist())
            office = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        if _named(path) == "workbook":
            why = f"A workbook is a zip archive, and this one cannot be opened: {error}."
            do = "Fetch or export it again; often a download was cut off."
            raise _not(path, "E-FILE-06", "the workbook is damaged or cut off", why, do) from error
        why = f"It begins as a zip archive and cannot be opened as one: {error}."
        raise _not(path, "E-FILE-06", "the file is damaged or cut off", why, "Fetch it again.") from error
    if names & {"xl/workbook.xml", "xl/workbook.bin"} or b"opendocument.spreadsheet" in office:
        return "workbook"
    if "[Content_Types].xml" in names or office:
        raise _unread(path, "a text document or a presentation")
    raise _not(
        path,
        "E-FILE-06",
        "it is an archive in an archive",
        "Archives in archives are not opened.",
        "Unpack the outer one, and import what is in it.",
    )


def _ole(path: Path, head: bytes) -> Kind:
    """An old Excel workbook, or one of the other things that are packed in the same way."""
    with open_bytes(path) as data:
        rest = data.read(1 << 24)
    if "EncryptedPackage".encode("utf-16-le") in rest:
        do = "Open it with its password, save it without, and import that."
        why = "No password is asked for or kept."
        raise _not(path, "E-FILE-06", "the workbook is locked with a password", why, do)
    if "Workbook".encode("utf-16-le") in rest or "Book".encode("utf-16-le") in rest:
        return "workbook"
    raise _unread(path, "an old Office document or a mail")


_EXPORT = f"Export the data as one of {', '.join((*DATA_ENDINGS, '.csv.gz', '.zip'))}."


def _unread(path: Path, called: str) -> PercontactError:
    return _not(path, "E-FILE-03", f"the file is {called}", "Such files are not read.", _EXPORT)


def _not(path: Path, code: str, what: str, why: str, do: str) -> PercontactError:
    return problem(code, name_of(path), what, why, do)


def content_hash(path: Path, table: str, sheet: str, mapping_text: str) -> str:
    """SHA-256 (hex) of a file's unpacked bytes together with the table, sheet and mapping they are read as.

    sheet  as the mapping asks for it, or ""
    Two files of equal hash give the same rows. Raises E-FILE-01 when there is no such file.
    """
    digest = hashlib.sha256()
    for part in (table, sheet, mapping_text):
        digest.update(f"{len(part)}:{part}\n".encode())
    try:
        with open_bytes(the_member(path)) as data:
            while chunk := data.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _unreadable(path: Path, error: OSError) -> Exception:
    why = error.strerror or str(error)
    return problem(
        "E-FILE-01", str(path), "the file cannot be read", f"The system says: {why}.", "Check the path."
    )
