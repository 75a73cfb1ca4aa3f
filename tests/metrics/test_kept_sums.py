# SPDX-License-Identifier: Apache-2.0
"""Kept sums change nothing but the time an answer takes: each figure is the one that the rows give."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.answers.measuring import panel_of
from percontact.demo.make import make_demo
from percontact.metrics.catalogue import catalogue
from percontact.pipeline import OpenBook
from percontact.store.workspace import Workspace

pytestmark = pytest.mark.slow

METRICS = list(catalogue())
WHERE = (
    "channel=voice",
    "channel!=voice,chat",
    "team=",
    "reason=refund_status",
    "channel=messaging",
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpenBook, OpenBook]:
    """(a company asked by its rows, the same company with kept sums)"""
    folder = tmp_path_factory.mktemp("kept") / "company"
    make_demo(folder, contacts=6_000)
    copy = shutil.copytree(folder, folder.with_name("keeps"))
    return OpenBook(Workspace.open(folder)), OpenBook(Workspace.open(copy), keeps=True)


BORROWED = (
    "customer_satisfaction_index", "customer_rating", "customer_satisfaction", "median_resolution_time",
    "time_to_value", "customer_churn_rate", "user_churn_rate",
)  # fmt: skip
"""Metrics of rows kept in the month they count in, with the dimensions of the contact they are about."""


@given(
    months=st.sampled_from([("2026-06", "2026-06"), ("2025-11", "2026-02"), ("2026-05-10", "2026-06-03")]),
    grain=st.sampled_from(["month", "quarter", "day"]),
    by=st.lists(st.sampled_from(["channel", "team", "segment", "agent"]), max_size=2, unique=True),
    where=st.lists(st.sampled_from(WHERE), max_size=2, unique=True),
    metric=st.sampled_from(BORROWED),
)
def test_what_needs_rows_is_the_same_from_the_few_columns_kept_of_them(
    company: tuple[OpenBook, OpenBook],
    months: tuple[str, str],
    grain: str,
    by: list[str],
    where: list[str],
    metric: str,
) -> None:
    asked = {"start": months[0], "end": months[1], "grain": grain, "by": by, "where": where}
    rows, kept = (panel_of(book, [metric], **asked) for book in company)
    assert kept.totals == rows.totals
    assert kept.notes == rows.notes
    assert dict(kept.figures[metric]) == dict(rows.figures[metric])


@given(
    months=st.sampled_from([("2026-06", "2026-06"), ("2025-11", "2026-02"), ("2024-07", "2026-06")]),
    grain=st.sampled_from(["month", "quarter", "fiscal-year", "week"]),
    by=st.lists(st.sampled_from(["channel", "team", "reason", "agent", "weekday"]), max_size=2, unique=True),
    where=st.lists(st.sampled_from(WHERE), max_size=2, unique=True),
    metrics=st.lists(st.sampled_from(METRICS), min_size=1, max_size=4, unique=True),
)
def test_every_figure_is_the_one_that_the_rows_give(
    company: tuple[OpenBook, OpenBook],
    months: tuple[str, str],
    grain: str,
    by: list[str],
    where: list[str],
    metrics: list[str],
) -> None:
    asked = {"start": months[0], "end": months[1], "grain": grain, "by": by, "where": where}
    rows, kept = (panel_of(book, metrics, **asked) for book in company)
    assert kept.totals == rows.totals
    assert kept.notes == rows.notes
    for metric in metrics:
        assert dict(kept.figures[metric]) == dict(rows.figures[metric])


def test_sums_that_were_kept_are_read_by_whoever_asks_next(company: tuple[OpenBook, OpenBook]) -> None:
    keeps = company[1]
    panel_of(keeps, ["CSAT", "first_contact_resolution"], start="2026-06", end="2026-06")
    next_one = replace(keeps, keeps=False)
    before = set((keeps.workspace.path / "runs").iterdir())
    panel = panel_of(next_one, ["first_contact_resolution"], start="2026-05", end="2026-06", by=["channel"])
    assert panel.totals["first_contact_resolution"].value is not None
    assert set((keeps.workspace.path / "runs").iterdir()) == before


def test_a_changed_policy_gets_sums_of_its_own(company: tuple[OpenBook, OpenBook], tmp_path: Path) -> None:
    """Which reasons are failure demand is the policy's word: sums kept under another policy are not read."""
    folder = Path(shutil.copytree(company[1].workspace.path, tmp_path / "company"))
    asked = {"start": "2026-01", "end": "2026-06"}
    before = panel_of(OpenBook(Workspace.open(folder), keeps=True), ["failure_demand_rate"], **asked)
    policy = folder / "policy.yaml"
    fewer = policy.read_text("utf-8").replace("product_fault, complaint]", "product_fault]")
    policy.write_text(fewer, "utf-8")
    after = panel_of(OpenBook(Workspace.open(folder), keeps=True), ["failure_demand_rate"], **asked)
    complaints = panel_of(company[0], ["contacts_offered"], where=["reason=complaint"], **asked)
    before_it, after_it = (p.totals["failure_demand_rate"].numerator for p in (before, after))
    assert before_it is not None
    assert after_it is not None
    assert 0 < before_it - after_it == complaints.totals["contacts_offered"].value
