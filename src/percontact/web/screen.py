# SPDX-License-Identifier: Apache-2.0
"""A screen of the app: where it lives, who may see it, what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from percontact.pipeline import OpenBook
from percontact.report.page import Page
from percontact.web.asked import Asked

Group = Literal["Understand", "Act", "Keep"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as far as an answer depends on it.

    names     whether agents are shown by name: below the role Manager they are pseudonymous
    contacts  whether single contacts may be opened
    sources   whether the text of source rows may be read: who may import has seen them
    exports   whether answers may be taken away as files
    """

    names: bool = True
    contacts: bool = True
    sources: bool = True
    exports: bool = True


@dataclass(frozen=True, slots=True)
class Screen:
    """One page of the app.

    path      its address; the same with .json, .csv, .xlsx, ... is its answer in that form
    letter    `g` and this letter goes there
    needs     the permission to see it (people.roles)
    shows     what it will show, for its empty state
    tables    tables of the Book without which it has nothing to show
    make      its answer; raises PercontactError, which the page tells in four parts
    template  what draws it; `page.html` draws any answer
    filters   whether period, comparison and filters stand on top
    slow      whether making it takes seconds, so that other pages must not wait for it
    beside    (desk, person) -> what its page has besides the answer, without the data: jobs, uploads
    menu      whether it stands in the menu; single contacts are reached from figures
    compares  whether what it shows is held against another span
    chooses   whether filters choose what it shows; the whole ledger is the same under any
    pseudonyms  whether it shows agents under pseudonyms to who may not see their names; any other screen
              refuses to tell single agents apart for them
    usual     the span shown where none was chosen, in words; "" = the newest month
    """

    path: str
    name: str
    group: Group
    letter: str
    shows: str
    make: Callable[[OpenBook, Asked, Viewer], Page]
    tables: tuple[str, ...] = ("contacts", "ledger")
    needs: str = "see_figures"
    template: str = "page.html"
    filters: bool = True
    menu: bool = True
    compares: bool = True
    chooses: bool = True
    usual: str = ""
    slow: bool = False
    pseudonyms: bool = False
    beside: Callable[..., Mapping[str, object]] | None = None

    @property
    def needs_sums(self) -> bool:
        """Whether it shows figures, which wait until the sums of a new state are made."""
        return self.filters or self.slow
