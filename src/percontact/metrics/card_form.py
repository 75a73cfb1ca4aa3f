# SPDX-License-Identifier: Apache-2.0
"""Reading a card: every key and value is checked, and a wrong one is answered with the near ones."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import get_args

from percontact.costing.denominator import PERS
from percontact.metrics.card import CATEGORIES, KINDS, Better, Card, Clock, Example, How, Term, Test
from percontact.metrics.facts import FACTS
from percontact.records.written import Node, NotYaml, read_written
from percontact.values.problem import PercontactError, did_you_mean, problem

_TEXTS = ("metric", "name", "symbol", "category", "asks", "formula", "kind", "unit", "better", "grain",
          "clock", "counted_on", "rule", "source", "of", "over", "same", "cost", "per")  # fmt: skip
_LISTS = ("tags", "pitfalls", "related")
_TERMS = {"amount": "top", "numerator": "top", "denominator": "bottom", "less": "minus"}
_KEYS = (*_TEXTS, *_LISTS, *_TERMS, "where", "quantile", "times", "band", "parameters", "examples")
_NEEDED = ("metric", "name", "category", "asks", "formula", "kind", "unit", "better", "counted_on", "rule",
           "source")  # fmt: skip
_PARTS = {
    "amount": ("amount",),
    "ratio": ("numerator", "denominator"),
    "share": ("numerator", "denominator"),
    "net": ("numerator", "less", "denominator"),
    "index": ("of", "over", "denominator"),
    "percentile": ("of", "quantile", "denominator"),
    "survival": ("of", "denominator"),
    "cost": ("cost",),
}
"""What a card of each kind must say."""
COST_PARTS = ("basis", "used", "full", "marginal", "unused", "unassigned")


def parse_cards(text: str, where: str, *, own: bool = False) -> list[Card]:
    """The cards of a YAML text, one a document. Raises PercontactError E-CARD-01."""
    try:
        trees = read_written(text)
    except NotYaml as error:
        place = f"{where}:{error.line}" if error.line else where
        raise _wrong(place, error.what, "A card is YAML: `key: value` lines.") from error
    return [_Form(where).card(tree, own=own) for tree in trees]


def _wrong(where: str, what: str, do: str) -> PercontactError:
    return problem("E-CARD-01", where, what, "A definition is followed to the letter or not at all.", do)


class _Form:
    """The form of one card; `where` stands in front of every complaint."""

    def __init__(self, where: str) -> None:
        self.where = where

    def card(self, tree: Node, *, own: bool) -> Card:
        top = self.keys(tree, "a card", _KEYS)
        if name := top.get("metric"):
            self.where = f"{self.where}: {name}"
        if missing := [k for k in _NEEDED if not top.get(k)]:
            raise _wrong(self.where, f"it does not say `{missing[0]}:`", "See docs/reference/cards.md.")
        fields: dict[str, object] = {k: self.text(top[k], k) for k in _TEXTS if k in top}
        fields |= {k: self.texts(top[k], k) for k in _LISTS if k in top}
        fields |= {field: self.term(top[k], k) for k, field in _TERMS.items() if k in top}
        self.one_of(top, "kind", KINDS)
        self.one_of(top, "category", CATEGORIES)
        self.one_of(top, "better", get_args(Better))
        self.one_of(top, "clock", get_args(Clock))
        kind = str(top["kind"])
        for part in _PARTS[kind]:
            if part not in top:
                raise _wrong(self.where, f"a card of kind {kind} needs `{part}:`", "Add it.")
        if kind == "cost":
            self.one_of(top, "cost", COST_PARTS)
            self.one_of(top, "per", PERS)
        if "where" in top:
            fields["where"] = self.tests(top["where"], "contacts")
        for key in ("quantile", "times"):
            if key in top:
                fields[key] = self.number(top[key], key)
        if "band" in top:
            low, high = (self.number(n, "band") for n in self.pair(top["band"]))
            fields["band"] = (low, high)
        if "parameters" in top:
            fields["parameters"] = self.pairs(top["parameters"], "parameters")
        if "examples" in top:
            fields["examples"] = tuple(self.example(e) for e in self.items(top["examples"], "examples"))
        card = Card(**fields, own=own)  # type: ignore[arg-type]
        self.check_names(card)
        return card

    # -- the formula ---------------------------------------------------------------------------------------

    def term(self, node: Node, key: str) -> Term:
        """{count: contacts, where: {...}}, {sum: contacts.handle_s}, {distinct: contacts.customer_id}."""
        parts = self.keys(node, f"`{key}:`", ("count", "sum", "distinct", "where"))
        hows = [h for h in ("count", "sum", "distinct") if h in parts]
        if len(hows) != 1:
            raise _wrong(
                self.where, f"`{key}:` needs one of count, sum, distinct", "Name a table or a column."
            )
        table, _, column = self.text(parts[hows[0]], key).partition(".")
        if hows[0] != "count" and not column:
            raise _wrong(self.where, f"`{key}: {hows[0]}` names no column", f"Write {table}.COLUMN.")
        where = self.tests(parts["where"], table) if "where" in parts else ()
        return Term(hows[0], table, column, where)

    def tests(self, node: Node, table: str) -> tuple[Test, ...]:
        found: list[Test] = []
        for column, asked in self.keys(node, "`where:`", None).items():
            if isinstance(asked, dict):
                for how, value in asked.items():
                    if how not in get_args(How) or how in ("is", "known", "unknown"):
                        allowed = [h for h in get_args(How) if h not in ("is", "known", "unknown")]
                        raise _wrong(
                            self.where, f"`{column}: {how}` is no condition", did_you_mean(how, allowed)
                        )
                    found.append(Test(column, how, self.texts(value, column)))  # type: ignore[arg-type]
            elif asked in ("known", "unknown"):
                found.append(Test(column, asked))  # type: ignore[arg-type]
            else:
                found.append(Test(column, "is", self.texts(asked, column)))
        return tuple(found)

    def check_names(self, card: Card) -> None:
        """Every table and column must be one that there is, or one that a user may have added to it."""
        table, _, when = card.counted_on.partition(".")
        if table not in FACTS:
            raise _wrong(self.where, f"`counted_on: {table}` is no table", did_you_mean(table, FACTS))
        if when not in FACTS[table].times:
            raise _wrong(self.where, f"`counted_on: {card.counted_on}` is no time of {table}",
                         did_you_mean(when, FACTS[table].times))  # fmt: skip
        for term in (card.top, card.bottom, card.minus):
            if term is None:
                continue
            if term.table != table:
                what = f"it counts rows of {term.table}, but is counted on {card.counted_on}"
                raise _wrong(self.where, what, "A metric counts rows of one table.")
            for column in (term.column, *(t.column for t in term.where)):
                self.check_column(table, column)
            for test in term.where:
                self.check_sum(card, test)
                for value in test.values:
                    if value.startswith("$") and value[1:] not in card.parameters:
                        raise _wrong(self.where, f"{value} is no parameter of the card",
                                     did_you_mean(value[1:], card.parameters))  # fmt: skip
        if card.of:
            self.check_column(table, card.of)

    def check_sum(self, card: Card, test: Test) -> None:
        """A time of one contact is compared, never that of a row, which may be the sum of many."""
        each = f"{test.column.removesuffix('_s')}_each_s"
        if (
            card.table == "contacts"
            and test.how not in ("known", "unknown")
            and each in FACTS["contacts"].names
        ):
            raise problem(
                "E-CARD-01",
                self.where,
                f"`{test.column}: {test.how}` compares what may be a sum of many contacts",
                f"A row of totals (count above 1) has the sum of its contacts' {test.column}.",
                f"Compare {each}, the time of one contact; it is unknown where only sums are.",
            )

    def check_column(self, table: str, column: str) -> None:
        known = FACTS[table].names
        if column and column not in known and table != "contacts":
            raise _wrong(self.where, f"{table} has no column `{column}`", did_you_mean(column, known))

    # -- examples ------------------------------------------------------------------------------------------

    def example(self, node: Node) -> Example:
        parts = self.keys(node, "an example", ("book", "expect", "settings", "policy", "says"))
        if "book" not in parts or "expect" not in parts:
            raise _wrong(self.where, "an example needs `book:` and `expect:`", "See docs/reference/cards.md.")
        book = parts["book"]
        tables = book if isinstance(book, str) else {
            table: tuple(self.row(r) for r in self.items(rows, table))
            for table, rows in self.keys(book, "`book:`", None).items()
        }  # fmt: skip
        expect = self.text(parts["expect"], "expect")
        return Example(
            tables,
            None if expect == "undefined" else expect,
            self.pairs(parts["settings"], "settings") if "settings" in parts else {},
            self.text(parts.get("policy", ""), "policy"),
            self.text(parts.get("says", ""), "says"),
        )

    def row(self, node: Node) -> Mapping[str, str]:
        return {k: v for k, v in self.pairs(node, "a row").items() if v != ""}

    # -- plain parts ---------------------------------------------------------------------------------------

    def keys(self, node: Node, of: str, known: tuple[str, ...] | None) -> dict[str, Node]:
        if not isinstance(node, dict):
            raise _wrong(self.where, f"{of} must be `name: value` lines", "See docs/reference/cards.md.")
        for key in node:
            if known is not None and key not in known:
                raise _wrong(self.where, f"{of} has no `{key}:`", did_you_mean(key, known))
        return node

    def text(self, node: Node, key: str) -> str:
        if not isinstance(node, str):
            raise _wrong(self.where, f"`{key}:` must be one text", "Write it on one line, or as `key: >-`.")
        return node.strip()

    def items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, list):
            raise _wrong(self.where, f"`{key}:` must be a list", "Begin each item with `- `.")
        return node

    def texts(self, node: Node, key: str) -> tuple[str, ...]:
        return tuple(self.text(n, key) for n in node) if isinstance(node, list) else (self.text(node, key),)

    def pairs(self, node: Node, key: str) -> dict[str, str]:
        return {k: self.text(v, k) for k, v in self.keys(node, f"`{key}`", None).items()}

    def pair(self, node: Node) -> list[Node]:
        found = self.items(node, "band")
        if len(found) != 2:
            raise _wrong(self.where, "`band:` needs two numbers", "Write band: [0.75, 0.85].")
        return found

    def number(self, node: Node, key: str) -> Decimal:
        try:
            return Decimal(self.text(node, key))
        except InvalidOperation as error:
            raise _wrong(
                self.where, f"`{key}: {node}` is no number", "Write it with a point: 0.9."
            ) from error

    def one_of(self, top: Mapping[str, Node], key: str, allowed: tuple[str, ...]) -> None:
        if key in top and top[key] not in allowed:
            raise _wrong(self.where, f"`{key}: {top[key]}` is not one of its values",
                         did_you_mean(str(top[key]), allowed))  # fmt: skip
