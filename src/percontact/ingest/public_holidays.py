# SPDX-License-Identifier: Apache-2.0
"""Public holidays of countries and their parts, as the library `holidays` knows them; no network is asked.

countries()  name and code of each country; parts_of(country): its states, cantons, provinces
place(...)   the country and the part that a reader named, by code or by name
days_of(...) its public holidays of some years, with the names people call them by
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from percontact.values.problem import PercontactError, did_you_mean, problem

if TYPE_CHECKING:
    from types import ModuleType

Names = Literal["english", "own"]
"""In which language holidays are called: in English, or in the country's own."""

_SPELT = {
    "aland_islands": "Åland Islands", "curacao": "Curaçao", "dr_congo": "DR Congo",
    "guinea_bissau": "Guinea-Bissau", "hongkong": "Hong Kong", "reunion": "Réunion",
    "heard_island_and_mcdonald_islands": "Heard Island and McDonald Islands",
    "saint_barthelemy": "Saint Barthélemy", "sao_tome_and_principe": "São Tomé and Príncipe",
    "timor_leste": "Timor-Leste",
}  # fmt: skip
"""Countries whose names are not those of the library's files with capitals."""

_ALSO = {
    "america": "US", "deutschland": "DE", "españa": "ES", "great britain": "GB", "holland": "NL",
    "italia": "IT", "österreich": "AT", "schweiz": "CH", "suisse": "CH", "uae": "AE", "uk": "GB", "usa": "US",
}  # fmt: skip
"""What people type for a country besides its English name and its codes."""

_ENGLISH = {
    "AT": {
        "2": "Carinthia", "3": "Lower Austria", "4": "Upper Austria", "6": "Styria", "7": "Tyrol",
        "9": "Vienna",
    },
    "DE": {
        "BY": "Bavaria", "HE": "Hesse", "MV": "Mecklenburg-Western Pomerania", "NI": "Lower Saxony",
        "NW": "North Rhine-Westphalia", "RP": "Rhineland-Palatinate", "SN": "Saxony", "ST": "Saxony-Anhalt",
        "TH": "Thuringia",
    },
}  # fmt: skip
"""English names of parts that the library names in the country's language only."""

_SMALL = {"and", "da", "of", "the"}


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or a part of one: its code and its name; part None = what holds in the whole country.

    first_year, last_year  the years that the library speaks of
    """

    country: str
    country_name: str
    part: str | None
    part_name: str
    first_year: int
    last_year: int

    @property
    def name(self) -> str:
        """As a sentence names it: Germany, Bavaria."""
        return f"{self.country_name}, {self.part_name}" if self.part else self.country_name


def version() -> str:
    """The version of the library. Raises E-LIB-01 where it is not installed."""
    return str(_library().__version__)


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """(code, English name) of each country, by name. Raises E-LIB-01 where the library is not installed."""
    found = [(codes[1], _spelt(module)) for module, codes in _registry().items()]
    return tuple(sorted(found, key=lambda one: _folded(one[1])))


def parts_of(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of each part of a country, by name; none where all have the same days.

    >>> parts_of("GB")
    (('ENG', 'England'), ('NIR', 'Northern Ireland'), ('SCT', 'Scotland'), ('WLS', 'Wales'))
    """
    named = {code: _part_name(country, code) for code in _made_of(country).subdivisions}
    return tuple(sorted(named.items(), key=lambda one: _folded(one[1])))


def place(country: str, part: str = "") -> Place:
    """The place that is meant: by ISO 3166 codes (DE, BY) or by names. Raises E-ARG-01 with what is near.

    >>> place("Germany", "Bavaria").name, place("de", "Bayern").part
    ('Germany, Bavaria', 'BY')
    """
    code = _country_of(country)
    name, made_of = dict(countries())[code], _made_of(code)
    chosen = _part_of(code, name, part) if part.strip() else None
    part_name = _part_name(code, chosen) if chosen else ""
    return Place(code, name, chosen, part_name, int(made_of.start_year), int(made_of.end_year))


def days_of(place: Place, years: Iterable[int], names: Names = "english") -> list[tuple[date, str]]:
    """Public holidays, in the order of time; a Monday off for a Sunday is a day of its own.

    A day that the library only estimates, as some are by the moon, says so in its name.
    """
    wanted = set(years)
    # A Saturday's holiday may be kept in the year before or after its own.
    asked = {year + n for year in wanted for n in (-1, 0, 1)}
    made_of = _made_of(place.country)
    found = made_of(
        subdiv=place.part, years=sorted(asked), language=_language(made_of, names), expand=False,
        categories=("public",),
    )  # fmt: skip
    return sorted((day, str(name)) for day, name in found.items() if day.year in wanted)


