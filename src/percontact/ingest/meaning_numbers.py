# SPDX-License-Identifier: Apache-2.0
"""How numbers are written in a column: decimal and thousands sign, minus, currencies; and lengths of time.

Worked out from shapes over the whole column: `9.999,99` decides, `9.999` alone does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from dataclasses import dataclass

from percontact.ingest.cell_lengths import NAMED
from percontact.ingest.profile import Facts, Profile
from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

CONVENTIONS = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
"""(decimal, thousands), the plain ones first."""

CURRENCY_SIGNS: Pairs[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "₺": "TRY",
}
"""A sign and the currency it usually means; the dollar sign is many currencies'."""

_BLANKS = "[ \u00a0\u202f]"
_MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of a column are written.

    rows         rows that hold something; read: rows that are numbers in the best way of reading
    ways         (decimal, thousands) of each way that explains most rows and gives other values than the rest
    counts       rows each way explains
    accounting   whether minus is written (5.00) or 5.00-
    signs        currency signs and codes that stand with the numbers
    percent      whether a percent sign stands behind them
    whole        whether none has decimals
    """

    rows: int
    read: int
    ways: tuple[tuple[str, str], ...] = ()
    counts: tuple[int, ...] = ()
    accounting: bool = False
    signs: tuple[str, ...] = ()
    percent: bool = False
    whole: bool = True


def numbers_of(facts: Facts, *, whole: bool = False) -> Numbers:
    """The ways a column's numbers can be read. `whole`: its kind takes no decimals, which rules ways out."""
    parts = [(bare(one), rows) for one, rows in facts.shapes]
    if any(sign == "a" for (_, _, sign, _), _ in parts) and not _beside_codes(facts):
        parts = [
            (bare("" if made[2] == "a" else one), rows)
            for (made, rows), (one, _) in zip(parts, facts.shapes, strict=True)
        ]
    cores = [(core, rows) for (core, *_), rows in parts if core]
    if not cores:
        return Numbers(facts.filled, 0)
    reads = [sum(n for core, n in cores if parsed(core, way, whole=whole)) for way in CONVENTIONS]
    most = max(reads)
    if not most:
        return Numbers(facts.filled, 0)  # digits in uneven groups: 2 84 05 75
    ways: list[tuple[str, str]] = []
    seen: set[tuple[tuple[int, int] | None, ...]] = set()
    for way, n in zip(CONVENTIONS, reads, strict=True):
        values = tuple(parsed(core, way, whole=whole) for core, _ in cores)
        if n == most and most and values not in seen:
            seen.add(values)
            ways.append(way)
    return Numbers(
        rows=facts.filled,
        read=most,
        ways=tuple(ways),
        counts=tuple(most for _ in ways),
        accounting=any(minus for core, minus, _, _ in (p for p, _ in parts) if core),
        signs=tuple(sorted({sign for core, _, sign, _ in (p for p, _ in parts) if core and sign})),
        percent=any(percent for core, _, _, percent in (p for p, _ in parts) if core),
        whole=all(p is None or p[1] == 0 for core, _ in cores for p in [parsed(core, ways[0])]),
    )


def _beside_codes(facts: Facts) -> bool:
    """Whether the letters beside the numbers are codes of currencies: EUR 5.00, not 5 BROOKLYN."""
    found = {word for value, _ in facts.values for word in re.findall(r"[^\W\d_]+", value)}
    return bool(found) and found <= set(words()["currencies"])


def bare(one: str) -> tuple[str, bool, str, bool]:
    """A shape as (digits and signs between them, minus the accountant's way, currency sign, percent).

    >>> bare("(9.999,99 €)"), bare("9,99-"), bare("99:99")
    (('9.999,99', True, '€', False), ('9,99', True, '', False), ('', False, '', False))
    """
    text, accounting, sign = one.strip(), False, ""
    if found := re.fullmatch(r"\((.+)\)", text):
        text, accounting = found[1].strip(), True
    if percent := text.endswith("%"):
        text = text[:-1].rstrip()
    for mark in (*CURRENCY_SIGNS, "a"):
        if text.startswith(mark) and mark != text:
            text, sign = text[len(mark) :].lstrip(" \u00a0\u202f"), mark
        elif text.endswith((mark, f"{mark}-")) and mark != text:
            tail = "-" if text.endswith("-") else ""
            text, sign = text.removesuffix("-")[: -len(mark)].rstrip(" \u00a0\u202f") + tail, mark
        elif text[:1] in f"-+{_MINUS}" and text[1:].lstrip().startswith(mark):
            text, sign = text[1:].lstrip()[len(mark) :].lstrip(), mark
        if sign:
            break
    if re.fullmatch(r"\((.+)\)", text):
        text, accounting = text[1:-1].strip(), True
    if text.endswith(("-", _MINUS)):
        text, accounting = text[:-1].rstrip(), True
    text = text.lstrip(f"+-{_MINUS}").lstrip(" ")
    fits = re.fullmatch(rf"9[9.,'’]*(?:{_BLANKS}9[9.,]*)*|[.,]9+", text) is not None
    return (text, accounting, sign, percent) if fits else ("", False, "", False)


