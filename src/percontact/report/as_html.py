# SPDX-License-Identifier: Apache-2.0
"""HTML: one page that needs nothing else, light or dark as the reader has it, and fit to print."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources

from percontact.report.cells import shown, visible
from percontact.report.document import Cell, Document, Table, TableColumn

# A file can be opened anywhere: it may run nothing and load nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(document: Document) -> str:
    """The document as a whole page with its own style."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(document.title)}</title>\n<style>\n{style()}</style>\n</head>\n"
        f'<body class="percontact-page">\n{_body(document)}</body>\n</html>\n'
    )


def fragment(document: Document) -> str:
    """The document as a part of another page, such as a notebook; its style reaches nothing else."""
    return f"<style>\n{style()}</style>\n{_body(document)}"


def style() -> str:
    """The style sheet: every rule is below `.percontact`."""
    return resources.files("percontact.report").joinpath("page.css").read_text(encoding="utf-8")


def _body(document: Document) -> str:
    return f'<main class="percontact">\n{"".join(_parts(document))}</main>\n'


def _parts(document: Document) -> Iterator[str]:
    yield f"<h1>{_text(document.title)}</h1>\n"
    if document.demo:
        yield f'<p class="demo">{_text(document.demo)}</p>\n'
    yield f'<p class="headline">{_text(document.headline)}</p>\n'
    for number, table in enumerate(document.tables):
        yield from _section(table, titled=number > 0)
    if document.notes:
        items = "".join(f"<li>{_prose(n)}</li>\n" for n in document.notes)
        yield f"<h2>Notes</h2>\n<ul>\n{items}</ul>\n"
    if document.facts:
        items = "".join(f"<div><dt>{_text(n)}</dt><dd>{_text(f)}</dd></div>\n" for n, f in document.facts)
        yield f"<footer><dl>\n{items}</dl></footer>\n"


def _section(table: Table, *, titled: bool) -> Iterator[str]:
    if titled:
        yield f"<h2>{_text(table.title)}</h2>\n"
    if table.sentence:
        yield f"<p>{_prose(table.sentence)}</p>\n"
    else:
        # Wider than a phone, it scrolls by itself; whoever has no mouse can reach it with the keyboard.
        named = f'role="region" aria-label="{_text(table.title)}" tabindex="0"'
        yield f'<div class="wide" {named}>{_table(table.shown())}</div>\n'
    if table.note:
        yield f'<p class="note">{_prose(table.note)}</p>\n'


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_side(c)}>{_text(c.header)}</th>' for c in table.columns)
    rows = "".join(f"<tr{_next(table, i)}>{_row(table, row)}</tr>\n" for i, row in enumerate(table.rows))
    total = f"<tfoot><tr>{_row(table, table.total, total=True)}</tr></tfoot>\n" if table.total else ""
    caption = f"<caption>{_text(table.title)}</caption>"
    return f"<table>\n{caption}\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n{total}</table>"


def _next(table: Table, number: int) -> str:
    """A line between periods, where each has several rows."""
    periods = [row[0] for row in table.rows] if table.columns and table.columns[0].name == "period" else []
    begins = 0 < number < len(periods) and periods[number] != periods[number - 1]
    return ' class="next"' if begins and len(set(periods)) * 2 <= len(periods) else ""


def _row(table: Table, row: tuple[Cell, ...], *, total: bool = False) -> str:
    return "".join(_cell(cell, column, total=total) for cell, column in zip(row, table.columns, strict=True))


def _cell(cell: Cell, column: TableColumn, *, total: bool) -> str:
    text = _text(shown(cell, column, total=total))
    if column.is_number:
        return f"<td{_side(column)}>{text}</td>"
    name = "unknown" if cell is None and not total else "when" if _is_when(column) else ""
    # <bdi>: a text keeps its own direction and cannot turn its neighbours around.
    named = f' class="{name}"' if name else ""
    return f"<td{named}><bdi>{text}</bdi></td>"


def _is_when(column: TableColumn) -> bool:
    return column.kind == "date" or column.name == "period"


def _side(column: TableColumn) -> str:
    return ' class="number"' if column.is_number else ""


def _text(text: str) -> str:
    return escape(visible(text), quote=True)


def _prose(text: str) -> str:
    """A sentence of ours, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _text(text)
    return "".join(f"<code>{_text(part)}</code>" if i % 2 else _text(part) for i, part in enumerate(parts))
