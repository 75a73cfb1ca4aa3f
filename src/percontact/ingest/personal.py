# SPDX-License-Identifier: Apache-2.0
"""Which columns of a file are about a person: by their header, by their values.

No name, address, number or word of a customer enters a Book by itself. Of the columns that a file has besides
those of the table, `keep: all` leaves out what looks personal, and stores ids of customers as keyed hashes.
A column that a mapping file names is kept as it says: the one who wrote it decided.

The words of headers stand in personal.yaml, for imports and for proposals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import duckdb
import yaml

from percontact.records.dialect import literal, quote

Kind = Literal["name", "e-mail", "phone", "address", "birth", "ip", "account", "words", "id"]

KINDS: tuple[Kind, ...] = ("e-mail", "phone", "ip", "account", "birth", "name", "address", "words", "id")
"""In the order in which a header is held against them."""

TOLD: dict[str, str] = {
    "name": "names",
    "e-mail": "e-mail addresses",
    "phone": "phone numbers",
    "address": "postal addresses",
    "birth": "dates of birth",
    "ip": "IP addresses",
    "account": "card, bank or identity numbers",
    "words": "free text",
    "id": "ids of customers",
}

_COUNTED_AT_ONCE = 20
"""Columns whose different values are counted in one query."""


@cache
def _words() -> dict[str, Any]:
    """personal.yaml, every scalar as text."""
    text = (files("percontact.ingest") / "personal.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return tree


def _any_of(words: Sequence[str]) -> str:
    """One of these regular expressions, in which <who> and <numbered> stand for the words so called."""
    return re.sub(r"<(\w+)>", lambda found: "|".join(_words()[found[1]]), "|".join(words))


@cache
def _ends(kind: str) -> re.Pattern[str]:
    """Headers that hold this kind of personal data: such words alone, or after others."""
    return re.compile(rf"(?:^|.*_)(?:{_any_of(_words()['ends'][kind])})$")


@cache
def _list(name: str, shape: str) -> re.Pattern[str]:
    """Headers in which one of a list of words stands in the place of the dots."""
    return re.compile(shape.replace("...", _any_of(_words()[name])))


def _speaks_about(header: str) -> bool:
    """Whether a header speaks about a thing, and does not hold it: email_status."""
    return bool(_list("about", "_(...)$").search(header))


def _is_staff(header: str) -> re.Match[str] | None:
    return _list("staff", rf"(?:^|.*_)(?:...)(_?(?:{'|'.join(_words()['numbered'])}))?$").match(header)


NO_PEOPLE = ("campaigns", "targets", "budgets", "fx", "calendar", "events")
"""Tables of which no row is about a person; only their values are looked at."""

MAIL = r"[^@\s,;<>]+@[^@\s,;<>]+\.[a-zA-Z]{2,}"
_PHONE = (
    r"(\+|00)[1-9][0-9 ()./-]{6,18}[0-9]|\(?0[0-9]{2,5}\)?[ /-][0-9][0-9 /-]{4,12}[0-9]"
    r"|(1[ .-])?\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}"
)
_NUMBER = "[0-9]{13,19}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"
_BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IP = rf"({_BYTE}\.){{3}}{_BYTE}|([0-9a-fA-F]{{1,4}}:){{7}}[0-9a-fA-F]{{1,4}}"
PAPERS = (
    "[0-9]{3}-[0-9]{2}-[0-9]{4}|[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
    "|[12] ?[0-9]{2} ?(0[1-9]|1[0-2]) ?([0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3}( ?[0-9]{2})?"
)
"""Social security (US), national insurance (GB) and registration numbers (NIR, FR), as they are written."""
_STREET = (
    r"(?i)[0-9]+[a-z]? .*\b(st|street|ave|avenue|rd|road|lane|ln|drive|dr|blvd|boulevard|court|way|place)\b.*"
    r"|.*(str\.|stra(ss|ß)e|weg|gasse|allee|platz|laan|straat) [0-9]+.*"
    r"|(calle|rue|via|avenida|rua) .*[0-9]+.*"
)
_NAME = r"\p{Lu}[\p{Ll}'’-]+(,? \p{Lu}[\p{L}.'’-]*){1,3}|\p{Lu}['’-]?[\p{Lu}'’-]+,? \p{Lu}\p{Ll}[\p{L}'’-]*"
OF_PEOPLE = r"\p{Lu}[\p{L}'’-]*\p{Ll}[\p{L}'’-]*|[\p{L}'’-]+([ .,]+[\p{L}'’-]+)+\.?"
"""What stands in a column of agents, when it is names and no codes: Diane, Priya Nair, NAIR, P."""

_NAME_IN_PARTS = r"(^|[/|;:>–-] *)\p{Lu}[\p{L}.'’-]*( \p{Lu}[\p{L}.'’-]*)+($| *[/|;:<–-])"
"""A name of two words beside something else: Sales / Priya Nair."""

SAMPLE_ROWS = 20_000
FEW_ROWS = 4_000
"""Rows at the start of a file by which its columns are judged: those that nobody named, and the others."""

FEW = 20
"""So many different mailboxes may be the service's own; more are people's."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the values of a column look like, in a sample."""

    filled: int
    different: int
    length: float
    blanks: float
    longest: int
    phones: int
    ips: int
    streets: int
    names: int
    mails: int
    mailboxes: int