def parsed(core: str, way: tuple[str, str], *, whole: bool = False) -> tuple[int, int] | None:
    """(digits before, digits after the decimal sign) in one way of reading; None = not readable so.

    >>> parsed("9.999", (".", "")), parsed("9.999", (",", ".")), parsed("99.99", (",", "."))
    ((1, 3), (4, 0), None)
    """
    decimal, thousands = way
    point = re.escape(decimal)
    part = _BLANKS if thousands == " " else "['’]" if thousands == "'" else re.escape(thousands)
    before = rf"9{{1,3}}(?:{part}999)+|9+" if thousands else "9+"
    found = re.fullmatch(rf"({before})?(?:{point}(9*))?", core)
    if not found or not core or (not found[1] and not found[2]) or (whole and found[2]):
        return None
    return (found[1] or "").count("9"), len(found[2] or "")


def decided_by_zero(profile: Profile, facts: Facts) -> str | None:
    """The sign that must be decimal because a nought stands before it: 0.234 is no 234."""
    cell = f"c{facts.place}"
    point, comma = profile.counts(
        [f"count(*) FILTER (regexp_matches({cell}, '(^|[^0-9])0[{s}][0-9]{{3}}($|[^0-9])'))" for s in ".,"]
    )
    return "." if point and not comma else "," if comma and not point else None


# -- lengths of time -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lengths:
    """How the lengths of time of a column are written.

    read   rows that are readable;  clock: rows like h:mm:ss;  pairs: rows like mm:ss or h:mm
    named  rows that name their units: 2h 5m
    plain  the numbers among them, or None
    """

    rows: int
    read: int
    clock: int
    pairs: int
    named: int
    plain: Numbers | None


_HMS = re.compile(r"[-+]?9{1,8}:99:99([.,]9+)?")
_PAIR = re.compile(r"[-+]?9{1,8}:99([.,]9+)?")


_PERHAPS_NAMED = re.compile(r"[-+]?9[9.,]* ?a.*")


def lengths_of(profile: Profile, facts: Facts) -> Lengths:
    """The lengths of time in a column."""
    named = 0
    if any(_PERHAPS_NAMED.fullmatch(s) for s, _ in facts.shapes):
        (named,) = profile.counts([f"count(*) FILTER (regexp_full_match(c{facts.place}, {literal(NAMED)}))"])
    clock = sum(n for s, n in facts.shapes if _HMS.fullmatch(s))
    pairs = sum(n for s, n in facts.shapes if _PAIR.fullmatch(s))
    plain = numbers_of(facts)
    numbers = plain.read if not plain.percent and not plain.signs else 0
    read = clock + pairs + named + numbers
    return Lengths(facts.filled, read, clock, pairs, named, plain if numbers else None)


def told(seconds: float) -> str:
    """A length of time for people.

    >>> told(225), told(13500), told(0.4)
    ('3 min 45 s', '3 h 45 min', '0.4 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds % 1 else f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    if seconds < 172_800:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"{seconds / 86400:,.1f} days"


UNIT_WORDS: Pairs[str, str] = {
    "s": "seconds", "ms": "milliseconds", "min": "minutes", "h": "hours", "day": "days",
    "hms": "minutes and seconds (mm:ss)", "hm": "hours and minutes (h:mm)",
}  # fmt: skip
UNIT_SECONDS: Pairs[str, float] = {"s": 1, "ms": 0.001, "min": 60, "h": 3600, "day": 86400}


def median_sql(cell: str, way: tuple[str, str]) -> str:
    """SQL of the median of a column's plain numbers above nought; a total row does not move it."""
    decimal, thousands = way
    bare_number = (
        f"replace({cell}, '{thousands if thousands != chr(39) else chr(39) * 2}', '')" if thousands else cell
    )
    if decimal != ".":
        bare_number = f"replace({bare_number}, ',', '.')"
    number = f"TRY_CAST({bare_number} AS DOUBLE)"
    return f"median({number}) FILTER ({number} > 0)"
