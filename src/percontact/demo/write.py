# SPDX-License-Identifier: Apache-2.0
"""The whole demo in order: make the company's tables, then write them as files its systems would export."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from percontact.demo.capacity import CAPACITY_SQL, make_capacity
from percontact.demo.contacts import make_contacts
from percontact.demo.days import make_cells, make_days
from percontact.demo.ledger import LEDGER_COLUMNS, Line, ledger
from percontact.demo.people import make_agents, make_customers
from percontact.demo.plans import small_tables
from percontact.demo.traces import CASES_SQL, CONTACTS_SQL, handlings_sql, make_cases, usage_sql
from percontact.demo.truth import truth_text
from percontact.demo.voices import customers_sql, surveys_sql
from percontact.demo.workshop import Workshop, open_workshop, text_of
from percontact.records.book import Settings
from percontact.records.dialect import literal

DEMO_SETTINGS = Settings(currency="EUR", timezone="Europe/Berlin", demo=True)
"""What a workspace needs that holds the demo's files."""

_README = """\
Halden & Marsh does not exist. Every number, name and vendor in this folder is made up (percontact demo).

contacts.parquet ... events.csv   what the company's systems export: import each into the table of its name
policy.yaml                       how its ledger becomes cost per contact
truth.yaml                        what is hidden in the data: look only when you have looked yourself
"""


def write_company(
    folder: Path,
    *,
    seed: int = 7,
    stories: bool = True,
    contacts: int = 1_000_000,
    first_month: date = date(2024, 7, 1),
    months: int = 24,
) -> dict[str, list[Path]]:
    """Write the files of a made-up company into a folder, and what is hidden in them to truth.yaml.

    seed      the same seed gives the same rows
    stories   without them the company is the same in every draw, but nothing happens to it
    contacts  about how many; hours, costs and customers shrink and grow with them
    result    table -> its files, ready for `percontact import TABLE FILE...`; policy.yaml lies beside them

    Raises ValueError where there are too few contacts or months to make a company of.
    """
    if contacts < 1000 or months < 1:
        raise ValueError(f"a company needs 1000 contacts and a month, not {contacts} and {months}")
    folder.mkdir(parents=True, exist_ok=True)
    shop = open_workshop(
        seed=seed, stories=stories, contacts=contacts, first_month=first_month, months=months
    )
    try:
        for make in (
            make_days,
            make_cells,
            make_customers,
            make_agents,
            make_contacts,
            make_capacity,
            make_cases,
        ):
            make(shop)
        lines = ledger(shop)
        written = _tables(shop, folder) | {"ledger": _ledger_files(folder, lines)}
        for table, (columns, rows) in small_tables(shop).items():
            written[table] = [_csv(folder / f"{table}.csv", columns, rows)]
        hidden = truth_text(shop, lines)
    finally:
        shop.con.close()
    _text(folder / "truth.yaml", hidden)
    _text(folder / "policy.yaml", text_of("policy.yaml"))
    _text(folder / "README.txt", _README)
    return written


def _tables(shop: Workshop, folder: Path) -> dict[str, list[Path]]:
    """The files that come from the workshop's tables."""
    queries = {
        "contacts": CONTACTS_SQL,
        "cases": CASES_SQL,
        "handlings": handlings_sql(shop),
        "usage": usage_sql(shop),
        "surveys": surveys_sql(shop),
        "customers": customers_sql(shop),
        "capacity": CAPACITY_SQL,
    }
    written = {}
    for table, sql in queries.items():
        path = folder / f"{table}.{'csv' if table == 'capacity' else 'parquet'}"
        form = (
            "HEADER"
            if path.suffix == ".csv"
            else "FORMAT parquet, KV_METADATA {demo: 'made up by percontact demo'}"
        )
        shop.con.execute(f"COPY ({sql}) TO {literal(str(path))} ({form})")
        written[table] = [path]
    return written


def _ledger_files(folder: Path, lines: list[Line]) -> list[Path]:
    """One file a year of posting, as ledgers are exported."""
    years = sorted({line.posted_on.year for line in lines})
    return [
        _csv(
            folder / f"ledger_{year}.csv",
            LEDGER_COLUMNS,
            (line.row() for line in lines if line.posted_on.year == year),
        )
        for year in years
    ]


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
