# SPDX-License-Identifier: Apache-2.0
"""Readings of one file that stand side by side, each by a mapping with a `part:` of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import parse_mapping


def staying(
    earlier: Iterable[int], mapping_of: Callable[[int], str], mapping: Mapping | None, parts: Collection[str]
) -> dict[int, str]:
    """Import -> part, of earlier readings of a file that one by `mapping` does not stand for.

    mapping_of  the text of the mapping that an import was read by
    parts       all readings of the file that are being landed; empty = only this one
    """
    if mapping is None or not mapping.part:
        return {}
    found = {}
    for number in earlier:
        text = mapping_of(number)
        part = parse_mapping(text, "mapping.yaml").part if text else ""
        if part and part != mapping.part and (not parts or part in parts):
            found[number] = part
    return found


def notes_of(stays: dict[int, str]) -> Iterator[str]:
    """What a receipt says of the other readings of the file, which stay as they are."""
    for number, part in stays.items():
        stands = f"The reading `{part}` of this file stays as it is (import {number})"
        yield f"{stands}: its own mapping replaces it."
