# SPDX-License-Identifier: Apache-2.0
"""Pages as HTML: Jinja templates over an answer. Nothing here is worked out, only written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from percontact.report.cells import shown, visible
from percontact.report.charts import page_json
from percontact.report.charts.chart import Chart, written
from percontact.report.document import Cell, TableColumn
from percontact.web.assets import url
from percontact.web.instead import parted, placed


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates and their few filters; every text is escaped, and a name that is not there fails."""
    env = Environment(
        loader=PackageLoader("percontact.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["cell"] = cell
    env.filters["signed"] = signed
    env.filters["prose"] = prose
    env.filters["plain"] = visible
    env.filters["begins"] = begins
    env.filters["place"] = place
    env.filters["bare"] = bare
    env.globals["asset"] = url
    env.filters["spec"] = spec
    env.tests["tight"] = tight
    return env


def draw(template: str, facts: Mapping[str, Any]) -> str:
    """One template, drawn."""
    return templates().get_template(template).render(facts)


def cell(value: Cell, column: TableColumn, total: bool = False) -> str:
    """A cell as people read it, signs that act on a reader spelled out; code in sentences of ours as code."""
    if column.prose and isinstance(value, str):
        return prose(value)
    return visible(shown(value, column, total=total))


def tight(value: Cell) -> bool:
    """Whether a text is a short one with a figure in it, which is not parted between lines: "USD 7.16"."""
    return isinstance(value, str) and len(value) <= 24 and any(c.isdigit() for c in value)


def signed(value: Cell, column: TableColumn) -> str:
    """A change as people read it, with its sign."""
    return written(value, column, sign=True)


def begins(text: str) -> str:
    """A text as a sentence begins; unlike Jinja's `capitalize` it leaves the other letters as they are.

    >>> begins("the role Admin is needed")
    'The role Admin is needed'
    """
    return text[:1].upper() + text[1:]


def bare(text: str) -> str:
    """A sentence of ours where no mark-up can stand, as in a title: without the backticks round code."""
    return visible(text).replace("`", "")


def place(where: str) -> str:
    """Where something is wrong, in words of pages: the filter `team`, not the option that asks for it."""
    return visible(placed(where))


def prose(text: str) -> Markup:
    """A sentence of ours: what stands between backticks is code, and a command the page where it is done."""
    pieces = (
        Markup('<a href="{}">{}</a>').format(where, piece) if where else _coded(piece)
        for piece, where in parted(visible(text))
    )
    return Markup("").join(pieces)


def _coded(text: str) -> Markup:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    made = (Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))
    return Markup("").join(made)


def spec(chart: Chart) -> Markup:
    """A chart's drawing as JSON inside a page."""
    return Markup(page_json(chart))
