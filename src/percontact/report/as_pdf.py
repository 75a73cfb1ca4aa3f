# SPDX-License-Identifier: Apache-2.0
"""PDF: an answer on paper, with its figures, pictures as vectors, all rows, and what it was made of.

Set by Typst from `paper.typ`, a fixed file: what the answer says comes to it as data and is never markup.
The pages are tagged, so that readers who do not see them are told headings, tables and pictures (PDF/UA-1).
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

from percontact import __version__
from percontact.report.cells import shown, visible
from percontact.report.charts.drawing import bare_svg, ems_of, font_folder, missing
from percontact.report.charts.tokens import LIGHT
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.values.problem import problem

if TYPE_CHECKING:
    from percontact.report.charts.chart import Chart
    from percontact.report.page import Tile

Paper = Literal["a4", "letter"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
NAMES = {"a4": "a4", "letter": "us-letter"}
"""Paper -> as Typst calls it."""

MOST_ROWS = 10_000
"""Rows of one PDF: some 200 pages. Nobody reads more on paper; Excel and CSV hold all."""

USUAL_PT = 8.5
"""Size of a table's text, in points."""
UPRIGHT_PT, FLIPPED_PT = 500.0, 730.0
"""Room for a table on a page upright and across, in points; that of the narrower of both papers."""
GAP_EM = 1.4
WIDEST_EM, NARROWEST_EM = 30.0, 9.0
"""How wide a column of text is at most, and what it may be narrowed to, in ems."""
SHORT_EM = 7.0
"""A header up to so wide stands in one line."""
DIGIT_EM, BOLD = 0.09, 1.07
"""What a digit is wider than a letter, in ems, as all digits are alike wide; how much wider headers are."""

_LACKING = re.compile(r"the text `\"(.+?)\"` could not be displayed")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a PDF says besides the answer.

    paper  a4, or the letter of North America
    made   when; None = unsaid
    state  name and value of what the data was: workspace, snapshot, policy
    """

    paper: Paper = "a4"
    made: datetime | None = None
    state: tuple[tuple[str, str], ...] = ()


def render(
    document: Document,
    charts: Sequence[Chart] = (),
    tiles: Sequence[Tile] = (),
    *,
    sheet: Sheet | None = None,
) -> bytes:
    """The document on paper, with its pictures and the figures that stand first.

    Raises E-LIB-01 without the extra `pdf`, E-LIB-02 where the font has not been built, E-ARG-01 for a paper
    that there is not, E-ARG-03 for more rows than anybody reads on paper.
    """
    sheet = sheet or Sheet()
    _possible(document, sheet)
    typst = _library()
    told = json.dumps(_answer(document, charts, tiles, sheet), ensure_ascii=False)
    spelled: set[str] = set()
    while True:
        try:
            made = typst.compile(
                _template(),
                sys_inputs={"answer": _spelled(told, spelled)},
                font_paths=[str(font_folder())],
                pdf_standards=["ua-1"],
                timestamp=int(sheet.made.timestamp()) if sheet.made else 0,
            )
        except typst.TypstError as error:
            lacking = {c for text in _LACKING.findall(error.diagnostic) for c in _read(text)} - spelled
            if not lacking:
                raise
            spelled |= lacking
        else:
            return bytes(made)


def _possible(document: Document, sheet: Sheet) -> None:
    if sheet.paper not in PAPERS:
        what, why = f"there is no paper {sheet.paper!r}", "Nothing was written."
        raise problem("E-ARG-01", "paper", what, why, f"Use one of {', '.join(PAPERS)}.")
    rows = sum(len(table.rows) for table in document.tables if not table.sentence)
    if rows > MOST_ROWS:
        raise problem(
            "E-ARG-03", "--format pdf", f"its tables have {rows:,} rows",
            f"A PDF takes {MOST_ROWS:,}, some 200 pages; nothing is left out in silence.",
            "Take xlsx, csv or parquet, or narrow the question.",
        )  # fmt: skip
    if not (font_folder() / "Inter-Regular.ttf").is_file():
        raise problem(
            "E-LIB-02", "--format pdf", "the font of paper has not been built",
            "It is part of a release, and is built in a checkout of the sources.",
            "Build it: make .venv/.assets, or python tools/make_assets.py.",
        )  # fmt: skip


def _library() -> Any:
    try:
        import typst
    except ImportError as error:
        raise missing("typst") from error
    return typst


@lru_cache(maxsize=1)
def _template() -> bytes:
    return resources.files("percontact.report").joinpath("paper.typ").read_bytes()


def _read(text: str) -> str:
    """The signs that the typesetter names; those that cannot be seen it names by their number."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), text)


def _spelled(told: str, signs: set[str]) -> str:
    r"""The answer with signs that no font here draws written by their number, as \u554f: none may be lost."""
    return told.translate({ord(c): "\\\\" + c.encode("unicode_escape").decode()[1:] for c in signs})


# -- what the template is given ----------------------------------------------------------------------------