_OF = re.compile(
    r"(.+?)[_ ](?:des|der|vom|von|du|de[_ ]la|de[_ ]l|de|del|della|dello|di|van[_ ]de|van[_ ]het|van|do|da"
    r"|of[_ ]the|of)[_ ](.+)"
)
"""Betreff des Tickets: what a column holds, and of what."""


def before_of(header: str) -> str:
    """What a header says its column holds, without of what.

    >>> before_of("betreff des tickets"), before_of("subject_of_the_ticket"), before_of("team")
    ('betreff', 'subject', 'team')
    """
    found = _OF.fullmatch(header)
    return found[1] if found else header


def by_header(header: str, table: str) -> Kind | None:
    """What a cleaned header says its column holds, or None when it says nothing personal.

    >>> [by_header(h, "contacts") for h in ("customer_email", "requester_id", "address_type", "team_name")]
    ['e-mail', 'id', None, None]
    >>> [by_header(h, "cases") for h in ("betreff_des_tickets", "name_des_mitarbeiters", "name_des_produkts")]
    ['words', 'name', None]
    """
    if (of := _OF.fullmatch(header)) and table not in NO_PEOPLE:
        kind = by_header(of[1], table)
        if kind == "words" or (kind and _list("who", "(...)(e?s|en|n)?").fullmatch(of[2])):
            return kind
        if kind == "name":
            return None
    if table in NO_PEOPLE or _speaks_about(header) or _list("things", "(...)_?names?$").search(header):
        return None
    for kind in KINDS:
        if _ends(kind).match(header):
            return None if kind == "id" and _is_staff(header) else kind
    return "words" if wrote(header) else None


def is_personal(full: str, base: str) -> bool:
    """Whether a header usually stands over a person's data, as a proposal asks: whoever looks on can say no.

    full, base  all of its words, small and without accents; and those without unit and average

    >>> [is_personal(h, h) for h in ("name of customer", "gender", "e mail", "number of agent messages")]
    [True, True, True, False]
    """
    tokens, known = set(full.replace("number of", "").split()), _words()
    if tokens & set(known["persons"]) and tokens & set(known["told_of_persons"]):
        return True
    kind = by_header("_".join(full.split()), "")
    return full in known["whole"] or base in known["whole"] or kind not in (None, "words", "id")


def is_free_text(full: str) -> bool:
    """Whether a header usually stands over what somebody wrote, as a proposal asks.

    >>> [is_free_text(h) for h in ("betreff des tickets", "remarks", "reason")]
    [True, True, False]
    """
    free = _words()["free_text"]
    return full in free or before_of(full) in free or wrote("_".join(full.split()))


def holds_person(value: str) -> bool:
    """Whether a cell by itself looks like a name, an address, a telephone or other number of a person.

    >>> [holds_person(v) for v in ("ada@mail.example", "020 7946 0958", "Ada Byron", "voice", "2026-06-01")]
    [True, True, True, False, False]
    """
    text = value.strip()
    patterns = (_PHONE, PAPERS, _NUMBER, _STREET, _SPOKEN_NAME)
    return bool(re.search(MAIL, text)) or any(re.fullmatch(p, text) for p in patterns)


