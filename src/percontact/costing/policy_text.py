# SPDX-License-Identifier: Apache-2.0
"""The text of a policy as data that knows its lines: what is wrong is told at the line where it stands."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import TracebackType

import yaml

from percontact.costing.policy import Scope, place
from percontact.values.problem import PercontactError, Problem, did_you_mean, problem
from percontact.values.yaml_words import yaml_words

FORM_PAGE = "See docs/reference/policy.md."


class Named(dict[str, object]):
    """`name: value` lines, and on which line each name stands."""

    lines: Mapping[str, int]


class Listed(list[object]):
    """A list, and on which line each of its entries begins."""

    lines: tuple[int, ...]


class _AsWritten(yaml.SafeLoader):
    """YAML with its scalars as written: account 0610 is no octal number, language no is not false."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        names = [key.value for key, _ in node.value]
        twice = next((key for key, _ in node.value if names.count(key.value) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice.value!r} stands here twice", twice.start_mark
            )
        return super().construct_mapping(node, deep=deep)

    def named(self, node: yaml.MappingNode) -> Generator[Named]:
        made = Named()
        yield made
        made.update((str(k), v) for k, v in self.construct_mapping(node).items())
        made.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}

    def listed(self, node: yaml.SequenceNode) -> Generator[Listed]:
        made = Listed()
        yield made
        made.extend(self.construct_sequence(node))
        made.lines = tuple(entry.start_mark.line + 1 for entry in node.value)


