# SPDX-License-Identifier: Apache-2.0
"""What a header means: its words without unit, currency and average, and the columns of a table they name.

The words stand in meaning.yaml, in several languages.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import available_timezones

from percontact.ingest.mapping import Unit
from percontact.ingest.meaning_numbers import CURRENCY_SIGNS
from percontact.ingest.vocabulary import words
from percontact.records.column import Table

EXACT, SYNONYM, NEAR = 1.0, 0.9, 0.6
"""How sure a name is: the table's own; a word we know; nearly one we know (never enough by itself)."""

CURRENCIES = frozenset(words()["currencies"])
"""Currencies recognised in a header or beside a number."""

_ALIKE = 0.9
"""difflib ratio from which a header is nearly a word we know: catergory, not rate and date."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A header, taken apart.

    full      all of its words, small, without accents and signs
    base      the same without unit, currency, zone and average
    unit      what its numbers are counted in, or None
    average   whether it says that they are averages
    currency  the currency it names, or None
    zone      the time zone it names, or None
    """

    text: str
    full: str
    base: str
    unit: Unit | None = None
    average: bool = False
    currency: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A column (or, with a +, a part of one) that a header may stand for, and how sure its name makes it."""

    name: str
    score: float
    word: str


def plain(text: str) -> str:
    """Small letters without accents, camel case and signs taken apart.

    >>> plain("AvgTalkDuration (s)"), plain("Größe_Nr."), plain("CustomerID")
    ('avg talk duration s', 'grosse number', 'customer id')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text.replace("ß", "ss"))
    text = unicodedata.normalize("NFKD", text)
    text = "".join(sign for sign in text if not unicodedata.combining(sign)).lower()
    spelt = words()["spelt"]
    return " ".join(spelt.get(word, word) for word in re.findall(r"[^\W_]+", text))


def heading(text: str) -> Heading:
    """A header taken apart.

    >>> heading("Talk Duration (AVG)").base, heading("Dauer in Minuten").unit
    ('talk duration', 'min')
    >>> heading("Betrag (EUR)").currency
    'EUR'
    """
    full = plain(text)
    tokens = full.split()
    if tokens[:2] == ["sum", "of"] and len(tokens) > 2:
        tokens = tokens[2:]  # what a pivot table calls the sums of a column
    unit = zone = currency = None
    for inside in re.findall(r"[(\[]([^)\]]*)[)\]]", text):
        if inside.strip() in available_timezones():
            zone = inside.strip()
            gone = plain(inside).split()
            tokens = [t for t in tokens if t not in gone]
    for sign, code in CURRENCY_SIGNS.items():
        if sign in text:
            currency = code
    for token in list(tokens):
        if token.upper() in CURRENCIES and len(tokens) > 1 and re.search(rf"\b{token.upper()}\b", text):
            currency = token.upper()
            tokens.remove(token)
        elif token in words()["zones"]["UTC"] and len(tokens) > 1:
            zone = "UTC"
            tokens.remove(token)
    average = any(t in words()["averages"] for t in tokens) or "ø" in text.lower()
    tokens = [t for t in tokens if t not in words()["averages"] and t != "ø"] or tokens
    unit, tokens = _unit(tokens)
    average = average or " ".join(tokens) in words()["average_names"]
    while len(tokens) > 1 and tokens[-1] in ("in", "en", "em", "local"):
        tokens = tokens[:-1]
    return Heading(text, full, " ".join(tokens), unit, average, currency, zone)


def _unit(tokens: list[str]) -> tuple[Unit | None, list[str]]:
    """The unit that ends a header, and the words before it."""
    for size in (3, 2, 1):
        tail, rest = " ".join(tokens[-size:]), tokens[:-size]
        if not rest:
            continue
        for unit, known in words()["units"].items():
            if tail in known:
                return unit, rest
    return None, tokens


@cache
def _known(table: Table) -> Pairs[str, tuple[Role, ...]]:
    """Word -> roles it names in a table."""
    found: dict[str, dict[str, Role]] = {}

    def learn(role: str, known: list[str], bonus: float) -> None:
        for rank, word in enumerate(known):
            roles = found.setdefault(plain(word), {})
            score = SYNONYM + bonus - rank * 0.0005
            if role not in roles or roles[role].score < score:
                roles[role] = Role(role, score, word)

    for role, known in words()["any"].items():
        if role.startswith("+") or table.column(role) or (role == "period" and table.column("period_start")):
            learn(role, known, 0.0)
    for role, known in words().get(table.name, {}).items():
        learn(role, known, -0.01)
    for column in table.columns:
        found.setdefault(plain(column.name), {})[column.name] = Role(column.name, EXACT, column.name)
    return {word: tuple(roles.values()) for word, roles in found.items()}


def roles(table: Table, head: Heading) -> list[Role]:
    """What a header may stand for, surest first."""
    return list(_roles(table, head.full, head.base))


# A header is asked about once for each use its column may have, and a month's files have those of the last.
@lru_cache(maxsize=4096)
def _roles(table: Table, full: str, base: str) -> tuple[Role, ...]:
    known = _known(table)
    found: dict[str, Role] = {}
    for text, less in ((full, 0.0), (base, 0.02)):
        for role in known.get(text, ()):
            if role.name not in found:
                found[role.name] = Role(role.name, role.score - less, role.word)
    bag = _bag(base)
    if not found and len(bag) > 1:
        for word, named in known.items():
            if _bag(word) == bag:
                found |= {r.name: Role(r.name, r.score - 0.04, word) for r in named if r.name not in found}
    if not found and len(base) > 4:
        for word in difflib.get_close_matches(base, known, n=2, cutoff=_ALIKE):
            found |= {r.name: Role(r.name, NEAR, word) for r in known[word] if r.name not in found}
    return tuple(sorted(found.values(), key=lambda r: (-r.score, r.name)))


@lru_cache(maxsize=16_384)
def _bag(text: str) -> tuple[str, ...]:
    return tuple(sorted(token for token in text.split() if token not in words()["fillers"]))


def value_map(column: str, value: str) -> str | None:
    """What one of a file's own words means in a column: Incoming -> inbound; None = not known.

    >>> value_map("direction", "Incoming"), value_map("outcome", "Aufgelegt"), value_map("outcome", "Blue")
    ('inbound', 'abandoned', None)
    """
    text = " ".join(value.lower().split())
    known = _values(column)
    bare = " ".join(w for w in text.split() if w not in words()["voice_words"])
    return known.get(text) or known.get(bare)


@cache
def _values(column: str) -> Pairs[str, str]:
    found: dict[str, str] = {}
    for ours, theirs in words()["values"].get(column, {}).items():
        found |= {word.lower(): ours for word in (ours, *theirs)}
    return found


def yes_or_no(value: str) -> bool | None:
    """Whether a word means yes or no; None = neither.

    >>> yes_or_no("Ja"), yes_or_no("N"), yes_or_no("maybe")
    (True, False, None)
    """
    text = value.strip().lower()
    return True if text in words()["yes"] else False if text in words()["no"] else None
