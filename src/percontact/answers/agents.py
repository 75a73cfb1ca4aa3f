# SPDX-License-Identifier: Apache-2.0
"""Agents as the asker may see them: by name, or under a pseudonym, in figures and in conditions alike."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from percontact.costing.slice import Condition
from percontact.people.pseudonyms import behind, is_pseudonym, pseudonym
from percontact.pipeline import OpenBook
from percontact.values.problem import problem

AGENT = "agent"
"""The one dimension that names a worker."""


@dataclass(frozen=True)
class Agents:
    """How agents are called.

    by_name  whether the asker may see their real names
    """

    book: OpenBook
    by_name: bool

    def shown(self, dimension: str, value: str | None) -> str | None:
        """A value of a dimension as the asker may see it."""
        if self.by_name or dimension != AGENT or not value:
            return value
        return pseudonym(self.book.workspace.key, value)

    def meant(self, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """Conditions as the Book knows them, from those the asker wrote.

        Who may not see names can ask for pseudonyms only: a real name would tell whose figures they are.
        Who may see them can ask for either, so that an address means the same to both.
        Raises E-ARG-01 for a name or a pseudonym of nobody.
        """
        return tuple(self._meant(c) if c.dimension == AGENT else c for c in where)

    def meant_texts(self, where: Sequence[str]) -> list[str]:
        """The same for conditions as they are written: "agent=Agent 0MJV-F8W6"."""
        if not any(_of_agents(text) for text in where):
            return list(where)
        # Other conditions may be on columns of other tables, which contacts do not have.
        told = []
        for text in where:
            asked = self.book.ask(where=[text], unchecked=(AGENT,)).where if _of_agents(text) else ()
            told += [_text(c) for c in self.meant(asked)] or [text]
        return told

    def _meant(self, one: Condition) -> Condition:
        if not self.by_name:
            return replace(one, values=tuple(v and self._behind(v) for v in one.values))
        known = replace(one, values=tuple(self._named(v) for v in one.values))
        self.book.need_known([known], self.book.ask().months)
        return known

    def _named(self, value: str) -> str:
        """The real name, for who may see it, of an agent called by either."""
        if not is_pseudonym(value):
            return value
        return behind(self.book.workspace.key, value, self._all) or value

    def _behind(self, name: str) -> str:
        found = behind(self.book.workspace.key, name, self._all)
        if found is None:
            what, why = (
                f"no agent is called {name!r} here",
                "Agents are known by their pseudonyms below Manager.",
            )
            raise problem("E-ARG-01", f"{AGENT}={name}", what, why, "Choose one from figures by agent.")
        return found

    @cached_property
    def _all(self) -> list[str]:
        return self.book.values_of(AGENT)


def masked(key: bytes, where: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Conditions as they may be shown to who may not see names, and (name, pseudonym) of each agent in them.

    key  of the workspace. No Book is asked: what is no condition, or names nobody, tells no name either.
    """
    told, known = [], dict[str, str]()
    for text in where:
        if not _of_agents(text):
            told.append(text)
            continue
        name, _, rest = text.partition("=")
        try:
            values = next(csv.reader([rest], skipinitialspace=True, strict=True), [])
        except csv.Error:
            values = [rest]
        for value in (v.strip() for v in values):
            known[value] = value if not value or is_pseudonym(value) else pseudonym(key, value)
        sign = "!" if name.rstrip().endswith("!") else ""
        told.append(f"{AGENT}{sign}={','.join(known[v.strip()] for v in values)}")
    return tuple(told), tuple((v, p) for v, p in known.items() if v != p)


def _of_agents(text: str) -> bool:
    return text.partition("=")[0].rstrip("!").strip().lower() == AGENT


def _text(one: Condition) -> str:
    """A condition as it is written, each value in quotes."""
    values = ",".join('"' + v.replace('"', '""') + '"' for v in one.values)
    return f"{one.dimension}{'!' if one.negate else ''}={values}"
