# SPDX-License-Identifier: Apache-2.0
"""A desk to read files at: text goes in as a file, a staged import comes out, its rows by SQL."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from percontact.ingest import read_file
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.proposal import Proposal
from percontact.ingest.propose import propose
from percontact.records.book import Book, Settings
from percontact.records.landing import Staged

BERLIN = Settings("EUR", "Europe/Berlin")
KEY = b"0123456789abcdef0123456789abcdef"


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """An engine that knows nothing of the house, opened once a run."""
    return duckdb.connect()


@dataclass
class Desk:
    """Reads what it is given; `settings` are those of the workspace."""

    folder: Path
    settings: Settings = field(default_factory=lambda: Settings("EUR", "Europe/Berlin"))
    key: bytes = KEY
    number: int = 0

    def read(
        self,
        text: str | bytes | Path,
        table: str = "contacts",
        *,
        mapping: str = "",
        name: str = "in.csv",
        **more: Any,
    ) -> Staged:
        """Read a text (as a file called `name`), bytes or a file there is, as import 1, 2, 3, ..."""
        self.number += 1
        out = self.folder / f"import-{self.number}"
        out.mkdir()
        path = text if isinstance(text, Path) else out / name
        if not isinstance(text, Path):
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        given = {
            "settings": self.settings,
            "key": self.key,
            "number": self.number,
            "folder": out,
            "book": None,
        }
        if mapping:
            given["mapping"] = parse_mapping(mapping, "mapping.yaml")
        return read_file(path, table, **(given | more))

    def rows(
        self, staged: Staged, columns: str = "*", rest: str = "ORDER BY row_id"
    ) -> list[tuple[Any, ...]]:
        """Rows of a staged import, by plain SQL over its files."""
        if not staged.files:
            return []
        paths = [str(f.path) for f in staged.files]
        with engine().cursor() as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(
                f"SELECT {columns} FROM read_parquet($1, union_by_name = true) {rest}", [paths]
            ).fetchall()

    def column(self, text: str | bytes, wanted: str, table: str = "contacts", **more: Any) -> list[Any]:
        """The values of one column, in file order; no row may be set aside."""
        staged = self.read(text, table, **more)
        assert [str(a) for a in staged.aside] == []
        return [value for (value,) in self.rows(staged, f'"{wanted}"')]

    def book(self, *imports: Staged) -> Book:
        """A Book of staged imports."""
        files: dict[str, tuple[Any, ...]] = {}
        for staged in imports:
            files[staged.table] = files.get(staged.table, ()) + staged.files
        return Book(self.settings, files)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def of(tmp_path: Path) -> Callable[..., Proposal]:
    """of(text, table="contacts", answers={...}): the proposal for a file of this text."""

    def made(
        text: str | bytes,
        table: str = "contacts",
        *,
        name: str = "in.csv",
        settings: Settings = BERLIN,
        answers: dict[str, str] | None = None,
    ) -> Proposal:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return propose(path, table, settings=settings, answers=answers or {})

    return made