# -- what the library is asked -------------------------------------------------------------------------------


def _library() -> ModuleType:
    try:
        import holidays
    except ImportError:
        raise _missing() from None
    return holidays


def _registry() -> dict[str, tuple[str, ...]]:
    """File of a country -> (class, code of two letters, code of three letters, ...)."""
    try:
        from holidays.registry import COUNTRIES
    except ImportError:
        raise _missing() from None
    return {module: tuple(codes) for module, codes in COUNTRIES.items()}


def _missing() -> PercontactError:
    what, why = "holidays is not installed", "The public holidays of countries are an extra of percontact."
    do = "Install it: pip install 'percontact[holidays]'. Or bring a file: percontact import calendar FILE."
    return problem("E-LIB-01", "public holidays", what, why, do)


def _made_of(country: str) -> Any:
    """The library's class of a country, by its code."""
    return getattr(_library(), country)


def _language(made_of: Any, names: Names) -> str | None:
    """The language that names are asked in; None = the only one there is."""
    own: str | None = made_of.default_language
    if names == "own" or own is None or own.startswith("en"):
        return own
    known: list[str] = sorted(made_of.supported_languages)
    english = [one for one in ("en_GB", "en_US", *known) if one in known and one.startswith("en")]
    return english[0] if english else own


# -- names ---------------------------------------------------------------------------------------------------


def _spelt(module: str) -> str:
    words = module.split("_")
    return _SPELT.get(module) or " ".join(w if w in _SMALL else w.capitalize() for w in words)


def _part_name(country: str, code: str) -> str:
    """The name of a part; of its names and short forms, the first that is no short form."""
    if english := _ENGLISH.get(country, {}).get(code):
        return english
    aliases = getattr(_made_of(country), "subdivisions_aliases", {})
    named = [alias for alias, of in aliases.items() if of == code]
    return next((one for one in named if len(one) > 3), named[0] if named else code)


def _folded(text: str) -> str:
    """Without capitals and accents: Württemberg and wurttemberg are one name."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("_", " ")


def _country_of(text: str) -> str:
    """The code of a country named by a code or a name."""
    known = {_folded(code): codes[1] for codes in _registry().values() for code in codes[1:3]}
    known |= {_folded(name): code for code, name in countries()}
    known |= {_folded(also): code for also, code in _ALSO.items()}
    if (found := known.get(_folded(text))) is not None:
        return found
    what = f"{text!r} is no country whose holidays are known"
    home = _home_of(text)
    if home:
        why = f"It is a part of {home}."
    else:
        near = _near(text, [name for _, name in countries()])
        why = near or "It is named in English, or by its ISO 3166 code."
    do = "Write Germany, DE or DEU; percontact calendar countries lists them all."
    if home:
        do = f"Name the country, and the part beside it: {home} and {text}."
    raise problem("E-ARG-01", "country", what, why, do)


def _home_of(text: str) -> str:
    """The country that has a part of this name, where one is typed for a country; "" = none."""
    for code, name in countries():
        if len(text) > 3 and _folded(text) in (_folded(part) for _, part in parts_of(code)):
            return name
    return ""


def _part_of(country: str, country_name: str, text: str) -> str:
    """The code of a part named by its code or one of its names."""
    made_of = _made_of(country)
    codes = tuple(made_of.subdivisions)
    known: dict[str, str] = {
        _folded(alias): of for alias, of in getattr(made_of, "subdivisions_aliases", {}).items()
    }
    known |= {_folded(name): code for code, name in _ENGLISH.get(country, {}).items()}
    known |= {_folded(code): code for code in codes}
    if (found := known.get(_folded(text))) is not None:
        return found
    what = f"{text!r} is no part of {country_name} whose holidays are known"
    if not codes:
        raise problem("E-ARG-01", "subdivision", what, "All of it has the same days.", "Leave it away.")
    names = [name for _, name in parts_of(country)]
    why = _near(text, names) or did_you_mean(text, names)
    do = f"percontact calendar countries {country} lists them with their codes."
    raise problem("E-ARG-01", "subdivision", what, why, do)


def _near(text: str, names: list[str]) -> str:
    """The names that are near, in a sentence; "" where none is."""
    said = did_you_mean(text, names)
    return said if said.startswith("Did") else ""
