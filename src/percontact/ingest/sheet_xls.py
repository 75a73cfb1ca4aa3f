# SPDX-License-Identifier: Apache-2.0
"""What a sheet of an .xls file (Excel 97 to 2003) says besides its values: formulas never calculated.

The file is a compound document: sectors in chains, of which one stream, Workbook, holds records one after the
other. A formula's record keeps its last result; programs that only write formulas leave nought or nothing in
it and ask for it to be calculated when the file is opened. Source: Microsoft, [MS-CFB] and [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_BOUND_SHEET, _FORMULA, _END_OF_SHEET = 0x0085, 0x0006, 0x000A
_ON_LOAD = 0x0002
"""Flag of a formula that is to be calculated when the file is opened."""


@dataclass(frozen=True, slots=True)
class _Formula:
    row: int
    column: int
    nought: bool
    blank: bool
    on_load: bool


def uncalculated(data: bytes, sheet: str) -> list[tuple[int, int]]:
    """(row from 1, column from 0) of each formula of a sheet whose result was never worked out.

    A formula may well come to nothing; it is taken for one never calculated when it is to be calculated on
    opening, or when no formula of the sheet has any result. Raises ValueError when the file is damaged.
    """
    try:
        stream = _stream(data)
        start = _start_of(stream, sheet) if stream else None
        if stream is None or start is None:
            return []
        found = list(_formulas(stream, start))
    except (struct.error, IndexError) as error:
        raise ValueError(str(error)) from error
    none_has_one = all(one.blank for one in found)
    return [
        (one.row + 1, one.column)
        for one in found
        if (one.on_load and (one.nought or one.blank)) or (none_has_one and one.blank)
    ]


def _formulas(stream: bytes, start: int) -> Iterator[_Formula]:
    for kind, body in _records(stream, start):
        if kind == _END_OF_SHEET:
            return
        if kind == _FORMULA and len(body) >= 16:
            row, column, _, value, flags = struct.unpack_from("<3H8sH", body)
            special = value[6:] == b"\xff\xff"
            yield _Formula(
                row,
                column,
                nought=not special and struct.unpack("<d", value)[0] == 0,
                blank=special and value[0] == 3,
                on_load=bool(flags & _ON_LOAD),
            )


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    place = start
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _start_of(stream: bytes, sheet: str) -> int | None:
    """Where the records of a sheet begin."""
    for kind, body in _records(stream, 0):
        if kind == _END_OF_SHEET:
            return None
        if kind == _BOUND_SHEET and len(body) > 8:
            (start,) = struct.unpack_from("<I", body)
            signs, wide = body[6], body[7] & 1
            name = body[8 : 8 + signs * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
            if name == sheet:
                return int(start)
    return None


def _stream(data: bytes) -> bytes | None:
    """The stream Workbook of a compound document; None where there is none (Excel 5 and 95 call it Book)."""
    if data[:8] != MAGIC:
        return None
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    first_entry, _, cutoff, first_small, _, further, _ = struct.unpack_from("<I4sIIIII", data, 48)
    size, small = 1 << shift, 1 << small_shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    listed = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while further not in (_END, _FREE) and further not in seen:
        seen.add(further)
        *more, following = struct.unpack(f"<{size // 4}I", sector(further))
        listed += more
        further = following
    table: list[int] = []
    for number in listed:
        if number not in (_END, _FREE):
            table += struct.unpack(f"<{size // 4}I", sector(number))

    def chain(start: int, following: list[int]) -> Iterator[int]:
        met: set[int] = set()
        while start < _END and start not in met:
            met.add(start)
            yield start
            start = following[start]

    entries = b"".join(sector(n) for n in chain(first_entry, table))
    root: bytes | None = None
    for place in range(0, len(entries), 128):
        entry = entries[place : place + 128]
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, long = struct.unpack_from("<IQ", entry, 116)
        name = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
        if kind == 5:
            root = b"".join(sector(n) for n in chain(start, table))
        elif name == "Workbook":
            if long >= cutoff or root is None:
                return b"".join(sector(n) for n in chain(start, table))[:long]
            links = b"".join(sector(n) for n in chain(first_small, table))
            smalls = list(struct.unpack(f"<{len(links) // 4}I", links))
            return b"".join(root[n * small : (n + 1) * small] for n in chain(start, smalls))[:long]
    return None
