# SPDX-License-Identifier: Apache-2.0
"""Which signs the bytes of a text stand for: a byte-order mark is certain, UTF-8 is tried, the rest is asked.

Any bytes can be read as cp1252, and most as ten other encodings; which one is meant only a person can see.
So the others are shown with what each would read, and none is ever taken by itself.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import name_of, open_bytes
from percontact.values.problem import PercontactError, problem

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the first half of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks. A text that begins with one says itself how it is written."""

SUGGESTED = (
    *("cp1252", "iso8859-15", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "cp850", "cp437"),
    *("mac-roman", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "koi8-r"),
)
"""Tried in this order, the more usual ones first, where bytes are no UTF-8."""

_SAMPLE_LINES, _SAMPLE_WORDS, _WORD_SIGNS = 6, 4, 32
_LOOKED_AT_LINES, _HEAD_BYTES = 400, 1 << 16
_TOLD = 5


def certain_encoding(head: bytes) -> str | None:
    """The encoding that the first bytes of a text say themselves, or None.

    >>> certain_encoding("a,b".encode("utf-16")), certain_encoding(b"a,b")
    ('utf-16', None)
    """
    return next((name for mark, name in MARKS if head.startswith(mark)), None)


def encoding_of(path: Path, mapping: Mapping) -> str:
    """How a text is read: as the mapping says, else as its byte-order mark says, else as UTF-8."""
    if mapping.encoding:
        return mapping.encoding
    with open_bytes(path) as data:
        return certain_encoding(data.read(4)) or "utf-8-sig"


def candidates(data: bytes) -> tuple[tuple[str, str], ...]:
    """Encodings the bytes may be in, the most likely first, each with what some words of them would read.

    data    a piece of a text that is no UTF-8; it may end within a sign
    result  (name for `encoding:`, words). Of encodings that read all the same, the most usual stands alone.

    >>> candidates("Büro München".encode("cp1252"))[0]
    ('cp1252', 'Büro, München')
    """
    if guess := without_mark(data):
        return ((guess, _words([_read(data, guess) or ""])),)
    lines = _telling_lines(data)
    found: dict[str, tuple[float, int, str]] = {}
    for place, name in enumerate(SUGGESTED):
        text = _read(data, name)
        if text is not None and text not in found:
            found[text] = (_doubt(text), place, name)
    told = []
    for _, _, name in sorted(found.values()):
        words = _words([line.decode(name, "replace") for line in lines])
        told.append((name, words))
    return tuple(told)


def not_decodable(path: Path, encoding: str, *, said: bool) -> PercontactError:
    """E-FILE-02, with the first line that is not in the encoding and what others would read there.

    said  whether a mapping asked for that encoding
    """
    line, piece = _around(path, encoding)
    readings = [f"{name} reads {words}" for name, words in candidates(piece)[:_TOLD] if words]
    do = "Set `encoding:` in a mapping file to the one that reads right" if readings else "Export it as UTF-8"
    return problem(
        "E-FILE-02",
        f"{name_of(path)}:{line}",
        f"the bytes are not valid {encoding if said else 'UTF-8'}",
        "Guessing an encoding can change names and amounts, so nothing was imported.",
        f"{do}: {'; '.join(readings)}." if readings else f"{do}.",
    )


def without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of plain text is zero."""
    head = data[:_HEAD_BYTES]
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _read(data: bytes, name: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _doubt(text: str) -> float:
    """How unlike written language the signs beyond ASCII are, from 0: control signs, frames, odd company."""
    signs = [s for s in text if s > "\x7f"]
    if not signs:
        return 0.0
    doubt = 0.0
    for before, sign in zip(" " + text, text, strict=False):
        if sign <= "\x7f":
            continue
        kind = unicodedata.category(sign)
        if kind in ("Cc", "Cn", "Co"):
            doubt += 1.0
        elif 0x2500 <= ord(sign) <= 0x25FF:  # the frames and blocks of old screens
            doubt += 0.9
        elif 0xFF61 <= ord(sign) <= 0xFF9F:  # katakana of half width: any high byte is one in shift_jis
            doubt += 0.5
        elif kind[0] == "L":
            # A capital after a small letter, or a foreign script within a word, is seldom meant.
            doubt += 0.4 if kind == "Lu" and before.islower() else 0.0
            doubt += 0.3 if before.isascii() and before.isalpha() and not _latin(sign) else 0.0
        else:
            doubt += 0.6 if before.isalpha() else 0.3
    return doubt / len(signs)


def _latin(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("LATIN")


def _telling_lines(data: bytes) -> list[bytes]:
    """The first lines that bring bytes beyond ASCII not seen before: where encodings differ is seen there."""
    seen: set[int] = set()
    lines = []
    for line in data.splitlines():
        high = {byte for byte in line if byte > 0x7F}
        if high - seen:
            seen |= high
            lines.append(line)
        if len(lines) == _SAMPLE_LINES:
            break
    return lines


def _words(lines: Iterable[str]) -> str:
    words: dict[str, None] = {}
    for line in lines:
        for part in "".join(s if s.isprintable() and s not in ',;|"' else " " for s in line).split():
            if not part.isascii():
                words.setdefault(part[:_WORD_SIGNS])
    return ", ".join(list(words)[:_SAMPLE_WORDS])


def _around(path: Path, encoding: str) -> tuple[int, bytes]:
    """The first line that is not in the encoding, from 1, and the lines beyond ASCII from there on."""
    first, lines = 1, list[bytes]()
    with open_bytes(path) as data:
        if without_mark(head := data.read(_HEAD_BYTES)):
            return 1, head
        data.seek(0)
        for number, line in enumerate(iter(lambda: data.readline(_HEAD_BYTES), b""), start=1):
            if not lines and (line.isascii() or _read(line, encoding) is not None):
                continue
            first = first if lines else number
            if not line.isascii() or b"\x00" in line:
                lines.append(line)
            if len(lines) >= _LOOKED_AT_LINES:
                break
    return first, b"".join(lines)