def _answer(
    document: Document, charts: Sequence[Chart], tiles: Sequence[Tile], sheet: Sheet
) -> dict[str, object]:
    tables = [_table(t) for t in document.tables if t.rows or t.sentence or t.note]
    return {
        "title": visible(document.title),
        "author": f"percontact {__version__}",
        "plain": visible(document.headline.replace("`", "")),
        "headline": _prose(document.headline),
        "demo": visible(document.demo),
        "paper": NAMES[sheet.paper],
        "gap": GAP_EM,
        # No first page is left empty because what comes first lies across.
        "flipped": not charts and bool(tables) and bool(tables[0]["flipped"]),
        "foot": _foot(document, sheet),
        "colours": dict(LIGHT),
        "tiles": [
            {name: visible(getattr(t, name)) for name in ("name", "value", "says", "change", "tone")}
            for t in tiles
        ],
        "charts": [
            {
                "title": visible(c.title),
                "subtitle": visible(c.subtitle),
                "svg": bare_svg(c),
                "alt": visible(c.alt or c.title),
            }
            for c in charts
            if c.spec
        ],
        "tables": tables,
        "notes": [_prose(n) for n in document.notes],
        "facts": [[visible(name), _prose(fact)] for name, fact in _facts(document, sheet)],
    }


def _facts(document: Document, sheet: Sheet) -> Iterator[tuple[str, str]]:
    own = {name for name, _ in document.facts}
    yield from document.facts
    yield from ((name, fact) for name, fact in sheet.state if name not in own)
    if sheet.made:
        yield "Made", f"{sheet.made:%Y-%m-%d %H:%M} UTC by percontact {__version__}"
    yield from document.definitions


def _foot(document: Document, sheet: Sheet) -> str:
    """What every page says of itself: no page is alone without it."""
    state = dict(sheet.state)
    parts = [document.title, state.get("Workspace", "")]
    parts.append(f"data as of snapshot {state['Snapshot']}" if "Snapshot" in state else "")
    parts.append(f"made {sheet.made:%Y-%m-%d %H:%M} UTC" if sheet.made else "")
    return visible(" · ".join(filter(None, [*parts, "made-up company" if document.demo else ""])))


def _prose(text: str) -> list[str]:
    """A sentence of ours in pieces; every second one stood between backticks. [] = nothing is said."""
    pieces = visible(text).split("`")
    return ([visible(text)] if len(pieces) % 2 == 0 else pieces) if text else []


def _table(table: Table) -> dict[str, object]:
    keep = table.shown()
    rows = [_row(row, keep.columns) for row in keep.rows]
    total = None if keep.total is None else _row(keep.total, keep.columns, total=True)
    lines = [*rows, *([total] if total else [])]
    natural = [_natural(column, [line[i] for line in lines]) for i, column in enumerate(keep.columns)]
    wide, size, flipped = _fitted(natural, [c.is_number for c in keep.columns])

    def cells(line: list[str]) -> list[str]:
        return [_breakable(cell, room) for cell, room in zip(line, wide, strict=True)]

    return {
        "title": visible(table.title),
        "sentence": _prose(table.sentence),
        "note": _prose(table.note),
        "flipped": flipped,
        "size": size,
        "columns": [
            {"header": _breakable(visible(c.header), w), "number": c.is_number, "wide": w}
            for c, w in zip(keep.columns, wide, strict=True)
        ],
        "rows": [cells(line) for line in rows],
        "total": None if total is None else cells(total),
    }


def _row(row: tuple[Cell, ...], columns: Sequence[TableColumn], *, total: bool = False) -> list[str]:
    return [visible(shown(cell, c, total=total)) for cell, c in zip(row, columns, strict=True)]


def _natural(column: TableColumn, cells: Sequence[str]) -> float:
    """How wide a column would be, in ems: a figure in one line, a long header in three or by its words."""
    header = visible(column.header)
    words = BOLD * max(_ems(header) / 3, min(_ems(header), SHORT_EM), *map(_ems, header.split()), 0.0)
    longest = max(map(_ems, set(cells)), default=0.0)
    return max(words, longest if column.is_number else min(longest, WIDEST_EM), 1.0) + 0.3


def _ems(text: str) -> float:
    return ems_of(text) + DIGIT_EM * sum(map(str.isdecimal, text))


def _fitted(natural: Sequence[float], figures: Sequence[bool]) -> tuple[list[float], float, bool]:
    """(widths in ems, size in points, across): texts give way first, then the page turns, then all shrinks.

    Of figures none gives way: a figure on two lines is misread.
    """
    for room, flipped in ((UPRIGHT_PT, False), (FLIPPED_PT, True)):
        found = _narrowed(natural, figures, room / USUAL_PT)
        if found:
            return found, USUAL_PT, flipped
    least = [w if figure else min(w, NARROWEST_EM) for w, figure in zip(natural, figures, strict=True)]
    size = FLIPPED_PT / (sum(least) + GAP_EM * len(least))
    return least, round(size, 2), True


def _narrowed(natural: Sequence[float], figures: Sequence[bool], room: float) -> list[float] | None:
    """Widths that fit, texts narrowed in proportion to what they have above the least; None = they do not."""
    over = sum(natural) + GAP_EM * len(natural) - room
    if over <= 0:
        return list(natural)
    spare = [0.0 if f else max(0.0, w - NARROWEST_EM) for w, f in zip(natural, figures, strict=True)]
    if sum(spare) < over:
        return None
    return [w - over * s / sum(spare) for w, s in zip(natural, spare, strict=True)]


def _breakable(text: str, room: float) -> str:
    """A text whose words longer than their column may break: else they would lie over the next one."""
    fits = max(4, int(room / 0.75))
    if _ems(text) <= room:
        return text
    pieces = re.split(r"(\s)", text)
    return "".join("\u200b".join(textwrap.wrap(p, fits)) if _ems(p) > room else p for p in pieces)
