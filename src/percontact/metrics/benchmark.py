# SPDX-License-Identifier: Apache-2.0
"""Published figures beside one's own: what is comparable, what is not, and by which rates it was converted.

A figure without a source is never shown as fact: its mark says that none was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path

from percontact.metrics.card import Card
from percontact.records.written import Node, NotYaml, read_written
from percontact.values.problem import PercontactError, did_you_mean, problem

OWN_FILE = "published.yaml"
MARKS = {
    "primary": "read in the primary source",
    "reported": "read in another publication that names the source",
    "derived": "computed from primary figures",
    "unsourced": "widely quoted, no primary source found",
    "weak": "a practitioner's own figure, no study behind it",
}
_KEYS = (
    "metric",
    "value",
    "low",
    "high",
    "currency",
    "channel",
    "scope",
    "country",
    "year",
    "source",
    "mark",
    "says",
)
_NEEDED = ("metric", "value", "scope", "year", "source", "mark")


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure, in the card's unit (shares as parts of one, times in seconds)."""

    metric: str
    value: Fraction
    scope: str
    source: str
    mark: str
    year: int | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    currency: str = ""
    channel: str = ""
    country: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure beside one's own.

    value    in the reporting currency, at the price level of the year asked; None where a rate is missing
    differs  what is not comparable, in words
    by       the rates it was converted by, in words; "" = none needed
    """

    published: Published
    value: Fraction | None
    differs: tuple[str, ...]
    by: str


@cache
def shipped_figures() -> tuple[Published, ...]:
    """The figures that come with percontact."""
    return read_published(
        files("percontact.metrics").joinpath("published.yaml").read_text("utf-8"), "published.yaml"
    )


def published_figures(workspace: Path | None) -> tuple[Published, ...]:
    """The shipped figures and those of a workspace. Raises E-CARD-01 for a malformed file."""
    file = None if workspace is None else workspace / OWN_FILE
    if file is None or not file.is_file():
        return shipped_figures()
    return (*shipped_figures(), *read_published(file.read_text("utf-8-sig"), OWN_FILE))


def read_published(text: str, where: str) -> tuple[Published, ...]:
    """The figures of a YAML list. Raises E-CARD-01."""
    try:
        trees = read_written(text)
    except NotYaml as error:
        raise _wrong(f"{where}:{error.line}", error.what, "Write a list of `- metric: ...`.") from error
    items = trees[0] if trees else []
    if not isinstance(items, list):
        raise _wrong(where, "it is no list of figures", "Begin each figure with `- metric:`.")
    return tuple(_figure(item, where) for item in items)


def _figure(node: Node, where: str) -> Published:
    if not isinstance(node, dict) or any(not isinstance(v, str) for v in node.values()):
        raise _wrong(where, "a figure must be `key: value` lines", "See docs/reference/cards.md.")
    told = {k: str(v).strip() for k, v in node.items()}
    name = f"{where}: {told.get('metric', 'a figure')}"
    for key in told:
        if key not in _KEYS:
            raise _wrong(name, f"a figure has no `{key}:`", did_you_mean(key, _KEYS))
    if missing := [k for k in _NEEDED if not told.get(k)]:
        raise _wrong(name, f"it does not say `{missing[0]}:`", "A figure without it cannot be compared.")
    if told["mark"] not in MARKS:
        raise _wrong(
            name, f"`mark: {told['mark']}` is not one of its values", did_you_mean(told["mark"], MARKS)
        )
    year = told.pop("year")
    numbers = {k: _number(told.pop(k), k, name) for k in ("value", "low", "high") if k in told}
    return Published(**told, **numbers, year=int(year) if year.isdecimal() else None)  # type: ignore[arg-type]


def _number(text: str, key: str, where: str) -> Fraction:
    try:
        return Fraction(Decimal(text))
    except InvalidOperation as error:
        raise _wrong(where, f"`{key}: {text}` is no number", "Write it with a point: 6.55.") from error


def _wrong(where: str, what: str, do: str) -> PercontactError:
    return problem("E-CARD-01", where, what, "A figure without its source and scope is no figure.", do)


def compare(
    card: Card,
    figures: Sequence[Published],
    *,
    currency: str,
    year: int,
    channel: str = "",
    rates: Mapping[tuple[str, int], Fraction] | None = None,
    inflation: Fraction | None = None,
) -> list[Beside]:
    """Published figures of a metric beside one's own of a year.

    channel    the channel that one's own figure is of; "" = all
    rates      (currency, year) -> units of the reporting currency for one, average of that year
    inflation  yearly rise of prices that brings a figure to `year`; None = price levels stay apart, said so
    """
    found = []
    for figure in figures:
        if figure.metric == card.metric:
            value, by, missing = _converted(card, figure, currency, year, rates or {}, inflation)
            differs = (*missing, *_differences(figure, channel, year))
            found.append(Beside(figure, value, differs, by))
    return found


def _converted(
    card: Card,
    figure: Published,
    currency: str,
    year: int,
    rates: Mapping[tuple[str, int], Fraction],
    inflation: Fraction | None,
) -> tuple[Fraction | None, str, tuple[str, ...]]:
    """(value, rates in words, what could not be converted)."""
    if not card.unit.startswith("money") or not currency:
        return figure.value, "", ()
    value, by = figure.value, []
    if figure.currency != currency:
        rate = rates.get((figure.currency, figure.year or year))
        if rate is None:
            return None, "", (f"in {figure.currency}: no rate of {figure.year or 'its year'} to {currency}",)
        value *= rate
        by.append(f"{figure.currency} 1 = {currency} {float(rate):.4f}")
    if figure.year is None:
        return value, ", ".join(by), ()
    years = year - figure.year
    if years and inflation is None:
        return value, ", ".join(by), (f"prices of {figure.year}",)
    if years and inflation is not None:
        value *= (1 + inflation) ** years
        by.append(f"prices {float(inflation):+.1%} a year over {years} years")
    return value, ", ".join(by), ()


def _differences(figure: Published, channel: str, year: int) -> list[str]:
    """What else is not alike."""
    told = []
    if figure.channel != channel:
        told.append(f"{figure.channel or 'all channels'}, yours {channel or 'all channels'}")
    if figure.country:
        told.append(figure.country)
    if figure.year is None:
        told.append("no year given")
    elif abs(year - figure.year) > 3:
        told.append(f"{abs(year - figure.year)} years apart")
    if figure.mark in ("unsourced", "weak"):
        told.append(MARKS[figure.mark])
    return told
