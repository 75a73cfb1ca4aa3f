# SPDX-License-Identifier: Apache-2.0
"""Agents as the asker may see them: by name, or under a pseudonym, in figures and in conditions alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from percontact.costing.slice import Condition
from percontact.people.pseudonyms import behind, pseudonym
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
        Raises E-ARG-01 for a pseudonym of nobody.
        """
        if self.by_name:
            return where
        return tuple(self._meant(c) if c.dimension == AGENT else c for c in where)

    def meant_texts(self, where: Sequence[str]) -> list[str]:
        """The same for conditions as they are written: "agent=Agent 0MJV-F8W6"."""
        if self.by_name or not any(_of_agents(text) for text in where):
            return list(where)
        return [_text(c) for c in self.meant(self.book.ask(where=where).where)]

    def _meant(self, one: Condition) -> Condition:
        return replace(one, values=tuple(v and self._behind(v) for v in one.values))

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


def _of_agents(text: str) -> bool:
    return text.partition("=")[0].rstrip("!").strip().lower() == AGENT


def _text(one: Condition) -> str:
    """A condition as it is written, each value in quotes."""
    values = ",".join('"' + v.replace('"', '""') + '"' for v in one.values)
    return f"{one.dimension}{'!' if one.negate else ''}={values}"