_SPOKEN_NAME = r"[A-ZÀ-Þ][a-zß-ÿ'’-]+(,? [A-ZÀ-Þ][A-Za-zÀ-ÿ.'’-]*){1,3}"


def of_staff(name: str) -> bool:
    """Whether a cleaned header speaks of one who works there: by a code, or by a name.

    >>> [of_staff(h) for h in ("agent", "employee", "closed_by", "agent_team", "contact_id")]
    [True, True, True, False, False]
    """
    return bool(_is_staff(name)) and not re.search(r"contact", name)


def is_name(text: str) -> str:
    """SQL condition that the value of a column of staff is a name and no code; each value is judged alone.

    So the same agent is stored alike whatever other agents are in a file.
    """
    return (
        f"coalesce(regexp_full_match({text}, {literal(OF_PEOPLE)}) "
        f"OR regexp_matches({text}, {literal(_NAME_IN_PARTS)}), false)"
    )


def wrote(header: str) -> bool:
    """Whether a cleaned header stands over what somebody wrote, so that its values are never codes.

    >>> [wrote(h) for h in ("what_could_we_improve", "comment", "comment_count", "subject")]
    [True, True, False, False]
    """
    return bool(_list("wrote", "(?:^|.*_)(...)(_.*)?$").match(header)) and not _speaks_about(header)


def by_values(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    *,
    words: Collection[str],
    ledger: bool,
    every_row: bool = True,
) -> dict[str, Kind]:
    """Columns whose values are personal, and what they hold.

    relation   SQL, ready after FROM
    words      columns whose header says that they hold free text: kept only when they prove to be codes
    ledger     whether a posting's own words stand there, which are no customer's
    every_row  look for e-mail addresses in every row, not only in the first: one among a million is too many.
               Else the first few rows are enough
    """
    if not columns:
        return {}
    listed = ", ".join(quote(c) for c in columns)
    rows = SAMPLE_ROWS if every_row else FEW_ROWS
    con.execute(f"CREATE OR REPLACE TEMP TABLE spoken AS SELECT {listed} FROM {relation} LIMIT {rows}")
    mails = _mails(con, relation, columns) if every_row else {}
    found: dict[str, Kind] = {}
    for name in dict.fromkeys((*mails, *_worth_a_look(con, columns))):
        kind = _held(_spoken(con, name, mails.get(name)), word=name in words, ledger=ledger)
        if kind is None and _secret(con, name):
            kind = "account"
        if kind:
            found[name] = kind
    con.execute("DROP TABLE spoken")
    return found


