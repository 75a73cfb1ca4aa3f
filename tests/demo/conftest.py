# SPDX-License-Identifier: Apache-2.0
"""The demo company at a fortieth of its size, once with its stories and once without."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from percontact.demo import write_company
from percontact.records.dialect import connect, literal

CONTACTS = 25_000


@dataclass(frozen=True)
class Written:
    """A company's files and a way to ask them: `ask("SELECT count(*) FROM contacts")`."""

    folder: Path
    files: dict[str, list[Path]]
    truth: dict[str, Any]
    ask: Callable[[str], list[tuple[Any, ...]]]

    def one(self, sql: str) -> Any:
        return self.ask(sql)[0][0]

    def story(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(s for s in self.truth["stories"] if s["story"] == name)
        return found


def written(folder: Path, **wanted: Any) -> Written:
    files = write_company(folder, **wanted)
    con = connect()
    for table, paths in files.items():
        names = ", ".join(literal(str(path)) for path in paths)
        read = "read_parquet" if paths[0].suffix == ".parquet" else "read_csv"
        texts = ", types = {'account': 'VARCHAR'}" if table == "ledger" else ""
        con.execute(f"CREATE VIEW {table} AS SELECT * FROM {read}([{names}]{texts})")
    truth = yaml.safe_load((folder / "truth.yaml").read_text(encoding="utf-8"))
    return Written(folder, files, truth, lambda sql: con.execute(sql).fetchall())


@pytest.fixture(scope="package")
def told(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("told"), contacts=CONTACTS)


@pytest.fixture(scope="package")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("plain"), contacts=CONTACTS, stories=False)
