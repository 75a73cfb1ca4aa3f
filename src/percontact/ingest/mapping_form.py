# SPDX-License-Identifier: Apache-2.0
"""Reading a mapping file: every key and value is checked, and a wrong one is answered with the near ones."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import yaml

from percontact.ingest.mapping import (
    Above,
    Condition,
    Else,
    Group,
    Headings,
    Kept,
    Mapping,
    Origin,
    Take,
    Unit,
    Unpivot,
)
from percontact.records.tables import TABLES
from percontact.records.written import Node, TextLoader
from percontact.values.problem import PercontactError, did_you_mean, problem
from percontact.values.yaml_words import yaml_words

_EMPTY = ("", "~", "null", "Null", "NULL")
_YES, _NO = ("true", "yes"), ("false", "no")


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file and check its form; the columns are held against a file only when one is read.

    Raises E-FILE-01 (no such file), E-FILE-02 (not UTF-8), E-MAP-01 (form), E-MAP-02 (no such table).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise problem(
            "E-FILE-01", str(path), "there is no such mapping file", "Nothing was read.", "Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise problem(
            "E-FILE-02",
            str(path),
            "the mapping file is not UTF-8",
            "Guessing an encoding can change the names in it.",
            "Save it as UTF-8.",
        ) from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str) -> Mapping:
    """The mapping a YAML text says; `name` is said in messages. Errors as `load_mapping`."""
    try:
        tree = yaml.load(text, Loader=TextLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what, do = yaml_words(error.problem or "this is no YAML")
        raise _malformed(f"{name}:{line}", what, do or "See docs/reference/mapping.md.") from error
    except yaml.YAMLError as error:
        raise _malformed(name, f"this is no YAML: {error}") from error
    return _Form(name).mapping({} if tree in (None, "") else tree, text)


def _malformed(where: str, what: str, do: str = "See docs/reference/mapping.md.") -> PercontactError:
    return problem("E-MAP-01", where, what, "A mapping is followed to the letter or not at all.", do)


class _Form:
    """The form of a mapping file; `name` stands in front of every complaint."""

    def __init__(self, name: str) -> None:
        self.name = name

    def mapping(self, tree: Node, text: str) -> Mapping:
        top = self.keys("the mapping", tree, _MAPPING)
        fields = {field: read(self, key, top[key]) for key, (field, read) in _MAPPING.items() if key in top}
        if isinstance(fields.get("header"), tuple):
            fields |= {"header": True, "header_has": fields["header"]}
        mapping = Mapping(name=self.name, text=text, **cast(Any, fields))
        if mapping.table is not None and mapping.table not in TABLES:
            what = f"`table: {mapping.table}` is no table"
            raise problem(
                "E-MAP-02",
                self.name,
                what,
                "A mapping is for one table.",
                did_you_mean(mapping.table, TABLES),
            )
        if mapping.decimal == mapping.thousands:
            raise _malformed(self.name, f"`decimal` and `thousands` are both {mapping.decimal!r}")
        if not mapping.header and not mapping.headers:
            raise _malformed(self.name, "`header: none` needs `headers:`, the names of the columns")
        for left, origin in mapping.columns.items():
            if (origin.take or (origin.instead and origin.instead.take)) and mapping.group is None:
                raise _malformed(self.name, f"column `{left}` has `take:`, and there is no `group:`")
        return mapping

    def keys(self, of: str, node: Node, known: dict[str, Any]) -> dict[str, Node]:
        if not isinstance(node, dict):
            raise _malformed(self.name, f"{of} must be `name: value` lines, not {_kind(node)}")
        for key in node:
            if key not in known:
                raise _malformed(self.name, f"{of} has no `{key}:`", did_you_mean(key, known))
        return node

    def text(self, key: str, node: Node) -> str:
        if not isinstance(node, str):
            raise _malformed(self.name, f"`{key}:` must be one text, not {_kind(node)}")
        return node

    def texts(self, key: str, node: Node) -> tuple[str, ...]:
        return tuple(self.text(key, n) for n in node) if isinstance(node, list) else (self.text(key, node),)

    def value(self, key: str, node: Node) -> str:
        return "" if (text := self.text(key, node)) in _EMPTY else text

    def flag(self, key: str, node: Node) -> bool:
        text = self.text(key, node).lower()
        if text not in _YES + _NO:
            raise _malformed(self.name, f"`{key}: {text}` must be true or false")
        return text in _YES

    def hashed(self, key: str, node: Node) -> bool | str:
        return "names" if node == "names" else self.flag(key, node)

    def whole(self, key: str, node: Node) -> int:
        text = self.text(key, node)
        if not text.isdecimal():
            raise _malformed(self.name, f"`{key}: {text}` must be a whole number, 0 or more")
        return int(text)

    def sign(self, key: str, node: Node) -> str:
        text = {"tab": "\t", "\\t": "\t"}.get(self.text(key, node), self.text(key, node))
        if len(text) > 1 or (not text and key not in ("quote", "thousands")):
            raise _malformed(self.name, f"`{key}: {text!r}` must be one character")
        if key in _NUMBER_SIGNS and text and text not in _NUMBER_SIGNS[key]:
            told = ", ".join(repr(sign) for sign in _NUMBER_SIGNS[key])
            raise _malformed(self.name, f"`{key}: {text!r}` is in no number", f"There is: {told}.")
        return text

    def encoding(self, key: str, node: Node) -> str:
        text = self.text(key, node)
        try:
            return codecs.lookup(text).name
        except LookupError as error:
            raise _malformed(self.name, f"`{key}: {text}` is no encoding Python knows") from error

    def timezone(self, key: str, node: Node) -> str:
        text = self.text(key, node)
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            do = "Write an IANA name, e.g. Europe/London."
            raise _malformed(self.name, f"`{key}: {text}` is no time zone", do) from error
        return text

    def unit(self, key: str, node: Node) -> Unit:
        return cast(Unit, self.one_of(key, node, get_args(Unit)))

    def otherwise(self, key: str, node: Node) -> Else:
        return cast(Else, self.one_of(key, node, get_args(Else)))

    def one_of(self, key: str, node: Node, allowed: tuple[str, ...]) -> str:
        text = self.text(key, node)
        if text not in allowed:
            raise _malformed(self.name, f"`{key}: {text}` must be one of {', '.join(allowed)}")
        return text

    def keep(self, key: str, node: Node) -> str | tuple[str, ...]:
        return self.texts(key, node) if isinstance(node, list) else self.one_of(key, node, ("all", "none"))

    def values(self, key: str, node: Node) -> dict[str, str]:
        if not isinstance(node, dict):
            raise _malformed(self.name, f"`{key}:` must be `source: value` pairs, not {_kind(node)}")
        return {source.strip(): self.value(key, target) for source, target in node.items()}

    def parts(self, key: str, node: Node) -> tuple[tuple[str, ...], ...]:
        nodes = node if isinstance(node, list) else [node]
        return tuple(self.texts(key, part) for part in nodes)

    def where(self, key: str, node: Node) -> tuple[Condition, ...]:
        return tuple(self.condition(key, one) for one in (node if isinstance(node, list) else [node]))

    def condition(self, key: str, node: Node) -> Condition:
        parts = self.keys(f"`{key}:`", node, _CONDITION)
        if "column" not in parts or len(parts) < 2:
            told = ", ".join(f"`{k}:`" for k in _CONDITION if k != "column")
            raise _malformed(self.name, f"`{key}:` needs `column:` and one of {told}")
        return Condition(**cast(Any, self.fields(parts, _CONDITION)))

    def pattern(self, key: str, node: Node) -> str:
        text = self.text(key, node)
        if why := _no_pattern(text):
            raise _malformed(self.name, f"`{key}: {text}` is no RE2 pattern", f"{why}.")
        return text

    def number(self, key: str, node: Node) -> str:
        text = self.text(key, node)
        if not re.fullmatch(r"[+-]?(\d{1,12}(\.\d{1,12})?|\.\d{1,12})", text):
            what = (
                f"`{key}: {text}` must be a decimal number of at most 12 digits on either side of its point"
            )
            raise _malformed(self.name, what)
        return text

    def down(self, key: str, node: Node) -> bool:
        return self.one_of(key, node, ("down",)) == "down"

    def take(self, key: str, node: Node) -> Take:
        return cast(Take, self.one_of(key, node, get_args(Take)))

    def place_above(self, key: str, node: Node) -> Above:
        parts = self.keys(f"`{key}:`", node, {"line": None, "cell": None})
        if len(parts) != 2:
            raise _malformed(self.name, f"`{key}:` needs `line:` and `cell:`, both from 1")
        line, cell = (self.whole(k, parts[k]) for k in ("line", "cell"))
        if not line or not cell:
            raise _malformed(self.name, f"`{key}:` counts lines and cells from 1")
        return Above(line, cell)

    def since(self, key: str, node: Node) -> str | Above:
        if isinstance(node, dict):
            return self.place_above(key, node)
        text = self.text(key, node)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise _malformed(self.name, f"`{key}: {text}` is no day in ISO form") from error

    def unpivot(self, key: str, node: Node) -> Unpivot:
        parts = self.keys(f"`{key}:`", node, dict.fromkeys(("columns", "name", "value")))
        if len(parts) != 3:
            raise _malformed(self.name, f"`{key}:` needs `columns:`, `name:` and `value:`")
        listed = isinstance(parts["columns"], list)
        columns = self.texts("columns", parts["columns"]) if listed else ()
        pattern = "" if listed else self.pattern("columns", parts["columns"])
        name, value = (self.text(k, parts[k]).strip() for k in ("name", "value"))
        return Unpivot(columns, pattern, name, value)

    def headings(self, key: str, node: Node) -> Headings:
        parts = self.keys(f"`{key}:`", node, dict.fromkeys(("column", "name", "when", "until")))
        if not {"column", "name", "when"} <= set(parts):
            raise _malformed(self.name, f"`{key}:` needs `column:`, `name:` and `when:`")
        columns = tuple((header,) for header in self.texts("column", parts["column"]))
        until = self.where("until", parts["until"]) if "until" in parts else ()
        name = self.text("name", parts["name"]).strip()
        return Headings(columns, name, self.where("when", parts["when"]), until)

    def group(self, key: str, node: Node) -> Group:
        parts = self.keys(f"`{key}:`", node, _GROUP)
        if "by" not in parts:
            raise _malformed(self.name, f"`{key}:` needs `by:`")
        return Group(**cast(Any, self.fields(parts, _GROUP)))

    def kept(self, key: str, node: Node) -> Kept:
        return cast(Kept, self.one_of(key, node, get_args(Kept)))

    def ragged(self, key: str, node: Node) -> str:
        return self.one_of(key, node, ("aside", "pad"))

    def header(self, key: str, node: Node) -> bool | tuple[tuple[str, ...], ...]:
        if isinstance(node, list):
            return tuple(self.texts(key, one) for one in node)
        return self.one_of(key, node, ("none", "first")) == "first"

    def optional(self, key: str, node: Node) -> str | tuple[str, ...]:
        return self.texts(key, node) if isinstance(node, list) else self.one_of(key, node, ("all", "none"))

    def recognise(self, key: str, node: Node) -> tuple[tuple[str, ...], ...]:
        parts = self.keys(f"`{key}:`", node, {"headers": None, "cells": None, "least": None})
        if "cells" in parts:
            return ()
        if not isinstance(headers := parts.get("headers"), list):
            raise _malformed(self.name, f"`{key}:` needs `headers:`, a list")
        return tuple(self.texts("headers", one) for one in headers)

    def fields(self, parts: dict[str, Node], known: dict[str, tuple[str, _Read]]) -> dict[str, object]:
        return {field: read(self, key, parts[key]) for key, (field, read) in known.items() if key in parts}

    def columns(self, key: str, node: Node) -> dict[str, Origin]:
        if not isinstance(node, dict):
            raise _malformed(self.name, f"`{key}:` must be `column: source` lines, not {_kind(node)}")
        return {target.strip(): self.origin(target, source) for target, source in node.items()}

    def origin(self, target: str, node: Node) -> Origin:
        if not isinstance(node, dict):
            return Origin(columns=(self.texts(target, node),))
        parts = self.keys(f"column `{target}`", node, _ORIGIN)
        if sum(key in parts for key in ("column", "columns", "constant", "above")) != 1:
            raise _malformed(self.name, f"column `{target}` needs one of `column:`, `columns:`, `constant:`")
        if "else" in parts and "values" not in parts:
            raise _malformed(self.name, f"column `{target}` has `else:` without `values:`")
        return Origin(**cast(Any, self.fields(parts, _ORIGIN)))

    def alternatives(self, key: str, node: Node) -> tuple[tuple[str, ...], ...]:
        return (self.texts(key, node),)


_Read = Callable[[_Form, str, Node], object]
_SHARED: dict[str, tuple[str, _Read]] = {
    "decimal": ("decimal", _Form.sign),
    "thousands": ("thousands", _Form.sign),
    "accounting": ("accounting", _Form.flag),
    "timezone": ("timezone", _Form.timezone),
    "format": ("formats", _Form.texts),
    "nulls": ("nulls", _Form.texts),
}
_MAPPING: dict[str, tuple[str, _Read]] = _SHARED | {
    "table": ("table", _Form.text),
    "encoding": ("encoding", _Form.encoding),
    "delimiter": ("delimiter", _Form.sign),
    "quote": ("quote", _Form.sign),
    "skip": ("skip", _Form.whole),
    "headers": ("headers", _Form.texts),
    "sheet": ("sheet", _Form.text),
    "part": ("part", _Form.text),
    "columns": ("columns", _Form.columns),
    "keep": ("keep", _Form.keep),
    "where": ("where", _Form.where),
    "unpivot": ("unpivot", _Form.unpivot),
    "headings": ("headings", _Form.headings),
    "group": ("group", _Form.group),
    "records": ("records", _Form.text),
    "explode": ("explode", _Form.text),
    "source": ("source", _Form.text),
    "evidence": ("evidence", _Form.text),
    "recognise": ("recognise", _Form.recognise),
    "lacks": ("lacks", _Form.texts),
    "header": ("header", _Form.header),
    "ragged": ("ragged", _Form.ragged),
    "optional": ("optional", _Form.optional),
}
_ORIGIN: dict[str, tuple[str, _Read]] = _SHARED | {
    "column": ("columns", _Form.alternatives),
    "columns": ("columns", _Form.parts),
    "constant": ("constant", _Form.value),
    "join": ("join", _Form.text),
    "unit": ("unit", _Form.unit),
    "times": ("times", _Form.texts),
    "values": ("values", _Form.values),
    "else": ("otherwise", _Form.otherwise),
    "hash": ("hashed", _Form.hashed),
    "above": ("above", _Form.place_above),
    "plus": ("plus", _Form.parts),
    "minus": ("minus", _Form.texts),
    "factor": ("factor", _Form.number),
    "negative": ("negative", _Form.where),
    "since": ("since", _Form.since),
    "digits": ("digits", _Form.whole),
    "match": ("match", _Form.pattern),
    "when": ("when", _Form.where),
    "or": ("instead", _Form.origin),
    "fill": ("fill", _Form.down),
    "take": ("take", _Form.take),
}
_GROUP: dict[str, tuple[str, _Read]] = {
    "by": ("by", _Form.parts),
    "order": ("order", _Form.origin),
    "keep": ("keep", _Form.kept),
    "until": ("until", _Form.text),
    "since": ("since", _Form.text),
}
_CONDITION: dict[str, tuple[str, _Read]] = {
    "column": ("column", _Form.texts),
    "is": ("only", _Form.texts),
    "not": ("never", _Form.texts),
    "blank": ("blank", _Form.flag),
    "matches": ("matches", _Form.pattern),
    "unlike": ("unlike", _Form.pattern),
}
_NUMBER_SIGNS = {"decimal": (".", ",", "\u066b"), "thousands": (",", ".", " ", "'", "\u2019", "\u066c", "_")}
"""What parts a number in any country; \u066b and \u066c are those of Arabic."""


def _kind(node: Node) -> str:
    return {str: "a text", list: "a list", dict: "`name: value` lines"}[type(node)]


@cache
def _no_pattern(text: str) -> str:
    """Why a text is no RE2 pattern, or "". Opening an engine takes longer than reading the mapping."""
    # DuckDB knows RE2, which takes time in proportion to the text whatever the pattern says.
    try:
        with duckdb.connect() as con:
            con.execute("SELECT regexp_extract('', $1)", [text]).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""