_AsWritten.add_constructor("tag:yaml.org,2002:map", _AsWritten.named)
_AsWritten.add_constructor("tag:yaml.org,2002:seq", _AsWritten.listed)
_AsWritten.yaml_implicit_resolvers = {
    first: [
        (tag, form) for tag, form in found if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_text(text: str, file: str) -> object:
    """The data of a policy's text. Raises E-POL-01 at the line where it is no YAML."""
    try:
        return yaml.load(text, _AsWritten)  # a SafeLoader that reads scalars as text: nothing is run
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, file) from error
    except yaml.YAMLError as error:
        raise malformed(file, f"it is not YAML: {' '.join(str(error).split())}") from error


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> PercontactError:
    """Where the form of YAML breaks: the line, what is the matter with it, what was expected."""
    what, do = yaml_words(error.problem or "this is no YAML")
    if error.problem_mark is None:
        return malformed(file, what, do)
    number = error.problem_mark.line + 1
    lines = text.splitlines()
    shown = lines[number - 1].strip() if number <= len(lines) else ""
    why = f"The line reads: {shown}" if shown else "The file ends there."
    return problem("E-POL-01", f"{file}:{number}", what, why, do or FORM_PAGE)


class Faults:
    """What is wrong with a text, as far as it can be told at once.

    As a context (`with faults:`) it keeps what goes wrong inside, and what follows is looked at all the same.
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, error: PercontactError) -> None:
        """Keep one."""
        self.found.append(error.problem)

    def __enter__(self) -> Faults:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, PercontactError):
            self.add(error)
        return isinstance(error, PercontactError)


class Fields:
    """The `name: value` lines of one part of a policy, each read as what it must be.

    thing    what the part is, in words: "a rule"
    file     of the whole, for messages; part, line: where in it
    allowed  names that may stand in it; None = any

    Raises E-POL-01 where it is no such lines, E-POL-02 where a name is not allowed.
    """

    def __init__(
        self,
        value: object,
        thing: str,
        allowed: Iterable[str] | None,
        *,
        file: str,
        part: str = "",
        line: int | None = None,
    ) -> None:
        self.file, self.part, self.line = file, part, line
        if value is None:
            value = Named()
            value.lines = {}
        if not isinstance(value, Named):
            raise malformed(self.where(), f"{thing} is {_kind(value)}, not `name: value` lines")
        self.data = value
        if allowed is None:
            return
        for key in value:
            if key not in (known := set(allowed)):
                raise unknown(self.where(key), f"{thing} has no `{key}:`", key, known)

    def where(self, key: str = "", part: str = "") -> str:
        """Where the part stands, or the line of one name in it; `part` says more closely what is meant."""
        line = self.data.lines.get(key, self.line) if key else self.line
        return place(self.file, line, part or self.part)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def given(self, key: str) -> object:
        """What stands there, as it was written; None = nothing."""
        return self.data.get(key)

    def inner(self, key: str, thing: str, allowed: Iterable[str] | None, part: str = "") -> Fields:
        """The lines under a name."""
        line = self.data.lines.get(key, self.line)
        return Fields(self.data.get(key), thing, allowed, file=self.file, part=part or self.part, line=line)

    def under(self, key: str) -> Iterator[tuple[str, object, int | None]]:
        """(name, value, line) under a name."""
        found = self.inner(key, key, None)
        for name, value in found.data.items():
            yield name, value, found.data.lines.get(name)

    def entries(self, key: str) -> Iterator[tuple[object, int | None]]:
        """(entry, line) of a list. Raises E-POL-01 where it is none."""
        value = self.data.get(key)
        if value is None:
            return
        if not isinstance(value, Listed):
            what = f"{key} is {_kind(value)}, not a list (lines that begin with -)"
            raise malformed(self.where(key), what)
        yield from zip(value, value.lines, strict=True)

    def text(self, key: str, usual: str = "") -> str:
        """A text; `usual` where the name does not stand there."""
        if key not in self.data:
            return usual
        value = self.data[key]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise malformed(self.where(key), f"{key} is {_kind(value)}, not a text", "Write one text.")
        return value

    def maybe(self, key: str) -> str | None:
        """A text, or None where there is none."""
        return self.text(key) or None

    def texts(self, key: str, part: str = "") -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.data.get(key)
        if value is None:
            return ()
        found = value if isinstance(value, list) else [value]
        for item in found:
            if not isinstance(item, str):
                said = _kind(item)
                do = "Write a name, or a list of names: [voice, chat]."
                raise malformed(self.where(key, part), f"{said} stands where a name is expected", do)
        return tuple(found)

    def choices(self, key: str) -> Scope:
        """((name, texts), ...) under a name; each has to name something."""
        inner, found = self.inner(key, key, None), []
        for name in inner.data:
            values = inner.texts(name)
            if not values:
                do = "Write the value, or leave the line out; in `match:` '' stands for an empty cell."
                raise malformed(inner.where(name), f"{key}.{name} names no value", do)
            found.append((name, values))
        return tuple(found)

    def day(self, key: str) -> date | None:
        """A day, or None where there is none."""
        return None if self.data.get(key) is None else day_of(self.data[key], self.where(key))

    def amount(self, key: str, usual: int | None = None, part: str = "") -> Decimal:
        """A number from 0 up."""
        value = self.data.get(key, usual)
        return amount_of(value, self.where(key, part))

    def amounts(self, key: str) -> dict[str, Decimal]:
        """Name -> number from 0 up, of the lines under a name."""
        inner = self.inner(key, key, None)
        return {name: inner.amount(name) for name in inner.data}


def number_of(value: object, where: str) -> Decimal:
    """A number as written. Raises E-POL-01."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise malformed(where, f"{value!r} is not a number") from error
    if not number.is_finite():
        raise malformed(where, f"{value!r} is not a number")
    return number


def amount_of(value: object, where: str) -> Decimal:
    """A number from 0 up. Raises E-POL-01."""
    number = number_of(value, where)
    if number < 0:
        raise malformed(where, f"{value} is below 0", "Write a number from 0 up.")
    return number


def days_of(value: object, where: str) -> int:
    """A whole number of days. Raises E-POL-01."""
    number = number_of(value, where)
    if number != number.to_integral_value() or not 1 <= number <= 3660:
        raise malformed(where, f"{value} is not a number of days", "Write a whole number from 1 up.")
    return int(number)


def day_of(value: object, where: str) -> date:
    """A calendar day. Raises E-POL-01."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise malformed(where, f"{value!r} is not a day", "Write 2026-01-31.") from error


def malformed(where: str, what: str, do: str = "") -> PercontactError:
    """E-POL-01, ready to raise."""
    why = "The policy decides where every cent goes, so nothing in it is guessed."
    return problem("E-POL-01", where, what, why, do or FORM_PAGE)


def unknown(where: str, what: str, name: str, known: Iterable[str]) -> PercontactError:
    """E-POL-02, ready to raise."""
    do = "Correct the name, or add what it names."
    return problem("E-POL-02", where, what, did_you_mean(name, known), do)


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "a group of names"
    return "a list" if isinstance(value, list) else f"the text {value!r}" if value is not None else "nothing"
