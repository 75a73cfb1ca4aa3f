# SPDX-License-Identifier: Apache-2.0
"""A long table on a page: sorted by the links of its headers, fifty rows at a time, both by the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from percontact.report.document import Table, TableColumn
from percontact.values.problem import problem
from percontact.web.asked import Asked

ROWS = 50
"""Rows of one page of a table."""

Way = Literal["ascending", "descending", ""]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's header, the address that sorts by it, and which way the table is sorted by it now."""

    column: TableColumn
    href: str
    way: Way


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a table.

    table   its rows of this page, with the total of all
    behind  per row: where the contacts behind it are listed, or ""; () = there is no such column
    tones   per row: "worse", "better" or "", for the column `change`
    pages   (what it says, where it leads, whether it is this one); () = one page holds all
    says    which rows these are, in words
    """

    table: Table
    headings: tuple[Heading, ...]
    behind: tuple[str, ...]
    tones: tuple[str, ...]
    pages: tuple[tuple[str, str, bool], ...]
    says: str


def listing(
    table: Table,
    asked: Asked,
    path: str,
    *,
    sort: str,
    links: Sequence[str] = (),
    behind: Sequence[str] = (),
    tones: Sequence[str] = (),
    rows_in_all: int | None = None,
    rows_a_page: int = ROWS,
    sortable: Sequence[str] | None = None,
) -> Listing:
    """The page of a table that was asked for.

    table        all rows; or, with `rows_in_all`, those of this page alone
    links        per row of `table` where its first cell leads
    rows_in_all  how many rows there are where `table` holds one page of them
    sortable     names of the columns that may be sorted by; None = all
    Raises E-ARG-01 for a page that is not there.
    """
    many = len(table.rows) if rows_in_all is None else rows_in_all
    last, page = max(1, -(-many // rows_a_page)), asked.number("page")
    if page > last:
        what, why = f"there is no page {page}", f"The table has {last}."
        raise problem("E-ARG-01", f"page={page}", what, why, "Go back to the first page of the table.")
    first = (page - 1) * rows_a_page
    here = slice(first, first + rows_a_page) if rows_in_all is None else slice(None)
    shown = replace(table, rows=table.rows[here], links=tuple(links[here]), note="")
    until = first + len(shown.rows)
    return Listing(
        shown,
        tuple(_heading(c, asked, path, sort, sortable) for c in table.columns),
        tuple(behind[here]),
        tuple(tones[here]),
        _pages(asked, path, page, last),
        f"{first + 1:,} to {until:,} of {many:,}" if last > 1 else "",
    )


def _heading(
    column: TableColumn, asked: Asked, path: str, sort: str, sortable: Sequence[str] | None
) -> Heading:
    if sortable is not None and column.name not in sortable:
        return Heading(column, "", "")
    down = sort == f"-{column.name}"
    way: Way = "descending" if down else "ascending" if sort == column.name else ""
    # Numbers are asked for the largest first, names from A.
    next_down = not down if way else column.is_number
    return Heading(column, asked.but(sort=f"{'-' * next_down}{column.name}", page=None).to(path), way)


def _pages(asked: Asked, path: str, page: int, last: int) -> tuple[tuple[str, str, bool], ...]:
    """The first page, the last and those around this one."""
    if last == 1:
        return ()
    near = sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})
    return tuple((f"{n:,}", asked.but(page=None if n == 1 else str(n)).to(path), n == page) for n in near)
