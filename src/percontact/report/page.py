# SPDX-License-Identifier: Apache-2.0
"""An answer as a page of the app: its document, and the pictures and figures that stand first.

Page
  Tile    one figure with its unit, its change and a link to what is behind it
  Chart   one picture, with the numbers it is drawn from
  Note    one thing to know, with the page that shows it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from percontact.report.charts.chart import Chart
from percontact.report.document import Document

Tone = Literal["worse", "better", "plain"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that is read at a glance.

    name    what it is: "Cost per contact"
    value   as people read it, with its unit: "EUR 2.90", "84%"; "not known" where the data cannot tell
    says    per what, and over which period
    change  in words with its sign: "0.14 more than May"
    tone    whether the change is for the worse; never told by colour alone
    href    where it opens, or ""
    """

    name: str
    value: str
    says: str = ""
    change: str = ""
    tone: Tone = "plain"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a screen shows. Every file form is made from `document`, so it cannot differ from the page.

    tables  how many tables of the document stand open; the others fold away under their titles
    extra   what only this screen's template draws, such as its forms
    """

    document: Document
    charts: tuple[Chart, ...] = ()
    tiles: tuple[Tile, ...] = ()
    tables: int = 1
    extra: Mapping[str, object] = field(default_factory=dict)
