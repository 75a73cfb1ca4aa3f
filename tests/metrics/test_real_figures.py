# SPDX-License-Identifier: Apache-2.0
"""Metrics of files that nobody here made up, against figures worked out independently of percontact."""

import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from percontact.answers.measuring import panel_of
from percontact.ingest.mapping_form import parse_mapping
from percontact.metrics import Figure
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))
MAPPINGS = ROOT / "tests" / "ingest" / "mappings"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA"),
]


def totals(
    folder: Path, zone: str, files: list[tuple[str, str, str]], metrics: list[str], **asked: object
) -> dict[str, Figure]:
    """Land files (table, mapping, file) in a new workspace and measure all of them."""
    workspace = Workspace.create(folder / "books", Settings("EUR", zone))
    for table, form, name in files:
        text = (MAPPINGS / f"{form}.yaml").read_text(encoding="utf-8")
        land(workspace, table, DATA / name, mapping=parse_mapping(text, form), add=True)
    return panel_of(OpenBook(workspace), metrics, **asked).totals  # type: ignore[arg-type]


def percent(figure: Figure) -> Decimal:
    assert figure.value is not None
    return round(Decimal(figure.value.numerator) / Decimal(figure.value.denominator) * 100, 3)


def to(figure: Figure, places: int) -> Decimal:
    assert figure.value is not None
    return round(Decimal(figure.value.numerator) / Decimal(figure.value.denominator), places)


def test_two_weeks_of_a_bank(tmp_path: Path) -> None:
    """
    AGENT 14,405 / HANG 2,908, without PHANTOM: abandonment 16.797 %, answered within 20 s of offered 52.926 %
    AGENT: mean service 166.856 s
    """
    metrics = [
        "abandonment_rate",
        "service_level",
        "average_handle_time",
        "contacts_offered",
        "contacts_handled",
    ]
    files = [("contacts", "anonymous_bank", "anonymous_bank_1999-02-01_14.csv.gz")]
    found = totals(tmp_path, "Asia/Jerusalem", files, metrics, start="1999-02", end="1999-02")
    assert (found["contacts_offered"].value, found["contacts_handled"].value) == (17_313, 14_405)
    assert percent(found["abandonment_rate"]) == Decimal("16.797")
    assert percent(found["service_level"]) == Decimal("52.926")
    assert to(found["average_handle_time"], 3) == Decimal("166.856")


def test_the_wait_of_all_calls_of_a_bank_by_a_card_of_its_own(tmp_path: Path) -> None:
    """Mean queue time of all, those who gave up too: 34.871 s"""
    text = (MAPPINGS / "anonymous_bank.yaml").read_text(encoding="utf-8")
    workspace = Workspace.create(tmp_path / "bank", Settings("EUR", "Asia/Jerusalem"))
    (workspace.path / "metrics").mkdir(exist_ok=True)
    (workspace.path / "metrics" / "wait_of_all.yaml").write_text(WAIT_OF_ALL, encoding="utf-8")
    land(
        workspace,
        "contacts",
        DATA / "anonymous_bank_1999-02-01_14.csv.gz",
        mapping=parse_mapping(text, "bank"),
    )
    found = panel_of(OpenBook(workspace), ["wait_of_all"], start="1999-02", end="1999-02").totals
    assert to(found["wait_of_all"], 3) == Decimal("34.871")


WAIT_OF_ALL = """
metric: wait_of_all
name: Wait of all calls
category: speed
asks: How long did everyone wait, those who gave up too?
formula: wait / contacts that queued
kind: ratio
numerator: {sum: contacts.wait_s, where: {wait_s: known}}
denominator: {count: contacts, where: {wait_s: known}}
unit: s
better: lower
counted_on: contacts.started_at
rule: Contacts whose wait is known.
source: our own
"""


def test_three_months_of_a_call_centre(tmp_path: Path) -> None:
    """5,000 calls, 4,054 answered: mean answer 67.52 s, talk 224.92 s, satisfaction 3.4036 of 5"""
    name = "pwc_call_centre_5000.csv.gz"
    text = (
        (MAPPINGS / "pwc_surveys.yaml")
        .read_text(encoding="utf-8")
        .replace("constant: csat", "constant: rating")
    )
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    contacts = (MAPPINGS / "pwc_calls.yaml").read_text(encoding="utf-8")
    land(workspace, "contacts", DATA / name, mapping=parse_mapping(contacts, "pwc_calls"))
    land(workspace, "surveys", DATA / name, mapping=parse_mapping(text, "pwc_surveys"))
    metrics = ["average_speed_of_answer", "average_talk_time", "customer_rating", "abandonment_rate"]
    book = OpenBook(workspace)
    months = [str(m)[:7] for m in book.book.months()]
    found = panel_of(book, metrics, start=months[0], end=months[-1]).totals
    assert to(found["average_speed_of_answer"], 2) == Decimal("67.52")
    assert to(found["average_talk_time"], 2) == Decimal("224.92")
    assert to(found["customer_rating"], 4) == Decimal("3.4036")
    assert found["abandonment_rate"].value == Fraction(946, 5000)


@pytest.mark.parametrize("dialect", ["index_comma", "semicolon", "dated_spanish", "salesrep"])
def test_daily_totals_are_weighted_by_their_calls(tmp_path: Path, dialect: str) -> None:
    """27,139 of 248,373 calls abandoned; how many were answered within 20 s is not known of a day's mean"""
    name = f"call_center_daily_{dialect}.csv.gz"
    files = [("contacts", "call_center_answered", name), ("contacts", "call_center_abandoned", name)]
    metrics = ["abandonment_rate", "service_level", "average_speed_of_answer"]
    found = totals(tmp_path, "UTC", files, metrics, start="2020-01", end="2020-01")
    assert found["abandonment_rate"].value == Fraction(27_139, 248_373)
    assert found["service_level"].value is None
    assert found["average_speed_of_answer"].denominator == 221_234
