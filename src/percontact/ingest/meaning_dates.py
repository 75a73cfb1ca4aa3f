# SPDX-License-Identifier: Apache-2.0
"""How dates and times are written in a column: each way that could be meant, and how many rows it explains.

A *style* is a set of shapes that the same formats could read, such as `99/99/9999` and `9/9/9999`. A day
above 12 anywhere in the column decides its order; nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from percontact.ingest.profile import Facts, Profile, shape
from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

ISO = ""
"""Stands for what is read without a format: ISO 8601, with or without an offset."""

_ISO_SHAPE = re.compile(r"9{4}-99-99([ a]9{1,2}:99(:99([.]9+)?)?( ?a| ?[+-]99(:?99)?)?)?")
_CLOCK = re.compile(r"9{1,2}(:|\.)99(\1(99))?([.,]9+)?( ?a\.?(a\.?)?)?")
_ORDERED = re.compile(r"(9{4}|99?)([-/. ])(99?)\2 ?(9{4}|99?)\.?")
_NAMED_DAY_FIRST = re.compile(r"99?([-/ ]|\. ?)a\.?([-/ ]|, ?)(9{4}|99)")
_NAMED_MONTH_FIRST = re.compile(r"a\.?[ -]99?(, ?|[ -])(9{4}|99)")
_MONTH_NAMED = re.compile(r"a\.?[ /-]?(9{4}|99)")

ORDER_NAMES = {
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "ymd": "year, month, day",
    "ydm": "year, day, month",
}


@dataclass(frozen=True, slots=True)
class Style:
    """Shapes that the same formats could read.

    key      the date part with its sign, whatever the time: decides together over all columns of a file
    formats  (order, strptime format) of each reading; ISO stands for no format
    rows     rows that are written so; read: those that any reading explains
    reads    rows each reading explains, in the order of `formats`
    example  the most frequent shape
    """

    key: str
    formats: tuple[tuple[str, str], ...]
    rows: int
    read: int
    reads: tuple[int, ...]
    example: str


@dataclass
class Dates:
    """All styles of a column.

    rows     rows that hold something
    styles   most frequent first
    dates    whether any style has a day in it; times: whether any has a time of day
    """

    rows: int
    styles: list[Style] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows that some reading explains."""
        return sum(style.read for style in self.styles)

    @property
    def with_time(self) -> bool:
        return any(
            _has_time(form) or (form == ISO and ":" in style.example)
            for style in self.styles
            for _, form in style.formats
        )


def dates_of(profile: Profile, facts: Facts, *, bare: bool = False, tails: Sequence[str] = ()) -> Dates:
    """The styles of a column. `bare`: digits alone (20260301) count too, as the header speaks of a date.

    tails  the zones behind its times, as `zone_tails` gives them
    """
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[str, int]]] = {}
    for one, rows in facts.shapes:
        key, formats = _before_zone(one, tails) if tails else candidates(one, bare=bare)
        if formats:
            groups.setdefault((key, formats), []).append((one, rows))
    found = Dates(facts.filled)
    for (key, formats), shapes in groups.items():
        inside = f"{shape(facts.place)} IN ({', '.join(literal(s) for s, _ in shapes)})"
        ways = [reads_sql(f"c{facts.place}", f) for _, f in formats]
        any_way = f"count(*) FILTER ({inside} AND ({' OR '.join(ways)}))"
        read, *reads = profile.counts([any_way, *(f"count(*) FILTER ({inside} AND {w})" for w in ways)])
        if read:
            rows = sum(n for _, n in shapes)
            found.styles.append(Style(key, formats, rows, read, tuple(reads), shapes[0][0]))
    found.styles.sort(key=lambda s: (-s.rows, s.key))
    return found


def reads_sql(cell: str, form: str) -> str:
    """SQL condition that a format reads a cell."""
    if form == ISO:
        iso = f"regexp_replace(upper({cell}), '^(.{{16}}) ?([Z+-])', '\\1:00\\2')"
        iso = f"replace(replace({iso}, 'UTC', 'Z'), ' Z', 'Z')"
        return f"(TRY_CAST({cell} AS TIMESTAMP) IS NOT NULL OR TRY_CAST({iso} AS TIMESTAMPTZ) IS NOT NULL)"
    return f"try_strptime({cell}, {literal(form)}) IS NOT NULL"


