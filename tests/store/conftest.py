# SPDX-License-Identifier: Apache-2.0
"""What the tests of the store need: an empty workspace, files staged for it, and what a Book says."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from percontact.records import Book, BookFile, Settings
from percontact.records.dialect import connect
from percontact.records.landing import Aside, Staged
from percontact.records.tables import ROW_BITS
from percontact.store import Workspace

COLUMNS = (("row_id", "BIGINT"), ("contact_id", "VARCHAR"), ("handle_s", "DECIMAL(18,3)"))

Stage = Callable[..., Staged]
Told = dict[int, tuple[int, Decimal]]


@pytest.fixture(scope="session")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(threads=1) as con:
        yield con


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))


@pytest.fixture(scope="session")
def stage(duck: duckdb.DuckDBPyConnection) -> Stage:
    """Stage contacts by month: {"2026-06": [300, 240]} is two contacts of 5 and 4 minutes in June 2026."""

    def make(
        workspace: Workspace,
        name: str,
        months: Mapping[str, Sequence[int]],
        *,
        table: str = "contacts",
        aside: Sequence[Aside] = (),
        sha256: str = "",
        mapping: str = "",
    ) -> Staged:
        number = workspace.reserve()
        folder = workspace.staging(number)
        files = []
        line = 1
        for month, seconds in months.items():
            rows = folder / f"{month}.parquet"
            cube = folder / f"{month}.cube.parquet"
            values = ", ".join(
                f"({(number << ROW_BITS) + line + i}, '{name}-{line + i}', {s})"
                for i, s in enumerate(seconds, 1)
            )
            # Longer than a moment at 0 rows, and as a file of that month without any.
            source = f"SELECT * FROM (VALUES {values or '(0, NULL, 0)'}) t(row_id, contact_id, handle_s)"
            typed = ", ".join(f"{column}::{sql_type} AS {column}" for column, sql_type in COLUMNS)
            where = "" if seconds else " WHERE false"
            duck.execute(f"COPY (SELECT {typed} FROM ({source}){where}) TO '{rows}' (FORMAT parquet)")
            sums = f"SELECT count(*) AS \"count\", sum(handle_s)::DECIMAL(38,3) AS handle_s FROM '{rows}'"
            duck.execute(f"COPY ({sums}) TO '{cube}' (FORMAT parquet)")
            files.append(
                BookFile(
                    rows, len(seconds), COLUMNS, date.fromisoformat(f"{month}-01"), True, cube, ("channel",)
                )
            )
            line += len(seconds)
        content = f"{table} {name} {sorted(months.items())} {mapping}"
        return Staged(
            table=table,
            number=number,
            name=name,
            sha256=sha256 or hashlib.sha256(content.encode()).hexdigest(),
            sheet="",
            mapping=mapping,
            seen=sum(map(len, months.values())) + len(aside),
            files=tuple(files),
            aside=tuple(aside),
        )

    return make


@pytest.fixture(scope="session")
def contacts_in(duck: duckdb.DuckDBPyConnection) -> Callable[[Book], Told]:
    """Import number -> (contacts, seconds handled) of a Book; its cubes must say the same in total."""

    def tell(book: Book) -> Told:
        query = (
            f"SELECT row_id >> {ROW_BITS}, count(*), sum(handle_s) "
            f"FROM {book.relation('contacts', ['row_id', 'handle_s'])} GROUP BY 1 ORDER BY 1"
        )
        told = {n: (rows, seconds) for n, rows, seconds in duck.execute(query).fetchall()}
        cubes = [str(f.cube) for f in book.files.get("contacts", ()) if f.cube]
        if cubes:
            summed = duck.execute(
                'SELECT sum("count"), sum(handle_s) FROM read_parquet(?)', [cubes]
            ).fetchall()
            assert summed == [(sum(r for r, _ in told.values()), sum(s for _, s in told.values()))]
        return told

    return tell
