# SPDX-License-Identifier: Apache-2.0
"""What a page was asked: the query of its address, which is its whole state; so Back and links just work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from percontact.values.problem import problem

FILTERS = ("channel", "reason", "team", "site")
"""Dimensions with a control of their own on every page that chooses contacts."""

MOST = 100
"""Names with values that an address may hold: each condition is looked up among the values there are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a page's address, in one order, so that equal questions have one address.

    pairs  (name, value), sorted by name; values of one name in the order given; empty values left out
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Asked:
        """Read a query. Raises E-ARG-01 for what no address of ours has: too many, too long, unprintable."""
        kept = [(name, value.strip()) for name, value in pairs if value.strip()]
        for name, value in kept:
            if len(name) > 60 or len(value) > 500 or any(ord(c) < 32 for c in name + value):
                what, why = (
                    "it is not part of any address of ours",
                    "An address names dimensions and their values.",
                )
                raise problem("E-ARG-01", name[:60], what, why, "Start again from the menu.")
        if len(kept) > MOST:
            what, why = f"it asks {len(kept):,} things at once", f"A page takes {MOST}."
            raise problem("E-ARG-01", "address", what, why, "Take some filters away.")
        return cls(tuple(sorted(dict.fromkeys(kept), key=lambda pair: pair[0])))

    def one(self, name: str, default: str = "") -> str:
        """The first value of a name."""
        return next((v for n, v in self.pairs if n == name), default)

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a name."""
        return tuple(v for n, v in self.pairs if n == name)

    def number(self, name: str, default: int = 1) -> int:
        """A whole number from 1. Raises E-ARG-01."""
        text = self.one(name)
        if not text:
            return default
        if not text.isdecimal() or not 1 <= int(text) <= 10**9:
            what, why = f"{text!r} is no whole number from 1", "It counts pages or rows."
            raise problem("E-ARG-01", name, what, why, f"Leave {name} away to begin with the first.")
        return int(text)

    @property
    def where(self) -> tuple[str, ...]:
        """The filters as conditions, the way `--where` takes them."""
        own = [f"{name}={_listed(self.every(name))}" for name in FILTERS if self.every(name)]
        return (*own, *self.every("where"))

    @property
    def span(self) -> tuple[str | None, str | None]:
        """First and last period, as `--from` and `--to` take them; both None where none was chosen.

        >>> Asked.of([("period", "2026-01..2026-03")]).span
        ('2026-01', '2026-03')
        """
        period = self.one("period")
        if ".." in period:
            first, _, last = period.partition("..")
            return first or None, last or None
        return (period, period) if period else (self.one("from") or None, self.one("to") or None)

    def but(self, **changes: str | Iterable[str] | None) -> Asked:
        """The same question with some names changed; None leaves a name out."""
        rest = [(n, v) for n, v in self.pairs if n not in changes]
        for name, given in changes.items():
            values = [] if given is None else [given] if isinstance(given, str) else list(given)
            rest += [(name, v) for v in values]
        return Asked.of(rest)

    def only(self, *names: str) -> Asked:
        """The question with these names alone."""
        return Asked(tuple(pair for pair in self.pairs if pair[0] in names))

    def to(self, path: str) -> str:
        """The address of a page with this state; what the path names in braces goes into the path.

        >>> Asked.of([("id", "c/1"), ("basis", "full")]).to("/explore/contacts/{id}")
        '/explore/contacts/c%2F1?basis=full'
        """
        rest = [(n, v) for n, v in self.pairs if f"{{{n}}}" not in path]
        return f"{self.path(path)}?{urlencode(rest)}" if rest else self.path(path)

    def path(self, path: str) -> str:
        """A path with what it names in braces filled in."""
        for name, value in self.pairs:
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return path

    def carried(self) -> Asked:
        """What a link to another page takes along: the period, what it is compared with, and the filters."""
        return self.only("period", "from", "to", "compare", "basis", "where", *FILTERS)


def _listed(values: Iterable[str]) -> str:
    return ",".join('"' + v.replace('"', '""') + '"' if set(v) & set(',"') else v for v in values)