def candidates(one: str, *, bare: bool = False) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(key of the date part, readings) that a shape could have.

    >>> candidates("99/99/9999 9:99")
    ('9/9/9999', (('dmy', '%d/%m/%Y %H:%M'), ('mdy', '%m/%d/%Y %H:%M')))
    >>> candidates("9999-99-99")[1], candidates("99")[1]
    ((('ymd', ''),), ())
    """
    if _ISO_SHAPE.fullmatch(one):
        return "iso", (("ymd", ISO),)
    day, between, clock = split(one)
    if day is None:
        return "", ()
    times = [between + t for t in _clock_formats(clock)] if clock else [""]
    if not times:
        return "", ()
    key, orders = _day_formats(day, bare=bare)
    return key, tuple((order, form + time) for order, form in orders for time in times)


def zone_tails(profile: Profile, facts: Facts) -> tuple[str, ...]:
    """The zones that stand behind all times of a column, with the blank before them: " CET", " CEST", "Z".

    None where a row has none, where they cannot all be of one zone, and where ISO times say UTC, which are
    read as they are.
    """
    if not any(re.search(r"9:99([:.,]9+)*( ?a)?( ?a)$", one) for one, _ in facts.shapes):
        return ()
    cell = f"c{facts.place}"
    tail = f"regexp_extract({cell}, '[0-9]:[0-9]{{2}}([.,][0-9]+)?( ?[AaPp][Mm])?( ?[A-Z]{{1,4}})$', 3)"
    rows = profile.con.execute(
        f"SELECT {tail}, count(*) FROM seen WHERE {tail} <> '' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    tails = tuple(str(text) for text, _ in rows)
    names = {text.strip() for text in tails}
    ones = [*words()["zone_words"], _CERTAIN]
    if sum(n for _, n in rows) < facts.filled or not any(names <= set(one.split()) for one in ones):
        return ()
    iso = all(_ISO_SHAPE.fullmatch(one) for one, _ in facts.shapes)
    return () if iso and names <= {"UTC", "Z"} else tails


_CERTAIN = "UTC GMT Z"
"""What means the same everywhere and all year."""


def is_utc(tails: Sequence[str]) -> bool:
    """Whether the zones behind the times of a column are certain."""
    return bool(tails) and {text.strip() for text in tails} <= set(_CERTAIN.split())


def _before_zone(one: str, tails: Sequence[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(key of the date part, readings) of a shape whose last letters are a zone, said word by word."""
    found = re.fullmatch(r"(.*?)( ?)a", one)
    key, formats = candidates(found[1]) if found else ("", ())
    if not found or not formats or ":" not in found[1]:
        return "", ()
    behind = [text for text in tails if text.startswith(" ") == bool(found[2])]
    made = []
    for order, form in formats:
        if form == ISO:
            clock = found[1][11:]
            form = f"%Y-%m-%d{'T' if found[1][10] == 'a' else ' '}%H:%M" + (
                ":%S" if clock.count(":") > 1 else ""
            )
            form += f"{sign}%f" if (sign := "." if "." in clock else "") else ""
        made += [(order, form + text) for text in behind]
    return key, tuple(made)


def split(one: str) -> tuple[str | None, str, str]:
    """A shape as its day, what stands between, and its time of day; no day is None.

    >>> split("99.99.99, 99:99"), split("99:99:99")
    (('99.99.99', ', ', '99:99'), (None, '', '99:99:99'))
    """
    if _CLOCK.fullmatch(one) and ":" in one:
        return None, "", one
    found = re.fullmatch(r"(.+?)(, ?| - | a | |a|_)(9{1,2}[:.]99.*)", one)
    if found and _CLOCK.fullmatch(found[3]) and _day_formats(found[1], bare=True)[1]:
        # Letters between day and time are a T, or a word that strptime could not be told.
        between = "T" if found[2] == "a" else found[2]
        return (found[1], between, found[3]) if " a " not in found[2] else (None, "", "")
    return one, "", ""


def _clock_formats(clock: str) -> list[str]:
    found = _CLOCK.fullmatch(clock)
    if not found:
        return []
    sign = found[1]
    form = f"%H{sign}%M" + (f"{sign}%S" if found[3] else "")
    if found[4]:
        form += f"{found[4][0]}%f"
    if found[5]:
        blank = " " if found[5].startswith(" ") else ""
        return [form.replace("%H", "%I") + f"{blank}%p"]
    return [form]


