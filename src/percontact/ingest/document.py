# SPDX-License-Identifier: Apache-2.0
"""A JSON document read piece by piece, so that a list of any length needs no more memory than one element.

Numbers keep the text they are written with, and an object keeps every member, even two of one name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from percontact.ingest.found import LONGEST_LINE_BYTES


class Number(str):
    """A number as it is written: 98765432109876543210 and 0.10 stay what they are."""

    __slots__ = ()


class Members(tuple[tuple[str, object], ...]):
    """The members of an object, in their order."""

    __slots__ = ()


DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=Number
)

_CHUNK_SIGNS = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["\[\]{}]', re.DOTALL)
_DEEPEST = 3
"""Lists of records stand no deeper than this in what an API sends."""


class Malformed(Exception):
    """The text is no JSON from some place on; the message says why."""


class Missing(Exception):
    """The document has no list at the path that was asked for."""


class Document:
    """One JSON text, walked through from its beginning to its end."""

    def __init__(self, text: TextIO) -> None:
        self.text, self.buffer, self.at, self.ended = text, "", 0, False

    def next_sign(self) -> str:
        """The next sign that is no blank, or "" at the end of the text."""
        while True:
            if blanks := _SPACE.match(self.buffer, self.at):
                self.at = blanks.end()
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.more():
                return ""

    def eat(self, *signs: str) -> str:
        """Pass over one of these signs."""
        found = self.next_sign()
        if found not in signs or not found:
            wanted = " or ".join(signs)
            raise Malformed(f"{wanted} is missing" if found else f"the text ends where {wanted} is missing")
        self.at += 1
        return found

    def value(self, decoder: json.JSONDecoder = DECODER) -> object:
        """The next value, decoded."""
        self.next_sign()
        while True:
            try:
                value, end = decoder.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if len(self.buffer) - self.at > LONGEST_LINE_BYTES:
                    raise Malformed(
                        f"it is longer than {LONGEST_LINE_BYTES // 10**6} million signs"
                    ) from error
                if not self.more(len(self.buffer) - self.at):
                    what = error.msg[0].lower() + error.msg[1:]
                    raise Malformed(
                        "the text is cut off" if error.pos >= len(self.buffer) else what
                    ) from error
                continue
            except RecursionError as error:
                raise Malformed("it is nested too deep") from error
            # A number may go on in what has not been read yet.
            if end == len(self.buffer) and isinstance(value, Number | int | float) and self.more():
                continue
            self.at = end
            return value

    def skip(self) -> None:
        """Pass over the next value, looking at its signs alone; it may be of any length."""
        if self.next_sign() not in ("{", "["):
            self.value()
            return
        depth = 0
        while True:
            token = _TOKEN.search(self.buffer, self.at)
            if token is None:
                self.at = len(self.buffer)
            elif token[0] == '"':  # a text whose end has not been read yet
                self.at = token.start()
            else:
                self.at = token.end()
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
                if depth == 0:
                    return
                continue
            if len(self.buffer) - self.at > LONGEST_LINE_BYTES:
                raise Malformed("a text in it is too long, or never ends")
            if not self.more(len(self.buffer) - self.at):
                raise Malformed("the text is cut off")

    def elements(self, path: Sequence[str]) -> Iterator[None]:
        """Stand before each element of the list at a path; the caller takes it by `value` or `skip`.

        After the last one the rest of the document is passed over, so that a cut one is noticed.
        Raises Missing when there is no list.
        """
        if not path:
            if self.next_sign() != "[":
                raise Missing
            yield from self.listed()
        else:
            if self.next_sign() != "{":
                raise Missing
            met = False
            for key in self.members():
                if key == path[0] or key == ".".join(path):
                    if met:
                        raise Malformed(f"`{key}` stands twice in the document")
                    met = True
                    yield from self.elements(path[1:] if key == path[0] else ())
                else:
                    self.skip()
            if not met:
                raise Missing

    def listed(self) -> Iterator[None]:
        """Stand before each element of the next value, a list."""
        self.eat("[")
        if self.next_sign() == "]":
            self.at += 1
            return
        while True:
            yield
            if self.eat(",", "]") == "]":
                return

    def members(self) -> Iterator[str]:
        """Stand before the value of each member of the next value, an object."""
        self.eat("{")
        if self.next_sign() == "}":
            self.at += 1
            return
        while True:
            if self.next_sign() != '"':
                raise Malformed("a name in quotes is missing")
            key = str(self.value())
            self.eat(":")
            yield key
            if self.eat(",", "}") == "}":
                return

    def lists(self, depth: int = _DEEPEST) -> list[str]:
        """Pass over the next value, an object; gives the paths of the lists of objects in it."""
        found = []
        for key in self.members():
            sign = self.next_sign()
            if sign == "{" and depth > 1:
                found += [f"{key}.{one}" for one in self.lists(depth - 1)]
            elif sign == "[":
                for place, _ in enumerate(self.listed()):
                    if place == 0 and self.next_sign() == "{":
                        found.append(key)
                    self.skip()
            else:
                self.skip()
        return found

    def more(self, at_least: int = 0) -> bool:
        """Read on, and forget what has been passed; False at the end of the text."""
        if self.ended:
            return False
        chunk = self.text.read(max(_CHUNK_SIGNS, at_least))
        self.ended = not chunk
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return not self.ended


def json_text(value: object) -> str:
    """A decoded value as JSON again, numbers as they were written.

    >>> json_text(DECODER.decode('{"a": [1.10, true, "x"]}'))
    '{"a": [1.10, true, "x"]}'
    """
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Members):
        inner = (f"{json_text(key)}: {json_text(one)}" for key, one in value)
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
