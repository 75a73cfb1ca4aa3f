# SPDX-License-Identifier: Apache-2.0
"""How the values of columns are written: order of dates, decimal sign, unit, words. What is open is asked."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field

from percontact.ingest.meaning import value_map, yes_or_no
from percontact.ingest.meaning_columns import Match, Seen
from percontact.ingest.meaning_dates import ISO, ORDER_NAMES, Style, explained, pooled, reads_sql
from percontact.ingest.meaning_numbers import (
    UNIT_SECONDS,
    UNIT_WORDS,
    Numbers,
    decided_by_zero,
    median_sql,
    told,
)
from percontact.ingest.profile import SURE_NULLS, shape_of
from percontact.ingest.question import Asked, Option, Question
from percontact.records.column import Column
from percontact.records.dialect import literal

Part = dict[str, object]
"""What a mapping says of one column, key by key as in its YAML."""

SIGNS = {".": "point", ",": "comma"}
_SIGN_OF = {name: sign for sign, name in SIGNS.items()}

_EXAMPLES = {"dmy": "day first", "mdy": "month first", "ymd": "year first", "ydm": "year, then day"}


@dataclass
class Written:
    """How one column is written: parts of its origin, and what speaks for it.

    unread  rows whose value is not readable so; they would be set aside
    """

    part: Part = field(default_factory=dict)
    why: list[str] = field(default_factory=list)
    unread: int = 0


# -- dates ---------------------------------------------------------------------------------------------------


class Orders:
    """The order of day, month and year, decided once for all columns of a file that are written alike."""

    def __init__(self, wanted: Iterable[tuple[str, Seen]], asked: Asked) -> None:
        self.wanted, self.asked = list(wanted), asked
        self.order: dict[str, str | None] = {}
        self.why: dict[str, str] = {}
        groups: dict[str, list[tuple[str, Seen, Style]]] = {}
        for column, seen in self.wanted:
            for style in seen.dates.styles:
                groups.setdefault(style.key, []).append((column, seen, style))
        numbers: dict[str, int] = {}
        for key, group in groups.items():
            first = group[0][0]
            numbers[first] = numbers.get(first, 0) + 1
            name = f"{first}.order" if numbers[first] == 1 else f"{first}.order.{numbers[first]}"
            self.order[key] = self._decide(key, name, group)

    def _decide(self, key: str, name: str, group: list[tuple[str, Seen, Style]]) -> str | None:
        totals = pooled(style for _, _, style in group)
        rows = sum(style.rows for _, _, style in group)
        most = max(totals.values())
        best = [order for order, n in totals.items() if n == most]
        if len(best) == 1 and (most == rows or not self._read_otherwise(best[0], group)):
            if len(totals) > 1 and key != "iso":
                others = {"dmy": "a day above 12 stands first", "mdy": "a day above 12 stands second"}
                self.why[key] = others.get(best[0], f"only {ORDER_NAMES[best[0]]} reads every row")
            return best[0]
        _, seen, style = group[0]
        example = self._example(seen, style)
        mixed = len(best) == 1
        text = (
            f"Some of these dates can only be read one way, others only the other way: {example}."
            if mixed
            else f"No day in it is above 12, so {example} could mean either."
        )
        options = tuple(
            Option(order, _meant(order, style, example), f"reads {n:,} of {rows:,} dates")
            for order, n in sorted(totals.items(), key=lambda p: (-p[1], p[0]))
            if n
        )
        headers = ", ".join(dict.fromkeys(s.header for _, s, _ in group))
        answer = self.asked.ask(Question(name, headers, text, options))
        if answer:
            self.why[key] = "as you answered"
        return answer

    @staticmethod
    def _read_otherwise(order: str, group: list[tuple[str, Seen, Style]]) -> bool:
        """Whether another order reads rows that this one does not."""
        for _, seen, style in group:
            cell = f"c{seen.facts.place}"
            mine = [reads_sql(cell, f) for o, f in style.formats if o == order]
            others = [reads_sql(cell, f) for o, f in style.formats if o != order]
            if mine and others:
                sql = f"count(*) FILTER (({' OR '.join(others)}) AND NOT ({' OR '.join(mine)}))"
                if seen.profile.counts([sql])[0]:
                    return True
        return False

    @staticmethod
    def _example(seen: Seen, style: Style) -> str:
        return next((v for v, _ in seen.facts.values if shape_of(v) == style.example), style.example)

    def written(self, seen: Seen) -> Written:
        """How a column of days or moments is written."""
        made = Written()
        if seen.epoch and not seen.is_dates:
            made.part["unit"] = seen.epoch
            made.why.append(_COUNTED[seen.epoch])
            return made
        formats, read = list[str](), 0
        for style in seen.dates.styles:
            order = self.order.get(style.key)
            if order is None:
                continue
            ways = [(n, f) for (o, f), n in zip(style.formats, style.reads, strict=True) if o == order and n]
            ways.sort(key=lambda p: -p[0])
            for n, form in ways:
                if form not in formats:
                    formats.append(form)
                read += n if form == ways[0][1] else 0
            if style.key in self.why and self.why[style.key] not in made.why:
                made.why.append(self.why[style.key])
        made.part |= _format_part(formats)
        open_rows = sum(s.rows for s in seen.dates.styles if self.order.get(s.key) is None)
        made.unread = max(0, seen.facts.filled - read - open_rows)
        return made


_COUNTED = {
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "excel_day": "days as Excel counts them",
    "julian_day": "Julian days",
}


def _format_part(formats: list[str]) -> Part:
    named = [f for f in formats if f != ISO]
    if ISO in formats and any(f.startswith("%Y") for f in named):
        # A format that begins with the year switches ISO off, so that it is said too.
        named += ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
    if not named:
        return {}
    return {"format": named[0] if len(named) == 1 else named}


_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def _meant(order: str, style: Style, example: str) -> str:
    """What an example means in one order: "day first: 03/04/2026 is 3 April 2026"."""
    del style
    digits: list[str] = []
    for sign in example:
        if sign.isdigit():
            digits[-1:] = [digits[-1] + sign] if digits and digits[-1] != " " else [*digits[-1:], sign]
        elif digits and digits[-1] != " ":
            digits.append(" ")
    parts = [d for d in digits if d.strip()]
    if len(parts) < 3:
        return f"{_EXAMPLES[order]}: {ORDER_NAMES[order]}"
    place = {"d": order.index("d"), "m": order.index("m"), "y": order.index("y")}
    day, month, year = (int(parts[place[p]]) for p in "dmy")
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return f"{_EXAMPLES[order]}: {ORDER_NAMES[order]}"
    year = year if year > 99 else 1900 + year if year >= 69 else 2000 + year
    return f"{_EXAMPLES[order]}: {example} is {day} {_MONTHS[month - 1]} {year}"


def month_written(seen: Seen) -> Written:
    """How the months of a column are read as moments: as the first day of each."""
    forms = [*(seen.months or ()), *(["%Y-%m"] if any(s == "9999-99" for s, _ in seen.facts.shapes) else [])]
    why = ["each month starts on its first day, at local midnight"]
    return Written(part={"format": forms[0] if len(forms) == 1 else forms}, why=why)


# -- numbers -------------------------------------------------------------------------------------------------


class Decimals:
    """Decimal and thousands sign: of each column by itself, and where it says nothing as the others say.

    wanted  the columns that are numbers;  totals  columns that sum up others, which are not read
    """

    def __init__(
        self, wanted: Iterable[tuple[str, Seen]], totals: Iterable[Seen], asked: Asked, *, typed: bool
    ) -> None:
        self.asked, self.typed = asked, typed
        told = [seen.summed for _, seen in wanted] + [seen.summed for seen in totals]
        signs = {n.ways[0][0] for n in told if len(n.ways) == 1 and (n.ways[0][1] or not n.whole)}
        self.common = signs.pop() if len(signs) == 1 else None

    def written(self, column: str, seen: Seen, numbers: Numbers) -> Written:
        """How the numbers of a column are written."""
        made = Written(unread=max(0, numbers.rows - numbers.read))
        way = numbers.ways[0] if numbers.ways else (".", "")
        if len(numbers.ways) > 1 and (chosen := self._choose(column, seen, numbers, made)) is not None:
            way = chosen
        if way[0] != ".":
            made.part["decimal"] = way[0]
        if way[1]:
            made.part["thousands"] = way[1]
        if numbers.accounting:
            made.part["accounting"] = True
        return made

    def _choose(self, column: str, seen: Seen, numbers: Numbers, made: Written) -> tuple[str, str] | None:
        if self.typed:
            return next(way for way in numbers.ways if way[0] == ".")
        sign = decided_by_zero(seen.profile, seen.facts)
        if sign:
            made.why.append(f"a nought stands before the {SIGNS[sign]}")
        elif self.common:
            sign = self.common
            made.why.append(f"decimal {SIGNS[sign]}, as in the file's other numbers")
        else:
            sign = self._ask(column, seen, numbers)
            if sign:
                made.why.append("as you answered")
        return next((way for way in numbers.ways if way[0] == sign), None)

    def _ask(self, column: str, seen: Seen, numbers: Numbers) -> str | None:
        example = next((v for v, _ in seen.facts.values if "." in v or "," in v), seen.facts.samples[0])
        options = []
        for way in numbers.ways:
            bare = example.replace(way[1], "") if way[1] else example
            value = bare.replace(way[0], ".")
            options.append(
                Option(
                    SIGNS[way[0]],
                    f"the decimal sign is a {SIGNS[way[0]]}: {example} is {value}",
                    f"reads {numbers.read:,} of {numbers.rows:,} rows",
                )
            )
        text = f"Every number in it looks like {example}: one sign with three digits behind it, which can be a decimal or a thousands sign."  # noqa: E501
        answer = self.asked.ask(Question(f"{column}.decimal", seen.header, text, tuple(options)))
        return _SIGN_OF.get(answer) if answer else None


# -- lengths of time -----------------------------------------------------------------------------------------


def length_written(
    column: Column, seen: Seen, decimals: Decimals, asked: Asked, between: Pairs[str, str]
) -> Written:
    """How the lengths of time of a column are written.

    between  unit -> SQL condition that the value is, in that unit, the time between two moments of the row
    """
    lengths, own = seen.lengths, "s" if column.kind == "seconds" else "h"
    made = Written(unread=max(0, lengths.rows - lengths.read))
    unit: str | None = seen.head.unit
    if lengths.plain is not None:
        numbers = decimals.written(column.name, seen, lengths.plain)
        made.part |= numbers.part
        made.why += numbers.why
    if lengths.named:
        made.why.append("its cells name their units; a day is 24 hours")
    if lengths.clock + lengths.named == lengths.read:
        return made
    if seen.head.full.split()[-1:] == [own] and "_" in column.name and seen.header.lower() == column.name:
        unit = own
    if unit in ("s", "ms", "min", "h", "day") and lengths.pairs and lengths.plain is None:
        unit = None
    if unit is None:
        unit = _decided_by_moments(seen, between)
        if unit:
            made.why.append(f"{UNIT_WORDS[unit]}: it is the time between two columns")
    else:
        made.why.append(f"{UNIT_WORDS[unit]}, as the header says")
    if unit is None:
        unit = _ask_unit(column, seen, decimals, asked)
    if unit and unit != own:
        made.part["unit"] = unit
    return made


def _decided_by_moments(seen: Seen, between: Pairs[str, str]) -> str | None:
    """The only unit in which most values are the time between two moments of their row."""
    if not between:
        return None
    units = list(between)
    cell = f"c{seen.facts.place}"
    both = f"count(*) FILTER ({cell} IS NOT NULL AND ({' OR '.join(between.values())}) IS NOT NULL)"
    rows, *agree = seen.profile.counts([both, *(f"count(*) FILTER ({between[u]})" for u in units)])
    good = [u for u, n in zip(units, agree, strict=True) if rows and n >= 0.8 * rows]
    return good[0] if len(good) == 1 else None


def _ask_unit(column: Column, seen: Seen, decimals: Decimals, asked: Asked) -> str | None:
    lengths, cell = seen.lengths, f"c{seen.facts.place}"
    bare = [v for v, _ in seen.facts.values if not any(sign.isalpha() for sign in v)]
    example = next((v for v in bare if v.strip("0:.,")), (bare or seen.facts.samples)[0])
    if lengths.plain is None:
        first, second = [*example.lstrip("-+").split(":"), "0"][:2]
        options = [
            Option(
                "hms",
                UNIT_WORDS["hms"],
                f"{example} is {int(first)} min {float(second.replace(',', '.')):.0f} s",
            ),
            Option(
                "hm",
                UNIT_WORDS["hm"],
                f"{example} is {int(first)} h {float(second.replace(',', '.')):.0f} min",
            ),
        ]
        text = f"It is written like {example}, and nothing says whether hours or minutes stand first."
    else:
        way = lengths.plain.ways[0] if lengths.plain.ways else (".", "")
        ((middle,),) = seen.profile.con.execute(f"SELECT {median_sql(cell, way)} FROM seen").fetchall()
        units = ["s", "min", "h"] if column.kind == "seconds" else ["h", "min", "s"]
        if column.kind == "seconds" and (middle or 0) < 1:
            units.append("day")
        if (middle or 0) > 20_000:
            units.append("ms")
        options = [
            Option(u, UNIT_WORDS[u], f"half of them are below {told(float(middle or 0) * UNIT_SECONDS[u])}")
            for u in units
        ]
        text = f"It holds numbers such as {example}; no header and no other column says in what unit."
    return asked.ask(Question(f"{column.name}.unit", seen.header, text, tuple(options)))


# -- words ---------------------------------------------------------------------------------------------------


def flag_written(seen: Seen) -> Written:
    """Yes and no in the words of the file."""
    made = Written()
    ours = ("true", "yes", "y", "1", "false", "no", "n", "0")
    if any(v.lower() not in ours for v, _ in seen.facts.values):
        said = {v: yes_or_no(v) for v, _ in seen.facts.values}
        made.part["values"] = {v: "true" if yes else "false" for v, yes in said.items() if yes is not None}
    return made


def words_written(column: Column, seen: Seen) -> Written:
    """The file's own words turned into ours, as far as they are known."""
    made = Written()
    pairs, unknown = {}, []
    for value, _ in seen.facts.values:
        ours = value_map(column.name, value)
        if ours is None and value.lower() in column.one_of:
            ours = value.lower()
        if ours is None:
            unknown.append(value)
        elif ours != value:
            pairs[value] = ours
    if pairs:
        made.part["values"] = pairs
        made.why.append(", ".join(f"{v} = {ours}" for v, ours in pairs.items() if v.lower() != ours))
        made.why = [w for w in made.why if w]
        if column.one_of and unknown:
            made.part["values"] = pairs | {
                v: v.lower() for v, _ in seen.facts.values if v.lower() in column.one_of
            }
    if unknown and pairs and column.name == "channel":
        made.why.append(f"kept as they are: {', '.join(unknown[:5])}")
    if unknown and column.one_of:
        made.part.setdefault("values", {v: v.lower() for v, _ in seen.facts.values if v not in unknown})
        made.part["else"] = "null"
        made.why.append(f"not known, so left empty: {', '.join(unknown[:5])}")
    return made


def nulls_of(seen: Seen) -> list[str]:
    """Words for nothing in a column whose other values are numbers, days or one of a few words."""
    return [word for word in seen.facts.nulls if word.lower() not in SURE_NULLS]


def counted_sql(seen: Seen, texts: Iterable[str]) -> int:
    """Rows whose cell is one of these."""
    inside = ", ".join(literal(t) for t in texts)
    return seen.profile.counts([f"count(*) FILTER (c{seen.facts.place} IN ({inside}))"])[0]


__all__ = ["Decimals", "Match", "Orders", "Part", "Written", "explained", "length_written"]