def _day_formats(day: str, *, bare: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(key, readings) of the part of a shape that is a day."""
    if found := _ORDERED.fullmatch(day):
        first, sign, _, last = found.groups()
        gap = sign + (" " if f"{sign} " in day and sign != " " else "")
        end = "." if day.endswith(".") else ""
        if len(first) == 4:
            return f"9999{sign}9{sign}9", (
                ("ymd", f"%Y{sign}%m{gap}%d{end}"),
                ("ydm", f"%Y{sign}%d{gap}%m{end}"),
            )
        year = "%Y" if len(last) == 4 else "%y"
        forms = [("dmy", f"%d{sign}%m{gap}{year}{end}"), ("mdy", f"%m{sign}%d{gap}{year}{end}")]
        # Two digits in front may be a year, but between slashes or dots nobody writes it first.
        if year == "%y" and sign == "-" and len(first) == 2:
            forms.append(("ymd", f"%y{sign}%m{gap}%d{end}"))
        return f"9{sign}9{sign}{'9999' if year == '%Y' else '99'}", tuple(forms)
    if found := _NAMED_DAY_FIRST.fullmatch(day):
        year = "%Y" if len(found[3]) == 4 else "%y"
        dot = "." if "a." in day else ""
        return "9 a 9", tuple(("dmy", f"%d{found[1]}{month}{dot}{found[2]}{year}") for month in ("%b", "%B"))
    if found := _NAMED_MONTH_FIRST.fullmatch(day):
        year = "%Y" if len(found[2]) == 4 else "%y"
        lead = day[: day.index("9")].replace("a", "", 1)
        return "a 9 9", tuple(("mdy", f"{month}{lead}%d{found[1]}{year}") for month in ("%b", "%B"))
    if bare and day in ("99999999", "999999"):
        year = "%Y" if len(day) == 8 else "%y"
        return day, (("ymd", f"{year}%m%d"), ("dmy", f"%d%m{year}"), ("mdy", f"%m%d{year}"))
    return "", ()


def month_formats(facts: Facts, profile: Profile) -> tuple[str, ...] | None:
    """Formats of a column that names months (2026-06, 06/2026, Jun 2026); None if it does not.

    `2026-06` needs no format.
    """
    formats: list[str] = []
    read = 0
    for one, rows in facts.shapes:
        form = None
        if one == "9999-99":
            form = ISO
        elif found := re.fullmatch(r"99?([/.-])9{4}", one):
            form = f"%m{found[1]}%Y"
        elif found := re.fullmatch(r"9{4}([/.])99?", one):
            form = f"%Y{found[1]}%m"
        elif one == "999999":
            form = "%Y%m"
        elif found := _MONTH_NAMED.fullmatch(one):
            sign = one[1 : one.index("9")]
            form = f"%b{sign}" + ("%Y" if len(found[1]) == 4 else "%y")
        if form is None:
            continue
        tried = [form, form.replace("%b", "%B")] if "%b" in form else [form]
        cell = f"c{facts.place}"
        sql = [
            f"count(*) FILTER ({shape(facts.place)} = {literal(one)} AND "
            + (f"try_strptime({cell}, '%Y-%m')" if f == ISO else f"try_strptime({cell}, {literal(f)})")
            + " IS NOT NULL)"
            for f in tried
        ]
        counts = profile.counts(sql)
        best = max(range(len(tried)), key=lambda i: counts[i])
        read += min(counts[best], rows)
        if tried[best] != ISO and counts[best] and tried[best] not in formats:
            formats.append(tried[best])
    return tuple(formats) if read >= 0.8 * max(1, facts.filled) else None


def clock_formats(facts: Facts, profile: Profile) -> tuple[str, ...] | None:
    """Formats of a column of times of day; None if it holds anything else."""
    formats: list[str] = []
    read = 0
    for one, rows in facts.shapes:
        if ":" not in one and not one.endswith("a"):
            continue
        for form in _clock_formats(one):
            of_shape = f"{shape(facts.place)} = {literal(one)}"
            read_so = f"try_strptime(c{facts.place}, {literal(form)}) IS NOT NULL"
            (n,) = profile.counts([f"count(*) FILTER ({of_shape} AND {read_so})"])
            read += min(n, rows)
            if n and form not in formats:
                formats.append(form)
    return tuple(sorted(formats, key=len, reverse=True)) if read >= 0.8 * max(1, facts.filled) else None


def epoch_unit(facts: Facts) -> str | None:
    """epoch_s, epoch_ms, excel_day or julian_day when all values have the size of such a number of today.

    Between 2000 and 2099: 946684800 to 4102444799 seconds; 36526 to 73050 days of Excel; 2451545 to
    2488069 Julian days.
    """
    texts = [value for value, _ in facts.values]
    if not texts or any(not re.fullmatch(r"9+(\.9+)?", s) for s, _ in facts.shapes):
        return None
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    for unit, low, high in (
        ("epoch_s", 946_684_800, 4_102_444_799),
        ("epoch_ms", 946_684_800_000, 4_102_444_799_999),
        ("julian_day", 2_451_544.5, 2_488_069.5),
        ("excel_day", 36_526, 73_050),
    ):
        if all(low <= n <= high for n in numbers):
            return unit
    return None


def _has_time(form: str) -> bool:
    return "%H" in form or "%I" in form


def explained(style: Style) -> list[int]:
    """Places of the readings that explain most rows."""
    return [i for i, n in enumerate(style.reads) if n == max(style.reads)]


def pooled(styles: Iterable[Style]) -> dict[str, int]:
    """Rows each order explains over several styles of one key."""
    total: dict[str, int] = {}
    for style in styles:
        best: dict[str, int] = {}
        for (order, _), n in zip(style.formats, style.reads, strict=True):
            best[order] = max(best.get(order, 0), n)
        for order, n in best.items():
            total[order] = total.get(order, 0) + n
    return total


def shown_orders(orders: Sequence[str]) -> str:
    """Orders in words."""
    return " or ".join(ORDER_NAMES[o] for o in orders)