def _worth_a_look(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[str]:
    """Columns that are not codes at first sight: short values without an @ that come again and again."""
    codes: list[bool] = []
    # Different values are held in memory while they are counted, so a wide table is looked at in parts.
    for first in range(0, len(columns), _COUNTED_AT_ONCE):
        parts = ", ".join(
            f"count(*) FILTER (contains({c}, '@') OR length({c}) > 60 OR (length({c}) BETWEEN 9 AND 22 AND "
            f"regexp_full_match({c}, {literal(PAPERS)}))) = 0 AND count({c}) >= 200 "
            f"AND count(DISTINCT {c}) <= 12"
            for c in map(quote, columns[first : first + _COUNTED_AT_ONCE])
        )
        codes += con.execute(f"SELECT {parts} FROM spoken").fetchall()[0]
    return [name for name, code in zip(columns, codes, strict=True) if not code]


def _mails(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Of columns with any: how many cells hold an e-mail address, and about how many different ones."""
    signs = ", ".join(f"count(*) FILTER (contains({quote(c)}, '@'))" for c in columns)
    (counts,) = con.execute(f"SELECT {signs} FROM {relation}").fetchall()
    found = {}
    for column in (c for c, count in zip(columns, counts, strict=True) if count):
        holds = f"contains({quote(column)}, '@') AND regexp_matches({quote(column)}, {literal(MAIL)})"
        query = f"SELECT count(*), approx_count_distinct({quote(column)}) FROM {relation} WHERE {holds}"
        (found[column],) = con.execute(query).fetchall()
    return found


def _spoken(con: duckdb.DuckDBPyConnection, column: str, mails: tuple[int, int] | None) -> Spoken:
    """How a column speaks. Each different value is looked at once, however often it is there."""
    blank = "(length(c) - length(replace(c, ' ', '')))"
    mail = f"contains(c, '@') AND regexp_matches(c, {literal(MAIL)})"
    (told,) = con.execute(
        "SELECT coalesce(sum(n), 0), count(*), coalesce(sum(n * length(c)) / sum(n), 0), "
        f"coalesce(sum(n * {blank}) / sum(n), 0), coalesce(max(length(c)), 0), "
        f"{_times('7 AND 24', _PHONE)}, {_times('7 AND 39', _IP)}, {_times('5 AND 120', _STREET)}, "
        f"{_times('5 AND 60', _NAME)}, "
        f"coalesce(sum(n) FILTER ({mail}), 0), count(*) FILTER ({mail}) "
        f"FROM (SELECT c, count(*) AS n FROM (SELECT trim({quote(column)}) AS c FROM spoken) "
        "WHERE c <> '' GROUP BY c)"
    ).fetchall()
    return Spoken(*told[:9], *(mails or told[9:]))


def _times(long: str, pattern: str) -> str:
    return (
        f"coalesce(sum(n) FILTER (length(c) BETWEEN {long} AND regexp_full_match(c, {literal(pattern)})), 0)"
    )


def _held(s: Spoken, *, word: bool, ledger: bool) -> Kind | None:
    if s.mails and (s.mailboxes > FEW or s.mailboxes > 0.02 * s.mails):
        return "e-mail"
    if not s.filled:
        return None
    of = s.filled
    if s.phones >= 0.3 * of and s.different > 3:
        return "phone"
    if s.ips >= 0.5 * of and s.different > 3:
        return "ip"
    code = s.different <= 200 and of >= 10 * s.different and s.length <= 60
    if ledger:
        return None
    if s.streets >= 0.5 * of and not code:
        return "address"
    if not code and (
        (s.blanks >= 3 and s.length >= 25 and s.different >= 0.3 * of) or s.longest > 250 or word
    ):
        return "words"
    if s.names >= 0.8 * of and s.different >= 0.5 * of and of >= 20:
        return "name"
    return None


def _secret(con: duckdb.DuckDBPyConnection, column: str) -> bool:
    """Whether the values are card or bank account numbers, by their check digits."""
    c = f"upper(replace(replace({quote(column)}, ' ', ''), '-', ''))"
    long = f"length({quote(column)}) BETWEEN 13 AND 42"
    some = f"(SELECT {c} AS c FROM spoken WHERE {long} LIMIT 5000)"
    rows = con.execute(
        f"SELECT DISTINCT c FROM {some} WHERE regexp_full_match(c, {literal(_NUMBER)}) LIMIT 200"
    ).fetchall()
    values = [v for (v,) in rows]
    if _papers(con, column):
        return True
    held = [v for v in values if (_luhn(v) if v.isdigit() else _mod97(v))]
    # One number in ten passes by chance.
    return len(values) >= 3 and len(held) >= 0.9 * len(values)


def _papers(con: duckdb.DuckDBPyConnection, column: str) -> bool:
    """Whether the values are written like numbers of social security.

    Moments counted in milliseconds look like registration numbers for some days, but of few years of birth.
    """
    rows = con.execute(
        f"SELECT DISTINCT trim({quote(column)}) FROM (SELECT * FROM spoken LIMIT 5000) "
        f"WHERE trim({quote(column)}) <> '' LIMIT 200"
    ).fetchall()
    values = [v for (v,) in rows]
    held = [v for v in values if re.fullmatch(PAPERS, v)]
    bare = {v[1:3] for v in held if v.isdigit()}
    return len(values) >= 3 and len(held) >= 0.9 * len(values) and (not bare or len(bare) >= 3)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mod97(iban: str) -> bool:
    """ISO 13616: the number made of its letters and digits leaves 1."""
    turned = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    return int(turned) % 97 == 1
