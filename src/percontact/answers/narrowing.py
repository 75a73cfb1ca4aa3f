# SPDX-License-Identifier: Apache-2.0
"""Filters as they were asked for, held against the values there are: one check for every page and program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from percontact.answers.agents import AGENT, Agents
from percontact.metrics.catalogue import catalogue
from percontact.metrics.facts import dimensions
from percontact.pipeline import OpenBook


def need_values(
    book: OpenBook,
    where: Sequence[str],
    *,
    start: str | None = None,
    end: str | None = None,
    agents_by_name: bool = True,
) -> None:
    """Raise E-ARG-01 for a filter on what no contact has, at all or in the months asked for.

    Without a span a page chooses its own, so only what no contact has at all is told.
    """
    if not where or not book.book.has("contacts"):
        return
    also = dimensions(list(catalogue(book.workspace.path).values()))
    question = book.ask(start=start, end=end, where=where, also=also, unchecked=(AGENT,))
    meant = Agents(book, agents_by_name).meant(question.where)
    if start or end:
        # The name behind a pseudonym must not stand in an error.
        told = tuple(c for c in meant if agents_by_name or c.dimension != AGENT)
        book.check_values(replace(question, where=told))
